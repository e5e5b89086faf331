"""The week as slots: what is known about every activity and every crew day before any search.

Masks are boolean arrays over the slots of the week (n,). Spans are rounded so that whoever keeps
the rounded one keeps the true one: what is forbidden grows, what is allowed shrinks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stationmaster.measure.time import Span
from stationmaster.timeline.crew_day import (
    DAY_MIN,
    aboard_all,
    asleep,
    blocked_work_min,
    day_limit_min,
    fixed_routine,
)
from stationmaster.timeline.letters import CrewMember, Session, WeekProblem
from stationmaster.timeline.model.amounts import Levels, Scale
from stationmaster.timeline.model.links import Link, links
from stationmaster.timeline.model.stores import Tank, tank
from stationmaster.timeline.outcome import Kind

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Routine:
    """A meal or an exercise session of one member on one day, whose time is to be found."""

    number: int
    member: int
    day: int
    kind: Kind
    session: Session | None
    length: int
    starts: Mask


def runs(allowed: Mask, length: int) -> Mask:
    """Where a run of ``length`` allowed slots starts (n,)."""
    total = np.concatenate(([0], np.cumsum(allowed)))
    found = np.zeros(len(allowed), dtype=bool)
    if length <= len(allowed):
        found[: len(allowed) - length + 1] = total[length:] - total[:-length] == length
    return found


class Grid:
    """The problem on its slots."""

    def __init__(self, problem: WeekProblem) -> None:
        self.problem = problem
        self.slot = problem.slot_min
        self.per_day = DAY_MIN // problem.slot_min
        self.n = problem.days * self.per_day
        self.days = range(problem.days)
        self.members = range(len(problem.crew))
        self.member_number = {m.code: i for i, m in enumerate(problem.crew)}
        self.facility_number = {f.code: i for i, f in enumerate(problem.facilities)}
        self.channel_number = {c.code: i for i, c in enumerate(problem.channels)}
        self.device_number = {d.code: i for i, d in enumerate(problem.devices)}
        self.store_number = {s.code: i for i, s in enumerate(problem.stores)}
        self._kept: dict[tuple[object, ...], Mask] = {}

    def kept(self, make: Callable[..., Mask], *key: object) -> Mask:
        """``make(grid, *key)``: a mask that many activities share, made once."""
        if (make, *key) not in self._kept:
            self._kept[make, *key] = make(self, *key)
        return self._kept[make, *key]

    @cached_property
    def links(self) -> list[Link]:
        """What the activities need of each other."""
        return links(self.problem.activities)

    # ------------------------------------------------------------------ time

    def floor(self, when: datetime) -> int:
        """The slot that holds the moment."""
        return math.floor((when - self.problem.start) / timedelta(minutes=self.slot))

    def ceil(self, when: datetime) -> int:
        """The first slot that starts at the moment or later."""
        return -math.floor((self.problem.start - when) / timedelta(minutes=self.slot))

    def when(self, slot: int) -> datetime:
        """The start of a slot."""
        return self.problem.start + timedelta(minutes=slot * self.slot)

    def slots(self, minutes: int) -> int:
        """Slots that so many minutes fill, rounded up."""
        return -(-minutes // self.slot)

    def touched(self, spans: tuple[Span, ...] | list[Span]) -> Mask:
        """The slots that meet any of the spans (n,)."""
        mask = np.zeros(self.n, dtype=bool)
        for span in spans:
            mask[max(0, self.floor(span.start)) : max(0, self.ceil(span.end))] = True
        return mask

    # ------------------------------------------------------------------ crew

    @cached_property
    def routine_mask(self) -> Mask:
        """Slots in which the fixed routine is; whoever is away from it is busy then too (n,)."""
        return self.touched([span for _, span in fixed_routine(self.problem)])

    @cached_property
    def asleep(self) -> Mask:
        """Slots in which somebody sleeps (n,)."""
        return self.touched(asleep(self.problem))

    @cached_property
    def busy(self) -> list[Mask]:
        """For each member, the slots taken by fixed routine, blocked spans and not being aboard (n,)."""
        return [
            self.routine_mask
            | self.touched([b.span for b in self.problem.blocked if member.code in b.crew])
            | self._ashore(member)
            for member in self.problem.crew
        ]

    def _ashore(self, member: CrewMember) -> Mask:
        numbers = np.arange(self.n)
        if member.aboard is None:
            return numbers < 0
        return (numbers < self.ceil(member.aboard.start)) | (numbers >= self.floor(member.aboard.end))

    @cached_property
    def work_limit(self) -> Levels:
        """Minutes that activities of a member may still take on a day (members, days)."""
        problem = self.problem
        limits = np.zeros((len(problem.crew), problem.days), dtype=np.int64)
        for i, member in enumerate(problem.crew):
            for k in self.days:
                spent = math.ceil(blocked_work_min(problem, member, k) - 1e-9)
                limits[i, k] = max(0, day_limit_min(problem, member, k) - spent)
        return limits

    @cached_property
    def week_of(self) -> list[int]:
        """The calendar week of each day, numbered from 0."""
        weeks = [self.problem.date_of(k).isocalendar()[:2] for k in self.days]
        return [sorted(set(weeks)).index(week) for week in weeks]

    @cached_property
    def week_limit(self) -> Levels:
        """Minutes that activities of a member may still take in a calendar week (members, weeks)."""
        problem, weeks = self.problem, self.week_of
        most = problem.rules.work_week_min
        whole = len(weeks) * DAY_MIN if most is None else most
        limits = np.full((len(problem.crew), weeks[-1] + 1), whole, dtype=np.int64)
        for i, member in enumerate(problem.crew):
            for k in self.days:
                if most is not None:
                    limits[i, weeks[k]] -= math.ceil(blocked_work_min(problem, member, k) - 1e-9)
        return np.maximum(limits, 0)

    # -------------------------------------------------------------- routine

    @cached_property
    def routine(self) -> list[Routine]:
        """Every meal and exercise session that needs a time."""
        rules, found = self.problem.rules, list[Routine]()
        meal = self.slots(rules.meal_min)
        for i in self.members:
            for k in self.days:
                if not aboard_all(self.problem, self.problem.crew[i], k):
                    continue
                weekday = self.problem.date_of(k).isoweekday()
                if meal and not self._waived(i, k, "meal"):
                    window = np.zeros(self.n, dtype=bool)
                    noon = k * self.per_day + self.slots(rules.meal_earliest_min)
                    window[noon : k * self.per_day + rules.meal_latest_min // self.slot] = True
                    starts = runs(window & ~self.busy[i], meal)
                    found.append(Routine(len(found), i, k, Kind.MEAL, None, meal, starts))
                if weekday in rules.exercise_weekdays and not self._waived(i, k, "exercise"):
                    day = np.zeros(self.n, dtype=bool)
                    day[k * self.per_day : (k + 1) * self.per_day] = True
                    for session in rules.sessions:
                        length = self.slots(session.duration_min)
                        starts = runs(day & ~self.busy[i], length)
                        found.append(Routine(len(found), i, k, Kind.EXERCISE, session, length, starts))
        return found

    def _waived(self, member: int, day: int, kind: str) -> bool:
        whole = Span(self.when(day * self.per_day), self.when((day + 1) * self.per_day))
        code = self.problem.crew[member].code
        return any(
            kind in b.waives and code in b.crew and b.span.overlaps(whole) for b in self.problem.blocked
        )

    @cached_property
    def device_blocked(self) -> list[Mask]:
        """For each device the slots in which it cannot be used (n,)."""
        return [
            self.touched([b.span for b in self.problem.blocked if device.code in b.facilities])
            for device in self.problem.devices
        ]

    # ------------------------------------------------------------- resources

    @cached_property
    def facility_left(self) -> list[Levels]:
        """For each facility the units free in each slot (n,)."""
        found = []
        for facility in self.problem.facilities:
            level = np.full(self.n, facility.users_at_once, dtype=np.int64)
            level[self.touched([b.span for b in self.problem.blocked if facility.code in b.facilities])] = 0
            found.append(level)
        return found

    @cached_property
    def power_scales(self) -> list[Scale]:
        """For each channel, how its watts are counted in whole numbers."""
        drawn: dict[str, list[float]] = {}
        for activity in self.problem.activities:
            drawn.setdefault(activity.channel, []).extend(way.power_w for way in activity.ways)
            for load in activity.loads:
                drawn.setdefault(load.channel, []).append(load.power_w)
        return [Scale.of(drawn.get(channel.code, [])) for channel in self.problem.channels]

    @cached_property
    def power_left(self) -> list[Levels]:
        """For each channel what is free in each slot, in its scale, rounded down (n,)."""
        eclipse = self.touched(self.problem.eclipses)
        found = []
        for channel, scale in zip(self.problem.channels, self.power_scales, strict=True):
            limit = np.where(eclipse, min(channel.sunlit_w, channel.eclipse_w), channel.sunlit_w)
            for less in channel.reduced:
                span = self.touched([less.span])
                limit[span] = np.minimum(limit[span], less.limit_w)
            free = {float(w): scale.down(float(w) - channel.base_w) for w in np.unique(limit)}
            found.append(np.array([free[float(w)] for w in limit], dtype=np.int64))
        return found

    @cached_property
    def tanks(self) -> list[Tank]:
        """The stores on the grid."""
        return [tank(self, store) for store in self.problem.stores]
