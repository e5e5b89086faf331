"""A timetable kept as a table: made by hand or by another program, to be judged like any other.

What stands in a row is told by its columns ``kind`` and ``activity``, else by its code or its title. Rows of
routine may name several of the crew (or ``all``); each then has their own item. Routine at fixed times that
the table has no row of, and blocked spans, are taken from the week, and a note says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from stationmaster.measure.codes import nearest
from stationmaster.measure.errors import StationError
from stationmaster.measure.spelling import folded
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.answer import TITLES, blocked_items, fixed_items
from stationmaster.timeline.exchange import cells
from stationmaster.timeline.exchange.import_week import Names
from stationmaster.timeline.exchange.sheet import Columns, Row, read_sheet
from stationmaster.timeline.letters import Session, WeekProblem
from stationmaster.timeline.outcome import Item, Kind

TIMETABLE: Final[Columns] = {
    "start": ("from", "begin", "begins", "start (utc)", "start time"),
    "end": ("until", "to", "ends", "end (utc)", "end time"),
    "duration_min": ("duration", "length", "duration (h:mm)", "duration (min)"),
    "crew": ("who", "crew members", "member"),
    "kind": ("type", "category"),
    "code": ("id", "activity id", "item"),
    "activity": ("activity code",),
    "title": ("name", "description", "activity name"),
    "place": ("device", "location", "facility", "where"),
    "mode": ("way",),
    "project": ("payload", "experiment"),
    "must": ("required", "mandatory"),
}
EVERYONE: Final = frozenset({"all", "all crew", "crew", "everyone"})
#: How else planners call what the crew does every day.
WORDS: Final = {
    **{kind.value: kind for kind in Kind},
    "lunch": Kind.MEAL,
    "midday meal": Kind.MEAL,
    "dpc": Kind.CONFERENCE,
    "planning conference": Kind.CONFERENCE,
    "daily planning conference": Kind.CONFERENCE,
    "event": Kind.BLOCKED,
}
_ROUTINE: Final = (Kind.SLEEP, Kind.POST_SLEEP, Kind.PRE_SLEEP, Kind.CONFERENCE)


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """What a table holds: items by start and code, or every fault; ``notes`` say what was added."""

    items: tuple[Item, ...]
    refused: tuple[StationError, ...] = ()
    notes: tuple[str, ...] = ()


def read_timetable(path: Path, problem: WeekProblem) -> Timetable:
    """The items of a timetable of a week.

    Args:
        path: the table (CSV): ``start``, ``end`` or ``duration``, ``crew``, ``activity`` or ``code`` ...
        problem: the week that it is a timetable of.

    Raises:
        StationError: the file is not there, or is no table at all.
    """
    sheet = read_sheet(path, TIMETABLE, (("start",), ("code", "activity", "title", "kind")))
    reader = _Reader(problem)
    items = [item for row in sheet.rows for item in reader.items(row)]
    seen: dict[str, Item] = {}
    for row, item in zip(reader.rows, items, strict=True):
        if item.code in seen:
            row.fault(StationError("duplicate", value=item.code, kind="item"), "code")
        seen[item.code] = item
    if sheet.faults:
        return Timetable(items=(), refused=tuple(sheet.faults))
    added, notes = _added(problem, {item.kind for item in items})
    whole = sorted([*items, *added], key=lambda item: (item.start, item.code))
    return Timetable(items=tuple(whole), notes=tuple(notes))


class _Reader:
    """Reads rows by the names of a week; ``rows`` keeps the row of each item."""

    def __init__(self, problem: WeekProblem) -> None:
        self.problem = problem
        self.people = Names(problem.crew)
        self.activities = {a.code: a for a in problem.activities}
        self.blocked = {b.code: b for b in problem.blocked}
        self.rows: list[Row] = []

    def items(self, row: Row) -> Iterator[Item]:
        """The items of a row: one, or of routine one for each of its crew."""
        kind, name = self._what(row)
        if kind is None:
            return
        activity = self.activities.get(name) if kind is Kind.ACTIVITY else None
        start = row.need("start", cells.moment, self.problem.start)
        end = self._end(row, start, activity)
        crew = row.get("crew", self._crew, ())
        session = self._session(row, name) if kind is Kind.EXERCISE else None
        known = activity.title if activity else self.blocked[name].title if kind is Kind.BLOCKED else ""
        title = row.get("title", str, known or (session.name if session else TITLES.get(kind, "")))
        together = kind in (Kind.ACTIVITY, Kind.BLOCKED)
        for who in (crew,) if together else tuple((code,) for code in crew):
            own = name if kind is Kind.ACTIVITY else f"blocked.{name}" if kind is Kind.BLOCKED else ""
            made = f"{'.'.join(who)}.{session.code if session else kind.value}.{start:%Y%m%dT%H%M}"
            self.rows.append(row)
            yield Item(
                code=own or (row.get("code", str, made) if len(crew) == 1 else made),
                kind=kind,
                title=title,
                crew=who,
                start=start,
                end=end,
                activity=session.code if session else name if together else "",
                device=row.get("place", str, "") if session else "",
                mode=row.get("mode", str, ""),
            )
        if not crew and not together:
            row.fault(StationError("missing-field", expected="whose routine it is"), "crew")

    def _what(self, row: Row) -> tuple[Kind | None, str]:
        """The kind of a row, and the activity, blocked span or session that it names."""
        name = row.cells.get("activity", row.cells.get("code", ""))
        told = row.cells.get("kind", "")
        kind = WORDS.get(folded(told))
        bare = name.removeprefix("blocked.")
        if kind is None and name in self.activities:
            return Kind.ACTIVITY, name
        if bare in self.blocked and kind in (None, Kind.BLOCKED):
            return Kind.BLOCKED, bare
        kind = kind or WORDS.get(folded(name)) or WORDS.get(folded(row.cells.get("title", "")))
        if kind is None and self._by_name(name or row.cells.get("title", "")):
            return Kind.EXERCISE, name
        if kind in (None, Kind.ACTIVITY, Kind.BLOCKED) and name not in self.activities:
            names = self.blocked if kind is Kind.BLOCKED else self.activities
            sort = "blocked span" if kind is Kind.BLOCKED else "activity"
            column = "activity" if row.has("activity") else "code"
            row.fault(
                StationError("unknown-name", value=name or told, kind=sort, nearest=nearest(name, names)),
                column,
            )
            return None, ""
        return kind, name

    def _end(self, row: Row, start: datetime, activity: Activity | None) -> datetime:
        if row.has("end"):
            end = row.get("end", cells.moment, start)
            if end <= start:
                other = row.cells["start"]
                expected = "an end after the start"
                error = StationError("contradiction", value=row.cells["end"], other=other, expected=expected)
                row.fault(error, "end")
            return end
        mode = row.cells.get("mode", "")
        own = next((w.duration_min for w in activity.ways if w.code == mode), None) if activity else None
        if own is not None and not row.has("duration_min"):
            return start + timedelta(minutes=own)
        return start + timedelta(minutes=row.need("duration_min", cells.minutes, 0))

    def _crew(self, text: str) -> tuple[str, ...]:
        """Names separated by ``;``, codes by spaces, or everyone."""
        if folded(text) in EVERYONE:
            return tuple(member.code for member in self.problem.crew)
        words = text.split()
        if len(words) > 1 and all(word in self.people.codes for word in words):
            return tuple(words)
        return self.people(text)

    def _by_name(self, name: str) -> Session | None:
        spelt = folded(name)
        sessions = self.problem.rules.sessions
        return next((s for s in sessions if spelt in (folded(s.code), folded(s.name))), None)

    def _session(self, row: Row, name: str) -> Session | None:
        """The session that a row names, by code or title; else the only one held on its device."""
        found = self._by_name(name) or self._by_name(row.cells.get("title", ""))
        device = row.cells.get("place", "")
        held = [s for s in self.problem.rules.sessions if device in s.devices]
        if found is None and len(held) == 1:
            return held[0]
        if found is None:
            sessions = [s.code for s in self.problem.rules.sessions]
            near = nearest(name, sessions)
            row.fault(StationError("unknown-name", value=name, kind="session", nearest=near), "activity")
        return found


def _added(problem: WeekProblem, present: set[Kind]) -> tuple[list[Item], list[str]]:
    """The routine at fixed times of kinds that the table has no row of, and the blocked spans."""
    missing = [kind for kind in _ROUTINE if kind not in present]
    found = [item for item in fixed_items(problem) if item.kind in missing]
    notes = [f"no rows of {', '.join(missing)}: taken from the crew's day"] if missing and found else []
    if Kind.BLOCKED not in present and problem.blocked:
        notes.append("no rows of blocked spans: taken from the week")
        found += blocked_items(problem)
    return found, notes
