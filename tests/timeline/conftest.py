"""Weeks to plan: a small one that uses every rule, and synthetic ones of any size."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from stationmaster.measure import Span, Spans, moment
from stationmaster.timeline.activity import Activity, After, Use
from stationmaster.timeline.letters import (
    Blocked,
    CrewMember,
    Device,
    Facility,
    GroundRules,
    HourCap,
    PowerLimit,
    Session,
    WeekProblem,
)
from stationmaster.timeline.outcome import WeekPlan

MONDAY = moment("2026-03-02")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time of day of the week."""
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


SESSIONS = (
    Session(code="aerobic", name="Aerobic exercise", duration_min=60, devices=("TREADMILL", "ERGOMETER")),
    Session(code="resistive", name="Resistive exercise", duration_min=60, devices=("RESISTIVE",)),
)
DEVICES = (
    Device(code="TREADMILL", name="Treadmill"),
    Device(code="ERGOMETER", name="Ergometer", vibrates=False),
    Device(code="RESISTIVE", name="Resistive device"),
)


def _small() -> WeekProblem:
    crew = (
        CrewMember(code="C1", role="commander", skills=("fluids", "robotics")),
        CrewMember(code="C2", role="engineer", skills=("robotics",)),
        CrewMember(code="C3", role="payload specialist", skills=("fluids", "medical")),
    )
    relay = tuple(Span(at(d, h), at(d, h + 1, 10)) for d in range(4) for h in range(0, 23, 2))
    eclipses = tuple(Span(at(d, h, 40), at(d, h + 1, 15)) for d in range(4) for h in range(0, 23, 3))
    passes = (Span(at(1, 9, 2), at(1, 9, 3)), Span(at(2, 15, 31), at(2, 15, 32)))
    daily = tuple(
        Activity(
            code=f"LOG-{n}",
            title="Sample log",
            duration_min=15,
            priority_weight=2.0,
            project="P-1",
            series="LOG",
            occurrence=n,
            gap_shortest_min=22 * 60,
            gap_longest_min=26 * 60,
        )
        for n in (1, 2, 3)
    )
    activities = (
        Activity(
            code="FIX",
            title="Replace a filter",
            duration_min=88,
            priority_weight=5.0,
            must=True,
            crew_count=2,
            skill="robotics",
            uses=(Use(facility="BENCH"),),
        ),
        Activity(
            code="RUN",
            title="Fluid run",
            duration_min=60,
            priority_weight=4.0,
            project="P-1",
            skill="fluids",
            uses=(Use(facility="RACK-1"),),
            power_w=400.0,
            channel="A",
            inside=("relay",),
            data_gb=3.0,
        ),
        Activity(
            code="RUN-2",
            title="Fluid run, second",
            duration_min=60,
            priority_weight=3.0,
            project="P-1",
            skill="fluids",
            same_crew_as="RUN",
            uses=(Use(facility="RACK-1"),),
            data_gb=3.0,
            after=(After(activity="RUN", lag_shortest_min=30, lag_longest_min=1500),),
        ),
        Activity(code="PHOTO", title="Photograph", duration_min=10, priority_weight=2.0, around=("target",)),
        Activity(
            code="CALM",
            title="Crystal growth",
            duration_min=240,
            priority_weight=3.0,
            crew_count=0,
            power_w=300.0,
            channel="A",
            quiet=("reboost", "exercise"),
            uses=(Use(facility="RACK-2"),),
        ),
        Activity(
            code="HEAT",
            title="Furnace",
            duration_min=300,
            priority_weight=3.0,
            crew_count=0,
            power_w=500.0,
            channel="A",
            uses=(Use(facility="RACK-2"),),
        ),
        Activity(
            code="UNLOAD",
            title="Unload cargo",
            duration_min=120,
            priority_weight=4.0,
            crew_count=2,
            eligible=("C1", "C3"),
            skill="medical",
            skilled_count=1,
            earliest=at(2, 8),
            latest=at(2, 20),
        ),
        Activity(
            code="BLOOD",
            title="Blood draw",
            duration_min=30,
            priority_weight=3.0,
            skill="medical",
            project="P-2",
            latest=at(1, 12),
        ),
        *daily,
    )
    return WeekProblem(
        code="SMALL",
        start=MONDAY,
        days=4,
        crew=crew,
        rules=GroundRules(sessions=SESSIONS),
        devices=DEVICES,
        activities=activities,
        facilities=(
            Facility(code="BENCH", name="Workbench"),
            Facility(code="RACK-1", name="Fluid rack"),
            Facility(code="RACK-2", name="Materials rack", users_at_once=2),
        ),
        channels=(PowerLimit(code="A", name="Channel A", sunlit_w=1000.0, eclipse_w=700.0, base_w=100.0),),
        eclipses=eclipses,
        windows={"relay": relay, "target": passes},
        blocked=(
            Blocked(
                code="DOCK",
                kind="docking",
                title="Docking",
                span=Span(at(1, 13), at(1, 16)),
                crew=("C1", "C2"),
                facilities=("BENCH",),
                waives=("meal",),
            ),
            Blocked(code="BURN", kind="reboost", title="Reboost", span=Span(at(2, 3), at(2, 3, 20))),
        ),
        caps=(
            HourCap(
                code="P-1",
                name="Share of P-1",
                crew_time_h=2.5,
                activities=("RUN", "RUN-2", *(a.code for a in daily)),
            ),
        ),
        member_work_min={"C3": 300},
        data_day_gb=5.0,
    )


@pytest.fixture(scope="session")
def small_week() -> WeekProblem:
    """Four days, three crew, every rule in use."""
    return _small()


@pytest.fixture(scope="session")
def small_plan(small_week: WeekProblem) -> WeekPlan:
    """A plan of the small week."""
    from stationmaster.timeline.build import build

    return build(small_week, effort="quick")


def _activity(
    rnd: random.Random, code: str, before: Activity | None, racks: list[str], skills: list[str]
) -> Activity:
    ground = rnd.random() < 0.25
    lags = (
        (
            After(
                activity=before.code,
                lag_shortest_min=rnd.choice((0, 30)),
                lag_longest_min=rnd.choice((None, 600, 1440)),
            ),
        )
        if before
        else ()
    )
    same = before.code if before and before.crew_count and not ground and rnd.random() < 0.3 else ""
    draws = rnd.random()
    return Activity(
        code=code,
        title=f"Activity {code}",
        project=f"P-{rnd.randint(1, 20):02d}",
        duration_min=rnd.choice((15, 20, 30, 30, 45, 60)) if draws < 0.3 else rnd.choice((30, 60, 90, 120)),
        priority_weight=round(rnd.uniform(1, 10), 1),
        must=rnd.random() < 0.1,
        crew_count=0 if ground else 1 if same else rnd.choices((1, 2), (9, 1))[0],
        skill="" if ground or same else rnd.choice(skills),
        skilled_count=None if ground or same else 1,
        uses=(Use(facility=rnd.choice(racks)),),
        power_w=float(rnd.choice((0, 100, 300, 600))),
        channel=rnd.choice(("A", "B")),
        data_gb=round(rnd.random() * 3, 2),
        inside=("relay",) if draws < 0.2 else (),
        around=("target",) if 0.2 < draws < 0.24 else (),
        quiet=("docking", "reboost", "exercise") if rnd.random() < 0.06 else (),
        after=lags,
        same_crew_as=same,
    )


def _synthetic(seed: int, crew: int, count: int, days: int = 7) -> WeekProblem:
    rnd = random.Random(seed)
    skills = ["fluids", "medical", "robotics", "materials"]
    members = tuple(
        CrewMember(code=f"C{i}", role=f"role {i}", skills=tuple(sorted(rnd.sample(skills, 3))))
        for i in range(1, crew + 1)
    )
    held = sorted({s for m in members for s in m.skills})
    facilities = tuple(
        Facility(code=f"R{i:02d}", name=f"Rack {i}", users_at_once=1 + i % 2) for i in range(1, 15)
    )
    racks = [f.code for f in facilities]
    starts = [MONDAY + timedelta(minutes=92.3 * n) for n in range(int(days * 1440 / 92.3))]
    eclipses = tuple(Span(s + timedelta(minutes=40), s + timedelta(minutes=76)) for s in starts)
    activities: list[Activity] = []
    while len(activities) < count:
        before = activities[-1] if activities and rnd.random() < 0.35 else None
        activities.append(_activity(rnd, f"A{len(activities) + 1:03d}", before, racks, held))
    return WeekProblem(
        code=f"WEEK-{seed}",
        start=MONDAY,
        days=days,
        crew=members,
        rules=GroundRules(sessions=SESSIONS),
        devices=DEVICES,
        activities=tuple(activities),
        facilities=facilities,
        channels=(
            PowerLimit(code="A", name="Channel A", sunlit_w=2500.0, eclipse_w=1800.0),
            PowerLimit(code="B", name="Channel B", sunlit_w=2000.0, eclipse_w=1500.0),
        ),
        eclipses=eclipses,
        windows={
            "relay": tuple(Span(s, s + timedelta(minutes=78)) for s in starts),
            "sunlit": tuple(Spans.of(eclipses).gaps(Span(MONDAY, MONDAY + timedelta(days=days)))),
            "target": tuple(Span(s, s + timedelta(seconds=45)) for s in starts[7::9]),
        },
        blocked=(Blocked(code="BURN", kind="reboost", title="Reboost", span=Span(at(1, 3), at(1, 4))),),
    )


@pytest.fixture(scope="session")
def synthetic_week() -> Callable[..., WeekProblem]:
    """``synthetic_week(seed, crew, activities, days=7)``: a random week."""
    return _synthetic
