from __future__ import annotations

import csv
import gzip
import re
import tomllib
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from stationmaster.call.letters import Call
from stationmaster.manifest.letters import Traffic
from stationmaster.measure.codes import code
from stationmaster.measure.files import read_text, read_toml
from stationmaster.measure.letters import decode
from stationmaster.measure.time import iso
from stationmaster.proposal.letters import Dossier, Operation
from stationmaster.station.read import read
from stationmaster.timeline.letters import Crew

SCENARIOS = ("css-2018", "iss-shares")


@pytest.fixture(params=SCENARIOS)
def folder(request: pytest.FixtureRequest, root: Path) -> Path:
    return root / "scenarios" / str(request.param)


@pytest.fixture
def traffic(folder: Path) -> Traffic:
    return read_toml(Traffic, folder / "flights.toml")


def test_increments_follow_one_another_in_whole_weeks(traffic: Traffic) -> None:
    for increment in traffic.increments:
        assert increment.start.weekday() == 0
        assert (increment.end - increment.start) % timedelta(weeks=1) == timedelta()
    assert all(one.end == two.start for one, two in pairwise(traffic.increments))


def test_the_increments_are_long_enough_for_every_project(
    traffic: Traffic, dossiers: dict[str, Dossier]
) -> None:
    whole = traffic.increments[-1].end - traffic.increments[0].start
    assert all(timedelta(days=d.needs.duration_d) <= whole for d in dossiers.values())


def test_codes_are_codes_and_stand_once(traffic: Traffic) -> None:
    for rows in (traffic.increments, traffic.flights, traffic.quiet):
        names = [code(row.code) for row in rows]
        assert len(set(names)) == len(names)
    assert all(row.source for rows in (traffic.increments, traffic.flights, traffic.quiet) for row in rows)
    assert all(0 <= quiet.crew_time_share <= 1 and quiet.start < quiet.end for quiet in traffic.quiet)


def test_the_crew_of_the_increments_is_in_the_crew_file(folder: Path, traffic: Traffic) -> None:
    crew = read_toml(Crew, folder / "crew.toml")
    names = {member.code for member in crew.members}
    assert all(set(increment.crew) == names for increment in traffic.increments)


def test_flights_together_lift_what_the_call_offers(folder: Path, traffic: Traffic) -> None:
    offer = read_toml(Call, folder / "call.toml").offer
    assert sum(f.up_mass_kg for f in traffic.flights) >= offer.up_mass_kg
    assert sum(f.up_volume_l for f in traffic.flights) >= offer.up_volume_l
    assert sum(f.down_mass_kg for f in traffic.flights) >= offer.down_mass_kg


def test_the_real_projects_can_be_on_board_before_the_week(css: Path, dossiers: dict[str, Dossier]) -> None:
    scenario = tomllib.loads(read_text(css / "scenario.toml", "the scenario"))
    before = [
        f for f in read_toml(Traffic, css / "flights.toml").flights if f.docks <= scenario["week_start"]
    ]
    real = [d.needs for d in dossiers.values() if not d.synthetic]
    late = [n for n in real if n.late_load]
    for name in ("up_mass_kg", "up_volume_l"):
        assert sum(getattr(n, name) for n in real) <= sum(getattr(f, name) for f in before)
        assert sum(getattr(n, name) for n in late) <= sum(getattr(f, name) for f in before if f.late_load)
    assert sum(n.cold_volume_l for n in real) <= sum(f.cold_volume_l for f in before)


def test_the_week_lies_in_its_increment_and_files_exist(folder: Path, root: Path) -> None:
    scenario = tomllib.loads(read_text(folder / "scenario.toml", "the scenario"))
    base = folder / scenario["extends"] if "extends" in scenario else folder
    whole = tomllib.loads(read_text(base / "scenario.toml", "the base")) | scenario
    for name in (
        "call",
        "countries",
        "proposals",
        "reviewers",
        "cards",
        "traffic",
        "crew",
        "system_work",
        "elements",
        "sponsors",
    ):
        names = whole.get(name, [])
        for file in [names] if isinstance(names, str) else names:
            assert ((folder if name in scenario else base) / file).exists(), file
    traffic = read_toml(Traffic, folder / "flights.toml")
    increment = next(i for i in traffic.increments if i.code == whole["week_increment"])
    assert increment.start <= whole["week_start"] < increment.end
    assert read(root / "stations" / f"{whole['station']}.toml").orbit.catalogue_id == whole["catalogue_id"]


def test_system_work_is_operations_within_the_crew_hours(folder: Path, root: Path) -> None:
    scenario = tomllib.loads(read_text(folder / "scenario.toml", "the scenario"))
    data = tomllib.loads(read_text(folder / "system-work.toml", "the station's own work"))
    station = read(root / "stations" / f"{scenario['station']}.toml")
    offered = {kind for rack in station.racks for kind in rack.offers}
    members = read_toml(Crew, folder / "crew.toml").members
    codes, hours = set(), 0.0
    for row in data["operation"]:
        codes.add(code(row.pop("code")))
        operation = decode(Operation, row)
        assert set(operation.uses) <= offered
        assert operation.crew_count <= sum(operation.skill in m.skills for m in members)
        assert operation.duration_min % 5 == 0
        hours += operation.duration_min * operation.crew_count * operation.per_week_count / 60
    assert len(codes) == len(data["operation"])
    plan = station.crew
    work = len(members) * (plan.work_h * plan.work_days_week + plan.saturday_work_h)
    assert 0.4 * work < hours < 0.7 * work  # it leaves room for the projects, and does not stand idle


def test_every_operation_finds_skilled_crew(folder: Path, dossiers: dict[str, Dossier]) -> None:
    members = read_toml(Crew, folder / "crew.toml").members
    for name, dossier in dossiers.items():
        for operation in dossier.operations:
            assert operation.crew_count <= sum(operation.skill in m.skills for m in members), name


def test_the_elements_are_those_of_the_catalogue(css: Path, shared_data: Path) -> None:
    ours = list(csv.DictReader(read_text(css / "elements.csv", "the elements").splitlines()))
    assert [row["NORAD_CAT_ID"] for row in ours] == ["48274", "25544"]
    with gzip.open(shared_data / "catalogues" / "on_orbit_2024-11-01_omm.csv.gz", "rt") as file:
        rows = {r["NORAD_CAT_ID"]: r for r in csv.DictReader(file) if r["NORAD_CAT_ID"] in ("48274", "25544")}
    assert all(row == rows[row["NORAD_CAT_ID"]] for row in ours)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_epoch_in_the_scenario_is_that_of_its_elements(root: Path, css: Path, scenario: str) -> None:
    facts = tomllib.loads(read_text(root / "scenarios" / scenario / "scenario.toml", "the scenario"))
    rows = csv.DictReader(read_text(css / "elements.csv", "the elements").splitlines())
    epochs = {int(row["NORAD_CAT_ID"]): row["EPOCH"] + "Z" for row in rows}
    assert iso(facts["elements_epoch"]) == epochs[facts["catalogue_id"]]


def test_every_country_of_a_team_has_a_sponsor_in_the_pool(
    iss: Path, iss_call: Call, dossiers: dict[str, Dossier]
) -> None:
    rows = list(csv.DictReader(read_text(iss / "sponsors.csv", "the sponsors").splitlines()))
    assert sorted(r["country"] for r in rows) == sorted({c for d in dossiers.values() for c in d.countries})
    assert {r["partner"] for r in rows} == set(iss_call.policy.share_caps or {})
    assert {r["estimate"] for r in rows} == {"true", "false"}


def test_the_partner_shares_are_those_of_the_station(iss_call: Call, root: Path) -> None:
    station = read(root / "stations" / "iss.toml")
    assert iss_call.policy.share_caps == {p.code: p.share for p in station.partners}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_readme_speaks_of_every_file(root: Path, scenario: str) -> None:
    folder = root / "scenarios" / scenario
    text = read_text(folder / "README.md", "the README")
    named = set(re.findall(r"`([a-z0-9_-]+(?:\.[a-z]+|/))`", text))
    for path in folder.iterdir():
        if path.name not in ("README.md", "__pycache__"):
            assert path.name + ("/" if path.is_dir() else "") in named, path.name
