"""One activity of the timeline: who, how long, with what, when, and after what.

Moments are UTC. An activity with ``crew_count`` 0 is commanded from the ground and may run at night.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

#: ``project`` of work that is the station's own.
STATION = "station"


@dataclass(frozen=True, kw_only=True)
class Use:
    """Units of a facility held for the whole activity."""

    facility: str
    units: int = 1


@dataclass(frozen=True, kw_only=True)
class Load:
    """Power drawn from a further channel for the whole activity: a thermal loop that takes its heat away."""

    channel: str
    power_w: float


@dataclass(frozen=True, kw_only=True)
class Draw:
    """What an activity puts into a store when it starts: data, heat, a door opening, gas used up."""

    store: str
    amount_units: float


@dataclass(frozen=True, kw_only=True)
class After:
    """Start so many minutes after the end of another activity, which must be placed too.

    A shortest lag below 0 lets the two overlap.
    """

    activity: str
    lag_shortest_min: int = 0
    lag_longest_min: int | None = None


@dataclass(frozen=True, kw_only=True)
class Mode:
    """Another way of doing an activity: what is here stands in place of the activity's own.

    ``eligible`` narrows the activity's own list (empty: as there), so that a duration by person is a
    mode for each; ``uses``, ``draws`` and ``power_w`` are those of this way alone.
    """

    code: str
    duration_min: int
    eligible: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    draws: tuple[Draw, ...] = ()
    power_w: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One thing to do once in the week.

    Crew: ``crew_count`` members out of ``eligible`` (empty: anyone), of whom ``skilled_count``
    (None: all) hold ``skill`` (empty: none needed). With ``same_crew_as`` its members are taken
    from those of another activity, which must be placed.

    Ways: with ``modes`` it is done in exactly one of them; without, as it stands.

    Things: ``uses`` facilities, ``power_w`` from ``channel`` and ``loads`` from further ones, all
    for as long as it runs; ``draws`` on stores when it starts; ``data_gb`` against the data of a day.

    Time: it lies ``inside`` one span of each named window, holds a whole span of each window
    named in ``around`` (a pass shorter than a slot), starts at ``earliest`` or later and ends at
    ``latest`` or before, and lies within ``day_from_min`` to ``day_until_min`` of one day of the
    crew's clock. ``quiet`` names kinds of blocked span it cannot bear; ``exercise`` among them means
    no session on a vibrating device, ``sleep`` nobody of the crew asleep.

    Recurrence: activities of one ``series`` are numbered from ``occurrence`` 1 without a gap;
    each later one needs the one before it and starts ``gap_shortest_min`` to ``gap_longest_min``
    after that one's start.

    ``must`` is placed whatever it weighs. ``jar`` is for the crew to do when it likes (the task
    list): it gets no time, the plan says who has room for it.
    """

    code: str
    title: str
    duration_min: int
    priority_weight: float
    project: str = STATION
    must: bool = False
    jar: bool = False
    crew_count: int = 1
    skill: str = ""
    skilled_count: int | None = None
    eligible: tuple[str, ...] = ()
    same_crew_as: str = ""
    modes: tuple[Mode, ...] = ()
    uses: tuple[Use, ...] = ()
    power_w: float = 0.0
    channel: str = ""
    loads: tuple[Load, ...] = ()
    draws: tuple[Draw, ...] = ()
    data_gb: float = 0.0
    inside: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    earliest: datetime | None = None
    latest: datetime | None = None
    day_from_min: int = 0
    day_until_min: int | None = None
    quiet: tuple[str, ...] = ()
    after: tuple[After, ...] = ()
    series: str = ""
    occurrence: int = 1
    gap_shortest_min: int = 0
    gap_longest_min: int | None = None

    @property
    def ways(self) -> tuple[Mode, ...]:
        """Its modes; where it has none, the one way that the activity itself describes."""
        own = Mode(
            code="", duration_min=self.duration_min, uses=self.uses, draws=self.draws, power_w=self.power_w
        )
        return self.modes or (own,)
