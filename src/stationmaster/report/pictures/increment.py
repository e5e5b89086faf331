"""An increment on one page: flights, quiet spans, berths, what is hot, crew hours; and all loads by week."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from stationmaster.manifest.letters import Increment, Load, Manifest, ManifestProblem
from stationmaster.manifest.summary import HOT_SHARE, HotSpot
from stationmaster.report import words
from stationmaster.report.pictures.cargo import MODE_COLOURS, Stay
from stationmaster.report.pictures.figure import Sheet, at, colour, level_rules, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, LEFT, RIGHT = 1100.0, 262.0, 12.0
TOP, ROW, GAP, HOURS, BELOW = 62.0, 22.0, 26.0, 96.0, 24.0
WEEK = timedelta(days=7)
#: Where labels of flights may stand above the chart.
LABELS_DOWN = (26.0, 39.0, 52.0)
#: Shades of the heat map: from which share of the capacity, and how strong.
SHADES = ((0.75, 0.75), (0.5, 0.5), (0.25, 0.3), (1e-9, 0.14))


@dataclass(frozen=True)
class IncrementPage:
    """What the picture of an increment is drawn from; ``names`` are those of resources."""

    problem: ManifestProblem
    manifest: Manifest
    increment: Increment
    stays: Sequence[Stay]
    spots: Sequence[HotSpot]
    names: Mapping[str, str]

    @property
    def aboard(self) -> list[Stay]:
        """Who is on board in the increment."""
        start, end = self.increment.start, self.increment.end
        return [one for one in self.stays if one.berth.start < end and start < one.berth.end]

    @property
    def hot(self) -> dict[str, list[HotSpot]]:
        """The hot weeks of each resource; berths show themselves which places are taken."""
        found: dict[str, list[HotSpot]] = {}
        for spot in self.spots:
            if spot.kind != "place" and self.increment.start <= spot.week_start < self.increment.end:
                name = self.names.get(spot.resource, spot.resource)
                kind = spot.kind.replace("-", " ")
                found.setdefault(name if kind == name.lower() else f"{name}, {kind}", []).append(spot)
        return found


def increment_chart(page: IncrementPage) -> Markup:
    """Berths above, hot resources in the middle, crew hours below, one axis of time."""
    aboard, hot = page.aboard, page.hot
    upper, middle = ROW * max(1, len(aboard)), ROW * len(hot)
    height = TOP + upper + GAP + middle + GAP + HOURS + BELOW
    with sheet(WIDTH, height, _says(page), "increment") as picture:
        berths = picture.axes(LEFT, 0.0, RIGHT, height - TOP - upper)
        berths.set(ylim=(max(1, len(aboard)), -TOP / ROW))
        _timed(berths, page)
        _draw_events(picture, berths, page)
        _draw_berths(picture, berths, page, aboard)
        if hot:
            below = GAP + HOURS + BELOW
            spots = picture.axes(LEFT, TOP + upper + GAP, RIGHT, below)
            spots.set(ylim=(len(hot), 0))
            _timed(spots, page)
            _draw_spots(picture, spots, hot)
        hours = picture.axes(LEFT, height - HOURS - BELOW, RIGHT, BELOW)
        _timed(hours, page)
        _draw_hours(hours, page)
        return picture.markup()


def _says(page: IncrementPage) -> str:
    increment = page.increment
    hot = words.listed(sorted(page.hot)) or "nothing"
    return (
        f"{increment.name}, {words.day(increment.start)} to {words.day(increment.end)}: "
        f"{words.counted(len(page.aboard), 'project')} on board; running hot: {hot}."
    )


def _timed(axes: Axes, page: IncrementPage) -> None:
    axes.set(xlim=(at(page.increment.start), at(page.increment.end)))
    axes.set_xticks([])
    axes.set_yticks([])


def _clipped(page: IncrementPage, start: datetime, end: datetime) -> tuple[float, float]:
    """Where a span lies on the axis: its beginning and its width."""
    first, last = at(max(start, page.increment.start)), at(min(end, page.increment.end))
    return first, last - first


def _draw_events(picture: Sheet, axes: Axes, page: IncrementPage) -> None:
    """Quiet spans as bands, dockings and departures as lines with their codes above."""
    start, end = page.increment.start, page.increment.end
    for quiet in page.problem.quiet:
        if quiet.start < end and start < quiet.end:
            first, width = _clipped(page, quiet.start, quiet.end)
            band = axes.axvspan(
                first, first + max(width, 0.4), ymax=1.0 - 54.0 / (54.0 + ROW * max(1, len(page.aboard))),
                facecolor=colour("wait-soft"), linewidth=0.0,
            )  # fmt: skip
            until = quiet.end - timedelta(seconds=1)
            picture.title(band, f"{quiet.kind}: {words.day_short(quiet.start)} to {words.day_short(until)}")
    events = sorted(
        (when, f"{sign}{flight.code}", f"{flight.code} {what}")
        for flight in page.problem.flights
        for when, sign, what in ((flight.docks, "+", "docks"), (flight.leaves, "\u2212", "leaves"))
        if start <= when < end
    )
    free = dict.fromkeys(LABELS_DOWN, start)
    for when, label, says in events:
        (line,) = axes.plot(
            [at(when)] * 2, [-6.0 / ROW, axes.get_ylim()[0]], color=colour("soft"), linewidth=1.0,
            linestyle=(0.0, (2.0, 3.0)),
        )  # fmt: skip
        picture.title(line, f"{says}, {words.day_short(when)}")
        down = next((level for level in LABELS_DOWN if free[level] <= when), LABELS_DOWN[-1])
        late = end - when < (end - start) * 0.08
        axes.annotate(
            label, (at(when), -TOP / ROW), xytext=(-2.0 if late else 2.0, -down),
            textcoords="offset points", color=colour("soft"), fontsize=10.5, ha="right" if late else "left",
        )  # fmt: skip
        free[down] = when + (end - start) * (8.0 + 7.0 * len(label)) / (WIDTH - LEFT - RIGHT)
    for month in _months(start, end):
        axes.annotate(
            f"{month:%b %Y}", (at(month), -TOP / ROW), xytext=(2.0, -12.0), textcoords="offset points",
            color=colour("ink"), fontsize=10.5,
        )  # fmt: skip


def _months(start: datetime, end: datetime) -> Iterator[datetime]:
    """The first day, where there is room before the next month, and every month's first."""
    days = (start + timedelta(days=n) for n in range((end - start).days))
    yield from (day for day in days if day.day == 1 or (day == start and day.day < 20))


def _draw_berths(picture: Sheet, axes: Axes, page: IncrementPage, aboard: Sequence[Stay]) -> None:
    axes.set_yticks(
        [number + 0.5 for number in range(len(aboard))], [_short(stay.title) for stay in aboard],
        color=colour("ink"), fontsize=11.0,
    )  # fmt: skip
    for number, stay in enumerate(aboard):
        first, width = _clipped(page, stay.berth.start, stay.berth.end)
        (bar,) = axes.barh(
            number + 0.5,
            width,
            0.56,
            left=first,
            color=colour(MODE_COLOURS[stay.of]),
            linewidth=0.0,
            zorder=3.0,
        )
        span = f"{words.day_short(stay.berth.start)} to {words.day_short(stay.berth.end)}"
        picture.title(bar, f"{stay.title}: {span}, {', '.join(stay.berth.places)}")


def _draw_spots(picture: Sheet, axes: Axes, hot: Mapping[str, Sequence[HotSpot]]) -> None:
    axes.set_yticks(
        [number + 0.5 for number in range(len(hot))], [_short(name) for name in hot],
        color=colour("ink"), fontsize=11.0,
    )  # fmt: skip
    for number, (name, spots) in enumerate(hot.items()):
        for spot in spots:
            full = spot.load_fraction >= 1.0 - 1e-9
            (bar,) = axes.barh(
                number + 0.5, WEEK.days, 0.56, left=at(spot.week_start),
                color=colour("bad" if full else "wait"), linewidth=0.0, zorder=3.0,
            )  # fmt: skip
            picture.title(
                bar,
                f"{name}, week of {words.day_short(spot.week_start)}: {words.brief(spot.used_units)} of "
                f"{words.brief(spot.capacity_units)} {spot.unit}, for {', '.join(spot.items)}",
            )


def _draw_hours(axes: Axes, page: IncrementPage) -> None:
    load = next(one for one in page.manifest.loads if one.kind == "crew-time")
    start, end = page.increment.start, page.increment.end
    weeks = [n for n, when in enumerate(page.manifest.week_starts) if start <= when < end]
    starts = [at(page.manifest.week_starts[n]) for n in weeks]
    edges = [*starts, at(page.manifest.week_starts[weeks[-1]] + WEEK)]
    used, most = [load.used_units[n] for n in weeks], [load.capacity_units[n] for n in weeks]
    axes.stairs(used, edges, fill=True, facecolor=colour("accent-soft"), edgecolor=colour("accent"),
                linewidth=1.2)  # fmt: skip
    axes.stairs(most, edges, baseline=None, color=colour("bad"), linewidth=1.2, linestyle=(0.0, (4.0, 3.0)))
    axes.set(ylim=(0.0, 1.15 * max(*most, *used, 1e-9)))
    level_rules(axes, 3)
    axes.annotate(
        "Crew hours of the call, a week",
        (0.0, 0.5),
        xycoords="axes fraction",
        xytext=(-36.0, -4.0),
        textcoords="offset points",
        color=colour("ink"),
        fontsize=11.0,
        ha="right",
    )


def _short(text: str) -> str:
    return text if len(text) <= 38 else text[:37].rstrip() + "\u2026"


# ---------------------------------------------------------------------------------- the heat map


def heat_map(
    loads: Sequence[Load],
    names: Mapping[str, str],
    starts: Sequence[datetime],
    increments: Sequence[Increment],
) -> Markup:
    """Resources downwards, weeks across: the stronger the fuller, and what is nearly used up in red."""
    peaks = [max(_shares(load), default=0.0) for load in loads]
    says = "Peak use of each resource: " + "; ".join(
        f"{_name(load, names)} {words.percent(peak)}" for load, peak in zip(loads, peaks, strict=True)
    )
    with sheet(WIDTH, 40.0 + 18.0 * len(loads) + 6.0, says + ".", "heat") as picture:
        axes = picture.axes(LEFT, 40.0, RIGHT, 6.0)
        axes.set(xlim=(at(starts[0]), at(starts[-1] + WEEK)), ylim=(len(loads), 0))
        axes.set_xticks([])
        axes.set_yticks(
            [n + 0.5 for n in range(len(loads))], [_short(_name(load, names)) for load in loads],
            color=colour("ink"), fontsize=11.0,
        )  # fmt: skip
        for increment in increments:
            axes.axvline(at(increment.start), color=colour("rule"), linewidth=1.0)
            axes.annotate(
                increment.code, (at(increment.start), 0.0), xytext=(3.0, 6.0), textcoords="offset points",
                color=colour("soft"), fontsize=10.5,
            )  # fmt: skip
        for number, load in enumerate(loads):
            _draw_heat(picture, axes, number, load, _name(load, names), starts)
        return picture.markup()


def _name(load: Load, names: Mapping[str, str]) -> str:
    return names.get(load.resource, load.resource)


def _shares(load: Load) -> list[float]:
    pairs = zip(load.used_units, load.capacity_units, strict=True)
    return [used / most if most > 0 else float(used > 0) for used, most in pairs]


def _draw_heat(
    picture: Sheet, axes: Axes, number: int, load: Load, name: str, starts: Sequence[datetime]
) -> None:
    week = 0
    for look, same in groupby(_shares(load), _shade):
        shares = list(same)
        first, last = starts[week], starts[week + len(shares) - 1] + WEEK
        week += len(shares)
        if look is None:
            continue
        (bar,) = axes.barh(
            number + 0.5, at(last) - at(first), 0.8, left=at(first), color=colour(look[0]), alpha=look[1],
            linewidth=0.0,
        )  # fmt: skip
        low, high = words.percent(min(shares)), words.percent(max(shares))
        told = low if low == high else f"{low} to {high}"
        picture.title(bar, f"{name}: {told}, {words.day_short(first)} to {words.day_short(last)}")


def _shade(share: float) -> tuple[str, float] | None:
    """Colour and strength of a share; None where nothing is used."""
    if share >= HOT_SHARE:
        return "bad", 0.85
    return next((("accent", strength) for least, strength in SHADES if share >= least), None)
