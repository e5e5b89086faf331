"""The terms of an increment beyond rooms and flights: skills, heat, stocks, swaps, lags, seasons, cold."""

from __future__ import annotations

import dataclasses
import json
import threading
from pathlib import Path

import pytest
from manifest_problems import FACILITY, flight, item, rack, random_problem, samples, season, week

from stationmaster.manifest.check import faults
from stationmaster.manifest.letters import (
    Consumable,
    CoolingLoop,
    Follow,
    Increment,
    Manifest,
    ManifestProblem,
    Need,
    Place,
    PlaceKind,
    Refill,
)
from stationmaster.manifest.plan import plan
from stationmaster.manifest.slip import moved, slipped
from stationmaster.manifest.summary import hot_spots, operations
from stationmaster.measure.errors import StationError
from stationmaster.measure.letters import from_json, to_json
from stationmaster.measure.time import Span


def planned(problem: ManifestProblem) -> Manifest:
    manifest = plan(problem)
    assert faults(problem, manifest) == ()
    return manifest


def starts(manifest: Manifest) -> dict[str, int]:
    return {berth.item: berth.start_week for berth in manifest.berths}


def codes(problem: ManifestProblem, manifest: Manifest) -> set[str]:
    return {fault.code for fault in faults(problem, manifest)}


def increment(**fields: object) -> Increment:
    plain = {
        "code": "I",
        "name": "i",
        "start": week(0),
        "end": week(12),
        "crew": (),
        "crew_time_week_h": 40.0,
    }
    return Increment(**{**plain, **fields})  # type: ignore[arg-type]


SHORT = {"weeks": 2, "crew_time_h": 8.0, "setup_time_h": 0.0, "skill_time_h": {"medical": 4.0}}


def test_hours_of_a_skill_bind_where_the_crew_has_time() -> None:
    """Two of 2 h a week medical each, 2 h a week held: one after the other; without the bound at once."""
    things = (item("P-1", needs=rack(0.2), **SHORT), item("P-2", needs=rack(0.2), **SHORT))
    tight = season(items=things, increments=(increment(skill_time_week_h={"medical": 2.0}),), quiet=())
    assert sorted(starts(planned(tight)).values()) == [0, 2]
    free = dataclasses.replace(tight, increments=(increment(),))
    both = planned(free)
    assert sorted(starts(both).values()) == [0, 0]
    assert "over-skill" in codes(tight, both)


def test_a_skill_that_nobody_holds_keeps_an_item_out_and_is_named() -> None:
    problem = season(items=(item("P-1", **SHORT),), increments=(increment(skill_time_week_h={"arm": 9.0}),))
    left = planned(problem).not_placed[0]
    assert [reason.facts["family"] for reason in left.reasons] == ["skill"]


def test_heat_of_a_loop_binds_across_places() -> None:
    places = tuple(dataclasses.replace(place, loop="L") for place in season().places)
    things = (
        item("P-1", weeks=3, heat_w=500.0),
        item("P-2", weeks=3, power_w=300.0, needs=(Need(kind=FACILITY, offer="fluid-physics"),)),
    )
    problem = season(items=things, places=places, loops=(CoolingLoop(code="L", heat_w=700.0),))
    manifest = planned(problem)
    assert sorted(starts(manifest).values()) == [0, 3]
    warmer = dataclasses.replace(problem, loops=(CoolingLoop(code="L", heat_w=400.0),))
    assert "over-heat" in codes(warmer, manifest)


def water(**fields: float) -> tuple[Consumable, ...]:
    stock = {"stock_units": 10.0, "capacity_units": 20.0, "unit_mass_kg": 2.0, **fields}
    return (Consumable(code="water", unit="l", **stock),)


def test_a_stock_is_refilled_by_a_flight_and_its_mass_counts() -> None:
    """4 weeks x 5 l of 10 l: 10 l more, 20 kg of what UP1 lifts; with 30 kg too little for the item's 20."""
    thirsty = item("P-1", use_week_units={"water": 5.0})
    first = flight("UP1", -1, 4, up_mass_kg=40.0)
    problem = season(items=(thirsty,), consumables=water(), flights=(first,))
    manifest = planned(problem)
    assert manifest.refills == (Refill(flight="UP1", consumable="water", amount_units=10.0),)
    load = next(load for load in manifest.loads if load.kind == "consumable")
    assert (load.used_units[:5], load.capacity_units[:5]) == ((5, 5, 5, 5, 0), (20, 15, 10, 5, 0))
    assert "over-consumable" in codes(problem, dataclasses.replace(manifest, refills=()))
    assert "over-up-mass" in codes(
        dataclasses.replace(problem, flights=(dataclasses.replace(first, up_mass_kg=30.0),)), manifest
    )
    lean = dataclasses.replace(problem, flights=(dataclasses.replace(first, up_mass_kg=30.0),))
    assert planned(lean).berths == ()


def test_a_stock_keeps_its_reserve_and_its_room() -> None:
    thirsty = item("P-1", use_week_units={"water": 5.0})
    full = water(reserve_units=5.0, capacity_units=22.0)
    kept = season(items=(thirsty,), consumables=full, flights=(flight("UP1", -1, 4),))
    assert planned(kept).berths == ()
    manifest = planned(season(items=(thirsty,), consumables=water()))
    more = dataclasses.replace(
        manifest, refills=(Refill(flight="UP1", consumable="water", amount_units=15.0),)
    )
    assert "over-stock" in codes(season(items=(thirsty,), consumables=water()), more)
    assert "refill" in codes(
        season(items=(thirsty,), consumables=water()),
        dataclasses.replace(manifest, refills=(Refill(flight="UP9", consumable="water", amount_units=1.0),)),
    )
    with pytest.raises(StationError, match="between its reserve"):
        water(stock_units=30.0)


def test_a_swap_costs_the_crew_in_the_first_and_the_last_week() -> None:
    places = (dataclasses.replace(season().places[0], swap_in_h=3.0, swap_out_h=1.5),)
    problem = season(items=(item("P-1", weeks=2, crew_time_h=8.0, setup_time_h=2.0),), places=places)
    manifest = planned(problem)
    assert manifest.berths[0].crew_time_h == (8.0, 4.5)
    assert "crew-hours" in codes(season(items=problem.items), manifest)
    tight = dataclasses.replace(problem, increments=(increment(crew_time_week_h=7.0),))
    assert planned(tight).berths == ()


def test_lags_bound_the_wait_from_below_and_above() -> None:
    things = (
        item("P-1", weeks=2, needs=rack(0.2)),
        item("P-2", weeks=1, needs=rack(0.2), follows=(Follow(item="P-1", lag_min_d=8.0, lag_max_d=21.0),)),
    )
    problem = season(items=things)
    manifest = planned(problem)
    assert starts(manifest) == {"P-1": 0, "P-2": 4}
    late = dataclasses.replace(things[1], earliest=week(8))
    assert starts(planned(season(items=(things[0], late)))) == {"P-1": 3, "P-2": 8}
    sooner = dataclasses.replace(things[1], follows=(Follow(item="P-1", lag_max_d=7.0),))
    assert "too-long-after" in codes(season(items=(things[0], sooner)), manifest)
    later = dataclasses.replace(things[1], follows=(Follow(item="P-1", lag_min_d=21.0),))
    assert "order" in codes(season(items=(things[0], later)), manifest)
    with pytest.raises(StationError, match="not below the least"):
        Follow(item="P-1", lag_min_d=8.0, lag_max_d=7.0)


def test_a_stay_lies_within_one_season() -> None:
    open_in = (Span(week(1), week(4)), Span(week(6), week(11)))
    problem = season(items=(item("P-1", seasons=open_in),))
    manifest = planned(problem)
    assert starts(manifest) == {"P-1": 6}
    shut = season(items=(item("P-1", seasons=(Span(week(1), week(4)),)),))
    assert [reason.code for reason in planned(shut).not_placed[0].reasons] == ["no-weeks"]
    assert "out-of-season" in codes(shut, manifest)


def test_what_comes_up_cold_is_kept_from_the_docking_on() -> None:
    """6 l from the docking in week -1 until the start in week 3, beside 5 l: more than the 10 l there are."""
    first = item("P-1", weeks=2, needs=rack(0.2), **samples(start_within_d=None))
    waits = item("P-2", needs=rack(0.2), cold_up_volume_l=6.0, cold_temperature_c=-80.0, earliest=week(3))
    problem = season(items=(first, waits), flights=(flight("UP1", -1, 4, late_load=True),))
    assert len(planned(problem).berths) == 1
    alone = planned(dataclasses.replace(problem, items=(waits,)))
    cold = next(load for load in alone.loads if load.resource == "F80")
    assert cold.used_units[:4] == (6.0, 6.0, 6.0, 0.0)


def test_equal_racks_are_given_out_and_parts_of_them_are_packed() -> None:
    racks = tuple(
        Place(code=f"R{n}", kind=PlaceKind.RACK, capacity_count=1.0, mass_limit_kg=50.0) for n in range(3)
    )
    things = tuple(item(f"P-{n}", needs=rack(0.5), up_mass_kg=20.0) for n in range(6))
    problem = season(items=things, places=racks, increments=(increment(),), quiet=())
    manifest = planned(problem)
    assert sorted(b.places[0] for b in manifest.berths) == ["R0", "R0", "R1", "R1", "R2", "R2"]
    assert set(starts(manifest).values()) == {0}


def test_parts_that_fit_together_but_in_no_single_rack_are_planned_rack_by_rack() -> None:
    """Three of 0.6 in three weeks of two racks: 1.8 of 2.0, yet only two side by side."""
    racks = tuple(Place(code=f"R{n}", kind=PlaceKind.RACK, capacity_count=1.0) for n in range(2))
    things = tuple(item(f"P-{n}", needs=rack(0.6), latest_end=week(4)) for n in range(3))
    problem = season(items=things, places=racks, increments=(increment(),), quiet=())
    manifest = planned(problem)
    assert len(manifest.berths) == 2
    assert manifest.status == "proven"


def test_summary_names_the_hot_weeks_their_items_and_the_days() -> None:
    problem = season(
        items=(item("P-1", weeks=2, crew_time_h=20.0, setup_time_h=0.0), item("P-2", earliest=week(6)))
    )
    manifest = planned(problem)
    hot = {(s.week, s.kind, s.resource): s for s in hot_spots(problem, manifest)}
    assert hot[0, "crew-time", "crew-time"].items == ("P-1",)
    assert hot[0, "crew-time", "crew-time"].load_fraction == 1.0
    assert not any(kind == "crew-time" for week_number, kind, _ in hot if week_number > 1)
    kinds = [(o.kind, o.subject) for o in operations(problem, manifest)]
    assert ("docking", "UP1") in kinds
    assert ("docking", "DOCK") in kinds
    hours = sum(o.crew_time_h for o in operations(problem, manifest) if o.subject == "P-2")
    assert hours == pytest.approx(8.0)


def test_old_letters_are_read_and_new_ones_come_back() -> None:
    problem = season(items=(item("P-1"),))
    plain = json.loads(to_json(problem))
    new = {"loops", "consumables"}
    letter = plain.get("content", plain)
    for field in new & letter.keys():
        del letter[field]
    assert from_json(ManifestProblem, json.dumps(plain)) == problem


def test_a_search_told_to_stop_or_given_little_time_still_answers() -> None:
    problem = random_problem(4, items=12)
    stop = threading.Event()
    stop.set()
    assert faults(problem, plan(problem, stop=stop)) == ()
    told: list[tuple[int, int]] = []
    manifest = plan(problem, seconds=3.0, tell=lambda _, value, bound: told.append((value, bound)))
    assert faults(problem, manifest) == ()
    assert told


def test_a_slip_lists_what_moved() -> None:
    problem = season(items=(item("P-1"), item("P-2", earliest=week(5), up_mass_kg=490.0, needs=rack(0.2))),
                     places=(Place(code="RK", kind=PlaceKind.RACK, capacity_count=2.0),))  # fmt: skip
    former = planned(problem)
    later = slipped(problem, "UP2", 14, former)
    assert moved(former, planned(later)) == ["P-2"]


def test_the_commands_write_a_plan_and_its_slip(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from stationmaster.cli.app import app

    problem = season(items=(item("P-1"), item("P-2", needs=(Need(kind=FACILITY, offer="none"),))))
    (tmp_path / "asked.json").write_text(to_json(problem))
    run = CliRunner()
    done = run.invoke(
        app, ["manifest", "plan", str(tmp_path / "asked.json"), "--out", str(tmp_path / "p"), "--json"]
    )
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert (facts["placed"], facts["not_placed"], facts["status"]) == (["P-1"], ["P-2"], "proven")
    assert {path.name for path in (tmp_path / "p").iterdir()} == set(facts["files"])
    assert "No place offers" in (tmp_path / "p" / "not_placed.csv").read_text()
    call = [
        "manifest",
        "slip",
        str(tmp_path / "p"),
        "--flight",
        "UP1",
        "--days",
        "14",
        "--out",
        str(tmp_path / "s"),
    ]
    again = run.invoke(app, [*call, "--json"])
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["moved"] == ["P-1"]
    wrong = run.invoke(app, [*call[:4], "UP7", *call[5:]])
    assert isinstance(wrong.exception, StationError)
