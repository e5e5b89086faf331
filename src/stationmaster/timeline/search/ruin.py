"""Ruin and recreate, compiled: a part of the plan is taken out and filled again, by chance and by worth.

Method: G. Schrimpf et al., "Record breaking optimization results using the ruin and recreate
principle", Journal of Computational Physics 159 (2000); the removal of things near each other and the
insertion by random orders after J. Christiaens and G. Vanden Berghe, "Slack induction by string removals
for vehicle routing problems", Transportation Science 54 (2020). Worse plans are kept by the rule of
simulated annealing.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from stationmaster.timeline.search.moves import (
    follow,
    insert,
    insert_routine,
    put,
    put_routine,
    remove,
    remove_routine,
)
from stationmaster.timeline.search.tables import ENDLESS, State, Tables

#: Times round the list of what is not placed; how often chance passes an activity over.
PASSES, SKIP = 6, 0.02
#: How often the routine of a member's day is moved as well.
REROUTE = 0.3


@njit(cache=True, nogil=True)
def begin(table: Tables, plan: State, seed: int) -> None:
    """Levels of the stores and the seed of chance; before anything else in a thread."""
    np.random.seed(seed)
    plan.filled[:, :] = -1
    for s in range(plan.filled.shape[0]):
        follow(table, plan, s, 0)


@njit(cache=True, nogil=True)
def load(table: Tables, plan: State, start: np.ndarray, way: np.ndarray, who: np.ndarray) -> None:
    """Place jobs where these say (-1: nowhere), in a week without any."""
    for j in range(start.shape[0]):
        if start[j] >= 0:
            put(table, plan, j, way[j], start[j], who[j], 1)
            plan.start[j], plan.way[j], plan.who[j] = start[j], way[j], who[j]


@njit(cache=True, nogil=True)
def load_routine(table: Tables, plan: State, start: np.ndarray, device: np.ndarray) -> None:
    """Place meals and sessions where these say (-1: nowhere), in a week without any."""
    for r in range(start.shape[0]):
        if start[r] >= 0:
            put_routine(table, plan, r, start[r], device[r], 1)
            plan.routine_start[r], plan.routine_device[r] = start[r], device[r]


@njit(cache=True, nogil=True)
def worth(table: Tables, plan: State, penalty: int) -> int:
    """The weight placed, less a penalty for each must that is not."""
    total = 0
    for j in range(plan.start.shape[0]):
        if plan.start[j] >= 0:
            total += table.worth[j]
        elif table.must[j]:
            total -= penalty
    return total


@njit(cache=True, nogil=True)
def routine_first(table: Tables, plan: State) -> bool:
    """Place all routine that has no place: meals, then sessions, the longest first; whether all fitted."""
    routines = table.routine_member.shape[0]
    key = np.zeros(routines)
    for r in range(routines):
        key[r] = (
            -(table.routine_length[r])
            + 0.5 * np.random.random()
            + (-1000.0 if table.routine_meal[r] else 0.0)
        )
    whole = True
    for r in np.argsort(key):
        if plan.routine_start[r] < 0 and not insert_routine(table, plan, r):
            whole = False
    return whole


@njit(cache=True, nogil=True)
def recreate(  # noqa: PLR0912
    table: Tables, plan: State, days: np.ndarray, changed: np.ndarray, musts: bool
) -> None:
    """Place what is not placed and may start on one of the days: musts first, then by an order by lot.

    Marks in ``changed`` (1) what was placed; with ``musts`` places nothing else.
    """
    jobs = plan.start.shape[0]
    key = np.empty(jobs)
    order, mild = np.random.randint(0, 4), 0.1 + 0.5 * np.random.random()
    for j in range(jobs):
        if plan.start[j] >= 0 or (not table.must[j] and (musts or table.tree_worth[j] == 0)):
            key[j] = np.inf
            continue
        own, whole = table.worth[j] / table.area[j], table.tree_worth[j] / table.tree_area[j]
        if order == 0:
            value = own
        elif order == 1:
            value = whole
        elif order == 2:
            value = max(own, whole)
        else:
            value = max(
                table.worth[j] / table.area[j] ** 0.5, table.tree_worth[j] / table.tree_area[j] ** 0.5
            )
        key[j] = -value * (1.0 + mild * (np.random.random() - 0.5))
        if table.must[j]:
            key[j] -= 1e15
    ranked = np.argsort(key)
    for _ in range(PASSES):
        any_placed = False
        for j in ranked:
            if key[j] == np.inf:
                break
            if plan.start[j] >= 0 or (np.random.random() < SKIP and not table.must[j]):
                continue
            if insert(table, plan, j, days):
                changed[j] = max(1, changed[j])
                any_placed = True
        if not any_placed:
            break


@njit(cache=True, nogil=True)
def take_out(
    table: Tables, plan: State, j: int, changed: np.ndarray, old: np.ndarray, stack: np.ndarray
) -> int:
    """Remove a job and all that hangs on it; how many. Keeps in ``old`` where they were."""
    size, found = 1, 0
    stack[0] = j
    while size:
        size -= 1
        one = stack[size]
        if plan.start[one] < 0:
            continue
        if changed[one] == 0:
            old[one, 0], old[one, 1], old[one, 2] = plan.start[one], plan.way[one], plan.who[one]
            changed[one] = 2
        remove(table, plan, one)
        found += 1
        for x in range(table.then_first[one], table.then_first[one + 1]):
            if plan.start[table.then_job[x]] >= 0:
                stack[size] = table.then_job[x]
                size += 1
    return found


@njit(cache=True, nogil=True)
def ruin(  # noqa: PLR0912, PLR0915
    table: Tables, plan: State, changed: np.ndarray, old: np.ndarray, stack: np.ndarray, days: np.ndarray
) -> None:  # long because each kind of part is a few lines
    """Take out a part of the plan, by lot: a stretch of some members' time, what stands in the way of an
    activity not placed, what uses the same thing on a day, or some activities anywhere."""
    jobs, (members, n) = plan.start.shape[0], plan.busy.shape
    kind = np.random.random()
    some = np.random.random() < 0.7
    if kind < 0.45 or kind >= 0.9:
        day = np.random.randint(0, plan.work.shape[1])
        first, last = day * table.per_day, (day + 1) * table.per_day
        if np.random.random() < 0.7:
            width = np.random.randint(1 + table.per_day // 24, 2 + table.per_day // 2)
            first += np.random.randint(0, max(1, table.per_day - width))
            last = first + width
        who = 0
        for _ in range(np.random.randint(1, min(members, 3) + 1) if members else 0):
            who |= 1 << np.random.randint(0, members)
        for j in range(jobs):
            at = plan.start[j]
            theirs = plan.who[j] & who or (table.crew_count[j] == 0 and kind < 0.05)
            if first <= at < last and theirs and (not some or np.random.random() < 0.8):
                take_out(table, plan, j, changed, old, stack)
    elif kind < 0.8:
        for _ in range(30):
            j = np.random.randint(0, jobs)
            if plan.start[j] < 0:
                break
        low, high = 0, n
        for x in range(table.need_first[j], table.need_first[j + 1]):
            first_one = table.need_job[x]
            if plan.start[first_one] >= 0 and np.random.random() < 0.5:
                days[plan.start[first_one] // table.per_day] = 1
                take_out(table, plan, first_one, changed, old, stack)
            elif plan.start[first_one] >= 0 and table.need_low[x] > -ENDLESS:
                end = plan.start[first_one]
                end += table.way_length[plan.way[first_one]] if table.need_from_end[x] else 0
                low, high = max(low, end + table.need_low[x]), min(high, end + table.need_high[x])
        way = table.way_first[j] + np.random.randint(0, table.way_first[j + 1] - table.way_first[j])
        low, high = min(low, n - 1), max(min(high, n - 1), min(low, n - 1))
        at = np.random.randint(low, high + 1)
        for t in range(high + 1 - low):
            if table.starts[way, low + (at - low + t) % (high + 1 - low)]:
                at = low + (at - low + t) % (high + 1 - low)
                break
        first, last, day = at - 6, at + table.way_length[way] + 6, at // table.per_day
        who = 0
        for i in range(members):
            if table.way_crew[way] >> i & 1 and (who == 0 or np.random.random() < 0.3):
                who |= 1 << i
        for other in range(jobs):
            begins = plan.start[other]
            if begins < 0:
                continue
            near = begins < last and begins + table.way_length[plan.way[other]] > first
            shares = False
            for u in range(table.use_first[way], table.use_first[way + 1]):
                for v in range(table.use_first[plan.way[other]], table.use_first[plan.way[other] + 1]):
                    shares = shares or table.use_level[u] == table.use_level[v]
            same_day = begins // table.per_day == day and plan.who[other] & who and np.random.random() < 0.25
            if same_day or (near and (shares or plan.who[other] & who)):
                take_out(table, plan, other, changed, old, stack)
        days[day] = 1
    else:
        day = np.random.randint(0, plan.work.shape[1])
        level = np.random.randint(0, plan.level.shape[0]) if plan.level.shape[0] else -1
        for j in range(jobs):
            if plan.start[j] >= 0 and plan.start[j] // table.per_day == day:
                for u in range(table.use_first[plan.way[j]], table.use_first[plan.way[j] + 1]):
                    if table.use_level[u] == level and plan.start[j] >= 0 and np.random.random() < 0.8:
                        take_out(table, plan, j, changed, old, stack)
    for j in range(jobs):
        if changed[j]:
            days[old[j, 0] // table.per_day] = 1


@njit(cache=True, nogil=True)
def move_routine(table: Tables, plan: State, before: np.ndarray) -> bool:
    """Hold the routine of one member's day at other times; whether it all has a place again.

    Meals and sessions are numbered in ``before`` with where they were (-1: untouched).
    """
    if not plan.busy.shape[0]:
        return True
    member, day = np.random.randint(0, plan.busy.shape[0]), np.random.randint(0, plan.work.shape[1])
    for r in range(table.routine_member.shape[0]):
        if table.routine_member[r] == member and table.routine_day[r] == day and plan.routine_start[r] >= 0:
            before[r, 0], before[r, 1] = plan.routine_start[r], plan.routine_device[r]
            remove_routine(table, plan, r)
    whole = True
    for r in range(table.routine_member.shape[0]):
        if before[r, 0] >= 0 and not insert_routine(table, plan, r):
            whole = False
    return whole


@njit(cache=True, nogil=True)
def undo(table: Tables, plan: State, changed: np.ndarray, old: np.ndarray, before: np.ndarray) -> None:
    """Put everything back as it was."""
    for j in range(plan.start.shape[0]):
        if changed[j] and plan.start[j] >= 0:
            remove(table, plan, j)
    for r in range(before.shape[0]):
        if before[r, 0] >= 0 and plan.routine_start[r] >= 0:
            remove_routine(table, plan, r)
    for r in range(before.shape[0]):
        if before[r, 0] >= 0:
            put_routine(table, plan, r, before[r, 0], before[r, 1], 1)
            plan.routine_start[r], plan.routine_device[r] = before[r, 0], before[r, 1]
    for j in range(plan.start.shape[0]):
        if changed[j] == 2:
            put(table, plan, j, old[j, 1], old[j, 0], old[j, 2], 1)
            plan.start[j], plan.way[j], plan.who[j] = old[j, 0], old[j, 1], old[j, 2]


@njit(cache=True, nogil=True)
def rounds(
    table: Tables,
    plan: State,
    best: np.ndarray,
    best_routine: np.ndarray,
    heats: tuple[float, float],
    limits: tuple[int, int, int],
    musts: bool,
) -> int:
    """Rounds of ruin and recreate, cooling from the first of ``heats`` to the second; the best worth.

    ``limits``: how many rounds, the penalty for each missing must, the worth to aim at.

    ``best`` (jobs, 3) and ``best_routine`` (routine, 2) hold the best plan so far and take a better one.
    Ends when a plan is worth that; with ``musts`` places nothing else.
    """
    count, penalty, aim = limits
    hot, cold = heats
    jobs, routines = plan.start.shape[0], table.routine_member.shape[0]
    old, before = np.zeros((jobs, 3), np.int64), np.zeros((routines, 2), np.int64)
    changed, stack = np.zeros(jobs, np.int64), np.zeros(table.then_job.shape[0] + 2, np.int64)
    days = np.zeros(plan.work.shape[1], np.int64)
    now = worth(table, plan, penalty)
    top = 0
    for j in range(jobs):
        if best[j, 0] >= 0:
            top += int(table.worth[j])
        elif table.must[j]:
            top -= penalty
    for one in range(count if jobs else 0):
        changed[:] = 0
        before[:, :] = -1
        days[:] = 0
        ruin(table, plan, changed, old, stack, days)
        whole = np.random.random() >= REROUTE or move_routine(table, plan, before)
        if whole:
            recreate(table, plan, days, changed, musts)
        fresh = worth(table, plan, penalty)
        heat = hot * (cold / hot) ** (one / max(1, count))
        if not whole or fresh < now + heat * np.log(np.random.random() + 1e-300):
            undo(table, plan, changed, old, before)
            continue
        now = fresh
        if now > top:
            top = now
            best[:, 0], best[:, 1], best[:, 2] = plan.start, plan.way, plan.who
            best_routine[:, 0], best_routine[:, 1] = plan.routine_start, plan.routine_device
            if top >= aim:
                break
    return int(top)
