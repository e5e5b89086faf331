"""Where the Sun is: the apparent position by the planetary theory VSOP87, shortened.

P. Bretagnon and G. Francou, *Astronomy and Astrophysics* 202 (1988) 309-315, series VSOP87D of the
Earth, in the terms above 1e-6 rad that Meeus gives (*Astronomical Algorithms*, 1998, appendix III;
turned to the FK5 as in his chapter 32). The Sun's ecliptic latitude, below 0.0004 degrees, is left
out. Aberration and nutation after his chapters 25 and 22, the axes turned from the true equinox to
that of TEME. Within 0.001 degrees of JPL's DE421 from 1960 to 2050.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ASTRONOMICAL_UNIT_KM: Final = 149597870.7
SUN_RADIUS_KM: Final = 696000.0
_NOON_2000: Final = datetime(2000, 1, 1, 12, tzinfo=UTC)
_CENTURY_S: Final = 36525.0 * 86400.0
#: Terrestrial time less UTC; it was 63.2 s in 1999 and is 69.2 s since 2017: 0.0004 degrees at most.
_TT_UTC_S: Final = 69.184
_FK5_DEG: Final = -0.09033 / 3600.0
_ABERRATION_DEG: Final = -20.4898 / 3600.0

Series = tuple[tuple[float, float, float], ...]
#: Of the Earth's longitude, by power of time: amplitude (1e-8 rad), phase (rad), rate (rad a millennium).
_LONGITUDE: Final[tuple[Series, ...]] = (
    (
        (175347046, 0, 0), (3341656, 4.6692568, 6283.07585), (34894, 4.6261, 12566.1517),
        (3497, 2.7441, 5753.3849), (3418, 2.8289, 3.5231), (3136, 3.6277, 77713.7715),
        (2676, 4.4181, 7860.4194), (2343, 6.1352, 3930.2097), (1324, 0.7425, 11506.7698),
        (1273, 2.0371, 529.691), (1199, 1.1096, 1577.3435), (990, 5.233, 5884.927),
        (902, 2.045, 26.298), (857, 3.508, 398.149), (780, 1.179, 5223.694), (753, 2.533, 5507.553),
        (505, 4.583, 18849.228), (492, 4.205, 775.523), (357, 2.92, 0.067), (317, 5.849, 11790.629),
        (284, 1.899, 796.298), (271, 0.315, 10977.079), (243, 0.345, 5486.778), (206, 4.806, 2544.314),
        (205, 1.869, 5573.143), (202, 2.458, 6069.777), (156, 0.833, 213.299), (132, 3.411, 2942.463),
        (126, 1.083, 20.775), (115, 0.645, 0.98), (103, 0.636, 4694.003), (102, 0.976, 15720.839),
        (102, 4.267, 7.114),
    ),
    (
        (628331966747, 0, 0), (206059, 2.678235, 6283.07585), (4303, 2.6351, 12566.1517),
        (425, 1.59, 3.523), (119, 5.796, 26.298), (109, 2.966, 1577.344),
    ),
    ((52919, 0, 0), (8720, 1.0721, 6283.0758), (309, 0.867, 12566.152)),
)  # fmt: skip
#: Of its distance, in 1e-8 astronomical units.
_DISTANCE: Final[tuple[Series, ...]] = (
    (
        (100013989, 0, 0), (1670700, 3.0984635, 6283.07585), (13956, 3.05525, 12566.1517),
        (3084, 5.1985, 77713.7715), (1628, 1.1739, 5753.3849), (1576, 2.8469, 7860.4194),
    ),
    ((103019, 1.10749, 6283.07585), (1721, 1.0644, 12566.1517)),
)  # fmt: skip


def sun(start: datetime, seconds: Floats) -> Floats:
    """Positions (n, 3) km of the Sun as seen from the Earth, on the axes of TEME."""
    centuries = ((start - _NOON_2000).total_seconds() + _TT_UTC_S + seconds) / _CENTURY_S
    distance = _sum(_DISTANCE, centuries / 10.0)
    nutation_deg, tilt_deg = _nutation_deg(centuries)
    longitude = np.pi + _sum(_LONGITUDE, centuries / 10.0)
    longitude += np.radians(_FK5_DEG + nutation_deg + _ABERRATION_DEG / distance)
    obliquity = np.radians(23.4392911 - 0.0130042 * centuries + tilt_deg)
    east, north, up = (
        np.cos(longitude),
        np.cos(obliquity) * np.sin(longitude),
        np.sin(obliquity) * np.sin(longitude),
    )
    # right ascensions of TEME count from the mean equinox: less by the equation of the equinoxes
    turn = np.radians(nutation_deg) * np.cos(obliquity)
    cosine, sine = np.cos(turn), np.sin(turn)
    direction = np.stack([cosine * east + sine * north, cosine * north - sine * east, up], axis=1)
    return np.asarray(direction * (distance * ASTRONOMICAL_UNIT_KM)[:, None])


def _sum(powers: tuple[Series, ...], millennia: Floats) -> Floats:
    total = np.zeros_like(millennia)
    for series in reversed(powers):
        total *= millennia
        for amplitude, phase, rate in series:
            total += 1e-8 * amplitude * np.cos(phase + rate * millennia)
    return total


def _nutation_deg(centuries: Floats) -> tuple[Floats, Floats]:
    """Nutation in longitude and in obliquity, to 0.5 and 0.1 arc seconds."""
    node = np.radians(125.04452 - 1934.136261 * centuries)
    sun_twice = 2.0 * np.radians(280.4665 + 36000.7698 * centuries)
    moon_twice = 2.0 * np.radians(218.3165 + 481267.8813 * centuries)
    longitude = -17.20 * np.sin(node) - 1.32 * np.sin(sun_twice) - 0.23 * np.sin(moon_twice)
    obliquity = 9.20 * np.cos(node) + 0.57 * np.cos(sun_twice) + 0.10 * np.cos(moon_twice)
    return (
        np.asarray(longitude + 0.21 * np.sin(2.0 * node)) / 3600.0,
        np.asarray(obliquity - 0.09 * np.cos(2.0 * node)) / 3600.0,
    )
