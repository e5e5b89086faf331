"""Nominations, training courses, seats, flights and the guest's experiments: the problem.

Candidates and residents are codes; nobody is named. Of a gate the letters hold its standing and
nothing else: no value of an examination can be written here. Dates are days of training; a *day* of
a course is one on which its centre is open. Stays are counted from launch to landing, who is aboard
from docking to undocking.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from stationmaster.measure.errors import StationError
from stationmaster.station.letters import Sourced

_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
DAYS_MOST = 1000
#: What a seat or an experiment may weigh at most; more is another unit.
MASS_MOST_KG = 100_000.0


def _bounded(letter: object, **bounds: tuple[float, float]) -> None:
    for name, (low, high) in bounds.items():
        value = getattr(letter, name)
        if not low <= value <= high:
            raise StationError("bad-value", field=name, value=value, expected=f"{low:g} to {high:g}")


class Gate(StrEnum):
    """How a candidate stands at a gate; confidential, and never more than this.

    ``withheld``: it stopped nobody, and more is not told: the seat's tally has the counts.
    """

    PASS = "pass"
    FAIL = "fail"
    PENDING = "pending"
    WITHHELD = "withheld"


#: The gates of a nomination, as its fields are called.
GATES = ("medical", "aptitude", "language")


@dataclass(frozen=True, kw_only=True)
class Nomination:
    """A country's candidate for a seat, by code, as ``KE-1``; the order is the country's own.

    ``available``: the first day of training. ``passed``: courses done before, here or at home.
    """

    code: str
    country: str
    seat: str
    available: date
    medical: Gate
    aptitude: Gate
    language: Gate
    passed: tuple[str, ...] = ()

    @property
    def out(self) -> bool:
        """Whether a gate is failed."""
        return Gate.FAIL in (self.medical, self.aptitude, self.language)


@dataclass(frozen=True, kw_only=True)
class GateCount:
    """How many candidates of a seat stand where at a gate."""

    gate: str
    passed: int
    failed: int
    pending: int

    def __post_init__(self) -> None:
        _bounded(self, passed=(0, DAYS_MOST), failed=(0, DAYS_MOST), pending=(0, DAYS_MOST))


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many were nominated for a seat and how they stand, where single candidates are not told."""

    seat: str
    nominated: int
    gates: tuple[GateCount, ...]


@dataclass(frozen=True, kw_only=True)
class Season:
    """Days of any year, both ends in it; from ``12-15`` to ``03-10`` runs over New Year."""

    start: str
    end: str

    def __post_init__(self) -> None:
        for name, value in (("start", self.start), ("end", self.end)):
            if _MONTH_DAY.fullmatch(value) is None:
                expected = "month and day, as 12-15"
                raise StationError("bad-value", field=name, value=value, expected=expected)

    def holds(self, day: date) -> bool:
        """Whether a day lies in the season."""
        here = f"{day.month:02d}-{day.day:02d}"
        if self.start <= self.end:
            return self.start <= here <= self.end
        return here >= self.start or here <= self.end


@dataclass(frozen=True, kw_only=True)
class Booked:
    """Days from ``start`` until before ``end`` when others hold so many places; None: it is closed."""

    start: date
    end: date
    places: int | None = None
    why: str = ""

    def __post_init__(self) -> None:
        if self.end <= self.start:
            expected = "a day after its start"
            raise StationError("bad-value", field="end", value=str(self.end), expected=expected)
        if self.places is not None and self.places < 1:
            raise StationError("bad-value", field="places", value=self.places, expected="1 or more")


@dataclass(frozen=True, kw_only=True)
class Centre(Sourced):
    """A training centre: its open days (ISO weekdays, less what is closed), and places at once.

    A place is one trainee in one course: who takes two beside each other takes two places.
    """

    code: str
    name: str
    places: int
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    booked: tuple[Booked, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        _bounded(self, places=(1, DAYS_MOST))
        if not self.weekdays or not set(self.weekdays) <= set(range(1, 8)):
            expected = "weekdays from 1 (Monday) to 7"
            raise StationError("bad-value", field="weekdays", value=str(self.weekdays), expected=expected)


@dataclass(frozen=True, kw_only=True)
class Course(Sourced):
    """A course that each trainee passes once.

    Args:
        duration_d: days on which the centre is open; of a ``continuous`` one days in a row, weekends too.
        load_percent: of the trainee's day; courses run beside each other up to 100.
        after: courses that must be over.
        season: where given, all of the course lies in one of these.
        together: prime and backup take it at the same time.
        teaches: skills of the crew's timetable and of experiments.
        language, level: what it teaches, where it is one of language.
        over_before_d: it is over so many days before the launch.
        begins_within_d: it begins so many days before the launch or later, because it wears off.
    """

    code: str
    name: str
    centre: str
    duration_d: int
    load_percent: int = 100
    after: tuple[str, ...] = ()
    season: tuple[Season, ...] = ()
    continuous: bool = False
    together: bool = False
    teaches: tuple[str, ...] = ()
    language: str = ""
    level: int = 0
    over_before_d: int = 0
    begins_within_d: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _bounded(self, duration_d=(1, DAYS_MOST), over_before_d=(0, DAYS_MOST))
        if self.begins_within_d is not None:
            _bounded(self, begins_within_d=(0, DAYS_MOST))
        _bounded(self, load_percent=(1, 100))


@dataclass(frozen=True, kw_only=True)
class Seat(Sourced):
    """A seat for a guest: on which flight, what it needs of who sits in it, and the week on board.

    ``takes`` is the resident who flies in it without a guest; empty where the seat is free.
    ``day_work_min``: the guest's own working minutes on each day on board, the first one first.
    """

    code: str
    flight: str
    role: str
    needs: tuple[str, ...]
    stay_shortest_d: float
    stay_longest_d: float
    day_work_min: tuple[int, ...]
    takes: str = ""
    language: str = ""
    level: int = 0
    backup: bool = True
    up_mass_kg: float = 0.0
    down_mass_kg: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _bounded(self, up_mass_kg=(0, MASS_MOST_KG), down_mass_kg=(0, MASS_MOST_KG))
        if self.stay_longest_d < self.stay_shortest_d:
            expected = f"at least the shortest, {self.stay_shortest_d}"
            raise StationError(
                "bad-value", field="stay_longest_d", value=self.stay_longest_d, expected=expected
            )
        if not 1 <= len(self.day_work_min) <= 31 or not all(0 <= m <= 1440 for m in self.day_work_min):
            expected = "1 to 31 days of 0 to 1440 minutes"
            raise StationError(
                "bad-value", field="day_work_min", value=str(self.day_work_min)[:80], expected=expected
            )


@dataclass(frozen=True, kw_only=True)
class CrewFlight(Sourced):
    """A crew vehicle from launch to landing; ``commander``: somebody who commands it must be in it."""

    code: str
    vehicle: str
    seats: int
    launches: datetime
    docks: datetime
    undocks: datetime
    lands: datetime
    commander: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        moments = (self.launches, self.docks, self.undocks, self.lands)
        for name, one, two in zip(("docks", "undocks", "lands"), moments[:-1], moments[1:], strict=True):
            if two <= one:
                raise StationError("bad-value", field=name, value=str(two), expected=f"a moment after {one}")
        _bounded(self, seats=(1, 20))


@dataclass(frozen=True, kw_only=True)
class Resident:
    """Somebody of the resident crew and the flights planned without a guest.

    ``may_stay``: whether a longer stay may be asked of them. ``commands``: vehicles that they may
    bring home.
    """

    code: str
    role: str
    up: str
    down: str
    may_stay: bool = True
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StayRules(Sourced):
    """What holds on board.

    ``member_week_h``: a resident's working hours a week; ``host_day_min``: what a guest takes of the
    residents' day, all together; ``handover_h``: what a new resident's hand-over takes of the others.
    """

    stay_limit_d: float
    sleeping_places: int
    member_week_h: float
    host_day_min: float
    handover_h: float

    def __post_init__(self) -> None:
        super().__post_init__()
        _bounded(self, stay_limit_d=(1, 10 * DAYS_MOST), sleeping_places=(1, 200), member_week_h=(0, 168))
        _bounded(self, host_day_min=(0, 1440), handover_h=(0, DAYS_MOST))


@dataclass(frozen=True, kw_only=True)
class GuestExperiment(Sourced):
    """An experiment proposed for a guest: equal sessions on different days by one person.

    ``skills``: what the guest must have been taught. ``after``: experiments that must be over the
    day before, and so must be chosen. ``gap_d``: days from one session to the next at least.
    """

    code: str
    title: str
    seat: str
    worth_weight: float
    session_min: int
    sessions: int = 1
    gap_d: int = 1
    skills: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    up_mass_kg: float = 0.0
    down_mass_kg: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _bounded(self, session_min=(1, 1440), sessions=(1, 31), gap_d=(1, 31))
        _bounded(self, up_mass_kg=(0, MASS_MOST_KG), down_mass_kg=(0, MASS_MOST_KG))
        if not 0 < self.worth_weight <= 1e6:
            expected = "a weight above 0 and up to a million"
            raise StationError("bad-value", field="worth_weight", value=self.worth_weight, expected=expected)


@dataclass(frozen=True, kw_only=True)
class CrewProblem:
    """Everything that a promise of a seat depends on.

    ``tallies`` stand for the nominations that are not told one by one (:mod:`crew.disclosure`).
    """

    VERSION: ClassVar[int] = 1

    code: str
    title: str
    station: str
    source: str
    seats: tuple[Seat, ...]
    nominations: tuple[Nomination, ...]
    centres: tuple[Centre, ...]
    courses: tuple[Course, ...]
    flights: tuple[CrewFlight, ...]
    residents: tuple[Resident, ...]
    rules: StayRules
    experiments: tuple[GuestExperiment, ...] = ()
    tallies: tuple[Tally, ...] = ()

    def seat(self, code: str) -> Seat:
        """The seat of a code."""
        return next(seat for seat in self.seats if seat.code == code)

    def course(self, code: str) -> Course:
        """The course of a code."""
        return next(course for course in self.courses if course.code == code)

    def flight(self, code: str) -> CrewFlight:
        """The flight of a code."""
        return next(flight for flight in self.flights if flight.code == code)
