"""The smallest change that would have brought a candidate in, of each kind that can.

Less of one resource: sets without the candidate do not feel its needs, so the choice that was made is
still the best of them; what is left is to find the least reduction with which some set that holds the
candidate is at least as good. One model minimises it, and the choice is then made anew to confirm.
A higher score moves what its groups asked for, so there the whole choice is made anew at every probe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from stationmaster.selection.exact import exact, whole
from stationmaster.selection.letters import Candidate, Change, Resource, SelectionProblem, Stage
from stationmaster.selection.portfolio import Binds, Choice, Infeasible, Portfolio, Tally, limits
from stationmaster.selection.rules import equal_footing

Comes = Callable[[SelectionProblem], bool]


class Pick(Protocol):
    """Makes a choice: :func:`stationmaster.selection.choose.pick`."""

    def __call__(
        self, problem: SelectionProblem, tally: Tally | None = None, fixed: dict[str, bool] | None = None
    ) -> Choice:
        """The choice of a problem, with some candidates fixed."""


def changes(
    problem: SelectionProblem, code: str, choice: Choice, tally: Tally, pick: Pick
) -> tuple[Change, ...]:
    """The smallest change of every kind that brings a candidate in, each confirmed by a new choice."""

    def comes_in(changed: SelectionProblem) -> bool:
        return code in (pick(changed, tally).taken or ())

    found = list(_policy(problem, code, choice, comes_in))
    if problem.stage is Stage.FINAL and _worth(problem, code, choice, tally):
        found += _less_and_more(problem, code, choice, tally, comes_in)
    return tuple(found) + tuple(_score(problem, code, choice, tally, pick, comes_in))


def _with(problem: SelectionProblem, code: str, **fields: object) -> SelectionProblem:
    """The problem with one candidate changed."""
    people = tuple(
        replace(c, **fields) if c.code == code else c for c in problem.candidates  # type: ignore[arg-type]
    )
    return replace(problem, candidates=people)


def _candidate(problem: SelectionProblem, code: str) -> Candidate:
    return next(c for c in problem.candidates if c.code == code)


def _with_cost(problem: SelectionProblem, code: str, resource: str, units: float) -> SelectionProblem:
    costs = {**_candidate(problem, code).cost_units, resource: round(units, 6)}
    return _with(problem, code, cost_units=costs)


def _policy(
    problem: SelectionProblem, code: str, choice: Choice, comes_in: Comes
) -> Iterable[Change]:
    """One more place, or one limit of the policy raised by one."""
    policy, numbers = problem.policy, exact(problem)
    taken = choice.taken or frozenset()
    if len(taken) >= problem.places:
        field = "shortlist" if problem.stage is Stage.SHORTLIST else "choose"
        if comes_in(replace(problem, policy=replace(policy, **{field: problem.places + 1}))):
            yield Change(kind="place", what="places", amount_units=1.0, unit="")
    if problem.stage is not Stage.FINAL:
        return
    i = numbers.codes.index(code)
    for name, members, most in limits(numbers):
        reached = sum(numbers.codes[j] in taken for j in members) >= most
        if i in members and reached and comes_in(replace(problem, policy=replace(policy, **{name: most + 1}))):
            yield Change(kind="lift", what=name, amount_units=1.0, unit="")


def _as_good(portfolio: Portfolio, choice: Choice) -> None:
    """Hold "at least as good as the choice": better at one level with all before it kept, or equal."""
    model = portfolio.model
    success = equal_footing.successes(portfolio) if choice.rungs else []
    most = portfolio.numbers.problem.policy.footing_steps
    ways = []
    for number, rung in enumerate(choice.rungs):
        if rung.steps >= most:
            continue
        way = model.new_bool_var("better")
        for earlier in choice.rungs[:number]:
            equal_footing.hold(portfolio, success, earlier, when=way)
        equal_footing.hold(portfolio, success, rung, better=1, when=way)
        ways.append(way)
    equal = model.new_bool_var("equal")
    for rung in choice.rungs:
        equal_footing.hold(portfolio, success, rung, when=equal)
    model.add(portfolio.total(portfolio.numbers.score) >= choice.score).only_enforce_if(equal)
    model.add_bool_or([*ways, equal])


def _worth(problem: SelectionProblem, code: str, choice: Choice, tally: Tally) -> bool:
    """Whether the candidate would come in if it asked for nothing at all (else no need decides)."""
    portfolio = Portfolio(exact(_with(problem, code, cost_units={})), Binds(), tally, {code: True})
    _as_good(portfolio, choice)
    try:
        portfolio.maximise(0)
    except Infeasible:
        return False
    return True


def _less_and_more(
    problem: SelectionProblem, code: str, choice: Choice, tally: Tally, comes_in: Comes
) -> Iterable[Change]:
    for resource in problem.resources:
        asked = _candidate(problem, code).cost_units.get(resource.code, 0.0)
        if asked <= 0 or not _binds(problem, resource):
            continue
        steps = _least(problem, code, resource, choice, tally)
        if not steps:
            continue
        units = round(steps * resource.step_units, 6)
        if comes_in(_with_cost(problem, code, resource.code, max(0.0, asked - units))):
            yield _change("less", resource, min(units, asked))
        more = replace(resource, available_units=round(resource.available_units + units, 6))
        offer = tuple(more if r.code == resource.code else r for r in problem.resources)
        if not problem.policy.share_caps and comes_in(replace(problem, resources=offer)):
            yield _change("more", resource, units)


def _change(kind: str, resource: Resource, units: float) -> Change:
    return Change(kind=kind, what=resource.code, amount_units=units, unit=resource.unit)


def _binds(problem: SelectionProblem, resource: Resource) -> bool:
    """Whether a resource can bind at all: all that is asked for by everyone is more than is offered."""
    total = sum(c.cost_units.get(resource.code, 0.0) for c in problem.candidates if c.eligible)
    return bool(problem.policy.share_caps) or total > resource.available_units


def _least(
    problem: SelectionProblem, code: str, resource: Resource, choice: Choice, tally: Tally
) -> int | None:
    """The fewest steps of a resource less with which a set that holds the candidate is as good."""
    numbers = exact(problem)
    i, number = numbers.codes.index(code), problem.resources.index(resource)
    cost, step = numbers.cost[number][i], whole(resource.step_units, 10**6)
    portfolio = Portfolio(
        exact(_with_cost(problem, code, resource.code, 0.0)), Binds(), tally, {code: True}
    )
    model, row = portfolio.model, portfolio.numbers.cost[number]
    less = model.new_int_var(0, -(-cost // step), "less")
    kept = model.new_int_var(0, cost, "kept")
    model.add(kept >= cost - step * less)
    model.add(portfolio.total(row) + kept <= numbers.available[number])
    work = numbers.group_work[i]
    for group in work:
        cap = numbers.cap(group, number)
        if cap is not None:
            # halves are charged upwards: 2 * charge <= (2 * kept * work + total) / total
            others = portfolio.total(portfolio.numbers.charge[group][number])
            all_work = sum(work.values())
            model.add(2 * all_work * others + 2 * work[group] * kept + all_work
                      <= 2 * all_work * cap + 2 * all_work - 1)
    _as_good(portfolio, choice)
    try:
        return -portfolio.maximise(-less).value
    except Infeasible:
        return None


def _score(
    problem: SelectionProblem, code: str, choice: Choice, tally: Tally, pick: Pick, comes_in: Comes
) -> Iterable[Change]:
    """The least rise of the score, to the hundredth (or the last decimal that counts)."""
    score, top = _candidate(problem, code).expected_score, problem.score_max
    per_point = 10 ** min(2, problem.policy.score_decimals)
    if top is None or top <= score:
        return

    def enough(steps: int) -> bool:
        return comes_in(_with(problem, code, expected_score=round(min(top, score + steps / per_point), 6)))

    low, high = 0, int((top - score) * per_point + 1e-6)
    if not choice.rungs:
        low = _shortfall(problem, code, choice, tally, pick, per_point) - 1
    if high < 1 or low >= high or not enough(high):
        return
    if not choice.rungs and low >= 0 and enough(low + 1):
        high = low + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    yield Change(kind="score", what="expected_score", amount_units=round(high / per_point, 6), unit="")


def _shortfall(
    problem: SelectionProblem, code: str, choice: Choice, tally: Tally, pick: Pick, per_point: int
) -> int:
    """Where the score alone decides: by how many steps the best set with the candidate falls short."""
    forced = pick(problem, tally, {code: True})
    if forced.taken is None:
        return 10**9
    unit = 10**problem.policy.score_decimals
    return max(1, -(-(choice.score - forced.score) * per_point // unit))
