"""Station files: the two that ship, the example of the documentation, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from stationmaster.measure.errors import StationError
from stationmaster.measure.letters import from_json, to_json
from stationmaster.station import read as reader
from stationmaster.station.letters import Station
from stationmaster.station.schema import text
from stationmaster.station.table import rows

read = reader.read
KINDS = {
    *("fluid-physics", "two-phase", "combustion", "container-free-materials", "high-temperature-materials"),
    *("high-microgravity", "cold-atom", "time-frequency", "biotechnology", "life-ecology", "cell-culture"),
    *("glovebox", "variable-gravity", "human-research", "cold-stowage", "space-basic-experiment"),
    "maintenance-bench",
}


@pytest.fixture(scope="module", params=["CSS", "ISS"])
def station(request: pytest.FixtureRequest, root: Path) -> Station:
    return read(root / "stations" / f"{request.param.lower()}.toml")


@pytest.fixture(scope="module")
def example(root: Path) -> str:
    page = (root / "docs" / "reference" / "station-file.md").read_text()
    block = re.search(r"```toml\n(.*?)```", page, re.S)
    assert block
    return block[1]


def test_golden_css_counts(root: Path) -> None:
    """Zhou Jianping, 2018: 26 rack positions, 67 ports, 3 large mounts, 1 platform; 37 on Mengtian."""
    css = read(root / "stations" / "css.toml")
    assert len(css.racks) == 26
    assert sum(p.count for p in css.ports if p.size in ("small", "medium")) == 67
    assert sum(p.count for p in css.ports if p.size in ("small", "medium") and p.module == "MT") == 37
    assert sum(p.count for p in css.ports if p.size == "large") == 3
    assert sum(p.count for p in css.ports if p.size == "extension") == 1
    assert sum(r.module == "MT" for r in css.racks) == 13
    assert (css.orbit.catalogue_id, *css.orbit.companions) == (48274, 53239, 54216)


def test_golden_iss_shares(root: Path) -> None:
    """NASA OIG: 76.6, 12.8, 8.3, 2.3 per cent."""
    iss = read(root / "stations" / "iss.toml")
    assert [p.share for p in iss.partners] == [0.766, 0.128, 0.083, 0.023]
    assert sum(p.share for p in iss.partners) == pytest.approx(1)
    assert iss.orbit.hard_body_radius_m == 66.1


def test_facility_kinds_are_all_offered(station: Station) -> None:
    offered = {kind for rack in station.racks for kind in rack.offers}
    assert offered <= KINDS
    assert KINDS - offered <= ({"time-frequency"} if station.code == "ISS" else set())


def test_a_payload_of_620_w_needs_two_medium_ports(root: Path) -> None:
    css = read(root / "stations" / "css.toml")
    medium = [p for p in css.ports if p.size == "medium"]
    assert all(p.power_w < 620 <= 2 * p.power_w for p in medium)
    assert any((p.payload_count or 0) >= 2 for p in medium)


def test_letter_survives_the_round_trip(station: Station) -> None:
    assert from_json(Station, to_json(station)) == station


def test_code_is_found_and_path_is_found(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert read("css") == read(root / "stations" / "css.toml")
    (tmp_path / "ex1.toml").write_text((root / "stations" / "iss.toml").read_text())
    monkeypatch.setenv(reader.FOLDER_VARIABLE, str(tmp_path))
    assert reader.find("EX1") == tmp_path / "ex1.toml"
    with pytest.raises(StationError, match="XQZ is not a known station"):
        read("XQZ")
    with pytest.raises(StationError, match="no such file"):
        read("somewhere/else.toml")


def test_documented_example_is_read(example: str, tmp_path: Path) -> None:
    path = tmp_path / "my-station.toml"
    path.write_text(example)
    station = read(str(path))
    assert station.code == "EX1"
    for section in reader.SECTIONS:
        assert getattr(station, section), f"the example shows no {section}"


REFUSED = [
    ('module = "LAB"\nfacility = true', 'module = "LBA"\nfacility = true', "unknown-name", "LAB"),
    (
        'channel = "LAB-PWR"\nusers_at_once = 8',
        'channel = "PWR"\nusers_at_once = 8',
        "unknown-name",
        "channel",
    ),
    ('code = "LAB-U1"', 'code = "LAB-GLV"', "duplicate", "racks[2].code"),
    ('code = "P-SKY"', 'code = "LAB-U1"', "duplicate", "ports[1].code"),
    ('offers = ["glovebox"]', "offers = []", "missing-field", "offers"),
    ("payload_share = 0.5", "payload_share = 1.5", "bad-value", "payload_share"),
    ("payload_count = 2", "payload_count = 7", "bad-value", "payload_count"),
    ("eclipse_power_w = 5000.0", "eclipse_power_w = 7000.0", "bad-value", "eclipse_power_w"),
    ("share = 0.6", "share = 1.6", "bad-value", "sum to 1.6"),
    ("sleep_h = 8.5", "sleep_h = 18.5", "bad-value", "within 24 h"),
    ("handover = 8", "handover = 3", "bad-value", "handover"),
    ("latitude_deg = 49.6", "latitude_deg = 149.6", "bad-value", "latitude"),
    ("longitude_deg = 9.0", "longitude_deg = 900.0", "bad-value", "relays[1]"),
    ('bands = ["S", "Ka"]', 'bands = ["S", "S"]', "bad-value", "relays[1].bands"),
    ("mass_limit_kg = 80.0 ", "mass_limit_kg = -80.0 ", "bad-value", "not negative"),
    ("altitude_max_km = 420.0", "altitude_max_km = 300.0", "bad-value", "400 km"),
    ("inclination_deg = 51.6", "inclinaton_deg = 51.6", "unknown-field", "inclination_deg"),
    (
        "for close approaches\nestimate = true",
        "for close approaches",
        "missing-field",
        "source",
    ),
]


@pytest.mark.parametrize(("old", "new", "code", "says"), REFUSED, ids=[f"{r[2]}-{r[3]}" for r in REFUSED])
def test_contradictions_are_refused_with_file_and_line(
    example: str, tmp_path: Path, old: str, new: str, code: str, says: str
) -> None:
    assert old in example
    path = tmp_path / "wrong.toml"
    path.write_text(example.replace(old, new, 1))
    with pytest.raises(StationError) as caught:
        read(path)
    assert caught.value.code == code
    assert says in str(caught.value)
    assert "wrong.toml" in str(caught.value)
    assert isinstance(caught.value.facts.get("line"), int)


def test_refusal_names_the_line_of_the_field(example: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(example.replace("payload_count = 2", "payload_count = 7"))
    with pytest.raises(StationError) as caught:
        read(path)
    line = next(
        n for n, text_line in enumerate(path.read_text().split("\n"), 1) if "payload_count" in text_line
    )
    assert caught.value.facts["line"] == line


def test_schema_is_current(root: Path) -> None:
    assert (root / "stations" / "station.schema.json").read_text() == text(), (
        "run: python -m stationmaster.station.schema"
    )


def test_schema_accepts_what_is_read_and_refuses_what_is_not(example: str) -> None:
    """A small judge of the schema's own words, so that the schema is held against real files."""
    import tomllib

    document = json.loads(text())
    data = tomllib.loads(example)
    assert _complaints(document, data, document) == []
    data["racks"][0]["power_w"] = "much"
    del data["orbit"]["estimate"]
    data["crew"]["tea_h"] = 1.0
    said = _complaints(document, data, document)
    assert len(said) == 3, said


def _complaints(node: dict, value: object, document: dict, where: str = "") -> list[str]:
    if "$ref" in node:
        node = document["$defs"][node["$ref"].rsplit("/", 1)[1]]
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
    }
    if "type" in node and not isinstance(value, kinds[node["type"]]):
        return [f"{where}: {value!r}"]
    said = []
    if isinstance(value, dict) and "properties" in node:
        said += [f"{where}.{name} missing" for name in node["required"] if name not in value]
        said += [f"{where}.{name} unknown" for name in value if name not in node["properties"]]
        if "anyOf" in node and not (value.get("source") or value.get("estimate") is True):
            said.append(f"{where} has no origin")
        for name, part in value.items():
            said += _complaints(node["properties"].get(name, {}), part, document, f"{where}.{name}")
    if isinstance(value, list):
        said += [
            c
            for i, part in enumerate(value)
            for c in _complaints(node["items"], part, document, f"{where}[{i}]")
        ]
    return said


def test_table_shows_every_figure_with_its_mark(station: Station) -> None:
    shown = rows(station)
    assert {row.mark for row in shown} <= {"", "estimate"}
    assert all(row.text and (row.mark or row.origin) for row in shown)
    radius = next(row for row in shown if row.figure == "hard body radius")
    assert (radius.text, radius.unit) == (f"{station.orbit.hard_body_radius_m:g}", "m")
    estimated = {row.name.split()[0] for row in shown if row.mark and row.section == "racks"}
    assert estimated == {
        code.split(":")[1] for code in reader.estimates(station) if code.startswith("racks:")
    }
