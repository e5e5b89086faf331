"""Where projects live on board, week by week, and what they draw from the station."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from stationmaster.manifest.letters import Berth, Flight, Increment, Load
from stationmaster.report import words
from stationmaster.report.pictures.axes import Scale, TimeScale, plain, ticks
from stationmaster.report.pictures.svg import Picture

LEFT, WIDTH = 262.0, 1100.0
ROW, TOP = 30.0, 80.0


@dataclass(frozen=True)
class Stay:
    """A bar of the chart: who, where, and the class that gives its colour."""

    berth: Berth
    title: str
    of: str


def stays_chart(
    stays: list[Stay], increments: tuple[Increment, ...], flights: tuple[Flight, ...], says: str
) -> Markup:
    """Projects by week over the increments, with the flights that bring and fetch."""
    bottom = TOP + ROW * max(1, len(stays))
    picture = Picture(WIDTH, bottom + 8.0, says, "stays")
    first = min(increment.start for increment in increments)
    last = max(increment.end for increment in increments)
    scale = TimeScale((first, last), (LEFT, WIDTH - 8.0))
    for number, increment in enumerate(increments):
        x, end = scale(increment.start), scale(increment.end)
        of = "increment odd" if number % 2 else "increment"
        picture.add("rect", increment.name, x=x, y=0, width=end - x, height=bottom, of=of)
        picture.words(increment.name, x + 6.0, 16.0, "head")
        picture.words(words.day_short(increment.start), x + 6.0, 31.0, "tick")
    previous = -100.0
    for flight in sorted(flights, key=lambda flight: flight.docks):
        if first <= flight.docks <= last:
            at = scale(flight.docks)
            picture.add("line", flight.code, x1=at, x2=at, y1=46, y2=bottom, of="flight")
            crowded = at - previous < 44.0
            picture.words(flight.code, at + 3.0, 68.0 if crowded else 55.0, "tick")
            previous = -100.0 if crowded else at
    for number, stay in enumerate(stays):
        down = TOP + ROW * number
        picture.words(_short(stay.title, 38), LEFT - 10.0, down + 16.0, "row", text_anchor="end")
        x = scale(stay.berth.start)
        width = max(3.0, scale(stay.berth.end) - x)
        picture.add(
            "rect", f"{stay.title}: {_when(stay.berth)}", x=x, y=down + 3.0, width=width, height=18, rx=2,
            of=f"bar {stay.of}",
        )  # fmt: skip
        picture.words(", ".join(stay.berth.places), x + width + 6.0, down + 16.0, "tick")
    return picture.markup()


def _when(berth: Berth) -> str:
    return f"{words.day_short(berth.start)} to {words.day_short(berth.end)}, {', '.join(berth.places)}"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "\u2026"


def load_chart(load: Load, title: str, starts: tuple[datetime, ...], marks: Mapping[datetime, str]) -> Markup:
    """One resource by week as steps, with its limit above: a small chart among many alike."""
    top = max(*load.capacity_units, *load.used_units, 1e-9)
    says = f"{title}: at most {plain(max(load.used_units))} of {plain(max(load.capacity_units))} {load.unit}."
    picture = Picture(330.0, 132.0, says, "load")
    across = TimeScale((starts[0], starts[-1] + timedelta(days=7)), (40.0, 324.0))
    down = Scale((0.0, top * 1.08), (108.0, 12.0))
    for value in ticks(0.0, top, 3):
        picture.add("line", x1=40, x2=324, y1=down(value), y2=down(value), of="rule")
        picture.words(plain(value), 34.0, down(value) + 4.0, "tick", text_anchor="end")
    for when, name in marks.items():
        picture.add("line", name, x1=across(when), x2=across(when), y1=12, y2=108, of="midnight")
        picture.words(name, across(when) + 3.0, 122.0, "tick")
    used = [(across(w), down(v)) for w, v in _steps(starts, load.used_units)]
    area = "L".join(f"{x:.1f} {y:.1f}" for x, y in used)
    picture.add("path", d=f"M40 108L{area}L{used[-1][0]:.1f} 108Z", of="area")
    picture.line([(across(w), down(v)) for w, v in _steps(starts, load.capacity_units)], "limit")
    return picture.markup()


def _steps(starts: tuple[datetime, ...], values: tuple[float, ...]) -> list[tuple[datetime, float]]:
    """Corners of a step line; weeks that repeat the last value add none."""
    corners: list[tuple[datetime, float]] = []
    previous: float | None = None
    for start, value in zip(starts, values, strict=True):
        if previous is None:
            corners.append((start, value))
        elif value != previous:
            corners += [(start, previous), (start, value)]
        previous = value
    if previous is not None:
        corners.append((starts[-1] + timedelta(days=7), previous))
    return corners
