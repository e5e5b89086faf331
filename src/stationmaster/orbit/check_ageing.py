"""Judges what an answer says of its own trustworthiness: by flying the elements again, another way.

The maker compares arguments of latitude. Here the elements with wrong drag are flown by the check's
own states, and the time is sought at which the right ones pass nearest to where those are, day by day
from the epoch on, so that whole revolutions are counted.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import numpy as np

from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import iso
from stationmaster.orbit.letters import OrbitAnswer, OrbitProblem
from stationmaster.orbit.margins import states_teme

_DAY_S: Final = 86400.0
#: Models of the same thing differ by so much: a share of it, and seconds.
_SHARE: Final = 0.02
_SLACK_S: Final = 0.1


def ageing_faults(problem: OrbitProblem, answer: OrbitAnswer) -> Iterator[Fault]:
    """What is wrong with the errors of window ends and with the moment up to which a plan is exact."""
    told = answer.edge_errors
    length_s = problem.span.duration_s
    due_s = [*np.arange(0.0, length_s, _DAY_S), length_s][: len(told)]
    at_s = [(error.at - problem.span.start).total_seconds() for error in told]
    if len(at_s) != len(due_s) or any(abs(a - b) > 1e-3 for a, b in zip(at_s, due_s, strict=True)):
        yield Fault("wrong-figure", "edge_errors", "They do not stand at the start, each day and the end.")
        return
    expected = _expected_s(problem, at_s)
    for error, value in zip(told, expected, strict=True):
        if not abs(error.edge_s - value) <= _SHARE * value + _SLACK_S:  # no number is a fault too
            says = f"Ends may be off by {value:.3f} s, not {error.edge_s}."
            yield Fault("wrong-figure", f"edge_errors {iso(error.at)}", says)
    if len(told) < len([*np.arange(0.0, length_s, _DAY_S)]) + 1:
        missing = _expected_s(problem, [min(length_s, len(told) * _DAY_S)])
        if math.isfinite(missing[0]):
            yield Fault("left-out", "edge_errors", "They end before the elements with more drag come down.")
    yield from _until(problem, answer)


def _until(problem: OrbitProblem, answer: OrbitAnswer) -> Iterator[Fault]:
    """By what the answer itself says: exact up to the moment, and not after."""
    told, until, half_s = answer.edge_errors, answer.exact_until, problem.slot_s / 2.0
    if until is None:
        if told and told[0].edge_s <= half_s and len(told) > 1:
            yield Fault("wrong-figure", "exact_until", "At the start a plan is exact, but no moment is told.")
        return
    before = [error for error in told if error.at <= until]
    after = [error for error in told if error.at > until]
    if not before or any(error.edge_s > half_s for error in before):
        yield Fault("wrong-figure", "exact_until", f"Ends are off by over half a slot before {iso(until)}.")
    elif after:
        one, other = before[-1], after[0]
        part = (until - one.at) / (other.at - one.at)
        off_s = one.edge_s + (other.edge_s - one.edge_s) * part
        if abs(off_s - half_s) > 1e-3 + 1e-6 * half_s:
            yield Fault("wrong-figure", "exact_until", f"At {iso(until)} ends are off by {off_s:.3f} s.")
    elif until != told[-1].at:
        yield Fault("wrong-figure", "exact_until", "It lies past what is known.")


def _expected_s(problem: OrbitProblem, at_s: list[float]) -> list[float]:
    """By how much ends may be off at each of these seconds after the span's start."""
    own = problem.elements
    epoch_s = (own.epoch - problem.span.start).total_seconds()
    rate_rad_s = own.mean_motion_rev_d * 2.0 * math.pi / _DAY_S
    axis_km = (398600.8 / rate_rad_s**2) ** (1.0 / 3.0)
    wrong = problem.drag_error_share * abs(own.bstar_per_earth_radius) + problem.drag_error_per_earth_radius
    drag = np.zeros(len(at_s))
    for sign in (-1.0, 1.0):
        changed = own.bstar_per_earth_radius + sign * wrong
        other = dataclasses.replace(
            problem, elements=dataclasses.replace(own, bstar_per_earth_radius=changed)
        )
        drag = np.maximum(drag, np.abs(_lags_s(problem, other, epoch_s, at_s)))
    found = []
    for second, lag_s in zip(at_s, drag.tolist(), strict=True):
        total_s = problem.epoch_error_km / (axis_km * rate_rad_s) + lag_s
        for reboost in problem.reboosts:
            gone_s = (problem.span.start + timedelta(seconds=second) - reboost.at).total_seconds()
            # Kepler: a period longer by three halves of the axis's share, revolution by revolution
            slower = (1.0 + abs(reboost.rise_km) / axis_km) ** 1.5 - 1.0
            total_s += max(0.0, gone_s) * slower
        found.append(total_s)
    return found


def _lags_s(right: OrbitProblem, wrong: OrbitProblem, epoch_s: float, at_s: list[float]) -> np.ndarray:
    """How much later the right elements are where the wrong ones are at these seconds."""
    lags: dict[float, float] = {}
    for ahead in (1.0, -1.0):  # forward from the epoch, then backward
        todo = sorted((s for s in at_s if (s - epoch_s) * ahead >= 0.0), key=lambda s: abs(s - epoch_s))
        now_s, lag_s, growth = epoch_s, 0.0, 0.0
        for goal_s in todo:
            while now_s != goal_s:
                step_s = min(_DAY_S / 2.0, abs(goal_s - now_s))
                now_s = goal_s if step_s == abs(goal_s - now_s) else now_s + ahead * step_s
                before_s = lag_s
                lag_s = _nearest_s(right, wrong, now_s, lag_s + growth * step_s)
                growth = (lag_s - before_s) / step_s
            lags[goal_s] = lag_s
    return np.array([lags[second] for second in at_s])


def _nearest_s(right: OrbitProblem, wrong: OrbitProblem, at_s: float, guess_s: float) -> float:
    """The lag near a guess at which the right elements pass nearest to where the wrong ones are."""
    place = states_teme(wrong, np.array([at_s]))[0]
    towards = place[3:] / np.linalg.norm(place[3:])
    lag_s = guess_s
    for _ in range(8):
        state = states_teme(right, np.array([at_s + lag_s]))[0]
        if not np.isfinite(state + place).all():
            return math.nan
        change_s = float((place[:3] - state[:3]) @ towards / (state[3:] @ towards))
        lag_s += max(-300.0, min(300.0, change_s))
        if abs(change_s) < 1e-6:
            break
    return lag_s
