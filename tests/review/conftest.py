"""Panels to review, made by rule from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from stationmaster.review.letters import (
    Card,
    CountryRule,
    Reviewer,
    ReviewProblem,
    Submission,
)

FIELDS = (
    "space-medicine",
    "technology",
    "life-science",
    "fluids-combustion",
    "materials",
    "astronomy",
    "earth-science",
    "fundamental-physics",
    "new-technology",
)
COUNTRIES = {
    "CHN": "asia-pacific",
    "IND": "asia-pacific",
    "KEN": "africa",
    "EGY": "africa",
    "FRA": "weog",
    "DEU": "weog",
    "PER": "grulac",
    "POL": "eastern-europe",
}


def make_panel(
    seed: int,
    proposals: int = 42,
    reviewers: int = 60,
    fields: int = 9,
    cards: float = 1.0,
    noise: float = 0.8,
    **rules: object,
) -> ReviewProblem:
    """A panel whose proposals have a quality, whose reviewers have a severity, and which says so."""
    draw = random.Random(seed)
    lands = sorted(COUNTRIES)
    submissions = []
    for i in range(proposals):
        team = draw.sample(lands, draw.randint(1, 3))
        submissions.append(
            Submission(
                code=f"P-{i + 1:03d}",
                field=FIELDS[i % fields],
                lead_country=team[0],
                countries=tuple(team),
                institutions=tuple(f"University of Town {draw.randint(1, 30)}, {land}" for land in team),
                principal_investigator=f"PI-{i + 1}",
                persons=(f"TM-{i + 1}",),
            )
        )
    people = []
    for i in range(reviewers):
        land = draw.choice(lands)
        person = f"PI-{draw.randint(1, proposals)}" if draw.random() < 0.05 else f"EX-{i + 1}"
        people.append(
            Reviewer(
                code=f"R-{i + 1:03d}",
                person=person,
                institution=f"Town {draw.randint(1, 30)} Univ. {land}",
                country=land,
                region=COUNTRIES[land],
                fields=tuple(dict.fromkeys((FIELDS[i % fields], draw.choice(FIELDS[:fields])))),
                engineer=draw.random() < 0.3,
                load_max=draw.randint(4, 7),
                conflicts_declared=(f"P-{draw.randint(1, proposals):03d}",) if draw.random() < 0.1 else (),
            )
        )
    quality = {s.code: draw.gauss(6, 1.2) for s in submissions}
    severity = {r.code: draw.gauss(0, 0.7) for r in people}
    criteria = {"SCIENCE": 0.6, "FEASIBILITY": 0.4}
    handed = [
        Card(
            reviewer=r.code,
            proposal=s.code,
            criterion=c,
            score=float(min(10, max(1, round(quality[s.code] - severity[r.code] + draw.gauss(0, noise))))),
        )
        for r in people
        for s in submissions
        for c in criteria
        if draw.random() < cards
    ]
    plan: dict[str, object] = {
        "stage": 1,
        "criteria_weight": criteria,
        "min_score": 1.0,
        "max_score": 10.0,
        "reviewers_per_proposal": 4,
        "reviewer_load_max": 6,
        "min_domain_experts": 1,
        "min_regions": 2,
        "places": max(1, proposals * 3 // 7),
        "country_rule": CountryRule.LEAD,
        "min_engineers": 1,
        **rules,
    }
    return ReviewProblem(
        reviewers=tuple(people),
        submissions=tuple(submissions),
        cards=tuple(handed),
        **plan,  # type: ignore[arg-type]
    )


@pytest.fixture(scope="session")
def panel() -> Callable[..., ReviewProblem]:
    return make_panel
