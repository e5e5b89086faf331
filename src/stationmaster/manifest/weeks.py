"""The weekly buckets: when each week starts, whose increment it is, how much crew time it holds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from stationmaster.manifest.letters import Increment, ManifestProblem
from stationmaster.measure.errors import StationError

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Calendar:
    """Whole weeks from the first increment's start to the last one's end.

    ``crew_time_h`` is what each week holds, ``skill_time_h`` that of people with a skill, for every
    skill that is asked for where an increment bounds them; ``increment`` the index of the increment
    in which the week starts (None in a gap between increments).
    """

    starts: tuple[datetime, ...]
    crew_time_h: tuple[float, ...]
    increment: tuple[int | None, ...]
    skill_time_h: Mapping[str, tuple[float, ...]]

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
    edges = _edges(problem)

    def by_week(rate: Callable[[Increment], float]) -> tuple[float, ...]:
        return tuple(round(_time_h(problem, edges, (start, start + WEEK), rate), 6) for start in starts)

    return Calendar(
        starts,
        by_week(lambda increment: increment.crew_time_week_h),
        tuple(_increment(problem, start) for start in starts),
        {skill: by_week(_rate(skill)) for skill in _skills(problem)},
    )


def _skills(problem: ManifestProblem) -> list[str]:
    """The skills that are asked for, where any increment bounds them."""
    if all(increment.skill_time_week_h is None for increment in problem.increments):
        return []
    return sorted({skill for item in problem.items for skill in item.skill_time_h or {}})


def _rate(skill: str) -> Callable[[Increment], float]:
    def rate(increment: Increment) -> float:
        held_h = increment.skill_time_week_h
        return increment.crew_time_week_h if held_h is None else held_h.get(skill, 0.0)

    return rate


def _increment(problem: ManifestProblem, when: datetime) -> int | None:
    found = (i for i, increment in enumerate(problem.increments) if increment.start <= when < increment.end)
    return next(found, None)


def _edges(problem: ManifestProblem) -> list[datetime]:
    """The moments at which the rate of crew time changes."""
    edges = {edge for increment in problem.increments for edge in (increment.start, increment.end)}
    return sorted(edges | {edge for quiet in problem.quiet for edge in (quiet.start, quiet.end)})


def _time_h(
    problem: ManifestProblem,
    edges: list[datetime],
    between: tuple[datetime, datetime],
    rate: Callable[[Increment], float],
) -> float:
    """Crew time between two moments: the rate changes only where an increment or quiet span does."""
    start, end = between
    whole = 0.0
    for left, right in itertools.pairwise([start, *(edge for edge in edges if start < edge < end), end]):
        rates = sum(rate(i) for i in problem.increments if i.start <= left and right <= i.end)
        left_over = [q.crew_time_share for q in problem.quiet if q.start <= left and right <= q.end]
        whole += rates * min(left_over, default=1.0) * ((right - left) / WEEK)
    return whole
