from __future__ import annotations

import importlib.util
import shutil
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from types import ModuleType

import pytest

from stationmaster.call.letters import Call
from stationmaster.proposal.letters import Dossier
from stationmaster.review.letters import Card, Reviewer

Cards = tuple[tuple[Card, ...], tuple[Card, ...]]


def run(script: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def make_cards(css: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_cards", css / "make_cards.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_cards_are_what_the_seed_gives(css: Path) -> None:
    answer = run(css / "make_cards.py")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_check_of_the_cards_finds_one_changed_score(css: Path, tmp_path: Path) -> None:
    shutil.copytree(css, tmp_path / "css")
    cards = tmp_path / "css" / "cards-2.csv"
    lines = cards.read_text().split("\n")
    lines[7] = lines[7].rsplit(",", 1)[0] + ",1.5"
    cards.write_text("\n".join(lines))
    answer = run(tmp_path / "css" / "make_cards.py")
    assert answer.returncode == 1
    assert "cards-2.csv: differs" in answer.stdout
    assert "cards-1.csv: as made" in answer.stdout


def test_there_is_a_card_for_every_pair_and_criterion(
    call: Call, reviewers: tuple[Reviewer, ...], dossiers: dict[str, Dossier], cards: Cards
) -> None:
    for stage, handed_in in enumerate(cards, 1):
        criteria = [c.code for c in call.criteria if c.stage == stage]
        expected = {(r.code, d.code, c) for r in reviewers for d in dossiers.values() for c in criteria}
        assert {(card.reviewer, card.proposal, card.criterion) for card in handed_in} == expected
        assert len(handed_in) == len(expected)
        assert all(call.score_min <= c.score <= call.score_max and c.score % 0.5 == 0 for c in handed_in)


def test_scores_of_one_proposal_spread_as_real_reviews_do(call: Call, cards: Cards) -> None:
    # ICLR 2018: 0.99 within a paper. Sixty severities are a small sample, the ends of the scale take
    # a little, and the five criteria of stage 2 average out more of the noise than the two of stage 1:
    # the files hold 0.93 and 0.90.
    for stage, handed_in in enumerate(cards, 1):
        weights = {c.code: c.weight for c in call.criteria if c.stage == stage}
        readings: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for card in handed_in:
            readings[card.proposal][card.reviewer] += weights[card.criterion] * card.score
        within = statistics.mean(statistics.stdev(scores.values()) for scores in readings.values())
        assert within == pytest.approx(0.99, abs=0.1)


def test_the_model_behind_the_cards_has_the_published_spread(make_cards: ModuleType) -> None:
    """Two thousand made-up proposals, three readings each: the means spread by 1.22."""
    means = []
    for number in range(2000):
        name = f"P-{number}"
        quality = make_cards.quality({"code": name})
        readings = [
            quality
            + make_cards.normal(make_cards.SEVERITY_SD, "severity", f"{name}/{reader}")
            + make_cards.normal(make_cards.TASTE_SD, "taste", f"{name}/{reader}")
            + make_cards.normal(0.29, "noise", f"{name}/{reader}")
            for reader in range(3)
        ]
        means.append(statistics.mean(readings))
    assert statistics.stdev(means) == pytest.approx(1.22, abs=0.06)  # three standard errors


def test_the_chosen_nine_come_from_the_upper_quarter(
    make_cards: ModuleType, dossiers: dict[str, Dossier]
) -> None:
    line = statistics.NormalDist(0, make_cards.QUALITY_SD).inv_cdf(0.75)
    for dossier in dossiers.values():
        if not dossier.synthetic:
            points = make_cards.quality({"code": dossier.code, "outcome_2019": dossier.outcome_2019})
            assert points >= line, dossier.code


def test_the_panel_is_as_large_and_as_foreign_as_the_real_one(
    reviewers: tuple[Reviewer, ...], call: Call
) -> None:
    abroad = [r for r in reviewers if r.country != "CHN"]
    assert len(reviewers) == 60
    assert len(abroad) == 12
    assert len({r.region for r in abroad}) >= 4
    for field in call.fields:
        assert sum(field in r.fields for r in reviewers) >= 5, field
        assert any(field in r.fields for r in abroad), field
    assert {f for r in reviewers for f in r.fields} == set(call.fields)


def test_reviewers_are_made_up_and_declare_conflicts_that_exist(
    reviewers: tuple[Reviewer, ...], dossiers: dict[str, Dossier]
) -> None:
    codes = {d.code for d in dossiers.values()}
    assert all(r.synthetic and r.institution.startswith(("A ", "An ")) for r in reviewers)
    assert all(set(r.conflicts_declared) <= codes for r in reviewers)
    assert sum(bool(r.conflicts_declared) for r in reviewers) >= 5
    assert any(r.engineer for r in reviewers)
