"""When a condition that changes smoothly with time holds: sign changes that cannot hide between samples.

A condition is a function of seconds (n,) that gives values (n,), above zero where it holds. The
pieces of time where it does are an array (m, 2) of starts and ends, sorted and disjoint.

Between two samples a condition is looked at again only where it could change its sign unseen. That
is decided by a bound on how it bends (its second derivative) or on its rate: with a bend of at most
M, a condition lies above its chord less M (t - a)(b - t) / 2, the remainder of linear interpolation
(Burden and Faires, *Numerical Analysis*, theorem 3.3). So samples may be minutes apart, and still no
window longer than ``LEAST_S`` is missed, wherever it begins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationmaster.orbit.propagation import Floats

Condition = Callable[[Floats], Floats]
#: What is shorter may be missed.
LEAST_S: Final = 0.5
_APART_S: Final = 0.1
#: A guess that moved by so little is good to a microsecond: the next error goes with the square.
_MOVED_S: Final = 0.01
_ROOT_ROUNDS: Final = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """How fast a condition can change: its bend, or for one with kinks its rate.

    In the condition's own units per second squared, and per second.
    """

    bend_units: float = 0.0
    rate_units: float = 0.0
    least_s: float = LEAST_S

    def clear(self, before: Floats, after: Floats, width_s: Floats) -> NDArray[np.bool_]:
        """Whether a condition with values of one sign at both ends of each step keeps it between."""
        one, other = np.abs(before), np.abs(after)
        low, high = np.minimum(one, other), np.maximum(one, other)
        if self.rate_units:
            return np.asarray(low + high > self.rate_units * width_s)
        # the parabola below the chord is least at this distance from the smaller end
        inward = np.maximum(0.0, width_s / 2.0 - (high - low) / (width_s * self.bend_units))
        return np.asarray(low > self.bend_units / 2.0 * inward**2)

    def single(self, before: Floats, after: Floats, width_s: Floats) -> NDArray[np.bool_]:
        """Whether a condition with values of two signs changes between them once."""
        if self.rate_units:
            return np.zeros(len(before), dtype=bool)
        return np.asarray(np.abs(after - before) > self.bend_units * width_s**2 / 2.0)


def samples(length_s: float, step_s: float) -> Floats:
    """Equal steps of about ``step_s`` from 0 to ``length_s``, both ends in."""
    return np.linspace(0.0, length_s, max(2, int(np.ceil(length_s / step_s)) + 1))


def pieces(condition: Condition, within: Floats, bound: Bound) -> Floats:
    """The pieces of time where a condition holds.

    Args:
        condition: what must be above zero.
        within: steps (n, 2) of time to look at, sorted and disjoint, though some may touch; or the
            knots (n + 1,) of steps that all touch.
        bound: how fast the condition can change.
    """
    if not len(within):
        return np.empty((0, 2))
    if within.ndim == 1:
        knots = condition(within)
        within, values = (
            np.stack([within[:-1], within[1:]], axis=1),
            np.stack([knots[:-1], knots[1:]], axis=1),
        )
    else:
        values = _at_ends(condition, within)
    changes = _changes(condition, within, values, bound)
    held = values > 0.0
    edges = np.sort(np.concatenate([within[:, 0][held[:, 0]], within[:, 1][held[:, 1]], changes]))
    return _joined(edges.reshape(-1, 2))


def _at_ends(condition: Condition, within: Floats) -> Floats:
    """The condition's values (n, 2) at the ends of steps; where two touch it is asked once."""
    alone = np.append(within[:-1, 1] != within[1:, 0], True)
    values = condition(np.concatenate([within[:, 0], within[alone, 1]]))
    before, lonely = values[: len(within)], values[len(within) :]
    after = np.append(before[1:], 0.0)
    after[alone] = lonely
    return np.stack([before, after], axis=1)


def _joined(found: Floats) -> Floats:
    """Pieces that touch as one."""
    apart = found[1:, 0] > found[:-1, 1]
    starts, ends = np.append(True, apart), np.append(apart, True)
    joined = np.stack([found[:, 0][starts], found[:, 1][ends]], axis=1) if len(found) else found
    return joined[joined[:, 1] > joined[:, 0]]


def _changes(condition: Condition, within: Floats, values: Floats, bound: Bound) -> Floats:
    """Every change of sign inside the steps: halved until each holds one or none."""
    found = []
    first, last, before, after = within[:, 0], within[:, 1], values[:, 0], values[:, 1]
    while len(first):
        width_s = last - first
        same = (before > 0.0) == (after > 0.0)
        short = width_s <= bound.least_s
        clear = same & (short | bound.clear(before, after, width_s))
        single = ~same & (short | bound.single(before, after, width_s))
        found.append(_roots(condition, (first[single], last[single]), (before[single], after[single])))
        open_ = ~(clear | single)
        first, last, before, after = first[open_], last[open_], before[open_], after[open_]
        middle = (first + last) / 2.0
        between = condition(middle) if len(middle) else middle
        first, last = np.append(first, middle), np.append(middle, last)
        before, after = np.append(before, between), np.append(between, after)
    return np.concatenate(found)


def _roots(condition: Condition, steps_: tuple[Floats, Floats], values: tuple[Floats, Floats]) -> Floats:
    """The change of sign in each step (m,), to a microsecond: Ridders's method, all at once.

    C. Ridders, *IEEE Transactions on Circuits and Systems* 26 (1979) 979-980.
    """
    (low, high), (below, above) = steps_, values
    roots, open_ = (low + high) / 2.0, np.arange(len(low))
    for _ in range(_ROOT_ROUNDS):
        if not len(open_):
            break
        middle = (low + high) / 2.0
        between = condition(middle)
        bend = np.sqrt(np.maximum(between**2 - below * above, 1e-300))
        guess = middle + (middle - low) * np.sign(below - above) * between / bend
        value = condition(guess)
        moved = np.abs(guess - roots[open_])
        roots[open_] = guess
        # the new step: from the guess to whichever of the known ends lies on the other side of zero
        ends, at_ends = np.stack([low, middle, high]), np.stack([below, between, above])
        other = np.where((at_ends > 0.0) != (value > 0.0), np.abs(ends - guess), np.inf)
        place = np.argmin(other, axis=0)
        row = np.arange(len(place))
        end, at_end = ends[place, row], at_ends[place, row]
        go_on = (moved > _MOVED_S) & (value != 0.0)
        low, high = np.minimum(guess, end)[go_on], np.maximum(guess, end)[go_on]
        swap = guess > end
        below, above = np.where(swap, at_end, value)[go_on], np.where(swap, value, at_end)[go_on]
        open_ = open_[go_on]
    return roots


def best(condition: Condition, found: Floats, count: int = 7) -> Floats:
    """Where the condition is greatest within each piece (m, 2): sampled, then where its slope is zero.

    About a top values differ by their last bits only, and where a search by values ends differs between
    processors; a slope is steady to a nanosecond.
    """
    if not len(found):
        return np.empty(0)
    part = np.linspace(0.0, 1.0, count)
    at = found[:, :1] + (found[:, 1:] - found[:, :1]) * part
    greatest = np.argmax(condition(at.ravel()).reshape(at.shape), axis=1)
    row, place = np.arange(len(found)), np.clip(greatest, 1, count - 2)
    top: Floats = at[row, greatest]  # an end of a piece that was cut may be its best
    first, last = at[row, place - 1], at[row, place + 1]

    def slope(seconds: Floats) -> Floats:
        values = condition(np.concatenate([seconds - _APART_S, seconds + _APART_S]))
        return np.asarray(values[len(seconds) :] - values[: len(seconds)])

    rising, falling = slope(first), slope(last)
    over = (rising > 0.0) & (falling < 0.0)
    top[over] = _roots(slope, (first[over], last[over]), (rising[over], falling[over]))
    return top


def both(one: Floats, other: Floats) -> Floats:
    """The time in both sets of pieces."""
    # count how many of the two hold after each edge; where both do, a shared piece begins
    edges = np.concatenate([one[:, 0], other[:, 0], one[:, 1], other[:, 1]])
    change = np.repeat([1, -1], len(edges) // 2)
    order = np.lexsort((change, edges))  # at one moment ends come first
    level = np.cumsum(change[order])
    start = np.flatnonzero(level == 2)
    shared = np.stack([edges[order][start], edges[order][start + 1]], axis=1)
    return shared[shared[:, 1] > shared[:, 0]]


def rest(found: Floats, length_s: float) -> Floats:
    """The time from 0 to ``length_s`` that no piece holds."""
    edges = np.concatenate([[0.0], found.ravel(), [length_s]]).reshape(-1, 2)
    return edges[edges[:, 1] > edges[:, 0]]
