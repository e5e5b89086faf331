"""The columns that solvers get: the same optimum as the program's own, and values that are the program's."""

from __future__ import annotations

import itertools
import random

import pytest
from manifest_problems import random_problem
from ortools.sat.python import cp_model

from stationmaster.manifest.model import Model
from stationmaster.manifest.plain import plain
from stationmaster.manifest.program import Program
from stationmaster.manifest.weeks import calendar


def best(
    model: cp_model.CpModel, columns: list[cp_model.IntVar], terms: dict[int, int]
) -> tuple[int, list[int]]:
    model.maximize(sum(value * columns[column] for column, value in terms.items()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return round(solver.objective_value), [solver.value(column) for column in columns]


def as_it_stands(program: Program) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    model = cp_model.CpModel()
    columns = [model.new_int_var(0, high, "") for high in program.highest]
    for row in program.rows:
        total = sum(value * columns[column] for column, value in row.terms.items())
        if row.most is not None:
            model.add(total <= row.most)
        if row.least is not None:
            model.add(total >= row.least)
    for chain in program.chains:
        for earlier, later in itertools.pairwise(chain):
            model.add(columns[earlier] <= columns[later])
    for whole, parts in program.summed:
        for step, column in enumerate(program.chains[whole]):
            model.add(columns[column] == sum(columns[program.chains[part][step]] for part in parts))
    return model, columns


@pytest.mark.parametrize("seed", range(5))
def test_any_sum_of_columns_has_the_same_optimum_in_both_forms(seed: int) -> None:
    problem = random_problem(seed, items=4)
    program = Model(problem, calendar(problem)).program
    dice = random.Random(seed)
    terms = {column: dice.randint(-3, 5) for column in range(len(program.highest))}
    made = plain(program)
    value, here = best(*made.cp(), made.terms(terms))
    there = made.there(here).tolist()
    direct, _ = best(*as_it_stands(program), terms)
    assert value == direct == sum(terms[column] * int(there[column]) for column in terms)
    for row in program.rows:
        total = sum(factor * int(there[column]) for column, factor in row.terms.items())
        assert row.least is None or total >= row.least
        assert row.most is None or total <= row.most
