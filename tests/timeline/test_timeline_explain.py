"""Why something is not in, what would let it in, what a change costs: on planted weeks with one answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from stationmaster.measure import Span
from stationmaster.measure.errors import StationError
from stationmaster.measure.reasons import say
from stationmaster.timeline.activity import Activity, After, Use
from stationmaster.timeline.build import build
from stationmaster.timeline.check import judge
from stationmaster.timeline.explanation.explain import Explainer
from stationmaster.timeline.explanation.letters import Ask, Change, Explanation, Verdict
from stationmaster.timeline.explanation.what_if import what_if
from stationmaster.timeline.letters import Facility, WeekProblem
from stationmaster.timeline.outcome import Item, Kind, WeekPlan
from stationmaster.timeline.reasons import REASONS

replace = dataclasses.replace


def work(code: str, minutes: int, weight: float, **more: Any) -> Activity:
    return Activity(code=code, title=f"Work {code}", duration_min=minutes, priority_weight=weight, **more)


def one_day(problem: WeekProblem, *activities: Activity, **change: Any) -> WeekProblem:
    """The first day of the small week, for C1 alone, with these activities."""
    return replace(
        problem,
        days=1,
        crew=problem.crew[:1],
        activities=activities,
        blocked=(),
        caps=(),
        member_work_min={},
        data_day_gb=None,
        **change,
    )


def why(problem: WeekProblem, code: str) -> tuple[WeekPlan, Explanation]:
    plan = build(problem, effort="quick")
    return plan, Explainer(problem, plan.items, judge).explain(code)


def codes(told: Explanation, day: int = 0) -> list[str]:
    return [reason.code for reason in told.days[day].constraints]


def test_hours_that_are_full_are_named_with_the_minutes_that_would_do(small_week: WeekProblem) -> None:
    problem = one_day(
        small_week, work("BIG", 300, 9.0, must=True), work("LATE", 60, 5.0), work("MORE", 60, 1.0)
    )
    plan, told = why(problem, "MORE")
    assert {i.activity for i in plan.items if i.kind is Kind.ACTIVITY} == {"BIG", "LATE"}
    assert told.verdict is Verdict.OUT and told.days[0].proven
    assert codes(told) == ["out-hours", "out-kept", "out-kept"]
    hours, drop = told.days[0].ways
    assert hours.given is not None and hours.given.code == "give-hours"
    assert hours.given.facts["minutes"] == "30"  # 300 + 60 + 60 of 390
    assert drop.dropped == ("LATE",) and drop.gain_value == -4.0


def test_a_bench_that_is_taken_is_named_and_a_second_one_lets_it_in(small_week: WeekProblem) -> None:
    bench = (Use(facility="BENCH"),)
    ground = {"crew_count": 0, "uses": bench}
    problem = one_day(small_week, work("LONG", 20 * 60, 9.0, **ground), work("OTHER", 300, 2.0, **ground))
    _, told = why(problem, "OTHER")
    assert codes(told) == ["out-facility", "out-kept"]
    ways = {way.given.code: way for way in told.days[0].ways if way.given}
    assert ways["give-facility"].dropped == () and ways["give-kept"].dropped == ("LONG",)


def test_a_window_that_is_too_short_is_all_there_is_to_say(small_week: WeekProblem) -> None:
    problem = one_day(small_week, work("RELAY", 240, 5.0, inside=("relay",)), work("ELSE", 30, 1.0))
    _, told = why(problem, "RELAY")
    assert codes(told) == ["out-window"]
    assert [way.given.code for way in told.days[0].ways if way.given] == ["give-window"]


def test_two_constraints_that_keep_it_out_only_together_are_both_named(small_week: WeekProblem) -> None:
    noon = small_week.start + timedelta(hours=12)
    bench = (Use(facility="BENCH"),)
    problem = one_day(
        small_week,
        work("FIRST", 11 * 60, 9.0, crew_count=0, uses=bench, latest=noon - timedelta(minutes=30)),
        work("LATTER", 120, 2.0, crew_count=0, uses=bench, latest=noon),
        work("PAD", 30, 1.0),
    )
    _, told = why(problem, "LATTER")
    assert codes(told) == ["out-facility", "out-kept", "out-latest"]
    assert {"give-facility", "give-latest"} <= {w.given.code for w in told.days[0].ways if w.given}


def test_what_fits_after_all_is_said_to_fit(small_week: WeekProblem) -> None:
    problem = one_day(small_week, work("ONE", 60, 2.0), work("TWO", 60, 1.0))
    plan = build(problem, effort="quick")
    without = tuple(i for i in plan.items if i.activity != "TWO")
    told = Explainer(problem, without, judge).explain("TWO")
    assert told.verdict is Verdict.FITS
    assert told.fits[0].given is None and told.fits[0].gain_value == 1.0


def test_what_is_in_what_needs_another_and_what_is_in_the_jar(small_week: WeekProblem) -> None:
    problem = one_day(
        small_week,
        work("IN", 60, 2.0),
        work("LONG", 500, 2.0),
        work("THEN", 30, 2.0, after=(After(activity="LONG"),)),
        work("FREE", 30, 1.0, jar=True),
    )
    plan = build(problem, effort="quick")
    explainer = Explainer(problem, plan.items, judge)
    assert explainer.explain("IN").verdict is Verdict.PLACED
    assert explainer.explain("THEN").needs == ("LONG",)
    assert explainer.explain("FREE").verdict is Verdict.TASK_LIST
    with pytest.raises(StationError):
        explainer.explain("NOBODY")


def test_every_reason_has_its_sentence(small_week: WeekProblem) -> None:
    problem = one_day(
        small_week, work("BIG", 300, 9.0, must=True), work("LATE", 60, 5.0), work("MORE", 60, 1.0)
    )
    _, told = why(problem, "MORE")
    for day in told.days:
        for reason in (*day.constraints, *(way.given for way in day.ways if way.given)):
            assert "{" not in say(reason, REASONS)


@pytest.mark.slow
def test_no_constraint_of_a_smallest_set_can_be_spared(synthetic_week: Callable[..., WeekProblem]) -> None:
    """Held by itself: every set keeps the activity out, and each smaller one does not."""
    from stationmaster.timeline.explanation.obstacles import obstacles, together

    problem = synthetic_week(4, 3, 70, days=2)
    plan = build(problem, effort="quick")
    explainer = Explainer(problem, plan.items, judge)
    left = [u.activity for u in plan.unplaced][:3]
    seen = 0
    for told in (explainer.explain(code) for code in left):
        for found in told.days:
            if not found.proven:
                continue
            day = [problem.date_of(k) for k in range(problem.days)].index(found.day)
            number = explainer.around.number[told.activity]
            listed = obstacles(explainer.around, number, day)
            named = [o for o in listed if o.reason in found.constraints]
            spare = [o for o in listed if o.reason not in found.constraints]
            assert explainer.around.attempt(number, day, together(spare)).layout is None
            for one in named:
                assert explainer.around.attempt(number, day, together([*spare, one])).layout is not None
            seen += 1
    assert seen > 1


# ------------------------------------------------------------------------------ what-if


@pytest.fixture(scope="module")
def two_days(small_week: WeekProblem) -> tuple[WeekProblem, tuple[Item, ...]]:
    """Two days of one member, both full: 390 minutes of work each."""
    activities = (
        work("PASS", 90, 8.0),
        work("A", 180, 6.0, latest=small_week.start + timedelta(days=1)),
        work("B", 120, 5.0, latest=small_week.start + timedelta(days=1)),
        work("C", 300, 9.0, earliest=small_week.start + timedelta(days=1)),
        work("D", 45, 3.0, earliest=small_week.start + timedelta(days=1)),
        work("E", 45, 3.0, earliest=small_week.start + timedelta(days=1)),
    )
    problem = replace(
        one_day(small_week, *activities, facilities=(*small_week.facilities, Facility(code="X", name="X"))),
        days=2,
    )
    plan = build(problem, effort="normal")
    assert plan.objective_value == 34.0
    return problem, plan.items


def test_moving_a_pass_to_a_full_day_drops_what_weighs_least(
    two_days: tuple[WeekProblem, tuple[Item, ...]],
) -> None:
    problem, items = two_days
    cost = what_if(problem, items, Ask(change=Change.MOVE, code="PASS", day=problem.date_of(1)), judge)
    assert cost.possible and cost.proven
    assert set(cost.dropped) == {"D", "E"} and cost.before_value - cost.after_value == 6.0
    assert [moved.activity for moved in cost.moved] == ["PASS"]


def test_dropping_shutting_and_requiring_are_counted(
    two_days: tuple[WeekProblem, tuple[Item, ...]],
) -> None:
    problem, items = two_days
    drop = what_if(problem, items, Ask(change=Change.DROP, code="A"), judge)
    assert drop.dropped == ("A",) and drop.moved == () and drop.proven
    unused = Span(problem.start, problem.start + timedelta(hours=24))
    shut = what_if(problem, items, Ask(change=Change.SHUT, code="X", span=unused), judge)
    assert shut.possible and shut.dropped == () and shut.moved == () and shut.routine_moved == 0
    less = tuple(i for i in items if i.activity not in ("D", "A"))
    require = what_if(problem, less, Ask(change=Change.REQUIRE, code="D"), judge)
    assert "D" in require.added and require.dropped == ()


def test_a_time_at_night_is_impossible_and_that_is_proven(
    two_days: tuple[WeekProblem, tuple[Item, ...]],
) -> None:
    problem, items = two_days
    night = problem.start + timedelta(hours=2)
    cost = what_if(problem, items, Ask(change=Change.MOVE, code="PASS", start=night), judge)
    assert not cost.possible and cost.proven


def test_what_is_not_of_the_week_is_refused(two_days: tuple[WeekProblem, tuple[Item, ...]]) -> None:
    problem, items = two_days
    asks = (
        Ask(change=Change.DROP, code="NONE"),
        Ask(change=Change.MOVE, code="PASS", day=problem.date_of(9)),
        Ask(change=Change.SHUT, code="NONE", span=problem.span),
    )
    for ask in asks:
        with pytest.raises(StationError):
            what_if(problem, items, ask, judge)
