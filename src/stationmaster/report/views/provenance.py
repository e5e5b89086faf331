"""What is fact, estimate or made up; which versions, seeds and digests; and how to prove it all."""

from __future__ import annotations

import dataclasses
from typing import Any

from stationmaster.journey.stages import NAMES
from stationmaster.report import words
from stationmaster.report.story import Story
from stationmaster.station.letters import Sourced, Station

STAGE_WORDS = {
    "call": "The call, its country groups frozen",
    "proposal": "Proposals assessed",
    "review-1": "First review",
    "shortlist": "Shortlist",
    "review-2": "Second review",
    "selection": "Final choice",
    "manifest": "Manifest",
    "crew": "Guests' seats",
    "orbit": "Orbit",
    "timeline": "Crew week",
    "safety": "Screening",
    "milestones": "After the decision",
    "laboratory": "How sure the choice was, and other policies",
}


def view(story: Story) -> dict[str, Any]:
    """What the page of provenance shows."""
    record = story.record
    scenario = story.scenario
    station_sources = sources(scenario.station)
    return {
        "record": record,
        "stages": [
            {"record": stage, "title": STAGE_WORDS.get(stage.name, stage.name), "faults": stage.faults}
            for stage in record.stages
        ],
        "not_done": [STAGE_WORDS[name] for name in NAMES if not story.has(name)],
        "faults": sum(len(stage.faults) for stage in record.stages),
        "seeds": [("scenario", scenario.seed), ("policy of the call", scenario.call.policy.seed)],
        "solvers": solvers(story),
        "kinds": kinds(story),
        "station_sources": station_sources,
        "station_estimates": [place for place, sourced in _sourced(scenario.station) if sourced.estimate],
        "station_figures": sum(1 for _ in _sourced(scenario.station)),
        "scenario_sources": scenario_sources(story),
        "files": sorted(scenario.files),
        "sky": story.run.journey.sky,
    }


def _sourced(station: Station) -> list[tuple[str, Sourced]]:
    """Every part of the station's data that says where it is from."""
    found = []
    for field in dataclasses.fields(station):
        value = getattr(station, field.name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Sourced):
                found.append((f"{words.name(field.name)}: {getattr(one, 'name', '') or field.name}", one))
    return found


def sources(station: Station) -> list[tuple[str, int]]:
    """The sources that the station's data name, and how many parts rest on each."""
    tally: dict[str, int] = {}
    for _, one in _sourced(station):
        if one.source:
            tally[one.source] = tally.get(one.source, 0) + 1
    return sorted(tally.items(), key=lambda pair: (-pair[1], pair[0]))


def solvers(story: Story) -> list[tuple[str, str]]:
    """What made each answer: solver, settings, method."""
    found = []
    for name in ("review-1", "review-2"):
        if story.has(name) and story.answers[name].calibration is not None:
            made = story.answers[name].calibration
            draws = f"{made.chains} chains of {made.kept} draws, seed {made.seed}"
            found.append((STAGE_WORDS[name], f"{made.method}; {draws}"))
    for name in ("shortlist", "selection"):
        if story.has(name):
            effort = story.answers[name].effort
            found.append((STAGE_WORDS[name], f"{effort.solver}; {effort.settings}"))
    if story.has("manifest"):
        found.append((STAGE_WORDS["manifest"], story.answers["manifest"].solver))
    if story.has("timeline"):
        made = story.answers["timeline"].solver
        found.append((STAGE_WORDS["timeline"], f"{made.name} {made.version}, seed {made.seed}"))
    return found


def kinds(story: Story) -> list[dict[str, str]]:
    """What the run rests on, one row for each kind of data."""
    scenario = story.scenario
    total = len(scenario.dossiers)
    made_up = sum(dossier.synthetic for dossier in scenario.dossiers)
    guessed = sum(dossier.needs.estimate for dossier in scenario.dossiers)
    reviewers = sum(reviewer.synthetic for reviewer in scenario.reviewers)
    sky = story.run.journey.sky
    rows = [
        ("Dates, modes, fields and criteria of the call", "fact", scenario.call.source),
        ("What the call offers", "estimate" if scenario.call.offer.estimate else "fact",
         scenario.call.offer.note or scenario.call.offer.source or ""),
        ("Real proposals", "fact", f"{total - made_up} of {total}: title, institutions, countries and mode "
         "are public; the source stands on each page"),
        ("Other proposals", "synthetic", f"{made_up} of {total} are made up as illustration"),
        ("Needs of the proposals", "estimate", f"{guessed} of {total} state them as estimates"),
        ("Reviewers and scorecards", "synthetic" if reviewers else "fact",
         f"{reviewers} of {len(scenario.reviewers)} reviewers are synthetic: no person is behind them"),
        ("Crew", "estimate" if scenario.crew.estimate else "fact", scenario.crew.source or ""),
        ("Elements of the station", "fact", sky.elements_source),
        ("Objects in the sky", "synthetic" if story.synthetic_sky else "fact", sky.catalogue.name),
    ]  # fmt: skip
    return [{"what": what, "kind": kind, "says": says} for what, kind, says in rows]


def scenario_sources(story: Story) -> list[tuple[str, str]]:
    """Sources that the scenario's own files name."""
    scenario = story.scenario
    flights = [(f"Flight {one.code}", one.source) for one in scenario.traffic.flights]
    stays = [(f"Increment {one.name}", one.source) for one in scenario.traffic.increments]
    given = [("Scenario", scenario.source), ("Call", scenario.call.source), *stays, *flights]
    return [(what, source) for what, source in given if source]
