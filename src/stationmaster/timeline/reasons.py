"""The sentences behind the reason codes of the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    "no-eligible-crew": "It needs {needed} of the crew with {skill}; {found} may do it.",
    "no-start": "No start in the week is left by {filter}.",
    "no-start-with": "No start in the week is left by {filter} together with {others}.",
    "no-way": "None of its ways is possible ({ways}).",
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
    # what keeps an activity out on a day, as one of a smallest set
    "out-hours": "{crew} may work only so many hours on {day}.",
    "out-week-hours": "Nobody may work more than the hours of the week.",
    "out-facility": "{facility} has only so much room; it needs {units}.",
    "out-closed": "{facility} cannot be used during {blocked}.",
    "out-power": "{channel} gives only so much; it needs {power}.",
    "out-store": "{store} holds only so much; it brings {amount}.",
    "out-cap": "{share} has only so many hours.",
    "out-data": "A day may produce only so much data; it makes {data}.",
    "out-kept": "What {what} on {day} ({count}) stays placed.",
    "out-quiet": "It cannot bear {kind}.",
    "out-lag": "It keeps its time after {activity}.",
    "out-gap": "It keeps its gap to the occurrence before it.",
    "out-same-crew": "It takes its crew from {activity}.",
    "out-crew": "Only {who} may do it.",
    "out-time-of-day": "It keeps its hours of the day.",
    "out-earliest": "It starts no earlier than asked.",
    "out-latest": "It ends no later than asked.",
    "out-window": "It keeps to the window {window}.",
    # what would let it in
    "give-hours": "{minutes} min more work of {crew} on {day}.",
    "give-week-hours": "more hours of work in the week.",
    "give-facility": "{facility} with room for {units} more.",
    "give-closed": "{facility} in use during {blocked}.",
    "give-power": "{power} more from {channel}.",
    "give-store": "room for {amount} more in {store}.",
    "give-cap": "more hours for {share}.",
    "give-data": "{data} more data on the day.",
    "give-kept": "dropping {codes}.",
    "give-quiet": "not minding {kind}.",
    "give-lag": "another time after {activity}.",
    "give-gap": "another gap to the occurrence before it.",
    "give-same-crew": "another crew than that of {activity}.",
    "give-crew": "others than {who}.",
    "give-time-of-day": "another hour of the day.",
    "give-earliest": "an earlier start.",
    "give-latest": "a later end.",
    "give-window": "a time outside the window {window}.",
}
