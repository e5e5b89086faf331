"""What a set of berths uses: every resource by week, and how full each flight is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stationmaster.manifest.letters import Berth, FlightLoad, Item, Load, ManifestProblem
from stationmaster.manifest.weeks import WEEK, Calendar


def loads(problem: ManifestProblem, weeks: Calendar, berths: Sequence[Berth]) -> tuple[Load, ...]:
    """Use and capacity of every resource by week: crew time, channels, data, cold, arm, airlock, places."""
    items = {item.code: item for item in problem.items}
    places = {place.code: place for place in problem.places}
    stays = [(berth, items[berth.item]) for berth in berths]
    every = [1.0] * weeks.count
    found = [_crew(weeks, berths)]
    for channel in problem.channels:
        drawn = [(b, i.power_w) for b, i in stays if b.places and places[b.places[0]].channel == channel.code]
        found.append(_load(weeks, channel.code, "power", "W", drawn, [channel.power_w] * weeks.count))
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
        for offset, hours in enumerate(berth.crew_time_h):
            used[berth.start_week + offset] += hours
    return _whole("crew-time", "crew-time", "h/week", used, weeks.crew_time_h)


def _cold(
    problem: ManifestProblem, weeks: Calendar, code: str, volume_l: float, kept: Iterable[tuple[Berth, Item]]
) -> Load:
    leaves = {flight.code: flight.leaves for flight in problem.flights}
    used = [0.0] * weeks.count
    for berth, item in kept:
        gone = leaves[berth.down_flight or ""]
        for week in range(berth.start_week, weeks.count):
            if weeks.starts[0] + week * WEEK < gone:
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
