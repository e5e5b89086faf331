"""Search for the plan that ends earliest: a maker of shorter plans and a prover, side by side.

The prover is CP-SAT: it looks for something shorter than the best so far, proves that there is nothing,
or raises the bound; its turns grow, and alternate between looking for plans and for the bound. The
maker breeds lists of jobs where the week is a plain network (``genetic``), and else searches around the
best plan (``neighbours``). With a limit of the clock both run at once, without they take turns.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.links import links
from stationmaster.timeline.model.room import Layout, Place, Room
from stationmaster.timeline.model.starts import Job
from stationmaster.timeline.model.week import WeekModel
from stationmaster.timeline.search.guidance import hint
from stationmaster.timeline.shortest.genetic import Breeding
from stationmaster.timeline.shortest.neighbours import Neighbours
from stationmaster.timeline.shortest.network import network

#: Called with the best end so far and the bound, in slots, whenever either is better.
Watch = Callable[[int, int], None]
#: Children before the first proof is tried, and in each step beside it; the longest search around a plan.
FIRST, STEP, PART = 200, 100, 1.0
#: The first turn of CP-SAT, and by how much each is longer than the one before.
TURN, GROWTH = 0.5, 1.6
#: Turns look for schedules or for the bound.
WAYS: tuple[dict[str, object], ...] = (
    {},
    {"linearization_level": 2, "optimize_with_lb_tree_search": True},
    {"linearization_level": 2},
)


@dataclass
class Found:
    """How far a search is: the best layout, its end and the bound, in slots.

    ``end`` is one more than the horizon until there is a layout; ``impossible`` when there is none.
    """

    end: int
    bound: int = 0
    layout: Layout | None = None
    impossible: bool = False
    spent_units: float = 0.0
    turns: int = 0

    @property
    def proven(self) -> bool:
        """Whether nothing ends earlier."""
        return self.impossible or (self.layout is not None and self.bound >= self.end)


@dataclass(frozen=True)
class Limit:
    """How long to search: seconds of the clock with so many workers, or (without) deterministic units."""

    units: float
    time_s: float | None = None
    workers: int = 1


def shorten(grid: Grid, jobs: list[Job], limit: Limit, seed: int, watch: Watch | None = None) -> Found:
    """The layout of all jobs that ends earliest, as far as the limit lets it be found and proven.

    Args:
        grid: the week on its slots.
        jobs: everything of the week; all but the task list must be done.
        limit: with seconds the answer depends on the clock; without, the same problem and seed give
            the same answer.
        seed: of breeding and solver.
        watch: told of every better end or bound.
    """
    return _Shortening(grid, jobs, limit, seed, watch).run()


class _Shortening:
    def __init__(self, grid: Grid, jobs: list[Job], limit: Limit, seed: int, watch: Watch | None) -> None:
        self.grid, self.limit, self.seed, self.watch = grid, limit, seed, watch
        self.listed, self.jobs = jobs, [job for job in jobs if not job.activity.jar]
        self.found = Found(end=grid.n + 1, bound=longest_path(grid, self.jobs))
        self.near = Neighbours(grid, self.jobs, seed)
        self.lock = threading.Lock()
        plain = network(grid, self.jobs)
        self.bred = None if plain is None else Breeding(plain, seed)
        self.began = time.monotonic()

    def run(self) -> Found:
        """Make and prove in turns until the end is proven or the limit reached."""
        found = self.found
        if any(job.hopeless for job in self.jobs):
            found.impossible = True
            return found
        if self.bred is not None:
            self._breed(FIRST)
        elif not self._begin():
            return found
        length = TURN
        while not found.proven and self._left() > 1e-3:
            self._turn(min(length, self._left()))
            found.turns += 1
            length *= GROWTH
        return found

    def _left(self) -> float:
        """Seconds, or deterministic units, that are left."""
        if self.limit.time_s is None:
            return self.limit.units - self.found.spent_units
        return self.limit.time_s - (time.monotonic() - self.began)

    def _begin(self) -> bool:
        """Any plan at all, however late it ends; whether there is one to go on from."""
        model = self._model(shortest=False)
        if model is None:
            self.found.impossible = True
            return False
        week, _ = model
        solver = self._solver(self._left())
        solver.parameters.num_workers = self.limit.workers if self.limit.time_s is not None else 1
        solver.parameters.stop_after_first_solution = True
        status = int(solver.solve(week.model))
        self.found.spent_units += solver.response_proto.deterministic_time
        self.found.impossible = status == cp_model.INFEASIBLE
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return False
        layout = week.layout(solver)
        ends = (place.start + self.listed[n].ways[place.way].length for n, place in layout.jobs.items())
        self._better(layout, max(ends, default=0))
        return True

    # -------------------------------------------------------------------- making

    def _make(self) -> None:
        """One step for a shorter plan."""
        if self.bred is not None:
            self._breed(STEP)
        elif self.found.layout is not None:
            self._search_around(self.found.layout)
        else:
            time.sleep(0.01)

    def _breed(self, children: int) -> None:
        assert self.bred is not None
        if self.bred.go(children) and self.bred.end < self.found.end:
            starts = self.bred.starts
            layout = Layout({job.number: Place(int(starts[n]), ()) for n, job in enumerate(self.jobs)})
            self._better(layout, self.bred.end)

    def _search_around(self, layout: Layout) -> None:
        """Free a part of the best plan and look for something shorter."""
        model = self._model()
        if model is None:
            return
        week, _ = model
        self.near.keep(week, layout)
        solver = self._solver(PART)
        settings = solver.parameters
        settings.cp_model_probing_level = 0
        settings.max_presolve_iterations = 1
        status = int(solver.solve(week.model))
        if self.limit.time_s is None:
            self.found.spent_units += solver.response_proto.deterministic_time
        self.near.settled(status in (cp_model.INFEASIBLE, cp_model.OPTIMAL))
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            self._better(week.layout(solver), round(solver.objective_value))

    def _better(self, layout: Layout, end: int) -> None:
        with self.lock:
            if end < self.found.end:
                self.found.layout, self.found.end = layout, end
        self._tell()

    def _tell(self) -> None:
        if self.watch is not None and self.found.layout is not None:
            self.watch(self.found.end, self.found.bound)

    # --------------------------------------------------------------------- proof

    def _turn(self, length: float) -> None:
        """One run of CP-SAT for something shorter, with the maker beside it or after it."""
        model = self._model()
        if model is None:
            self.found.impossible = self.found.layout is None
            self.found.bound = self.found.end
            return
        week, end = model
        solver = self._solver(length)
        for name, value in WAYS[self.found.turns % len(WAYS)].items():
            setattr(solver.parameters, name, value)
        if self.limit.time_s is not None and self.limit.workers > 1:
            status = self._side_by_side(solver, week)
        else:
            status = int(solver.solve(week.model, _Watching(self)))
        self._take(status, solver, week, end)
        if self.limit.time_s is None or self.limit.workers == 1:
            self._make_for(length)

    def _make_for(self, length: float) -> None:
        """The maker's turn after the prover's, about as long."""
        if self.limit.time_s is not None:
            until = time.monotonic() + min(length, self._left())
            while time.monotonic() < until and not self.found.proven:
                self._make()
        else:
            for _ in range(1 + self.found.turns):
                if not self.found.proven and self._left() > 0:
                    self._make()

    def _model(self, *, shortest: bool = True) -> tuple[WeekModel, cp_model.IntVar] | None:
        everything = {job.number for job in self.jobs}
        routine = {one.number for one in self.grid.routine}
        week = WeekModel(Room(self.grid, self.listed), everything, routine, Layout())
        if week.impossible or week.routine_impossible or self.found.bound > self.found.end - 1:
            return None
        end = week.model.new_int_var(self.found.bound, self.found.end - 1, "end")
        for _, job in week.jobs.values():
            week.model.add(job.present == 1)
            week.model.add(job.end() <= end)
        if self.found.layout is not None:
            hint(week, self.found.layout)
        if shortest:
            week.model.minimize(end)
        return week, end

    def _solver(self, length: float) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        settings = solver.parameters
        settings.random_seed = self.seed + self.found.turns
        settings.symmetry_level = 0
        settings.num_workers = 1
        if self.limit.time_s is None:
            settings.max_deterministic_time = length
        else:
            settings.max_time_in_seconds = min(length, max(0.01, self._left()))
        return solver

    def _side_by_side(self, solver: cp_model.CpSolver, week: WeekModel) -> int:
        """The prover in one thread, the maker in this one; whoever settles it ends both."""
        status: list[int] = []
        watching = _Watching(self)
        thread = threading.Thread(target=lambda: status.append(int(solver.solve(week.model, watching))))
        thread.start()
        while thread.is_alive():
            self._make()
            if self.found.proven:
                solver.stop_search()
        thread.join()
        return status[0]

    def _take(self, status: int, solver: cp_model.CpSolver, week: WeekModel, end: cp_model.IntVar) -> None:
        """What a turn has found."""
        found = self.found
        found.spent_units += solver.response_proto.deterministic_time
        if status == cp_model.INFEASIBLE:
            below = week.model.proto.variables[end.index].domain[1]
            found.impossible = found.layout is None
            found.bound = max(found.bound, int(below) + 1 if found.layout is not None else found.bound)
            return
        found.bound = max(found.bound, math.ceil(solver.best_objective_bound - 1e-6))
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            reached = round(solver.objective_value)
            if reached < found.end:
                self._better(week.layout(solver), reached)
        self._tell()


class _Watching(cp_model.CpSolverSolutionCallback):
    """Raises the bound of a search while its solver runs; a search that is proven stops."""

    def __init__(self, search: _Shortening) -> None:
        super().__init__()
        self.search = search

    def on_solution_callback(self) -> None:
        """A schedule was found: what is below it is known too."""
        found = self.search.found
        found.bound = max(found.bound, math.ceil(self.best_objective_bound - 1e-6))


def longest_path(grid: Grid, jobs: list[Job]) -> int:
    """A bound in slots on the end: the longest chain of lengths and lags, each job in its shortest way."""
    shortest = [min((way.length for way in job.ways), default=0) for job in jobs]
    starts = [min((int(way.starts.argmax()) for way in job.ways), default=0) for job in jobs]
    needed = [link for link in links([job.activity for job in jobs]) if link.shortest_min is not None]
    for _ in jobs:
        changed = False
        for link in needed:
            lag = -(-(link.shortest_min or 0) // grid.slot)
            least = starts[link.first] + (shortest[link.first] if link.from_end else 0) + lag
            if least > starts[link.then]:
                starts[link.then], changed = least, True
        if not changed:
            break
    return max((start + length for start, length in zip(starts, shortest, strict=True)), default=0)
