"""The peer of the rcpsp benchmark: PyJobShop over OR-Tools, on the same instance, with its every step."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import psplib
from ortools.sat.python import cp_model
from pyjobshop import Model
from pyjobshop.solvers.ortools import CPModel


@dataclass(frozen=True)
class Answer:
    """The makespan (None: none found), when it was found, and whether it is proven; in seconds."""

    makespan: int | None
    found_at_s: float
    spent_s: float
    proven: bool


class _Timed(cp_model.CpSolver):
    """The solver that PyJobShop makes, noting when the best solution came."""

    found_at_s = 0.0

    def solve(self, model: cp_model.CpModel, callback: Any = None) -> Any:
        began = time.monotonic()

        class Noting(cp_model.CpSolverSolutionCallback):
            def on_solution_callback(self) -> None:
                _Timed.found_at_s = time.monotonic() - began

        return super().solve(model, callback or Noting())


def shortest(project: psplib.ProjectInstance, seconds: float, workers: int) -> Answer:
    """PyJobShop's answer within a limit of the clock."""
    model = Model()
    resources = [
        model.add_renewable(kind.capacity) if kind.renewable else model.add_consumable(kind.capacity)
        for kind in project.resources
    ]
    tasks = [model.add_task() for _ in project.activities]
    for task, one in zip(tasks, project.activities, strict=True):
        for mode in one.modes:
            used = [(kind, units) for kind, units in zip(resources, mode.demands, strict=True) if units]
            model.add_mode(task, [kind for kind, _ in used], mode.duration, [units for _, units in used])
    for task, one in zip(tasks, project.activities, strict=True):
        for number, then in enumerate(one.successors):
            if one.delays:
                model.add_start_before_start(task, tasks[then], one.delays[number])
            else:
                model.add_end_before_start(task, tasks[then])
    CPModel.CpSolver = _Timed
    _Timed.found_at_s = 0.0
    result = model.solve(solver="ortools", time_limit=seconds, num_workers=workers, display=False)
    found = result.objective < float("inf")
    return Answer(
        makespan=round(result.objective) if found else None,
        found_at_s=_Timed.found_at_s,
        spent_s=result.runtime,
        proven=result.status.value in ("Optimal", "Infeasible"),
    )
