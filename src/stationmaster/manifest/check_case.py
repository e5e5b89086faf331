"""A manifest's problem and answer as the checks look at them: weeks, who is on board, hours."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta

from stationmaster.manifest.letters import Berth, Flight, Increment, Item, Manifest, ManifestProblem, Place
from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import iso

TOLERANCE = 1e-3
SEVEN_DAYS = timedelta(days=7)


class Case:
    """The problem, the answer, and the names in both."""

    def __init__(self, problem: ManifestProblem, manifest: Manifest) -> None:
        self.problem, self.manifest = problem, manifest
        self.items: Mapping[str, Item] = {item.code: item for item in problem.items}
        self.places: Mapping[str, Place] = {place.code: place for place in problem.places}
        self.flights: Mapping[str, Flight] = {flight.code: flight for flight in problem.flights}
        self.first = min(increment.start for increment in problem.increments)
        last = max(increment.end for increment in problem.increments)
        self.count = int((last - self.first) / SEVEN_DAYS)
        self.weeks = [self.first + n * SEVEN_DAYS for n in range(self.count)]

    def aboard(self, week: int) -> list[tuple[Berth, Item]]:
        """Who is on board when a week starts."""
        when = self.weeks[week]
        return [(b, item) for b, item in self.stays() if b.start <= when < b.end]

    def stays(self) -> list[tuple[Berth, Item]]:
        """Every berth with its item."""
        return [(b, self.items[b.item]) for b in self.manifest.berths]

    def kept_cold_l(self, store: str, when: datetime) -> float:
        """What a cold store holds in the week from a moment.

        What came up cold from the week of its docking until the first week, samples from the first
        week until their flight down leaves.
        """
        whole = 0.0
        for berth, item in self.stays():
            if berth.cold_store != store:
                continue
            if berth.start > when and berth.up_flight is not None:
                docked = self.flights[berth.up_flight].docks < when + SEVEN_DAYS
                whole += item.cold_up_volume_l if docked else 0.0
            if berth.start <= when and berth.down_flight is not None:
                whole += item.cold_volume_l if when < self.flights[berth.down_flight].leaves else 0.0
        return whole

    def hours_by_week(self, group: str | None = None) -> list[float]:
        """Crew hours of all berths by week, or a group's part of them."""
        hours = [0.0] * self.count
        for berth in self.manifest.berths:
            part = 1.0 if group is None else (self.items[berth.item].group_share or {}).get(group, 0.0)
            for offset, amount_h in enumerate(berth.crew_time_h):
                if 0 <= berth.start_week + offset < self.count:
                    hours[berth.start_week + offset] += amount_h * part
        return hours

    def crew_time_h(self, start: datetime, end: datetime, skill: str | None = None) -> float:
        """Crew time (or that of a skill) between two moments, summed between those at which it changes."""
        edges = sorted(
            {start, end}
            | {e for i in self.problem.increments for e in (i.start, i.end) if start < e < end}
            | {e for q in self.problem.quiet for e in (q.start, q.end) if start < e < end}
        )
        whole = 0.0
        for left, right in itertools.pairwise(edges):
            middle = left + (right - left) / 2
            rate = sum(_rate_h(i, skill) for i in self.problem.increments if i.start <= middle < i.end)
            quiet = [q.crew_time_share for q in self.problem.quiet if q.start <= middle < q.end]
            whole += rate * (min(quiet) if quiet else 1.0) * ((right - left) / SEVEN_DAYS)
        return whole

    def skilled_h(self, skill: str) -> list[float]:
        """Hours of people with a skill by week: the part of each item's own hours that asks for it."""
        hours = [0.0] * self.count
        for berth, item in self.stays():
            asked_h = (item.skill_time_h or {}).get(skill, 0.0)
            if asked_h <= 0:
                continue
            even_h = (item.crew_time_h - item.setup_time_h) / item.weeks
            for week in range(max(0, berth.start_week), min(self.count, berth.start_week + item.weeks)):
                first_h = item.setup_time_h if week == berth.start_week else 0.0
                hours[week] += (even_h + first_h) * asked_h / item.crew_time_h
        return hours

    @property
    def skills(self) -> list[str]:
        """Skills that are asked for where an increment bounds them."""
        bounded = any(i.skill_time_week_h is not None for i in self.problem.increments)
        return sorted({s for i in self.problem.items for s in i.skill_time_h or {}}) if bounded else []

    def stock(self, code: str) -> list[tuple[float, float]]:
        """What of a consumable is at hand when each week starts, and what the week uses."""
        consumable = next(c for c in self.problem.consumables if c.code == code)
        left, found, arrived = consumable.stock_units, [], self.first - 100 * 366 * (SEVEN_DAYS / 7)
        for when in self.weeks:
            for refill in self.manifest.refills:
                docks = self.flights[refill.flight].docks
                if refill.consumable == code and arrived < docks <= when:
                    left += refill.amount_units
            used = sum(
                (item.use_week_units or {}).get(code, 0.0) for _, item in self.aboard(self.weeks.index(when))
            )
            found.append((left, used))
            left, arrived = left - used, when
        return found

    def increment(self, when: datetime) -> str | None:
        """The increment that holds a moment."""
        return next((i.code for i in self.problem.increments if i.start <= when < i.end), None)


def _rate_h(increment: Increment, skill: str | None) -> float:
    if skill is None or increment.skill_time_week_h is None:
        return increment.crew_time_week_h
    return increment.skill_time_week_h.get(skill, 0.0)


def over(kind: str, where: str, when: datetime, used: float, limit: float) -> Fault:
    """More is used in a week than there is."""
    return Fault(
        f"over-{kind}", where, f"{where} holds {limit:g} in the week of {iso(when)} but {used:g} are used"
    )
