"""When a condition that changes smoothly with time holds: sign changes, near misses and pieces.

A condition is a function of seconds (n,) that gives values (n,), above zero where it holds. The
pieces of time where it does are an array (m, 2) of starts and ends, sorted and disjoint.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from stationmaster.orbit.propagation import Floats

Condition = Callable[[Floats], Floats]
_GOLDEN: Final = (5.0**0.5 - 1.0) / 2.0
#: 60 s halved so often is 30 microseconds.
_HALVINGS: Final = 21
_SHRINKS: Final = 28
_APART_S: Final = 0.1


def samples(length_s: float, step_s: float) -> Floats:
    """Equal steps of about ``step_s`` from 0 to ``length_s``, both ends in."""
    return np.linspace(0.0, length_s, max(2, int(np.ceil(length_s / step_s)) + 1))


def pieces(condition: Condition, at: Floats, step_s: float) -> Floats:
    """The pieces of time where a condition holds.

    Args:
        condition: what must be above zero.
        at: sorted seconds to look at; where two neighbours are further apart than ``step_s``
            the condition must be known to fail at both and between.
        step_s: the widest step within which the condition has at most one extreme.

    A rise above zero (or a dip below it) between two samples is found too: each extreme of the
    samples that could reach zero is refined before signs are compared.
    """
    at, values = _with_extremes(condition, at, condition(at), step_s)
    holds = values > 0.0
    change = np.flatnonzero(holds[1:] != holds[:-1])
    edges = _bisected(condition, at[change], at[change + 1], holds[change])
    if len(at) and holds[0]:
        edges = np.concatenate([at[:1], edges])
    if len(at) and holds[-1]:
        edges = np.concatenate([edges, at[-1:]])
    return edges.reshape(-1, 2)


def _with_extremes(condition: Condition, at: Floats, values: Floats, step_s: float) -> tuple[Floats, Floats]:
    """The samples with those refined extremes put in that lie on the other side of zero."""
    if len(at) < 3:
        return at, values
    close = (at[2:] - at[:-2]) <= 2.0 * step_s + 1e-6
    middle, left, right = values[1:-1], values[:-2], values[2:]
    reach = np.maximum(np.abs(middle - left), np.abs(middle - right))
    top = close & (middle <= 0.0) & (middle >= left) & (middle >= right) & (middle + reach > 0.0)
    bottom = close & (middle > 0.0) & (middle <= left) & (middle <= right) & (middle - reach <= 0.0)
    found = np.flatnonzero(top | bottom) + 1
    if not len(found):
        return at, values
    sign = np.where(top[found - 1], 1.0, -1.0)
    extra = peaks(lambda seconds: sign * condition(seconds), at[found - 1], at[found + 1])
    merged = np.concatenate([at, extra])
    order = np.argsort(merged, kind="stable")
    return merged[order], np.concatenate([values, condition(extra)])[order]


def peaks(condition: Condition, first: Floats, last: Floats) -> Floats:
    """Where the condition is greatest in each interval (m,), by golden section, all at once."""
    first, last = first.copy(), last.copy()
    for _ in range(_SHRINKS):
        width = _GOLDEN * (last - first)
        low, high = last - width, first + width
        rising = condition(low) < condition(high)
        first, last = np.where(rising, low, first), np.where(rising, last, high)
    return np.asarray((first + last) / 2.0)


def best(condition: Condition, found: Floats, count: int = 17) -> Floats:
    """Where the condition is greatest within each piece (m, 2): sampled, then refined."""
    if not len(found):
        return np.empty(0)
    part = np.linspace(0.0, 1.0, count)
    at = found[:, :1] + (found[:, 1:] - found[:, :1]) * part
    values = condition(at.ravel()).reshape(at.shape)
    place = np.clip(np.argmax(values, axis=1), 1, count - 2)
    row = np.arange(len(found))
    first, last = at[row, place - 1], at[row, place + 1]
    refined = np.clip(_vertices(condition, peaks(condition, first, last)), first, last)
    rough = at[row, np.argmax(values, axis=1)]  # an end of a piece that was cut may be its best
    return np.where(condition(refined) >= values.max(axis=1), refined, rough)


def _vertices(condition: Condition, near: Floats) -> Floats:
    """Tops (m,) near places (m,) that a search by values found, by parabolas through three values.

    About a top values differ by their last bits only: the search is good to ten microseconds, and
    where it ends differs between processors. The parabola is steady to a nanosecond.
    """
    before, here, after = (condition(near + k * _APART_S) for k in (-1, 0, 1))
    bend = before - 2.0 * here + after
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(bend < 0.0, 0.5 * _APART_S * (before - after) / bend, 0.0)
    return np.asarray(near + np.clip(shift, -_APART_S, _APART_S))


def _bisected(condition: Condition, first: Floats, last: Floats, holds_first: np.ndarray) -> Floats:
    first, last = first.copy(), last.copy()
    if not len(first):
        return first
    for _ in range(_HALVINGS):
        middle = (first + last) / 2.0
        same = (condition(middle) > 0.0) == holds_first
        first, last = np.where(same, middle, first), np.where(same, last, middle)
    return np.asarray((first + last) / 2.0)


def both(one: Floats, other: Floats) -> Floats:
    """The time in both sets of pieces."""
    shared = []
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i, 0], other[j, 0]), min(one[i, 1], other[j, 1])
        if start < end:
            shared.append((start, end))
        if one[i, 1] <= other[j, 1]:
            i += 1
        else:
            j += 1
    return np.array(shared, dtype=np.float64).reshape(-1, 2)


def rest(found: Floats, length_s: float) -> Floats:
    """The time from 0 to ``length_s`` that no piece holds."""
    edges = np.concatenate([[0.0], found.ravel(), [length_s]]).reshape(-1, 2)
    return edges[edges[:, 1] > edges[:, 0]]


def fine(steps: np.ndarray, knots: Floats, parts: int) -> Floats:
    """Seconds inside the grid steps (indices) that a filter left, each in ``parts``, both ends in."""
    if not len(steps):
        return np.empty(0)
    width = (knots[steps + 1] - knots[steps]) / parts
    inner = knots[steps][:, None] + width[:, None] * np.arange(parts + 1)
    return np.unique(inner)
