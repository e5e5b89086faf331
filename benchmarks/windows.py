"""All windows of one station for half a year against skyfield and brahe.

Ours finds every kind at once: sunlight and eclipse, day and night below, passes over 8 ground sites,
contact through 3 relay satellites behind a blocked cone, the South Atlantic Anomaly, 20 targets in
daylight, beta. The peers find what they can be asked for: passes over the same sites (skyfield
``find_events``, brahe ``location_accesses``). Passes are compared over the whole span; on sampled days
pass and eclipse ends are refined with skyfield's own positions and JPL's DE421, and the stage's checker
judges every kind again another way.

    python benchmarks/windows.py --data DIR [--days 180] [--station 48274] [--samples 6]

DIR holds ``on_orbit_2024-11-01_omm.csv.gz`` or ``catalogues/`` with it. The last line is one JSON object:
``cpu_s`` for all kinds; ``ratio`` and ``ratio_brahe``, how many times longer the peers take for the
passes alone than ours for the same; ``worst_edge_s`` and ``missed`` against skyfield.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import gzip
import io
import json
import statistics
import time
import warnings
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import brahe
import numpy as np

from stationmaster.measure.time import Span
from stationmaster.orbit.check import faults
from stationmaster.orbit.elements import parse_elements
from stationmaster.orbit.letters import (
    BlockedCone,
    OrbitAnswer,
    OrbitProblem,
    Site,
    Target,
    Window,
    WindowKind,
)
from stationmaster.orbit.places import relays_of, sites_of
from stationmaster.orbit.predict import predict
from stationmaster.station.read import read

CATALOGUE = "on_orbit_2024-11-01_omm.csv.gz"
STATIONS = {48274: "css", 25544: "iss"}
#: A ground station more than each station's file has, so that there are eight.
MORE_SITES = (
    Site(code="DONGA", name="Dongara", latitude_deg=-29.05, longitude_deg=115.35, altitude_m=250.0),
    Site(code="KOURO", name="Kourou", latitude_deg=5.25, longitude_deg=-52.8, altitude_m=10.0),
)
#: Cities under both stations' orbits.
PLACES = {
    "NAIROBI": (-1.29, 36.82), "MEXICO": (19.43, -99.13), "LIMA": (-12.05, -77.04), "TOKYO": (35.68, 139.69),
    "CAIRO": (30.04, 31.24), "LAGOS": (6.52, 3.38), "DELHI": (28.61, 77.21), "DHAKA": (23.81, 90.41),
    "JAKARTA": (-6.21, 106.85), "SYDNEY": (-33.87, 151.21), "ADDIS": (9.03, 38.74), "BOGOTA": (4.71, -74.07),
    "QUITO": (-0.18, -78.47), "ANKARA": (39.93, 32.86), "ROME": (41.0, 12.5), "BEIJING": (39.9, 116.41),
    "MANILA": (14.6, 120.98), "DAKAR": (14.69, -17.45), "HARARE": (-17.83, 31.05), "ASUNCION": (-25.3, -57.6),
}  # fmt: skip
BLOCKED = BlockedCone(code="radiator", azimuth_deg=30.0, elevation_deg=10.0, half_angle_deg=10.0)


def asked(data: bytes, number: int, days: float) -> OrbitProblem:
    station = read(STATIONS[number])
    elements = parse_elements(data, name=CATALOGUE).one(number)
    start = elements.epoch.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return OrbitProblem(
        station=station.code,
        elements=elements,
        elements_source=CATALOGUE,
        span=Span(start, start + timedelta(days=days)),
        sites=(*sites_of(station), *MORE_SITES)[:8],
        relays=relays_of(station),
        targets=tuple(
            Target(code=code, latitude_deg=place[0], longitude_deg=place[1]) for code, place in PLACES.items()
        ),
        relay_zenith_angle_max_deg=100.0,
        blocked=(BLOCKED,),
    )


class Sky:
    """Skyfield's view of the station."""

    def __init__(self, data: bytes, number: int, start: datetime) -> None:
        from skyfield.api import EarthSatellite, Loader, load
        from skyfield_data import get_skyfield_data_path

        rows = csv.DictReader(io.StringIO(gzip.decompress(data).decode()))
        row = next(row for row in rows if int(row["NORAD_CAT_ID"]) == number)
        self.start = start
        self.scale = load.timescale(builtin=True)
        self.bodies = Loader(get_skyfield_data_path())("de421.bsp")
        self.craft = EarthSatellite.from_omm(self.scale, row)

    def times(self, seconds: np.ndarray) -> Any:
        """Skyfield's moments so many seconds after the start."""
        own = self.start
        return self.scale.utc(own.year, own.month, own.day, own.hour, own.minute, own.second + seconds)

    def passes(self, site: Site, length_s: float) -> list[tuple[float, float]]:
        """(rise, set) in seconds of every pass that lies in the span whole."""
        first, last = self.times(np.array([0.0, length_s]))
        times, kinds = self.craft.find_events(
            self._place(site), first, last, altitude_degrees=site.min_elevation_deg
        )
        at_s = [(when.utc_datetime() - self.start).total_seconds() for when in times]
        found, rise_s = [], None
        for second, kind in zip(at_s, kinds, strict=True):
            if kind == 0:
                rise_s = second
            elif kind == 2 and rise_s is not None:
                found.append((rise_s, second))
        return found

    def _place(self, site: Site) -> Any:
        from skyfield.api import wgs84

        return wgs84.latlon(site.latitude_deg, site.longitude_deg, elevation_m=site.altitude_m)

    def above(self, site: Site) -> Callable[[np.ndarray], np.ndarray]:
        """How far above a site's least elevation the station stands, in degrees."""
        place = self._place(site)
        return lambda seconds: (
            (self.craft - place).at(self.times(seconds)).altaz()[0].degrees - site.min_elevation_deg
        )

    def sunlight(self, seconds: np.ndarray) -> np.ndarray:
        """Above zero outside the umbra, from skyfield's own positions of station and Sun."""
        at = self.times(seconds)
        r_km = self.craft.at(at).xyz.km.T
        line = self.bodies["earth"].at(at).observe(self.bodies["sun"]).apparent().xyz.km.T - r_km
        far, near = np.linalg.norm(line, axis=1), np.linalg.norm(r_km, axis=1)
        apart = np.arccos(-np.sum(line * r_km, axis=1) / far / near)
        return np.asarray(apart - np.arcsin(6378.137 / near) + np.arcsin(696000.0 / far))


def brahe_passes(problem: OrbitProblem, data: bytes) -> tuple[float, list[int]]:
    """CPU seconds, and how many passes brahe finds over each site."""
    rows = csv.DictReader(io.StringIO(gzip.decompress(data).decode()))
    row = next(row for row in rows if int(row["NORAD_CAT_ID"]) == problem.elements.catalogue_id)
    from sgp4 import exporter, omm
    from sgp4.api import Satrec

    record = Satrec()
    omm.initialize(record, row)
    first, second = exporter.export_tle(record)
    table = brahe.FileEOPProvider.from_default_standard(True, "Hold")
    brahe.set_global_eop_provider_from_file_provider(table)
    craft = brahe.SGPPropagator.from_tle(first, second, 60.0)
    own = problem.span.start
    start = brahe.Epoch.from_datetime(
        own.year, own.month, own.day, own.hour, own.minute, float(own.second), 0.0, brahe.TimeSystem.UTC
    )
    began, counts = time.process_time(), []
    for site in problem.sites:
        place = brahe.PointLocation(site.longitude_deg, site.latitude_deg, site.altitude_m)
        limit = brahe.ElevationConstraint(site.min_elevation_deg)
        counts.append(
            len(brahe.location_accesses(place, craft, start, start + problem.span.duration_s, limit))
        )
    return time.process_time() - began, counts


def cpu(work: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """The median CPU time of so many runs, and what the last one gave."""
    spent, found = [], None
    for _ in range(times):
        began = time.process_time()
        found = work()
        spent.append(time.process_time() - began)
    return statistics.median(spent), found


def compared(
    problem: OrbitProblem, answer: OrbitAnswer, theirs: dict[str, list[tuple[float, float]]]
) -> tuple[int, int]:
    """How many of skyfield's passes ours lacks, and how many of ours skyfield lacks, over the span."""
    missed = extra = 0
    for site in problem.sites:
        own = [_seconds(problem, w) for w in answer.of(WindowKind.PASS, site.code)]
        whole = [pair for pair in own if pair[0] > 0.0 and pair[1] < problem.span.duration_s]
        missed += sum(not _met(one, own) for one in theirs[site.code])
        extra += sum(not _met(one, theirs[site.code]) for one in whole)
    return missed, extra


def _seconds(problem: OrbitProblem, window: Window) -> tuple[float, float]:
    start = problem.span.start
    return (window.start - start).total_seconds(), (window.end - start).total_seconds()


def _met(one: tuple[float, float], others: list[tuple[float, float]]) -> bool:
    return any(other[0] < one[1] and one[0] < other[1] for other in others)


def refined(function: Callable[[np.ndarray], np.ndarray], near_s: np.ndarray) -> np.ndarray:
    """Where a function changes its sign within two seconds of moments; no number where it does not."""
    first, last = near_s - 2.0, near_s + 2.0
    before, after = function(first) > 0, function(last) > 0
    for _ in range(16):
        middle = (first + last) / 2
        same = (function(middle) > 0) == before
        first, last = np.where(same, middle, first), np.where(same, last, middle)
    return np.where(before != after, (first + last) / 2, np.nan)


def day_errors(problem: OrbitProblem, answer: OrbitAnswer, sky: Sky, first_s: float) -> list[float]:
    """By how much the pass and eclipse ends of a day differ from skyfield's, in seconds."""
    errors: list[float] = []
    asked_of = [(WindowKind.PASS, site.code, sky.above(site)) for site in problem.sites]
    for kind, name, function in (*asked_of, (WindowKind.ECLIPSE, "", sky.sunlight)):
        ends = np.array([_seconds(problem, w) for w in answer.of(kind, name)]).ravel()
        ends = ends[(ends > first_s) & (ends < first_s + 86400.0) & (ends < problem.span.duration_s)]
        if len(ends):
            errors += np.abs(refined(function, ends) - ends).tolist()
    return errors


def day_faults(problem: OrbitProblem, answer: OrbitAnswer, first_s: float) -> int:
    """Faults the checker finds in a day asked by itself, and windows of it that the long answer lacks."""
    start = problem.span.start + timedelta(seconds=first_s)
    day = dataclasses.replace(problem, span=Span(start, start + timedelta(days=1)))
    own = predict(day)
    known = {(w.kind, w.name, w.start.replace(microsecond=0)) for w in answer.windows}
    lost = 0
    for window in own.windows:
        near = {window.start.replace(microsecond=0) + timedelta(seconds=n) for n in (-1, 0, 1)}
        lost += not window.cut_start and not any((window.kind, window.name, when) in known for when in near)
    return len(faults(day, own)) + lost


def main() -> None:  # long because it runs all three side by side and prints the figures
    """Run ours and the peers, compare, print the figures."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--days", type=float, default=180.0)
    options.add_argument("--station", type=int, default=48274, choices=sorted(STATIONS))
    options.add_argument("--samples", type=int, default=6)
    given = options.parse_args()
    folder = given.data / "catalogues" if (given.data / "catalogues").is_dir() else given.data
    data = (folder / CATALOGUE).read_bytes()
    warnings.simplefilter("ignore", RuntimeWarning)  # skyfield-data's own table of dates
    problem = asked(data, given.station, given.days)
    predict(
        dataclasses.replace(problem, span=Span(problem.span.start, problem.span.start + timedelta(days=1)))
    )
    ours_s, answer = cpu(lambda: predict(problem), 5)
    passes_only = dataclasses.replace(problem, targets=(), relays=(), regions=())
    passes_s, _ = cpu(lambda: predict(passes_only), 3)
    sky = Sky(data, given.station, problem.span.start)
    sky_s, theirs = cpu(lambda: {s.code: sky.passes(s, problem.span.duration_s) for s in problem.sites})
    missed, extra = compared(problem, answer, theirs)
    brahe_s, counts = brahe_passes(problem, data)
    errors, found = [], 0
    for first_s in np.linspace(0.0, problem.span.duration_s - 86400.0, given.samples):
        errors += day_errors(problem, answer, sky, float(first_s))
        found += day_faults(problem, answer, float(first_s))
    own_counts = [len(answer.of(WindowKind.PASS, site.code)) for site in problem.sites]
    print(f"{problem.station}, {given.days:g} d, {len(answer.windows)} windows; passes over each site:")
    print(f"  ours {own_counts}, skyfield {[len(v) for v in theirs.values()]} whole ones, brahe {counts}")
    print(json.dumps({
        "days": given.days, "windows": len(answer.windows), "cpu_s": round(ours_s, 3),
        "passes_cpu_s": round(passes_s, 3), "skyfield_cpu_s": round(sky_s, 3),
        "brahe_cpu_s": round(brahe_s, 3),
        "ratio": round(sky_s / passes_s, 2), "ratio_brahe": round(brahe_s / passes_s, 2),
        "worst_edge_s": round(float(np.max(errors)), 4), "mean_edge_s": round(float(np.mean(errors)), 4),
        "edges": len(errors), "missed": missed, "extra": extra, "faults": found,
        "exact_until": answer.exact_until.isoformat() if answer.exact_until else None,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
