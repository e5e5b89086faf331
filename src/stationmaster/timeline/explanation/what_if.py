"""What a change would cost: the days it touches are planned again, the rest stays.

Free are the activities of the days that the change touches, those tied to what is changed, and
whatever is not in the plan. Most weight comes first; among plans of equal weight, the one that leaves
most where and with whom it was. Musts stay musts. The checker judges what comes out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from ortools.sat.python import cp_model

from stationmaster.measure.codes import known
from stationmaster.measure.errors import StationError
from stationmaster.timeline import answer
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.explanation.around import Judge
from stationmaster.timeline.explanation.letters import Ask, Change, Cost, Moved
from stationmaster.timeline.letters import Blocked, WeekProblem
from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.layout_of import layout_of
from stationmaster.timeline.model.links import hanging_on, links, with_needs
from stationmaster.timeline.model.room import Layout, Room
from stationmaster.timeline.model.starts import Job, jobs
from stationmaster.timeline.model.variables import WEIGHT_SCALE, weight
from stationmaster.timeline.model.week import WeekModel
from stationmaster.timeline.outcome import Item
from stationmaster.timeline.search.guidance import hint
from stationmaster.timeline.search.search import Engine

#: Limit of the search, in the solver's deterministic time.
COST_UNITS = 2.0
SHUT = "WHAT-IF"


def what_if(
    problem: WeekProblem,
    items: Sequence[Item],
    ask: Ask,
    judge: Judge,
    *,
    bound_value: float = math.inf,
    limit_units: float = COST_UNITS,
) -> Cost:
    """What a change to a plan would cost.

    Where an activity could go on several days, each is tried and the cheapest is told.

    Args:
        judge: the checker (``timeline.check.judge``).
        bound_value: what no plan of the week exceeds, where that is known: a change only takes
            freedom away, so it bounds what comes out too (unless something of the task list is asked).
        limit_units: of the whole search, in the solver's deterministic time.

    Raises:
        StationError: ``unknown-name`` for an activity, facility or device that the week does not
            have; ``bad-value`` for a day or span outside it.
    """
    changed = _changed(problem, ask)
    grid = Grid(changed)
    parts = _parts(grid, jobs(grid), layout_of(grid, items), ask)
    costs = [part.cost(ask, limit_units / len(parts)) for part in parts]
    best = max(costs, key=lambda found: (found[0].possible, found[0].after_value, -len(found[0].moved)))
    cost, after = best
    best_value = max(one.bound_value for one, _ in costs if one.possible == cost.possible)
    if any(a.jar and a.code == ask.code for a in problem.activities):
        bound_value = math.inf
    cost = replace(
        cost,
        proven=all(one.proven for one, _ in costs),
        days=cost.days if cost.possible else tuple(sorted({day for one, _ in costs for day in one.days})),
        bound_value=max(cost.after_value, min(best_value, bound_value)),
    )
    if after is not None:
        wrong_before = {(f.code, f.where) for f in judge(problem, items)}
        for fault in judge(changed, answer.items(grid, parts[0].jobs, after)):
            if (fault.code, fault.where) not in wrong_before:
                raise StationError("checker-found", stage="timeline", count=1, first=fault.says)
    return cost


@dataclass(frozen=True)
class _Part:
    """The days to plan again, what is free in them, and the plan as it was."""

    grid: Grid
    jobs: list[Job]
    layout: Layout
    days: set[int]
    free: set[int]
    forbidden: set[int]

    @property
    def routine(self) -> set[int]:
        return {r.number for r in self.grid.routine if r.day in self.days}

    @property
    def fixed(self) -> Layout:
        return Layout(
            {n: place for n, place in self.layout.jobs.items() if n not in self.free},
            {n: place for n, place in self.layout.routine.items() if n not in self.routine},
        )

    @property
    def scale(self) -> int:
        """One thousandth of weight counts more than everything staying where it was."""
        return len(self.layout.jobs) + 1

    def model(self) -> WeekModel | None:
        """The model of the part; None where a must has no start left in it."""
        room = Room(self.grid, self.jobs)
        room.put(self.layout, self.free, self.routine)
        model = WeekModel(room, self.free, self.routine, self.fixed, self.days)
        musts = {n for n in self.free if self.jobs[n].activity.must} - self.forbidden
        if model.routine_impossible or musts & model.impossible:
            return None
        for n in sorted(musts):
            model.model.add(model.jobs[n][1].present == 1)
        for n in sorted(self.forbidden & model.jobs.keys()):
            model.model.add(model.jobs[n][1].present == 0)
        hint(model, self.layout, self.free - self.layout.jobs.keys())
        same = [self._same(model, n) for n in sorted(model.jobs.keys() & self.layout.jobs.keys())]
        model.model.maximize(cp_model.LinearExpr.sum([self.scale * model.value(), *same]))
        return model

    def cost(self, ask: Ask, limit_units: float) -> tuple[Cost, Layout | None]:
        """What the change costs when these days are planned again, and the plan that then is."""
        activities = [job.activity for job in self.jobs]
        before = sum(weight(activities[n]) for n in self.layout.jobs)
        model = self.model()
        if model is None:
            return _cost(self, ask, None, (before, before, before), proven=True), None
        status, solver = Engine(1).solve(model.model, limit_units)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            values = (before, before, before)
            return _cost(self, ask, None, values, proven=status == cp_model.INFEASIBLE), None
        found = model.layout(solver)
        after = Layout(self.fixed.jobs | found.jobs, self.fixed.routine | found.routine)
        worth = sum(weight(activities[n]) for n in after.jobs)
        rest = sum(weight(activities[n]) for n in self.fixed.jobs)
        bound = max(worth, rest + int(solver.best_objective_bound) // self.scale)
        proven = status == cp_model.OPTIMAL
        return _cost(self, ask, after, (before, worth, bound), proven=proven), after

    def _same(self, model: WeekModel, number: int) -> cp_model.IntVar:
        """A literal that holds only where an activity stays where and with whom it was."""
        m, place = model.model, self.layout.jobs[number]
        _, found = model.jobs[number]
        stays = m.new_bool_var(f"same{number}")
        m.add_implication(stays, found.present)
        m.add(found.start == place.start).only_enforce_if(stays)
        way = found.ways.get(place.way)
        if way is None or any(i not in way.by for i in place.members):
            m.add(stays == 0)
            return stays
        m.add_implication(stays, way.present)
        for i in place.members:
            m.add_implication(stays, way.by[i])
        return stays


def _parts(grid: Grid, listed: list[Job], layout: Layout, ask: Ask) -> list[_Part]:
    """The sets of days to plan again: one where the change says which, else one for each day that the
    activity could go to."""
    per_day = grid.per_day
    day_of = {n: place.start // per_day for n, place in layout.jobs.items()}
    needs = links([job.activity for job in listed])
    choices, forbidden = [set[int]()], set[int]()
    if ask.change is Change.SHUT:
        hit = np.flatnonzero(grid.touched([grid.problem.blocked[-1].span]))
        days = set((hit // per_day).tolist())
        for n, place in layout.jobs.items():
            way = listed[n].ways[place.way]
            meets = place.start < hit[-1] + 1 and place.start + way.length > hit[0]
            if meets and ask.code in {use.facility for use in way.mode.uses}:
                days |= {day_of[other] for other in hanging_on({n}, needs) & day_of.keys()}
    else:
        number = next(job.number for job in listed if job.activity.code == ask.code)
        tied = hanging_on({number}, needs) | with_needs({number}, needs)
        days = {day_of[n] for n in tied & day_of.keys()}
        if ask.change is Change.DROP:
            forbidden = {number}
        else:
            starts = np.logical_or.reduce([way.starts for way in listed[number].ways])
            choices = [{int(k)} for k in np.flatnonzero(starts.reshape(-1, per_day).any(axis=1))] or choices
            if number in day_of and ask.change is Change.REQUIRE:
                choices = [{day_of[number]}]
    parts = []
    for choice in choices:
        open_days = days | choice
        free = {n for n, k in day_of.items() if k in open_days}
        free |= {job.number for job in listed if job.number not in day_of and not job.activity.jar}
        parts.append(_Part(grid, listed, layout, open_days, free, forbidden))
    return parts


def _changed(problem: WeekProblem, ask: Ask) -> WeekProblem:
    """The week with the change made."""
    if ask.change is Change.SHUT:
        things = [f.code for f in problem.facilities] + [d.code for d in problem.devices]
        known(ask.code, things, "facility or device", field="--shut")
        if ask.span is None or not ask.span.overlaps(problem.span):
            raise StationError(
                "bad-value", field="--shut", value=str(ask.span), expected="a span of the week"
            )
        shut = Blocked(
            code=SHUT,
            kind="shut",
            title=f"{ask.code} shut",
            span=ask.span,
            facilities=(ask.code,),
            works=False,
        )
        return replace(problem, blocked=(*problem.blocked, shut))
    known(ask.code, [a.code for a in problem.activities], "activity", field=f"--{ask.change.value}")
    return replace(
        problem,
        activities=tuple(_asked(problem, a, ask) if a.code == ask.code else a for a in problem.activities),
    )


def _asked(problem: WeekProblem, activity: Activity, ask: Ask) -> Activity:
    if ask.change is Change.DROP:
        return replace(activity, must=False)
    if ask.change is Change.REQUIRE:
        return replace(activity, must=True, jar=False)
    if ask.start is not None:
        longest = max(way.duration_min for way in activity.ways) + problem.slot_min
        until, since = ask.start + timedelta(minutes=longest), ask.start
        if not problem.span.contains(ask.start):
            raise StationError(
                "bad-value", field="--move", value=str(ask.start), expected="a time of the week"
            )
    else:
        days = [k for k in range(problem.days) if problem.date_of(k) == ask.day]
        if not days:
            raise StationError("bad-value", field="--move", value=str(ask.day), expected="a day of the week")
        since = problem.start + timedelta(days=days[0])
        until = since + timedelta(days=1)
    return replace(
        activity,
        must=True,
        jar=False,
        earliest=max(since, activity.earliest or since),
        latest=min(until, activity.latest or until),
    )


def _cost(part: _Part, ask: Ask, after: Layout | None, values: tuple[int, int, int], *, proven: bool) -> Cost:
    problem, old = part.grid.problem, part.layout.jobs
    new = old if after is None else after.jobs
    routine = part.layout.routine if after is None else after.routine
    code = [a.code for a in problem.activities]
    before_value, after_value, bound_value = (round(v / WEIGHT_SCALE, 3) for v in values)

    def crew(members: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(problem.crew[i].code for i in members)

    return Cost(
        ask=ask,
        possible=after is not None,
        proven=proven,
        days=tuple(problem.date_of(k) for k in sorted(part.days)),
        before_value=before_value,
        after_value=after_value,
        bound_value=bound_value,
        dropped=tuple(code[n] for n in sorted(old.keys() - new.keys())),
        added=tuple(code[n] for n in sorted(new.keys() - old.keys())),
        moved=tuple(
            Moved(
                activity=code[n],
                old_start=part.grid.when(old[n].start),
                new_start=part.grid.when(new[n].start),
                old_crew=crew(old[n].members),
                new_crew=crew(new[n].members),
            )
            for n in sorted(old.keys() & new.keys())
            if old[n] != new[n]
        ),
        routine_moved=sum(routine.get(r) != place for r, place in part.layout.routine.items()),
    )
