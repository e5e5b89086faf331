"""The week as slots: what is known about every activity and every crew day before any search.

Masks are boolean arrays over the slots of the week (n,). Spans are rounded so that whoever keeps
the rounded one keeps the true one: what is forbidden grows, what is allowed shrinks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stationmaster.measure.time import Span
from stationmaster.timeline.consistency import DAY_MIN, fixed_routine
from stationmaster.timeline.letters import Session, WeekProblem
from stationmaster.timeline.outcome import Kind

Mask = NDArray[np.bool_]
Levels = NDArray[np.int64]


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
        """Slots in which the fixed routine of all is (n,)."""
        return self.touched([span for _, span in fixed_routine(self.problem)])

    @cached_property
    def busy(self) -> list[Mask]:
        """For each member, the slots taken by fixed routine and blocked spans (n,)."""
        return [
            self.routine_mask | self.touched([b.span for b in self.problem.blocked if member.code in b.crew])
            for member in self.problem.crew
        ]

    @cached_property
    def work_limit(self) -> Levels:
        """Minutes that activities of a member may still take on a day (members, days)."""
        problem = self.problem
        limits = np.zeros((len(problem.crew), problem.days), dtype=np.int64)
        for i, member in enumerate(problem.crew):
            own = problem.member_work_min.get(member.code, DAY_MIN)
            for k in self.days:
                spent = self._blocked_work_min(member.code, k)
                limits[i, k] = max(0, min(own, day_limit_min(problem, k)) - spent)
        return limits

    def _blocked_work_min(self, member: str, day: int) -> int:
        midnight = self.problem.start + timedelta(days=day)
        minutes = 0.0
        for blocked in self.problem.blocked:
            if blocked.works and member in blocked.crew:
                start = max(midnight, blocked.span.start)
                end = min(midnight + timedelta(days=1), blocked.span.end)
                minutes += max(0.0, (end - start).total_seconds() / 60)
        return math.ceil(minutes)

    # -------------------------------------------------------------- routine

    @cached_property
    def routine(self) -> list[Routine]:
        """Every meal and exercise session that needs a time."""
        rules, found = self.problem.rules, list[Routine]()
        meal = self.slots(rules.meal_min)
        for i in self.members:
            for k in self.days:
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

    def device_blocked(self, device: int) -> Mask:
        """Slots in which a device cannot be used (n,)."""
        code = self.problem.devices[device].code
        return self.touched([b.span for b in self.problem.blocked if code in b.facilities])

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
    def power_left(self) -> list[Levels]:
        """For each channel the watts free in each slot, rounded down (n,)."""
        eclipse = self.touched(self.problem.eclipses)
        found = []
        for channel in self.problem.channels:
            sunlit = math.floor(channel.sunlit_w - channel.base_w)
            dark = math.floor(channel.eclipse_w - channel.base_w)
            found.append(np.where(eclipse, min(sunlit, dark), sunlit).astype(np.int64))
        return found


def day_limit_min(problem: WeekProblem, day: int) -> int:
    """Minutes of work that the ground rules allow on a day of the week."""
    weekday, rules = problem.date_of(day).isoweekday(), problem.rules
    return {6: rules.work_saturday_min, 7: rules.work_sunday_min}.get(weekday, rules.work_day_min)
