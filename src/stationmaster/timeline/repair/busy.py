"""What keeps the crew busy that no plan foresaw (burns, a shelter, an overrun), and what gives way to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from stationmaster.measure.errors import StationError
from stationmaster.measure.intervals import Spans
from stationmaster.measure.time import Span, iso
from stationmaster.timeline.crew_day import day_limit_min, fixed_routine
from stationmaster.timeline.letters import Blocked, CrewMember, WeekProblem
from stationmaster.timeline.outcome import Item, Kind
from stationmaster.timeline.repair.letters import Manoeuvre, Overrun, RepairProblem

#: Before the code of an activity: the blocked span of what it takes beyond its plan.
OVERRUN = "OVERRUN."
SHELTER = "shelter"


def routine_cut(week: WeekProblem, blocked: Blocked) -> Blocked:
    """The span, cutting whatever fixed routine of its crew it meets."""
    met = {
        kind
        for member in week.crew
        if member.code in blocked.crew
        for kind, span in fixed_routine(week, member)
        if span.overlaps(blocked.span)
    }
    return replace(blocked, waives=tuple(dict.fromkeys((*blocked.waives, *sorted(met)))))


def burns(problem: RepairProblem) -> Iterator[Blocked]:
    """Of each manoeuvre the time without microgravity, and that of the crew who are busy with it."""
    for burn in problem.disturbances.manoeuvres:
        start = max(burn.start, problem.now)
        yield Blocked(code=burn.code, kind=burn.kind, title=burn.title, span=Span(start, burn.end))
        if burn.crew and (span := _crew_span(burn, problem.now)):
            crew = Blocked(
                code=f"{burn.code}.CREW",
                kind="manoeuvre",
                title=burn.title,
                span=span,
                crew=burn.crew,
                waives=burn.waives,
            )
            yield routine_cut(problem.week, crew)


def _crew_span(burn: Manoeuvre, now: datetime) -> Span | None:
    first = max(burn.burn - timedelta(minutes=burn.crew_before_min), now)
    last = burn.burn + timedelta(minutes=burn.crew_after_min)
    return Span(first, last) if first < last else None


def shelters(problem: RepairProblem) -> Iterator[Blocked]:
    """The crew in its vehicle; it is no work of theirs."""
    for one in problem.disturbances.shelters:
        span = Span(max(one.start, problem.now), one.end)
        aboard = tuple(m.code for m in problem.week.crew if m.aboard is None or m.aboard.overlaps(span))
        crew = one.crew or aboard
        blocked = Blocked(code=one.code, kind=SHELTER, title=one.title, span=span, crew=crew, works=False)
        yield routine_cut(problem.week, blocked)


def prolonged(problem: RepairProblem, beyond: frozenset[str], others: Sequence[Blocked]) -> Iterator[Blocked]:
    """What activities under way take beyond their plan: their crew is busy, their facilities are taken.

    Raises:
        StationError: ``contradiction`` where somebody is needed elsewhere then.
    """
    ways = {a.code: a.ways for a in problem.week.activities}
    items = {i.activity: i for i in problem.plan.items if i.kind is Kind.ACTIVITY}
    for number, overrun in enumerate(problem.disturbances.overruns, 1):
        item = items[overrun.activity]
        span = Span(item.end, longer_end(problem.week, item, overrun))
        if overrun.activity not in beyond or span.start == span.end:
            continue
        way = next(w for w in ways[item.activity] if w.code == item.mode)
        for other in others:
            if set(other.crew) & set(item.crew) and other.span.overlaps(span):
                raise StationError(
                    "contradiction",
                    field=f"overruns[{number}].by_min",
                    value=f"{item.code} until {iso(span.end)}",
                    other=f"{other.code} at {iso(other.span.start)}, which needs its crew",
                    expected="a shorter overrun, a slip of the other, or the activity cancelled",
                )
        blocked = Blocked(
            code=f"{OVERRUN}{item.code}",
            kind="overrun",
            title=f"{item.title}, overrunning",
            span=span,
            crew=item.crew,
            facilities=tuple(use.facility for use in way.uses),
        )
        yield routine_cut(problem.week, blocked)


def longer_end(week: WeekProblem, item: Item, overrun: Overrun) -> datetime:
    """When something that takes longer is over, on the week's grid and within the week."""
    slots = -(-overrun.by_min // week.slot_min)
    return min(item.end + timedelta(minutes=slots * week.slot_min), week.span.end)


# ---------------------------------------------------------------------------- hours of work


def overtime(
    problem: RepairProblem,
    stands: Sequence[Item],
    blocked: list[Blocked],
) -> list[Blocked]:
    """The spans, those that go beyond somebody's hours no longer counted as work.

    What has happened cannot be taken back, and what must happen happens: where the two are more than a
    day or a week allows, the hours give way. ``stands`` is what is not forbidden where it stands.
    """
    known = {b.code: b for b in problem.week.blocked}
    new = [b for b in blocked if b.works and b.crew and known.get(b.code) != b]
    if not new:
        return blocked
    began = [i for i in stands if i.kind is Kind.ACTIVITY and i.start < problem.now]
    extra = {o.activity: o.by_min for o in problem.disturbances.overruns}
    spare: set[str] = set()
    for member in problem.week.crew:
        own = [b for b in new if member.code in b.crew]
        busy = [b for b in blocked if b.works and member.code in b.crew]
        for span, limit_min in _limits(problem.week, member) if own else ():
            done = [i for i in began if member.code in i.crew and span.contains(i.start)]
            lasts = {i.code: i.span.duration_s / 60 + extra.get(i.activity, 0) for i in done}
            asked = sum((Spans.of([span]) & Spans.of([b.span])).duration_s / 60 for b in busy)
            if done and sum(lasts.values()) + asked > limit_min:
                spare |= {b.code for b in own if b.span.overlaps(span)}
    return [replace(b, works=b.works and b.code not in spare) for b in blocked]


def _limits(week: WeekProblem, member: CrewMember) -> Iterator[tuple[Span, float]]:
    """The days and calendar weeks with the minutes that somebody may work in them."""
    weeks: dict[tuple[int, int], list[Span]] = {}
    for day in range(week.days):
        midnight = week.start + timedelta(days=day)
        whole = Span(midnight, midnight + timedelta(days=1))
        yield whole, day_limit_min(week, member, day)
        weeks.setdefault(week.date_of(day).isocalendar()[:2], []).append(whole)
    if week.rules.work_week_min is not None:
        for days in weeks.values():
            yield Span(days[0].start, days[-1].end), week.rules.work_week_min
