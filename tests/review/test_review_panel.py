import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationmaster.measure.errors import StationError
from stationmaster.measure.letters import digest, from_json, to_json
from stationmaster.measure.reasons import say
from stationmaster.review.check import faults
from stationmaster.review.letters import Card, CountryRule, ReviewAnswer, ReviewProblem
from stationmaster.review.panel import judge
from stationmaster.review.reasons import REASONS


def small(panel, seed, **rules):
    given_rules = {"proposals": 5, "reviewers": 14, "fields": 2, "reviewers_per_proposal": 3, **rules}
    return panel(seed, **given_rules)


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    cards=st.sampled_from([1.0, 0.7, 0.3]),
    rule=st.sampled_from(list(CountryRule)),
    regions=st.integers(0, 3),
    engineers=st.integers(0, 1),
)
def test_no_faults_in_any_small_panel(panel, seed, cards, rule, regions, engineers):
    asked = small(panel, seed, cards=cards, country_rule=rule, min_regions=regions, min_engineers=engineers)
    try:
        answer = judge(asked)
    except StationError as error:
        assert error.code == "no-answer"
        assert error.facts["proposals"]
        return
    assert faults(asked, answer) == ()
    barred = {(c.reviewer, c.proposal) for c in answer.conflicts}
    assert not barred & {(p.reviewer, p.proposal) for p in answer.assignment.pairs}


def test_no_faults_at_the_size_of_the_first_call(panel):
    asked = panel(7)
    answer = judge(asked)
    assert faults(asked, answer) == ()
    assert answer.assignment.proved
    assert answer.calibration.worst_r_hat_ratio < 1.05


@pytest.mark.parametrize("seed", [1, 2])
def test_no_faults_where_readings_hardly_tell_severity(panel, seed):
    # A second round: most reviewers read once, so that the spread of severities may be almost zero.
    asked = panel(seed, proposals=18, reviewers=60, noise=2.0, stage=2)
    assert faults(asked, judge(asked)) == ()


def test_the_order_of_the_problem_does_not_matter(panel):
    asked = panel(3, proposals=10, reviewers=24, fields=4)
    shuffle = random.Random(1)
    mixed = replace(
        asked,
        reviewers=tuple(shuffle.sample(asked.reviewers, len(asked.reviewers))),
        submissions=tuple(shuffle.sample(asked.submissions, len(asked.submissions))),
        cards=tuple(shuffle.sample(asked.cards, len(asked.cards))),
        criteria_weight=dict(reversed(asked.criteria_weight.items())),
        neighbours=tuple(reversed(asked.neighbours)),
    )
    assert digest(judge(asked)) == digest(judge(mixed))


def test_cards_of_pairs_that_are_not_assigned_do_not_count(panel):
    asked = small(panel, 11)
    answer = judge(asked)
    assigned = {(p.reviewer, p.proposal) for p in answer.assignment.pairs}
    only = tuple(card for card in asked.cards if (card.reviewer, card.proposal) in assigned)
    assert len(only) < len(asked.cards)
    assert judge(replace(asked, cards=only)) == answer


def test_before_any_card_there_is_an_assignment_and_no_score(panel):
    asked = replace(small(panel, 11), cards=())
    answer = judge(asked)
    assert len(answer.assignment.pairs) == 15
    assert len(answer.missing) == 15 * 2
    assert (answer.estimates, answer.severities, answer.calibration) == ((), (), None)
    assert faults(asked, answer) == ()


def test_a_proposal_without_a_card_is_average_and_uncertain(panel):
    asked = small(panel, 11)
    silent = asked.submissions[0].code
    answer = judge(replace(asked, cards=tuple(c for c in asked.cards if c.proposal != silent)))
    own = next(e for e in answer.estimates if e.proposal == silent)
    assert own.mean_raw_score is None
    assert own.sd_score > 1.5 * max(e.sd_score for e in answer.estimates if e is not own)
    assert "no-readings" in {reason.code for reason in answer.diagnostics}


def test_a_missing_card_on_a_hard_criterion_lifts_nobody(panel):
    asked = small(panel, 11)
    hard = replace(
        asked,
        cards=tuple(replace(c, score=2.0 if c.criterion == "FEASIBILITY" else 8.0) for c in asked.cards),
    )
    pair = judge(hard).assignment.pairs[0]
    holed = replace(
        hard,
        cards=tuple(
            c
            for c in hard.cards
            if (c.reviewer, c.proposal, c.criterion) != (pair.reviewer, pair.proposal, "FEASIBILITY")
        ),
    )
    answer = judge(holed)
    assert [m.criterion for m in answer.missing] == ["FEASIBILITY"]
    assert {round(e.mean_raw_score, 5) for e in answer.estimates} == {round(0.6 * 8 + 0.4 * 2, 5)}


def test_letters_survive_a_round_trip(panel):
    asked = small(panel, 11)
    answer = judge(asked)
    assert from_json(ReviewProblem, to_json(asked)) == asked
    assert from_json(ReviewAnswer, to_json(answer)) == answer


def test_every_diagnostic_is_a_sentence(panel):
    asked = panel(0)
    for reason in judge(asked).diagnostics:
        assert say(reason, REASONS).endswith(".")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"stage": 0}, "bad-value", "stage"),
        ({"max_score": 1.0}, "contradiction", "max_score"),
        ({"min_regions": 4}, "contradiction", "min_regions"),
        ({"criteria_weight": {}}, "bad-value", "criteria_weight"),
        ({"criteria_weight": {"S": 0.0}}, "bad-value", "criteria_weight.S"),
        ({"submissions": ()}, "bad-value", "submissions"),
        (
            {"cards": (Card(reviewer="R-001", proposal="P-001", criterion="SCIENCE", score=11.0),)},
            "bad-value",
            "cards[1].score",
        ),
        (
            {"cards": (Card(reviewer="R-0O1", proposal="P-001", criterion="SCIENCE", score=1.0),)},
            "unknown-name",
            "cards[1].reviewer",
        ),
        (
            {"cards": (Card(reviewer="R-001", proposal="P-001", criterion="SCIENCES", score=1.0),)},
            "unknown-name",
            "cards[1].criterion",
        ),
        (
            {"cards": (Card(reviewer="R-001", proposal="P-001", criterion="SCIENCE", score=1.0),) * 2},
            "duplicate",
            "cards[2]",
        ),
    ],
)
def test_bad_input_is_refused_with_its_field(panel, change, code, field):
    asked = small(panel, 11)
    with pytest.raises(StationError) as refused:
        replace(asked, **change)
    assert (refused.value.code, refused.value.facts["field"]) == (code, field)


def test_twins_are_refused(panel):
    asked = small(panel, 11)
    with pytest.raises(StationError) as refused:
        replace(asked, reviewers=asked.reviewers + asked.reviewers[:1])
    assert refused.value.code == "duplicate"
