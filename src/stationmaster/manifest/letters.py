"""Flights, increments and the plan that puts every chosen project on board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from stationmaster.measure.errors import StationError
from stationmaster.measure.reasons import Reason
from stationmaster.measure.time import Span, iso


@dataclass(frozen=True, kw_only=True)
class Flight:
    """One visit of a vehicle: when it docks and leaves, and what of it the call may use."""

    code: str
    vehicle: str
    docks: datetime
    leaves: datetime
    up_mass_kg: float
    up_volume_l: float
    down_mass_kg: float
    cold_volume_l: float
    seats: int = 0
    late_load: bool = False
    source: str | None = None
    estimate: bool = False

    def __post_init__(self) -> None:
        if self.leaves <= self.docks:
            raise StationError(
                "contradiction",
                field="leaves",
                value=f"leaving {iso(self.leaves)}",
                other=f"docking {iso(self.docks)}",
                expected="a departure after the docking",
            )


@dataclass(frozen=True, kw_only=True)
class Increment:
    """One crew's stay, cut into weekly buckets from its start.

    ``skill_time_week_h`` says how much of the crew time can be given by people who hold a skill
    (one person may hold several); a skill that it does not name is held by nobody. None: skills
    do not bind.
    """

    code: str
    name: str
    start: datetime
    end: datetime
    crew: tuple[str, ...]
    crew_time_week_h: float
    skill_time_week_h: Mapping[str, float] | None = None
    source: str | None = None
    estimate: bool = False

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise StationError(
                "contradiction",
                field="end",
                value=f"end {iso(self.end)}",
                other=f"start {iso(self.start)}",
                expected="an end after the start",
            )

    @property
    def span(self) -> Span:
        """The increment as a span."""
        return Span(self.start, self.end)


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """A span in which the station does something else: docking, spacewalk, reboost, handover.

    ``crew``: who is busy with it; the week gives them nothing else to do in it.
    """

    code: str
    kind: str
    start: datetime
    end: datetime
    crew_time_share: float = 1.0
    crew: tuple[str, ...] = ()
    source: str | None = None
    estimate: bool = False


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What ``flights.toml`` holds: increments, flights and quiet spans."""

    increments: tuple[Increment, ...]
    flights: tuple[Flight, ...]
    quiet: tuple[Quiet, ...] = ()


class PlaceKind(StrEnum):
    """What a place is: a free rack position, a facility of the station, a class of external ports."""

    RACK = "rack"
    FACILITY = "facility"
    PORT = "port"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Somewhere a payload can work.

    ``capacity_count`` is what is free for these projects: parts of a rack (1.0: all of it), users
    at once of a facility, or equal ports. ``offers`` lists the facility kinds, or the port's size.
    ``mass_limit_kg``, ``power_w`` and ``data_gb_d`` bound a rack or facility as a whole, and each
    single port of a class of ports; 0 means that the figure does not bind here.
    ``channel`` names the power channel that feeds it, ``loop`` the cooling loop that takes its heat.
    Whoever makes it their home costs the crew ``swap_in_h`` in the first week and ``swap_out_h`` in
    the last, beside the item's own hours.
    """

    code: str
    kind: PlaceKind
    capacity_count: float
    offers: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    mass_limit_kg: float = 0.0
    power_w: float = 0.0
    data_gb_d: float = 0.0
    channel: str = ""
    loop: str = ""
    swap_in_h: float = 0.0
    swap_out_h: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Follow:
    """What must have ended before: at least ``lag_min_d`` days, at most ``lag_max_d`` days earlier."""

    item: str
    lag_min_d: float = 0.0
    lag_max_d: float | None = None

    def __post_init__(self) -> None:
        if self.lag_max_d is not None and self.lag_max_d < self.lag_min_d:
            raise StationError(
                "contradiction",
                field="lag_max_d",
                value=f"{self.lag_max_d} days at most",
                other=f"{self.lag_min_d} days at least",
                expected="a most that is not below the least",
            )


@dataclass(frozen=True, kw_only=True)
class Need:
    """One place that an item must have for all its weeks on board.

    ``amount_count`` is the part of a rack, the users of a facility (1) or the number of ports
    side by side. ``offer`` is the facility kind or the port size; empty for a free rack.
    ``view`` asks a port for ``earth``, ``sky``, ``ram``...
    """

    kind: PlaceKind
    offer: str = ""
    amount_count: float = 1.0
    view: str | None = None


@dataclass(frozen=True, kw_only=True)
class Item:
    """A chosen project as the manifest sees it.

    The first of ``needs`` is its home: there its mass hangs, its power is drawn and its data
    leave. It works ``weeks`` whole weeks. Of ``crew_time_h`` (the whole), ``setup_time_h`` falls
    in the first week and the rest evenly on every week, the first included. Arm and airlock
    operations ``_in`` belong to the installation (first week), ``_out`` to the removal (last week).
    ``cold_up_volume_l`` goes up cold and is held from the docking until the first week;
    ``cold_volume_l`` is held from the first week until the down flight leaves and goes down cold.
    ``late_load`` wants a flight that takes it hours before
    launch; ``start_within_d`` bounds the days from docking to the first week's start;
    ``return_within_d`` those from the last week's end to the departure of the flight that brings
    the samples down (needed where ``down_mass_kg`` or ``cold_volume_l`` is above 0).
    ``must``: promised; no number of other items outweighs it. ``group_share`` charges the item to
    partners or groups (the parts sum to 1). ``after`` names items that must have ended before,
    ``follows`` those with a lag. Of its crew time ``skill_time_h`` needs people with a skill, spread
    as the whole is. ``heat_w`` goes to the cooling loop (None: all its power).
    ``use_week_units`` says how much of each consumable a week on board uses. With ``seasons`` its
    stay lies within one of them.
    """

    code: str
    title: str
    needs: tuple[Need, ...]
    weeks: int
    priority_weight: float = 1.0
    must: bool = False
    up_mass_kg: float = 0.0
    up_volume_l: float = 0.0
    cold_up_volume_l: float = 0.0
    down_mass_kg: float = 0.0
    cold_volume_l: float = 0.0
    cold_temperature_c: float | None = None
    power_w: float = 0.0
    data_gb_d: float = 0.0
    crew_time_h: float = 0.0
    setup_time_h: float = 0.0
    arm_in: int = 0
    arm_out: int = 0
    airlock_in: int = 0
    airlock_out: int = 0
    late_load: bool = False
    start_within_d: float | None = None
    return_within_d: float | None = None
    earliest: datetime | None = None
    latest_end: datetime | None = None
    group_share: Mapping[str, float] | None = None
    after: tuple[str, ...] = ()
    follows: tuple[Follow, ...] = ()
    skill_time_h: Mapping[str, float] | None = None
    heat_w: float | None = None
    use_week_units: Mapping[str, float] | None = None
    seasons: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if self.weeks < 1:
            raise StationError("bad-value", field="weeks", value=self.weeks, expected="one week or more")
        if self.setup_time_h > self.crew_time_h:
            raise StationError(
                "contradiction",
                field="setup_time_h",
                value=f"set-up of {self.setup_time_h} h",
                other=f"{self.crew_time_h} h in all",
                expected="set-up within the whole",
            )
        for skill, time_h in (self.skill_time_h or {}).items():
            if time_h > self.crew_time_h:
                raise StationError(
                    "contradiction",
                    field="skill_time_h",
                    value=f"{time_h} h of {skill}",
                    other=f"{self.crew_time_h} h in all",
                    expected="no skill asked for longer than the crew",
                )


@dataclass(frozen=True, kw_only=True)
class PowerChannel:
    """What the items may draw together from one power channel (the lean side: in eclipse)."""

    code: str
    power_w: float


@dataclass(frozen=True, kw_only=True)
class CoolingLoop:
    """The heat that a cooling loop takes from the items together."""

    code: str
    heat_w: float


@dataclass(frozen=True, kw_only=True)
class Consumable:
    """A stock that items draw on week by week and flights refill: gas, water, wipes, tape.

    ``stock_units`` are on board when the plan starts, ``reserve_units`` stay untouched, more than
    ``capacity_units`` do not fit. A flight may bring any amount; each unit takes ``unit_mass_kg``
    and ``unit_volume_l`` of what the flight lifts, and can be used from the first week that starts
    after the docking.
    """

    code: str
    unit: str
    stock_units: float
    capacity_units: float
    reserve_units: float = 0.0
    unit_mass_kg: float = 0.0
    unit_volume_l: float = 0.0

    def __post_init__(self) -> None:
        if not self.reserve_units <= self.stock_units <= self.capacity_units:
            raise StationError(
                "contradiction",
                field="stock_units",
                value=f"a stock of {self.stock_units}",
                other=f"a reserve of {self.reserve_units} and room for {self.capacity_units}",
                expected="a stock between its reserve and its room",
            )


@dataclass(frozen=True, kw_only=True)
class ColdStore:
    """A freezer, refrigerator or incubator and the part of it that is free for these items.

    Frozen samples (below 0 degrees Celsius) keep in any store that is not warmer than they ask;
    others need a store within 5 degrees; samples that name no temperature keep anywhere.
    """

    code: str
    volume_l: float
    temperature_c: float


@dataclass(frozen=True, kw_only=True)
class ManifestProblem:
    """Everything the planner needs, whole.

    Week 0 starts with the first increment; the last whole week ends with the last increment.
    A week's crew time is the increments' ``crew_time_week_h``, by the part of the week each
    covers, less what quiet spans take (``1 - crew_time_share`` of the time they cover).
    ``share_caps`` bounds each group's part of the crew time of every increment and of the up
    mass of all flights, each widened by ``share_tolerance_share``. ``previous`` is an approved
    plan to stay close to. ``effort_s`` bounds the search in the solver's deterministic seconds.
    """

    items: tuple[Item, ...]
    places: tuple[Place, ...]
    flights: tuple[Flight, ...]
    increments: tuple[Increment, ...]
    quiet: tuple[Quiet, ...] = ()
    channels: tuple[PowerChannel, ...] = ()
    cold: tuple[ColdStore, ...] = ()
    loops: tuple[CoolingLoop, ...] = ()
    consumables: tuple[Consumable, ...] = ()
    data_gb_d: float = 0.0
    arm_week_count: int = 0
    airlock_week_count: int = 0
    share_caps: Mapping[str, float] | None = None
    share_tolerance_share: float = 0.0
    previous: tuple[Berth, ...] = ()
    effort_s: float = 4.0


@dataclass(frozen=True, kw_only=True)
class Berth:
    """What one item got: ``places`` answer its needs in order; ``end`` is the end of its last week.

    ``crew_time_h`` holds the hours of each of its weeks, those of its home's swaps included.
    """

    item: str
    places: tuple[str, ...]
    up_flight: str | None
    down_flight: str | None
    cold_store: str | None
    start_week: int
    weeks: int
    start: datetime
    end: datetime
    crew_time_h: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Refill:
    """So much of a consumable goes up with a flight."""

    flight: str
    consumable: str
    amount_units: float


@dataclass(frozen=True, kw_only=True)
class NotPlaced:
    """An item that got no berth, and why: each reason was verified by solving again."""

    item: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Load:
    """One resource by week: used and available, in the unit named (for the curves)."""

    resource: str
    kind: str
    unit: str
    used_units: tuple[float, ...]
    capacity_units: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class FlightLoad:
    """How full a flight is: what the items use of it, beside :class:`Flight`'s limits."""

    flight: str
    items_up: tuple[str, ...]
    items_down: tuple[str, ...]
    up_mass_kg: float
    up_volume_l: float
    up_cold_l: float
    down_mass_kg: float
    down_cold_l: float


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The plan: berths, the items left out, loads, and how good it is proven to be.

    ``promised`` items are those with ``must``; ``promised_aboard`` of them fly, no plan flies more
    than ``promised_bound``. ``objective_value`` is the weight of all items on board,
    ``bound_value`` what no plan with as many promised ones can exceed, ``gap_ratio`` their
    distance by the bound. These items start as early as the search found:
    ``lateness_value`` (weight x start week) can be no less than ``lateness_bound_value``; with a
    previous plan both are the distance from it, over all plans of that worth. ``week_starts`` are
    the weekly buckets.
    """

    berths: tuple[Berth, ...]
    not_placed: tuple[NotPlaced, ...]
    week_starts: tuple[datetime, ...]
    loads: tuple[Load, ...]
    flights: tuple[FlightLoad, ...]
    promised: int
    promised_aboard: int
    promised_bound: int
    objective_value: float
    bound_value: float
    gap_ratio: float
    lateness_value: float
    lateness_bound_value: float
    status: str
    solver: str
    refills: tuple[Refill, ...] = ()

    def berth(self, item: str) -> Berth | None:
        """The berth of an item, or None."""
        return next((b for b in self.berths if b.item == item), None)
