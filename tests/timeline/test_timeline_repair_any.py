"""Whatever goes wrong, a repair is without fault, or the disturbances are refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stationmaster.measure import Span
from stationmaster.measure.errors import StationError
from stationmaster.timeline import check
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.build import build
from stationmaster.timeline.letters import Blocked, WeekProblem
from stationmaster.timeline.outcome import Kind, WeekPlan
from stationmaster.timeline.repair import check as check_repair
from stationmaster.timeline.repair.improve import Effort
from stationmaster.timeline.repair.letters import (
    Breakdown,
    Cancelled,
    Delay,
    Disturbances,
    Fate,
    Illness,
    Manoeuvre,
    Outage,
    Overrun,
    Repair,
    RepairProblem,
    Shelter,
    Slip,
)
from stationmaster.timeline.repair.repair import repair

Case = tuple[WeekProblem, WeekPlan]


@pytest.fixture(scope="module")
def case(synthetic_week) -> Case:
    """Four days of three people with a docking, planned."""
    week = synthetic_week(7, 3, 48, days=4)
    start = week.start + timedelta(days=2, hours=14)
    docking = Blocked(
        code="DOCK",
        kind="docking",
        title="Docking",
        span=Span(start, start + timedelta(hours=2)),
        crew=("C1",),
    )
    week = replace(week, blocked=(*week.blocked, docking))
    return week, build(week, effort="quick")


def _drawn(data: st.DataObject, case: Case, now: datetime) -> Disturbances:
    """One or two disturbances of any kind."""
    week, plan = case
    placed = [i for i in plan.items if i.kind is Kind.ACTIVITY]
    on = [i.activity for i in placed if i.start < now < i.end and i.crew] or [placed[-1].activity]
    span = st.tuples(st.integers(-300, 3000), st.integers(5, 2400)).map(
        lambda pair: {
            "start": now + timedelta(minutes=pair[0]),
            "end": now + timedelta(minutes=pair[0] + pair[1]),
        }
    )
    name = st.sampled_from([i.activity for i in placed])
    under_way, minutes, member = st.sampled_from(on), st.integers(1, 600), st.sampled_from(["C1", "C2", "C3"])
    crew = st.lists(member, unique=True, max_size=3).map(tuple)
    thing = st.sampled_from([*(f.code for f in week.facilities), *(d.code for d in week.devices)])
    when = st.integers(10, 3000).map(lambda m: now + timedelta(minutes=m))
    kinds: dict[str, st.SearchStrategy[object]] = {
        "delays": st.builds(Delay, activity=name, by_min=minutes),
        "overruns": st.builds(Overrun, activity=st.one_of(under_way, name), by_min=minutes),
        "illnesses": st.builds(lambda crew, span: Illness(crew=crew, **span), member, span),
        "breakdowns": st.builds(lambda thing, span: Breakdown(facility=thing, **span), thing, span),
        "slips": st.builds(Slip, blocked=st.just("DOCK"), by_min=st.integers(-1500, 2000)),
        "manoeuvres": st.builds(
            lambda burn, crew: Manoeuvre(
                code="B", burn=burn, crew=crew,
                start=burn - timedelta(hours=1), end=burn + timedelta(hours=3), loses=("relay",),
            ), when, crew),
        "shelters": st.builds(lambda when, crew: Shelter(code="S", passes=when, crew=crew), when, crew),
        "outages": st.builds(lambda n, span: Outage(window=n, **span),
                             st.sampled_from(sorted(week.windows)), span),
        "urgent": st.builds(lambda minutes, count: Activity(
            code="FIX", title="Fix", duration_min=minutes, priority_weight=9.0, must=True, crew_count=count,
        ), st.integers(5, 240), st.integers(0, 3)),
        "cancelled": st.builds(Cancelled, activity=name),
    }  # fmt: skip
    chosen = data.draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=2, unique=True))
    return Disturbances(**{kind: (data.draw(kinds[kind]),) for kind in chosen})


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_disturbance_is_repaired_without_fault_or_refused(case: Case, data: st.DataObject) -> None:
    week, plan = case
    now = week.start + timedelta(minutes=data.draw(st.integers(300, 4000)))
    told = _drawn(data, case, now)
    freeze = data.draw(st.sampled_from([0, 0, 240]))
    try:
        problem = RepairProblem(week=week, plan=plan, now=now, disturbances=told, freeze_min=freeze)
        answer = repair(problem, effort=Effort(round_units=0.01, rounds=2, patience=2))
    except StationError as error:
        assert error.code in ("bad-value", "contradiction", "no-answer")
        return
    assert check.faults(answer.week, answer.plan) == ()
    assert check_repair.faults(problem, answer) == ()


def _overrun(case: Case) -> tuple[RepairProblem, Repair]:
    """The last crewed activity of the second day, running into the night."""
    week, plan = case
    second = [
        i for i in plan.items
        if i.kind is Kind.ACTIVITY and i.crew and i.start.date() == (week.start + timedelta(days=1)).date()
    ]  # fmt: skip
    last = max(second, key=lambda i: i.end)
    night = week.start + timedelta(days=1, hours=23)
    late_min = round((night - last.end).total_seconds() / 60)
    told = Disturbances(overruns=(Overrun(activity=last.activity, by_min=late_min),))
    now = last.start + timedelta(minutes=1)
    problem = RepairProblem(week=week, plan=plan, now=now, disturbances=told)
    return problem, repair(problem, effort=Effort(rounds=2))


def test_an_overrun_into_the_night_cuts_the_sleep_of_those_who_work(case: Case) -> None:
    problem, answer = _overrun(case)
    assert check.faults(answer.week, answer.plan) == ()
    assert check_repair.faults(problem, answer) == ()
    code = problem.disturbances.overruns[0].activity
    change = next(c for c in answer.changes if c.code == code)
    assert change.fate is Fate.LENGTHENED
    assert change.before is not None
    assert change.after is not None
    assert change.after.end == problem.week.start + timedelta(days=1, hours=23)
    part = next(b for b in answer.week.blocked if b.code == f"OVERRUN.{code}")
    assert "sleep" in part.waives
    asleep = [i for i in answer.plan.items if i.kind is Kind.SLEEP and i.span.overlaps(part.span)]
    assert asleep
    assert not [i for i in asleep if set(i.crew) & set(part.crew)]


def test_a_shelter_keeps_the_crew_and_stops_nothing_else(case: Case) -> None:
    week, plan = case
    now = week.start + timedelta(days=1, hours=9)
    told = Disturbances(shelters=(Shelter(code="S", passes=now + timedelta(hours=3)),))
    problem = RepairProblem(week=week, plan=plan, now=now, disturbances=told)
    answer = repair(problem, effort=Effort(rounds=2))
    assert check.faults(answer.week, answer.plan) == ()
    assert check_repair.faults(problem, answer) == ()
    span = next(b.span for b in answer.week.blocked if b.code == "S")
    assert span.duration_s == 75 * 60
    during = [i for i in answer.plan.items if i.span.overlaps(span) and i.kind is not Kind.BLOCKED]
    assert not [i for i in during if i.crew]
