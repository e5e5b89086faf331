"""Racks, ports, flights and hours: where each chosen project lives, and when."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from stationmaster.manifest.letters import Load, Manifest, ManifestProblem
from stationmaster.manifest.summary import hot_spots, operations
from stationmaster.manifest.weeks import WEEK
from stationmaster.report import words
from stationmaster.report.pictures.cargo import Stay, load_chart, stays_chart
from stationmaster.report.pictures.increment import IncrementPage, heat_map, increment_chart
from stationmaster.report.story import Story


def view(story: Story) -> dict[str, Any]:
    """What the page of the manifest shows."""
    problem: ManifestProblem = story.problems["manifest"]
    answer: Manifest = story.answers["manifest"]
    names = place_names(story)
    stays = [
        Stay(berth, story.dossiers[berth.item].title, str(story.dossiers[berth.item].mode))
        for berth in sorted(answer.berths, key=lambda berth: (berth.start, berth.item))
    ]
    says = f"{words.counted(len(stays), 'project')} by week on board: " + "; ".join(
        f"{s.title}, {words.day(s.berth.start)} to {words.day(s.berth.end)}" for s in stays
    )
    return {
        "answer": answer,
        "picture": stays_chart(stays, problem.increments, problem.flights, says + "."),
        "stays": [
            {"stay": stay, "places": [names.get(place, place) for place in stay.berth.places],
             "hours": sum(stay.berth.crew_time_h)}
            for stay in stays
        ],
        "not_placed": [
            {"code": one.item, "title": story.dossiers[one.item].title,
             "reasons": [words.sentence("manifest", reason) for reason in one.reasons]}
            for one in answer.not_placed
        ],
        "loads": loads(problem, answer, names),
        "idle": [names.get(one.resource, one.resource) for one in answer.loads if not max(one.used_units)],
        "flights": flights(problem, answer),
        "heat": heat(problem, answer, names),
        "increments": pages(story, stays, names),
        "hot_runs": hot_runs(problem, answer, names),
        "events": [one for one in operations(problem, answer) if one.kind != "session"],
        "crew_by_increment": crew_by_increment(problem, answer),
    }  # fmt: skip


def place_names(story: Story) -> dict[str, str]:
    """Names of racks, ports, channels, freezers and mechanisms by code."""
    station = story.scenario.station
    names = {"crew-time": "Crew time", "data": "Data", "arm": "Robot arm", "airlock": "Airlock"}
    names |= {rack.code: rack.name for rack in station.racks}
    names |= {port.code: port.name for port in station.ports}
    names |= {channel.code: channel.name for channel in station.channels}
    names |= {store.code: store.name for store in station.cold}
    return names | {mechanism.code: mechanism.name for mechanism in station.mechanisms}


def heat(problem: ManifestProblem, answer: Manifest, names: dict[str, str]) -> Markup | None:
    """What is used of every resource, week by week, as one picture."""
    used = [load for load in answer.loads if max(load.used_units) > 0]
    return heat_map(used, names, answer.week_starts, problem.increments) if used else None


def pages(story: Story, stays: list[Stay], names: dict[str, str]) -> list[dict[str, Any]]:
    """Each increment on one page, that of the planned week first."""
    problem: ManifestProblem = story.problems["manifest"]
    answer: Manifest = story.answers["manifest"]
    spots = hot_spots(problem, answer)
    order = sorted(problem.increments, key=lambda one: one.code != story.scenario.week_increment)
    return [
        {
            "increment": one,
            "picture": increment_chart(IncrementPage(problem, answer, one, stays, spots, names)),
        }
        for one in order
        if any(one.start <= start < one.end for start in answer.week_starts)
    ]


def hot_runs(problem: ManifestProblem, answer: Manifest, names: dict[str, str]) -> list[dict[str, Any]]:
    """Where resources run hot: weeks in a row with the same users are one line."""
    runs: list[dict[str, Any]] = []
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for spot in hot_spots(problem, answer):
        key = spot.kind, spot.resource
        run = last.get(key)
        if run is not None and run["until"] == spot.week_start and run["items"] == spot.items:
            run["until"] = spot.week_start + WEEK
            run["peak"] = max(run["peak"], spot.load_fraction)
            continue
        last[key] = {
            "name": names.get(spot.resource, spot.resource), "kind": spot.kind, "items": spot.items,
            "start": spot.week_start, "until": spot.week_start + WEEK, "peak": spot.load_fraction,
        }  # fmt: skip
        runs.append(last[key])
    return runs


def loads(problem: ManifestProblem, answer: Manifest, names: dict[str, str]) -> list[dict[str, Any]]:
    """A small chart for each resource that is used at all, and the same as figures by increment."""
    marks = {increment.start: increment.code for increment in problem.increments}
    used = [load for load in answer.loads if max(load.used_units) > 0]
    return [
        {
            "name": names.get(load.resource, load.resource),
            "load": load,
            "peak": max(load.used_units),
            "limit": max(load.capacity_units),
            "picture": load_chart(load, names.get(load.resource, load.resource), answer.week_starts, marks),
            "by_increment": by_increment(problem, answer, load),
        }
        for load in used
    ]


def by_increment(problem: ManifestProblem, answer: Manifest, load: Load) -> list[tuple[str, float, float]]:
    """The peak and the limit of a resource in each increment."""
    rows = []
    for increment in problem.increments:
        weeks = [
            number
            for number, start in enumerate(answer.week_starts)
            if increment.start <= start < increment.end
        ]
        if weeks:
            used = max(load.used_units[week] for week in weeks)
            rows.append((increment.name, used, max(load.capacity_units[week] for week in weeks)))
    return rows


def flights(problem: ManifestProblem, answer: Manifest) -> list[dict[str, Any]]:
    """How full each flight is of what the call may use of it."""
    found = {load.flight: load for load in answer.flights}
    return [
        {"flight": flight, "load": found[flight.code]}
        for flight in sorted(problem.flights, key=lambda flight: flight.docks)
        if flight.code in found
    ]


def crew_by_increment(problem: ManifestProblem, answer: Manifest) -> list[dict[str, Any]]:
    """Crew hours of the call's projects in each increment."""
    crew = next((load for load in answer.loads if load.kind == "crew-time"), None)
    if crew is None:
        return []
    rows = []
    for increment in problem.increments:
        weeks = [n for n, s in enumerate(answer.week_starts) if increment.start <= s < increment.end]
        used = sum(crew.used_units[week] for week in weeks)
        limit = sum(crew.capacity_units[week] for week in weeks)
        rows.append({
            "name": increment.name, "used": used, "limit": limit,
            "share": used / limit if limit else 0.0, "start": increment.start, "end": increment.end,
        })  # fmt: skip
    return rows
