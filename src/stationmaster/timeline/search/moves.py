"""Putting one thing into a plan and taking it out, compiled: every rule of the week, slot by slot."""

from __future__ import annotations

import numpy as np
from numba import njit

from stationmaster.timeline.search.tables import ENDLESS, State, Tables

#: What a gap left on one side of an activity costs, against what chance adds.
GAP, CHANCE = 1.0, 1.5


@njit(cache=True, nogil=True)
def put(table: Tables, plan: State, j: int, way: int, start: int, who: int, sign: int) -> None:
    """Place job j (sign 1), or take it away again (sign -1): what is shared, not its own entry."""
    length = table.way_length[way]
    end = start + length
    minutes = length * table.slot_min
    day = start // table.per_day
    for i in range(plan.busy.shape[0]):
        if who >> i & 1:
            plan.busy[i, start:end] = 1 if sign > 0 else 0
            plan.work[i, day] -= sign * minutes
            plan.week[i, table.week_of[day]] -= sign * minutes
    for u in range(table.use_first[way], table.use_first[way + 1]):
        plan.level[table.use_level[u], start:end] -= sign * table.use_amount[u]
    for d in range(table.draw_first[way], table.draw_first[way + 1]):
        store = table.draw_store[d]
        plan.drawn[store, table.bucket[store, start]] += sign * table.draw_amount[d]
        follow(table, plan, store, table.bucket[store, start])
    if table.quiet[j]:
        plan.quiet[start:end] += sign
    for c in range(table.cap_first[j], table.cap_first[j + 1]):
        plan.cap[table.cap_number[c]] -= sign * minutes * table.crew_count[j]
    plan.data[day] -= sign * table.data[j]


@njit(cache=True, nogil=True)
def put_routine(table: Tables, plan: State, r: int, start: int, device: int, sign: int) -> None:
    """Place a meal or session (sign 1), or take it away again (sign -1)."""
    end = start + table.routine_length[r]
    plan.busy[table.routine_member[r], start:end] = 1 if sign > 0 else 0
    if device >= 0:
        plan.device_busy[device, start:end] = 1 if sign > 0 else 0
        if table.vibrates[device]:
            plan.vibrating[start:end] += sign


@njit(cache=True, nogil=True)
def stores_hold(table: Tables, plan: State, way: int, start: int) -> bool:
    """Whether every store takes what this way draws at this slot, from then until it is as before."""
    for d in range(table.draw_first[way], table.draw_first[way + 1]):
        s = table.draw_store[d]
        first = table.bucket[s, start]
        level = plan.filled[s, first] + table.draw_amount[d]
        for b in range(first, plan.filled.shape[1]):
            if b > first:
                level = max(0, level - table.drain[s, b - 1]) + plan.drawn[s, b]
                if level <= plan.filled[s, b]:
                    break
            if level > table.capacity[s]:
                return False
    return True


@njit(cache=True, nogil=True)
def follow(table: Tables, plan: State, s: int, first: int) -> None:
    """Follow the level of a store again from a bucket on, until it is as it was."""
    for b in range(first, plan.filled.shape[1]):
        before = table.initial[s] if b == 0 else max(0, plan.filled[s, b - 1] - table.drain[s, b - 1])
        level = before + plan.drawn[s, b]
        if b > first and level == plan.filled[s, b]:
            break
        plan.filled[s, b] = level


@njit(cache=True, nogil=True)
def bits_of(value: int) -> int:
    """How many bits are set."""
    found = 0
    while value:
        value &= value - 1
        found += 1
    return found


@njit(cache=True, nogil=True)
def choose(
    plan: State, able: int, skilled: int, numbers: tuple[int, int], span: tuple[int, int], cost: np.ndarray
) -> tuple[float, int]:
    """The members to take: the holders of the skill first, each whose day it leaves least torn.

    ``numbers``: how many in all, how many with the skill.
    """
    (count, needed), (start, end) = numbers, span
    n, total, who = plan.busy.shape[1], 0.0, 0
    for i in range(plan.busy.shape[0]):
        if able >> i & 1:
            gaps = 0.0
            if start > 0 and plan.busy[i, start - 1] == 0:
                gaps += GAP
            if end < n and plan.busy[i, end] == 0:
                gaps += GAP
            cost[i] = gaps + CHANCE * np.random.random()
    for taken in range(count):
        pool = able & skilled if taken < needed else able
        best, low = -1, np.inf
        for i in range(plan.busy.shape[0]):
            if (pool & ~who) >> i & 1 and cost[i] < low:
                best, low = i, cost[i]
        if best < 0:
            return np.inf, 0
        who |= 1 << best
        total += low
    return total / max(1, count), who


@njit(cache=True, nogil=True)
def insert(table: Tables, plan: State, j: int, days: np.ndarray) -> bool:  # noqa: PLR0912, PLR0915
    """Place job j on one of the days, where gaps and chance have it; whether there is room."""
    # long because one scan tests every rule
    low, high, allowed = 0, plan.busy.shape[1], -1
    for x in range(table.need_first[j], table.need_first[j + 1]):
        other = table.need_job[x]
        at = plan.start[other]
        if at < 0:
            return False
        if table.need_low[x] > -ENDLESS:
            at += table.way_length[plan.way[other]] if table.need_from_end[x] else 0
            low, high = max(low, at + table.need_low[x]), min(high, at + table.need_high[x])
        if table.need_crew[x]:
            allowed &= plan.who[other]
    members, n = plan.busy.shape
    run_of, cost = np.zeros(members, np.int64), np.zeros(members)
    best, best_start, best_way, best_who = np.inf, -1, -1, 0
    count, needed = table.crew_count[j], table.skilled[j]
    for way in range(table.way_first[j], table.way_first[j + 1]):
        length = table.way_length[way]
        minutes = length * table.slot_min
        roomy = True
        for c in range(table.cap_first[j], table.cap_first[j + 1]):
            roomy = roomy and plan.cap[table.cap_number[c]] >= minutes * count
        if not roomy:
            continue
        for k in range(plan.work.shape[1]):
            first, last = max(low, k * table.per_day), min(high, (k + 1) * table.per_day - 1, n - length)
            if not days[k] or first > last or plan.data[k] < table.data[j]:
                continue
            pool = 0
            for i in range(members):
                rested = plan.work[i, k] >= minutes and plan.week[i, table.week_of[k]] >= minutes
                if rested and (table.way_crew[way] & allowed) >> i & 1:
                    pool |= 1 << i
            if bits_of(pool) < count or bits_of(pool & table.way_skilled[way]) < needed:
                continue
            run = 0
            run_of[:] = 0
            for t in range(last + length - 1, first - 1, -1):
                free = not (table.quiet[j] and plan.vibrating[t] > 0)
                for u in range(table.use_first[way], table.use_first[way + 1]):
                    free = free and plan.level[table.use_level[u], t] >= table.use_amount[u]
                run = run + 1 if free else 0
                able = 0
                for i in range(members):
                    if pool >> i & 1:
                        run_of[i] = 0 if plan.busy[i, t] else run_of[i] + 1
                        if run_of[i] >= length and t <= table.certified[way, i]:
                            able |= 1 << i
                if run < length or t > last or not table.starts[way, t]:
                    continue
                if count and (bits_of(able) < count or bits_of(able & table.way_skilled[way]) < needed):
                    continue
                if count:
                    here, who = choose(
                        plan, able, table.way_skilled[way], (count, needed), (t, t + length), cost
                    )
                else:
                    here, who = np.random.random(), 0
                if here < best and stores_hold(table, plan, way, t):
                    best, best_start, best_way, best_who = here, t, way, who
    if best_start < 0:
        return False
    put(table, plan, j, best_way, best_start, best_who, 1)
    plan.start[j], plan.way[j], plan.who[j] = best_start, best_way, best_who
    return True


@njit(cache=True, nogil=True)
def remove(table: Tables, plan: State, j: int) -> None:
    """Take job j away."""
    put(table, plan, j, plan.way[j], plan.start[j], plan.who[j], -1)
    plan.start[j] = -1


@njit(cache=True, nogil=True)
def insert_routine(table: Tables, plan: State, r: int) -> bool:
    """Hold a meal or session at one of the times that fit, by lot; whether there is any."""
    n, length, member = plan.busy.shape[1], table.routine_length[r], table.routine_member[r]
    first, last = (
        table.routine_day[r] * table.per_day,
        min((table.routine_day[r] + 1) * table.per_day - 1, n - length),
    )
    rest_low, rest_high = n, -1
    for other in range(table.routine_member.shape[0]):
        same = table.routine_member[other] == member and table.routine_day[other] == table.routine_day[r]
        if (
            same
            and table.routine_meal[other]
            and not table.routine_meal[r]
            and plan.routine_start[other] >= 0
        ):
            rest_low = plan.routine_start[other] - length + 1
            rest_high = plan.routine_start[other] + table.routine_length[other] + table.rest - 1
    best, best_start, best_device = np.inf, -1, -1
    run = 0
    choices = table.device_first[r + 1] - table.device_first[r]
    run_of = np.zeros(max(1, choices), np.int64)
    for t in range(last + length - 1, first - 1, -1):
        run = 0 if plan.busy[member, t] else run + 1
        device = -1
        for d in range(choices):
            code = table.device[table.device_first[r] + d]
            shut = plan.device_busy[code, t] or (table.vibrates[code] and plan.quiet[t] > 0)
            run_of[d] = 0 if shut else run_of[d] + 1
            if run_of[d] >= length and (device < 0 or np.random.random() < 0.5):
                device = code
        if run < length or t > last or not table.routine_starts[r, t] or (choices and device < 0):
            continue
        if rest_low <= t <= rest_high or (table.routine_meal[r] and _meets_session(table, plan, r, t)):
            continue
        gaps = (t > 0 and not plan.busy[member, t - 1]) + (
            t + length < n and not plan.busy[member, t + length]
        )
        here = GAP * gaps + CHANCE * np.random.random()
        if here < best:
            best, best_start, best_device = here, t, device
    if best_start < 0:
        return False
    put_routine(table, plan, r, best_start, best_device, 1)
    plan.routine_start[r], plan.routine_device[r] = best_start, best_device
    return True


@njit(cache=True, nogil=True)
def _meets_session(table: Tables, plan: State, r: int, start: int) -> bool:
    """Whether a meal held then, with the rest after it, would run into a session of the same day."""
    end = start + table.routine_length[r] + table.rest
    for other in range(table.routine_member.shape[0]):
        at = plan.routine_start[other]
        same = (
            table.routine_member[other] == table.routine_member[r]
            and table.routine_day[other] == table.routine_day[r]
        )
        if same and other != r and at >= 0 and at < end and start < at + table.routine_length[other]:
            return True
    return False


@njit(cache=True, nogil=True)
def remove_routine(table: Tables, plan: State, r: int) -> None:
    """Take a meal or session away."""
    put_routine(table, plan, r, plan.routine_start[r], plan.routine_device[r], -1)
    plan.routine_start[r] = -1
