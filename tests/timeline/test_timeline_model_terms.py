"""Each term of a week by itself: what it keeps out and says, and how a bad one is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest

from stationmaster.measure import StationError, moment
from stationmaster.measure.reasons import say
from stationmaster.measure.time import Span
from stationmaster.timeline.activity import Activity, After, Draw, Load, Mode
from stationmaster.timeline.build import build
from stationmaster.timeline.check import faults
from stationmaster.timeline.letters import (
    Blocked,
    CrewMember,
    Goal,
    GroundRules,
    PowerLimit,
    SleepShift,
    Store,
    WeekProblem,
)
from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.layout_of import layout_of
from stationmaster.timeline.model.room import Room
from stationmaster.timeline.model.starts import jobs
from stationmaster.timeline.outcome import Kind, Status
from stationmaster.timeline.reasons import REASONS

replace = dataclasses.replace
MONDAY = moment("2026-03-02")


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


# ---------------------------------------------------------------------------- single terms


def day_of(*activities: Activity, **change: object) -> WeekProblem:
    """A Monday of two people."""
    problem = WeekProblem(
        code="DAY",
        start=MONDAY,
        days=1,
        crew=(
            CrewMember(code="C1", role="one", skills=("fluids",)),
            CrewMember(code="C2", role="two", skills=("fluids",)),
        ),
        rules=GroundRules(sessions=()),
        devices=(),
        activities=activities,
        channels=(PowerLimit(code="A", name="A", sunlit_w=100.0, eclipse_w=100.0),),
        stores=(Store(code="GAS", name="Gas", unit="mol", capacity_units=1.0),),
    )
    return replace(problem, **change)


def task(code: str, minutes: int = 60, **more: object) -> Activity:
    """An activity of weight one."""
    return replace(Activity(code=code, title=code, duration_min=minutes, priority_weight=1.0), **more)


ASHORE = Span(MONDAY + hours(14), MONDAY + hours(48))
ONE_LEAVES = (
    CrewMember(code="C1", role="one", skills=("fluids",), certified_until={"fluids": MONDAY + hours(9)}),
    CrewMember(code="C2", role="two", skills=(), aboard=ASHORE),
)
LEFT_OUT: dict[str, tuple[str, WeekProblem]] = {
    "more than a store holds": (
        "No start in the week is left by the room in the store GAS.",
        day_of(task("A", draws=(Draw(store="GAS", amount_units=1.5),))),
    ),
    "hours of the day too short": (
        "No start in the week is left by its hours of the day.",
        day_of(task("A", day_from_min=600, day_until_min=630)),
    ),
    "somebody sleeps all the time": (
        "No start in the week is left by the sleep of the crew.",
        day_of(task("A", 1200, crew_count=0, quiet=("sleep",))),
    ),
    "a loop too weak": (
        "No start in the week is left by the power of A.",
        day_of(task("A", loads=(Load(channel="A", power_w=100.5),))),
    ),
    "the certificate ends before the afternoon": (
        "No start in the week is left by the work hours of a day together with the end of the week and"
        " its earliest start and the routine of the crew day.",
        day_of(task("A", skill="fluids", earliest=MONDAY + hours(13)), crew=ONE_LEAVES),
    ),
    "the second comes too late": (
        "No start in the week is left by what else the crew is busy with together with the end of the week"
        " and its latest end and the routine of the crew day.",
        day_of(task("A", crew_count=2, latest=MONDAY + hours(14.5)), crew=ONE_LEAVES),
    ),
    "off duty": (
        "No start in the week is left by the work hours of a day.",
        day_of(task("A"), off_duty={"C1": (MONDAY.date(),), "C2": (MONDAY.date(),)}),
    ),
    "no way": (
        "None of its ways is possible (X: No start in the week is left by the room in the store GAS."
        " Y: It needs 1 of the crew with any skill; 0 may do it.).",
        day_of(
            task(
                "A", eligible=("C1",),
                modes=(Mode(code="X", duration_min=5, draws=(Draw(store="GAS", amount_units=9.0),)),
                       Mode(code="Y", duration_min=5, eligible=("C2",))),
            ),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT_OUT)
def test_the_rule_that_leaves_no_start_is_named(name: str) -> None:
    says, problem = LEFT_OUT[name]
    grid = Grid(problem)
    (job,) = jobs(grid)
    assert job.hopeless is not None
    assert say(job.hopeless, REASONS) == says


def test_a_calendar_week_bounds_work_that_each_day_would_allow() -> None:
    """Two Sundays and Mondays apart by the change of week: 90 minutes in each of the two weeks."""
    sunday = moment("2026-03-08")
    rules = GroundRules(sessions=(), work_week_min=90, work_sunday_min=390)
    activities = tuple(task(f"A{n}", 30) for n in range(9))
    problem = day_of(*activities, crew=day_of().crew[:1], rules=rules, start=sunday, days=2)
    plan = build(problem, effort="quick")
    assert faults(problem, plan) == ()
    assert (plan.objective_value, plan.status) == (6.0, Status.OPTIMAL)


def test_a_gas_bottle_is_full_again_after_its_exchange() -> None:
    """Two draws of the whole bottle in one day, the second after the exchange at noon."""
    late = Span(MONDAY + hours(11), MONDAY + hours(12))
    new = (Draw(store="GAS", amount_units=1.0),)
    change = Blocked(code="X", kind="exchange", title="Exchange", span=late, refills=new)
    draws = (Draw(store="GAS", amount_units=1.0),)
    problem = day_of(*(task(f"A{n}", draws=draws) for n in range(3)), blocked=(change,))
    plan = build(problem, effort="quick")
    assert faults(problem, plan) == ()
    first, second = (item.start.hour for item in plan.items if item.kind is Kind.ACTIVITY)
    assert first < 12 <= second
    (figure,) = plan.stores
    assert (figure.peak_units, figure.end_units) == (1.0, 1.0)
    assert len(plan.unplaced) == 1


def test_nobody_aboard_is_needed_by_what_the_ground_commands() -> None:
    problem = day_of(task("A", 1440, crew_count=0), crew=())
    plan = build(problem, effort="quick")
    assert (faults(problem, plan), plan.objective_value) == ((), 1.0)


def test_the_task_list_says_who_has_room() -> None:
    problem = day_of(task("A", 390, must=True, eligible=("C1",)), task("READ", 30, jar=True))
    plan = build(problem, effort="quick")
    assert faults(problem, plan) == ()
    assert [(entry.activity, entry.crew) for entry in plan.jar] == [("READ", ("C2",))]


# ------------------------------------------------------------------------------------ room


def test_what_is_taken_out_again_leaves_the_room_as_it_was(
    synthetic_week: Callable[..., WeekProblem],
) -> None:
    week = replace(synthetic_week(2, 3, 60), stores=(Store(code="S", name="S", unit="GB", capacity_units=9.0,
                                                           recovery_units_h=0.5),))  # fmt: skip
    drawing = tuple(replace(a, draws=(Draw(store="S", amount_units=0.7),)) for a in week.activities)
    grid = Grid(replace(week, activities=drawing))
    listed = jobs(grid)
    plan = build(grid.problem, effort="quick")
    layout = layout_of(grid, plan.items)
    room, empty = Room(grid, listed), Room(grid, listed)
    for number, place in layout.jobs.items():
        assert room.starts(listed[number], place.way)[place.start]
        room.put_job(listed[number], place)
    assert any((room.starts(job) != empty.starts(job)).any() for job in listed)
    for number, place in layout.jobs.items():
        room.take_job(listed[number], place)
    for job in listed:
        assert (room.starts(job) == empty.starts(job)).all()


# ---------------------------------------------------------------------------------- misuse

BAD: dict[str, tuple[str, str, Callable[[], WeekProblem]]] = {
    "two modes of one code": (
        "duplicate", "activities[1].modes",
        lambda: day_of(task("A", modes=(Mode(code="X", duration_min=5), Mode(code="X", duration_min=9)))),
    ),
    "a mode without a code": (
        "bad-value", "activities[1].modes[1].code",
        lambda: day_of(task("A", modes=(Mode(code="", duration_min=5),))),
    ),
    "a mode of nobody": (
        "unknown-name", "activities[1].modes[1].eligible",
        lambda: day_of(task("A", modes=(Mode(code="X", duration_min=5, eligible=("C9",)),))),
    ),
    "a draw on no store": (
        "unknown-name", "activities[1].draws",
        lambda: day_of(task("A", draws=(Draw(store="AIR", amount_units=1.0),))),
    ),
    "a draw of no amount": (
        "bad-value", "activities[1].draws.amount_units",
        lambda: day_of(task("A", draws=(Draw(store="GAS", amount_units=float("nan")),))),
    ),
    "a refill below nothing": (
        "bad-value", "blocked[1].refills.amount_units",
        lambda: day_of(blocked=(Blocked(code="B", kind="b", title="B", span=Span(MONDAY, MONDAY + hours(1)),
                                        refills=(Draw(store="GAS", amount_units=-1.0),)),)),
    ),
    "a load on no channel": (
        "unknown-name", "activities[1].loads[1].channel",
        lambda: day_of(task("A", loads=(Load(channel="B", power_w=1.0),))),
    ),
    "hours of the day the wrong way round": (
        "bad-value", "activities[1].day_until_min",
        lambda: day_of(task("A", day_from_min=600, day_until_min=600)),
    ),
    "a task list that must": (
        "contradiction", "activities[1].jar", lambda: day_of(task("A", must=True, jar=True)),
    ),
    "after the task list": (
        "contradiction", "activities[2].after",
        lambda: day_of(task("A", jar=True), task("B", after=(After(activity="A"),))),
    ),
    "a store that begins too full": (
        "bad-value", "stores[1].initial_units",
        lambda: day_of(stores=(Store(code="S", name="S", unit="u", capacity_units=1.0, initial_units=2.0),)),
    ),
    "a store that recovers never": (
        "unknown-name", "stores[1].recovers_in",
        lambda: day_of(stores=(replace(day_of().stores[0], recovers_in="night"),)),
    ),
    "a channel without end": (
        "bad-value", "channels[1].sunlit_w",
        lambda: day_of(channels=(PowerLimit(code="A", name="A", sunlit_w=float("inf"), eclipse_w=1.0),)),
    ),
    "a certificate of no skill": (
        "unknown-name", "crew[1].certified_until",
        lambda: day_of(crew=(replace(ONE_LEAVES[0], skills=()),)),
    ),
    "a stay in another week": (
        "bad-value", "crew[1].aboard",
        lambda: day_of(crew=(replace(ONE_LEAVES[1], aboard=Span(MONDAY + hours(24), MONDAY + hours(30))),)),
    ),
    "a shift twice": (
        "duplicate", "rules.sleep_shifts",
        lambda: day_of(rules=GroundRules(sessions=(), sleep_shifts=(
            SleepShift(day=MONDAY.date(), sleep_start_min=1200),) * 2)),
    ),
    "a night without end": (
        "bad-value", "rules.sleep_shifts[1].sleep_start_min",
        lambda: day_of(rules=GroundRules(sessions=(), sleep_shifts=(
            SleepShift(day=MONDAY.date(), sleep_start_min=2500),))),
    ),
    "nobody aboard to do it": ("bad-value", "crew", lambda: day_of(task("A"), crew=())),
    "off duty, whoever that is": ("unknown-name", "off_duty", lambda: day_of(off_duty={"C9": ()})),
    "the earliest end of what may be left out": (
        "contradiction", "goal", lambda: day_of(task("A"), goal=Goal.EARLIEST_END),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_term_that_makes_no_sense_is_refused_with_its_field(name: str) -> None:
    code, field, make = BAD[name]
    with pytest.raises(StationError) as caught:
        make()
    assert (caught.value.code, caught.value.facts.get("field")) == (code, field)
