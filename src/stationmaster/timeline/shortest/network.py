"""A week of musts as a plain project network: lengths, lags and constant capacities, nothing else.

Many weeks are no such thing (windows, crew, ways, longest lags); where one is, schedules of it can be
made by the hundred thousand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.links import Link, links
from stationmaster.timeline.model.starts import Job

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Network:
    """Jobs on slots.

    Attributes:
        lengths: slots of each job (jobs,).
        earliest: the first slot it may start in (jobs,).
        needs: units of each resource (jobs, resources).
        capacity: units of each resource (resources,).
        first: of each arc, the job before (arcs,).
        then: the job after (arcs,).
        lags: slots from the end of the first to the start of the second, at least (arcs,).
        horizon: slots there are.
    """

    lengths: Counts
    earliest: Counts
    needs: Counts
    capacity: Counts
    first: Counts
    then: Counts
    lags: Counts
    horizon: int


def network(grid: Grid, jobs: list[Job]) -> Network | None:
    """The network of a week in which everything must be done, or None where it is more than one."""
    problem = grid.problem
    if problem.stores or problem.caps or problem.channels or problem.data_day_gb is not None or grid.routine:
        return None
    if any(job.count or len(job.ways) != 1 or job.hopeless for job in jobs):
        return None
    if any(level.min() != level.max() for level in grid.facility_left):
        return None
    earliest = [_from(job) for job in jobs]
    needed = links([job.activity for job in jobs])
    lags = [_lag(grid, jobs, link) for link in needed]
    if any(first is None for first in earliest) or any(lag is None or lag < 0 for lag in lags):
        return None
    needs = np.zeros((len(jobs), len(problem.facilities)), np.int64)
    for number, job in enumerate(jobs):
        for use in job.ways[0].mode.uses:
            needs[number, grid.facility_number[use.facility]] += use.units
    return Network(
        lengths=np.array([job.ways[0].length for job in jobs], np.int64),
        earliest=np.array(earliest, np.int64),
        needs=needs,
        capacity=np.array([level[0] for level in grid.facility_left], np.int64),
        first=np.array([link.first for link in needed], np.int64),
        then=np.array([link.then for link in needed], np.int64),
        lags=np.array(lags, np.int64),
        horizon=grid.n,
    )


def _from(job: Job) -> int | None:
    """The slot from which on every start is allowed to the end of the week; None where there are gaps."""
    allowed = np.flatnonzero(job.ways[0].starts)
    last = len(job.ways[0].starts) - job.ways[0].length
    whole = len(allowed) and allowed[-1] == last and len(allowed) == last - allowed[0] + 1
    return int(allowed[0]) if whole else None


def _lag(grid: Grid, jobs: list[Job], link: Link) -> int | None:
    """The lag of a plain arc: from the end of the one, at least so long, at most for ever."""
    if link.shortest_min is None or link.longest_min is not None or link.same_crew:
        return None
    lag = -(-link.shortest_min // grid.slot)
    return lag if link.from_end else lag - jobs[link.first].ways[0].length
