"""The dossier: what an applicant sends in.

No person is named: people are codes (``PI-POLAR2``), institutions are real where the project is
real and described by kind and country where it is illustrative (``synthetic = true``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from stationmaster.measure.codes import code
from stationmaster.measure.errors import StationError


class Mode(StrEnum):
    """The three modes of participation of the first call."""

    INSIDE_OWN = "inside-own"
    INSIDE_FACILITY = "inside-facility"
    OUTSIDE_OWN = "outside-own"


class Kind(StrEnum):
    """What an institution is, in the words of the call."""

    UNIVERSITY = "university"
    INSTITUTE = "institute"
    ACADEMY = "academy"
    AGENCY = "agency"
    COMPANY = "company"


@dataclass(frozen=True, kw_only=True)
class Partner:
    """One institution of the team; ``work_share`` sums to 1 over the team."""

    institution: str
    kind: Kind
    country: str
    work_share: float
    lead: bool = False


@dataclass(frozen=True, kw_only=True)
class Funding:
    """Where the applicant's own money comes from: ``national-agency``, ``us-federal``, ``own``..."""

    country: str
    kind: str
    secured: bool


@dataclass(frozen=True, kw_only=True)
class Target:
    """A place on the ground to be seen from orbit."""

    name: str
    latitude_deg: float
    longitude_deg: float
    max_off_nadir_deg: float
    min_sun_elevation_deg: float


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One crew or ground procedure of the experiment, as the week planner needs it.

    ``crew_count`` 0 is a ground-commanded run. ``per_week_count`` times in a week of operation,
    ``gap_min_h`` to ``gap_max_h`` apart; ``after`` names the operation it must follow in the same
    week (by ``lag_min_h`` to ``lag_max_h`` from the end of that one). ``window`` is where in the
    orbit it must lie: ``any``, ``relay``, ``target``, ``sunlit``, ``eclipse``, ``outside-saa``.
    """

    name: str
    duration_min: int
    crew_count: int
    skill: str = "general"
    per_week_count: int = 1
    gap_min_h: float = 0.0
    gap_max_h: float | None = None
    after: str | None = None
    lag_min_h: float = 0.0
    lag_max_h: float | None = None
    window: str = "any"
    power_w: float = 0.0
    uses: tuple[str, ...] = ()
    quiet: bool = False
    must: bool = False


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What the experiment asks of the station, over its whole life on board unless said."""

    up_mass_kg: float
    up_volume_l: float
    power_w: float
    data_gb_d: float
    crew_time_h: float
    down_mass_kg: float = 0.0
    cold_volume_l: float = 0.0
    cold_temperature_c: float | None = None
    arm_operations: int = 0
    airlock: bool = False
    rack_share: float = 0.0
    facilities: tuple[str, ...] = ()
    ports: int = 0
    port_size: str = "small"
    view: str | None = None
    duration_d: float = 30.0
    late_load: bool = False
    return_within_d: float | None = None
    targets: tuple[Target, ...] = ()
    estimate: bool = False
    source: str | None = None


@dataclass(frozen=True, kw_only=True)
class Hazard:
    """A hazard and how many independent controls hold it."""

    kind: str
    severity: str
    controls: int


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """One proposal, whole."""

    code: str
    title: str
    mode: Mode
    field: str
    aims: str
    method: str
    results: str
    principal_investigator: str
    partners: tuple[Partner, ...]
    needs: Needs
    operations: tuple[Operation, ...]
    hazards: tuple[Hazard, ...] = ()
    funding: tuple[Funding, ...] = ()
    goals: tuple[int, ...] = ()
    human_subjects: bool = False
    live_agents: str = "none"
    deployed: bool = False
    endorsed: bool | None = None
    submitted: str = ""
    first_flight: bool | None = None
    synthetic: bool = False
    source: str | None = None
    outcome_2019: str | None = None
    facts: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        try:
            code(self.code)
        except StationError as error:
            raise error.at(field="code") from None

    @property
    def lead(self) -> Partner:
        """The lead institution (the first that says so, else the first)."""
        return next((p for p in self.partners if p.lead), self.partners[0])

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries of the team, in order, each once."""
        return tuple(dict.fromkeys(p.country for p in self.partners))
