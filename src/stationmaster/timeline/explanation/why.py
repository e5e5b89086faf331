"""Why an activity is not in the plan: read off the plan itself, slot by slot, not guessed."""

from __future__ import annotations

import numpy as np

from stationmaster.measure.reasons import Reason
from stationmaster.timeline.model.grid import Grid, Mask
from stationmaster.timeline.model.links import Link, links
from stationmaster.timeline.model.room import Layout, Room
from stationmaster.timeline.model.starts import Job
from stationmaster.timeline.model.variables import weight


class Why:
    """Reasons against a finished layout.

    Args:
        complete: whether the last search proved that nothing more can be added to the layout.
    """

    def __init__(self, grid: Grid, jobs: list[Job], layout: Layout, complete: bool) -> None:
        self.grid, self.jobs, self.layout, self.complete = grid, jobs, layout, complete
        self.room = Room(grid, jobs)
        self.room.put(layout, set(), set())
        self.links = links([job.activity for job in jobs])

    def reasons(self, number: int) -> tuple[Reason, ...]:
        """Why this activity is not placed: the first kind of reason that holds."""
        job = self.jobs[number]
        if job.hopeless is not None:
            return (job.hopeless,)
        needs = [link for link in self.links if link.then == number]
        missing = sorted({link.first for link in needs} - self.layout.jobs.keys())
        if missing:
            return tuple(Reason("needs-unplaced", {"activity": self._code(n)}) for n in missing)
        if weight(job.activity) == 0:
            return (Reason("no-weight"),)
        starts = job.starts.copy()
        for link in needs:
            starts &= self._after(link)
            if not starts.any():
                return (Reason("lag", {"activity": self._code(link.first)}),)
        return self._taken(job, starts, needs)

    def _code(self, number: int) -> str:
        return self.jobs[number].activity.code

    def _after(self, link: Link) -> Mask:
        """Starts that keep the lag behind the first of a link (n,)."""
        allowed = np.ones(self.grid.n, dtype=bool)
        if link.shortest_min is None:
            return allowed
        start = self.layout.jobs[link.first][0]
        offset = self.jobs[link.first].length if link.from_end else 0
        numbers = np.arange(self.grid.n)
        allowed &= numbers >= start + offset + self.grid.slots(link.shortest_min)
        if link.longest_min is not None:
            allowed &= numbers <= start + offset + link.longest_min // self.grid.slot
        return allowed

    def _taken(self, job: Job, starts: Mask, needs: list[Link]) -> tuple[Reason, ...]:
        tests = self.room.tests(job)
        alone = []
        for name, mask in tests:
            others = starts.copy()
            for other, other_mask in tests:
                if other != name:
                    others &= other_mask
            if others.any() and not (others & mask).any():
                alone.append(self._short(job, name, int(others.sum())))
        if alone:
            return tuple(alone)
        left = starts.copy()
        for _, mask in tests:
            left &= mask
        if left.any():
            crew = [link for link in needs if link.same_crew]
            if crew and self.complete:
                return (Reason("needs-crew-of", {"activity": self._code(crew[0].first)}),)
            return (Reason("together" if self.complete else "search-limit"),)
        counts = [(int((starts & ~mask).sum()), self._words(name)) for name, mask in tests]
        taken = ", ".join(f"{words} at {count}" for count, words in counts if count)
        return (Reason("crowded", {"starts": str(int(starts.sum())), "taken": taken}),)

    def _words(self, name: str) -> str:
        kind, _, code = name.partition(" ")
        return {
            "crew-busy": "time of its crew",
            "crew-hours": "work hours of its crew",
            "facility": f"room in {code}",
            "power": f"power of {code}",
            "store": f"room in the store {code}",
            "vibration": "quiet from exercise",
            "cap": f"hours of the share {code}",
            "data": "data of the day",
        }[kind]

    def _short(self, job: Job, name: str, starts: int) -> Reason:
        activity = job.activity
        minutes = job.length * self.grid.slot
        need = {
            "crew-busy": f"{minutes} min of {job.count} free crew",
            "crew-hours": f"{minutes} min of work for {job.count}",
            "power": f"{activity.power_w:g} W",
            "vibration": f"{minutes} min of quiet",
            "cap": f"{minutes * job.count / 60:.1f} h",
            "data": f"{activity.data_gb:g} GB",
        }.get(name.partition(" ")[0], "free units")
        facts = {"resource": self._words(name), "starts": str(starts), "need": need}
        return Reason("short-of", facts)
