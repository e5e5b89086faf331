from __future__ import annotations

from pathlib import Path

from stationmaster.scenario import read_scenario


def test_both_scenarios_are_read_whole(css: Path, iss: Path) -> None:
    first, second = read_scenario(css), read_scenario(iss)
    assert len(first.dossiers) == len(second.dossiers) == 42
    assert first.dossiers == second.dossiers
    assert first.station.code != second.station.code
    assert first.call.policy.rule != second.call.policy.rule
    assert set(second.sponsors.values()) == {p.code for p in second.station.partners}
    assert first.digest != second.digest


def test_the_elements_that_a_scenario_plans_with_are_its_stations(css: Path, iss: Path) -> None:
    for folder in (css, iss):
        scenario = read_scenario(folder)
        named = {element.catalogue_id for element in scenario.elements}
        assert scenario.station.orbit.catalogue_id in named
