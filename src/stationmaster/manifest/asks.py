"""What an item asks week by week of its stay, limit by limit, in whole thousandths; and the limits.

One place for what the model, the packing and the reasons count alike. A demand is
``(family, name, shape)``: so much in the first week, in the second...
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from stationmaster.manifest.amounts import SCALE, asked, ends, held, hours
from stationmaster.manifest.letters import Item, ManifestProblem, Place, PlaceKind
from stationmaster.manifest.weeks import Calendar

#: A limit by its family and what it limits, then by week.
Name = tuple[str, str]
Demand = tuple[str, str, Sequence[int]]


def wherever(problem: ManifestProblem, item: Item) -> Iterator[Demand]:
    """What the item asks in any place: crew time and skills, arm, airlock, the station's data, stocks."""
    crew = hours(item)
    yield from worked(problem, item, [asked(h) for h in crew])
    for skill, time_h in (item.skill_time_h or {}).items():
        if time_h > 0:
            yield "skill", skill, [asked(h * time_h / item.crew_time_h) for h in crew]
    yield "arm", "arm", ends(item.weeks, SCALE * item.arm_in, SCALE * item.arm_out)
    yield "airlock", "airlock", ends(item.weeks, SCALE * item.airlock_in, SCALE * item.airlock_out)
    yield "data", "station", [asked(item.data_gb_d)] * item.weeks
    for code, amount in (item.use_week_units or {}).items():
        yield "consumable", code, [asked(amount)] * item.weeks


def inside(problem: ManifestProblem, item: Item, need: int, place: Place) -> Iterator[Demand]:
    """What the item asks of a place that meets one of its needs; at home also power, heat, mass, swaps."""
    every = [1] * item.weeks
    yield "place", place.code, [asked(item.needs[need].amount_count) * one for one in every]
    if need:
        return
    heat_w = item.power_w if item.heat_w is None else item.heat_w
    yield "power", f"channel {place.channel}", [asked(item.power_w) * one for one in every]
    yield "heat", f"loop {place.loop}", [asked(heat_w) * one for one in every]
    if place.kind is not PlaceKind.PORT:
        yield "place-mass", place.code, [asked(item.up_mass_kg) * one for one in every]
        yield "power", place.code, [asked(item.power_w) * one for one in every]
        yield "data", place.code, [asked(item.data_gb_d) * one for one in every]
    if place.swap_in_h or place.swap_out_h:
        yield from worked(problem, item, ends(item.weeks, asked(place.swap_in_h), asked(place.swap_out_h)))


def worked(problem: ManifestProblem, item: Item, shape: Sequence[int]) -> Iterator[Demand]:
    """Crew hours, and the part of them that each group with a cap is charged."""
    yield "crew-time", "crew", shape
    for group in problem.share_caps or {}:
        part = (item.group_share or {}).get(group, 0.0)
        if part > 0:
            yield "share", group, [math.ceil(amount * part) for amount in shape]


def charged_mass(problem: ManifestProblem, item: Item) -> Iterator[tuple[str, int]]:
    """The mass going up that each group with a cap is charged."""
    for group in problem.share_caps or {}:
        part = (item.group_share or {}).get(group, 0.0)
        if part > 0 and item.up_mass_kg > 0:
            yield group, math.ceil(asked(item.up_mass_kg) * part)


def weekly_limits(problem: ManifestProblem, weeks: Calendar) -> Mapping[Name, Sequence[int]]:
    """Every limit that holds week by week; what is not in it does not bind."""
    steady: list[tuple[str, str, float]] = [
        ("data", "station", problem.data_gb_d),
        ("arm", "arm", problem.arm_week_count),
        ("airlock", "airlock", problem.airlock_week_count),
    ]
    steady += [("power", f"channel {channel.code}", channel.power_w) for channel in problem.channels]
    steady += [("heat", f"loop {loop.code}", loop.heat_w) for loop in problem.loops]
    steady += [("cold", store.code, store.volume_l) for store in problem.cold]
    for place in problem.places:
        steady.append(("place", place.code, place.capacity_count))
        bounds = (("place-mass", place.mass_limit_kg), ("power", place.power_w), ("data", place.data_gb_d))
        if place.kind is not PlaceKind.PORT:
            steady += [(family, place.code, limit) for family, limit in bounds if limit > 0]
    found: dict[Name, Sequence[int]] = {(f, name): [held(limit)] * weeks.count for f, name, limit in steady}
    found["crew-time", "crew"] = [held(h) for h in weeks.crew_time_h]
    for skill, limits_h in weeks.skill_time_h.items():
        found["skill", skill] = [held(h) for h in limits_h]
    return found


def flight_limits(problem: ManifestProblem) -> Mapping[Name, int]:
    """What each flight lifts and brings down."""
    found: dict[Name, int] = {}
    for flight in problem.flights:
        found["up-mass", flight.code] = held(flight.up_mass_kg)
        found["up-volume", flight.code] = held(flight.up_volume_l)
        found["down-mass", flight.code] = held(flight.down_mass_kg)
        found["flight-cold", f"{flight.code} up"] = held(flight.cold_volume_l)
        found["flight-cold", f"{flight.code} down"] = held(flight.cold_volume_l)
    return found


def share_limits(problem: ManifestProblem, weeks: Calendar) -> Mapping[tuple[str, int], int]:
    """The cap of each group on the crew time of each increment, and (-1) on the mass going up."""
    found: dict[tuple[str, int], int] = {}
    for group, cap in (problem.share_caps or {}).items():
        share = cap + problem.share_tolerance_share
        found[group, -1] = held(share * sum(flight.up_mass_kg for flight in problem.flights))
        for number in range(len(problem.increments)):
            mine = [h for h, i in zip(weeks.crew_time_h, weeks.increment, strict=True) if i == number]
            found[group, number] = held(share * sum(mine))
    return found


def going_up(item: Item, flight: str) -> Iterator[tuple[str, str, int]]:
    """What the item takes of the flight that brings it up."""
    yield "up-mass", flight, asked(item.up_mass_kg)
    yield "up-volume", flight, asked(item.up_volume_l)
    yield "flight-cold", f"{flight} up", asked(item.cold_up_volume_l)


def coming_down(item: Item, flight: str) -> Iterator[tuple[str, str, int]]:
    """What the item takes of the flight that brings it down."""
    yield "down-mass", flight, asked(item.down_mass_kg)
    yield "flight-cold", f"{flight} down", asked(item.cold_volume_l)
