from __future__ import annotations

import hashlib
from math import fsum
from pathlib import Path

import pytest

from stationmaster.measure.files import read_text
from stationmaster.proposal.letters import Dossier, Mode
from stationmaster.station.letters import Station
from stationmaster.station.read import read

WINDOWS = {"any", "relay", "target", "sunlit", "eclipse", "outside-saa"}
SKILLS = {"general", "life-science", "fluids", "combustion", "robotics", "medical"}
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SETUP_MOST_H = 6.5


@pytest.fixture(scope="module")
def station(root: Path) -> Station:
    return read(root / "stations" / "css.toml")


def test_codes_are_those_of_the_file_names(dossiers: dict[str, Dossier]) -> None:
    assert len({d.code for d in dossiers.values()}) == len(dossiers)
    for name, dossier in dossiers.items():
        if dossier.synthetic:
            digest = hashlib.sha256(f"css-2018/{name}".encode()).digest()
            assert dossier.code == "P-" + "".join(ALPHABET[byte % 32] for byte in digest[:4])


def test_work_shares_sum_to_one_and_one_partner_leads(dossiers: dict[str, Dossier]) -> None:
    for name, dossier in dossiers.items():
        assert fsum(p.work_share for p in dossier.partners) == pytest.approx(1), name
        assert sum(p.lead for p in dossier.partners) == 1, name


def test_illustrations_name_nobody(dossiers: dict[str, Dossier]) -> None:
    for name, dossier in dossiers.items():
        if not dossier.synthetic:
            assert dossier.source, name
            continue
        assert all(p.institution.startswith(("A ", "An ")) for p in dossier.partners), name
        assert dossier.outcome_2019 is None, name
        assert dossier.source is None, name


def test_figures_are_marked_as_estimates(dossiers: dict[str, Dossier]) -> None:
    assert all(d.needs.estimate for d in dossiers.values())


def test_operations_can_be_planned(dossiers: dict[str, Dossier]) -> None:
    for name, dossier in dossiers.items():
        assert dossier.operations, name
        names = [o.name for o in dossier.operations]
        assert len(set(names)) == len(names), name
        for operation in dossier.operations:
            assert operation.duration_min > 0, name
            assert operation.duration_min % 5 == 0, name
            assert operation.window in WINDOWS, name
            assert operation.skill in SKILLS, name
            assert operation.after is None or operation.after in names, name
            assert operation.power_w <= dossier.needs.power_w, name
            assert operation.window != "target" or dossier.needs.targets, name
            assert set(operation.uses) <= set(dossier.needs.facilities), name


def test_crew_hours_are_the_operations_and_a_set_up(dossiers: dict[str, Dossier]) -> None:
    for name, dossier in dossiers.items():
        week_h = sum(o.duration_min * o.crew_count * o.per_week_count for o in dossier.operations) / 60
        whole_h = week_h * dossier.needs.duration_d / 7
        assert whole_h <= dossier.needs.crew_time_h + 1e-9, name
        assert dossier.needs.crew_time_h <= whole_h + SETUP_MOST_H, name


def test_facilities_are_kinds_that_the_station_offers(dossiers: dict[str, Dossier], station: Station) -> None:
    offered = {kind for rack in station.racks for kind in rack.offers}
    views = {view for port in station.ports for view in port.views}
    for name, dossier in dossiers.items():
        assert set(dossier.needs.facilities) <= offered, name
        if dossier.mode is Mode.OUTSIDE_OWN:
            assert dossier.needs.view in views, name
            assert dossier.needs.ports > 0, name


def test_the_real_outside_projects_fit_the_open_ports_at_once(
    dossiers: dict[str, Dossier], station: Station
) -> None:
    wanted: dict[tuple[str, str], int] = {}
    for dossier in dossiers.values():
        if not dossier.synthetic and dossier.needs.ports:
            key = (dossier.needs.port_size, str(dossier.needs.view))
            wanted[key] = wanted.get(key, 0) + dossier.needs.ports
    for (size, view), count in wanted.items():
        free = sum(p.payload_count or 0 for p in station.ports if p.size == size and view in p.views)
        assert count <= free, (size, view)


def case(dossiers: dict[str, Dossier], name: str) -> Dossier:
    dossier = dossiers[name]
    assert (dossier.facts or {}).get("case"), name
    return dossier


def test_instructive_cases_are_what_they_say(dossiers: dict[str, Dossier], station: Station) -> None:
    hot = case(dossiers, "x-ray-all-sky").needs
    power = {size: max(p.power_w for p in station.ports if p.size == size) for size in ("small", "medium")}
    assert power["small"] * hot.ports < hot.power_w <= 2 * power["medium"]
    north = case(dossiers, "sea-ice-edge").needs.targets
    assert all(t.latitude_deg > station.orbit.inclination_deg + 25 for t in north)
    assert not case(dossiers, "school-radio").method
    assert case(dossiers, "voting-computer").lead.kind == "company"
    assert case(dossiers, "bone-turnover").human_subjects
    assert "us-federal" in {f.kind for f in case(dossiers, "capillary-corners").funding}
    assert case(dossiers, "lightning-cubesat").deployed
    twins = [d.principal_investigator for d in dossiers.values()]
    assert sorted(n for n, d in dossiers.items() if twins.count(d.principal_investigator) > 1) == [
        "open-tray",
        "rice-roots",
    ]


def test_readme_lists_the_cases(css: Path, dossiers: dict[str, Dossier]) -> None:
    text = read_text(css / "README.md", "the README")
    for name, dossier in dossiers.items():
        assert ("case" in (dossier.facts or {})) == (f"`{name}.toml`" in text), name
