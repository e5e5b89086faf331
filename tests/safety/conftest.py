"""A small sky around an invented station: one orbit, and objects placed on purpose."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from stationmaster.measure.time import Span, moment
from stationmaster.orbit.letters import ElementSet
from stationmaster.safety.letters import Catalogue, HardBodies, ScreeningProblem

EPOCH = moment("2024-11-01T00:00:00Z")
STATION = ElementSet(
    catalogue_id=1,
    name="STATION",
    object_id="2024-001A",
    epoch=EPOCH,
    mean_motion_rev_d=15.6,
    eccentricity_ratio=0.0005,
    inclination_deg=41.5,
    raan_deg=100.0,
    arg_perigee_deg=0.0,
    mean_anomaly_deg=300.0,
    bstar_per_earth_radius=1e-4,
)


def crossing(number: int, after_s: float, *, inclination_deg: float = 97.0, name: str = "") -> ElementSet:
    """An object in a like orbit of another inclination: both pass the common node after ``after_s``.

    On equal mean orbits SGP4's periodic terms differ by inclination; they keep the two a few
    kilometres apart there.
    """
    ahead = timedelta(seconds=after_s)
    phase = (STATION.mean_anomaly_deg + STATION.mean_motion_rev_d * 360.0 * after_s / 86400.0) % 360.0
    return replace(
        STATION,
        catalogue_id=number,
        name=name or f"CROSSING {number}",
        epoch=EPOCH + ahead,
        inclination_deg=inclination_deg,
        raan_deg=_node_at(after_s),
        mean_anomaly_deg=phase,
        arg_perigee_deg=_perigee_at(after_s),
    )


def _rates() -> tuple[float, float]:
    """Secular drift of node and perigee of the station's orbit, degrees a second (J2)."""
    rate = STATION.mean_motion_rev_d * 2 * math.pi / 86400.0
    axis = (398600.8 / rate**2) ** (1 / 3)
    factor = 1.5 * 1.082616e-3 * (6378.135 / axis) ** 2 * rate
    cosine = math.cos(math.radians(STATION.inclination_deg))
    return math.degrees(-factor * cosine), math.degrees(factor * (2.5 * cosine**2 - 0.5))


def _node_at(after_s: float) -> float:
    return STATION.raan_deg + _rates()[0] * after_s


def _perigee_at(after_s: float) -> float:
    return STATION.arg_perigee_deg + _rates()[1] * after_s


def node_passage_s(revolution: int) -> float:
    """Roughly when the station passes its ascending node for the n-th time, seconds after EPOCH."""
    whole = 360.0 * revolution + (360.0 - STATION.mean_anomaly_deg)
    anomalistic = STATION.mean_motion_rev_d * 360.0 / 86400.0
    return whole / (anomalistic + _rates()[1])


def problem_for(
    elements: list[ElementSet], *, start: datetime = EPOCH, hours: float = 24.0, **changes: object
) -> ScreeningProblem:
    facts: dict[str, object] = {
        "primary_id": 1,
        "primary_name": "STATION",
        "span": Span(start, start + timedelta(hours=hours)),
        "catalogue": Catalogue(
            name="made for a test",
            digest="0" * 64,
            objects=len(elements),
            first_epoch=EPOCH,
            last_epoch=EPOCH,
        ),
        "hard_bodies": HardBodies(station_m=30.0),
        "miss_km": 30.0,
        "shown_km": (5.0, 30.0),
    }
    return ScreeningProblem(**{**facts, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def sky() -> list[ElementSet]:
    """The station, two crossings, a module, an escort, a drifting, a decaying and a far object."""
    return [
        STATION,
        crossing(10, node_passage_s(3)),
        crossing(11, node_passage_s(9), inclination_deg=63.4, name="OLD R/B"),
        replace(STATION, catalogue_id=2, name="MODULE"),
        replace(STATION, catalogue_id=3, name="ESCORT", mean_anomaly_deg=300.05),
        replace(
            STATION, catalogue_id=4, name="CUBE", mean_anomaly_deg=298.5, mean_motion_rev_d=15.6 + 1.5 / 360
        ),
        replace(
            STATION,
            catalogue_id=5,
            name="FALLING DEB",
            mean_motion_rev_d=15.9,
            eccentricity_ratio=0.03,
            bstar_per_earth_radius=0.002,
            inclination_deg=60.0,
        ),
        replace(STATION, catalogue_id=6, name="HIGH", mean_motion_rev_d=13.0),
    ]
