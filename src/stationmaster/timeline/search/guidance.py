"""Where the solver is told to look first: the plan so far, or what the relaxation says."""

from __future__ import annotations

from collections.abc import Set

from stationmaster.timeline.model.room import Layout
from stationmaster.timeline.model.variables import DayGuide
from stationmaster.timeline.model.week import WeekModel


def hint(model: WeekModel, layout: Layout, leave: Set[int] = frozenset()) -> None:
    """Start the search from a layout, saying nothing of the activities to leave."""
    for number, (_, found) in model.jobs.items():
        if number in leave:
            continue
        place = layout.jobs.get(number)
        model.model.add_hint(found.present, place is not None)
        if place is not None:
            model.model.add_hint(found.start, place[0])
        on = None if place is None else place[0] // model.grid.per_day
        for k, literal in found.day.items():
            model.model.add_hint(literal, k == on)
        members = () if place is None else place[1]
        for i, literal in found.by.items():
            model.model.add_hint(literal, i in members)
        for (i, k), literal in found.z.items():
            model.model.add_hint(literal, i in members and k == on)
    for number, (_, found_routine) in model.routine.items():
        if number in layout.routine:
            start, device = layout.routine[number]
            model.model.add_hint(found_routine.start, start)
            for d, literal in found_routine.devices.items():
                model.model.add_hint(literal, d == device)


def lean(model: WeekModel, guide: DayGuide, numbers: set[int]) -> None:
    """Try first the day and the crew that the relaxation gives these activities."""
    for number in sorted(numbers & model.jobs.keys()):
        _, found = model.jobs[number]
        model.model.add_hint(found.present, any(guide.day_share.get((number, k), 0) > 0.5 for k in found.day))
        for k, literal in found.day.items():
            model.model.add_hint(literal, guide.day_share.get((number, k), 0) > 0.5)
        for (i, k), literal in found.z.items():
            model.model.add_hint(literal, guide.member_share.get((number, i, k), 0) > 0.5)
