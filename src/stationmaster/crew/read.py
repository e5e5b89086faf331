"""Read a guests' file: the whole problem, or every fault that it has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from stationmaster.crew.consistency import misuses
from stationmaster.crew.letters import CrewProblem
from stationmaster.measure.drafts import read_draft
from stationmaster.measure.errors import StationError


def refusals(path: Path) -> tuple[CrewProblem | None, tuple[StationError, ...]]:
    """The problem of a file, or None and every fault, each with its file, line and field.

    Raises:
        StationError: the file is no TOML at all, or too large.
    """
    written = read_draft(CrewProblem, path)
    readings = [{str(one): one for one in misuses(reading)} for reading in written.readings]
    further = [
        _placed(error, written.source.lines, path)
        for says, error in (readings[0] if readings else {}).items()
        if all(says in reading for reading in readings)
    ]
    refused = (*written.refused, *further)
    return (None if refused else written.readings[0]), refused


def several(refused: tuple[StationError, ...]) -> StationError:
    """What to raise for the faults of a file: the only one, or the first and how many there are."""
    first = refused[0]
    if len(refused) == 1:
        return first
    place = {key: first.facts.get(key) for key in ("file", "line", "field")}
    unplaced = StationError(first.code, **{**first.facts, "file": None, "line": None, "field": None})
    return StationError("several-faults", **place, first=str(unplaced), count=len(refused), kind="file")


def read_guests(path: Path) -> CrewProblem:
    """The problem of a file that is sound.

    Raises:
        StationError: the file's only fault, or its first one and how many there are.
    """
    problem, refused = refusals(path)
    if problem is None:
        raise several(refused)
    return problem


def _placed(error: StationError, lines: object, path: Path) -> StationError:
    """The error with its file, and its line where the file says it."""
    parts: list[str | int] = []
    for name, number in re.findall(r"([^.\[\]]+)(?:\[(\d+)\])?", str(error.facts.get("field") or "")):
        parts += [name, int(number) - 1] if number else [name]
    found = None
    if isinstance(lines, Mapping):
        found = next(
            (lines[key] for n in range(len(parts), 0, -1) if (key := tuple(parts[:n])) in lines), None
        )
    return error.at(file=str(path), line=found)
