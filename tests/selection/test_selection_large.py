"""Large choices go another way than small ones: the same answers, proved by trying every set."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from stationmaster.selection.choose import pick
from stationmaster.selection.letters import SelectionProblem
from stationmaster.selection.recheck.proof import arena
from stationmaster.selection.search import portfolio
from stationmaster.selection.search.knapsack import Search, best
from stationmaster.selection.search.linear import rows

Make = Callable[..., SelectionProblem]
seeds = st.integers(0, 10**6)


@pytest.fixture(scope="module")
def any_size() -> object:
    """Take the way of large problems whatever the size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portfolio, "ONE_WORKER_UP_TO", 0)
        yield


@pytest.mark.slow
@given(
    seed=seeds,
    rule=st.sampled_from(["equal-footing", "partner-shares", "utilitarian"]),
    count=st.integers(1, 12),
    floor=st.integers(0, 6),
)
@settings(max_examples=12, deadline=None)
def test_the_way_of_large_problems_finds_what_enumeration_finds(
    any_size: object, make: Make, seed: int, rule: str, count: int, floor: int
) -> None:
    problem = make(count, seed, rule=rule, min_countries=floor, min_groups=0, min_first_time=0, room=0.8)
    problem = replace(problem, limit_s=0.5)
    every, choice = arena(problem), pick(problem)
    assert every is not None
    found = every.best()
    assert (None if choice.taken is None else tuple(sorted(choice.taken))) == (found and found.chosen)
    if found is not None and choice.rungs:
        steps = [r.steps for r in choice.rungs for _ in range(r.reach - r.beyond)]
        assert tuple(steps) == found.ladder


@pytest.mark.slow
def test_a_large_choice_does_not_depend_on_the_order_and_keeps_its_bound(make: Make) -> None:
    problem = make(60, 5, rule="equal-footing", room=2.0, choose=12, max_per_lead_country=9, max_per_field=9)
    problem = replace(problem, limit_s=0.05)
    people = list(problem.candidates)
    random.Random(1).shuffle(people)
    ours, theirs = pick(problem), pick(replace(problem, candidates=tuple(people)))
    assert ours == theirs
    assert all(level.value <= level.bound_value for level in ours.levels)


def random_model(dice: random.Random) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    model = cp_model.CpModel()
    take = [model.new_bool_var("") for _ in range(7)]
    for _ in range(3):
        some = dice.sample(take, 4)
        weights = [dice.randint(-4, 6) for _ in some]
        total = sum(w * t for w, t in zip(weights, some, strict=True))
        held = model.add(total <= dice.randint(0, 6)) if dice.random() < 0.6 else model.add(total >= -2)
        if dice.random() < 0.4:
            held.only_enforce_if(~dice.choice(take))
    model.add_implication(take[0], ~take[1])
    model.add_bool_or([take[2], ~take[3], take[4]])
    if dice.random() < 0.5:
        model.add(take[5] == 1)
    model.maximize(sum(dice.randint(-3, 9) * t for t in take) + 11)
    return model, take


@pytest.mark.parametrize("seed", range(8))
def test_a_model_read_as_rows_means_the_same(seed: int) -> None:
    model, take = random_model(random.Random(seed))
    program, solver = rows(model), cp_model.CpSolver()
    assert program is not None
    status = solver.solve(model)
    found = Search(program).run(1e8)
    assert found.proved
    if status == cp_model.INFEASIBLE:
        assert found.taken is None
        return
    assert found.value + program.offset == round(solver.objective_value)
    fits = [
        (s,) for s in product((0, 1), repeat=len(take))
        if program.fits(np.array(s, np.int8))
        and all(g in (-1, x) for g, x in zip(program.sides, s, strict=True))
    ]  # fmt: skip
    fixed = model.clone()
    fixed.clear_objective()  # type: ignore[no-untyped-call]
    solver.parameters.enumerate_all_solutions = True
    count = Counting()
    solver.solve(fixed, count)
    assert count.sets == len(fits)


class Counting(cp_model.CpSolverSolutionCallback):
    """Counts solutions."""

    def __init__(self) -> None:
        super().__init__()
        self.sets = 0

    def on_solution_callback(self) -> None:
        self.sets += 1


def test_a_model_with_more_than_yes_and_no_is_not_rows() -> None:
    model = cp_model.CpModel()
    number, yes = model.new_int_var(0, 5, ""), model.new_bool_var("")
    model.add(number <= 3 * yes)
    assert rows(model) is None


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_is_never_under_the_optimum_however_little_work(seed: int) -> None:
    dice = np.random.default_rng(seed)
    costs, worth = dice.integers(0, 1000, (5, 60)), dice.integers(300, 1000, 60)
    room = costs.sum(axis=1) // 2
    proved = best(worth, costs, room, 5e9)
    assert proved.proved
    for work in (1.0, 1e7, 5e7, 2e8):
        found = best(worth, costs, room, work)
        assert found.value <= proved.value <= found.bound
