"""The manifest as a linear program over weeks: has an item begun by a week, in which kind of place?

One column for each item and start week says that the item has *begun by* that week (monotone), so
that "on board in week w" is the difference of two columns whatever the length of the stay, what a
stay asks changes coefficients only where its shape changes, and an order between items is a row of
two columns. Equal places are one class with their room added up (:mod:`manifest.packing` gives out
the single ones afterwards), so the search has no symmetry between them. Where an item may go to
several classes or cold stores it has such columns for each, which add up to its own: each item
alone is then as tight as its convex hull. Flights are tied to start weeks by the conditions of Hall
for every run of flights, which is the hull of that part as well.

Amounts are whole thousandths: what is asked is rounded up, what there is down. Each family of limits
(``reasons.FAMILIES``) can be widened by one column, so that the same model answers "how much more
would do?".
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

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
from stationmaster.manifest.choices import Choices, choices, comes_down, goes_up, kept_cold
from stationmaster.manifest.fit import Way
from stationmaster.manifest.letters import Item, ManifestProblem
from stationmaster.manifest.program import Program, added
from stationmaster.manifest.reasons import FAMILIES
from stationmaster.manifest.weeks import Calendar

#: Limits are rows with coefficients a thousand times finer where a consumable's mass is among them.
FINE = 1000


class Steps:
    """Columns that say whether something has begun by a week; only start weeks have their own."""

    def __init__(self, program: Program, starts: Sequence[int]) -> None:
        self.starts = tuple(starts)
        self.columns = [program.column() for _ in starts]
        self.chain = len(program.chains)
        program.chains.append(self.columns)

    def by(self, week: int) -> list[tuple[int, int]]:
        """The term "begun by this week": nothing before the first start."""
        place = bisect_right(self.starts, week) - 1
        return [] if place < 0 else [(self.columns[place], 1)]

    @property
    def on(self) -> list[tuple[int, int]]:
        """The term "begun at all"."""
        return [(self.columns[-1], 1)] if self.columns else []

    def weighed(self, costs: Sequence[int]) -> Iterator[tuple[int, int]]:
        """The sum of a cost for the start week."""
        for place, column in enumerate(self.columns):
            later = costs[place + 1] if place + 1 < len(costs) else 0
            yield column, costs[place] - later

    def within(self, weeks: Iterable[int]) -> list[tuple[int, int]]:
        """The sum of "begins in" over start weeks."""
        chosen = set(weeks)
        total: dict[int, int] = defaultdict(int)
        for place, week in enumerate(self.starts):
            if week in chosen:
                total[self.columns[place]] += 1
                if place:
                    total[self.columns[place - 1]] -= 1
        return list(total.items())


def classes(problem: ManifestProblem) -> list[tuple[int, ...]]:
    """Places that differ in nothing but their code, together."""
    alike: dict[object, list[int]] = defaultdict(list)
    for index, place in enumerate(problem.places):
        kind = (place.kind, place.capacity_count, place.offers, place.views, place.channel, place.loop)
        holds = (place.mass_limit_kg, place.power_w, place.data_gb_d, place.swap_in_h, place.swap_out_h)
        alike[kind, holds].append(index)
    return [tuple(members) for members in alike.values()]


class Model:
    """The columns of a manifest and every hard rule between them.

    Args:
        problem: what is to be planned.
        weeks: its weekly buckets.
        groups: the classes of places that are counted as one; each place alone if not given.
        ways: the ways that are open to each item, where not all of them are.
        widened: whether each family of limits gets a column ``extra[family]`` that widens it.
    """

    def __init__(
        self,
        problem: ManifestProblem,
        weeks: Calendar,
        groups: Sequence[tuple[int, ...]] | None = None,
        *,
        ways: Sequence[Choices] | None = None,
        widened: bool = False,
    ) -> None:
        self.problem, self.weeks = problem, weeks
        self.groups = [(index,) for index in range(len(problem.places))] if groups is None else groups
        self.group_of = {index: g for g, group in enumerate(self.groups) for index in group}
        self.program = Program()
        self.choices = list(ways or (choices(problem, weeks, item) for item in problem.items))
        self.extra: dict[str, int] = {f: self._extra(f) for f in FAMILIES} if widened else {}
        self.begun: list[Steps] = []
        self.at: list[list[dict[int, Steps]]] = []
        self.up: list[dict[int, int]] = []
        self.down: list[dict[int, int]] = []
        self.kept: list[dict[int, Steps]] = []
        self.up_kept: list[dict[tuple[int, int], int]] = []
        self.down_kept: list[dict[tuple[int, int], int]] = []
        self.refill: dict[tuple[int, int], int] = {}
        self._uses: dict[Name, list[dict[int, int]]] = {}
        self._flown: dict[Name, dict[int, int]] = defaultdict(dict)
        self._mass: dict[str, dict[int, int]] = defaultdict(dict)
        for item, found in zip(problem.items, self.choices, strict=True):
            self._item(item, found)
        self._order()
        self._cold()
        self._stocks()
        self._limits()

    # ------------------------------------------------------------------ columns

    def _extra(self, family: str) -> int:
        items = self.problem.items
        whole = {
            "place": sum(need.amount_count for item in items for need in item.needs),
            "place-mass": sum(item.up_mass_kg for item in items),
            "power": sum(item.power_w for item in items),
            "heat": sum(item.power_w if item.heat_w is None else item.heat_w for item in items),
            "data": sum(item.data_gb_d for item in items),
            "crew-time": sum(item.crew_time_h + self._swaps_h for item in items),
            "skill": sum(sum((item.skill_time_h or {}).values()) for item in items),
            "arm": sum(item.arm_in + item.arm_out for item in items),
            "airlock": sum(item.airlock_in + item.airlock_out for item in items),
            "cold": sum(item.cold_volume_l + item.cold_up_volume_l for item in items),
            "consumable": sum(sum((i.use_week_units or {}).values()) * i.weeks for i in items),
            "up-mass": sum(item.up_mass_kg for item in items),
            "up-volume": sum(item.up_volume_l for item in items),
            "down-mass": sum(item.down_mass_kg for item in items),
            "flight-cold": sum(max(i.cold_volume_l, i.cold_up_volume_l) for i in items),
            "share": 1.0,
        }[family]
        return self.program.column(asked(whole) + SCALE)

    @property
    def _swaps_h(self) -> float:
        return max((place.swap_in_h + place.swap_out_h for place in self.problem.places), default=0.0)

    def _item(self, item: Item, ways: Choices) -> None:
        blocked = bool(ways.blocked)
        begun = Steps(self.program, () if blocked else ways.starts)
        self.program.wholes.add(begun.chain)
        self.begun.append(begun)
        self.at.append([])
        for found in () if blocked else ways.places:
            self.at[-1].append(self._split(begun, sorted({self.group_of[p] for p in found})))
        ups = ways.ups if goes_up(item) and not blocked else {}
        downs = ways.downs if comes_down(item) and not blocked else {}
        self.up.append(self._flights(begun, ups))
        self.down.append(self._flights(begun, downs))
        stores = ways.stores if kept_cold(item) and not blocked else ()
        self.kept.append(self._split(begun, stores) if stores else {})
        self.up_kept.append(self._kept_flights(self.up[-1], ups if item.cold_up_volume_l > 0 else {}))
        self.down_kept.append(self._kept_flights(self.down[-1], downs if item.cold_volume_l > 0 else {}))
        if blocked:
            return
        self._spread(begun, wherever(self.problem, item))
        for need, split in enumerate(self.at[-1]):
            for group, steps in split.items():
                place = self.problem.places[self.groups[group][0]]
                self._spread(steps, inside(self.problem, item, need, place))
        for flights, takes in ((self.up[-1], going_up), (self.down[-1], coming_down)):
            for f, column in flights.items():
                for family, name, amount in takes(item, self.problem.flights[f].code):
                    self._flown[family, name][column] = amount
        for group_code, amount in charged_mass(self.problem, item):
            for column, one in begun.on:
                self._mass[group_code][column] = amount * one

    def _split(self, whole: Steps, keys: Sequence[int]) -> dict[int, Steps]:
        """The same steps for each key, which add up to the whole; the whole itself where there is one key."""
        if len(keys) == 1:
            return {keys[0]: whole}
        parts = {key: Steps(self.program, whole.starts) for key in keys}
        if all(number != whole.chain for number, _ in self.program.summed):
            self.program.summed.append((whole.chain, [steps.chain for steps in parts.values()]))
            return parts
        for place, column in enumerate(whole.columns):
            terms = {steps.columns[place]: 1 for steps in parts.values()}
            self.program.row({**terms, column: -1}, least=0, most=0)
        return parts

    def _flights(self, begun: Steps, allowed: Mapping[int, Sequence[int]]) -> dict[int, int]:
        """A column for each flight, of which one holds when the item has begun, in step with its start."""
        chosen = {flight: self.program.column() for flight in allowed}
        if chosen:
            ones = [(column, 1) for column in chosen.values()]
            self.program.row(added((1, ones), (-1, begun.on)), least=0, most=0)
            self._hall(begun, chosen, allowed)
        return chosen

    def _hall(self, steps: Steps, flights: Mapping[int, int], allowed: Mapping[int, Sequence[int]]) -> None:
        """Starts that only some flights serve are no more than those flights (P. Hall, 1935)."""
        order = sorted(flights, key=lambda f: (self.problem.flights[f].docks, f))
        serving = {week: frozenset(f for f in flights if week in allowed[f]) for week in steps.starts}
        runs = {frozenset(order[a:b]) for a in range(len(order)) for b in range(a + 1, len(order) + 1)}
        for run in sorted(runs | set(serving.values()), key=sorted):
            if len(run) == len(order):
                continue
            starts = [week for week, found in serving.items() if found <= run]
            if starts:
                chosen = [(flights[f], 1) for f in run]
                self.program.row(added((1, steps.within(starts)), (-1, chosen)), most=0)

    def _kept_flights(
        self, flights: Mapping[int, int], allowed: Mapping[int, Sequence[int]]
    ) -> dict[tuple[int, int], int]:
        """Flights by cold store, for items with several stores: they add up, and keep step with each."""
        stores = self.kept[-1]
        if not allowed or not stores:
            return {}
        if len(stores) == 1:
            return {(f, k): column for f, column in flights.items() for k in stores}
        split = {(f, k): self.program.column() for f in flights for k in stores}
        for f, column in flights.items():
            self.program.row({**{split[f, k]: 1 for k in stores}, column: -1}, least=0, most=0)
        for k, steps in stores.items():
            mine = {f: split[f, k] for f in flights}
            ones = [(column, 1) for column in mine.values()]
            self.program.row(added((1, ones), (-1, steps.on)), least=0, most=0)
            self._hall(steps, mine, allowed)
        return split

    # ------------------------------------------------------------------ rules

    def _order(self) -> None:
        """An item that follows others flies only if they do, and starts when they have ended, in time."""
        number = {item.code: index for index, item in enumerate(self.problem.items)}
        for index, item in enumerate(self.problem.items):
            links: list[tuple[str, float, float | None]] = [(code, 0.0, None) for code in item.after]
            links += [(link.item, link.lag_min_d, link.lag_max_d) for link in item.follows]
            for code, least_d, most_d in links:
                before, later = self.begun[number[code]], self.begun[index]
                stay = self.problem.items[number[code]].weeks
                lag = -int(-(least_d - 1e-9) // 7)
                for week in later.starts:
                    terms = added((1, later.by(week)), (-1, before.by(week - stay - lag)))
                    self.program.row(terms, most=0)
                if most_d is None:
                    continue
                lag = int((most_d + 1e-9) // 7)
                for week in before.starts:
                    alone = ((-1, before.on), (1, later.on))
                    terms = added((1, before.by(week)), *alone, (-1, later.by(week + stay + lag)))
                    self.program.row(terms, most=0)

    def _spread(self, steps: Steps, demands: Iterable[Demand]) -> None:
        """Add what a stay asks to the use of each week: only where the shape changes it needs a column."""
        for family, name, shape in demands:
            key = (family, name)
            changes = [(0, shape[0])] if shape and shape[0] else []
            changes += [(k, b - a) for k, (a, b) in enumerate(itertools.pairwise(shape), 1) if a != b]
            changes += [(len(shape), -shape[-1])] if shape and shape[-1] else []
            if not changes:
                continue
            uses = self._uses.setdefault(key, [defaultdict(int) for _ in range(self.weeks.count)])
            for week in range(self.weeks.count):
                for offset, change in changes:
                    for column, one in steps.by(week - offset):
                        uses[week][column] += change * one

    def _cold(self) -> None:
        """A cold store holds what came up cold until the first week, then samples until they leave."""
        weeks, flights = self.weeks, self.problem.flights
        for i, item in enumerate(self.problem.items):
            for k, steps in self.kept[i].items():
                key = ("cold", self.problem.cold[k].code)
                uses = self._uses.setdefault(key, [defaultdict(int) for _ in range(weeks.count)])
                ups = [
                    (weeks.week_of(flights[f].docks), c) for (f, s), c in self.up_kept[i].items() if s == k
                ]
                downs = [(leaving(weeks, flights[f]), c) for (f, s), c in self.down_kept[i].items() if s == k]
                up, down = asked(item.cold_up_volume_l), asked(item.cold_volume_l)
                for week in range(weeks.count):
                    for column, one in steps.by(week):
                        uses[week][column] += (down - up) * one
                    for docked, column in ups:
                        uses[week][column] += up if docked <= week else 0
                    for left, column in downs:
                        uses[week][column] -= down if left <= week else 0

    def _stocks(self) -> None:
        """Consumables as stocks: what is left after a week, what flights bring, never over their room."""
        for c, consumable in enumerate(self.problem.consumables):
            uses = self._uses.pop(("consumable", consumable.code), None)
            if uses is None:
                continue
            room = held(consumable.capacity_units) - asked(consumable.reserve_units)
            more = [(self.extra["consumable"], 1)] if self.extra else []
            top = room + (self.program.highest[more[0][0]] if more else 0)
            left: list[tuple[int, int]] = []
            first = held(consumable.stock_units) - asked(consumable.reserve_units)
            for week in range(self.weeks.count):
                brought = [(self._refill(c, f, room), 1) for f in self._arriving(week)]
                before = added((1, left), (1, brought), *([] if left else [(1, more)]))
                if brought:
                    full = added((1, before.items()), (-1, more))
                    self.program.row(full, most=room - (0 if left else first))
                after = [(self.program.column(top), 1)]
                terms = added((1, after), (-1, before.items()), (1, uses[week].items()))
                given = 0 if left else first
                self.program.row(terms, least=given, most=given)
                left = after

    def _arriving(self, week: int) -> list[int]:
        """The flights whose cargo is at hand from a week on."""
        found = []
        for f, flight in enumerate(self.problem.flights):
            hand = -(-(flight.docks - self.weeks.starts[0]) // (self.weeks.end(0) - self.weeks.starts[0]))
            if max(0, hand) == week:
                found.append(f)
        return found

    def _refill(self, consumable: int, flight: int, room: int) -> int:
        column = self.refill[consumable, flight] = self.program.column(room)
        return column

    def _limits(self) -> None:
        """Every limit by week, by flight and by group."""
        limits = weekly_limits(self.problem, self.weeks)
        size = {self.problem.places[group[0]].code: len(group) for group in self.groups}
        for (family, name), uses in self._uses.items():
            most = limits.get((family, name))
            if most is None or family == "share":
                continue
            times = size.get(name, 1)
            for week, terms in enumerate(uses):
                self._limit(family, terms, most[week] * times)
        self._lifts()
        self._shares()

    def _limit(self, family: str, terms: Mapping[int, int], most: int, by: int = 1) -> None:
        if self.extra:
            terms = {**terms, self.extra[family]: -by}
        self.program.row(terms, most=most, family=family)

    def _lifts(self) -> None:
        """What goes up and comes down with each flight, refills included."""
        brought: dict[Name, dict[int, int]] = defaultdict(dict)
        for (c, f), column in self.refill.items():
            consumable, code = self.problem.consumables[c], self.problem.flights[f].code
            brought["up-mass", code][column] = asked(consumable.unit_mass_kg)
            brought["up-volume", code][column] = asked(consumable.unit_volume_l)
        limits = flight_limits(self.problem)
        for key in [*self._flown, *(key for key in brought if key not in self._flown)]:
            refills = {column: each for column, each in brought.get(key, {}).items() if each}
            by = FINE if refills else 1
            terms = {column: by * amount for column, amount in self._flown.get(key, {}).items()}
            self._limit(key[0], {**terms, **refills}, by * limits[key], by)

    def _shares(self) -> None:
        """Each group's part of every increment's crew time and of the mass that goes up."""
        for (group, increment), most in share_limits(self.problem, self.weeks).items():
            if increment < 0:
                terms: Mapping[int, int] = self._mass[group]
                whole = sum(flight.up_mass_kg for flight in self.problem.flights)
            else:
                mine = [w for w, i in enumerate(self.weeks.increment) if i == increment]
                uses = self._uses.get(("share", group))
                terms = added(*((1, uses[week].items()) for week in mine)) if uses else {}
                whole = sum(self.weeks.crew_time_h[week] for week in mine)
            if terms:  # one extra of 1000 is the whole again
                self._limit("share", terms, most, int(whole))

    # ------------------------------------------------------------------ plans

    def values(self, plan: Mapping[int, Way]) -> dict[int, int]:
        """The columns of a plan that makes them; those of stocks and refills follow from a search."""
        found: dict[int, int] = {}
        for i, begun in enumerate(self.begun):
            way = plan.get(i)
            for steps in (begun, *(s for split in (*self.at[i], self.kept[i]) for s in split.values())):
                found |= dict.fromkeys(steps.columns, 0)
            flown = {**self.up_kept[i], **self.down_kept[i]}
            columns = (*self.up[i].values(), *self.down[i].values(), *flown.values())
            found |= dict.fromkeys(columns, 0)
            if way is None or not self._open(i, way):
                continue
            taken = [begun]
            taken += [split[self.group_of[p]] for split, p in zip(self.at[i], way.places, strict=True)]
            taken += [self.kept[i][way.store]] if way.store is not None else []
            for steps in taken:
                for start, column in zip(steps.starts, steps.columns, strict=True):
                    found[column] = int(start >= way.start)
            for flights, split, f in (
                (self.up[i], self.up_kept[i], way.up),
                (self.down[i], self.down_kept[i], way.down),
            ):
                if f is not None:
                    found[flights[f]] = 1
                    if way.store is not None and (f, way.store) in split:
                        found[split[f, way.store]] = 1
        return found

    def _open(self, index: int, way: Way) -> bool:
        """Whether the model has the columns of a way."""
        groups = (self.group_of[place] for place in way.places)
        return (
            way.start in self.begun[index].starts
            and all(group in split for group, split in zip(groups, self.at[index], strict=True))
            and (way.up is None or way.up in self.up[index])
            and (way.down is None or way.down in self.down[index])
            and (way.store is None or way.store in self.kept[index])
        )

    def plan(self, values: Any) -> dict[int, Way]:
        """How each item on board flies; each place is the first of its class."""
        found = {}
        for i, begun in enumerate(self.begun):
            start = _first(begun, values)
            if start is None:
                continue
            places = tuple(
                self.groups[next(g for g, steps in split.items() if _first(steps, values) is not None)][0]
                for split in self.at[i]
            )
            flights = (_chosen(self.up[i], values), _chosen(self.down[i], values))
            store = next((k for k, steps in self.kept[i].items() if _first(steps, values) is not None), None)
            found[i] = Way(start, places, *flights, store)
        return found


def _first(steps: Steps, values: Any) -> int | None:
    pairs = zip(steps.starts, steps.columns, strict=True)
    return next((week for week, column in pairs if values[column] > 0.5), None)


def _chosen(flights: Mapping[int, int], values: Any) -> int | None:
    return next((flight for flight, column in flights.items() if values[column] > 0.5), None)
