"""Scales and ticks: where a value falls on a picture, and which values are worth a label."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

from stationmaster.report.pictures.svg import Picture


class Scale:
    """From values to places on a picture, in a straight line or (``logarithmic``) by powers of ten.

    ``values`` and ``places`` are the two ends: the first value falls on the first place.
    """

    def __init__(
        self, values: tuple[float, float], places: tuple[float, float], logarithmic: bool = False
    ) -> None:
        self.low, self.high = values
        self.start, self.end = places
        self.logarithmic = logarithmic

    def __call__(self, value: float) -> float:
        """Where a value falls."""
        low, high = self.low, self.high
        if self.logarithmic:
            value, low, high = math.log10(value), math.log10(low), math.log10(high)
        part = (value - low) / (high - low) if high != low else 0.5
        return self.start + part * (self.end - self.start)


class TimeScale:
    """From moments to places on a picture; both given by their two ends."""

    def __init__(self, moments: tuple[datetime, datetime], places: tuple[float, float]) -> None:
        self.first, self.last = moments
        self.start, self.end = places

    def __call__(self, when: datetime) -> float:
        """Where a moment falls."""
        part = (when - self.first) / (self.last - self.first)
        return self.start + part * (self.end - self.start)

    def days(self) -> Iterator[datetime]:
        """Every midnight on the scale."""
        when = self.first.replace(hour=0, minute=0, second=0, microsecond=0)
        while when <= self.last:
            if when >= self.first:
                yield when
            when += timedelta(days=1)


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round values from low to high, about as many as wanted.

    >>> ticks(0, 9.3)
    [0.0, 2.0, 4.0, 6.0, 8.0]
    """
    if high <= low:
        return [low]
    rough = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]


def powers(low: float, high: float) -> list[float]:
    """The powers of ten from low to high."""
    return [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]


def plain(value: float) -> str:
    """A tick's label: no idle zeros, thin spaces between thousands.

    >>> plain(2000.0), plain(0.5)
    ('2\u202f000', '0.5')
    """
    return f"{value:,.6g}".replace(",", "\u202f") if abs(value) < 1e6 else f"{value:.0e}"


def rule_across(picture: Picture, scale: Scale, left: float, right: float, values: list[float]) -> None:
    """Level lines with their values to the left."""
    for value in values:
        at = scale(value)
        picture.add("line", x1=left, x2=right, y1=at, y2=at, of="rule")
        picture.words(plain(value), left - 8.0, at + 4.0, "tick", text_anchor="end")
