"""What the week takes of everything that has a limit, slot by slot: facilities, channels, stores, hours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from stationmaster.measure.time import Span
from stationmaster.timeline.activity import Mode
from stationmaster.timeline.letters import PowerLimit, Store, WeekProblem
from stationmaster.timeline.outcome import Item, Kind, WeekPlan

Levels = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """One resource over the week: ``used`` and ``limit`` by slot (n,), in ``unit``.

    A slot that an item or a span touches counts whole. Crew work is the hours of the day that the
    slot lies in, the same for all its slots.
    """

    code: str
    name: str
    kind: str
    unit: str
    used: Levels
    limit: Levels


def profiles(problem: WeekProblem, plan: WeekPlan) -> tuple[Profile, ...]:
    """Every resource of the week: crew work by member, facilities, channels, stores, in this order."""
    return tuple(_Week(problem, plan).all())


class _Week:
    """A plan on the slots of its week."""

    def __init__(self, problem: WeekProblem, plan: WeekPlan) -> None:
        self.problem, self.plan = problem, plan
        self.slot = timedelta(minutes=problem.slot_min)
        self.count = round((problem.span.end - problem.start) / self.slot)
        ways: Mapping[tuple[str, str], Mode] = {
            (activity.code, way.code): way for activity in problem.activities for way in activity.ways
        }
        self.activities = {activity.code: activity for activity in problem.activities}
        self.running: list[tuple[Item, Mode]] = [
            (item, ways[item.activity, item.mode])
            for item in plan.items
            if item.kind is Kind.ACTIVITY and (item.activity, item.mode) in ways
        ]

    def all(self) -> Iterator[Profile]:
        """Each profile, crew first."""
        yield from self._crew()
        yield from self._facilities()
        yield from map(self._channel, self.problem.channels)
        yield from map(self._store, self.problem.stores)

    def _slots(self, span: Span) -> slice:
        first = (span.start - self.problem.start) // self.slot
        last = -((self.problem.start - span.end) // self.slot)
        return slice(max(0, first), max(0, last))

    def _day(self, figures: Mapping[object, float]) -> Levels:
        each = self.count // self.problem.days
        days = [figures.get(self.problem.date_of(number), 0.0) for number in range(self.problem.days)]
        return np.repeat(np.array(days), each)

    def _crew(self) -> Iterator[Profile]:
        for member in self.problem.crew:
            own = [figure for figure in self.plan.work if figure.crew == member.code]
            if own:
                used = self._day({figure.day: figure.work_h for figure in own})
                limit = self._day({figure.day: figure.limit_h for figure in own})
                yield Profile(member.code, f"Work of {member.code}", "crew", "h a day", used, limit)

    def _facilities(self) -> Iterator[Profile]:
        for facility in self.problem.facilities:
            used, limit = np.zeros(self.count), np.full(self.count, float(facility.users_at_once))
            for item, way in self.running:
                for use in way.uses:
                    if use.facility == facility.code:
                        used[self._slots(item.span)] += use.units
            for blocked in self.problem.blocked:
                if facility.code in blocked.facilities:
                    limit[self._slots(blocked.span)] = 0.0
            yield Profile(facility.code, facility.name, "facility", "users", used, limit)

    def _channel(self, channel: PowerLimit) -> Profile:
        used, limit = np.full(self.count, channel.base_w), np.full(self.count, channel.sunlit_w)
        for eclipse in self.problem.eclipses:
            limit[self._slots(eclipse)] = min(channel.sunlit_w, channel.eclipse_w)
        for part in channel.reduced:
            where = self._slots(part.span)
            limit[where] = np.minimum(limit[where], part.limit_w)
        for item, way in self.running:
            activity = self.activities[item.activity]
            drawn_w = way.power_w if activity.channel == channel.code else 0.0
            drawn_w += sum(load.power_w for load in activity.loads if load.channel == channel.code)
            used[self._slots(item.span)] += drawn_w
        return Profile(channel.code, channel.name, "channel", "W", used, limit)

    def _store(self, store: Store) -> Profile:
        """The level at the end of each slot's draws: the highest within the slot."""
        drawn, refilled = np.zeros(self.count), np.zeros(self.count)
        for item, way in self.running:
            amount = sum(draw.amount_units for draw in way.draws if draw.store == store.code)
            drawn[self._slots(item.span).start] += amount
        for blocked in self.problem.blocked:
            for refill in blocked.refills:
                at = self._slots(Span(blocked.span.start, blocked.span.end)).stop
                if refill.store == store.code and at < self.count:
                    refilled[at] += refill.amount_units
        level, found = store.initial_units, np.empty(self.count)
        recovery = self._recovery(store)
        midnights = self.count // self.problem.days
        for number in range(self.count):
            if store.daily and number % midnights == 0 and number:
                level = 0.0
            level = max(0.0, level - refilled[number]) + drawn[number]
            found[number] = level
            level = max(0.0, level - recovery[number])
        full = np.full(self.count, store.capacity_units)
        return Profile(store.code, store.name, "store", store.unit, found, full)

    def _recovery(self, store: Store) -> Levels:
        """How much of the level goes in each slot."""
        hours = np.full(self.count, self.slot / timedelta(hours=1))
        if store.recovers_in:
            hours[:] = 0.0
            for span in self.problem.windows[store.recovers_in]:
                for number in range(*self._slots(span).indices(self.count)):
                    start: datetime = self.problem.start + number * self.slot
                    shared = min(span.end, start + self.slot) - max(span.start, start)
                    hours[number] += max(shared, timedelta()) / timedelta(hours=1)
        return np.asarray(hours * store.recovery_units_h)
