"""The windows of an orbit: sunlight, day, passes, relay contact, overpasses, regions.

Each kind is a smooth condition on the ephemeris with a bound on how it bends (see ``crossings``), so
that samples may be minutes apart. Places on the ground are looked for only on the grid steps near
them: a dot product with the direction of the place tells which.

Shadow model: a body is in eclipse when no part of the Sun's disc is seen past a spherical Earth
of its equatorial radius, without atmosphere (the umbra of the cone; Vallado 2013, 5.3.2). The
true polar radius makes eclipses of high-latitude arcs up to 3 s shorter, refraction up to 3 s.
Relay lines of sight must clear the WGS 84 ellipsoid.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from stationmaster.orbit.crossings import Bound, Condition, both, pieces
from stationmaster.orbit.letters import BlockedCone, Region, RelaySlot, Site, Target
from stationmaster.orbit.propagation import (
    EARTH_EQUATOR_KM,
    EARTH_FLATTENING,
    EARTH_RATE_RAD_S,
    GRID_STEP_S,
    MU_KM3_S2,
    Ephemeris,
    Floats,
    earth_speed,
    geodetic,
    place_fixed,
    vertical,
)
from stationmaster.orbit.sun import SUN_RADIUS_KM

GEOSTATIONARY_KM: Final = 42164.17
_REGION_LEAST_S: Final = 2.0


def _length(vectors: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("...j,...j->...", vectors, vectors)))


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / _length(vectors)[..., None])


def _dot(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", one, other) if other.ndim == 2 else one @ other)


def _orbit_bound(orbit: Ephemeris) -> Bound:
    """For sines and cosines of angles between the station's own axes and what is far away.

    On a circle they bend by the square of the angular rate; at the perigee of an ellipse by up to
    the square root of five times it, and the limb's own angle by less than what is left of four.
    """
    return Bound(bend_units=4.0 * orbit.sweep_max_rad_s**2)


def sunlight(orbit: Ephemeris) -> Condition:
    """Above zero outside the umbra: the cosines of the limb's angles less that of the Sun's centre."""

    def condition(seconds: Floats) -> Floats:
        r_km = orbit.teme(seconds)
        to_sun = orbit.sun(seconds) - r_km
        distance_km, sun_km = _length(r_km), _length(to_sun)
        earth = np.arcsin(np.minimum(EARTH_EQUATOR_KM / distance_km, 1.0))
        disc = SUN_RADIUS_KM / sun_km  # its sine is its angle to 2e-8
        return np.asarray(np.cos(earth - disc) + _dot(r_km, to_sun) / (distance_km * sun_km))

    return condition


def daylight(orbit: Ephemeris) -> Condition:
    """Above zero while the Sun's centre is above the horizon of the point below the station."""

    def condition(seconds: Floats) -> Floats:
        towards = orbit.sun(seconds)
        return _dot(vertical(orbit.teme(seconds)), towards) / _length(towards)

    return condition


def sunlit_pieces(orbit: Ephemeris) -> Floats:
    """When some of the Sun's disc is seen."""
    return pieces(sunlight(orbit), orbit.knots_s, _orbit_bound(orbit))


def daylit_pieces(orbit: Ephemeris) -> Floats:
    """When it is day below."""
    return pieces(daylight(orbit), orbit.knots_s, _orbit_bound(orbit))


def site_place(site: Site | Target) -> tuple[Floats, Floats]:
    """Position and vertical of a site or target, Earth-fixed."""
    return place_fixed(site.latitude_deg, site.longitude_deg, site.altitude_m / 1000.0)


def elevation_sine(orbit: Ephemeris, place: tuple[Floats, Floats]) -> Condition:
    """The sine of the station's elevation above a place's horizon (geometric, no refraction)."""
    site_km, up = place

    def condition(seconds: Floats) -> Floats:
        line_km = orbit.fixed(seconds) - site_km
        return np.asarray(line_km @ up / _length(line_km))

    return condition


def above_cone(
    orbit: Ephemeris, place: tuple[Floats, Floats], elevation_deg: float
) -> tuple[Condition, Bound]:
    """How far (km) the station is above the cone of an elevation at a place, and how that bends.

    Of the two terms the height bends by the acceleration, the distance by that and by the square of
    the speed across it, over the distance.
    """
    site_km, up = place
    sine = math.sin(math.radians(elevation_deg))

    def condition(seconds: Floats) -> Floats:
        line_km = orbit.fixed(seconds) - site_km
        return np.asarray(line_km @ up - sine * _length(line_km))

    across = orbit.speed_max_km_s**2 / _least_range_km(orbit, site_km)
    pull = _acceleration_km_s2(orbit)
    return condition, Bound(bend_units=pull + sine * (pull + across))


def _least_range_km(orbit: Ephemeris, place_km: Floats) -> float:
    return max(10.0, orbit.lowest_km - float(_length(place_km)) - 25.0)


def _acceleration_km_s2(orbit: Ephemeris) -> float:
    """More than the station is pulled by, seen from the turning Earth."""
    gravity = 1.01 * MU_KM3_S2 / orbit.lowest_km**2
    turning = 2.0 * EARTH_RATE_RAD_S * orbit.speed_max_km_s
    return gravity + turning + EARTH_RATE_RAD_S**2 * orbit.highest_km


def pass_pieces(orbit: Ephemeris, site: Site) -> Floats:
    """When the station is above the site's least elevation."""
    place = site_place(site)
    condition, bound = above_cone(orbit, place, site.min_elevation_deg)
    reach = _reach_for_elevation(orbit, math.radians(site.min_elevation_deg))
    return pieces(condition, _near(orbit, place, reach), bound)


def _highest_km(orbit: Ephemeris) -> float:
    return orbit.highest_km + 25.0


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


def _near(orbit: Ephemeris, place: tuple[Floats, Floats], reach: float) -> Floats:
    """The grid steps (n, 2) during which the station may be within reach of a place."""
    half_step = orbit.sweep_max_rad_s * GRID_STEP_S / 2.0
    near = orbit.directions_fixed @ _unit(place[0]) >= math.cos(min(math.pi, reach + half_step))
    return _grid_steps(orbit, near[1:] | near[:-1])


def _grid_steps(orbit: Ephemeris, wanted: np.ndarray) -> Floats:
    """The wanted ones of the grid's steps (n, 2); the last one ends with the span."""
    place = np.flatnonzero(wanted)
    found = np.stack([orbit.seconds[place], orbit.seconds[place + 1]], axis=1)
    found = np.minimum(found, orbit.length_s)
    return found[found[:, 1] > found[:, 0]]


def off_nadir_cosine(orbit: Ephemeris, target: Target) -> Condition:
    """The cosine of the angle at the station between straight down and the target."""
    place_km = site_place(target)[0]

    def condition(seconds: Floats) -> Floats:
        r_km = orbit.fixed(seconds)
        line_km = r_km - place_km
        return _dot(vertical(r_km), line_km) / _length(line_km)

    return condition


def inside_view(orbit: Ephemeris, target: Target) -> tuple[Condition, Bound]:
    """How far (km) a target is inside the cone of view about straight down, and how that bends.

    The line to the place, taken along the vertical, bends by the acceleration, by twice the speed
    times the vertical's rate, and by the line times that rate squared.
    """
    place_km = site_place(target)[0]
    cosine = math.cos(math.radians(target.max_off_nadir_deg))

    def condition(seconds: Floats) -> Floats:
        r_km = orbit.fixed(seconds)
        line_km = r_km - place_km
        return np.asarray(_dot(vertical(r_km), line_km) - cosine * _length(line_km))

    speed, pull = orbit.speed_max_km_s, _acceleration_km_s2(orbit)
    rate = 1.02 * orbit.sweep_max_rad_s  # the geodetic vertical turns a little faster at the equator
    longest_km = orbit.highest_km  # of the lines to places above the horizon
    along = pull + 2.0 * speed * rate + 2.3 * longest_km * rate**2
    across = pull + speed**2 / _least_range_km(orbit, place_km)
    return condition, Bound(bend_units=along + cosine * across)


def sun_sine(orbit: Ephemeris, up: Floats) -> Condition:
    """The sine of the Sun's elevation at a place of Earth-fixed vertical ``up`` (3,)."""

    def condition(seconds: Floats) -> Floats:
        direction = _unit(orbit.sun(seconds))
        return np.asarray(orbit.turn.fixed(seconds, direction) @ up)

    return condition


def overpass_pieces(orbit: Ephemeris, target: Target) -> Floats:
    """When a target is within the angle off nadir, above the horizon, and in the light asked for."""
    place = site_place(target)
    condition, bound = inside_view(orbit, target)
    near = _near(orbit, place, _reach_off_nadir(orbit, math.radians(target.max_off_nadir_deg)))
    seen = pieces(condition, near, bound)
    seen = pieces(*_narrowed(above_cone(orbit, place, 0.0), seen))
    light, turning = sun_sine(orbit, place[1]), Bound(bend_units=1.1 * EARTH_RATE_RAD_S**2)
    for bound_deg, sign in ((target.min_sun_elevation_deg, 1.0), (target.max_sun_elevation_deg, -1.0)):
        if abs(bound_deg) < 90.0:
            seen = pieces(_beyond(light, bound_deg, sign), seen, turning)
    return seen


def _narrowed(of: tuple[Condition, Bound], seen: Floats) -> tuple[Condition, Floats, Bound]:
    return of[0], seen, of[1]


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
    over, bound = orbit.knots_s, _orbit_bound(orbit)
    seen = pieces(_clear_of_earth(orbit, relay_km), over, bound)
    if zenith_angle_max_deg < 180.0:
        seen = both(seen, pieces(_in_reach(orbit, relay_km, zenith_angle_max_deg), over, bound))
    for cone in blocked:
        seen = both(seen, pieces(_outside_cone(orbit, relay_km, cone), over, bound))
    return seen


def _clear_of_earth(orbit: Ephemeris, relay_km: Floats) -> Condition:
    """Above zero while the line to a relay clears the ellipsoid, stretched along its axis to a sphere.

    The cosine of the limb's angle at the station less that of the line's, both from straight down.
    """
    stretch = np.array([1.0, 1.0, 1.0 / (1.0 - EARTH_FLATTENING)])

    def condition(seconds: Floats) -> Floats:
        start = orbit.fixed(seconds) * stretch
        line = relay_km * stretch - start
        distance_km = _length(start)
        limb = np.sqrt(np.maximum(0.0, 1.0 - (EARTH_EQUATOR_KM / distance_km) ** 2))
        return np.asarray(limb + _dot(start, line) / (distance_km * _length(line)))

    return condition


def _in_reach(orbit: Ephemeris, relay_km: Floats, zenith_angle_max_deg: float) -> Condition:
    limit = math.cos(math.radians(zenith_angle_max_deg))

    def condition(seconds: Floats) -> Floats:
        r_km = orbit.fixed(seconds)
        line = relay_km - r_km
        return np.asarray(_dot(r_km, line) / (_length(r_km) * _length(line)) - limit)

    return condition


def _outside_cone(orbit: Ephemeris, relay_km: Floats, cone: BlockedCone) -> Condition:
    """Above zero while the direction to the relay is outside a cone fixed to the local vertical."""
    azimuth, elevation = math.radians(cone.azimuth_deg), math.radians(cone.elevation_deg)
    limit = math.cos(math.radians(cone.half_angle_deg))
    ahead, right, above = (
        math.cos(elevation) * math.cos(azimuth),
        math.cos(elevation) * math.sin(azimuth),
        math.sin(elevation),
    )

    def condition(seconds: Floats) -> Floats:
        r_km = orbit.fixed(seconds)
        v_km_s = orbit.v_fixed(seconds) + earth_speed(r_km)
        line = _unit(relay_km - r_km)
        # the line's parts along the body axes, without the axes: zenith r, forward v less its rise
        distance_km = _length(r_km)
        up = _dot(r_km, line) / distance_km
        rise = _dot(r_km, v_km_s) / distance_km
        level = np.sqrt(_dot(v_km_s, v_km_s) - rise * rise)
        forward = (_dot(v_km_s, line) - rise * up) / level
        starboard = _triple(v_km_s, r_km, line) / (distance_km * level)
        return limit - (ahead * forward + right * starboard + above * up)

    return condition


def _triple(one: Floats, other: Floats, third: Floats) -> Floats:
    """The volume (n,) that three vectors (n, 3) span: (one x other) . third."""
    (a, b, c), (d, e, f), (g, h, i) = one.T, other.T, third.T
    return np.asarray((b * f - c * e) * g + (c * d - a * f) * h + (a * e - b * d) * i)


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

    points, low, high = _mapped(orbit.r_fixed_km, centre), corners.min(axis=0), corners.max(axis=0)
    outside = np.maximum(0.0, np.maximum(low - points, points - high))
    move = _moves_deg(orbit, np.abs(points[:, 0]))
    # it stays outside where the way to the box about the region and back is longer than it can move
    near = np.all(outside[1:] + outside[:-1] <= move, axis=1)
    within = _grid_steps(orbit, near)
    if not len(within):
        return within
    rate = float(_length(move[near]).max()) / GRID_STEP_S
    return pieces(condition, within, Bound(rate_units=rate, least_s=_REGION_LEAST_S))


def _moves_deg(orbit: Ephemeris, latitudes_deg: Floats) -> Floats:
    """How far (n - 1, 2) in latitude and longitude the point below can move in each step of the grid."""
    north = math.degrees(1.02 * orbit.sweep_max_rad_s) * GRID_STEP_S  # the vertical turns a little faster
    poleward = np.minimum(89.9, (latitudes_deg[1:] + latitudes_deg[:-1] + north) / 2.0)
    return np.stack([np.full(len(poleward), north), north / np.cos(np.radians(poleward))], axis=1)


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
        nearest = np.minimum(nearest, _length(offset - part[:, None] * side))
        spans = (points[:, 0] < start[0]) != (points[:, 0] < end[0])
        if side[0]:
            inside ^= spans & (offset[:, 1] < side[1] * offset[:, 0] / side[0])
    return np.where(inside, nearest, -nearest)
