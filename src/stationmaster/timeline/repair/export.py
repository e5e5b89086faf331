"""A repair for people and other programs: the difference as a table, what came out as sentences."""

from __future__ import annotations

from collections.abc import Iterator

from stationmaster.measure.files import csv_text
from stationmaster.measure.reasons import say
from stationmaster.measure.time import iso
from stationmaster.timeline.repair.letters import Change, Fate, Repair, Where
from stationmaster.timeline.repair.reasons import REASONS

HEADER = (
    "code", "title", "what", "fate", "frozen", "start_before", "end_before", "crew_before", "device_before",
    "start_after", "end_after", "crew_after", "device_after", "moved_min", "why",
)  # fmt: skip


def rows(answer: Repair) -> tuple[tuple[str, ...], ...]:
    """Every change and what is kept, as text under :data:`HEADER`."""
    return tuple(
        (
            change.code,
            _safe(change.title),
            "routine" if change.routine else "activity",
            change.fate.value,
            "frozen" if change.frozen else "",
            *_where(change.before),
            *_where(change.after),
            str(change.moved_min),
            why(change),
        )
        for change in answer.changes
    )


def difference_table(answer: Repair) -> str:
    """The whole difference as CSV."""
    return csv_text(HEADER, rows(answer))


def why(change: Change) -> str:
    """The reasons of a change as sentences."""
    return " ".join(say(reason, REASONS) for reason in change.reasons)


def sentences(answer: Repair) -> Iterator[str]:
    """The counts, then every change with its reason."""
    counted = answer.totals
    yield (
        f"{counted.kept} activities kept, {counted.moved} moved ({counted.shift_h:g} h in all), "
        f"{counted.recrewed} with other crew, {counted.dropped} dropped, {counted.aborted} broken off, "
        f"{counted.added} added"
    )
    yield f"meals and exercise: {counted.routine_moved} moved, {counted.routine_dropped} dropped"
    yield f"{counted.untouched} of {counted.undisturbed} undisturbed activities stay as they were"
    for one in answer.softened:
        yield f"must not met: {one.activity}: {' '.join(say(reason, REASONS) for reason in one.reasons)}"
    for change in answer.changes:
        if change.fate is not Fate.KEPT:
            yield f"  {change.code}: {_became(change)}. {why(change)}"


def _became(change: Change) -> str:
    after = change.after
    crew = f" by {', '.join(after.crew)}" if after is not None and change.crew_changed else ""
    words = {Fate.ABORTED: "broken off", Fate.RECREWED: "other crew or device"}
    text = words.get(change.fate, change.fate.value)
    if after is None or change.before is None:
        return text if after is None else f"{text}, {iso(after.start)}"
    if after.start == change.before.start:
        return text + crew
    if change.fate is Fate.ABORTED:
        return f"{text}, begun again at {iso(after.start)}{crew}"
    return f"{text} by {change.moved_min:+d} min to {iso(after.start)}{crew}"


def _where(where: Where | None) -> tuple[str, str, str, str]:
    if where is None:
        return "", "", "", ""
    return iso(where.start), iso(where.end), " ".join(where.crew), where.device


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
