"""A manifest's problem and answer as the checks look at them: weeks, who is on board, hours."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta

from stationmaster.manifest.letters import Berth, Flight, Item, Manifest, ManifestProblem, Place
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
        """What a cold store holds at a moment: from each start until the flight down leaves."""
        return sum(
            item.cold_volume_l
            for berth, item in self.stays()
            if berth.cold_store == store
            and berth.down_flight is not None
            and berth.start <= when < self.flights[berth.down_flight].leaves
        )

    def hours_by_week(self, group: str | None = None) -> list[float]:
        """Crew hours of all berths by week, or a group's part of them."""
        hours = [0.0] * self.count
        for berth in self.manifest.berths:
            part = 1.0 if group is None else (self.items[berth.item].group_share or {}).get(group, 0.0)
            for offset, amount_h in enumerate(berth.crew_time_h):
                if 0 <= berth.start_week + offset < self.count:
                    hours[berth.start_week + offset] += amount_h * part
        return hours

    def crew_time_h(self, start: datetime, end: datetime) -> float:
        """Crew time between two moments, summed piece by piece between the moments at which it changes."""
        edges = sorted(
            {start, end}
            | {e for i in self.problem.increments for e in (i.start, i.end) if start < e < end}
            | {e for q in self.problem.quiet for e in (q.start, q.end) if start < e < end}
        )
        whole = 0.0
        for left, right in itertools.pairwise(edges):
            middle = left + (right - left) / 2
            rate = sum(i.crew_time_week_h for i in self.problem.increments if i.start <= middle < i.end)
            quiet = [q.crew_time_share for q in self.problem.quiet if q.start <= middle < q.end]
            whole += rate * (min(quiet) if quiet else 1.0) * ((right - left) / SEVEN_DAYS)
        return whole

    def increment(self, when: datetime) -> str | None:
        """The increment that holds a moment."""
        return next((i.code for i in self.problem.increments if i.start <= when < i.end), None)


def over(kind: str, where: str, when: datetime, used: float, limit: float) -> Fault:
    """More is used in a week than there is."""
    return Fault(
        f"over-{kind}", where, f"{where} holds {limit:g} in the week of {iso(when)} but {used:g} are used"
    )
