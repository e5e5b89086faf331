"""What a set of berths uses: every resource by week, and how full each flight is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stationmaster.manifest.amounts import hours
from stationmaster.manifest.letters import Berth, FlightLoad, Item, Load, ManifestProblem, Refill
from stationmaster.manifest.weeks import WEEK, Calendar


def loads(
    problem: ManifestProblem, weeks: Calendar, berths: Sequence[Berth], refills: Sequence[Refill] = ()
) -> tuple[Load, ...]:
    """Use and capacity of every resource by week.

    Crew time, skills, power channels, cooling loops, data, cold stores, arm, airlock, consumables
    (used in the week, of what is at hand above the reserve), places.
    """
    items = {item.code: item for item in problem.items}
    places = {place.code: place for place in problem.places}
    stays = [(berth, items[berth.item]) for berth in berths]
    every = [1.0] * weeks.count
    found = [_crew(weeks, berths), *_skills(weeks, stays)]
    for channel in problem.channels:
        drawn = [(b, i.power_w) for b, i in stays if b.places and places[b.places[0]].channel == channel.code]
        found.append(_load(weeks, channel.code, "power", "W", drawn, [channel.power_w] * weeks.count))
    for loop in problem.loops:
        warm = [(b, _heat_w(i)) for b, i in stays if b.places and places[b.places[0]].loop == loop.code]
        found.append(_load(weeks, loop.code, "heat", "W", warm, [loop.heat_w] * weeks.count))
    data = [(b, i.data_gb_d) for b, i in stays]
    found.append(_load(weeks, "data", "data", "GB/day", data, [problem.data_gb_d] * weeks.count))
    for store in problem.cold:
        kept = [(b, i) for b, i in stays if b.cold_store == store.code]
        found.append(_cold(problem, weeks, store.code, store.volume_l, kept))
    found.append(
        _operations(weeks, "arm", [(b, i.arm_in, i.arm_out) for b, i in stays], problem.arm_week_count)
    )
    lock = [(b, i.airlock_in, i.airlock_out) for b, i in stays]
    found.append(_operations(weeks, "airlock", lock, problem.airlock_week_count))
    found += _stocks(problem, weeks, stays, refills)
    for place in problem.places:
        used = [
            (b, need.amount_count)
            for b, i in stays
            for need, code in zip(i.needs, b.places, strict=True)
            if code == place.code
        ]
        capacity = [place.capacity_count * one for one in every]
        found.append(_load(weeks, place.code, "place", place.kind.value, used, capacity))
    return tuple(found)


def _load(
    weeks: Calendar,
    resource: str,
    kind: str,
    unit: str,
    uses: Iterable[tuple[Berth, float]],
    capacity: Sequence[float],
) -> Load:
    used = [0.0] * weeks.count
    for berth, amount in uses:
        for week in range(berth.start_week, berth.start_week + berth.weeks):
            used[week] += amount
    return _whole(resource, kind, unit, used, capacity)


def _whole(resource: str, kind: str, unit: str, used: Sequence[float], capacity: Sequence[float]) -> Load:
    return Load(
        resource=resource,
        kind=kind,
        unit=unit,
        used_units=tuple(round(value, 6) for value in used),
        capacity_units=tuple(round(value, 6) for value in capacity),
    )


def _crew(weeks: Calendar, berths: Sequence[Berth]) -> Load:
    used = [0.0] * weeks.count
    for berth in berths:
        for offset, hours_h in enumerate(berth.crew_time_h):
            used[berth.start_week + offset] += hours_h
    return _whole("crew-time", "crew-time", "h/week", used, weeks.crew_time_h)


def _heat_w(item: Item) -> float:
    return item.power_w if item.heat_w is None else item.heat_w


def _skills(weeks: Calendar, stays: Sequence[tuple[Berth, Item]]) -> list[Load]:
    found = []
    for skill, capacity in weeks.skill_time_h.items():
        used = [0.0] * weeks.count
        for berth, item in stays:
            part = (item.skill_time_h or {}).get(skill, 0.0) / item.crew_time_h if item.crew_time_h else 0.0
            for week, hours_h in enumerate(hours(item), berth.start_week):
                used[week] += hours_h * part
        found.append(_whole(skill, "skill", "h/week", used, capacity))
    return found


def _stocks(
    problem: ManifestProblem, weeks: Calendar, stays: Sequence[tuple[Berth, Item]], refills: Sequence[Refill]
) -> list[Load]:
    found, docks = [], {flight.code: flight.docks for flight in problem.flights}
    for consumable in problem.consumables:
        used, hand = [0.0] * weeks.count, [0.0] * weeks.count
        for berth, item in stays:
            for week in range(berth.start_week, berth.start_week + berth.weeks):
                used[week] += (item.use_week_units or {}).get(consumable.code, 0.0)
        brought = [0.0] * weeks.count
        for refill in refills:
            if refill.consumable == consumable.code:
                brought[max(0, -(-(docks[refill.flight] - weeks.starts[0]) // WEEK))] += refill.amount_units
        left = consumable.stock_units - consumable.reserve_units
        for week in range(weeks.count):
            hand[week] = left + brought[week]
            left = hand[week] - used[week]
        found.append(_whole(consumable.code, "consumable", f"{consumable.unit}/week", used, hand))
    return found


def _cold(
    problem: ManifestProblem, weeks: Calendar, code: str, volume_l: float, kept: Iterable[tuple[Berth, Item]]
) -> Load:
    flights = {flight.code: flight for flight in problem.flights}
    used = [0.0] * weeks.count
    for berth, item in kept:
        if berth.up_flight is not None:
            docked = max(0, weeks.week_of(flights[berth.up_flight].docks))
            for week in range(docked, berth.start_week):
                used[week] += item.cold_up_volume_l
        if berth.down_flight is not None:
            for week in range(berth.start_week, weeks.count):
                if weeks.starts[week] < flights[berth.down_flight].leaves:
                    used[week] += item.cold_volume_l
    return _whole(code, "cold", "l", used, [volume_l] * weeks.count)


def _operations(weeks: Calendar, kind: str, uses: Iterable[tuple[Berth, int, int]], capacity: int) -> Load:
    used = [0.0] * weeks.count
    for berth, first, last in uses:
        used[berth.start_week] += first
        used[berth.start_week + berth.weeks - 1] += last
    return _whole(kind, kind, "operations/week", used, [float(capacity)] * weeks.count)


def flight_loads(problem: ManifestProblem, berths: Sequence[Berth]) -> tuple[FlightLoad, ...]:
    """What each flight carries up and brings down for the items."""
    items = {item.code: item for item in problem.items}
    found = []
    for flight in problem.flights:
        ups = [items[b.item] for b in berths if b.up_flight == flight.code]
        downs = [items[b.item] for b in berths if b.down_flight == flight.code]
        found.append(
            FlightLoad(
                flight=flight.code,
                items_up=tuple(item.code for item in ups),
                items_down=tuple(item.code for item in downs),
                up_mass_kg=round(sum(item.up_mass_kg for item in ups), 6),
                up_volume_l=round(sum(item.up_volume_l for item in ups), 6),
                up_cold_l=round(sum(item.cold_up_volume_l for item in ups), 6),
                down_mass_kg=round(sum(item.down_mass_kg for item in downs), 6),
                down_cold_l=round(sum(item.cold_volume_l for item in downs), 6),
            )
        )
    return tuple(found)
