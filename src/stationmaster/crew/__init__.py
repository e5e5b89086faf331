"""Crew: whether a guest's seat can be promised, and what keeping the promise takes.

*In*: :class:`CrewProblem`: national nominations (coded candidates whose gates are passed, failed or
pending, and nothing more), training courses with their centres and seasons, the seat and what it
needs, crew flights and the residents on them, the rules on board, and experiments for the guest.

*Out*: :class:`CrewPlan`: prime and backup; an exact training plan to the launch with the latest safe
start, the slack and the critical chain; who of the residents must stay longer, by how many days, with
the balance of seats, places and hours; and the guest's experiments fitted to the week on board.

*Verified by* ``check.faults``, which walks through days, seats and sessions one by one and shares
nothing with the planner; ``plan.plan`` makes the plan.
"""

from stationmaster.crew.letters import (
    Centre,
    Course,
    CrewFlight,
    CrewProblem,
    Gate,
    GuestExperiment,
    Nomination,
    Resident,
    Seat,
    StayRules,
)
from stationmaster.crew.outcome import CrewPlan

__all__ = [
    "Centre",
    "Course",
    "CrewFlight",
    "CrewPlan",
    "CrewProblem",
    "Gate",
    "GuestExperiment",
    "Nomination",
    "Resident",
    "Seat",
    "StayRules",
]
