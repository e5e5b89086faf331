"""The sentences behind the reason codes of a repair: those of the timeline, and its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from stationmaster.timeline.reasons import REASONS as TIMELINE

OWN: Final[Mapping[str, str]] = {
    "cancelled": "It is cancelled.",
    "needs-cancelled": "It needs {activity}, which is cancelled.",
    "crew-away": "{crew} cannot do it then: {why}.",
    "shut": "{facility} cannot be used then: {why}.",
    "not-quiet": "It does not bear what happens then: {why} ({kind}).",
    "no-window": "The window {window} is no longer there for it.",
    "not-before": "It cannot start before {when}.",
    "not-after": "It must be over by {when}.",
    "takes-longer": "It takes longer than planned.",
    "urgent": "It is new and urgent.",
    "fits-now": "It was not in the approved plan, and it is a must.",
    "follows": "It keeps its time to {activity}, or its crew, which changed.",
    "gives-way": "It makes room for {others}.",
    "rearranged": "With it elsewhere more of the plan is kept.",
}
REASONS: Final[Mapping[str, str]] = {**TIMELINE, **OWN}
