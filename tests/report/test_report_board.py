"""The planner's board: every item in chart and table, changes marked, nothing beside it needed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from stationmaster.measure import moment
from stationmaster.report.board import Board, anchor, change, html, places, rows
from stationmaster.timeline.activity import Activity, Use
from stationmaster.timeline.build import build
from stationmaster.timeline.letters import (
    CrewMember,
    Device,
    Facility,
    GroundRules,
    PowerLimit,
    Session,
    WeekProblem,
)
from stationmaster.timeline.outcome import Item, Kind, WeekPlan


@pytest.fixture(scope="module")
def small_week() -> WeekProblem:
    work = [
        Activity(
            code=f"A/{number} x",
            title=f"Work {number}",
            duration_min=60,
            priority_weight=1.0,
            project="P-1" if number % 2 else "station",
            crew_count=number % 3,
            uses=(Use(facility="BENCH"),) if number % 2 else (),
            power_w=100.0,
            channel="MAIN",
        )
        for number in range(6)
    ]
    session = Session(code="run", name="Run", duration_min=60, devices=("TREADMILL",))
    return WeekProblem(
        code="two days",
        start=moment("2026-03-02"),
        crew=(
            CrewMember(code="C1", role="commander", skills=()),
            CrewMember(code="C2", role="engineer", skills=()),
        ),
        rules=GroundRules(sessions=(session,)),
        devices=(Device(code="TREADMILL", name="Treadmill"),),
        activities=tuple(work),
        facilities=(Facility(code="BENCH", name="Bench"),),
        channels=(PowerLimit(code="MAIN", name="Main bus", sunlit_w=1000.0, eclipse_w=800.0),),
        days=2,
    )


@pytest.fixture(scope="module")
def plan(small_week: WeekProblem) -> WeekPlan:
    return build(small_week, effort="quick")


def activities(plan: WeekPlan) -> list[Item]:
    return [item for item in plan.items if item.kind is Kind.ACTIVITY]


def test_every_item_is_in_a_chart_and_leads_to_its_row(small_week: WeekProblem, plan: WeekPlan) -> None:
    page = html(Board(problem=small_week, plan=plan))
    names = {anchor(item.code) for item in plan.items}
    assert set(re.findall(r'<tr id="(i-[^"]+)"', page)) == names
    assert set(re.findall(r'<a href="#(i-[^"]+)">', page)) >= names
    assert "<script" not in page and "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_what_changed_since_a_plan_before_is_marked(small_week: WeekProblem, plan: WeekPlan) -> None:
    first, second, *rest = activities(plan)
    moved = replace(first, start=first.start + timedelta(minutes=5), end=first.end + timedelta(minutes=5))
    before = replace(plan, items=(moved, *rest, *(i for i in plan.items if i.kind is not Kind.ACTIVITY)))
    old = {item.code: item for item in before.items}
    assert change(first, old) == "moved"
    assert change(second, old) == "added"
    page = html(Board(problem=small_week, plan=plan, before=before, now=first.start))
    assert "1 moved, 0 with other crew, 1 new, 0 gone" in page
    assert 'class="ghost"' in page and 'class="now"' in page


def test_a_row_for_each_facility_that_is_used(small_week: WeekProblem, plan: WeekPlan) -> None:
    by_code = {activity.code: activity for activity in small_week.activities}
    held = {code for item in activities(plan) for code in places(item, by_code)}
    assert held == {use.facility for a in small_week.activities for use in a.uses}
    assert [row.name for row in rows(small_week, [], small_week.span)] == [m.code for m in small_week.crew]
