"""The plan of a week: what is done when and by whom, what is not and why, and how good that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from stationmaster.measure.reasons import Reason
from stationmaster.measure.time import Span


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
    activity (or the blocked span), ``device`` the exercise device, ``mode`` the way it is done
    (empty: the only one)."""

    code: str
    kind: Kind
    title: str
    crew: tuple[str, ...]
    start: datetime
    end: datetime
    activity: str = ""
    device: str = ""
    mode: str = ""

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
class StoreFigure:
    """The highest level a store reaches, when, and its level at the end, in the store's unit."""

    store: str
    peak_units: float
    peak_at: datetime
    end_units: float


@dataclass(frozen=True, kw_only=True)
class JarItem:
    """An activity of the task list, and who has hours left for it in the week."""

    activity: str
    crew: tuple[str, ...]


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
    """The week: every activity is in ``items``, in ``unplaced`` or in the ``jar``, once.

    ``objective_value`` is the sum of the weights of placed activities; no plan can exceed
    ``bound_value``; ``gap_fraction`` is their difference over the bound. Where the goal is the
    earliest end, the objective is the minutes from the start of the problem to the end of the last
    activity, no plan can come below the bound, and the gap is over the objective. When the musts cannot
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
    stores: tuple[StoreFigure, ...] = ()
    jar: tuple[JarItem, ...] = ()
