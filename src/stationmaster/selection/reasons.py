"""The sentences behind the reason codes of a choice, and behind the changes that would reverse one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from stationmaster.selection.letters import Change

REASONS: Final[Mapping[str, str]] = {
    # the chosen
    "merit": "Its expected score of {score} carries it: the best total score alone would choose it too.",
    "policy": "It is chosen because the call's policy is kept ({kept}); the score alone would not have.",
    "footing": "It lifts {groups}, whose success would otherwise lie lower.",
    "by-lot": "Sets of equal worth differed in it, and the lot (place {place}) decided.",
    "condition": "The acceptance holds once {condition} is settled.",
    # the others
    "places-full": "All {places} places are taken.",
    "no-room": "It asks for {asks} of {resource}; {left} is left.",
    "exceeds-offer": "It asks for {asks} of {resource}; the whole offer is {offer}.",
    "limit": "The policy's limit {limit} of {most} is reached by {others}.",
    "share-cap": "It would charge {group} more {resource} than its share: {charge} asked, {left} left.",
    "no-partner": "None of its countries belongs to a partner with a share.",
    "below-score": "Its expected score {score} is below the lowest that may be chosen, {least}.",
    "adds-nothing": "It would add nothing to the choice.",
    "costs-footing": "The best choice with it leaves a worst-off group at {with_it} instead of {chosen}.",
    "costs-score": "The best choice with it totals {with_it} points instead of {chosen}.",
    "costs-floor": "No choice with it keeps the policy.",
    "equal": "A choice of equal worth holds it; the lot (place {place}) decided for others.",
    "reserve": "It comes in should {candidates} withdraw.",
    "no-choice": "No choice keeps all floors of the policy: {floors} contradict each other.",
}

CHANGES: Final[Mapping[str, str]] = {
    "less": "{amount} less {what}",
    "more": "{amount} more {what} on offer",
    "score": "+{amount} score",
    "place": "one more place",
    "lift": "a higher limit {what}",
}


def amount(value: float, unit: str) -> str:
    """An amount with its unit, without idle zeros.

    >>> amount(4.2, "h"), amount(2.0, "operations")
    ('4.2 h', '2 operations')
    """
    return f"{round(value, 6):.6f}".rstrip("0").rstrip(".") + (f" {unit}" if unit else "")


def say_change(change: Change, names: Mapping[str, str]) -> str:
    """A change in words, with the names of resources: ``4.2 h less crew time``."""
    return CHANGES[change.kind].format_map(
        {"amount": amount(change.amount_units, change.unit), "what": names.get(change.what, change.what)}
    )


