"""The sky of an increment on one page: beta, eclipse, what comes by week by week, and how far it is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from stationmaster.orbit.coverage import Coverage
from stationmaster.orbit.letters import OrbitAnswer, WindowKind
from stationmaster.report.pictures.figure import Sheet, at, colour, level_rules, plain, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 960.0, 750.0
LEFT, RIGHT = 64.0, 16.0
#: Top and height of each band of the page.
BANDS = {"beta": (30.0, 112.0), "eclipse": (198.0, 96.0), "counts": (350.0, 156.0), "edge": (562.0, 150.0)}
#: The kinds whose windows are counted, with their names and colours.
COUNTED = (
    (WindowKind.PASS, "passes over ground sites", "own"),
    (WindowKind.OVERPASS, "passes of targets", "facility"),
    (WindowKind.REGION, "passes of regions to avoid", "wait"),
)


def increment_sky(answer: OrbitAnswer, weeks: Sequence[Coverage], slot_s: float) -> Markup:
    """The page; ``weeks`` are the coverage of the answer by period.

    Left of the dark line single windows can be planned by the clock; right of it counts alone hold.
    """
    with sheet(WIDTH, HEIGHT, _says(answer), "increment-sky") as picture:
        beta = _band(picture, answer, "beta", "Beta angle, degrees")
        beta.plot(
            [at(b.at) for b in answer.betas], [b.beta_deg for b in answer.betas], color=colour("accent")
        )
        beta.axhline(0.0, color=colour("soft"), linewidth=1.0)
        level_rules(beta, 6)
        eclipse = _band(picture, answer, "eclipse", "Share of the period in eclipse, per cent")
        _steps(eclipse, [one for one in weeks if one.kind == WindowKind.ECLIPSE], "ink")
        level_rules(eclipse, 4)
        _counts(picture, answer, weeks)
        _edges(picture, answer, slot_s)
        return picture.markup()


def _says(answer: OrbitAnswer) -> str:
    betas = [beta.beta_deg for beta in answer.betas]
    until = answer.exact_until
    exact = f"Windows are exact until {until:%Y-%m-%d %H:%M}." if until else "No window is exact."
    return (
        f"The sky of {answer.station} from {answer.span.start:%Y-%m-%d} to {answer.span.end:%Y-%m-%d}: beta "
        f"from {min(betas):.0f} to {max(betas):.0f} degrees, in sunlight "
        f"{100.0 * answer.sunlit_fraction:.1f} per cent of the time. {exact}"
    )


def _band(picture: Sheet, answer: OrbitAnswer, name: str, title: str) -> Axes:
    top, height = BANDS[name]
    axes = picture.axes(LEFT, top, RIGHT, HEIGHT - top - height)
    axes.set_xlim(at(answer.span.start), at(answer.span.end))
    ticks = _ticks(answer)
    labels = [f"{when.day} {when:%b}" for when in ticks]
    axes.set_xticks([at(when) for when in ticks], labels, ha="left")
    axes.grid(axis="x")
    axes.annotate(
        title, (0.0, 1.0), xycoords="axes fraction", xytext=(0.0, 8.0), textcoords="offset points",
        fontweight="bold",
    )  # fmt: skip
    if answer.exact_until is not None and answer.exact_until < answer.span.end:
        axes.axvline(at(answer.exact_until), color=colour("ink"), linewidth=1.6)
    return axes


def _ticks(answer: OrbitAnswer) -> list[datetime]:
    """About a dozen midnights."""
    days = max(1, round(answer.span.duration_s / 86400.0 / 12.0))
    first = answer.span.start.replace(hour=0, minute=0, second=0, microsecond=0)
    every = [first + timedelta(days=days * number) for number in range(1, 14)]
    return [when for when in every if when < answer.span.end - timedelta(days=days / 3.0)]


def _steps(axes: Axes, weeks: Sequence[Coverage], face: str) -> None:
    for one in weeks:
        share = 100.0 * one.held_h * 3600.0 / (one.end - one.start).total_seconds()
        axes.plot([at(one.start), at(one.end)], [share, share], color=colour(face))
    axes.set_ylim(0.0, 50.0)


def _counts(picture: Sheet, answer: OrbitAnswer, weeks: Sequence[Coverage]) -> None:
    """Counts a day of each kind, all names together."""
    axes = _band(picture, answer, "counts", "How many begin a day")
    most = 1.0
    for number, (kind, title, face) in enumerate(COUNTED):
        sums: dict[tuple[datetime, datetime], int] = {}
        for one in weeks:
            if one.kind == kind:
                sums[one.start, one.end] = sums.get((one.start, one.end), 0) + one.count
        points = [(at(when), count / ((end - start).total_seconds() / 86400.0))
                  for (start, end), count in sums.items() for when in (start, end)]  # fmt: skip
        if points:
            axes.plot(*zip(*points, strict=True), color=colour(face))
            most = max(most, *(value for _, value in points))
            axes.annotate(
                title, (1.0, 1.0), xycoords="axes fraction", xytext=(-215.0 * number, 8.0),
                textcoords="offset points", ha="right", color=colour(face),
            )  # fmt: skip
    axes.set_ylim(0.0, 1.15 * most)
    level_rules(axes, 5)


def _edges(picture: Sheet, answer: OrbitAnswer, slot_s: float) -> None:
    """What window ends may be off by, from seconds to days, with the limit of a plan on the slots."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    axes = _band(picture, answer, "edge", "Window ends may be off by")
    told = [error for error in answer.edge_errors if error.edge_s > 0.0]
    if told:
        axes.set_yscale("log")
        low, high = min(e.edge_s for e in told), max(e.edge_s for e in told)
        axes.set_ylim(min(0.5 * low, 1.0), max(2.0 * high, 2.0 * slot_s))
        axes.plot([at(e.at) for e in told], [e.edge_s for e in told], color=colour("bad"))
        marks = {1.0: "1 s", 10.0: "10 s", 60.0: "1 min", 600.0: "10 min", 3600.0: "1 h", 36000.0: "10 h"}
        axes.yaxis.set_major_locator(FixedLocator(list(marks)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: marks.get(value, plain(value))))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.grid(axis="y")
    axes.axhline(slot_s / 2.0, color=colour("soft"), linewidth=1.0, linestyle=(0, (4, 3)))
    if answer.exact_until is not None:
        axes.annotate(
            f"by the clock until {answer.exact_until:%Y-%m-%d %H:%M}, then by counts",
            (at(answer.exact_until), slot_s / 2.0), xytext=(8.0, -14.0), textcoords="offset points",
        )  # fmt: skip
