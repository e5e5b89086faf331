"""The week as a constraint model for CP-SAT: what is free is searched, the rest is in the room.

The assignment variable is z[member, day] of a way of doing an activity (1 when this member does it
so on that day): the hours of each crew day are then a plain linear row that the solver can bound,
which the looser link "on that day and by that member" does not give.
"""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from stationmaster.timeline.model import sharing
from stationmaster.timeline.model.grid import Mask, Routine, runs
from stationmaster.timeline.model.links import Link
from stationmaster.timeline.model.room import Layout, Place, Room
from stationmaster.timeline.model.starts import Job
from stationmaster.timeline.model.variables import (
    JobVars,
    Literal,
    RoutineVars,
    WayVars,
    domain,
    weight,
)
from stationmaster.timeline.outcome import Kind


class WeekModel:
    """A model of the free activities and routine in the room that the fixed ones leave.

    Args:
        room: the grid with everything that is fixed on it.
        free_jobs: numbers of activities to place or leave out.
        free_routine: numbers of meals and sessions to place.
        fixed: where everything else is; activities neither free nor here are absent.
        days: days on which free activities may start (None: any).

    ``impossible`` and ``routine_impossible`` are those free that have no start at all.
    """

    def __init__(
        self,
        room: Room,
        free_jobs: set[int],
        free_routine: set[int],
        fixed: Layout,
        days: set[int] | None = None,
    ) -> None:
        self.model = cp_model.CpModel()
        self.room, self.grid, self.fixed = room, room.grid, fixed
        self.days = set(self.grid.days) if days is None else days
        self.jobs: dict[int, tuple[Job, JobVars]] = {}
        self.routine: dict[int, tuple[Routine, RoutineVars]] = {}
        self.impossible: set[int] = set()
        self.routine_impossible: set[int] = set()
        free_days = np.array([k in self.days for k in self.grid.days])
        self._today = np.repeat(free_days, self.grid.per_day)
        for number in sorted(free_jobs):
            self._job(room.jobs[number])
        for number in sorted(free_routine):
            self._routine(self.grid.routine[number])
        self._links(free_jobs)
        sharing.share(self)

    # ---------------------------------------------------------------- pieces

    def _job(self, job: Job) -> None:
        starts = dict[int, Mask]()
        for number in range(len(job.ways) if job.hopeless is None else 0):
            if job.ways[number].hopeless is None:
                own = self.room.starts(job, number) & self._today
                if own.any():
                    starts[number] = own
        if not starts:
            self.impossible.add(job.number)
            return
        m = self.model
        whole = starts[min(starts)] if len(starts) == 1 else np.logical_or.reduce(list(starts.values()))
        found = JobVars(m.new_int_var_from_domain(domain(whole), f"s{job.number}"), m.new_bool_var(""))
        self.jobs[job.number] = (job, found)
        for number, own in starts.items():
            self._way(job, found, number, own, alone=len(starts) == 1)
        if len(starts) > 1:
            m.add(sum(way.present for way in found.ways.values()) == found.present)

    def _way(self, job: Job, found: JobVars, number: int, starts: Mask, alone: bool) -> None:
        m, way, per_day = self.model, job.ways[number], self.grid.per_day
        present = found.present if alone else m.new_bool_var("")
        interval = m.new_optional_fixed_size_interval_var(found.start, way.length, present, "")
        own = WayVars(way, found.start, present, interval, starts)
        found.ways[number] = own
        days = np.flatnonzero(starts.reshape(-1, per_day).any(axis=1)).tolist()
        for k in days:
            own.day[k] = present if len(days) == 1 else m.new_bool_var("")
            if len(days) > 1 or not alone:
                here = domain(starts[k * per_day : (k + 1) * per_day], k * per_day)
                m.add_linear_expression_in_domain(found.start, here).only_enforce_if(own.day[k])
        if len(days) > 1:
            m.add(sum(own.day.values()) == present)
        if job.count:
            self._who(job, found, own)

    def _who(self, job: Job, found: JobVars, own: WayVars) -> None:
        m, way = self.model, own.way
        minutes = way.length * self.grid.slot
        skilled: list[Literal] = []
        doing: dict[int, list[Literal]] = {k: [] for k in own.day}
        for i in way.crew:
            fits = own.starts & self.room.free(i, way.length)
            last = way.certified.get(i, self.grid.n)
            if job.activity.skilled_count is None:
                fits[max(0, last + 1) :] = False
            free = fits.reshape(-1, self.grid.per_day).any(axis=1) & self.room.work_days(i, minutes)
            days = [k for k in own.day if free[k]]
            for k in days:
                own.z[i, k] = m.new_bool_var("")
                doing[k].append(own.z[i, k])
            if not days:
                continue
            by = own.z[i, days[0]] if len(days) == 1 else m.new_bool_var("")
            own.by[i] = by
            if len(days) > 1:
                m.add(sum(own.z[i, k] for k in days) == by)
            own.intervals[i] = m.new_optional_fixed_size_interval_var(found.start, way.length, by, "")
            if i in way.skilled:
                skilled.append(self._certified(job, found, by, last))
        for k, day in own.day.items():
            m.add(sum(doing[k]) == job.count * day)
        if job.activity.skilled_count is not None:
            m.add(sum(skilled) >= job.activity.skilled_count * own.present)

    def _certified(self, job: Job, found: JobVars, by: Literal, last: int) -> Literal:
        """A literal for somebody doing it who still holds the skill then."""
        if last >= self.grid.n:
            return by
        holds = by if job.activity.skilled_count is None else self.model.new_bool_var("")
        self.model.add(found.start <= last).only_enforce_if(holds)
        if holds is not by:
            self.model.add_implication(holds, by)
        return holds

    def _routine(self, routine: Routine) -> None:
        m, room = self.model, self.room
        starts: Mask = room.routine_starts(routine)
        devices: dict[int, Mask] = {}
        if routine.session is not None:
            for name in routine.session.devices:
                d = self.grid.device_number[name]
                blocked = room.device_busy[d].copy()
                if self.grid.problem.devices[d].vibrates:
                    blocked |= room.quiet > 0
                devices[d] = starts & runs(~blocked, routine.length)
            starts = np.logical_or.reduce(list(devices.values()))
        if not starts.any():
            self.routine_impossible.add(routine.number)
            return
        start = m.new_int_var_from_domain(domain(starts), f"r{routine.number}")
        interval = m.new_fixed_size_interval_var(start, routine.length, "")
        found = RoutineVars(start, interval)
        for d, mask in devices.items():
            if mask.any():
                found.devices[d] = m.new_bool_var("")
                m.add_linear_expression_in_domain(start, domain(mask)).only_enforce_if(found.devices[d])
                found.intervals[d] = m.new_optional_fixed_size_interval_var(
                    start, routine.length, found.devices[d], ""
                )
        if found.devices:
            m.add_exactly_one(found.devices.values())
        self.routine[routine.number] = (routine, found)

    # ----------------------------------------------------------------- links

    def _links(self, free_jobs: set[int]) -> None:
        """What needs what, with lags and shared crew; whichever of the two is free."""
        for link in self.grid.links:
            if link.first not in free_jobs and link.then not in free_jobs:
                continue
            then = self.jobs.get(link.then)
            if then is not None or link.then in self.fixed.jobs:
                self._need(link)

    def _need(self, link: Link) -> None:
        m = self.model
        first = self.jobs[link.first][1] if link.first in self.jobs else None
        then = self.jobs[link.then][1] if link.then in self.jobs else None
        placed_first, placed_then = self.fixed.jobs.get(link.first), self.fixed.jobs.get(link.then)
        asked = [] if then is None else [then.present]
        if first is not None:
            m.add_bool_or([first.present]).only_enforce_if(asked)
        elif placed_first is None:
            m.add_bool_or([]).only_enforce_if(asked)
            return
        if link.shortest_min is not None:
            start_then = then.start if then is not None else (placed_then or Place(0, ())).start
            lag = start_then - self._from(link, first, placed_first)
            m.add(lag >= self.grid.slots(link.shortest_min)).only_enforce_if(asked)
            if link.longest_min is not None:
                m.add(lag <= link.longest_min // self.grid.slot).only_enforce_if(asked)
        if link.same_crew:
            self._same_crew(first, then, placed_first, placed_then)

    def _from(self, link: Link, first: JobVars | None, placed: Place | None) -> cp_model.LinearExpr | int:
        """Where the lag of a link is counted from: the start or the end of its first."""
        if first is not None:
            return first.end() if link.from_end else first.start
        start, _, way = placed or Place(0, ())
        return start + self.room.jobs[link.first].ways[way].length if link.from_end else start

    def _same_crew(
        self,
        first: JobVars | None,
        then: JobVars | None,
        placed_first: Place | None,
        placed_then: Place | None,
    ) -> None:
        """Whoever does the later one does the first."""
        nobody = Place(0, ())
        for i in self.grid.members:
            mine = then.by(i) if then is not None else []
            if then is None and i in (placed_then or nobody).members:
                mine = [self.model.new_constant(1)]
            if mine and first is not None:
                self.model.add(sum(mine) <= sum(first.by(i)))
            elif mine and i not in (placed_first or nobody).members:
                self.model.add(sum(mine) == 0)

    # --------------------------------------------------------------- answers

    def value(self) -> cp_model.LinearExprT:
        """The weight of the free activities that are placed."""
        found = [(found.present, weight(job.activity)) for job, found in self.jobs.values()]
        return cp_model.LinearExpr.weighted_sum([one for one, _ in found], [worth for _, worth in found])

    def common_meals(self) -> cp_model.LinearExprT:
        """How many free meals start at the common time of their day, which is free to be chosen."""
        m, together = self.model, list[Literal]()
        for k in self.grid.days:
            meals = [v for r, v in self.routine.values() if r.day == k and r.kind is Kind.MEAL]
            if len(meals) < 2:
                continue
            common = m.new_int_var(k * self.grid.per_day, (k + 1) * self.grid.per_day, "")
            for meal in meals:
                literal = m.new_bool_var("")
                m.add(meal.start == common).only_enforce_if(literal)
                together.append(literal)
        return cp_model.LinearExpr.sum(together)

    def layout(self, solver: cp_model.CpSolver) -> Layout:
        """Where the solver put what was free."""
        found = Layout()
        for number, (_, v) in self.jobs.items():
            for w, way in v.ways.items() if solver.boolean_value(v.present) else ():
                if solver.boolean_value(way.present):
                    members = tuple(i for i, literal in way.by.items() if solver.boolean_value(literal))
                    found.jobs[number] = Place(solver.value(v.start), members, w)
        for number, (_, r) in self.routine.items():
            device = next((d for d, literal in r.devices.items() if solver.boolean_value(literal)), -1)
            found.routine[number] = (solver.value(r.start), device)
        return found
