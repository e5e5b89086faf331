"""What must hold in each kind of window, for the check: worked out apart from the maker.

Shares no code with the maker. States are SGP4's, begun from OMM text and turned to Earth-fixed
axes by brahe (whose own SGP4 is not used: version 1.8 runs it with WGS 84 constants, which leaves
the element sets' own WGS 72 by 0.3 km in a week); the Sun is Meeus's low-accuracy apparent position
(*Astronomical Algorithms*, 1998, chapter 25) turned by apparent sidereal time; all geometry is
Earth-fixed, in plain angles.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import brahe
import numpy as np
from numpy.typing import NDArray
from sgp4 import omm
from sgp4.api import Satrec, jday

from stationmaster.orbit.letters import (
    BlockedCone,
    OrbitProblem,
    Region,
    RelaySlot,
    Site,
    Target,
    WindowKind,
)

Array = NDArray[np.float64]
_EQUATOR_KM: Final = 6378.137
_POLE_KM: Final = 6356.752314245


@dataclass(frozen=True, eq=False)
class Scene:
    """Moments (n,) and what is where then: Earth-fixed km and km/s (n, 3); velocity is inertial."""

    seconds: Array
    r_km: Array
    v_km_s: Array
    sun_km: Array


Margin = Callable[[Scene], Array]


def margins(problem: OrbitProblem) -> Iterator[tuple[WindowKind, str, Margin]]:
    """What must hold in each kind of window, as a margin in degrees."""
    yield WindowKind.SUNLIT, "", sunlight_deg
    yield WindowKind.ECLIPSE, "", lambda scene: -sunlight_deg(scene)
    yield WindowKind.DAY, "", daylight_deg
    yield WindowKind.NIGHT, "", lambda scene: -daylight_deg(scene)
    for site in problem.sites:
        yield WindowKind.PASS, site.code, _pass(site)
    for relay in problem.relays:
        yield WindowKind.RELAY, relay.code, _relay(problem, relay)
    for target in problem.targets:
        yield WindowKind.OVERPASS, target.code, _overpass(target)
    for region in problem.regions:
        yield WindowKind.REGION, region.code, _region(region)


def scene_at(problem: OrbitProblem, seconds: Array) -> Scene:
    """States and Sun at seconds (n,) after the start of the problem's span."""
    _load_orientation()
    epochs = [_epoch(problem.span.start) + float(second) for second in seconds]
    teme = states_teme(problem, seconds)
    fixed = np.asarray(brahe.state_teme_to_itrf(epochs, teme * 1000.0), dtype=np.float64) / 1000.0
    r_km = fixed[:, :3]
    v_km_s = fixed[:, 3:] + np.cross([0.0, 0.0, 7.292115e-5], r_km)
    return Scene(seconds, r_km, v_km_s, _sun_fixed_km(problem.span.start, seconds))


def states_teme(problem: OrbitProblem, seconds: Array) -> Array:
    """States (n, 6) km and km/s from SGP4, begun by the library's own reader of OMM fields.

    Where it gives none they are no numbers.
    """
    own = problem.elements
    fields = {
        "CLASSIFICATION_TYPE": "U",
        "OBJECT_ID": "2000-001A",
        "EPHEMERIS_TYPE": "0",
        "ELEMENT_SET_NO": "1",
        "REV_AT_EPOCH": "1",
        "NORAD_CAT_ID": "1",
        "EPOCH": own.epoch.strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "ARG_OF_PERICENTER": repr(own.arg_perigee_deg),
        "BSTAR": repr(own.bstar_per_earth_radius),
        "ECCENTRICITY": repr(own.eccentricity_ratio),
        "INCLINATION": repr(own.inclination_deg),
        "MEAN_ANOMALY": repr(own.mean_anomaly_deg),
        "MEAN_MOTION_DDOT": "0",
        "MEAN_MOTION_DOT": "0",
        "MEAN_MOTION": repr(own.mean_motion_rev_d),
        "RA_OF_ASC_NODE": repr(own.raan_deg),
    }
    record = Satrec()
    omm.initialize(record, fields)
    start = problem.span.start
    day, part = jday(start.year, start.month, start.day, start.hour, start.minute, 0.0)
    second = start.second + start.microsecond / 1e6
    lost, r_km, v_km_s = record.sgp4_array(np.full(len(seconds), day), part + (second + seconds) / 86400.0)
    found = np.concatenate([r_km, v_km_s], axis=1)
    found[lost != 0] = np.nan
    return found


def _load_orientation() -> None:
    if not brahe.get_global_eop_initialization():
        table = brahe.FileEOPProvider.from_default_standard(True, "Hold")
        brahe.set_global_eop_provider_from_file_provider(table)


def _epoch(when: datetime) -> Any:
    second = when.second + when.microsecond / 1e6
    utc: Any = brahe.TimeSystem.UTC
    return brahe.Epoch.from_datetime(
        when.year, when.month, when.day, when.hour, when.minute, second, 0.0, utc
    )


def _sun_fixed_km(start: datetime, seconds: Array) -> Array:
    """The apparent Sun (n, 3) km on Earth-fixed axes: Meeus 25.2-25.8, turned by sidereal time."""
    days = ((start - datetime(2000, 1, 1, 12, tzinfo=UTC)).total_seconds() + seconds) / 86400.0
    century = (days + 69.184 / 86400.0) / 36525.0
    mean = np.radians(280.46646 + century * (36000.76983 + century * 0.0003032))
    anomaly = np.radians(357.52911 + century * (35999.05029 - century * 0.0001537))
    centre_deg = (
        (1.914602 - century * (0.004817 + century * 0.000014)) * np.sin(anomaly)
        + (0.019993 - 0.000101 * century) * np.sin(2 * anomaly)
        + 0.000289 * np.sin(3 * anomaly)
    )
    eccentricity = 0.016708634 - century * (0.000042037 + century * 0.0000001267)
    true_anomaly = anomaly + np.radians(centre_deg)
    radius = 1.000001018 * (1 - eccentricity**2) / (1 + eccentricity * np.cos(true_anomaly))
    node = np.radians(125.04 - 1934.136 * century)
    longitude = mean + np.radians(centre_deg - 0.00569 - 0.00478 * np.sin(node))
    obliquity = np.radians(23.4392911 - 0.0130042 * century + 0.00256 * np.cos(node))
    ascension = np.arctan2(np.cos(obliquity) * np.sin(longitude), np.cos(longitude))
    declination = np.arcsin(np.sin(obliquity) * np.sin(longitude))
    # apparent sidereal time: Meeus 12.4 and the nutation of the equinox
    sidereal_deg = 280.46061837 + 360.98564736629 * days + 0.000387933 * century**2
    sidereal_deg += -0.00478 * np.sin(node) * np.cos(obliquity)
    hour = ascension - np.radians(sidereal_deg % 360.0)
    level = np.cos(declination)
    direction = np.stack([level * np.cos(hour), level * np.sin(hour), np.sin(declination)], axis=1)
    return np.asarray(direction * (radius * 149597870.7)[:, None])


def angle_deg(one: Array, other: Array) -> Array:
    """The angle (n,) in degrees between vectors (n, 3), good at every size (Kahan's formula)."""
    one = one / np.linalg.norm(one, axis=1, keepdims=True)
    other = other / np.linalg.norm(other, axis=1, keepdims=True)
    half = np.arctan2(np.linalg.norm(one - other, axis=1), np.linalg.norm(one + other, axis=1))
    return np.asarray(np.degrees(2.0 * half))


def latitude_deg(r_km: Array) -> Array:
    """Geodetic latitude by Bowring's formula (1985), good to 1e-7 degrees in low orbit."""
    flat = 1.0 - _POLE_KM / _EQUATOR_KM
    square = flat * (2.0 - flat)
    axis_km, up_km = np.hypot(r_km[:, 0], r_km[:, 1]), r_km[:, 2]
    distance_km = np.hypot(axis_km, up_km)
    extra = square / (1.0 - square) * _POLE_KM
    reduced = np.arctan2(up_km * _POLE_KM * (1.0 + extra / distance_km), axis_km * _EQUATOR_KM)
    above = up_km + extra * np.sin(reduced) ** 3
    below = axis_km - square * _EQUATOR_KM * np.cos(reduced) ** 3
    return np.asarray(np.degrees(np.arctan2(above, below)))


def altitude_km(r_km: Array) -> Array:
    """Geodetic altitude (n,) above WGS 84."""
    latitude = np.radians(latitude_deg(r_km))
    below_km = _EQUATOR_KM**2 / np.hypot(_EQUATOR_KM * np.cos(latitude), _POLE_KM * np.sin(latitude))
    axis_km = np.hypot(r_km[:, 0], r_km[:, 1]) - below_km * np.cos(latitude)
    up_km = r_km[:, 2] - below_km * (_POLE_KM / _EQUATOR_KM) ** 2 * np.sin(latitude)
    return np.asarray(axis_km * np.cos(latitude) + up_km * np.sin(latitude))


def _vertical(r_km: Array) -> Array:
    latitude = np.radians(latitude_deg(r_km))
    flat = r_km[:, :2] / np.linalg.norm(r_km[:, :2], axis=1, keepdims=True)
    return np.concatenate([flat * np.cos(latitude)[:, None], np.sin(latitude)[:, None]], axis=1)


def ground(latitude_deg: float, longitude_deg: float, altitude_m: float) -> tuple[Array, Array]:
    """A place on the ground: position (3,) km and vertical (3,), Earth-fixed."""
    up = np.array(
        [
            math.cos(math.radians(latitude_deg)) * math.cos(math.radians(longitude_deg)),
            math.cos(math.radians(latitude_deg)) * math.sin(math.radians(longitude_deg)),
            math.sin(math.radians(latitude_deg)),
        ]
    )
    squares = np.array([_EQUATOR_KM, _EQUATOR_KM, _POLE_KM]) ** 2
    surface_km: Array = squares * up / math.sqrt(float(squares @ up**2))
    return surface_km + altitude_m / 1000.0 * up, up


def sunlight_deg(scene: Scene) -> Array:
    """Degrees by which the Sun's limb stands clear of a spherical Earth's."""
    to_sun, to_earth = scene.sun_km - scene.r_km, -scene.r_km
    earth = np.degrees(np.arcsin(_EQUATOR_KM / np.linalg.norm(to_earth, axis=1)))
    disc = np.degrees(np.arcsin(696000.0 / np.linalg.norm(to_sun, axis=1)))
    return np.asarray(angle_deg(to_sun, to_earth) - earth + disc)


def daylight_deg(scene: Scene) -> Array:
    """The Sun's elevation (n,) at the point below."""
    return 90.0 - angle_deg(_vertical(scene.r_km), scene.sun_km)


def elevation_deg(scene: Scene, place: Site | Target) -> Array:
    """The station's elevation (n,) at a place."""
    position, up = ground(place.latitude_deg, place.longitude_deg, place.altitude_m)
    line = scene.r_km - position
    return 90.0 - angle_deg(line, np.broadcast_to(up, line.shape))


def off_nadir_deg(scene: Scene, place: Site | Target) -> Array:
    """The angle (n,) at the station between straight down and a place."""
    position, _ = ground(place.latitude_deg, place.longitude_deg, place.altitude_m)
    return angle_deg(-_vertical(scene.r_km), position - scene.r_km)


def _pass(site: Site) -> Margin:
    return lambda scene: elevation_deg(scene, site) - site.min_elevation_deg


def _overpass(target: Target) -> Margin:
    _, up = ground(target.latitude_deg, target.longitude_deg, target.altitude_m)

    def margin(scene: Scene) -> Array:
        sun_deg = 90.0 - angle_deg(scene.sun_km, np.broadcast_to(up, scene.sun_km.shape))
        return _least(
            (
                target.max_off_nadir_deg - off_nadir_deg(scene, target),
                elevation_deg(scene, target),
                sun_deg - target.min_sun_elevation_deg,
                target.max_sun_elevation_deg - sun_deg,
            )
        )

    return margin


def _least(parts: Iterable[Array]) -> Array:
    return np.asarray(np.min(np.stack(list(parts)), axis=0))


def _relay(problem: OrbitProblem, relay: RelaySlot) -> Margin:
    longitude = math.radians(relay.longitude_deg)
    relay_km = 42164.17 * np.array([math.cos(longitude), math.sin(longitude), 0.0])

    def margin(scene: Scene) -> Array:
        line = relay_km - scene.r_km
        parts = [_limb_deg(scene.r_km, line)]
        if problem.relay_zenith_angle_max_deg < 180.0:
            parts.append(problem.relay_zenith_angle_max_deg - angle_deg(scene.r_km, line))
        parts += [angle_deg(_body_axis(scene, cone), line) - cone.half_angle_deg for cone in problem.blocked]
        return _least(parts)

    return margin


def _limb_deg(r_km: Array, line: Array) -> Array:
    """Degrees by which a long line of sight stands clear of the ellipsoid (stretched to a sphere)."""
    stretch = np.array([1.0, 1.0, _EQUATOR_KM / _POLE_KM])
    start, along = r_km * stretch, line * stretch
    limb = np.degrees(np.arcsin(_EQUATOR_KM / np.linalg.norm(start, axis=1)))
    return np.asarray(angle_deg(along, -start) - limb)


def _body_axis(scene: Scene, cone: BlockedCone) -> Array:
    zenith = scene.r_km / np.linalg.norm(scene.r_km, axis=1, keepdims=True)
    forward = scene.v_km_s - zenith * np.einsum("ij,ij->i", scene.v_km_s, zenith)[:, None]
    forward = forward / np.linalg.norm(forward, axis=1, keepdims=True)
    starboard = np.cross(forward, zenith)
    azimuth, elevation = math.radians(cone.azimuth_deg), math.radians(cone.elevation_deg)
    level = forward * math.cos(azimuth) + starboard * math.sin(azimuth)
    return np.asarray(level * math.cos(elevation) + zenith * math.sin(elevation))


def _region(region: Region) -> Margin:
    """Winding of the polygon about the point below, with the distance to its rim as the margin."""
    latitude = np.array([corner.latitude_deg for corner in region.corners])
    longitude = np.array([corner.longitude_deg for corner in region.corners])
    longitude = longitude[0] + (longitude - longitude[0] + 180.0) % 360.0 - 180.0

    def margin(scene: Scene) -> Array:
        own_latitude = latitude_deg(scene.r_km)
        own_longitude = np.degrees(np.arctan2(scene.r_km[:, 1], scene.r_km[:, 0]))
        middle = (longitude.min() + longitude.max()) / 2.0
        own_longitude = middle + (own_longitude - middle + 180.0) % 360.0 - 180.0
        north = latitude[None, :] - own_latitude[:, None]
        east = longitude[None, :] - own_longitude[:, None]
        turn = np.diff(np.arctan2(north, east), axis=1, append=np.arctan2(north[:, :1], east[:, :1]))
        winding = ((turn + np.pi) % (2.0 * np.pi) - np.pi).sum(axis=1)
        rim = _rim_deg(north, east)
        return np.asarray(np.where(np.abs(winding) > np.pi, rim, -rim))

    return margin


def _rim_deg(north: Array, east: Array) -> Array:
    """The distance (n,) from the origin to the nearest side of polygons (n, k)."""
    along_north = np.roll(north, -1, axis=1) - north
    along_east = np.roll(east, -1, axis=1) - east
    length = along_north**2 + along_east**2
    part = np.clip(-(north * along_north + east * along_east) / length, 0.0, 1.0)
    return np.asarray(np.hypot(north + part * along_north, east + part * along_east).min(axis=1))
