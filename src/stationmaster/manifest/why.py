"""Why an item got no berth: the smallest widening that would let it fly beside all that are on board.

Nothing is guessed. The item is forced on board beside every item that has a berth (each may move),
every family of limits may be widened, and the solver minimises first how many families it widens,
then by how much. The answer is a plan that exists, so "4.2 h a week more of crew time would let it
fly" is a fact. Other single families that would do as well are looked for in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ortools.sat.python import cp_model

from stationmaster.manifest.choices import choices
from stationmaster.manifest.letters import Berth, ManifestProblem, NotPlaced
from stationmaster.manifest.model import SCALE, Model
from stationmaster.manifest.reasons import FAMILIES
from stationmaster.manifest.weeks import Calendar
from stationmaster.measure.reasons import Reason

#: Deterministic seconds for one question, and how many single families are looked for at most.
EFFORT_S, ALTERNATIVES = 0.4, 3
#: With more items left out than this, each is told its first reason only.
MANY = 8


def not_placed(problem: ManifestProblem, weeks: Calendar, berths: Sequence[Berth]) -> tuple[NotPlaced, ...]:
    """Every item without a berth, with its reasons."""
    aboard = {berth.item for berth in berths}
    left = [i for i, item in enumerate(problem.items) if item.code not in aboard]
    found: dict[int, tuple[Reason, ...]] = {i: _alone(problem, weeks, i, aboard) for i in left}
    asked = [i for i in left if not found[i]]
    if asked:
        model = Model(problem, weeks, widened=True)
        limit = ALTERNATIVES if len(asked) <= MANY else 1
        for i in asked:
            found[i] = _widened(model, i, aboard, limit)
    return tuple(NotPlaced(item=problem.items[i].code, reasons=found[i]) for i in left)


def _alone(problem: ManifestProblem, weeks: Calendar, index: int, aboard: set[str]) -> tuple[Reason, ...]:
    """Reasons that hold without any rival: no place, no flight, no weeks, or what it follows is missing."""
    item = problem.items[index]
    missing = [code for code in item.after if code not in aboard]
    reasons = choices(problem, weeks, item).blocked
    return (*reasons, *([Reason("waits-for", {"after": ", ".join(missing)})] if missing else []))


def _widened(model: Model, index: int, aboard: set[str], limit: int) -> tuple[Reason, ...]:
    """The smallest widening, and up to ``limit`` single families that would each do."""
    reasons: list[Reason] = []
    barred: set[str] = set()
    while len(reasons) < limit:
        status, amounts = _smallest(model, index, aboard, barred)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            code = "no-way" if status == cp_model.INFEASIBLE else "not-settled"
            return tuple(reasons) or (Reason(code),)
        if len(amounts) != 1:
            return tuple(reasons) or (_several(amounts),)
        family, text = next(iter(amounts.items()))
        reasons.append(
            Reason("short-of", {"amount": text, "resource": FAMILIES[family][0], "family": family})
        )
        barred.add(family)
    return tuple(reasons)


def _several(amounts: dict[str, str]) -> Reason:
    if not amounts:
        return Reason("not-settled")
    text = "; ".join(f"{amount} of {FAMILIES[family][0]}" for family, amount in amounts.items())
    return Reason("short-of-several", {"amounts": text, "families": ", ".join(amounts)})


def _smallest(model: Model, index: int, aboard: set[str], barred: set[str]) -> tuple[Any, dict[str, str]]:
    """Solve once: fewest families widened (none of the barred), then by as little as found."""
    cp = model.cp.clone()
    for i, item in enumerate(model.problem.items):
        on = cp.get_bool_var_from_proto_index(model.on[i].index)
        cp.add(on == int(i == index or item.code in aboard))
    goal: list[Any] = []
    widths: dict[str, Any] = {}
    for family, extra in model.extra.items():
        width = cp.get_int_var_from_proto_index(extra.index)
        top = model.cp.proto.variables[extra.index].domain[-1]
        wide = cp.new_bool_var(f"wide {family}")
        cp.add(width <= (0 if family in barred else top) * wide)
        goal += [10**9 * wide, max(1, 10**6 // top) * width]
        widths[family] = width
    cp.minimize(sum(goal))
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = 1
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = EFFORT_S
    status = solver.solve(cp)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return status, {}
    return status, {f: _amount(f, solver.value(w)) for f, w in widths.items() if solver.value(w) > 0}


def _amount(family: str, thousandths: int) -> str:
    value = thousandths / (SCALE / 100 if family == "share" else SCALE)
    return f"{value:.3f}".rstrip("0").rstrip(".") + f" {FAMILIES[family][1]}"
