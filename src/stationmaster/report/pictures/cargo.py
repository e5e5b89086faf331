"""Where projects live on board, week by week, and what they draw from the station."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from stationmaster.manifest.letters import Berth, Flight, Increment, Load
from stationmaster.report import words
from stationmaster.report.pictures.figure import Sheet, at, colour, plain, sheet
from stationmaster.report.pictures.steps import steps_chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT, RIGHT, WIDTH = 262.0, 8.0, 1100.0
ROW, TOP, BELOW = 30.0, 80.0, 8.0
#: Where labels of flights may stand: each on the first line that has room for it.
LABELS_DOWN = (50.0, 61.5, 73.0)
MODE_COLOURS = {"inside-own": "own", "inside-facility": "facility", "outside-own": "outside"}


@dataclass(frozen=True)
class Stay:
    """A bar of the chart: who, where, and the mode that gives its colour."""

    berth: Berth
    title: str
    of: str


def stays_chart(
    stays: list[Stay], increments: tuple[Increment, ...], flights: tuple[Flight, ...], says: str
) -> Markup:
    """Projects by week over the increments, with the flights that bring and fetch."""
    rows = max(1, len(stays))
    first = min(increment.start for increment in increments)
    last = max(increment.end for increment in increments)
    with sheet(WIDTH, TOP + ROW * rows + BELOW, says, "stays") as picture:
        axes = picture.axes(LEFT, 0.0, RIGHT, BELOW)
        axes.set(xlim=(at(first), at(last)), ylim=(rows, -TOP / ROW))
        axes.set_xticks([])
        for number, increment in enumerate(increments):
            _draw_increment(picture, axes, increment, number % 2 == 0)
        _draw_flights(picture, axes, [one for one in flights if first <= one.docks <= last], last - first)
        _draw_stays(picture, axes, stays)
        return picture.markup()


def _draw_increment(picture: Sheet, axes: Axes, increment: Increment, tinted: bool) -> None:
    face = colour("sunken") if tinted else "none"
    span = axes.axvspan(at(increment.start), at(increment.end), facecolor=face, linewidth=0.0)
    picture.title(span, increment.name)
    for text, down, look in (
        (increment.name, 16.0, {"fontsize": 12.5, "fontweight": "bold"}),
        (words.day_short(increment.start), 31.0, {"color": colour("soft")}),
    ):
        _label(axes, text, (increment.start, -TOP / ROW), (6.0, -down), look)


def _draw_flights(picture: Sheet, axes: Axes, flights: list[Flight], shown: timedelta) -> None:
    free_from: dict[float, datetime] = {}
    for flight in sorted(flights, key=lambda flight: flight.docks):
        docks = [at(flight.docks), at(flight.docks)]
        (line,) = axes.plot(docks, [41.0 / ROW - TOP / ROW, axes.get_ylim()[0]], color=colour("soft"),
                            linewidth=1.0, linestyle=(0.0, (2.0, 3.0)))  # fmt: skip
        picture.title(line, flight.code)
        room = (level for level in LABELS_DOWN if free_from.get(level, flight.docks) <= flight.docks)
        down = next(room, LABELS_DOWN[-1])
        _label(axes, flight.code, (flight.docks, -TOP / ROW), (3.0, -down), {"color": colour("soft")})
        free_from[down] = flight.docks + shown * ((6.0 + 7.0 * len(flight.code)) / (WIDTH - LEFT - RIGHT))


def _draw_stays(picture: Sheet, axes: Axes, stays: list[Stay]) -> None:
    middles = [number + 0.4 for number in range(len(stays))]
    axes.set_yticks(middles, [_short(stay.title, 38) for stay in stays], color=colour("ink"), fontsize=12.0)
    for middle, stay in zip(middles, stays, strict=True):
        start, end = stay.berth.start, stay.berth.end
        places = ", ".join(stay.berth.places)
        face = colour(MODE_COLOURS[stay.of])
        bars = axes.barh(
            middle, at(end) - at(start), 0.6, left=at(start), color=face, linewidth=0.0, zorder=3.0
        )
        picture.title(
            bars.patches[0],
            f"{stay.title}: {words.day_short(start)} to {words.day_short(end)}, {places}",
        )
        _label(axes, places, (end, middle), (6.0, -4.0), {"color": colour("soft")})


def _label(
    axes: Axes,
    text: str,
    place: tuple[datetime, float],
    offset: tuple[float, float],
    look: Mapping[str, object],
) -> None:
    axes.annotate(text, (at(place[0]), place[1]), xytext=offset, textcoords="offset points", **look)  # type: ignore[arg-type]


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "\u2026"


def load_chart(load: Load, title: str, starts: tuple[datetime, ...], marks: Mapping[datetime, str]) -> Markup:
    """One resource by week as steps, with its limit above: a small chart among many alike."""
    says = f"{title}: at most {plain(max(load.used_units))} of {plain(max(load.capacity_units))} {load.unit}."
    edges = (*starts, starts[-1] + timedelta(days=7))
    return steps_chart(load.used_units, load.capacity_units, edges, marks, says)
