"""Conditions over facts in three values: yes, no, unknown (Kleene, Introduction to Metamathematics, 1952).

A condition is text: names of facts joined by ``and``, ``or``, ``not`` and parentheses; ``not`` binds
closest, then ``and``, then ``or``. ``and`` is no when one side is no, whatever the other; ``or`` is
yes when one side is yes; else what is unknown makes the whole unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from stationmaster.measure.errors import StationError
from stationmaster.proposal.letters import Truth

_TOKEN = re.compile(r"\s*(?:([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)|([()])|(\S))")
_WORDS = ("and", "or", "not")
LENGTH_LIMIT = 2000
DEPTH_LIMIT = 50


@dataclass(frozen=True)
class Fact:
    """The name of a fact."""

    name: str


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    part: Condition


@dataclass(frozen=True)
class Both:
    """All of some conditions."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Either:
    """At least one of some conditions."""

    parts: tuple[Condition, ...]


Condition = Fact | Not | Both | Either


def parse(text: str) -> Condition:
    """A condition from its text.

    Raises:
        StationError: ``not-readable`` saying what stands where it should not.
    """
    if len(text) > LENGTH_LIMIT:
        raise StationError("too-large", value=f"{len(text)} characters", limit=f"{LENGTH_LIMIT} characters")
    tokens = [match.group(match.lastindex or 0) for match in _TOKEN.finditer(text)]
    reader = _Reader(tokens)
    condition = reader.either(0)
    if reader.next is not None:
        raise _refuse(f"{reader.next!r} after a whole condition")
    return condition


def _refuse(reason: str) -> StationError:
    return StationError(
        "not-readable", field="applies_if", expected="a condition such as a and (b or not c)", reason=reason
    )


class _Reader:
    """Reads tokens by recursive descent: either > both > not > fact or parentheses."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def next(self) -> str | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def either(self, depth: int) -> Condition:
        parts = [self.both(depth)]
        while self.next == "or":
            self._place += 1
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self, depth: int) -> Condition:
        parts = [self.single(depth)]
        while self.next == "and":
            self._place += 1
            parts.append(self.single(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def single(self, depth: int) -> Condition:
        if depth > DEPTH_LIMIT:
            raise _refuse(f"more than {DEPTH_LIMIT} levels")
        token = self.next
        self._place += 1
        if token == "not":
            return Not(self.single(depth + 1))
        if token == "(":
            inside = self.either(depth + 1)
            if self.next != ")":
                raise _refuse("a parenthesis that is not closed")
            self._place += 1
            return inside
        if token is None or token in _WORDS or not re.match(r"[a-z]", token):
            raise _refuse("it ends too early" if token is None else f"{token!r} where a fact should stand")
        return Fact(token)


def evaluate(condition: Condition, facts: Mapping[str, Truth]) -> Truth:
    """The truth of a condition, given the truth of each fact that it names."""
    if isinstance(condition, Fact):
        return facts[condition.name]
    if isinstance(condition, Not):
        return {Truth.YES: Truth.NO, Truth.NO: Truth.YES}.get(evaluate(condition.part, facts), Truth.UNKNOWN)
    truths = [evaluate(part, facts) for part in condition.parts]
    decides, other = (Truth.NO, Truth.YES) if isinstance(condition, Both) else (Truth.YES, Truth.NO)
    if decides in truths:
        return decides
    return Truth.UNKNOWN if Truth.UNKNOWN in truths else other


def names(condition: Condition) -> tuple[str, ...]:
    """The facts that a condition names, in order, each once."""
    if isinstance(condition, Fact):
        return (condition.name,)
    parts = (condition.part,) if isinstance(condition, Not) else condition.parts
    return tuple(dict.fromkeys(name for part in parts for name in names(part)))
