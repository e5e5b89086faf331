"""The sentences behind the reason codes of the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    "no-eligible-crew": "It needs {needed} of the crew with {skill}; {found} may do it.",
    "no-start": "No start in the week is left by {filter}.",
    "no-start-with": "No start in the week is left by {filter} together with {others}.",
    "no-way": "None of its ways is possible: {ways}",
    "task-list": "It is for the task list and gets no time of its own.",
    "needs-unplaced": "It needs {activity}, which is not placed.",
    "lag": "Where {activity} is placed, no allowed start keeps the time between the two.",
    "needs-crew-of": "It needs the crew of {activity}, and they have no time for it where it could start.",
    "short-of": "Only {resource} stands in the way: with the rest of the plan as it is, {starts} starts are"
    " free in all else, and none has the {need} it needs.",
    "crowded": "With the rest of the plan as it is, each of its {starts} possible starts meets something"
    " taken: {taken}.",
    "together": "Single starts are free in each thing it needs, but never in all for the same crew.",
    "no-weight": "It has no weight, so that placing it would not make the plan better.",
    "search-limit": "The search ended before it found a plan with it; none is proven impossible.",
    "musts-conflict": "It is a must that cannot stand together with {others}.",
    "must-alone": "It is a must that cannot be placed even alone.",
    "no-plan": "There is no plan of the week, so it is not placed.",
    "routine": "The crew's routine itself does not fit: {where}.",
    "not-approved": "It was not in the plan that was repaired, and a repair adds only what is urgent.",
}
