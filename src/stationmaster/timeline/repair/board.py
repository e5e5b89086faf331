"""The disturbed week on its grid: what is frozen, where everything was, and what may start after now."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stationmaster.measure.reasons import Reason
from stationmaster.timeline.model.grid import Grid, Mask
from stationmaster.timeline.model.layout_of import layout_of
from stationmaster.timeline.model.links import Link
from stationmaster.timeline.model.room import Layout, Place, Room
from stationmaster.timeline.model.starts import Job, Way, job, standing_job
from stationmaster.timeline.outcome import Item, Kind
from stationmaster.timeline.repair.disturb import Disturbed, late
from stationmaster.timeline.repair.letters import RepairProblem


class Board:
    """The changed week as slots.

    ``old`` is the approved plan where the changed week still has a place for it. ``firm`` are the
    activities that are over or under way, ``near`` those that begin within the freeze; ``firm_routine``
    and ``near_routine`` the same of meals and sessions. Nothing else may start before now.
    """

    def __init__(
        self, problem: RepairProblem, changed: Disturbed, beyond: frozenset[str] = frozenset()
    ) -> None:
        self.problem, self.changed, self.beyond = problem, changed, beyond
        self.grid = Grid(changed.week)
        self.now_slot = self.grid.ceil(problem.now)
        self.number = {a.code: n for n, a in enumerate(changed.week.activities)}
        self.old = layout_of(self.grid, problem.plan.items)
        self._later = np.arange(self.grid.n) >= self.now_slot
        self._freeze()
        self.grid.routine = [replace(r, starts=r.starts & self._later) for r in self.grid.routine]
        self._opened = set[int]()
        # looking for starts is what takes time: most activities stay where they are and need none
        self.jobs = [
            job(self.grid, n, activity) if activity.jar else standing_job(self.grid, n, activity)
            for n, activity in enumerate(changed.week.activities)
        ]
        self.links = self.grid.links
        self.of_then: dict[int, list[Link]] = {}
        self.of_first: dict[int, list[Link]] = {}
        for link in self.links:
            self.of_then.setdefault(link.then, []).append(link)
            self.of_first.setdefault(link.first, []).append(link)

    def opened(self, number: int) -> Job:
        """An activity with the starts it has after now, looked for when first asked; frozen, it has none."""
        if number not in self.firm and number not in self._opened:
            activity = self.changed.week.activities[number]
            self.jobs[number] = _after(job(self.grid, number, activity), self._later)
            self._opened.add(number)
        return self.jobs[number]

    def _freeze(self) -> None:
        began, soon, waiting = set[str](), set[str](), late(self.problem)
        near_slot = self.now_slot + self.grid.slots(self.problem.freeze_min)
        for item in self.problem.plan.items:
            if item.code in self.changed.hits or (item.kind is Kind.ACTIVITY and item.activity in waiting):
                continue
            if item.start < self.problem.now or self._of_the_ill(item):
                began.add(item.code)
            elif self.grid.floor(item.start) < near_slot:
                soon.add(item.code)
        due = {number: routine_code(self.grid, number) for number in self.old.routine}
        activities = self.changed.week.activities
        self.firm = {n for n in self.old.jobs if activities[n].code in began}
        self.near = {n for n in self.old.jobs if activities[n].code in soon}
        self.firm_routine = {r for r, code in due.items() if code in began}
        self.near_routine = {r for r, code in due.items() if code in soon}

    def _of_the_ill(self, item: Item) -> bool:
        """Whether it is a meal or session of somebody ill then: it is held where it was planned."""
        return item.kind is not Kind.ACTIVITY and any(
            ill.crew in item.crew and ill.span.overlaps(item.span)
            for ill in self.problem.disturbances.illnesses
        )

    # ------------------------------------------------------------------ questions

    def overlong(self) -> frozenset[str]:
        """Activities under way whose longer time the rules of the week do not hold as it stands."""
        told = {o.activity for o in self.problem.disturbances.overruns} - self.beyond
        longer = [n for n in sorted(self.firm) if self.jobs[n].activity.code in told]
        if not longer:
            return frozenset()
        room = Room(self.grid, self.jobs)
        for number in self.firm - set(longer):
            room.put_job(self.jobs[number], self.old.jobs[number])
        found = set()
        for number in longer:
            place, activity = self.old.jobs[number], self.jobs[number].activity
            whole = job(self.grid, number, activity)
            way = whole.ways[place.way]
            crew = all(self.has_time(room, i, way, place.start) for i in place.members)
            if crew and room.starts(whole, place.way)[place.start]:
                room.put_job(whole, place)
            else:
                found.add(activity.code)
        return frozenset(found)

    def way(self, number: int, place: Place) -> Way:
        """How an activity is done at its place."""
        return self.jobs[number].ways[place.way]

    def lag_starts(self, number: int, layout: Layout, way: Way) -> Mask:
        """Starts of an activity that keep its lags to what is placed (n,)."""
        slots = np.arange(self.grid.n)
        allowed = np.ones(self.grid.n, dtype=bool)
        for link in self.of_then.get(number, ()):
            place = layout.jobs.get(link.first)
            if place is None:
                return ~allowed
            low, high = self._lag(link, self.way(link.first, place).length)
            allowed &= (slots >= place.start + low) & (slots <= place.start + high)
        for link in self.of_first.get(number, ()):
            place = layout.jobs.get(link.then)
            if place is not None:
                low, high = self._lag(link, way.length)
                allowed &= (slots <= place.start - low) & (slots >= place.start - high)
        return allowed

    def _lag(self, link: Link, first_length: int) -> tuple[int, int]:
        """How many slots after the start of the first the second may start, least and most."""
        if link.shortest_min is None:
            return -self.grid.n, self.grid.n
        offset = first_length if link.from_end else 0
        longest = link.longest_min
        most = self.grid.n if longest is None else offset + longest // self.grid.slot
        return offset + self.grid.slots(link.shortest_min), most

    def crew_bounds(self, number: int, layout: Layout) -> tuple[set[int], set[int]]:
        """Who may do an activity, and who has to, by those who do what it shares its crew with."""
        may, has_to = set(self.grid.members), set[int]()
        for link in self.of_then.get(number, ()):
            if link.same_crew and link.first in layout.jobs:
                may &= set(layout.jobs[link.first].members)
        for link in self.of_first.get(number, ()):
            if link.same_crew and link.then in layout.jobs:
                has_to |= set(layout.jobs[link.then].members)
        return may, has_to

    def stands(self, room: Room, number: int, place: Place, layout: Layout) -> bool:
        """Whether an activity fits into the room at this place, with this crew."""
        job = self.opened(number)
        way = job.ways[place.way]
        if job.hopeless is not None or not room.starts(job, place.way)[place.start]:
            return False
        crew = all(self.has_time(room, i, way, place.start) for i in place.members)
        return crew and bool(self.lag_starts(number, layout, way)[place.start])

    def has_time(self, room: Room, member: int, way: Way, start: int) -> bool:
        """Whether a member is free for it there and has enough work left on that day."""
        free = not room.busy[member][start : start + way.length].any()
        day = start // self.grid.per_day
        return free and bool(room.work_days(member, way.length * self.grid.slot)[day])

    def session_devices(self, room: Room, number: int, start: int) -> list[int]:
        """Devices free for a session at a start; [-1] for a meal."""
        routine = self.grid.routine[number]
        if routine.session is None:
            return [-1]
        span = slice(start, start + routine.length)
        found = []
        for code in routine.session.devices:
            d = self.grid.device_number[code]
            shaken = self.grid.problem.devices[d].vibrates and room.quiet[span].any()
            if not room.device_busy[d][span].any() and not shaken:
                found.append(d)
        return found

    def spaced(self, number: int, start: int, layout: Layout) -> bool:
        """Whether a meal or session there keeps the rest between the member's meal and exercise."""
        routine, rest = self.grid.routine[number], self.grid.problem.rules.exercise_after_meal_min
        gap = self.grid.slots(rest)
        for other, (at, _) in layout.routine.items():
            one = self.grid.routine[other]
            if one.member != routine.member or one.day != routine.day or one.kind is routine.kind:
                continue
            meal, session = (start, at) if routine.kind is Kind.MEAL else (at, start)
            length = self.grid.slots(self.grid.problem.rules.meal_min)
            if meal <= session < meal + length + gap:
                return False
        return True


def routine_code(grid: Grid, number: int) -> str:
    """The item code of a meal or session, as every plan names it."""
    routine = grid.routine[number]
    name = routine.session.code if routine.session else "meal"
    member = grid.problem.crew[routine.member].code
    return f"{member}.{name}.{grid.problem.date_of(routine.day):%Y%m%d}"


def _after(job: Job, later: Mask) -> Job:
    """The activity with no start before now."""
    ways = tuple(replace(way, starts=way.starts & later) for way in job.ways)
    hopeless = job.hopeless
    if hopeless is None and not any(way.starts.any() for way in ways):
        hopeless = Reason("no-start", {"filter": "the time that is left", "others": ""})
    return replace(job, ways=ways, hopeless=hopeless)


def began(item: Item, problem: RepairProblem) -> bool:
    """Whether something of the approved plan was over or under way at now."""
    waits = item.kind is Kind.ACTIVITY and item.activity in late(problem)
    return item.start < problem.now and not waits
