"""Collision probability of a short encounter over the circle of the hard bodies.

Foster and Estes 1992, "A parametric analysis of orbital debris collision probability and maneuver
rate for space vehicles", NASA JSC-25898: straight relative motion, constant Gaussian position
errors, the integral of the projected density over a circle. Here it is one-dimensional: along the
axis of the larger sigma the density, across it the difference of two normal distributions. Every
term is a logarithm, so that nothing underflows.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp

from stationmaster.safety.probability.encounter import Encounter, Plane, plane

METHOD = "foster-1992"
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_EDGES = (-40.0, -12.0, -6.0, -3.0, -1.0, 0.0, 1.0, 3.0, 6.0, 12.0, 40.0)  # in sigmas about a peak


def log_probability(encounter: Encounter) -> float:
    """The natural logarithm of the probability."""
    return log_in_circle(plane(encounter))


def log_in_circle(here: Plane) -> float:
    """The logarithm of the two-dimensional Gaussian's integral over a circle about the origin."""
    radius = here.hard_body_radius_km
    (miss, across), (sigma, sigma_across) = here.miss_km, here.sigma_km
    angle, log_weight = _panels(here)
    place, half = radius * np.sin(angle), radius * np.cos(angle)
    log_density = -0.5 * ((place - miss) / sigma) ** 2 - math.log(sigma * math.sqrt(2.0 * math.pi))
    log_chord = _log_between((-half - across) / sigma_across, (half - across) / sigma_across)
    with np.errstate(divide="ignore"):
        total = logsumexp(log_density + log_chord + np.log(half) + log_weight)
    return min(0.0, float(total))


def _panels(here: Plane) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gauss-Legendre nodes in the angle whose sine is the place, with breaks about every steep place."""
    radius = here.hard_body_radius_km
    breaks = [here.miss_km[0] + k * here.sigma_km[0] for k in _EDGES]
    for k in _EDGES:
        chord = abs(here.miss_km[1]) + k * here.sigma_km[1]
        if 0.0 < chord < radius:
            edge = math.sqrt(radius * radius - chord * chord)
            breaks += [-edge, edge]
    inner = sorted({math.asin(b / radius) for b in breaks if abs(b) < radius})
    edges = np.array([-math.pi / 2, *inner, math.pi / 2])
    half = 0.5 * np.diff(edges)
    angle = (edges[:-1] + half)[:, None] + half[:, None] * _NODES
    with np.errstate(divide="ignore"):
        return angle.ravel(), np.log(half[:, None] * _WEIGHTS).ravel()


def _log_between(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """``log(Phi(high) - Phi(low))`` without cancellation, by turning upper tails into lower ones."""
    turned = low > 0.0
    low, high = np.where(turned, -high, low), np.where(turned, -low, high)
    top, bottom = log_ndtr(high), log_ndtr(low)
    with np.errstate(divide="ignore"):
        return np.asarray(top + np.log(-np.expm1(np.minimum(bottom - top, 0.0))))
