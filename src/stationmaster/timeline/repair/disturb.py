"""The week as the disturbances leave it: blocked spans, windows, activities; nothing placed yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from stationmaster.measure.errors import StationError
from stationmaster.measure.intervals import Spans
from stationmaster.measure.reasons import Reason
from stationmaster.measure.time import Span, iso
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.crew_day import fixed_routine
from stationmaster.timeline.letters import Blocked, HourCap, WeekProblem
from stationmaster.timeline.outcome import Item, Kind
from stationmaster.timeline.repair.busy import burns, overtime, prolonged, routine_cut, shelters
from stationmaster.timeline.repair.letters import RepairProblem, Slip

#: Kinds of the blocked spans that a repair makes itself.
ILL, BROKEN, ABORTED = "ill", "broken", "aborted"
ROUTINE = (Kind.MEAL, Kind.EXERCISE)


@dataclass(frozen=True)
class Disturbed:
    """The changed week, and what of the approved plan the disturbances forbid where it stands.

    ``hits`` gives, by item code, why it cannot stay; ``gone`` why an activity is no longer in the week.
    """

    week: WeekProblem
    hits: Mapping[str, tuple[Reason, ...]]
    gone: Mapping[str, Reason]


def disturbed(
    problem: RepairProblem, held: tuple[Blocked, ...] = (), beyond: frozenset[str] = frozenset()
) -> Disturbed:
    """The week with its disturbances; ``held`` are further blocked spans that the repair found needed.

    ``beyond`` are activities under way that overrun what the rules of the week allow: the time they take
    beyond their plan is a blocked span.

    Raises:
        StationError: the disturbances make a week that contradicts itself (somebody would be in an
            overrun and in a docking at once).
    """
    week = problem.week
    activities, gone = _activities(problem, beyond)
    windows = _windows(problem)
    blocked = [*_slipped(problem), *burns(problem), *shelters(problem), *_broken(problem), *held]
    blocked += list(prolonged(problem, beyond, blocked))
    blocked += list(_ill(problem, blocked))
    hits = dict(_hits(problem, activities, windows, blocked))
    blocked += _aborted(problem, hits, gone)
    stands = [i for i in problem.plan.items if i.code not in hits and i.activity in activities]
    blocked = overtime(problem, stands, blocked)
    caps = tuple(_cap(cap, activities) for cap in week.caps)
    try:
        changed = replace(
            week, activities=tuple(activities.values()), windows=windows, blocked=tuple(blocked), caps=caps
        )
    except StationError as error:
        raise _of_the_file(error, len(activities) - len(problem.disturbances.urgent)) from None
    return Disturbed(changed, hits, gone)


def _of_the_file(error: StationError, known: int) -> StationError:
    """A refusal of the changed week, with the field by which a disturbance's writer knows it."""
    field = str(error.facts.get("field"))
    if (found := re.match(r"activities\[(\d+)\](.*)", field)) and int(found[1]) > known:
        return StationError(
            error.code, **{**error.facts, "field": f"urgent[{int(found[1]) - known}]{found[2]}"}
        )
    return error


# ------------------------------------------------------------------------------ activities


def _activities(
    problem: RepairProblem, beyond: frozenset[str]
) -> tuple[dict[str, Activity], dict[str, Reason]]:
    told = problem.disturbances
    items = {i.activity: i for i in problem.plan.items if i.kind is Kind.ACTIVITY}
    found = {a.code: a for a in problem.week.activities}
    for delay in told.delays:
        own = found[delay.activity]
        later = items[delay.activity].start + timedelta(minutes=delay.by_min)
        found[own.code] = replace(own, earliest=max(later, own.earliest or later))
    for overrun in told.overruns:
        if overrun.activity in beyond:
            continue
        own = found[overrun.activity]
        found[own.code] = _longer(own, items[own.code].mode, overrun.by_min)
    done = {c for c, item in items.items() if item.end <= problem.now} - late(problem)
    for slip in told.slips:
        by = timedelta(minutes=slip.by_min)
        for code in (set(slip.tied) & found.keys()) - done:
            own = found[code]
            found[code] = replace(
                own, earliest=own.earliest and own.earliest + by, latest=own.latest and own.latest + by
            )
    gone = {c.activity: Reason("cancelled") for c in told.cancelled}
    _with_what_needs(found, gone, done)
    found = _renumbered({code: a for code, a in found.items() if code not in gone}, problem, gone)
    return found | {a.code: a for a in told.urgent}, gone


def late(problem: RepairProblem) -> set[str]:
    """Activities that have not begun, whatever the plan says."""
    return {delay.activity for delay in problem.disturbances.delays}


def _longer(activity: Activity, mode: str, by_min: int) -> Activity:
    if not activity.modes:
        return replace(activity, duration_min=activity.duration_min + by_min)
    modes = (
        replace(m, duration_min=m.duration_min + by_min) if m.code == mode else m for m in activity.modes
    )
    return replace(activity, modes=tuple(modes))


def _with_what_needs(found: dict[str, Activity], gone: dict[str, Reason], done: set[str]) -> None:
    """Add to what is gone all that needs it and is not over: it waits for its end or takes its crew."""
    fresh = True
    while fresh:
        fresh = False
        for activity in found.values():
            needs = {link.activity for link in activity.after} | {activity.same_crew_as}
            lost = sorted(needs & gone.keys())
            if lost and activity.code not in gone and activity.code not in done:
                gone[activity.code] = Reason("needs-cancelled", {"activity": lost[0]})
                fresh = True


def _renumbered(
    found: dict[str, Activity], problem: RepairProblem, gone: Mapping[str, Reason]
) -> dict[str, Activity]:
    """Series without their cancelled occurrences: the next one counts from the one before, its gap
    from there the sum of both."""
    series: dict[str, list[Activity]] = {}
    for activity in problem.week.activities:
        if activity.series:
            series.setdefault(activity.series, []).append(activity)
    for members in series.values():
        if not any(a.code in gone for a in members):
            continue
        number, shortest, longest = 0, 0, 0
        open_ended = False
        for activity in sorted(members, key=lambda a: a.occurrence):
            shortest += activity.gap_shortest_min
            open_ended |= activity.gap_longest_min is None
            longest += activity.gap_longest_min or 0
            if activity.code in gone:
                continue
            number += 1
            found[activity.code] = replace(
                found[activity.code],
                occurrence=number,
                gap_shortest_min=shortest,
                gap_longest_min=None if open_ended else longest,
            )
            shortest, longest, open_ended = 0, 0, False
    return found


def _cap(cap: HourCap, activities: Mapping[str, Activity]) -> HourCap:
    return replace(cap, activities=tuple(code for code in cap.activities if code in activities))


# ----------------------------------------------------------------------- windows and spans


def _windows(problem: RepairProblem) -> dict[str, tuple[Span, ...]]:
    told, now = problem.disturbances, problem.now
    found = dict(problem.week.windows)
    for slip in told.slips:
        by = timedelta(minutes=slip.by_min)
        for name in {slip.blocked, *slip.tied} & found.keys():
            found[name] = tuple(s if s.start < now else Span(s.start + by, s.end + by) for s in found[name])
    lost = [(outage.window, outage.span) for outage in told.outages]
    lost += [(name, burn.span) for burn in told.manoeuvres for name in burn.loses]
    for name, span in lost:
        cut = Spans.of([Span(max(span.start, now), span.end)])
        # one by one: spans of a window may overlap (targets), and each stays one pass
        found[name] = tuple(piece for one in found[name] for piece in Spans.of([one]) - cut)
    return found


def _slipped(problem: RepairProblem) -> Iterator[Blocked]:
    moves: dict[str, Slip] = {}
    for slip in problem.disturbances.slips:
        for code in (*slip.tied, slip.blocked):
            moves[code] = slip
    for blocked in problem.week.blocked:
        by_slip = moves.get(blocked.code)
        if by_slip is None or blocked.span.start < problem.now:
            yield blocked
            continue
        by = timedelta(minutes=by_slip.by_min)
        span = Span(blocked.span.start + by, blocked.span.end + by)
        more = by_slip.waives if by_slip.blocked == blocked.code else ()
        waives = tuple(dict.fromkeys((*blocked.waives, *more)))
        if span.overlaps(problem.week.span):
            yield routine_cut(problem.week, replace(blocked, span=span, waives=waives))


def _broken(problem: RepairProblem) -> Iterator[Blocked]:
    for number, broken in enumerate(problem.disturbances.breakdowns, 1):
        yield Blocked(
            code=f"BROKEN.{number}.{broken.facility}",
            kind=BROKEN,
            title=f"{broken.facility} out of order",
            span=Span(max(broken.start, problem.now), broken.end),
            facilities=(broken.facility,),
        )


def _ill(problem: RepairProblem, others: list[Blocked]) -> Iterator[Blocked]:
    """No work: what lies between sleep, meals and exercise as they were planned is blocked.

    Only so does the week's problem say that someone does not work and yet sleeps, eats and trains.
    """
    week = problem.week
    routine = [span for _, span in fixed_routine(week)]
    for number, ill in enumerate(problem.disturbances.illnesses, 1):
        own = [
            i.span
            for i in problem.plan.items
            if i.kind in ROUTINE and ill.crew in i.crew and not _strikes(i, others)
        ]
        away = [b.span for b in others if ill.crew in b.crew]
        ill_span = Spans.of([Span(max(ill.start, problem.now), min(ill.end, week.span.end))])
        for piece_number, piece in enumerate(ill_span - Spans.of([*routine, *own, *away]), 1):
            yield Blocked(
                code=f"ILL.{number}.{ill.crew}.{piece_number}",
                kind=ILL,
                title="Ill",
                span=piece,
                crew=(ill.crew,),
                works=False,
            )


# ------------------------------------------------------------------------------------ hits


def _hits(
    problem: RepairProblem,
    activities: Mapping[str, Activity],
    windows: Mapping[str, tuple[Span, ...]],
    blocked: list[Blocked],
) -> Iterator[tuple[str, tuple[Reason, ...]]]:
    """By item that is not over: what forbids it where it stands, looked at alone."""
    known = {b.code: b for b in problem.week.blocked}
    new = [b for b in blocked if known.get(b.code) != b]
    waiting = late(problem)
    for item in problem.plan.items:
        over = item.end <= problem.now and item.activity not in waiting
        if over or item.kind not in (*ROUTINE, Kind.ACTIVITY):
            continue
        activity = activities.get(item.activity) if item.kind is Kind.ACTIVITY else None
        if item.kind is Kind.ACTIVITY and activity is None:
            continue
        reasons = [r for b in new if b.span.overlaps(item.span) and (r := _struck(item, activity, b))]
        if activity is not None:
            reasons += _own(item, activity, windows)
        if reasons:
            yield item.code, tuple(reasons)


def _strikes(item: Item, blocked: list[Blocked]) -> bool:
    """Whether any of the spans keeps a meal or session from where it stands."""
    return any(b.span.overlaps(item.span) and _struck(item, None, b) for b in blocked)


def _struck(item: Item, activity: Activity | None, blocked: Blocked) -> Reason | None:
    busy = set(item.crew) & set(blocked.crew)
    way = next((w for w in activity.ways if w.code == item.mode), None) if activity else None
    used = {use.facility for use in way.uses} if way else {item.device}
    if busy:
        return Reason("crew-away", {"crew": ", ".join(sorted(busy)), "why": blocked.title})
    if shut := used & set(blocked.facilities):
        return Reason("shut", {"facility": ", ".join(sorted(shut)), "why": blocked.title})
    if activity is not None and blocked.kind in activity.quiet:
        return Reason("not-quiet", {"why": blocked.title, "kind": blocked.kind})
    return None


def _own(item: Item, activity: Activity, windows: Mapping[str, tuple[Span, ...]]) -> Iterator[Reason]:
    for name in activity.inside:
        if not any(w.start <= item.start and item.end <= w.end for w in windows[name]):
            yield Reason("no-window", {"window": name})
    for name in activity.around:
        if not any(item.start <= w.start and w.end <= item.end for w in windows[name]):
            yield Reason("no-window", {"window": name})
    if activity.earliest is not None and item.start < activity.earliest:
        yield Reason("not-before", {"when": iso(activity.earliest)})
    if activity.latest is not None and item.end > activity.latest:
        yield Reason("not-after", {"when": iso(activity.latest)})


def _aborted(
    problem: RepairProblem, hits: Mapping[str, tuple[Reason, ...]], gone: Mapping[str, Reason]
) -> Iterator[Blocked]:
    """What was under way and cannot go on has taken its crew's time until now."""
    waiting = late(problem)
    for item in problem.plan.items:
        under_way = item.kind is Kind.ACTIVITY and item.start < problem.now < item.end
        if under_way and item.activity not in waiting and (item.code in hits or item.activity in gone):
            yield Blocked(
                code=f"ABORTED.{item.code}",
                kind=ABORTED,
                title=f"{item.title}, broken off",
                span=Span(item.start, problem.now),
                crew=item.crew,
            )
