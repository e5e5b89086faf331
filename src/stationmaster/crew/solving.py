"""The one way in which this stage asks CP-SAT: deterministic, bounded, and honest about not knowing."""

from __future__ import annotations

from dataclasses import dataclass

from ortools.sat.python import cp_model

from stationmaster.measure.errors import StationError

#: Deterministic time of one search.
EFFORT_UNITS = 20.0


@dataclass(frozen=True)
class Solved:
    """A search that found something; ``proven`` where nothing better exists."""

    solver: cp_model.CpSolver
    proven: bool


def solved(model: cp_model.CpModel, what: str) -> Solved | None:
    """The best answer of a model within the effort; None where it is proven that there is none.

    Raises:
        StationError: ``no-answer`` where the search ended before it knew either.
    """
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = EFFORT_UNITS
    # whole days, seats and sessions: propagation decides, and presolve would cost more than the search
    solver.parameters.linearization_level = 0
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        reason = f"the search for {what} ended before it found one or proved that there is none"
        raise StationError("no-answer", reason=reason)
    return Solved(solver, status == cp_model.OPTIMAL)
