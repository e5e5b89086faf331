"""The week as a file: TOML that people write, or the JSON letter that programs keep; all faults at once."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

from stationmaster.measure.drafts import FAULTS_LIMIT, Draft, draft
from stationmaster.measure.errors import StationError
from stationmaster.measure.files import read_text, toml_data
from stationmaster.measure.letters import Path as FieldPath
from stationmaster.measure.letters import Source, from_json
from stationmaster.timeline.consistency import contradictions
from stationmaster.timeline.letters import WeekProblem


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReadWeek:
    """A week as it was read: the problem, or everything that is wrong with the file."""

    problem: WeekProblem | None
    refused: tuple[StationError, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Written(WeekProblem):
    """A week as it was written, whether or not it makes sense in itself."""

    def __post_init__(self) -> None:
        """Nothing is refused here: ``contradictions`` says everything that is wrong."""


def read_week(path: Path) -> ReadWeek:
    """A week's file: TOML, or where its name ends in ``.json`` a letter.

    Raises:
        StationError: the file is not there, or is neither TOML nor a letter of a week.
    """
    if path.suffix.lower() != ".json":
        return weighed(draft(Written, *toml_data(path)))
    text = read_text(path, "a week as JSON")
    try:
        return ReadWeek(problem=from_json(WeekProblem, text, str(path)))
    except StationError as error:
        if error.code in ("not-readable", "wrong-letter", "newer-version", "duplicate"):
            raise
    fields = {k: v for k, v in json.loads(text).items() if k not in ("letter", "version")}
    return weighed(draft(Written, fields, Source(str(path))))


def weighed(written: Draft[Written]) -> ReadWeek:
    """What was read and makes sense in itself, or every fault of both kinds, in the order of the file."""
    refused = list(written.refused)
    found = [{_key(e): e for e in contradictions(reading)} for reading in written.readings]
    for key, error in (found[0] if found else {}).items():
        field = str(error.facts.get("field"))
        # With a stand-in in place of what cannot be read, only what both readings show is so.
        if all(key in other for other in found) and not _hangs(error, written):
            refused.append(StationError(error.code, **{**error.facts, **written.source.place(parts(field))}))
    if refused:
        refused.sort(key=lambda error: (error.facts.get("line") is None, error.facts.get("line") or 0))
        return ReadWeek(problem=None, refused=tuple(refused[:FAULTS_LIMIT]))
    return ReadWeek(problem=sound(written.readings[0]))


#: What the place of every span hangs on.
_GRID = ("start", "days", "slot_min", "rules")
#: Kinds of names and the lists that give them.
_LISTS = {
    "crew member": ("crew",),
    "activity": ("activities",),
    "facility": ("facilities",),
    "device": ("devices",),
    "facility or device": ("facilities", "devices"),
    "window": ("windows",),
    "power channel": ("channels",),
    "store": ("stores",),
}


def _hangs(error: StationError, written: Draft[Written]) -> bool:
    """Whether a contradiction may be due to what could not be read."""
    field = str(error.facts.get("field"))
    places = [parts(str(fault.facts.get("field"))) for fault in written.refused]
    lists = _LISTS.get(str(error.facts.get("kind")), ()) if error.code == "unknown-name" else ()
    nameless = any(
        place[0] in lists and (len(place) < 3 or place[2] == "code" or place[0] == "windows")
        for place in places
        if place
    )
    timed = field == "rules" or field.endswith(".span")
    return written.unreadable(field) or nameless or (timed and any(p[:1] and p[0] in _GRID for p in places))


def sound(written: Written) -> WeekProblem:
    """The written week as a problem; it is refused here where it contradicts itself."""
    return WeekProblem(**{f.name: getattr(written, f.name) for f in dataclasses.fields(written)})


def _key(error: StationError) -> tuple[object, ...]:
    return error.code, *(str(value) for _, value in sorted(error.facts.items()))


def parts(field: str) -> FieldPath:
    """A dotted field as a path: ``activities[3].uses`` is the third of ``activities``, its ``uses``."""
    found = re.findall(r"([^.\[\]]+)|\[(\d+)\]", field)
    return tuple(int(number) - 1 if number else name for name, number in found)
