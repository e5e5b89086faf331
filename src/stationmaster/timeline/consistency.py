"""Whether a week's problem makes sense in itself: names exist, times lie on the grid, no cycles."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, time, timedelta
from typing import TYPE_CHECKING

from stationmaster.measure.errors import StationError
from stationmaster.measure.time import iso
from stationmaster.timeline.consistency_activity import (
    Names,
    activity_faults,
    amount,
    bad,
    circles,
    distinct,
    draw_faults,
    jar_faults,
    known,
    series_faults,
)
from stationmaster.timeline.crew_day import DAY_MIN, fixed_routine

if TYPE_CHECKING:
    from stationmaster.timeline.letters import Blocked, CrewMember, GroundRules, WeekProblem

#: Routine that a blocked span may waive for those who work in it.
WAIVABLE = ("sleep", "post-sleep", "pre-sleep", "conference", "meal", "exercise")
#: Rules that must lie on the grid of slots.
LENGTHS = (
    "sleep_start_min",
    "sleep_min",
    "post_sleep_min",
    "pre_sleep_min",
    "conference_min",
    "morning_conference_start_min",
    "evening_conference_start_min",
    "meal_earliest_min",
    "meal_latest_min",
    "meal_min",
    "exercise_after_meal_min",
)


def consistent(problem: WeekProblem) -> None:
    """Raise a ``StationError`` for the first thing in the problem that contradicts the rest.

    Raises:
        StationError: ``bad-value``, ``unknown-name``, ``duplicate`` or ``contradiction``, with
            the field.
    """
    for error in contradictions(problem):
        raise error


def contradictions(problem: WeekProblem) -> Iterator[StationError]:
    """Everything in the problem that contradicts the rest, in the order of the fields, each once.

    ``problem`` may be one that was never held to be consistent. What could only be judged by
    something that is itself wrong (a routine on a grid that is none) is left unsaid.
    """
    names = Names.of(problem)
    grid = list(_grid(problem))
    yield from grid
    yield from _codes(problem)
    rules = list(_rules(problem.rules, problem)) if not grid else []
    yield from rules
    timed = not grid and not rules
    if timed:
        yield from _overlaps(problem)
    for number, member in enumerate(problem.crew, 1):
        yield from _member(member, problem, f"crew[{number}]", timed=not grid)
    yield from _things(problem, names)
    for number, activity in enumerate(problem.activities, 1):
        yield from activity_faults(activity, problem, names, f"activities[{number}]")
    for number, blocked in enumerate(problem.blocked, 1):
        place = f"blocked[{number}]"
        yield from _blocked_names(blocked, names, place)
        yield from draw_faults(blocked.refills, names, f"{place}.refills")
        if not grid:
            yield from _blocked_span(blocked, problem, place, timed=timed)
    yield from _limits(problem, names)
    series = list(series_faults(problem.activities))
    yield from series
    if not series:
        yield from circles(problem.activities)
        yield from jar_faults(problem.activities)


def _grid(problem: WeekProblem) -> Iterator[StationError]:
    start, ahead_min = problem.start, problem.rules.clock_ahead_min
    if not -DAY_MIN < ahead_min < DAY_MIN:
        yield bad("rules.clock_ahead_min", ahead_min, "minutes within a day")
    else:
        clock = start if start.tzinfo is None else start.astimezone(UTC) + timedelta(minutes=ahead_min)
        if start.tzinfo is None or clock.time() != time():
            yield bad("start", str(start), f"a midnight of the crew's clock, {ahead_min} min ahead of UTC")
    if not 1 <= problem.days <= 31:
        yield bad("days", problem.days, "1 to 31 days")
    if problem.slot_min < 1 or DAY_MIN % problem.slot_min:
        yield bad("slot_min", problem.slot_min, "whole minutes that divide a day")


def _codes(problem: WeekProblem) -> Iterator[StationError]:
    lists: tuple[tuple[str, Sequence[str]], ...] = (
        ("crew", [m.code for m in problem.crew]),
        ("devices", [d.code for d in problem.devices]),
        ("activities", [a.code for a in problem.activities]),
        ("facilities", [f.code for f in problem.facilities]),
        ("channels", [c.code for c in problem.channels]),
        ("stores", [s.code for s in problem.stores]),
        ("blocked", [b.code for b in problem.blocked]),
        ("caps", [c.code for c in problem.caps]),
        ("rules.sessions", [s.code for s in problem.rules.sessions]),
    )
    for field, codes in lists:
        first = {code: n for n, code in reversed(list(enumerate(codes)))}
        for number, code in enumerate(codes):
            if first[code] != number:
                place = f"{field}[{number + 1}].code"
                yield StationError("duplicate", value=code, kind="code", field=place)
    if len(problem.crew) == 0 and any(activity.crew_count for activity in problem.activities):
        yield bad("crew", "nobody", "at least one crew member, for the activities that need one")


def _rules(rules: GroundRules, problem: WeekProblem) -> Iterator[StationError]:
    slot = problem.slot_min
    for name in LENGTHS:
        value = getattr(rules, name)
        if not 0 <= value <= DAY_MIN or value % slot:
            yield bad(f"rules.{name}", value, f"minutes within a day that {slot} min slots divide")
    for name in ("work_day_min", "work_saturday_min", "work_sunday_min"):
        if not 0 <= getattr(rules, name) <= DAY_MIN:
            yield bad(f"rules.{name}", getattr(rules, name), "minutes within a day")
    if rules.work_week_min is not None and rules.work_week_min < 0:
        yield bad("rules.work_week_min", rules.work_week_min, "minutes that are not negative")
    yield from _shifts(rules, slot)
    if rules.meal_latest_min - rules.meal_earliest_min < rules.meal_min:
        yield bad("rules.meal_min", rules.meal_min, "a meal that fits between its earliest and latest")
    for name in ("exercise_weekdays", "conference_weekdays"):
        if not set(getattr(rules, name)) <= set(range(1, 8)):
            yield bad(f"rules.{name}", getattr(rules, name), "weekdays from 1 (Monday) to 7")
    for number, session in enumerate(rules.sessions, 1):
        place = f"rules.sessions[{number}]"
        if not 0 < session.duration_min <= DAY_MIN or session.duration_min % slot:
            yield bad(f"{place}.duration_min", session.duration_min, "whole slots within a day")
        if not session.devices:
            yield bad(f"{place}.devices", "none", "at least one device")
        yield from distinct(session.devices, "device", f"{place}.devices")
        yield from known(session.devices, {d.code for d in problem.devices}, "device", f"{place}.devices")


def _shifts(rules: GroundRules, slot: int) -> Iterator[StationError]:
    for number, shift in enumerate(rules.sleep_shifts, 1):
        wake = shift.sleep_start_min + rules.sleep_min + rules.post_sleep_min
        if shift.sleep_start_min < 0 or shift.sleep_start_min % slot or wake > 2 * DAY_MIN:
            place = f"rules.sleep_shifts[{number}].sleep_start_min"
            yield bad(place, shift.sleep_start_min, "whole slots, of a night over by the end of the next day")
    yield from distinct((str(shift.day) for shift in rules.sleep_shifts), "day", "rules.sleep_shifts")


def _overlaps(problem: WeekProblem) -> Iterator[StationError]:
    """The first pair of each two kinds of routine that lie on each other; the same is so on other days."""
    told: set[tuple[str, str]] = set()
    for (kind, span), (after, following) in itertools.pairwise(fixed_routine(problem)):
        if span.overlaps(following) and (kind, after) not in told:
            told.add((kind, after))
            yield StationError(
                "contradiction",
                field="rules",
                value=f"{after} at {iso(following.start)}",
                other=f"{kind} until {iso(span.end)}",
                expected="a routine that does not overlap itself",
            )


def _blocked_names(blocked: Blocked, names: Names, place: str) -> Iterator[StationError]:
    things = {*names.facilities, *names.devices}
    yield from known(blocked.crew, names.members, "crew member", f"{place}.crew")
    yield from known(blocked.facilities, things, "facility or device", f"{place}.facilities")
    yield from known(blocked.waives, WAIVABLE, "routine", f"{place}.waives")


def _blocked_span(
    blocked: Blocked, problem: WeekProblem, place: str, *, timed: bool
) -> Iterator[StationError]:
    if not problem.span.overlaps(blocked.span):
        yield bad(f"{place}.span", str(blocked.span), "a span that meets the week")
    met: set[str] = set()
    members = [member for member in problem.crew if member.code in blocked.crew]
    routine = [pair for member in members for pair in fixed_routine(problem, member)] if timed else []
    for kind, span in routine:
        if kind not in {*blocked.waives, *met} and span.overlaps(blocked.span):
            met.add(kind)
            yield StationError(
                "contradiction",
                field=f"{place}.span",
                value=f"{blocked.code} at {iso(blocked.span.start)}",
                other=f"{kind} at {iso(span.start)}",
                expected=f'another time, or waives = ["{kind}"]',
            )


def _member(member: CrewMember, problem: WeekProblem, place: str, *, timed: bool) -> Iterator[StationError]:
    yield from known(member.certified_until, member.skills, "skill", f"{place}.certified_until")
    for skill, until in member.certified_until.items():
        if until.tzinfo is None:
            yield bad(f"{place}.certified_until.{skill}", str(until), "an aware UTC moment")
    if timed and member.aboard is not None and not member.aboard.overlaps(problem.span):
        yield bad(f"{place}.aboard", str(member.aboard), "a stay that meets the week")


def _things(problem: WeekProblem, names: Names) -> Iterator[StationError]:
    """Facilities, channels and stores, whose amounts must be numbers."""
    for number, facility in enumerate(problem.facilities, 1):
        yield from amount(facility.users_at_once, f"facilities[{number}].users_at_once")
    for number, channel in enumerate(problem.channels, 1):
        for name in ("sunlit_w", "eclipse_w", "base_w"):
            yield from amount(getattr(channel, name), f"channels[{number}].{name}")
        for less in channel.reduced:
            yield from amount(less.limit_w, f"channels[{number}].reduced.limit_w")
    for number, store in enumerate(problem.stores, 1):
        place = f"stores[{number}]"
        for name in ("capacity_units", "initial_units", "recovery_units_h"):
            yield from amount(getattr(store, name), f"{place}.{name}")
        if store.initial_units > store.capacity_units:
            yield bad(f"{place}.initial_units", store.initial_units, "at most capacity_units")
        yield from known(filter(None, [store.recovers_in]), names.windows, "window", f"{place}.recovers_in")


def _limits(problem: WeekProblem, names: Names) -> Iterator[StationError]:
    """Caps, limits of single members, data of a day, and the goal."""
    for number, cap in enumerate(problem.caps, 1):
        yield from known(cap.activities, names.activities, "activity", f"caps[{number}].activities")
        yield from amount(cap.crew_time_h, f"caps[{number}].crew_time_h")
    yield from known(problem.member_work_min, names.members, "crew member", "member_work_min")
    for member, minutes in problem.member_work_min.items():
        if minutes < 0:
            yield bad(f"member_work_min.{member}", minutes, "minutes that are not negative")
    yield from known(problem.off_duty, names.members, "crew member", "off_duty")
    if problem.data_day_gb is not None:
        yield from amount(problem.data_day_gb, "data_day_gb")
    spare = [a.code for a in problem.activities if not a.must]
    if problem.goal == "earliest-end" and spare:
        yield StationError(
            "contradiction",
            field="goal",
            value=problem.goal,
            other=f"{spare[0]} is no must",
            expected="only musts where the end of the last activity counts",
        )
