"""The crew, what the station has and the week to five minutes: the problem.

Moments are UTC. A *day* is the crew's own, from midnight to midnight of the clock it lives by, and so
are weekdays and minutes of a day. The week is cut into slots; durations are rounded up to whole
slots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from stationmaster.measure.time import Span
from stationmaster.timeline.activity import Activity, Draw


@dataclass(frozen=True, kw_only=True)
class CrewMember:
    """Someone of the crew, by role: no person is named.

    ``certified_until`` says of a skill when its certificate ends (none: it does not);
    ``aboard`` bounds the stay where it does not cover the week (a handover): outside it there is no
    routine and no work. On a day aboard only in part no meal and no exercise is due. A skill counts for
    an activity that ends before its certificate does.
    """

    code: str
    role: str
    skills: tuple[str, ...]
    guest: bool = False
    certified_until: Mapping[str, datetime] = field(default_factory=dict)
    aboard: Span | None = None


@dataclass(frozen=True, kw_only=True)
class Crew:
    """What ``crew.toml`` holds."""

    members: tuple[CrewMember, ...]
    source: str | None = None
    estimate: bool = False


# ----------------------------------------------------------------------------- the problem


@dataclass(frozen=True, kw_only=True)
class Session:
    """One exercise session of the crew day: how long, and on which devices it may be held."""

    code: str
    name: str
    duration_min: int
    devices: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Device:
    """An exercise device, one person at a time; ``vibrates`` where quiet payloads feel it."""

    code: str
    name: str
    vibrates: bool = True


@dataclass(frozen=True, kw_only=True)
class SleepShift:
    """From the night that begins on this day of the crew's clock on, sleep starts at this minute."""

    day: date
    sleep_start_min: int


@dataclass(frozen=True, kw_only=True)
class GroundRules:
    """The crew day. Defaults are those published for the International Space Station:
    8.5 h of sleep, 6.5 h of work on weekdays, half of Saturday, Sunday off, a meal of one hour,
    no exercise within an hour after it.

    Minutes count from the crew's midnight; ``clock_ahead_min`` is how far its clock is ahead of UTC
    (480: Beijing; below 0: behind). Weekdays are ISO numbers of the crew's days, Monday is 1.
    ``sessions`` are held by each member on each of ``exercise_weekdays``; conferences by all on each
    of ``conference_weekdays``. The meal lies between ``meal_earliest_min`` (its start) and
    ``meal_latest_min`` (its end); with ``meals_together`` plans of equal worth prefer common meals.
    ``sleep_shifts`` move sleep (with what goes before and after it) from a day on; a conference that
    then meets one of the three is not held. ``work_week_min`` bounds the work of a calendar week,
    Monday to Sunday.
    """

    sessions: tuple[Session, ...]
    sleep_start_min: int = 21 * 60 + 30
    sleep_min: int = 510
    post_sleep_min: int = 60
    pre_sleep_min: int = 60
    conference_min: int = 15
    morning_conference_start_min: int = 7 * 60 + 30
    evening_conference_start_min: int = 19 * 60 + 30
    meal_earliest_min: int = 11 * 60 + 30
    meal_latest_min: int = 14 * 60
    meal_min: int = 60
    exercise_after_meal_min: int = 60
    work_day_min: int = 390
    work_saturday_min: int = 180
    work_sunday_min: int = 0
    exercise_weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    conference_weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    clock_ahead_min: int = 0
    work_week_min: int | None = None
    meals_together: bool = False
    sleep_shifts: tuple[SleepShift, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facility:
    """A rack, glovebox, airlock or arm: how many units of it can be in use at once."""

    code: str
    name: str
    users_at_once: int = 1


@dataclass(frozen=True, kw_only=True)
class Reduced:
    """A span in which a channel gives less: an array turned away, a thermal loop at half."""

    span: Span
    limit_w: float


@dataclass(frozen=True, kw_only=True)
class PowerLimit:
    """What activities may draw together from a power channel (or give to a thermal loop), in
    sunlight and in eclipse, and less in the spans of ``reduced``.

    ``base_w`` is drawn all the time by what is not in the timeline.
    """

    code: str
    name: str
    sunlit_w: float
    eclipse_w: float
    base_w: float = 0.0
    reduced: tuple[Reduced, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Store:
    """What fills up by activities and empties by itself: a data recorder, a heat store, a gas bottle.

    The level begins at ``initial_units``, rises by each draw when its activity starts, falls by
    ``recovery_units_h`` an hour inside the spans of the window ``recovers_in`` (empty: always), never
    below 0, and must never exceed ``capacity_units``. What is only used up has no recovery: its level
    is what has gone of it. With ``daily`` it is emptied at each midnight of the crew's clock
    (so many freezer openings a day). ``unit`` names the unit for people.
    """

    code: str
    name: str
    unit: str
    capacity_units: float
    initial_units: float = 0.0
    recovery_units_h: float = 0.0
    recovers_in: str = ""
    daily: bool = False


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """A span in which something else happens: a docking, a spacewalk, a reboost, maintenance.

    ``crew`` are busy with it (and it counts as their work where ``works``); ``facilities`` and
    devices named cannot be used; activities whose ``quiet`` names this ``kind`` must not run.
    ``refills`` take so much out of stores when it ends.
    ``waives`` names routine that those of ``crew`` give up where the span meets it: ``sleep``,
    ``post-sleep``, ``pre-sleep`` and ``conference`` are cut around it, ``meal`` and ``exercise``
    are dropped on the days the span touches.
    """

    code: str
    kind: str
    title: str
    span: Span
    crew: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    waives: tuple[str, ...] = ()
    works: bool = True
    refills: tuple[Draw, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HourCap:
    """At most so many crew hours for these activities together: a partner's or a policy's share."""

    code: str
    name: str
    crew_time_h: float
    activities: tuple[str, ...]


class Goal(StrEnum):
    """What the best plan is: the most weight placed, or (all of it being musts) the earliest end."""

    MOST_WEIGHT = "most-weight"
    EARLIEST_END = "earliest-end"


@dataclass(frozen=True, kw_only=True)
class WeekProblem:
    """A week to plan. ``windows`` give the spans of each window name that activities mention.

    ``start`` is a midnight of the crew's clock. ``member_work_min`` lowers the daily work of single
    members (a guest, someone convalescing); on the days of ``off_duty`` a member does none.
    ``data_day_gb`` bounds what the activities that start on
    one day may produce. Every name mentioned must exist; ``StationError`` says which does not.
    """

    VERSION: ClassVar[int] = 1

    code: str
    start: datetime
    crew: tuple[CrewMember, ...]
    rules: GroundRules
    devices: tuple[Device, ...]
    activities: tuple[Activity, ...]
    facilities: tuple[Facility, ...] = ()
    channels: tuple[PowerLimit, ...] = ()
    stores: tuple[Store, ...] = ()
    eclipses: tuple[Span, ...] = ()
    windows: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    blocked: tuple[Blocked, ...] = ()
    caps: tuple[HourCap, ...] = ()
    member_work_min: Mapping[str, int] = field(default_factory=dict)
    off_duty: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    data_day_gb: float | None = None
    goal: Goal = Goal.MOST_WEIGHT
    days: int = 7
    slot_min: int = 5

    def __post_init__(self) -> None:
        from stationmaster.timeline.consistency import consistent

        consistent(self)

    @property
    def span(self) -> Span:
        """The whole week."""
        return Span(self.start, self.start + timedelta(days=self.days))

    def date_of(self, day: int) -> date:
        """The crew's date on a day of the week, from 0."""
        clock = self.start.astimezone(UTC) + timedelta(days=day, minutes=self.rules.clock_ahead_min)
        return clock.date()
