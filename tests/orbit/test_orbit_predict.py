from __future__ import annotations

import dataclasses
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stationmaster.measure.errors import StationError
from stationmaster.measure.letters import digest, from_json, to_json
from stationmaster.measure.reasons import say
from stationmaster.measure.time import Span
from stationmaster.orbit.check import faults
from stationmaster.orbit.elements import read_elements
from stationmaster.orbit.letters import (
    SOUTH_ATLANTIC_ANOMALY,
    BlockedCone,
    Corner,
    ElementSet,
    OrbitAnswer,
    OrbitProblem,
    Region,
    RelaySlot,
    Site,
    Target,
    WindowKind,
)
from stationmaster.orbit.predict import predict
from stationmaster.orbit.propagation import earth_fixed, ephemeris, geodetic, place_fixed, states
from stationmaster.orbit.reasons import REASONS

START = datetime(2024, 11, 1, tzinfo=UTC)
SITES = tuple(
    Site(code=f"S{n}", latitude_deg=latitude, longitude_deg=longitude)
    for n, (latitude, longitude) in enumerate(
        (
            (39.5, 76.0),
            (36.0, 117.0),
            (18.3, 109.5),
            (-38.0, -70.0),
            (-25.9, 27.7),
            (14.7, -17.0),
            (41.3, 100.0),
        )
    )
)
RELAYS = tuple(
    RelaySlot(code=f"R{n}", longitude_deg=longitude) for n, longitude in enumerate((77.0, 176.7, 16.7))
)
TARGETS = tuple(
    Target(code=f"T{n}", latitude_deg=-40.0 + 4.0 * n, longitude_deg=37.0 * n % 360.0) for n in range(20)
)
CONE = BlockedCone(code="radiator", azimuth_deg=30.0, elevation_deg=10.0, half_angle_deg=10.0)


@pytest.fixture(scope="module")
def css(root: Path) -> ElementSet:
    return read_elements(root / "golden/elements/stations.csv").one(48274)


def _problem(elements: ElementSet, days: float = 1.0, **more: object) -> OrbitProblem:
    given_fields: dict[str, object] = {
        "station": "CSS",
        "elements": elements,
        "elements_source": "CelesTrak",
        "span": Span(START, START + timedelta(days=days)),
        "sites": SITES,
        "relays": RELAYS,
        "targets": TARGETS,
    }
    return OrbitProblem(**{**given_fields, **more})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def week(css: ElementSet) -> tuple[OrbitProblem, OrbitAnswer]:
    problem = _problem(css, 7.0, relay_zenith_angle_max_deg=100.0, blocked=(CONE,))
    return problem, predict(problem)


def test_a_week_is_without_fault(week: tuple[OrbitProblem, OrbitAnswer]) -> None:
    problem, answer = week
    assert faults(problem, answer) == ()
    assert len(answer.of(WindowKind.ECLIPSE)) == 110
    assert 0.615 < answer.sunlit_fraction < 0.625
    assert 0.85 < answer.spans(WindowKind.RELAY).duration_s / (7 * 86400.0) < 0.97
    assert 20 < len(answer.of(WindowKind.OVERPASS)) < 100
    assert {w.name for w in answer.of(WindowKind.REGION)} == {"SAA"}
    for window in answer.of(WindowKind.OVERPASS):
        assert window.min_off_nadir_deg is not None and window.min_off_nadir_deg <= 30.0
        assert window.sun_elevation_deg is not None and window.sun_elevation_deg >= 9.9


def test_same_problem_same_answer(week: tuple[OrbitProblem, OrbitAnswer]) -> None:
    problem, answer = week
    again = predict(from_json(OrbitProblem, to_json(problem)))
    assert to_json(again) == to_json(answer)
    assert digest(from_json(OrbitAnswer, to_json(answer))) == digest(answer)


def test_a_week_of_everything_is_quick(week: tuple[OrbitProblem, OrbitAnswer]) -> None:
    start = time.process_time()
    predict(week[0])
    assert time.process_time() - start < 3.0  # 0.4 s measured on an idle core


def test_every_second_of_two_hours(css: ElementSet) -> None:
    """Windows against SGP4 itself, each second, with no interpolation at all."""
    site = Site(code="S", latitude_deg=36.0, longitude_deg=117.0, min_elevation_deg=0.0)
    problem = _problem(css, 1.0, sites=(site,), targets=(), relays=())
    answer = predict(problem)
    at = np.arange(0.0, 86400.0)
    r_km = earth_fixed(START, at, states(css, START, at).r_teme_km)
    place_km, up = place_fixed(36.0, 117.0, 0.0)
    above = (r_km - place_km) @ up > 0.0
    held = np.zeros(len(at), dtype=bool)
    for window in answer.of(WindowKind.PASS):
        held |= (at >= (window.start - START).total_seconds()) & (at < (window.end - START).total_seconds())
    assert np.count_nonzero(above != held) == 0


def test_interpolation_stays_within_two_metres(css: ElementSet) -> None:
    orbit = ephemeris(css, Span(START, START + timedelta(days=7)))
    at = np.arange(17.0, 7 * 86400.0, 371.0)
    exact = states(css, START, at).r_teme_km
    assert np.linalg.norm(orbit.teme(at) - exact, axis=1).max() < 2e-3
    assert np.linalg.norm(orbit.fixed(at) - earth_fixed(START, at, exact), axis=1).max() < 2e-3


def test_geodetic_and_back() -> None:
    for latitude in (-90.0, -51.6, 0.0, 41.5, 89.9):
        place_km, up = place_fixed(latitude, 123.0, 0.0)
        back = geodetic((place_km + 390.0 * up)[None, :])
        assert abs(back[0][0] - latitude) < 1e-9
        assert abs(back[2][0] - 390.0) < 1e-6


@st.composite
def problems(draw: st.DrawFn) -> OrbitProblem:
    def angle(most: float = 360.0) -> float:
        return draw(st.floats(0.0, most))

    def place() -> dict[str, float]:
        return {
            "latitude_deg": draw(st.floats(-85.0, 85.0)),
            "longitude_deg": draw(st.floats(-180.0, 180.0)),
            "altitude_m": draw(st.sampled_from((0.0, 3000.0))),
        }

    elements = ElementSet(
        catalogue_id=draw(st.integers(1, 10**9)),
        name="X",
        object_id="",
        epoch=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(microseconds=draw(st.integers(0, 10**13))),
        mean_motion_rev_d=draw(st.floats(11.0, 15.6)),
        eccentricity_ratio=draw(st.floats(0.0, 0.01)),
        inclination_deg=draw(st.floats(0.5, 110.0)),
        raan_deg=angle(),
        arg_perigee_deg=angle(),
        mean_anomaly_deg=angle(),
        bstar_per_earth_radius=draw(st.floats(-1e-4, 5e-4)),
    )
    start = elements.epoch + timedelta(seconds=draw(st.integers(-(10**5), 3 * 10**5)))
    west, south = draw(st.floats(-180.0, 180.0)), draw(st.floats(-60.0, 20.0))
    square = ((0.0, 0.0), (0.0, 50.0), (35.0, 70.0), (30.0, 5.0))
    region = Region(
        code="R",
        corners=tuple(Corner(latitude_deg=south + n, longitude_deg=west + e) for n, e in square),
        estimate=True,
    )
    return OrbitProblem(
        station="X",
        elements=elements,
        elements_source="drawn",
        span=Span(start, start + timedelta(seconds=draw(st.integers(30, 60_000)))),
        sites=tuple(
            Site(code=f"S{n}", min_elevation_deg=draw(st.floats(0.0, 60.0)), **place()) for n in range(3)
        ),
        targets=tuple(
            Target(
                code=f"T{n}",
                max_off_nadir_deg=draw(st.floats(1.0, 80.0)),
                min_sun_elevation_deg=draw(st.sampled_from((-90.0, -20.0, 10.0))),
                max_sun_elevation_deg=draw(st.sampled_from((90.0, 40.0))),
                **place(),
            )
            for n in range(3)
        ),
        relays=(RelaySlot(code="G", longitude_deg=angle()),),
        regions=(region,),
        relay_zenith_angle_max_deg=draw(st.sampled_from((180.0, 95.0, 60.0))),
        blocked=draw(st.sampled_from(((), (CONE,)))),
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(problems())
def test_the_check_finds_nothing_wrong_with_any_prediction(problem: OrbitProblem) -> None:
    answer = predict(problem)
    assert faults(problem, answer) == ()
    assert from_json(OrbitProblem, to_json(problem)) == problem
    assert from_json(OrbitAnswer, to_json(answer)) == answer


@pytest.fixture(scope="module")
def day(css: ElementSet) -> tuple[OrbitProblem, OrbitAnswer]:
    """A shorter span with every kind of window in it, for tampering with."""
    wide = dataclasses.replace(TARGETS[9], max_off_nadir_deg=60.0, min_sun_elevation_deg=-90.0)
    problem = _problem(css, 1.0, sites=SITES[:2], relays=RELAYS[:1], targets=(wide,))
    return problem, predict(problem)


def _changed(answer: OrbitAnswer, kind: WindowKind, **changes: object) -> OrbitAnswer:
    place = next(n for n, w in enumerate(answer.windows) if w.kind == kind and not (w.cut_start or w.cut_end))
    window = dataclasses.replace(answer.windows[place], **changes)  # type: ignore[arg-type]
    return dataclasses.replace(
        answer, windows=(*answer.windows[:place], window, *answer.windows[place + 1 :])
    )


@pytest.mark.parametrize("kind", list(WindowKind))
def test_the_check_sees_a_missing_a_moved_and_an_invented_window(
    day: tuple[OrbitProblem, OrbitAnswer], kind: WindowKind
) -> None:
    problem, answer = day
    assert faults(problem, answer) == ()
    one = next(w for w in answer.windows if w.kind == kind and w.span.duration_s > 45.0 and not w.cut_start)
    without = dataclasses.replace(answer, windows=tuple(w for w in answer.windows if w != one))
    assert "left-out" in {fault.code for fault in faults(problem, without)}
    for seconds in (-3.0, 3.0):
        moved = dataclasses.replace(one, end=one.end + timedelta(seconds=seconds))
        wrong = dataclasses.replace(answer, windows=tuple(moved if w == one else w for w in answer.windows))
        assert "end-off" in {fault.code for fault in faults(problem, wrong)}
    invented = dataclasses.replace(
        one, start=one.end + timedelta(seconds=70), end=one.end + timedelta(seconds=190), peak=None
    )
    wrong = dataclasses.replace(answer, windows=(*answer.windows, invented))
    assert {"does-not-hold", "end-off", "overlap"} & {fault.code for fault in faults(problem, wrong)}


def test_the_check_sees_wrong_figures(day: tuple[OrbitProblem, OrbitAnswer]) -> None:
    problem, answer = day
    beta = dataclasses.replace(answer.betas[1], beta_deg=answer.betas[1].beta_deg + 0.2)
    point = dataclasses.replace(answer.track[5], latitude_deg=answer.track[5].latitude_deg + 0.01)
    for wrong in (
        dataclasses.replace(answer, sunlit_fraction=answer.sunlit_fraction + 1e-4),
        dataclasses.replace(answer, altitude_max_km=answer.altitude_max_km + 2.0),
        dataclasses.replace(answer, revolutions_count=answer.revolutions_count + 4.0),
        dataclasses.replace(answer, elements_age_end_d=1.0),
        dataclasses.replace(answer, catalogue_id=1),
        dataclasses.replace(answer, betas=(answer.betas[0], beta, *answer.betas[2:])),
        dataclasses.replace(answer, betas=answer.betas[1:]),
        dataclasses.replace(answer, track=answer.track[1:]),
        dataclasses.replace(answer, period_min=answer.period_min + 1.0),
        dataclasses.replace(answer, windows=answer.windows[::-1]),
        dataclasses.replace(
            answer,
            windows=(dataclasses.replace(answer.windows[0], peak=answer.span.start), *answer.windows[1:]),
        ),
        dataclasses.replace(answer, track=(*answer.track[:5], point, *answer.track[6:])),
        _changed(answer, WindowKind.PASS, max_elevation_deg=89.0),
        _changed(answer, WindowKind.OVERPASS, min_off_nadir_deg=0.0),
        _changed(answer, WindowKind.RELAY, name="NOBODY"),
        _changed(answer, WindowKind.RELAY, cut_end=True),
    ):
        assert faults(problem, wrong) != ()


def test_the_check_shares_no_code_with_the_maker(root: Path) -> None:
    for name in ("check", "margins"):
        text = (root / f"src/stationmaster/orbit/{name}.py").read_text()
        for maker in ("events", "crossings", "predict", "propagation", "sun", "oem"):
            assert f"orbit.{maker} " not in text and f"import {maker}" not in text


def test_structure_takes_contact_away(css: ElementSet) -> None:
    def contact_s(**more: object) -> float:
        problem = _problem(css, 1.0, sites=(), targets=(), **more)
        return predict(problem).spans(WindowKind.RELAY).duration_s

    free = contact_s()
    assert contact_s(blocked=(CONE,)) < free
    assert contact_s(relay_zenith_angle_max_deg=85.0) < contact_s(relay_zenith_angle_max_deg=95.0) < free
    assert free / 86400.0 > 0.98  # three slots all but cover a low orbit


def test_no_eclipse_at_high_beta(css: ElementSet) -> None:
    from stationmaster.orbit.sun import sun

    east = sun(START, np.zeros(1))[0]
    ascension = np.degrees(np.arctan2(east[1], east[0])) % 360.0
    # the orbit's pole towards the Sun: node 90 degrees after the Sun's right ascension
    noon = dataclasses.replace(css, raan_deg=float(ascension + 90.0) % 360.0, inclination_deg=104.4)
    answer = predict(_problem(noon, 0.5, sites=(), targets=(), relays=()))
    assert answer.betas[0].beta_deg > 80.0
    assert answer.sunlit_fraction == 1.0 and answer.of(WindowKind.ECLIPSE) == ()
    (whole,) = answer.of(WindowKind.SUNLIT)
    assert whole.cut_start and whole.cut_end and whole.span == answer.span


@pytest.mark.parametrize("seconds", [1, 59, 60, 61, 3601])
def test_short_and_odd_spans(css: ElementSet, seconds: int) -> None:
    problem = _problem(css, seconds / 86400.0)
    assert faults(problem, predict(problem)) == ()


def test_a_lost_object_has_no_answer(css: ElementSet) -> None:
    falling = dataclasses.replace(css, bstar_per_earth_radius=2.0)
    with pytest.raises(StationError) as caught:
        predict(_problem(falling, 9.0))
    assert caught.value.code == "no-answer"
    assert "SGP4 gives no state at 2024-11-" in str(caught.value)


def test_caveats_are_said(css: ElementSet) -> None:
    def said(start: datetime, epoch: datetime) -> set[str]:
        elements = dataclasses.replace(css, epoch=epoch, bstar_per_earth_radius=0.0)
        span = Span(start, start + timedelta(hours=2))
        answer = predict(_problem(elements, span=span, sites=(), targets=(), relays=()))
        assert all(say(reason, REASONS) for reason in answer.reasons)
        return {reason.code for reason in answer.reasons}

    assert said(START, START - timedelta(days=1)) == set()
    assert said(START, START - timedelta(days=9)) == {"elements-old"}
    assert said(START, START + timedelta(hours=1)) == {"elements-from-later"}
    far, long_ago = datetime(2040, 1, 1, tzinfo=UTC), datetime(1965, 1, 1, tzinfo=UTC)
    assert said(far, far) == {"earth-orientation-held"}
    assert said(long_ago, long_ago) == {"earth-orientation-missing"}


@pytest.mark.parametrize(
    ("cls", "changes"),
    [
        (Site, {"latitude_deg": 91.0}),
        (Site, {"min_elevation_deg": 90.0}),
        (Target, {"max_off_nadir_deg": 0.0}),
        (Target, {"min_sun_elevation_deg": 20.0, "max_sun_elevation_deg": 10.0}),
        (Target, {"latitude_deg": float("nan")}),
    ],
)
def test_places_are_bounded(cls: type, changes: dict[str, float]) -> None:
    fields = {"code": "X", "latitude_deg": 1.0, "longitude_deg": 2.0, **changes}
    with pytest.raises(StationError):
        cls(**fields)


def test_regions_are_bounded(css: ElementSet) -> None:
    corners = SOUTH_ATLANTIC_ANOMALY.corners
    for bad in (
        {"corners": corners[:2], "estimate": True},
        {"corners": (corners[0], *corners), "estimate": True},
        {"corners": corners},
        {
            "corners": tuple(Corner(latitude_deg=1.0 + n, longitude_deg=100.0 * n) for n in range(3)),
            "estimate": True,
        },
    ):
        with pytest.raises(StationError):
            Region(code="X", **bad)  # type: ignore[arg-type]
    with pytest.raises(StationError):
        _problem(css, 0.0)
    with pytest.raises(StationError):
        _problem(css, 500.0)
    with pytest.raises(StationError) as caught:
        _problem(css, 1.0, sites=(SITES[0], SITES[0]))
    assert caught.value.code == "duplicate"
