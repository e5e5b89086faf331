"""A disturbed week and its repair: what went wrong, the approved plan, the new one, and how they differ.

Moments are UTC. What began before ``now`` has happened as it was planned; what a disturbance says of
the time before ``now`` is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from stationmaster.measure.reasons import Reason
from stationmaster.measure.time import Span
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import WeekPlan

# ------------------------------------------------------------------------------- disturbances


@dataclass(frozen=True, kw_only=True)
class Delay:
    """An activity that has not begun cannot start before so long after its planned start."""

    activity: str
    by_min: int


@dataclass(frozen=True, kw_only=True)
class Overrun:
    """An activity that is not over takes so much longer than planned.

    One under way goes on whatever the week's rules say of that time: sleep, conferences and the hours of
    the day give way to it.
    """

    activity: str
    by_min: int


@dataclass(frozen=True, kw_only=True)
class Illness:
    """A member of the crew does no work; sleep, meals and exercise stay where they were planned."""

    crew: str
    start: datetime
    end: datetime

    @property
    def span(self) -> Span:
        """From start to end."""
        return Span(self.start, self.end)


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """A facility or an exercise device cannot be used."""

    facility: str
    start: datetime
    end: datetime

    @property
    def span(self) -> Span:
        """From start to end."""
        return Span(self.start, self.end)


@dataclass(frozen=True, kw_only=True)
class Slip:
    """A blocked span (a docking, a spacewalk) is later, or with a negative time earlier.

    With it move a window of its code, and what is named in ``tied``: other blocked spans, windows, and
    activities, whose earliest start and latest end move. Its crew's sleep and conferences are cut
    where it then meets them; ``waives`` is routine given up besides. What slips out of the week is gone
    from it.
    """

    blocked: str
    by_min: int
    tied: tuple[str, ...] = ()
    waives: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Manoeuvre:
    """The station is moved: no microgravity from ``start`` to ``end``.

    Activities whose ``quiet`` names ``kind`` cannot run then. ``crew`` are busy with it in
    ``crew_before_min`` to ``crew_after_min`` around the burn; their sleep and conferences are cut
    around that, and they give up the routine of ``waives``. The windows of ``loses`` (relay, attitude)
    are lost from ``start`` to ``end``.
    """

    code: str
    burn: datetime
    start: datetime
    end: datetime
    kind: str = "reboost"
    title: str = "Avoidance manoeuvre"
    crew: tuple[str, ...] = ()
    crew_before_min: int = 30
    crew_after_min: int = 15
    waives: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()

    @property
    def span(self) -> Span:
        """Without microgravity."""
        return Span(self.start, self.end)


@dataclass(frozen=True, kw_only=True)
class Shelter:
    """An approach that it is too late to avoid: the crew waits in its vehicle until it has passed.

    ``crew`` (empty: all aboard) are there from ``before_min`` to ``after_min`` around the closest approach;
    sleep and conferences are cut around that. Nothing else stops: what the ground commands goes on.
    The minutes are estimates; an operator has its own.
    """

    code: str
    passes: datetime
    title: str = "Shelter in the vehicle"
    crew: tuple[str, ...] = ()
    before_min: int = 60
    after_min: int = 15

    @property
    def start(self) -> datetime:
        """When the crew goes there."""
        return self.passes - timedelta(minutes=self.before_min)

    @property
    def end(self) -> datetime:
        """When it comes back."""
        return self.passes + timedelta(minutes=self.after_min)


@dataclass(frozen=True, kw_only=True)
class Outage:
    """A window is not there for a time: a relay is down, a ground site is."""

    window: str
    start: datetime
    end: datetime

    @property
    def span(self) -> Span:
        """From start to end."""
        return Span(self.start, self.end)


@dataclass(frozen=True, kw_only=True)
class Cancelled:
    """An activity that is not over will not be done. What waits for its end, or takes its crew from
    it, goes with it; later occurrences of its series count from the one before it."""

    activity: str


@dataclass(frozen=True, kw_only=True)
class Disturbances:
    """What went wrong, by kind. ``urgent`` are new activities; as a rule they are musts."""

    VERSION: ClassVar[int] = 1

    delays: tuple[Delay, ...] = ()
    overruns: tuple[Overrun, ...] = ()
    illnesses: tuple[Illness, ...] = ()
    breakdowns: tuple[Breakdown, ...] = ()
    slips: tuple[Slip, ...] = ()
    manoeuvres: tuple[Manoeuvre, ...] = ()
    shelters: tuple[Shelter, ...] = ()
    outages: tuple[Outage, ...] = ()
    urgent: tuple[Activity, ...] = ()
    cancelled: tuple[Cancelled, ...] = ()

    def __or__(self, other: Disturbances) -> Disturbances:
        """Both."""
        return Disturbances(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


# ------------------------------------------------------------------------------- the problem


@dataclass(frozen=True, kw_only=True)
class Weights:
    """What a repair weighs against what: an activity's priority, and each kind of change.

    A must outweighs all else. The heaviest activity of the week has priority 5, the others in proportion,
    and each point of it counts ``priority``; to drop one costs ``dropped`` besides.
    An activity that starts at another time costs ``moved`` and
    ``shift_step`` for each ``shift_step_min``; each member replaced, each meal or session at another time
    or device costs its own. Changes of an activity that no disturbance meets cost ``undisturbed`` times
    as much.
    """

    priority: int = 3
    dropped: int = 10
    moved: int = 4
    shift_step: int = 1
    shift_step_min: int = 120
    recrewed: int = 2
    routine: int = 1
    undisturbed: int = 2


@dataclass(frozen=True, kw_only=True)
class RepairProblem:
    """A week, the plan approved for it, and what went wrong by ``now``.

    What began before ``now`` is frozen: it is over, or under way. So is what begins in the next
    ``freeze_min``, unless a disturbance makes it impossible where it stands.
    """

    VERSION: ClassVar[int] = 1

    week: WeekProblem
    plan: WeekPlan
    now: datetime
    disturbances: Disturbances
    freeze_min: int = 0
    weights: Weights = Weights()

    def __post_init__(self) -> None:
        from stationmaster.timeline.repair.refusals import consistent

        consistent(self)


# ------------------------------------------------------------------------------- the answer


class Fate(StrEnum):
    """What becomes of something in the approved plan, or of something new."""

    KEPT = "kept"
    MOVED = "moved"
    RECREWED = "recrewed"
    LENGTHENED = "lengthened"
    DROPPED = "dropped"
    ADDED = "added"
    ABORTED = "aborted"


@dataclass(frozen=True, kw_only=True)
class Where:
    """When something is, by whom, on which device, in which mode."""

    start: datetime
    end: datetime
    crew: tuple[str, ...]
    device: str = ""
    mode: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One activity, meal or session before and after.

    ``fate`` is ``moved`` where the start is another, ``recrewed`` where only the crew is (or the device,
    or the mode). Something under way that cannot go on is ``aborted``; ``after`` is then where it is begun
    again, if it is. ``moved_min`` is the change of the start.
    """

    code: str
    title: str
    routine: bool
    fate: Fate
    frozen: bool
    before: Where | None
    after: Where | None
    moved_min: int = 0
    crew_changed: bool = False
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Totals:
    """How many of each. Activities and routine (meals, sessions) are counted apart.

    ``moved`` and ``recrewed`` may both count one activity. ``undisturbed`` are the activities of the
    approved plan that had not begun, that no disturbance forbids where they stand or lengthens, and that
    need nothing of the kind (by a lag, a shared crew or a series); ``untouched`` those of them that are kept.
    """

    kept: int
    moved: int
    recrewed: int
    dropped: int
    added: int
    aborted: int
    routine_moved: int
    routine_dropped: int
    shift_h: float
    undisturbed: int
    untouched: int


@dataclass(frozen=True, kw_only=True)
class Softened:
    """A must that the repaired plan does not meet, and why."""

    activity: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Repair:
    """The answer: the changed week (in which musts that are not met are no longer musts), its plan, and
    every change, in the order of codes."""

    VERSION: ClassVar[int] = 1

    week: WeekProblem
    plan: WeekPlan
    changes: tuple[Change, ...]
    totals: Totals
    softened: tuple[Softened, ...] = ()
