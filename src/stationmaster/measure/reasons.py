"""Reasons and faults: why an answer is what it is, and what a checker found wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reason:
    """One reason, as a code and its facts; a stage's ``REASONS`` hold the sentence for each code.

    Facts are already text (``"4.2 h"``), so that a reason reads the same wherever it is shown.
    """

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """What an independent check found wrong: a code, where, and one sentence."""

    code: str
    where: str
    says: str


def say(reason: Reason, sentences: Mapping[str, str]) -> str:
    """The sentence of a reason.

    >>> say(Reason("short-of", {"resource": "crew time", "amount": "4.2 h"}),
    ...     {"short-of": "{amount} of {resource} too little was left."})
    '4.2 h of crew time too little was left.'
    """
    return sentences[reason.code].format_map(reason.facts)
