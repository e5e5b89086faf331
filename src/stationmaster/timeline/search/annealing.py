"""A first plan in a fraction of a second, and a good one soon after: ruin and recreate, run in batches."""

from __future__ import annotations

import numpy as np

from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.room import Layout
from stationmaster.timeline.model.starts import Job
from stationmaster.timeline.search import ruin
from stationmaster.timeline.search.tables import as_layout, empty, tables

#: Rounds of a batch, batches for the musts alone before the exact solver is asked, starts over.
BATCH, BATCHES = 200, 15
#: The temperature at the start and at the end, in mean weights of an activity.
HOT, COLD = 1.0, 0.05


class Annealing:
    """A plan that grows by chance and by worth. The same seed gives the same plan."""

    def __init__(self, grid: Grid, jobs: list[Job], musts: set[int], seed: int) -> None:
        self.grid, self.musts, self.seed = grid, musts, seed
        self.table = tables(grid, jobs, musts)
        self.plan = empty(grid, jobs)
        self.days = np.ones(len(grid.days), dtype=np.int64)
        self.penalty = int(self.table.worth.sum()) + 1
        placeable = self.table.worth[self.table.worth > 0]
        self.mean = float(placeable.mean()) if len(placeable) else 1.0
        ruin.begin(self.table, self.plan, seed)

    def first(self) -> bool:
        """Place the routine and all musts; whether that was managed (it may be possible all the same)."""
        if not ruin.routine_first(self.table, self.plan):
            return False
        changed = np.zeros(len(self.plan.start), dtype=np.int64)
        ruin.recreate(self.table, self.plan, self.days, changed, True)
        self._keep()
        aim = int(sum(self.table.worth[n] for n in self.musts))
        for _ in range(BATCHES):
            if self._rounds(BATCH, COLD, COLD, aim, True) >= aim:
                return True
        return not self.musts

    def fill(self) -> None:
        """Add what fits beside the musts."""
        changed = np.zeros(len(self.plan.start), dtype=np.int64)
        ruin.recreate(self.table, self.plan, self.days, changed, False)
        self._keep()

    def improve(self, rounds: int, aim: int) -> None:
        """So many rounds, cooling down; ends when the plan is worth ``aim``."""
        self._rounds(rounds, HOT, COLD, aim, False)

    def layout(self) -> Layout:
        """The best plan so far."""
        best = self.plan._replace(
            start=self.best[:, 0], way=self.best[:, 1], who=self.best[:, 2],
            routine_start=self.best_routine[:, 0], routine_device=self.best_routine[:, 1],
        )  # fmt: skip
        return as_layout(self.table, best, self.grid.members)

    def _keep(self) -> None:
        plan = self.plan
        self.best = np.stack([plan.start, plan.way, plan.who], axis=1)
        self.best_routine = np.stack([plan.routine_start, plan.routine_device], axis=1)

    def _rounds(self, count: int, hot: float, cold: float, aim: int, musts: bool) -> int:
        heats, limits = (hot * self.mean, cold * self.mean), (count, self.penalty, aim)
        return int(ruin.rounds(self.table, self.plan, self.best, self.best_routine, heats, limits, musts))
