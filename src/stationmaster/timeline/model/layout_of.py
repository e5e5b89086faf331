"""From a plan back to places on the grid."""

from __future__ import annotations

from collections.abc import Iterable

from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.room import Layout, Place
from stationmaster.timeline.outcome import Item, Kind


def layout_of(grid: Grid, items: Iterable[Item]) -> Layout:
    """Where the items of a plan are on a grid.

    Items of activities that the grid's problem does not have, and of meals or sessions that are not
    due there, are left out; so is what nobody has to place (sleep, blocked spans).
    """
    numbers = {a.code: n for n, a in enumerate(grid.problem.activities)}
    due = {(r.member, r.day, r.session.code if r.session else ""): r.number for r in grid.routine}
    found = Layout()
    for item in items:
        start = grid.floor(item.start)
        if item.kind is Kind.ACTIVITY and item.activity in numbers:
            number = numbers[item.activity]
            modes = [way.code for way in grid.problem.activities[number].ways]
            members = tuple(sorted(grid.member_number[code] for code in item.crew))
            found.jobs[number] = Place(start, members, modes.index(item.mode))
        elif item.kind in (Kind.MEAL, Kind.EXERCISE):
            key = (grid.member_number[item.crew[0]], start // grid.per_day, item.activity)
            if key in due:
                device = grid.device_number[item.device] if item.device else -1
                found.routine[due[key]] = (start, device)
    return found
