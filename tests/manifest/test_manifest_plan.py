"""The planner: rules one by one, brute force on small problems, random problems without faults."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from manifest_problems import FACILITY, PORT, RACK, flight, item, rack, random_problem, samples, season, week

from stationmaster.manifest.check import faults
from stationmaster.manifest.choices import choices
from stationmaster.manifest.fit import Room, ways
from stationmaster.manifest.letters import (
    Increment,
    Item,
    Manifest,
    ManifestProblem,
    Need,
    Quiet,
)
from stationmaster.manifest.plan import plan
from stationmaster.manifest.reasons import REASONS
from stationmaster.manifest.slip import slipped
from stationmaster.manifest.weeks import calendar
from stationmaster.measure.errors import StationError
from stationmaster.measure.letters import digest, from_json, to_json
from stationmaster.measure.reasons import say

SLOW = settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def planned(*items: Item, **changes: object) -> tuple[ManifestProblem, Manifest]:
    problem = season(items=items, **changes)
    manifest = plan(problem)
    assert faults(problem, manifest) == ()
    return problem, manifest


def codes(manifest: Manifest) -> set[str]:
    return {berth.item for berth in manifest.berths}


def reasons(manifest: Manifest, code: str) -> list[str]:
    return [reason.code for left in manifest.not_placed if left.item == code for reason in left.reasons]


# ---------------------------------------------------------------- rules one by one


def test_everything_early_when_there_is_room() -> None:
    _, manifest = planned(item("P-1"), item("P-2"))
    assert [(b.places, b.start_week, b.up_flight) for b in manifest.berths] == [(("RK",), 0, "UP1")] * 2
    assert manifest.status == "proven"
    assert manifest.gap_ratio == 0
    assert manifest.not_placed == ()


def test_rack_shares_do_not_overlap() -> None:
    _, manifest = planned(*(item(f"P-{n}", needs=rack(0.6)) for n in range(4)))
    assert sorted(b.start_week for b in manifest.berths) == [0, 4, 8]
    assert reasons(manifest, next(iter({f"P-{n}" for n in range(4)} - codes(manifest))))[0] == "short-of"


def test_620_watts_need_two_ports_side_by_side() -> None:
    asks = {"power_w": 620.0, "arm_in": 1, "airlock_in": 1, "up_mass_kg": 150.0}
    _, one = planned(item("P-1", needs=(Need(kind=PORT, offer="medium"),), **asks))
    assert reasons(one, "P-1") == ["no-place"]
    _, two = planned(item("P-1", needs=(Need(kind=PORT, offer="medium", amount_count=2),), **asks))
    assert two.berths[0].places == ("PT",)


def test_view_and_facility_kind_are_asked_for() -> None:
    _, manifest = planned(
        item("P-1", needs=(Need(kind=PORT, offer="medium", view="earth"),)),
        item("P-2", needs=(Need(kind=FACILITY, offer="combustion"),)),
        item("P-3", needs=(Need(kind=FACILITY, offer="fluid-physics"), Need(kind=RACK, amount_count=0.1))),
    )
    assert reasons(manifest, "P-1") == reasons(manifest, "P-2") == ["no-place"]
    assert manifest.berths[0].places == ("FL", "RK")


def test_starts_after_its_flight_docks_and_late_load_only_where_it_is_taken() -> None:
    late = flight("UP2", 5.5, 13)
    _, manifest = planned(item("P-1", late_load=True), flights=(late,))
    assert reasons(manifest, "P-1") == ["no-flight-up"]
    _, manifest = planned(item("P-1", late_load=True), flights=(dataclasses.replace(late, late_load=True),))
    assert manifest.berths[0].start_week == 6


def test_living_samples_start_fresh_and_come_home_soon() -> None:
    _, manifest = planned(item("P-1", weeks=2, **samples()))
    assert (manifest.berths[0].down_flight, manifest.berths[0].cold_store) == ("UP1", "F80")
    _, manifest = planned(item("P-1", weeks=2, **samples(return_within_d=10)))
    assert reasons(manifest, "P-1") == ["no-flight-down"]
    _, manifest = planned(item("P-1", weeks=2, **samples(cold_temperature_c=-90)))
    assert reasons(manifest, "P-1") == ["no-cold-store"]


def test_cold_stowage_is_held_until_the_flight_leaves() -> None:
    """Two of 6 l in a 10 l store: the second may only start when the first's flight has gone."""
    living = samples(cold_volume_l=6.0, late_load=False, start_within_d=None, return_within_d=None)
    flights = (flight("UP1", -1, 6), flight("UP2", 5, 11))
    _, manifest = planned(item("P-1", weeks=2, **living), item("P-2", weeks=2, **living), flights=flights)
    first, second = sorted(manifest.berths, key=lambda b: b.start)
    assert (first.down_flight, second.down_flight) == ("UP1", "UP2")
    assert second.start >= week(6)


def test_quiet_week_holds_half_the_crew_time() -> None:
    weeks = calendar(season())
    assert weeks.crew_time_h == (10.0,) * 5 + (5.0,) + (10.0,) * 6
    _, manifest = planned(
        item("P-1", weeks=1, crew_time_h=9, setup_time_h=0, earliest=week(5), latest_end=week(6))
    )
    assert reasons(manifest, "P-1") == ["short-of"]
    assert manifest.not_placed[0].reasons[0].facts["amount"] == "4 h a week"


def test_overlapping_quiet_spans_do_not_count_twice() -> None:
    both = (
        Quiet(code="A", kind="docking", start=week(1), end=week(2), crew_time_share=0.5),
        Quiet(code="B", kind="spacewalk", start=week(1.5), end=week(2), crew_time_share=0.2),
    )
    assert calendar(season(quiet=both)).crew_time_h[1] == pytest.approx(10 * (0.5 * 0.5 + 0.5 * 0.2))


def test_one_arm_operation_a_week() -> None:
    port = {"needs": (Need(kind=PORT, offer="medium"),), "arm_in": 1, "arm_out": 1, "weeks": 4}
    _, manifest = planned(item("P-1", **port), item("P-2", **port))
    weeks = [w for b in manifest.berths for w in (b.start_week, b.start_week + 3)]
    assert len(weeks) == len(set(weeks)) == 4


def test_power_channel_binds_across_places() -> None:
    facility = (Need(kind=FACILITY, offer="fluid-physics"),)
    _, manifest = planned(item("P-1", power_w=450.0), item("P-2", power_w=450.0, needs=facility))
    starts = sorted(b.start_week for b in manifest.berths)
    assert starts[1] - starts[0] >= 4


def test_promised_item_outweighs_any_number_of_others() -> None:
    crowd = [item(f"P-{n}", needs=rack(1.0), weeks=3, priority_weight=9.0) for n in range(4)]
    _, manifest = planned(*crowd, item("P-9", needs=rack(1.0), weeks=12, priority_weight=1.0, must=True))
    assert codes(manifest) == {"P-9"}
    assert (manifest.promised, manifest.promised_aboard, manifest.promised_bound) == (1, 1, 1)


def test_order_is_kept_and_a_missing_forerunner_is_named() -> None:
    _, manifest = planned(item("P-1", after=("P-2",)), item("P-2"))
    assert manifest.berth("P-1").start >= manifest.berth("P-2").end
    _, manifest = planned(
        item("P-1", after=("P-2",)), item("P-2", needs=(Need(kind=FACILITY, offer="none"),))
    )
    assert reasons(manifest, "P-1") == ["waits-for"]


def test_share_of_a_group_binds_in_each_increment() -> None:
    """55 h in increment 1 and 60 h in 2: a fifth is 11 and 12 h, room for one item of 8 h in each."""
    mine = {"group_share": {"EU": 1.0}, "needs": rack(0.2), "weeks": 2}
    _, manifest = planned(*(item(f"P-{n}", **mine) for n in range(4)), share_caps={"EU": 0.2})
    assert len(manifest.berths) == 2
    left = manifest.not_placed[0].reasons
    assert [reason.facts["family"] for reason in left] == ["share"]


def test_nothing_to_plan_is_a_plan() -> None:
    _, manifest = planned()
    assert (manifest.berths, manifest.objective_value, manifest.bound_value) == ((), 0, 0)


def test_curves_and_flights_are_those_of_the_berths() -> None:
    _, manifest = planned(item("P-1", weeks=2, **samples()), item("P-2"))
    loads = {load.resource: load for load in manifest.loads}
    assert loads["crew-time"].used_units[:3] == (2 + 3 + 2 + 1.5, 3 + 1.5, 1.5)
    assert loads["F80"].used_units[:5] == (5.0,) * 4 + (0.0,)
    assert loads["RK"].used_units[:5] == (1.0, 1.0, 0.5, 0.5, 0.0)
    assert loads["A"].used_units[0] == 200.0
    up1 = next(load for load in manifest.flights if load.flight == "UP1")
    assert (up1.items_up, up1.items_down, up1.up_mass_kg, up1.down_cold_l) == (
        ("P-1", "P-2"),
        ("P-1",),
        40.0,
        5.0,
    )


def test_mistakes_in_a_problem_are_refused() -> None:
    with pytest.raises(StationError, match="P-9 is not a known item"):
        plan(season(items=(item("P-1", after=("P-9",)),)))
    with pytest.raises(StationError, match="stands twice"):
        plan(season(items=(item("P-1"), item("P-1"))))
    with pytest.raises(StationError, match="set-up within the whole"):
        item("P-1", setup_time_h=9.0)
    with pytest.raises(StationError, match="a week or more"):
        day = Increment(code="D", name="d", start=week(0), end=week(0.5), crew=(), crew_time_week_h=1)
        plan(season(increments=(day,)))


# ---------------------------------------------------------------- reasons


def test_each_reason_has_a_sentence_and_its_facts() -> None:
    for seed in range(4):
        for left in plan(random_problem(seed)).not_placed:
            for reason in left.reasons:
                assert "{" not in say(reason, REASONS)


def widened(problem: ManifestProblem, family: str, amount: float) -> ManifestProblem:
    """The problem with one family of limits made larger by an amount, by hand."""

    def more(things: tuple, *fields: str) -> tuple:
        return tuple(
            dataclasses.replace(
                t, **{f: getattr(t, f) + amount for f in fields if getattr(t, f) > 0 or f in grows}
            )
            for t in things
        )

    grows = {"crew_time_week_h", "capacity_count"}
    flights = {"up-mass": "up_mass_kg", "up-volume": "up_volume_l", "down-mass": "down_mass_kg"}
    changes: dict[str, object] = {}
    if family in flights or family == "flight-cold":
        field = flights.get(family, "cold_volume_l")
        changes["flights"] = more(problem.flights, field)
    elif family == "crew-time":
        # a quiet week loses part of what is added, so the quiet spans are lifted as well
        changes["increments"] = tuple(
            dataclasses.replace(i, crew_time_week_h=i.crew_time_week_h + 2 * amount)
            for i in problem.increments
        )
    elif family == "place":
        changes["places"] = more(problem.places, "capacity_count")
    elif family == "place-mass":
        changes["places"] = more(problem.places, "mass_limit_kg")
    elif family == "power":
        changes["places"] = more(problem.places, "power_w")
        changes["channels"] = more(problem.channels, "power_w")
    elif family == "data":
        changes["places"] = more(problem.places, "data_gb_d")
        changes["data_gb_d"] = problem.data_gb_d + amount
    elif family == "cold":
        changes["cold"] = more(problem.cold, "volume_l")
    elif family == "share":
        changes["share_tolerance_share"] = problem.share_tolerance_share + amount / 100
    else:
        field = f"{family}_week_count"
        changes[field] = getattr(problem, field) + round(amount)
    return dataclasses.replace(problem, **changes)


def test_what_a_reason_says_would_do_does() -> None:
    """Give what the reason asks for and promise what was on board: the item then flies."""
    families = set()
    for seed in (0, 1, 3, 5, 6):
        problem = random_problem(seed, items=12)
        manifest = plan(problem)
        for left in manifest.not_placed:
            for reason in left.reasons:
                if reason.code != "short-of" or reason.facts["family"] in families:
                    continue
                families.add(reason.facts["family"])
                wider = widened(
                    problem, reason.facts["family"], float(reason.facts["amount"].split()[0]) + 1e-3
                )
                promised = {*codes(manifest), left.item}
                items = tuple(dataclasses.replace(i, must=i.code in promised) for i in wider.items)
                again = plan(dataclasses.replace(wider, items=items))
                assert promised <= codes(again), (left.item, reason)
    assert families >= {"place", "data", "up-mass", "crew-time", "power"}


# ---------------------------------------------------------------- against brute force


def most_by_hand(problem: ManifestProblem) -> float:
    """The best worth by trying every combination of ways, item after item."""
    weeks = calendar(problem)
    options = [[None, *ways(choices(problem, weeks, thing))] for thing in problem.items]
    best = 0.0
    for combination in itertools.product(*options):
        worth = sum(
            i.priority_weight for i, way in zip(problem.items, combination, strict=True) if way is not None
        )
        if worth <= best:
            continue
        room = Room(problem, weeks)
        for index, way in enumerate(combination):
            if way is not None:
                room.take(index, way)
        if not room.over:
            best = worth
    return best


@pytest.mark.parametrize("seed", range(4))
def test_worth_is_that_of_brute_force(seed: int) -> None:
    short = season().increments[0]
    problem = dataclasses.replace(random_problem(seed, items=4), increments=(short,), quiet=())
    items = tuple(dataclasses.replace(thing, must=False, after=()) for thing in problem.items)
    problem = dataclasses.replace(problem, items=items)
    manifest = plan(problem)
    assert manifest.status.startswith("proven")
    assert manifest.objective_value == pytest.approx(most_by_hand(problem))


# ---------------------------------------------------------------- properties


@SLOW
@given(st.integers(min_value=0, max_value=10_000))
def test_random_seasons_have_no_faults(seed: int) -> None:
    problem = random_problem(seed)
    manifest = plan(problem)
    assert faults(problem, manifest) == ()
    assert manifest.objective_value <= manifest.bound_value
    assert from_json(Manifest, to_json(manifest)) == manifest
    assert from_json(ManifestProblem, to_json(problem)) == problem


def test_same_problem_same_plan() -> None:
    problem = random_problem(3, items=12)
    assert digest(plan(problem)) == digest(plan(problem))


def test_more_of_everything_never_costs_worth() -> None:
    for seed in (11, 12):
        problem = random_problem(seed)
        flights = tuple(dataclasses.replace(f, up_mass_kg=2 * f.up_mass_kg) for f in problem.flights)
        increments = tuple(
            dataclasses.replace(i, crew_time_week_h=2 * i.crew_time_week_h) for i in problem.increments
        )
        before, after = (
            plan(problem),
            plan(dataclasses.replace(problem, flights=flights, increments=increments)),
        )
        assert "proven" in before.status
        assert (after.promised_aboard, after.objective_value) >= (
            before.promised_aboard,
            before.objective_value,
        )


# ---------------------------------------------------------------- a flight slips


def test_slip_moves_only_what_flew_with_it() -> None:
    things = (item("P-1", weeks=2), item("P-2", weeks=2, earliest=week(5)), item("P-3", needs=rack(0.4)))
    problem = season(items=things, flights=(flight("UP1", -1, 4), flight("UP2", 5, 13)))
    former = plan(problem)
    pinned = dataclasses.replace(
        problem,
        items=tuple(dataclasses.replace(i, up_mass_kg=400.0 if i.code == "P-2" else 100.0) for i in things),
        places=tuple(dataclasses.replace(p, mass_limit_kg=600.0) for p in problem.places),
    )
    former = plan(pinned)
    assert former.berth("P-2").up_flight == "UP2"
    later = slipped(pinned, "UP2", 14, former)
    again = plan(later)
    assert faults(later, again) == ()
    assert again.berth("P-1") == former.berth("P-1")
    assert again.berth("P-3") == former.berth("P-3")
    assert again.berth("P-2").start == week(7)
    assert again.lateness_value == 2.0
    with pytest.raises(StationError, match="UP2"):
        slipped(pinned, "UP3", 14)


def test_previous_plan_is_kept_when_nothing_changed() -> None:
    problem = random_problem(5)
    former = plan(problem)
    again = plan(dataclasses.replace(problem, previous=former.berths))
    if codes(again) == codes(former):
        assert again.lateness_value == 0
        assert again.berths == former.berths
