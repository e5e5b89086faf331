"""The checker: a sound manifest passes, and each kind of damage is found and named."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest
from manifest_problems import FACILITY, PORT, flight, item, rack, samples, season, week

from stationmaster.manifest.check import faults
from stationmaster.manifest.letters import Manifest, ManifestProblem, Need, NotPlaced
from stationmaster.manifest.plan import plan

WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def problem() -> ManifestProblem:
    facility = (Need(kind=FACILITY, offer="fluid-physics"),)
    port = (Need(kind=PORT, offer="medium", view="sky"),)
    return season(
        items=(
            item("P-1", weeks=2, **samples(), must=True, group_share={"EU": 1.0}),
            item("P-2", earliest=week(1), latest_end=week(9)),
            item("P-3", needs=facility, after=("P-1",)),
            item("P-4", needs=port, arm_in=1, arm_out=1, airlock_in=1, group_share={"EU": 0.5}),
            item("P-5", needs=(Need(kind=PORT, offer="large"),)),
        ),
        share_caps={"EU": 0.3},
    )


@pytest.fixture(scope="module")
def manifest(problem: ManifestProblem) -> Manifest:
    return plan(problem)


def test_sound_manifest_has_no_fault(problem: ManifestProblem, manifest: Manifest) -> None:
    assert faults(problem, manifest) == ()
    assert len(manifest.berths) == 4


def berth(manifest: Manifest, code: str, **changes: object) -> Manifest:
    """The manifest with one berth changed."""
    berths = tuple(dataclasses.replace(b, **changes) if b.item == code else b for b in manifest.berths)
    return dataclasses.replace(manifest, berths=berths)


def moved(manifest: Manifest, code: str, weeks: int) -> Manifest:
    """The manifest with one berth moved by whole weeks."""
    old = manifest.berth(code)
    assert old is not None
    return berth(manifest, code, start_week=old.start_week + weeks, start=old.start + weeks * WEEK,
                 end=old.end + weeks * WEEK)  # fmt: skip


DAMAGE: dict[str, Callable[[Manifest], Manifest]] = {
    "item-count": lambda m: dataclasses.replace(m, berths=m.berths[1:]),
    "unknown-item": lambda m: dataclasses.replace(
        m, berths=(*m.berths, dataclasses.replace(m.berths[0], item="P-9"))
    ),
    "no-reason": lambda m: dataclasses.replace(m, not_placed=(NotPlaced(item="P-5", reasons=()),)),
    "unknown-name": lambda m: berth(m, "P-1", places=("NOWHERE",)),
    "places": lambda m: berth(m, "P-1", places=()),
    "weeks": lambda m: berth(m, "P-1", weeks=1),
    "week-start": lambda m: berth(m, "P-2", start_week=7),
    "too-early": lambda m: moved(m, "P-2", -m.berth("P-2").start_week),
    "too-late": lambda m: moved(m, "P-2", 7),
    "horizon": lambda m: moved(m, "P-4", 12 - 3 - m.berth("P-4").start_week),
    "crew-hours": lambda m: berth(m, "P-2", crew_time_h=(0.0, 0.0, 0.0, 8.0)),
    "wrong-place": lambda m: berth(m, "P-3", places=("RK",)),
    "no-flight-up": lambda m: berth(m, "P-2", up_flight=None),
    "no-flight-down": lambda m: berth(m, "P-1", down_flight=None),
    "no-cold-store": lambda m: berth(m, "P-1", cold_store=None),
    "wrong-cold": lambda m: berth(m, "P-1", cold_store="C4"),
    "before-docking": lambda m: berth(m, "P-1", up_flight="UP2"),
    "late-load": lambda m: berth(m, "P-1", up_flight="UP2"),
    "stale": lambda m: moved(m, "P-1", 2),
    "late-return": lambda m: berth(m, "P-1", down_flight="UP2"),
    "after-departure": lambda m: moved(m, "P-1", 4),
    "order": lambda m: moved(m, "P-3", -m.berth("P-3").start_week),
    "loads": lambda m: dataclasses.replace(m, loads=()),
    "objective": lambda m: dataclasses.replace(m, objective_value=m.objective_value + 1, bound_value=99),
    "bound": lambda m: dataclasses.replace(m, bound_value=m.objective_value - 1),
    "promised": lambda m: dataclasses.replace(m, promised_aboard=0),
    "week-starts": lambda m: dataclasses.replace(m, week_starts=m.week_starts[1:]),
}


@pytest.mark.parametrize("code", DAMAGE)
def test_damage_to_a_manifest_is_named(problem: ManifestProblem, manifest: Manifest, code: str) -> None:
    broken = DAMAGE[code](manifest)
    assert code in {fault.code for fault in faults(problem, broken)}


def tighter(problem: ManifestProblem, kind: str, **changes: float) -> ManifestProblem:
    """The problem with limits of one kind of thing changed."""
    things = tuple(dataclasses.replace(thing, **changes) for thing in getattr(problem, kind))
    return dataclasses.replace(problem, **{kind: things})


LIMITS: dict[str, Callable[[ManifestProblem], ManifestProblem]] = {
    "over-room": lambda p: tighter(p, "places", capacity_count=0.4),
    "over-mass": lambda p: tighter(p, "places", mass_limit_kg=10.0),
    "over-power": lambda p: tighter(p, "channels", power_w=50.0),
    "over-data": lambda p: dataclasses.replace(p, data_gb_d=4.0),
    "over-crew-time": lambda p: tighter(p, "increments", crew_time_week_h=1.0),
    "over-arm": lambda p: dataclasses.replace(p, arm_week_count=0),
    "over-airlock": lambda p: dataclasses.replace(p, airlock_week_count=0),
    "over-cold": lambda p: tighter(p, "cold", volume_l=4.0),
    "over-up-mass": lambda p: tighter(p, "flights", up_mass_kg=10.0),
    "over-up-volume": lambda p: tighter(p, "flights", up_volume_l=10.0),
    "over-down-mass": lambda p: tighter(p, "flights", down_mass_kg=1.0),
    "over-down-cold": lambda p: tighter(p, "flights", cold_volume_l=1.0),
    "over-share-crew-time": lambda p: dataclasses.replace(p, share_caps={"EU": 0.05}),
    "over-share-up-mass": lambda p: dataclasses.replace(p, share_caps={"EU": 0.02}),
    "place-mass": lambda p: tighter(p, "places", mass_limit_kg=10.0),
    "place-power": lambda p: tighter(p, "places", power_w=10.0),
    "place-data": lambda p: tighter(p, "places", data_gb_d=1.0),
}


@pytest.mark.parametrize("code", LIMITS)
def test_a_limit_that_is_passed_is_named(problem: ManifestProblem, manifest: Manifest, code: str) -> None:
    found = {fault.code for fault in faults(LIMITS[code](problem), manifest)}
    assert code in found


def test_planner_and_checker_agree_at_the_very_edge() -> None:
    """Limits that are met exactly are met: 2 x 0.5 racks, 10 h of crew time, 40 kg up."""
    exact = item("P-1", weeks=1, crew_time_h=5.0, setup_time_h=5.0)
    problem = season(
        items=(exact, dataclasses.replace(exact, code="P-2")),
        flights=(flight("UP1", 0, 4, up_mass_kg=40.0, up_volume_l=60.0),),
    )
    manifest = plan(problem)
    assert [b.start_week for b in manifest.berths] == [0, 0]
    assert faults(problem, manifest) == ()
    assert rack(0.5) == exact.needs


def row(field: str, place: int, **changes: object) -> Callable[[Manifest], Manifest]:
    def changed(manifest: Manifest) -> Manifest:
        rows = list(getattr(manifest, field))
        rows[place] = dataclasses.replace(rows[place], **changes)
        return dataclasses.replace(manifest, **{field: tuple(rows)})

    return changed


SAID_WRONG: dict[str, tuple[str, Callable[[Manifest], Manifest]]] = {
    "more promised than asked": ("promised", lambda m: dataclasses.replace(m, promised=3)),
    "a bound on nothing": ("promised", lambda m: dataclasses.replace(m, promised_bound=7)),
    "a bound above all worth": ("bound", lambda m: dataclasses.replace(m, bound_value=m.bound_value + 99)),
    "a gap of its own": ("gap", lambda m: dataclasses.replace(m, gap_ratio=0.5)),
    "other lateness": ("lateness", lambda m: dataclasses.replace(m, lateness_value=m.lateness_value + 5)),
    "a bound above lateness": ("lateness", lambda m: dataclasses.replace(m, lateness_bound_value=1e4)),
    "a status of its own": ("status", lambda m: dataclasses.replace(m, status="within the gap")),
    "a load left untold": ("loads", lambda m: dataclasses.replace(m, loads=m.loads[1:])),
    "a load told twice": ("loads", lambda m: dataclasses.replace(m, loads=(*m.loads, m.loads[0]))),
    "a curve cut short": ("loads", row("loads", -1, used_units=())),
    "a capacity of its own": ("loads", row("loads", 1, capacity_units=(9.0,) * 20)),
    "a flight left untold": ("loads", lambda m: dataclasses.replace(m, flights=m.flights[1:])),
    "other mass down": ("loads", row("flights", 0, down_mass_kg=77.0)),
    "other cargo": ("loads", row("flights", 0, items_up=("P-5",))),
}


@pytest.mark.parametrize("name", sorted(SAID_WRONG))
def test_what_a_manifest_says_of_itself_is_recomputed(
    problem: ManifestProblem, manifest: Manifest, name: str
) -> None:
    code, change = SAID_WRONG[name]
    assert code in {fault.code for fault in faults(problem, change(manifest))}
