"""Where the Sun is: the low-precision analytic position of the Astronomical Almanac.

Good to 0.01 degrees in direction from 1950 to 2050 (Vallado 2013, algorithm 29). The direction
is of the mean equator and equinox of date; TEME differs from it by nutation, below 0.006 degrees.
Together that moves an eclipse of a low orbit by less than 0.3 s.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import numpy as np

from stationmaster.orbit.propagation import SECONDS_A_DAY, Floats

ASTRONOMICAL_UNIT_KM: Final = 149597870.7
SUN_RADIUS_KM: Final = 696000.0
_NOON_2000: Final = datetime(2000, 1, 1, 12, tzinfo=UTC)
#: Terrestrial time less UTC; it was 63.2 s in 1999 and is 69.2 s since 2017: 0.0001 degrees at most.
_TT_UTC_S: Final = 69.184


def sun(start: datetime, seconds: Floats) -> Floats:
    """Positions (n, 3) km of the Sun as seen from the Earth, on the axes of TEME."""
    days = ((start - _NOON_2000).total_seconds() + _TT_UTC_S + seconds) / SECONDS_A_DAY
    centuries = days / 36525.0
    mean_longitude = 280.460 + 36000.771 * centuries
    anomaly = np.radians(357.52772333 + 35999.05034 * centuries)
    longitude = np.radians(
        mean_longitude + 1.914666471 * np.sin(anomaly) + 0.019994643 * np.sin(2.0 * anomaly)
    )
    obliquity = np.radians(23.439291 - 0.0130042 * centuries)
    distance = 1.000140612 - 0.016708617 * np.cos(anomaly) - 0.000139589 * np.cos(2.0 * anomaly)
    direction = np.stack(
        [np.cos(longitude), np.cos(obliquity) * np.sin(longitude), np.sin(obliquity) * np.sin(longitude)],
        axis=1,
    )
    return np.asarray(direction * (distance * ASTRONOMICAL_UNIT_KM)[:, None])
