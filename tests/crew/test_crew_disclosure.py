"""What is passed on of a guests' file: the same plan, and nothing of a candidate."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.crew.crew_problems import candidate, shipped, small  # type: ignore[import-not-found]

from stationmaster.crew import CrewPlan, CrewProblem, Gate
from stationmaster.crew.check import faults
from stationmaster.crew.consistency import misuses
from stationmaster.crew.disclosure import disclosed
from stationmaster.crew.letters import GateCount
from stationmaster.crew.plan import plan
from stationmaster.crew.read import read_guests
from stationmaster.measure.errors import StationError
from stationmaster.measure.letters import plain, to_json

PENDING, FAIL = Gate.PENDING, Gate.FAIL


@pytest.fixture(scope="module")
def asked() -> CrewProblem:
    """Five candidates: the first fails at a gate, the second and third train, two wait."""
    people = (
        candidate("ZA-9", medical=FAIL),
        candidate("KE-1", language=PENDING, passed=("first",)),
        candidate("AE-7"),
        candidate("BR-2", aptitude=PENDING),
        candidate("PE-4", medical=FAIL, aptitude=FAIL),
    )
    return small(nominations=people)


@pytest.fixture(scope="module")
def both(asked: CrewProblem) -> tuple[CrewPlan, CrewPlan]:
    return plan(asked), plan(disclosed(asked))


def test_the_plan_is_the_same_but_for_names(both: tuple[CrewPlan, CrewPlan]) -> None:
    whole, told = both
    text = json.dumps(plain(whole)).replace('"KE-1"', '"G-PRIME"').replace('"AE-7"', '"G-BACKUP"')
    assert json.loads(text) == plain(told)


def test_nothing_of_a_candidate_is_left(asked: CrewProblem, both: tuple[CrewPlan, CrewPlan]) -> None:
    text = to_json(disclosed(asked)) + to_json(both[1])
    assert not [one.code for one in asked.nominations if one.code in text]
    gates = {getattr(one, gate) for one in disclosed(asked).nominations for gate in ("medical", "language")}
    assert gates == {Gate.WITHHELD}


def test_who_stands_how_at_a_gate_cannot_be_told_apart(asked: CrewProblem) -> None:
    one, two = asked.nominations[1:3]
    swapped = (
        asked.nominations[0],
        replace(one, language=two.language),
        replace(two, language=one.language),
        *asked.nominations[3:],
    )
    assert disclosed(replace(asked, nominations=swapped)) == disclosed(asked)


def test_the_counts_are_of_all_who_were_nominated(both: tuple[CrewPlan, CrewPlan]) -> None:
    crew = both[1].crews[0]
    assert crew.nominated == 5
    assert crew.gates[0] == GateCount(gate="medical", passed=3, failed=2, pending=0)
    assert crew == replace(both[0].crews[0], prime="G-PRIME", backup="G-BACKUP")


def test_it_discloses_itself_and_has_no_fault(asked: CrewProblem, both: tuple[CrewPlan, CrewPlan]) -> None:
    told = disclosed(asked)
    assert disclosed(told) == told
    assert misuses(told) == ()
    assert faults(told, both[1]) == ()


def test_the_checker_counts_against_the_tally(asked: CrewProblem, both: tuple[CrewPlan, CrewPlan]) -> None:
    crew = both[1].crews[0]
    gates = (replace(crew.gates[0], passed=4, failed=1), *crew.gates[1:])
    for wrong in (replace(crew, nominated=4), replace(crew, gates=gates)):
        found = faults(disclosed(asked), replace(both[1], crews=(wrong,)))
        assert {one.code for one in found} == {"gates"}


def test_a_tally_that_does_not_count_everybody_is_refused(asked: CrewProblem) -> None:
    told = disclosed(asked)
    (tally,) = told.tallies
    for wrong, field in (
        (replace(tally, seat="H"), "tallies[1].seat"),
        (replace(tally, nominated=1), "tallies[1].nominated"),
        (replace(tally, gates=tally.gates[:2]), "tallies[1].gates"),
        (replace(tally, nominated=6), "tallies[1].gates"),
    ):
        assert field in [one.facts["field"] for one in misuses(replace(told, tallies=(wrong,)))]
    assert [one.facts["field"] for one in misuses(replace(told, tallies=(tally, tally)))] == ["tally"]
    fields = [one.facts["field"] for one in misuses(replace(told, tallies=()))]
    assert fields == ["nominations[1].medical", "nominations[2].medical"]


def test_a_file_is_refused_with_every_fault_counted(tmp_path: Path) -> None:
    css = Path(__file__).resolve().parents[2] / "scenarios" / "css-2018" / "guests.toml"
    path = tmp_path / "guests.toml"
    path.write_text(css.read_text().replace('centre = "SEA"', 'centre = "SEB"'))
    with pytest.raises(StationError) as one:
        read_guests(path)
    assert (one.value.code, one.value.facts["field"]) == ("unknown-name", "courses[7].centre")
    path.write_text(path.read_text().replace('medical = "pass"', 'medical = "good"'))
    with pytest.raises(StationError) as several:
        read_guests(path)
    assert (several.value.code, several.value.facts["count"]) == ("several-faults", 3)
    assert read_guests(css) == shipped("css-2018")
