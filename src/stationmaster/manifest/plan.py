"""Plan: the most worth on board, then the earliest starts, with a proven bound beside both.

Two searches, one after the other. The first maximises the weight of the items on board, where an
item that is promised (``must``) outweighs all that are not. The second keeps that worth and moves
starts forward (or, with a previous plan, keeps as close to it as it can). Both run in the
solver's deterministic mode: the same problem gives the same plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from stationmaster.manifest.letters import Berth, Manifest, ManifestProblem
from stationmaster.manifest.loads import flight_loads, loads
from stationmaster.manifest.model import SCALE, Model, hours
from stationmaster.manifest.weeks import Calendar, calendar
from stationmaster.manifest.why import not_placed
from stationmaster.measure.codes import distinct, known

#: What leaving the previous plan costs: an item dropped, another place, another flight, a week.
MOVED_PLACE, MOVED_FLIGHT, MOVED_WEEK = 20, 10, 1


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
    worth = Search.of(model, _worth(model), maximise=True, effort_s=problem.effort_s * 0.6)
    floor = sum(weight * worth.values[i] for i, weight in _weights(problem).items())
    model.cp.add(_worth(model) >= floor)
    late = Search.of(model, _lateness(model), maximise=False, effort_s=problem.effort_s * 0.4, hint=worth)
    found = late if late.values else worth
    berths = read_berths(model, found)
    return Manifest(
        berths=berths,
        not_placed=not_placed(problem, weeks, berths),
        week_starts=weeks.starts,
        loads=loads(problem, weeks, berths),
        flights=flight_loads(problem, berths),
        objective_value=round(floor / SCALE, 6),
        bound_value=round(worth.bound / SCALE, 6),
        gap_ratio=round((worth.bound - floor) / worth.bound, 6) if worth.bound > 0 else 0.0,
        lateness_value=round(late.objective / SCALE, 6),
        lateness_bound_value=round(late.bound / SCALE, 6),
        status="proven"
        if worth.proven and late.proven
        else "proven worth"
        if worth.proven
        else "within the gap",
        solver="OR-tools CP-SAT",
    )


def validate(problem: ManifestProblem) -> None:
    """Refuse a problem that names something twice, or something that is not there."""
    for kind in ("items", "places", "flights", "channels", "cold"):
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
class Search:
    """What one search found: its values by variable index, its objective and bound, whether proven."""

    values: Mapping[int, int]
    solver: Any
    objective: int
    bound: int
    proven: bool

    @classmethod
    def of(
        cls, model: Model, goal: Any, *, maximise: bool, effort_s: float, hint: Search | None = None
    ) -> Search:
        """Search a model for the best value of a goal within a deterministic effort."""
        cp = model.cp
        cp.clear_hints()  # type: ignore[no-untyped-call]
        if hint is not None:
            for variable in _variables(model):
                cp.add_hint(variable, hint.solver.value(variable))
        (cp.maximize if maximise else cp.minimize)(goal)
        solver = deterministic(effort_s)
        status = solver.solve(cp)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return cls({}, solver, 0, round(solver.best_objective_bound), proven=False)
        values = {i: solver.value(on) for i, on in enumerate(model.on)}
        proven = status == cp_model.OPTIMAL
        return cls(values, solver, round(solver.objective_value), round(solver.best_objective_bound), proven)


def deterministic(effort_s: float) -> Any:
    """A solver whose answer depends on the model alone: fixed seed, workers in turn, no wall clock."""
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = 1
    solver.parameters.num_workers = 4
    solver.parameters.interleave_search = True
    solver.parameters.max_deterministic_time = effort_s
    return solver


def _variables(model: Model) -> list[Any]:
    groups = [
        *model.start,
        *(chosen for needs in model.place for chosen in needs),
        *model.up,
        *model.down,
        *model.store,
    ]
    return [*model.on, *model.start_week, *(variable for chosen in groups for variable in chosen.values())]


def _weights(problem: ManifestProblem) -> dict[int, int]:
    plain = [max(1, round(item.priority_weight * SCALE)) for item in problem.items]
    lift = sum(plain) + 1
    return {i: weight + (lift if problem.items[i].must else 0) for i, weight in enumerate(plain)}


def _worth(model: Model) -> Any:
    return sum(weight * model.on[i] for i, weight in _weights(model.problem).items())


def _lateness(model: Model) -> Any:
    """Weight x start week; or, where there is a previous plan, the distance from it."""
    former = {berth.item: berth for berth in model.problem.previous}
    terms: list[Any] = []
    for i, item in enumerate(model.problem.items):
        weight = max(1, round(item.priority_weight * SCALE))
        if not former:
            terms.append(weight * model.start_week[i])
        elif item.code in former:
            terms += _distance(model, i, former[item.code])
    return sum(terms)


def _distance(model: Model, index: int, berth: Berth) -> list[Any]:
    """How far an item moves from its former berth, in thousandths of a week's shift."""
    problem = model.problem
    costs = [
        SCALE * MOVED_WEEK * abs((model.weeks.starts[s] - berth.start).days) // 7 * chosen
        for s, chosen in model.start[index].items()
    ]
    for n, chosen in enumerate(model.place[index]):
        kept = berth.places[n] if n < len(berth.places) else None
        costs += [SCALE * MOVED_PLACE * z for p, z in chosen.items() if problem.places[p].code != kept]
    for chosen, kept in ((model.up[index], berth.up_flight), (model.down[index], berth.down_flight)):
        costs += [SCALE * MOVED_FLIGHT * z for f, z in chosen.items() if problem.flights[f].code != kept]
    return costs


def read_berths(model: Model, found: Search) -> tuple[Berth, ...]:
    """The berths of a search's answer, in the order of the items."""
    berths = []
    for i, item in enumerate(model.problem.items):
        if not found.values[i]:
            continue
        start = int(found.solver.value(model.start_week[i]))
        berths.append(
            Berth(
                item=item.code,
                places=tuple(_code(found, chosen, model.problem.places) or "" for chosen in model.place[i]),
                up_flight=_code(found, model.up[i], model.problem.flights),
                down_flight=_code(found, model.down[i], model.problem.flights),
                cold_store=_code(found, model.store[i], model.problem.cold),
                start_week=start,
                weeks=item.weeks,
                start=model.weeks.starts[start],
                end=model.weeks.end(start + item.weeks - 1),
                crew_time_h=hours(item),
            )
        )
    return tuple(berths)


def _code(found: Search, chosen: Mapping[int, Any], things: Any) -> str | None:
    return next((things[key].code for key, variable in chosen.items() if found.solver.value(variable)), None)


__all__ = ["Calendar", "Search", "deterministic", "plan", "read_berths", "validate"]
