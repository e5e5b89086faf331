"""The operations summary of an increment: where resources run hot and who heats them, and what happens when.

The stage between the weekly manifest and the week's timetable: activities on days where the manifest
knows the day (flights, quiet spans), within a week where it knows only that (set-up, sessions, removal).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from stationmaster.manifest.letters import Berth, FlightLoad, Load, Manifest, ManifestProblem
from stationmaster.manifest.loads import loads
from stationmaster.manifest.weeks import WEEK, Calendar, calendar

#: From which part of its capacity a resource is hot.
HOT_SHARE = 0.9


@dataclass(frozen=True, kw_only=True)
class HotSpot:
    """A resource that is nearly used up in a week, or on a flight, and the items that use it."""

    week: int
    week_start: datetime
    kind: str
    resource: str
    unit: str
    used_units: float
    capacity_units: float
    items: tuple[str, ...]

    @property
    def load_fraction(self) -> float:
        """The part that is used (1 where there is none of it)."""
        return self.used_units / self.capacity_units if self.capacity_units > 0 else 1.0


@dataclass(frozen=True, kw_only=True)
class Operation:
    """Something that happens at a moment or within a span: what, whose, and what it takes of the crew."""

    start: datetime
    end: datetime
    kind: str
    subject: str
    crew_time_h: float = 0.0


def hot_spots(
    problem: ManifestProblem, manifest: Manifest, hot_share: float = HOT_SHARE
) -> tuple[HotSpot, ...]:
    """Every resource that is used to a share or more, week by week and flight by flight.

    Args:
        problem: the problem of the manifest.
        manifest: the plan.
        hot_share: from which part of its capacity a resource is told.

    Returns:
        By week, then the fullest first.
    """
    weeks = calendar(problem)
    alone = {
        berth.item: {(load.kind, load.resource): load.used_units for load in loads(problem, weeks, [berth])}
        for berth in manifest.berths
    }
    found = [
        _spot(weeks, week, load, tuple(i for i in alone if alone[i][load.kind, load.resource][week] > 0))
        for load in manifest.loads
        for week in range(weeks.count)
        if load.used_units[week] > 0 and load.used_units[week] >= hot_share * load.capacity_units[week]
    ]
    for load in manifest.flights:
        found += [s for s in _flight(problem, weeks, load) if s.used_units >= hot_share * s.capacity_units]
    return tuple(sorted(found, key=lambda s: (s.week, -s.load_fraction, s.kind, s.resource)))


def _spot(weeks: Calendar, week: int, load: Load, items: tuple[str, ...]) -> HotSpot:
    return HotSpot(
        week=week,
        week_start=weeks.starts[week],
        kind=load.kind,
        resource=load.resource,
        unit=load.unit,
        used_units=load.used_units[week],
        capacity_units=load.capacity_units[week],
        items=items,
    )


def _flight(problem: ManifestProblem, weeks: Calendar, load: FlightLoad) -> Iterator[HotSpot]:
    """What a flight carries up (in the week of its docking) and down (in that of its departure)."""
    flight = next(f for f in problem.flights if f.code == load.flight)
    up, down = (max(0, min(weeks.count - 1, weeks.week_of(at))) for at in (flight.docks, flight.leaves))
    for kind, unit, week, used, capacity, items in (
        ("up-mass", "kg", up, load.up_mass_kg, flight.up_mass_kg, load.items_up),
        ("up-volume", "l", up, load.up_volume_l, flight.up_volume_l, load.items_up),
        ("up-cold", "l", up, load.up_cold_l, flight.cold_volume_l, load.items_up),
        ("down-mass", "kg", down, load.down_mass_kg, flight.down_mass_kg, load.items_down),
        ("down-cold", "l", down, load.down_cold_l, flight.cold_volume_l, load.items_down),
    ):
        if used > 0:
            yield HotSpot(
                week=week,
                week_start=weeks.starts[week],
                kind=kind,
                resource=flight.code,
                unit=unit,
                used_units=used,
                capacity_units=capacity,
                items=items,
            )


def operations(problem: ManifestProblem, manifest: Manifest) -> tuple[Operation, ...]:
    """What happens in the increments, by time: flights, quiet spans, and the work on each item."""
    found = [
        Operation(start=at, end=at, kind=kind, subject=flight.code)
        for flight in problem.flights
        for at, kind in ((flight.docks, "docking"), (flight.leaves, "departure"))
    ]
    found += [
        Operation(start=quiet.start, end=quiet.end, kind=quiet.kind, subject=quiet.code)
        for quiet in problem.quiet
    ]
    for berth in manifest.berths:
        found += _work(problem, berth)
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.kind, one.subject)))


def _work(problem: ManifestProblem, berth: Berth) -> Iterator[Operation]:
    """Set-up in the first week, a session a week, removal in the last."""
    item = next(one for one in problem.items if one.code == berth.item)
    home = next((place for place in problem.places if place.code in berth.places[:1]), None)
    set_up_h = item.setup_time_h + (home.swap_in_h if home else 0.0)
    removal_h = home.swap_out_h if home else 0.0
    last = berth.start + (berth.weeks - 1) * WEEK
    yield Operation(
        start=berth.start, end=berth.start + WEEK, kind="set-up", subject=item.code, crew_time_h=set_up_h
    )
    for week, hours_h in enumerate(berth.crew_time_h):
        rest_h = hours_h - (set_up_h if week == 0 else 0.0) - (removal_h if week == berth.weeks - 1 else 0.0)
        if rest_h > 1e-9:
            start = berth.start + week * WEEK
            yield Operation(
                start=start,
                end=start + WEEK,
                kind="session",
                subject=item.code,
                crew_time_h=round(rest_h, 6),
            )
    if removal_h or item.arm_out or item.airlock_out:
        yield Operation(start=last, end=last + WEEK, kind="removal", subject=item.code, crew_time_h=removal_h)
