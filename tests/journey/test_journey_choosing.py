"""The hand-overs between the stages of the choice: who carries whose work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stationmaster.journey import choosing
from stationmaster.journey.cargo import partner_shares
from stationmaster.scenario import read_scenario
from stationmaster.selection.letters import Work

GROUPS = {"USA": "NASA", "MEX": "NASA", "JPN": "JAXA"}


def work(**shares: float) -> tuple[Work, ...]:
    return tuple(Work(country=country, work_share=share) for country, share in shares.items())


@pytest.mark.parametrize(
    ("team", "shares"),
    [
        (work(USA=0.5, MEX=0.2, JPN=0.3), {"NASA": 0.7, "JAXA": 0.3}),
        (work(USA=0.3, JPN=0.1, KEN=0.6), {"NASA": 0.75, "JAXA": 0.25}),  # guests fly on their hosts
        (work(KEN=1.0), None),
    ],
)
def test_guests_are_carried_by_the_partners_of_their_team(
    team: tuple[Work, ...], shares: dict[str, float] | None
) -> None:
    assert partner_shares(team, GROUPS) == shares


def test_a_country_that_nobody_sponsors_belongs_to_no_partner(root: Path) -> None:
    asked = choosing.invitation(read_scenario(root / "scenarios" / "iss-shares"))
    fewer = replace(asked, sponsors={c: p for c, p in asked.sponsors.items() if c != "KEN"})
    partners = choosing.freeze(fewer).group_of["partner"]
    assert "KEN" not in partners and set(partners.values()) == {"NASA", "JAXA", "ESA", "CSA"}
