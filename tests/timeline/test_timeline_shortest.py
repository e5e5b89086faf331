"""The earliest end: as good as trying everything, valid, repeatable, and honest where there is none."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

import numpy as np
import pytest

from stationmaster.measure import moment
from stationmaster.timeline.activity import Activity, After, Mode, Use
from stationmaster.timeline.build import build
from stationmaster.timeline.check import faults
from stationmaster.timeline.letters import Facility, Goal, GroundRules, WeekProblem
from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.starts import jobs
from stationmaster.timeline.outcome import Status
from stationmaster.timeline.shortest.genetic import Breeding, valid
from stationmaster.timeline.shortest.network import network
from stationmaster.timeline.shortest.plan import shortest
from stationmaster.timeline.shortest.shorten import Limit, longest_path

MONDAY = moment("2026-03-02")
UNIT = 15
QUICK = Limit(units=4.0)


def campaign(activities: tuple[Activity, ...], benches: int = 2, end: int | None = None) -> WeekProblem:
    """A day of quarters of an hour without crew: everything a must."""
    latest = None if end is None else MONDAY + timedelta(minutes=end * UNIT)
    return WeekProblem(
        code="campaign",
        start=MONDAY,
        crew=(),
        rules=GroundRules(sessions=()),
        devices=(),
        activities=tuple(
            Activity(**{**{f: getattr(a, f) for f in a.__dataclass_fields__}, "latest": latest})
            for a in activities
        ),
        facilities=(Facility(code="BENCH", name="Bench", users_at_once=benches),),
        goal=Goal.EARLIEST_END,
        days=1,
        slot_min=UNIT,
    )


def work(code: int, length: int, units: int, after: tuple[After, ...] = (), **more: object) -> Activity:
    fields: dict[str, object] = {
        "code": f"A{code}",
        "title": f"Work {code}",
        "duration_min": length * UNIT,
        "priority_weight": 1.0,
        "must": True,
        "crew_count": 0,
        "uses": (Use(facility="BENCH", units=units),) if units else (),
        "after": after,
    }
    return Activity(**(fields | more))  # type: ignore[arg-type]


def tried(problem: WeekProblem, horizon: int) -> int | None:
    """The earliest end in quarters of an hour, by trying every way and every start."""
    names = [a.code for a in problem.activities]
    best: int | None = None
    for ways in itertools.product(*(a.ways for a in problem.activities)):
        lengths = [way.duration_min // UNIT for way in ways]
        for starts in itertools.product(range(horizon), repeat=len(names)):
            end = max(s + d for s, d in zip(starts, lengths, strict=True))
            if end <= horizon and (best is None or end < best) and keeps(problem, ways, starts, lengths):
                best = end
    return best


def keeps(problem: WeekProblem, ways: tuple[Mode, ...], starts: tuple[int, ...], lengths: list[int]) -> bool:
    names = [a.code for a in problem.activities]
    used = [0] * 100
    for way, start, length in zip(ways, starts, lengths, strict=True):
        for slot in range(start, start + length):
            used[slot] += sum(use.units for use in way.uses)
    if max(used) > problem.facilities[0].users_at_once:
        return False
    for number, activity in enumerate(problem.activities):
        for link in activity.after:
            other = names.index(link.activity)
            lag = (starts[number] - starts[other] - lengths[other]) * UNIT
            if lag < link.lag_shortest_min or lag > (link.lag_longest_min or 10**6):
                return False
    return True


def anything(dice: random.Random) -> WeekProblem:
    """Four activities with ways, lags from below and above, and one kind of bench."""
    found: list[Activity] = []
    for code in range(4):
        after = []
        if code and dice.random() < 0.7:
            least = dice.choice((-1, 0, 1)) * UNIT
            most = dice.choice((None, least + UNIT))
            after.append(After(activity=f"A{code - 1}", lag_shortest_min=least, lag_longest_min=most))
        ways = tuple(
            Mode(
                code=str(n),
                duration_min=dice.randint(1, 3) * UNIT,
                uses=(Use(facility="BENCH", units=dice.randint(1, 2)),),
            )
            for n in range(2)
        )
        found.append(work(code, 1, 1, tuple(after), modes=ways if dice.random() < 0.5 else ()))
    return campaign(tuple(found))


@pytest.mark.parametrize("seed", range(6))
def test_nothing_ends_earlier_than_what_trying_everything_finds(seed: int) -> None:
    problem = anything(random.Random(seed))
    plan = build(problem)
    assert faults(problem, plan) == ()
    best = tried(problem, 8)
    assert plan.status is Status.OPTIMAL
    assert best is None or plan.objective_value == plan.bound_value == best * UNIT


def random_network(seed: int, count: int) -> WeekProblem:
    dice = random.Random(seed)
    chain = [
        work(
            code,
            dice.randint(1, 4),
            dice.randint(0, 3),
            tuple(After(activity=f"A{o}") for o in range(code) if dice.random() < 2.0 / (code + 1)),
        )
        for code in range(count)
    ]
    return campaign(tuple(chain), benches=4)


def test_bred_schedules_keep_the_network_and_never_beat_a_proof() -> None:
    for seed in range(5):
        problem = random_network(seed, 8)
        grid = Grid(problem)
        plain = network(grid, jobs(grid))
        assert plain is not None
        bred = Breeding(plain, seed)
        bred.go(50)
        assert valid(plain, bred.starts)
        plan = build(problem)
        assert plan.status is Status.OPTIMAL
        assert bred.end * UNIT >= plan.objective_value >= longest_path(grid, jobs(grid)) * UNIT
        broken = bred.starts.copy()
        broken[int(np.argmax(broken))] = plain.horizon
        assert not valid(plain, broken)


def test_the_same_seed_gives_the_same_plan() -> None:
    problem = random_network(7, 12)
    first, second = (shortest(problem, QUICK, "normal", 3) for _ in range(2))
    assert first == second


def test_two_threads_and_a_clock_give_a_plan_without_fault() -> None:
    problem = random_network(9, 12)
    told: list[tuple[float, float]] = []
    plan = shortest(problem, Limit(0.0, 3.0, 2), "normal", 1, lambda end, bound: told.append((end, bound)))
    assert plan is not None and faults(problem, plan) == ()
    assert [end for end, _ in told] == sorted((end for end, _ in told), reverse=True)


def test_what_cannot_be_done_in_time_has_no_plan() -> None:
    problem = campaign(tuple(work(code, 5, 2) for code in range(3)), end=14)
    assert shortest(problem, QUICK, "normal", 1) is None
    plan = build(problem)
    assert plan.status is Status.INFEASIBLE
    assert set(plan.conflict) == {"A0", "A1", "A2"}
    assert faults(problem, plan) == ()
