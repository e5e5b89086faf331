"""A half-year of a crewed station planned week by week: how near to the proven best, and how soon.

The instances are synthetic (the seed is told): 14 racks on two power channels, 30 external slots of
three views, four flights up and three ways home, a freezer and a refrigerator, skills, a water stock,
precedence, three partners with caps; crew time and up-mass are 1.5 times over-subscribed. They go
through the product's own problem letters, planner and independent checker.

    python benchmarks/increment.py --data DIR [--experiments 120,400] [--weeks 26] [--seed 1]

DIR is not read: nothing public holds an increment's requests with their weights. Per size the limit
of time is that of ``--seconds`` (30 for up to 120 experiments, 60 above, if not given). The last line
is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stationmaster.manifest.check import faults
from stationmaster.manifest.letters import (
    ColdStore,
    Consumable,
    CoolingLoop,
    Flight,
    Follow,
    Increment,
    Item,
    ManifestProblem,
    Need,
    Place,
    PlaceKind,
    PowerChannel,
    Quiet,
)
from stationmaster.manifest.plan import plan

START = datetime(2026, 5, 4, tzinfo=UTC)
OVERSUBSCRIBED = 1.5
VIEWS = ("earth", "sky", "ram")
PARTNERS = {"A": 0.5, "B": 0.35, "C": 0.25}


def week(number: float) -> datetime:
    """The moment so many weeks after the start."""
    return START + timedelta(weeks=number)


def quarters(hours: float) -> float:
    """Hours as crews are booked: in quarters, one at least."""
    return max(1, round(4 * hours)) / 4


def experiment(number: int, weeks: int, dice: random.Random, every_term: bool) -> Item:
    """One request: inside (three in five) or outside, its stay, cargo, hours and sometimes its samples."""
    inside = dice.random() < 0.6
    stay = dice.choice([2, 3, 4, 6, 8, 10, 13])
    setup = quarters(dice.uniform(1.0, 3.0) * stay * dice.choice([0.1, 0.2, 0.3]))
    hours = setup + stay * quarters(dice.uniform(0.8, 2.4))
    fields: dict[str, object] = {
        "code": f"P-{number:03d}",
        "title": f"Experiment {number}",
        "weeks": min(stay, weeks),
        "priority_weight": round(dice.uniform(4.0, 9.8), 1),
        "up_mass_kg": float(dice.choice([5, 10, 20, 40, 60, 80])),
        "up_volume_l": float(dice.choice([10, 25, 50, 100])),
        "power_w": float(dice.choice([50, 100, 200, 350])),
        "data_gb_d": float(dice.choice([0.1, 1, 5])),
        "crew_time_h": hours,
        "setup_time_h": setup,
        "group_share": {dice.choice("AABBC"): 1.0},
    }
    if inside:
        fields["needs"] = (
            Need(kind=PlaceKind.RACK, amount_count=dice.choice([0.25, 0.5, 0.5, 1.0]) if every_term else 1.0),
        )
        if every_term and dice.random() < 0.3:
            fields["skill_time_h"] = {"medical": round(hours / 2, 2)}
        if every_term and dice.random() < 0.3:
            fields["use_week_units"] = {"water": float(dice.choice([1, 2, 5]))}
        if dice.random() < 0.4:
            fields |= {
                "down_mass_kg": float(dice.choice([1, 2, 5])),
                "cold_volume_l": float(dice.choice([2, 4, 8])),
                "cold_temperature_c": dice.choice([-80.0, 4.0]),
                "return_within_d": float(dice.choice([42, 70])),
                "cold_up_volume_l": float(dice.choice([0, 0, 2]) if every_term else 0),
            }
    else:
        fields["needs"] = (
            Need(
                kind=PlaceKind.PORT, offer="medium", view=dice.choice([*VIEWS, None]) if every_term else None
            ),
        )
        if every_term:
            fields |= {"arm_in": 1, "arm_out": dice.choice([0, 1]), "airlock_in": 1}
    if number > 4 and dice.random() < 0.12:
        fields["follows"] = (
            Follow(item=f"P-{dice.randrange(number):03d}", lag_min_d=float(dice.choice([0, 7]))),
        )
    return Item(**fields)  # type: ignore[arg-type]


def instance(experiments: int, weeks: int, seed: int, every_term: bool = False) -> ManifestProblem:
    """The whole problem for a seed."""
    dice = random.Random(seed)
    items = tuple(experiment(number, weeks, dice, every_term) for number in range(experiments))
    mass_kg = sum(item.up_mass_kg for item in items) / OVERSUBSCRIBED / 4
    hours = sum(item.crew_time_h for item in items) / OVERSUBSCRIBED / weeks
    many = experiments / 120
    limits = {"up_mass_kg": round(mass_kg, 1), "up_volume_l": 5000.0 * many, "down_mass_kg": 40.0 * many}
    flights = tuple(
        Flight(
            code=code,
            vehicle="V",
            docks=week(weeks * docks),
            leaves=week(weeks * leaves),
            cold_volume_l=70.0 * many,
            late_load=True,
            **{**limits, **({} if home else {"down_mass_kg": 0.0})},
        )
        for code, docks, leaves, home in (
            ("V1", -0.02, 0.33, True),
            ("V2", 0.2, 0.66, True),
            ("V3", 0.45, 0.9, False),
            ("V4", 0.65, 1.0, True),
        )
    )
    racks = tuple(
        Place(
            code=f"RACK-{n:02d}",
            kind=PlaceKind.RACK,
            capacity_count=1.0,
            mass_limit_kg=200.0,
            power_w=700.0,
            data_gb_d=20.0,
            channel="12"[n % 2],
            loop="12"[n % 2],
            swap_in_h=0.5 if every_term else 0.0,
        )
        for n in range(14)
    )
    ports = tuple(
        Place(
            code=f"PORT-{view}",
            kind=PlaceKind.PORT,
            capacity_count=10.0,
            offers=("medium",),
            views=(view,),
            mass_limit_kg=200.0,
            power_w=500.0,
            channel="12"[n % 2],
            loop="1",
        )
        for n, view in enumerate(VIEWS)
    )
    return ManifestProblem(
        items=items,
        places=racks + ports,
        flights=flights,
        increments=(
            Increment(
                code="I1",
                name="one",
                start=START,
                end=week(weeks),
                crew=("A", "B", "C"),
                crew_time_week_h=quarters(hours),
                skill_time_week_h={"medical": round(hours / 8, 2)},
            ),
        ),
        quiet=tuple(
            Quiet(code=f"Q{n}", kind="docking", start=week(n), end=week(n + 0.4), crew_time_share=0.5)
            for n in (round(weeks * 0.2), round(weeks * 0.45), round(weeks * 0.65))
        ),
        channels=(PowerChannel(code="1", power_w=5000.0), PowerChannel(code="2", power_w=4000.0)),
        loops=(CoolingLoop(code="1", heat_w=6000.0), CoolingLoop(code="2", heat_w=4000.0)),
        cold=(
            ColdStore(code="F80", volume_l=50.0, temperature_c=-80.0),
            ColdStore(code="C4", volume_l=50.0, temperature_c=4.0),
        ),
        consumables=(
            Consumable(
                code="water",
                unit="l",
                stock_units=60.0,
                capacity_units=100.0,
                reserve_units=10.0,
                unit_mass_kg=1.0,
            ),
        ),
        data_gb_d=150.0,
        arm_week_count=3,
        airlock_week_count=2,
        share_caps=PARTNERS,
        share_tolerance_share=0.02,
    )


def main() -> None:
    """Plan each size, judge it, print the figures."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--data", type=Path, help="not read; every benchmark takes it")
    options.add_argument("--experiments", default="120,400")
    options.add_argument("--weeks", type=int, default=26)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--every-term", action="store_true", help="also those that the letters know beyond")
    options.add_argument("--seconds", type=float)
    given = options.parse_args()
    rows = []
    for count in (int(text) for text in given.experiments.split(",")):
        problem = instance(count, given.weeks, given.seed, given.every_term)
        seconds = given.seconds or (30.0 if count <= 120 else 60.0)
        began, cpu = time.perf_counter(), time.process_time()
        manifest = plan(problem, seconds=seconds)
        rows.append(
            {
                "experiments": count,
                "gap_pct": round(100 * manifest.gap_ratio, 4),
                "wall_s": round(time.perf_counter() - began, 2),
                "cpu_s": round(time.process_time() - cpu, 2),
                "value": manifest.objective_value,
                "bound": manifest.bound_value,
                "aboard": len(manifest.berths),
                "status": manifest.status,
                "faults": len(faults(problem, manifest)),
            }
        )
        print(rows[-1])
    worst = max(rows, key=lambda row: row["gap_pct"])
    print(
        json.dumps(
            {
                "gap_pct": worst["gap_pct"],
                "wall_s": max(row["wall_s"] for row in rows),
                "faults": sum(row["faults"] for row in rows),
                "weeks": given.weeks,
                "seed": given.seed,
                **{
                    name: [row[name] for row in rows]
                    for name in ("experiments", "value", "bound", "aboard", "status", "cpu_s")
                },
                "gap_pct_by_size": [row["gap_pct"] for row in rows],
                "wall_s_by_size": [row["wall_s"] for row in rows],
            }
        )
    )


if __name__ == "__main__":
    main()
