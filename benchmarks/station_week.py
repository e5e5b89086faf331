"""A made-up week of a station, as large as asked: how soon a plan, how good, how sure.

    python benchmarks/station_week.py [--crew 3] [--activities 330] [--seconds 60] [--seed 1] [--workers 2]

Spacewalk, docking, reboost, thermal loop, data recorder, heat store and freezer openings included.
Seconds are of the clock, on two threads where not said otherwise; compiled code is loaded before.
``faults`` is what the independent check finds. The last line is
one JSON object.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from instances.station_week import station_week

from stationmaster.timeline.build import build
from stationmaster.timeline.check import faults
from stationmaster.timeline.outcome import Kind


def main() -> None:
    """Build the week, check it, print the figures."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--crew", type=int, default=3)
    options.add_argument("--activities", type=int, default=330)
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--data", type=Path, help="not needed: the week is made up")
    given = options.parse_args()
    problem = station_week(given.crew, given.activities, given.seed)
    build(station_week(3, 10, 1), effort="quick")  # loads what is compiled
    began, seen = time.monotonic(), list[tuple[float, float, float]]()
    spent = time.process_time()

    def watch(value: float, bound: float) -> None:
        seen.append((time.monotonic() - began, value, bound))

    plan = build(problem, seed=given.seed, seconds=given.seconds, watch=watch, workers=given.workers)
    wall_s = time.monotonic() - began
    for mark in (1, 2, 5, 10, 20, 30, 60):
        reached = [value for at, value, _ in seen if at <= mark]
        if reached and mark <= given.seconds:
            print(f"{mark:3d} s: {reached[-1]:g}")
    wrong = faults(problem, plan)
    for fault in wrong[:5]:
        print(fault)
    print(json.dumps({
        "crew": given.crew, "activities": given.activities, "seed": given.seed, "status": plan.status.value,
        "first_feasible_s": round(seen[0][0], 3) if seen else None, "value": plan.objective_value,
        "bound": plan.bound_value, "gap_pct": round(100 * plan.gap_fraction, 3),
        "scheduled": sum(item.kind is Kind.ACTIVITY for item in plan.items), "faults": len(wrong),
        "wall_s": round(wall_s, 1), "cpu_s": round(time.process_time() - spent, 1),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
