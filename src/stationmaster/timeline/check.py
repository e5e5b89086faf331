"""Judge any plan of the week minute by minute, from the problem alone.

Plain lists of minutes and counters; nothing of the maker is used. A minute is the finest thing
anybody shares here; spans that do not end on a minute are counted with every minute they touch.
"""

from __future__ import annotations

from collections.abc import Iterator

from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import iso
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Kind, Status, WeekPlan
from stationmaster.timeline.recheck import day as crew_day
from stationmaster.timeline.recheck import figures, resources
from stationmaster.timeline.recheck.case import Case, Check


def faults(problem: WeekProblem, plan: WeekPlan) -> tuple[Fault, ...]:
    """Everything that is wrong with the plan; empty when nothing is.

    An honest answer without a plan (infeasible, not-found) is held only to what it says of
    itself: nothing placed, everything accounted for, a conflict made of musts. A plan with an item
    that ends before it starts, or lies outside the week, is judged no further.
    """
    nowhere = tuple(_outside(problem, plan))
    if nowhere:
        return nowhere
    case = Case(problem, plan)
    if plan.status in (Status.INFEASIBLE, Status.NOT_FOUND):
        return (*_accounts(case), *_no_plan(case))
    found: list[Fault] = []
    for check in CHECKS:
        found += check(case)
    return tuple(found)


def _outside(problem: WeekProblem, plan: WeekPlan) -> Iterator[Fault]:
    week = problem.span
    for item in plan.items:
        if not week.start <= item.start < item.end <= week.end:
            yield Fault("outside", item.code, "It lies outside the week, or ends before it starts.")


# ----------------------------------------------------------------------------- accounts


def _accounts(case: Case) -> Iterator[Fault]:
    if case.plan.problem != case.problem.code or case.plan.start != case.problem.start:
        yield Fault("other-problem", case.plan.problem, "The plan was made for another week.")
    counts: dict[str, int] = {}
    for item in case.by_kind[Kind.ACTIVITY]:
        counts[item.activity] = counts.get(item.activity, 0) + 1
    for left in case.plan.unplaced:
        counts[left.activity] = counts.get(left.activity, 0) + 1
        if not left.reasons:
            yield Fault("no-reason", left.activity, "It is left out without a reason.")
    for code in case.activities:
        if counts.get(code, 0) != 1:
            yield Fault("account", code, f"It is accounted for {counts.get(code, 0)} times, expected once.")
    for code in sorted(counts.keys() - case.activities.keys()):
        yield Fault("account", code, "It is no activity of the problem.")
    seen: set[str] = set()
    for item in case.plan.items:
        if item.code in seen:
            yield Fault("code-twice", item.code, "Two items have this code.")
        seen.add(item.code)


def _no_plan(case: Case) -> Iterator[Fault]:
    if case.plan.items:
        yield Fault(
            "no-plan", case.plan.items[0].code, "Something is placed, yet there is said to be no plan."
        )
    for code in case.plan.conflict:
        if code not in case.activities or not case.activities[code].must:
            yield Fault("conflict", code, "It is in the conflict but it is no must.")


def _musts(case: Case) -> Iterator[Fault]:
    for activity in case.problem.activities:
        if activity.must and activity.code not in case.done:
            yield Fault("must", activity.code, "It is a must and it is not placed.")


# -------------------------------------------------------------------------------- items


def _grid(case: Case) -> Iterator[Fault]:
    slot = case.problem.slot_min
    for item in case.plan.items:
        if item.kind is Kind.BLOCKED:
            continue
        start, end = case.minute(item.start), case.minute(item.end)
        if item.kind in (Kind.ACTIVITY, Kind.MEAL, Kind.EXERCISE) and (start % slot or end % slot):
            yield Fault("grid", item.code, f"It does not lie on the grid of {slot} minutes.")
        activity = case.activities.get(item.activity) if item.kind is Kind.ACTIVITY else None
        if activity and end - start != -(-activity.duration_min // slot) * slot:
            yield Fault("duration", item.code, f"It lasts {end - start:g} min, not {activity.duration_min}.")


def _named(case: Case) -> Iterator[Fault]:
    """Items stand by start and code; who they name, they name once; activities keep code and title."""
    order = [(item.start, item.code) for item in case.plan.items]
    if order != sorted(order):
        yield Fault("order", "items", "They do not stand by start and code.")
    for item in case.plan.items:
        if len(set(item.crew)) != len(item.crew):
            yield Fault("crew-twice", item.code, "It names someone twice.")
        if item.device and item.kind is not Kind.EXERCISE:
            yield Fault("device", item.code, "Only exercise is held on a device.")
    for code, item in case.done.items():
        if (item.code, item.title) != (code, case.activities[code].title if code in case.activities else ""):
            yield Fault("title", item.code, f"It does not go by the code and title of {code}.")


def _overlap(case: Case) -> Iterator[Fault]:
    for member in case.problem.crew:
        holder: list[str | None] = [None] * case.minutes
        told: set[tuple[str, str]] = set()
        spans = [
            (i.code, i.span) for i in case.plan.items if member.code in i.crew and i.kind != Kind.BLOCKED
        ]
        spans += [(b.code, b.span) for b in case.problem.blocked if member.code in b.crew]
        for code, span in spans:
            for minute in case.range(span):
                other = holder[minute]
                if other is not None and (other, code) not in told:
                    told.add((other, code))
                    yield Fault("overlap", code, f"{member.code} has {other} at the same time.")
                holder[minute] = code


def _crew(case: Case) -> Iterator[Fault]:
    skills = {m.code: set(m.skills) for m in case.problem.crew}
    for code, item in case.done.items():
        activity = case.activities.get(code)
        if activity is None:
            continue
        crew = [c for c in item.crew if c in skills]
        if (
            len(crew) != activity.crew_count
            or len(set(item.crew)) != len(item.crew)
            or len(crew) < len(item.crew)
        ):
            yield Fault("crew-count", code, f"It has {len(item.crew)} crew, needs {activity.crew_count}.")
        if activity.eligible and not set(crew) <= set(activity.eligible):
            yield Fault("eligible", code, "Someone does it who may not.")
        holders = sum(not activity.skill or activity.skill in skills[c] for c in crew)
        needed = activity.crew_count if activity.skilled_count is None else activity.skilled_count
        if activity.crew_count and holders < needed:
            yield Fault("skill", code, f"{holders} of its crew hold {activity.skill}, needs {needed}.")
        other = case.done.get(activity.same_crew_as)
        if activity.same_crew_as and (other is None or not set(crew) <= set(other.crew)):
            yield Fault("same-crew", code, f"Its crew is not from {activity.same_crew_as}.")


def _blocked(case: Case) -> Iterator[Fault]:
    """Each blocked span stands in the plan once: its part of the week, and who is busy with it."""
    week = case.problem.span
    due = {
        b.code: (max(b.span.start, week.start), min(b.span.end, week.end), frozenset(b.crew))
        for b in case.problem.blocked
    }
    for item in case.by_kind[Kind.BLOCKED]:
        if due.pop(item.activity, None) != (item.start, item.end, frozenset(item.crew)):
            yield Fault("blocked-item", item.code, "It is not as the problem has it.")
    for code in due:
        yield Fault("blocked-item", code, "The plan does not show it.")


# -------------------------------------------------------------------------------- time


def _windows(case: Case) -> Iterator[Fault]:
    for code, item in case.done.items():
        activity = case.activity(code)
        for name in activity.inside:
            if not any(w.start <= item.start and item.end <= w.end for w in case.problem.windows[name]):
                yield Fault("inside", code, f"It does not lie inside {name}.")
        for name in activity.around:
            if not any(item.start <= w.start and w.end <= item.end for w in case.problem.windows[name]):
                yield Fault("around", code, f"It holds no whole pass of {name}.")
        if activity.earliest is not None and item.start < activity.earliest:
            yield Fault("earliest", code, f"It starts before {iso(activity.earliest)}.")
        if activity.latest is not None and item.end > activity.latest:
            yield Fault("latest", code, f"It ends after {iso(activity.latest)}.")


def _lags(case: Case) -> Iterator[Fault]:
    for code, item in case.done.items():
        for link in case.activity(code).after:
            before = case.done.get(link.activity)
            if before is None:
                yield Fault("after", code, f"{link.activity} is not placed.")
                continue
            lag = (item.start - before.end).total_seconds() / 60
            longest = link.lag_longest_min
            if lag < link.lag_shortest_min or (longest is not None and lag > longest):
                yield Fault("lag", code, f"It starts {lag:g} min after the end of {link.activity}.")


def _recurrence(case: Case) -> Iterator[Fault]:
    numbered = {(a.series, a.occurrence): a.code for a in case.problem.activities if a.series}
    for code, item in case.done.items():
        activity = case.activity(code)
        if not activity.series or activity.occurrence == 1:
            continue
        before = case.done.get(numbered[activity.series, activity.occurrence - 1])
        if before is None:
            yield Fault("series", code, "The occurrence before it is not placed.")
            continue
        gap = (item.start - before.start).total_seconds() / 60
        longest = activity.gap_longest_min
        if gap < activity.gap_shortest_min or (longest is not None and gap > longest):
            yield Fault("gap", code, f"It starts {gap:g} min after the start of the one before.")


CHECKS: tuple[Check, ...] = (
    _accounts,
    figures.value,
    figures.work,
    figures.facilities,
    figures.power,
    _musts,
    _grid,
    _named,
    _blocked,
    _overlap,
    _crew,
    crew_day.routine,
    crew_day.meals,
    crew_day.exercise,
    crew_day.spacing,
    crew_day.devices,
    crew_day.hours,
    resources.facilities,
    resources.power,
    resources.caps,
    resources.quiet,
    _windows,
    _lags,
    _recurrence,
)
