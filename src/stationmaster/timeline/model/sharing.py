"""What the free part of a week shares: crew time, devices, facilities, power, stores, caps, data."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from ortools.sat.python import cp_model

from stationmaster.timeline.model.amounts import Levels
from stationmaster.timeline.model.grid import Mask, Routine
from stationmaster.timeline.model.room import data_mb
from stationmaster.timeline.model.variables import Literal, WayVars, domain, segments, steps
from stationmaster.timeline.outcome import Kind

if TYPE_CHECKING:
    from stationmaster.timeline.model.starts import Job
    from stationmaster.timeline.model.week import WeekModel

Terms = list[tuple[Literal, int]]


def share(week: WeekModel) -> None:
    """Add everything that bounds the free activities and routine together."""
    ways = [(job, way) for job, found in week.jobs.values() for way in found.ways.values()]
    reach = _reach(week, ways)
    _crew(week, ways, reach)
    _meal_spacing(week)
    _devices_and_quiet(week, ways)
    _facilities_and_power(week, ways, reach)
    for number in range(len(week.grid.tanks)):
        _store(week, number, [(way, dict(way.way.draws).get(number, 0)) for _, way in ways])
    _caps_and_data(week, ways)


def _most(week: WeekModel, terms: Terms, limit: int) -> None:
    """The terms sum to the limit at most; said only where they could exceed it."""
    if sum(amount for _, amount in terms) > limit:
        literals, amounts = [literal for literal, _ in terms], [amount for _, amount in terms]
        week.model.add(cp_model.LinearExpr.weighted_sum(literals, amounts) <= limit)


def _reach(week: WeekModel, ways: list[tuple[Job, WayVars]]) -> Mask:
    """Slots in which something free may be going on (n,)."""
    edges = np.zeros(week.grid.n + 1, dtype=np.int64)
    lengths: dict[int, Mask] = {}
    for _, own in ways:
        length = own.way.length
        lengths[length] = lengths[length] | own.starts if length in lengths else own.starts
    for routine, _ in week.routine.values():
        length = routine.length
        lengths[length] = lengths[length] | routine.starts if length in lengths else routine.starts
    for length, starts in lengths.items():
        first = np.flatnonzero(starts)
        np.add.at(edges, first, 1)
        np.add.at(edges, np.minimum(first + length, week.grid.n), -1)
    found: Mask = np.cumsum(edges)[:-1] > 0
    return found


# ------------------------------------------------------------------------------- crew


def _crew(week: WeekModel, ways: list[tuple[Job, WayVars]], reach: Mask) -> None:
    grid, room = week.grid, week.room
    days: dict[tuple[int, int], Terms] = defaultdict(list)
    weeks: dict[tuple[int, int], Terms] = defaultdict(list)
    busy: dict[int, list[cp_model.IntervalVar]] = {i: [] for i in grid.members}
    for _, own in ways:
        minutes = own.way.length * grid.slot
        for i, interval in own.intervals.items():
            busy[i].append(interval)
        for (i, k), literal in own.z.items():
            days[i, k].append((literal, minutes))
            weeks[i, grid.week_of[k]].append((literal, minutes))
    for i in grid.members:
        if busy[i]:
            taken = room.busy[i] & ~grid.routine_mask & reach
            busy[i] += [_fixed(week, a, b) for a, b in segments(taken)]
        busy[i] += [v.interval for r, v in week.routine.values() if r.member == i]
        if len(busy[i]) > 1:
            week.model.add_no_overlap(busy[i])
    for (i, k), terms in days.items():
        _most(week, terms, int(room.work_left_min[i, k]))
    if grid.problem.rules.work_week_min is not None:
        for (i, number), terms in weeks.items():
            _most(week, terms, int(room.week_left_min[i, number]))


def _fixed(week: WeekModel, start: int, end: int) -> cp_model.IntervalVar:
    return week.model.new_fixed_size_interval_var(start, end - start, "")


def _meal_spacing(week: WeekModel) -> None:
    """A meal stretched by the rest after it overlaps none of the member's sessions that day."""
    rest = week.grid.slots(week.grid.problem.rules.exercise_after_meal_min)
    groups: dict[tuple[int, int], list[Routine]] = defaultdict(list)
    free_groups = {(r.member, r.day) for r, _ in week.routine.values()}
    for routine in week.grid.routine:
        if (routine.member, routine.day) in free_groups:
            groups[routine.member, routine.day].append(routine)
    for group in groups.values():
        if any(r.kind is Kind.MEAL for r in group):
            stretched = [_stretched(week, r, rest if r.kind is Kind.MEAL else 0) for r in group]
            week.model.add_no_overlap([s for s in stretched if s is not None])


def _stretched(week: WeekModel, routine: Routine, rest: int) -> cp_model.IntervalVar | None:
    if routine.number in week.routine:
        start = week.routine[routine.number][1].start
        return week.model.new_fixed_size_interval_var(start, routine.length + rest, "")
    if routine.number in week.fixed.routine:
        slot = week.fixed.routine[routine.number][0]
        return _fixed(week, slot, slot + routine.length + rest)
    return None


def _devices_and_quiet(week: WeekModel, ways: list[tuple[Job, WayVars]]) -> None:
    """One person at a time on a device; on one that vibrates, nobody while something is quiet."""
    quiet = [own.interval for job, own in ways if "exercise" in job.activity.quiet]
    for d, device in enumerate(week.grid.problem.devices):
        users = [v.intervals[d] for _, v in week.routine.values() if d in v.intervals]
        if users and device.vibrates and quiet:
            much = len(quiet)
            demands = [much] * len(users) + [1] * len(quiet)
            week.model.add_cumulative(users + quiet, demands, much)
        if len(users) > 1:
            week.model.add_no_overlap(users)


# -------------------------------------------------------------------------- resources


def _facilities_and_power(week: WeekModel, ways: list[tuple[Job, WayVars]], reach: Mask) -> None:
    held: dict[int, list[tuple[WayVars, int]]] = defaultdict(list)
    drawn: dict[int, list[tuple[WayVars, int]]] = defaultdict(list)
    for _, own in ways:
        for f, units in own.way.uses:
            held[f].append((own, units))
        for c, amount in own.way.power:
            drawn[c].append((own, amount))
    for f, users in held.items():
        _cumulative(week, users, week.room.facility_left[f], reach)
    for c, users in drawn.items():
        _cumulative(week, users, week.room.power_left[c], reach)


def _cumulative(week: WeekModel, users: list[tuple[WayVars, int]], left: Levels, reach: Mask) -> None:
    if len(users) < 2:
        return
    left = np.maximum(left, 0)
    within = left[reach]
    least = sorted(units for _, units in users)
    if sum(least) <= within.min():
        return
    if least[0] + least[1] > within.max():
        week.model.add_no_overlap([own.interval for own, _ in users])
        return
    top = int(within.max())
    intervals, demands = [own.interval for own, _ in users], [units for _, units in users]
    for start, end, level in steps(np.where(reach, np.maximum(top - left, 0), 0)):
        intervals.append(_fixed(week, start, end))
        demands.append(level)
    week.model.add_cumulative(intervals, demands, top)


def _caps_and_data(week: WeekModel, ways: list[tuple[Job, WayVars]]) -> None:
    grid, room = week.grid, week.room
    caps: dict[int, Terms] = defaultdict(list)
    data: dict[int, Terms] = defaultdict(list)
    for job, own in ways:
        for cap in room.caps_of.get(job.activity.code, ()):
            caps[cap].append((own.present, own.way.length * grid.slot * job.count))
        if job.activity.data_gb > 0:
            for k, literal in own.day.items():
                data[k].append((literal, data_mb(job)))
    for cap, terms in caps.items():
        _most(week, terms, room.cap_left_min[cap])
    for k, terms in data.items():
        if room.data_left_mb is not None:
            _most(week, terms, room.data_left_mb[k])


# ----------------------------------------------------------------------------- stores


def _store(week: WeekModel, number: int, ways: list[tuple[WayVars, int]]) -> None:
    """The level of a store over the groups of buckets that something free may draw in.

    Between two of them the level is carried on through what is fixed: what drains and arrives there
    makes of a level L the larger of ``least`` and L + ``change``.
    """
    users = [(own, amount) for own, amount in ways if amount]
    if not users:
        return
    tank, room, m = week.grid.tanks[number], week.room, week.model
    drain, arrived = tank.bucket_drain(), tank.arrived(room.arrived[number])
    level, head = room.store_buckets(number)
    open_slots = np.logical_or.reduce([own.starts for own, _ in users])
    if head.min() < 0:
        left = int(room.store_room(number)[1][open_slots].min())
        _most(week, [(own.present, amount) for own, amount in users], max(0, left))
        return
    groups = _groups(np.unique(tank.bucket_of[open_slots]).tolist(), drain)
    terms = _draws(week, users, tank.bucket_of, groups)
    before: cp_model.LinearExpr | None = None
    for g, (_, last) in enumerate(groups):
        draws = cp_model.LinearExpr.weighted_sum([one for one, _ in terms[g]], [a for _, a in terms[g]])
        top = int(level[last] + head[last])
        if before is None:
            before = int(level[last]) + draws
            m.add(before <= top)
            continue
        least, change = _carried(drain, arrived, groups[g - 1][1], last)
        now = m.new_int_var(0, max(0, top), "")
        m.add(now >= least + draws)
        m.add(now >= before + change + draws)
        before = now


def _groups(buckets: list[int], drain: Levels) -> list[tuple[int, int]]:
    """The first and last of the buckets between which nothing drains."""
    found: list[tuple[int, int]] = []
    for b in buckets:
        if found and not drain[found[-1][1] : b].any():
            found[-1] = (found[-1][0], b)
        else:
            found.append((b, b))
    return found


def _carried(drain: Levels, arrived: Levels, first: int, last: int) -> tuple[int, int]:
    """How a level right after the arrivals of one bucket is carried to those of a later one."""
    least, change = 0, 0
    for b in range(first, last):
        least = max(0, least - int(drain[b])) + int(arrived[b + 1])
        change += int(arrived[b + 1]) - int(drain[b])
    return least, change


def _draws(
    week: WeekModel, users: list[tuple[WayVars, int]], bucket_of: Levels, groups: list[tuple[int, int]]
) -> list[Terms]:
    """What is drawn in each group: literals with their amounts."""
    per_day = week.grid.per_day
    group_of = np.searchsorted([first for first, _ in groups], bucket_of, side="right") - 1
    terms: list[Terms] = [[] for _ in groups]
    for own, amount in users:
        for k, day in own.day.items():
            today = slice(k * per_day, (k + 1) * per_day)
            held = np.where(own.starts[today], group_of[today], -1)
            inside = np.unique(held[held >= 0]).tolist()
            literals = [day] if len(inside) == 1 else [week.model.new_bool_var("") for _ in inside]
            for g, literal in zip(inside, literals, strict=True):
                terms[g].append((literal, amount))
                if len(inside) > 1:
                    here = domain(held == g, today.start)
                    week.model.add_linear_expression_in_domain(own.start, here).only_enforce_if(literal)
            if len(inside) > 1:
                week.model.add(sum(literals) == day)
    return terms
