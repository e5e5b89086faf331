"""A station as data: what ``stations/*.toml`` holds.

Every table that carries figures is :class:`Sourced`: it names its ``source`` or says
``estimate = true``; a reader may trust the first and must question the second.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from stationmaster.measure.codes import known
from stationmaster.measure.errors import StationError


@dataclass(frozen=True, kw_only=True)
class Sourced:
    """Figures with an origin: a ``source``, or ``estimate = true`` (with a ``note`` on how).

    Where a source covers only part of a table, ``estimated`` names the fields that it does not.
    """

    source: str | None = None
    estimate: bool = False
    estimated: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if not self.source and not self.estimate:
            raise StationError("missing-field", field="source", expected='source = "..." or estimate = true')
        names = [field.name for field in dataclasses.fields(self)]
        for name in self.estimated:
            known(name, names, "field of this table", field="estimated")

    def is_estimate(self, field: str) -> bool:
        """Whether the figure of a field is an estimate."""
        return self.estimate or field in self.estimated


class Site(StrEnum):
    """Where a payload sits."""

    INSIDE = "inside"
    OUTSIDE = "outside"


@dataclass(frozen=True, kw_only=True)
class Module(Sourced):
    """A pressurised module (or the truss, for external ports)."""

    code: str
    name: str
    catalogue_id: int | None = None
    launched: str = ""
    pressurised_volume_m3: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Rack(Sourced):
    """A rack position inside: a named facility, or free for users' payloads.

    ``offers`` lists what a proposal may ask for by kind (``fluid-physics``, ``combustion``,
    ``glovebox``, ``cold-stowage``, ``cell-culture``, ...); ``payload_share`` is how much of it one
    call may fill at a time (1.0: all of it; 0.0: the operator keeps it).
    """

    code: str
    name: str
    module: str
    facility: bool
    offers: tuple[str, ...] = ()
    mass_limit_kg: float = 0.0
    power_w: float = 0.0
    data_gb_d: float = 0.0
    channel: str = ""
    users_at_once: int = 1
    payload_share: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Port(Sourced):
    """A class of external payload ports on one module (``count`` equal ones).

    The limits are those of one port. ``payload_count`` is how many of them one call may fill
    (all of them where it is not given).
    """

    code: str
    name: str
    module: str
    size: str
    count: int
    mass_limit_kg: float
    power_w: float
    data_gb_d: float
    channel: str = ""
    views: tuple[str, ...] = ()
    payload_count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Channel(Sourced):
    """A power channel: what payloads may draw together, in sunlight and in eclipse."""

    code: str
    name: str
    power_w: float
    eclipse_power_w: float


@dataclass(frozen=True, kw_only=True)
class Mechanism(Sourced):
    """An airlock or a robot arm: one user at a time; ``operations_week`` that can be staffed."""

    code: str
    name: str
    kind: str
    module: str
    mass_limit_kg: float = 0.0
    operations_week_count: float = 1.0


@dataclass(frozen=True, kw_only=True)
class ColdStowage(Sourced):
    """A freezer or incubator."""

    code: str
    name: str
    module: str
    volume_l: float
    temperature_c: float


@dataclass(frozen=True, kw_only=True)
class ExerciseDevice(Sourced):
    """A treadmill, ergometer or resistive device: one person at a time."""

    code: str
    name: str
    kind: str
    module: str


@dataclass(frozen=True, kw_only=True)
class CrewPlan(Sourced):
    """The crew and its day: the ground rules a timetable must keep.

    ``sleep_start_h`` is hours of UTC; ``utilisation_week_h`` is the research time of the nominal
    crew together.
    """

    nominal: int
    handover: int
    work_h: float
    work_days_week: int
    saturday_work_h: float
    sleep_h: float
    sleep_start_h: float
    exercise_h: float
    meal_h: float
    utilisation_week_h: float


@dataclass(frozen=True, kw_only=True)
class Vehicle(Sourced):
    """A visiting vehicle: what it carries up and brings down."""

    code: str
    name: str
    kind: str
    up_mass_kg: float
    up_volume_l: float
    down_mass_kg: float
    cold_volume_l: float
    seats: int
    late_load: bool = False


@dataclass(frozen=True, kw_only=True)
class Partner(Sourced):
    """A partner's share of what the station offers its users."""

    code: str
    name: str
    share: float
    countries: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GroundSite(Sourced):
    """A ground station for telemetry and command; ``bands`` it works in (S, VHF), none where not known."""

    code: str
    name: str
    country: str
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    min_elevation_deg: float
    bands: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Relay(Sourced):
    """A geostationary relay satellite, by the longitude of its slot; ``bands`` as of a ground site."""

    code: str
    name: str
    longitude_deg: float
    downlink_mbit_s: float
    bands: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OrbitFacts(Sourced):
    """The orbit as published, and the object's own size for flight safety."""

    catalogue_id: int
    companions: tuple[int, ...]
    altitude_min_km: float
    altitude_max_km: float
    inclination_deg: float
    hard_body_radius_m: float


@dataclass(frozen=True, kw_only=True)
class DataLink(Sourced):
    """The whole downlink and the payload recorder."""

    downlink_mbit_s: float
    recorder_gb: float
    payload_gb_d: float


@dataclass(frozen=True, kw_only=True)
class FlightSafety(Sourced):
    """The station's flight rules: when an approach is an event, when it is moved away, what that costs.

    The box is given by its half sizes. An approach inside it, or with a probability of at least
    ``yellow_probability``, is an event; ``goal_probability`` is what a manoeuvre has to bring it
    under. ``lead_h`` is needed between the decision and a burn; microgravity is disturbed from
    ``quiet_before_h`` before a burn to ``quiet_after_h`` after it. The keep-out sphere and the
    approach ellipsoid (half axes) are what departing objects must not come back into. Mass,
    specific impulse and drag area are those of the whole complex.
    """

    box_radial_km: float
    box_in_track_km: float
    box_cross_track_km: float
    yellow_probability: float
    red_probability: float
    goal_probability: float
    screening_every_h: float
    notice_h: float
    lead_h: float
    quiet_before_h: float
    quiet_after_h: float
    burn_max_m_s: float
    keep_out_m: float
    approach_radial_km: float
    approach_in_track_km: float
    approach_cross_track_km: float
    mass_kg: float | None = None
    specific_impulse_s: float | None = None
    drag_area_m2: float | None = None
    drag_coefficient_ratio: float | None = None


@dataclass(frozen=True, kw_only=True)
class Station:
    """A crewed station, whole."""

    code: str
    name: str
    operator: str
    operator_country: str | None = None
    collected: str
    orbit: OrbitFacts
    crew: CrewPlan
    data: DataLink
    modules: tuple[Module, ...]
    racks: tuple[Rack, ...]
    ports: tuple[Port, ...]
    channels: tuple[Channel, ...]
    mechanisms: tuple[Mechanism, ...]
    cold: tuple[ColdStowage, ...]
    exercise: tuple[ExerciseDevice, ...]
    vehicles: tuple[Vehicle, ...]
    partners: tuple[Partner, ...] = ()
    ground: tuple[GroundSite, ...] = ()
    relays: tuple[Relay, ...] = ()
    flight_safety: FlightSafety | None = None
    notes: Mapping[str, str] | None = None
