"""The plan that ends earliest, as a letter."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

from stationmaster.measure.reasons import Reason
from stationmaster.timeline import answer
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.room import Layout
from stationmaster.timeline.model.starts import jobs
from stationmaster.timeline.outcome import BoundKind, SolverFacts, Status, Unplaced, WeekPlan
from stationmaster.timeline.shortest.shorten import Found, Limit, shorten

#: Deterministic units of each effort.
UNITS = {"quick": 2.0, "normal": 8.0, "thorough": 60.0}


def shortest(
    problem: WeekProblem,
    limit: Limit,
    effort: str,
    seed: int,
    watch: Callable[[float, float], None] | None = None,
) -> WeekPlan | None:
    """The plan of all but the task list that ends earliest; None where it is proven that there is none.

    Args:
        problem: the week; its goal is not looked at.
        limit: how long to search.
        effort: its name, for the record.
        seed: of the search.
        watch: called with (end, bound), in minutes from the start of the problem, when either is better.
    """
    grid = Grid(problem)
    listed = jobs(grid)
    asked = [job for job in listed if not job.activity.jar]

    def in_minutes(end: int, bound: int) -> None:
        if watch is not None:
            watch(float(end * grid.slot), float(bound * grid.slot))

    found = shorten(grid, listed, limit, seed, in_minutes)
    if found.impossible:
        return None
    layout = found.layout or Layout()
    objective = float(found.end * problem.slot_min) if found.layout else 0.0
    bound = float(found.bound * problem.slot_min)
    return WeekPlan(
        problem=problem.code,
        start=problem.start,
        status=_status(found),
        items=answer.items(grid, listed, layout) if found.layout else (),
        unplaced=()
        if found.layout
        else tuple(Unplaced(activity=job.activity.code, reasons=(Reason("search-limit"),)) for job in asked),
        conflict=(),
        objective_value=objective,
        bound_value=bound,
        bound_kind=BoundKind.FULL_MODEL,
        gap_fraction=round((objective - bound) / objective, 6) if objective else 0.0,
        work=answer.work(grid, listed, layout) if found.layout else (),
        facilities=answer.facilities(grid, listed, layout) if found.layout else (),
        power=answer.power(grid, listed, layout) if found.layout else (),
        stores=answer.stores(grid, listed, layout) if found.layout else (),
        jar=answer.jar(grid, listed, layout) if found.layout else (),
        solver=_solver(found, effort, seed),
    )


def _status(found: Found) -> Status:
    if found.layout is None:
        return Status.NOT_FOUND
    return Status.OPTIMAL if found.proven else Status.FEASIBLE


def _solver(found: Found, effort: str, seed: int) -> SolverFacts:
    return SolverFacts(
        name="OR-Tools CP-SAT",
        version=version("ortools"),
        seed=seed,
        effort=effort,
        rounds=found.turns,
        deterministic_time_units=round(found.spent_units, 3),
    )
