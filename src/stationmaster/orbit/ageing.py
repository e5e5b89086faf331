"""How far window ends can be trusted: elements age, and the station flies ahead of them or behind.

What ages is the place along the orbit. The same elements are flown with more drag and with less, and
the time between the three passing the same argument of latitude is the error; for a burn that the
elements do not know of it is its rise by Kepler's third law. The parts are added up: they are limits,
not standard deviations. Passes and eclipses move by that time and little else; the turn of the orbit's
plane by unknown drag is a hundredth of it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from stationmaster.measure.intervals import Spans
from stationmaster.measure.time import Span, later
from stationmaster.orbit.letters import EdgeError, ElementSet, OrbitProblem, Window
from stationmaster.orbit.propagation import SECONDS_A_DAY, Floats, states

_STEP_S: Final = 21600.0


def edge_errors(problem: OrbitProblem) -> tuple[EdgeError, ...]:
    """By how much window ends may be off: at the span's start, each day after it, and at its end.

    They end early where the elements with more drag come down.
    """
    start, length_s = problem.span.start, problem.span.duration_s
    at_s = np.append(np.arange(0.0, length_s, SECONDS_A_DAY), length_s)
    late_s, axis_km, speed_km_s = _drag_error_s(problem, at_s)
    late_s += problem.epoch_error_km / speed_km_s
    for reboost in problem.reboosts:
        since_s = np.maximum(0.0, at_s - (reboost.at - start).total_seconds())
        late_s += 1.5 * abs(reboost.rise_km) / axis_km * since_s
    return tuple(
        EdgeError(at=later(start, float(second)), edge_s=round(float(error), 3))
        for second, error in zip(at_s, late_s, strict=True)
        if math.isfinite(error)
    )


def _drag_error_s(problem: OrbitProblem, at_s: Floats) -> tuple[Floats, float, float]:
    """Seconds (n,) by which wrong drag may move the object; its mean distance and speed."""
    elements = problem.elements
    bstar = elements.bstar_per_earth_radius
    wrong = problem.drag_error_share * abs(bstar) + problem.drag_error_per_earth_radius
    epoch_s = (elements.epoch - problem.span.start).total_seconds()
    first_s, last_s = min(epoch_s, 0.0), max(epoch_s, problem.span.duration_s)
    # from the epoch on, in steps between which the objects cannot part by half a revolution
    grid_s = np.unique(np.concatenate([np.arange(first_s, last_s, _STEP_S), [epoch_s], at_s]))
    angle, rate_rad_s, axis_km, speed_km_s = _along(elements, problem.span.start, grid_s)
    late_s = np.zeros(len(grid_s))
    for drag in (bstar - wrong, bstar + wrong):
        changed = dataclasses.replace(elements, bstar_per_earth_radius=drag)
        other = _along(changed, problem.span.start, grid_s)[0]
        apart = _unwrapped((other - angle + math.pi) % (2.0 * math.pi) - math.pi)
        apart -= apart[np.searchsorted(grid_s, epoch_s)]
        late_s = np.maximum(late_s, np.abs(apart) / rate_rad_s)  # no number where one of them came down
    return late_s[np.searchsorted(grid_s, at_s)], axis_km, speed_km_s


def _unwrapped(angle: Floats) -> Floats:
    """Without jumps of a turn; what is no number stays none, and what follows it."""
    known = len(angle) if np.isfinite(angle).all() else int(np.argmin(np.isfinite(angle)))
    return np.append(np.unwrap(angle[:known]), np.full(len(angle) - known, np.nan))


def _along(elements: ElementSet, start: datetime, seconds: Floats) -> tuple[Floats, Floats, float, float]:
    """The argument of latitude (n,) and its rate (n,), and the mean distance and speed."""
    found = states(elements, start, seconds)
    r_km, v_km_s = found.r_teme_km, found.v_teme_km_s
    normal = np.cross(r_km, v_km_s)
    node = np.stack([-normal[:, 1], normal[:, 0], np.zeros(len(normal))], axis=1)
    ahead = np.cross(normal, node) / np.linalg.norm(normal, axis=1, keepdims=True)
    angle = np.arctan2(np.einsum("ij,ij->i", r_km, ahead), np.einsum("ij,ij->i", r_km, node))
    distance_km = np.linalg.norm(r_km, axis=1)
    rate_rad_s = np.linalg.norm(normal, axis=1) / distance_km**2
    return (
        angle,
        rate_rad_s,
        float(np.nanmean(distance_km)),
        float(np.nanmean(np.linalg.norm(v_km_s, axis=1))),
    )


def exact_until(errors: Sequence[EdgeError], within: Span, limit_s: float) -> datetime | None:
    """The moment from which window ends may be off by more than a limit; None: from the start."""
    for before, after in pairwise(errors):
        if before.edge_s > limit_s:
            return before.at if before.at > within.start else None
        if after.edge_s > limit_s:
            part = (limit_s - before.edge_s) / (after.edge_s - before.edge_s)
            return before.at + (after.at - before.at) * part
    if not errors or errors[-1].edge_s > limit_s:
        return None
    return errors[-1].at


def edge_error_s(errors: Sequence[EdgeError], moments: Iterable[datetime]) -> Floats:
    """By how much window ends at these moments may be off (n,); without limit where no one can say."""
    start = errors[0].at if errors else datetime.max
    known_s = np.array([(error.at - start).total_seconds() for error in errors])
    at_s = np.array([(when - start).total_seconds() for when in moments])
    if not errors:
        return np.full(len(at_s), np.inf)
    return np.asarray(np.interp(at_s, known_s, [error.edge_s for error in errors], right=np.inf))


def sure(errors: Sequence[EdgeError], windows: Sequence[Window]) -> Spans:
    """When a window surely holds: each drawn in at its ends by what those may be off.

    An end that only the asked span cuts stays where it is.
    """
    return Spans.of(_moved(errors, windows, -1.0))


def possible(errors: Sequence[EdgeError], windows: Sequence[Window]) -> Spans:
    """When a window may hold: each widened at its ends by what those may be off."""
    return Spans.of(_moved(errors, windows, 1.0))


def _moved(errors: Sequence[EdgeError], windows: Sequence[Window], sign: float) -> Iterator[Span]:
    most_s = 366.0 * SECONDS_A_DAY  # where no one can say: nothing is sure, everything possible
    at_start = np.minimum(edge_error_s(errors, (window.start for window in windows)), most_s)
    at_end = np.minimum(edge_error_s(errors, (window.end for window in windows)), most_s)
    for window, before_s, after_s in zip(windows, at_start.tolist(), at_end.tolist(), strict=True):
        start = window.start if window.cut_start else window.start - timedelta(seconds=sign * before_s)
        end = window.end if window.cut_end else window.end + timedelta(seconds=sign * after_s)
        if start < end:
            yield Span(start, end)
