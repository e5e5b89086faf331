"""What one way of flying an item uses, and what a plan leaves free: a quick first plan, and shortages.

The same whole thousandths as in the model, item by item instead of all at once: :func:`first_plan`
gives the search something to start from, :meth:`Room.lacks` says what stands against a way.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stationmaster.manifest.amounts import SCALE, asked, ends, held, hours, leaving
from stationmaster.manifest.choices import Choices
from stationmaster.manifest.letters import Item, ManifestProblem, PlaceKind
from stationmaster.manifest.weeks import Calendar

#: A limit: its family, what it limits, and the week (-1 where it holds over the whole plan).
Key = tuple[str, str, int]


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
    if found.blocked:
        return
    for start in found.starts:
        ups = [f for f, allowed in found.ups.items() if start in allowed] if found.ups else [None]
        downs = [f for f, allowed in found.downs.items() if start in allowed] if found.downs else [None]
        for up, down, store in itertools.product(ups, downs, found.stores or (None,)):
            for places in itertools.product(*found.places):
                yield Way(start, places, up, down, store)


class Room:
    """What is still free: starts as everything, shrinks as items take their way."""

    def __init__(self, problem: ManifestProblem, weeks: Calendar) -> None:
        self.problem, self.weeks = problem, weeks
        self.ends: dict[str, int] = {}
        self.used: Counter[Key] = Counter()
        self.limits = limits(problem, weeks)

    def lacks(self, index: int, way: Way) -> dict[str, int]:
        """By how much each family of limits falls short of a way, in thousandths (share: of the whole)."""
        short: dict[str, int] = {}
        for key, amount in self.uses(index, way).items():
            limit = self.limits.get(key)
            if limit is None:
                continue
            lack = self.used[key] + amount - limit
            if lack > 0:
                if key[0] == "share":
                    lack = math.ceil(lack * SCALE / max(1, self._whole(key)))
                short[key[0]] = max(short.get(key[0], 0), lack)
        return short

    def fits(self, index: int, way: Way) -> bool:
        """Whether a way fits into what is free."""
        needed = self.uses(index, way)
        return all(
            self.used[key] + amount <= self.limits.get(key, math.inf) for key, amount in needed.items()
        )

    def waits(self, index: int, way: Way) -> bool:
        """Whether all that the item follows is on board and has ended by its start."""
        return all(
            self.ends.get(code, self.weeks.count + 1) <= way.start for code in self.problem.items[index].after
        )

    def take(self, index: int, way: Way) -> None:
        """Let an item fly this way."""
        self.used.update(self.uses(index, way))
        item = self.problem.items[index]
        self.ends[item.code] = way.start + item.weeks

    def uses(self, index: int, way: Way) -> Counter[Key]:
        """All that a way takes, limit by limit."""
        item, found = self.problem.items[index], Counter[Key]()
        stay = range(way.start, way.start + item.weeks)
        for n, (need, p) in enumerate(zip(item.needs, way.places, strict=True)):
            place = self.problem.places[p]
            taken = [("place", place.code, asked(need.amount_count))]
            if n == 0:
                taken.append(("power", f"channel {place.channel}", asked(item.power_w)))
                if place.kind is not PlaceKind.PORT:
                    taken.append(("place-mass", place.code, asked(item.up_mass_kg)))
                    taken.append(("power", place.code, asked(item.power_w)))
                    taken.append(("data", place.code, asked(item.data_gb_d)))
            for (family, name, amount), week in itertools.product(taken, stay):
                found[family, name, week] += amount
        for week, (hours_h, arm, lock) in enumerate(_profile(item), way.start):
            found["crew-time", "crew", week] += hours_h
            found["arm", "arm", week] += arm
            found["airlock", "airlock", week] += lock
            found["data", "station", week] += asked(item.data_gb_d)
        self._travels(item, way, found)
        self._charged(item, way, found)
        return +found

    def _travels(self, item: Item, way: Way, found: Counter[Key]) -> None:
        if way.up is not None:
            code = self.problem.flights[way.up].code
            found["up-mass", code, -1] += asked(item.up_mass_kg)
            found["up-volume", code, -1] += asked(item.up_volume_l)
            found["flight-cold", f"{code} up", -1] += asked(item.cold_up_volume_l)
        if way.down is not None:
            flight = self.problem.flights[way.down]
            found["down-mass", flight.code, -1] += asked(item.down_mass_kg)
            found["flight-cold", f"{flight.code} down", -1] += asked(item.cold_volume_l)
            if way.store is not None:
                for week in range(way.start, leaving(self.weeks, flight)):
                    found["cold", self.problem.cold[way.store].code, week] += asked(item.cold_volume_l)

    def _charged(self, item: Item, way: Way, found: Counter[Key]) -> None:
        for group in self.problem.share_caps or {}:
            part = (item.group_share or {}).get(group, 0.0)
            if part <= 0:
                continue
            found["share", group, -1] += math.ceil(asked(item.up_mass_kg) * part)
            for week, hours_h in enumerate(hours(item), way.start):
                increment = self.weeks.increment[week]
                if increment is not None:
                    found["share", group, increment] += math.ceil(asked(hours_h) * part)

    def _whole(self, key: Key) -> float:
        if key[2] < 0:
            return sum(flight.up_mass_kg for flight in self.problem.flights) * SCALE
        mine = (h for h, i in zip(self.weeks.crew_time_h, self.weeks.increment, strict=True) if i == key[2])
        return sum(mine) * SCALE


def _profile(item: Item) -> list[tuple[int, int, int]]:
    arm = ends(item.weeks, SCALE * item.arm_in, SCALE * item.arm_out)
    lock = ends(item.weeks, SCALE * item.airlock_in, SCALE * item.airlock_out)
    return list(zip([asked(h) for h in hours(item)], arm, lock, strict=True))


def limits(problem: ManifestProblem, weeks: Calendar) -> Mapping[Key, int]:
    """Every limit of a problem in whole thousandths; what is not in it does not bind."""
    steady: list[tuple[str, str, float]] = [
        ("data", "station", problem.data_gb_d),
        ("arm", "arm", problem.arm_week_count),
        ("airlock", "airlock", problem.airlock_week_count),
    ]
    steady += [("power", f"channel {channel.code}", channel.power_w) for channel in problem.channels]
    steady += [("cold", store.code, store.volume_l) for store in problem.cold]
    for place in problem.places:
        steady.append(("place", place.code, place.capacity_count))
        bounds = (("place-mass", place.mass_limit_kg), ("power", place.power_w), ("data", place.data_gb_d))
        if place.kind is not PlaceKind.PORT:
            steady += [(family, place.code, limit) for family, limit in bounds if limit > 0]
    found = {(f, name, w): held(limit) for f, name, limit in steady for w in range(weeks.count)}
    found |= {("crew-time", "crew", week): held(h) for week, h in enumerate(weeks.crew_time_h)}
    for flight in problem.flights:
        found["up-mass", flight.code, -1] = held(flight.up_mass_kg)
        found["up-volume", flight.code, -1] = held(flight.up_volume_l)
        found["down-mass", flight.code, -1] = held(flight.down_mass_kg)
        found["flight-cold", f"{flight.code} up", -1] = held(flight.cold_volume_l)
        found["flight-cold", f"{flight.code} down", -1] = held(flight.cold_volume_l)
    return found | _share_limits(problem, weeks)


def _share_limits(problem: ManifestProblem, weeks: Calendar) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for group, cap in (problem.share_caps or {}).items():
        share = cap + problem.share_tolerance_share
        found["share", group, -1] = held(share * sum(flight.up_mass_kg for flight in problem.flights))
        for number in range(len(problem.increments)):
            mine = [h for h, i in zip(weeks.crew_time_h, weeks.increment, strict=True) if i == number]
            found["share", group, number] = held(share * sum(mine))
    return found


def first_plan(problem: ManifestProblem, weeks: Calendar, found: Sequence[Choices]) -> dict[int, Way]:
    """The better of two plans made item by item: by weight, and by weight for what an item asks."""
    plans = [
        _in_turn(problem, weeks, found, weights)
        for weights in (_weights(problem), _densities(problem, weeks))
    ]
    return max(plans, key=lambda plan: _worth(problem, plan))


def _worth(problem: ManifestProblem, plan: Mapping[int, Way]) -> tuple[int, float]:
    aboard = [problem.items[i] for i in plan]
    return sum(item.must for item in aboard), math.fsum(item.priority_weight for item in aboard)


def _weights(problem: ManifestProblem) -> list[float]:
    return [item.priority_weight for item in problem.items]


def _densities(problem: ManifestProblem, weeks: Calendar) -> list[float]:
    """Weight over the part an item takes of all crew time and of all mass that goes up."""
    crew_h = sum(weeks.crew_time_h) or 1.0
    mass_kg = sum(flight.up_mass_kg for flight in problem.flights) or 1.0
    parts = (item.crew_time_h / crew_h + item.up_mass_kg / mass_kg for item in problem.items)
    return [item.priority_weight / (0.01 + part) for item, part in zip(problem.items, parts, strict=True)]


def _in_turn(
    problem: ManifestProblem, weeks: Calendar, found: Sequence[Choices], weights: Sequence[float]
) -> dict[int, Way]:
    """Promised items first, then by weight, each as early as it fits."""
    room, plan = Room(problem, weeks), dict[int, Way]()
    order = sorted(range(len(problem.items)), key=lambda i: (not problem.items[i].must, -weights[i], i))
    for _ in range(1 + any(item.after for item in problem.items)):
        for i in order:
            fitting = (way for way in ways(found[i]) if room.waits(i, way) and room.fits(i, way))
            way = next(fitting, None) if i not in plan else None
            if way is not None:
                room.take(i, way)
                plan[i] = way
    return plan
