"""Flights, increments and the plan that puts every chosen project on board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from stationmaster.measure.errors import StationError
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
            raise StationError("contradiction", field="leaves", value=f"leaving {iso(self.leaves)}",
                               other=f"docking {iso(self.docks)}", expected="a departure after the docking")


@dataclass(frozen=True, kw_only=True)
class Increment:
    """One crew's stay, cut into weekly buckets from its start."""

    code: str
    name: str
    start: datetime
    end: datetime
    crew: tuple[str, ...]
    crew_time_week_h: float
    source: str | None = None
    estimate: bool = False

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise StationError("contradiction", field="end", value=f"end {iso(self.end)}",
                               other=f"start {iso(self.start)}", expected="an end after the start")

    @property
    def span(self) -> Span:
        """The increment as a span."""
        return Span(self.start, self.end)


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """A span in which the station does something else: docking, spacewalk, reboost, handover."""

    code: str
    kind: str
    start: datetime
    end: datetime
    crew_time_share: float = 1.0
    source: str | None = None
    estimate: bool = False


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What ``flights.toml`` holds: increments, flights and quiet spans."""

    increments: tuple[Increment, ...]
    flights: tuple[Flight, ...]
    quiet: tuple[Quiet, ...] = ()
