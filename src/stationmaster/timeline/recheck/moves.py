"""One move by hand, judged in milliseconds: what it would break, and nothing else looked at again.

The plan is read once. A move then looks at the activity moved, those that hang on it, its crew, and
the facilities, channels, stores and shares it touches before and after: whatever else the plan
holds is as good or bad as it was. In a plan without a fault the verdict is that of the full check
on the moved plan.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from stationmaster.measure.codes import known
from stationmaster.measure.errors import StationError
from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import moment
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Item, Kind
from stationmaster.timeline.recheck import activities, resources, stores
from stationmaster.timeline.recheck import day as crew_day
from stationmaster.timeline.recheck.case import Case, Check, Placed, Scope

CHECKS: tuple[Check, ...] = (
    *activities.EACH,
    crew_day.aboard,
    crew_day.hours,
    resources.facilities,
    resources.power,
    resources.caps,
    resources.quiet,
    stores.stores,
)
_MOVE = re.compile(
    r"(?P<code>[^@]+)@(?P<when>\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z)"
    r"(:(?P<crew>[^:@/]+))?(/(?P<mode>[^:@/]+))?"
)


@dataclass(frozen=True, kw_only=True)
class Move:
    """An activity at another time, with another crew or in another way (None: as it is now).

    What is not in the plan is put in.
    """

    activity: str
    start: datetime | None = None
    crew: tuple[str, ...] | None = None
    mode: str | None = None


def move_of(text: str) -> Move:
    """A move as it is typed: ``CODE@2024-11-06T09:30Z``, with ``:C1,C2`` for another crew and
    ``/MODE`` for another way behind it.

    Raises:
        StationError: ``bad-value`` where it cannot be read.
    """
    match = _MOVE.fullmatch(text.strip())
    if match is None:
        expected = "CODE@TIME[:C1,C2][/MODE], with a UTC time such as 2024-11-06T09:30Z"
        raise StationError("bad-value", field="--move", value=text, expected=expected)
    crew = match["crew"]
    return Move(
        activity=match["code"].strip(),
        start=moment(match["when"]),
        crew=None if crew is None else tuple(c.strip() for c in crew.split(",")),
        mode=match["mode"],
    )


class Moves:
    """A plan read once, to try moves on.

    Args:
        problem: the week.
        items: its plan, sound or not; of an unsound one the verdict also names what was already
            wrong with what the move touches.
    """

    def __init__(self, problem: WeekProblem, items: Sequence[Item]) -> None:
        self.case = Case(problem, items)
        for facility in problem.facilities:
            self.case.load("facility", facility.code)
            self.case.shut(facility.code)
        for channel in problem.channels:
            self.case.load("channel", channel.code)
            self.case.limit_w(channel)
        for store in problem.stores:
            self.case.drawn(store.code)
        self._hanging: dict[str, set[str]] = {a.code: set() for a in problem.activities}
        for activity in problem.activities:
            for first in self._needs(activity):
                self._hanging[first].add(activity.code)

    def item(self, move: Move) -> Item:
        """The activity as it would stand in the plan.

        Raises:
            StationError: ``unknown-name`` for an activity or member that does not exist;
                ``bad-value`` where it is not in the plan and no start is given.
        """
        problem = self.case.problem
        known(move.activity, self.case.activities, "activity", field="activity")
        for member in move.crew or ():
            known(member, self.case.of_crew, "crew member", field="crew")
        activity, old = self.case.activities[move.activity], self.case.done.get(move.activity)
        start = move.start or (old.item.start if old else None)
        if start is None:
            raise StationError(
                "bad-value", field="move", value=move.activity, expected="a start, for it has none"
            )
        mode = old.item.mode if old else activity.ways[0].code
        if move.mode is not None:
            mode = move.mode
            known(mode, [way.code for way in activity.ways], "mode", field="mode")
        way = next((way for way in activity.ways if way.code == mode), activity.ways[0])
        length = timedelta(minutes=-(-way.duration_min // problem.slot_min) * problem.slot_min)
        crew = move.crew if move.crew is not None else (old.item.crew if old else ())
        if old is not None and move.mode is None:
            length = old.item.end - old.item.start
        return Item(
            code=activity.code,
            kind=Kind.ACTIVITY,
            title=activity.title,
            crew=crew,
            start=start,
            end=start + length,
            activity=activity.code,
            mode=mode,
        )

    def judge(self, move: Move) -> tuple[Fault, ...]:
        """What the move would break; empty when nothing.

        Raises:
            StationError: as :meth:`item`.
        """
        item, week = self.item(move), self.case.problem.span
        if not week.start <= item.start < item.end <= week.end:
            return (Fault("outside", item.code, "It lies outside the week, or ends before it starts."),)
        old, new = self.case.done.get(move.activity), self.case.placed(item)
        case = self.case.moved(old, new, self._scope(old, new))
        return tuple(fault for check in CHECKS for fault in check(case))

    def moved(self, move: Move) -> tuple[Item, ...]:
        """The whole plan after the move, in order."""
        item, old = self.item(move), self.case.done.get(move.activity)
        others = (p.item for items in self.case.by_kind.values() for p in items if p is not old)
        return tuple(sorted((*others, item), key=lambda one: (one.start, one.code)))

    def _needs(self, activity: Activity) -> set[str]:
        needs = {link.activity for link in activity.after} | {activity.same_crew_as}
        if activity.series:
            needs.add(self.case.numbered.get((activity.series, activity.occurrence - 1), ""))
        return needs - {""}

    def _scope(self, old: Placed | None, new: Placed) -> Scope:
        both = [p for p in (old, new) if p is not None]
        activity = new.activity
        return Scope(
            activities=frozenset({activity.code} | self._hanging[activity.code]),
            crew=frozenset(c for p in both for c in p.item.crew if c in self.case.of_crew),
            facilities=frozenset(use.facility for p in both for use in p.way.uses),
            channels=frozenset({activity.channel, *(load.channel for load in activity.loads)} - {""}),
            stores=frozenset(draw.store for p in both for draw in p.way.draws),
            caps=frozenset(c.code for c in self.case.problem.caps if activity.code in c.activities),
        )
