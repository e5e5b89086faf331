"""What an activity needs of another: placed before it, with a lag, or with the same crew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stationmaster.timeline.activity import Activity


@dataclass(frozen=True)
class Link:
    """``then`` needs ``first`` placed; both are numbers in the list of activities.

    With ``shortest_min`` set, it starts that long or longer (up to ``longest_min``) after the end
    of the first (``from_end``) or after its start.
    """

    first: int
    then: int
    shortest_min: int | None = None
    longest_min: int | None = None
    from_end: bool = True
    same_crew: bool = False


def links(activities: Sequence[Activity]) -> list[Link]:
    """Every need of every activity, in their order."""
    numbers = {a.code: n for n, a in enumerate(activities)}
    series = {(a.series, a.occurrence): n for n, a in enumerate(activities) if a.series}
    found = []
    for n, a in enumerate(activities):
        for after in a.after:
            found.append(Link(numbers[after.activity], n, after.lag_shortest_min, after.lag_longest_min))
        if a.series and a.occurrence > 1:
            first = series[a.series, a.occurrence - 1]
            found.append(Link(first, n, a.gap_shortest_min, a.gap_longest_min, from_end=False))
        if a.same_crew_as:
            found.append(Link(numbers[a.same_crew_as], n, same_crew=True))
    return found


def with_needs(wanted: set[int], needs: Sequence[Link]) -> set[int]:
    """The activities and all that they need, directly or not."""
    closed, fresh = set(wanted), set(wanted)
    while fresh:
        fresh = {link.first for link in needs if link.then in fresh} - closed
        closed |= fresh
    return closed


def hanging_on(lost: set[int], needs: Sequence[Link]) -> set[int]:
    """The activities and all that need one of them, directly or not."""
    closed, fresh = set(lost), set(lost)
    while fresh:
        fresh = {link.then for link in needs if link.first in fresh} - closed
        closed |= fresh
    return closed
