"""Amounts as whole numbers: exact where they have few decimals, else rounded to the safe side."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Whole amounts, slot by slot or bucket by bucket.
Levels = NDArray[np.int64]
#: The largest amount is never more whole units than this.
MOST = 10_000_000
#: Smaller than any difference that counts.
EPSILON = 1e-9


@dataclass(frozen=True)
class Scale:
    """How many whole units make one of an amount; whether that makes every amount whole."""

    units: int = 1
    exact: bool = True

    @classmethod
    def of(cls, amounts: Iterable[float]) -> Scale:
        """The coarsest power of ten that makes all the amounts whole; else one that comes close."""
        values, units = list(amounts), 1
        largest = max((abs(v) for v in values), default=0.0)
        while not (exact := _whole(values, units)) and units * 10 * largest <= MOST:
            units *= 10
        return cls(units, exact)

    def up(self, amount: float) -> int:
        """In whole units, rounded up: for what is taken."""
        return math.ceil(amount * self.units - EPSILON * self.units)

    def down(self, amount: float) -> int:
        """In whole units, rounded down: for what there is."""
        return math.floor(amount * self.units + EPSILON * self.units)


def _whole(values: list[float], units: int) -> bool:
    return all(abs(value * units - round(value * units)) <= EPSILON * units for value in values)
