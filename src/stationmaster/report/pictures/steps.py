"""A resource over time as steps, with its limit above: a small chart among many alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from markupsafe import Markup

from stationmaster.report.pictures.figure import at, colour, level_rules, sheet


def steps_chart(
    used: Sequence[float],
    limits: Sequence[float],
    edges: Sequence[datetime],
    marks: Mapping[datetime, str],
    says: str,
) -> Markup:
    """What is used and its limit between edges (one more than there are values), with moments marked."""
    top = max(*limits, *used, 1e-9)
    days = [at(edge) for edge in edges]
    with sheet(330.0, 132.0, says, "load") as picture:
        axes = picture.axes(40.0, 12.0, 6.0, 24.0)
        axes.stairs(*_merged(used, days), fill=True, facecolor=colour("accent-soft"),
                    edgecolor=colour("accent"), linewidth=1.2)  # fmt: skip
        axes.stairs(*_merged(limits, days), baseline=None, color=colour("bad"), linewidth=1.2,
                    linestyle=(0.0, (4.0, 3.0)))  # fmt: skip
        axes.set(xlim=(days[0], days[-1]), ylim=(0.0, 1.08 * top))
        level_rules(axes, 4)
        axes.set_xticks([at(when) for when in marks], list(marks.values()), ha="left")
        axes.grid(axis="x", color=colour("soft"), alpha=0.55)
        return picture.markup()


def _merged(values: Sequence[float], edges: Sequence[float]) -> tuple[list[float], list[float]]:
    """Steps and their edges; values that repeat the one before them are one step with it."""
    merged, kept, done = [], [edges[0]], 0
    for value, same in groupby(values):
        done += len(list(same))
        merged.append(value)
        kept.append(edges[done])
    return merged, kept
