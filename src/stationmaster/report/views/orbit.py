"""The orbit of the week: where the station passes, what light it has, and who hears it."""

from __future__ import annotations

from typing import Any

from stationmaster.journey.week import target_codes
from stationmaster.orbit.letters import OrbitAnswer, OrbitProblem, Window, WindowKind
from stationmaster.report import words
from stationmaster.report.pictures.sky import curve
from stationmaster.report.pictures.track import ground_track
from stationmaster.report.story import CHOSEN, Story


def view(story: Story) -> dict[str, Any]:
    """What the page of the orbit shows."""
    problem: OrbitProblem = story.problems["orbit"]
    answer: OrbitAnswer = story.answers["orbit"]
    chosen = {code: dossier.code for dossier in story.chosen for code in target_codes(dossier)} or {
        t.code: t.code.rpartition("-")[0] for t in problem.targets
    }
    betas = [(one.at, one.beta_deg) for one in answer.betas]
    heights = [(point.at, point.altitude_km) for point in answer.track]
    whole = (w for w in answer.of(WindowKind.ECLIPSE) if not w.cut_start and not w.cut_end)
    eclipses = [window.span.duration_s / 60 for window in whole]
    return {
        "answer": answer,
        "caveats": [words.sentence("orbit", reason) for reason in answer.reasons],
        "track": ground_track(problem, answer.track, tuple(chosen), _track_words(problem, answer)),
        "beta": curve(betas, "deg", _range_words("Beta angle", [v for _, v in betas], "degrees")),
        "height": curve(heights, "km", _range_words("Height above the ellipsoid in the first day",
                                                    [v for _, v in heights], "km")),
        "betas": [(one.at, one.beta_deg) for one in answer.betas if one.at.hour == 0],
        "heights": _hourly(heights),
        "eclipse_low": min(eclipses, default=0.0),
        "eclipse_high": max(eclipses, default=0.0),
        "eclipse_count": len(answer.of(WindowKind.ECLIPSE)),
        "relays": relays(problem, answer),
        "relay_share": _share(answer, WindowKind.RELAY),
        "sites": sites(problem, answer),
        "regions": [
            (region.name, len(answer.of(WindowKind.REGION, region.code)),
             _share(answer, WindowKind.REGION, region.code))
            for region in problem.regions
        ],
        "targets": targets(story, problem, answer),
        "age_start": answer.elements_age_start_d,
        "age_end": answer.elements_age_end_d,
    }  # fmt: skip


def _hourly(points: list[tuple[Any, float]]) -> list[tuple[Any, float]]:
    return [(when, value) for when, value in points if when.minute == 0 and when.second == 0][:24]


def _range_words(what: str, values: list[float], unit: str) -> str:
    return f"{what}: from {words.number(min(values), 1)} to {words.number(max(values), 1)} {unit}."


def _track_words(problem: OrbitProblem, answer: OrbitAnswer) -> str:
    reach = max(abs(point.latitude_deg) for point in answer.track)
    return (
        f"Ground track of {answer.object_name} on {words.day(problem.span.start)}: it reaches "
        f"{reach:.1f} degrees north and south; bright in sunlight, dark in the Earth's shadow."
    )


def _share(answer: OrbitAnswer, kind: WindowKind, name: str | None = None) -> float:
    held = sum(span.duration_s for span in answer.spans(kind, name))
    return held / answer.span.duration_s


def relays(problem: OrbitProblem, answer: OrbitAnswer) -> list[dict[str, Any]]:
    """How much of the week each relay satellite is in sight."""
    return [
        {"name": relay.name or relay.code, "longitude": relay.longitude_deg,
         "windows": len(answer.of(WindowKind.RELAY, relay.code)),
         "share": _share(answer, WindowKind.RELAY, relay.code)}
        for relay in problem.relays
    ]  # fmt: skip


def sites(problem: OrbitProblem, answer: OrbitAnswer) -> list[dict[str, Any]]:
    """Passes over each ground station."""
    rows = []
    for site in problem.sites:
        passes = answer.of(WindowKind.PASS, site.code)
        minutes = [one.span.duration_s / 60 for one in passes]
        highest = [one.max_elevation_deg for one in passes if one.max_elevation_deg is not None]
        rows.append({
            "site": site, "passes": len(passes), "minutes": sum(minutes),
            "longest": max(minutes, default=0.0), "highest": max(highest, default=None),
        })  # fmt: skip
    return rows


def targets(story: Story, problem: OrbitProblem, answer: OrbitAnswer) -> list[dict[str, Any]]:
    """Overpasses of every target, those of chosen projects first."""
    owner = {code: d.code for d in story.dossiers.values() for code in target_codes(d)}
    rows: list[dict[str, Any]] = []
    for target in sorted(problem.targets, key=lambda target: target.code):
        seen: tuple[Window, ...] = answer.of(WindowKind.OVERPASS, target.code)
        project = owner[target.code]
        rows.append({
            "target": target, "code": project, "overpasses": seen, "first": seen[0] if seen else None,
            "best": min((w.min_off_nadir_deg for w in seen if w.min_off_nadir_deg is not None), default=None),
            "chosen": story.standings[project] in CHOSEN,
        })  # fmt: skip
    return sorted(rows, key=lambda one: (not one["chosen"], one["code"]))
