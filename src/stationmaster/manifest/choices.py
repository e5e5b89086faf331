"""What each item could have on its own: places, weeks, flights and cold stores, before any rival."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from stationmaster.manifest.letters import Flight, Item, ManifestProblem, Need, Place, PlaceKind
from stationmaster.manifest.weeks import Calendar
from stationmaster.measure.reasons import Reason
from stationmaster.measure.time import Span, iso

SLACK = 1e-6


@dataclass(frozen=True)
class Choices:
    """The ways to fly one item, by index into the problem's lists; weeks by number.

    ``ups`` and ``downs`` map a flight to the start weeks it allows; empty when the item needs none
    (then ``starts`` alone counts). ``blocked`` says why there is no way at all.
    """

    starts: tuple[int, ...]
    places: tuple[tuple[int, ...], ...]
    ups: Mapping[int, tuple[int, ...]]
    downs: Mapping[int, tuple[int, ...]]
    stores: tuple[int, ...]
    blocked: tuple[Reason, ...]


def goes_up(item: Item) -> bool:
    """Whether the item needs a flight up."""
    return max(item.up_mass_kg, item.up_volume_l, item.cold_up_volume_l) > 0


def comes_down(item: Item) -> bool:
    """Whether the item needs a flight down."""
    return max(item.down_mass_kg, item.cold_volume_l) > 0


def kept_cold(item: Item) -> bool:
    """Whether the item needs a cold store: for what goes up cold, for its samples, or for both."""
    return max(item.cold_volume_l, item.cold_up_volume_l) > 0


def choices(problem: ManifestProblem, weeks: Calendar, item: Item) -> Choices:
    """Every way to fly an item alone."""
    places = tuple(
        tuple(p for p, place in enumerate(problem.places) if suits(item, need, place, home=n == 0))
        for n, need in enumerate(item.needs)
    )
    reasons = [_no_place(item, need) for need, found in zip(item.needs, places, strict=True) if not found]
    starts = _starts(weeks, item)
    if not starts:
        reasons.append(_no_weeks(weeks, item))
    ups = _ups(problem, weeks, item, starts) if goes_up(item) else {}
    if goes_up(item):
        starts = tuple(s for s in starts if any(s in allowed for allowed in ups.values()))
        if not starts and not reasons:
            reasons.append(_no_flight_up(item))
    downs = _downs(problem, weeks, item, starts) if comes_down(item) else {}
    if comes_down(item):
        starts = tuple(s for s in starts if any(s in allowed for allowed in downs.values()))
        if not starts and not reasons:
            reasons.append(_no_flight_down(item))
    stores = _stores(problem, item) if kept_cold(item) else ()
    if kept_cold(item) and not stores:
        reasons.append(_no_store(item))
    return Choices(starts, places, ups, downs, stores, tuple(reasons))


def suits(item: Item, need: Need, place: Place, *, home: bool) -> bool:
    """Whether an empty place meets a need; the home also holds the item's mass, power and data."""
    if place.kind != need.kind or need.amount_count > place.capacity_count + SLACK:
        return False
    if need.offer and need.offer not in place.offers:
        return False
    if need.view is not None and need.view not in place.views:
        return False
    units = need.amount_count if place.kind is PlaceKind.PORT else 1.0
    asks = (
        (item.up_mass_kg, place.mass_limit_kg),
        (item.power_w, place.power_w),
        (item.data_gb_d, place.data_gb_d),
    )
    return not home or all(limit <= 0 or asked <= limit * units + SLACK for asked, limit in asks)


def _starts(weeks: Calendar, item: Item) -> tuple[int, ...]:
    return tuple(
        week
        for week in range(weeks.count - item.weeks + 1)
        if (item.earliest is None or weeks.starts[week] >= item.earliest)
        and (item.latest_end is None or weeks.end(week + item.weeks - 1) <= item.latest_end)
        and (not item.seasons or any(_within(weeks, item, week, season) for season in item.seasons))
    )


def _within(weeks: Calendar, item: Item, week: int, season: Span) -> bool:
    return season.start <= weeks.starts[week] and weeks.end(week + item.weeks - 1) <= season.end


def _ups(
    problem: ManifestProblem, weeks: Calendar, item: Item, starts: tuple[int, ...]
) -> dict[int, tuple[int, ...]]:
    found = {}
    for index, flight in enumerate(problem.flights):
        if (item.late_load and not flight.late_load) or not _lifts(flight, item):
            continue
        limit = timedelta(days=item.start_within_d) if item.start_within_d is not None else timedelta.max
        allowed = tuple(s for s in starts if timedelta(0) <= weeks.starts[s] - flight.docks <= limit)
        if allowed:
            found[index] = allowed
    return found


def _lifts(flight: Flight, item: Item) -> bool:
    asks = (
        (item.up_mass_kg, flight.up_mass_kg),
        (item.up_volume_l, flight.up_volume_l),
        (item.cold_up_volume_l, flight.cold_volume_l),
    )
    return all(asked <= limit + SLACK for asked, limit in asks)


def _downs(
    problem: ManifestProblem, weeks: Calendar, item: Item, starts: tuple[int, ...]
) -> dict[int, tuple[int, ...]]:
    found = {}
    for index, flight in enumerate(problem.flights):
        if (
            item.down_mass_kg > flight.down_mass_kg + SLACK
            or item.cold_volume_l > flight.cold_volume_l + SLACK
        ):
            continue
        limit = timedelta(days=item.return_within_d) if item.return_within_d is not None else timedelta.max
        allowed = tuple(
            s for s in starts if timedelta(0) <= flight.leaves - weeks.end(s + item.weeks - 1) <= limit
        )
        if allowed:
            found[index] = allowed
    return found


def _stores(problem: ManifestProblem, item: Item) -> tuple[int, ...]:
    return tuple(
        k
        for k, store in enumerate(problem.cold)
        if max(item.cold_volume_l, item.cold_up_volume_l) <= store.volume_l + SLACK
        and keeps(item.cold_temperature_c, store.temperature_c)
    )


def keeps(asked_c: float | None, store_c: float) -> bool:
    """Whether a store keeps samples: frozen ones in any that is not warmer, others within 5 degrees."""
    if asked_c is None:
        return True
    return store_c <= asked_c + SLACK if asked_c < 0 else abs(store_c - asked_c) <= 5 + SLACK


def _no_place(item: Item, need: Need) -> Reason:
    asked = f"{need.amount_count:g} x {need.offer} {need.kind.value}".replace("  ", " ")
    load = f"{item.up_mass_kg:g} kg, {item.power_w:g} W, {item.data_gb_d:g} GB a day"
    return Reason(
        "no-place", {"need": asked + (f" with a view of {need.view}" if need.view else ""), "load": load}
    )


def _no_weeks(weeks: Calendar, item: Item) -> Reason:
    bounds = [f"from {iso(item.earliest)}"] if item.earliest else []
    bounds += [f"until {iso(item.latest_end)}"] if item.latest_end else []
    bounds += [f"within {iso(season.start)} to {iso(season.end)}" for season in item.seasons]
    return Reason(
        "no-weeks",
        {
            "weeks": str(item.weeks),
            "available": str(weeks.count),
            "bounds": " ".join(bounds) or "at any time",
        },
    )


def _no_flight_up(item: Item) -> Reason:
    asked = [f"{item.up_mass_kg:g} kg and {item.up_volume_l:g} l"]
    asked += [f"{item.cold_up_volume_l:g} l of it cold"] if item.cold_up_volume_l else []
    asked += ["loaded late"] if item.late_load else []
    asked += (
        [f"{item.start_within_d:g} days at most before its first week"]
        if item.start_within_d is not None
        else []
    )
    return Reason("no-flight-up", {"asked": ", ".join(asked)})


def _no_flight_down(item: Item) -> Reason:
    asked = [f"{item.down_mass_kg:g} kg"]
    asked += [f"{item.cold_volume_l:g} l cold"] if item.cold_volume_l else []
    within = f" within {item.return_within_d:g} days" if item.return_within_d is not None else ""
    return Reason("no-flight-down", {"asked": ", ".join(asked), "within": within})


def _no_store(item: Item) -> Reason:
    kept = (
        "any temperature"
        if item.cold_temperature_c is None
        else f"{item.cold_temperature_c:g} degrees Celsius"
    )
    volume_l = max(item.cold_volume_l, item.cold_up_volume_l)
    return Reason("no-cold-store", {"volume": f"{volume_l:g} l", "temperature": kept})
