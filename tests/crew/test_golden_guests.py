"""Guests who flew: who stayed longer for them and by how much, and how long their training took."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from crew_problems import shipped

from stationmaster.crew import CrewFlight, CrewPlan, CrewProblem, Resident
from stationmaster.crew.check import faults
from stationmaster.crew.plan import plan
from stationmaster.crew.seats import effect

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "guest-seats"
DAY_NEAR = 1.0


def rows(name: str) -> list[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


DAYS = {row["what"]: date.fromisoformat(row["day"]) for row in rows("training.csv")}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def crew_of(prefix: str, flight: str) -> tuple[Resident, ...]:
    """The crew as without guests: three residents, the first of them in command."""
    return tuple(
        Resident(
            code=f"{prefix}-{n}",
            role="resident",
            up=flight,
            down=flight,
            commands=("Soyuz",) if n == 1 else (),
        )
        for n in (1, 2, 3)
    )


def two_guests(case: str, first: tuple[str, str], second: tuple[str, str]) -> CrewProblem:
    """A crew of three, and a second vehicle with one resident and two guests."""
    pattern = shipped("iss-shares")
    flights = tuple(
        CrewFlight(
            code=row["flight"], vehicle="Soyuz", seats=3, launches=at(row["launches"]),
            docks=at(row["docks"]),
            undocks=at(row["undocks"]), lands=at(row["lands"]), source="golden",
        )
        for row in rows("flights.csv") if row["case"] == case
    )  # fmt: skip
    seats = tuple(
        replace(
            pattern.seats[0], code=f"{second[0]}-GUEST-{n}", flight=second[1], takes=f"{second[0]}-{n + 1}",
            stay_longest_d=15.0,
        )
        for n in (1, 2)
    )  # fmt: skip
    people = (*crew_of(*first), *crew_of(*second))
    return replace(pattern, seats=seats, flights=flights, residents=people, nominations=(), experiments=())


@pytest.fixture(scope="module")
def uae() -> tuple[CrewProblem, CrewPlan]:
    problem = shipped("iss-shares")
    return problem, plan(problem)


@pytest.mark.parametrize("case", ["UAE-2019", "FILM-2021", "YEAR-2015"])
def test_golden_who_stayed_longer_for_a_guest(case: str) -> None:
    problem = {
        "UAE-2019": lambda: shipped("iss-shares"),
        "FILM-2021": lambda: two_guests(case, ("MS18", "MS-18"), ("MS19", "MS-19")),
        "YEAR-2015": lambda: two_guests(case, ("TMA16", "TMA-16M"), ("TMA18", "TMA-18M")),
    }[case]()
    found, why = effect(problem)
    assert why == () and found.possible and found.proven
    published = {row["person"]: row for row in rows("rides.csv") if row["case"] == case}
    flown = {one.person: one for one in found.rides if one.up}
    assert set(flown) == set(published)
    for person, row in published.items():
        assert (flown[person].up, flown[person].down) == (row["up"], row["down"]), person
        assert flown[person].stay_d == pytest.approx(float(row["stay_d"]), abs=DAY_NEAR), person


@pytest.mark.slow
def test_golden_the_first_launch_date_was_just_in_reach(uae: tuple[CrewProblem, CrewPlan]) -> None:
    """From about 800 hours alone: begun on 3 September 2018, ready for 5 April 2019, hardly later."""
    problem, _ = uae
    hours = sum(
        one.duration_d * one.load_percent / 100 * 6 for one in problem.courses if one.code != "launch-site"
    )
    assert hours == pytest.approx(800, rel=0.05)
    asked = DAYS["uae-first-launch-date"]
    earlier = tuple(
        replace(
            one,
            launches=datetime(asked.year, asked.month, asked.day, 12, tzinfo=UTC),
            docks=datetime(asked.year, asked.month, asked.day, 18, tzinfo=UTC),
        )
        if one.code == "MS-15"
        else one
        for one in problem.flights
    )
    found = plan(replace(problem, flights=earlier)).training
    assert found.fits
    latest = found.seats[0].latest_start
    assert latest is not None
    assert timedelta(0) <= latest - DAYS["uae-training-begins"] <= timedelta(days=31)


@pytest.mark.slow
def test_golden_the_examination_stands_where_it_stood(uae: tuple[CrewProblem, CrewPlan]) -> None:
    problem, found = uae
    assert faults(problem, found) == () and found.stands
    assert found.training.seats[0].launch == DAYS["uae-launch"]
    exam = next(one for one in found.training.bookings if one.course == "exam")
    assert abs(exam.start - DAYS["uae-exam-first-day"]) <= timedelta(days=31)
    winter = next(one for one in found.training.bookings if one.course == "winter-survival")
    assert winter.start.year == 2019 and winter.start.month in (1, 2, 3), "as in the pictures of that winter"


def test_golden_six_months_to_a_seat_on_shenzhou() -> None:
    problem = shipped("css-2018")
    assert {one.available for one in problem.nominations} == {DAYS["css-training-begins"]}
    found = plan(problem)
    assert faults(problem, found) == () and found.stands
    ready = found.training.seats[0].ready
    assert timedelta(days=152) <= ready - DAYS["css-training-begins"] <= timedelta(days=214), (
        "six months, one off"
    )
    longest = max((one for one in found.effect.rides if one.up), key=lambda one: one.stay_d)
    assert longest.person.startswith("SZ23-") and 330 <= longest.stay_d <= 380, "about a year, of Shenzhou-23"
    guest = next(one for one in found.effect.rides if one.guest)
    assert guest.down == "SZ-23" and guest.stay_d == pytest.approx(7, abs=DAY_NEAR)
    assert defaultdict(int, {one.flight: one.up for one in found.effect.flights})["SZ-24"] == 3
