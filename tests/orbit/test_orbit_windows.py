"""Windows that could hide between samples, and the bounds that keep them from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationmaster.measure.time import Span
from stationmaster.orbit import events
from stationmaster.orbit.crossings import Bound
from stationmaster.orbit.elements import read_elements
from stationmaster.orbit.letters import (
    BlockedCone,
    ElementSet,
    OrbitProblem,
    RelaySlot,
    Site,
    Target,
    WindowKind,
)
from stationmaster.orbit.predict import predict
from stationmaster.orbit.propagation import Ephemeris, ephemeris

START = datetime(2024, 11, 1, tzinfo=UTC)
SITE = Site(code="S", latitude_deg=36.0, longitude_deg=117.0)
TARGET = Target(code="T", latitude_deg=20.0, longitude_deg=-100.0, max_off_nadir_deg=40.0)
RELAY_KM = 42164.17 * np.array([np.cos(1.3), np.sin(1.3), 0.0])


@pytest.fixture(scope="module")
def css(root: Path) -> ElementSet:
    return read_elements(root / "golden/elements/stations.csv").one(48274)


def _problem(elements: ElementSet, span: Span, **more: object) -> OrbitProblem:
    given_fields: dict[str, object] = {"sites": (SITE,), **more}
    return OrbitProblem(station="CSS", elements=elements, elements_source="x", span=span, **given_fields)  # type: ignore[arg-type]


def test_a_pass_inside_one_grid_step_is_found_wherever_the_span_begins_or_ends(css: ElementSet) -> None:
    """It rises and sets between two points of the grid, in the first, the last and a middle step."""
    whole = predict(_problem(css, Span(START, START + timedelta(days=2))))
    top = max(whole.of(WindowKind.PASS), key=lambda w: -abs((w.max_elevation_deg or 0.0) - 30.0))
    assert top.max_elevation_deg is not None and top.peak is not None
    for below_deg, shortest_s, longest_s in ((0.15, 5.0, 50.0), (0.0005, 0.9, 1.1)):
        high = dataclasses.replace(SITE, min_elevation_deg=top.max_elevation_deg - below_deg)
        for before_s, after_s in ((25.0, 300.0), (300.0, 25.0), (2.5, 300.0), (300.0, 2.5), (210.0, 400.0)):
            if below_deg > 0.1 and min(before_s, after_s) < longest_s / 2.0 - 1.0:
                continue
            span = Span(top.peak - timedelta(seconds=before_s), top.peak + timedelta(seconds=after_s))
            (found,) = predict(_problem(css, span, sites=(high,))).of(WindowKind.PASS)
            assert shortest_s < found.span.duration_s < longest_s
            assert not (found.cut_start or found.cut_end)
            assert abs((found.peak or START) - top.peak) < timedelta(seconds=0.1)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.0, 5400.0), st.floats(0.5, 60.0))
def test_a_later_start_changes_no_window(root: Path, offset_s: float, least_deg: float) -> None:
    css = read_elements(root / "golden/elements/stations.csv").one(48274)
    site = dataclasses.replace(SITE, min_elevation_deg=least_deg)
    end, later = START + timedelta(days=1), START + timedelta(seconds=offset_s)
    answers = [predict(_problem(css, Span(begin, end), sites=(site,))) for begin in (START, later)]
    one, other = ([w for w in answer.windows if w.start > later and not w.cut_start] for answer in answers)
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert (a.kind, a.name) == (b.kind, b.name)
        assert max(abs(a.start - b.start), abs(a.end - b.end)) < timedelta(seconds=0.01)


def test_gaps_of_relay_contact_under_a_minute_are_found(css: ElementSet) -> None:
    """A narrow cone takes contact away for seconds: against every second of a day."""
    cones = tuple(
        BlockedCone(code=f"boom {n}", azimuth_deg=15.0 * n, elevation_deg=up, half_angle_deg=0.8)
        for n in range(24)
        for up in (-5.0, 5.0, 20.0)
    )
    relay = RelaySlot(code="R", longitude_deg=77.0)
    span = Span(START, START + timedelta(days=1))
    free, blocked = (
        predict(_problem(css, span, sites=(), relays=(relay,), regions=(), blocked=some))
        for some in ((), cones)
    )
    gaps = free.spans(WindowKind.RELAY) - blocked.spans(WindowKind.RELAY)
    assert len(gaps) > 5 and max(gap.duration_s for gap in gaps) < 60.0
    orbit = ephemeris(css, span)
    at = np.arange(0.0, span.duration_s, 1.0)
    seen = events._clear_of_earth(orbit, _relay_km(77.0))(at) > 0.0
    hidden = seen & np.any(
        [events._outside_cone(orbit, _relay_km(77.0), c)(at) <= 0.0 for c in cones], axis=0
    )
    told = np.zeros(len(at), dtype=bool)
    for gap in gaps:
        first, last = ((edge - START).total_seconds() for edge in (gap.start, gap.end))
        told |= (at >= first) & (at < last)
    assert (told == hidden).all()


def _relay_km(longitude_deg: float) -> np.ndarray:
    longitude = np.radians(longitude_deg)
    return 42164.17 * np.array([np.cos(longitude), np.sin(longitude), 0.0])


Smooth = tuple[str, Callable[[np.ndarray], np.ndarray], Bound]


def _conditions(orbit: Ephemeris) -> Iterator[Smooth]:
    bound = events._orbit_bound(orbit)
    cone = BlockedCone(code="c", azimuth_deg=120.0, elevation_deg=40.0, half_angle_deg=20.0)
    yield "sunlight", events.sunlight(orbit), bound
    yield "daylight", events.daylight(orbit), bound
    yield "relay", events._clear_of_earth(orbit, RELAY_KM), bound
    yield "reach", events._in_reach(orbit, RELAY_KM, 100.0), bound
    yield "cone", events._outside_cone(orbit, RELAY_KM, cone), bound
    yield "pass", *events.above_cone(orbit, events.site_place(SITE), 5.0)
    yield "high pass", *events.above_cone(orbit, events.site_place(SITE), 60.0)
    yield "overpass", *events.inside_view(orbit, TARGET)


@pytest.mark.parametrize("eccentricity", [0.0005, 0.02, 0.1])
def test_no_condition_bends_more_than_its_bound(css: ElementSet, eccentricity: float) -> None:
    """Second differences over a second, where the bounds are used: all of the orbit, or near the place."""
    slower = css.mean_motion_rev_d * (1.0 - eccentricity - 0.002) ** 1.5
    elements = dataclasses.replace(css, eccentricity_ratio=eccentricity, mean_motion_rev_d=slower)
    orbit = ephemeris(elements, Span(START, START + timedelta(days=2)))
    at = np.arange(2.0, orbit.length_s - 2.0, 5.0)
    near_km = 2300.0
    for name, condition, bound in _conditions(orbit):
        bends = np.abs(condition(at + 1.0) - 2.0 * condition(at) + condition(at - 1.0))
        if name in ("pass", "high pass", "overpass"):
            place = events.site_place(TARGET if name == "overpass" else SITE)[0]
            bends = bends[np.linalg.norm(orbit.fixed(at) - place, axis=1) < near_km]
        assert bends.max() <= bound.bend_units, name
        assert bends.max() > 0.02 * bound.bend_units, f"{name}: the bound is too wide to be of use"
