"""A plan hidden in a made-up week: what it holds may be musts, for this plan shows they can all be met."""

from __future__ import annotations

import random
from datetime import datetime

import numpy as np

from stationmaster.timeline.activity import Activity
from stationmaster.timeline.letters import WeekProblem

DAY, WEEK = 288, 7 * 288
#: Slots: sleep and what goes before and after it, conferences, meals of all (12:00), rest until 14:00.
WAKE, BED, MEAL, REST = 84, 246, (144, 156), 168
CONFERENCES = ((90, 93), (234, 237))
WORK = (78, 78, 78, 78, 78, 36, 0)
TRIES = 60


class Planting:
    """Puts chains of activities into an empty week, one after the other, whole or not at all."""

    def __init__(self, problem: WeekProblem, rng: random.Random) -> None:
        self.problem, self.rng = problem, rng
        self.names = [member.code for member in problem.crew]
        self.skills = {member.code: member.skills for member in problem.crew}
        self.busy = {name: np.zeros(WEEK, dtype=bool) for name in self.names}
        self.work = {name: list(WORK) for name in self.names}
        self.units = {f.code: np.full(WEEK, f.users_at_once) for f in problem.facilities}
        self.shaking = np.zeros(WEEK, dtype=bool)
        self.asleep = np.zeros(WEEK, dtype=bool)
        dark = self._mask([(span.start, span.end) for span in problem.eclipses])
        self.watts = {c.code: np.where(dark, c.eclipse_w, c.sunlit_w) for c in problem.channels}
        for channel in problem.channels:
            for less in channel.reduced:
                held = self._mask([(less.span.start, less.span.end)])
                self.watts[channel.code][held] = np.minimum(self.watts[channel.code][held], less.limit_w)
        self.drawn = {s.code: np.zeros(7) for s in problem.stores}
        self._day()

    def _slot(self, when: datetime) -> float:
        return (when - self.problem.start).total_seconds() / 300

    def _mask(self, spans: list[tuple[datetime, datetime]]) -> np.ndarray:
        mask = np.zeros(WEEK, dtype=bool)
        for start, end in spans:
            mask[int(self._slot(start)) : int(np.ceil(self._slot(end)))] = True
        return mask

    def _day(self) -> None:
        """The crew's routine at one set of times, and the events."""
        for k in range(7):
            midnight = k * DAY
            for name in self.names:
                own = self.busy[name]
                own[midnight : midnight + WAKE] = own[midnight + BED : midnight + DAY] = True
                own[midnight + MEAL[0] : midnight + MEAL[1]] = True
                for start, end in CONFERENCES if k < 5 else ():
                    own[midnight + start : midnight + end] = True
            self.asleep[midnight : midnight + 72] = self.asleep[midnight + 258 : midnight + DAY] = True
        for blocked in self.problem.blocked:
            mask = self._mask([(blocked.span.start, blocked.span.end)])
            for name in blocked.crew:
                self.busy[name] |= mask
                self.work[name][int(self._slot(blocked.span.start)) // DAY] -= int(mask.sum())
            for code in blocked.facilities:
                self.units[code][mask] = 0
        self.kinds = {b.kind: self._mask([(b.span.start, b.span.end)]) for b in self.problem.blocked}
        for k in range(7):
            taken = {device.code: np.zeros(WEEK, dtype=bool) for device in self.problem.devices}
            for name in self.names:
                walks = any(
                    name in b.crew and "exercise" in b.waives and int(self._slot(b.span.start)) // DAY == k
                    for b in self.problem.blocked
                )
                for session in () if walks else self.problem.rules.sessions:
                    self._exercise(name, k, session.duration_min // 5, session.devices, taken)

    def _exercise(
        self, name: str, k: int, length: int, devices: tuple[str, ...], taken: dict[str, np.ndarray]
    ) -> None:
        for first in (*range(93, MEAL[0] - length + 1), *range(REST, 234 - length + 1)):
            span = slice(k * DAY + first, k * DAY + first + length)
            free = [code for code in devices if not taken[code][span].any()]
            if free and not self.busy[name][span].any():
                self.busy[name][span] = taken[free[0]][span] = True
                if next(d for d in self.problem.devices if d.code == free[0]).vibrates:
                    self.shaking[span] = True
                return
        raise AssertionError(f"no time for the exercise of {name} on day {k}")

    # ------------------------------------------------------------------ activities

    def plant(self, chain: list[Activity]) -> bool:
        """Put all activities of a chain somewhere, or none; whether it was done."""
        for _ in range(3):
            done: list[tuple[Activity, int, list[str]]] = []
            for number, activity in enumerate(chain):
                place = self._place(activity, done, WEEK - sum(map(_least, chain[number + 1 :])))
                if place is None:
                    break
                self._take(activity, *place, sign=1)
                done.append((activity, *place))
            if len(done) == len(chain):
                return True
            for activity, start, who in done:
                self._take(activity, start, who, sign=-1)
        return False

    def _place(
        self, activity: Activity, done: list[tuple[Activity, int, list[str]]], before: int
    ) -> tuple[int, list[str]] | None:
        length = -(-activity.duration_min // 5)
        first, last = 0, before - length
        if activity.earliest is not None:
            first = int(np.ceil(self._slot(activity.earliest)))
        if activity.latest is not None:
            last = min(last, int(self._slot(activity.latest)) - length)
        earlier = {one.code: (start, start + -(-one.duration_min // 5)) for one, start, _ in done}
        for link in activity.after:
            end = earlier[link.activity][1]
            first = max(first, end + -(-link.lag_shortest_min // 5))
            if link.lag_longest_min is not None:
                last = min(last, end + link.lag_longest_min // 5)
        if activity.series and done:
            start = done[-1][1]
            first = max(first, start + activity.gap_shortest_min // 5)
            last = min(last, start + (activity.gap_longest_min or 10**6) // 5)
        starts = np.flatnonzero(self._starts(activity, length)[first : last + 1]) + first
        for start in self.rng.sample(starts.tolist(), min(TRIES, len(starts))):
            who = self._who(activity, start, length, done)
            if who is not None:
                return start, who
        return None

    def _starts(self, activity: Activity, length: int) -> np.ndarray:
        free = np.ones(WEEK, dtype=bool)
        for use in activity.uses:
            free &= self.units[use.facility] >= use.units
        if activity.power_w:
            free &= self.watts[activity.channel] >= activity.power_w
        for load in activity.loads:
            free &= self.watts[load.channel] >= load.power_w
        for kind in activity.quiet:
            shut = {"exercise": self.shaking, "sleep": self.asleep}.get(kind, self.kinds.get(kind))
            free &= ~shut
        whole = np.concatenate(([0], np.cumsum(free)))
        starts = np.zeros(WEEK, dtype=bool)
        starts[: WEEK - length + 1] = whole[length:] - whole[:-length] == length
        for name in activity.inside:
            starts &= self._within(name, length)
        for name in activity.around:
            starts &= self._holding(name, length)
        for draw in activity.draws:
            roomy = self.drawn[draw.store] + draw.amount_units <= self._daily(draw.store)
            starts &= np.repeat(roomy, DAY)
        return starts

    def _daily(self, code: str) -> float:
        """What hidden draws may put into a store in a day, at any hour: between any two moments m whole
        days apart fall at most m + 2 days' draws, and m days' recovery takes m of them away again."""
        store = next(one for one in self.problem.stores if one.code == code)
        if store.daily:
            return store.capacity_units
        return min((store.capacity_units - store.initial_units) / 2, 24 * 0.7 * store.recovery_units_h)

    def _within(self, name: str, length: int) -> np.ndarray:
        mask = np.zeros(WEEK, dtype=bool)
        for span in self.problem.windows[name]:
            first, last = int(np.ceil(self._slot(span.start))), int(self._slot(span.end)) - length
            mask[first : max(first, last + 1)] = True
        return mask

    def _holding(self, name: str, length: int) -> np.ndarray:
        mask = np.zeros(WEEK, dtype=bool)
        for span in self.problem.windows[name]:
            first, last = int(np.ceil(self._slot(span.end))) - length, int(self._slot(span.start))
            mask[first : last + 1] = True
        return mask

    def _who(
        self, activity: Activity, start: int, length: int, done: list[tuple[Activity, int, list[str]]]
    ) -> list[str] | None:
        if not activity.crew_count:
            return []
        able = list(activity.eligible or self.names)
        if activity.same_crew_as:
            able = [
                n for n in next(who for one, _, who in done if one.code == activity.same_crew_as) if n in able
            ]
        free = [
            name
            for name in able
            if self.work[name][start // DAY] >= length and not self.busy[name][start : start + length].any()
        ]
        holders = [name for name in free if not activity.skill or activity.skill in self.skills[name]]
        needed = activity.crew_count if activity.skilled_count is None else activity.skilled_count
        if len(holders) < needed:
            return None
        who = self.rng.sample(holders, needed)
        others = [name for name in free if name not in who] if activity.skilled_count is not None else []
        missing = activity.crew_count - needed
        return [*who, *self.rng.sample(others, missing)] if missing <= len(others) else None

    def _take(self, activity: Activity, start: int, who: list[str], *, sign: int) -> None:
        length = -(-activity.duration_min // 5)
        span = slice(start, start + length)
        for name in who:
            self.busy[name][span] = sign > 0
            self.work[name][start // DAY] -= sign * length
        for use in activity.uses:
            self.units[use.facility][span] -= sign * use.units
        if activity.power_w:
            self.watts[activity.channel][span] -= sign * activity.power_w
        for load in activity.loads:
            self.watts[load.channel][span] -= sign * load.power_w
        for draw in activity.draws:
            self.drawn[draw.store][start // DAY] += sign * draw.amount_units


def _least(activity: Activity) -> int:
    """Slots that an activity of a chain takes at least, its lag included."""
    lag = max([link.lag_shortest_min for link in activity.after], default=0)
    return -(-max(lag + activity.duration_min, activity.gap_shortest_min) // 5)
