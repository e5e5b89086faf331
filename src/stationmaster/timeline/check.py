"""Judge any plan of the week minute by minute, from the problem alone.

Lists of items and arrays of minutes; nothing of the maker is used. Spans that do not end on a minute
are counted with every minute they touch; levels of stores are followed from event to event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from stationmaster.measure.reasons import Fault
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Item, Kind, Status, WeekPlan
from stationmaster.timeline.recheck import activities, figures, resources, stores
from stationmaster.timeline.recheck import day as crew_day
from stationmaster.timeline.recheck.case import Case, Check
from stationmaster.timeline.recheck.moves import Move, Moves, move_of

__all__ = ["Move", "Moves", "faults", "judge", "move_of"]


def faults(problem: WeekProblem, plan: WeekPlan) -> tuple[Fault, ...]:
    """Everything that is wrong with the plan; empty when nothing is.

    An honest answer without a plan (infeasible, not-found) is held only to what it says of
    itself: nothing placed, everything accounted for, a conflict made of musts. A plan with an item
    that ends before it starts, or lies outside the week, is judged no further.
    """
    nowhere = tuple(_outside(problem, plan.items))
    if nowhere:
        return nowhere
    case = Case(problem, plan.items)
    if plan.status in (Status.INFEASIBLE, Status.NOT_FOUND):
        return (*_accounts(case, plan), *_no_plan(case, plan))
    told = [fault for check in CLAIMS for fault in check(case, plan)]
    return (*told, *_found(case))


def judge(problem: WeekProblem, items: Sequence[Item]) -> tuple[Fault, ...]:
    """Everything that is wrong with a timetable made elsewhere, by hand or by another program.

    It is held to the rules alone: there is no bound, no figure and no reason for what is left out
    to judge. Musts must be in it, the crew's routine too.
    """
    nowhere = tuple(_outside(problem, items))
    return nowhere or tuple(_found(Case(problem, items)))


def _found(case: Case) -> list[Fault]:
    return [fault for check in CHECKS for fault in check(case)]


def _outside(problem: WeekProblem, items: Sequence[Item]) -> Iterator[Fault]:
    week = problem.span
    for item in items:
        if not week.start <= item.start < item.end <= week.end:
            yield Fault("outside", item.code, "It lies outside the week, or ends before it starts.")


# ----------------------------------------------------------------------------- accounts


def _accounts(case: Case, plan: WeekPlan) -> Iterator[Fault]:
    """Every activity is in the items, left out with a reason, or in the jar: once."""
    if plan.problem != case.problem.code or plan.start != case.problem.start:
        yield Fault("other-problem", plan.problem, "The plan was made for another week.")
    left = dict.fromkeys(case.activities, 0)
    for code in (*(u.activity for u in plan.unplaced), *(j.activity for j in plan.jar)):
        left[code] = left.get(code, 0) + 1
    for unplaced in plan.unplaced:
        if not unplaced.reasons:
            yield Fault("no-reason", unplaced.activity, "It is left out without a reason.")
    for placed in case.by_kind[Kind.ACTIVITY]:
        left[placed.item.activity] = left.get(placed.item.activity, 0) + 1
    for code, count in sorted(left.items()):
        if code not in case.activities:
            yield Fault("account", code, "It is no activity of the problem.")
        elif count != 1:
            yield Fault("account", code, f"It is accounted for {count} times, expected once.")


def _no_plan(case: Case, plan: WeekPlan) -> Iterator[Fault]:
    if plan.items:
        yield Fault("no-plan", plan.items[0].code, "Something is placed, yet there is said to be no plan.")
    for code in plan.conflict:
        if code not in case.activities or not case.activities[code].must:
            yield Fault("conflict", code, "It is in the conflict but it is no must.")


def _shown(case: Case, plan: WeekPlan) -> Iterator[Fault]:
    """Items stand by start and code, each blocked span once: its part of the week, who is busy with it."""
    order = [(item.start, item.code) for item in plan.items]
    if order != sorted(order):
        yield Fault("order", "items", "They do not stand by start and code.")
    week = case.problem.span
    due = {
        b.code: (max(b.span.start, week.start), min(b.span.end, week.end), frozenset(b.crew))
        for b in case.problem.blocked
    }
    for placed in case.by_kind[Kind.BLOCKED]:
        item = placed.item
        if due.pop(item.activity, None) != (item.start, item.end, frozenset(item.crew)):
            yield Fault("blocked-item", item.code, "It is not as the problem has it.")
    for code in due:
        yield Fault("blocked-item", code, "The plan does not show it.")


Claim = Callable[[Case, WeekPlan], Iterator[Fault]]
#: What a plan says of itself.
CLAIMS: tuple[Claim, ...] = (
    _accounts,
    figures.value,
    figures.work,
    figures.facilities,
    figures.power,
    figures.stores,
    figures.jar,
    _shown,
)
#: What the rules say, of any timetable.
CHECKS: tuple[Check, ...] = (
    activities.named,
    activities.musts,
    *activities.EACH,
    crew_day.routine,
    crew_day.aboard,
    crew_day.meals,
    crew_day.exercise,
    crew_day.spacing,
    crew_day.devices,
    crew_day.hours,
    resources.facilities,
    resources.power,
    resources.caps,
    resources.quiet,
    stores.stores,
)
