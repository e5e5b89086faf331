"""The check finds whatever is planted in an assessment: one error at a time, over dossiers of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.planted import planted

from stationmaster.journey import choosing
from stationmaster.measure.reasons import Reason
from stationmaster.proposal.assess import assess
from stationmaster.proposal.check import faults
from stationmaster.proposal.letters import (
    Assessment,
    Finding,
    ListedEntity,
    Operation,
    ProposalProblem,
    SanctionsList,
    Truth,
)
from stationmaster.proposal.recheck.work import work
from stationmaster.scenario import read_scenario

#: Words in a sentence beside its figures: the name of a thing, a verb in the singular or plural.
WORDS = ("asked", "gives", "mass", "most", "share", "what", "racks", "offers", "vehicle", "rack", "nearest")
CASES = ("P-POLAR2", "P-PZY2", "P-TC5J", "P-FIAVAW", "P-TUMORS", "P-BARIDI")


@pytest.fixture(scope="module")
def round_of_dossiers(root: Path) -> choosing.Dossiers:
    return choosing.dossiers(read_scenario(root / "scenarios" / "css-2018"))


def changed(problem: ProposalProblem, assessment: Assessment) -> Iterator[tuple[str, Assessment]]:
    for place, spoilt in planted(assessment):
        if "facts" not in place or place.rsplit(".", 1)[-1] in ("needed", "available", "count", "rule"):
            yield place, spoilt


@pytest.mark.parametrize("code", CASES)
def test_every_planted_error_is_found(round_of_dossiers: choosing.Dossiers, code: str) -> None:
    problem = round_of_dossiers.problem(next(d for d in round_of_dossiers.dossiers if d.code == code))
    assessment = assess(problem)
    assert faults(problem, assessment) == ()
    missed = {place for place, spoilt in changed(problem, assessment) if not faults(problem, spoilt)}
    assert missed == set()


def test_a_finding_that_is_not_told_cannot_make_a_dossier_complete(
    round_of_dossiers: choosing.Dossiers,
) -> None:
    dossier = next(d for d in round_of_dossiers.dossiers if d.code == "P-POLAR2")
    for spoilt, code in (
        (replace(dossier, aims=" "), "text-missing"),
        (replace(dossier, goals=(18,)), "goal-unknown"),
        (replace(dossier, needs=replace(dossier.needs, rack_share=0.5)), "mode-contradicts"),
        (replace(dossier, operations=(replace(dossier.operations[0], window="noon"),)), "window-unknown"),
        (replace(dossier, operations=(replace(dossier.operations[0], power_w=1e4),)), "operation-power"),
        (replace(dossier, operations=(replace(dossier.operations[0], uses=("oven",)),)), "use-unknown"),
    ):
        problem = round_of_dossiers.problem(spoilt)
        assessment = assess(problem)
        assert code in {f.reason.code for f in assessment.findings} and not assessment.complete
        assert faults(problem, assessment) == ()
        silent = tuple(f for f in assessment.findings if f.reason.code != code)
        complete = replace(assessment, findings=silent, complete=not any(f.blocking for f in silent))
        assert "finding-missing" in {f.code for f in faults(problem, complete)}


def test_a_finding_that_is_made_up_is_found(round_of_dossiers: choosing.Dossiers) -> None:
    problem = round_of_dossiers.problem(round_of_dossiers.dossiers[0])
    assessment = assess(problem)
    false = Finding(field="goals", blocking=False, reason=Reason("goal-twice", {"goal": "3"}))
    spoilt = replace(assessment, findings=(*assessment.findings, false))
    assert [f.code for f in faults(problem, spoilt)] == ["finding-wrong"]


def test_circles_of_operations_are_counted_alike(round_of_dossiers: choosing.Dossiers) -> None:
    def waiting(**after: str) -> tuple[Operation, ...]:
        return tuple(
            Operation(name=name, duration_min=10, crew_count=0, after=other or None)
            for name, other in after.items()
        )

    dossier = round_of_dossiers.dossiers[0]
    for operations, circles in (
        (waiting(a="b", b="a", c="d", d="e", e="c", f="a"), 2),
        (waiting(a="a"), 1),
        (waiting(a="", b="a", c="b"), 0),
    ):
        problem = round_of_dossiers.problem(replace(dossier, operations=operations))
        found = [code for _, code in work(problem.dossier, problem.station) if code == "after-cycle"]
        told = [f for f in assess(problem).findings if f.reason.code == "after-cycle"]
        assert len(found) == len(told) == circles
        assert faults(problem, assess(problem)) == ()


def test_open_questions_are_counted_and_none_is_left_out(round_of_dossiers: choosing.Dossiers) -> None:
    dossier = next(d for d in round_of_dossiers.dossiers if d.code == "P-POLAR2")
    names = [p.institution for p in dossier.partners[:2]]
    mounted = SanctionsList(
        name="a list",
        retrieved=round_of_dossiers.terms.closes.date(),
        entities=tuple(ListedEntity(reference=str(n), name=name) for n, name in enumerate(names)),
    )
    problem = replace(round_of_dossiers.problem(dossier), sanctions=mounted)
    assessment = assess(problem)
    asked = [q for q in assessment.questions if q.rule == "UN-SC-SANCTIONS"]
    assert len(asked) == 2 and faults(problem, assessment) == ()
    assert {o.truth for o in assessment.obligations if o.rule == "UN-SC-SANCTIONS"} == {Truth.UNKNOWN}
    fewer = replace(assessment, questions=tuple(q for q in assessment.questions if q is not asked[0]))
    assert "rule-reason" in {f.code for f in faults(problem, fewer)}
