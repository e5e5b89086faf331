"""Whether a week's problem makes sense in itself: names exist, times lie on the grid, no cycles."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import UTC, time, timedelta
from typing import TYPE_CHECKING

from stationmaster.measure.codes import distinct, known
from stationmaster.measure.errors import StationError
from stationmaster.measure.time import Span, iso

if TYPE_CHECKING:
    from stationmaster.timeline.activity import Activity
    from stationmaster.timeline.letters import Blocked, GroundRules, WeekProblem

#: Routine that a blocked span may waive for those who work in it.
WAIVABLE = ("sleep", "post-sleep", "pre-sleep", "conference", "meal", "exercise")
DAY_MIN = 24 * 60
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
    _grid(problem)
    _codes(problem)
    _rules(problem.rules, problem)
    for number, activity in enumerate(problem.activities):
        _activity(activity, problem, f"activities[{number + 1}]")
    for number, blocked in enumerate(problem.blocked):
        _blocked(blocked, problem, f"blocked[{number + 1}]")
    names = [a.code for a in problem.activities]
    for cap in problem.caps:
        for code in cap.activities:
            known(code, names, "activity", field=f"caps.{cap.code}.activities")
    for member in problem.member_work_min:
        known(member, [m.code for m in problem.crew], "crew member", field="member_work_min")
    _series(problem.activities)
    _acyclic(problem.activities)


def _bad(field: str, value: object, expected: str) -> StationError:
    return StationError("bad-value", field=field, value=value, expected=expected)


def _grid(problem: WeekProblem) -> None:
    start, ahead_min = problem.start, problem.rules.clock_ahead_min
    if not -DAY_MIN < ahead_min < DAY_MIN:
        raise _bad("rules.clock_ahead_min", ahead_min, "minutes within a day")
    clock = start if start.tzinfo is None else start.astimezone(UTC) + timedelta(minutes=ahead_min)
    if start.tzinfo is None or clock.time() != time():
        raise _bad("start", str(start), f"a midnight of the crew's clock, {ahead_min} min ahead of UTC")
    if not 1 <= problem.days <= 31:
        raise _bad("days", problem.days, "1 to 31 days")
    if problem.slot_min < 1 or DAY_MIN % problem.slot_min:
        raise _bad("slot_min", problem.slot_min, "whole minutes that divide a day")


def _codes(problem: WeekProblem) -> None:
    lists: tuple[tuple[str, Sequence[str]], ...] = (
        ("crew", [m.code for m in problem.crew]),
        ("devices", [d.code for d in problem.devices]),
        ("activities", [a.code for a in problem.activities]),
        ("facilities", [f.code for f in problem.facilities]),
        ("channels", [c.code for c in problem.channels]),
        ("blocked", [b.code for b in problem.blocked]),
        ("caps", [c.code for c in problem.caps]),
        ("rules.sessions", [s.code for s in problem.rules.sessions]),
    )
    for field, codes in lists:
        distinct(codes, "code", field=field)
    if len(problem.crew) == 0:
        raise _bad("crew", "nobody", "at least one crew member")


def _rules(rules: GroundRules, problem: WeekProblem) -> None:
    slot = problem.slot_min
    for name in LENGTHS:
        value = getattr(rules, name)
        if not 0 <= value <= DAY_MIN or value % slot:
            raise _bad(f"rules.{name}", value, f"minutes within a day that {slot} min slots divide")
    for name in ("work_day_min", "work_saturday_min", "work_sunday_min"):
        if not 0 <= getattr(rules, name) <= DAY_MIN:
            raise _bad(f"rules.{name}", getattr(rules, name), "minutes within a day")
    if rules.meal_latest_min - rules.meal_earliest_min < rules.meal_min:
        raise _bad("rules.meal_min", rules.meal_min, "a meal that fits between its earliest and latest")
    for name in ("exercise_weekdays", "conference_weekdays"):
        if not set(getattr(rules, name)) <= set(range(1, 8)):
            raise _bad(f"rules.{name}", getattr(rules, name), "weekdays from 1 (Monday) to 7")
    _sessions(rules, problem)
    for (kind, span), (after, following) in itertools.pairwise(fixed_routine(problem)):
        if span.overlaps(following):
            raise StationError(
                "contradiction",
                field="rules",
                value=f"{after} at {iso(following.start)}",
                other=f"{kind} until {iso(span.end)}",
                expected="a routine that does not overlap itself",
            )


def _sessions(rules: GroundRules, problem: WeekProblem) -> None:
    for session in rules.sessions:
        if session.duration_min <= 0 or session.duration_min % problem.slot_min:
            raise _bad("rules.sessions.duration_min", session.duration_min, "whole slots")
        if not session.devices:
            raise _bad("rules.sessions.devices", "none", "at least one device")
        for code in session.devices:
            known(code, [d.code for d in problem.devices], "device", field="rules.sessions.devices")


def _activity(activity: Activity, problem: WeekProblem, place: str) -> None:
    if not 1 <= activity.duration_min <= problem.days * DAY_MIN:
        raise _bad(f"{place}.duration_min", activity.duration_min, "1 minute to the whole week")
    if not 0 <= activity.priority_weight <= 1e6:
        raise _bad(f"{place}.priority_weight", activity.priority_weight, "a weight from 0 to a million")
    if activity.crew_count < 0:
        raise _bad(f"{place}.crew_count", activity.crew_count, "0 (commanded from the ground) or more")
    if activity.power_w < 0 or activity.data_gb < 0:
        raise _bad(place, min(activity.power_w, activity.data_gb), "a number that is not negative")
    if activity.skilled_count is not None and not 0 <= activity.skilled_count <= activity.crew_count:
        raise _bad(f"{place}.skilled_count", activity.skilled_count, "at most crew_count")
    if activity.power_w > 0:
        known(activity.channel, [c.code for c in problem.channels], "power channel", field=f"{place}.channel")
    _mentions(activity, problem, place)
    for use in activity.uses:
        if use.units < 1:
            raise _bad(f"{place}.uses.units", use.units, "one unit or more")
    for link in activity.after:
        _span_of(link.lag_shortest_min, link.lag_longest_min, f"{place}.after")
    _span_of(activity.gap_shortest_min, activity.gap_longest_min, f"{place}.gap")


def _mentions(activity: Activity, problem: WeekProblem, place: str) -> None:
    members = [m.code for m in problem.crew]
    activities = [a.code for a in problem.activities if a.code != activity.code]
    facilities = [f.code for f in problem.facilities]
    distinct((use.facility for use in activity.uses), "facility", field=f"{place}.uses")
    lists: tuple[tuple[str, Iterable[str], Iterable[str], str], ...] = (
        ("eligible", activity.eligible, members, "crew member"),
        ("uses", [use.facility for use in activity.uses], facilities, "facility"),
        ("inside", activity.inside, problem.windows, "window"),
        ("around", activity.around, problem.windows, "window"),
        ("after", [link.activity for link in activity.after], activities, "activity"),
        ("same_crew_as", [activity.same_crew_as] if activity.same_crew_as else [], activities, "activity"),
    )
    for field, values, names, kind in lists:
        for value in values:
            known(value, names, kind, field=f"{place}.{field}")


def _span_of(shortest: int, longest: int | None, field: str) -> None:
    if shortest < 0 or (longest is not None and longest < shortest):
        raise _bad(field, f"{shortest} to {longest} min", "a longest that is not below the shortest")


def _blocked(blocked: Blocked, problem: WeekProblem, place: str) -> None:
    members = [m.code for m in problem.crew]
    things = [f.code for f in problem.facilities] + [d.code for d in problem.devices]
    for code in blocked.crew:
        known(code, members, "crew member", field=f"{place}.crew")
    for code in blocked.facilities:
        known(code, things, "facility or device", field=f"{place}.facilities")
    for name in blocked.waives:
        known(name, WAIVABLE, "routine", field=f"{place}.waives")
    if not problem.span.overlaps(blocked.span):
        raise _bad(f"{place}.span", str(blocked.span), "a span that meets the week")
    for routine, span in fixed_routine(problem):
        if blocked.crew and routine not in blocked.waives and span.overlaps(blocked.span):
            raise StationError(
                "contradiction",
                field=f"{place}.span",
                value=f"{blocked.code} at {iso(blocked.span.start)}",
                other=f"{routine} at {iso(span.start)}",
                expected=f'another time, or waives = ["{routine}"]',
            )


def fixed_routine(problem: WeekProblem) -> list[tuple[str, Span]]:
    """The routine at fixed times, the same for all: (kind, span clipped to the week), in order."""
    rules, week = problem.rules, problem.span
    wake = rules.sleep_start_min + rules.sleep_min
    daily = [
        ("pre-sleep", rules.sleep_start_min - rules.pre_sleep_min, rules.pre_sleep_min),
        ("sleep", rules.sleep_start_min, rules.sleep_min),
        ("post-sleep", wake, rules.post_sleep_min),
    ]
    conferences = [
        ("conference", start, rules.conference_min)
        for start in (rules.morning_conference_start_min, rules.evening_conference_start_min)
    ]
    found = []
    for day in range(-1, problem.days + 1):
        midnight = problem.start + timedelta(days=day)
        meets = problem.date_of(day).isoweekday() in rules.conference_weekdays
        for kind, start_min, length_min in daily + (conferences if meets else []):
            start = max(midnight + timedelta(minutes=start_min), week.start)
            end = min(midnight + timedelta(minutes=start_min + length_min), week.end)
            if start < end:
                found.append((kind, Span(start, end)))
    return sorted(found, key=lambda pair: (pair[1], pair[0]))


def _series(activities: Sequence[Activity]) -> None:
    numbers: dict[str, list[int]] = {}
    for activity in activities:
        if activity.series:
            numbers.setdefault(activity.series, []).append(activity.occurrence)
    for series, found in numbers.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            raise _bad("series", f"{series} {sorted(found)}", "occurrences numbered from 1, each once")


def parents(activities: Sequence[Activity]) -> dict[str, set[str]]:
    """What each activity needs placed: its ``after``, ``same_crew_as``, the occurrence before."""
    by_number = {(a.series, a.occurrence): a.code for a in activities if a.series}
    needs: dict[str, set[str]] = {}
    for activity in activities:
        own = {link.activity for link in activity.after}
        if activity.same_crew_as:
            own.add(activity.same_crew_as)
        if activity.series and activity.occurrence > 1:
            own.add(by_number[activity.series, activity.occurrence - 1])
        needs[activity.code] = own
    return needs


def _acyclic(activities: Sequence[Activity]) -> None:
    needs = parents(activities)
    left = dict(needs)
    while left:
        free = [code for code, own in left.items() if not own & left.keys()]
        if not free:
            raise StationError(
                "contradiction",
                field="after",
                value=f"{min(left)} after {min(left[min(left)] & left.keys())}",
                other="the way back",
                expected="no circle of activities that wait for each other",
            )
        for code in free:
            del left[code]
