"""Plan: promised items first, then the most worth on board, then the earliest starts, with bounds.

Three searches, each keeping what the one before has won: how many promised (``must``) items fly; the
weight of all items on board; and how early they start (or, with a previous plan, how little changes).
Equal places are counted together and given out at the end; where they cannot be, the searches go on
with each place alone. Without a limit in seconds everything runs in the solver's deterministic mode:
the same problem gives the same plan.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from stationmaster.manifest.amounts import SCALE, hours
from stationmaster.manifest.effort import Clock
from stationmaster.manifest.fit import Way
from stationmaster.manifest.letters import Berth, Manifest, ManifestProblem, Refill
from stationmaster.manifest.loads import flight_loads, loads
from stationmaster.manifest.model import Model, classes
from stationmaster.manifest.packing import packed
from stationmaster.manifest.search import Found, Search, Tell
from stationmaster.manifest.weeks import Calendar, calendar
from stationmaster.manifest.why import not_placed
from stationmaster.measure.codes import distinct, known

#: What leaving the previous plan costs, in weeks of shift: another place, another flight.
MOVED_PLACE, MOVED_FLIGHT = 20, 10

#: How the effort divides over the three searches.
PROMISED, WORTH, EARLY = 0.1, 0.6, 0.3
#: The share of a limit in seconds for equal places together, where they may have to be taken apart.
GROUPED = 0.6
#: Loads and reasons take at most so many times as long as making the program did, and some seconds.
TOLD, TOLD_S = 6.0, 0.5


def plan(
    problem: ManifestProblem,
    *,
    seconds: float | None = None,
    tell: Tell | None = None,
    stop: threading.Event | None = None,
) -> Manifest:
    """The manifest of a problem.

    Every hard rule holds in the answer; ``check.faults`` says so independently. An item that gets
    no berth is not an error: it stands in ``not_placed`` with its reasons.

    Args:
        problem: items, places, flights, increments and what a week holds.
        seconds: a limit by the clock, with two threads; the answer then depends on the machine.
        tell: told of each better value and bound: which search, its value, what no plan exceeds.
        stop: ends the search when it is set; the best plan so far is the answer.

    Raises:
        StationError: when the problem names something that is not there, or has no week.
    """
    validate(problem)
    by_wall = seconds is not None
    whole = Clock(problem.effort_s if seconds is None else seconds, by_wall, stop or threading.Event())
    weeks = calendar(problem)
    groups = classes(problem)
    first = whole.part(GROUPED) if by_wall and _shared(problem, groups) else whole
    found = _three(problem, weeks, groups, first, tell, Found({}, {}, 0, 0))
    early = found[2]
    way = packed(problem, weeks, groups, early.plan, whole.left_s if by_wall else None)
    if len(way) < len(early.plan):  # equal places that do not hold what they hold together
        again = whole if by_wall else Clock(max(1.0, problem.effort_s / 2), stop=whole.stop)
        found = _apart(problem, weeks, again, tell, found, Found(way, early.refills, 0, 0))
        way = dict(found[2].plan)
    return _told(problem, weeks, found, way)


def _shared(problem: ManifestProblem, groups: Sequence[tuple[int, ...]]) -> bool:
    """Whether parts of equal places are asked for: only those may not be packed as they were counted."""
    capacity = max((problem.places[group[0]].capacity_count for group in groups if len(group) > 1), default=0)
    return any(need.amount_count < capacity for item in problem.items for need in item.needs)


def _apart(
    problem: ManifestProblem,
    weeks: Calendar,
    clock: Clock,
    tell: Tell | None,
    together: tuple[Found, Found, Found],
    start: Found,
) -> tuple[Found, Found, Found]:
    """The three searches with each place alone; the bounds of places counted together hold as well."""
    apart = [(index,) for index in range(len(problem.places))]
    promised, worth, early = _three(problem, weeks, apart, clock, tell, start)
    if promised.goal >= together[0].goal:  # the bound of the worth holds for as many promised ones only
        worth = replace(worth, bound=min(worth.bound, together[1].bound))
    return replace(promised, bound=min(promised.bound, together[0].bound)), worth, early


def _told(
    problem: ManifestProblem, weeks: Calendar, found: tuple[Found, Found, Found], way: Mapping[int, Way]
) -> Manifest:
    """The manifest of what was found, with its loads and reasons."""
    promised, worth, early = found
    berths = read_berths(problem, weeks, way)
    settled = promised.proven and worth.proven
    return Manifest(
        berths=berths,
        not_placed=not_placed(problem, weeks, berths, way, early.refills),
        week_starts=weeks.starts,
        loads=loads(problem, weeks, berths, refills(problem, early)),
        flights=flight_loads(problem, berths),
        promised=sum(item.must for item in problem.items),
        promised_aboard=promised.goal,
        promised_bound=promised.bound,
        objective_value=round(worth.goal / SCALE, 6),
        bound_value=round(worth.bound / SCALE, 6),
        gap_ratio=round((worth.bound - worth.goal) / worth.bound, 6) if worth.bound > 0 else 0.0,
        lateness_value=round(early.goal / SCALE, 6),
        lateness_bound_value=round(early.bound / SCALE, 6),
        status="proven" if settled and early.proven else "proven worth" if settled else "within the gap",
        solver="OR-tools CP-SAT, HiGHS",
        refills=refills(problem, early),
    )


def _three(
    problem: ManifestProblem,
    weeks: Calendar,
    groups: Sequence[tuple[int, ...]],
    whole: Clock,
    tell: Tell | None,
    start: Found,
) -> tuple[Found, Found, Found]:
    """The three searches over one way of counting places."""
    began_s = time.monotonic()
    search = Search(problem, weeks, groups, tell)
    if whole.by_wall:
        whole.keep(TOLD_S + TOLD * (time.monotonic() - began_s))

    def clock(share: float, of_rest: float) -> Clock:
        return whole.part(of_rest) if whole.by_wall else Clock(share * whole.effort_s, stop=whole.stop)

    promised = search.best(_promised, 1, start, clock(PROMISED, 0.3))
    search.hold(_promised, 1, promised.goal)
    worth = search.best(_worth, 1, promised, clock(WORTH, 0.85))
    search.hold(_worth, 1, worth.goal)
    if not problem.previous:  # a known set of items: its earliest starts are found, and proven, much sooner
        search.only(worth.plan)
    early = search.best(_lateness, -1, worth, clock(EARLY, 1.0))
    return promised, worth, early


def validate(problem: ManifestProblem) -> None:
    """Refuse a problem that names something twice, or something that is not there."""
    for kind in ("items", "places", "flights", "increments", "channels", "cold", "loops", "consumables"):
        distinct((part.code for part in getattr(problem, kind)), kind.removesuffix("s"), field=kind)
    codes = {item.code for item in problem.items}
    channels = {channel.code for channel in problem.channels}
    loops = {loop.code for loop in problem.loops}
    stocks = {consumable.code for consumable in problem.consumables}
    for item in problem.items:
        for code in item.after:
            known(code, codes, "item", field=f"items.{item.code}.after")
        for link in item.follows:
            known(link.item, codes, "item", field=f"items.{item.code}.follows")
        for code in item.use_week_units or {}:
            known(code, stocks, "consumable", field=f"items.{item.code}.use_week_units")
    for place in problem.places:
        if place.channel:
            known(place.channel, channels, "power channel", field=f"places.{place.code}.channel")
        if place.loop:
            known(place.loop, loops, "cooling loop", field=f"places.{place.code}.loop")


def _weights(problem: ManifestProblem) -> list[int]:
    return [max(1, round(item.priority_weight * SCALE)) for item in problem.items]


def _promised(model: Model) -> dict[int, int]:
    flags = [int(item.must) for item in model.problem.items]
    return {c: flag for begun, flag in zip(model.begun, flags, strict=True) for c, _ in begun.on if flag}


def _worth(model: Model) -> dict[int, int]:
    weights = _weights(model.problem)
    return {c: weight for begun, weight in zip(model.begun, weights, strict=True) for c, _ in begun.on}


def _lateness(model: Model) -> dict[int, int]:
    """Weight x start week; or, where there is a previous plan, the distance from it."""
    former = {berth.item: berth for berth in model.problem.previous}
    terms: Counter[int] = Counter()
    for i, item in enumerate(model.problem.items):
        if not former:
            weight = _weights(model.problem)[i]
            costs = [weight * week for week in model.begun[i].starts]
            terms.update(dict(model.begun[i].weighed(costs)))
        elif item.code in former:
            for column, cost in _distance(model, i, former[item.code]):
                terms[column] += cost
    return {column: cost for column, cost in terms.items() if cost}


def _distance(model: Model, index: int, berth: Berth) -> Iterator[tuple[int, int]]:
    """How far an item moves from its former berth, in thousandths of a week's shift."""
    problem, begun = model.problem, model.begun[index]
    yield from begun.weighed(
        [SCALE * abs((model.weeks.starts[s] - berth.start).days) // 7 for s in begun.starts]
    )
    for n, split in enumerate(model.at[index]):
        kept = berth.places[n] if n < len(berth.places) else None
        for group, steps in split.items():
            if kept not in {problem.places[p].code for p in model.groups[group]}:
                yield from ((column, SCALE * MOVED_PLACE * one) for column, one in steps.on)
    for flights, kept in ((model.up[index], berth.up_flight), (model.down[index], berth.down_flight)):
        yield from ((c, SCALE * MOVED_FLIGHT) for f, c in flights.items() if problem.flights[f].code != kept)


def refills(problem: ManifestProblem, found: Found) -> tuple[Refill, ...]:
    """What of each consumable goes up with which flight."""
    return tuple(
        Refill(
            flight=problem.flights[f].code,
            consumable=problem.consumables[c].code,
            amount_units=amount / SCALE,
        )
        for (c, f), amount in sorted(found.refills.items())
    )


def read_berths(problem: ManifestProblem, weeks: Calendar, ways: Mapping[int, Way]) -> tuple[Berth, ...]:
    """The berths of a plan, in the order of the items."""
    berths = []
    for i, way in sorted(ways.items()):
        item = problem.items[i]
        home = problem.places[way.places[0]] if way.places else None
        swaps = [0.0] * item.weeks
        swaps[0] += home.swap_in_h if home else 0.0
        swaps[-1] += home.swap_out_h if home else 0.0
        berths.append(
            Berth(
                item=item.code,
                places=tuple(problem.places[p].code for p in way.places),
                up_flight=None if way.up is None else problem.flights[way.up].code,
                down_flight=None if way.down is None else problem.flights[way.down].code,
                cold_store=None if way.store is None else problem.cold[way.store].code,
                start_week=way.start,
                weeks=item.weeks,
                start=weeks.starts[way.start],
                end=weeks.end(way.start + item.weeks - 1),
                crew_time_h=tuple(round(h + s, 6) for h, s in zip(hours(item), swaps, strict=True)),
            )
        )
    return tuple(berths)
