"""What is placed on the grid, and what room it leaves."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from stationmaster.timeline.model.amounts import Levels
from stationmaster.timeline.model.grid import Grid, Mask, Routine, runs
from stationmaster.timeline.model.starts import Job, enough
from stationmaster.timeline.model.stores import headroom
from stationmaster.timeline.outcome import Kind

#: Data is counted in whole megabytes.
MB_IN_GB = 1000


class Place(NamedTuple):
    """Where a job is: its first slot, the numbers of the members who do it, which of its ways."""

    start: int
    members: tuple[int, ...]
    way: int = 0


@dataclass(frozen=True)
class Layout:
    """A plan on the grid: job number -> its place; routine number -> (start, device).

    The device of a meal is -1.
    """

    jobs: dict[int, Place] = field(default_factory=dict)
    routine: dict[int, tuple[int, int]] = field(default_factory=dict)


class Room:
    """The grid with some things on it: what is left of everything that is shared.

    What is placed is taken to keep the rules, so that nobody does two things at once.
    """

    def __init__(self, grid: Grid, jobs: list[Job]) -> None:
        problem = grid.problem
        self.grid, self.jobs = grid, jobs
        self.busy = [mask.copy() for mask in grid.busy]
        self.work_left_min = grid.work_limit.copy()
        self.week_left_min = grid.week_limit.copy()
        self.facility_left = [level.copy() for level in grid.facility_left]
        self.power_left = [level.copy() for level in grid.power_left]
        self.arrived = [np.zeros(grid.n, dtype=np.int64) for _ in grid.tanks]
        self.device_busy = [mask.copy() for mask in grid.device_blocked]
        self.vibrates = np.zeros(grid.n, dtype=np.int64)
        self.quiet = np.zeros(grid.n, dtype=np.int64)
        self.caps_of: dict[str, list[int]] = {}
        self.cap_left_min = [math.floor(cap.crew_time_h * 60 + 1e-9) for cap in problem.caps]
        for number, cap in enumerate(problem.caps):
            for code in set(cap.activities):
                self.caps_of.setdefault(code, []).append(number)
        limit = problem.data_day_gb
        self.data_left_mb = None if limit is None else [math.floor(limit * MB_IN_GB + 1e-9)] * problem.days
        self._kept: dict[tuple[str, int], dict[tuple[int, int], Mask]] = {}
        self._stores: dict[int, tuple[Levels, Levels]] = {}

    # --------------------------------------------------------------- placing

    def put(self, layout: Layout, free_jobs: set[int], free_routine: set[int]) -> None:
        """Place all of the layout that is not free."""
        for number, place in sorted(layout.jobs.items()):
            if number not in free_jobs:
                self.put_job(self.jobs[number], place)
        for number, (start, device) in sorted(layout.routine.items()):
            if number not in free_routine:
                self.put_routine(self.grid.routine[number], start, device)

    def put_job(self, job: Job, place: Place) -> None:
        """Place one activity."""
        self._job(job, place, 1)

    def take_job(self, job: Job, place: Place) -> None:
        """Take an activity away again from where it was placed."""
        self._job(job, place, -1)

    def put_routine(self, routine: Routine, start: int, device: int) -> None:
        """Place one meal or exercise session."""
        self._routine(routine, start, device, 1)

    def take_routine(self, routine: Routine, start: int, device: int) -> None:
        """Take a meal or session away again."""
        self._routine(routine, start, device, -1)

    def _job(self, job: Job, place: Place, sign: int) -> None:
        grid, way = self.grid, job.ways[place.way]
        span = slice(place.start, place.start + way.length)
        minutes, day = way.length * grid.slot, place.start // grid.per_day
        for i in place.members:
            self.busy[i][span] = True if sign > 0 else grid.busy[i][span]
            self._kept.pop(("busy", i), None)
            self._kept.pop(("hours", i), None)
            self.work_left_min[i, day] -= sign * minutes
            self.week_left_min[i, grid.week_of[day]] -= sign * minutes
        for f, units in way.uses:
            self.facility_left[f][span] -= sign * units
            self._kept.pop(("facility", f), None)
        for c, amount in way.power:
            self.power_left[c][span] -= sign * amount
            self._kept.pop(("power", c), None)
        for s, amount in way.draws:
            self.arrived[s][place.start] += sign * amount
            self._stores.pop(s, None)
        if "exercise" in job.activity.quiet:
            self.quiet[span] += sign
        for cap in self.caps_of.get(job.activity.code, ()):
            self.cap_left_min[cap] -= sign * minutes * job.count
        if self.data_left_mb is not None:
            self.data_left_mb[day] -= sign * data_mb(job)

    def _routine(self, routine: Routine, start: int, device: int, sign: int) -> None:
        span, i = slice(start, start + routine.length), routine.member
        self.busy[i][span] = True if sign > 0 else self.grid.busy[i][span]
        self._kept.pop(("busy", i), None)
        if routine.kind is Kind.EXERCISE:
            self.device_busy[device][span] = True if sign > 0 else self.grid.device_blocked[device][span]
            if self.grid.problem.devices[device].vibrates:
                self.vibrates[span] += sign
                self._kept.pop(("vibration", 0), None)

    # ------------------------------------------------------ what still fits

    def tests(self, job: Job, way: int = 0) -> list[tuple[str, Mask]]:
        """Each shared thing a way of the job needs, with the starts (n,) at which enough of it is left."""
        grid, activity, chosen = self.grid, job.activity, job.ways[way]
        problem, length = grid.problem, chosen.length
        found: list[tuple[str, Mask]] = []
        if job.count:
            found.append(("crew-busy", self.crew_free(job, way)))
            found.append(("crew-hours", self._work_free(job, way)))
        for f, units in chosen.uses:
            mask = self._run("facility", f, units, length, self.facility_left)
            found.append((f"facility {problem.facilities[f].code}", mask))
        for c, amount in chosen.power:
            mask = self._run("power", c, amount, length, self.power_left)
            found.append((f"power {problem.channels[c].code}", mask))
        for s, amount in chosen.draws:
            found.append((f"store {problem.stores[s].code}", self.store_room(s)[1] >= amount))
        if "exercise" in activity.quiet:
            found.append(("vibration", self._run("vibration", 0, 0, length, [-self.vibrates])))
        for cap in self.caps_of.get(activity.code, ()):
            is_enough = self.cap_left_min[cap] >= length * grid.slot * job.count
            found.append((f"cap {problem.caps[cap].code}", np.full(grid.n, is_enough)))
        if self.data_left_mb is not None and activity.data_gb > 0:
            enough_mb = np.array(self.data_left_mb) >= data_mb(job)
            found.append(("data", np.repeat(enough_mb, grid.per_day)))
        return found

    def _run(self, kind: str, number: int, amount: int, length: int, left: list[Levels]) -> Mask:
        """Starts of runs of so many slots in which so much of a thing is left, kept until it changes."""
        kept = self._kept.setdefault((kind, number), {})
        if (amount, length) not in kept:
            kept[amount, length] = runs(left[number] >= amount, length)
        return kept[amount, length]

    def free(self, member: int, length: int) -> Mask:
        """Starts of runs of so many slots in which a member is free (n,)."""
        kept = self._kept.setdefault(("busy", member), {})
        if (0, length) not in kept:
            kept[0, length] = runs(~self.busy[member], length)
        return kept[0, length]

    def work_days(self, member: int, minutes: int) -> Mask:
        """The days on which a member has so much work left, in the day and in its week (days,)."""
        kept = self._kept.setdefault(("hours", member), {})
        if (0, minutes) not in kept:
            week = self.week_left_min[member][self.grid.week_of]
            kept[0, minutes] = np.minimum(self.work_left_min[member], week) >= minutes
        return kept[0, minutes]

    def crew_free(self, job: Job, way: int = 0) -> Mask:
        """Starts at which enough of the job's crew are free, skill included (n,)."""
        chosen = job.ways[way]
        return enough(job.activity, chosen, {i: self.free(i, chosen.length) for i in chosen.crew})

    def _work_free(self, job: Job, way: int) -> Mask:
        chosen = job.ways[way]
        minutes, whole = chosen.length * self.grid.slot, []
        for i in chosen.crew:
            kept = self._kept.setdefault(("hours", i), {})
            if (1, minutes) not in kept:
                kept[1, minutes] = np.repeat(self.work_days(i, minutes), self.grid.per_day)
            whole.append((i, kept[1, minutes]))
        return enough(job.activity, chosen, dict(whole))

    def store_buckets(self, number: int) -> tuple[Levels, Levels]:
        """The level of a store in each of its buckets and how much more may arrive there, in its whole
        units; below 0 where what is placed overflows a bucket although no moment of it may: (buckets,).
        """
        own = self.grid.tanks[number]
        return headroom(own.arrived(self.arrived[number]), own.bucket_drain(), own.capacity)

    def store_room(self, number: int) -> tuple[Levels, Levels]:
        """The same for each slot (n,), counted slot by slot where buckets are too coarse for what is
        placed."""
        if number not in self._stores:
            own = self.grid.tanks[number]
            level, room = self.store_buckets(number)
            if room.min() < 0:
                by_slot = self.arrived[number].copy()
                by_slot[0] += own.initial
                self._stores[number] = headroom(by_slot, own.drain, own.capacity)
            else:
                self._stores[number] = level[own.bucket_of], room[own.bucket_of]
        return self._stores[number]

    def starts(self, job: Job, way: int = 0) -> Mask:
        """Starts a way of the job still has (n,)."""
        left = job.ways[way].starts.copy()
        for _, mask in self.tests(job, way):
            left &= mask
        return left

    def routine_starts(self, routine: Routine) -> Mask:
        """Starts a meal or session still has, its devices not looked at (n,)."""
        return routine.starts & self.free(routine.member, routine.length)


def data_mb(job: Job) -> int:
    """What the job produces, rounded up to whole megabytes."""
    return math.ceil(round(job.activity.data_gb * MB_IN_GB, 6))
