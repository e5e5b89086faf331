"""Whether an activity makes sense in itself and beside the others of its week."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stationmaster.measure.codes import nearest
from stationmaster.measure.errors import StationError
from stationmaster.timeline.crew_day import DAY_MIN

if TYPE_CHECKING:
    from stationmaster.timeline.activity import Activity, Draw, Mode
    from stationmaster.timeline.letters import WeekProblem

#: No amount of anything is larger.
LARGEST = 1e12


@dataclass(frozen=True)
class Names:
    """The codes that other parts of a problem may mention."""

    members: Collection[str]
    activities: Collection[str]
    facilities: Collection[str]
    devices: Collection[str]
    channels: Collection[str]
    windows: Collection[str]
    stores: Collection[str]

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
            stores={s.code for s in problem.stores},
        )


def bad(field: str, value: object, expected: str) -> StationError:
    """A value that is not as expected."""
    return StationError("bad-value", field=field, value=value, expected=expected)


def known(values: Iterable[str], names: Collection[str], kind: str, field: str) -> Iterator[StationError]:
    """Each value that is none of the names."""
    for value in values:
        if value not in names:
            near = nearest(value, names)
            yield StationError("unknown-name", value=value, kind=kind, nearest=near, field=field)


def distinct(values: Iterable[str], kind: str, field: str) -> Iterator[StationError]:
    """Each value that stands twice."""
    for value, times in Counter(values).items():
        if times > 1:
            yield StationError("duplicate", value=value, kind=kind, field=field)


def amount(value: float, field: str, least: float = 0.0) -> Iterator[StationError]:
    """A number that is below the least, too large or none at all."""
    if not (math.isfinite(value) and least <= value <= LARGEST):
        yield bad(field, value, f"a number from {least:g} to {LARGEST:g}")


def activity_faults(
    activity: Activity, problem: WeekProblem, names: Names, place: str
) -> Iterator[StationError]:
    """What is wrong with an activity by itself, or with what it mentions."""
    if not 0 <= activity.priority_weight <= 1e6:
        yield bad(f"{place}.priority_weight", activity.priority_weight, "a weight from 0 to a million")
    if activity.crew_count < 0:
        yield bad(f"{place}.crew_count", activity.crew_count, "0 (commanded from the ground) or more")
    yield from amount(activity.data_gb, f"{place}.data_gb")
    if activity.skilled_count is not None and not 0 <= activity.skilled_count <= activity.crew_count:
        yield bad(f"{place}.skilled_count", activity.skilled_count, "at most crew_count")
    lists: tuple[tuple[str, Iterable[str], Collection[str], str], ...] = (
        ("eligible", activity.eligible, names.members, "crew member"),
        ("inside", activity.inside, names.windows, "window"),
        ("around", activity.around, names.windows, "window"),
        ("after", [link.activity for link in activity.after], names.activities, "activity"),
        ("same_crew_as", filter(None, [activity.same_crew_as]), names.activities, "activity"),
    )
    for field, values, found, kind in lists:
        yield from known(values, found, kind, f"{place}.{field}")
    yield from _way(activity, problem, names, place)
    for number, mode in enumerate(activity.modes, 1):
        at = f"{place}.modes[{number}]"
        yield from _way(mode, problem, names, at)
        yield from known(mode.eligible, names.members, "crew member", f"{at}.eligible")
        if not mode.code:
            yield bad(f"{at}.code", mode.code, "a code that is not empty")
    yield from distinct((mode.code for mode in activity.modes), "mode", f"{place}.modes")
    ways: tuple[Activity | Mode, ...] = (activity, *activity.modes)
    drawing = any(way.power_w > 0 for way in ways)
    yield from known(
        [activity.channel] if drawing else [], names.channels, "power channel", f"{place}.channel"
    )
    for number, load in enumerate(activity.loads, 1):
        yield from known([load.channel], names.channels, "power channel", f"{place}.loads[{number}].channel")
        yield from amount(load.power_w, f"{place}.loads[{number}].power_w")
    yield from distinct((load.channel for load in activity.loads), "power channel", f"{place}.loads")
    yield from _times(activity, problem, place)


def _way(way: Activity | Mode, problem: WeekProblem, names: Names, place: str) -> Iterator[StationError]:
    """What an activity and each of its modes have in common."""
    if not 1 <= way.duration_min <= max(1, problem.days) * DAY_MIN:
        yield bad(f"{place}.duration_min", way.duration_min, "1 minute to the whole week")
    yield from amount(way.power_w, f"{place}.power_w")
    yield from known((use.facility for use in way.uses), names.facilities, "facility", f"{place}.uses")
    yield from distinct((use.facility for use in way.uses), "facility", f"{place}.uses")
    for use in way.uses:
        if not 1 <= use.units <= LARGEST:
            yield bad(f"{place}.uses.units", use.units, "one unit or more")
    yield from draw_faults(way.draws, names, f"{place}.draws")


def draw_faults(draws: Sequence[Draw], names: Names, field: str) -> Iterator[StationError]:
    """Draws on stores that do not exist, stand twice or are no amount."""
    yield from known((draw.store for draw in draws), names.stores, "store", field)
    yield from distinct((draw.store for draw in draws), "store", field)
    for draw in draws:
        yield from amount(draw.amount_units, f"{field}.amount_units")


def _times(activity: Activity, problem: WeekProblem, place: str) -> Iterator[StationError]:
    """Lags, gaps, hours of the day, moments without a zone, and a task list with times."""
    whole = max(1, problem.days) * DAY_MIN
    for link in activity.after:
        yield from _span_of(link.lag_shortest_min, link.lag_longest_min, -whole, f"{place}.after")
    shortest, longest = activity.gap_shortest_min, activity.gap_longest_min
    yield from _span_of(shortest, longest, 0, f"{place}.gap_shortest_min")
    start, end = activity.day_from_min, activity.day_until_min
    if not 0 <= start < DAY_MIN:
        yield bad(f"{place}.day_from_min", start, "minutes within a day")
    if end is not None and not start < end <= 2 * DAY_MIN:
        yield bad(f"{place}.day_until_min", end, "minutes after day_from_min, into the next day at most")
    for field in ("earliest", "latest"):
        when = getattr(activity, field)
        if when is not None and when.tzinfo is None:
            yield bad(f"{place}.{field}", str(when), "an aware UTC moment")
    if activity.jar and activity.must:
        yield StationError(
            "contradiction",
            field=f"{place}.jar",
            value="jar",
            other="must",
            expected="one of the two: what is for the task list gets no time",
        )


def _span_of(shortest: int, longest: int | None, least: int, field: str) -> Iterator[StationError]:
    if shortest < least:
        yield bad(field, f"{shortest} min", f"{least} min or more")
    if longest is not None and longest < shortest:
        yield bad(field, f"{shortest} to {longest} min", "a longest that is not below the shortest")


def jar_faults(activities: Sequence[Activity]) -> Iterator[StationError]:
    """Activities that need one of the task list, which never has a time."""
    listed = {a.code for a in activities if a.jar}
    needs = parents(activities) if listed else {}
    for number, activity in enumerate(activities, 1):
        for code in sorted(needs.get(activity.code, set()) & listed if not activity.jar else ()):
            yield StationError(
                "contradiction",
                field=f"activities[{number}].after",
                value=f"{activity.code} needs {code}",
                other=f"{code} is for the task list",
                expected="an activity that gets a time",
            )


def series_faults(activities: Sequence[Activity]) -> Iterator[StationError]:
    """Series whose occurrences are not numbered from 1, each once."""
    numbers: dict[str, list[int]] = {}
    for activity in activities:
        if activity.series:
            numbers.setdefault(activity.series, []).append(activity.occurrence)
    for series, found in numbers.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            place = next(n for n, a in enumerate(activities, 1) if a.series == series)
            shown = f"{series} {sorted(found)}"
            yield bad(f"activities[{place}].series", shown, "occurrences numbered from 1, each once")


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


def circles(activities: Sequence[Activity]) -> Iterator[StationError]:
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
