"""What a scenario's files hold, and the whole of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from stationmaster.call.countries import Countries
from stationmaster.call.letters import Call
from stationmaster.crew.letters import CrewProblem
from stationmaster.manifest.letters import Traffic
from stationmaster.orbit.letters import ElementSet
from stationmaster.proposal.letters import Dossier, Operation, SanctionsList
from stationmaster.review.letters import Card, Reviewer
from stationmaster.scenario.identities import Identities
from stationmaster.selection.letters import Exclusion
from stationmaster.station.letters import Station
from stationmaster.timeline.letters import Crew

SCENARIO_FILE = "scenario.toml"
#: Kinds of facility that an operation may use beside what racks offer.
MECHANISM_KINDS = ("airlock", "arm", "eva-airlock")
#: The kinds of facility that proposals may ask for; a station need not offer them all.
FACILITY_KINDS = (
    "biotechnology", "cell-culture", "cold-atom", "cold-stowage", "combustion", "container-free-materials",
    "fluid-physics", "glovebox", "high-microgravity", "high-temperature-materials", "human-research",
    "life-ecology", "maintenance-bench", "space-basic-experiment", "time-frequency", "two-phase",
    "variable-gravity", *MECHANISM_KINDS,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ScenarioFile:
    """What ``scenario.toml`` holds: names of files, and the week that is planned to five minutes.

    In a variant every field may be left out that the extended scenario gives.
    """

    code: str
    title: str
    extends: str | None = None
    station: str | None = None
    call: str | None = None
    countries: str | None = None
    proposals: str | None = None
    reviewers: str | None = None
    cards: tuple[str, ...] | None = None
    institutions: str | None = None
    coworks: str | None = None
    traffic: str | None = None
    crew: str | None = None
    system_work: str | None = None
    guests: str | None = None
    sponsors: str | None = None
    sanctions: str | None = None
    sanctions_reviews: str | None = None
    ties: str | None = None
    elements: str | None = None
    elements_epoch: datetime | None = None
    catalogue_id: int | None = None
    week_start: datetime | None = None
    week_increment: str | None = None
    seed: int | None = None
    source: str | None = None


@dataclass(frozen=True, kw_only=True)
class SystemOperation(Operation):
    """A piece of the station's own work: an operation with a code."""

    code: str


@dataclass(frozen=True, kw_only=True)
class SystemWork:
    """What ``system-work.toml`` holds."""

    source: str
    estimate: bool = False
    operation: tuple[SystemOperation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sponsor:
    """Which partner of the station sponsors the projects of a country (a row of ``sponsors.csv``)."""

    country: str
    partner: str
    source: str | None = None
    estimate: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """A proposal that may be chosen only together with others: it stands on their hardware or samples."""

    proposal: str
    requires: tuple[str, ...]
    why: str


@dataclass(frozen=True, kw_only=True)
class Ties:
    """What the secretariat found, once all dossiers were in, to tie proposals to each other."""

    source: str
    exclusions: tuple[Exclusion, ...] = ()
    requirements: tuple[Requirement, ...] = ()

    @property
    def requires(self) -> dict[str, tuple[str, ...]]:
        """Whom each proposal requires."""
        found: dict[str, tuple[str, ...]] = {}
        for row in self.requirements:
            found[row.proposal] = (*found.get(row.proposal, ()), *row.requires)
        return found


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Everything a journey starts from.

    ``guests`` are disclosed already: no candidate is in them. ``withheld`` is what stands for a file
    that may not be passed on, by the name under which a run keeps it.
    """

    code: str
    title: str
    source: str
    seed: int
    station: Station
    call: Call
    countries: Countries
    dossiers: tuple[Dossier, ...]
    reviewers: tuple[Reviewer, ...]
    cards: tuple[Card, ...]
    identities: Identities
    traffic: Traffic
    crew: Crew
    system_work: tuple[SystemOperation, ...]
    sponsors: Mapping[str, str]
    ties: Ties
    elements: tuple[ElementSet, ...]
    week_start: datetime
    week_increment: str
    files: Mapping[str, Path]
    sanctions: SanctionsList | None = None
    guests: CrewProblem | None = None
    withheld: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the names and bytes of all files, as they were when it was first asked for."""
        return digest_of(self.files, self.withheld)


def digest_of(files: Mapping[str, Path], withheld: Mapping[str, bytes] | None = None) -> str:
    """SHA-256 over the names and bytes of files; of one that is withheld, over what stands for it."""
    whole = hashlib.sha256()
    for name, path in sorted(files.items()):
        held = (withheld or {}).get(name)
        kept = path.read_bytes() if held is None else held
        whole.update(f"{name}\n{hashlib.sha256(kept).hexdigest()}\n".encode())
    return whole.hexdigest()
