"""Random but plausible choices: teams of several countries, ten resources, five regions."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from stationmaster.selection.letters import Candidate, Policy, Resource, SelectionProblem, Stage, Work

OFFER = {
    "racks": ("rack space", "racks", 3.0, 0.01),
    "ports": ("external ports", "ports", 6.0, 1.0),
    "power": ("power", "W", 2500.0, 1.0),
    "data": ("data", "GB/day", 200.0, 0.1),
    "up-mass": ("mass up", "kg", 350.0, 0.1),
    "up-volume": ("volume up", "l", 900.0, 0.1),
    "down-mass": ("mass down", "kg", 20.0, 0.1),
    "cold": ("cold storage", "l", 40.0, 0.1),
    "crew": ("crew time", "h", 140.0, 0.1),
    "arm": ("arm operations", "operations", 4.0, 1.0),
}
REGIONS = ("Africa", "Asia-Pacific", "Eastern Europe", "GRULAC", "WEOG")
COUNTRIES = tuple(f"C{number:02d}" for number in range(27))
POLICY: dict[str, Any] = {
    "shortlist": 18,
    "choose": 9,
    "rule": "equal-footing",
    "group_by": "regional_group",
    "min_countries": 8,
    "min_groups": 3,
    "min_first_time": 1,
    "max_per_lead_country": 2,
    "max_per_field": 3,
}
CAPS = {"Africa": 0.2, "Asia-Pacific": 0.2, "Eastern Europe": 0.25, "GRULAC": 0.3, "WEOG": 0.3}


def candidate(number: int, dice: random.Random) -> Candidate:
    team = dice.sample(COUNTRIES, dice.randint(1, 4))
    outside = dice.random() < 0.3
    inside = 0.0 if outside else 1.0
    cost = {
        "racks": round(dice.uniform(0.1, 0.5), 2) * inside,
        "ports": 1.0 - inside,
        "power": float(dice.randint(10, 400)),
        "data": round(dice.uniform(0.1, 40), 1),
        "up-mass": round(dice.uniform(5, 80), 1),
        "up-volume": round(dice.uniform(10, 200), 1),
        "down-mass": round(dice.uniform(0, 6), 1) * inside,
        "cold": round(dice.uniform(0, 15), 1) * inside,
        "crew": round(dice.uniform(2, 24), 1),
        "arm": dice.randint(1, 2) * (1.0 - inside),
    }
    return Candidate(
        code=f"P-{number:02d}",
        title=f"Project {number}",
        expected_score=dice.randint(20, 50) / 10,
        cost_units=cost,
        work=tuple(Work(country=c, work_share=round(1 / len(team), 4)) for c in team),
        lead_country=team[0],
        field=f"field {dice.randint(0, 8)}",
        mode="outside-own" if outside else "inside-own",
        investigator=f"PI-{number}",
        first_time=dice.random() < 0.3,
        least_developed=dice.random() < 0.2,
        conditions=("due-diligence",) if dice.random() < 0.2 else (),
    )


@pytest.fixture(scope="session")
def make() -> Callable[..., SelectionProblem]:
    """A problem by number of candidates and seed; further arguments go to the policy."""

    def build(
        count: int, seed: int, stage: str = "final", explain: int = 3000, room: float = 1.0, **policy: Any
    ) -> SelectionProblem:
        dice = random.Random(seed)
        if policy.get("rule") == "partner-shares":
            policy = {"min_countries": 0, "min_groups": 0, "min_first_time": 0, "share_caps": CAPS, **policy}
        return SelectionProblem(
            stage=Stage(stage),
            candidates=tuple(candidate(number, dice) for number in range(count)),
            resources=tuple(
                Resource(code=code, name=name, unit=unit, available_units=amount * room, step_units=step)
                for code, (name, unit, amount, step) in OFFER.items()
            ),
            policy=Policy(**(POLICY | policy)),
            group_of={"regional_group": {c: REGIONS[n % 5] for n, c in enumerate(COUNTRIES)}},
            seed=2018,
            score_max=5.0,
            explain_count=explain,
        )

    return build
