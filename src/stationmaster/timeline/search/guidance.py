"""Where the solver is told to look first: the plan so far, or what the relaxation says."""

from __future__ import annotations

from collections.abc import Set

from ortools.sat.python import cp_model

from stationmaster.timeline.model.room import Layout, Place
from stationmaster.timeline.model.variables import DayGuide, JobVars
from stationmaster.timeline.model.week import WeekModel

#: Values by the index of their variable: one that plays several parts is told once.
Hints = dict[int, tuple[cp_model.IntVar, int]]


def hint(model: WeekModel, layout: Layout, leave: Set[int] = frozenset()) -> None:
    """Start the search from a layout, saying nothing of the activities to leave."""
    told: Hints = {}
    for number, (_, found) in model.jobs.items():
        if number not in leave:
            _placed(found, layout.jobs.get(number), model.grid.per_day, told)
    for number, (_, routine) in model.routine.items():
        if number in layout.routine:
            start, device = layout.routine[number]
            _tell(told, routine.start, start)
            for d, literal in routine.devices.items():
                _tell(told, literal, d == device)
    _say(model, told)


def _placed(found: JobVars, place: Place | None, per_day: int, told: Hints) -> None:
    start, members, chosen = place or Place(-1, (), -1)
    _tell(told, found.present, place is not None)
    if place is not None:
        _tell(told, found.start, start)
    for number, way in found.ways.items():
        here = number == chosen
        _tell(told, way.present, here)
        for k, literal in way.day.items():
            _tell(told, literal, here and k == start // per_day)
        for i, literal in way.by.items():
            _tell(told, literal, here and i in members)
        for (i, k), literal in way.z.items():
            _tell(told, literal, here and i in members and k == start // per_day)


def lean(model: WeekModel, guide: DayGuide, numbers: set[int]) -> None:
    """Try first the day, the way and the crew that the relaxation gives these activities."""
    told: Hints = {}
    for number in sorted(numbers & model.jobs.keys()):
        found = model.jobs[number][1]
        days = {k for way in found.ways.values() for k in way.day}
        _tell(told, found.present, any(guide.day_share.get((number, k), 0) > 0.5 for k in days))
        for w, way in found.ways.items():
            chosen = len(found.ways) == 1 or guide.way_share.get((number, w), 0) > 0.5
            _tell(told, way.present, chosen)
            for k, literal in way.day.items():
                _tell(told, literal, chosen and guide.day_share.get((number, k), 0) > 0.5)
            for (i, k), literal in way.z.items():
                _tell(told, literal, chosen and guide.member_share.get((number, i, k), 0) > 0.5)
    _say(model, told)


def _tell(told: Hints, variable: cp_model.IntVar, value: int) -> None:
    told.setdefault(variable.index, (variable, int(value)))


def _say(model: WeekModel, told: Hints) -> None:
    for variable, value in told.values():
        model.model.add_hint(variable, value)
