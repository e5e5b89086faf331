"""Judges any outcome from the problem alone; never imports the maker.

Bounds, floors, verdicts, figures, levels, the lot and the reasons are worked out again; where
enumeration is practical the choice is proved to be the best by the stated objectives, and the
yardsticks behind the price of fairness with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

import numpy as np

from stationmaster.measure.letters import digest
from stationmaster.measure.reasons import Fault
from stationmaster.selection import proof
from stationmaster.selection.letters import (
    Candidate,
    Change,
    Decision,
    Outcome,
    SelectionProblem,
    Stage,
    Status,
    Verdict,
)

#: Figures are stored to 1e-6; sums of a few may differ by a few of them.
TOLERANCE = 5e-6

#: Enumeration is tried up to this many open candidates.
PROVE_UP_TO = 24


def faults(problem: SelectionProblem, outcome: Outcome) -> tuple[Fault, ...]:
    """Everything that is wrong with an outcome (empty where nothing is)."""
    found = [*_judged(problem, outcome), *_eligibility(problem, outcome)]
    if found:
        return tuple(found)
    chosen = tuple(c for c in problem.candidates if c.code in outcome.chosen)
    return (
        *_bounds(problem, outcome, chosen),
        *_figures(problem, outcome, chosen),
        *_tallies(problem, outcome),
        *_levels(problem, outcome, chosen),
        *_lot(problem, outcome),
        *_reasons(problem, outcome),
        *_proved(problem, outcome),
    )


def _near(left: float, right: float) -> bool:
    return abs(left - right) <= TOLERANCE * max(1.0, abs(right))


def _judged(problem: SelectionProblem, outcome: Outcome) -> Iterator[Fault]:
    expected = sorted(c.code for c in problem.candidates)
    if [d.candidate for d in outcome.decisions] != expected:
        yield Fault("judged-once", "decisions", "Not each candidate is judged once, in order of code.")
    if list(outcome.chosen) != sorted(set(outcome.chosen) & set(expected)):
        yield Fault("chosen", "chosen", "The chosen are not distinct candidates in order of code.")
    if outcome.stage is not problem.stage:
        yield Fault("stage", "stage", "The outcome is of another stage.")
    in_order = tuple(sorted(problem.candidates, key=lambda c: c.code))
    if outcome.problem_digest != digest(replace(problem, candidates=in_order)):
        yield Fault("digest", "problem_digest", "The outcome answers another problem.")
    rule = "shortlist" if problem.stage is Stage.SHORTLIST else problem.policy.rule
    if outcome.rule != rule:
        yield Fault("rule", "rule", f"The rule is {outcome.rule}, the policy says {rule}.")


def _eligibility(problem: SelectionProblem, outcome: Outcome) -> Iterator[Fault]:
    people = {c.code: c for c in problem.candidates}
    for decision in outcome.decisions:
        candidate = people.get(decision.candidate)
        if candidate is None:
            continue
        inside = candidate.code in outcome.chosen
        allowed = {Verdict.NOT_SELECTED, Verdict.RESERVE}
        if not candidate.eligible:
            allowed = {Verdict.NOT_ELIGIBLE}
        elif inside:
            allowed = {Verdict.CONDITIONAL if candidate.conditions else Verdict.SELECTED}
        if decision.verdict not in allowed or (inside and not candidate.eligible):
            yield Fault("verdict", candidate.code, f"{decision.verdict} does not fit what is known of it.")
        if (decision.verdict is Verdict.RESERVE) != bool(decision.reserve_for):
            yield Fault("reserve", candidate.code, "A reserve names whom it stands in for, nobody else does.")
        if not set(decision.reserve_for) <= set(outcome.chosen):
            yield Fault("reserve", candidate.code, "It stands in for someone who is not chosen.")


def _bounds(problem: SelectionProblem, outcome: Outcome, chosen: tuple[Candidate, ...]) -> Iterator[Fault]:
    for bound in proof.bounds(problem, chosen, policy=True):
        if sum(bound.weights) > bound.limit:
            yield Fault("bound", bound.name, "The chosen exceed it together.")
    may = {c.code for c in proof.open_to_choice(problem, policy=True)}
    for code in sorted(set(outcome.chosen) - may):
        yield Fault("open", code, "It is not open: too low a score, too large, or without a partner.")
    if (outcome.status is Status.INFEASIBLE) != bool(outcome.conflicts):
        yield Fault("conflict", "conflicts", "Infeasible outcomes, and no others, name floors in conflict.")
    if outcome.status is Status.INFEASIBLE:
        if chosen:
            yield Fault("conflict", "chosen", "An infeasible outcome chooses nobody.")
        return
    all_in = np.ones((1, len(chosen)), dtype=np.bool_)
    for name, asked in proof.asked_floors(problem).items():
        reached = int(proof.floor_counts(problem, chosen, all_in, name)[0])
        if reached < asked:
            yield Fault("floor", name, f"{reached} reached, {asked} promised.")


def _figures(problem: SelectionProblem, outcome: Outcome, chosen: tuple[Candidate, ...]) -> Iterator[Fault]:
    if [u.resource for u in outcome.uses] != [r.code for r in problem.resources]:
        yield Fault("uses", "uses", "The resources are not those of the problem.")
        return
    for use, resource in zip(outcome.uses, problem.resources, strict=True):
        used = sum(c.cost_units.get(resource.code, 0.0) for c in chosen)
        share = used / resource.available_units if resource.available_units else 0.0
        if not (_near(use.used_units, used) and _near(use.used_share, share)
                and use.available_units == resource.available_units):
            yield Fault("uses", resource.code, f"{use.used_units} used is said, {used} is true.")
    fairness, unit = outcome.fairness, 10**problem.policy.score_decimals
    total = sum(proof.scaled(c.expected_score, problem.policy.score_decimals) for c in chosen) / unit
    countries = {w.country for c in chosen for w in c.work if w.work_share > 0}
    groups = {g for c in chosen for g in proof.group_work(problem, c)}
    said = (fairness.countries, fairness.groups, fairness.first_time, fairness.least_developed)
    true = (len(countries), len(groups), sum(c.first_time for c in chosen),
            sum(c.least_developed for c in chosen))
    if said != true or not _near(fairness.total_score, total):
        says = f"{said} and {fairness.total_score} are said, {true} and {total} are true."
        yield Fault("fairness", "fairness", says)
    best = fairness.utilitarian_score
    price = None if outcome.status is Status.INFEASIBLE else 1 - total / best if best else 0.0
    given = fairness.price_share
    if (given is None) != (price is None) or (given is not None and not _near(given, price or 0.0)):
        yield Fault("price", "fairness", f"The price of fairness is {price}, not {given}.")


def _tallies(problem: SelectionProblem, outcome: Outcome) -> Iterator[Fault]:
    eligible = [c for c in problem.candidates if c.eligible]
    seen = set()
    for tally in outcome.fairness.tallies:
        where = f"{tally.attribute} {tally.group}"
        seen.add((tally.attribute, tally.group))
        asked = [(c, _part(problem, c, tally.attribute, tally.group)) for c in eligible]
        asked = [(c, part) for c, part in asked if part > 0]
        taken = [(c, part) for c, part in asked if c.code in outcome.chosen]
        scores = [sum(c.expected_score * part for c, part in some) for some in (asked, taken)]
        if (len(asked), len(taken)) != (tally.asked, tally.chosen) or not (
            _near(tally.asked_score, scores[0]) and _near(tally.chosen_score, scores[1])
            and _near(tally.success_share, scores[1] / scores[0] if scores[0] else 0.0)
        ):
            yield Fault("tally", where, "Its counts or scores are not those of the candidates.")
        for r in problem.resources:
            used = sum(c.cost_units.get(r.code, 0.0) * part for c, part in taken)
            share = used / r.available_units if r.available_units else 0.0
            if not _near(tally.resource_share.get(r.code, -1.0), share):
                yield Fault("tally", where, f"Its share of {r.code} is {share}.")
        if tally.dominant_share != max(tally.resource_share.values(), default=0.0):
            yield Fault("tally", where, "Its dominant share is not the largest of its shares.")
    for attribute in (*problem.group_of, "country", "field", "mode"):
        groups = {g for c in eligible for g in _groups(problem, c, attribute)}
        if {g for a, g in seen if a == attribute} != groups:
            yield Fault("tally", attribute, "Not every group is tallied.")


def _groups(problem: SelectionProblem, candidate: Candidate, attribute: str) -> set[str]:
    if attribute in ("field", "mode"):
        return {str(getattr(candidate, attribute))}
    countries = [w.country for w in candidate.work if w.work_share > 0]
    if attribute not in problem.group_of:
        return set(countries)
    return {problem.group_of[attribute][c] for c in countries if c in problem.group_of[attribute]}


def _part(problem: SelectionProblem, candidate: Candidate, attribute: str, group: str) -> float:
    if attribute in ("field", "mode"):
        return float(getattr(candidate, attribute) == group)
    table = problem.group_of.get(attribute)
    return sum(
        w.work_share for w in candidate.work
        if (w.country if table is None else table.get(w.country)) == group
    )


def _levels(problem: SelectionProblem, outcome: Outcome, chosen: tuple[Candidate, ...]) -> Iterator[Fault]:
    for level in outcome.levels:
        if level.bound_value < level.value - TOLERANCE or (level.proved and level.gap_share != 0):
            yield Fault("level", level.name, "Its bound lies below its value, or it is proved with a gap.")
    if outcome.status is Status.INFEASIBLE:
        return
    if (outcome.status is Status.PROVED) != all(level.proved for level in outcome.levels):
        yield Fault("status", "status", "The status does not fit the levels.")
    said = [level.value for level in outcome.levels if level.name == "score"]
    if len(said) != 1 or not _near(said[0], outcome.fairness.total_score):
        yield Fault("level", "score", "The level of the score is not the total of the chosen.")
    if outcome.rule != "equal-footing":
        return
    steps = problem.policy.footing_steps
    row = proof.successes(problem, chosen, np.ones((1, len(chosen)), dtype=np.bool_))[0]
    true = [(round(int(s) / steps, 6), len(list(same))) for s, same in groupby(sorted(row))]
    footing = [(level.value, level.at_count) for level in outcome.levels if level.name == "footing"]
    if footing != true:
        yield Fault("level", "footing", f"The groups stand at {true}, not at {footing}.")


def _lot(problem: SelectionProblem, outcome: Outcome) -> Iterator[Fault]:
    drawn = proof.draw(problem.seed, tuple(c.code for c in problem.candidates if c.eligible))
    if outcome.lot.order != drawn or outcome.lot.seed != problem.seed:
        yield Fault("lot", "lot", "Drawn again from the seed and the codes, the order is another.")
    marked = {d.candidate for d in outcome.decisions if d.by_lot}
    if marked != set(outcome.lot.decided):
        yield Fault("lot", "lot", "Those marked as decided by lot are not those the lot names.")


def _reasons(problem: SelectionProblem, outcome: Outcome) -> Iterator[Fault]:
    names = {r.name for r in problem.resources}
    codes = {r.code: r.unit for r in problem.resources}
    for decision in outcome.decisions:
        if not decision.reasons:
            yield Fault("reason", decision.candidate, "It is judged without a reason.")
        for reason in decision.reasons:
            if reason.facts.get("resource", next(iter(names), "")) not in names and names \
                    and decision.verdict is not Verdict.NOT_ELIGIBLE:
                yield Fault("reason", decision.candidate, f"{reason.code} names no resource of the problem.")
        for change in decision.changes:
            if change.kind in ("less", "more") and codes.get(change.what) != change.unit:
                yield Fault("change", decision.candidate, f"{change.what} is no resource in {change.unit}.")
            if change.amount_units <= 0:
                yield Fault("change", decision.candidate, "A change of nothing changes nothing.")
        yield from _shortages(problem, outcome, decision)


def _shortages(problem: SelectionProblem, outcome: Outcome, decision: Decision) -> Iterator[Fault]:
    """The resources a candidate is said to run into are those it does run into."""
    if decision.verdict in (Verdict.SELECTED, Verdict.CONDITIONAL, Verdict.NOT_ELIGIBLE):
        return
    if problem.stage is not Stage.FINAL or outcome.status is Status.INFEASIBLE:
        return
    people = {c.code: c for c in problem.candidates}
    short = set()
    for r in problem.resources:
        used = sum(proof.scaled(people[code].cost_units.get(r.code, 0.0), 6) for code in outcome.chosen)
        asks = proof.scaled(people[decision.candidate].cost_units.get(r.code, 0.0), 6)
        if asks + used > proof.scaled(r.available_units, 6):
            short.add(r.name)
    said = {r.facts["resource"] for r in decision.reasons if r.code in ("no-room", "exceeds-offer")}
    if said != short:
        yield Fault("reason", decision.candidate, f"It runs into {sorted(short)}, not {sorted(said)}.")


def _proved(problem: SelectionProblem, outcome: Outcome) -> Iterable[Fault]:
    """Held against enumeration, where that is practical."""
    if len(proof.open_to_choice(problem, policy=False)) > PROVE_UP_TO:
        return
    proved = proof.prove(problem, tuple(c.floor for c in outcome.conflicts))
    if proved is None:
        return
    if outcome.status is Status.INFEASIBLE:
        if proved.chosen is not None:
            yield Fault("infeasible", "status", "A choice that keeps all floors exists.")
        for conflict in outcome.conflicts:
            if conflict.reachable != proved.reachable[conflict.floor] or conflict.reachable >= conflict.asked:
                yield Fault("conflict", conflict.floor, f"{proved.reachable[conflict.floor]} can be reached.")
        return
    if outcome.status is Status.PROVED and proved.chosen != outcome.chosen:
        yield Fault("optimal", "chosen", f"{', '.join(proved.chosen or ('nobody',))} would be better.")
    unit, fairness = 10**problem.policy.score_decimals, outcome.fairness
    if fairness.utilitarian_proved and not _near(fairness.utilitarian_score, proved.free_total / unit):
        yield Fault("price", "fairness", f"The best total without policy is {proved.free_total / unit}.")
    floors = (proved.floors_total or 0) / unit
    if outcome.status is Status.PROVED and not _near(fairness.floors_score or 0.0, floors):
        yield Fault("price", "fairness", f"The best total with the policy is {floors}.")
    for decision in outcome.decisions:
        for change in decision.changes:
            yield from _change(problem, decision.candidate, change)


def _change(problem: SelectionProblem, code: str, change: Change) -> Iterator[Fault]:
    """The change brings the candidate in, and a step less of it does not (where steps are named)."""
    enough = proof.prove(_changed(problem, code, change, change.amount_units))
    if enough is not None and code not in (enough.chosen or ()):
        yield Fault("change", code, f"{change.kind} {change.what} does not bring it in.")
    steps = {r.code: r.step_units for r in problem.resources}
    hundredth = 10.0 ** -min(2, problem.policy.score_decimals)
    step = {"score": hundredth}.get(change.kind, steps.get(change.what, change.amount_units))
    if change.amount_units - step > 1e-9:
        less = proof.prove(_changed(problem, code, change, change.amount_units - step))
        if less is not None and code in (less.chosen or ()):
            yield Fault("change", code, f"A smaller {change.kind} {change.what} brings it in too.")


def _changed(problem: SelectionProblem, code: str, change: Change, units: float) -> SelectionProblem:
    if change.kind == "more":
        offer = tuple(
            replace(r, available_units=round(r.available_units + units, 6)) if r.code == change.what else r
            for r in problem.resources
        )
        return replace(problem, resources=offer)
    policy = problem.policy
    if change.kind == "place":
        wider = replace(policy, shortlist=policy.shortlist + 1, choose=policy.choose + 1)
        return replace(problem, policy=wider)
    if change.kind == "lift":
        raised = getattr(policy, change.what) + 1
        lifted = replace(policy, **{change.what: raised})
        return replace(problem, policy=lifted)
    people = []
    for c in problem.candidates:
        if c.code == code and change.kind == "less":
            costs = {**c.cost_units, change.what: max(0.0, round(c.cost_units[change.what] - units, 6))}
            people.append(replace(c, cost_units=costs))
        elif c.code == code:
            people.append(replace(c, expected_score=round(c.expected_score + units, 6)))
        else:
            people.append(c)
    return replace(problem, candidates=tuple(people))
