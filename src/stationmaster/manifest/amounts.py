"""Amounts in whole thousandths, and how an item spreads what it asks over its weeks."""

from __future__ import annotations

import math
from typing import Final

from stationmaster.manifest.letters import Flight, Item
from stationmaster.manifest.weeks import WEEK, Calendar

SCALE: Final = 1000
MARGIN: Final = 1e-6


def asked(amount: float) -> int:
    """An amount asked for in whole thousandths, rounded up."""
    return math.ceil(amount * SCALE - MARGIN)


def held(amount: float) -> int:
    """An amount there is in whole thousandths, rounded down."""
    return math.floor(amount * SCALE + MARGIN)


def hours(item: Item) -> tuple[float, ...]:
    """The crew hours of each week of an item: set-up in the first, the rest evenly."""
    even = (item.crew_time_h - item.setup_time_h) / item.weeks
    return tuple(round(even + (item.setup_time_h if week == 0 else 0.0), 6) for week in range(item.weeks))


def ends(weeks: int, first: int, last: int) -> list[int]:
    """So much in the first week and so much in the last (both in the same where there is one)."""
    shape = [0] * weeks
    shape[0] += first
    shape[-1] += last
    return shape


def leaving(weeks: Calendar, flight: Flight) -> int:
    """The first week that is free of what a flight takes away (the plan's end at the latest)."""
    return min(weeks.count, -(-(flight.leaves - weeks.starts[0]) // WEEK))
