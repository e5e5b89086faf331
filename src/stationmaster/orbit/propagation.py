"""SGP4 states, their turn to Earth-fixed axes, and an ephemeris that can be read at any moment.

Frames: TEME is the true equator, mean equinox frame of date that SGP4 works in. Earth-fixed is
ITRF: TEME turned by Greenwich mean sidereal time 1982 of UT1, then by polar motion (Vallado et
al. 2006, AIAA 2006-6753, appendix C). UT1 - UTC and polar motion are the IERS figures that brahe
carries; beyond their end the last value is held (and said so in the answer).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any, Final

import brahe
import numpy as np
from numpy.typing import NDArray
from sgp4.api import SGP4_ERRORS, WGS72, Satrec

from stationmaster.measure.errors import StationError
from stationmaster.measure.intervals import Spans
from stationmaster.measure.time import Span, iso, later
from stationmaster.orbit.letters import ElementSet
from stationmaster.orbit.quintics import Quintics
from stationmaster.orbit.sun import sun

Floats = NDArray[np.float64]

SECONDS_A_DAY: Final = 86400.0
EARTH_RATE_RAD_S: Final = 7.292115146706979e-5
MU_KM3_S2: Final = 398600.4418  # WGS 84
EARTH_EQUATOR_KM: Final = 6378.137  # WGS 84
EARTH_FLATTENING: Final = 1.0 / 298.257223563  # WGS 84
#: The square of the ellipsoid's eccentricity.
_SQUARE: Final = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
_J2: Final = 1.08262668e-3
#: A twentieth of a low orbit's revolution.
GRID_STEP_S: Final = 240.0
_SUN_STEP_S: Final = 21600.0
_SGP4_DAY_ZERO: Final = datetime(1949, 12, 31, tzinfo=UTC)
_MJD_ZERO: Final = datetime(1858, 11, 17, tzinfo=UTC)
#: The record's own number is a dummy: SGP4 does not use it, and it cannot hold long ones.
_DUMMY_NUMBER: Final = 0


def satrec(elements: ElementSet) -> Satrec:
    """The SGP4 record of an element set (WGS 72, improved mode, as the element sets are fitted).

    Raises:
        StationError: ``bad-value`` when SGP4 refuses the elements at their own epoch.
    """
    record = Satrec()
    record.sgp4init(
        WGS72,
        "i",
        _DUMMY_NUMBER,
        (elements.epoch - _SGP4_DAY_ZERO).total_seconds() / SECONDS_A_DAY,
        elements.bstar_per_earth_radius,
        elements.mean_motion_dot_rev_d2 * math.pi / 1036800.0,
        elements.mean_motion_ddot_rev_d3 * math.pi * 2.0 / 2985984000.0,
        elements.eccentricity_ratio,
        math.radians(elements.arg_perigee_deg),
        math.radians(elements.inclination_deg),
        math.radians(elements.mean_anomaly_deg),
        elements.mean_motion_rev_d * math.pi / 720.0,
        math.radians(elements.raan_deg),
    )
    if record.error:
        reason = SGP4_ERRORS.get(record.error, f"error {record.error}")
        raise StationError(
            "bad-value",
            field=f"elements of {elements.catalogue_id}",
            value=reason,
            expected="mean elements that SGP4 can propagate",
        )
    return record


@dataclass(frozen=True, eq=False)
class States:
    """States of one object: ``seconds`` (n,) after ``start``; ``r_teme_km`` and ``v_teme_km_s`` (n, 3).

    ``errors`` (n,) are SGP4's codes; where one is not 0 the state is not a number.
    """

    start: datetime
    seconds: Floats
    r_teme_km: Floats
    v_teme_km_s: Floats
    errors: NDArray[np.uint8]

    def error_counts(self) -> dict[int, int]:
        """How often each error code other than 0 stands in the states."""
        codes, counts = np.unique(self.errors[self.errors != 0], return_counts=True)
        return {int(code): int(count) for code, count in zip(codes, counts, strict=True)}

    def lost(self) -> Spans:
        """The spans between grid points around which SGP4 gave no state."""
        bad = np.flatnonzero(self.errors)
        before = self.seconds[np.maximum(bad - 1, 0)]
        after = self.seconds[np.minimum(bad + 1, len(self.seconds) - 1)]
        return Spans.of(
            Span(later(self.start, float(first)), later(self.start, float(last)))
            for first, last in zip(before, after, strict=True)
        )


def states(elements: ElementSet, start: datetime, seconds: Floats) -> States:
    """SGP4 states at ``start`` plus ``seconds``.

    The time since the element epoch is built from whole microseconds and the offsets, so that
    nothing is lost to a single Julian date (which resolves 40 microseconds, 0.3 m).
    """
    record = satrec(elements)
    ahead_s = (start - elements.epoch).total_seconds()
    day = np.full(len(seconds), record.jdsatepoch)
    fraction = record.jdsatepochF + (ahead_s + seconds) / SECONDS_A_DAY
    errors, r_teme_km, v_teme_km_s = record.sgp4_array(day, fraction)
    bad = errors != 0
    r_teme_km[bad], v_teme_km_s[bad] = np.nan, np.nan
    return States(start, seconds, r_teme_km, v_teme_km_s, errors)


def grid(span: Span, step_s: float = GRID_STEP_S) -> Floats:
    """Seconds after the span's start: equal steps that reach its end or just past it."""
    steps = max(1, math.ceil(span.duration_s / step_s - 1e-9))
    return np.arange(steps + 1, dtype=np.float64) * step_s


@cache
def earth_orientation() -> Any:
    """The table of Earth orientation that brahe carries (IERS finals, linear between days)."""
    return brahe.FileEOPProvider.from_default_standard(True, "Hold")


def earth_orientation_span() -> Span:
    """From when to when Earth orientation is tabulated."""
    table = earth_orientation()
    first, last = (float(edge()) for edge in (table.mjd_min, table.mjd_max))
    return Span(later(_MJD_ZERO, first * SECONDS_A_DAY), later(_MJD_ZERO, last * SECONDS_A_DAY))


@dataclass(frozen=True, eq=False)
class EarthTurn:
    """How the Earth is turned during a span: sidereal time and polar motion at any second of it.

    ``knots_s`` (k,) are seconds after ``start``; ``columns`` (3, k) hold UT1 - UTC in seconds and
    polar motion x and y in radians, read every six hours and linear between.
    """

    start: datetime
    knots_s: Floats
    columns: Floats

    @classmethod
    def over(cls, start: datetime, first_s: float, last_s: float) -> EarthTurn:
        """From the tables, between two offsets from ``start``."""
        table, known = earth_orientation(), earth_orientation_span()
        knots_s = np.linspace(first_s, last_s, 2 + int((last_s - first_s) / 21600.0))
        rows = []
        for second in knots_s:
            when = later(start, float(second))
            mjd = (when - _MJD_ZERO).total_seconds() / SECONDS_A_DAY
            before = when < known.start
            rows.append((0.0, 0.0, 0.0) if before else (table.get_ut1_utc(mjd), *table.get_pm(mjd)))
        return cls(start, knots_s, np.array(rows).T)

    def sidereal_angle(self, seconds: Floats) -> Floats:
        """Greenwich mean sidereal time (radians), 1982 model, UT1 as its argument."""
        return _gmst(self.start, seconds + np.interp(seconds, self.knots_s, self.columns[0]))

    def fixed(self, seconds: Floats, vectors_teme: Floats) -> Floats:
        """Vectors (n, 3), or several at each moment (k, n, 3), turned from TEME to ITRF."""
        turned = _turned(self.sidereal_angle(seconds), vectors_teme)
        x_rad, y_rad = (np.interp(seconds, self.knots_s, column) for column in self.columns[1:])
        return _polar_motion(turned, x_rad, y_rad)


def _gmst(start: datetime, seconds_ut1: Floats) -> Floats:
    noon_2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
    whole_days, rest_s = divmod((start - noon_2000).total_seconds(), SECONDS_A_DAY)
    day_fraction = (rest_s + seconds_ut1) / SECONDS_A_DAY
    centuries = (whole_days + day_fraction) / 36525.0
    # Aoki et al. 1982; the whole turns (876600 h a century) are taken out before they cost digits
    slow_s = 67310.54841 + centuries * (8640184.812866 + centuries * (0.093104 - centuries * 6.2e-6))
    turns = slow_s / SECONDS_A_DAY + day_fraction % 1.0
    return np.asarray(2.0 * math.pi * (turns % 1.0))


def earth_fixed(start: datetime, seconds: Floats, r_teme_km: Floats) -> Floats:
    """Positions (n, 3) km at ``start`` plus ``seconds``, turned from TEME to ITRF."""
    turn = EarthTurn.over(start, float(seconds.min()), float(seconds.max()))
    return turn.fixed(seconds, r_teme_km)


def _turned(angle: Floats, vectors: Floats) -> Floats:
    """Components in axes turned by ``angle`` about z."""
    cosine, sine = np.cos(angle), np.sin(angle)
    turned = np.empty_like(vectors)
    turned[..., 0] = cosine * vectors[..., 0] + sine * vectors[..., 1]
    turned[..., 1] = cosine * vectors[..., 1] - sine * vectors[..., 0]
    turned[..., 2] = vectors[..., 2]
    return turned


def _polar_motion(vectors: Floats, x_rad: Floats, y_rad: Floats) -> Floats:
    """Small-angle polar motion; its neglected squares are below 1e-4 m in low orbit."""
    moved = vectors.copy()
    moved[..., 0] += x_rad * vectors[..., 2]
    moved[..., 1] -= y_rad * vectors[..., 2]
    moved[..., 2] += y_rad * vectors[..., 1] - x_rad * vectors[..., 0]
    return moved


@dataclass(frozen=True, eq=False)
class Ephemeris:
    """One object over a span, readable at any second in it, in TEME and Earth-fixed axes.

    Quintic Hermite between grid points of ``GRID_STEP_S``, with the acceleration of gravity and the
    Earth's flattening; in low orbit within two metres of SGP4, whose own velocities (0.05 m/s off the slope
    of its positions) are most of that.
    """

    span: Span
    grid: States
    turn: EarthTurn
    r_fixed_km: Floats
    v_fixed_km_s: Floats
    a_fixed_km_s2: Floats
    a_teme_km_s2: Floats

    @property
    def seconds(self) -> Floats:
        """The grid, seconds after the span's start; its last point may lie past the end."""
        return self.grid.seconds

    @property
    def length_s(self) -> float:
        """The length of the span."""
        return self.span.duration_s

    @cached_property
    def distance_km(self) -> Floats:
        """How far (n,) the object is from the Earth's centre at each point of the grid."""
        return np.asarray(np.sqrt(np.einsum("ij,ij->i", self.r_fixed_km, self.r_fixed_km)))

    @cached_property
    def lowest_km(self) -> float:
        """The least distance from the Earth's centre over the grid."""
        return float(self.distance_km.min())

    @cached_property
    def highest_km(self) -> float:
        """The greatest distance from the Earth's centre over the grid."""
        return float(self.distance_km.max())

    @cached_property
    def speed_max_km_s(self) -> float:
        """The greatest speed over the grid, against the stars or the turning Earth."""
        speeds = (np.einsum("ij,ij->i", v, v).max() for v in (self.grid.v_teme_km_s, self.v_fixed_km_s))
        return math.sqrt(float(max(speeds)))

    @cached_property
    def sweep_max_rad_s(self) -> float:
        """The object's direction from the Earth's centre turns no faster than this."""
        return self.speed_max_km_s / self.lowest_km

    @cached_property
    def directions_fixed(self) -> Floats:
        """Unit vectors (n, 3) to the object at each point of the grid, Earth-fixed."""
        return self.r_fixed_km / self.distance_km[:, None]

    @cached_property
    def knots_s(self) -> Floats:
        """The points of the grid (n,), the last one moved to the end of the span.

        What is read at this very array is read once and kept.
        """
        return np.append(self.seconds[:-1], self.length_s)

    def teme(self, seconds: Floats) -> Floats:
        """Positions (n, 3) km in TEME."""
        return self._knots_teme_km if seconds is self.knots_s else self._teme.at(seconds)

    def fixed(self, seconds: Floats) -> Floats:
        """Positions (n, 3) km in Earth-fixed axes."""
        return self._knots_fixed_km if seconds is self.knots_s else self._fixed.at(seconds)

    def v_fixed(self, seconds: Floats) -> Floats:
        """Velocities (n, 3) km/s along the Earth-fixed path."""
        return self._knots_v_fixed_km_s if seconds is self.knots_s else self._fixed.rate(seconds)

    def sun(self, seconds: Floats) -> Floats:
        """Positions (n, 3) km of the Sun in TEME: read every six hours, within 1e-7 degrees between."""
        return self._knots_sun_km if seconds is self.knots_s else self._sun.at(seconds)

    @cached_property
    def _teme(self) -> Quintics:
        found = self.grid
        return Quintics.through(self.seconds, found.r_teme_km, found.v_teme_km_s, self.a_teme_km_s2)

    @cached_property
    def _fixed(self) -> Quintics:
        return Quintics.through(self.seconds, self.r_fixed_km, self.v_fixed_km_s, self.a_fixed_km_s2)

    @cached_property
    def _sun(self) -> Quintics:
        # slopes and bends by central differences, hence two knots more at each end
        knots_s = np.arange(-2.0, math.ceil(self.length_s / _SUN_STEP_S) + 3.0) * _SUN_STEP_S
        values = sun(self.span.start, knots_s)
        slopes = np.gradient(values, _SUN_STEP_S, axis=0)
        return Quintics.through(knots_s, values, slopes, np.gradient(slopes, _SUN_STEP_S, axis=0))

    @cached_property
    def _knots_teme_km(self) -> Floats:
        return np.append(self.grid.r_teme_km[:-1], self._teme.at(self.knots_s[-1:]), axis=0)

    @cached_property
    def _knots_fixed_km(self) -> Floats:
        return np.append(self.r_fixed_km[:-1], self._fixed.at(self.knots_s[-1:]), axis=0)

    @cached_property
    def _knots_v_fixed_km_s(self) -> Floats:
        return np.append(self.v_fixed_km_s[:-1], self._fixed.rate(self.knots_s[-1:]), axis=0)

    @cached_property
    def _knots_sun_km(self) -> Floats:
        return self._sun.at(self.knots_s)


def ephemeris(elements: ElementSet, span: Span) -> Ephemeris:
    """The ephemeris of an object over a span.

    Raises:
        StationError: ``no-answer`` when SGP4 fails anywhere in the span, with when and why.
    """
    found = states(elements, span.start, grid(span))
    if found.errors.any():
        place = int(np.flatnonzero(found.errors)[0])
        code = int(found.errors[place])
        when = iso(later(span.start, float(found.seconds[place])))
        raise StationError(
            "no-answer",
            field=f"elements of {elements.catalogue_id}",
            reason=f"SGP4 gives no state at {when} ({SGP4_ERRORS.get(code, code)}), "
            f"nor at {int(np.count_nonzero(found.errors))} of {len(found.errors)} moments",
        )
    turn = EarthTurn.over(span.start, 0.0, float(found.seconds[-1]))
    pull = _gravity_km_s2(found.r_teme_km)
    r_km, v_km_s, a_km_s2 = turn.fixed(found.seconds, np.stack([found.r_teme_km, found.v_teme_km_s, pull]))
    # velocity and acceleration are turned as well, and what the axes themselves move is taken away
    v_km_s -= earth_speed(r_km)
    a_km_s2 -= 2.0 * earth_speed(v_km_s) + earth_speed(earth_speed(r_km))
    return Ephemeris(span, found, turn, r_km, v_km_s, a_km_s2, pull)


def _gravity_km_s2(r_teme_km: Floats) -> Floats:
    """Gravity (n, 3) of the Earth and of its flattening (Vallado 2013, 8.7.1: J2)."""
    square_km2 = np.einsum("ij,ij->i", r_teme_km, r_teme_km)
    pull = -MU_KM3_S2 / (square_km2 * np.sqrt(square_km2))
    flat = 1.5 * _J2 * EARTH_EQUATOR_KM**2 / square_km2
    polar = 5.0 * r_teme_km[:, 2] ** 2 / square_km2
    level, up = pull * (1.0 + flat * (1.0 - polar)), pull * (1.0 + flat * (3.0 - polar))
    return np.asarray(r_teme_km * np.stack([level, level, up], axis=1))


def earth_speed(r_fixed_km: Floats) -> Floats:
    """How fast (n, 3) km/s the turning Earth carries Earth-fixed positions (n, 3)."""
    east, north, _ = r_fixed_km.T
    return np.stack([-EARTH_RATE_RAD_S * north, EARTH_RATE_RAD_S * east, np.zeros(len(east))], axis=1)


def geodetic(r_fixed_km: Floats) -> tuple[Floats, Floats, Floats]:
    """Latitude, longitude (degrees) and altitude (km) above WGS 84 of Earth-fixed positions (n, 3).

    Fixed-point iteration on the latitude's tangent (Vallado 2013, algorithm 12), to below 1e-9
    degrees anywhere above 100 km.
    """
    axis_km, tangent = _latitude_tangent(r_fixed_km)
    secant = np.sqrt(1.0 + tangent * tangent)
    sine, cosine = tangent / secant, 1.0 / secant
    surface_km = EARTH_EQUATOR_KM * np.sqrt(1.0 - _SQUARE * sine * sine)
    altitude_km = axis_km * cosine + r_fixed_km[:, 2] * sine - surface_km
    longitude = np.degrees(np.arctan2(r_fixed_km[:, 1], r_fixed_km[:, 0]))
    return np.degrees(np.arctan(tangent)), longitude, altitude_km


def vertical(r_km: Floats) -> Floats:
    """The geodetic vertical (n, 3) below positions (n, 3); in any frame whose z is the Earth's axis."""
    axis_km, tangent = _latitude_tangent(r_km)
    cosine = 1.0 / np.sqrt(1.0 + tangent * tangent)
    level = cosine / axis_km
    return np.stack([r_km[:, 0] * level, r_km[:, 1] * level, tangent * cosine], axis=1)


def _latitude_tangent(r_km: Floats) -> tuple[Floats, Floats]:
    """The distance (n,) from the Earth's axis, kept from zero, and the tangent of the geodetic latitude."""
    axis_km = np.maximum(np.sqrt(r_km[:, 0] ** 2 + r_km[:, 1] ** 2), 1e-9)
    geocentric = r_km[:, 2] / axis_km
    tangent, shift = geocentric, EARTH_EQUATOR_KM * _SQUARE / axis_km
    for _ in range(4):
        tangent = geocentric + shift * tangent / np.sqrt(1.0 + (1.0 - _SQUARE) * tangent * tangent)
    return axis_km, tangent


def place_fixed(latitude_deg: float, longitude_deg: float, altitude_km: float) -> tuple[Floats, Floats]:
    """A place on the ground, Earth-fixed: its position (3,) km and its upward unit vector (3,)."""
    latitude, longitude = math.radians(latitude_deg), math.radians(longitude_deg)
    up = np.array(
        [
            math.cos(latitude) * math.cos(longitude),
            math.cos(latitude) * math.sin(longitude),
            math.sin(latitude),
        ]
    )
    radius_km = EARTH_EQUATOR_KM / math.sqrt(1.0 - _SQUARE * up[2] ** 2)
    shrink = np.array([1.0, 1.0, 1.0 - _SQUARE])
    return (radius_km * shrink + altitude_km) * up, up
