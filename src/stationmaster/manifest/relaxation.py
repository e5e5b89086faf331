"""The relaxations of a manifest's program: what no plan can exceed, and what is worth a look.

Both are HiGHS in scipy over the columns of :mod:`manifest.plain`. The linear one is solved by the dual
simplex, or by the interior point where the program is large. The settled one keeps items whole (an
item flies or does not) while its starts, places and flights may be split: branching on that closes
what the linear one wins by flying parts of items.

scipy holds Python's lock while HiGHS runs, and nothing can interrupt it: what takes long runs in a
process of its own, which is killed when nobody waits for it any longer.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from stationmaster.manifest.effort import LOOK_AGAIN_S
from stationmaster.manifest.plain import ABOARD, Plain

#: With so many columns the interior point is the faster way to the linear relaxation.
SIMPLEX = 10_000
#: How near the settled relaxation goes to its optimum.
NEAR_RATIO = 1e-5
#: Values of the columns, where there are any, and the least cost that no plan undercuts, where known.
Answer = tuple["np.ndarray | None", "float | None"]


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """The least of ``cost * x`` with ``low <= matrix * x <= high`` and ``0 <= x <= highest``.

    ``whole`` says of each column whether it is a whole number; None: the linear relaxation.
    """

    matrix: Any
    low: np.ndarray
    high: np.ndarray
    highest: np.ndarray
    cost: np.ndarray
    whole: np.ndarray | None
    time_limit_s: float | None

    def solved(self) -> Answer:
        """The answer, as far as it came in time."""
        return self._linear() if self.whole is None else self._settled(self.whole)

    def _linear(self) -> Answer:
        from scipy.optimize import linprog
        from scipy.sparse import vstack

        even = self.low == self.high
        under, over = ~even & np.isfinite(self.high), ~even & np.isfinite(self.low)
        answer = linprog(
            self.cost,
            A_ub=vstack([self.matrix[under], -self.matrix[over]]).tocsr(),
            b_ub=np.concatenate([self.high[under], -self.low[over]]),
            A_eq=self.matrix[even],
            b_eq=self.low[even],
            bounds=np.column_stack([np.zeros(len(self.cost)), self.highest]),
            method="highs-ds" if len(self.cost) < SIMPLEX else "highs-ipm",
            options={} if self.time_limit_s is None else {"time_limit": max(1.0, self.time_limit_s)},
        )
        return (answer.x, float(answer.fun)) if answer.status == 0 else (None, None)

    def _settled(self, whole: np.ndarray) -> Answer:
        from scipy.optimize import Bounds, LinearConstraint, milp

        answer = milp(
            self.cost,
            constraints=LinearConstraint(self.matrix, self.low, self.high),
            bounds=Bounds(0, self.highest),
            integrality=whole.astype(int),
            options={"time_limit": self.time_limit_s, "mip_rel_gap": NEAR_RATIO},
        )
        known = answer.mip_dual_bound is not None and np.isfinite(answer.mip_dual_bound)
        return answer.x, float(answer.mip_dual_bound) if known else None

    def elsewhere(self, over: Callable[[], bool]) -> Answer:
        """The answer from a process of its own, killed as soon as ``over`` says so."""
        with tempfile.TemporaryFile() as asked:  # a pipe would have to be fed while waiting
            pickle.dump(self, asked)
            asked.seek(0)
            process = subprocess.Popen(
                [sys.executable, "-c", f"from {__name__} import _serve; _serve()"],
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        while True:
            try:
                told, _ = process.communicate(timeout=LOOK_AGAIN_S)
            except subprocess.TimeoutExpired:
                if over():
                    process.kill()
                    process.communicate()
                    return None, None
            else:
                return pickle.loads(told) if process.returncode == 0 else (None, None)


def relaxation(
    made: Plain, cost: np.ndarray, *, settled: bool = False, time_limit_s: float | None = None
) -> Relaxation:
    """A relaxation of a program; ``settled``: with whole items."""
    matrix, low, high = made.matrix()
    return Relaxation(
        matrix=matrix,
        low=low,
        high=high,
        highest=np.array(made.highest, dtype=float),
        cost=cost,
        whole=np.array(made.kind) == ABOARD if settled else None,
        time_limit_s=time_limit_s,
    )


def costs(made: Plain, terms: Mapping[int, int], sense: int) -> tuple[np.ndarray, float]:
    """A goal as costs to make least, the largest of them 1, and what they were divided by."""
    cost = np.zeros(len(made.highest))
    for column, weight in made.terms(terms).items():
        cost[column] = -sense * weight
    scale = max(1.0, float(np.abs(cost).max()))
    return cost / scale, scale


def _serve() -> None:
    """One relaxation from standard input, its answer to standard output."""
    answer = pickle.load(sys.stdin.buffer).solved()
    sys.stdout.buffer.write(pickle.dumps(answer))
