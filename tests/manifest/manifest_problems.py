"""Problems that the manifest tests share: a small season by hand, and random ones by seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from stationmaster.manifest.letters import (
    ColdStore,
    Flight,
    Increment,
    Item,
    ManifestProblem,
    Need,
    Place,
    PlaceKind,
    PowerChannel,
    Quiet,
)

START = datetime(2026, 5, 4, tzinfo=UTC)
RACK, FACILITY, PORT = PlaceKind.RACK, PlaceKind.FACILITY, PlaceKind.PORT


def week(number: float) -> datetime:
    """The moment so many weeks after the start."""
    return START + timedelta(weeks=number)


def flight(code: str, docks: float, leaves: float, **limits: float | bool) -> Flight:
    """A flight by weeks, generous unless said."""
    full = {"up_mass_kg": 500.0, "up_volume_l": 900.0, "down_mass_kg": 50.0, "cold_volume_l": 40.0, **limits}
    return Flight(code=code, vehicle="V", docks=week(docks), leaves=week(leaves), **full)


def season(**changes: object) -> ManifestProblem:
    """Twelve weeks with a rack, a facility and two ports; two flights; no item yet."""
    problem = {
        "items": (),
        "places": (
            Place(
                code="RK",
                kind=RACK,
                capacity_count=1.0,
                mass_limit_kg=300,
                power_w=500,
                data_gb_d=50,
                channel="A",
            ),
            Place(code="FL", kind=FACILITY, capacity_count=1.0, offers=("fluid-physics",), channel="A"),
            Place(
                code="PT",
                kind=PORT,
                capacity_count=2,
                offers=("medium",),
                views=("sky",),
                mass_limit_kg=100,
                power_w=400,
                data_gb_d=100,
                channel="B",
            ),
        ),
        "flights": (flight("UP1", -1, 4, late_load=True), flight("UP2", 5, 13)),
        "increments": (
            Increment(code="I1", name="one", start=START, end=week(6), crew=("A",), crew_time_week_h=10),
            Increment(code="I2", name="two", start=week(6), end=week(12), crew=("B",), crew_time_week_h=10),
        ),
        "quiet": (Quiet(code="DOCK", kind="docking", start=week(5), end=week(6), crew_time_share=0.5),),
        "channels": (PowerChannel(code="A", power_w=800), PowerChannel(code="B", power_w=800)),
        "cold": (
            ColdStore(code="F80", volume_l=10, temperature_c=-80),
            ColdStore(code="C4", volume_l=10, temperature_c=4),
        ),
        "data_gb_d": 100.0,
        "arm_week_count": 1,
        "airlock_week_count": 1,
        "effort_s": 1.0,
        **changes,
    }
    return ManifestProblem(**problem)  # type: ignore[arg-type]


def rack(share: float = 0.5) -> tuple[Need, ...]:
    """A need for part of a free rack."""
    return (Need(kind=RACK, amount_count=share),)


def item(code: str, **fields: object) -> Item:
    """An item that half fills the rack for four weeks, unless said."""
    plain = {"title": code, "needs": rack(), "weeks": 4, "up_mass_kg": 20.0, "up_volume_l": 30.0}
    plain |= {"power_w": 100.0, "data_gb_d": 5.0, "crew_time_h": 8.0, "setup_time_h": 2.0}
    return Item(code=code, **{**plain, **fields})  # type: ignore[arg-type]


def samples(**fields: object) -> dict[str, object]:
    """What makes an item one with living samples."""
    living: dict[str, object] = {"late_load": True, "start_within_d": 10.0, "return_within_d": 30.0}
    living |= {"down_mass_kg": 4.0, "cold_volume_l": 5.0, "cold_temperature_c": -80.0}
    return {**living, **fields}


def random_problem(seed: int, items: int = 7) -> ManifestProblem:
    """A crowded season with every rule in it."""
    dice = random.Random(seed)
    things = []
    for number in range(items):
        kind = dice.choice(["rack", "facility", "port", "living", "living"])
        fields: dict[str, object] = {
            "priority_weight": float(dice.randint(1, 9)),
            "weeks": dice.choice([1, 2, 3, 5, 8]),
            "up_mass_kg": float(dice.choice([5, 20, 60, 90])),
            "power_w": float(dice.choice([50, 150, 300, 390])),
            "data_gb_d": float(dice.choice([1, 10, 40])),
            "crew_time_h": float(dice.choice([2, 6, 12, 20])),
            "must": dice.random() < 0.2,
            "group_share": dice.choice([None, {"EU": 1.0}, {"EU": 0.5, "AF": 0.5}, {"AF": 1.0}]),
        }
        if kind == "facility":
            fields["needs"] = (Need(kind=FACILITY, offer="fluid-physics"),)
        if kind == "port":
            fields["needs"] = (
                Need(kind=PORT, offer="medium", amount_count=float(dice.choice([1, 2])), view="sky"),
            )
            fields |= {"arm_in": 1, "arm_out": dice.choice([0, 1]), "airlock_in": 1}
        if kind in ("rack", "living"):
            fields["needs"] = rack(dice.choice([0.1, 0.3, 0.5, 1.0]))
        if kind == "living":
            fields |= samples(
                cold_temperature_c=dice.choice([-80.0, 4.0, None]), late_load=dice.random() < 0.5
            )
        if number and dice.random() < 0.2:
            fields["after"] = (f"P-{dice.randrange(number)}",)
        if dice.random() < 0.2:
            fields["earliest"] = week(dice.randint(0, 6))
        things.append(item(f"P-{number}", **fields))
    flights = (
        flight(
            "UP1", -1, 5, late_load=True, up_mass_kg=dice.choice([80, 150]), down_mass_kg=6, cold_volume_l=8
        ),
        flight("UP2", dice.choice([3, 4]), 12.5, up_mass_kg=dice.choice([60, 150]), up_volume_l=100),
        flight("UP3", 6, 9, late_load=True, up_mass_kg=30, down_mass_kg=9, cold_volume_l=12),
    )
    caps = dice.choice([None, {"EU": 0.5, "AF": 0.6}])
    return season(items=tuple(things), flights=flights, share_caps=caps, share_tolerance_share=0.05)
