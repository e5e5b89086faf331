"""A manifest as files: JSON for programs, CSV for planners' tables."""

from __future__ import annotations

from pathlib import Path

from stationmaster.manifest.letters import Manifest, ManifestProblem
from stationmaster.manifest.reasons import REASONS
from stationmaster.manifest.summary import hot_spots, operations
from stationmaster.measure.files import csv_text, write_whole
from stationmaster.measure.letters import to_json
from stationmaster.measure.reasons import say
from stationmaster.measure.time import iso


def write_manifest(out: Path, problem: ManifestProblem, manifest: Manifest) -> tuple[str, ...]:
    """Write problem and answer as letters and the plan as tables; the names of the files.

    Args:
        out: the folder.
        problem: what was planned.
        manifest: the plan.
    """
    files = {
        "problem.json": to_json(problem) + "\n",
        "manifest.json": to_json(manifest) + "\n",
        "berths.csv": _berths(manifest),
        "not_placed.csv": _not_placed(manifest),
        "hot_spots.csv": _hot_spots(problem, manifest),
        "operations.csv": _operations(problem, manifest),
    }
    for name, content in files.items():
        write_whole(out / name, content)
    return tuple(files)


def _berths(manifest: Manifest) -> str:
    head = ("item", "places", "up_flight", "down_flight", "cold_store", "start", "end", "crew_time_h")
    rows = (
        (
            berth.item,
            " ".join(berth.places),
            berth.up_flight or "",
            berth.down_flight or "",
            berth.cold_store or "",
            iso(berth.start),
            iso(berth.end),
            round(sum(berth.crew_time_h), 6),
        )
        for berth in manifest.berths
    )
    return csv_text(head, rows)


def _not_placed(manifest: Manifest) -> str:
    rows = (
        (left.item, " ".join(say(reason, REASONS) for reason in left.reasons)) for left in manifest.not_placed
    )
    return csv_text(("item", "reasons"), rows)


def _hot_spots(problem: ManifestProblem, manifest: Manifest) -> str:
    head = ("week_start", "kind", "resource", "unit", "used", "capacity", "items")
    rows = (
        (
            iso(spot.week_start),
            spot.kind,
            spot.resource,
            spot.unit,
            spot.used_units,
            spot.capacity_units,
            " ".join(spot.items),
        )
        for spot in hot_spots(problem, manifest)
    )
    return csv_text(head, rows)


def _operations(problem: ManifestProblem, manifest: Manifest) -> str:
    head = ("start", "end", "kind", "subject", "crew_time_h")
    rows = (
        (iso(one.start), iso(one.end), one.kind, one.subject, one.crew_time_h)
        for one in operations(problem, manifest)
    )
    return csv_text(head, rows)
