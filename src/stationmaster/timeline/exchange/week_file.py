"""The week as a file that people write: TOML with the fields of :class:`WeekProblem`, read past its faults."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stationmaster.measure.drafts import read_draft
from stationmaster.measure.errors import StationError
from stationmaster.measure.files import TEXT_LIMIT_BYTES, read_text
from stationmaster.measure.letters import from_json
from stationmaster.timeline.letters import WeekProblem


@dataclass(frozen=True, kw_only=True)
class ReadWeek:
    """A week as it was read: the problem, or everything that is wrong with the file."""

    problem: WeekProblem | None
    refused: tuple[StationError, ...] = ()


def read_week(path: Path) -> ReadWeek:
    """A week's file: TOML as people write it, or the JSON letter that programs keep.

    Raises:
        StationError: the file is not there, or is neither TOML nor JSON.
    """
    if path.suffix == ".json":
        text = read_text(path, "a week as JSON", TEXT_LIMIT_BYTES)
        return ReadWeek(problem=from_json(WeekProblem, text, str(path)))
    draft = read_draft(WeekProblem, path)
    return ReadWeek(problem=draft.whole, refused=draft.refused)
