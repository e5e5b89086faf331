"""A week from the tables that planners keep: activities, crew, events, facilities and windows as CSV.

Every cell that cannot be read, and every name that leads nowhere, is told with file, line and heading;
a week comes out only where nothing is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from stationmaster.measure.codes import nearest
from stationmaster.measure.errors import StationError
from stationmaster.measure.spelling import folded
from stationmaster.measure.time import Span
from stationmaster.timeline.consistency import contradictions
from stationmaster.timeline.exchange import cells
from stationmaster.timeline.exchange.import_activities import ACTIVITIES, activities
from stationmaster.timeline.exchange.sheet import Columns, Row, Sheet, read_sheet
from stationmaster.timeline.exchange.week_file import ReadWeek, Written, parts, sound
from stationmaster.timeline.letters import (
    Blocked,
    CrewMember,
    Device,
    Facility,
    GroundRules,
    PowerLimit,
)

CREW: Final[Columns] = {
    "code": ("id", "crew member", "member", "name"),
    "role": ("position", "function"),
    "skills": ("skill", "certifications", "qualifications"),
    "guest": ("visitor", "spaceflight participant"),
    "aboard_from": ("arrives", "arrival", "on board from"),
    "aboard_until": ("leaves", "departure", "on board until"),
    "work_min": ("work per day", "daily work", "work day (min)"),
    "off_duty": ("days off", "off duty days"),
}
EVENTS: Final[Columns] = {
    "code": ("id", "event"),
    "kind": ("type", "category"),
    "title": ("name", "description"),
    "start": ("from", "begin", "begins", "start (utc)", "start time"),
    "end": ("until", "to", "ends", "end (utc)", "end time"),
    "duration_min": ("duration", "length", "duration (h:mm)"),
    "crew": ("crew members", "who", "crew busy"),
    "facilities": ("facility", "equipment", "resources"),
    "waives": ("waived routine", "gives up"),
    "works": ("counts as work", "work"),
}
FACILITIES: Final[Columns] = {
    "code": ("id", "facility"),
    "name": ("title", "description"),
    "users_at_once": ("users", "units", "capacity", "at once"),
}
WINDOWS: Final[Columns] = {
    "name": ("window", "kind", "code"),
    "start": ("from", "begin", "rise", "aos", "start (utc)"),
    "end": ("until", "to", "set", "los", "end (utc)"),
}
#: The window whose spans are also when the station draws on its batteries.
ECLIPSE: Final = "eclipse"


@dataclass(frozen=True, kw_only=True)
class StationSide:
    """What a station gives to every week of it. ``home`` is the power channel of a facility."""

    rules: GroundRules
    crew_count: int
    devices: tuple[Device, ...] = ()
    facilities: tuple[Facility, ...] = ()
    channels: tuple[PowerLimit, ...] = ()
    home: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The files of a week; only that of the activities must be there."""

    activities: Path
    crew: Path | None = None
    blocked: Path | None = None
    facilities: Path | None = None
    windows: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Imported(ReadWeek):
    """The week, or every fault; ``notes`` say what was assumed, for people."""

    notes: tuple[str, ...] = ()


def import_week(
    tables: Tables, station: StationSide, *, code: str, first_day: date, days: int = 7
) -> Imported:
    """A week from tables.

    Args:
        tables: the files.
        station: what the station gives.
        code: of the week.
        first_day: the crew's own first day; the week starts at its midnight by the crew's clock.
        days: how many.

    Raises:
        StationError: a file is not there, or is no table at all.
    """
    # long because it is a week's table of contents
    sheets = {
        "activities": read_sheet(tables.activities, ACTIVITIES, (("code",), ("duration_min", "duration_h"))),
        "crew": _sheet(tables.crew, CREW, (("code",),)),
        "blocked": _sheet(tables.blocked, EVENTS, (("kind",), ("start",), ("end", "duration_min"))),
        "facilities": _sheet(tables.facilities, FACILITIES, (("code",),)),
        "windows": _sheet(tables.windows, WINDOWS, (("name",), ("start",), ("end",))),
    }
    notes: list[str] = []
    crew, limits, off = _crew(sheets["crew"], station, sheets["activities"], notes)
    people = Names(crew)
    made = list(activities(sheets["activities"], people, station.home, notes))
    blocked = [_event(row, people, n) for n, row in enumerate(sheets["blocked"].rows, 1)]
    windows = _windows(sheets["windows"])
    own = {row.need("code", str, ""): _facility(row) for row in sheets["facilities"].rows}
    named = {use.facility for a, _ in made for use in a.uses} | {f for b in blocked for f in b.facilities}
    midnight = datetime(first_day.year, first_day.month, first_day.day, tzinfo=UTC)
    written = Written(
        code=code,
        start=midnight - timedelta(minutes=station.rules.clock_ahead_min),
        days=days,
        crew=crew,
        rules=station.rules,
        devices=station.devices,
        activities=tuple(a for a, _ in made),
        facilities=(*(f for f in station.facilities if f.code in named - own.keys()), *own.values()),
        channels=tuple(c for c in station.channels if any(a.channel == c.code for a, _ in made)),
        eclipses=windows.get(ECLIPSE, ()),
        windows=windows,
        blocked=tuple(blocked),
        member_work_min=limits,
        off_duty=off,
    )
    rows = {name: sheet.rows for name, sheet in sheets.items()} | {"activities": [row for _, row in made]}
    faults = [fault for sheet in sheets.values() for fault in sheet.faults]
    faults += _placed(written, rows, told={_place(fault) for fault in faults})
    if faults:
        order = [*(sheet.file for sheet in sheets.values()), ""]
        faults.sort(key=lambda e: (order.index(str(e.facts.get("file", ""))), e.facts.get("line") or 0))
        return Imported(problem=None, refused=tuple(faults), notes=tuple(notes))
    return Imported(problem=sound(written), notes=tuple(notes))


def _sheet(path: Path | None, columns: Columns, needed: tuple[tuple[str, ...], ...]) -> Sheet:
    return read_sheet(path, columns, needed) if path else Sheet("", (), [])


class Names:
    """The crew by code, or by a role that one alone holds."""

    def __init__(self, crew: tuple[CrewMember, ...]) -> None:
        self.found: dict[str, str] = {}
        shared: set[str] = set()
        for member in crew:
            role = folded(member.role)
            shared |= {role} if role in self.found else set()
            self.found[role] = member.code
        self.found = {role: code for role, code in self.found.items() if role not in shared}
        self.found |= {folded(member.code): member.code for member in crew}
        self.codes = [member.code for member in crew]

    def __call__(self, text: str) -> tuple[str, ...]:
        """The codes of names separated by ``;``; one that is nobody's is refused."""
        return tuple(self._one(name) for name in cells.names(text))

    def _one(self, name: str) -> str:
        code = self.found.get(folded(name))
        if code is None:
            near = nearest(name, self.codes)
            raise StationError("unknown-name", value=name, kind="crew member", nearest=near)
        return code


Crew = tuple[tuple[CrewMember, ...], dict[str, int], dict[str, tuple[date, ...]]]


def _crew(sheet: Sheet, station: StationSide, asked: Sheet, notes: list[str]) -> Crew:
    """The members, lowered limits of daily work, days off duty."""
    if not sheet.rows and not sheet.faults:
        skills = {row.cells["skill"] for row in asked.rows if row.has("skill")}
        count = station.crew_count
        notes.append(
            f"no table of the crew: {count} members, C1 to C{count}, each taken to hold every skill asked"
        )
        return tuple(
            CrewMember(code=f"C{n}", role=f"crew member {n}", skills=tuple(sorted(skills)))
            for n in range(1, count + 1)
        ), {}, {}  # fmt: skip
    members: list[CrewMember] = []
    limits: dict[str, int] = {}
    off: dict[str, tuple[date, ...]] = {}
    for row in sheet.rows:
        code = row.need("code", str, "")
        members.append(
            CrewMember(
                code=code,
                role=row.get("role", str, code),
                skills=row.get("skills", cells.names, ()),
                guest=row.get("guest", cells.truth, False),
                aboard=_aboard(row),
            )
        )
        if row.has("work_min"):
            limits[code] = row.get("work_min", cells.minutes, 0)
        if row.has("off_duty"):
            off[code] = row.get("off_duty", _days, ())
    return tuple(members), limits, off


def _days(text: str) -> tuple[date, ...]:
    return tuple(cells.day(part) for part in cells.names(text))


def _aboard(row: Row) -> Span | None:
    if not row.has("aboard_from") and not row.has("aboard_until"):
        return None
    always = datetime(1900, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)
    first = row.get("aboard_from", cells.moment, always[0])
    return _span(row, first, row.get("aboard_until", cells.moment, always[1]), "aboard_until")


def _span(row: Row, first: datetime, last: datetime, column: str) -> Span:
    try:
        return Span(first, last)
    except StationError as error:
        row.fault(error, column)
        return Span(first, first)


def _event(row: Row, people: Names, number: int) -> Blocked:
    first = row.need("start", cells.moment, datetime(1900, 1, 1, tzinfo=UTC))
    if row.has("end"):
        last = row.get("end", cells.moment, first)
    else:
        last = first + timedelta(minutes=row.need("duration_min", cells.minutes, 0))
    kind = row.need("kind", str, "event")
    return Blocked(
        code=row.get("code", str, f"{kind.upper()}-{number}"),
        kind=kind,
        title=row.get("title", str, kind),
        span=_span(row, first, last, "end"),
        crew=row.get("crew", people, ()),
        facilities=row.get("facilities", cells.names, ()),
        waives=row.get("waives", cells.names, ()),
        works=row.get("works", cells.truth, True),
    )


def _facility(row: Row) -> Facility:
    code = row.cells.get("code", "")
    return Facility(
        code=code, name=row.get("name", str, code), users_at_once=row.get("users_at_once", cells.whole, 1)
    )


def _windows(sheet: Sheet) -> dict[str, tuple[Span, ...]]:
    found: dict[str, list[Span]] = {}
    nothing = datetime(1900, 1, 1, tzinfo=UTC)
    for row in sheet.rows:
        first, last = row.need("start", cells.moment, nothing), row.need("end", cells.moment, nothing)
        if nothing in (first, last):
            continue
        found.setdefault(row.need("name", str, ""), []).append(_span(row, first, last, "end"))
    return {name: tuple(sorted(spans)) for name, spans in found.items()}


# ------------------------------------------------------------------------------------- where it stands


def _placed(
    written: Written, rows: Mapping[str, list[Row] | tuple[Row, ...]], told: set[tuple[object, ...]]
) -> Iterator[StationError]:
    """What contradicts in the week, told where its table says it; not again where a cell was refused."""
    for error in contradictions(written):
        path = parts(str(error.facts.get("field")))
        name, number = path[0], path[1] if len(path) > 1 else None
        facts = dict(error.facts)
        if isinstance(number, int) and number < len(rows.get(str(name), ())):
            row = rows[str(name)][number]
            column = str(path[2]) if len(path) > 2 else "code"
            facts |= row.place("start" if column == "span" else column)
        placed = StationError(error.code, **facts)
        if _place(placed) not in told:
            told.add(_place(placed))
            yield placed


def _place(error: StationError) -> tuple[object, ...]:
    return tuple(error.facts.get(name) for name in ("file", "line", "field"))
