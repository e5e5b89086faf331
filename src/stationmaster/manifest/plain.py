"""A program in the columns that a solver likes best: "begins in this week" in place of "begun by it".

What an item asks of a week is then one coefficient for each start week. The matrix is denser, but its
relaxation takes the simplex method a thirtieth of the time, cuts see whole stays, and branching on a
column says when an item begins. The change of columns is linear and one to one (a running sum), so
the relaxation is the same; rows of whole numbers are divided by what divides all their coefficients,
which tightens their limits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import gcd
from typing import Any

import numpy as np

from stationmaster.manifest.program import Program, Row

#: Kinds of columns: a start of something, an item on board at all, taken over as it is.
START, ABOARD, SAME = range(3)


@dataclass
class Plain:
    """The columns of a program as sums of others, and its rows over those.

    ``sums[c]`` are the columns here that add up to column ``c`` there; ``kind`` says of each column
    here what it is; ``whole`` of which starts an "on board at all" is the sum.
    """

    highest: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    sums: list[list[int]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    whole: list[tuple[int, list[int]]] = field(default_factory=list)

    def terms(self, terms: Mapping[int, int]) -> dict[int, int]:
        """A sum over the program's columns as one over these."""
        total: dict[int, int] = defaultdict(int)
        for column, value in terms.items():
            for here in self.sums[column]:
                total[here] += value
        return {here: value for here, value in total.items() if value}

    def values(self, values: Mapping[int, int]) -> dict[int, int]:
        """Values of some columns of the program as values here: each sum solved for its last column."""
        found: dict[int, int] = {}
        for column, parts in enumerate(self.sums):
            if column in values and all(part in found for part in parts[:-1]):
                found.setdefault(parts[-1], values[column] - sum(found[part] for part in parts[:-1]))
        for column, parts in self.whole:
            if column in found and all(part in found for part in parts[:-1]):
                found.setdefault(parts[-1], found[column] - sum(found[part] for part in parts[:-1]))
        return found

    def there(self, values: Any) -> np.ndarray:
        """Values here as values of the program's columns."""
        if not self.sums:
            return np.zeros(0)
        starts = np.cumsum([0, *(len(parts) for parts in self.sums[:-1])])
        every = np.fromiter((part for parts in self.sums for part in parts), dtype=np.int64)
        return np.add.reduceat(np.asarray(values)[every], starts)

    def cp(self) -> tuple[Any, list[Any]]:
        """These columns and rows for CP-SAT: its model and its variables."""
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

    def matrix(self) -> tuple[Any, np.ndarray, np.ndarray]:
        """The rows as a sparse matrix with their lower and upper limits, each row scaled to its largest."""
        from scipy.sparse import csr_array

        sizes = [len(row.terms) for row in self.rows]
        where = np.fromiter((c for row in self.rows for c in row.terms), dtype=np.int64, count=sum(sizes))
        values = np.fromiter((v for row in self.rows for v in row.terms.values()), dtype=float)
        scales = np.array([max(map(abs, row.terms.values()), default=1) for row in self.rows], dtype=float)
        low = np.array([-np.inf if row.least is None else row.least for row in self.rows], dtype=float)
        high = np.array([np.inf if row.most is None else row.most for row in self.rows], dtype=float)
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        shape = (len(self.rows), len(self.highest))
        values /= np.repeat(scales, sizes)
        return csr_array((values, where, starts), shape=shape), low / scales, high / scales


def plain(program: Program) -> Plain:
    """A program over starts, item by item, with one more column for "on board at all"."""
    made = Plain(sums=[[] for _ in program.highest])

    def column(highest: int, kind: int) -> int:
        made.highest.append(highest)
        made.kind.append(kind)
        return len(made.highest) - 1

    summed = {whole for whole, _ in program.summed}
    for number, chain in enumerate(program.chains):
        parts: list[int] = []
        for there in () if number in summed else chain:
            parts = [*parts, column(1, START)]
            made.sums[there] = parts
    for number, split in program.summed:
        for step, there in enumerate(program.chains[number]):
            made.sums[there] = [part for other in split for part in made.sums[program.chains[other][step]]]
    for number in sorted(program.wholes):
        if program.chains[number]:
            last = program.chains[number][-1]
            if len(made.sums[last]) > 1:
                whole = column(1, ABOARD)
                made.whole.append((whole, made.sums[last]))
                made.rows.append(Row("", {**dict.fromkeys(made.sums[last], 1), whole: -1}, 0, 0))
                made.sums[last] = [whole]
            else:
                made.kind[made.sums[last][0]] = ABOARD
    for there, parts in enumerate(made.sums):
        if not parts:
            made.sums[there] = [column(program.highest[there], SAME)]
    for row in program.rows:
        kept = _row(made, row)
        made.rows += [kept] if kept is not None else []
    return made


def _row(made: Plain, row: Row) -> Row | None:
    """A row over the new columns, divided by what divides it; None where nothing can break it."""
    terms = made.terms(row.terms)
    each = gcd(*terms.values()) or 1
    terms = {column: value // each for column, value in terms.items()}
    least = None if row.least is None else -(-row.least // each)
    most = None if row.most is None else row.most // each
    top = sum(value * made.highest[column] for column, value in terms.items() if value > 0)
    bottom = sum(value * made.highest[column] for column, value in terms.items() if value < 0)
    if (most is None or top <= most) and (least is None or bottom >= least):
        return None
    return Row(row.family, terms, least, most)
