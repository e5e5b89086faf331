"""Public project schedules as weeks of musts commanded from the ground, to be over as early as can be.

A unit of time becomes a minute, a renewable resource a facility, a non-renewable one a store without
recovery, a mode a mode. Where lags are generalised, an activity of one minute stands for the end.
Read by the library psplib.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from pathlib import Path

import psplib

from stationmaster.timeline.activity import Activity, After, Draw, Mode, Use
from stationmaster.timeline.letters import Facility, Goal, GroundRules, Store, WeekProblem

#: Suffixes of the sets' files and the formats that psplib knows them by.
FORMATS = {".sm": "psplib", ".mm": "psplib", ".sch": "rcpsp_max"}
START = datetime(2026, 3, 2, tzinfo=UTC)
END = "END"


@dataclass
class Lags:
    """What one activity waits for: least and most minutes from the start of another to its own."""

    least_min: dict[int, int] = field(default_factory=dict)
    most_min: dict[int, int] = field(default_factory=dict)


def read(path: Path) -> psplib.ProjectInstance:
    """An instance as psplib has it."""
    return psplib.parse(path, instance_format=FORMATS[path.suffix])


def project_week(path: Path) -> tuple[WeekProblem, int]:
    """The instance as a week, and the minutes that its end counts beyond the makespan."""
    project = read(path)
    lengths = [max(mode.duration for mode in one.modes) for one in project.activities]
    last = len(lengths) - 1
    general = any(one.delays for one in project.activities)
    lags = _lags(project, lengths)
    span = sum(lengths) + sum(max(waits.least_min.values(), default=0) for waits in lags) + 1
    activities = [
        _activity(project, number, lags[number], general)
        for number in range(1, len(lengths))
        if number != last or general
    ]
    renewable = [k for k, one in enumerate(project.resources) if one.renewable]
    spent = [k for k, one in enumerate(project.resources) if not one.renewable]
    week = WeekProblem(
        code=path.name,
        start=START,
        crew=(),
        rules=GroundRules(sessions=()),
        devices=(),
        activities=tuple(activities),
        facilities=tuple(
            Facility(code=f"R{k}", name=f"Resource {k + 1}", users_at_once=project.resources[k].capacity)
            for k in renewable
        ),
        stores=tuple(
            Store(
                code=f"N{k}", name=f"Stock {k + 1}", unit="units",
                capacity_units=float(project.resources[k].capacity),
            )
            for k in spent
        ),
        goal=Goal.EARLIEST_END,
        days=min(31, -(-span // 1440)),
        slot_min=1,
    )  # fmt: skip
    return week, int(general)


def _lags(project: psplib.ProjectInstance, lengths: list[int]) -> list[Lags]:
    """For each activity, what it waits for: whichever of two stands later in the order waits."""
    lags = [Lags() for _ in lengths]
    place = {number: at for at, number in enumerate(_order(project))}
    for number, one in enumerate(project.activities):
        delays = one.delays or [lengths[number]] * len(one.successors)
        for then, delay in zip(one.successors, delays, strict=True):
            if place[number] < place[then]:
                least = lags[then].least_min
                least[number] = max(least.get(number, delay), delay)
            else:
                most = lags[number].most_min
                most[then] = min(most.get(then, -delay), -delay)
    return lags


def _order(project: psplib.ProjectInstance) -> list[int]:
    """The activities in an order that every delay of 0 or more keeps."""
    order = TopologicalSorter({number: set[int]() for number in range(len(project.activities))})
    for number, one in enumerate(project.activities):
        for then, delay in zip(one.successors, one.delays or [0] * len(one.successors), strict=True):
            if delay >= 0:
                order.add(then, number)
    return list(order.static_order())


def _activity(project: psplib.ProjectInstance, number: int, lags: Lags, general: bool) -> Activity:
    one, last = project.activities[number], len(project.activities) - 1
    ways = [_mode(project, index, mode) for index, mode in enumerate(one.modes, 1)]
    several = len(ways) > 1
    is_end = number == last
    return Activity(
        code=END if is_end else f"A{number}",
        title=f"Activity {number}",
        duration_min=1 if is_end else ways[0].duration_min,
        priority_weight=1.0,
        must=True,
        crew_count=0,
        modes=tuple(ways) if several else (),
        uses=() if several else ways[0].uses,
        draws=() if several else ways[0].draws,
        earliest=_after(max(0, lags.least_min.get(0, 0))) if general else None,
        latest=_after(lags.most_min[0] + ways[0].duration_min) if 0 in lags.most_min else None,
        after=tuple(_waits(project, other, lags, general) for other in sorted(_others(lags))),
    )


def _others(lags: Lags) -> set[int]:
    return (lags.least_min.keys() | lags.most_min.keys()) - {0}


def _waits(project: psplib.ProjectInstance, other: int, lags: Lags, general: bool) -> After:
    """Lags of a letter count from the end of the other."""
    if not general:
        return After(activity=f"A{other}")
    length = project.activities[other].modes[0].duration
    least, most = lags.least_min.get(other, -1000), lags.most_min.get(other)
    return After(
        activity=f"A{other}",
        lag_shortest_min=least - length,
        lag_longest_min=None if most is None else most - length,
    )


def _mode(project: psplib.ProjectInstance, index: int, mode: psplib.Mode) -> Mode:
    kinds = project.resources
    return Mode(
        code=str(index),
        duration_min=mode.duration,
        uses=tuple(
            Use(facility=f"R{k}", units=units)
            for k, units in enumerate(mode.demands)
            if units and kinds[k].renewable
        ),
        draws=tuple(
            Draw(store=f"N{k}", amount_units=float(units))
            for k, units in enumerate(mode.demands)
            if units and not kinds[k].renewable
        ),
    )


def _after(minutes: int) -> datetime:
    return datetime.fromtimestamp(START.timestamp() + 60 * minutes, tz=UTC)
