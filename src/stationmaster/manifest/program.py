"""A linear program over whole numbers, free of any solver: columns, rows, and its two renderings.

A row is a family of limits, what it limits and a week, with whole coefficients; :meth:`Program.cp`
gives it to CP-SAT, :meth:`Program.matrix` to what wants a sparse matrix.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

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
    """Columns with bounds, rows over them."""

    highest: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

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

    def matrix(self) -> tuple[Any, np.ndarray, np.ndarray]:
        """The rows as a sparse matrix with their lower and upper limits, each row scaled to its largest."""
        from scipy.sparse import csr_array

        places: list[tuple[int, int]] = []
        values: list[float] = []
        low, high = np.full(len(self.rows), -np.inf), np.full(len(self.rows), np.inf)
        for number, row in enumerate(self.rows):
            scale = max(map(abs, row.terms.values()), default=1)
            places += [(number, column) for column in row.terms]
            values += [value / scale for value in row.terms.values()]
            low[number] = -np.inf if row.least is None else row.least / scale
            high[number] = np.inf if row.most is None else row.most / scale
        where = np.array(places, dtype=np.int64).reshape(-1, 2).T
        shape = (len(self.rows), len(self.highest))
        return csr_array((values, (where[0], where[1])), shape=shape), low, high

    def cp(self) -> tuple[Any, list[Any]]:
        """The program for CP-SAT: its model and its variable for each column."""
        from ortools.sat.python import cp_model

        model = cp_model.CpModel()
        columns = [
            model.new_bool_var("") if high == 1 else model.new_int_var(0, high, "") for high in self.highest
        ]
        infinite = 2**60
        for row in self.rows:
            total = cp_model.LinearExpr.weighted_sum(
                [columns[c] for c in row.terms], list(row.terms.values())
            )
            low = -infinite if row.least is None else row.least
            high = infinite if row.most is None else row.most
            model.add_linear_constraint(total, low, high)
        return model, columns


def added(*parts: tuple[int, Iterable[tuple[int, int]]]) -> dict[int, int]:
    """A sum of terms, each part times its factor."""
    total: dict[int, int] = defaultdict(int)
    for factor, terms in parts:
        for column, value in terms:
            total[column] += factor * value
    return total
