"""Solver runs that repeat exactly, and the search that makes a plan better part by part."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from stationmaster.executor import Progress
from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.links import links, with_needs
from stationmaster.timeline.model.room import Layout, Room
from stationmaster.timeline.model.starts import Job
from stationmaster.timeline.model.variables import DayGuide, weight
from stationmaster.timeline.model.week import WeekModel
from stationmaster.timeline.search.guidance import hint, lean

#: Called with (done, total) rounds.
#: (days, members) freed in one round: about as much as one solver run can settle.
SHAPES = ((1, 3), (1, 5), (2, 3), (2, 2), (3, 2), (7, 1))
#: Up to so many activities the whole week is tried at once, for so many rounds' time.
SMALL, WHOLE = 100, 8
#: How often a round is made around one activity that is not placed.
RESCUE = 0.3
#: From this share on, the relaxation does some of an activity on a day.
PART = 1e-3


@dataclass(frozen=True)
class Effort:
    """Limits of a search.

    ``first_units`` for a first plan and ``round_units`` for each round are in the solver's
    deterministic time units (some seconds of one core each). The search ends after ``rounds``, or
    when ``patience`` rounds in a row bring nothing; both are for a crew of three, and grow in
    proportion for a larger one. ``shakes`` are rounds of ruin and recreate before.
    """

    first_units: float
    round_units: float
    rounds: int
    patience: int
    shakes: int = 0


class Engine:
    """CP-SAT with a fixed seed; counts the deterministic time it spends.

    With one worker the same model gives the same answer; with more, or where ``left`` says how many
    seconds there are, it depends on the machine.
    """

    def __init__(self, seed: int, workers: int = 1, left: Callable[[], float] | None = None) -> None:
        self.seed, self.workers, self.left = seed, workers, left
        self.spent_units = 0.0

    def solve(
        self,
        model: cp_model.CpModel,
        limit_units: float,
        *,
        first: bool = False,
        presolve: bool = True,
        **more: int,
    ) -> tuple[int, cp_model.CpSolver]:
        """Run once; returns the status and the solver that holds the values."""
        solver = cp_model.CpSolver()
        settings = solver.parameters
        settings.num_workers = self.workers
        settings.random_seed = self.seed
        settings.max_deterministic_time = limit_units
        if self.left is not None:
            settings.max_time_in_seconds = max(0.1, self.left())
        settings.stop_after_first_solution = first
        settings.cp_model_presolve = presolve
        # light presolve: the sub-models are small, and its work is not counted in deterministic time
        settings.cp_model_use_sat_presolve = False
        settings.cp_model_probing_level = 0
        settings.symmetry_level = 0
        settings.catch_sigint_signal = False  # an interrupt is for the search, not for one of its runs
        settings.max_presolve_iterations = 1
        for name, value in more.items():
            setattr(settings, name, value)
        status = int(solver.solve(model))
        self.spent_units += solver.response_proto.deterministic_time
        return status, solver


class Search:
    """Large neighbourhood search over a layout that keeps all musts."""

    def __init__(
        self, grid: Grid, jobs: list[Job], musts: set[int], layout: Layout, engine: Engine, effort: Effort
    ) -> None:
        self.grid, self.jobs, self.musts = grid, jobs, musts
        self.layout, self.engine, self.effort = layout, engine, effort
        self.random = random.Random(engine.seed)
        self.open = {j.number for j in jobs if j.hopeless is None}
        self.links = links([job.activity for job in jobs])
        self.rounds = 0

    def worth(self) -> int:
        """The weight placed so far, in thousandths."""
        return sum(weight(self.jobs[n].activity) for n in self.layout.jobs)

    def fill(self, guide: DayGuide) -> None:
        """Fill each day with what the relaxation puts there, leaning on its choice of crew."""
        for k in self.grid.days:
            today = {n for (n, day), value in guide.day_share.items() if day == k and value > PART}
            self._round({k}, set(self.grid.members), today, guide)

    def settle(self) -> int | None:
        """Solve a small week whole; the bound that this proves, in thousandths (None: not tried)."""
        if len(self.open) > SMALL:
            return None
        everything = {r.number for r in self.grid.routine}
        limit = WHOLE * self.effort.round_units
        _, bound = self._resolve(set(self.open), everything, set(self.grid.days), None, limit)
        return bound

    def improve(
        self,
        bound: int,
        progress: Progress,
        more: Callable[[], bool] | None = None,
        told: Callable[[], None] | None = None,
    ) -> None:
        """Rounds until the bound is met, the rounds are used up or patience ends; with ``more``, as long
        as it says so. An interrupt ends them and keeps the plan. ``told`` is called after each."""
        size = max(3, len(self.grid.members))
        total, patience = self.effort.rounds * size // 3, self.effort.patience * size // 3
        stale = 0
        parts = self._parts()
        try:
            while self.worth() < bound and (
                more() if more is not None else self.rounds < total and stale < patience
            ):
                before = self.worth()
                self._round(*next(parts))
                self.rounds += 1
                stale = 0 if self.worth() > before else stale + 1
                progress(min(self.rounds, total), total)
                if told is not None:
                    told()
        except KeyboardInterrupt:
            return

    def gather(self) -> None:
        """Where the rules wish it: day by day, move meals and sessions so that more of the crew eat
        together. Activities stay where they are."""
        if not self.grid.problem.rules.meals_together:
            return
        for k in sorted(self.grid.days):
            routine = {r.number for r in self.grid.routine if r.day == k}
            room = Room(self.grid, self.jobs)
            room.put(self.layout, set(), routine)
            kept = {n: place for n, place in self.layout.routine.items() if n not in routine}
            model = WeekModel(room, set(), routine, Layout(dict(self.layout.jobs), kept), {k})
            hint(model, self.layout, set())
            model.model.maximize(model.common_meals())
            status, solver = self.engine.solve(model.model, self.effort.round_units)
            if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                self.layout = Layout(self.layout.jobs, kept | model.layout(solver).routine)

    def complete(self) -> bool:
        """Add whatever still fits beside the plan as it is; whether that was proven to be all."""
        free = {n for n in self.open if n not in self.layout.jobs}
        status, _ = self._resolve(free, set(), set(self.grid.days), None, self.effort.round_units)
        return status == cp_model.OPTIMAL

    def _parts(self) -> Iterator[tuple[set[int], set[int]]]:
        """Parts of the week without end: each day, then some days of some members by lot."""
        days, members = sorted(self.grid.days), sorted(self.grid.members)
        before = -1
        while self.worth() > before:
            before = self.worth()
            for k in days:
                yield {k}, set(members)
        while True:
            if self.random.random() < RESCUE:
                yield self._rescue()
            some_days, some_members = self.random.choice(SHAPES)
            yield (
                set(self.random.sample(days, min(some_days, len(days)))),
                set(self.random.sample(members, min(some_members, len(members)))),
            )

    def _rescue(self) -> tuple[set[int], set[int]]:
        """For one activity not placed: the days of what it needs, and one more on which it may start."""
        members = sorted(self.grid.members)
        lost = sorted(self.open - self.layout.jobs.keys())
        days = {self.random.randrange(len(self.grid.days))}
        if lost:
            number = self.random.choice(lost)
            needed = with_needs({number}, self.links) & self.layout.jobs.keys()
            days = {self.layout.jobs[n][0] // self.grid.per_day for n in needed}
            starts = np.flatnonzero(self.jobs[number].starts) // self.grid.per_day
            days.add(self.random.choice(sorted(set(starts.tolist()))))
        return days, set(self.random.sample(members, min(3, len(members))))

    def _round(
        self,
        days: set[int],
        members: set[int],
        wanted: set[int] | None = None,
        guide: DayGuide | None = None,
    ) -> None:
        """Free what these members do on these days and what is not placed; solve again."""
        free = {n for n in self.open if n not in self.layout.jobs}
        if wanted is not None:
            free &= wanted
        for number, (start, who, _) in self.layout.jobs.items():
            if start // self.grid.per_day in days and (not who or set(who) <= members):
                free.add(number)
        routine = {r.number for r in self.grid.routine if r.day in days and r.member in members}
        self._resolve(free, routine, days, guide, self.effort.round_units)

    def _resolve(
        self, free: set[int], routine: set[int], days: set[int], guide: DayGuide | None, limit_units: float
    ) -> tuple[int, int]:
        """Solve for the free part, starting from the layout, and keep what is not worse.

        Returns the solver's status and the bound it proved for the free part, in thousandths.
        """
        room = Room(self.grid, self.jobs)
        room.put(self.layout, free, routine)
        fixed = Layout(
            {n: place for n, place in self.layout.jobs.items() if n not in free},
            {n: place for n, place in self.layout.routine.items() if n not in routine},
        )
        model = WeekModel(room, free, routine, fixed, days)
        for number in free & self.musts & self.layout.jobs.keys():
            model.model.add(model.jobs[number][1].present == 1)
        fresh = set[int]() if guide is None else free - self.layout.jobs.keys()
        hint(model, self.layout, fresh)
        if guide is not None:
            lean(model, guide, fresh)
        model.model.maximize(model.value())
        status, solver = self.engine.solve(model.model, limit_units)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            found = model.layout(solver)
            placed = fixed.jobs | found.jobs
            if sum(weight(self.jobs[n].activity) for n in placed) >= self.worth():
                self.layout = Layout(placed, fixed.routine | found.routine)
        return status, math.floor(solver.best_objective_bound + 1e-6)
