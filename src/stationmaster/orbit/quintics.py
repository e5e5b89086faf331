"""Polynomials of the fifth degree between equally spaced knots: Hermite's, with slopes and bends.

Their error is h^6/46080 times the sixth derivative: 0.1 m in low orbit with knots four minutes apart
(Burden and Faires, *Numerical Analysis*, 3.4, each knot three times).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Quintics:
    """``terms`` (n - 1, 6, 3): of each step, by rising power of the part of it that has gone by."""

    first_s: float
    step_s: float
    terms: Floats

    @classmethod
    def through(cls, knots_s: Floats, values: Floats, slopes: Floats, bends: Floats) -> Quintics:
        """Through values (n, 3) with slopes (n, 3) a second and bends (n, 3) at equally spaced knots (n,)."""
        step_s = float(knots_s[1] - knots_s[0])
        terms = np.empty((len(knots_s) - 1, 6, 3))
        rise, bend = slopes * step_s, bends * (step_s**2 / 2.0)
        terms[:, 0], terms[:, 1], terms[:, 2] = values[:-1], rise[:-1], bend[:-1]
        # what the first three terms leave of value, slope and bend at the end of a step
        value = np.diff(values, axis=0) - rise[:-1] - bend[:-1]
        slope = np.diff(rise, axis=0) - 2.0 * bend[:-1]
        change = np.diff(bend, axis=0)
        terms[:, 3] = 10.0 * value - 4.0 * slope + change
        terms[:, 4] = -15.0 * value + 7.0 * slope - 2.0 * change
        terms[:, 5] = 6.0 * value - 3.0 * slope + change
        return cls(float(knots_s[0]), step_s, terms)

    def at(self, seconds: Floats) -> Floats:
        """Values (m, 3) at seconds (m,)."""
        place, part = self._places(seconds)
        powers = np.empty((len(part), 6))
        powers[:, 0], powers[:, 1] = 1.0, part
        for n in range(2, 6):
            np.multiply(powers[:, n - 1], part, out=powers[:, n])
        return np.asarray(np.einsum("ij,ijk->ik", powers, self.terms.take(place, axis=0)))

    def rate(self, seconds: Floats) -> Floats:
        """Slopes (m, 3) a second at seconds (m,)."""
        place, part = self._places(seconds)
        powers = np.empty((len(part), 5))
        powers[:, 0] = 1.0 / self.step_s
        for n in range(1, 5):
            np.multiply(powers[:, n - 1], part, out=powers[:, n])
        powers *= np.arange(1.0, 6.0)
        return np.asarray(np.einsum("ij,ijk->ik", powers, self.terms.take(place, axis=0)[:, 1:]))

    def _places(self, seconds: Floats) -> tuple[NDArray[np.intp], Floats]:
        """The step of each moment, and the part of it that has gone by."""
        along = (seconds - self.first_s) / self.step_s
        place = np.clip(along.astype(np.intp), 0, len(self.terms) - 1)
        return place, along - place
