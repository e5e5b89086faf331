"""One activity and the plan round it: solve some days again while the rest stays where it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ortools.sat.python import cp_model

from stationmaster.measure.reasons import Fault
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.layout_of import layout_of
from stationmaster.timeline.model.room import Layout, Room
from stationmaster.timeline.model.starts import Job, job, jobs, standing_job
from stationmaster.timeline.model.variables import weight
from stationmaster.timeline.model.week import WeekModel
from stationmaster.timeline.outcome import Item
from stationmaster.timeline.search.guidance import hint
from stationmaster.timeline.search.search import Engine

#: What says everything that is wrong with the items of a week.
Judge = Callable[[WeekProblem, Sequence[Item]], tuple[Fault, ...]]
#: Limit of one solver run, in the solver's deterministic time.
TRY_UNITS = 0.4


@dataclass(frozen=True)
class Lifted:
    """What of the rules is taken away in a try: an edit each of the activity, the week, the grid.

    ``kept`` says of another activity whether it must stay placed.
    """

    activity: tuple[Callable[[Activity], Activity], ...] = ()
    week: tuple[Callable[[WeekProblem], WeekProblem], ...] = ()
    grid: tuple[Callable[[Grid], None], ...] = ()
    droppable: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Outcome:
    """How a try ended: a layout, or none; ``proven`` when the solver was certain."""

    layout: Layout | None
    proven: bool


class Around:
    """The plan of a week, read once, to try one activity in."""

    def __init__(self, problem: WeekProblem, items: Sequence[Item], seed: int = 1) -> None:
        self.problem = problem
        self.grid = Grid(problem)
        self.jobs = jobs(self.grid)
        self.layout = layout_of(self.grid, items)
        self.engine = Engine(seed)
        self.number = {a.code: n for n, a in enumerate(problem.activities)}

    def day_of(self, number: int) -> int:
        """The day of the week on which a placed activity starts."""
        return self.layout.jobs[number].start // self.grid.per_day

    def on(self, day: int) -> set[int]:
        """The placed activities that start on a day."""
        return {n for n in self.layout.jobs if self.day_of(n) == day}

    def lifted(self, number: int, day: int, lift: Lifted) -> tuple[Grid, list[Job]]:
        """The grid and the activities without some of the rules, for one activity on one day."""
        if not (lift.activity or lift.week or lift.grid):
            return self.grid, self.jobs
        problem = self.problem
        for week in lift.week:
            problem = week(problem)
        activity = problem.activities[number]
        for edit in lift.activity:
            activity = edit(activity)
        if lift.activity:
            listed = list(problem.activities)
            listed[number] = activity
            problem = replace(problem, activities=tuple(listed))
        grid = Grid(problem)
        for change in lift.grid:
            change(grid)
        if not lift.week:
            own = job(grid, number, activity)
            return grid, [own if n == number else one for n, one in enumerate(self.jobs)]
        # other limits may be counted in other steps, so that every activity is put on the grid again
        free = self.on(day) | {number}
        return grid, [
            job(grid, n, one) if n in free else standing_job(grid, n, one)
            for n, one in enumerate(problem.activities)
        ]

    def attempt(self, number: int, day: int, lift: Lifted) -> Outcome:
        """Whether an activity can be done on a day when only what is done on that day moves.

        What may be dropped is dropped only where it must be, least weight first.
        """
        grid, listed = self.lifted(number, day, lift)
        own = slice(day * grid.per_day, (day + 1) * grid.per_day)
        if not any(way.starts[own].any() for way in listed[number].ways):
            return Outcome(None, True)
        free = self.on(day) | {number}
        routine = {r.number for r in grid.routine if r.day == day}
        room = Room(grid, listed)
        room.put(self.layout, free, routine)
        fixed = Layout(
            {n: place for n, place in self.layout.jobs.items() if n not in free},
            {n: place for n, place in self.layout.routine.items() if n not in routine},
        )
        model = WeekModel(room, free, routine, fixed, {day})
        stays = free - lift.droppable
        if stays & model.impossible or model.routine_impossible:
            return Outcome(None, True)
        for n in stays:
            model.model.add(model.jobs[n][1].present == 1)
        hint(model, self.layout)
        if lift.droppable & free:
            worth = [weight(j.activity) * v.present + v.present for _, (j, v) in model.jobs.items()]
            model.model.maximize(sum(worth))
        status, solver = self.engine.solve(model.model, TRY_UNITS, first=not lift.droppable & free)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            found = model.layout(solver)
            whole = Layout(fixed.jobs | found.jobs, fixed.routine | found.routine)
            return Outcome(whole, status == cp_model.OPTIMAL)
        return Outcome(None, status == cp_model.INFEASIBLE)


def more_work(member: int, day: int, minutes: int) -> Callable[[Grid], None]:
    """An edit of a grid: so many more minutes of work for a member on a day."""

    def edit(grid: Grid) -> None:
        limit = grid.work_limit.copy()
        limit[member, day] += minutes
        grid.__dict__["work_limit"] = limit

    return edit


def without_fields(**defaults: object) -> Callable[[Activity], Activity]:
    """An edit of an activity: some of its fields set back."""
    return lambda activity: replace(activity, **defaults)  # type: ignore[arg-type]
