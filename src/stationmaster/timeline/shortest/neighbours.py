"""Shorter plans near a plan: some activities are freed, the rest keep their way and their order.

What is not freed keeps the way it is done in and, on each shared resource, comes after what came before
it: its times may slide, so that a gain anywhere can reach the end. That is the partial-order form of
large neighbourhood search.

Source: D. Godard, P. Laborie, W. Nuijten, "Randomized large neighborhood search for cumulative
scheduling", ICAPS 2005.
"""

from __future__ import annotations

import random

from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.room import Layout
from stationmaster.timeline.model.starts import Job
from stationmaster.timeline.model.week import WeekModel

#: Share of activities that is freed at first; it follows what the solver can settle.
SHARE, LEAST, MOST = 0.25, 0.08, 0.9
#: How the share grows after a part that was settled, and shrinks after one that was not.
WIDER, NARROWER = 1.08, 0.9


class Neighbours:
    """Parts to free, one after the other, by lot; sizes follow what could be settled."""

    def __init__(self, grid: Grid, jobs: list[Job], seed: int) -> None:
        self.grid, self.jobs = grid, {job.number: job for job in jobs}
        self.random = random.Random(seed)
        self.share = SHARE

    def settled(self, whole: bool) -> None:
        """Learn whether the last part was searched to its end."""
        self.share = min(MOST, max(LEAST, self.share * (WIDER if whole else NARROWER)))

    def keep(self, week: WeekModel, layout: Layout) -> None:
        """Hold all but a part to its way and order in a layout.

        The part is a stretch of time, or activities by lot.
        """
        free = self._part(layout)
        for number, place in layout.jobs.items():
            if number not in free:
                week.model.add(week.jobs[number][1].ways[place.way].present == 1)
        for first, then in self._order(layout, free):
            week.model.add(week.jobs[then][1].start >= week.jobs[first][1].end())

    def _part(self, layout: Layout) -> set[int]:
        numbers = sorted(layout.jobs, key=lambda number: (layout.jobs[number].start, number))
        count = max(3, round(self.share * len(numbers)))
        if self.random.random() < 0.6:
            first = self.random.randrange(max(1, len(numbers) - count + 1))
            return set(numbers[first : first + count])
        return set(self.random.sample(numbers, min(count, len(numbers))))

    def _order(self, layout: Layout, free: set[int]) -> set[tuple[int, int]]:
        """Who takes over a resource's units from whom, among what is kept."""
        kept = sorted((n for n in layout.jobs if n not in free), key=lambda n: (layout.jobs[n].start, n))
        arcs = set[tuple[int, int]]()
        for facility in self.grid.problem.facilities:
            units: list[int | None] = [None] * facility.users_at_once
            ends = [-1] * facility.users_at_once
            for number in kept:
                place = layout.jobs[number]
                way = self.jobs[number].ways[place.way]
                wanted = sum(use.units for use in way.mode.uses if use.facility == facility.code)
                # the units free longest come last: whoever follows directly keeps its place
                ready = sorted(
                    (k for k, end in enumerate(ends) if end <= place.start), key=lambda k: -ends[k]
                )
                for k in ready[:wanted]:
                    before = units[k]
                    if before is not None:
                        arcs.add((before, number))
                    units[k], ends[k] = number, place.start + way.length
        return arcs
