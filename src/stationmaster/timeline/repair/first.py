"""The first repaired plan: what still fits stays, the rest is put back as near to its old time as may be."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from stationmaster.timeline.model.links import hanging_on
from stationmaster.timeline.model.room import Layout, Place, Room
from stationmaster.timeline.model.starts import Job, Way
from stationmaster.timeline.model.variables import weight
from stationmaster.timeline.repair.board import Board, routine_code

#: So many of the nearest starts are tried for a crew that is free together.
TRIES = 60


def first_plan(board: Board) -> tuple[Layout, set[int]]:
    """A plan with everything frozen in it, and the meals and sessions that found no time."""
    kept, room, doubtful = _standing(board)
    for number in sorted(doubtful, key=lambda n: _rank(board, n)):
        place = board.old.jobs[number]
        needs = {link.first for link in board.of_then.get(number, ())}
        if needs <= kept.jobs.keys() and board.stands(room, number, place, kept):
            kept.jobs[number] = place
            room.put_job(board.jobs[number], place)
    room, kept = _without_broken_lags(board, kept, room)
    homeless = _routine(board, room, kept)
    reinsert(board, room, kept)
    return kept, homeless


def _rank(board: Board, number: int) -> tuple[bool, bool, int, int]:
    activity = board.jobs[number].activity
    return number not in board.near, not activity.must, -weight(activity), number


def _standing(board: Board) -> tuple[Layout, Room, set[int]]:
    """What is frozen or stands where no disturbance reaches; and what has to be looked at."""
    hits = board.changed.hits
    room, kept = Room(board.grid, board.jobs), Layout()
    doubtful = _doubtful(board)
    for number, place in sorted(board.old.jobs.items()):
        if board.jobs[number].activity.code in hits:
            continue
        if number in board.firm or number not in doubtful:
            kept.jobs[number] = place
            room.put_job(board.jobs[number], place)
    for number, (start, device) in sorted(board.old.routine.items()):
        if number in board.firm_routine:
            kept.routine[number] = (start, device)
            room.put_routine(board.grid.routine[number], start, device)
    return kept, room, {n for n in doubtful - board.firm if board.jobs[n].activity.code not in hits}


def _doubtful(board: Board) -> set[int]:
    """What may no longer fit though nothing forbids it by itself: beside something that takes longer, on
    days on which blocked spans take hours of its crew, with draws on stores, in a cap that is used up."""
    grid, old = board.grid, board.old
    overruns = (o for o in board.problem.disturbances.overruns if o.activity in board.number)
    longer = {board.number[o.activity]: o.by_min for o in overruns if o.activity not in board.beyond}
    stretched = np.zeros(grid.n, dtype=bool)
    days: set[tuple[int, int]] = set()
    caps: set[str] = set()
    for number in longer.keys() & old.jobs.keys():
        place = old.jobs[number]
        end = place.start + board.way(number, place).length
        stretched[max(place.start, end - grid.slots(longer[number]) - 1) : end] = True
        days |= {(i, place.start // grid.per_day) for i in place.members}
        code = board.jobs[number].activity.code
        caps |= {c for cap in grid.problem.caps if code in cap.activities for c in cap.activities}
    before = {b.code: b for b in board.problem.week.blocked}
    for blocked in grid.problem.blocked:
        if blocked.works and blocked.crew and before.get(blocked.code) != blocked:
            first, last = grid.floor(blocked.span.start), grid.ceil(blocked.span.end)
            on = range(max(0, first) // grid.per_day, min(grid.n, last) // grid.per_day + 1)
            days |= {(grid.member_number[c], k) for c in blocked.crew for k in on}
    found = set(longer) & old.jobs.keys()
    for number, place in old.jobs.items():
        way = board.way(number, place)
        span = slice(place.start, place.start + way.length)
        on_day = any((i, place.start // grid.per_day) in days for i in place.members)
        capped = board.jobs[number].activity.code in caps
        if on_day or capped or way.mode.draws or stretched[span].any():
            found.add(number)
    return found


def _without_broken_lags(board: Board, kept: Layout, room: Room) -> tuple[Room, Layout]:
    """Take out what no longer keeps its time to something else, and what hangs on it."""
    broken = {n for n in kept.jobs if not _keeps_lags(board, n, kept)}
    lost = {n for n in board.old.jobs if n not in kept.jobs}
    out = (hanging_on(broken | lost, board.links) & kept.jobs.keys()) - board.firm
    if not out:
        return room, kept
    left = Layout({n: p for n, p in kept.jobs.items() if n not in out}, kept.routine)
    fresh = Room(board.grid, board.jobs)
    fresh.put(left, set(), set())
    return fresh, left


def _keeps_lags(board: Board, number: int, layout: Layout) -> bool:
    if number in board.firm or number not in board.of_then:
        return True
    place = layout.jobs[number]
    firsts = {link.first for link in board.of_then[number]}
    if not firsts <= layout.jobs.keys():
        return False
    own = Layout({n: layout.jobs[n] for n in firsts})
    return bool(board.lag_starts(number, own, board.way(number, place))[place.start])


# ------------------------------------------------------------------------------ routine


def _routine(board: Board, room: Room, kept: Layout) -> set[int]:
    """Meals and sessions at their old times, else near them; those that find none."""
    grid, old, hits = board.grid, board.old.routine, board.changed.hits
    wandering = []
    for number in sorted(set(range(len(grid.routine))) - kept.routine.keys()):
        start, device = old.get(number, (-1, -1))
        code = routine_code(grid, number)
        there = number in old and code not in hits and room.routine_starts(grid.routine[number])[start]
        if there and device in board.session_devices(room, number, start):
            kept.routine[number] = (start, device)
            room.put_routine(grid.routine[number], start, device)
        else:
            wandering.append(number)
    return {number for number in wandering if not _put_session(board, room, kept, number)}


def _put_session(board: Board, room: Room, kept: Layout, number: int) -> bool:
    starts = np.flatnonzero(room.routine_starts(board.grid.routine[number]))
    wish, device = board.old.routine.get(number, (0, -1))
    for start in sorted(starts.tolist(), key=lambda s: (abs(s - wish), s)):
        free = board.session_devices(room, number, start)
        if free and board.spaced(number, start, kept):
            chosen = device if device in free else free[0]
            kept.routine[number] = (start, chosen)
            room.put_routine(board.grid.routine[number], start, chosen)
            return True
    return False


# --------------------------------------------------------------------------- activities


def wanted(board: Board, placed: Collection[int] = ()) -> set[int]:
    """What the repaired plan should hold: all of the approved plan, musts, and what is urgent.

    What is hopeless is not among it, unless it is ``placed``.
    """
    urgent = {board.number[a.code] for a in board.problem.disturbances.urgent}
    musts = {n for n, a in enumerate(board.changed.week.activities) if a.must}
    asked = board.old.jobs.keys() | urgent | musts
    return {n for n in asked if n in placed or board.opened(n).hopeless is None}


def reinsert(board: Board, room: Room, layout: Layout) -> None:
    """Put in whatever is wanted and still fits, musts and heavy ones first, near its old place."""
    out = sorted(wanted(board, layout.jobs) - layout.jobs.keys(), key=lambda n: _rank(board, n))
    fresh = True
    while fresh:
        fresh = False
        for number in out:
            if number not in layout.jobs:
                place = _place(board, room, layout, number)
                if place is not None:
                    layout.jobs[number] = place
                    room.put_job(board.jobs[number], place)
                    fresh = True


def _place(board: Board, room: Room, layout: Layout, number: int) -> Place | None:
    job = board.opened(number)
    if any(link.first not in layout.jobs for link in board.of_then.get(number, ())):
        return None
    old = board.old.jobs.get(number, Place(board.now_slot, ()))
    may, has_to = board.crew_bounds(number, layout)
    for number_of_way, way in sorted(enumerate(job.ways), key=lambda pair: pair[0] != old.way):
        if way.hopeless is not None:
            continue
        allowed = room.starts(job, number_of_way) & board.lag_starts(number, layout, way)
        starts = np.flatnonzero(allowed)
        for start in sorted(starts.tolist(), key=lambda s: (abs(s - old.start), s))[:TRIES]:
            members = _members(board, room, (job, way), start, (may, has_to, set(old.members)))
            if members is not None:
                return Place(start, members, number_of_way)
    return None


def _members(
    board: Board,
    room: Room,
    task: tuple[Job, Way],
    start: int,
    bounds: tuple[set[int], set[int], set[int]],
) -> tuple[int, ...] | None:
    """Who does it: those of before where they can, else those with the most time left."""
    (job, way), (may, has_to, before) = task, bounds
    day = start // board.grid.per_day
    free = [i for i in way.crew if i in may and board.has_time(room, i, way, start)]
    if not has_to <= set(free):
        return None
    free.sort(key=lambda i: (i not in has_to, i not in before, -int(room.work_left_min[i, day]), i))
    skilled = job.activity.skilled_count
    needed = job.count if skilled is None else skilled
    holders = {i for i in way.skilled if start <= way.certified.get(i, start)}
    chosen = [i for i in free if i in holders][:needed]
    chosen += [i for i in free if i not in chosen][: job.count - len(chosen)]
    enough = len(chosen) == job.count and len(holders.intersection(chosen)) >= needed
    return tuple(sorted(chosen)) if enough and has_to <= set(chosen) else None
