"""The largest probability that any size of the covariance can give, and where dilution begins.

Alfano 2005, "Relating position uncertainty to maximum conjunction probability", Journal of the
Astronautical Sciences 53(2), 193-205: the projected covariance ellipse keeps its shape, its major
axis points along the miss, and its size is chosen for the largest probability. The standard
deviation of that maximum (of the minor axis) is the dilution threshold. CelesTrak's SOCRATES uses it
with the shape that errors of 100, 300 and 100 m radial, in-track and cross-track of both objects
project to; so does the maker of a screening.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from stationmaster.safety.probability.encounter import Encounter, Plane, plane
from stationmaster.safety.probability.foster1992 import log_in_circle

METHOD = "alfano-2005-maximum"
#: Radial, in-track, cross-track, as SOCRATES shapes its ellipse.
SHAPE_KM = (0.1, 0.3, 0.1)


def aspect_ratio(velocity_km_s: NDArray[np.float64], covariance_km2: NDArray[np.float64]) -> float:
    """Major over minor axis of a combined covariance seen along the relative velocity."""
    seen = plane(Encounter(np.zeros(3), velocity_km_s, covariance_km2, 1e-9))
    return seen.sigma_km[0] / seen.sigma_km[1]


def maximum(miss_km: float, hard_body_radius_km: float, ratio: float) -> tuple[float, float | None]:
    """The logarithm of the maximum probability, and its minor-axis sigma in km.

    Where the bodies overlap (radius at least the miss) the maximum is 1 and there is no threshold.
    """
    if hard_body_radius_km >= miss_km:
        return 0.0, None
    point_like = math.log(miss_km / (math.sqrt(2.0) * ratio))  # the threshold of vanishing bodies

    def minus_log(log_sigma: float) -> float:
        sigma = math.exp(log_sigma)
        return -log_in_circle(Plane((miss_km, 0.0), (ratio * sigma, sigma), hard_body_radius_km))

    # bodies as large as the miss pull the threshold towards zero, never above the point-like one
    found = minimize_scalar(
        minus_log, bounds=(point_like - 12.0, point_like + 1.0), method="bounded", options={"xatol": 1e-7}
    )
    return float(-found.fun), math.exp(_vertex(minus_log, float(found.x)))


def _vertex(value: Callable[[float], float], near: float, step: float = 1e-3) -> float:
    """The least place of a smooth function, sharper than values alone can say it.

    About a minimum values differ by their last bits only, so that a search by values ends at a place
    that is good to 1e-7 and differs between processors; the parabola through three places apart
    is steady to 1e-11.
    """
    before, here, after = value(near - step), value(near), value(near + step)
    bend = before - 2.0 * here + after
    return near + 0.5 * step * (before - after) / bend if bend > 0.0 else near
