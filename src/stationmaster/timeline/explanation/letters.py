"""What an explanation says: why an activity is not in, what would let it in, what a change would cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from stationmaster.measure.reasons import Reason
from stationmaster.measure.time import Span


class Verdict(StrEnum):
    """What is so with an activity: it is placed; it is for the task list; something it needs is not
    placed; it fits after all; it cannot be done on any day while the rest of the plan is kept."""

    PLACED = "placed"
    TASK_LIST = "task-list"
    NEEDS = "needs"
    FITS = "fits"
    OUT = "out"


@dataclass(frozen=True, kw_only=True)
class Way:
    """How an activity could be done: when and by whom, what else moves for it, what is dropped for it.

    ``given`` is what must be given for that, beyond the rules (None: nothing); ``gain_value`` is by how much
    the weight of all that is placed would rise (fall, where below 0).
    """

    given: Reason | None
    start: datetime
    end: datetime
    crew: tuple[str, ...]
    moved: tuple[str, ...]
    dropped: tuple[str, ...]
    gain_value: float


@dataclass(frozen=True, kw_only=True)
class DayOut:
    """Why it cannot be done on one day: a smallest set of constraints that keep it out together.

    None of them can be taken from the set: with the rest of it alone there is room. ``proven`` where
    the solver was certain of each step. ``ways`` hold what single thing given would let it in, every
    other rule of the week kept.
    """

    day: date
    constraints: tuple[Reason, ...]
    proven: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why one activity is not in the plan. ``needs`` names what it waits for that is not placed."""

    VERSION: ClassVar[int] = 1

    activity: str
    verdict: Verdict
    needs: tuple[str, ...] = ()
    days: tuple[DayOut, ...] = ()
    fits: tuple[Way, ...] = ()


class Change(StrEnum):
    """What is asked of the plan."""

    MOVE = "move"
    DROP = "drop"
    REQUIRE = "require"
    SHUT = "shut"


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A change to try. A move goes to the day ``day``, or to start at ``start``; what is shut is a
    facility or a device, for a span."""

    change: Change
    code: str
    day: date | None = None
    start: datetime | None = None
    span: Span | None = None


@dataclass(frozen=True, kw_only=True)
class Moved:
    """An activity that is in the plan before and after, at another time or with another crew."""

    activity: str
    old_start: datetime
    new_start: datetime
    old_crew: tuple[str, ...]
    new_crew: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a change would cost, the days ``days`` planned again and everything else kept.

    ``possible`` is false where no plan of these days was found with it. ``proven`` says that the
    solver was certain: that nothing better, or nothing at all, can be had in that way. Values are
    weights of all that is placed; after the change no such plan exceeds ``bound_value``.
    """

    VERSION: ClassVar[int] = 1

    ask: Ask
    possible: bool
    proven: bool
    days: tuple[date, ...]
    before_value: float
    after_value: float
    bound_value: float
    dropped: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    moved: tuple[Moved, ...] = ()
    routine_moved: int = 0
