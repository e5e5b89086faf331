"""A week's problem and the items of a plan as the checks look at them: minutes, and who does what."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import Span
from stationmaster.timeline.activity import Activity, Mode
from stationmaster.timeline.letters import PowerLimit, WeekProblem
from stationmaster.timeline.outcome import Item, Kind

DAY_MIN = 1440
EPSILON = 1e-6
Minutes = NDArray[np.float64]
_NOTHING = Activity(code="", title="", duration_min=1, priority_weight=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An item with its minutes from the start of the week; of an activity also what is done, and how."""

    item: Item
    start_min: float
    end_min: float
    activity: Activity = _NOTHING
    way: Mode

    @property
    def touched(self) -> slice:
        """Every minute of the week that it touches."""
        return slice(max(0, math.floor(self.start_min)), max(0, math.ceil(self.end_min)))

    @property
    def day(self) -> int:
        """The day of the week it starts on, from 0."""
        return int(self.start_min // DAY_MIN)

    @property
    def length_min(self) -> float:
        """How long it lasts."""
        return self.end_min - self.start_min

    def units(self, facility: str) -> int:
        """Units of a facility it holds."""
        return sum(use.units for use in self.way.uses if use.facility == facility)

    def watts(self, channel: str) -> float:
        """What it draws from a channel."""
        own = self.way.power_w if self.activity.channel == channel else 0.0
        return own + sum(load.power_w for load in self.activity.loads if load.channel == channel)

    def draws(self, store: str) -> float:
        """What it puts into a store when it starts."""
        return sum(draw.amount_units for draw in self.way.draws if draw.store == store)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is looked at: codes of activities, crew, facilities, channels, stores and caps."""

    activities: frozenset[str]
    crew: frozenset[str]
    facilities: frozenset[str]
    channels: frozenset[str]
    stores: frozenset[str]
    caps: frozenset[str]


class Case:
    """A problem, the items of a plan of it, and the minutes of both."""

    def __init__(self, problem: WeekProblem, items: Sequence[Item]) -> None:
        self.problem = problem
        self.minutes = problem.days * DAY_MIN
        self.activities = {a.code: a for a in problem.activities}
        self.numbered = {(a.series, a.occurrence): a.code for a in problem.activities if a.series}
        self.by_kind: dict[Kind, list[Placed]] = {kind: [] for kind in Kind}
        self.of_crew: dict[str, list[Placed]] = {member.code: [] for member in problem.crew}
        for item in items:
            placed = self.placed(item)
            self.by_kind[item.kind].append(placed)
            for member in dict.fromkeys(item.crew):
                if item.kind is not Kind.BLOCKED and member in self.of_crew:
                    self.of_crew[member].append(placed)
        self.done = {p.item.activity: p for p in self.by_kind[Kind.ACTIVITY]}
        self.scope = Scope(
            activities=frozenset(self.done),
            crew=frozenset(self.of_crew),
            facilities=frozenset(f.code for f in problem.facilities),
            channels=frozenset(c.code for c in problem.channels),
            stores=frozenset(s.code for s in problem.stores),
            caps=frozenset(c.code for c in problem.caps),
        )
        self._levels: dict[tuple[str, str], Minutes] = {}
        self._drawn: dict[str, list[tuple[float, float]]] = {}
        self._limits: dict[str, Minutes] = {}
        self._shut: dict[str, NDArray[np.bool_]] = {}

    # ------------------------------------------------------------------ time

    def minute(self, when: datetime) -> float:
        """Minutes from the start of the week."""
        return (when - self.problem.start) / timedelta(minutes=1)

    def touched(self, spans: Iterable[Span]) -> NDArray[np.bool_]:
        """The minutes of the week that any of the spans touches (minutes,)."""
        mask = np.zeros(self.minutes, dtype=bool)
        for span in spans:
            mask[max(0, math.floor(self.minute(span.start))) : max(0, math.ceil(self.minute(span.end)))] = (
                True
            )
        return mask

    def date(self, day: int) -> date:
        """The date of a day of the week by the crew's clock."""
        return (self.at(day, 0) + timedelta(minutes=self.problem.rules.clock_ahead_min)).date()

    def weekday(self, day: int) -> int:
        """The ISO weekday of a day by the crew's clock, Monday 1."""
        return self.date(day).isoweekday()

    def day_name(self, day: int) -> str:
        """A day for people: ``Tuesday 2026-03-03``."""
        return f"{self.date(day):%A %Y-%m-%d}"

    def at(self, day: int, minute: float) -> datetime:
        """A minute of a day (which may lie beyond it) as a moment."""
        return self.problem.start + timedelta(days=day, minutes=minute)

    # ------------------------------------------------------------------ what is done

    def placed(self, item: Item) -> Placed:
        """The item with what it does; of a way that does not exist, the first (told elsewhere)."""
        activity = self.activities.get(item.activity) if item.kind is Kind.ACTIVITY else None
        ways = (activity or _NOTHING).ways
        return Placed(
            item=item,
            start_min=self.minute(item.start),
            end_min=self.minute(item.end),
            activity=activity or _NOTHING,
            way=next((way for way in ways if way.code == item.mode), ways[0]),
        )

    @property
    def judged(self) -> Iterator[tuple[str, Placed]]:
        """The activities that are placed and looked at."""
        return ((code, self.done[code]) for code in self.scope.activities if code in self.done)

    def work_min(self, member: str, day: int | None = None) -> float:
        """Minutes of activities that a member starts on a day (None: in the whole week)."""
        return sum(
            p.length_min
            for p in self.of_crew[member]
            if p.item.kind is Kind.ACTIVITY and (day is None or p.day == day)
        )

    def blocked_min(self, member: str, day: int) -> float:
        """Minutes of a day that a member works in blocked spans."""
        total = 0.0
        for blocked in self.problem.blocked:
            if blocked.works and member in blocked.crew:
                start = max(self.minute(blocked.span.start), day * DAY_MIN)
                end = min(self.minute(blocked.span.end), (day + 1) * DAY_MIN)
                total += max(0.0, end - start)
        return total

    def limit_min(self, member: str, day: int) -> int:
        """The most a member may work on a day."""
        rules = self.problem.rules
        if self.date(day) in self.problem.off_duty.get(member, ()):
            return 0
        limit = {6: rules.work_saturday_min, 7: rules.work_sunday_min}.get(
            self.weekday(day), rules.work_day_min
        )
        return min(limit, self.problem.member_work_min.get(member, limit))

    # ------------------------------------------------------------------ what is shared

    def load(self, kind: str, code: str) -> Minutes:
        """Units of a facility in use, or watts drawn from a channel by activities (minutes,)."""
        if (kind, code) not in self._levels:
            level = np.zeros(self.minutes)
            for placed in self.by_kind[Kind.ACTIVITY]:
                level[placed.touched] += placed.units(code) if kind == "facility" else placed.watts(code)
            self._levels[kind, code] = level
        return self._levels[kind, code]

    def drawn(self, store: str) -> list[tuple[float, float]]:
        """(minute, amount) of every draw on a store."""
        if store not in self._drawn:
            doing = self.by_kind[Kind.ACTIVITY]
            self._drawn[store] = [(p.start_min, p.draws(store)) for p in doing if p.draws(store)]
        return self._drawn[store]

    def limit_w(self, channel: PowerLimit) -> Minutes:
        """What a channel gives in each minute, base load included (minutes,)."""
        if channel.code not in self._limits:
            dark = self.touched(self.problem.eclipses)
            limit = np.where(dark, min(channel.sunlit_w, channel.eclipse_w), channel.sunlit_w)
            for less in channel.reduced:
                limit[self.touched([less.span])] = np.minimum(limit[self.touched([less.span])], less.limit_w)
            self._limits[channel.code] = limit
        return self._limits[channel.code]

    def shut(self, thing: str) -> NDArray[np.bool_]:
        """The minutes in which a facility or device cannot be used (minutes,)."""
        if thing not in self._shut:
            self._shut[thing] = self.touched(b.span for b in self.problem.blocked if thing in b.facilities)
        return self._shut[thing]

    def moved(self, old: Placed | None, new: Placed, scope: Scope) -> Case:
        """The same with one activity elsewhere (or added), looked at in a scope only."""
        other = object.__new__(Case)
        other.__dict__ |= self.__dict__
        other.scope = scope
        other.done = {**self.done, new.item.activity: new}
        doing = [p for p in self.by_kind[Kind.ACTIVITY] if p is not old]
        other.by_kind = {**self.by_kind, Kind.ACTIVITY: [*doing, new]}
        other.of_crew = dict(self.of_crew)
        for member in scope.crew:
            own = [p for p in self.of_crew[member] if p is not old]
            other.of_crew[member] = [*own, new] if member in new.item.crew else own
        other._levels = {}
        for kind, codes in (("facility", scope.facilities), ("channel", scope.channels)):
            for code in codes:
                level = self.load(kind, code).copy()
                for placed, sign in ((old, -1), (new, 1)):
                    if placed is not None:
                        amount = placed.units(code) if kind == "facility" else placed.watts(code)
                        level[placed.touched] += sign * amount
                other._levels[kind, code] = level
        other._drawn = {}
        for code in scope.stores:
            draws = list(self.drawn(code))
            if old is not None and old.draws(code):
                draws.remove((old.start_min, old.draws(code)))
            if new.draws(code):
                draws.append((new.start_min, new.draws(code)))
            other._drawn[code] = draws
        return other


Check = Callable[[Case], Iterator[Fault]]
