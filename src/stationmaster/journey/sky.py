"""The sky that the plan is held against: which element sets, over which span, and what they show.

With a catalogue the station's own element set is taken from it and the week is screened against
real objects. Without one the element sets typed into the scenario stand against a statistical
population, which every answer and page calls by that name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from stationmaster.journey.week import crew_week
from stationmaster.measure.errors import StationError
from stationmaster.measure.time import Span
from stationmaster.orbit.letters import ElementSet, OrbitProblem, Target
from stationmaster.orbit.places import relays_of, sites_of
from stationmaster.safety.letters import Catalogue, HardBodies, Population, ScreeningProblem
from stationmaster.scenario import Scenario

#: An element set serves a week that starts at most so many days after its epoch: over two weeks a
#: five-minute window still holds, an overpass no longer does (drag wrong by a fifth: 14 s after 7 d).
SERVES_D = 14.0
SCREENING_D = 7


@dataclass(frozen=True, kw_only=True)
class Sky:
    """Element sets and what is known of them; ``serves_week``: they are young enough for the week."""

    elements: tuple[ElementSet, ...]
    catalogue: Catalogue
    population: Population
    station_elements: ElementSet
    elements_source: str
    serves_week: bool
    screening_span: Span


def look_up(scenario: Scenario, catalogue: Path | None) -> Sky:
    """The sky of a catalogue file, or of the scenario's own element sets amid a population.

    Raises:
        StationError: when the catalogue cannot be read or does not hold the station.
    """
    week = crew_week(scenario)
    own = _own_elements(scenario)
    if catalogue is None:
        return _statistical(scenario, own, week)
    from stationmaster.orbit.elements import read_elements
    from stationmaster.safety.screening.station import catalogue as facts

    file = read_elements(catalogue)
    listed = file.one(scenario.station.orbit.catalogue_id)
    serves = serves_week(listed, week)
    newest = max(one.epoch for one in file.elements).replace(minute=0, second=0, microsecond=0)
    begin = week.start if serves else newest + timedelta(hours=1)
    return Sky(
        elements=file.elements,
        catalogue=facts(file),
        population=Population.CATALOGUE,
        station_elements=listed if serves else own,
        elements_source=f"catalogue {Path(file.name).name}" if serves else _typed(scenario),
        serves_week=serves,
        screening_span=Span(begin, begin + timedelta(days=SCREENING_D)),
    )


def serves_week(elements: ElementSet, week: Span) -> bool:
    """Whether an element set is of the week's own time."""
    age_d = (week.start - elements.epoch).total_seconds() / 86400
    return -SCREENING_D <= age_d <= SERVES_D


def _own_elements(scenario: Scenario) -> ElementSet:
    wanted = scenario.station.orbit.catalogue_id
    for elements in scenario.elements:
        if elements.catalogue_id == wanted:
            return elements
    raise StationError(
        "unknown-name", file="the scenario's element sets", field="catalogue_id", value=wanted,
        kind="catalogue number", nearest=", ".join(str(e.catalogue_id) for e in scenario.elements),
    )  # fmt: skip


def _typed(scenario: Scenario) -> str:
    return f"element set typed into the scenario {scenario.code}"


def _statistical(scenario: Scenario, own: ElementSet, week: Span) -> Sky:
    from stationmaster.safety.catalogue.population import population, synthetic_catalogue

    made = population(own.epoch, seed=scenario.seed)
    elements = (own, *made)
    facts = synthetic_catalogue(elements, scenario.seed)
    return Sky(
        elements=elements,
        catalogue=facts,
        population=Population.SYNTHETIC,
        station_elements=own,
        elements_source=_typed(scenario),
        serves_week=serves_week(own, week),
        screening_span=week,
    )


def orbit_problem(scenario: Scenario, sky: Sky) -> OrbitProblem:
    """The station's orbit over the week, its ground sites and relays, and every project's targets."""
    station = scenario.station
    return OrbitProblem(
        station=station.code,
        elements=sky.station_elements,
        elements_source=sky.elements_source,
        span=crew_week(scenario),
        sites=sites_of(station),
        relays=relays_of(station),
        targets=tuple(
            Target(
                code=f"{dossier.code}-{number}",
                name=target.name,
                latitude_deg=target.latitude_deg,
                longitude_deg=target.longitude_deg,
                max_off_nadir_deg=target.max_off_nadir_deg,
                min_sun_elevation_deg=target.min_sun_elevation_deg,
            )
            for dossier in scenario.dossiers
            for number, target in enumerate(dossier.needs.targets, 1)
        ),
    )


def screening_problem(scenario: Scenario, sky: Sky) -> ScreeningProblem:
    """The station against everything else for seven days."""
    orbit, rules = scenario.station.orbit, scenario.station.flight_safety
    box = None
    if rules is not None:
        box = rules.box_radial_km, rules.box_in_track_km, rules.box_cross_track_km
    return ScreeningProblem(
        primary_id=orbit.catalogue_id,
        primary_name=scenario.station.name,
        span=sky.screening_span,
        catalogue=sky.catalogue,
        hard_bodies=HardBodies(station_m=orbit.hard_body_radius_m),
        docked=orbit.companions,
        box_km=box,
        population=sky.population,
    )
