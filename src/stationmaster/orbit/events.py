"""The windows of an orbit: sunlight, day, passes, relay contact, overpasses, regions.

Each kind is a smooth condition on the ephemeris (see ``crossings``). Places on the ground are
looked for only on the grid steps near them, then on steps of seconds.

Shadow model: a body is in eclipse when no part of the Sun's disc is seen past a spherical Earth
of its equatorial radius, without atmosphere (the umbra of the cone; Vallado 2013, 5.3.2). The
true polar radius makes eclipses of high-latitude arcs up to 3 s shorter, refraction up to 3 s.
Relay lines of sight must clear the WGS 84 ellipsoid.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from stationmaster.orbit.crossings import Condition, both, fine, pieces, samples
from stationmaster.orbit.letters import BlockedCone, Region, RelaySlot, Site, Target
from stationmaster.orbit.propagation import (
    EARTH_EQUATOR_KM,
    EARTH_FLATTENING,
    EARTH_RATE_RAD_S,
    GRID_STEP_S,
    Ephemeris,
    Floats,
    earth_speed,
    geodetic,
    hermite,
    place_fixed,
)
from stationmaster.orbit.sun import SUN_RADIUS_KM, sun

GEOSTATIONARY_KM: Final = 42164.17
_SITE_PARTS: Final = 12  # 5 s
_TARGET_PARTS: Final = 20  # 3 s
_REGION_PARTS: Final = 6  # 10 s
_RELAY_STEP_S: Final = 30.0
_SUN_STEP_S: Final = 600.0


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def _dot(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", one, np.broadcast_to(other, one.shape)))


def sunlight(orbit: Ephemeris) -> Condition:
    """Above zero outside the umbra: the Sun's angle from Earth's limb, in radians."""

    def condition(seconds: Floats) -> Floats:
        r_km = orbit.teme(seconds)
        to_sun = sun(orbit.span.start, seconds) - r_km
        distance_km, sun_km = np.linalg.norm(r_km, axis=1), np.linalg.norm(to_sun, axis=1)
        apart = np.arccos(np.clip(-_dot(r_km, to_sun) / (distance_km * sun_km), -1.0, 1.0))
        earth = np.arcsin(np.minimum(EARTH_EQUATOR_KM / distance_km, 1.0))
        return np.asarray(apart - (earth - np.arcsin(SUN_RADIUS_KM / sun_km)))

    return condition


def daylight(orbit: Ephemeris) -> Condition:
    """Above zero while the Sun's centre is above the horizon of the point below the station."""

    def condition(seconds: Floats) -> Floats:
        up = _up(orbit.teme(seconds))
        return _dot(up, _unit(sun(orbit.span.start, seconds)))

    return condition


def _up(r_km: Floats) -> Floats:
    """The geodetic vertical (n, 3) below positions (n, 3); in any frame whose z is the Earth's axis."""
    latitude_deg, longitude_deg, _ = geodetic(r_km)
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    return np.stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], axis=1
    )


def sunlit_pieces(orbit: Ephemeris) -> Floats:
    """When some of the Sun's disc is seen."""
    return pieces(sunlight(orbit), samples(orbit.length_s, GRID_STEP_S), GRID_STEP_S)


def daylit_pieces(orbit: Ephemeris) -> Floats:
    """When it is day below."""
    return pieces(daylight(orbit), samples(orbit.length_s, GRID_STEP_S), GRID_STEP_S)


def elevation_sine(orbit: Ephemeris, place: tuple[Floats, Floats]) -> Condition:
    """The sine of the station's elevation above a place's horizon (geometric, no refraction)."""
    site_km, up = place

    def condition(seconds: Floats) -> Floats:
        line_km = orbit.fixed(seconds) - site_km
        return np.asarray(line_km @ up / np.linalg.norm(line_km, axis=1))

    return condition


def site_place(site: Site | Target) -> tuple[Floats, Floats]:
    """Position and vertical of a site or target, Earth-fixed."""
    return place_fixed(site.latitude_deg, site.longitude_deg, site.altitude_m / 1000.0)


def pass_pieces(orbit: Ephemeris, site: Site) -> Floats:
    """When the station is above the site's least elevation."""
    place = site_place(site)
    sine = elevation_sine(orbit, place)
    reach = _reach_for_elevation(orbit, math.radians(site.min_elevation_deg))
    at = _near(orbit, place, reach, _SITE_PARTS)
    return pieces(_beyond(sine, site.min_elevation_deg, 1.0), at, GRID_STEP_S / _SITE_PARTS)


def _highest_km(orbit: Ephemeris) -> float:
    return float(np.linalg.norm(orbit.r_fixed_km, axis=1).max()) + 25.0


def _reach_for_elevation(orbit: Ephemeris, elevation: float) -> float:
    """How far, as an angle at the Earth's centre, a station may be seen above an elevation."""
    # half a degree covers the flattening of the Earth and the height of the place
    low = max(0.0, elevation - math.radians(0.5))
    ratio = (EARTH_EQUATOR_KM + 10.0) / _highest_km(orbit) * math.cos(low)
    return math.acos(min(1.0, ratio)) - low + math.radians(0.5)


def _reach_off_nadir(orbit: Ephemeris, off_nadir: float) -> float:
    """The same for a place seen within an angle off nadir."""
    wide = off_nadir + math.radians(0.5)
    sine = math.sin(wide) * _highest_km(orbit) / (EARTH_EQUATOR_KM - 25.0)
    if sine >= 1.0 or wide >= math.pi / 2.0:
        return _reach_for_elevation(orbit, 0.0)
    return math.asin(sine) - wide + math.radians(0.5)


def _near(orbit: Ephemeris, place: tuple[Floats, Floats], reach: float, parts: int) -> Floats:
    """Seconds on the grid steps during which the station may be within reach of a place."""
    r_km = orbit.r_fixed_km
    distance_km = np.linalg.norm(r_km, axis=1)
    towards = place[0] / np.linalg.norm(place[0])
    speed = np.linalg.norm(orbit.v_fixed_km_s, axis=1) / distance_km
    half_step = float(speed.max()) * GRID_STEP_S / 2.0
    near = r_km @ towards >= distance_km * math.cos(min(math.pi, reach + half_step))
    steps = np.flatnonzero(near[1:] | near[:-1])
    at = fine(steps, orbit.seconds, parts)
    return _until(at, orbit.length_s)


def _until(at: Floats, length_s: float) -> Floats:
    """Samples that end with the span, when they reach past it."""
    if len(at) and at[-1] > length_s:
        at = np.append(at[at < length_s], length_s)
    return at


def off_nadir_cosine(orbit: Ephemeris, target: Target) -> Condition:
    """The cosine of the angle at the station between straight down and the target."""
    place_km = site_place(target)[0]

    def condition(seconds: Floats) -> Floats:
        r_km = orbit.fixed(seconds)
        return -_dot(_up(r_km), _unit(place_km - r_km))

    return condition


def sun_sine(orbit: Ephemeris, up: Floats) -> Condition:
    """The sine of the Sun's elevation at a place of Earth-fixed vertical ``up`` (3,)."""

    def condition(seconds: Floats) -> Floats:
        direction = _unit(sun(orbit.span.start, seconds))
        return np.asarray(orbit.turn.fixed(seconds, direction) @ up)

    return condition


def overpass_pieces(orbit: Ephemeris, target: Target) -> Floats:
    """When a target is within the angle off nadir, above the horizon, and in the light asked for."""
    place = site_place(target)
    wide = math.radians(target.max_off_nadir_deg)
    limit, cosine, sine = math.cos(wide), off_nadir_cosine(orbit, target), elevation_sine(orbit, place)
    at = _near(orbit, place, _reach_off_nadir(orbit, wide), _TARGET_PARTS)
    seen = pieces(
        lambda seconds: np.minimum(cosine(seconds) - limit, sine(seconds)), at, GRID_STEP_S / _TARGET_PARTS
    )
    if not len(seen):
        return seen
    light = sun_sine(orbit, place[1])
    at = samples(orbit.length_s, _SUN_STEP_S)
    for bound_deg, sign in ((target.min_sun_elevation_deg, 1.0), (target.max_sun_elevation_deg, -1.0)):
        if abs(bound_deg) < 90.0:
            seen = both(seen, pieces(_beyond(light, bound_deg, sign), at, _SUN_STEP_S))
    return seen


def _beyond(sine: Condition, bound_deg: float, sign: float) -> Condition:
    """Above zero where an angle of that sine is above (sign 1) or below (sign -1) a bound."""
    limit = math.sin(math.radians(bound_deg))
    return lambda seconds: sign * (sine(seconds) - limit)


def relay_pieces(
    orbit: Ephemeris, relay: RelaySlot, zenith_angle_max_deg: float, blocked: tuple[BlockedCone, ...]
) -> Floats:
    """When a relay satellite is in line of sight, in the antenna's reach and not behind structure."""
    longitude = math.radians(relay.longitude_deg)
    relay_km = GEOSTATIONARY_KM * np.array([math.cos(longitude), math.sin(longitude), 0.0])
    at = samples(orbit.length_s, _RELAY_STEP_S)
    seen = pieces(_clear_of_earth(orbit, relay_km), at, _RELAY_STEP_S)
    if zenith_angle_max_deg < 180.0:
        zenith = BlockedCone(code="zenith", azimuth_deg=0.0, elevation_deg=90.0, half_angle_deg=1.0)
        in_reach = _outside_cone(orbit, relay_km, zenith, zenith_angle_max_deg)
        seen = both(seen, pieces(lambda seconds: -in_reach(seconds), at, _RELAY_STEP_S))
    for cone in blocked:
        outside = _outside_cone(orbit, relay_km, cone, cone.half_angle_deg)
        seen = both(seen, pieces(outside, at, _RELAY_STEP_S))
    return seen


def _clear_of_earth(orbit: Ephemeris, relay_km: Floats) -> Condition:
    """How far (km) the line to a relay clears the ellipsoid, stretched along its axis to a sphere."""
    stretch = np.array([1.0, 1.0, 1.0 / (1.0 - EARTH_FLATTENING)])

    def condition(seconds: Floats) -> Floats:
        start = orbit.fixed(seconds) * stretch
        line = relay_km * stretch - start
        part = np.clip(-_dot(start, line) / _dot(line, line), 0.0, 1.0)
        nearest = start + part[:, None] * line
        return np.asarray(np.linalg.norm(nearest, axis=1) - EARTH_EQUATOR_KM)

    return condition


def _outside_cone(orbit: Ephemeris, relay_km: Floats, cone: BlockedCone, half_angle_deg: float) -> Condition:
    """Above zero while the direction to the relay is outside a cone fixed to the local vertical."""
    azimuth, elevation = math.radians(cone.azimuth_deg), math.radians(cone.elevation_deg)
    limit = math.cos(math.radians(half_angle_deg))
    along, right, above = (
        math.cos(elevation) * math.cos(azimuth),
        math.cos(elevation) * math.sin(azimuth),
        math.sin(elevation),
    )

    def condition(seconds: Floats) -> Floats:
        r_km = orbit.fixed(seconds)
        v_km_s = hermite(orbit.seconds, orbit.v_fixed_km_s, _accelerations(orbit), seconds)
        zenith = _unit(r_km)
        starboard = _unit(np.cross(v_km_s + earth_speed(r_km), r_km))
        forward = np.cross(zenith, starboard)
        axis = along * forward + right * starboard + above * zenith
        return limit - _dot(axis, _unit(relay_km - r_km))

    return condition


def _accelerations(orbit: Ephemeris) -> Floats:
    """Earth-fixed accelerations (n, 3) km/s2 of two-body motion: enough to turn the body axes."""
    r_km, v_km_s = orbit.r_fixed_km, orbit.v_fixed_km_s
    pull = -398600.4418 * r_km / np.linalg.norm(r_km, axis=1, keepdims=True) ** 3
    axis = np.array([0.0, 0.0, EARTH_RATE_RAD_S])
    return np.asarray(pull - 2.0 * np.cross(axis, v_km_s) - np.cross(axis, earth_speed(r_km)))


def region_pieces(orbit: Ephemeris, region: Region) -> Floats:
    """When the point below lies in the region."""
    corners = np.array([(c.latitude_deg, c.longitude_deg) for c in region.corners])
    middle = corners[0, 1]
    corners[:, 1] = (corners[:, 1] - middle + 180.0) % 360.0 - 180.0
    # lengths to a meridian half-way round would jump: take longitudes about the region's own middle
    shift = (corners[:, 1].min() + corners[:, 1].max()) / 2.0
    corners[:, 1] -= shift
    centre = middle + shift

    def condition(seconds: Floats) -> Floats:
        return _depth_deg(_mapped(orbit.fixed(seconds), centre), corners)

    points = _mapped(orbit.r_fixed_km, centre)
    depth = _depth_deg(points, corners)
    step = np.diff(points, axis=0)
    step[:, 1] = (step[:, 1] + 180.0) % 360.0 - 180.0
    move = 1.2 * np.hypot(step[:, 0], step[:, 1])
    steps = np.flatnonzero(np.maximum(depth[1:], depth[:-1]) + move > 0.0)
    at = _until(fine(steps, orbit.seconds, _REGION_PARTS), orbit.length_s)
    return pieces(condition, at, GRID_STEP_S / _REGION_PARTS)


def _mapped(r_fixed_km: Floats, centre_deg: float) -> Floats:
    """Latitude and longitude from a central meridian (n, 2), in degrees."""
    latitude_deg, longitude_deg, _ = geodetic(r_fixed_km)
    return np.stack([latitude_deg, (longitude_deg - centre_deg + 180.0) % 360.0 - 180.0], axis=1)


def _depth_deg(points: Floats, corners: Floats) -> Floats:
    """The distance (n,) in degrees of the map to a polygon's rim: positive inside, negative outside."""
    nearest = np.full(len(points), np.inf)
    inside = np.zeros(len(points), dtype=bool)
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        side, offset = end - start, points - start
        part = np.clip(offset @ side / (side @ side), 0.0, 1.0)
        nearest = np.minimum(nearest, np.linalg.norm(offset - part[:, None] * side, axis=1))
        spans = (points[:, 0] < start[0]) != (points[:, 0] < end[0])
        if side[0]:
            inside ^= spans & (offset[:, 1] < side[1] * offset[:, 0] / side[0])
    return np.where(inside, nearest, -nearest)
