"""A manifest as the tables that the annealing moves over, made from a model and a goal."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from stationmaster.manifest import annealing
from stationmaster.manifest.amounts import asked, held, leaving
from stationmaster.manifest.asks import (
    charged_mass,
    coming_down,
    flight_limits,
    going_up,
    inside,
    share_limits,
    weekly_limits,
    wherever,
)
from stationmaster.manifest.choices import kept_cold
from stationmaster.manifest.fit import Way
from stationmaster.manifest.model import Model, Steps
from stationmaster.manifest.weeks import WEEK

NEVER = 10**6


class Moves:
    """The tables of one model, and plans to and from them.

    Args:
        model: the program (its classes of places are the places here).
        terms: what a plan is worth, by column, to be made the most of.
        refills: what goes up of each consumable with each flight, as given.
    """

    def __init__(
        self, model: Model, terms: Mapping[int, float], refills: Mapping[tuple[int, int], int]
    ) -> None:
        self.model, self.terms, self.refills = model, terms, refills
        self.rows: dict[Any, int] = {}
        self.limit: list[int] = []
        self._rows_of_weeks()
        self._rows_of_flights()
        count = len(model.problem.items)
        self.combos: list[list[tuple[int, ...]]] = []
        self.pieces: list[tuple[int, int, int, int]] = []
        self.amounts: list[int] = []
        self.bounds: list[list[int]] = []
        for i in range(count):
            self._item(i)
        self._tables()

    # ------------------------------------------------------------------ rows

    def _row(self, key: Any, limits: list[int]) -> None:
        self.rows[key] = len(self.limit)
        self.limit += limits

    def _rows_of_weeks(self) -> None:
        problem, weeks = self.model.problem, self.model.weeks
        size = {problem.places[group[0]].code: len(group) for group in self.model.groups}
        for (family, name), most in weekly_limits(problem, weeks).items():
            self._row((family, name), [int(limit) * size.get(name, 1) for limit in most])
        for c, consumable in enumerate(problem.consumables):
            stock = np.full(weeks.count, held(consumable.stock_units) - asked(consumable.reserve_units))
            for (other, f), amount in self.refills.items():
                if other == c:
                    stock[max(0, -(-(problem.flights[f].docks - weeks.starts[0]) // WEEK)) :] += amount
            self._row(("consumable", consumable.code), [int(left) for left in stock])
        shares = share_limits(problem, weeks)
        for group in problem.share_caps or {}:
            self._row(("share", group), [shares[group, n] for n in range(len(problem.increments))])
            self._row(("share-mass", group), [shares[group, -1]])

    def _rows_of_flights(self) -> None:
        problem = self.model.problem
        for key, most in flight_limits(problem).items():
            self._row(key, [most])
        for (c, f), amount in self.refills.items():
            consumable, code = problem.consumables[c], problem.flights[f].code
            mass, volume = consumable.unit_mass_kg * amount, consumable.unit_volume_l * amount
            self.limit[self.rows["up-mass", code]] -= int(np.ceil(mass))
            self.limit[self.rows["up-volume", code]] -= int(np.ceil(volume))

    # ------------------------------------------------------------------ items

    def _item(self, i: int) -> None:
        """One list of pieces for each combination of classes of places."""
        problem, item = self.model.problem, self.model.problem.items[i]
        blocked = not self.model.begun[i].starts
        combos = [] if blocked else list(itertools.product(*(sorted(split) for split in self.model.at[i])))
        self.combos.append(combos)
        self.bounds.append([len(self.pieces)])
        for combo in combos:
            demands = list(wherever(problem, item))
            for need, group in enumerate(combo):
                place = problem.places[self.model.groups[group][0]]
                demands += inside(problem, item, need, place)
            for family, name, shape in demands:
                mapped = {"share": annealing.BY_INCREMENT, "consumable": annealing.FROM_THEN_ON}
                if (family, name) in self.rows and any(shape):
                    kind = mapped.get(family, annealing.BY_WEEK)
                    self._piece(self.rows[family, name], [int(amount) for amount in shape], kind)
            for group_code, amount in charged_mass(problem, item):
                self._piece(self.rows["share-mass", group_code], [amount], annealing.ONCE)
            self.bounds[-1].append(len(self.pieces))

    def _piece(self, row: int, amounts: list[int], mapped: int) -> None:
        self.pieces.append((row, len(self.amounts), len(amounts), mapped))
        self.amounts += amounts

    def _tables(self) -> None:
        """Everything as arrays."""
        # long because each array is one line of the state
        model, problem, weeks = self.model, self.model.problem, self.model.weeks
        count, flights = len(problem.items), max(1, len(problem.flights))
        width = max((len(bounds) for bounds in self.bounds), default=1)
        combos = np.zeros((count, width + 1), dtype=np.int64)
        most = max((len(steps.starts) for steps in model.begun), default=1) or 1
        starts = np.zeros((count, most), dtype=np.int64)
        ups, downs = (np.zeros((count, most, flights), dtype=np.int64) for _ in range(2))
        sizes, cold = np.zeros((count, 5), dtype=np.int64), np.zeros((count, 8), dtype=np.int64)
        stores = np.full((count, max(1, len(problem.cold))), -1, dtype=np.int64)
        value = np.zeros((count, width, most))
        flight_value = np.zeros((2, count, flights))
        for i, item in enumerate(problem.items):
            begun, found = model.begun[i], model.choices[i]
            combos[i, : len(self.bounds[i])] = self.bounds[i]
            starts[i, : len(begun.starts)] = begun.starts
            sizes[i] = (len(begun.starts), len(self.combos[i]), len(model.up[i]), len(model.down[i]), 0)
            for side, (chosen, allowed, table) in enumerate(
                ((model.up[i], found.ups, ups), (model.down[i], found.downs, downs))
            ):
                for f, column in chosen.items():
                    flight_value[side, i, f] = self.terms.get(column, 0.0)
                    for k, week in enumerate(begun.starts):
                        table[i, k, f] = week in allowed[f]
            if kept_cold(item):
                cold[i, :2] = asked(item.cold_up_volume_l), asked(item.cold_volume_l)
                for n, k in enumerate(sorted(model.kept[i])):
                    stores[i, n] = self.rows["cold", problem.cold[k].code]
                sizes[i, 4] = len(model.kept[i])
            cold[i, 2:5] = [amount for *_, amount in going_up(item, "")]
            cold[i, 5:7] = [amount for *_, amount in coming_down(item, "")]
            for n, combo in enumerate(self.combos[i]):
                for k in range(len(begun.starts)):
                    value[i, n, k] = self._value(begun, k) + sum(
                        self._value(split[group], k)
                        for split, group in zip(model.at[i], combo, strict=True)
                        if split[group] is not begun
                    )
        flown = np.zeros((2, flights, 3), dtype=np.int64)
        for f, flight in enumerate(problem.flights):
            flown[0, f] = [
                self.rows[family, name] for family, name, _ in going_up(problem.items[0], flight.code)
            ]
            flown[1, f, :2] = [
                self.rows[family, name] for family, name, _ in coming_down(problem.items[0], flight.code)
            ]
        docked = np.array([max(0, weeks.week_of(flight.docks)) for flight in problem.flights] or [0])
        gone = np.array([leaving(weeks, flight) for flight in problem.flights] or [0])
        increments = np.array([-1 if n is None else n for n in weeks.increment])
        pieces = np.array(self.pieces, dtype=np.int64).reshape(-1, 4)
        amounts = np.array(self.amounts, dtype=np.int64)
        self.table = (combos, pieces, amounts, starts, increments, flown, cold, docked, gone, weeks.count)
        limit = np.array(self.limit, dtype=np.int64)
        stay = np.array([item.weeks for item in problem.items], dtype=np.int64)
        price = self._prices(value, limit)
        self.choice = (sizes, ups, downs, stores, self._links(), stay, limit, price)
        self.worth = (value, flight_value)
        self.hot = float(np.abs(value).max(initial=1.0))

    def _value(self, steps: Steps, place: int) -> float:
        return sum(self.terms.get(column, 0.0) for column in steps.columns[place:])

    def _links(self) -> Any:
        number = {item.code: i for i, item in enumerate(self.model.problem.items)}
        found = []
        for i, item in enumerate(self.model.problem.items):
            found += [(number[code], i, 0, NEVER) for code in item.after]
            for link in item.follows:
                most = NEVER if link.lag_max_d is None else int((link.lag_max_d + 1e-9) // 7)
                found.append((number[link.item], i, -int(-(link.lag_min_d - 1e-9) // 7), most))
        return np.array(found, dtype=np.int64).reshape(-1, 4)

    def _prices(self, value: Any, limit: Any) -> Any:
        """What a thousandth too much costs at first: all there is to win, by the limit."""
        typical = float(np.abs(value).max(initial=1.0))
        return 4.0 * typical / np.maximum(limit, 1000)

    # ------------------------------------------------------------------ plans

    def state(self, plan: Mapping[int, Way]) -> Any:
        """A plan as the annealing's state."""
        now = np.full((len(self.model.problem.items), 6), -1, dtype=np.int64)
        now[:, 5] = 0
        for i, way in plan.items():
            combo = tuple(self.model.group_of[p] for p in way.places)
            store = -1 if way.store is None else self.rows["cold", self.model.problem.cold[way.store].code]
            flights = [-1 if f is None else f for f in (way.up, way.down)]
            start = self.model.begun[i].starts.index(way.start)
            now[i] = (start, self.combos[i].index(combo), *flights, store, 1)
        return now

    def plan(self, state: Any) -> dict[int, Way]:
        """A state as a plan."""
        store_of = {self.rows["cold", store.code]: k for k, store in enumerate(self.model.problem.cold)}
        found = {}
        for i, (start, combo, up, down, store, on) in enumerate(state.tolist()):
            if on:
                places = tuple(self.model.groups[group][0] for group in self.combos[i][combo])
                found[i] = Way(
                    self.model.begun[i].starts[start],
                    places,
                    None if up < 0 else up,
                    None if down < 0 else down,
                    store_of.get(store),
                )
        return found

    def improved(
        self, plan: Mapping[int, Way], steps: int, draw: tuple[int, float], told: Any
    ) -> dict[int, Way]:
        """The best plan of one annealing, from a plan.

        ``draw`` is the seed, and the heat as a part of the most that one item is worth; ``told`` rises to
        1 as the time goes by that it may take.
        """
        seed, heat = draw
        state = self.state(plan)
        best, _ = annealing.anneal(
            self.table, self.choice, self.worth, state, steps, (seed, self.hot * heat), told
        )
        return self.plan(best)
