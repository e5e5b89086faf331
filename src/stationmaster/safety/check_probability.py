"""The probability of a conjunction worked out again: the density over the disc in polar coordinates."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import iso
from stationmaster.safety.letters import Conjunction, ScreeningProblem

Floats = NDArray[np.float64]
Spread = tuple[float, float, float]
#: The ellipse of the maximum is that of errors of 100, 300 and 100 m of both bodies (SOCRATES).
_SHAPE_KM: Spread = (0.1, 0.3, 0.1)
_OLD_D = 3.0


def probability(problem: ScreeningProblem, one: Conjunction) -> Iterator[Fault]:
    """Probability, maximum, radius, shape and threshold, each worked out again."""
    where, stated, most = f"{one.object_id} at {iso(one.tca)}", one.probability, one.maximum
    radius_m = problem.hard_bodies.station_m + problem.hard_bodies.of(one.kind)
    if max(abs(radius_m - told.hard_body_radius_m) for told in (stated, most)) > 1e-5:
        yield Fault("radius", where, f"The two bodies fit into {radius_m:g} m.")
        return
    miss, variances = _plane(one, _assumed(problem, one))
    log10 = _log10_over(miss, variances, radius_m / 1000.0)
    if abs(log10 - stated.probability_log10) > 2e-3 + 1e-3 * abs(log10):
        yield Fault("probability", where, f"It integrates to 10^{log10:.4f}, not {stated.probability}.")
    for told in (stated, most):
        if told.probability > 0.0 and abs(math.log10(told.probability) - told.probability_log10) > 1e-5:
            yield Fault("probability", where, "The probability and its logarithm differ.")
        if told.probability <= 0.0 and told.probability_log10 > -307.0:
            yield Fault("probability", where, "It is called nought and its logarithm is not.")
    longer = math.sqrt(variances[1] / variances[0]) > most.aspect_ratio
    if stated.probability > most.probability * (1.0 + 1e-6) and not longer:
        yield Fault("maximum", where, "The probability exceeds its maximum.")
    yield from _maximum(one, where, radius_m / 1000.0)


def _maximum(one: Conjunction, where: str, radius_km: float) -> Iterator[Fault]:
    """At the threshold the probability is the maximum, on either side of it less."""
    most = one.maximum
    _, variances = _plane(one, (_SHAPE_KM, _SHAPE_KM))
    if abs(math.sqrt(variances[1] / variances[0]) - most.aspect_ratio) > 1e-4:
        yield Fault("maximum", where, "Its ellipse has another shape.")
    if (most.dilution_km is None) != (radius_km >= one.miss_km):
        yield Fault("maximum", where, "There is a threshold where the bodies overlap, or none where not.")
    if most.dilution_km is None or most.dilution_km < 0.2 * radius_km:
        return  # so narrow a density needs more than this rule
    at, less, more = (
        _log10_over(
            np.array([0.0, one.miss_km]),
            np.array([1.0, most.aspect_ratio**2]) * (factor * most.dilution_km) ** 2,
            radius_km,
        )
        for factor in (1.0, 0.98, 1.02)
    )
    if abs(at - most.probability_log10) > 1e-3:
        yield Fault("maximum", where, f"At its threshold it integrates to 10^{at:.4f}.")
    if at < max(less, more) or abs(less - more) > 0.2 * (2 * at - less - more):
        yield Fault("maximum", where, "The probability is not greatest at the threshold.")


def cautions(problem: ScreeningProblem, one: Conjunction) -> Iterator[Fault]:
    """Old and future elements, a diluted probability and a long encounter are each told, and only they."""
    due = []
    for age in (one.primary_age_d, one.object_age_d):
        if age < 0.0:
            due.append("future-epoch")
        elif age > _OLD_D:
            due.append("old-elements")
    _, variances = _plane(one, _assumed(problem, one))
    if one.maximum.dilution_km is not None and math.sqrt(variances[0]) > one.maximum.dilution_km:
        due.append("diluted")
    if _long(problem, one):
        due.append("long-encounter")
    told = sorted(caution.code for caution in one.cautions)
    if told != sorted(due):
        says = f"It cautions of {', '.join(told) or 'nothing'}, due is {', '.join(sorted(due)) or 'nothing'}."
        yield Fault("caution", f"{one.object_id} at {iso(one.tca)}", says)


def _long(problem: ScreeningProblem, one: Conjunction) -> bool:
    """Whether 5.3 sigmas of the motion take more than a twentieth of the station's revolution."""
    v = np.subtract(one.object_state.velocity_teme_km_s, one.primary_state.velocity_teme_km_s)
    speed = float(np.linalg.norm(v))
    along = float(v @ _total(one, _assumed(problem, one)) @ v) / speed**2
    duration_s = 2.0 * (5.3 * math.sqrt(along) + one.probability.hard_body_radius_m / 1000.0) / speed
    r_km = float(np.linalg.norm(one.primary_state.position_teme_km))
    period_s = 2.0 * math.pi * r_km / float(np.linalg.norm(one.primary_state.velocity_teme_km_s))
    return duration_s > 0.05 * period_s


def _assumed(problem: ScreeningProblem, one: Conjunction) -> tuple[Spread, Spread]:
    model = problem.covariance

    def grown(age_d: float) -> Spread:
        pairs = (
            (model.radial_m, model.radial_growth_m_d),
            (model.in_track_m, model.in_track_growth_m_d),
            (model.cross_track_m, model.cross_track_growth_m_d),
        )
        radial, along, cross = ((base + growth * abs(age_d)) / 1000.0 for base, growth in pairs)
        return radial, along, cross

    return grown(one.primary_age_d), grown(one.object_age_d)


def _total(one: Conjunction, spreads: tuple[Spread, Spread]) -> Floats:
    """Both covariances together (3, 3), km2."""
    total = np.zeros((3, 3))
    for state, spread in zip((one.primary_state, one.object_state), spreads, strict=True):
        r, v = np.array(state.position_teme_km), np.array(state.velocity_teme_km_s)
        up, normal = r / np.linalg.norm(r), np.cross(r, v) / np.linalg.norm(np.cross(r, v))
        for direction, sigma in zip((up, np.cross(normal, up), normal), spread, strict=True):
            total += np.outer(direction, direction) * sigma**2
    return total


def _plane(one: Conjunction, spreads: tuple[Spread, Spread]) -> tuple[Floats, Floats]:
    """The miss (2,) and the variances (2,), smaller first, in the plane across the relative velocity."""
    total = _total(one, spreads)
    r = np.subtract(one.object_state.position_teme_km, one.primary_state.position_teme_km)
    v = np.subtract(one.object_state.velocity_teme_km_s, one.primary_state.velocity_teme_km_s)
    first = np.cross(v, r) / np.linalg.norm(np.cross(v, r))
    second = np.cross(v, first) / np.linalg.norm(v)
    frame = np.stack([first, second])
    variances, turn = np.linalg.eigh(frame @ total @ frame.T)
    return turn.T @ (frame @ r), variances


def _log10_over(miss: Floats, variances: Floats, radius: float) -> float:
    """The density over the disc: Gauss by radius, equal steps by angle."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    away = 0.5 * radius * (nodes + 1.0)
    angle = np.linspace(0.0, 2.0 * math.pi, 720, endpoint=False)
    x = away[:, None] * np.cos(angle) - miss[0]
    y = away[:, None] * np.sin(angle) - miss[1]
    exponent = -0.5 * (x * x / variances[0] + y * y / variances[1])
    top = float(exponent.max())
    ring = np.exp(exponent - top).mean(axis=1) * 2.0 * math.pi
    area = float(np.sum(ring * away * weights) * 0.5 * radius)
    scale = 2.0 * math.pi * math.sqrt(float(variances[0] * variances[1]))
    return (top + math.log(area / scale)) / math.log(10.0)
