"""Judge a manifest from first principles: every hard rule, item by item and week by week.

Nothing here comes from the planner. Times are compared as moments, hours are summed week by week,
and what stands in the answer's own loads is recomputed. The tolerance is one thousandth of a unit.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from stationmaster.manifest.letters import (
    Berth,
    Flight,
    Item,
    Manifest,
    ManifestProblem,
    Need,
    Place,
    PlaceKind,
)
from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import iso

TOLERANCE = 1e-3
_SEVEN_DAYS = timedelta(days=7)


def faults(problem: ManifestProblem, manifest: Manifest) -> tuple[Fault, ...]:
    """Everything that is wrong with a manifest; empty when it may be flown."""
    found = list(_whole(problem, manifest))
    if found:  # berths that name nothing real cannot be judged further
        return tuple(found)
    judge = _Judge(problem, manifest)
    for berth in manifest.berths:
        found += judge.stay(berth)
        found += judge.rooms_suit(berth)
        found += judge.flights_suit(berth)
    found += judge.order()
    found += judge.rooms()
    found += judge.drawn()
    found += judge.worked()
    found += judge.kept_cold()
    found += judge.flown()
    found += judge.shared()
    found += judge.reported()
    return tuple(found)


def _whole(problem: ManifestProblem, manifest: Manifest) -> Iterator[Fault]:
    """Every item is either on board once or left out once with a reason; names are real."""
    codes = {item.code: item for item in problem.items}
    named = Counter([berth.item for berth in manifest.berths] + [left.item for left in manifest.not_placed])
    for code in codes:
        if named[code] != 1:
            yield Fault("item-count", code, f"{code} stands {named[code]} times in the manifest, not once")
    for code in named.keys() - codes.keys():
        yield Fault("unknown-item", code, f"{code} is not an item of the problem")
    for left in manifest.not_placed:
        if not left.reasons:
            yield Fault("no-reason", left.item, f"{left.item} is left out without a reason")
    places = {place.code for place in problem.places}
    flights = {None, *(flight.code for flight in problem.flights)}
    stores = {None, *(store.code for store in problem.cold)}
    for berth in manifest.berths:
        names = (
            {*berth.places} - places
            | {berth.up_flight, berth.down_flight} - flights
            | {berth.cold_store} - stores
        )
        for name in sorted(str(name) for name in names):
            yield Fault("unknown-name", berth.item, f"{berth.item} is given {name}, which is not there")
        item = codes.get(berth.item)
        if item is not None and len(berth.places) != len(item.needs):
            yield Fault(
                "places",
                berth.item,
                f"{berth.item} has {len(berth.places)} places for {len(item.needs)} needs",
            )


class _Judge:
    def __init__(self, problem: ManifestProblem, manifest: Manifest) -> None:
        self.problem, self.manifest = problem, manifest
        self.items: Mapping[str, Item] = {item.code: item for item in problem.items}
        self.places: Mapping[str, Place] = {place.code: place for place in problem.places}
        self.flights: Mapping[str, Flight] = {flight.code: flight for flight in problem.flights}
        self.first = min(increment.start for increment in problem.increments)
        last = max(increment.end for increment in problem.increments)
        self.count = int((last - self.first) / _SEVEN_DAYS)
        self.weeks = [self.first + n * _SEVEN_DAYS for n in range(self.count)]

    # ---------------------------------------------------------------- one berth

    def stay(self, berth: Berth) -> Iterator[Fault]:
        """The weeks are whole weeks of the plan, as many as asked, within the item's own bounds."""
        item, where = self.items[berth.item], berth.item
        if berth.weeks != item.weeks or berth.end - berth.start != item.weeks * _SEVEN_DAYS:
            yield Fault("weeks", where, f"{where} stays {berth.end - berth.start}, not {item.weeks} weeks")
        if not 0 <= berth.start_week < self.count or berth.start != self.weeks[berth.start_week]:
            yield Fault(
                "week-start", where, f"{where} starts {iso(berth.start)}, not at week {berth.start_week}"
            )
        elif berth.start_week + item.weeks > self.count:
            yield Fault("horizon", where, f"{where} ends {iso(berth.end)}, after the plan")
        if item.earliest is not None and berth.start < item.earliest:
            yield Fault("too-early", where, f"{where} starts {iso(berth.start)}, before {iso(item.earliest)}")
        if item.latest_end is not None and berth.end > item.latest_end:
            yield Fault("too-late", where, f"{where} ends {iso(berth.end)}, after {iso(item.latest_end)}")
        yield from self._hours(item, berth)

    def _hours(self, item: Item, berth: Berth) -> Iterator[Fault]:
        rest = (item.crew_time_h - item.setup_time_h) / item.weeks
        expected = [rest] * item.weeks
        expected[0] += item.setup_time_h
        same = len(berth.crew_time_h) == len(expected) and all(
            abs(is_h - due_h) <= TOLERANCE for is_h, due_h in zip(berth.crew_time_h, expected, strict=True)
        )
        if not same:
            yield Fault("crew-hours", item.code, f"{item.code} is given hours that are not those it asks for")

    def rooms_suit(self, berth: Berth) -> Iterator[Fault]:
        """Each need is met by a place of its kind; the first carries mass, power and data."""
        item = self.items[berth.item]
        for number, (need, code) in enumerate(zip(item.needs, berth.places, strict=True)):
            place = self.places[code]
            if not _offers(need, place):
                yield Fault("wrong-place", item.code, f"{code} does not offer what {item.code} needs")
            if number == 0:
                ports = need.amount_count if place.kind is PlaceKind.PORT else 1.0
                yield from self._home(item, place, ports)

    def _home(self, item: Item, place: Place, ports: float) -> Iterator[Fault]:
        for what, asks, limit in (
            ("mass", item.up_mass_kg, place.mass_limit_kg),
            ("power", item.power_w, place.power_w),
            ("data", item.data_gb_d, place.data_gb_d),
        ):
            if limit > 0 and asks > limit * ports + TOLERANCE:
                says = f"{item.code} asks {asks:g} of {place.code}, which holds {limit * ports:g}"
                yield Fault(f"place-{what}", item.code, says)

    def flights_suit(self, berth: Berth) -> Iterator[Fault]:
        """Up before the start and fresh; down after the end and soon enough; cold in between."""
        item, where = self.items[berth.item], berth.item
        if (
            item.up_mass_kg > 0 or item.up_volume_l > 0 or item.cold_up_volume_l > 0
        ) and berth.up_flight is None:
            yield Fault("no-flight-up", where, f"{where} has no flight up")
        if (item.down_mass_kg > 0 or item.cold_volume_l > 0) and berth.down_flight is None:
            yield Fault("no-flight-down", where, f"{where} has no flight down")
        if berth.up_flight is not None:
            yield from self._up(item, berth, self.flights[berth.up_flight])
        if berth.down_flight is not None:
            yield from self._down(item, berth, self.flights[berth.down_flight])
        if item.cold_volume_l > 0:
            yield from self._store(item, berth)

    def _up(self, item: Item, berth: Berth, flight: Flight) -> Iterator[Fault]:
        waits = berth.start - flight.docks
        if waits < timedelta(0):
            yield Fault("before-docking", item.code, f"{item.code} starts before {flight.code} docks")
        if item.start_within_d is not None and waits > timedelta(days=item.start_within_d):
            yield Fault("stale", item.code, f"{item.code} starts {waits.days} days after {flight.code} docks")
        if item.late_load and not flight.late_load:
            yield Fault("late-load", item.code, f"{flight.code} takes no late load, {item.code} needs one")

    def _down(self, item: Item, berth: Berth, flight: Flight) -> Iterator[Fault]:
        waits = flight.leaves - berth.end
        if waits < timedelta(0):
            yield Fault("after-departure", item.code, f"{flight.code} leaves before {item.code} has ended")
        if item.return_within_d is not None and waits > timedelta(days=item.return_within_d):
            yield Fault(
                "late-return", item.code, f"samples of {item.code} wait {waits.days} days for {flight.code}"
            )

    def _store(self, item: Item, berth: Berth) -> Iterator[Fault]:
        store = next((s for s in self.problem.cold if s.code == berth.cold_store), None)
        if store is None:
            yield Fault("no-cold-store", item.code, f"{item.code} has no cold store")
            return
        asked_c = item.cold_temperature_c
        if asked_c is None:
            return
        fits = store.temperature_c <= asked_c if asked_c < 0 else -5 <= store.temperature_c - asked_c <= 5
        if not fits:
            says = (
                f"{store.code} at {store.temperature_c:g} does not keep samples of {item.code} at {asked_c:g}"
            )
            yield Fault("wrong-cold", item.code, says)

    # ---------------------------------------------------------------- together

    def _aboard(self, week: int) -> list[tuple[Berth, Item]]:
        when = self.weeks[week]
        return [(b, self.items[b.item]) for b in self.manifest.berths if b.start <= when < b.end]

    def order(self) -> Iterator[Fault]:
        """What must come before has ended."""
        for berth in self.manifest.berths:
            for code in self.items[berth.item].after:
                before = self.manifest.berth(code)
                if before is None or before.end > berth.start:
                    yield Fault("order", berth.item, f"{berth.item} does not wait for {code}")

    def rooms(self) -> Iterator[Fault]:
        """No place holds more parts, users, ports or mass at once than it has."""
        for week in range(self.count):
            parts: dict[str, float] = defaultdict(float)
            mass: dict[str, float] = defaultdict(float)
            for berth, item in self._aboard(week):
                for need, code in zip(item.needs, berth.places, strict=True):
                    parts[code] += need.amount_count
                for code in berth.places[:1]:
                    mass[code] += item.up_mass_kg
            for code, amount in parts.items():
                place = self.places[code]
                if amount > place.capacity_count + TOLERANCE:
                    yield _over("room", code, self.weeks[week], amount, place.capacity_count)
                if place.kind is not PlaceKind.PORT and 0 < place.mass_limit_kg < mass[code] - TOLERANCE:
                    yield _over("mass", code, self.weeks[week], mass[code], place.mass_limit_kg)

    def drawn(self) -> Iterator[Fault]:
        """Power of each rack and channel, data of each rack and of the station."""
        limits = {channel.code: channel.power_w for channel in self.problem.channels}
        for week, when in enumerate(self.weeks):
            power: dict[str, float] = defaultdict(float)
            data: dict[str, float] = defaultdict(float)
            for berth, item in self._aboard(week):
                data["station"] += item.data_gb_d
                for code in berth.places[:1]:
                    power[code] += item.power_w
                    data[code] += item.data_gb_d
                    power[self.places[code].channel] += item.power_w
            for code, limit_w in limits.items():
                if power[code] > limit_w + TOLERANCE:
                    yield _over("power", code, when, power[code], limit_w)
            for code, place in self.places.items():
                if place.kind is PlaceKind.PORT:
                    continue
                if 0 < place.power_w < power[code] - TOLERANCE:
                    yield _over("power", code, when, power[code], place.power_w)
                if 0 < place.data_gb_d < data[code] - TOLERANCE:
                    yield _over("data", code, when, data[code], place.data_gb_d)
            if data["station"] > self.problem.data_gb_d + TOLERANCE:
                yield _over("data", "station", when, data["station"], self.problem.data_gb_d)

    def worked(self) -> Iterator[Fault]:
        """Crew time, arm and airlock of each week."""
        hours = self._hours_by_week()
        arm, lock = [0] * self.count, [0] * self.count
        for berth in self.manifest.berths:
            item, last = self.items[berth.item], berth.start_week + berth.weeks - 1
            for week, arm_count, lock_count in (
                (berth.start_week, item.arm_in, item.airlock_in),
                (last, item.arm_out, item.airlock_out),
            ):
                if 0 <= week < self.count:
                    arm[week] += arm_count
                    lock[week] += lock_count
        for week, when in enumerate(self.weeks):
            held_h = self.crew_time_h(when, when + _SEVEN_DAYS)
            if hours[week] > held_h + TOLERANCE:
                yield _over("crew-time", "crew", when, hours[week], held_h)
            if arm[week] > self.problem.arm_week_count:
                yield _over("arm", "arm", when, arm[week], self.problem.arm_week_count)
            if lock[week] > self.problem.airlock_week_count:
                yield _over("airlock", "airlock", when, lock[week], self.problem.airlock_week_count)

    def _hours_by_week(self, group: str | None = None) -> list[float]:
        hours = [0.0] * self.count
        for berth in self.manifest.berths:
            part = 1.0 if group is None else (self.items[berth.item].group_share or {}).get(group, 0.0)
            for offset, amount_h in enumerate(berth.crew_time_h):
                if 0 <= berth.start_week + offset < self.count:
                    hours[berth.start_week + offset] += amount_h * part
        return hours

    def crew_time_h(self, start: datetime, end: datetime) -> float:
        """Crew time between two moments, summed over minutes-exact pieces between all edges."""
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
            whole += rate * (min(quiet) if quiet else 1.0) * ((right - left) / _SEVEN_DAYS)
        return whole

    def kept_cold(self) -> Iterator[Fault]:
        """Each cold store from the start of every item until its flight leaves."""
        for store in self.problem.cold:
            for when in self.weeks:
                litres = sum(
                    self.items[b.item].cold_volume_l
                    for b in self.manifest.berths
                    if b.cold_store == store.code
                    and b.down_flight is not None
                    and b.start <= when < self.flights[b.down_flight].leaves
                )
                if litres > store.volume_l + TOLERANCE:
                    yield _over("cold", store.code, when, litres, store.volume_l)

    def flown(self) -> Iterator[Fault]:
        """Mass, volume and cold volume of each flight, up and down."""
        for code, flight in self.flights.items():
            up = [self.items[b.item] for b in self.manifest.berths if b.up_flight == code]
            down = [self.items[b.item] for b in self.manifest.berths if b.down_flight == code]
            for kind, amount, limit in (
                ("up-mass", sum(i.up_mass_kg for i in up), flight.up_mass_kg),
                ("up-volume", sum(i.up_volume_l for i in up), flight.up_volume_l),
                ("up-cold", sum(i.cold_up_volume_l for i in up), flight.cold_volume_l),
                ("down-mass", sum(i.down_mass_kg for i in down), flight.down_mass_kg),
                ("down-cold", sum(i.cold_volume_l for i in down), flight.cold_volume_l),
            ):
                if amount > limit + TOLERANCE:
                    yield _over(kind, code, flight.docks, amount, limit)

    def shared(self) -> Iterator[Fault]:
        """No group takes more than its share of an increment's crew time or of the mass up."""
        for group, cap in (self.problem.share_caps or {}).items():
            share = cap + self.problem.share_tolerance_share
            hours = self._hours_by_week(group)
            for increment in self.problem.increments:
                mine = [w for w, when in enumerate(self.weeks) if self._increment(when) == increment.code]
                limit = share * sum(
                    self.crew_time_h(self.weeks[w], self.weeks[w] + _SEVEN_DAYS) for w in mine
                )
                used = sum(hours[w] for w in mine)
                if used > limit + TOLERANCE:
                    yield _over("share-crew-time", group, increment.start, used, limit)
            mass = sum(
                self.items[b.item].up_mass_kg * (self.items[b.item].group_share or {}).get(group, 0.0)
                for b in self.manifest.berths
            )
            limit = share * sum(flight.up_mass_kg for flight in self.problem.flights)
            if mass > limit + TOLERANCE:
                yield _over("share-up-mass", group, self.first, mass, limit)

    def _increment(self, when: datetime) -> str | None:
        return next((i.code for i in self.problem.increments if i.start <= when < i.end), None)

    def reported(self) -> Iterator[Fault]:
        """The curves and worth that the manifest reports are those of its berths."""
        if list(self.manifest.week_starts) != self.weeks:
            yield Fault("week-starts", "weeks", "the manifest's weeks are not those of the problem")
            return
        crew = next((load for load in self.manifest.loads if load.kind == "crew-time"), None)
        due = self._hours_by_week()
        if crew is None or any(abs(a - b) > TOLERANCE for a, b in zip(crew.used_units, due, strict=True)):
            yield Fault("loads", "crew-time", "the reported crew time is not that of the berths")
        for load in self.manifest.flights:
            up = sum(
                self.items[b.item].up_mass_kg for b in self.manifest.berths if b.up_flight == load.flight
            )
            if abs(up - load.up_mass_kg) > TOLERANCE:
                yield Fault(
                    "loads", load.flight, f"the reported mass of {load.flight} is not that of the berths"
                )
        kept = sum(self.items[b.item].must for b in self.manifest.berths)
        if kept != self.manifest.promised_aboard or self.manifest.promised_bound < kept:
            yield Fault(
                "promised", "worth", f"{kept} promised items are on board, not what the manifest says"
            )
        worth = self._worth()
        if abs(worth - self.manifest.objective_value) > TOLERANCE * (1 + len(self.items)):
            yield Fault("objective", "worth", f"the berths are worth {worth:g}, not what the manifest says")
        if self.manifest.bound_value < self.manifest.objective_value - TOLERANCE:
            yield Fault("bound", "worth", "the bound lies below the worth")

    def _worth(self) -> float:
        return sum(max(TOLERANCE, round(self.items[b.item].priority_weight, 3)) for b in self.manifest.berths)


def _offers(need: Need, place: Place) -> bool:
    kind = need.kind == place.kind and (not need.offer or need.offer in place.offers)
    return kind and (need.view is None or need.view in place.views)


def _over(kind: str, where: str, when: datetime, used: float, limit: float) -> Fault:
    return Fault(
        f"over-{kind}", where, f"{where} holds {limit:g} in the week of {iso(when)} but {used:g} are used"
    )
