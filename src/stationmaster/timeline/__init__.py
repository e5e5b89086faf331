"""The timeline: one week of an increment, for each member of the crew, to five minutes.

Decides which activities are done in the week, when and by whom, so that the crew sleeps, eats and
trains by the ground rules and every rack, power channel, window and lag is kept.
In: :class:`WeekProblem`. Out: :class:`WeekPlan`, with a reason for every activity left out, or
the smallest set of musts that cannot stand together. The maker is ``build.build``, an optimiser
with a proven bound; ``check.faults`` verifies any plan minute by minute on its own;
``export`` writes calendars and tables.
"""

from stationmaster.timeline.activity import Activity
from stationmaster.timeline.letters import Blocked, Crew, CrewMember, GroundRules, WeekProblem
from stationmaster.timeline.outcome import Item, Status, Unplaced, WeekPlan

__all__ = [
    "Activity",
    "Blocked",
    "Crew",
    "CrewMember",
    "GroundRules",
    "Item",
    "Status",
    "Unplaced",
    "WeekPlan",
    "WeekProblem",
]
