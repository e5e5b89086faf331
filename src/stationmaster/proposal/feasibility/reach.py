"""Whether a place on the ground can ever be seen from an orbit: spherical Earth, circular orbit."""

from __future__ import annotations

from math import acos, asin, degrees, radians, sin

#: Mean radius of the Earth (IUGG, arithmetic mean of the semi-axes).
EARTH_RADIUS_KM = 6371.0088


def off_nadir_reach_deg(altitude_km: float, off_nadir_deg: float) -> float:
    """How far from the point below a satellite its line of sight meets the ground.

    Args:
        altitude_km: height above a spherical Earth.
        off_nadir_deg: angle between the line of sight and the vertical, 0 to 90.

    Returns:
        The Earth central angle in degrees; that of the horizon where the line misses the Earth.

    Source: Wertz, J. R. and Larson, W. J., Space Mission Analysis and Design, 3rd ed. (1999),
    section 5.2: sin(rho) = R / (R + h), cos(elevation) = sin(nadir angle) / sin(rho), and the
    three angles make 90 degrees.

    >>> round(off_nadir_reach_deg(390.0, 0.0), 6), round(off_nadir_reach_deg(390.0, 90.0), 2)
    (0.0, 19.56)
    """
    horizon = EARTH_RADIUS_KM / (EARTH_RADIUS_KM + altitude_km)
    nadir = radians(min(max(off_nadir_deg, 0.0), 90.0))
    if sin(nadir) >= horizon:
        return degrees(acos(horizon))
    return degrees(asin(sin(nadir) / horizon) - nadir)


def highest_latitude_deg(inclination_deg: float) -> float:
    """The highest latitude below an orbit of that inclination (0 to 180 degrees)."""
    return min(inclination_deg, 180.0 - inclination_deg)
