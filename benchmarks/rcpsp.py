"""Public project schedules through the timeline's own model, beside PyJobShop on the same cores.

Each instance becomes a week of musts whose goal is the earliest end, is planned by ``timeline.build``
and judged by ``timeline.check``; then PyJobShop (over OR-Tools) has the same instance, the same seconds
and the same workers. The makespans are held against the best known ones.

    python benchmarks/rcpsp.py --data DIR [--seconds 60] [--workers 2] [--alone] [--only j3010_5.sm ...]

DIR holds ``*.sm``, ``*.mm`` or ``*.sch`` and ``best_known.csv`` (file, lb, ub, source), or the folder of
all sets, of which then each is run. The last line is one JSON object: ``optimal`` counts makespans that
equal a best known one that is known to be optimal, or are proved here (``proved`` counts these), gaps are
over the best known upper bound, ``ratio_time_to_best`` is the geometric mean, over instances where ours
is no longer, of the seconds the peer took to its best over the seconds ours took to one as good.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from instances.projects import FORMATS, project_week, read

from stationmaster.timeline.build import build
from stationmaster.timeline.check import faults
from stationmaster.timeline.outcome import Status

#: Seconds under which two times to a best count as the same.
LEAST_S = 0.05


@dataclass(frozen=True)
class Run:
    """What came of one instance; makespans in its own units, None where there is none."""

    name: str
    known_lb: int
    known_ub: int | None
    makespan: int | None
    proved: bool
    spent_s: float
    steps: tuple[tuple[float, int], ...]
    faults: int
    peer: int | None = None
    peer_found_s: float = 0.0
    peer_spent_s: float = 0.0

    @property
    def gap_pct(self) -> float | None:
        """Above the best known makespan."""
        if self.makespan is None or not self.known_ub:
            return None
        return 100.0 * (self.makespan - self.known_ub) / self.known_ub


def run(path: Path, known: dict[str, str], args: argparse.Namespace) -> Run:
    """Plan one instance, judge it, and let the peer have it."""
    week, beyond = project_week(path)
    steps: list[tuple[float, int]] = []
    began = time.monotonic()
    plan = build(
        week,
        seconds=args.seconds,
        workers=args.workers,
        watch=lambda value, _: steps.append((time.monotonic() - began, round(value) - beyond)),
    )
    spent_s = time.monotonic() - began
    placed = plan.status in (Status.OPTIMAL, Status.FEASIBLE)
    makespan = round(plan.objective_value) - beyond if placed else None
    if makespan is not None and all(value != makespan for _, value in steps):
        steps.append((spent_s, makespan))
    known_ub = int(known["ub"]) if known["ub"].strip() else None
    ours = Run(
        name=path.name,
        known_lb=int(known["lb"] or 0),
        known_ub=known_ub,
        makespan=makespan,
        proved=plan.status in (Status.OPTIMAL, Status.INFEASIBLE),
        spent_s=spent_s,
        steps=tuple(steps),
        faults=len(faults(week, plan)),
    )
    if args.alone:
        return ours
    from peers.pyjobshop_shortest import shortest

    peer = shortest(read(path), args.seconds, args.workers)
    values = {k: getattr(ours, k) for k in Run.__dataclass_fields__}
    values |= {"peer": peer.makespan, "peer_found_s": peer.found_at_s, "peer_spent_s": peer.spent_s}
    return Run(**values)


def time_ratio(runs: list[Run]) -> float | None:
    """The peer's seconds to its best over ours to one as good (geometric mean)."""
    logs = []
    for one in runs:
        if one.peer is None:
            continue
        ours = next((at for at, value in one.steps if value <= one.peer), None)
        if ours is not None:
            logs.append(math.log(max(one.peer_found_s, LEAST_S) / max(ours, LEAST_S)))
    return round(math.exp(fmean(logs)), 3) if logs else None


def figures(runs: list[Run], *, alone: bool) -> dict[str, object]:
    """The figures of a set."""
    gaps = [one.gap_pct for one in runs if one.gap_pct is not None]
    closed = [one for one in runs if one.known_ub and one.known_lb == one.known_ub]
    found: dict[str, object] = {
        "instances": len(runs),
        "optimal": sum(one.makespan == one.known_ub or one.proved for one in closed),
        "closed": len(closed),
        "proved": sum(one.proved for one in runs),
        "unsolved": sum(one.makespan is None and not one.proved for one in runs),
        "below_known_lb": sum(one.makespan is not None and one.makespan < one.known_lb for one in runs),
        "mean_gap_pct": round(fmean(gaps), 4) if gaps else None,
        "max_gap_pct": round(max(gaps), 4) if gaps else None,
        "mean_s": round(fmean(one.spent_s for one in runs), 3),
        "faults": sum(one.faults for one in runs),
    }
    if not alone:
        both = [one for one in runs if one.peer is not None and one.makespan is not None and one.known_ub]
        found |= {
            "peer_mean_gap_pct": round(
                fmean(100.0 * (one.peer - one.known_ub) / one.known_ub for one in both), 4
            ) if both else None,
            "mean_gap_where_both_pct": round(fmean(one.gap_pct or 0.0 for one in both), 4) if both else None,
            "peer_unsolved": sum(one.peer is None for one in runs),
            "peer_mean_s": round(fmean(one.peer_spent_s for one in runs), 3),
            "shorter": sum(one.makespan < one.peer for one in both),
            "longer": sum(one.makespan > one.peer for one in both),
            "ratio_time_to_best": time_ratio(runs),
        }  # fmt: skip
    return found


def main() -> None:
    """Run every instance of a folder, or of all sets beside each other."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--alone", action="store_true", help="without the peer")
    parser.add_argument("--only", nargs="*", default=(), help="only these files")
    args = parser.parse_args()
    root = args.data / "scheduling" if (args.data / "scheduling").is_dir() else args.data
    folders = (
        [root]
        if (root / "best_known.csv").is_file()
        else sorted(p.parent for p in root.glob("*/best_known.csv"))
    )
    project = build_once()
    print(f"warmed up in {project:.1f} s")
    runs: list[Run] = []
    sets: dict[str, dict[str, object]] = {}
    for folder in folders:
        with (folder / "best_known.csv").open(newline="") as table:
            known = {row["file"]: row for row in csv.DictReader(table)}
        own = []
        for path in sorted(p for p in folder.iterdir() if p.suffix in FORMATS):
            if args.only and path.name not in args.only:
                continue
            one = run(path, known[path.name], args)
            peer = "" if args.alone else f", peer {one.peer} in {one.peer_spent_s:.1f} s"
            print(
                f"{one.name}: {one.makespan}{' proved' if one.proved else ''} in {one.spent_s:.1f} s, "
                f"best known {one.known_lb} to {one.known_ub}{peer}",
                flush=True,
            )
            own.append(one)
        sets[folder.name] = figures(own, alone=args.alone)
        runs += own
    print(json.dumps(figures(runs, alone=args.alone) | ({"sets": sets} if len(sets) > 1 else {})))


def build_once() -> float:
    """Compile what is compiled once, so that no instance pays for it; the seconds it took."""
    import numpy as np

    from stationmaster.timeline.shortest.genetic import Breeding
    from stationmaster.timeline.shortest.network import Network

    began = time.monotonic()
    one, none = np.ones(2, np.int64), np.zeros(2, np.int64)
    Breeding(Network(one, none, one[:, None], one[:1], none[:1], one[:1], none[:1], 4), 1).go(2)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
