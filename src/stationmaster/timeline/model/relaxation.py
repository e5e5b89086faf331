"""A bound no plan of the week can exceed: the week without clock times.

Keeps for every activity the days it can start on and who does it, the hours of each crew day, the
capacity of facilities and power over each day, data, hour caps and which days suit a lag; drops
when in the day things happen, and lets an activity be done in parts. Every plan satisfies it, so
the optimum of this linear program bounds every plan, and its values say on which day and by whom
an activity is best done.
"""

from __future__ import annotations

import math

import numpy as np
from ortools.sat.python import cp_model
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from stationmaster.measure.errors import StationError
from stationmaster.timeline.model.grid import Grid, Levels
from stationmaster.timeline.model.links import links
from stationmaster.timeline.model.room import Room, data_mb
from stationmaster.timeline.model.starts import Job
from stationmaster.timeline.model.variables import DayGuide, weight

Literal = cp_model.IntVar
#: What the linear solver's tolerances may hide, relative to the objective; added to the bound.
LP_TOLERANCE = 1e-7
INFEASIBLE = 2


def _limit(value: int) -> float:
    """A bound of a solver's row, where the ends of the integers mean none."""
    return float(value) if abs(value) < 2**60 else math.copysign(math.inf, value)


class DayModel:
    """The relaxation as a model of binaries only."""

    def __init__(self, grid: Grid, jobs: list[Job], musts: set[int]) -> None:
        self.model = cp_model.CpModel()
        self.grid, self.room = grid, Room(grid, jobs)
        self.present: dict[int, Literal] = {}
        self.day: dict[tuple[int, int], Literal] = {}
        self.z: dict[tuple[int, int, int], Literal] = {}
        self.jobs = {job.number: job for job in jobs if job.hopeless is None}
        for job in self.jobs.values():
            self._job(job)
            if job.number in musts:
                self.model.add(self.present[job.number] == 1)
        self._crew_days()
        self._shared()
        self._links(jobs)

    def solve(self) -> tuple[int | None, DayGuide]:
        """The bound in thousandths (None: the musts cannot all be met) and what it puts where."""
        linears = [c.linear for c in self.model.proto.constraints]
        rows = np.repeat(np.arange(len(linears)), [len(c.vars) for c in linears])
        columns = np.concatenate(
            [np.array(c.vars, dtype=np.int64) for c in linears] or [np.zeros(0, np.int64)]
        )
        values = np.concatenate([np.array(c.coeffs, dtype=float) for c in linears] or [np.zeros(0)])
        size = len(self.model.proto.variables)
        matrix = sparse.csr_matrix((values, (rows, columns)), shape=(len(linears), size))
        worth = np.zeros(size)
        for n, job in self.jobs.items():
            worth[self.present[n].index] = weight(job.activity)
        if not size:
            return 0, DayGuide({}, {})
        low = np.array([_limit(c.domain[0]) for c in linears])
        high = np.array([_limit(c.domain[1]) for c in linears])
        found = milp(-worth, constraints=LinearConstraint(matrix, low, high), bounds=Bounds(0, 1))
        if found.status == INFEASIBLE:
            return None, DayGuide({}, {})
        if found.x is None:
            raise StationError("no-answer", reason=f"the relaxation of the week: {found.message}")
        bound = math.floor(-found.fun * (1 + LP_TOLERANCE) + 1e-3)
        return bound, DayGuide(
            {key: float(found.x[y.index]) for key, y in self.day.items()},
            {key: float(found.x[z.index]) for key, z in self.z.items()},
        )

    def _job(self, job: Job) -> None:
        m, n = self.model, job.number
        self.present[n] = m.new_bool_var(f"p{n}")
        days = [k for k in self.grid.days if self._starts_on(job, k) is not None]
        for k in days:
            self.day[n, k] = m.new_bool_var(f"y{n}.{k}")
        m.add(sum(self.day[n, k] for k in days) == self.present[n])
        if not job.count:
            return
        for k in days:
            for i in job.crew:
                if self.grid.work_limit[i, k] >= job.length * self.grid.slot:
                    self.z[n, i, k] = m.new_bool_var(f"z{n}.{i}.{k}")
            own = [self.z[n, i, k] for i in job.crew if (n, i, k) in self.z]
            m.add(sum(own) == job.count * self.day[n, k])
            if job.activity.skilled_count is not None:
                able = [self.z[n, i, k] for i in job.skilled if (n, i, k) in self.z]
                m.add(sum(able) >= job.activity.skilled_count * self.day[n, k])

    def _starts_on(self, job: Job, day: int) -> tuple[int, int] | None:
        """The first and last slot of the day the job may start in."""
        here = np.flatnonzero(job.starts[day * self.grid.per_day : (day + 1) * self.grid.per_day])
        if not here.size:
            return None
        return day * self.grid.per_day + int(here[0]), day * self.grid.per_day + int(here[-1])

    # ------------------------------------------------------------- capacities

    def _crew_days(self) -> None:
        grid = self.grid
        for i in grid.members:
            for k in grid.days:
                own = slice(k * grid.per_day, (k + 1) * grid.per_day)
                awake = int((~grid.busy[i][own]).sum())
                spent = sum(r.length for r in grid.routine if r.member == i and r.day == k)
                limit = min(int(grid.work_limit[i, k]), max(0, awake - spent) * grid.slot)
                terms = [
                    job.length * grid.slot * self.z[n, i, k]
                    for n, job in self.jobs.items()
                    if (n, i, k) in self.z
                ]
                if terms:
                    self.model.add(sum(terms) <= limit)

    def _shared(self) -> None:
        for f, facility in enumerate(self.grid.problem.facilities):
            users = {
                n: sum(u.units for u in job.activity.uses if u.facility == facility.code)
                for n, job in self.jobs.items()
            }
            self._capacity(users, self.grid.facility_left[f])
        for c, channel in enumerate(self.grid.problem.channels):
            draws = {
                n: math.ceil(job.activity.power_w)
                for n, job in self.jobs.items()
                if job.activity.channel == channel.code
            }
            self._capacity(draws, self.grid.power_left[c])
        for cap, left in zip(self.grid.problem.caps, self.room.cap_left_min, strict=True):
            members = [job for job in self.jobs.values() if job.activity.code in cap.activities]
            terms = [job.length * self.grid.slot * job.count * self.present[job.number] for job in members]
            if terms:
                self.model.add(sum(terms) <= left)
        if self.room.data_left_mb is not None:
            for k, left in zip(self.grid.days, self.room.data_left_mb, strict=True):
                terms = [data_mb(j) * self.day[n, k] for n, j in self.jobs.items() if (n, k) in self.day]
                if terms:
                    self.model.add(sum(terms) <= left)

    def _capacity(self, users: dict[int, int], level: Levels) -> None:
        """Slots times units: over the week for all, and over each day for what stays within it.

        Only slots in which any user could be running count.
        """
        used = {n: units for n, units in users.items() if units > 0}
        if not used:
            return
        reach = np.zeros(self.grid.n, dtype=bool)
        for n in used:
            job = self.jobs[n]
            edges = np.zeros(self.grid.n + 1, dtype=np.int64)
            first = np.flatnonzero(job.starts)
            np.add.at(edges, first, 1)
            np.add.at(edges, np.minimum(first + job.length, self.grid.n), -1)
            reach |= np.cumsum(edges)[:-1] > 0
        room = np.where(reach, np.maximum(level, 0), 0)
        terms = [units * self.jobs[n].length * self.present[n] for n, units in used.items()]
        self.model.add(sum(terms) <= int(room.sum()))
        for k in self.grid.days:
            today = []
            for n, units in used.items():
                edges_of_day = self._starts_on(self.jobs[n], k)
                last_slot = (k + 1) * self.grid.per_day
                if edges_of_day and edges_of_day[1] + self.jobs[n].length <= last_slot:
                    today.append(units * self.jobs[n].length * self.day[n, k])
            if today:
                own = slice(k * self.grid.per_day, (k + 1) * self.grid.per_day)
                self.model.add(sum(today) <= int(room[own].sum()))

    # ------------------------------------------------------------------ links

    def _links(self, jobs: list[Job]) -> None:
        for link in links([job.activity for job in jobs]):
            if link.then not in self.jobs:
                continue
            first = self.present.get(link.first)
            self.model.add(self.present[link.then] <= (0 if first is None else first))
            if first is not None and link.shortest_min is not None:
                self._lag(link.first, link.then, link.shortest_min, link.longest_min, link.from_end)
            if first is not None and link.same_crew:
                self._same_crew(link.then, link.first)

    def _same_crew(self, n: int, other: int) -> None:
        for i in self.jobs[n].crew:
            mine = [self.z[n, i, k] for k in self.grid.days if (n, i, k) in self.z]
            theirs = [self.z[other, i, k] for k in self.grid.days if (other, i, k) in self.z]
            if mine:
                self.model.add(sum(mine) <= sum(theirs))

    def _lag(self, first: int, then: int, shortest: int, longest: int | None, from_end: bool) -> None:
        """On each day of the later one, the earlier one is on a day that suits the lag."""
        offset = self.jobs[first].length if from_end else 0
        low = self.grid.slots(shortest) + offset
        high = None if longest is None else longest // self.grid.slot + offset
        for k in self.grid.days:
            if (then, k) not in self.day:
                continue
            earliest, latest = self._starts_on(self.jobs[then], k) or (0, 0)
            suits = []
            for other in self.grid.days:
                edges = self._starts_on(self.jobs[first], other)
                if edges and latest - edges[0] >= low and (high is None or earliest - edges[1] <= high):
                    suits.append(self.day[first, other])
            self.model.add(self.day[then, k] <= sum(suits))
