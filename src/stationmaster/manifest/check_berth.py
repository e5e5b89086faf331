"""One berth of a manifest: its weeks, its places, its flights, its cold store, what it follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from stationmaster.manifest.check_case import SEVEN_DAYS, TOLERANCE, Case
from stationmaster.manifest.letters import Berth, Flight, Item, Need, Place, PlaceKind
from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import iso


def stay(case: Case, berth: Berth) -> Iterator[Fault]:
    """The weeks are whole weeks of the plan, as many as asked, within the item's own bounds."""
    item, where = case.items[berth.item], berth.item
    if berth.weeks != item.weeks or berth.end - berth.start != item.weeks * SEVEN_DAYS:
        yield Fault("weeks", where, f"{where} stays {berth.end - berth.start}, not {item.weeks} weeks")
    if not 0 <= berth.start_week < case.count or berth.start != case.weeks[berth.start_week]:
        yield Fault("week-start", where, f"{where} starts {iso(berth.start)}, not at week {berth.start_week}")
    elif berth.start_week + item.weeks > case.count:
        yield Fault("horizon", where, f"{where} ends {iso(berth.end)}, after the plan")
    if item.earliest is not None and berth.start < item.earliest:
        yield Fault("too-early", where, f"{where} starts {iso(berth.start)}, before {iso(item.earliest)}")
    if item.latest_end is not None and berth.end > item.latest_end:
        yield Fault("too-late", where, f"{where} ends {iso(berth.end)}, after {iso(item.latest_end)}")
    if item.seasons and not any(s.start <= berth.start and berth.end <= s.end for s in item.seasons):
        yield Fault("out-of-season", where, f"{where} stays from {iso(berth.start)}, in none of its seasons")
    yield from _hours(case, item, berth)


def _hours(case: Case, item: Item, berth: Berth) -> Iterator[Fault]:
    rest = (item.crew_time_h - item.setup_time_h) / item.weeks
    expected = [rest] * item.weeks
    expected[0] += item.setup_time_h
    for home in berth.places[:1]:
        expected[0] += case.places[home].swap_in_h
        expected[-1] += case.places[home].swap_out_h
    same = len(berth.crew_time_h) == len(expected) and all(
        abs(is_h - due_h) <= TOLERANCE for is_h, due_h in zip(berth.crew_time_h, expected, strict=True)
    )
    if not same:
        yield Fault("crew-hours", item.code, f"{item.code} is given hours that are not those it asks for")


def rooms_suit(case: Case, berth: Berth) -> Iterator[Fault]:
    """Each need is met by a place of its kind; the first carries mass, power and data."""
    item = case.items[berth.item]
    for number, (need, code) in enumerate(zip(item.needs, berth.places, strict=True)):
        place = case.places[code]
        if not _offers(need, place):
            yield Fault("wrong-place", item.code, f"{code} does not offer what {item.code} needs")
        if number == 0:
            ports = need.amount_count if place.kind is PlaceKind.PORT else 1.0
            yield from _home(item, place, ports)


def _home(item: Item, place: Place, ports: float) -> Iterator[Fault]:
    for what, asks, limit in (
        ("mass", item.up_mass_kg, place.mass_limit_kg),
        ("power", item.power_w, place.power_w),
        ("data", item.data_gb_d, place.data_gb_d),
    ):
        if limit > 0 and asks > limit * ports + TOLERANCE:
            says = f"{item.code} asks {asks:g} of {place.code}, which holds {limit * ports:g}"
            yield Fault(f"place-{what}", item.code, says)


def flights_suit(case: Case, berth: Berth) -> Iterator[Fault]:
    """Up before the start and fresh; down after the end and soon enough; cold in between."""
    item, where = case.items[berth.item], berth.item
    if (item.up_mass_kg > 0 or item.up_volume_l > 0 or item.cold_up_volume_l > 0) and berth.up_flight is None:
        yield Fault("no-flight-up", where, f"{where} has no flight up")
    if (item.down_mass_kg > 0 or item.cold_volume_l > 0) and berth.down_flight is None:
        yield Fault("no-flight-down", where, f"{where} has no flight down")
    if berth.up_flight is not None:
        yield from _up(item, berth, case.flights[berth.up_flight])
    if berth.down_flight is not None:
        yield from _down(item, berth, case.flights[berth.down_flight])
    if item.cold_volume_l > 0 or item.cold_up_volume_l > 0:
        yield from _store(case, item, berth)


def _up(item: Item, berth: Berth, flight: Flight) -> Iterator[Fault]:
    waits = berth.start - flight.docks
    if waits < timedelta(0):
        yield Fault("before-docking", item.code, f"{item.code} starts before {flight.code} docks")
    if item.start_within_d is not None and waits > timedelta(days=item.start_within_d):
        yield Fault("stale", item.code, f"{item.code} starts {waits.days} days after {flight.code} docks")
    if item.late_load and not flight.late_load:
        yield Fault("late-load", item.code, f"{flight.code} takes no late load, {item.code} needs one")


def _down(item: Item, berth: Berth, flight: Flight) -> Iterator[Fault]:
    waits = flight.leaves - berth.end
    if waits < timedelta(0):
        yield Fault("after-departure", item.code, f"{flight.code} leaves before {item.code} has ended")
    if item.return_within_d is not None and waits > timedelta(days=item.return_within_d):
        yield Fault(
            "late-return", item.code, f"samples of {item.code} wait {waits.days} days for {flight.code}"
        )


def _store(case: Case, item: Item, berth: Berth) -> Iterator[Fault]:
    store = next((s for s in case.problem.cold if s.code == berth.cold_store), None)
    if store is None:
        yield Fault("no-cold-store", item.code, f"{item.code} has no cold store")
        return
    asked_c = item.cold_temperature_c
    if asked_c is None:
        return
    fits = store.temperature_c <= asked_c if asked_c < 0 else -5 <= store.temperature_c - asked_c <= 5
    if not fits:
        says = f"{store.code} at {store.temperature_c:g} does not keep samples of {item.code} at {asked_c:g}"
        yield Fault("wrong-cold", item.code, says)


def order(case: Case) -> Iterator[Fault]:
    """What must come before has ended."""
    for berth in case.manifest.berths:
        for code in case.items[berth.item].after:
            before = case.manifest.berth(code)
            if before is None or before.end > berth.start:
                yield Fault("order", berth.item, f"{berth.item} does not wait for {code}")
        for link in case.items[berth.item].follows:
            before = case.manifest.berth(link.item)
            if before is None or berth.start < before.end + timedelta(days=link.lag_min_d):
                yield Fault("order", berth.item, f"{berth.item} does not wait for {link.item}")
            elif link.lag_max_d is not None and berth.start > before.end + timedelta(days=link.lag_max_d):
                says = (
                    f"{berth.item} starts {(berth.start - before.end).days} days after {link.item} has ended"
                )
                yield Fault("too-long-after", berth.item, says)


def _offers(need: Need, place: Place) -> bool:
    kind = need.kind == place.kind and (not need.offer or need.offer in place.offers)
    return kind and (need.view is None or need.view in place.views)
