"""The built week: sound on random problems, best on tiny ones, good on big ones, the same again."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationmaster.measure import StationError, digest, from_json, moment, to_json
from stationmaster.measure.reasons import say
from stationmaster.measure.time import Span
from stationmaster.timeline.activity import Activity, After, Use
from stationmaster.timeline.build import build
from stationmaster.timeline.check import faults
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
from stationmaster.timeline.outcome import BoundKind, Kind, Status, WeekPlan
from stationmaster.timeline.reasons import REASONS

replace = dataclasses.replace
MONDAY = moment("2026-03-02")
#: Asleep but for four hours, no meal, no exercise: small enough to try everything.
FOUR_HOURS = GroundRules(
    sessions=(),
    sleep_start_min=720,
    sleep_min=1200,
    post_sleep_min=0,
    pre_sleep_min=0,
    conference_min=0,
    morning_conference_start_min=480,
    evening_conference_start_min=1140,
    meal_earliest_min=660,
    meal_min=0,
    work_day_min=180,
)


def sound(problem: WeekProblem, plan: WeekPlan) -> None:
    """The plan has no fault, its reasons have sentences, and it survives its own JSON."""
    assert faults(problem, plan) == ()
    assert plan.objective_value <= plan.bound_value
    for left in plan.unplaced:
        for reason in left.reasons:
            assert "{" not in say(reason, REASONS)
    assert from_json(WeekPlan, to_json(plan)) == plan


# ------------------------------------------------------------- tiny, against everything


@st.composite
def tiny_weeks(draw: st.DrawFn) -> WeekProblem:
    """One day of four hours, slots of one hour, two crew, up to four activities."""
    count = draw(st.integers(2, 4))
    activities = tuple(
        Activity(
            code=f"T{n}",
            title="Try",
            duration_min=draw(st.sampled_from((60, 60, 120))),
            priority_weight=float(draw(st.integers(1, 9))),
            crew_count=draw(st.sampled_from((1, 1, 2))),
            skill=draw(st.sampled_from(("", "medical"))),
            skilled_count=1 if draw(st.booleans()) else None,
            uses=(Use(facility="RACK"),) if draw(st.booleans()) else (),
            power_w=float(draw(st.sampled_from((0, 60)))),
            channel="A",
            after=(After(activity="T0", lag_longest_min=60),) if n and draw(st.booleans()) else (),
            inside=("morning",) if draw(st.booleans()) else (),
        )
        for n in range(count)
    )
    return WeekProblem(
        code="TINY",
        start=MONDAY,
        days=1,
        slot_min=60,
        crew=(
            CrewMember(code="C1", role="one", skills=("medical",)),
            CrewMember(code="C2", role="two", skills=()),
        ),
        rules=FOUR_HOURS,
        devices=(),
        activities=activities,
        facilities=(Facility(code="RACK", name="Rack"),),
        channels=(PowerLimit(code="A", name="A", sunlit_w=100.0, eclipse_w=100.0),),
        windows={"morning": (Span(MONDAY + timedelta(hours=8), MONDAY + timedelta(hours=10)),)},
    )


Place = tuple[int, tuple[str, ...]] | None


def places(activity: Activity) -> Iterator[Place]:
    """Every way to place one activity of a tiny week by itself: nowhere, or (hour, crew)."""
    yield None
    length = activity.duration_min // 60
    last = (10 if activity.inside else 12) - length
    for hour, crew in itertools.product(
        range(8, last + 1), itertools.combinations(("C1", "C2"), activity.crew_count)
    ):
        needed = len(crew) if activity.skilled_count is None else activity.skilled_count
        if not activity.skill or ("C1" in crew) >= needed:
            yield hour, crew


def stands(problem: WeekProblem, chosen: tuple[Place, ...]) -> bool:
    """Whether the places of all activities of a tiny week agree, by plain counting."""
    crew_hours: set[tuple[str, int]] = set()
    rack: set[int] = set()
    power = dict.fromkeys(range(24), 0.0)
    for activity, place in zip(problem.activities, chosen, strict=True):
        if place is None:
            continue
        for hour in range(place[0], place[0] + activity.duration_min // 60):
            taken = {(c, hour) for c in place[1]}
            power[hour] += activity.power_w
            if crew_hours & taken or (activity.uses and hour in rack) or power[hour] > 100:
                return False
            crew_hours |= taken
            rack |= {hour} if activity.uses else set()
        if activity.after:
            first = chosen[0]
            if first is None or not 0 <= place[0] - first[0] - problem.activities[0].duration_min // 60 <= 1:
                return False
    return all(sum(c == member for c, _ in crew_hours) <= 3 for member in ("C1", "C2"))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(tiny_weeks())
def test_a_tiny_week_is_as_good_as_trying_everything(problem: WeekProblem) -> None:
    best = max(
        sum(a.priority_weight for a, place in zip(problem.activities, chosen, strict=True) if place)
        for chosen in itertools.product(*map(list, map(places, problem.activities)))
        if stands(problem, chosen)
    )
    plan = build(problem, effort="quick")
    sound(problem, plan)
    assert plan.objective_value == best
    assert plan.status is Status.OPTIMAL


# ------------------------------------------------------------------------------- random


@settings(max_examples=8, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), crew=st.integers(1, 3), count=st.integers(1, 14))
def test_random_weeks_are_sound(
    synthetic_week: Callable[..., WeekProblem], seed: int, crew: int, count: int
) -> None:
    problem = synthetic_week(seed, crew, count, days=2)
    plan = build(problem, effort="quick")
    assert plan.status is not Status.NOT_FOUND
    sound(problem, plan)


def test_a_week_of_150_activities_is_nearly_as_good_as_its_bound(
    synthetic_week: Callable[..., WeekProblem],
) -> None:
    problem = synthetic_week(7, 3, 150)
    plan = build(problem, effort="quick")
    sound(problem, plan)
    assert plan.bound_kind is BoundKind.RELAXATION
    assert plan.gap_fraction < 0.05
    assert sum(item.kind is Kind.ACTIVITY for item in plan.items) > 100


def test_the_same_problem_gives_the_same_plan(small_week: WeekProblem, small_plan: WeekPlan) -> None:
    assert digest(build(small_week, effort="quick")) == digest(small_plan)


def test_a_plan_does_not_hang_on_unused_facilities(small_week: WeekProblem, small_plan: WeekPlan) -> None:
    more = replace(small_week, facilities=(*small_week.facilities, Facility(code="SPARE", name="Spare")))
    assert build(more, effort="quick").objective_value == small_plan.objective_value


def test_progress_is_told(synthetic_week: Callable[..., WeekProblem]) -> None:
    told: list[tuple[int, int]] = []
    build(synthetic_week(3, 2, 70, days=2), effort="quick", progress=lambda d, t: told.append((d, t)))
    assert told == [(n, 8) for n in range(1, len(told) + 1)]
    assert told


# --------------------------------------------------------------------------- why not


def day_of(*activities: Activity, **change: object) -> WeekProblem:
    """A Monday of one specialist and one other, with the usual crew day."""
    problem = WeekProblem(
        code="DAY",
        start=MONDAY,
        days=1,
        crew=(
            CrewMember(code="C1", role="one", skills=("medical",)),
            CrewMember(code="C2", role="two", skills=()),
        ),
        rules=GroundRules(sessions=(Session(code="run", name="Run", duration_min=60, devices=("MILL",)),)),
        devices=(Device(code="MILL", name="Treadmill"),),
        activities=activities,
        facilities=(Facility(code="BOX", name="Glovebox"),),
        channels=(PowerLimit(code="A", name="Channel A", sunlit_w=500.0, eclipse_w=500.0),),
        windows={"short": (Span(MONDAY + timedelta(hours=9), MONDAY + timedelta(hours=9, minutes=20)),)},
    )
    return replace(problem, **change)


def task(code: str, minutes: int = 60, **more: object) -> Activity:
    """An activity of weight one."""
    return replace(Activity(code=code, title=code, duration_min=minutes, priority_weight=1.0), **more)


LEFT_OUT: dict[str, tuple[str, WeekProblem]] = {
    "nobody holds the skill": ("no-eligible-crew", day_of(task("A", skill="welding"))),
    "too few hold it": ("no-eligible-crew", day_of(task("A", crew_count=2, skill="medical"))),
    "longer than its window": ("no-start", day_of(task("A", inside=("short",)))),
    "longer than a day's work": ("no-start", day_of(task("A", minutes=400, crew_count=1))),
    "more power than there is": ("no-start", day_of(task("A", power_w=501.0, channel="A"))),
    "window and limit apart": (
        "no-start-with",
        day_of(task("A", 15, inside=("short",), earliest=MONDAY + timedelta(hours=10))),
    ),
    "what it needs is left out": (
        "needs-unplaced",
        day_of(task("Z", skill="welding"), task("A", after=(After(activity="Z"),))),
    ),
    "one glovebox all day": (
        "short-of",
        day_of(
            task("B", 1440, crew_count=0, must=True, uses=(Use(facility="BOX"),)),
            task("A", uses=(Use(facility="BOX"),)),
        ),
    ),
    "the share is used up": (
        "short-of",
        day_of(
            task("B", 60, must=True),
            task("A"),
            caps=(HourCap(code="P", name="P", crew_time_h=1.5, activities=("A", "B")),),
        ),
    ),
    "no weight": ("no-weight", day_of(task("A", priority_weight=0.0))),
    "a lag into the night": (
        "lag",
        day_of(
            task("B", crew_count=0, must=True, earliest=MONDAY + timedelta(hours=20)),
            task("A", after=(After(activity="B", lag_longest_min=60),)),
        ),
    ),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_left_out_says_why(name: str) -> None:
    code, problem = LEFT_OUT[name]
    plan = build(problem, effort="quick")
    sound(problem, plan)
    assert code in [reason.code for left in plan.unplaced if left.activity == "A" for reason in left.reasons]


# ------------------------------------------------------------------- impossible musts


def test_five_hours_of_musts_do_not_fit_in_three() -> None:
    """Five long musts of two specialists on a Saturday, a sixth elsewhere: the five are named."""
    saturday = moment("2026-03-07")
    musts = tuple(
        task(f"MED-{n}", 60, must=True, skill="medical", latest=saturday + timedelta(days=1))
        for n in range(4)
    )
    others = (task("EASY", 30, must=True, crew_count=0), task("FREE", 30))
    problem = replace(day_of(*musts, *others), start=saturday, windows={})
    plan = build(problem, effort="quick")
    assert plan.status is Status.INFEASIBLE
    assert plan.conflict == ("MED-0", "MED-1", "MED-2", "MED-3")
    sound(problem, plan)
    fewer = replace(problem, activities=(*musts[1:], *others))
    assert build(fewer, effort="quick").status is Status.OPTIMAL


def test_a_clash_of_clock_times_is_found_among_many_musts() -> None:
    """Two of three musts want the one glovebox in the same hour."""
    window = {"earliest": MONDAY + timedelta(hours=9), "latest": MONDAY + timedelta(hours=10, minutes=30)}
    box = (Use(facility="BOX"),)
    problem = day_of(
        task("FIRST", must=True, uses=box, **window),
        task("OTHER", must=True),
        task("SECOND", must=True, uses=box, **window),
    )
    plan = build(problem, effort="quick")
    assert (plan.status, plan.conflict) == (Status.INFEASIBLE, ("FIRST", "SECOND"))
    sound(problem, plan)


def test_a_must_that_cannot_be_placed_is_the_whole_conflict() -> None:
    problem = day_of(task("A", must=True, skill="welding"), task("B", must=True))
    plan = build(problem, effort="quick")
    assert (plan.status, plan.conflict) == (Status.INFEASIBLE, ("A",))
    assert plan.unplaced[0].reasons[0].code == "no-eligible-crew"


def test_a_routine_that_does_not_fit_is_an_answer_too() -> None:
    """One treadmill out of use all day: the crew's exercise itself is impossible."""
    day = Span(MONDAY, MONDAY + timedelta(days=1))
    shut = Blocked(code="SHUT", kind="repair", title="Repair", span=day, facilities=("MILL",))
    plan = build(day_of(task("A"), blocked=(shut,)), effort="quick")
    assert (plan.status, plan.conflict) == (Status.INFEASIBLE, ())
    assert plan.unplaced[0].reasons[0].code == "routine"


def test_waived_exercise_makes_room_for_the_repair() -> None:
    span = Span(MONDAY + timedelta(hours=8), MONDAY + timedelta(hours=19))
    shut = Blocked(code="EVA", kind="spacewalk", title="Spacewalk", span=span, crew=("C1",),
                   facilities=("MILL",), waives=("meal", "exercise"))  # fmt: skip
    problem = day_of(task("A", crew_count=1), blocked=(shut,), rules=replace(day_of().rules, pre_sleep_min=0))
    sound(problem, build(problem, effort="quick"))


# ----------------------------------------------------------------------------- misuse

BAD: dict[str, tuple[str, Callable[[], WeekProblem]]] = {
    "not a midnight": ("bad-value", lambda: day_of(start=MONDAY + timedelta(hours=1))),
    "an unknown window": ("unknown-name", lambda: day_of(task("A", inside=("shrot",)))),
    "an unknown facility": ("unknown-name", lambda: day_of(task("A", uses=(Use(facility="BOXX"),)))),
    "two of one code": ("duplicate", lambda: day_of(task("A"), task("A"))),
    "a circle": (
        "contradiction",
        lambda: day_of(task("A", after=(After(activity="B"),)), task("B", after=(After(activity="A"),))),
    ),
    "an occurrence missing": ("bad-value", lambda: day_of(task("A", series="S", occurrence=2))),
    "a meal too long": ("bad-value", lambda: day_of(rules=GroundRules(sessions=(), meal_min=300))),
    "asleep and awake": (
        "contradiction",
        lambda: day_of(rules=GroundRules(sessions=(), morning_conference_start_min=6 * 60)),
    ),
    "a docking at night": (
        "contradiction",
        lambda: day_of(blocked=(Blocked(code="D", kind="docking", title="D", crew=("C1",),
                                        span=Span(MONDAY, MONDAY + timedelta(hours=1))),)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_problem_that_contradicts_itself_is_refused(name: str) -> None:
    code, make = BAD[name]
    with pytest.raises(StationError) as caught:
        make()
    assert caught.value.code == code
    assert caught.value.facts.get("field")


def test_an_unknown_effort_is_refused(small_week: WeekProblem) -> None:
    with pytest.raises(StationError, match="thorough"):
        build(small_week, effort="thorogh")


# ------------------------------------------------------------------------- the crew's own clock


def test_a_week_by_the_clock_of_beijing_keeps_the_crews_days(small_week: WeekProblem) -> None:
    """Eight hours ahead: work on the crew's Sunday is none, whatever UTC calls that day."""
    rules = replace(small_week.rules, clock_ahead_min=480)
    sunday = moment("2026-03-07T16:00:00Z")
    free = Activity(code="FREE", title="Free", duration_min=60, priority_weight=1.0)
    problem = replace(
        small_week, start=sunday, days=2, rules=rules, activities=(free,), blocked=(), windows={},
        eclipses=(), facilities=(), channels=(), caps=(),
    )  # fmt: skip
    plan = build(problem, effort="quick")
    sound(problem, plan)
    (placed,) = (item for item in plan.items if item.kind is Kind.ACTIVITY)
    assert placed.start >= moment("2026-03-08T22:00:00Z")  # the crew's Monday morning
    assert {w.day.isoformat() for w in plan.work} == {"2026-03-08", "2026-03-09"}
    meetings = {item.start for item in plan.items if item.kind is Kind.CONFERENCE}
    assert meetings == {moment("2026-03-08T23:30:00Z"), moment("2026-03-09T11:30:00Z")}
    asleep = [item for item in plan.items if item.kind is Kind.SLEEP and "C1" in item.crew]
    assert [(a.start.hour, a.end.hour) for a in asleep] == [(16, 22), (13, 22), (13, 16)]
    with pytest.raises(StationError, match="midnight of the crew's clock"):
        replace(problem, start=moment("2026-03-08"))
    with pytest.raises(StationError, match="clock_ahead_min"):
        replace(problem, rules=replace(rules, clock_ahead_min=1440))


def test_base_load_above_the_limit_in_eclipse_leaves_the_light(small_week: WeekProblem) -> None:
    """What is always on may be more than the batteries give: powered work then waits for the Sun."""
    dark = tuple(Span(MONDAY + timedelta(hours=h), MONDAY + timedelta(hours=h + 1)) for h in range(0, 24, 2))
    limit = PowerLimit(code="A", name="Bus", sunlit_w=1000.0, eclipse_w=400.0, base_w=500.0)
    run = task("RUN", crew_count=0, power_w=300.0, channel="A")
    long = task("LONG", 90, crew_count=0, power_w=300.0, channel="A")
    problem = day_of(run, long, task("DRY", crew_count=0),
                     channels=(limit,), eclipses=dark)  # fmt: skip
    plan = build(problem, effort="quick")
    sound(problem, plan)
    placed = {item.activity: item for item in plan.items if item.kind is Kind.ACTIVITY}
    assert set(placed) == {"RUN", "DRY"} and placed["RUN"].start.hour % 2 == 1
    assert say(plan.unplaced[0].reasons[0], REASONS) == "No start in the week is left by the power of A."
    assert (plan.power[0].peak_sunlit_w, plan.power[0].peak_eclipse_w) == (800.0, 500.0)


def test_the_crew_eats_together_where_the_rules_wish_it(synthetic_week) -> None:
    apart = synthetic_week(7, 3, 40, days=4)
    problem = replace(apart, rules=replace(apart.rules, meals_together=True))
    plans = [build(week, effort="quick") for week in (apart, problem)]
    shared = [common(plan) for plan in plans]
    sound(problem, plans[1])
    assert plans[1].objective_value == plans[0].objective_value
    assert shared[1] > shared[0]


def common(plan: WeekPlan) -> int:
    """How many meals begin when another of the crew's does."""
    starts = Counter(item.start for item in plan.items if item.kind is Kind.MEAL)
    return sum(times for times in starts.values() if times > 1)
