"""Whether a week's problem makes sense in itself: names exist, times lie on the grid, no cycles."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, time, timedelta
from typing import TYPE_CHECKING

from stationmaster.measure.codes import nearest
from stationmaster.measure.errors import StationError
from stationmaster.measure.time import Span, iso
from stationmaster.timeline.crew_day import DAY_MIN, fixed_routine

if TYPE_CHECKING:
    from stationmaster.timeline.activity import Activity
    from stationmaster.timeline.letters import Blocked, GroundRules, WeekProblem

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
    for number, activity in enumerate(problem.activities, 1):
        yield from _activity(activity, problem, names, f"activities[{number}]")
    routine = fixed_routine(problem) if timed else []
    for number, blocked in enumerate(problem.blocked, 1):
        place = f"blocked[{number}]"
        yield from _blocked_names(blocked, names, place)
        if not grid:
            yield from _blocked_span(blocked, problem, routine, place)
    for number, cap in enumerate(problem.caps, 1):
        yield from _known(cap.activities, names.activities, "activity", f"caps[{number}].activities")
    yield from _known(problem.member_work_min, names.members, "crew member", "member_work_min")
    series = list(_series(problem.activities))
    yield from series
    if not series:
        yield from _circles(problem.activities)


@dataclass(frozen=True)
class Names:
    """The codes that other parts of a problem may mention."""

    members: Collection[str]
    activities: Collection[str]
    facilities: Collection[str]
    devices: Collection[str]
    channels: Collection[str]
    windows: Collection[str]

    @classmethod
    def of(cls, problem: WeekProblem) -> Names:
        """The codes of a problem; looking one up takes no longer in a large one."""
        return cls(
            members={m.code for m in problem.crew},
            activities={a.code for a in problem.activities},
            facilities={f.code for f in problem.facilities},
            devices={d.code for d in problem.devices},
            channels={c.code for c in problem.channels},
            windows=problem.windows.keys(),
        )


def _bad(field: str, value: object, expected: str) -> StationError:
    return StationError("bad-value", field=field, value=value, expected=expected)


def _known(values: Iterable[str], names: Collection[str], kind: str, field: str) -> Iterator[StationError]:
    for value in values:
        if value not in names:
            near = nearest(value, names)
            yield StationError("unknown-name", value=value, kind=kind, nearest=near, field=field)


def _distinct(values: Iterable[str], kind: str, field: str) -> Iterator[StationError]:
    for value, times in Counter(values).items():
        if times > 1:
            yield StationError("duplicate", value=value, kind=kind, field=field)


def _grid(problem: WeekProblem) -> Iterator[StationError]:
    start, ahead_min = problem.start, problem.rules.clock_ahead_min
    if not -DAY_MIN < ahead_min < DAY_MIN:
        yield _bad("rules.clock_ahead_min", ahead_min, "minutes within a day")
    else:
        clock = start if start.tzinfo is None else start.astimezone(UTC) + timedelta(minutes=ahead_min)
        if start.tzinfo is None or clock.time() != time():
            yield _bad("start", str(start), f"a midnight of the crew's clock, {ahead_min} min ahead of UTC")
    if not 1 <= problem.days <= 31:
        yield _bad("days", problem.days, "1 to 31 days")
    if problem.slot_min < 1 or DAY_MIN % problem.slot_min:
        yield _bad("slot_min", problem.slot_min, "whole minutes that divide a day")


def _codes(problem: WeekProblem) -> Iterator[StationError]:
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
        first = {code: n for n, code in reversed(list(enumerate(codes)))}
        for number, code in enumerate(codes):
            if first[code] != number:
                place = f"{field}[{number + 1}].code"
                yield StationError("duplicate", value=code, kind="code", field=place)
    if len(problem.crew) == 0:
        yield _bad("crew", "nobody", "at least one crew member")


def _rules(rules: GroundRules, problem: WeekProblem) -> Iterator[StationError]:
    slot = problem.slot_min
    for name in LENGTHS:
        value = getattr(rules, name)
        if not 0 <= value <= DAY_MIN or value % slot:
            yield _bad(f"rules.{name}", value, f"minutes within a day that {slot} min slots divide")
    for name in ("work_day_min", "work_saturday_min", "work_sunday_min"):
        if not 0 <= getattr(rules, name) <= DAY_MIN:
            yield _bad(f"rules.{name}", getattr(rules, name), "minutes within a day")
    if rules.meal_latest_min - rules.meal_earliest_min < rules.meal_min:
        yield _bad("rules.meal_min", rules.meal_min, "a meal that fits between its earliest and latest")
    for name in ("exercise_weekdays", "conference_weekdays"):
        if not set(getattr(rules, name)) <= set(range(1, 8)):
            yield _bad(f"rules.{name}", getattr(rules, name), "weekdays from 1 (Monday) to 7")
    for number, session in enumerate(rules.sessions, 1):
        place = f"rules.sessions[{number}]"
        if not 0 < session.duration_min <= DAY_MIN or session.duration_min % slot:
            yield _bad(f"{place}.duration_min", session.duration_min, "whole slots within a day")
        if not session.devices:
            yield _bad(f"{place}.devices", "none", "at least one device")
        yield from _known(session.devices, {d.code for d in problem.devices}, "device", f"{place}.devices")


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


def _activity(activity: Activity, problem: WeekProblem, names: Names, place: str) -> Iterator[StationError]:
    if not 1 <= activity.duration_min <= max(1, problem.days) * DAY_MIN:
        yield _bad(f"{place}.duration_min", activity.duration_min, "1 minute to the whole week")
    if not 0 <= activity.priority_weight <= 1e6:
        yield _bad(f"{place}.priority_weight", activity.priority_weight, "a weight from 0 to a million")
    if activity.crew_count < 0:
        yield _bad(f"{place}.crew_count", activity.crew_count, "0 (commanded from the ground) or more")
    for name in ("power_w", "data_gb"):
        if getattr(activity, name) < 0:
            yield _bad(f"{place}.{name}", getattr(activity, name), "a number that is not negative")
    if activity.skilled_count is not None and not 0 <= activity.skilled_count <= activity.crew_count:
        yield _bad(f"{place}.skilled_count", activity.skilled_count, "at most crew_count")
    if activity.power_w > 0:
        yield from _known([activity.channel], names.channels, "power channel", f"{place}.channel")
    yield from _mentions(activity, names, place)
    for use in activity.uses:
        if use.units < 1:
            yield _bad(f"{place}.uses.units", use.units, "one unit or more")
    for link in activity.after:
        yield from _span_of(link.lag_shortest_min, link.lag_longest_min, f"{place}.after")
    yield from _span_of(activity.gap_shortest_min, activity.gap_longest_min, f"{place}.gap_shortest_min")


def _mentions(activity: Activity, names: Names, place: str) -> Iterator[StationError]:
    yield from _distinct((use.facility for use in activity.uses), "facility", f"{place}.uses")
    lists: tuple[tuple[str, Iterable[str], Collection[str], str], ...] = (
        ("eligible", activity.eligible, names.members, "crew member"),
        ("uses", [use.facility for use in activity.uses], names.facilities, "facility"),
        ("inside", activity.inside, names.windows, "window"),
        ("around", activity.around, names.windows, "window"),
        ("after", [link.activity for link in activity.after], names.activities, "activity"),
        ("same_crew_as", filter(None, [activity.same_crew_as]), names.activities, "activity"),
    )
    for field, values, found, kind in lists:
        yield from _known(values, found, kind, f"{place}.{field}")


def _span_of(shortest: int, longest: int | None, field: str) -> Iterator[StationError]:
    if shortest < 0 or (longest is not None and longest < shortest):
        yield _bad(field, f"{shortest} to {longest} min", "a longest that is not below the shortest")


def _blocked_names(blocked: Blocked, names: Names, place: str) -> Iterator[StationError]:
    things = {*names.facilities, *names.devices}
    yield from _known(blocked.crew, names.members, "crew member", f"{place}.crew")
    yield from _known(blocked.facilities, things, "facility or device", f"{place}.facilities")
    yield from _known(blocked.waives, WAIVABLE, "routine", f"{place}.waives")


def _blocked_span(
    blocked: Blocked, problem: WeekProblem, routine: list[tuple[str, Span]], place: str
) -> Iterator[StationError]:
    if not problem.span.overlaps(blocked.span):
        yield _bad(f"{place}.span", str(blocked.span), "a span that meets the week")
    met: set[str] = set()
    for kind, span in routine if blocked.crew else ():
        if kind not in {*blocked.waives, *met} and span.overlaps(blocked.span):
            met.add(kind)
            yield StationError(
                "contradiction",
                field=f"{place}.span",
                value=f"{blocked.code} at {iso(blocked.span.start)}",
                other=f"{kind} at {iso(span.start)}",
                expected=f'another time, or waives = ["{kind}"]',
            )


def _series(activities: Sequence[Activity]) -> Iterator[StationError]:
    numbers: dict[str, list[int]] = {}
    for activity in activities:
        if activity.series:
            numbers.setdefault(activity.series, []).append(activity.occurrence)
    for series, found in numbers.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            place = next(n for n, a in enumerate(activities, 1) if a.series == series)
            shown = f"{series} {sorted(found)}"
            yield _bad(f"activities[{place}].series", shown, "occurrences numbered from 1, each once")


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


def _circles(activities: Sequence[Activity]) -> Iterator[StationError]:
    """Each circle of activities that wait for each other, one activity in one circle only."""
    needs = parents(activities)
    places = {a.code: n for n, a in enumerate(activities, 1)}
    left = dict(needs)
    while left:
        free = [code for code, own in left.items() if not own & left.keys()]
        if not free:
            free = _circle(left)
            way = " after ".join([*free, free[0]])
            yield StationError(
                "contradiction",
                field=f"activities[{places[free[0]]}].after",
                value=way,
                other="itself",
                expected="no circle of activities that wait for each other",
            )
        for code in free:
            del left[code]


def _circle(left: dict[str, set[str]]) -> list[str]:
    """A circle among activities of which each waits for another of them."""
    way = [min(left)]
    while True:
        code = min(left[way[-1]] & left.keys())
        if code in way:
            return way[way.index(code) :]
        way.append(code)
