"""The weekly buckets: when each week starts, whose increment it is, how much crew time it holds."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta

from stationmaster.manifest.letters import ManifestProblem
from stationmaster.measure.errors import StationError

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Calendar:
    """Whole weeks from the first increment's start to the last one's end.

    ``crew_time_h`` is what each week holds; ``increment`` the index of the increment in which the
    week starts (None in a gap between increments).
    """

    starts: tuple[datetime, ...]
    crew_time_h: tuple[float, ...]
    increment: tuple[int | None, ...]

    @property
    def count(self) -> int:
        """How many weeks there are."""
        return len(self.starts)

    def end(self, week: int) -> datetime:
        """The end of a week."""
        return self.starts[0] + (week + 1) * WEEK

    def week_of(self, when: datetime) -> int:
        """The number of the week that holds a moment (negative before, ``count`` and more after)."""
        return (when - self.starts[0]) // WEEK


def calendar(problem: ManifestProblem) -> Calendar:
    """The weekly buckets of a problem.

    Raises:
        StationError: ``missing-field`` without increments, ``bad-value`` for less than one week.
    """
    if not problem.increments:
        raise StationError("missing-field", field="increments", expected="one increment or more")
    first = min(increment.start for increment in problem.increments)
    last = max(increment.end for increment in problem.increments)
    count = (last - first) // WEEK
    if count < 1:
        raise StationError(
            "bad-value", field="increments", value=f"{last - first}", expected="a week or more"
        )
    starts = tuple(first + week * WEEK for week in range(count))
    return Calendar(
        starts,
        tuple(round(_crew_time_h(problem, start, start + WEEK), 6) for start in starts),
        tuple(_increment(problem, start) for start in starts),
    )


def _increment(problem: ManifestProblem, when: datetime) -> int | None:
    found = (i for i, increment in enumerate(problem.increments) if increment.start <= when < increment.end)
    return next(found, None)


def _crew_time_h(problem: ManifestProblem, start: datetime, end: datetime) -> float:
    """Crew time between two moments: the rate changes only where an increment or quiet span does."""
    changes = [edge for increment in problem.increments for edge in (increment.start, increment.end)]
    changes += [edge for quiet in problem.quiet for edge in (quiet.start, quiet.end)]
    edges = {start, end, *(edge for edge in changes if start < edge < end)}
    whole = 0.0
    for left, right in itertools.pairwise(sorted(edges)):
        rate = sum(i.crew_time_week_h for i in problem.increments if i.start <= left and right <= i.end)
        left_over = [q.crew_time_share for q in problem.quiet if q.start <= left and right <= q.end]
        whole += rate * min(left_over, default=1.0) * ((right - left) / WEEK)
    return whole
