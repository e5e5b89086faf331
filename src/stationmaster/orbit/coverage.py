"""What holds of far windows: not when each begins, but how many there are and how long, week by week.

Window ends months ahead are off by more than a revolution; counts and hours are not, as long as the
orbit is held where it is. Increments are planned with these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np

from stationmaster.measure.errors import StationError
from stationmaster.measure.time import later
from stationmaster.orbit.ageing import edge_error_s
from stationmaster.orbit.letters import OrbitAnswer, Window, WindowKind
from stationmaster.orbit.propagation import SECONDS_A_DAY


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The windows of one kind and name in one period.

    ``count`` begin in it; ``held_h`` is how long one of them holds, ``gap_max_h`` the longest time
    without one (across the period's ends). ``edge_s`` is what their ends may be off by at its end,
    None where no one can say; ``exact``: single windows of it can be planned by the clock.
    """

    kind: WindowKind
    name: str
    start: datetime
    end: datetime
    count: int
    held_h: float
    gap_max_h: float
    edge_s: float | None
    exact: bool


def coverage(answer: OrbitAnswer, period_d: float = 7.0) -> tuple[Coverage, ...]:
    """Counts and hours of every kind of window, period by period; the last one may be shorter."""
    if not period_d > 0.0:
        raise StationError("bad-value", field="period_d", value=period_d, expected="more than 0")
    groups: dict[tuple[WindowKind, str], list[Window]] = {}
    for window in answer.windows:
        groups.setdefault((window.kind, window.name), []).append(window)
    return tuple(
        one for key in sorted(groups) for one in _periods(answer, *key, groups[key], period_d * SECONDS_A_DAY)
    )


def _periods(
    answer: OrbitAnswer, kind: WindowKind, name: str, windows: list[Window], period_s: float
) -> Iterator[Coverage]:
    length_s = answer.span.duration_s
    borders_s = np.append(np.arange(0.0, length_s, period_s), length_s)
    starts_s, ends_s = (
        np.array([(getattr(w, edge) - answer.span.start).total_seconds() for w in windows])
        for edge in ("start", "end")
    )
    # how long they held up to any moment: it grows inside windows only
    total_s = np.cumsum(ends_s - starts_s)
    edges_s = np.concatenate([[0.0], np.stack([starts_s, ends_s], axis=1).ravel(), [length_s]])
    inside_s = np.stack([total_s - (ends_s - starts_s), total_s], axis=1).ravel()
    held_s = np.concatenate([[0.0], inside_s, total_s[-1:]])
    up_to_s = np.interp(borders_s, edges_s, held_s)
    counts = np.diff(np.searchsorted(starts_s, borders_s, side="left"))
    gaps_s = np.stack([np.append(0.0, ends_s), np.append(starts_s, length_s)], axis=1)
    moments = [later(answer.span.start, float(second)) for second in borders_s]
    off_s = edge_error_s(answer.edge_errors, moments[1:])
    for n, (start, end) in enumerate(pairwise(moments)):
        inside = np.minimum(gaps_s[:, 1], borders_s[n + 1]) > np.maximum(gaps_s[:, 0], borders_s[n])
        gap_s = float(np.diff(gaps_s[inside], axis=1).max(initial=0.0))
        yield Coverage(
            kind=kind,
            name=name,
            start=start,
            end=end,
            count=int(counts[n]),
            held_h=round(float(up_to_s[n + 1] - up_to_s[n]) / 3600.0, 4),
            gap_max_h=round(gap_s / 3600.0, 4),
            edge_s=round(float(off_s[n]), 3) if np.isfinite(off_s[n]) else None,
            exact=answer.exact_until is not None and end <= answer.exact_until,
        )
