"""Why an item got no berth: the smallest widening that would let it fly beside all that are on board.

Nothing is guessed; each answer is a plan that exists. First every way to fly the item is held
against what the plan leaves free, with all others in their berths: a way that only one family of
limits stands against names that family and the amount. Where every way is short of several, the
planner's model is solved once more with the item forced on board beside all the others (which may
now move), every limit may be widened, and the solver minimises how many families it widens, then
by how much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ortools.sat.python import cp_model

from stationmaster.manifest.amounts import SCALE
from stationmaster.manifest.choices import choices
from stationmaster.manifest.fit import Room, Way
from stationmaster.manifest.letters import Berth, ManifestProblem, NotPlaced
from stationmaster.manifest.model import Model
from stationmaster.manifest.plain import plain
from stationmaster.manifest.reasons import FAMILIES
from stationmaster.manifest.weeks import Calendar
from stationmaster.measure.reasons import Reason

#: Deterministic seconds for one question; of how many items at most it is asked.
EFFORT_S, QUESTIONS = 0.2, 6
#: Above so many items times places the question is not asked: the program would be too large for it.
ASKED_AT_MOST = 2000
#: How many single families are named at most.
ALTERNATIVES = 3


def not_placed(
    problem: ManifestProblem,
    weeks: Calendar,
    berths: Sequence[Berth],
    flown: Mapping[int, Way],
    refills: Mapping[tuple[int, int], int],
) -> tuple[NotPlaced, ...]:
    """Every item without a berth, with its reasons."""
    aboard = {berth.item for berth in berths}
    room = Room(problem, weeks, refills)
    for i, way in flown.items():
        room.take(i, way)
    left = [i for i, item in enumerate(problem.items) if item.code not in aboard]
    found: dict[int, tuple[Reason, ...]] = {i: _alone(problem, weeks, i, aboard) for i in left}
    model: Model | None = None
    questions = QUESTIONS if len(problem.items) * len(problem.places) <= ASKED_AT_MOST else 0
    for i in left:
        if found[i]:
            continue
        options = _shortages(room, weeks, i)
        singles = [option for option in options if len(option) == 1]
        if not singles and questions:
            model = model or Model(problem, weeks, widened=True)
            questions -= 1
            best = _smallest(model, i, aboard)
            singles = [best] if best is not None and len(best) == 1 else []
            options = sorted(
                [*options, *([best] if best or (best is not None and not options) else [])], key=len
            )
        found[i] = tuple(_short(single) for single in singles[:ALTERNATIVES]) or _several(options)
    return tuple(NotPlaced(item=problem.items[i].code, reasons=found[i]) for i in left)


def _alone(problem: ManifestProblem, weeks: Calendar, index: int, aboard: set[str]) -> tuple[Reason, ...]:
    """Reasons that hold without any rival: no place, no flight, no weeks, or what it follows is missing."""
    item = problem.items[index]
    followed = (*item.after, *(link.item for link in item.follows))
    missing = [code for code in followed if code not in aboard]
    reasons = choices(problem, weeks, item).blocked
    return (*reasons, *([Reason("waits-for", {"after": ", ".join(missing)})] if missing else []))


def _shortages(room: Room, weeks: Calendar, index: int) -> list[dict[str, int]]:
    """The least shortage for each set of families that stands against a way, fewest families first."""
    least: dict[tuple[str, ...], dict[str, int]] = {}
    for short in room.shortages(index, choices(room.problem, weeks, room.problem.items[index])):
        families = tuple(sorted(short))
        if families not in least or _size(short) < _size(least[families]):
            least[families] = short
    return sorted(least.values(), key=lambda short: (len(short), _size(short), sorted(short)))


def _size(short: Mapping[str, int]) -> int:
    return sum(short.values())


def _short(single: Mapping[str, int]) -> Reason:
    family, amount = next(iter(single.items()))
    return Reason(
        "short-of", {"amount": _amount(family, amount), "resource": FAMILIES[family][0], "family": family}
    )


def _several(options: Sequence[Mapping[str, int]]) -> tuple[Reason, ...]:
    if not options:
        return (Reason("no-way"),)
    if not options[0]:
        return (Reason("not-settled"),)
    text = "; ".join(
        f"{_amount(family, lack)} of {FAMILIES[family][0]}" for family, lack in options[0].items()
    )
    return (Reason("short-of-several", {"amounts": text, "families": ", ".join(options[0])}),)


def _smallest(model: Model, index: int, aboard: set[str]) -> dict[str, int] | None:
    """Solve with the item on board: fewest families widened, then by as little as found.

    None where no widening helps; empty where the search ended without an answer.
    """
    made = plain(model.program)
    cp, variables = made.cp()
    for i, item in enumerate(model.problem.items):
        for column, _ in model.begun[i].on:
            cp.add(variables[made.sums[column][0]] == int(i == index or item.code in aboard))
    goal: list[Any] = []
    widths: dict[str, Any] = {}
    for family, extra in model.extra.items():
        widest = model.program.highest[extra]
        widths[family] = variables[made.sums[extra][0]]
        wide = cp.new_bool_var(f"wide {family}")
        cp.add(widths[family] <= widest * wide)
        goal += [10**9 * wide, max(1, 10**6 // widest) * widths[family]]
    cp.minimize(sum(goal))
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = 1
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = EFFORT_S
    status = solver.solve(cp)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None if status == cp_model.INFEASIBLE else {}
    return {family: solver.value(width) for family, width in widths.items() if solver.value(width) > 0}


def _amount(family: str, thousandths: int) -> str:
    value = thousandths / (SCALE / 100 if family == "share" else SCALE)
    return f"{value:.3f}".rstrip("0").rstrip(".") + f" {FAMILIES[family][1]}"
