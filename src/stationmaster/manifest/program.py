"""A linear program over whole numbers, free of any solver: columns and rows.

A row is a family of limits with whole coefficients; :mod:`manifest.plain` gives a program to solvers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: Columns with their coefficients.
Terms = Mapping[int, int]


@dataclass(frozen=True)
class Row:
    """``least <= sum(coefficient * column) <= most``; None: no limit on that side."""

    family: str
    terms: Terms
    least: int | None
    most: int | None


@dataclass
class Program:
    """Columns with bounds, rows over them.

    ``chains`` are columns that never fall from one to the next; ``summed`` says of some chains (by
    number) of which others they are the sum, ``wholes`` which ones are an item's own.
    """

    highest: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    chains: list[list[int]] = field(default_factory=list)
    summed: list[tuple[int, list[int]]] = field(default_factory=list)
    wholes: set[int] = field(default_factory=set)

    def column(self, highest: int = 1) -> int:
        """A new column from 0 to its highest value."""
        self.highest.append(highest)
        return len(self.highest) - 1

    def row(
        self, terms: Terms, *, most: int | None = None, least: int | None = None, family: str = ""
    ) -> None:
        """A new row; one that no values of its columns can break is left out."""
        kept = {column: value for column, value in terms.items() if value}
        top = sum(value * self.highest[column] for column, value in kept.items() if value > 0)
        bottom = sum(value * self.highest[column] for column, value in kept.items() if value < 0)
        if (most is None or top <= most) and (least is None or bottom >= least):
            return
        self.rows.append(Row(family, kept, least, most))


def added(*parts: tuple[int, Iterable[tuple[int, int]]]) -> dict[int, int]:
    """A sum of terms, each part times its factor."""
    total: dict[int, int] = defaultdict(int)
    for factor, terms in parts:
        for column, value in terms:
            total[column] += factor * value
    return total
