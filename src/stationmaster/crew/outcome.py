"""The plan for guests: who trains, when, what the seat does to the resident crew, and what the guest does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from stationmaster.crew.letters import GateCount
from stationmaster.measure.reasons import Reason

# -------------------------------------------------------------------------------- who


@dataclass(frozen=True, kw_only=True)
class SeatCrew:
    """Prime and backup of a seat: the first two of the country's order whom no gate stopped.

    Empty where nobody is left. Of the gates only counts are told.
    """

    seat: str
    nominated: int
    prime: str
    backup: str
    gates: tuple[GateCount, ...]


# ------------------------------------------------------------------------------ training


@dataclass(frozen=True, kw_only=True)
class Booking:
    """A course of a trainee, from ``start`` until before ``end``.

    ``slack_d``: so many days later it could begin with everything else rearranged, the launch kept.
    """

    trainee: str
    course: str
    start: date
    end: date
    slack_d: int


@dataclass(frozen=True, kw_only=True)
class Link:
    """A course of the critical chain and what keeps it from beginning earlier.

    ``why``: ``after`` (of a course), ``trainee`` (busy with a course), ``centre`` (full with a course of
    somebody), ``season``, ``launch`` (it wears off), ``closed``, ``first`` (the first day of training)
    or ``order`` (another order of courses would end later). ``of`` names the course where there is one.
    """

    trainee: str
    course: str
    why: str
    of: str = ""


@dataclass(frozen=True, kw_only=True)
class SeatTraining:
    """When who trains for a seat is ready, and how that stands to the launch.

    ``slack_d``: days from being ready to the launch. ``latest_start``: the last day on which training
    for the seat can begin so that everybody is in time; None where even three years would not do.
    """

    seat: str
    launch: date
    ready: date
    slack_d: int
    latest_start: date | None


@dataclass(frozen=True, kw_only=True)
class Training:
    """The earliest complete training, and whether it comes in time.

    Where it does not (``fits`` false) the bookings are those for launches ``late_d`` days later, the
    least that would do; ``would_fit_without`` names courses of which leaving out any one would do, and
    ``prime_alone`` says whether the primes alone would be in time. ``proven``: all of it is proven best.
    """

    fits: bool
    late_d: int
    bookings: tuple[Booking, ...]
    seats: tuple[SeatTraining, ...]
    chain: tuple[Link, ...]
    would_fit_without: tuple[str, ...]
    prime_alone: bool
    proven: bool


# --------------------------------------------------------------------- the resident crew


@dataclass(frozen=True, kw_only=True)
class Ride:
    """How somebody goes up and comes down, with and without the guests.

    ``planned_down`` and ``planned_stay_d`` are those without guests: empty and 0 for a guest; of a
    resident whose seat is taken ``up`` and ``down`` are empty and the stay 0.
    """

    person: str
    guest: bool
    up: str
    down: str
    planned_down: str
    stay_d: float
    planned_stay_d: float
    longer_d: float = field(metadata={"signed": True})


@dataclass(frozen=True, kw_only=True)
class AboardSpan:
    """Who is aboard between two dockings or undockings, with and without the guests."""

    start: datetime
    end: datetime
    residents: int
    guests: int
    residents_without: int
    lifeboat_seats: int
    resident_h: float = field(metadata={"signed": True})
    hosting_h: float


@dataclass(frozen=True, kw_only=True)
class FlightBalance:
    """Seats of a flight up and down, taken with the guests."""

    flight: str
    seats: int
    up: int
    down: int


@dataclass(frozen=True, kw_only=True)
class SeatEffect:
    """What the guests do to the resident crew; nothing in it where it is not possible.

    ``short_person_d``: days of residents missing against the plan without guests. ``resident_h``: their
    working hours gained (above 0) or lost; ``hosting_h``: lost to looking after guests;
    ``handover_saved_h``: hand-overs that are not held; ``guest_h``: the guests' own working hours.
    """

    possible: bool
    rides: tuple[Ride, ...]
    spans: tuple[AboardSpan, ...]
    flights: tuple[FlightBalance, ...]
    longest_stay_d: float
    longer_d: float
    short_person_d: float
    resident_h: float = field(metadata={"signed": True})
    hosting_h: float
    handover_saved_h: float = field(metadata={"signed": True})
    guest_h: float
    proven: bool


# ---------------------------------------------------------------------- the guest's week


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session of an experiment on a day on board, the first one being 1."""

    experiment: str
    day: int
    duration_min: int


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """An experiment that the guest does not run, and why."""

    experiment: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class GuestWeek:
    """What the guest of a seat runs, and the guest as a member of the crew for the timeline."""

    seat: str
    member: str
    role: str
    skills: tuple[str, ...]
    member_work_min: Mapping[str, int]
    sessions: tuple[Session, ...]
    left_out: tuple[LeftOut, ...]
    worth_value: float
    bound_value: float
    work_h: float
    limit_h: float
    up_mass_kg: float
    down_mass_kg: float


@dataclass(frozen=True, kw_only=True)
class CrewPlan:
    """The whole answer. ``reasons`` say why a promise cannot be kept; none where it can."""

    VERSION: ClassVar[int] = 1

    problem: str
    crews: tuple[SeatCrew, ...]
    training: Training
    effect: SeatEffect
    weeks: tuple[GuestWeek, ...]
    reasons: tuple[Reason, ...]

    @property
    def stands(self) -> bool:
        """Whether the seats can be promised as asked."""
        return not self.reasons
