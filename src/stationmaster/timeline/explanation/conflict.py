"""When the musts cannot all be met: a smallest set of them that cannot stand together.

A core from the solver's assumptions, then a deletion filter: take one must away, solve again, and
leave it out for good where the rest is still impossible. What remains is proven impossible, and
minimal as far as each try could be decided within its limit.
Source: J. Chinneck, E. Dravnieks, "Locating minimal infeasible constraint sets in linear
programs", ORSA J. on Computing 3 (1991).
"""

from __future__ import annotations

from ortools.sat.python import cp_model

from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.links import links, with_needs
from stationmaster.timeline.model.relaxation import DayModel
from stationmaster.timeline.model.room import Layout, Room
from stationmaster.timeline.model.starts import Job
from stationmaster.timeline.model.week import WeekModel
from stationmaster.timeline.search.search import Engine


class Musts:
    """Tries of sets of musts with the crew's routine and nothing else."""

    def __init__(self, grid: Grid, jobs: list[Job], engine: Engine, limit_units: float) -> None:
        self.grid, self.jobs, self.engine, self.limit_units = grid, jobs, engine, limit_units
        self.links = links([job.activity for job in jobs])

    def model(self, musts: set[int]) -> WeekModel | None:
        """The model of these musts and what they need; None where one has no start at all."""
        free = with_needs(musts, self.links)
        if any(self.jobs[n].hopeless for n in free):
            return None
        room = Room(self.grid, self.jobs)
        model = WeekModel(room, free, {r.number for r in self.grid.routine}, Layout())
        return None if model.impossible or model.routine_impossible else model

    def impossible(self, musts: set[int]) -> bool:
        """Whether it is proven that these musts and the routine do not fit together."""
        free = with_needs(musts, self.links)
        if any(self.jobs[n].hopeless for n in free):
            return True
        if DayModel(self.grid, self.jobs, free).solve()[0] is None:
            return True
        model = self.model(musts)
        if model is None:
            return True
        for n in free:
            model.model.add(model.jobs[n][1].present == 1)
        status, _ = self.engine.solve(model.model, self.limit_units, first=True)
        return status == cp_model.INFEASIBLE

    def core(self, musts: set[int]) -> set[int]:
        """A set of musts that the solver says is enough, checked by solving again."""
        model = self.model(musts)
        if model is not None:
            owner = {model.jobs[n][1].present.index: n for n in sorted(musts)}
            model.model.add_assumptions([model.jobs[n][1].present for n in sorted(musts)])
            status, solver = self.engine.solve(model.model, self.limit_units, presolve=False)
            if status == cp_model.INFEASIBLE:
                found = solver.sufficient_assumptions_for_infeasibility()
                core = {owner[index] for index in found if index in owner}
                if self.impossible(core):
                    return core
        return set(musts)


def conflict(tries: Musts, musts: set[int]) -> set[int]:
    """A minimal set of musts that cannot stand together; empty when the routine alone cannot."""
    if tries.impossible(set()):
        return set()
    for number in sorted(musts):
        if any(tries.jobs[n].hopeless for n in with_needs({number}, tries.links)):
            return {number}
    found = tries.core(musts)
    for number in sorted(found):
        if len(found) > 1 and tries.impossible(found - {number}):
            found = found - {number}
    return found
