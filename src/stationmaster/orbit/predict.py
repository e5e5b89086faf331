"""From an orbit problem to its answer: all windows, beta, altitude, a day of ground track."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import repeat
from operator import attrgetter
from typing import Any, Final

import numpy as np

from stationmaster.measure.reasons import Reason
from stationmaster.measure.time import iso, later
from stationmaster.orbit import ageing, events
from stationmaster.orbit.crossings import Condition, best, rest, samples
from stationmaster.orbit.letters import (
    Beta,
    OrbitAnswer,
    OrbitProblem,
    Site,
    Target,
    TrackPoint,
    Window,
    WindowKind,
)
from stationmaster.orbit.propagation import (
    GRID_STEP_S,
    SECONDS_A_DAY,
    Ephemeris,
    Floats,
    earth_orientation_span,
    ephemeris,
    geodetic,
)
from stationmaster.orbit.sun import sun

#: Overpasses of under a minute shift by as much when elements are so old (B* wrong by a fifth).
_OLD_D: Final = 7.0
#: Grid steps in which an orbit turns by less than half a revolution.
_TURN_STEPS: Final = 4
#: At least so many altitudes make the least, the greatest and the mean one.
_ALTITUDES: Final = 2000
_TRACK_S: Final = SECONDS_A_DAY


def predict(problem: OrbitProblem) -> OrbitAnswer:
    """Everything that was asked about the orbit.

    Windows are rounded to the millisecond, angles to 0.0001 degrees, kilometres to the metre.

    Raises:
        StationError: ``no-answer`` when SGP4 gives no state somewhere in the span.
    """
    orbit = ephemeris(problem.elements, problem.span)
    sunlit = events.sunlit_pieces(orbit)
    windows = [*_light(orbit, sunlit), *_contacts(orbit, problem), *_regions(orbit, problem)]
    windows.sort(key=attrgetter("kind", "name"))
    windows.sort(key=attrgetter("start"))  # stable; of one kind and name no two begin together
    altitude_min_km, altitude_max_km, altitude_mean_km = _altitudes(orbit)
    period_min, revolutions = _revolutions(orbit)
    errors = ageing.edge_errors(problem)
    return OrbitAnswer(
        station=problem.station,
        catalogue_id=problem.elements.catalogue_id,
        object_name=problem.elements.name,
        span=problem.span,
        elements_epoch=problem.elements.epoch,
        elements_source=problem.elements_source,
        elements_age_start_d=_age_d(problem, problem.span.start),
        elements_age_end_d=_age_d(problem, problem.span.end),
        windows=tuple(windows),
        sunlit_fraction=round(float(np.diff(sunlit, axis=1).sum()) / orbit.length_s, 6),
        betas=_betas(orbit),
        altitude_min_km=altitude_min_km,
        altitude_max_km=altitude_max_km,
        altitude_mean_km=altitude_mean_km,
        period_min=round(period_min, 5),
        revolutions_count=round(revolutions, 5),
        track=_track(orbit, problem.track_step_s),
        reasons=tuple(_reasons(problem)),
        edge_errors=errors,
        exact_until=ageing.exact_until(errors, problem.span, problem.slot_s / 2.0),
    )


def _age_d(problem: OrbitProblem, when: datetime) -> float:
    return round((when - problem.elements.epoch).total_seconds() / SECONDS_A_DAY, 6)


def _windows(
    orbit: Ephemeris, kind: WindowKind, name: str, found: Floats, details: dict[str, list[Any]] | None = None
) -> Iterator[Window]:
    """The windows of pieces (m, 2); details are columns (m,) of further fields."""
    edges = np.minimum(_microseconds(found), orbit.span.duration_s * 1e6).astype(np.int64)
    starts, ends = _moments(orbit.span.start, edges[:, 0]), _moments(orbit.span.start, edges[:, 1])
    cut_starts, cut_ends = (found[:, 0] <= 0.0).tolist(), (found[:, 1] >= orbit.length_s).tolist()
    names = tuple(details or ())
    columns = zip(*(details or {}).values(), strict=True) if details else repeat(())
    for start, end, cut_start, cut_end, told in zip(
        starts, ends, cut_starts, cut_ends, columns, strict=False
    ):
        if start < end:
            yield Window(
                kind=kind,
                name=name,
                start=start,
                end=end,
                cut_start=cut_start,
                cut_end=cut_end,
                **dict(zip(names, told, strict=True)),
            )


def _microseconds(seconds: Floats) -> Floats:
    """Whole milliseconds, in microseconds."""
    return np.asarray(np.round(seconds, 3) * 1e6).round()


def _moments(start: datetime, microseconds: np.ndarray) -> list[datetime]:
    """The moments so long after ``start``; numpy makes thousands of time differences at once."""
    return [start + after for after in microseconds.astype("timedelta64[us]").tolist()]


def _light(orbit: Ephemeris, sunlit: Floats) -> Iterator[Window]:
    day = events.daylit_pieces(orbit)
    for kind, found in (
        (WindowKind.SUNLIT, sunlit),
        (WindowKind.ECLIPSE, rest(sunlit, orbit.length_s)),
        (WindowKind.DAY, day),
        (WindowKind.NIGHT, rest(day, orbit.length_s)),
    ):
        yield from _windows(orbit, kind, "", found)


def _contacts(orbit: Ephemeris, problem: OrbitProblem) -> Iterator[Window]:
    for site in problem.sites:
        found = events.pass_pieces(orbit, site)
        condition = events.elevation_sine(orbit, events.site_place(site))
        yield from _peaked(orbit, WindowKind.PASS, site, found, condition)
    for target in problem.targets:
        found = events.overpass_pieces(orbit, target)
        condition = events.off_nadir_cosine(orbit, target)
        yield from _peaked(orbit, WindowKind.OVERPASS, target, found, condition)
    for relay in problem.relays:
        found = events.relay_pieces(orbit, relay, problem.relay_zenith_angle_max_deg, problem.blocked)
        yield from _windows(orbit, WindowKind.RELAY, relay.code, found)


def _regions(orbit: Ephemeris, problem: OrbitProblem) -> Iterator[Window]:
    for region in problem.regions:
        yield from _windows(orbit, WindowKind.REGION, region.code, events.region_pieces(orbit, region))


def _peaked(
    orbit: Ephemeris, kind: WindowKind, place: Site | Target, found: Floats, condition: Condition
) -> Iterator[Window]:
    """Windows over a place, with what holds at the moment the condition is greatest."""
    site_km, up = events.site_place(place)
    at = best(condition, found)
    if not len(at):
        return
    line_km = orbit.fixed(at) - site_km
    range_km = np.linalg.norm(line_km, axis=1)
    details: dict[str, list[Any]] = {
        "peak": _moments(orbit.span.start, _microseconds(at)),
        "max_elevation_deg": _degrees(np.arcsin(np.clip(line_km @ up / range_km, -1.0, 1.0))),
        "min_range_km": np.round(range_km, 3).tolist(),
        "sun_elevation_deg": _degrees(np.arcsin(np.clip(events.sun_sine(orbit, up)(at), -1.0, 1.0))),
    }
    if isinstance(place, Target):
        cosine = events.off_nadir_cosine(orbit, place)(at)
        details["min_off_nadir_deg"] = _degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
    yield from _windows(orbit, kind, place.code, found, details)


def _degrees(angles_rad: Floats) -> list[Any]:
    return list(np.round(np.degrees(angles_rad), 4).tolist())


def _altitudes(orbit: Ephemeris) -> tuple[float, float, float]:
    """The least, greatest and mean geodetic altitude (km): over the grid, in short spans more closely."""
    step_s = orbit.length_s / _ALTITUDES
    at = orbit.knots_s if step_s > GRID_STEP_S else samples(orbit.length_s, step_s)
    altitude_km = geodetic(orbit.fixed(at))[2]
    mean_km = float(np.trapezoid(altitude_km, at)) / orbit.length_s
    return round(-_top(-altitude_km), 3), round(_top(altitude_km), 3), round(mean_km, 3)


def _top(values: Floats) -> float:
    """The greatest value, by the parabolas through each sample that tops its neighbours."""
    # the last step may be short
    before, here, after = values[:-3], values[1:-2], values[2:-1]
    bend = np.minimum(before - 2.0 * here + after, -1e-12)
    tops = (here - (before - after) ** 2 / (8.0 * bend))[(here >= before) & (here >= after)]
    return float(max(values.max(), tops.max(initial=-np.inf)))


def _betas(orbit: Ephemeris) -> tuple[Beta, ...]:
    """Beta every six hours from the start of the span, and at its end."""
    at = np.unique(np.append(np.arange(0.0, orbit.length_s, 21600.0), orbit.length_s))
    place = np.minimum(np.searchsorted(orbit.seconds, at), len(orbit.seconds) - 1)
    normal = np.cross(orbit.grid.r_teme_km[place], orbit.grid.v_teme_km_s[place])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    towards = sun(orbit.span.start, at)
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    beta_deg = np.degrees(np.arcsin(np.clip(np.einsum("ij,ij->i", normal, towards), -1.0, 1.0)))
    return tuple(
        Beta(at=later(orbit.span.start, float(second)), beta_deg=round(float(angle), 4))
        for second, angle in zip(at, beta_deg, strict=True)
    )


def _track(orbit: Ephemeris, step_s: float) -> tuple[TrackPoint, ...]:
    at = np.arange(0.0, min(_TRACK_S, orbit.length_s) + 1e-9, step_s)
    latitude_deg, longitude_deg, altitude_km = geodetic(orbit.fixed(at))
    lit = events.sunlight(orbit)(at) > 0.0
    return tuple(
        TrackPoint(
            at=later(orbit.span.start, float(second)),
            latitude_deg=round(float(latitude_deg[n]), 4),
            longitude_deg=round(float(longitude_deg[n]), 4),
            altitude_km=round(float(altitude_km[n]), 3),
            sunlit=bool(lit[n]),
        )
        for n, second in enumerate(at)
    )


def _revolutions(orbit: Ephemeris) -> tuple[float, float]:
    """The mean nodal period (minutes) and the revolutions of the span, from the angle swept.

    The angle is the argument of latitude: from the ascending node, in the plane of the orbit.
    """
    place = np.unique(np.append(np.arange(0, len(orbit.seconds), _TURN_STEPS), len(orbit.seconds) - 1))
    r_km, v_km_s = orbit.grid.r_teme_km[place], orbit.grid.v_teme_km_s[place]
    normal = np.cross(r_km, v_km_s)
    node = np.stack([-normal[:, 1], normal[:, 0], np.zeros(len(normal))], axis=1)
    ahead = np.cross(normal, node)
    sine = np.einsum("ij,ij->i", r_km, ahead) / np.linalg.norm(ahead, axis=1)
    cosine = np.einsum("ij,ij->i", r_km, node) / np.linalg.norm(node, axis=1)
    turned = np.unwrap(np.arctan2(sine, cosine))
    revolutions_each_s = float(turned[-1] - turned[0]) / (2.0 * math.pi) / float(orbit.seconds[-1])
    return 1.0 / revolutions_each_s / 60.0, revolutions_each_s * orbit.length_s


def _reasons(problem: OrbitProblem) -> Iterator[Reason]:
    epoch, span = problem.elements.epoch, problem.span
    if span.end - epoch > timedelta(days=_OLD_D):
        yield Reason("elements-old", {"age": _days(span.end - epoch)})
    if span.start < epoch:
        yield Reason("elements-from-later", {"epoch": iso(epoch), "age": _days(epoch - span.start)})
    known = earth_orientation_span()
    if span.end > known.end:
        yield Reason("earth-orientation-held", {"last": f"{known.end:%Y-%m-%d}"})
    if span.start < known.start:
        yield Reason("earth-orientation-missing", {"first": f"{known.start:%Y-%m-%d}"})


def _days(length: timedelta) -> str:
    return f"{length.total_seconds() / SECONDS_A_DAY:.1f} d"
