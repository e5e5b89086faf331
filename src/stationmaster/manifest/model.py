"""The manifest as a CP-SAT model: one Boolean for each start week, place, flight and store of an item.

Limits that do not depend on the place (crew time, data, arm, airlock, flights, shares) are linear
by week; those that do (rooms, power, cold) are cumulative over optional intervals, with linear
sums by week beside them over items that share one set of places, which give the bound.
Amounts are whole thousandths: what is asked is rounded up, what there is down.

Each family of limits (``reasons.FAMILIES``) can be widened by one variable, so that the same
model answers "how much more would do?".
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ortools.sat.python import cp_model

from stationmaster.manifest.amounts import SCALE, asked, ends, held, hours, leaving
from stationmaster.manifest.choices import Choices, choices, comes_down, goes_up
from stationmaster.manifest.letters import Item, ManifestProblem, PlaceKind
from stationmaster.manifest.reasons import FAMILIES
from stationmaster.manifest.weeks import Calendar


class Model:
    """The variables of a manifest and every hard rule between them.

    Args:
        problem: what is to be planned.
        weeks: its weekly buckets.
        widened: whether each family of limits gets a variable ``extra[family]`` that widens it.
    """

    def __init__(self, problem: ManifestProblem, weeks: Calendar, *, widened: bool = False) -> None:
        self.problem, self.weeks = problem, weeks
        self.cp = cp_model.CpModel()
        self.choices: list[Choices] = [choices(problem, weeks, item) for item in problem.items]
        self.widest: dict[str, int] = {}
        self.extra: dict[str, Any] = {f: self._extra(f) for f in FAMILIES} if widened else {}
        self.group: dict[int, int] = {}
        self.group_size: list[int] = []
        self.on: list[Any] = []
        self.start: list[dict[int, Any]] = []
        self.start_week: list[Any] = []
        self.place: list[list[dict[int, Any]]] = []
        self.up: list[dict[int, Any]] = []
        self.down: list[dict[int, Any]] = []
        self.store: list[dict[int, Any]] = []
        for index in range(len(problem.items)):
            self._item(index)
        self._order()
        self._rooms()
        self._power_and_data()
        self._weekly()
        self._cold()
        self._flights()
        self._shares()

    # ------------------------------------------------------------------ variables

    def _extra(self, family: str) -> Any:
        whole = {
            "place": sum(need.amount_count for item in self.problem.items for need in item.needs),
            "place-mass": sum(item.up_mass_kg for item in self.problem.items),
            "power": sum(item.power_w for item in self.problem.items),
            "data": sum(item.data_gb_d for item in self.problem.items),
            "crew-time": sum(item.crew_time_h for item in self.problem.items),
            "arm": sum(item.arm_in + item.arm_out for item in self.problem.items),
            "airlock": sum(item.airlock_in + item.airlock_out for item in self.problem.items),
            "cold": sum(item.cold_volume_l for item in self.problem.items),
            "up-mass": sum(item.up_mass_kg for item in self.problem.items),
            "up-volume": sum(item.up_volume_l for item in self.problem.items),
            "down-mass": sum(item.down_mass_kg for item in self.problem.items),
            "flight-cold": sum(max(i.cold_volume_l, i.cold_up_volume_l) for i in self.problem.items),
            "share": 1.0,
        }[family]
        self.widest[family] = asked(whole) + SCALE
        return self.cp.new_int_var(0, self.widest[family], f"extra {family}")

    def _limit(self, family: str, amount: int) -> Any:
        return amount + self.extra[family] if self.extra else amount

    def _one_of(self, on: Any, keys: Iterable[int], name: str) -> dict[int, Any]:
        """One Boolean a key, of which exactly one holds when the item is on board."""
        chosen = {key: self.cp.new_bool_var(f"{name} {key}") for key in keys}
        self.cp.add(sum(chosen.values()) == on)
        self.group |= {variable.index: len(self.group_size) for variable in chosen.values()}
        self.group_size.append(len(chosen))
        return chosen

    def _item(self, index: int) -> None:
        item, ways = self.problem.items[index], self.choices[index]
        on = self.cp.new_bool_var(f"on {item.code}")
        if ways.blocked:
            self.cp.add(on == 0)
        start = self._one_of(on, ways.starts, f"start {item.code}")
        week = self.cp.new_int_var(0, max(ways.starts, default=0), f"week {item.code}")
        self.cp.add(week == sum(s * chosen for s, chosen in start.items()))
        self.on.append(on)
        self.start.append(start)
        self.start_week.append(week)
        self.place.append(
            [self._one_of(on, found, f"place {item.code} {n}") for n, found in enumerate(ways.places)]
        )
        self.up.append(self._one_of(on, ways.ups, f"up {item.code}") if goes_up(item) else {})
        self.down.append(self._one_of(on, ways.downs, f"down {item.code}") if comes_down(item) else {})
        self.store.append(
            self._one_of(on, ways.stores, f"store {item.code}") if item.cold_volume_l > 0 else {}
        )
        for flights, allowed in ((self.up[-1], ways.ups), (self.down[-1], ways.downs)):
            self._together(start, flights, allowed)

    def _together(self, start: dict[int, Any], flights: dict[int, Any], allowed: Any) -> None:
        """A start week and a flight that go together: each choice needs a partner it goes with."""
        if not flights:
            return
        for week, chosen in start.items():
            self.cp.add(sum(flights[f] for f, weeks in allowed.items() if week in weeks) >= chosen)
        for flight, weeks in allowed.items():
            self.cp.add(sum(start[week] for week in weeks if week in start) >= flights[flight])

    # ------------------------------------------------------------------ rules

    def _order(self) -> None:
        """An item that follows others flies only if they do, and starts when they have ended."""
        number = {item.code: index for index, item in enumerate(self.problem.items)}
        for index, item in enumerate(self.problem.items):
            for before in (number[code] for code in item.after):
                self.cp.add_implication(self.on[index], self.on[before])
                end = self.start_week[before] + self.problem.items[before].weeks
                self.cp.add(self.start_week[index] >= end).only_enforce_if(self.on[index])

    def present(self, index: int, week: int) -> Any:
        """1 in the weeks in which an item is on board (a sum of its start weeks)."""
        last = self.problem.items[index].weeks
        return sum(chosen for s, chosen in self.start[index].items() if s <= week < s + last)

    def _cumulative(self, uses: Sequence[tuple[int, Any, int]], family: str, limit: int) -> None:
        """Items (index, presence, amount) together within a limit at all times."""
        uses = [use for use in uses if use[2] > 0]
        certain = self._certain(uses)
        if certain and not self.extra:
            self._by_week(certain.__getitem__, [limit] * self.weeks.count, family, sorted(certain))
        if not uses or (not self.extra and sum(certain.values()) == sum(amount for *_, amount in uses)):
            return
        intervals = [
            self.cp.new_optional_fixed_size_interval_var(
                self.start_week[i], self.problem.items[i].weeks, presence, f"stay {i}"
            )
            for i, presence, _ in uses
        ]
        self.cp.add_cumulative(intervals, [amount for *_, amount in uses], self._limit(family, limit))

    def _certain(self, uses: Sequence[tuple[int, Any, int]]) -> dict[int, int]:
        """The amounts of items that use this limit wherever they are placed (each way counted once)."""
        ways: dict[tuple[int, int], list[int]] = defaultdict(list)
        for i, presence, amount in uses:
            ways[i, self.group[presence.index]].append(amount)
        certain: dict[int, int] = defaultdict(int)
        for (i, group), amounts in ways.items():
            if len(amounts) == self.group_size[group]:
                certain[i] += min(amounts)
        return certain

    def _by_week(
        self, amount: Callable[[int], int], limits: Sequence[int], family: str, indices: Sequence[int]
    ) -> None:
        """A linear limit in every week over items that are surely among its users when on board."""
        amounts = {i: amount(i) for i in indices if amount(i) > 0}
        for week, limit in enumerate(limits):
            terms = [amounts[i] * self.present(i, week) for i in amounts]
            if terms and (self.extra or sum(amounts.values()) > limit):
                self.cp.add(sum(terms) <= self._limit(family, limit))

    def _rooms(self) -> None:
        """Parts of racks, users of facilities, ports; and the mass in a rack."""
        rooms: dict[int, list[tuple[int, Any, int]]] = defaultdict(list)
        masses: dict[int, list[tuple[int, Any, int]]] = defaultdict(list)
        sets: dict[tuple[int, ...], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for i, item in enumerate(self.problem.items):
            for n, need in enumerate(item.needs):
                sets[self.choices[i].places[n]][i] += asked(need.amount_count)
                for p, chosen in self.place[i][n].items():
                    rooms[p].append((i, chosen, asked(need.amount_count)))
                    if n == 0 and self.problem.places[p].kind is not PlaceKind.PORT:
                        masses[p].append((i, chosen, asked(item.up_mass_kg)))
        for p, place in enumerate(self.problem.places):
            self._cumulative(rooms[p], "place", held(place.capacity_count))
            if place.mass_limit_kg > 0:
                self._cumulative(masses[p], "place-mass", held(place.mass_limit_kg))
        self._pooled(sets)

    def _pooled(self, sets: dict[tuple[int, ...], dict[int, int]]) -> None:
        """What must share one set of places fits into all of them together (implied, for the bound)."""
        if self.extra:
            return
        for pool in sets:
            inside: dict[int, int] = defaultdict(int)
            for other, amounts in sets.items():
                for i, amount in amounts.items() if set(other) <= set(pool) else ():
                    inside[i] += amount
            limit = sum(held(self.problem.places[p].capacity_count) for p in pool)
            self._by_week(inside.__getitem__, [limit] * self.weeks.count, "place", sorted(inside))

    def _power_and_data(self) -> None:
        """Power and data of a rack or facility as a whole, power of a channel, data of the station."""
        racks: dict[int, list[int]] = defaultdict(list)
        channels: dict[str, list[tuple[int, Any, int]]] = defaultdict(list)
        for i, item in enumerate(self.problem.items):
            for p, chosen in (self.place[i][0] if item.needs else {}).items():
                place = self.problem.places[p]
                channels[place.channel].append((i, chosen, asked(item.power_w)))
                if place.kind is not PlaceKind.PORT:
                    racks[p].append(i)
        for p, users in racks.items():
            place = self.problem.places[p]
            if place.power_w > 0:
                power = [(i, self.place[i][0][p], asked(self.problem.items[i].power_w)) for i in users]
                self._cumulative(power, "power", held(place.power_w))
            if place.data_gb_d > 0:
                data = [(i, self.place[i][0][p], asked(self.problem.items[i].data_gb_d)) for i in users]
                self._cumulative(data, "data", held(place.data_gb_d))
        for channel in self.problem.channels:
            self._cumulative(channels[channel.code], "power", held(channel.power_w))
        every = range(len(self.problem.items))
        self._by_week(
            lambda i: asked(self.problem.items[i].data_gb_d),
            [held(self.problem.data_gb_d)] * self.weeks.count,
            "data",
            every,
        )

    def _weekly(self) -> None:
        """Crew hours, arm and airlock of each week: heavier in the first and last week of an item."""
        profiles: dict[str, Callable[[Item], list[int]]] = {
            "crew-time": lambda item: [asked(h) for h in hours(item)],
            "arm": lambda item: ends(item.weeks, SCALE * item.arm_in, SCALE * item.arm_out),
            "airlock": lambda item: ends(item.weeks, SCALE * item.airlock_in, SCALE * item.airlock_out),
        }
        limits = {
            "crew-time": [held(h) for h in self.weeks.crew_time_h],
            "arm": [SCALE * self.problem.arm_week_count] * self.weeks.count,
            "airlock": [SCALE * self.problem.airlock_week_count] * self.weeks.count,
        }
        for family, profile in profiles.items():
            by_week: dict[int, list[Any]] = defaultdict(list)
            for i, item in enumerate(self.problem.items):
                shape = profile(item)
                for s, chosen in self.start[i].items():
                    for offset, amount in enumerate(shape):
                        if amount:
                            by_week[s + offset].append(amount * chosen)
            for week, terms in by_week.items():
                self.cp.add(sum(terms) <= self._limit(family, limits[family][week]))

    def _cold(self) -> None:
        """A cold store holds samples from their first week until their flight down leaves."""
        stays: dict[int, list[Any]] = defaultdict(list)
        amounts: dict[int, list[int]] = defaultdict(list)
        for i, item in enumerate(self.problem.items):
            if item.cold_volume_l <= 0 or not self.choices[i].stores or not self.down[i]:
                continue
            end = self.cp.new_int_var(0, self.weeks.count, f"cold end {item.code}")
            self.cp.add(
                end
                == sum(
                    leaving(self.weeks, self.problem.flights[f]) * chosen
                    for f, chosen in self.down[i].items()
                )
            )
            length = self.cp.new_int_var(0, self.weeks.count, f"cold weeks {item.code}")
            for k, chosen in self.store[i].items():
                name = f"cold {item.code} {k}"
                stays[k].append(
                    self.cp.new_optional_interval_var(self.start_week[i], length, end, chosen, name)
                )
                amounts[k].append(asked(item.cold_volume_l))
        for k, intervals in stays.items():
            self.cp.add_cumulative(
                intervals, amounts[k], self._limit("cold", held(self.problem.cold[k].volume_l))
            )

    def _flights(self) -> None:
        """What goes up and comes down with each flight."""
        for f, flight in enumerate(self.problem.flights):
            ups = [(self.problem.items[i], chosen[f]) for i, chosen in enumerate(self.up) if f in chosen]
            downs = [(self.problem.items[i], chosen[f]) for i, chosen in enumerate(self.down) if f in chosen]
            rules: list[tuple[str, float, list[Any]]] = [
                ("up-mass", flight.up_mass_kg, [asked(item.up_mass_kg) * u for item, u in ups]),
                ("up-volume", flight.up_volume_l, [asked(item.up_volume_l) * u for item, u in ups]),
                ("flight-cold", flight.cold_volume_l, [asked(item.cold_up_volume_l) * u for item, u in ups]),
                ("down-mass", flight.down_mass_kg, [asked(item.down_mass_kg) * d for item, d in downs]),
                ("flight-cold", flight.cold_volume_l, [asked(item.cold_volume_l) * d for item, d in downs]),
            ]
            for family, limit, terms in rules:
                if terms:
                    self.cp.add(sum(terms) <= self._limit(family, held(limit)))

    def _shares(self) -> None:
        """Each group's part of every increment's crew time and of the mass that goes up."""
        for group, cap in (self.problem.share_caps or {}).items():
            part = [(item.group_share or {}).get(group, 0.0) for item in self.problem.items]
            share = cap + self.problem.share_tolerance_share
            for increment in range(len(self.problem.increments)):
                weeks = [w for w, i in enumerate(self.weeks.increment) if i == increment]
                self._share(
                    share, sum(self.weeks.crew_time_h[w] for w in weeks), self._hours_in(part, set(weeks))
                )
            mass = [
                math.ceil(asked(item.up_mass_kg) * part[i]) * self.on[i]
                for i, item in enumerate(self.problem.items)
                if part[i] > 0 and item.up_mass_kg > 0
            ]
            self._share(share, sum(flight.up_mass_kg for flight in self.problem.flights), mass)

    def _hours_in(self, part: Sequence[float], weeks: set[int]) -> list[Any]:
        terms = []
        for i, item in enumerate(self.problem.items):
            if part[i] <= 0:
                continue
            shape = [math.ceil(asked(h) * part[i]) for h in hours(item)]
            for s, chosen in self.start[i].items():
                inside = sum(amount for offset, amount in enumerate(shape) if s + offset in weeks)
                if inside:
                    terms.append(inside * chosen)
        return terms

    def _share(self, share: float, whole: float, terms: list[Any]) -> None:
        if not terms:
            return
        limit: Any = held(share * whole)
        if self.extra:  # one extra of 1000 is the whole again
            limit = limit + math.floor(whole) * self.extra["share"]
        self.cp.add(sum(terms) <= limit)
