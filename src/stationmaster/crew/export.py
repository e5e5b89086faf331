"""The training as a table and as a calendar; trainees by their part in the crew, not by candidate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from stationmaster.crew.letters import CrewProblem
from stationmaster.crew.outcome import CrewPlan
from stationmaster.measure.calendar import Entry, icalendar
from stationmaster.measure.files import csv_text

TABLE = ("seat", "trainee", "course", "name", "centre", "start", "last_day", "open_days", "slack_days")


def parts(plan: CrewPlan, owner: bool = False) -> dict[str, str]:
    """What each trainee is called: ``SZ24-GUEST prime``; for the owner of the nominations by code too."""
    told = {}
    for crew in plan.crews:
        for part, code in (("prime", crew.prime), ("backup", crew.backup)):
            if code:
                told[code] = f"{crew.seat} {part}" + (f" ({code})" if owner else "")
    return told


def table(problem: CrewProblem, plan: CrewPlan, owner: bool = False) -> str:
    """A course of a trainee a row (CSV)."""
    called, seats = parts(plan, owner), _seats(plan)
    rows = []
    for one in plan.training.bookings:
        course = problem.course(one.course)
        last = one.end - timedelta(days=1)
        rows.append(
            (
                seats[one.trainee], called[one.trainee], one.course, course.name, course.centre,
                one.start, last, course.duration_d, one.slack_d,
            )
        )  # fmt: skip
    return csv_text(TABLE, rows)


def calendar(problem: CrewProblem, plan: CrewPlan, owner: bool = False) -> bytes:
    """The courses and the launches as a calendar of whole days (RFC 5545)."""
    name = f"{problem.title}: training"
    return icalendar(_entries(problem, plan, owner), product="-//Stationmaster//crew//EN", name=name)


def _seats(plan: CrewPlan) -> dict[str, str]:
    return {code: crew.seat for crew in plan.crews for code in (crew.prime, crew.backup) if code}


def _entries(problem: CrewProblem, plan: CrewPlan, owner: bool) -> Iterator[Entry]:
    first = min((one.available for one in problem.nominations), default=None)
    if first is None:
        return
    made = datetime.combine(first, time(), UTC)
    called = parts(plan, owner)
    parts_of = parts(plan)
    for one in plan.training.bookings:
        course = problem.course(one.course)
        uid = f"{problem.code}-{parts_of[one.trainee]}-{one.course}".lower().replace(" ", "-")
        yield Entry(
            uid=f"{uid}@stationmaster",
            made=made,
            start=one.start,
            end=one.end,
            summary=f"{course.name} ({called[one.trainee]})",
            description=f"{course.duration_d} open days; may begin {one.slack_d} days later.",
            categories=("training",),
            location=next(c.name for c in problem.centres if c.code == course.centre),
        )
    for seat in plan.training.seats:
        yield Entry(
            uid=f"{problem.code}-{seat.seat}-launch@stationmaster".lower(),
            made=made,
            start=seat.launch,
            end=seat.launch + timedelta(days=1),
            summary=f"Launch of {problem.seat(seat.seat).flight} with the guest of {seat.seat}",
            description=f"All are ready on {seat.ready}.",
            categories=("launch",),
        )
