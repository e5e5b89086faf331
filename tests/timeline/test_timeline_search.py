"""A search that is given seconds, watched or interrupted still ends with a whole, sound plan."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stationmaster.timeline.build import build
from stationmaster.timeline.check import faults
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.links import links, with_needs
from stationmaster.timeline.model.starts import jobs
from stationmaster.timeline.search.annealing import Annealing


def _annealing(problem: WeekProblem, seed: int) -> Annealing:
    grid = Grid(problem)
    listed = jobs(grid)
    musts = {job.number for job in listed if job.activity.must}
    return Annealing(grid, listed, with_needs(musts, links([job.activity for job in listed])), seed)


def test_what_is_left_of_everything_is_what_the_plan_leaves(small_week: WeekProblem) -> None:
    """After many changes taken back and not, the running account equals one made anew."""
    search = _annealing(small_week, 1)
    assert search.first()
    search.improve(500, 1 << 60)
    anew = _annealing(small_week, 1).plan
    from stationmaster.timeline.search import ruin

    table, plan = search.table, search.plan
    ruin.load(table, anew, plan.start, plan.way, plan.who)
    ruin.load_routine(table, anew, plan.routine_start, plan.routine_device)
    for name, own, other in zip(plan._fields, plan, anew, strict=True):
        assert np.array_equal(own, other) or name in ("way", "who", "routine_device"), name


def test_the_same_seed_gives_the_same_plan(small_week: WeekProblem) -> None:
    layouts = []
    for _ in range(2):
        search = _annealing(small_week, 3)
        search.first()
        search.improve(200, 1 << 60)
        layouts.append(search.layout())
    assert layouts[0] == layouts[1]


def test_seconds_end_the_search_and_the_watcher_sees_it_rise(
    synthetic_week: Callable[..., WeekProblem],
) -> None:
    problem = synthetic_week(2, 3, 120)
    ticks, seen = iter(range(10**6)), list[tuple[float, float]]()
    plan = build(
        problem,
        effort="quick",
        seconds=5.0,
        watch=lambda v, b: seen.append((v, b)),
        clock=lambda: next(ticks),
    )
    assert plan.solver.rounds <= 5
    assert [value for value, _ in seen] == sorted(value for value, _ in seen)
    assert all(value <= bound for value, bound in seen)
    assert faults(problem, plan) == ()


def test_an_interrupt_keeps_the_best_plan(synthetic_week: Callable[..., WeekProblem]) -> None:
    problem = synthetic_week(2, 3, 120)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    plan = build(problem, effort="quick", progress=stop)
    assert plan.solver.rounds == 1
    assert faults(problem, plan) == ()
