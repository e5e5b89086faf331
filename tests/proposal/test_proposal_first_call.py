"""The dossiers of the first call, as the scenario tells it, held against the station as data."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from stationmaster.call import Call, read_countries
from stationmaster.measure.files import read_toml
from stationmaster.measure.letters import digest
from stationmaster.measure.reasons import say
from stationmaster.proposal import Assessment, CallTerms, Dossier, ProposalProblem, assess, cross_findings
from stationmaster.proposal.check import faults
from stationmaster.proposal.letters import RESOURCES, CountryRow
from stationmaster.proposal.reasons import REASONS
from stationmaster.station.letters import Station

CHOSEN_2019 = {
    "P-POLAR2",
    "P-SING",
    "P-FLUIDS",
    "P-FIAVAW",
    "P-TUMORS",
    "P-BIOFILM",
    "P-MIR",
    "P-GAAS",
    "P-BARIDI",
}


@pytest.fixture(scope="module")
def problems(root: Path) -> tuple[ProposalProblem, ...]:
    folder = root / "scenarios" / "css-2018"
    call = read_toml(Call, folder / "call.toml")
    station = read_toml(Station, root / "stations" / "css.toml")
    rows = tuple(
        CountryRow(
            code=c.code, name=c.en, member=c.member, economy=c.economy, least_developed=c.least_developed
        )
        for c in read_countries(folder / "countries.csv")
    )
    terms = CallTerms(
        code=call.code,
        opens=call.opens,
        closes=call.closes,
        modes=call.modes,
        fields=call.fields,
        eligible_kinds=call.eligible_kinds,
        members_only=call.members_only,
        offer={name: float(getattr(call.offer, name)) for name in RESOURCES},
        operator_country="CHN",
    )
    dossiers = [read_toml(Dossier, path) for path in sorted((folder / "proposals").glob("*.toml"))]
    return tuple(ProposalProblem(dossier=d, terms=terms, station=station, countries=rows) for d in dossiers)


@pytest.fixture(scope="module")
def assessed(problems: tuple[ProposalProblem, ...]) -> dict[str, Assessment]:
    return {p.dossier.code: assess(p) for p in problems}


def test_each_assessment_stands_a_second_look(
    problems: tuple[ProposalProblem, ...], assessed: dict[str, Assessment]
) -> None:
    assert len(assessed) == 42
    for problem in problems:
        assert faults(problem, assessed[problem.dossier.code]) == (), problem.dossier.code


def test_who_leads_more_than_one(problems: tuple[ProposalProblem, ...]) -> None:
    leads = Counter(p.dossier.principal_investigator for p in problems)
    found = cross_findings([p.dossier for p in problems], 1)
    assert {c.reason.code for c in found} == {"investigator-over"}
    assert {c.reason.facts["investigator"]: len(c.dossiers) for c in found} == {
        person: times for person, times in leads.items() if times > 1
    }


def test_golden_the_nine_that_were_chosen_pass(assessed: dict[str, Assessment]) -> None:
    """What flew through the real examination must not be refused here."""
    assert {code for code in CHOSEN_2019 if assessed[code].passes} == CHOSEN_2019
    assert {code for code in CHOSEN_2019 if assessed[code].conditions} == {"P-BARIDI"}


def test_what_is_refused_says_why(assessed: dict[str, Assessment]) -> None:
    def short(code: str) -> list[str]:
        return [say(f.reason, REASONS) for f in assessed[code].fits if not f.enough]

    assert short("P-TC5J") == [
        "It needs 620 W at the external port; the small port gives 300 W; two medium ports would do."
    ]
    assert all("the orbit reaches 41.47 deg" in text for text in short("P-W5VH"))
    assert not assessed["P-W5VH"].feasible
    assert not assessed["P-PZY2"].complete
    assert all(a.eligible for a in assessed.values()), "no rule bars anybody from the first call"


def test_the_same_problem_gives_the_same_letter(problems: tuple[ProposalProblem, ...]) -> None:
    for problem in problems[:5]:
        assert digest(assess(problem)) == digest(assess(problem))
