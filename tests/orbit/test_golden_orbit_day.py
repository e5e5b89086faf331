"""One day of both stations against Skyfield and DE421 (see golden/orbit-day/SOURCE.md)."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stationmaster.measure.time import Span, later
from stationmaster.orbit.elements import read_elements
from stationmaster.orbit.letters import OrbitAnswer, OrbitProblem, Site, WindowKind
from stationmaster.orbit.predict import predict
from stationmaster.orbit.propagation import ephemeris
from stationmaster.orbit.sun import sun

pytest.importorskip("skyfield", reason="Skyfield is not installed: the day was not compared")
START = datetime(2024, 11, 1, tzinfo=UTC)
DAY = Span(START, START + timedelta(days=1))
STATIONS = {48274: "CSS", 25544: "ISS"}


class Sky:
    """Skyfield's view of one station."""

    def __init__(self, row: dict[str, str]) -> None:
        from skyfield.api import EarthSatellite, Loader, load
        from skyfield_data import get_skyfield_data_path

        self.scale = load.timescale(builtin=True)
        self.bodies = Loader(get_skyfield_data_path())("de421.bsp")
        self.craft = EarthSatellite.from_omm(self.scale, row)

    def times(self, seconds: np.ndarray) -> Any:
        return self.scale.utc(START.year, START.month, START.day, 0, 0, seconds)

    def umbra(self, seconds: np.ndarray) -> np.ndarray:
        """Above zero in sunlight, from Skyfield's own positions of station and Sun."""
        at = self.times(seconds)
        r_km = self.craft.at(at).xyz.km.T
        sun_km = self.bodies["earth"].at(at).observe(self.bodies["sun"]).apparent().xyz.km.T
        line = sun_km - r_km
        far, near = np.linalg.norm(line, axis=1), np.linalg.norm(r_km, axis=1)
        apart = np.arccos(-np.sum(line * r_km, axis=1) / far / near)
        return np.asarray(apart - np.arcsin(6378.137 / near) + np.arcsin(696000.0 / far))


@pytest.fixture(scope="module", params=list(STATIONS))
def day(request: pytest.FixtureRequest, root: Path) -> tuple[OrbitProblem, OrbitAnswer, Sky]:
    path = root / "golden/elements/stations.csv"
    with path.open() as file:
        row = next(r for r in csv.DictReader(file) if int(r["NORAD_CAT_ID"]) == request.param)
    with (root / "golden/orbit-day/sites.csv").open() as file:
        sites = tuple(
            Site(code=r["code"], **{name: float(r[name]) for name in list(r)[1:]})
            for r in csv.DictReader(file)
        )
    problem = OrbitProblem(
        station=STATIONS[request.param],
        elements=read_elements(path).one(request.param),
        elements_source="CelesTrak, on-orbit catalogue of 2024-11-01",
        span=DAY,
        sites=sites,
        track_step_s=600.0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # skyfield-data's own table of dates
        return problem, predict(problem), Sky(row)


def _roots(function: Callable[[np.ndarray], np.ndarray], first: np.ndarray, last: np.ndarray) -> np.ndarray:
    before = function(first) > 0
    for _ in range(18):
        middle = (first + last) / 2
        same = (function(middle) > 0) == before
        first, last = np.where(same, middle, first), np.where(same, last, middle)
    return (first + last) / 2


def test_golden_passes(day: tuple[OrbitProblem, OrbitAnswer, Sky]) -> None:
    from skyfield.api import wgs84

    problem, answer, sky = day
    passes = 0
    for site in problem.sites:
        place = wgs84.latlon(site.latitude_deg, site.longitude_deg, elevation_m=site.altitude_m)

        def above(
            seconds: np.ndarray, place: Any = place, limit: float = site.min_elevation_deg
        ) -> np.ndarray:
            return (sky.craft - place).at(sky.times(seconds)).altaz()[0].degrees - limit

        ends = sky.times(np.array([0.0, 86400.0]))
        times, kinds = sky.craft.find_events(place, ends[0], ends[1], altitude_degrees=site.min_elevation_deg)
        own = answer.of(WindowKind.PASS, site.code)
        whole = [w for w in own if not (w.cut_start or w.cut_end)]
        tops = [t for t, kind in zip(times, kinds, strict=True) if kind == 1]
        assert len(tops) == len(own)
        assert len(whole) >= len(own) - 2
        passes += len(own)
        if not whole:
            continue
        for edge in ("start", "end"):
            seconds = np.array([(getattr(w, edge) - START).total_seconds() for w in whole])
            true = _roots(above, seconds - 20.0, seconds + 20.0)
            assert np.abs(true - seconds).max() < 0.05  # the bar is 1 s
        rises = [t for t, kind in zip(times, kinds, strict=True) if kind == 0]
        for window in whole:
            nearest = min(abs((t.utc_datetime() - window.start).total_seconds()) for t in rises)
            assert nearest < 1.0
            top = above(np.array([(window.peak - START).total_seconds()]))[0] + site.min_elevation_deg
            assert abs(top - window.max_elevation_deg) < 0.02
    assert passes > 20


def test_golden_eclipses(day: tuple[OrbitProblem, OrbitAnswer, Sky]) -> None:
    _, answer, sky = day
    eclipses = answer.of(WindowKind.ECLIPSE)
    assert len(eclipses) in (15, 16, 17)
    at = np.arange(0.0, 86400.0, 20.0)
    changes = int(np.count_nonzero(np.diff(sky.umbra(at) > 0)))
    assert changes == sum((not w.cut_start) + (not w.cut_end) for w in eclipses)
    for edge in ("start", "end"):
        seconds = np.array(
            [(getattr(w, edge) - START).total_seconds() for w in eclipses if not getattr(w, f"cut_{edge}")]
        )
        true = _roots(sky.umbra, seconds - 30.0, seconds + 30.0)
        assert np.abs(true - seconds).max() < 0.05


def test_golden_eclipses_that_are_only_grazed(root: Path) -> None:
    """The first shadows after full sunlight: 0.01 degrees of the Sun would move their ends by a second."""
    path = root / "golden/elements/stations.csv"
    with path.open() as file:
        sky = Sky(next(row for row in csv.DictReader(file) if row["NORAD_CAT_ID"] == "25544"))
    problem = OrbitProblem(
        station="ISS",
        elements=read_elements(path).one(25544),
        elements_source="CelesTrak",
        span=Span(START + timedelta(days=40), START + timedelta(days=42)),
        regions=(),
    )
    eclipses = predict(problem).of(WindowKind.ECLIPSE)
    assert 100.0 < eclipses[0].span.duration_s < 300.0
    for edge in ("start", "end"):
        seconds = np.array([(getattr(w, edge) - START).total_seconds() for w in eclipses if not w.cut_end])
        assert np.abs(_roots(sky.umbra, seconds - 30.0, seconds + 30.0) - seconds).max() < 0.1


def test_golden_is_sunlit(day: tuple[OrbitProblem, OrbitAnswer, Sky]) -> None:
    """Skyfield calls the station dark when the Sun's centre is hidden: a few seconds more a side."""
    _, answer, sky = day

    def lit(seconds: np.ndarray) -> np.ndarray:
        return sky.craft.at(sky.times(seconds)).is_sunlit(sky.bodies) - 0.5

    for window in answer.of(WindowKind.ECLIPSE):
        first, last = ((edge - START).total_seconds() for edge in (window.start, window.end))
        if not window.cut_start:
            dark = _roots(lit, np.array([first - 60.0]), np.array([first + 1.0]))[0]
            assert 1.0 < first - dark < 20.0
        if not window.cut_end:
            bright = _roots(lit, np.array([last - 1.0]), np.array([last + 60.0]))[0]
            assert 1.0 < bright - last < 20.0


def test_golden_ground_track(day: tuple[OrbitProblem, OrbitAnswer, Sky]) -> None:
    from skyfield.api import wgs84

    _, answer, sky = day
    assert len(answer.track) == 145
    at = sky.times(np.array([(point.at - START).total_seconds() for point in answer.track]))
    place = wgs84.geographic_position_of(sky.craft.at(at))
    for n, point in enumerate(answer.track):
        assert abs(point.latitude_deg - place.latitude.degrees[n]) < 1e-3
        east = (point.longitude_deg - place.longitude.degrees[n] + 180.0) % 360.0 - 180.0
        assert abs(east) < 1e-3
        assert abs(point.altitude_km - place.elevation.km[n]) < 0.02


def test_golden_sun_direction(day: tuple[OrbitProblem, OrbitAnswer, Sky]) -> None:
    from skyfield.sgp4lib import TEME

    _, _, sky = day
    for year in range(1960, 2050, 8):
        start = datetime(year, 1, 1, tzinfo=UTC)
        days = np.arange(0.0, 366.0, 13.0)
        at = sky.scale.utc(year, 1, 1 + days)
        true = sky.bodies["earth"].at(at).observe(sky.bodies["sun"]).apparent().frame_xyz(TEME).km.T
        own = sun(start, days * 86400.0)
        true_far, own_far = np.linalg.norm(true, axis=1), np.linalg.norm(own, axis=1)
        apart = np.linalg.norm(true / true_far[:, None] - own / own_far[:, None], axis=1)
        assert np.degrees(apart).max() < 0.001
        assert np.abs(own_far / true_far - 1.0).max() < 3e-5


def test_golden_earth_fixed(day: tuple[OrbitProblem, OrbitAnswer, Sky]) -> None:
    """Against brahe's turn from TEME to ITRF: 2 cm; against Skyfield's, which knows no polar motion: 20 m."""
    import brahe
    from skyfield.framelib import itrs

    problem, _, sky = day
    orbit = ephemeris(problem.elements, problem.span)
    if not brahe.get_global_eop_initialization():
        table = brahe.FileEOPProvider.from_default_standard(True, "Hold")
        brahe.set_global_eop_provider_from_file_provider(table)
    start = brahe.Epoch.from_date(2024, 11, 1, brahe.TimeSystem.UTC)
    epochs = [start + float(second) for second in orbit.seconds]
    theirs = brahe.position_teme_to_itrf(epochs, orbit.grid.r_teme_km * 1000.0) / 1000.0
    assert np.linalg.norm(theirs - orbit.r_fixed_km, axis=1).max() < 2e-5
    skys = sky.craft.at(sky.times(orbit.seconds)).frame_xyz(itrs).km.T
    assert np.linalg.norm(skys - orbit.r_fixed_km, axis=1).max() < 0.02
    assert later(START, 60.0) == START + timedelta(minutes=1)
