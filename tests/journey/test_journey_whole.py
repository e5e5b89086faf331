"""The whole journey on both stations, with and without a catalogue."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from stationmaster.crew.read import read_guests
from stationmaster.executor import ProcessExecutor
from stationmaster.journey.bundle import verify
from stationmaster.journey.run import Run, run_scenario
from stationmaster.journey.stages import NAMES
from stationmaster.report.summary import summary
from stationmaster.report.write import finish

pytestmark = pytest.mark.slow
CATALOGUE = "catalogues/on_orbit_2024-11-01_omm.csv.gz"


@pytest.fixture(scope="module")
def whole(css: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_scenario(css, tmp_path_factory.mktemp("whole") / "out", finish=finish)


def test_the_first_call_goes_through_all_stages_without_a_fault(whole: Run) -> None:
    found = summary(whole)
    assert tuple(whole.stages) == NAMES
    assert found["faults"] == 0
    assert (found["proposals"], found["countries"], found["shortlisted"]) == (42, 27, 18)
    assert len(found["selected"]) <= 9
    assert all(one["reasons"] for one in found["selected"])
    assert found["timeline"]["scheduled"] > 0.9 * found["timeline"]["activities"]
    assert found["crew"]["stands"] and found["crew"]["seats"][0]["flight"] == "SZ-24"
    assert found["conjunctions"]["population"] == "synthetic"
    assert sum(found["conjunctions"]["levels"].values()) == len(found["conjunctions"]["events"])


def test_what_other_programs_read_is_there(whole: Run) -> None:
    exports = whole.folder / "exports"
    assert (exports / "timeline.csv").stat().st_size > 1000
    assert (exports / "calendars" / "all.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
    assert (exports / "ephemeris.oem").read_text().startswith("CCSDS_OEM_VERS")
    assert (exports / "conjunctions.csv").read_text().count("\n") == 1 + len(
        whole.journey.answers["safety"].conjunctions
    )
    assert len(list((exports / "cdm").glob("*"))) == 2 * len(whole.journey.answers["safety"].conjunctions)
    assert json.loads((whole.folder / "summary.json").read_text())["digest"] == whole.record.digest
    assert (whole.folder / "report" / "index.html").is_file()


def test_another_program_reads_every_message_of_a_run(whole: Run) -> None:
    from brahe.ccsds import CDM

    screening = whole.journey.answers["safety"]
    assert screening.conjunctions
    for one in screening.conjunctions:
        stem = whole.folder / "exports" / "cdm" / f"{one.tca:%Y%m%dT%H%M%S}-{one.object_id}"
        for ending in (".kvn", ".xml"):
            read = CDM.from_str(stem.with_suffix(ending).read_text())
            assert read.object2_designator == str(one.object_id)
            assert read.miss_distance == pytest.approx(one.miss_km * 1000.0, abs=1e-3)
            assert read.collision_probability == pytest.approx(one.probability.probability, rel=1e-5)
            assert "COVARIANCE_METHOD" in stem.with_suffix(ending).read_text()


def test_processes_give_the_same_digest_and_the_bundle_proves_itself(css: Path, whole: Run) -> None:
    proof = verify(whole.folder / "bundle.zip", executor=ProcessExecutor(2))
    assert proof.same, proof
    assert [stage.name for stage in proof.stages] == list(NAMES)


def test_a_bundle_holds_no_path_of_this_machine(whole: Run) -> None:
    with zipfile.ZipFile(whole.folder / "bundle.zip") as bundle:
        for name in bundle.namelist():
            assert not name.startswith("/")
            assert str(whole.folder.parent).encode() not in bundle.read(name), name


def test_a_bundle_holds_no_candidate(css: Path, whole: Run) -> None:
    candidates = [one.code for one in read_guests(css / "guests.toml").nominations]
    with zipfile.ZipFile(whole.folder / "bundle.zip") as bundle:
        for name in bundle.namelist():
            assert not [code for code in candidates if code.encode() in bundle.read(name)], name


def test_the_same_journey_on_the_international_space_station(root: Path, tmp_path: Path) -> None:
    run = run_scenario(root / "scenarios" / "iss-shares", tmp_path / "out")
    found = summary(run)
    assert found["station"] == "ISS"
    assert found["faults"] == 0
    assert len(run.journey.problems["timeline"].crew) == 7
    assert set(run.journey.problems["selection"].policy.share_caps) == {"NASA", "JAXA", "ESA", "CSA"}
    assert found["timeline"]["status"] in ("optimal", "feasible")


def test_a_real_catalogue_is_screened_over_the_crew_week(
    css: Path, whole: Run, shared_data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run = run_scenario(css, out, catalogue=shared_data / CATALOGUE, executor=ProcessExecutor(2))
    found = summary(run)
    assert found["faults"] == 0
    assert found["conjunctions"]["population"] == "catalogue"
    assert found["conjunctions"]["start"] == found["timeline"]["start"]
    assert found["timeline"]["start"] == "2024-11-03T16:00:00Z"  # Monday in Beijing
    assert run.journey.answers["safety"].counts.read == 26834
    # by hand: OBJECT Y is 16.4 and 19.9 km away, and in the box of 0.75 x 25 x 25 km to each side
    assert [one["object_id"] for one in found["conjunctions"]["events"] if one["km"] > 10.0] == [43898, 43898]
    assert found["conjunctions"]["levels"] == {"red": 0, "yellow": 0, "in_box": 3, "green": 3}
    again = run_scenario(css, out, catalogue=shared_data / CATALOGUE)
    assert again.resumed == list(NAMES)
    assert again.record.digest == run.record.digest
