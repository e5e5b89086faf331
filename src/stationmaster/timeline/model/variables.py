"""The variables of the week's model, and masks and levels in the solver's terms."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
from ortools.sat.python import cp_model

from stationmaster.timeline.activity import Activity
from stationmaster.timeline.model.grid import Levels, Mask

#: Weights are counted in thousandths.
WEIGHT_SCALE = 1000
Literal = cp_model.IntVar


def domain(mask: Mask) -> cp_model.Domain:
    """The slots of a mask as a solver's domain."""
    found: cp_model.Domain = cp_model.Domain.from_intervals([[a, end - 1] for a, end in segments(mask)])
    return found


def segments(mask: Mask) -> list[tuple[int, int]]:
    """The runs of true slots, half-open."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def weight(activity: Activity) -> int:
    """The activity's weight in the objective, in thousandths."""
    return round(activity.priority_weight * WEIGHT_SCALE)


@dataclass(frozen=True)
class DayGuide:
    """A day-by-day answer without clock times, with values from 0 to 1 (a linear program's):
    for (activity, day), and for (activity, member, day)."""

    day_share: dict[tuple[int, int], float]
    member_share: dict[tuple[int, int, int], float]


@dataclass
class JobVars:
    """The variables of one free activity."""

    start: cp_model.IntVar
    present: Literal
    interval: cp_model.IntervalVar
    day: dict[int, Literal] = field(default_factory=dict)
    by: dict[int, Literal] = field(default_factory=dict)
    z: dict[tuple[int, int], Literal] = field(default_factory=dict)
    intervals: dict[int, cp_model.IntervalVar] = field(default_factory=dict)


@dataclass
class RoutineVars:
    """The variables of one free meal or session; ``devices`` holds a literal for each device."""

    start: cp_model.IntVar
    interval: cp_model.IntervalVar
    devices: dict[int, Literal] = field(default_factory=dict)
    intervals: dict[int, cp_model.IntervalVar] = field(default_factory=dict)


def steps(levels: Levels) -> list[tuple[int, int, int]]:
    """The stretches of equal positive level: (start, end, level)."""
    edges = [0, *(np.flatnonzero(np.diff(levels)) + 1).tolist(), len(levels)]
    return [(a, b, int(levels[a])) for a, b in itertools.pairwise(edges) if levels[a] > 0]
