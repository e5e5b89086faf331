"""The variables of the week's model, and masks and levels in the solver's terms."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
from ortools.sat.python import cp_model

from stationmaster.timeline.activity import Activity
from stationmaster.timeline.model.amounts import Levels
from stationmaster.timeline.model.grid import Mask
from stationmaster.timeline.model.starts import Way

#: Weights are counted in thousandths.
WEIGHT_SCALE = 1000
Literal = cp_model.IntVar


def domain(mask: Mask, first: int = 0) -> cp_model.Domain:
    """The slots of a mask, which begins with slot ``first``, as a solver's domain."""
    pairs = segments(mask)
    found: cp_model.Domain = cp_model.Domain.from_intervals([[first + a, first + b - 1] for a, b in pairs])
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
    """A day-by-day answer without clock times, with values from 0 to 1 (a linear program's): for
    (activity, day), for (activity, member, day), and for (activity, way)."""

    day_share: dict[tuple[int, int], float]
    member_share: dict[tuple[int, int, int], float]
    way_share: dict[tuple[int, int], float] = field(default_factory=dict)


@dataclass
class WayVars:
    """The variables of one way of a free activity.

    ``day`` holds a literal for each day it may start on (where there is one day only, it is
    ``present`` itself), ``z`` one for each (member, day), ``by`` and ``intervals`` are by member.
    """

    way: Way
    start: cp_model.IntVar
    present: Literal
    interval: cp_model.IntervalVar
    starts: Mask
    day: dict[int, Literal] = field(default_factory=dict)
    by: dict[int, Literal] = field(default_factory=dict)
    z: dict[tuple[int, int], Literal] = field(default_factory=dict)
    intervals: dict[int, cp_model.IntervalVar] = field(default_factory=dict)


@dataclass
class JobVars:
    """The variables of one free activity: ``ways`` by number, one of them present where it is."""

    start: cp_model.IntVar
    present: Literal
    ways: dict[int, WayVars] = field(default_factory=dict)

    def by(self, member: int) -> list[Literal]:
        """The literals that say this member does it, one for each way."""
        return [way.by[member] for way in self.ways.values() if member in way.by]

    def end(self) -> cp_model.LinearExpr:
        """Where it ends, if it is present."""
        lengths = [found.way.length for found in self.ways.values()]
        if min(lengths) == max(lengths):
            return self.start + lengths[0]
        return self.start + cp_model.LinearExpr.weighted_sum(
            [found.present for found in self.ways.values()], lengths
        )


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
