"""What is placed on the grid, and what room it leaves."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from stationmaster.timeline.model.grid import Grid, Mask, Routine, runs
from stationmaster.timeline.model.starts import Job
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
    """The grid with some things on it: what is left of everything that is shared."""

    def __init__(self, grid: Grid, jobs: list[Job]) -> None:
        problem = grid.problem
        self.grid, self.jobs = grid, jobs
        self.busy = [mask.copy() for mask in grid.busy]
        self.work_left_min = grid.work_limit.copy()
        self.facility_left = [level.copy() for level in grid.facility_left]
        self.power_left = [level.copy() for level in grid.power_left]
        self.device_busy = [grid.device_blocked(d) for d in range(len(problem.devices))]
        self.vibrates = np.zeros(grid.n, dtype=bool)
        self.quiet = np.zeros(grid.n, dtype=bool)
        self.caps_of: dict[str, list[int]] = {}
        self.cap_left_min = [math.floor(cap.crew_time_h * 60 + 1e-9) for cap in problem.caps]
        for number, cap in enumerate(problem.caps):
            for code in cap.activities:
                self.caps_of.setdefault(code, []).append(number)
        limit = problem.data_day_gb
        self.data_left_mb = None if limit is None else [math.floor(limit * MB_IN_GB + 1e-9)] * problem.days

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
        grid, way = self.grid, job.ways[place.way]
        span = slice(place.start, place.start + way.length)
        minutes, day = way.length * grid.slot, place.start // grid.per_day
        for i in place.members:
            self.busy[i][span] = True
            self.work_left_min[i, day] -= minutes
        for use in way.mode.uses:
            self.facility_left[grid.facility_number[use.facility]][span] -= use.units
        if way.mode.power_w > 0:
            channel = grid.channel_number[job.activity.channel]
            self.power_left[channel][span] -= math.ceil(way.mode.power_w)
        if "exercise" in job.activity.quiet:
            self.quiet[span] = True
        for cap in self.caps_of.get(job.activity.code, ()):
            self.cap_left_min[cap] -= minutes * job.count
        if self.data_left_mb is not None:
            self.data_left_mb[day] -= data_mb(job)

    def put_routine(self, routine: Routine, start: int, device: int) -> None:
        """Place one meal or exercise session."""
        span = slice(start, start + routine.length)
        self.busy[routine.member][span] = True
        if routine.kind is Kind.EXERCISE:
            self.device_busy[device][span] = True
            if self.grid.problem.devices[device].vibrates:
                self.vibrates[span] = True

    # ------------------------------------------------------ what still fits

    def tests(self, job: Job) -> list[tuple[str, Mask]]:
        """Each shared thing the job needs, with the starts (n,) at which enough of it is left."""
        grid, activity = self.grid, job.activity
        found: list[tuple[str, Mask]] = []
        if job.count:
            found.append(("crew-busy", self.crew_free(job)))
            found.append(("crew-hours", self._work_free(job)))
        for use in activity.uses:
            level = self.facility_left[grid.facility_number[use.facility]]
            found.append((f"facility {use.facility}", runs(level >= use.units, job.length)))
        if activity.power_w > 0:
            level = self.power_left[grid.channel_number[activity.channel]]
            fits = runs(level >= math.ceil(activity.power_w), job.length)
            found.append((f"power {activity.channel}", fits))
        if "exercise" in activity.quiet:
            found.append(("vibration", runs(~self.vibrates, job.length)))
        for cap in self.caps_of.get(activity.code, ()):
            enough = self.cap_left_min[cap] >= job.length * grid.slot * job.count
            found.append((f"cap {grid.problem.caps[cap].code}", np.full(grid.n, enough)))
        if self.data_left_mb is not None and activity.data_gb > 0:
            enough_mb = np.array(self.data_left_mb) >= data_mb(job)
            found.append(("data", np.repeat(enough_mb, grid.per_day)))
        return found

    def crew_free(self, job: Job) -> Mask:
        """Starts at which enough of the job's crew are free, skill included (n,)."""
        free = {i: runs(~self.busy[i], job.length) for i in job.crew}
        return self._enough(job, free)

    def _work_free(self, job: Job) -> Mask:
        minutes, per_day = job.length * self.grid.slot, self.grid.per_day
        free = {i: np.repeat(self.work_left_min[i] >= minutes, per_day) for i in job.crew}
        return self._enough(job, free)

    def _enough(self, job: Job, free: dict[int, Mask]) -> Mask:
        skilled_needed = job.activity.skilled_count
        total = np.zeros(self.grid.n, dtype=np.int64)
        skilled = np.zeros(self.grid.n, dtype=np.int64)
        for i, mask in free.items():
            total += mask
            if i in job.skilled:
                skilled += mask
        return (total >= job.count) & (skilled >= (job.count if skilled_needed is None else skilled_needed))

    def starts(self, job: Job) -> Mask:
        """Starts the job still has (n,)."""
        left = job.starts.copy()
        for _, mask in self.tests(job):
            left &= mask
        return left

    def routine_starts(self, routine: Routine) -> Mask:
        """Starts a meal or session still has, its devices not looked at (n,)."""
        return routine.starts & runs(~self.busy[routine.member], routine.length)


def data_mb(job: Job) -> int:
    """What the job produces, rounded up to whole megabytes."""
    return math.ceil(round(job.activity.data_gb * MB_IN_GB, 6))
