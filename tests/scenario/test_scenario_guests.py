"""A scenario's guests: read with all faults, held without candidates, kept without them too."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from stationmaster.crew.letters import Gate
from stationmaster.crew.read import read_guests
from stationmaster.journey.guests import guests
from stationmaster.journey.output import keep_inputs
from stationmaster.measure.errors import StationError
from stationmaster.scenario import Scenario, read_scenario
from stationmaster.scenario.letters import digest_of


@pytest.fixture(scope="module")
def scenario(css: Path) -> Scenario:
    return read_scenario(css)


def test_the_shipped_scenarios_have_guests_and_no_candidates(scenario: Scenario, iss: Path) -> None:
    for one, seat in ((scenario, "SZ24-GUEST"), (read_scenario(iss), "MS15-GUEST")):
        assert one.guests is not None
        assert [who.code for who in one.guests.nominations] == [f"{seat}-PRIME", f"{seat}-BACKUP"]
        assert {who.medical for who in one.guests.nominations} == {Gate.WITHHELD}
        assert [tally.nominated for tally in one.guests.tallies] == [2]


def test_what_a_run_keeps_names_no_candidate_and_reads_the_same(
    scenario: Scenario, css: Path, tmp_path: Path
) -> None:
    keep_inputs(scenario, None, tmp_path)
    kept = tmp_path / "inputs"
    candidates = [one.code for one in read_guests(css / "guests.toml").nominations]
    for path in kept.rglob("*"):
        assert path.is_dir() or not any(code.encode() in path.read_bytes() for code in candidates), path
    assert read_guests(kept / "guests.toml") == scenario.guests
    files = {str(path.relative_to(kept)): path for path in kept.rglob("*") if path.is_file()}
    assert digest_of(files) == scenario.digest
    again = read_scenario(kept, str(kept / "stations" / "css.toml"))
    assert (again.guests, again.withheld) == (scenario.guests, scenario.withheld)


def test_not_even_the_digest_tells_who_stands_how(scenario: Scenario, css: Path, tmp_path: Path) -> None:
    digests = set()
    for name, standing in (("one", ("pass", "pending")), ("two", ("pending", "pass"))):
        shutil.copytree(css, tmp_path / name)
        path = tmp_path / name / "guests.toml"
        first, second, third = path.read_text().split('language = "pending"')
        path.write_text(f'{first}language = "{standing[0]}"{second}language = "{standing[1]}"{third}')
        digests.add(read_scenario(tmp_path / name).digest)
    assert len(digests) == 1 and scenario.digest not in digests


def test_guests_of_another_station_are_not_planned(scenario: Scenario) -> None:
    assert len(guests(scenario).items) == 1
    assert scenario.guests is not None
    assert guests(replace(scenario, guests=replace(scenario.guests, station="ISS"))).items == ()
    assert guests(replace(scenario, guests=None)).items == ()


def test_a_scenario_may_have_no_guests(css: Path, tmp_path: Path) -> None:
    shutil.copytree(css, tmp_path / "css")
    path = tmp_path / "css" / "scenario.toml"
    path.write_text(path.read_text().replace('guests = "guests.toml"\n', ""))
    without = read_scenario(tmp_path / "css")
    assert (without.guests, without.withheld) == (None, {})


@pytest.mark.parametrize(
    ("file", "old", "new", "field"),
    [
        ("guests.toml", 'takes = "SZ24-3"', 'takes = "SZ24-9"', "seats[1].takes"),
        ("guests.toml", "seats = 3\nlaunches = 2026-10", "seats = 0\nlaunches = 2026-10", "flights[2].seats"),
        ("flights.toml", 'crew = ["CSS-CDR", "CSS-FE"]', 'crew = ["CSS-CDR", "CSS-FE9"]', "quiet[5].crew"),
    ],
)
def test_what_is_wrong_is_refused_with_file_and_line(
    css: Path, tmp_path: Path, file: str, old: str, new: str, field: str
) -> None:
    folder = tmp_path / "css"
    shutil.copytree(css, folder)
    path = folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(StationError) as error:
        read_scenario(folder)
    facts = error.value.facts
    assert Path(str(facts["file"])).name == file and facts["line"] and facts["field"] == field
