"""A move by hand: its verdict is that of the full check on the moved plan, in milliseconds."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationmaster.measure.errors import StationError
from stationmaster.measure.reasons import Fault
from stationmaster.timeline.activity import Draw, Load, Mode
from stationmaster.timeline.check import judge
from stationmaster.timeline.letters import PowerLimit, Store, WeekProblem
from stationmaster.timeline.outcome import Item, Kind, WeekPlan
from stationmaster.timeline.recheck.moves import Move, Moves, move_of

replace = dataclasses.replace


def dense(problem: WeekProblem) -> WeekProblem:
    """The week with a store that is nearly full, a loop, a week's hours and second ways besides."""
    changed = []
    for number, activity in enumerate(problem.activities):
        own = Mode(
            code="own",
            duration_min=activity.duration_min,
            uses=activity.uses,
            power_w=activity.power_w,
            draws=(Draw(store="REC", amount_units=float(number % 3)),),
        )
        long = replace(own, code="long", duration_min=activity.duration_min + 30, eligible=("C1", "C2"))
        loads = (Load(channel="LOOP", power_w=100.0),)
        changed.append(replace(activity, modes=(own, long), loads=loads))
    return replace(
        problem,
        activities=tuple(changed),
        channels=(
            *problem.channels,
            PowerLimit(code="LOOP", name="Loop", sunlit_w=1e4, eclipse_w=1e4, base_w=1.0),
        ),
        stores=(Store(code="REC", name="Recorder", unit="GB", capacity_units=25.0, recovery_units_h=1.5),),
    )


def of_mode(items: tuple[Item, ...], mode: str) -> tuple[Item, ...]:
    return tuple(replace(i, mode=mode) if i.kind is Kind.ACTIVITY else i for i in items)


@pytest.fixture(scope="module")
def week(small_week: WeekProblem, small_plan: WeekPlan) -> tuple[WeekProblem, tuple[Item, ...], Moves]:
    problem, items = dense(small_week), of_mode(small_plan.items, "own")
    assert judge(problem, items) == ()
    return problem, items, Moves(problem, items)


def told(faults: tuple[Fault, ...]) -> set[tuple[str, str, str]]:
    return {(f.code, f.where, f.says) for f in faults}


@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_the_verdict_is_that_of_the_full_check(
    data: st.DataObject, week: tuple[WeekProblem, tuple[Item, ...], Moves]
) -> None:
    problem, _, moves = week
    crew = st.lists(st.sampled_from([m.code for m in problem.crew]), max_size=3).map(tuple)
    move = Move(
        activity=data.draw(st.sampled_from([a.code for a in problem.activities])),
        start=problem.start + timedelta(minutes=data.draw(st.integers(-2, 4 * 288)) * 5),
        crew=data.draw(st.none() | crew),
        mode=data.draw(st.sampled_from(["own", "long", None])),
    )
    full = told(judge(problem, moves.moved(move)))
    assert told(moves.judge(move)) == full


def test_the_plan_itself_is_untouched_by_tries(
    week: tuple[WeekProblem, tuple[Item, ...], Moves],
) -> None:
    problem, items, moves = week
    for item in items:
        if item.kind is Kind.ACTIVITY:
            moves.judge(Move(activity=item.activity, start=problem.start + timedelta(hours=10)))
            assert moves.judge(Move(activity=item.activity)) == ()


def test_a_move_is_told_with_its_numbers(week: tuple[WeekProblem, tuple[Item, ...], Moves]) -> None:
    problem, items, _ = week
    tight = replace(problem, member_work_min={m.code: 30 for m in problem.crew})
    item = next(i for i in items if i.activity == "RUN")
    verdict = Moves(tight, items).judge(Move(activity="RUN"))
    says = next(f.says for f in verdict if f.code == "work-hours")
    assert says.startswith(f"{item.crew[0]} would work ") and says.endswith(" at most 0.5 h.")
    assert f"{item.start:%A %Y-%m-%d}" in says


@pytest.mark.parametrize(
    "text", ["RUN", "RUN@noon", "@2026-03-02T10:00Z", "RUN@2026-03-02T10:00", "RUN@2026-03-02"]
)
def test_a_move_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(StationError):
        move_of(text)


def test_a_move_is_read_as_typed() -> None:
    move = move_of("RUN@2026-03-02T10:30Z:C1,C2/long")
    assert (move.activity, move.crew, move.mode) == ("RUN", ("C1", "C2"), "long")
    assert f"{move.start:%H:%M}" == "10:30"
    assert move_of("RUN@2026-03-02T10:30:00Z").crew is None


@pytest.mark.parametrize("change", [{"activity": "NONE"}, {"crew": ("C9",)}, {"mode": "none"}])
def test_names_that_do_not_exist_are_refused(
    change: dict[str, object], week: tuple[WeekProblem, tuple[Item, ...], Moves]
) -> None:
    with pytest.raises(StationError):
        week[2].judge(replace(Move(activity="RUN"), **change))  # type: ignore[arg-type]


def test_a_large_week_is_judged_in_two_seconds_and_a_move_in_milliseconds(
    synthetic_week: Callable[..., WeekProblem],
) -> None:
    problem = dense(synthetic_week(5, 7, 1200))
    crew = [m.code for m in problem.crew]
    items = tuple(
        Item(
            code=a.code,
            kind=Kind.ACTIVITY,
            title=a.title,
            crew=tuple(crew[(n + k) % 7] for k in range(a.crew_count)),
            start=problem.start + timedelta(minutes=5 * (37 * n % 1900)),
            end=problem.start + timedelta(minutes=5 * (37 * n % 1900) + -(-a.duration_min // 5) * 5),
            activity=a.code,
            mode="own",
        )
        for n, a in enumerate(problem.activities)
    )
    begin = time.process_time()
    assert judge(problem, items)
    assert time.process_time() - begin < 2.0
    moves = Moves(problem, items)
    begin = time.process_time()
    for number in range(50):
        moves.judge(Move(activity=f"A{number * 20 + 1:03d}", start=problem.start + timedelta(hours=10)))
    assert (time.process_time() - begin) / 50 < 0.01
