"""Judge any plan of the week minute by minute, from the problem alone.

Plain lists of minutes and counters; nothing of the maker is used. A minute is the finest thing
anybody shares here; spans that do not end on a minute are counted with every minute they touch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import Span, iso
from stationmaster.timeline.letters import Activity, Item, Kind, Status, WeekPlan, WeekProblem

DAY_MIN = 1440
EPSILON = 1e-6


class Case:
    """A problem, a plan and the minutes of both."""

    def __init__(self, problem: WeekProblem, plan: WeekPlan) -> None:
        self.problem, self.plan = problem, plan
        self.minutes = problem.days * DAY_MIN
        self.activities = {a.code: a for a in problem.activities}
        self.done = {i.activity: i for i in plan.items if i.kind is Kind.ACTIVITY}
        self.by_kind: dict[Kind, list[Item]] = {kind: [] for kind in Kind}
        for item in plan.items:
            self.by_kind[item.kind].append(item)

    def minute(self, when: datetime) -> float:
        """Minutes from the start of the week."""
        return (when - self.problem.start).total_seconds() / 60

    def range(self, span: Span) -> range:
        """Every minute of the week that the span touches."""
        start, end = self.minute(span.start), self.minute(span.end)
        return range(max(0, int(start // 1)), min(self.minutes, int(-(-end // 1))))

    def day(self, when: datetime) -> int:
        """The day of the week, from 0."""
        return int(self.minute(when) // DAY_MIN)

    def weekday(self, day: int) -> int:
        """The ISO weekday of a day by the crew's clock, Monday 1."""
        return (self.at(day, 0) + timedelta(minutes=self.problem.rules.clock_ahead_min)).isoweekday()

    def at(self, day: int, minute: int) -> datetime:
        """A minute of a day (which may lie beyond it) as a moment."""
        return self.problem.start + timedelta(days=day, minutes=minute)


Check = Callable[[Case], Iterator[Fault]]


def faults(problem: WeekProblem, plan: WeekPlan) -> tuple[Fault, ...]:
    """Everything that is wrong with the plan; empty when nothing is.

    An honest answer without a plan (infeasible, not-found) is held only to what it says of
    itself: nothing placed, everything accounted for, a conflict made of musts.
    """
    case = Case(problem, plan)
    if plan.status in (Status.INFEASIBLE, Status.NOT_FOUND):
        return (*_accounts(case), *_no_plan(case))
    found: list[Fault] = []
    for check in CHECKS:
        found += check(case)
    return tuple(found)


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
    for code in counts.keys() - case.activities.keys():
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


def _figures(case: Case) -> Iterator[Fault]:
    worth = sum(case.activities[c].priority_weight for c in case.done if c in case.activities)
    plan = case.plan
    slack = 1e-3 * (1 + len(case.activities))  # weights are counted in thousandths
    if abs(worth - plan.objective_value) > slack:
        yield Fault("objective", "plan", f"Placed weights sum to {worth:g}, not {plan.objective_value:g}.")
    if plan.objective_value > plan.bound_value + slack:
        yield Fault("bound", "plan", f"The value {plan.objective_value:g} is above its bound.")
    if plan.conflict:
        yield Fault("conflict", plan.conflict[0], "A plan that keeps all musts names a conflict.")
    for figure in plan.work:
        clock = case.problem.start + timedelta(minutes=case.problem.rules.clock_ahead_min)
        day = (figure.day - clock.date()).days
        minutes = _work_min(case, figure.crew, day) + _blocked_min(case, figure.crew, day)
        if abs(minutes / 60 - figure.work_h) > 0.01:
            says = f"{figure.work_h:g} h are reported, {minutes / 60:.2f} h are planned."
            yield Fault("figure", f"{figure.crew} {figure.day}", says)


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
        if start < 0 or end > case.minutes or end <= start:
            yield Fault("outside", item.code, "It lies outside the week.")
        if item.kind in (Kind.ACTIVITY, Kind.MEAL, Kind.EXERCISE) and (start % slot or end % slot):
            yield Fault("grid", item.code, f"It does not lie on the grid of {slot} minutes.")
        activity = case.activities.get(item.activity) if item.kind is Kind.ACTIVITY else None
        if activity and end - start != -(-activity.duration_min // slot) * slot:
            yield Fault("duration", item.code, f"It lasts {end - start:g} min, not {activity.duration_min}.")


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


# ------------------------------------------------------------------------- the crew day


def _routine_spans(case: Case) -> Iterator[tuple[Kind, Span]]:
    """The fixed routine the rules ask for, clipped to the week."""
    rules, week = case.problem.rules, case.problem.span
    for day in range(-1, case.problem.days + 1):
        sleep = rules.sleep_start_min
        wake = sleep + rules.sleep_min
        pieces = [
            (Kind.PRE_SLEEP, sleep - rules.pre_sleep_min, sleep),
            (Kind.SLEEP, sleep, wake),
            (Kind.POST_SLEEP, wake, wake + rules.post_sleep_min),
        ]
        if case.weekday(day) in rules.conference_weekdays:
            for start in (rules.morning_conference_start_min, rules.evening_conference_start_min):
                pieces.append((Kind.CONFERENCE, start, start + rules.conference_min))
        for kind, first, last in pieces:
            start_at, end_at = max(case.at(day, first), week.start), min(case.at(day, last), week.end)
            if start_at < end_at:
                yield kind, Span(start_at, end_at)


def _routine(case: Case) -> Iterator[Fault]:
    """Each member is in the fixed routine in exactly the minutes the rules say, blocked spans apart."""
    for member in case.problem.crew:
        away = {m for b in case.problem.blocked if member.code in b.crew for m in case.range(b.span)}
        for kind in (Kind.SLEEP, Kind.POST_SLEEP, Kind.PRE_SLEEP, Kind.CONFERENCE):
            due = {m for k, s in _routine_spans(case) if k is kind for m in case.range(s)} - away
            has = {m for i in case.by_kind[kind] if member.code in i.crew for m in case.range(i.span)}
            if due != has:
                first = case.problem.start + timedelta(minutes=min(due ^ has))
                yield Fault(
                    kind.value, f"{member.code} {iso(first)}", f"{kind.value} is not as the rules say."
                )


def _waived(case: Case, member: str, day: int, routine: str) -> bool:
    whole = Span(case.at(day, 0), case.at(day + 1, 0))
    return any(
        routine in b.waives and member in b.crew and b.span.overlaps(whole) for b in case.problem.blocked
    )


def _meals(case: Case) -> Iterator[Fault]:
    rules = case.problem.rules
    for member in case.problem.crew:
        for day in range(case.problem.days):
            due = 1 if rules.meal_min and not _waived(case, member.code, day, "meal") else 0
            meals = [
                i for i in case.by_kind[Kind.MEAL] if i.crew == (member.code,) and case.day(i.start) == day
            ]
            where = f"{member.code} day {day + 1}"
            if len(meals) != due:
                yield Fault("meal", where, f"{len(meals)} meals are planned, expected {due}.")
            for meal in meals:
                start, end = case.minute(meal.start) % DAY_MIN, case.minute(meal.end) - day * DAY_MIN
                if end - start != rules.meal_min:
                    yield Fault("meal", where, f"The meal lasts {end - start:g} min.")
                if start < rules.meal_earliest_min or end > rules.meal_latest_min:
                    yield Fault("meal", where, "The meal lies outside its window.")


def _exercise(case: Case) -> Iterator[Fault]:
    rules = case.problem.rules
    for member in case.problem.crew:
        own = [i for i in case.by_kind[Kind.EXERCISE] if i.crew == (member.code,)]
        for day in range(case.problem.days):
            due = case.weekday(day) in rules.exercise_weekdays and not _waived(
                case, member.code, day, "exercise"
            )
            for session in rules.sessions:
                held = [i for i in own if i.activity == session.code and case.day(i.start) == day]
                where = f"{member.code} day {day + 1} {session.code}"
                if len(held) != int(due):
                    yield Fault("exercise", where, f"{len(held)} sessions are planned, expected {int(due)}.")
                for item in held:
                    if (item.end - item.start) != timedelta(minutes=session.duration_min):
                        yield Fault("exercise", where, f"It does not last {session.duration_min} min.")
                    if item.device not in session.devices:
                        yield Fault("device", where, f"It is not held on {item.device}.")
    sessions = {s.code for s in rules.sessions}
    for item in case.by_kind[Kind.EXERCISE]:
        if item.activity not in sessions or len(item.crew) != 1:
            yield Fault("exercise", item.code, "It is no session of one member.")


def _spacing(case: Case) -> Iterator[Fault]:
    rest = timedelta(minutes=case.problem.rules.exercise_after_meal_min)
    for meal in case.by_kind[Kind.MEAL]:
        for item in case.by_kind[Kind.EXERCISE]:
            near = meal.start <= item.start < meal.end + rest
            if set(item.crew) & set(meal.crew) and near:
                yield Fault(
                    "after-meal", item.code, f"It starts too soon after the meal at {iso(meal.start)}."
                )


def _devices(case: Case) -> Iterator[Fault]:
    for device in case.problem.devices:
        taken: dict[int, str] = {}
        for blocked in case.problem.blocked:
            if device.code in blocked.facilities:
                taken |= dict.fromkeys(case.range(blocked.span), blocked.code)
        for item in case.by_kind[Kind.EXERCISE]:
            if item.device == device.code:
                clash = sorted({taken[m] for m in case.range(item.span) if m in taken})
                if clash:
                    yield Fault("device", item.code, f"{device.code} is taken by {clash[0]}.")
                taken |= dict.fromkeys(case.range(item.span), item.code)


def _work_min(case: Case, member: str, day: int) -> float:
    return sum(
        (i.end - i.start).total_seconds() / 60
        for i in case.by_kind[Kind.ACTIVITY]
        if member in i.crew and case.day(i.start) == day
    )


def _blocked_min(case: Case, member: str, day: int) -> float:
    total = 0.0
    for blocked in case.problem.blocked:
        if blocked.works and member in blocked.crew:
            start, end = max(blocked.span.start, case.at(day, 0)), min(blocked.span.end, case.at(day + 1, 0))
            total += max(0.0, (end - start).total_seconds() / 60)
    return total


def _hours(case: Case) -> Iterator[Fault]:
    rules = case.problem.rules
    for member in case.problem.crew:
        for day in range(case.problem.days):
            limit = rules.work_day_min
            if case.weekday(day) == 6:
                limit = rules.work_saturday_min
            elif case.weekday(day) == 7:
                limit = rules.work_sunday_min
            limit = min(limit, case.problem.member_work_min.get(member.code, limit))
            work, other = _work_min(case, member.code, day), _blocked_min(case, member.code, day)
            if work > EPSILON and work + other > limit + EPSILON:
                says = f"{(work + other) / 60:.2f} h of work, at most {limit / 60:.2f} h."
                yield Fault("work-hours", f"{member.code} day {day + 1}", says)


# --------------------------------------------------------------------------- resources


def _facilities(case: Case) -> Iterator[Fault]:
    for facility in case.problem.facilities:
        load = [0] * case.minutes
        shut = {m for b in case.problem.blocked if facility.code in b.facilities for m in case.range(b.span)}
        for code, item in case.done.items():
            units = sum(u.units for u in _of(case, code).uses if u.facility == facility.code)
            if units and shut.intersection(case.range(item.span)):
                yield Fault("blocked", code, f"{facility.code} cannot be used then.")
            for minute in case.range(item.span):
                load[minute] += units
        if max(load) > facility.users_at_once:
            when = iso(case.at(0, load.index(max(load))))
            says = f"{max(load)} units in use at {when}, at most {facility.users_at_once}."
            yield Fault("facility", facility.code, says)


def _power(case: Case) -> Iterator[Fault]:
    dark = {m for span in case.problem.eclipses for m in case.range(span)}
    for channel in case.problem.channels:
        load = [channel.base_w] * case.minutes
        for code, item in case.done.items():
            activity = _of(case, code)
            if activity.channel == channel.code:
                for minute in case.range(item.span):
                    load[minute] += activity.power_w
        for minute, watts in enumerate(load):
            limit = min(channel.sunlit_w, channel.eclipse_w) if minute in dark else channel.sunlit_w
            if watts > limit + EPSILON and watts > channel.base_w:
                says = f"{watts:g} W at {iso(case.at(0, minute))}, at most {limit:g} W."
                yield Fault("power", channel.code, says)
                break


def _caps(case: Case) -> Iterator[Fault]:
    for cap in case.problem.caps:
        hours = sum(
            len(case.done[c].crew) * (case.done[c].end - case.done[c].start).total_seconds() / 3600
            for c in set(cap.activities) & case.done.keys()
        )
        if hours > cap.crew_time_h + EPSILON:
            yield Fault("cap", cap.code, f"{hours:.2f} h of crew time, at most {cap.crew_time_h:g} h.")
    if case.problem.data_day_gb is not None:
        for day in range(case.problem.days):
            data = sum(_of(case, c).data_gb for c, i in case.done.items() if case.day(i.start) == day)
            if data > case.problem.data_day_gb + EPSILON:
                yield Fault("data", f"day {day + 1}", f"{data:g} GB, at most {case.problem.data_day_gb:g}.")


def _quiet(case: Case) -> Iterator[Fault]:
    shaking = {d.code for d in case.problem.devices if d.vibrates}
    sessions = [i for i in case.by_kind[Kind.EXERCISE] if i.device in shaking]
    for code, item in case.done.items():
        quiet = _of(case, code).quiet
        for blocked in case.problem.blocked:
            if blocked.kind in quiet and blocked.span.overlaps(item.span):
                yield Fault("quiet", code, f"It runs during the {blocked.kind} {blocked.code}.")
        for session in sessions:
            if "exercise" in quiet and session.span.overlaps(item.span):
                yield Fault("quiet", code, f"It runs during {session.code}.")


# -------------------------------------------------------------------------------- time


def _windows(case: Case) -> Iterator[Fault]:
    for code, item in case.done.items():
        activity = _of(case, code)
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
        for link in _of(case, code).after:
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
        activity = _of(case, code)
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


_NOTHING = Activity(code="", title="", duration_min=1, priority_weight=0.0)


def _of(case: Case, code: str) -> Activity:
    """The activity of that code; one without needs where the plan made it up (told elsewhere)."""
    return case.activities.get(code, _NOTHING)


CHECKS: tuple[Check, ...] = (
    _accounts,
    _figures,
    _musts,
    _grid,
    _overlap,
    _crew,
    _routine,
    _meals,
    _exercise,
    _spacing,
    _devices,
    _hours,
    _facilities,
    _power,
    _caps,
    _quiet,
    _windows,
    _lags,
    _recurrence,
)
