"""SGP4 against the verification run of Vallado et al. 2006 (see golden/sgp4/SOURCE.md)."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sgp4 import omm
from sgp4.api import Satrec

from stationmaster.orbit.elements import parse_elements, read_elements
from stationmaster.orbit.letters import ElementSet
from stationmaster.orbit.propagation import satrec, states

DEEP_SPACE_RAD_MIN = 2 * np.pi / 225.0


def _rows(root: Path) -> list[dict[str, str]]:
    with (root / "golden/sgp4/verification.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def objects(root: Path) -> dict[int, ElementSet]:
    found = read_elements(root / "golden/sgp4/verification.tle").elements
    return {one.catalogue_id: one for one in found}


def test_golden_sgp4_verification(root: Path, objects: dict[int, ElementSet]) -> None:
    rows = _rows(root)
    assert len(rows) == 30 and {int(row["catalogue_id"]) for row in rows} == set(objects)
    for row in rows:
        elements = objects[int(row["catalogue_id"])]
        found = states(elements, elements.epoch, np.array([float(row["minutes"]) * 60.0]))
        r_km = np.array([float(row[name]) for name in ("x_km", "y_km", "z_km")])
        v_km_s = np.array([float(row[name]) for name in ("vx_km_s", "vy_km_s", "vz_km_s")])
        deep = elements.mean_motion_rev_d < 6.4
        assert np.abs(found.r_teme_km[0] - r_km).max() < (1e-6 if deep else 2e-8), row
        assert np.abs(found.v_teme_km_s[0] - v_km_s).max() < 2e-9, row


def test_golden_same_record_as_the_library_builds(root: Path) -> None:
    """From OMM and from TLE, to 1e-9 km over a week, though the record's number is a dummy."""
    now = datetime(2024, 11, 1, tzinfo=UTC)
    text = (root / "golden/elements/stations.csv").read_text()
    lines = (root / "golden/elements/stations.tle").read_text().splitlines()
    minutes = np.arange(0.0, 7 * 1440.0, 97.0)
    for place, row in enumerate(csv.DictReader(text.splitlines())):
        own = parse_elements(text.encode(), name="x", now=now).elements[place]
        from_omm, from_tle = Satrec(), Satrec.twoline2rv(*lines[2 * place : 2 * place + 2])
        omm.initialize(from_omm, row)
        found = states(own, own.epoch, minutes * 60.0).r_teme_km
        for other in (from_omm, from_tle):
            theirs = np.array([other.sgp4_tsince(minute)[1] for minute in minutes])
            assert np.abs(theirs - found).max() < 1e-9
        assert satrec(own).satnum == 0


def test_a_nine_digit_number_propagates(objects: dict[int, ElementSet]) -> None:
    from dataclasses import replace

    long_one = replace(objects[6251], catalogue_id=799_501_234)
    found = states(long_one, long_one.epoch, np.zeros(1))
    assert found.error_counts() == {}
    assert abs(found.r_teme_km[0, 0] - 3988.31022699) < 2e-8


def test_errors_are_counted_and_placed(objects: dict[int, ElementSet]) -> None:
    from dataclasses import replace

    falling = replace(objects[28350], bstar_per_earth_radius=0.5)
    found = states(falling, falling.epoch, np.arange(0.0, 86400.0, 600.0))
    counts = found.error_counts()
    assert sum(counts.values()) == int(np.count_nonzero(found.errors)) > 0
    assert np.isnan(found.r_teme_km[found.errors != 0]).all()
    assert np.isfinite(found.r_teme_km[found.errors == 0]).all()
    assert found.lost().duration_s > 0.0
