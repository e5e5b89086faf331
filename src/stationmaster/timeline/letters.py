"""The crew, its activities and the week to five minutes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CrewMember:
    """Someone of the crew, by role: no person is named."""

    code: str
    role: str
    skills: tuple[str, ...]
    guest: bool = False


@dataclass(frozen=True, kw_only=True)
class Crew:
    """What ``crew.toml`` holds."""

    members: tuple[CrewMember, ...]
    source: str | None = None
    estimate: bool = False
