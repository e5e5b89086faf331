"""Read a scenario's folder, file by file; each refusal names file, line, field and value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from stationmaster.call.countries import Countries, read_countries
from stationmaster.call.letters import Call
from stationmaster.crew.letters import CrewProblem
from stationmaster.manifest.letters import Traffic
from stationmaster.measure.codes import known
from stationmaster.measure.errors import StationError, sentence
from stationmaster.measure.files import read_csv_placed, read_toml_placed
from stationmaster.measure.letters import Source
from stationmaster.orbit.elements import read_elements
from stationmaster.proposal.letters import Dossier, SanctionsList
from stationmaster.review.letters import Card, Reviewer
from stationmaster.scenario import agreement
from stationmaster.scenario.cards import Handed, read_cards
from stationmaster.scenario.identities import Identities, read_identities
from stationmaster.scenario.layers import Finder, layers_of
from stationmaster.scenario.letters import FACILITY_KINDS, Scenario, Sponsor, SystemWork, Ties
from stationmaster.scenario.sanctions import read_sanctions
from stationmaster.scenario.withheld import guests_file
from stationmaster.station.letters import Station
from stationmaster.station.read import find as find_station
from stationmaster.station.read import read as read_station
from stationmaster.timeline.letters import Crew


def read_scenario(folder: Path, station: str | None = None) -> Scenario:
    """Read a scenario's folder; ``station`` (a code or a file) replaces the one it names.

    Raises:
        StationError: one line with file, line, field, value and what was expected.
    """
    layers = layers_of(folder)
    find = Finder(layers, {})
    countries = read_countries(find.file("countries"))
    found_station = _station(station, find)
    call, call_source = read_toml_placed(Call, find.file("call"))
    agreement.call_is_sound(call, countries, call_source, str(find.file("countries")))
    dossiers = tuple(_dossiers(find, countries, found_station))
    reviewers = tuple(_reviewers(find, countries, dossiers))
    traffic, traffic_source = read_toml_placed(Traffic, find.file("traffic"))
    crew, crew_source = read_toml_placed(Crew, find.file("crew"))
    work, work_source = read_toml_placed(SystemWork, find.file("system_work"))
    sponsors = _sponsors(find, countries)
    guests, withheld = _guests(find)
    agreement.traffic_is_sound(traffic, traffic_source)
    agreement.crew_is_there(crew, traffic, crew_source, traffic_source)
    agreement.work_can_be_done(work.operation, found_station, crew, work_source)
    agreement.groups_are_known(call, sponsors, call_source)
    scenario = Scenario(
        code=layers[0].fields.code,
        title=layers[0].fields.title,
        source=str(find.value("source")),
        seed=_seed(find),
        station=found_station,
        call=call,
        countries=countries,
        dossiers=dossiers,
        reviewers=reviewers,
        cards=_cards(find, call, dossiers, reviewers),
        identities=_identities(find),
        traffic=traffic,
        crew=crew,
        system_work=work.operation,
        sponsors=sponsors,
        sanctions=_sanctions(find),
        guests=guests,
        withheld=withheld,
        ties=_ties(find, dossiers),
        elements=read_elements(find.file("elements")).elements,
        week_start=_moment(find, "week_start"),
        week_increment=str(find.value("week_increment")),
        files=find.files,
    )
    agreement.week_lies_in_its_increment(scenario, find)
    return scenario


def read_handed(folder: Path, files: tuple[Path, ...] | None = None) -> Handed:
    """The cards of a scenario (or of these files, held against it), the sound ones and all faults.

    Raises:
        StationError: where the scenario itself cannot be read, or a file is no table.
    """
    find = Finder(layers_of(folder), {})
    countries = read_countries(find.file("countries"))
    station = _station(None, find)
    call, source = read_toml_placed(Call, find.file("call"))
    agreement.call_is_sound(call, countries, source, str(find.file("countries")))
    dossiers = tuple(_dossiers(find, countries, station))
    reviewers = tuple(_reviewers(find, countries, dossiers))
    codes = (r.code for r in reviewers), (d.code for d in dossiers)
    return read_cards(find.many("cards") if files is None else files, call, *codes)


def _seed(find: Finder) -> int:
    seed = find.value("seed")
    assert isinstance(seed, int)
    if seed < 0:
        expected = "a number that is not negative"
        raise StationError("bad-value", **find.place("seed"), value=seed, expected=expected)
    return seed


def _moment(find: Finder, name: str) -> datetime:
    value = find.value(name)
    assert isinstance(value, datetime)
    return value


def _station(given: str | None, find: Finder) -> Station:
    try:
        path = find_station(given or str(find.value("station")))
    except StationError as error:
        raise error if given else error.at(**find.place("station")) from None
    find.files[f"stations/{path.name}"] = path
    found = read_station(path)
    agreement.week_can_be_planned(found, str(path))
    return found


def _dossiers(find: Finder, countries: Countries, station: Station) -> Iterator[Dossier]:
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
        _refuse_dossier(dossier, source, countries, kinds)
        yield dossier


def _refuse_dossier(dossier: Dossier, source: Source, countries: Countries, kinds: list[str]) -> None:
    """What no stage could even say a word about; all else is found, and told, by the stage itself."""
    if not dossier.partners:
        raise StationError("missing-field", **source.place(("partners",)), expected="one partner or more")
    for number, partner in enumerate(dossier.partners):
        countries.of(partner.country, **source.place(("partners", number, "country")))
    for number, money in enumerate(dossier.funding):
        countries.of(money.country, **source.place(("funding", number, "country")))
    for number, kind in enumerate(dossier.needs.facilities):
        known(kind, kinds, "facility", **source.place(("needs", "facilities", number)))
    agreement.few_enough(dossier.operations, "operations", source)
    for number, operation in enumerate(dossier.operations):
        for use in operation.uses:
            known(use, kinds, "facility", **source.place(("operations", number, "uses")))


def _reviewers(find: Finder, countries: Countries, dossiers: tuple[Dossier, ...]) -> Iterator[Reviewer]:
    path = find.file("reviewers")
    leaders = {dossier.principal_investigator: dossier.code for dossier in dossiers}
    codes: set[str] = set()
    persons: set[str] = set()
    for line, reviewer in read_csv_placed(Reviewer, path):
        place: dict[str, object] = {"file": str(path), "line": line}
        countries.of(reviewer.country, **place, field="country")
        for value, seen, field in ((reviewer.code, codes, "code"), (reviewer.person, persons, "person")):
            if value in seen:
                raise StationError("duplicate", **place, field=field, value=value, kind="reviewer")
            seen.add(value)
        if reviewer.load_max < 0:
            expected = "a number that is not negative"
            raise StationError(
                "bad-value", **place, field="load_max", value=reviewer.load_max, expected=expected
            )
        if reviewer.person in leaders:
            raise StationError(
                "contradiction",
                **place,
                field="person",
                value=f"reviewer {reviewer.code} ({reviewer.person})",
                other=f"the principal investigator of {leaders[reviewer.person]}",
                expected="a reviewer who leads no proposal of the call",
            )
        yield reviewer
    if not codes:
        raise StationError("missing-field", file=str(path), expected="one reviewer or more")


def _cards(
    find: Finder, call: Call, dossiers: tuple[Dossier, ...], reviewers: tuple[Reviewer, ...]
) -> tuple[Card, ...]:
    """All cards; a single fault is told as it is, several as the first of so many."""
    codes = (r.code for r in reviewers), (d.code for d in dossiers)
    handed = read_cards(find.many("cards"), call, *codes)
    if len(handed.faults) > 1:
        error = handed.faults[0]
        place = {name: error.facts.get(name) for name in ("file", "line", "field")}
        told = sentence(StationError(error.code, **{**error.facts, **dict.fromkeys(place)}))
        raise StationError("several-faults", **place, count=len(handed.faults), first=told, kind="cards")
    for fault in handed.faults:
        raise fault
    return handed.cards


def _identities(find: Finder) -> Identities:
    paths = (find.file(name) if find.has(name) else None for name in ("institutions", "coworks"))
    return read_identities(*paths)


def _ties(find: Finder, dossiers: tuple[Dossier, ...]) -> Ties:
    if not find.has("ties"):
        return Ties(source="no ties between proposals")
    ties, source = read_toml_placed(Ties, find.file("ties"))
    agreement.ties_hold(ties, dossiers, source)
    return ties


def _guests(find: Finder) -> tuple[CrewProblem | None, dict[str, bytes]]:
    """The guests without their candidates, and what stands for their file wherever it is kept."""
    if not find.has("guests"):
        return None, {}
    from stationmaster.crew.disclosure import disclosed
    from stationmaster.crew.read import read_guests

    path = find.file("guests")
    guests = disclosed(read_guests(path))
    names = [name for name, file in find.files.items() if file == path]
    return guests, dict.fromkeys(names, guests_file(guests))


def _sanctions(find: Finder) -> SanctionsList | None:
    if not find.has("sanctions"):
        return None
    reviews = find.file("sanctions_reviews") if find.has("sanctions_reviews") else None
    return read_sanctions(find.file("sanctions"), reviews)


def _sponsors(find: Finder, countries: Countries) -> Mapping[str, str]:
    if not find.has("sponsors"):
        return {}
    path = find.file("sponsors")
    sponsors: dict[str, str] = {}
    for line, row in read_csv_placed(Sponsor, path):
        countries.of(row.country, file=str(path), line=line, field="country")
        if row.country in sponsors:
            raise StationError("duplicate", file=str(path), line=line, value=row.country, kind="country")
        sponsors[row.country] = row.partner
    return sponsors
