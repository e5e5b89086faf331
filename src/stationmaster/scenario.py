"""A scenario: the folder of data that a journey starts from, read whole and held against itself.

``scenario.toml`` names the other files. A variant (``extends = "../css-2018"``) takes every file that
it does not name itself from the scenario it extends. Contradictions between files - a country that
is not in the table, a facility nobody offers, a reviewer who leads a proposal - are refused here,
with file, line and field, before any stage begins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from stationmaster.call.countries import Countries, read_countries
from stationmaster.call.letters import Call
from stationmaster.manifest.letters import Traffic
from stationmaster.measure.codes import known
from stationmaster.measure.errors import StationError
from stationmaster.measure.files import inside, read_csv, read_toml, read_toml_placed
from stationmaster.measure.letters import Source
from stationmaster.orbit.elements import read_elements
from stationmaster.orbit.letters import ElementSet
from stationmaster.proposal.letters import Dossier, Operation
from stationmaster.review.letters import Card, Reviewer
from stationmaster.station.letters import Station
from stationmaster.station.read import find as find_station
from stationmaster.station.read import read as read_station
from stationmaster.timeline.letters import Crew

SCENARIO_FILE = "scenario.toml"
#: Kinds of facility that an operation may use beside what racks offer.
MECHANISM_KINDS = ("airlock", "arm", "eva-airlock")


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
    traffic: str | None = None
    crew: str | None = None
    system_work: str | None = None
    sponsors: str | None = None
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
class Scenario:
    """Everything a journey starts from."""

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
    traffic: Traffic
    crew: Crew
    system_work: tuple[SystemOperation, ...]
    sponsors: Mapping[str, str]
    elements: tuple[ElementSet, ...]
    week_start: datetime
    week_increment: str
    files: Mapping[str, Path]

    @property
    def digest(self) -> str:
        """SHA-256 over the names and bytes of all files."""
        whole = hashlib.sha256()
        for name, path in sorted(self.files.items()):
            whole.update(f"{name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
        return whole.hexdigest()


@dataclass(frozen=True)
class _Layer:
    """One scenario folder: its file, and where its fields stand."""

    folder: Path
    fields: ScenarioFile
    source: Source


def read_scenario(folder: Path, station: str | None = None) -> Scenario:
    """Read a scenario's folder; ``station`` (a code or a file) replaces the one it names.

    Raises:
        StationError: one line with file, line, field, value and what was expected.
    """
    layers = _layers(folder)
    find = _Finder(layers, {})
    top = layers[0].fields
    station_name = station or str(find.value("station"))
    countries = read_countries(find.file("countries"))
    found_station = _station(station_name, find)
    call = read_toml(Call, find.file("call"))
    dossiers = tuple(_dossiers(find, countries, found_station))
    reviewers = tuple(_reviewers(find, countries))
    scenario = Scenario(
        code=top.code,
        title=top.title,
        source=str(find.value("source")),
        seed=int(str(find.value("seed"))),
        station=found_station,
        call=call,
        countries=countries,
        dossiers=dossiers,
        reviewers=reviewers,
        cards=tuple(_cards(find, call, dossiers, reviewers)),
        traffic=read_toml(Traffic, find.file("traffic")),
        crew=read_toml(Crew, find.file("crew")),
        system_work=read_toml(SystemWork, find.file("system_work")).operation,
        sponsors=_sponsors(find, countries),
        elements=read_elements(find.file("elements")).elements,
        week_start=_moment(find, "week_start"),
        week_increment=str(find.value("week_increment")),
        files=find.files,
    )
    _agree(scenario, find)
    return scenario


def _layers(folder: Path) -> tuple[_Layer, ...]:
    """The scenario and those it extends, nearest first."""
    layers: list[_Layer] = []
    while True:
        path = folder / SCENARIO_FILE
        fields, source = read_toml_placed(ScenarioFile, path)
        layers.append(_Layer(folder, fields, source))
        if fields.extends is None:
            return tuple(layers)
        if len(layers) > 4:
            raise StationError(
                "contradiction",
                **source.place(("extends",)),
                value=fields.extends,
                other="a scenario that extends it",
                expected="at most four scenarios in a row",
            )
        folder = (folder / fields.extends).resolve()


@dataclass(frozen=True)
class _Finder:
    """Finds each field in the nearest layer that gives it, and remembers the files it opened."""

    layers: tuple[_Layer, ...]
    files: dict[str, Path]

    def __post_init__(self) -> None:
        for depth, layer in enumerate(self.layers):
            self.files[f"{'base/' * depth}{SCENARIO_FILE}"] = layer.folder / SCENARIO_FILE

    def layer(self, name: str) -> _Layer:
        for layer in self.layers:
            if getattr(layer.fields, name) is not None:
                return layer
        raise StationError(
            "missing-field", **self.layers[-1].source.place((name,)), expected="a value in scenario.toml"
        )

    def value(self, name: str) -> object:
        return getattr(self.layer(name).fields, name)

    def has(self, name: str) -> bool:
        return any(getattr(layer.fields, name) is not None for layer in self.layers)

    def _keep(self, layer: _Layer, name: str, given: str) -> Path:
        try:
            path = inside(layer.folder, given)
        except StationError as error:
            raise error.at(**layer.source.place((name,))) from None
        self.files[f"{'base/' * self.layers.index(layer)}{given}"] = path
        return path

    def file(self, name: str) -> Path:
        layer = self.layer(name)
        return self._keep(layer, name, str(getattr(layer.fields, name)))

    def many(self, name: str) -> tuple[Path, ...]:
        layer = self.layer(name)
        return tuple(self._keep(layer, name, given) for given in getattr(layer.fields, name))

    def folder_files(self, name: str, ending: str) -> tuple[Path, ...]:
        """The files of a folder with that ending, in the order of their names."""
        layer = self.layer(name)
        given = str(getattr(layer.fields, name))
        folder = inside(layer.folder, given)
        if not folder.is_dir():
            raise StationError(
                "no-such-file", **{**layer.source.place((name,)), "file": str(folder)}, expected="a folder"
            )
        names = sorted(path.name for path in folder.iterdir() if path.suffix == ending)
        return tuple(self._keep(layer, name, f"{given}/{one}") for one in names)


def _moment(find: _Finder, name: str) -> datetime:
    value = find.value(name)
    assert isinstance(value, datetime)
    return value


def _station(name: str, find: _Finder) -> Station:
    path = find_station(name)
    find.files[f"stations/{path.name}"] = path
    return read_station(path)


def _dossiers(find: _Finder, countries: Countries, station: Station) -> Iterator[Dossier]:
    seen: dict[str, Path] = {}
    kinds = sorted({kind for rack in station.racks for kind in rack.offers} | set(FACILITY_KINDS))
    for path in find.folder_files("proposals", ".toml"):
        dossier, source = read_toml_placed(Dossier, path)
        if dossier.code in seen:
            raise StationError(
                "duplicate",
                **source.place(("code",)),
                value=f"{dossier.code} (also in {seen[dossier.code].name})",
                kind="proposal",
            )
        seen[dossier.code] = path
        for number, partner in enumerate(dossier.partners):
            countries.of(partner.country, **source.place(("partners", number, "country")))
        for number, kind in enumerate(dossier.needs.facilities):
            known(kind, kinds, "facility", **source.place(("needs", "facilities", number)))
        for number, operation in enumerate(dossier.operations):
            for use in operation.uses:
                known(use, kinds, "facility", **source.place(("operations", number, "uses")))
        yield dossier


#: The kinds of facility that proposals may ask for; a station need not offer them all.
FACILITY_KINDS = (
    "biotechnology", "cell-culture", "cold-atom", "cold-stowage", "combustion", "container-free-materials",
    "fluid-physics", "glovebox", "high-microgravity", "high-temperature-materials", "human-research",
    "life-ecology", "maintenance-bench", "space-basic-experiment", "time-frequency", "two-phase",
    "variable-gravity", *MECHANISM_KINDS,
)  # fmt: skip


def _reviewers(find: _Finder, countries: Countries) -> Iterator[Reviewer]:
    path = find.file("reviewers")
    codes: set[str] = set()
    persons: set[str] = set()
    for line, reviewer in enumerate(read_csv(Reviewer, path), 2):
        place = {"file": str(path), "line": line}
        countries.of(reviewer.country, **place, field="country")
        for value, seen, field in ((reviewer.code, codes, "code"), (reviewer.person, persons, "person")):
            if value in seen:
                raise StationError("duplicate", **place, field=field, value=value, kind="reviewer")
            seen.add(value)
        yield reviewer


def _cards(
    find: _Finder, call: Call, dossiers: tuple[Dossier, ...], reviewers: tuple[Reviewer, ...]
) -> Iterator[Card]:
    names = {
        "reviewer": {reviewer.code for reviewer in reviewers},
        "proposal": {dossier.code for dossier in dossiers},
        "criterion": {criterion.code for criterion in call.criteria},
    }
    for path in find.many("cards"):
        for line, card in enumerate(read_csv(Card, path), 2):
            for field, codes in names.items():
                if getattr(card, field) not in codes:
                    known(getattr(card, field), codes, field, file=str(path), line=line, field=field)
            yield card


def _sponsors(find: _Finder, countries: Countries) -> Mapping[str, str]:
    if not find.has("sponsors"):
        return {}
    path = find.file("sponsors")
    sponsors: dict[str, str] = {}
    for line, row in enumerate(read_csv(Sponsor, path), 2):
        countries.of(row.country, file=str(path), line=line, field="country")
        if row.country in sponsors:
            raise StationError("duplicate", file=str(path), line=line, value=row.country, kind="country")
        sponsors[row.country] = row.partner
    return sponsors


def _agree(scenario: Scenario, find: _Finder) -> None:
    """What two files say of the same thing must not differ."""
    _refuse_judges_in_their_own_cause(scenario, find)
    increments = [increment.code for increment in scenario.traffic.increments]
    layer = find.layer("week_increment")
    known(scenario.week_increment, increments, "increment", **layer.source.place(("week_increment",)))
    if scenario.week_start.time().isoformat() != "00:00:00":
        layer = find.layer("week_start")
        raise StationError(
            "bad-value",
            **layer.source.place(("week_start",)),
            value=scenario.week_start.isoformat(),
            expected="a midnight UTC",
        )


def _refuse_judges_in_their_own_cause(scenario: Scenario, find: _Finder) -> None:
    leaders = {dossier.principal_investigator: dossier.code for dossier in scenario.dossiers}
    for line, reviewer in enumerate(scenario.reviewers, 2):
        if reviewer.person in leaders:
            raise StationError(
                "contradiction",
                file=str(find.file("reviewers")),
                line=line,
                field="person",
                value=f"reviewer {reviewer.code} ({reviewer.person})",
                other=f"the principal investigator of {leaders[reviewer.person]}",
                expected="a reviewer who leads no proposal of the call",
            )
