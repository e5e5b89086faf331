"""What berths share in a manifest: rooms, power, data, crew time, cold stores, flights, partners' parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from stationmaster.manifest.check_case import SEVEN_DAYS, TOLERANCE, Case, over
from stationmaster.manifest.letters import PlaceKind
from stationmaster.measure.reasons import Fault


def rooms(case: Case) -> Iterator[Fault]:
    """No place holds more parts, users, ports or mass at once than it has."""
    for week in range(case.count):
        parts: dict[str, float] = defaultdict(float)
        mass: dict[str, float] = defaultdict(float)
        for berth, item in case.aboard(week):
            for need, code in zip(item.needs, berth.places, strict=True):
                parts[code] += need.amount_count
            for code in berth.places[:1]:
                mass[code] += item.up_mass_kg
        for code, amount in parts.items():
            place = case.places[code]
            if amount > place.capacity_count + TOLERANCE:
                yield over("room", code, case.weeks[week], amount, place.capacity_count)
            if place.kind is not PlaceKind.PORT and 0 < place.mass_limit_kg < mass[code] - TOLERANCE:
                yield over("mass", code, case.weeks[week], mass[code], place.mass_limit_kg)


def warmed(case: Case) -> Iterator[Fault]:
    """The heat that each cooling loop takes from the homes it serves."""
    for loop in case.problem.loops:
        for week, when in enumerate(case.weeks):
            heat_w = sum(
                item.power_w if item.heat_w is None else item.heat_w
                for berth, item in case.aboard(week)
                for home in berth.places[:1]
                if case.places[home].loop == loop.code
            )
            if heat_w > loop.heat_w + TOLERANCE:
                yield over("heat", loop.code, when, heat_w, loop.heat_w)


def stocked(case: Case) -> Iterator[Fault]:
    """No consumable falls under its reserve or is brought beyond its room."""
    for consumable in case.problem.consumables:
        for when, (hand, used) in zip(case.weeks, case.stock(consumable.code), strict=True):
            if hand > consumable.capacity_units + TOLERANCE:
                yield over("stock", consumable.code, when, hand, consumable.capacity_units)
            if used > hand - consumable.reserve_units + TOLERANCE:
                yield over("consumable", consumable.code, when, used, hand - consumable.reserve_units)


def drawn(case: Case) -> Iterator[Fault]:
    """Power of each rack and channel, data of each rack and of the station."""
    limits = {channel.code: channel.power_w for channel in case.problem.channels}
    for week, when in enumerate(case.weeks):
        power: dict[str, float] = defaultdict(float)
        data: dict[str, float] = defaultdict(float)
        for berth, item in case.aboard(week):
            data["station"] += item.data_gb_d
            for code in berth.places[:1]:
                power[code] += item.power_w
                data[code] += item.data_gb_d
                power[case.places[code].channel] += item.power_w
        for code, limit_w in limits.items():
            if power[code] > limit_w + TOLERANCE:
                yield over("power", code, when, power[code], limit_w)
        for code, place in case.places.items():
            if place.kind is PlaceKind.PORT:
                continue
            if 0 < place.power_w < power[code] - TOLERANCE:
                yield over("power", code, when, power[code], place.power_w)
            if 0 < place.data_gb_d < data[code] - TOLERANCE:
                yield over("data", code, when, data[code], place.data_gb_d)
        if data["station"] > case.problem.data_gb_d + TOLERANCE:
            yield over("data", "station", when, data["station"], case.problem.data_gb_d)


def worked(case: Case) -> Iterator[Fault]:
    """Crew time, arm and airlock of each week."""
    hours = case.hours_by_week()
    arm, lock = [0] * case.count, [0] * case.count
    for berth in case.manifest.berths:
        item, last = case.items[berth.item], berth.start_week + berth.weeks - 1
        for week, arm_count, lock_count in (
            (berth.start_week, item.arm_in, item.airlock_in),
            (last, item.arm_out, item.airlock_out),
        ):
            if 0 <= week < case.count:
                arm[week] += arm_count
                lock[week] += lock_count
    for skill in case.skills:
        for when, used_h in zip(case.weeks, case.skilled_h(skill), strict=True):
            limit_h = case.crew_time_h(when, when + SEVEN_DAYS, skill)
            if used_h > limit_h + TOLERANCE:
                yield over("skill", skill, when, used_h, limit_h)
    for week, when in enumerate(case.weeks):
        held_h = case.crew_time_h(when, when + SEVEN_DAYS)
        if hours[week] > held_h + TOLERANCE:
            yield over("crew-time", "crew", when, hours[week], held_h)
        if arm[week] > case.problem.arm_week_count:
            yield over("arm", "arm", when, arm[week], case.problem.arm_week_count)
        if lock[week] > case.problem.airlock_week_count:
            yield over("airlock", "airlock", when, lock[week], case.problem.airlock_week_count)


def kept_cold(case: Case) -> Iterator[Fault]:
    """Each cold store from the start of every item until its flight leaves."""
    for store in case.problem.cold:
        for when in case.weeks:
            litres = case.kept_cold_l(store.code, when)
            if litres > store.volume_l + TOLERANCE:
                yield over("cold", store.code, when, litres, store.volume_l)


def flown(case: Case) -> Iterator[Fault]:
    """Mass, volume and cold volume of each flight, up and down."""
    for code, flight in case.flights.items():
        up = [case.items[b.item] for b in case.manifest.berths if b.up_flight == code]
        down = [case.items[b.item] for b in case.manifest.berths if b.down_flight == code]
        stocks = {consumable.code: consumable for consumable in case.problem.consumables}
        refills = [(stocks[r.consumable], r.amount_units) for r in case.manifest.refills if r.flight == code]
        mass_kg = sum(i.up_mass_kg for i in up) + sum(s.unit_mass_kg * amount for s, amount in refills)
        volume_l = sum(i.up_volume_l for i in up) + sum(s.unit_volume_l * amount for s, amount in refills)
        for kind, amount, limit in (
            ("up-mass", mass_kg, flight.up_mass_kg),
            ("up-volume", volume_l, flight.up_volume_l),
            ("up-cold", sum(i.cold_up_volume_l for i in up), flight.cold_volume_l),
            ("down-mass", sum(i.down_mass_kg for i in down), flight.down_mass_kg),
            ("down-cold", sum(i.cold_volume_l for i in down), flight.cold_volume_l),
        ):
            if amount > limit + TOLERANCE:
                yield over(kind, code, flight.docks, amount, limit)


def shared(case: Case) -> Iterator[Fault]:
    """No group takes more than its share of an increment's crew time or of the mass up."""
    for group, cap in (case.problem.share_caps or {}).items():
        share = cap + case.problem.share_tolerance_share
        hours = case.hours_by_week(group)
        for increment in case.problem.increments:
            mine = [w for w, when in enumerate(case.weeks) if case.increment(when) == increment.code]
            limit = share * sum(case.crew_time_h(case.weeks[w], case.weeks[w] + SEVEN_DAYS) for w in mine)
            used = sum(hours[w] for w in mine)
            if used > limit + TOLERANCE:
                yield over("share-crew-time", group, increment.start, used, limit)
        mass = sum(
            case.items[b.item].up_mass_kg * (case.items[b.item].group_share or {}).get(group, 0.0)
            for b in case.manifest.berths
        )
        limit = share * sum(flight.up_mass_kg for flight in case.problem.flights)
        if mass > limit + TOLERANCE:
            yield over("share-up-mass", group, case.first, mass, limit)
