"""Plan: promised items first, then the most worth on board, then the earliest starts, with bounds.

A quick first plan is made item by item; three searches improve on it, each keeping what the one
before has won: how many promised (``must``) items fly; the weight of all items on board; and how
early they start (or, with a previous plan, how little changes). All run in the solver's
deterministic mode: the same problem gives the same plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from stationmaster.manifest.amounts import SCALE, hours
from stationmaster.manifest.fit import Way, first_plan
from stationmaster.manifest.letters import Berth, Manifest, ManifestProblem
from stationmaster.manifest.loads import flight_loads, loads
from stationmaster.manifest.model import Model
from stationmaster.manifest.weeks import calendar
from stationmaster.manifest.why import not_placed
from stationmaster.measure.codes import distinct, known

#: What leaving the previous plan costs, in weeks of shift: another place, another flight.
MOVED_PLACE, MOVED_FLIGHT = 20, 10

#: How the effort divides over the three searches.
PROMISED, WORTH, EARLY = 0.1, 0.6, 0.3


def plan(problem: ManifestProblem) -> Manifest:
    """The manifest of a problem.

    Every hard rule holds in the answer; ``check.faults`` says so independently. An item that gets
    no berth is not an error: it stands in ``not_placed`` with its reasons.

    Args:
        problem: items, places, flights, increments and what a week holds.

    Raises:
        StationError: when the problem names something that is not there, or has no week.
    """
    validate(problem)
    weeks = calendar(problem)
    model = Model(problem, weeks)
    start = Found.of(model, first_plan(problem, weeks, model.choices))
    promised = search(model, _promised(model), "most", problem.effort_s * PROMISED, start)
    worth = search(model, _worth(model), "most", problem.effort_s * WORTH, promised)
    if not problem.previous:  # a known set of items: its earliest starts are found, and proven, much sooner
        for on in model.on:
            model.cp.add(on == worth.values[on.index])
    early = search(model, _lateness(model), "least", problem.effort_s * EARLY, worth)
    berths = read_berths(model, early)
    proven = promised.proven and worth.proven
    return Manifest(
        berths=berths,
        not_placed=not_placed(problem, weeks, berths, early.ways(model)),
        week_starts=weeks.starts,
        loads=loads(problem, weeks, berths),
        flights=flight_loads(problem, berths),
        promised=sum(item.must for item in problem.items),
        promised_aboard=promised.goal,
        promised_bound=promised.bound,
        objective_value=round(worth.goal / SCALE, 6),
        bound_value=round(worth.bound / SCALE, 6),
        gap_ratio=round((worth.bound - worth.goal) / worth.bound, 6) if worth.bound > 0 else 0.0,
        lateness_value=round(early.goal / SCALE, 6),
        lateness_bound_value=round(early.bound / SCALE, 6),
        status="proven" if proven and early.proven else "proven worth" if proven else "within the gap",
        solver="OR-tools CP-SAT",
    )


def validate(problem: ManifestProblem) -> None:
    """Refuse a problem that names something twice, or something that is not there."""
    for kind in ("items", "places", "flights", "increments", "channels", "cold"):
        distinct((part.code for part in getattr(problem, kind)), kind.removesuffix("s"), field=kind)
    codes = {item.code for item in problem.items}
    channels = {channel.code for channel in problem.channels}
    for item in problem.items:
        for code in item.after:
            known(code, codes, "item", field=f"items.{item.code}.after")
    for place in problem.places:
        if place.channel:
            known(place.channel, channels, "power channel", field=f"places.{place.code}.channel")


@dataclass(frozen=True)
class Found:
    """What a search ended with: each variable's value, the goal, what no plan can beat, whether proven."""

    values: Mapping[int, int]
    goal: int = 0
    bound: int = 0
    proven: bool = False

    @classmethod
    def of(cls, model: Model, chosen: Mapping[int, Way]) -> Found:
        """The values of a plan made elsewhere."""
        values = dict.fromkeys((variable.index for variable in variables(model)), 0)
        for i, way in chosen.items():
            values[model.on[i].index] = 1
            values[model.start_week[i].index] = way.start
            values[model.start[i][way.start].index] = 1
            for n, p in enumerate(way.places):
                values[model.place[i][n][p].index] = 1
            for group, key in ((model.up[i], way.up), (model.down[i], way.down), (model.store[i], way.store)):
                if key is not None:
                    values[group[key].index] = 1
        return cls(values)

    def chosen(self, group: Mapping[int, Any]) -> int | None:
        """Which key of a group of Booleans holds."""
        return next((key for key, variable in group.items() if self.values[variable.index]), None)

    def ways(self, model: Model) -> dict[int, Way]:
        """How each item on board flies."""
        found = {}
        for i, on in enumerate(model.on):
            start = self.chosen(model.start[i])
            if self.values[on.index] and start is not None:
                places = tuple(p for p in (self.chosen(group) for group in model.place[i]) if p is not None)
                flights = (self.chosen(model.up[i]), self.chosen(model.down[i]), self.chosen(model.store[i]))
                found[i] = Way(start, places, *flights)
        return found


def variables(model: Model) -> list[Any]:
    """The variables that make a plan; all others follow from them."""
    groups = [
        *model.start,
        *(group for needs in model.place for group in needs),
        *model.up,
        *model.down,
        *model.store,
    ]
    return [*model.on, *model.start_week, *(variable for group in groups for variable in group.values())]


def search(model: Model, goal: Any, sense: str, effort_s: float, start: Found) -> Found:
    """The best value of a goal within an effort, from a plan that keeps all rules; then held to it.

    Args:
        model: gets one more rule: the goal is no worse than what was found.
        goal: a linear expression over its variables, or 0.
        sense: ``most`` or ``least``.
        effort_s: deterministic seconds of the solver.
        start: a plan that keeps every rule; the answer is never worse.
    """
    if isinstance(goal, int):
        return Found(start.values, goal, goal, proven=True)
    cp = model.cp
    cp.clear_hints()  # type: ignore[no-untyped-call]
    for variable in variables(model):
        cp.add_hint(variable, start.values[variable.index])
    (cp.maximize if sense == "most" else cp.minimize)(goal)
    solver = deterministic(effort_s)
    status = solver.solve(cp)
    cp.clear_objective()  # type: ignore[no-untyped-call]
    bound = round(solver.best_objective_bound)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        values = {variable.index: int(solver.value(variable)) for variable in variables(model)}
        reached = round(solver.objective_value)
    else:
        values, reached = dict(start.values), _value(goal, start)
        bound = _extreme(goal, sense)
    cp.add(goal >= reached if sense == "most" else goal <= reached)
    return Found(values, reached, bound, proven=reached == bound)


def _extreme(goal: Any, sense: str) -> int:
    """What a goal of Booleans with weights can reach at most, or 0 at least."""
    return sum(cp_model.FlatIntExpr(goal).coeffs) if sense == "most" else 0


def _value(goal: Any, found: Found) -> int:
    flat = cp_model.FlatIntExpr(goal)
    pairs = zip(flat.vars, flat.coeffs, strict=True)
    return int(
        flat.offset + sum(coefficient * found.values[variable.index] for variable, coefficient in pairs)
    )


def deterministic(effort_s: float) -> Any:
    """A solver whose answer depends on the model alone: fixed seed, workers in turn, no wall clock."""
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = 1
    solver.parameters.num_workers = 4
    solver.parameters.interleave_search = True
    solver.parameters.subsolvers.extend(["max_lp", "no_lp"])
    solver.parameters.max_deterministic_time = effort_s
    return solver


def _weights(problem: ManifestProblem) -> list[int]:
    return [max(1, round(item.priority_weight * SCALE)) for item in problem.items]


def _promised(model: Model) -> Any:
    return sum(on for on, item in zip(model.on, model.problem.items, strict=True) if item.must)


def _worth(model: Model) -> Any:
    return sum(weight * on for weight, on in zip(_weights(model.problem), model.on, strict=True))


def _lateness(model: Model) -> Any:
    """Weight x start week; or, where there is a previous plan, the distance from it."""
    former = {berth.item: berth for berth in model.problem.previous}
    if not former:
        return sum(w * week for w, week in zip(_weights(model.problem), model.start_week, strict=True))
    kept = [(i, former[item.code]) for i, item in enumerate(model.problem.items) if item.code in former]
    return sum(cost for i, berth in kept for cost in _distance(model, i, berth))


def _distance(model: Model, index: int, berth: Berth) -> list[Any]:
    """How far an item moves from its former berth, in thousandths of a week's shift."""
    problem = model.problem
    costs = [
        SCALE * abs((model.weeks.starts[s] - berth.start).days) // 7 * chosen
        for s, chosen in model.start[index].items()
    ]
    for n, group in enumerate(model.place[index]):
        kept = berth.places[n] if n < len(berth.places) else None
        costs += [SCALE * MOVED_PLACE * z for p, z in group.items() if problem.places[p].code != kept]
    for group, kept in ((model.up[index], berth.up_flight), (model.down[index], berth.down_flight)):
        costs += [SCALE * MOVED_FLIGHT * z for f, z in group.items() if problem.flights[f].code != kept]
    return costs


def read_berths(model: Model, found: Found) -> tuple[Berth, ...]:
    """The berths of a search's answer, in the order of the items."""
    problem, berths = model.problem, []
    for i, way in found.ways(model).items():
        item = problem.items[i]
        berths.append(
            Berth(
                item=item.code,
                places=tuple(problem.places[p].code for p in way.places),
                up_flight=None if way.up is None else problem.flights[way.up].code,
                down_flight=None if way.down is None else problem.flights[way.down].code,
                cold_store=None if way.store is None else problem.cold[way.store].code,
                start_week=way.start,
                weeks=item.weeks,
                start=model.weeks.starts[way.start],
                end=model.weeks.end(way.start + item.weeks - 1),
                crew_time_h=hours(item),
            )
        )
    return tuple(berths)
