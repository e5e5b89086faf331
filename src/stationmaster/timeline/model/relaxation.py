"""A bound no plan of the week can exceed: the week without clock times.

Keeps for every activity the ways and days it can be done on and who does it, the hours of each crew
day and week, the capacity of facilities and channels over each day, what stores hold and lose, data,
hour caps and which days suit a lag; drops when in the day things happen, and lets an activity be
done in parts. Every plan satisfies it, so the optimum of this linear program bounds every plan, and
its values say on which day, in which way and by whom an activity is best done.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import OptimizeResult, linprog

from stationmaster.measure.errors import StationError
from stationmaster.timeline.crew_day import DAY_MIN
from stationmaster.timeline.model.amounts import Levels
from stationmaster.timeline.model.grid import Grid, Mask
from stationmaster.timeline.model.links import Link
from stationmaster.timeline.model.room import MB_IN_GB, Room
from stationmaster.timeline.model.starts import Job, Way
from stationmaster.timeline.model.stores import drained
from stationmaster.timeline.model.variables import DayGuide, weight

#: What the linear solver's tolerances may hide, relative to the objective; added to the bound.
LP_TOLERANCE = 1e-7
INFEASIBLE = 2
#: (column, factor) pairs.
Terms = list[tuple[int, float]]


class Rows:
    """The rows of a linear program over columns from 0 to 1."""

    def __init__(self) -> None:
        self.size = 0
        self._columns: list[int] = []
        self._factors: list[float] = []
        self._lengths: list[int] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def column(self) -> int:
        """A new column."""
        self.size += 1
        return self.size - 1

    def add(self, terms: Iterable[tuple[int, float]], low: float = -math.inf, high: float = math.inf) -> None:
        """Their sum lies between the two."""
        before = len(self._columns)
        for column, factor in terms:
            self._columns.append(column)
            self._factors.append(factor)
        self._lengths.append(len(self._columns) - before)
        self._low.append(low)
        self._high.append(high)

    def solve(self, worth: NDArray[np.float64]) -> OptimizeResult:
        """The values of most worth."""
        rows = np.repeat(np.arange(len(self._lengths)), self._lengths)
        shape = (len(self._lengths), self.size)
        matrix = sparse.csr_matrix((self._factors, (rows, self._columns)), shape=shape)
        low, high = np.array(self._low), np.array(self._high)
        same = low == high
        above, below = np.isfinite(low) & ~same, np.isfinite(high) & ~same
        return linprog(
            -worth,
            A_ub=sparse.vstack([matrix[below], -matrix[above]]),
            b_ub=np.concatenate([high[below], -low[above]]),
            A_eq=matrix[same],
            b_eq=high[same],
            bounds=(0, 1),
            method="highs-ds",
        )


@dataclass
class Pool:
    """Activities of one day that the same members may do, one at a time: ``hours`` are the columns of
    what each member gives them, as a share of the whole day.

    In a linear program that says as much as a column for each activity and member.
    """

    hours: dict[int, int] = field(default_factory=dict)
    ways: list[tuple[int, int]] = field(default_factory=list)


class DayModel:
    """The relaxation. Columns by key: ``present`` (activity), ``day`` (activity, day), ``part``
    (activity, way, day) and ``z`` (activity, way, member, day); ``pools`` (members, day) in place of
    the last where one member does it and it matters to nobody else who."""

    def __init__(self, grid: Grid, jobs: list[Job], musts: set[int]) -> None:
        self.rows = Rows()
        self.grid, self.room = grid, Room(grid, jobs)
        self.present: dict[int, int] = {}
        self.day: dict[tuple[int, int], int] = {}
        self.part: dict[tuple[int, int, int], int] = {}
        self.z: dict[tuple[int, int, int, int], int] = {}
        self.pools: dict[tuple[tuple[int, ...], int], Pool] = defaultdict(Pool)
        self.tied = {n for link in grid.links if link.same_crew for n in (link.first, link.then)}
        self.edges: dict[tuple[int, int, int], tuple[int, int]] = {}
        self.jobs = {job.number: job for job in jobs if job.hopeless is None}
        for job in self.jobs.values():
            self._job(job)
            if job.number in musts:
                self.rows.add([(self.present[job.number], 1)], low=1)
        self._crew()
        self._shared()
        for link in grid.links:
            if link.then in self.jobs:
                self._link(link)

    def solve(self) -> tuple[int | None, DayGuide]:
        """The bound in thousandths (None: the musts cannot all be met) and what it puts where."""
        worth = np.zeros(self.rows.size)
        for n, job in self.jobs.items():
            worth[self.present[n]] = weight(job.activity)
        if not self.rows.size:
            return 0, DayGuide({}, {})
        found = self.rows.solve(worth)
        if found.status == INFEASIBLE:
            return None, DayGuide({}, {})
        if found.x is None:
            raise StationError("no-answer", reason=f"the relaxation of the week: {found.message}")
        bound = math.floor(-found.fun * (1 + LP_TOLERANCE) + 1e-3)
        ways: dict[tuple[int, int], float] = defaultdict(float)
        for (n, w, _), column in self.part.items():
            ways[n, w] += float(found.x[column])
        days = {key: float(found.x[column]) for key, column in self.day.items()}
        return bound, DayGuide(days, self._members(found.x), dict(ways))

    def _members(self, values: NDArray[np.float64]) -> dict[tuple[int, int, int], float]:
        """Who does what on which day; a pool's hours are shared alike by all that draw on it."""
        members: dict[tuple[int, int, int], float] = defaultdict(float)
        for (n, _, i, k), column in self.z.items():
            members[n, i, k] += float(values[column])
        for (_, k), pool in self.pools.items():
            whole = sum(float(values[column]) for column in pool.hours.values())
            for i, column in pool.hours.items() if whole > 0 else ():
                for n, w in pool.ways:
                    members[n, i, k] += float(values[self.part[n, w, k]]) * float(values[column]) / whole
        return dict(members)

    def _job(self, job: Job) -> None:
        rows, n, grid = self.rows, job.number, self.grid
        self.present[n] = rows.column()
        parts: dict[int, list[int]] = defaultdict(list)
        for w, way in enumerate(job.ways):
            by_day = way.starts.reshape(grid.problem.days, grid.per_day)
            for k in np.flatnonzero(by_day.any(axis=1)).tolist():
                here = np.flatnonzero(by_day[k])
                self.edges[n, w, k] = k * grid.per_day + int(here[0]), k * grid.per_day + int(here[-1])
                parts[k].append(w)
        for k, on in parts.items():
            self.day[n, k] = rows.column()
            for w in on:
                self.part[n, w, k] = self.day[n, k] if len(on) == 1 else rows.column()
                if job.count:
                    self._who(job, w, k)
            if len(on) > 1:
                rows.add([*((self.part[n, w, k], 1.0) for w in on), (self.day[n, k], -1.0)], 0, 0)
        rows.add([*((self.day[n, k], 1.0) for k in parts), (self.present[n], -1.0)], 0, 0)

    def _who(self, job: Job, w: int, k: int) -> None:
        n, way = job.number, job.ways[w]
        minutes = way.length * self.grid.slot
        able = [i for i in way.crew if self.room.work_days(i, minutes)[k]]
        if job.count == 1 and n not in self.tied:
            if job.activity.skilled_count:
                able = [i for i in able if i in way.skilled]
            self.pools[tuple(able), k].ways.append((n, w))
            return
        for i in able:
            self.z[n, w, i, k] = self.rows.column()
        part = self.part[n, w, k]
        self.rows.add([*((self.z[n, w, i, k], 1.0) for i in able), (part, -float(job.count))], 0, 0)
        if job.activity.skilled_count:
            skilled = [(self.z[n, w, i, k], 1.0) for i in able if i in way.skilled]
            self.rows.add([*skilled, (part, -float(job.activity.skilled_count))], low=0)
        if job.count > 1:  # nobody does it twice
            for i in able:
                self.rows.add([(self.z[n, w, i, k], 1.0), (part, -1.0)], high=0)

    def _way(self, n: int, w: int) -> Way:
        return self.jobs[n].ways[w]

    # ------------------------------------------------------------- capacities

    def _crew(self) -> None:
        grid = self.grid
        days: dict[tuple[int, int], Terms] = defaultdict(list)
        weeks: dict[tuple[int, int], Terms] = defaultdict(list)
        steps: dict[tuple[int, int], int] = defaultdict(int)
        for (n, w, i, k), column in self.z.items():
            minutes = float(self._way(n, w).length * grid.slot)
            days[i, k].append((column, minutes))
            weeks[i, grid.week_of[k]].append((column, minutes))
            steps[i, k] = math.gcd(steps[i, k], int(minutes))
        for (able, k), pool in self.pools.items():
            terms = [(self.part[n, w, k], float(self._way(n, w).length * grid.slot)) for n, w in pool.ways]
            for i in able:
                pool.hours[i] = self.rows.column()
                days[i, k].append((pool.hours[i], float(DAY_MIN)))
                weeks[i, grid.week_of[k]].append((pool.hours[i], float(DAY_MIN)))
                steps[i, k] = math.gcd(steps[i, k], *(int(minutes) for _, minutes in terms))
            self.rows.add([*terms, *((column, -float(DAY_MIN)) for column in pool.hours.values())], 0, 0)
        for (i, k), terms in days.items():
            own = slice(k * grid.per_day, (k + 1) * grid.per_day)
            awake = int((~grid.busy[i][own]).sum())
            spent = sum(r.length for r in grid.routine if r.member == i and r.day == k)
            limit = min(int(grid.work_limit[i, k]), max(0, awake - spent) * grid.slot)
            self.rows.add(terms, high=limit // steps[i, k] * steps[i, k])
        if grid.problem.rules.work_week_min is not None:
            for (i, week), terms in weeks.items():
                self.rows.add(terms, high=int(grid.week_limit[i, week]))

    def _shared(self) -> None:
        problem, grid = self.grid.problem, self.grid
        held: dict[int, dict[tuple[int, int], float]] = defaultdict(dict)
        drawn: dict[int, dict[tuple[int, int], float]] = defaultdict(dict)
        stored: dict[int, dict[tuple[int, int], float]] = defaultdict(dict)
        for n, job in self.jobs.items():
            for w, way in enumerate(job.ways):
                for f, units in way.uses:
                    held[f][n, w] = units
                for c, amount in way.power:
                    drawn[c][n, w] = amount
                for draw in way.mode.draws:
                    stored[grid.store_number[draw.store]][n, w] = draw.amount_units
        for f, users in held.items():
            self._capacity(users, grid.facility_left[f])
        for c, users in drawn.items():
            slack = 0 if grid.power_scales[c].exact else 1
            fair = {way: max(0.0, amount - slack) for way, amount in users.items()}
            self._capacity(fair, grid.power_left[c] + slack)
        for s, users in stored.items():
            self._store(s, users)
        for cap, left in zip(problem.caps, self.room.cap_left_min, strict=True):
            codes = set(cap.activities)
            terms = [
                (column, float(self._way(n, w).length * grid.slot * self.jobs[n].count))
                for (n, w, _), column in self.part.items()
                if self.jobs[n].activity.code in codes
            ]
            if terms:
                self.rows.add(terms, high=left)
        if problem.data_day_gb is not None:
            for k in grid.days:
                terms = [
                    (column, job.activity.data_gb * MB_IN_GB)
                    for n, job in self.jobs.items()
                    if (column := self.day.get((n, k), -1)) >= 0 and job.activity.data_gb > 0
                ]
                self.rows.add(terms, high=problem.data_day_gb * MB_IN_GB)

    def _capacity(self, users: dict[tuple[int, int], float], level: Levels) -> None:
        """Slots times units: over the week for all, and over each day for what stays within it.

        Only slots in which any user could be running count.
        """
        room = np.where(self._reach(users), np.maximum(level, 0), 0)
        whole: Terms = []
        days: dict[int, Terms] = defaultdict(list)
        for (n, w), units in users.items():
            length = self._way(n, w).length
            for k in self.grid.days:
                if (n, w, k) in self.part:
                    term = (self.part[n, w, k], units * length)
                    whole.append(term)
                    if self.edges[n, w, k][1] + length <= (k + 1) * self.grid.per_day:
                        days[k].append(term)
        self.rows.add(whole, high=float(room.sum()))
        for k, terms in days.items():
            own = slice(k * self.grid.per_day, (k + 1) * self.grid.per_day)
            self.rows.add(terms, high=float(room[own].sum()))

    def _reach(self, users: Iterable[tuple[int, int]]) -> Mask:
        """Slots in which any of these ways could be running (n,)."""
        edges = np.zeros(self.grid.n + 1, dtype=np.int64)
        for n, w in users:
            first = np.flatnonzero(self._way(n, w).starts)
            edges[first] += 1
            np.add.at(edges, np.minimum(first + self._way(n, w).length, self.grid.n), -1)
        found: Mask = np.cumsum(edges)[:-1] > 0
        return found

    def _store(self, number: int, users: dict[tuple[int, int], float]) -> None:
        """What is drawn on some days in a row is no more than the store holds and loses on them."""
        grid, store = self.grid, self.grid.problem.stores[number]
        lost = drained(grid, store).reshape(grid.problem.days, grid.per_day)
        days: dict[int, Terms] = defaultdict(list)
        for (n, w), amount in users.items():
            for k in grid.days:
                if (n, w, k) in self.part:
                    days[k].append((self.part[n, w, k], amount))
        for last in grid.days:
            for first in {last} if store.daily else {0, last}:
                terms = [term for k in range(first, last + 1) for term in days[k]]
                most = store.capacity_units + lost[first : last + 1].sum() - lost[last, -1]
                self.rows.add(terms, high=most - (0 if first else store.initial_units) + 1e-6 * abs(most))

    # ------------------------------------------------------------------ links

    def _link(self, link: Link) -> None:
        first = self.present.get(link.first)
        mine = (self.present[link.then], 1.0)
        self.rows.add([mine] if first is None else [mine, (first, -1.0)], high=0)
        if first is not None and link.shortest_min is not None:
            self._lag(link)
        if first is not None and link.same_crew:
            for i in self.grid.members:
                terms = self._by(link.then, i, 1.0)
                if terms:
                    self.rows.add([*terms, *self._by(link.first, i, -1.0)], high=0)

    def _by(self, n: int, member: int, factor: float) -> Terms:
        """The terms of a member doing an activity on any day in any way."""
        keys = ((n, w, member, k) for w in range(len(self.jobs[n].ways)) for k in self.grid.days)
        return [(self.z[key], factor) for key in keys if key in self.z]

    def _span(self, n: int, day: int, from_end: bool) -> tuple[int, int] | None:
        """The first and last slot on a day at which an activity may start (or end, of that start)."""
        spans = [
            (edges[0] + way.length * from_end, edges[1] + way.length * from_end)
            for w, way in enumerate(self.jobs[n].ways)
            if (edges := self.edges.get((n, w, day))) is not None
        ]
        return (min(a for a, _ in spans), max(b for _, b in spans)) if spans else None

    def _lag(self, link: Link) -> None:
        """On each day of the later one, the earlier one is on a day that suits the lag."""
        low = self.grid.slots(link.shortest_min or 0)
        high = None if link.longest_min is None else link.longest_min // self.grid.slot
        for k in self.grid.days:
            then = self._span(link.then, k, from_end=False)
            if then is None:
                continue
            suits: Terms = []
            for other in self.grid.days:
                first = self._span(link.first, other, link.from_end)
                if first and then[1] - first[0] >= low and (high is None or then[0] - first[1] <= high):
                    suits.append((self.day[link.first, other], -1.0))
            self.rows.add([(self.day[link.then, k], 1.0), *suits], high=0)
