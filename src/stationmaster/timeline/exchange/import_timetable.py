"""A timetable made elsewhere, as a table: what is done when and by whom, to be judged by the rules."""

from __future__ import annotations

import re
from pathlib import Path

from stationmaster.measure.errors import StationError
from stationmaster.timeline.exchange import cells
from stationmaster.timeline.exchange.sheet import Row, read_sheet
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Item, Kind

COLUMNS = {
    "start": ("begin", "from"),
    "end": ("stop", "until"),
    "crew": ("members", "who"),
    "kind": ("type",),
    "code": ("activity", "id"),
    "title": ("name",),
    "place": ("device", "facility"),
    "mode": ("way",),
}
NEEDED = (("start",), ("end",), ("code",))


def timetable(problem: WeekProblem, path: Path) -> tuple[Item, ...]:
    """The items of a table, in its order; ``timeline.csv`` of a plan is one.

    The kind may be empty for activities. An exercise session's code is the member's, the session's
    and a day's with points between, and its place the device; a blocked span's begins with
    ``blocked.``.

    Raises:
        StationError: the table cannot be read, or ``several-faults`` where rows of it cannot.
    """
    sheet = read_sheet(path, COLUMNS, NEEDED)
    items = tuple(_item(problem, row) for row in sheet.rows)
    if sheet.faults:
        first, *more = sheet.faults
        if not more:
            raise first
        facts = {key: first.facts.get(key) for key in ("file", "line", "field")}
        raise StationError("bad-value", **facts, value=f"{len(more) + 1} faults", expected=first.code)
    return items


def _crew(text: str) -> tuple[str, ...]:
    return tuple(code for code in re.split(r"[\s,;]+", text) if code)


def _kind(text: str) -> Kind:
    try:
        return Kind(text.strip().lower())
    except ValueError:
        names = ", ".join(kind.value for kind in Kind)
        raise StationError("bad-value", value=text, expected=names) from None


def _item(problem: WeekProblem, row: Row) -> Item:
    code = row.need("code", str, "")
    kind = row.get("kind", _kind, Kind.ACTIVITY)
    start = row.need("start", cells.moment, problem.start)
    activity = {a.code: a for a in problem.activities}.get(code)
    own = {
        Kind.ACTIVITY: code,
        Kind.BLOCKED: code.removeprefix("blocked."),
        Kind.EXERCISE: code.split(".")[1] if code.count(".") >= 2 else code,
    }.get(kind, "")
    return Item(
        code=code,
        kind=kind,
        title=row.get("title", str, activity.title if activity and kind is Kind.ACTIVITY else ""),
        crew=row.get("crew", _crew, ()),
        start=start,
        end=row.need("end", cells.moment, start),
        activity=own,
        device=row.get("place", str, "") if kind is Kind.EXERCISE else "",
        mode=row.get("mode", str, ""),
    )
