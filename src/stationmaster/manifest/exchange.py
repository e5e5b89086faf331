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
        "berths.csv": csv_text(
            ("item", "places", "up_flight", "down_flight", "cold_store", "start", "end", "crew_time_h"),
            (
                (
                    b.item,
                    " ".join(b.places),
                    b.up_flight or "",
                    b.down_flight or "",
                    b.cold_store or "",
                    iso(b.start),
                    iso(b.end),
                    round(sum(b.crew_time_h), 6),
                )
                for b in manifest.berths
            ),
        ),
        "not_placed.csv": csv_text(
            ("item", "reasons"),
            (
                (left.item, " ".join(say(reason, REASONS) for reason in left.reasons))
                for left in manifest.not_placed
            ),
        ),
        "hot_spots.csv": csv_text(
            ("week_start", "kind", "resource", "unit", "used", "capacity", "items"),
            (
                (
                    iso(s.week_start),
                    s.kind,
                    s.resource,
                    s.unit,
                    s.used_units,
                    s.capacity_units,
                    " ".join(s.items),
                )
                for s in hot_spots(problem, manifest)
            ),
        ),
        "operations.csv": csv_text(
            ("start", "end", "kind", "subject", "crew_time_h"),
            (
                (iso(o.start), iso(o.end), o.kind, o.subject, o.crew_time_h)
                for o in operations(problem, manifest)
            ),
        ),
    }
    for name, content in files.items():
        write_whole(out / name, content)
    return tuple(files)
