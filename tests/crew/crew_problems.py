"""Small problems of guests, and the shipped ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from stationmaster.crew import (
    Centre,
    Course,
    CrewFlight,
    CrewProblem,
    Gate,
    GuestExperiment,
    Nomination,
    Resident,
    Seat,
    StayRules,
)
from stationmaster.measure.files import read_toml

ROOT = Path(__file__).resolve().parents[2]
MONDAY = date(2026, 3, 2)


def shipped(name: str) -> CrewProblem:
    return read_toml(CrewProblem, ROOT / "scenarios" / name / "guests.toml")


def moment(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def flight(code: str, up: date, down: date, **other: Any) -> CrewFlight:
    return CrewFlight(
        code=code, vehicle="V", seats=other.pop("seats", 3), launches=moment(up), docks=moment(up, 18),
        undocks=moment(down, 6), lands=moment(down, 10), estimate=True, **other,
    )  # fmt: skip


def course(code: str, days: int, **other: Any) -> Course:
    return Course(
        code=code, name=code, centre=other.pop("centre", "C"), duration_d=days, estimate=True, **other
    )


def candidate(code: str, **other: Any) -> Nomination:
    usual = {"medical": Gate.PASS, "aptitude": Gate.PASS, "language": Gate.PENDING, "available": MONDAY}
    return Nomination(code=code, country="KEN", **{"seat": "G", **usual, **other})


def experiment(code: str, worth: float, minutes: int, **other: Any) -> GuestExperiment:
    return GuestExperiment(
        code=code, title=code, seat="G", worth_weight=worth, session_min=minutes, estimate=True, **other
    )


def small(**other: Any) -> CrewProblem:
    """Two candidates, three courses, two vehicles of three seats, and a guest for a week."""
    launch = MONDAY + timedelta(days=100)
    first = MONDAY - timedelta(days=60)
    seat = Seat(
        code="G", flight="B", role="guest", needs=("last",), takes="B3", stay_shortest_d=5.0,
        stay_longest_d=10.0, day_work_min=(0, 120, 240, 240, 120), up_mass_kg=5.0, down_mass_kg=2.0,
        estimate=True,
    )  # fmt: skip
    base: dict[str, Any] = {
        "code": "SMALL",
        "title": "A small case",
        "station": "S",
        "source": "made for a test",
        "seats": (seat,),
        "nominations": (candidate("KE-1"), candidate("KE-2")),
        "centres": (Centre(code="C", name="Centre", places=2, estimate=True),),
        "courses": (
            course("first", 5, teaches=("general",)),
            course("beside", 10, load_percent=50),
            course("last", 5, after=("first", "beside"), together=True),
        ),
        "flights": (
            flight("A", first, launch + timedelta(days=7)),
            flight("B", launch, launch + timedelta(days=160)),
        ),
        "residents": tuple(
            Resident(code=f"{f}{n}", role="r", up=f, down=f, commands=("V",) if n == 1 else ())
            for f in "AB"
            for n in (1, 2, 3)
        ),
        "rules": StayRules(
            stay_limit_d=400.0, sleeping_places=6, member_week_h=35.0, host_day_min=60.0, handover_h=10.0,
            estimate=True,
        ),
    }  # fmt: skip
    return CrewProblem(**{**base, **other})


def with_seat(problem: CrewProblem, **other: Any) -> CrewProblem:
    return replace(problem, seats=(replace(problem.seats[0], **other),))
