"""The crew, its activities and the week to five minutes: the problem and the plan.

Moments are UTC. A *day* is the crew's own, from midnight to midnight of the clock it lives by, and so
are weekdays and minutes of a day. The week is cut into slots; durations are rounded up to whole
slots. An activity with ``crew_count`` 0 is commanded from the ground and may run at night.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from stationmaster.measure.reasons import Reason
from stationmaster.measure.time import Span


@dataclass(frozen=True, kw_only=True)
class CrewMember:
    """Someone of the crew, by role: no person is named."""

    code: str
    role: str
    skills: tuple[str, ...]
    guest: bool = False


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
class GroundRules:
    """The crew day. Defaults are those published for the International Space Station:
    8.5 h of sleep, 6.5 h of work on weekdays, half of Saturday, Sunday off, a meal of one hour,
    no exercise within an hour after it.

    Minutes count from the crew's midnight; ``clock_ahead_min`` is how far its clock is ahead of UTC
    (480: Beijing; below 0: behind). Weekdays are ISO numbers of the crew's days, Monday is 1.
    ``sessions`` are held by each member on each of ``exercise_weekdays``; conferences by all on each
    of ``conference_weekdays``. The meal lies between ``meal_earliest_min`` (its start) and
    ``meal_latest_min`` (its end).
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


@dataclass(frozen=True, kw_only=True)
class Facility:
    """A rack, glovebox, airlock or arm: how many units of it can be in use at once."""

    code: str
    name: str
    users_at_once: int = 1


@dataclass(frozen=True, kw_only=True)
class PowerLimit:
    """What activities may draw together from a power channel, in sunlight and in eclipse.

    ``base_w`` is drawn all the time by what is not in the timeline.
    """

    code: str
    name: str
    sunlit_w: float
    eclipse_w: float
    base_w: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """A span in which something else happens: a docking, a spacewalk, a reboost, maintenance.

    ``crew`` are busy with it (and it counts as their work where ``works``); ``facilities`` and
    devices named cannot be used; activities whose ``quiet`` names this ``kind`` must not run.
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


@dataclass(frozen=True, kw_only=True)
class Use:
    """Units of a facility held for the whole activity."""

    facility: str
    units: int = 1


@dataclass(frozen=True, kw_only=True)
class After:
    """Start so many minutes after the end of another activity, which must be placed too."""

    activity: str
    lag_shortest_min: int = 0
    lag_longest_min: int | None = None


#: ``project`` of work that is the station's own.
STATION = "station"


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One thing to do once in the week.

    Crew: ``crew_count`` members out of ``eligible`` (empty: anyone), of whom ``skilled_count``
    (None: all) hold ``skill`` (empty: none needed). With ``same_crew_as`` its members are taken
    from those of another activity, which must be placed.

    Time: it lies ``inside`` one span of each named window, holds a whole span of each window
    named in ``around`` (a pass shorter than a slot), starts at ``earliest`` or later and ends at
    ``latest`` or before. ``quiet`` names kinds of blocked span it cannot bear; ``exercise`` among
    them means no session on a vibrating device.

    Recurrence: activities of one ``series`` are numbered from ``occurrence`` 1 without a gap;
    each later one needs the one before it and starts ``gap_shortest_min`` to ``gap_longest_min``
    after that one's start.
    """

    code: str
    title: str
    duration_min: int
    priority_weight: float
    project: str = STATION
    must: bool = False
    crew_count: int = 1
    skill: str = ""
    skilled_count: int | None = None
    eligible: tuple[str, ...] = ()
    same_crew_as: str = ""
    uses: tuple[Use, ...] = ()
    power_w: float = 0.0
    channel: str = ""
    data_gb: float = 0.0
    inside: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    earliest: datetime | None = None
    latest: datetime | None = None
    quiet: tuple[str, ...] = ()
    after: tuple[After, ...] = ()
    series: str = ""
    occurrence: int = 1
    gap_shortest_min: int = 0
    gap_longest_min: int | None = None


@dataclass(frozen=True, kw_only=True)
class HourCap:
    """At most so many crew hours for these activities together: a partner's or a policy's share."""

    code: str
    name: str
    crew_time_h: float
    activities: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class WeekProblem:
    """A week to plan. ``windows`` give the spans of each window name that activities mention.

    ``start`` is a midnight of the crew's clock. ``member_work_min`` lowers the daily work of single
    members (a guest, someone convalescing). ``data_day_gb`` bounds what the activities that start on
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
    eclipses: tuple[Span, ...] = ()
    windows: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    blocked: tuple[Blocked, ...] = ()
    caps: tuple[HourCap, ...] = ()
    member_work_min: Mapping[str, int] = field(default_factory=dict)
    data_day_gb: float | None = None
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


# -------------------------------------------------------------------------------- the plan


class Kind(StrEnum):
    """What an item of the timeline is."""

    SLEEP = "sleep"
    POST_SLEEP = "post-sleep"
    PRE_SLEEP = "pre-sleep"
    CONFERENCE = "conference"
    MEAL = "meal"
    EXERCISE = "exercise"
    ACTIVITY = "activity"
    BLOCKED = "blocked"


class Status(StrEnum):
    """How far the plan is proven."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NOT_FOUND = "not-found"


class BoundKind(StrEnum):
    """What stands behind the bound: the full model, a model of days and crew without clock times
    (a relaxation, so its optimum bounds every plan), or only the sum of all placeable weights.
    """

    FULL_MODEL = "full-model"
    RELAXATION = "days-and-crew-relaxation"
    SUM_OF_WEIGHTS = "sum-of-weights"


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something in the timeline. ``code`` is unique in the plan and stable; ``activity`` names the
    activity (or the blocked span), ``device`` the exercise device."""

    code: str
    kind: Kind
    title: str
    crew: tuple[str, ...]
    start: datetime
    end: datetime
    activity: str = ""
    device: str = ""

    @property
    def span(self) -> Span:
        """From start to end."""
        return Span(self.start, self.end)


@dataclass(frozen=True, kw_only=True)
class Unplaced:
    """An activity that is not in the plan, and why."""

    activity: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class WorkFigure:
    """Crew work of one member on one of its days, blocked spans included, against the day's limit.

    An activity counts for the day it starts on.
    """

    crew: str
    day: date
    work_h: float
    limit_h: float


@dataclass(frozen=True, kw_only=True)
class FacilityFigure:
    """Unit hours of a facility in use, and the share of its whole capacity in the week."""

    facility: str
    use_h: float
    use_share: float


@dataclass(frozen=True, kw_only=True)
class PowerFigure:
    """The highest draw on a channel, base load included, in sunlight and in eclipse."""

    channel: str
    peak_sunlit_w: float
    peak_eclipse_w: float


@dataclass(frozen=True, kw_only=True)
class SolverFacts:
    """What made the plan: enough to make it again."""

    name: str
    version: str
    seed: int
    effort: str
    rounds: int
    deterministic_time_units: float


@dataclass(frozen=True, kw_only=True)
class WeekPlan:
    """The week: every activity is in ``items`` or in ``unplaced``, once.

    ``objective_value`` is the sum of the weights of placed activities; no plan can exceed
    ``bound_value``; ``gap_fraction`` is their difference over the bound. When the musts cannot
    all be met, ``status`` is infeasible, nothing is placed, and ``conflict`` names musts that
    cannot stand together while any one fewer can (empty: the crew's routine alone does not fit).
    """

    VERSION: ClassVar[int] = 1

    problem: str
    start: datetime
    status: Status
    items: tuple[Item, ...]
    unplaced: tuple[Unplaced, ...]
    conflict: tuple[str, ...]
    objective_value: float
    bound_value: float
    bound_kind: BoundKind
    gap_fraction: float
    work: tuple[WorkFigure, ...]
    facilities: tuple[FacilityFigure, ...]
    power: tuple[PowerFigure, ...]
    solver: SolverFacts
