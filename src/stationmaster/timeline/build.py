"""Build the week: musts and routine first, then better and better parts of the plan.

A first plan holds only the crew's routine and the musts; it is filled and bettered by ruin and
recreate, many small changes by chance. The relaxation gives a bound; then, round by round, a part of
the week is freed (some days of some members) with everything not yet placed, and solved again for
more weight. Where the first plan is not found by chance, the exact solver looks for it, and each day
is filled with what the relaxation gives it. Every run has one worker, a fixed seed and a limit in
rounds or deterministic time: the same problem gives the same plan on any clock, unless seconds
are asked for.

Method: large neighbourhood search, P. Shaw, "Using constraint programming and local search
methods to solve vehicle routing problems", CP 1998, over CP-SAT sub-models.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Final

from ortools.sat.python import cp_model

from stationmaster.executor import Progress, no_progress
from stationmaster.measure.codes import known
from stationmaster.measure.errors import StationError
from stationmaster.measure.reasons import Reason
from stationmaster.timeline import answer
from stationmaster.timeline.explanation.conflict import Musts, conflict
from stationmaster.timeline.explanation.why import Why
from stationmaster.timeline.letters import Goal, WeekProblem
from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.links import hanging_on, links, with_needs
from stationmaster.timeline.model.relaxation import DayModel
from stationmaster.timeline.model.room import Layout
from stationmaster.timeline.model.starts import Job, jobs
from stationmaster.timeline.model.variables import WEIGHT_SCALE, DayGuide, weight
from stationmaster.timeline.outcome import BoundKind, JarItem, SolverFacts, Status, Unplaced, WeekPlan
from stationmaster.timeline.search.annealing import Annealing
from stationmaster.timeline.search.guidance import lean
from stationmaster.timeline.search.search import SMALL, Effort, Engine, Search
from stationmaster.timeline.shortest.plan import UNITS, shortest
from stationmaster.timeline.shortest.shorten import Limit

#: Called with the value and the bound.
Watch = Callable[[float, float], None]
#: Rounds and limits of each effort; ``normal`` takes some seconds for a crew of three.
EFFORTS: Final[dict[str, Effort]] = {
    "quick": Effort(first_units=2.0, round_units=0.03, rounds=8, patience=8, shakes=1000),
    "normal": Effort(first_units=4.0, round_units=0.06, rounds=30, patience=20, shakes=4000),
    "thorough": Effort(first_units=20.0, round_units=0.3, rounds=200, patience=80, shakes=30000),
}
#: With a limit of the clock: parts so large that each is nearly settled.
EFFORTS["clock"] = Effort(first_units=20.0, round_units=2.0, rounds=10**6, patience=10**6, shakes=2000)
NOTHING: Final = DayGuide({}, {})


@dataclass
class Task:
    """The problem on its grid, with what the search must place; ``refuted`` when that is impossible,
    ``stopped`` by an interrupt."""

    grid: Grid
    jobs: list[Job]
    musts: set[int]
    effort: str
    engine: Engine
    refuted: bool = False
    stopped: bool = False

    @property
    def hopeless(self) -> bool:
        """Whether a must can never be placed, whatever else is."""
        return any(self.jobs[n].hopeless for n in self.musts)


def build(
    problem: WeekProblem,
    effort: str = "normal",
    seed: int = 1,
    progress: Progress = no_progress,
    *,
    seconds: float | None = None,
    watch: Watch | None = None,
    clock: Callable[[], float] = time.monotonic,
    workers: int = 1,
) -> WeekPlan:
    """The week's plan.

    Args:
        problem: the week.
        effort: ``quick``, ``normal`` or ``thorough``.
        seed: of the solver and of the choice of parts to free.
        progress: called with (done, total) rounds.
        seconds: search so long in place of the rounds of the effort; the plan then depends on the
            machine. An interrupt (Ctrl-C) keeps the best plan so far.
        watch: called with (value, bound) for the first plan (bound: the sum of all weights) and
            after each round.
        clock: what counts the seconds.
        workers: threads, where seconds are given.

    Returns:
        A plan with a proven bound; ``status`` infeasible, with the conflict, when the musts
        cannot all be met; not-found when the limit ended the search for a first plan.

    Raises:
        StationError: ``unknown-name`` for an effort that does not exist.
    """
    known(effort, [*EFFORTS][:-1], "effort", field="effort")
    if problem.goal is Goal.EARLIEST_END:
        limit = Limit(UNITS[effort], seconds, workers)
        soonest = shortest(problem, limit, effort, seed, watch)
        if soonest is not None:
            return soonest  # else what follows finds what cannot stand together
    ends = None if seconds is None else clock() + seconds
    if ends is None:
        task = _task(problem, effort, Engine(seed))
    else:
        task = _task(problem, "clock", Engine(seed, workers, lambda: ends - clock()))
    return _searched(task, progress, watch, None if ends is None else lambda: clock() < ends)


def _searched(
    task: Task, progress: Progress, watch: Watch | None, more: Callable[[], bool] | None
) -> WeekPlan:
    by_chance = _by_chance(task, watch)
    bound, guide = (None, NOTHING) if task.hopeless else DayModel(task.grid, task.jobs, task.musts).solve()
    search = _best_first(task, by_chance, bound, guide)
    if search is None:
        return _nothing(task, impossible=bound is None or task.refuted)
    whole = search.settle()
    aim = bound or 0 if whole is None else min(bound or 0, whole)
    if not task.stopped:
        search.improve(aim, progress, more, None if watch is None else partial(_tell, watch, search, aim))
    complete = search.complete()
    search.gather()
    return _plan(task, search, bound or 0, whole, complete)


def _task(problem: WeekProblem, effort: str, engine: Engine) -> Task:
    grid = Grid(problem)
    listed = jobs(grid)
    needs = links([job.activity for job in listed])
    musts = with_needs({job.number for job in listed if job.activity.must}, needs)
    return Task(grid, listed, musts, effort, engine)


def _by_chance(task: Task, watch: Watch | None) -> Annealing | None:
    """A plan of all musts, filled, within a moment; None where chance does not find one."""
    if task.hopeless:
        return None
    quick = Annealing(task.grid, task.jobs, task.musts, task.engine.seed)
    if not quick.first():
        return None
    if watch is not None:
        watch(_worth(task, quick.layout().jobs), _worth(task, range(len(task.jobs))))
    quick.fill()
    return quick


def _best_first(task: Task, quick: Annealing | None, bound: int | None, guide: DayGuide) -> Search | None:
    """The better of two plans to go on from: bred by chance, and filled day by day after the relaxation.

    An interrupt ends the making of both once there is one; then the task is ``stopped``.
    """
    by_chance = None if quick is None else _search(task, quick.layout())
    try:
        if quick is not None and by_chance is not None:
            quick.improve(EFFORTS[task.effort].shakes, bound or 0)
            by_chance.layout = quick.layout()
            if by_chance.worth() == bound or len(by_chance.open) <= SMALL:
                return by_chance
        skeleton = None if bound is None else _skeleton(task, guide)
        if skeleton is None:
            return by_chance
        by_days = _search(task, skeleton)
        by_days.fill(guide)
    except KeyboardInterrupt:
        task.stopped = True
        if by_chance is None:
            raise
        return by_chance
    return by_days if by_chance is None or by_days.worth() >= by_chance.worth() else by_chance


def _search(task: Task, layout: Layout) -> Search:
    return Search(task.grid, task.jobs, task.musts, layout, task.engine, EFFORTS[task.effort])


def _worth(task: Task, numbers: Iterable[int]) -> float:
    return sum(weight(task.jobs[n].activity) for n in numbers) / WEIGHT_SCALE


def _tell(watch: Watch, search: Search, bound: int) -> None:
    watch(search.worth() / WEIGHT_SCALE, bound / WEIGHT_SCALE)


def _skeleton(task: Task, guide: DayGuide) -> Layout | None:
    """Routine and musts alone, on the days of the relaxation where that can be; None: none was found."""
    model = Musts(task.grid, task.jobs, task.engine, EFFORTS[task.effort].first_units).model(task.musts)
    if model is None:
        task.refuted = True
        return None
    for number in task.musts:
        model.model.add(model.jobs[number][1].present == 1)
    lean(model, guide, task.musts)
    status, solver = task.engine.solve(model.model, EFFORTS[task.effort].first_units, first=True)
    task.refuted = status == cp_model.INFEASIBLE
    return model.layout(solver) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None


def _bound(task: Task, relaxed: int, whole: int | None) -> tuple[int, BoundKind]:
    """The lowest bound there is, and what stands behind it."""
    lost = hanging_on({j.number for j in task.jobs if j.hopeless}, links([j.activity for j in task.jobs]))
    possible = sum(weight(j.activity) for j in task.jobs if j.number not in lost)
    if whole is not None and whole < min(relaxed, possible):
        return whole, BoundKind.FULL_MODEL
    return (relaxed, BoundKind.RELAXATION) if relaxed < possible else (possible, BoundKind.SUM_OF_WEIGHTS)


def _plan(task: Task, search: Search, relaxed: int, whole: int | None, complete: bool) -> WeekPlan:
    bound, kind = _bound(task, relaxed, whole)
    worth = search.worth()
    if worth > bound:
        raise StationError("checker-found", stage="timeline", count=1, first="a plan above its bound")
    why = Why(task.grid, task.jobs, search.layout, complete)
    unplaced = tuple(
        Unplaced(activity=job.activity.code, reasons=why.reasons(job.number))
        for job in task.jobs
        if job.number not in search.layout.jobs and not job.activity.jar
    )
    return WeekPlan(
        problem=task.grid.problem.code,
        start=task.grid.problem.start,
        status=Status.OPTIMAL if worth == bound else Status.FEASIBLE,
        items=answer.items(task.grid, task.jobs, search.layout),
        unplaced=unplaced,
        conflict=(),
        objective_value=round(worth / WEIGHT_SCALE, 3),
        bound_value=round(bound / WEIGHT_SCALE, 3),
        bound_kind=kind,
        gap_fraction=round((bound - worth) / bound, 6) if bound else 0.0,
        work=answer.work(task.grid, task.jobs, search.layout),
        facilities=answer.facilities(task.grid, task.jobs, search.layout),
        power=answer.power(task.grid, task.jobs, search.layout),
        stores=answer.stores(task.grid, task.jobs, search.layout),
        jar=answer.jar(task.grid, task.jobs, search.layout),
        solver=_facts(task, search.rounds),
    )


def _facts(task: Task, rounds: int) -> SolverFacts:
    return SolverFacts(
        name="OR-Tools CP-SAT",
        version=version("ortools"),
        seed=task.engine.seed,
        effort=task.effort,
        rounds=rounds,
        deterministic_time_units=round(task.engine.spent_units, 3),
    )


def _nothing(task: Task, impossible: bool) -> WeekPlan:
    """The answer without a plan: what cannot stand together, or that none was found."""
    chosen = {n for n in task.musts if task.jobs[n].activity.must}
    tries = Musts(task.grid, task.jobs, task.engine, EFFORTS[task.effort].first_units)
    clash = conflict(tries, chosen) if impossible else set[int]()
    codes = [task.jobs[n].activity.code for n in sorted(clash)]
    unplaced = tuple(
        Unplaced(activity=job.activity.code, reasons=_no_plan(job, codes, impossible))
        for job in task.jobs
        if not job.activity.jar
    )
    possible = sum(weight(j.activity) for j in task.jobs if j.hopeless is None)
    return WeekPlan(
        problem=task.grid.problem.code,
        start=task.grid.problem.start,
        status=Status.INFEASIBLE if impossible else Status.NOT_FOUND,
        items=(),
        unplaced=unplaced,
        conflict=tuple(codes),
        objective_value=0.0,
        bound_value=0.0 if impossible else round(possible / WEIGHT_SCALE, 3),
        bound_kind=BoundKind.FULL_MODEL if impossible else BoundKind.SUM_OF_WEIGHTS,
        gap_fraction=0.0 if impossible or not possible else 1.0,
        work=(),
        facilities=(),
        power=(),
        jar=tuple(JarItem(activity=job.activity.code, crew=()) for job in task.jobs if job.activity.jar),
        solver=_facts(task, 0),
    )


def _no_plan(job: Job, clash: list[str], impossible: bool) -> tuple[Reason, ...]:
    if job.hopeless is not None:
        return (job.hopeless,)
    if job.activity.code in clash:
        others = [code for code in clash if code != job.activity.code]
        if not others:
            return (Reason("must-alone"),)
        return (Reason("musts-conflict", {"others": ", ".join(others)}),)
    if impossible and not clash:
        return (Reason("routine", {"where": "sleep, meals, exercise and blocked spans together"}),)
    return (Reason("no-plan" if impossible else "search-limit"),)
