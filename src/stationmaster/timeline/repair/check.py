"""Judge a repair from the approved plan, the disturbances and the new plan alone.

Whether the new plan keeps the rules of the changed week is for ``timeline.check``; here: nothing frozen
is changed, the difference is true and whole, the week is changed only where it was disturbed, and the
counts are right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import Span, iso
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.outcome import Item, Kind, WeekPlan
from stationmaster.timeline.repair.letters import Change, Fate, Repair, RepairProblem, Where

TIMED = (Kind.ACTIVITY, Kind.MEAL, Kind.EXERCISE)
#: Reasons that say the old place is forbidden by a disturbance itself.
DIRECT = frozenset(
    ("crew-away", "shut", "not-quiet", "no-window", "not-before", "not-after", "cancelled", "needs-cancelled")
)  # fmt: skip


def faults(problem: RepairProblem, answer: Repair) -> tuple[Fault, ...]:
    """Everything that is wrong with the repair; empty when nothing is."""
    found: list[Fault] = []
    for part in (_frozen, _difference, _direct, _counts, _musts, _week):
        found += part(problem, answer)
    return tuple(found)


def _placed(plan: WeekPlan) -> dict[str, Item]:
    """By code; a session that stands as a blocked span goes by the session's code."""
    found = {i.code: i for i in plan.items if i.kind in TIMED}
    held = {i.activity[5:]: i for i in plan.items if i.kind is Kind.BLOCKED and i.activity[:5] == "HELD."}
    return held | found


def _after(problem: RepairProblem, answer: Repair) -> dict[str, Item]:
    """What is placed, with the time beyond its plan of what overruns."""
    found = _placed(answer.plan)
    for overrun in problem.disturbances.overruns:
        code = overrun.activity
        for blocked in answer.week.blocked:
            if blocked.code == f"OVERRUN.{code}" and code in found and blocked.span.start == found[code].end:
                found[code] = replace(found[code], end=blocked.span.end)
    return found


def _began(problem: RepairProblem, item: Item) -> bool:
    late = item.kind is Kind.ACTIVITY and item.activity in {d.activity for d in problem.disturbances.delays}
    return item.start < problem.now and not late


def _frozen(problem: RepairProblem, answer: Repair) -> Iterator[Fault]:
    after = _after(problem, answer)
    longer = {o.activity: timedelta(minutes=o.by_min) for o in problem.disturbances.overruns}
    slot = timedelta(minutes=problem.week.slot_min)
    near = problem.now + timedelta(minutes=problem.freeze_min)
    reasons = {c.code: {r.code for r in c.reasons} for c in answer.changes}
    for code, old in _placed(problem.plan).items():
        new, grown = after.get(code), longer.get(code, timedelta())
        grown = min(grown, problem.week.span.end - old.end)
        same = new is not None and (new.start, set(new.crew)) == (old.start, set(old.crew))
        if same and new is not None and timedelta() <= new.end - old.end - grown < slot:
            continue
        if _began(problem, old):
            part = [b for b in answer.week.blocked if b.code == f"ABORTED.{code}"]
            whole = part and part[0].span == Span(old.start, problem.now) and part[0].crew == old.crew
            if old.end <= problem.now or (old.kind is Kind.ACTIVITY and not whole):
                yield Fault("frozen", code, f"It began before {iso(problem.now)} and is not as it was.")
        elif old.start < near and not (
            reasons.get(code, set()) & DIRECT or _indirect(problem, answer, old, after)
        ):
            yield Fault("frozen", code, f"It begins before {iso(near)}, and no disturbance forbids it.")
    before = _placed(problem.plan)
    for code, new in after.items():
        if new.start < problem.now and (code not in before or before[code].start != new.start):
            yield Fault("past", code, f"It is put before {iso(problem.now)}.")


def _indirect(problem: RepairProblem, answer: Repair, old: Item, after: dict[str, Item]) -> bool:
    """Whether a disturbance elsewhere makes impossible where something is: what it follows is not as it
    was, something takes longer beside it, hours of its crew are gone that day, or it draws on a store."""
    before = _placed(problem.plan)
    own = next((a for a in problem.week.activities if a.code == old.activity), None)
    if own is not None:
        needs = {link.activity for link in own.after} | {own.same_crew_as}
        needs |= {a.code for a in problem.week.activities if own.series and a.series == own.series}
        if any(code in before and after.get(code) != before[code] for code in needs):
            return True
        if any(way.draws for way in own.ways):
            return True
    for overrun in problem.disturbances.overruns:
        long, was = after.get(overrun.activity), before[overrun.activity]
        if long is not None and Span(was.end, max(long.end, was.end)).overlaps(old.span):
            return True
    known, day = set(problem.week.blocked), timedelta(days=1)
    return any(
        set(b.crew) & set(old.crew) and b.span.overlaps(Span(old.start - day, old.end + day))
        for b in answer.week.blocked
        if b not in known
    )


# ------------------------------------------------------------------------------- the difference


def _difference(problem: RepairProblem, answer: Repair) -> Iterator[Fault]:
    before, after = _placed(problem.plan), _after(problem, answer)
    told = [c.code for c in answer.changes]
    if told != sorted(before.keys() | after.keys()):
        odd = sorted((Counter(told) - Counter(before.keys() | after.keys())).keys())
        odd += sorted((before.keys() | after.keys()) - set(told))
        yield Fault("difference", ", ".join(odd[:5]) or "order", "What changed is not told once, by code.")
        return
    for change in answer.changes:
        old, new = before.get(change.code), after.get(change.code)
        if change.before != _where(old) or change.after != _where(new):
            yield Fault("difference", change.code, "Before or after is not as the plans have it.")
        moved = round((new.start - old.start).total_seconds() / 60) if old and new else 0
        crew = bool(old and new and set(old.crew) != set(new.crew))
        if (change.moved_min, change.crew_changed) != (moved, crew):
            yield Fault("difference", change.code, f"It moves by {moved} min; the crew changes: {crew}.")
        fate = _fate(problem, old, new)
        if change.fate is not fate:
            yield Fault("fate", change.code, f"It is {fate.value}, not {change.fate.value}.")
        began = old is not None and _began(problem, old)
        if change.frozen is not (began and fate is not Fate.ABORTED):
            yield Fault("fate", change.code, "Whether it is frozen is not as told.")
        if change.routine is not ((old or new).kind is not Kind.ACTIVITY if old or new else False):  # type: ignore[union-attr]
            yield Fault("fate", change.code, "Whether it is routine is not as told.")
        if (change.fate is Fate.KEPT) is bool(change.reasons):
            yield Fault("no-reason", change.code, "What changes has a reason, what is kept has none.")


def _where(item: Item | None) -> Where | None:
    if item is None:
        return None
    return Where(start=item.start, end=item.end, crew=item.crew, device=item.device, mode=item.mode)


def _fate(problem: RepairProblem, old: Item | None, new: Item | None) -> Fate:
    if old is None or new is None:
        if old is None:
            return Fate.ADDED
        return Fate.ABORTED if _began(problem, old) else Fate.DROPPED
    if old.start != new.start:
        return Fate.ABORTED if _began(problem, old) else Fate.MOVED
    held = new.kind is Kind.BLOCKED
    if (set(old.crew), old.mode) != (set(new.crew), new.mode) or (old.device != new.device and not held):
        return Fate.RECREWED
    return Fate.KEPT if old.end == new.end else Fate.LENGTHENED


def _direct(problem: RepairProblem, answer: Repair) -> Iterator[Fault]:
    """A disturbance that is said to forbid a place does forbid it."""
    activities = {a.code: a for a in answer.week.activities}
    for change in answer.changes:
        for reason in change.reasons:
            if reason.code in DIRECT and change.before is not None:
                activity = activities.get(change.code)
                if not _forbids(problem, answer, change, activity, reason.code):
                    says = f"Nothing of the changed week forbids it where it was ({reason.code})."
                    yield Fault("reason", change.code, says)


def _forbids(
    problem: RepairProblem, answer: Repair, change: Change, activity: Activity | None, code: str
) -> bool:
    was, week = change.before, answer.week
    assert was is not None
    span = Span(was.start, was.end)
    meets = [b for b in week.blocked if b.span.overlaps(span)]
    if code in ("cancelled", "needs-cancelled"):
        return activity is None and bool(problem.disturbances.cancelled)
    if code == "crew-away":
        return any(set(b.crew) & set(was.crew) for b in meets)
    ways = [w for w in activity.ways if w.code == was.mode] if activity else []
    used = {u.facility for w in ways for u in w.uses} | {was.device}
    if code == "shut":
        return any(used & set(b.facilities) for b in meets)
    if activity is None:
        return False
    if code == "not-quiet":
        return any(b.kind in activity.quiet for b in meets)
    if code == "no-window":
        inside = (
            any(w.start <= was.start and was.end <= w.end for w in week.windows[n]) for n in activity.inside
        )
        around = (
            any(was.start <= w.start and w.end <= was.end for w in week.windows[n]) for n in activity.around
        )
        return not (all(inside) and all(around))
    if code == "not-before":
        return activity.earliest is not None and was.start < activity.earliest
    return activity.latest is not None and was.end > activity.latest


# ------------------------------------------------------------------------------------- counts


def _counts(problem: RepairProblem, answer: Repair) -> Iterator[Fault]:
    work = [c for c in answer.changes if not c.routine]
    routine = [c for c in answer.changes if c.routine]
    fates, others = Counter(c.fate for c in work), Counter(c.fate for c in routine)
    met = _met(problem, work)
    calm = [c for c in work if c.before and not c.frozen and c.code not in met]
    due = {
        "kept": fates[Fate.KEPT] + fates[Fate.LENGTHENED],
        "moved": fates[Fate.MOVED],
        "recrewed": sum(c.crew_changed or c.fate is Fate.RECREWED for c in work),
        "dropped": fates[Fate.DROPPED],
        "added": fates[Fate.ADDED],
        "aborted": fates[Fate.ABORTED],
        "routine_moved": others[Fate.MOVED] + others[Fate.RECREWED],
        "routine_dropped": others[Fate.DROPPED] + others[Fate.ABORTED],
        "undisturbed": len(calm),
        "untouched": sum(c.fate is Fate.KEPT for c in calm),
    }
    for name, count in due.items():
        told = getattr(answer.totals, name)
        if told != count:
            yield Fault("count", name, f"{count} are {name}, not {told}.")
    shift_h = sum(abs(c.moved_min) for c in work if c.fate is Fate.MOVED) / 60
    if abs(shift_h - answer.totals.shift_h) > 1e-3:
        yield Fault("count", "shift_h", f"The moves add up to {shift_h:.3f} h.")


def _met(problem: RepairProblem, work: list[Change]) -> set[str]:
    """What a disturbance forbids or lengthens, and whatever waits for it, takes its crew from it or comes
    after it in a series."""
    met = {o.activity for o in problem.disturbances.overruns}
    met |= {c.code for c in work if {r.code for r in c.reasons} & DIRECT}
    for _ in problem.week.activities:
        series = {(a.series, a.occurrence) for a in problem.week.activities if a.series and a.code in met}
        more = {
            a.code
            for a in problem.week.activities
            if met & {*(link.activity for link in a.after), a.same_crew_as}
            or (a.series and (a.series, a.occurrence - 1) in series)
        }
        if more <= met:
            break
        met |= more
    return met


def _musts(problem: RepairProblem, answer: Repair) -> Iterator[Fault]:
    asked = {a.code for a in (*problem.week.activities, *problem.disturbances.urgent) if a.must}
    left = {a.code: a for a in answer.week.activities}
    placed = {i.activity for i in answer.plan.items if i.kind is Kind.ACTIVITY}
    unmet = {code for code in asked if code in left and code not in placed}
    named = [one.activity for one in answer.softened]
    if sorted(named) != sorted(unmet):
        yield Fault(
            "softened", ", ".join(sorted(unmet ^ set(named))), "Musts not met and those named differ."
        )
    for one in answer.softened:
        if not one.reasons or (one.activity in left and left[one.activity].must):
            yield Fault("softened", one.activity, "It has no reason, or is still a must.")
    for code, activity in left.items():
        if activity.must is not (code in asked and code not in unmet):
            yield Fault("softened", code, "Whether it is a must was changed for no reason.")


def _week(problem: RepairProblem, answer: Repair) -> Iterator[Fault]:
    """The week is as it was, but for what was disturbed."""
    same = replace(
        answer.week, activities=problem.week.activities, windows=problem.week.windows,
        blocked=problem.week.blocked, caps=problem.week.caps,
    )  # fmt: skip
    if same != problem.week:
        yield Fault("week", answer.week.code, "More of the week is changed than a disturbance can.")
    told = problem.disturbances
    touched = {d.activity for d in told.delays} | {o.activity for o in told.overruns}
    touched |= {c.activity for c in told.cancelled}
    touched |= {code for slip in told.slips for code in slip.tied}
    series = {a.series for a in problem.week.activities if a.series and a.code in touched}
    left = {a.code: a for a in answer.week.activities}
    for activity in problem.week.activities:
        new = left.get(activity.code)
        if new is None or activity.code in touched or activity.series in series:
            continue
        if replace(new, must=activity.must) != activity:
            yield Fault("week", activity.code, "It is not as it was, and nothing disturbed it.")
    lost = {o.window for o in told.outages} | {n for m in told.manoeuvres for n in m.loses}
    lost |= {n for s in told.slips for n in (s.blocked, *s.tied)}
    for name, spans in problem.week.windows.items():
        if name not in lost and answer.week.windows.get(name) != spans:
            yield Fault("week", name, "This window was not disturbed.")
    for activity in told.urgent:
        if activity.code not in left:
            yield Fault("week", activity.code, "This urgent activity is not in the week.")
