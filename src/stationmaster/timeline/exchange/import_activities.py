"""Activities from a table: a row each, or a row for a whole series of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from stationmaster.measure.errors import StationError
from stationmaster.timeline.activity import STATION, Activity, After, Draw, Use
from stationmaster.timeline.exchange import cells
from stationmaster.timeline.exchange.sheet import Columns, Row, Sheet

ACTIVITIES: Final[Columns] = {
    "code": ("id", "activity", "activity id", "activity code", "no"),
    "title": ("name", "activity name", "description", "activity title"),
    "duration_min": ("duration", "duration (min)", "length", "duration (h:mm)", "minutes", "time needed"),
    "duration_h": ("duration (h)", "hours", "duration (hours)", "crew hours"),
    "weight": ("priority_weight", "value", "points"),
    "priority": ("prio", "priority class", "rank"),
    "must": ("required", "mandatory", "must do"),
    "jar": ("task list", "job jar", "flexible"),
    "project": ("payload", "experiment", "investigation", "owner"),
    "crew": ("crew members", "who", "subjects", "subject", "assigned to"),
    "crew_count": ("crew needed", "number of crew", "persons", "people"),
    "eligible": ("any of", "may be done by", "crew pool"),
    "skill": ("certification", "qualification", "skill needed"),
    "skilled_count": ("skilled", "skilled crew"),
    "same_crew_as": ("same crew as", "continuity"),
    "uses": ("facility", "facilities", "rack", "equipment", "location", "resources"),
    "power_w": ("power", "power (w)", "watts"),
    "channel": ("power channel", "bus"),
    "data_gb": ("data", "data (gb)", "gigabytes"),
    "draws": ("stores", "consumables", "store draws"),
    "inside": ("window", "windows", "within", "inside window"),
    "around": ("over", "target", "around window", "pass"),
    "earliest": ("not before", "start after", "earliest start", "earliest (utc)"),
    "latest": ("not after", "deadline", "latest end", "due", "latest (utc)"),
    "day_from": ("time of day from", "not before (clock)", "from clock"),
    "day_until": ("time of day until", "not after (clock)", "until clock"),
    "quiet": ("not during", "quiet from", "avoid"),
    "after": ("predecessor", "predecessors", "depends on", "follows"),
    "times": ("occurrences", "repeat", "repeats", "how often"),
    "every": ("repeat every", "interval", "period"),
    "tolerance": ("repeat tolerance", "plus minus", "slack"),
}
#: ``priority`` 1 to 9, 1 first, becomes the weight 9 to 1.
PRIORITIES: Final = 10
DEFAULT_WEIGHT: Final = 1.0
TIMES_LIMIT: Final = 100

Made = Iterator[tuple[Activity, Row]]


def activities(
    sheet: Sheet, people: Callable[[str], tuple[str, ...]], home: Mapping[str, str], notes: list[str]
) -> Made:
    """The activities of a table, each with its row.

    Args:
        sheet: the table.
        people: reads names of the crew.
        home: the power channel of a facility, for rows that name none.
        notes: what was assumed is added here.
    """
    if any(row.has("priority") and not row.has("weight") for row in sheet.rows):
        notes.append("priority 1 to 9 is taken as 1 first: a weight of 9 down to 1")
    if not any(row.has("priority") or row.has("weight") for row in sheet.rows):
        notes.append("no weight and no priority: every activity weighs 1")
    for row in sheet.rows:
        yield from ((each, row) for each in _series(row, _activity(row, people, home)))


def _activity(row: Row, people: Callable[[str], tuple[str, ...]], home: Mapping[str, str]) -> Activity:
    code = row.need("code", str, "")
    uses = tuple(Use(facility=name, units=units) for name, units in row.get("uses", cells.counted, ()))
    power_w = row.get("power_w", cells.number, 0.0)
    channels = sorted({home[use.facility] for use in uses if home.get(use.facility)})
    channel = row.get("channel", str, channels[0] if power_w and channels else "")
    if power_w and not channel:
        row.fault(StationError("missing-field", expected="the power channel that it draws from"), "channel")
    eligible, count = _people(row, people)
    return Activity(
        code=code,
        title=row.get("title", str, code),
        duration_min=_duration(row),
        priority_weight=_weight(row),
        project=row.get("project", str, STATION),
        must=row.get("must", cells.truth, False),
        jar=row.get("jar", cells.truth, False),
        crew_count=count,
        skill=row.get("skill", str, ""),
        skilled_count=row.get("skilled_count", cells.whole, None),
        eligible=eligible,
        same_crew_as=row.get("same_crew_as", str, ""),
        uses=uses,
        power_w=power_w,
        channel=channel,
        draws=tuple(Draw(store=name, amount_units=amount) for name, amount in row.get("draws", _amounts, ())),
        data_gb=row.get("data_gb", cells.number, 0.0),
        inside=row.get("inside", cells.names, ()),
        around=row.get("around", cells.names, ()),
        earliest=row.get("earliest", cells.start, None),
        latest=row.get("latest", cells.moment, None),
        day_from_min=row.get("day_from", cells.clock, 0),
        day_until_min=row.get("day_until", cells.clock, None),
        quiet=row.get("quiet", cells.names, ()),
        after=tuple(
            After(activity=name, lag_shortest_min=shortest, lag_longest_min=longest)
            for name, shortest, longest in row.get("after", cells.lags, ())
        ),
    )


def _amounts(text: str) -> tuple[tuple[str, float], ...]:
    """``RECORDER: 12.5; WATER: 1``."""
    found = []
    for part in cells.names(text):
        name, mark, amount = part.rpartition(":")
        if not mark:
            raise StationError("bad-value", value=part, expected="a store and an amount, as RECORDER: 12.5")
        found.append((name.strip(), cells.number(amount)))
    return tuple(found)


def _duration(row: Row) -> int:
    if row.has("duration_h") and not row.has("duration_min"):
        return row.get("duration_h", cells.hours, 1)
    return row.need("duration_min", cells.minutes, 1)


def _weight(row: Row) -> float:
    if row.has("weight") or not row.has("priority"):
        return row.get("weight", cells.number, DEFAULT_WEIGHT)
    return float(PRIORITIES - row.get("priority", _priority, PRIORITIES - 1))


def _priority(text: str) -> int:
    value = cells.whole(text)
    if not 1 <= value < PRIORITIES:
        raise StationError("bad-value", value=text, expected=f"a priority from 1 (first) to {PRIORITIES - 1}")
    return value


def _people(row: Row, people: Callable[[str], tuple[str, ...]]) -> tuple[tuple[str, ...], int]:
    """Who may do it, and how many: names under ``crew`` all do it; a bare number there is how many."""
    named = row.cells.get("crew", "")
    if named.isdecimal() and named.isascii():
        return row.get("eligible", people, ()), row.get("crew", cells.whole, 1)
    if named and row.has("eligible"):
        other = row.cells["eligible"]
        expected = "the names in one of the two columns"
        row.fault(StationError("contradiction", value=named, other=other, expected=expected), "crew")
    doing = row.get("crew", people, ())
    count = row.get("crew_count", cells.whole, len(doing) or 1)
    return doing or row.get("eligible", people, ()), count


def _series(row: Row, one: Activity) -> Iterator[Activity]:
    """The activity, or as many as ``times`` says, each ``every`` so long (give or take) after the last."""
    times = row.get("times", cells.whole, 1)
    if times == 1:
        yield one
        return
    if not 1 <= times <= TIMES_LIMIT:
        row.fault(StationError("bad-value", value=times, expected=f"1 to {TIMES_LIMIT} times"), "times")
        return
    every = row.need("every", cells.minutes, 24 * 60)
    slack = row.get("tolerance", _tolerance, 0)
    for number in range(1, times + 1):
        yield replace(
            one,
            code=f"{one.code}-{number}",
            series=one.code,
            occurrence=number,
            gap_shortest_min=max(0, every - slack),
            gap_longest_min=every + slack,
            after=one.after if number == 1 else (),
        )


def _tolerance(text: str) -> int:
    return cells.minutes(text.lstrip("±+-/ "))
