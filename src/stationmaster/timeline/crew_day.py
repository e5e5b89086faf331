"""The crew's day as its ground rules fix it: sleep and what goes with it, conferences, limits of work."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from stationmaster.measure.intervals import Spans
from stationmaster.measure.time import Span

if TYPE_CHECKING:
    from stationmaster.timeline.letters import CrewMember, GroundRules, WeekProblem

DAY_MIN = 24 * 60
ASLEEP = ("pre-sleep", "sleep", "post-sleep")


def sleep_start_min(rules: GroundRules, day: date) -> int:
    """When the sleep begins whose night belongs to this day of the crew's clock."""
    shifts = [shift for shift in rules.sleep_shifts if shift.day <= day]
    return max(shifts, key=lambda shift: shift.day).sleep_start_min if shifts else rules.sleep_start_min


def fixed_routine(problem: WeekProblem, member: CrewMember | None = None) -> list[tuple[str, Span]]:
    """The routine at fixed times: (kind, span clipped to the week), in order.

    It is the same for all, apart from the stay aboard that a ``member`` has. Where sleep is
    shifted, a conference that meets sleep, post- or pre-sleep is not held.
    """
    rules, week = problem.rules, problem.span
    if member is not None and member.aboard is not None:
        week = Span(max(week.start, member.aboard.start), min(week.end, member.aboard.end))
    found: list[tuple[str, Span]] = []
    meetings: list[tuple[str, Span]] = []
    for day in range(-1, problem.days + 1):
        midnight = problem.start + timedelta(days=day)
        sleep = sleep_start_min(rules, problem.date_of(day))
        wake = sleep + rules.sleep_min
        edges = (sleep - rules.pre_sleep_min, sleep, wake, wake + rules.post_sleep_min)
        for kind, start, end in zip(ASLEEP, edges, edges[1:], strict=False):
            found.append((kind, Span(midnight + timedelta(minutes=start), midnight + timedelta(minutes=end))))
        if problem.date_of(day).isoweekday() in rules.conference_weekdays:
            for start in (rules.morning_conference_start_min, rules.evening_conference_start_min):
                begin = midnight + timedelta(minutes=start)
                end_at = begin + timedelta(minutes=rules.conference_min)
                meetings.append(("conference", Span(begin, end_at)))
    if rules.sleep_shifts:
        taken = [span for _, span in found if span.start < span.end]
        meetings = [pair for pair in meetings if not any(pair[1].overlaps(span) for span in taken)]
    clipped = [
        (kind, Span(max(span.start, week.start), min(span.end, week.end)))
        for kind, span in found + meetings
        if max(span.start, week.start) < min(span.end, week.end)
    ]
    return sorted(clipped, key=lambda pair: (pair[1], pair[0]))


def asleep(problem: WeekProblem) -> list[Span]:
    """Every span in which at least one of the crew sleeps, blocked spans apart."""
    found: list[Span] = []
    for member in problem.crew:
        away = Spans.of(b.span for b in problem.blocked if member.code in b.crew)
        own = Spans.of(span for kind, span in fixed_routine(problem, member) if kind == "sleep")
        found += (own - away).items
    return list(Spans.of(found))


def aboard_all(problem: WeekProblem, member: CrewMember, day: int) -> bool:
    """Whether a member is aboard for the whole of a day: only then meals and exercise are due."""
    if member.aboard is None:
        return True
    start = problem.start + timedelta(days=day)
    return member.aboard.start <= start and start + timedelta(days=1) <= member.aboard.end


def day_limit_min(problem: WeekProblem, member: CrewMember, day: int) -> int:
    """Minutes a member may work on a day of the week, blocked spans included."""
    on, rules = problem.date_of(day), problem.rules
    if on in problem.off_duty.get(member.code, ()):
        return 0
    limit = {6: rules.work_saturday_min, 7: rules.work_sunday_min}.get(on.isoweekday(), rules.work_day_min)
    return min(limit, problem.member_work_min.get(member.code, DAY_MIN))


def blocked_work_min(problem: WeekProblem, member: CrewMember, day: int) -> float:
    """Minutes of a day that a member works in blocked spans."""
    midnight = problem.start + timedelta(days=day)
    whole = Spans.of([Span(midnight, midnight + timedelta(days=1))])
    return sum(
        (whole & Spans.of([b.span])).duration_s / 60
        for b in problem.blocked
        if b.works and member.code in b.crew
    )
