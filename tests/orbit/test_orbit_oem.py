from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from stationmaster.measure.errors import StationError
from stationmaster.measure.time import Span
from stationmaster.orbit.elements import read_elements
from stationmaster.orbit.letters import ElementSet
from stationmaster.orbit.oem import oem_text, states_eme2000, write_oem
from stationmaster.orbit.propagation import states

START = datetime(2024, 11, 1, 0, 0, 0, 250_000, UTC)
SPAN = Span(START, START + timedelta(hours=3, seconds=7))
SAID = {"created": START, "originator": "STATIONMASTER", "source": "CelesTrak, 2024-11-01"}


@pytest.fixture(scope="module")
def css(root: Path) -> ElementSet:
    return read_elements(root / "golden/elements/stations.csv").one(48274)


def test_golden_brahe_reads_back_what_is_written(css: ElementSet, tmp_path: Path) -> None:
    from brahe.ccsds import OEM

    path = tmp_path / "css.oem"
    write_oem(path, css, SPAN, **SAID)
    message = OEM.from_file(str(path))
    segment = message.segments[0]
    assert (message.format_version, message.originator) == (2.0, "STATIONMASTER")
    assert (segment.object_name, segment.object_id) == ("CSS (TIANHE)", "2021-035A")
    assert (segment.ref_frame, segment.time_system, segment.center_name) == ("EME2000", "UTC", "EARTH")
    seconds = np.append(np.arange(0.0, SPAN.duration_s, 240.0), SPAN.duration_s)
    assert segment.num_states == len(seconds) == 47
    rows = states_eme2000(css, START, seconds)
    for state, row, second in zip(segment.states, rows, seconds, strict=True):
        assert np.abs(np.array(state.position) / 1000.0 - row[:3]).max() < 1e-6
        assert np.abs(np.array(state.velocity) / 1000.0 - row[3:]).max() < 1e-9
        assert abs((state.epoch - segment.start_time) - second) < 1e-6


def test_golden_eme2000_is_skyfields(css: ElementSet, root: Path) -> None:
    """Skyfield's GCRS differs from EME2000 by the frame bias, 0.8 m in low orbit."""
    import csv

    api = pytest.importorskip("skyfield.api", reason="Skyfield is not installed")
    with (root / "golden/elements/stations.csv").open() as file:
        row = next(r for r in csv.DictReader(file) if r["NORAD_CAT_ID"] == "48274")
    scale = api.load.timescale(builtin=True)
    seconds = np.arange(0.0, 6000.0, 300.0)
    theirs = api.EarthSatellite.from_omm(scale, row).at(scale.utc(2024, 11, 1, 0, 0, 0.25 + seconds)).xyz.km.T
    own = states_eme2000(css, START, seconds)[:, :3]
    assert np.linalg.norm(own - theirs, axis=1).max() < 0.002
    teme = states(css, START, seconds).r_teme_km
    assert np.linalg.norm(own - teme, axis=1).min() > 1.0  # precession since 2000 is not nothing


def test_same_arguments_same_text(css: ElementSet) -> None:
    assert oem_text(css, SPAN, **SAID) == oem_text(css, SPAN, **SAID)
    first = next(line for line in oem_text(css, SPAN, **SAID).splitlines() if line.startswith("2024"))
    assert first.startswith("2024-11-01T00:00:00.250000 ")


@pytest.mark.parametrize("step_s", [0.0, -1.0, 1e-3])
def test_steps_are_bounded(css: ElementSet, step_s: float) -> None:
    with pytest.raises(StationError) as caught:
        oem_text(css, SPAN, **SAID, step_s=step_s)
    assert caught.value.facts["field"] == "step_s"


def test_no_message_of_a_lost_object_nor_with_a_broken_line(css: ElementSet) -> None:
    falling = dataclasses.replace(css, bstar_per_earth_radius=2.0)
    with pytest.raises(StationError) as caught:
        oem_text(falling, Span(START, START + timedelta(days=9)), **SAID)
    assert caught.value.code == "no-answer"
    with pytest.raises(StationError) as caught:
        oem_text(css, SPAN, **{**SAID, "source": "two\nlines"})
    assert caught.value.facts["field"] == "source"
