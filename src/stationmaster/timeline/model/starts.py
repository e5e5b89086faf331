"""When an activity may start, as far as the problem alone tells; and which rule emptied that."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stationmaster.measure.reasons import Reason
from stationmaster.timeline.activity import Activity, Mode
from stationmaster.timeline.model.grid import Grid, Mask, runs


@dataclass(frozen=True)
class Way:
    """One way of doing an activity, on the grid.

    ``starts`` are the slots it may start in as far as the problem alone tells (n,), ``crew`` the
    numbers of members who may do it, ``skilled`` those who hold its skill.
    """

    mode: Mode
    length: int
    starts: Mask
    crew: tuple[int, ...]
    skilled: tuple[int, ...]


@dataclass(frozen=True)
class Job:
    """An activity on the grid: the ways it can be done. ``hopeless`` is why it can never be placed,
    or None."""

    number: int
    activity: Activity
    ways: tuple[Way, ...]
    hopeless: Reason | None

    @property
    def length(self) -> int:
        """Slots of its first way."""
        return self.ways[0].length

    @property
    def starts(self) -> Mask:
        """Starts of its first way (n,)."""
        return self.ways[0].starts

    @property
    def crew(self) -> tuple[int, ...]:
        """Who may do its first way."""
        return self.ways[0].crew

    @property
    def skilled(self) -> tuple[int, ...]:
        """Who of them holds the skill."""
        return self.ways[0].skilled

    @property
    def count(self) -> int:
        """How many of the crew it takes."""
        return self.activity.crew_count


def jobs(grid: Grid) -> list[Job]:
    """Every activity of the problem on the grid, in its order."""
    return [job(grid, number, activity) for number, activity in enumerate(grid.problem.activities)]


def job(grid: Grid, number: int, activity: Activity) -> Job:
    """The activity on the grid: its starts filtered by one rule after the other.

    ``hopeless`` names the rule that left nothing, first alone and then together with the rules
    before it.
    """
    length = grid.slots(activity.duration_min)
    crew, skilled, hopeless = _candidates(grid, activity)
    starts = np.ones(grid.n, dtype=bool)
    passed: list[str] = []
    for name, mask in filters(grid, activity, length, crew):
        left = starts & mask
        if hopeless is None and not left.any():
            others = "" if not mask.any() else " and ".join(passed)
            facts = {"filter": name, "others": others}
            hopeless = Reason("no-start" if others == "" else "no-start-with", facts)
        starts = left
        if not mask.all():
            passed.append(name)
    return Job(number, activity, (Way(activity.ways[0], length, starts, crew, skilled),), hopeless)


def _candidates(grid: Grid, activity: Activity) -> tuple[tuple[int, ...], tuple[int, ...], Reason | None]:
    members = grid.problem.crew
    eligible = [i for i, m in enumerate(members) if not activity.eligible or m.code in activity.eligible]
    skilled = [i for i in eligible if not activity.skill or activity.skill in members[i].skills]
    needed = activity.crew_count if activity.skilled_count is None else activity.skilled_count
    crew = skilled if activity.skilled_count is None else eligible
    facts = {"needed": str(needed), "found": str(len(skilled)), "skill": activity.skill or "any skill"}
    reason = None
    if len(skilled) < needed:
        reason = Reason("no-eligible-crew", facts)
    elif len(crew) < activity.crew_count:
        facts |= {"needed": str(activity.crew_count), "found": str(len(crew)), "skill": "any skill"}
        reason = Reason("no-eligible-crew", facts)
    return tuple(crew if activity.crew_count else ()), tuple(skilled if activity.crew_count else ()), reason


def filters(grid: Grid, activity: Activity, length: int, crew: tuple[int, ...]) -> Iterator[tuple[str, Mask]]:
    """Each rule that the problem alone decides: its name for people and the starts it allows."""
    whole = np.ones(grid.n, dtype=bool)
    yield "the end of the week", runs(whole, length)
    yield from _own_times(grid, activity, length)
    for name in activity.inside:
        yield f"the window {name}", _inside(grid, name, length)
    for name in activity.around:
        yield f"a whole pass of {name}", _around(grid, name, length)
    for blocked in grid.problem.blocked:
        uses = {use.facility for use in activity.uses}
        if blocked.kind in activity.quiet or uses & set(blocked.facilities):
            yield f"the {blocked.kind} {blocked.code}", runs(~grid.touched([blocked.span]), length)
    for use in activity.uses:
        level = grid.facility_left[grid.facility_number[use.facility]]
        yield f"the room in {use.facility}", runs(level >= use.units, length)
    if activity.power_w > 0:
        level = grid.power_left[grid.channel_number[activity.channel]]
        yield f"the power of {activity.channel}", runs(level >= math.ceil(activity.power_w), length)
    yield from _crew_times(grid, activity, length, crew)


def _own_times(grid: Grid, activity: Activity, length: int) -> Iterator[tuple[str, Mask]]:
    numbers = np.arange(grid.n)
    if activity.earliest is not None:
        yield "its earliest start", numbers >= grid.ceil(activity.earliest)
    if activity.latest is not None:
        yield "its latest end", numbers + length <= grid.floor(activity.latest)


def _inside(grid: Grid, name: str, length: int) -> Mask:
    allowed = np.zeros(grid.n, dtype=bool)
    for span in grid.problem.windows[name]:
        first, last = max(0, grid.ceil(span.start)), grid.floor(span.end) - length
        allowed[first : max(first, last + 1)] = True
    return allowed


def _around(grid: Grid, name: str, length: int) -> Mask:
    allowed = np.zeros(grid.n, dtype=bool)
    for span in grid.problem.windows[name]:
        first, last = grid.ceil(span.end) - length, grid.floor(span.start)
        allowed[max(0, first) : max(0, last + 1)] = True
    return allowed


def _crew_times(
    grid: Grid, activity: Activity, length: int, crew: tuple[int, ...]
) -> Iterator[tuple[str, Mask]]:
    if not activity.crew_count:
        return
    yield "the routine of the crew day", runs(~grid.routine_mask, length)
    minutes = length * grid.slot
    enough_work = np.zeros(grid.n, dtype=np.int64)
    free = np.zeros(grid.n, dtype=np.int64)
    for i in crew:
        works = np.repeat(grid.work_limit[i] >= minutes, grid.per_day)
        enough_work += works
        free += works & runs(~grid.busy[i], length)
    yield "the work hours of a day", enough_work >= activity.crew_count
    yield "what else the crew is busy with", free >= activity.crew_count
