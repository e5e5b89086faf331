"""The week's model: ways and stores against everything, all terms against the checker, room given back."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stationmaster.measure import moment
from stationmaster.measure.reasons import say
from stationmaster.measure.time import Span
from stationmaster.timeline.activity import Activity, After, Draw, Load, Mode, Use
from stationmaster.timeline.build import build
from stationmaster.timeline.check import faults
from stationmaster.timeline.letters import (
    Blocked,
    CrewMember,
    Device,
    Facility,
    GroundRules,
    PowerLimit,
    Reduced,
    Session,
    SleepShift,
    Store,
    WeekProblem,
)
from stationmaster.timeline.model.stores import headroom, levels
from stationmaster.timeline.outcome import Status
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
    work_day_min=240,
)


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


# ------------------------------------------------------------------------- levels of a store


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=9),
    st.integers(0, 12),
    st.data(),
)
def test_headroom_is_the_most_that_may_still_arrive(
    pairs: list[tuple[int, int]], capacity: int, data: st.DataObject
) -> None:
    """Against the level followed step by step, for every amount at every place."""
    arrived, drain = np.array([a for a, _ in pairs]), np.array([d for _, d in pairs])

    def highest(more: int = 0, at: int = 0) -> list[int]:
        level, found = 0, []
        for n in range(len(pairs)):
            level += int(arrived[n]) + (more if n == at else 0)
            found.append(level)
            level = max(0, level - int(drain[n]))
        return found

    assert levels(arrived, drain)[0].tolist() == highest()
    _, room = headroom(arrived, drain, capacity)
    if max(highest()) <= capacity:
        at = data.draw(st.integers(0, len(pairs) - 1))
        assert max(highest(int(room[at]), at)) <= capacity
        assert max(highest(int(room[at]) + 1, at)) > capacity
    else:
        assert room.min() < 0


# ------------------------------------------------------------- tiny, against everything


@st.composite
def tiny_weeks(draw: st.DrawFn) -> WeekProblem:
    """One day of four hours, slots of one hour, two crew, three activities with ways, one store."""
    amounts = st.sampled_from((0, 2, 3, 4))

    def draws() -> tuple[Draw, ...]:
        units = draw(amounts)
        return (Draw(store="BUFFER", amount_units=float(units)),) if units else ()

    def modes() -> tuple[Mode, ...]:
        return tuple(
            Mode(
                code=f"W{w}",
                duration_min=draw(st.sampled_from((60, 120))),
                eligible=draw(st.sampled_from(((), ("C1",), ("C2",)))),
                uses=(Use(facility="RACK"),) if draw(st.booleans()) else (),
                draws=draws(),
            )
            for w in range(2)
        )

    activities = tuple(
        Activity(
            code=f"T{n}",
            title="Try",
            duration_min=60,
            priority_weight=float(draw(st.integers(1, 9))),
            modes=modes() if draw(st.booleans()) else (),
            draws=draws(),
            after=(After(activity="T0", lag_shortest_min=-60, lag_longest_min=60),)
            if n and draw(st.booleans())
            else (),
        )
        for n in range(3)
    )
    return WeekProblem(
        code="TINY",
        start=MONDAY,
        days=1,
        slot_min=60,
        crew=(
            CrewMember(code="C1", role="one", skills=()),
            CrewMember(code="C2", role="two", skills=()),
        ),
        rules=FOUR_HOURS,
        devices=(),
        activities=activities,
        facilities=(Facility(code="RACK", name="Rack"),),
        stores=(
            Store(
                code="BUFFER",
                name="Buffer",
                unit="GB",
                capacity_units=5.0,
                initial_units=float(draw(st.integers(0, 2))),
                recovery_units_h=float(draw(st.integers(0, 2))),
                recovers_in=draw(st.sampled_from(("", "pass"))),
                daily=draw(st.booleans()),
            ),
        ),
        windows={"pass": (Span(MONDAY + hours(8), MONDAY + hours(10)),)},
    )


#: Hour, way, who.
Choice = tuple[int, Mode, str]


def choices(activity: Activity) -> Iterator[Choice | None]:
    yield None
    for way in activity.ways:
        for hour, who in itertools.product(
            range(8, 13 - way.duration_min // 60), way.eligible or ("C1", "C2")
        ):
            yield hour, way, who


def stands(problem: WeekProblem, chosen: tuple[Choice | None, ...]) -> bool:
    """Whether the choices agree, by plain counting from hour to hour."""
    crew: set[tuple[str, int]] = set()
    rack: set[int] = set()
    arrived = dict.fromkeys(range(24), 0.0)
    for activity, choice in zip(problem.activities, chosen, strict=True):
        if choice is None:
            continue
        start, way, who = choice
        end = start + way.duration_min // 60
        for hour in range(start, end):
            if (who, hour) in crew or (way.uses and hour in rack):
                return False
            crew.add((who, hour))
            rack |= {hour} if way.uses else set()
        arrived[start] += sum(d.amount_units for d in way.draws)
        if activity.after:
            first = chosen[0]
            if first is None or not -1 <= start - first[0] - first[1].duration_min // 60 <= 1:
                return False
    store = problem.stores[0]
    level = store.initial_units
    for hour in range(24):
        level += arrived[hour]
        if level > store.capacity_units:
            return False
        recovers = not store.recovers_in or hour in (8, 9)
        level = max(0.0, level - store.recovery_units_h * recovers)
    return True


@settings(max_examples=25, deadline=None, derandomize=True)
@given(tiny_weeks())
def test_ways_and_stores_are_as_good_as_trying_everything(problem: WeekProblem) -> None:
    best = max(
        sum(a.priority_weight for a, choice in zip(problem.activities, chosen, strict=True) if choice)
        for chosen in itertools.product(*map(list, map(choices, problem.activities)))
        if stands(problem, chosen)
    )
    plan = build(problem, effort="quick")
    assert faults(problem, plan) == ()
    assert (plan.objective_value, plan.status) == (best, Status.OPTIMAL)


# ------------------------------------------------------------- every term, against the checker

DEVICES = (Device(code="MILL", name="Treadmill"), Device(code="BIKE", name="Ergometer", vibrates=False))
SESSION = Session(code="run", name="Run", duration_min=60, devices=("MILL", "BIKE"))


@st.composite
def varied(draw: st.DrawFn, n: int) -> Activity:
    """An activity that may use any term."""
    maybe = st.booleans()
    count = draw(st.sampled_from((0, 1, 1, 2)))
    draws = (
        Draw(
            store=draw(st.sampled_from(("REC", "GAS", "DOOR"))),
            amount_units=draw(st.sampled_from((1, 2.5, 4))),
        ),
    )
    modes = (
        Mode(code="SLOW", duration_min=90, draws=draws, power_w=100.0),
        Mode(code="FAST", duration_min=35, eligible=("C1", "C3"), uses=(Use(facility="BOX", units=2),)),
    )
    return Activity(
        code=f"A{n}",
        title=f"Activity {n}",
        duration_min=draw(st.sampled_from((10, 45, 60, 240))),
        priority_weight=float(draw(st.integers(1, 9))),
        must=n % 8 == 7 and not count,
        jar=n % 8 != 7 and draw(st.integers(0, 9)) == 0 and n > 0,
        crew_count=count,
        skill=draw(st.sampled_from(("", "fluids"))) if count else "",
        skilled_count=draw(st.sampled_from((None, 1))) if count else None,
        modes=modes if draw(maybe) else (),
        uses=(Use(facility="BOX"),) if draw(maybe) else (),
        power_w=draw(st.sampled_from((0.0, 33.3, 250.0))),
        channel="A",
        loads=(Load(channel="HEAT", power_w=draw(st.sampled_from((40.0, 70.5)))),) if draw(maybe) else (),
        draws=draws if draw(maybe) else (),
        day_from_min=draw(st.sampled_from((0, 0, 600))),
        day_until_min=draw(st.sampled_from((None, None, 1200))),
        quiet=draw(st.sampled_from(((), ("exercise",), ("sleep", "reboost")))),
        after=(After(activity="A0", lag_shortest_min=-30, lag_longest_min=2880),)
        if n and draw(st.integers(0, 4)) == 0
        else (),
    )


@st.composite
def varied_weeks(draw: st.DrawFn) -> WeekProblem:
    """Three days and every term: a handover, a shift of sleep, certificates, stores, reduced power."""
    here = draw(st.sampled_from((None, Span(MONDAY + hours(30), MONDAY + hours(80)))))
    crew = (
        CrewMember(code="C1", role="one", skills=("fluids",), certified_until={"fluids": MONDAY + hours(35)}),
        CrewMember(code="C2", role="two", skills=(), aboard=here),
        CrewMember(code="C3", role="three", skills=("fluids",)),
    )
    shift = SleepShift(day=date(2026, 3, 3), sleep_start_min=draw(st.sampled_from((1140, 1380, 1500))))
    return WeekProblem(
        code="VARIED",
        start=MONDAY,
        days=3,
        crew=crew,
        rules=GroundRules(
            sessions=(SESSION,),
            work_day_min=draw(st.sampled_from((150, 390))),
            work_week_min=draw(st.sampled_from((None, 400))),
            sleep_shifts=(shift,) if draw(st.booleans()) else (),
            meals_together=draw(st.booleans()),
        ),
        devices=DEVICES,
        activities=tuple(draw(varied(n)) for n in range(draw(st.integers(8, 22)))),
        facilities=(Facility(code="BOX", name="Glovebox", users_at_once=2),),
        channels=(
            PowerLimit(
                code="A", name="A", sunlit_w=300.0, eclipse_w=120.0,
                reduced=(Reduced(span=Span(MONDAY + hours(9), MONDAY + hours(12.01)), limit_w=50.0),),
            ),
            PowerLimit(code="HEAT", name="Loop", sunlit_w=120.0, eclipse_w=120.0, base_w=10.0),
        ),
        stores=(
            Store(code="REC", name="Recorder", unit="GB", capacity_units=6.0, initial_units=1.0,
                  recovery_units_h=1.1, recovers_in="relay"),
            Store(code="GAS", name="Gas", unit="mol", capacity_units=7.0),
            Store(code="DOOR", name="Freezer", unit="openings", capacity_units=4.0, daily=True),
        ),
        eclipses=tuple(Span(MONDAY + hours(h), MONDAY + hours(h + 0.6)) for h in range(0, 72, 3)),
        windows={"relay": tuple(Span(MONDAY + hours(h), MONDAY + hours(h + 1.17)) for h in range(0, 72, 2))},
        blocked=(
            Blocked(
                code="B", kind="reboost", title="Reboost", span=Span(MONDAY + hours(34), MONDAY + hours(35)),
                crew=("C3",), waives=("meal",), refills=(Draw(store="GAS", amount_units=3.0),),
            ),
        ),
        off_duty={"C3": (date(2026, 3, 4),)},
    )  # fmt: skip


@settings(max_examples=20, deadline=None, derandomize=True)
@given(varied_weeks())
def test_a_week_of_every_term_has_no_fault(problem: WeekProblem) -> None:
    plan = build(problem, effort="quick")
    assert faults(problem, plan) == ()
    assert plan.objective_value <= plan.bound_value
    for left in plan.unplaced:
        for reason in left.reasons:
            assert "{" not in say(reason, REASONS)
