"""The week as a constraint model for CP-SAT: what is free is searched, the rest is in the room.

The assignment variable is z[member, day] of an activity (1 when this member does it on that day):
the hours of each crew day are then a plain linear row that the solver can bound, which the
looser link "on that day and by that member" does not give.
"""

from __future__ import annotations

import math

import numpy as np
from ortools.sat.python import cp_model

from stationmaster.timeline.model.grid import Levels, Mask, Routine, runs
from stationmaster.timeline.model.links import Link, links
from stationmaster.timeline.model.room import Layout, Place, Room, data_mb
from stationmaster.timeline.model.starts import Job
from stationmaster.timeline.model.variables import JobVars, RoutineVars, domain, segments, steps, weight
from stationmaster.timeline.outcome import Kind


class WeekModel:
    """A model of the free activities and routine in the room that the fixed ones leave.

    Args:
        room: the grid with everything that is fixed on it.
        free_jobs: numbers of activities to place or leave out.
        free_routine: numbers of meals and sessions to place.
        fixed: where everything else is; activities neither free nor here are absent.
        days: days on which free activities may start (None: any).
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
        for number in sorted(free_jobs):
            self._job(room.jobs[number])
        for number in sorted(free_routine):
            self._routine(self.grid.routine[number])
        self._links()
        self._crew_days()
        self._devices_and_quiet()
        self._facilities_and_power()
        self._linear_caps()

    # ---------------------------------------------------------------- pieces

    def _job(self, job: Job) -> None:
        free_days = np.array([k in self.days for k in self.grid.days])
        starts: Mask = np.logical_and(self.room.starts(job), np.repeat(free_days, self.grid.per_day))
        if job.hopeless or not starts.any():
            self.impossible.add(job.number)
            return
        m, code = self.model, job.number
        start = m.new_int_var_from_domain(domain(starts), f"s{code}")
        present = m.new_bool_var(f"p{code}")
        interval = m.new_optional_fixed_size_interval_var(start, job.length, present, f"i{code}")
        found = JobVars(start, present, interval)
        self.jobs[job.number] = (job, found)
        by_day = starts.reshape(self.grid.problem.days, self.grid.per_day)
        for k in self.grid.days:
            if by_day[k].any():
                found.day[k] = m.new_bool_var(f"y{code}.{k}")
                today = np.zeros_like(starts)
                today[k * self.grid.per_day : (k + 1) * self.grid.per_day] = by_day[k]
                m.add_linear_expression_in_domain(start, domain(today)).only_enforce_if(found.day[k])
        m.add(sum(found.day.values()) == present)
        if job.count:
            self._who(job, found, starts)

    def _who(self, job: Job, found: JobVars, starts: Mask) -> None:
        m, grid = self.model, self.grid
        minutes = job.length * grid.slot
        for i in job.crew:
            fits: Mask = np.logical_and(starts, runs(~self.room.busy[i], job.length))
            free: Mask = np.logical_or.reduce(fits.reshape(-1, grid.per_day), axis=1)
            for k in found.day:
                if free[k] and self.room.work_left_min[i, k] >= minutes:
                    found.z[i, k] = m.new_bool_var(f"z{job.number}.{i}.{k}")
            own = [found.z[i, k] for k in found.day if (i, k) in found.z]
            if own:
                found.by[i] = m.new_bool_var(f"x{job.number}.{i}")
                m.add(sum(own) == found.by[i])
                found.intervals[i] = m.new_optional_fixed_size_interval_var(
                    found.start, job.length, found.by[i], f"i{job.number}.{i}"
                )
        for k, day in found.day.items():
            m.add(sum(z for (_, on), z in found.z.items() if on == k) == job.count * day)
        if job.activity.skilled_count is not None:
            skilled = [found.by[i] for i in job.skilled if i in found.by]
            m.add(sum(skilled) >= job.activity.skilled_count * found.present)

    def _routine(self, routine: Routine) -> None:
        m, room, code = self.model, self.room, f"r{routine.number}"
        starts: Mask = room.routine_starts(routine)
        devices: dict[int, Mask] = {}
        if routine.session is not None:
            for name in routine.session.devices:
                d = self.grid.device_number[name]
                blocked = room.device_busy[d].copy()
                if self.grid.problem.devices[d].vibrates:
                    blocked |= room.quiet
                devices[d] = starts & runs(~blocked, routine.length)
            starts = np.logical_or.reduce(list(devices.values()))
        if not starts.any():
            self.routine_impossible.add(routine.number)
            return
        start = m.new_int_var_from_domain(domain(starts), code)
        interval = m.new_fixed_size_interval_var(start, routine.length, f"i{code}")
        found = RoutineVars(start, interval)
        for d, mask in devices.items():
            if mask.any():
                found.devices[d] = m.new_bool_var(f"{code}.{d}")
                m.add_linear_expression_in_domain(start, domain(mask)).only_enforce_if(found.devices[d])
                found.intervals[d] = m.new_optional_fixed_size_interval_var(
                    start, routine.length, found.devices[d], f"i{code}.{d}"
                )
        if found.devices:
            m.add_exactly_one(found.devices.values())
        self.routine[routine.number] = (routine, found)

    # ----------------------------------------------------------------- links

    def _links(self) -> None:
        """What needs what, with lags and shared crew; whichever of the two is free."""
        for link in links([job.activity for job in self.room.jobs]):
            first, then = self.jobs.get(link.first), self.jobs.get(link.then)
            if then is None and link.then not in self.fixed.jobs:
                continue
            if then is None and first is None:
                continue
            self._need(link, first, then)

    def _need(self, link: Link, first: tuple[Job, JobVars] | None, then: tuple[Job, JobVars] | None) -> None:
        m = self.model
        placed_first, placed_then = self.fixed.jobs.get(link.first), self.fixed.jobs.get(link.then)
        if first is None and placed_first is None:
            if then is not None:
                m.add(then[1].present == 0)
            return
        present = then[1].present if then is not None else m.new_constant(1)
        start_then = then[1].start if then is not None else (placed_then or Place(0, ()))[0]
        start_first = first[1].start if first is not None else (placed_first or Place(0, ()))[0]
        if first is not None:
            m.add_implication(present, first[1].present)
        if link.shortest_min is not None:
            offset = self.room.jobs[link.first].length if link.from_end else 0
            low = start_first + (offset + self.grid.slots(link.shortest_min))
            m.add(start_then >= low).only_enforce_if(present)
            if link.longest_min is not None:
                high = start_first + (offset + link.longest_min // self.grid.slot)
                m.add(start_then <= high).only_enforce_if(present)
        if link.same_crew:
            own = then[1].by if then is not None else dict.fromkeys((placed_then or Place(0, ()))[1], 1)
            for i, literal in own.items():
                if first is not None:
                    m.add(literal <= first[1].by.get(i, 0))
                else:
                    m.add(literal <= int(i in (placed_first or Place(0, ()))[1]))

    # ------------------------------------------------------------------ crew

    def _crew_days(self) -> None:
        m, grid = self.model, self.grid
        for i in grid.members:
            intervals = [v.intervals[i] for _, v in self.jobs.values() if i in v.intervals]
            if intervals:
                extra = self.room.busy[i] & ~grid.routine_mask
                intervals += [self._fixed(a, b) for a, b in segments(extra)]
            intervals += [v.interval for r, v in self.routine.values() if r.member == i]
            if len(intervals) > 1:
                m.add_no_overlap(intervals)
            for k in grid.days:
                terms = [
                    (job.length * grid.slot) * v.z[i, k] for job, v in self.jobs.values() if (i, k) in v.z
                ]
                if terms:
                    m.add(sum(terms) <= int(self.room.work_left_min[i, k]))
        self._meal_spacing()

    def _fixed(self, start: int, end: int) -> cp_model.IntervalVar:
        return self.model.new_fixed_size_interval_var(start, end - start, f"f{start}.{end}")

    def _meal_spacing(self) -> None:
        """A meal stretched by the rest after it overlaps none of the member's sessions that day."""
        rest = self.grid.slots(self.grid.problem.rules.exercise_after_meal_min)
        by_day: dict[tuple[int, int], tuple[list[Routine], list[Routine]]] = {}
        for routine in self.grid.routine:
            pair = by_day.setdefault((routine.member, routine.day), ([], []))
            pair[routine.kind is not Kind.MEAL].append(routine)
        for meals, sessions in by_day.values():
            for meal in meals:
                group = [meal, *sessions]
                if sum(r.number in self.routine for r in group) >= 1:
                    stretched = [self._stretched(r, rest if r is meal else 0) for r in group]
                    self.model.add_no_overlap([s for s in stretched if s is not None])

    def _stretched(self, routine: Routine, rest: int) -> cp_model.IntervalVar | None:
        name = f"w{routine.number}"
        if routine.number in self.routine:
            start = self.routine[routine.number][1].start
            return self.model.new_fixed_size_interval_var(start, routine.length + rest, name)
        if routine.number in self.fixed.routine:
            start_slot = self.fixed.routine[routine.number][0]
            return self.model.new_fixed_size_interval_var(start_slot, routine.length + rest, name)
        return None

    def _devices_and_quiet(self) -> None:
        """One person at a time on a device; on one that vibrates, nobody while something is quiet."""
        quiet = [v.interval for job, v in self.jobs.values() if "exercise" in job.activity.quiet]
        for d, device in enumerate(self.grid.problem.devices):
            users = [v.intervals[d] for _, v in self.routine.values() if d in v.intervals]
            if not users:
                continue
            if device.vibrates and quiet:
                much = len(quiet)
                demands = [much] * len(users) + [1] * len(quiet)
                self.model.add_cumulative(users + quiet, demands, much)
            if len(users) > 1:
                self.model.add_no_overlap(users)

    # ------------------------------------------------------------- resources

    def _facilities_and_power(self) -> None:
        for f, facility in enumerate(self.grid.problem.facilities):
            users = []
            for job, found in self.jobs.values():
                units = sum(u.units for u in job.activity.uses if u.facility == facility.code)
                if units:
                    users.append((found, units))
            self._cumulative(users, self.room.facility_left[f])
        for c, channel in enumerate(self.grid.problem.channels):
            draws = [
                (found, math.ceil(job.activity.power_w))
                for job, found in self.jobs.values()
                if job.activity.power_w > 0 and job.activity.channel == channel.code
            ]
            self._cumulative(draws, self.room.power_left[c])

    def _cumulative(self, users: list[tuple[JobVars, int]], left: Levels) -> None:
        if len(users) < 2:
            return
        left = np.maximum(left, 0)
        least = sorted(units for _, units in users)
        if least[0] + least[1] > left.max():
            self.model.add_no_overlap([found.interval for found, _ in users])
            return
        if sum(least) <= left.min():
            return
        top = int(left.max())
        intervals, demands = [found.interval for found, _ in users], [units for _, units in users]
        for start, end, level in steps(top - left):
            intervals.append(self._fixed(start, end))
            demands.append(level)
        self.model.add_cumulative(intervals, demands, top)

    def _linear_caps(self) -> None:
        for number, cap in enumerate(self.grid.problem.caps):
            terms = [
                job.length * self.grid.slot * job.count * found.present
                for job, found in self.jobs.values()
                if job.activity.code in cap.activities
            ]
            if terms:
                self.model.add(sum(terms) <= self.room.cap_left_min[number])
        if self.room.data_left_mb is not None:
            for k in self.grid.days:
                terms = [
                    data_mb(job) * found.day[k]
                    for job, found in self.jobs.values()
                    if job.activity.data_gb > 0 and k in found.day
                ]
                if terms:
                    self.model.add(sum(terms) <= self.room.data_left_mb[k])

    # --------------------------------------------------------------- answers

    def value(self) -> cp_model.LinearExpr | int:
        """The weight of the free activities that are placed."""
        return sum(weight(job.activity) * found.present for job, found in self.jobs.values())

    def layout(self, solver: cp_model.CpSolver) -> Layout:
        """Where the solver put what was free."""
        found = Layout()
        for number, (_, v) in self.jobs.items():
            if solver.boolean_value(v.present):
                members = tuple(i for i, literal in v.by.items() if solver.boolean_value(literal))
                found.jobs[number] = Place(solver.value(v.start), members)
        for number, (_, r) in self.routine.items():
            device = next((d for d, literal in r.devices.items() if solver.boolean_value(literal)), -1)
            found.routine[number] = (solver.value(r.start), device)
        return found
