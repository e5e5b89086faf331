"""Repair a disturbed week: a first plan at once, then a better one that changes less."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np

from stationmaster.executor import Progress, no_progress
from stationmaster.measure.errors import StationError
from stationmaster.measure.reasons import Reason
from stationmaster.measure.time import Span
from stationmaster.timeline import answer
from stationmaster.timeline.explanation.why import Why
from stationmaster.timeline.letters import Blocked
from stationmaster.timeline.model.grid import Mask
from stationmaster.timeline.model.room import Layout
from stationmaster.timeline.model.variables import WEIGHT_SCALE, weight
from stationmaster.timeline.outcome import BoundKind, SolverFacts, Status, Unplaced, WeekPlan
from stationmaster.timeline.repair.board import Board, routine_code
from stationmaster.timeline.repair.difference import HELD, changes, totals
from stationmaster.timeline.repair.disturb import disturbed
from stationmaster.timeline.repair.first import first_plan
from stationmaster.timeline.repair.improve import Effort, Improver
from stationmaster.timeline.repair.letters import Repair, RepairProblem, Softened

#: What a plan says made it.
EFFORT = "repair"
#: Called with each plan that is better than the last, and the seconds since the beginning.
Better = Callable[[Layout, float], None]


@dataclass(frozen=True)
class Started:
    """A first repaired plan."""

    board: Board
    layout: Layout


def repair(
    problem: RepairProblem,
    *,
    seed: int = 1,
    effort: Effort | None = None,
    progress: Progress = no_progress,
    first: Callable[[float], None] | None = None,
) -> Repair:
    """The new plan and how it differs.

    Args:
        problem: the week, its approved plan (without faults) and what went wrong.
        seed: of the solver and of the choice of what to free.
        effort: limits of the search; without ``limit_s`` the same problem gives the same answer.
        progress: called with (done, total) rounds.
        first: called with the seconds it took until there was a first plan.

    Raises:
        StationError: ``contradiction`` or ``bad-value`` where the disturbances make no week.
    """
    began = time.perf_counter()
    started = start(problem)
    if first is not None:
        first(time.perf_counter() - began)
    search = Improver(started.board, started.layout, seed, effort or Effort())
    search.improve(progress)
    return finished(started.board, search)


def start(problem: RepairProblem) -> Started:
    """A first plan: what still fits where it was, the rest near its old time.

    Meals and sessions that find no time are given up, a day of a member at a time.

    Raises:
        StationError: as :func:`repair`.
    """
    held, beyond = tuple[Blocked, ...](), frozenset[str]()
    while True:
        board = Board(problem, disturbed(problem, held, beyond), beyond)
        if more := board.overlong():
            beyond |= more
            continue
        layout, homeless = first_plan(board)
        if not homeless:
            return Started(board, layout)
        held += tuple(given_up(board, layout, homeless))


# ---------------------------------------------------------------------- routine given up


def given_up(board: Board, layout: Layout, homeless: set[int]) -> list[Blocked]:
    """Blocked spans that waive what a day of a member can no longer hold.

    The rules of the week know a meal or all sessions of a day, or none: what is still held of them
    stands in the changed week as a blocked span, at its time.
    """
    groups = {
        (board.grid.routine[r].member, board.grid.routine[r].day, board.grid.routine[r].kind)
        for r in homeless
    }
    found = []
    for member, day, kind in sorted(groups):
        group = [r for r in board.grid.routine if (r.member, r.day, r.kind) == (member, day, kind)]
        held = [r.number for r in group if r.number in layout.routine]
        found += [_held(board, layout, number) for number in held]
        if not held:
            found.append(_rest(board, min(r.number for r in group)))
    return found


def _held(board: Board, layout: Layout, number: int) -> Blocked:
    """A session that is held on a day on which another cannot be."""
    grid, routine = board.grid, board.grid.routine[number]
    start, device = layout.routine[number]
    thing = grid.problem.devices[device]
    assert routine.session is not None
    return Blocked(
        code=f"{HELD}{routine_code(grid, number)}",
        kind="exercise" if thing.vibrates else "held",
        title=routine.session.name,
        span=Span(grid.when(start), grid.when(start + routine.length)),
        crew=(grid.problem.crew[routine.member].code,),
        facilities=(thing.code,),
        waives=(routine.kind.value,),
        works=False,
    )


def _rest(board: Board, number: int) -> Blocked:
    """A short rest where nothing of it can be held, for the week to say so."""
    grid, routine = board.grid, board.grid.routine[number]
    taken = grid.busy[routine.member].copy()
    for n in board.firm:
        place = board.old.jobs[n]
        if routine.member in place.members:
            taken[place.start : place.start + board.way(n, place).length] = True
    for r in board.firm_routine:
        if grid.routine[r].member == routine.member:
            at = board.old.routine[r][0]
            taken[at : at + grid.routine[r].length] = True
    free: Mask = ~taken
    free[: max(board.now_slot, routine.day * grid.per_day)] = False
    free[(routine.day + 1) * grid.per_day :] = False
    slots = np.flatnonzero(free)
    member = grid.problem.crew[routine.member].code
    if not len(slots):
        where = f"{member} has no time for the {routine.kind.value} of {grid.problem.date_of(routine.day)}"
        raise StationError("no-answer", reason=where)
    wish = board.old.routine.get(number, (int(slots[0]), -1))[0]
    at = int(slots[np.abs(slots - wish).argmin()])
    return Blocked(
        code=f"WAIVED.{routine_code(grid, number)}",
        kind="rest",
        title=f"No {routine.kind.value}",
        span=Span(grid.when(at), grid.when(at + 1)),
        crew=(member,),
        waives=(routine.kind.value,),
        works=False,
    )


# -------------------------------------------------------------------------------- the answer


def finished(board: Board, search: Improver) -> Repair:
    """The answer of a layout: musts that are not met are no longer musts, and named."""
    layout = search.layout
    why = Why(board.grid, board.jobs, layout, complete=False)
    left = [job for job in board.jobs if job.number not in layout.jobs and not job.activity.jar]
    asked = board.old.jobs.keys() | {board.number[a.code] for a in board.problem.disturbances.urgent}
    unplaced = {
        job.activity.code: why.reasons(job.number)
        if job.number in asked or job.activity.must
        else (Reason("not-approved"),)
        for job in left
    }
    softened = tuple(
        Softened(activity=job.activity.code, reasons=unplaced[job.activity.code])
        for job in left
        if job.activity.must
    )
    lost = {one.activity for one in softened}
    week = board.changed.week
    if lost:
        activities = tuple(replace(a, must=a.must and a.code not in lost) for a in week.activities)
        week = replace(week, activities=activities)
    changed = replace(board.changed, week=week)
    plan = _plan(board, search, tuple(Unplaced(activity=c, reasons=r) for c, r in unplaced.items()))
    found = changes(board.problem, changed, plan)
    return Repair(
        week=week,
        plan=plan,
        changes=found,
        totals=totals(found, changed, board.problem),
        softened=softened,
    )


def _plan(board: Board, search: Improver, unplaced: tuple[Unplaced, ...]) -> WeekPlan:
    grid, jobs, layout = board.grid, board.jobs, search.layout
    worth = sum(weight(jobs[n].activity) for n in layout.jobs)
    bound = sum(weight(j.activity) for j in jobs if j.number in layout.jobs or j.hopeless is None)
    return WeekPlan(
        problem=grid.problem.code,
        start=grid.problem.start,
        status=Status.OPTIMAL if worth == bound else Status.FEASIBLE,
        items=answer.items(grid, jobs, layout),
        unplaced=unplaced,
        conflict=(),
        objective_value=round(worth / WEIGHT_SCALE, 3),
        bound_value=round(bound / WEIGHT_SCALE, 3),
        bound_kind=BoundKind.SUM_OF_WEIGHTS,
        gap_fraction=round((bound - worth) / bound, 6) if bound else 0.0,
        work=answer.work(grid, jobs, layout),
        facilities=answer.facilities(grid, jobs, layout),
        power=answer.power(grid, jobs, layout),
        stores=answer.stores(grid, jobs, layout),
        jar=answer.jar(grid, jobs, layout),
        solver=SolverFacts(
            name="OR-Tools CP-SAT",
            version=version("ortools"),
            seed=search.seed,
            effort=EFFORT,
            rounds=search.rounds,
            deterministic_time_units=round(search.spent_units, 3),
        ),
    )
