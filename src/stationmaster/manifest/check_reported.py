"""What a manifest says of itself: its worth and bounds, the loads of its weeks, the fill of its flights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stationmaster.manifest.check_case import SEVEN_DAYS, TOLERANCE, Case
from stationmaster.manifest.letters import Berth, Item
from stationmaster.measure.reasons import Fault

Curve = tuple[str, str, list[float], list[float]]


def worth(case: Case) -> Iterator[Fault]:
    """Promised items, worth, lateness, their bounds, the gap and the status agree with the berths."""
    manifest, items = case.manifest, case.problem.items
    kept = sum(case.items[b.item].must for b in manifest.berths)
    promised = sum(item.must for item in items)
    if (kept, promised) != (manifest.promised_aboard, manifest.promised):
        says = f"{kept} of {promised} promised items are on board, not what the manifest says"
        yield Fault("promised", "worth", says)
    if not kept <= manifest.promised_bound <= promised:
        yield Fault(
            "promised", "worth", f"{manifest.promised_bound} cannot bound the promised items on board"
        )
    slack = TOLERANCE * (1 + len(items))
    value, whole = _worth(case.items[b.item] for b in manifest.berths), _worth(items)
    if abs(value - manifest.objective_value) > slack:
        yield Fault("objective", "worth", f"the berths are worth {value:g}, not what the manifest says")
    bound = manifest.bound_value
    if not manifest.objective_value - TOLERANCE <= bound <= whole + slack:
        yield Fault("bound", "worth", f"{bound:g} cannot bound the worth: {value:g} flies, {whole:g} is all")
    gap = (bound - manifest.objective_value) / bound if bound > 0 else 0.0
    if abs(gap - manifest.gap_ratio) > 2e-6:
        yield Fault("gap", "worth", f"worth and bound leave a gap of {gap:.6f}, not {manifest.gap_ratio:g}")
    yield from _lateness(case)


def _worth(items: Iterator[Item] | Sequence[Item]) -> float:
    return sum(_weight(item) for item in items)


def _weight(item: Item) -> float:
    return max(TOLERANCE, round(item.priority_weight, 3))


def _lateness(case: Case) -> Iterator[Fault]:
    manifest = case.manifest
    if manifest.lateness_bound_value > manifest.lateness_value + TOLERANCE:
        yield Fault("lateness", "worth", "the bound of the lateness lies above it")
    late = sum(_weight(case.items[b.item]) * b.start_week for b in manifest.berths)
    slack = TOLERANCE * (1 + sum(b.start_week for b in manifest.berths))
    if not case.problem.previous and abs(late - manifest.lateness_value) > slack:
        yield Fault("lateness", "worth", f"the berths start {late:g} late, not what the manifest says")
    settled = abs(manifest.bound_value - manifest.objective_value) < TOLERANCE / 2
    settled = settled and manifest.promised_bound == manifest.promised_aboard
    early = abs(manifest.lateness_bound_value - manifest.lateness_value) < TOLERANCE / 2
    due = "proven" if settled and early else "proven worth" if settled else "within the gap"
    if manifest.status != due:
        yield Fault("status", "worth", f"it is called {manifest.status!r} where its bounds say {due!r}")


def weeks(case: Case) -> Iterator[Fault]:
    """The curves are those of the berths, each told once."""
    manifest = case.manifest
    if list(manifest.week_starts) != case.weeks:
        yield Fault("week-starts", "weeks", "the manifest's weeks are not those of the problem")
        return
    due = {(kind, name): (used, held) for kind, name, used, held in _curves(case)}
    for load in manifest.loads:
        used, held = due.pop((load.kind, load.resource), ([], []))
        if not _same(load.used_units, used):
            yield Fault("loads", load.resource, "the load it reports is not that of the berths")
        if not _same(load.capacity_units, held):
            yield Fault("loads", load.resource, "the capacity it reports is not that of the problem")
    for _, name in due:
        yield Fault("loads", name, "its load is not reported")


def _same(told: Sequence[float], due: Sequence[float]) -> bool:
    pairs = zip(told, due, strict=False)
    return len(told) == len(due) and all(abs(one - other) <= TOLERANCE for one, other in pairs)


def _curves(case: Case) -> Iterator[Curve]:
    """Kind, name, use and capacity by week of everything that is shared."""
    problem, every = case.problem, range(case.count)
    held_h = [case.crew_time_h(week, week + SEVEN_DAYS) for week in case.weeks]
    yield "crew-time", "crew-time", case.hours_by_week(), held_h
    for skill in case.skills:
        held_h = [case.crew_time_h(week, week + SEVEN_DAYS, skill) for week in case.weeks]
        yield "skill", skill, case.skilled_h(skill), held_h
    for loop in problem.loops:
        yield "heat", loop.code, [_warm(case, week, loop.code) for week in every], [loop.heat_w] * case.count
    for consumable in problem.consumables:
        stock = case.stock(consumable.code)
        hand = [at_hand - consumable.reserve_units for at_hand, _ in stock]
        yield "consumable", consumable.code, [used for _, used in stock], hand
    for channel in problem.channels:
        drawn = [_at_home(case, week, channel.code) for week in every]
        yield "power", channel.code, drawn, [channel.power_w] * case.count
    data = [sum((item.data_gb_d for _, item in case.aboard(week)), 0.0) for week in every]
    yield "data", "data", data, [problem.data_gb_d] * case.count
    for store in problem.cold:
        kept = [case.kept_cold_l(store.code, week) for week in case.weeks]
        yield "cold", store.code, kept, [store.volume_l] * case.count
    arm = [(b, i.arm_in, i.arm_out) for b, i in case.stays()]
    lock = [(b, i.airlock_in, i.airlock_out) for b, i in case.stays()]
    yield "arm", "arm", _ends(case, arm), [float(problem.arm_week_count)] * case.count
    yield "airlock", "airlock", _ends(case, lock), [float(problem.airlock_week_count)] * case.count
    for place in problem.places:
        used = [_in_place(case, week, place.code) for week in every]
        yield "place", place.code, used, [place.capacity_count] * case.count


def _at_home(case: Case, week: int, channel: str) -> float:
    homes = ((berth.places[:1], item) for berth, item in case.aboard(week))
    return sum(
        (item.power_w for home, item in homes for code in home if case.places[code].channel == channel), 0.0
    )


def _warm(case: Case, week: int, loop: str) -> float:
    homes = ((berth.places[:1], item) for berth, item in case.aboard(week))
    return sum(
        (
            item.power_w if item.heat_w is None else item.heat_w
            for home, item in homes
            for code in home
            if case.places[code].loop == loop
        ),
        0.0,
    )


def _in_place(case: Case, week: int, place: str) -> float:
    return sum(
        need.amount_count
        for berth, item in case.aboard(week)
        for need, code in zip(item.needs, berth.places, strict=True)
        if code == place
    )


def _ends(case: Case, uses: Sequence[tuple[Berth, int, int]]) -> list[float]:
    used = [0.0] * case.count
    for berth, first, last in uses:
        for week, amount in ((berth.start_week, first), (berth.start_week + berth.weeks - 1, last)):
            if 0 <= week < case.count:
                used[week] += amount
    return used


def flights(case: Case) -> Iterator[Fault]:
    """What each flight carries is what the berths give it, and every flight is told, in order."""
    if [load.flight for load in case.manifest.flights] != [flight.code for flight in case.problem.flights]:
        yield Fault("loads", "flights", "the flights it reports are not those of the problem")
        return
    for load in case.manifest.flights:
        up = [case.items[b.item] for b in case.manifest.berths if b.up_flight == load.flight]
        down = [case.items[b.item] for b in case.manifest.berths if b.down_flight == load.flight]
        names = (tuple(i.code for i in up), tuple(i.code for i in down))
        told = (load.up_mass_kg, load.up_volume_l, load.up_cold_l, load.down_mass_kg, load.down_cold_l)
        due = (
            sum(i.up_mass_kg for i in up),
            sum(i.up_volume_l for i in up),
            sum(i.cold_up_volume_l for i in up),
            sum(i.down_mass_kg for i in down),
            sum(i.cold_volume_l for i in down),
        )
        if names != (load.items_up, load.items_down) or not _same(told, due):
            yield Fault(
                "loads", load.flight, f"what {load.flight} is said to carry is not what the berths give it"
            )
