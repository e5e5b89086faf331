"""The week as plain arrays, and a plan on them, for the compiled search.

Jobs, their ways, members, facilities and channels ("levels"), stores, and routine are numbered as on
the grid. Lists of lists are cut from one array by ``…_first``. Members of a job are bits of an integer.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stationmaster.timeline.model.grid import Grid, Mask
from stationmaster.timeline.model.links import Link, hanging_on, links
from stationmaster.timeline.model.room import Layout, Place, Room, data_mb
from stationmaster.timeline.model.starts import Job
from stationmaster.timeline.model.variables import weight
from stationmaster.timeline.outcome import Kind

Ints = NDArray[np.int64]
Bits = NDArray[np.uint8]
Floats = NDArray[np.float64]
#: A lag that says nothing.
ENDLESS = 1 << 30
#: Links of a chain along which the starts of musts are followed back.
CHAIN = 6


class Tables(NamedTuple):
    """What never changes."""

    per_day: int
    slot_min: int
    #: Ways of job j: those from way_first[j] to way_first[j + 1].
    way_first: Ints
    way_length: Ints
    way_crew: Ints
    way_skilled: Ints
    starts: Bits
    use_first: Ints
    use_level: Ints
    use_amount: Ints
    draw_first: Ints
    draw_store: Ints
    draw_amount: Ints
    #: Latest slot in which each member may start each way.
    certified: Ints
    crew_count: Ints
    skilled: Ints
    worth: Ints
    #: Slots of crew time (of time, where no crew is needed), and both with all that hangs on the job.
    area: Floats
    tree_worth: Floats
    tree_area: Floats
    must: Bits
    quiet: Bits
    cap_first: Ints
    cap_number: Ints
    data: Ints
    #: Links to what job j needs, and the jobs that need it.
    need_first: Ints
    need_job: Ints
    need_low: Ints
    need_high: Ints
    need_from_end: Bits
    need_crew: Bits
    then_first: Ints
    then_job: Ints
    #: The bucket of each slot of each store, what leaves it in each, what it holds at first and at most.
    bucket: Ints
    drain: Ints
    initial: Ints
    capacity: Ints
    week_of: Ints
    routine_member: Ints
    routine_day: Ints
    routine_length: Ints
    routine_meal: Bits
    routine_starts: Bits
    device_first: Ints
    device: Ints
    vibrates: Bits
    rest: int


class State(NamedTuple):
    """A plan: where everything is (start -1: nowhere), and what is left of everything shared."""

    start: Ints
    way: Ints
    who: Ints
    routine_start: Ints
    routine_device: Ints
    busy: Bits
    level: Ints
    work: Ints
    week: Ints
    cap: Ints
    data: Ints
    #: What is put into each store in each bucket, and its level after that.
    drawn: Ints
    filled: Ints
    vibrating: Ints
    quiet: Ints
    device_busy: Bits


def _joined(lists: Sequence[Sequence[int]]) -> tuple[Ints, Ints]:
    """Lists as one array, and where each begins."""
    return _first([len(one) for one in lists]), np.array(list(itertools.chain(*lists)), dtype=np.int64)


def _bits(members: Iterable[int]) -> int:
    return sum(1 << i for i in members)


def _rows(masks: Sequence[NDArray[np.bool_]], n: int) -> Bits:
    return np.array(masks, dtype=np.uint8).reshape(len(masks), n)


def tables(grid: Grid, jobs: list[Job], musts: set[int]) -> Tables:  # long because it fills one record
    """The problem as arrays; musts must all be placed."""
    ways = [(job, way) for job in jobs for way in job.ways]
    facilities = len(grid.problem.facilities)
    uses = [[*way.uses, *((facilities + c, amount) for c, amount in way.power)] for _, way in ways]
    certified = np.full((len(ways), len(grid.problem.crew)), ENDLESS)
    for w, (_, way) in enumerate(ways):
        for i, latest in way.certified.items():
            certified[w, i] = latest
    needs = links([job.activity for job in jobs])
    incoming: list[list[Link]] = [[] for _ in jobs]
    outgoing: list[list[int]] = [[] for _ in jobs]
    for link in needs:
        incoming[link.then].append(link)
        outgoing[link.first].append(link.then)
    flat = [link for own_links in incoming for link in own_links]
    caps = Room(grid, jobs).caps_of
    cap_first, cap_number = _joined([caps.get(job.activity.code, []) for job in jobs])
    use_first, use_level = _joined([[level for level, _ in own] for own in uses])
    draw_first, draw_store = _joined([[s for s, _ in way.draws] for _, way in ways])
    then_first, then_job = _joined([sorted(set(own)) for own in outgoing])
    tanks = grid.tanks
    area = np.array([max(1.0, job.length * (job.count or 0.1)) for job in jobs])
    tree = np.zeros((len(jobs), len(jobs)))
    for job in jobs:
        tree[job.number, sorted(hanging_on({job.number}, needs))] = 1.0
    routine = grid.routine
    device_first, device = _joined(
        [[grid.device_number[d] for d in r.session.devices] if r.session else [] for r in routine]
    )

    def ints(values: Iterable[int]) -> Ints:
        return np.array(list(values), dtype=np.int64)

    def bits(values: Iterable[bool]) -> Bits:
        return np.array(list(values), dtype=np.uint8)

    return Tables(
        per_day=grid.per_day,
        slot_min=grid.slot,
        way_first=_first([len(job.ways) for job in jobs]),
        way_length=ints(way.length for _, way in ways),
        way_crew=ints(_bits(way.crew) for _, way in ways),
        way_skilled=ints(_bits(way.skilled) for _, way in ways),
        starts=_rows(_starts(grid, jobs, needs, musts), grid.n),
        use_first=use_first,
        use_level=use_level,
        use_amount=ints(amount for own in uses for _, amount in own),
        draw_first=draw_first,
        draw_store=draw_store,
        draw_amount=ints(amount for _, way in ways for _, amount in way.draws),
        certified=certified,
        crew_count=ints(job.count for job in jobs),
        skilled=ints(
            job.count if job.activity.skilled_count is None else job.activity.skilled_count for job in jobs
        ),
        worth=ints(weight(job.activity) for job in jobs),
        area=area,
        tree_worth=tree @ np.array([float(weight(job.activity)) for job in jobs]),
        tree_area=tree @ area,
        must=bits(job.number in musts for job in jobs),
        quiet=bits("exercise" in job.activity.quiet for job in jobs),
        cap_first=cap_first,
        cap_number=cap_number,
        data=ints(data_mb(job) if job.activity.data_gb > 0 else 0 for job in jobs),
        need_first=_first([len(own_links) for own_links in incoming]),
        need_job=ints(link.first for link in flat),
        need_low=ints(-ENDLESS if x.shortest_min is None else grid.slots(x.shortest_min) for x in flat),
        need_high=ints(
            ENDLESS if x.shortest_min is None or x.longest_min is None else x.longest_min // grid.slot
            for x in flat
        ),
        need_from_end=bits(link.from_end for link in flat),
        need_crew=bits(link.same_crew for link in flat),
        then_first=then_first,
        then_job=then_job,
        bucket=np.array([tank.bucket_of for tank in tanks], dtype=np.int64).reshape(len(tanks), grid.n),
        drain=_padded([tank.bucket_drain() for tank in tanks]),
        initial=ints(tank.initial for tank in tanks),
        capacity=ints(tank.capacity for tank in tanks),
        week_of=ints(grid.week_of),
        routine_member=ints(r.member for r in routine),
        routine_day=ints(r.day for r in routine),
        routine_length=ints(r.length for r in routine),
        routine_meal=bits(r.kind is Kind.MEAL for r in routine),
        routine_starts=_rows([r.starts for r in routine], grid.n),
        device_first=device_first,
        device=device,
        vibrates=bits(d.vibrates for d in grid.problem.devices),
        rest=grid.slots(grid.problem.rules.exercise_after_meal_min),
    )


def _starts(grid: Grid, jobs: list[Job], needs: list[Link], musts: set[int]) -> list[Mask]:
    """Starts of every way; of a must only those from which each must that needs it can follow."""
    found = [[way.starts & (job.hopeless is None) for way in job.ways] for job in jobs]
    bound = [x for x in needs if x.then in musts and x.shortest_min is not None]
    for _ in range(max(1, min(len(bound), CHAIN))):
        for link in reversed(bound):
            later = np.logical_or.reduce(found[link.then])
            seen = np.concatenate(([0], np.cumsum(later)))
            for way_number, way in enumerate(jobs[link.first].ways):
                offset = way.length if link.from_end else 0
                low = np.arange(grid.n) + offset + grid.slots(link.shortest_min or 0)
                high = low * 0 + grid.n
                if link.longest_min is not None:
                    high = np.arange(grid.n) + offset + link.longest_min // grid.slot + 1
                found[link.first][way_number] &= (
                    seen[np.clip(high, 0, grid.n)] > seen[np.clip(low, 0, grid.n)]
                )
    return [mask for own in found for mask in own]


def _first(sizes: list[int]) -> Ints:
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


def _padded(rows: list[Ints]) -> Ints:
    """Rows of different lengths as one array, short ones filled up with 0."""
    found = np.zeros((len(rows), max(map(len, rows), default=0)), dtype=np.int64)
    for row, own in zip(found, rows, strict=True):
        row[: len(own)] = own
    return found


def empty(grid: Grid, jobs: list[Job]) -> State:
    """The week with nothing placed."""
    room = Room(grid, jobs)
    levels = [*room.facility_left, *room.power_left]
    buckets = _padded([tank.bucket_drain() for tank in grid.tanks]).shape
    return State(
        start=np.full(len(jobs), -1),
        way=np.zeros(len(jobs), dtype=np.int64),
        who=np.zeros(len(jobs), dtype=np.int64),
        routine_start=np.full(len(grid.routine), -1),
        routine_device=np.full(len(grid.routine), -1),
        busy=_rows(room.busy, grid.n),
        level=np.array(levels, dtype=np.int64).reshape(len(levels), grid.n),
        work=room.work_left_min.astype(np.int64),
        week=np.minimum(room.week_left_min, ENDLESS).astype(np.int64),
        cap=np.array(room.cap_left_min, dtype=np.int64),
        data=np.array(room.data_left_mb or [ENDLESS] * len(grid.days), dtype=np.int64),
        drawn=np.zeros(buckets, dtype=np.int64),
        filled=np.full(buckets, -1),
        vibrating=np.zeros(grid.n, dtype=np.int64),
        quiet=np.zeros(grid.n, dtype=np.int64),
        device_busy=_rows(room.device_busy, grid.n),
    )


def as_layout(table: Tables, state: State, members: range) -> Layout:
    """The plan as a layout."""
    jobs = {}
    for j in map(int, np.flatnonzero(state.start >= 0)):
        who = tuple(i for i in members if int(state.who[j]) >> i & 1)
        jobs[j] = Place(int(state.start[j]), who, int(state.way[j] - table.way_first[j]))
    routine = {
        int(r): (int(state.routine_start[r]), int(state.routine_device[r]))
        for r in np.flatnonzero(state.routine_start >= 0)
    }
    return Layout(jobs, routine)
