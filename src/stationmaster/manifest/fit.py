"""What one way of flying an item uses and what a plan leaves free: what stands against a way.

The same whole thousandths as in the model, item by item instead of all at once:
:meth:`Room.shortages` says by how much each family of limits falls short of the ways of an item.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from stationmaster.manifest.amounts import SCALE, asked, held, leaving
from stationmaster.manifest.asks import (
    Demand,
    Name,
    charged_mass,
    coming_down,
    flight_limits,
    going_up,
    inside,
    share_limits,
    weekly_limits,
    wherever,
)
from stationmaster.manifest.choices import Choices
from stationmaster.manifest.letters import ManifestProblem
from stationmaster.manifest.weeks import WEEK, Calendar

#: By how much families of limits fall short, in thousandths.
Short = dict[str, int]


@dataclass(frozen=True)
class Way:
    """One way to fly an item, by index into the problem's lists."""

    start: int
    places: tuple[int, ...]
    up: int | None
    down: int | None
    store: int | None


def ways(found: Choices) -> Iterator[Way]:
    """Every way that is open to an item alone, early starts first, cargo left for later flights."""
    for start in () if found.blocked else found.starts:
        for up, down, store in _cargo(found, start):
            for places in itertools.product(*found.places):
                yield Way(start, places, up, down, store)


def _cargo(found: Choices, start: int) -> Iterator[tuple[int | None, int | None, int | None]]:
    ups = [f for f, allowed in found.ups.items() if start in allowed] if found.ups else [None]
    downs = [f for f, allowed in found.downs.items() if start in allowed] if found.downs else [None]
    return itertools.product(ups, downs, found.stores or (None,))


class Room:
    """What is still free: starts as everything, shrinks as items take their way.

    Args:
        problem: the problem.
        weeks: its weekly buckets.
        refills: thousandths of a consumable (by index) that go up with a flight (by index).
    """

    def __init__(
        self,
        problem: ManifestProblem,
        weeks: Calendar,
        refills: Mapping[tuple[int, int], int] | None = None,
    ) -> None:
        self.problem, self.weeks = problem, weeks
        self.ends: dict[str, int] = {}
        self.free = {key: np.array(most) for key, most in weekly_limits(problem, weeks).items()}
        self.lift = dict(flight_limits(problem))
        self.shares = dict(share_limits(problem, weeks))
        self._increments = np.array([-1 if i is None else i for i in weeks.increment])
        for c, consumable in enumerate(problem.consumables):
            stock = np.full(weeks.count, held(consumable.stock_units) - asked(consumable.reserve_units))
            for (other, f), amount in (refills or {}).items():
                if other != c:
                    continue
                flight = problem.flights[f]
                stock[max(0, -(-(flight.docks - weeks.starts[0]) // WEEK)) :] += amount
                self.lift["up-mass", flight.code] -= math.ceil(amount * consumable.unit_mass_kg)
                self.lift["up-volume", flight.code] -= math.ceil(amount * consumable.unit_volume_l)
            self.free["consumable", consumable.code] = stock

    def take(self, index: int, way: Way) -> None:
        """Let an item fly this way."""
        item = self.problem.items[index]
        demands = [*wherever(self.problem, item), *self._housed(index, way.places)]
        for key, use in self._used(demands, way.start).items():
            if key[0] == "share":
                for (group, increment), part in self._by_increment(key[1], use):
                    self.shares[group, increment] -= part
            elif key in self.free:
                self.free[key] -= use
        for key, amount in self._flown(index, way.up, way.down):
            self.lift[key] -= amount
        for group, amount in charged_mass(self.problem, item):
            self.shares[group, -1] -= amount
        if way.store is not None:
            self.free["cold", self.problem.cold[way.store].code] -= self._cold(index, way)
        self.ends[item.code] = way.start + item.weeks

    @property
    def over(self) -> bool:
        """Whether more was taken than there is."""
        left = [int(free.min()) for free in self.free.values()]
        return min([*left, *self.lift.values(), *self.shares.values()], default=0) < 0

    def shortages(self, index: int, found: Choices) -> Iterator[Short]:
        """By how much each family falls short, for every way that keeps the order of the items."""
        own, problem = list(wherever(self.problem, self.problem.items[index])), self.problem
        mass = self._lacks((), charged_mass(problem, problem.items[index]), 0)
        housed = [(places, list(self._housed(index, places))) for places in itertools.product(*found.places)]
        for start in () if found.blocked else found.starts:
            if not self._waits(index, start):
                continue
            rooms = [self._lacks([*own, *demands], (), start) for _, demands in housed]
            for up, down, store in _cargo(found, start):
                way = Way(start, (), up, down, store)
                cargo = _most(mass, self._lacks_cargo(index, way))
                for room in rooms:
                    yield _most(room, cargo)

    # ------------------------------------------------------------------ amounts

    def _waits(self, index: int, start: int) -> bool:
        """Whether all that the item follows is on board and has ended in time."""
        item, never = self.problem.items[index], 10**9
        if any(self.ends.get(code, never) > start for code in item.after):
            return False
        for link in item.follows:
            waited_d = 7 * (start - self.ends.get(link.item, never))
            if waited_d < link.lag_min_d - 1e-9 or waited_d > (link.lag_max_d or math.inf) + 1e-9:
                return False
        return True

    def _housed(self, index: int, places: Iterable[int]) -> Iterator[Demand]:
        for n, p in enumerate(places):
            yield from inside(self.problem, self.problem.items[index], n, self.problem.places[p])

    def _used(self, demands: Iterable[Demand], start: int) -> dict[Name, np.ndarray]:
        found: dict[Name, np.ndarray] = {}
        for family, name, shape in demands:
            use = found.setdefault((family, name), np.zeros(self.weeks.count, dtype=np.int64))
            use[start : start + len(shape)] += np.asarray(shape, dtype=np.int64)
            if family == "consumable":
                found[family, name] = np.cumsum(use)
        return found

    def _by_increment(self, group: str, use: np.ndarray) -> Iterator[tuple[tuple[str, int], int]]:
        for increment in np.unique(self._increments[use > 0]):
            if increment >= 0:
                yield (group, int(increment)), int(use[self._increments == increment].sum())

    def _lacks(self, demands: Iterable[Demand], mass: Iterable[tuple[str, int]], start: int) -> Short:
        short: Short = {}
        for key, use in self._used(demands, start).items():
            if key[0] == "share":
                for share, part in self._by_increment(key[1], use):
                    self._lacks_share(short, share, part)
            elif key in self.free:
                lack = int(np.max(np.where(use > 0, use - self.free[key], 0)))
                if lack > 0:
                    short[key[0]] = max(short.get(key[0], 0), lack)
        for group, amount in mass:
            self._lacks_share(short, (group, -1), amount)
        return short

    def _lacks_share(self, short: Short, share: tuple[str, int], amount: int) -> None:
        lack = amount - self.shares[share]
        if lack > 0:
            lack = math.ceil(lack * SCALE / max(1, self._charged(share[1])))
            short["share"] = max(short.get("share", 0), lack)

    def _charged(self, increment: int) -> float:
        """What a share is a share of: an increment's crew time, or the mass of all flights."""
        if increment < 0:
            return SCALE * sum(flight.up_mass_kg for flight in self.problem.flights)
        hours = np.array(self.weeks.crew_time_h)
        return float(SCALE * hours[self._increments == increment].sum())

    def _lacks_cargo(self, index: int, way: Way) -> Short:
        short: Short = {}
        for key, amount in self._flown(index, way.up, way.down):
            if amount > self.lift[key]:
                short[key[0]] = max(short.get(key[0], 0), amount - self.lift[key])
        if way.store is not None:
            use, free = self._cold(index, way), self.free["cold", self.problem.cold[way.store].code]
            lack = int(np.max(np.where(use > 0, use - free, 0)))
            if lack > 0:
                short["cold"] = lack
        return short

    def _flown(self, index: int, up: int | None, down: int | None) -> Iterator[tuple[Name, int]]:
        item = self.problem.items[index]
        parts = [] if up is None else list(going_up(item, self.problem.flights[up].code))
        parts += [] if down is None else list(coming_down(item, self.problem.flights[down].code))
        for family, name, amount in parts:
            yield (family, name), amount

    def _cold(self, index: int, way: Way) -> np.ndarray:
        """What a cold store holds week by week: from the docking, then from the start to the departure."""
        item, use = self.problem.items[index], np.zeros(self.weeks.count, dtype=np.int64)
        if way.up is not None:
            docked = max(0, self.weeks.week_of(self.problem.flights[way.up].docks))
            use[docked : way.start] += asked(item.cold_up_volume_l)
        if way.down is not None:
            gone = leaving(self.weeks, self.problem.flights[way.down])
            use[way.start : gone] += asked(item.cold_volume_l)
        return use


def _most(one: Short, other: Short) -> Short:
    """The larger of two shortages, family by family."""
    return {family: max(one.get(family, 0), other.get(family, 0)) for family in {**one, **other}}
