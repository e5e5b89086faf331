"""Which of several equal places each item gets, once weeks and classes of places are settled.

Items that fill their place are an interval graph: places in the order of their starts always
suffice. Parts of racks with mass, power and data limits are packed by CP-SAT, which keeps the places
of a former plan where it can, and says which items cannot be packed after all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ortools.sat.python import cp_model

from stationmaster.manifest.asks import Name, inside, weekly_limits
from stationmaster.manifest.fit import Way
from stationmaster.manifest.letters import ManifestProblem
from stationmaster.manifest.weeks import Calendar

#: Deterministic seconds for the packing; what a promised item weighs, and a place that is kept.
EFFORT_S, PROMISED, ABOARD, KEPT = 4.0, 10**9, 10**3, 1
#: Seconds by the clock that the packing has whatever is left: without an answer there is no plan.
LEAST_S = 1.0


def packed(
    problem: ManifestProblem,
    weeks: Calendar,
    groups: Sequence[tuple[int, ...]],
    plan: Mapping[int, Way],
    limit_s: float | None = None,
) -> dict[int, Way]:
    """The plan with a single place for each need; without the items for which none is left.

    Args:
        problem: the problem.
        weeks: its weekly buckets.
        groups: classes of equal places; a way names any place of the class.
        plan: the ways, with room for each class as a whole.
        limit_s: seconds by the clock, if the search has such a limit.
    """
    group_of = {place: group for group in groups for place in group}
    former = {berth.item: berth.places for berth in problem.previous}
    cp = cp_model.CpModel()
    chosen: dict[tuple[int, int], dict[int, Any]] = {}
    uses: dict[Name, list[list[tuple[int, Any]]]] = {}
    first = _in_turn(problem, plan, group_of)
    aboard, goal = {}, []
    for i, way in plan.items():
        item = problem.items[i]
        aboard[i] = cp.new_bool_var(item.code)
        cp.add_hint(aboard[i], all((i, n) in first for n in range(len(way.places))))
        goal.append((PROMISED if item.must else round(ABOARD * (1 + item.priority_weight))) * aboard[i])
        for n, place in enumerate(way.places):
            group = group_of[place]
            options = {p: aboard[i] if len(group) == 1 else cp.new_bool_var("") for p in group}
            chosen[i, n] = options
            if len(group) > 1:
                cp.add(sum(options.values()) == aboard[i])
            for p, taken in options.items():
                if len(group) > 1:
                    cp.add_hint(taken, first.get((i, n)) == p)
                kept = former.get(item.code, ())
                goal += [KEPT * taken] if kept[n : n + 1] == (problem.places[p].code,) else []
                for key, week, amount in _inside(problem, i, way, n, p):
                    by_week = uses.setdefault(key, [[] for _ in range(weeks.count)])
                    by_week[week].append((amount, taken))
    limits = weekly_limits(problem, weeks)
    for key, by_week in uses.items():
        for week, terms in enumerate(by_week):
            if key in limits and sum(amount for amount, _ in terms) > limits[key][week]:
                cp.add(sum(amount * taken for amount, taken in terms) <= limits[key][week])
    cp.maximize(sum(goal))
    return _read(cp, plan, aboard, chosen, limit_s)


def _inside(problem: ManifestProblem, i: int, way: Way, n: int, p: int) -> Iterator[tuple[Name, int, int]]:
    """What a way takes of one single place, week by week."""
    place = problem.places[p]
    for family, name, shape in inside(problem, problem.items[i], n, place):
        if name == place.code:
            for week, amount in enumerate(shape, way.start):
                yield (family, name), week, amount


def _in_turn(
    problem: ManifestProblem, plan: Mapping[int, Way], group_of: Mapping[int, tuple[int, ...]]
) -> dict[tuple[int, int], int]:
    """Places in the order of the starts, each the first with room: where the search begins."""
    taken: dict[tuple[int, int], float] = defaultdict(float)
    found: dict[tuple[int, int], int] = {}
    for i, way in sorted(plan.items(), key=lambda pair: (pair[1].start, pair[0])):
        item = problem.items[i]
        for n, place in enumerate(way.places):
            stay, amount = range(way.start, way.start + item.weeks), item.needs[n].amount_count
            for p in group_of[place]:
                room = problem.places[p].capacity_count - amount + 1e-9
                if all(taken[p, week] <= room for week in stay):
                    found[i, n] = p
                    for week in stay:
                        taken[p, week] += amount
                    break
    return found


def _read(
    cp: Any,
    plan: Mapping[int, Way],
    aboard: Mapping[int, Any],
    chosen: Mapping[tuple[int, int], Mapping[int, Any]],
    limit_s: float | None,
) -> dict[int, Way]:
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = 1
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = EFFORT_S
    if limit_s is not None:
        solver.parameters.max_time_in_seconds = max(LEAST_S, limit_s)
    if solver.solve(cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {}
    found = {}
    for i, way in plan.items():
        if solver.value(aboard[i]):
            places = (
                next(p for p, taken in chosen[i, n].items() if solver.value(taken))
                for n in range(len(way.places))
            )
            found[i] = replace(way, places=tuple(places))
    return found
