"""The hand-over to the guests' seats: what a scenario asks of its crew flights, without its candidates."""

from __future__ import annotations

from dataclasses import dataclass

from stationmaster.crew.letters import CrewProblem
from stationmaster.crew.outcome import CrewPlan
from stationmaster.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class GuestProblems:
    """What guests ask: one problem, or none where the scenario has no guests for its station."""

    items: tuple[CrewProblem, ...]


@dataclass(frozen=True, kw_only=True)
class GuestPlans:
    """A plan for each problem, in their order."""

    items: tuple[CrewPlan, ...]


def guests(scenario: Scenario) -> GuestProblems:
    """The scenario's guests, where they fly to its station.

    A variant on another station inherits the file of guests; their seats are then not its own.
    """
    asked = scenario.guests
    own = asked is not None and asked.station == scenario.station.code
    return GuestProblems(items=(asked,) if asked is not None and own else ())
