"""The checker sees what it claims to see: good plans broken in each way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from crew_problems import experiment, small

from stationmaster.crew import CrewPlan, CrewProblem
from stationmaster.crew.check import faults
from stationmaster.crew.plan import plan
from stationmaster.measure.reasons import Reason

DAY = timedelta(days=1)
PROBLEM = small(
    experiments=(experiment("A", 2.0, 60), experiment("B", 3.0, 100, sessions=2, gap_d=2, after=("A",)))
)


@pytest.fixture(scope="module")
def good() -> CrewPlan:
    found = plan(PROBLEM)
    assert faults(PROBLEM, found) == ()
    return found


def booked(which: str, **change: Any) -> Callable[[CrewPlan], CrewPlan]:
    def broken(found: CrewPlan) -> CrewPlan:
        rows = tuple(
            replace(one, **{name: value(getattr(one, name)) for name, value in change.items()})
            if (one.trainee, one.course) == ("KE-1", which) else one
            for one in found.training.bookings
        )  # fmt: skip
        return replace(found, training=replace(found.training, bookings=rows))

    return broken


def trained(**change: Any) -> Callable[[CrewPlan], CrewPlan]:
    return lambda found: replace(found, training=replace(found.training, **change))


def effected(**change: Any) -> Callable[[CrewPlan], CrewPlan]:
    return lambda found: replace(found, effect=replace(found.effect, **change))


def ridden(person: str, **change: Any) -> Callable[[CrewPlan], CrewPlan]:
    def broken(found: CrewPlan) -> CrewPlan:
        rides = tuple(replace(one, **change) if one.person == person else one for one in found.effect.rides)
        return replace(found, effect=replace(found.effect, rides=rides))

    return broken


def weekly(**change: Any) -> Callable[[CrewPlan], CrewPlan]:
    return lambda found: replace(found, weeks=(replace(found.weeks[0], **change),))


def sessions(change: Callable[[Any], Any]) -> Callable[[CrewPlan], CrewPlan]:
    return lambda found: weekly(sessions=tuple(change(one) for one in found.weeks[0].sessions))(found)


BREAKS: dict[str, tuple[str, Callable[[CrewPlan], CrewPlan]]] = {
    "another problem": ("problem", lambda p: replace(p, problem="OTHER")),
    "no week": ("seats", lambda p: replace(p, weeks=())),
    "another prime": (
        "crew",
        lambda p: replace(p, crews=(replace(p.crews[0], prime="KE-2", backup="KE-1"),)),
    ),
    "more nominated": ("gates", lambda p: replace(p, crews=(replace(p.crews[0], nominated=9),))),
    "no such course": ("unknown", booked("first", course=lambda _: "nothing")),
    "too short": ("duration", booked("first", end=lambda end: end - DAY)),
    "on a weekend": ("closed", booked("first", start=lambda start: start - 2 * DAY)),
    "before it may": ("too-early", booked("first", start=lambda start: start - 30 * DAY)),
    "after the launch": ("too-late", booked("last", end=lambda end: end + 200 * DAY)),
    "left out": ("missing", lambda p: trained(bookings=p.training.bookings[1:])(p)),
    "twice": ("twice", lambda p: trained(bookings=(*p.training.bookings, p.training.bookings[0]))(p)),
    "before its basis": (
        "order",
        booked("last", start=lambda start: start - 21 * DAY, end=lambda e: e - 21 * DAY),
    ),
    "apart": ("together", booked("last", start=lambda start: start + 7 * DAY, end=lambda end: end + 7 * DAY)),
    "two things at once": (
        "overload",
        booked("last", start=lambda start: start - 7 * DAY, end=lambda end: end - 7 * DAY),
    ),
    "a slack below zero": ("slack", booked("last", slack_d=lambda _: -1)),
    "ready earlier": (
        "ready",
        lambda p: trained(seats=(replace(p.training.seats[0], ready=p.training.seats[0].ready - DAY),))(p),
    ),
    "another launch": (
        "launch",
        lambda p: trained(seats=(replace(p.training.seats[0], launch=p.training.seats[0].launch + DAY),))(p),
    ),
    "too late to begin": (
        "latest-start",
        lambda p: trained(seats=(replace(p.training.seats[0], latest_start=None),))(p),
    ),
    "late and in time": ("late", trained(late_d=3)),
    "a chain that breaks": ("chain", lambda p: trained(chain=tuple(reversed(p.training.chain)))(p)),
    "somebody forgotten": ("people", lambda p: effected(rides=p.effect.rides[1:])(p)),
    "a vehicle that is not there": ("unknown", ridden("A1", down="Z")),
    "a resident in the guest's seat": ("taken", ridden("B3", up="B", down="B")),
    "down before up": ("way-home", ridden("B1", up="A")),
    "a longer stay": ("stay", ridden("A1", stay_d=1.0)),
    "a guest for months": ("guest-stay", ridden("G", down="B")),
    "too many in it": ("seats", ridden("A3", down="A")),
    "nobody in command": ("commander", ridden("A1", down="B")),
    "another balance": ("balance", lambda p: effected(flights=p.effect.flights[1:])(p)),
    "other people aboard": (
        "span",
        lambda p: effected(spans=(replace(p.effect.spans[0], residents=2), *p.effect.spans[1:]))(p),
    ),
    "no spans": ("spans", effected(spans=())),
    "other hours": (
        "hours",
        lambda p: effected(spans=(replace(p.effect.spans[0], resident_h=9.0), *p.effect.spans[1:]))(p),
    ),
    "another sum": ("figure", effected(longer_d=1.0)),
    "impossible with rides": ("seats", effected(possible=False)),
    "a day too full": ("day", sessions(lambda one: replace(one, day=1))),
    "a session too few": ("sessions", lambda p: weekly(sessions=p.weeks[0].sessions[:-1])(p)),
    "another length": ("length", sessions(lambda one: replace(one, duration_min=1))),
    "out of order": ("order", sessions(lambda one: replace(one, day=5) if one.experiment == "A" else one)),
    "too close": ("gap", sessions(lambda one: replace(one, day=4) if one.day == 5 else one)),
    "another worth": ("figure", weekly(worth_value=1.0)),
    "a bound below": ("bound", weekly(bound_value=1.0)),
    "an experiment forgotten": ("experiments", weekly(sessions=())),
    "another member": ("member", weekly(member_work_min={})),
    "a skill from nowhere": ("skill", weekly(skills=("surgery",))),
    "a reason that is not so": ("reason", lambda p: replace(p, reasons=(Reason("training-never"),))),
    "a reason without words": ("reason", lambda p: replace(p, reasons=(Reason("because"),))),
}


@pytest.mark.parametrize("name", BREAKS)
def test_the_checker_sees(name: str, good: CrewPlan) -> None:
    code, broken = BREAKS[name]
    assert code in {fault.code for fault in faults(PROBLEM, broken(good))}


def test_rules_that_are_tightened_are_broken(good: CrewPlan) -> None:
    def sees(problem: CrewProblem) -> set[str]:
        return {fault.code for fault in faults(problem, good)}

    rules = PROBLEM.rules
    assert "limit" in sees(replace(PROBLEM, rules=replace(rules, stay_limit_d=200.0)))
    assert "places" in sees(replace(PROBLEM, rules=replace(rules, sleeping_places=5)))
    stays = tuple(replace(one, may_stay=False) for one in PROBLEM.residents)
    assert "consent" in sees(replace(PROBLEM, residents=stays))
    one_place = (replace(PROBLEM.centres[0], places=1),)
    assert "full" in sees(replace(PROBLEM, centres=one_place))
