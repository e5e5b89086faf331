"""Reviewers, their scorecards, who reads what, and scores that know their own uncertainty."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Reviewer:
    """An expert of the international evaluation group; a person is a code."""

    code: str
    person: str
    institution: str
    country: str
    region: str
    fields: tuple[str, ...]
    engineer: bool = False
    load_max: int = 6
    conflicts_declared: tuple[str, ...] = ()
    synthetic: bool = False


@dataclass(frozen=True, kw_only=True)
class Card:
    """One score of one reviewer for one proposal on one criterion."""

    reviewer: str
    proposal: str
    criterion: str
    score: float
