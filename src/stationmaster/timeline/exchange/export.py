"""The week as calendars and tables: iCalendar (RFC 5545), CSV, rows for a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC

from stationmaster.measure.calendar import Entry, icalendar
from stationmaster.measure.files import csv_text
from stationmaster.measure.reasons import say
from stationmaster.measure.time import iso
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Item, Kind, WeekPlan
from stationmaster.timeline.reasons import REASONS

PRODUCT = "-//Stationmaster//Crew timeline//EN"
HEADER = (
    "start",
    "end",
    "duration_min",
    "crew",
    "kind",
    "code",
    "title",
    "project",
    "place",
    "must",
    "activity",
    "mode",
)
LEFT_OUT_HEADER = ("code", "title", "project", "weight", "must", "why")


def calendars(problem: WeekProblem, plan: WeekPlan) -> Mapping[str, bytes]:
    """A calendar file for each member (``C1.ics``) and one for everything (``all.ics``).

    Times are UTC. An event's UID depends on the week and the item's code alone, so a calendar
    that is read again moves events instead of doubling them; DTSTAMP is the week's start, so that
    the same plan gives the same bytes.
    """
    files = {"all.ics": _calendar(problem, plan, plan.items, "all")}
    for member in problem.crew:
        own = tuple(item for item in plan.items if member.code in item.crew)
        files[f"{file_name(member.code)}.ics"] = _calendar(problem, plan, own, member.code)
    return files


def file_name(code: str) -> str:
    """A code as the name of a file, on any system."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", code)


def _calendar(problem: WeekProblem, plan: WeekPlan, items: tuple[Item, ...], whose: str) -> bytes:
    entries = (_entry(problem, plan, item) for item in items)
    return icalendar(entries, product=PRODUCT, name=f"{problem.code} {whose}")


def _entry(problem: WeekProblem, plan: WeekPlan, item: Item) -> Entry:
    words = ", ".join(item.crew) if item.crew else "commanded from the ground"
    return Entry(
        uid=f"{problem.code}.{item.code}@timeline.stationmaster",
        made=plan.start.astimezone(UTC),
        start=item.start.astimezone(UTC),
        end=item.end.astimezone(UTC),
        summary=item.title,
        description=f"{item.code}: {words}",
        categories=(item.kind.value,),
        location=_place(problem, item),
    )


def _place(problem: WeekProblem, item: Item) -> str:
    if item.kind is not Kind.ACTIVITY:
        return item.device
    uses = next(a.uses for a in problem.activities if a.code == item.activity)
    return " ".join(use.facility for use in uses)


def rows(problem: WeekProblem, plan: WeekPlan) -> tuple[tuple[str, ...], ...]:
    """Every item as text under :data:`HEADER`, in the plan's order."""
    activities = {a.code: a for a in problem.activities}
    found = []
    for item in plan.items:
        activity = activities.get(item.activity) if item.kind is Kind.ACTIVITY else None
        found.append(
            (
                iso(item.start),
                iso(item.end),
                str(int((item.end - item.start).total_seconds() // 60)),
                " ".join(item.crew),
                item.kind.value,
                item.code,
                item.title,
                activity.project if activity else "",
                _place(problem, item),
                "must" if activity and activity.must else "",
                item.activity,
                item.mode,
            )
        )
    return tuple(found)


def left_out_rows(problem: WeekProblem, plan: WeekPlan) -> tuple[tuple[str, ...], ...]:
    """Every activity that is not placed, with the sentences why, under :data:`LEFT_OUT_HEADER`."""
    activities = {a.code: a for a in problem.activities}
    found = []
    for left in plan.unplaced:
        activity = activities[left.activity]
        why = " ".join(say(reason, REASONS) for reason in left.reasons)
        weight, must = f"{activity.priority_weight:g}", "must" if activity.must else ""
        found.append((activity.code, activity.title, activity.project, weight, must, why))
    return tuple(found)


def table(problem: WeekProblem, plan: WeekPlan) -> str:
    """The whole timeline as CSV."""
    return csv_text(HEADER, (tuple(map(_safe, row)) for row in rows(problem, plan)))


def left_out_table(problem: WeekProblem, plan: WeekPlan) -> str:
    """What is not placed, and why, as CSV."""
    return csv_text(LEFT_OUT_HEADER, (tuple(map(_safe, row)) for row in left_out_rows(problem, plan)))


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
