"""Judge a manifest from first principles: every hard rule, item by item and week by week.

Nothing here comes from the planner. Times are compared as moments, hours are summed week by week,
and what the answer says of itself is recomputed. The tolerance is one thousandth of a unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from stationmaster.manifest import check_berth as one
from stationmaster.manifest import check_reported as reported
from stationmaster.manifest import check_together as together
from stationmaster.manifest.check_case import Case
from stationmaster.manifest.letters import Manifest, ManifestProblem
from stationmaster.measure.reasons import Fault


def faults(problem: ManifestProblem, manifest: Manifest) -> tuple[Fault, ...]:
    """Everything that is wrong with a manifest; empty when it may be flown."""
    found = list(_whole(problem, manifest))
    if found:  # berths that name nothing real cannot be judged further
        return tuple(found)
    case = Case(problem, manifest)
    for berth in manifest.berths:
        for about_one in (one.stay, one.rooms_suit, one.flights_suit):
            found += about_one(case, berth)
    for check in CHECKS:
        found += check(case)
    return tuple(found)


def _whole(problem: ManifestProblem, manifest: Manifest) -> Iterator[Fault]:
    """Every item is either on board once or left out once with a reason; names are real."""
    codes = {item.code: item for item in problem.items}
    named = Counter([berth.item for berth in manifest.berths] + [left.item for left in manifest.not_placed])
    for code in codes:
        if named[code] != 1:
            yield Fault("item-count", code, f"{code} stands {named[code]} times in the manifest, not once")
    for code in sorted(named.keys() - codes.keys()):
        yield Fault("unknown-item", code, f"{code} is not an item of the problem")
    for left in manifest.not_placed:
        if not left.reasons:
            yield Fault("no-reason", left.item, f"{left.item} is left out without a reason")
    stocks = {consumable.code for consumable in problem.consumables}
    lifts = {flight.code for flight in problem.flights}
    for refill in manifest.refills:
        if refill.flight not in lifts or refill.consumable not in stocks or refill.amount_units < 0:
            says = f"{refill.flight} cannot bring {refill.amount_units:g} of {refill.consumable}"
            yield Fault("refill", refill.consumable, says)
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


CHECKS = (
    one.order,
    together.rooms,
    together.drawn,
    together.warmed,
    together.worked,
    together.kept_cold,
    together.stocked,
    together.flown,
    together.shared,
    reported.worth,
    reported.weeks,
    reported.flights,
)
