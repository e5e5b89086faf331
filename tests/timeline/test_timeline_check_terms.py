"""The checker on what a week may hold besides: modes, stores, the task list, stays, weekly hours."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from stationmaster.measure import Span
from stationmaster.timeline.activity import Draw, Load, Mode, Use
from stationmaster.timeline.check import faults, judge
from stationmaster.timeline.letters import Goal, PowerLimit, Reduced, SleepShift, Store, WeekProblem
from stationmaster.timeline.outcome import Item, JarItem, Kind, StoreFigure, WeekPlan
from stationmaster.timeline.recheck.case import Case
from stationmaster.timeline.recheck.stores import course

replace = dataclasses.replace
Pair = tuple[WeekProblem, WeekPlan]


def item_of(plan: WeekPlan, code: str) -> Item:
    return next(i for i in plan.items if i.activity == code)


def all_musts(problem: WeekProblem) -> WeekProblem:
    """The week with everything to be done, and over soon."""
    must = tuple(replace(one, must=True) for one in problem.activities)
    return replace(problem, activities=must, goal=Goal.EARLIEST_END)


def activity(problem: WeekProblem, code: str, **change: Any) -> WeekProblem:
    changed = tuple(replace(a, **change) if a.code == code else a for a in problem.activities)
    return replace(problem, activities=changed)


def member(problem: WeekProblem, code: str, **change: Any) -> WeekProblem:
    return replace(problem, crew=tuple(replace(m, **change) if m.code == code else m for m in problem.crew))


def rules(problem: WeekProblem, **change: Any) -> WeekProblem:
    return replace(problem, rules=replace(problem.rules, **change))


def with_mode(plan: WeekPlan, code: str, mode: str) -> WeekPlan:
    return replace(plan, items=tuple(replace(i, mode=mode) if i.activity == code else i for i in plan.items))


def two_ways(problem: WeekProblem, plan: WeekPlan, code: str, **second: Any) -> Pair:
    """The activity in two ways: ``old`` as it stands, ``new`` with something changed."""
    old = next(a for a in problem.activities if a.code == code)
    kept = {"uses": old.uses, "power_w": old.power_w, "duration_min": old.duration_min}
    ways = (Mode(code="old", **kept), Mode(code="new", **kept | second))
    return activity(problem, code, modes=ways), plan


def store(**change: Any) -> Store:
    sure = {"code": "REC", "name": "Recorder", "unit": "GB", "capacity_units": 10.0}
    return Store(**sure | change)


def told(pair: Pair, **change: Any) -> Pair:
    """The same with something else told of the first store."""
    problem, plan = pair
    return problem, replace(plan, stores=(replace(plan.stores[0], **change), *plan.stores[1:]))


def drawing(problem: WeekProblem, plan: WeekPlan, amount: float, *stores: Store) -> Pair:
    """FIX and HEAT each put so much into the recorder; the plan tells its level rightly."""
    problem = replace(problem, stores=stores)
    for code in ("FIX", "HEAT"):
        problem = activity(problem, code, draws=(Draw(store="REC", amount_units=amount),))
        old = next(a for a in problem.activities if a.code == code)
        way = Mode(
            code="w", duration_min=old.duration_min, uses=old.uses, draws=old.draws, power_w=old.power_w
        )
        problem, plan = activity(problem, code, modes=(way,)), with_mode(plan, code, "w")
    case, figures = Case(problem, plan.items), []
    for one in stores:
        levels = course(case, one)
        minute, peak = max(levels, key=lambda level: level[1])
        figures.append(
            StoreFigure(store=one.code, peak_units=peak, peak_at=case.at(0, minute), end_units=levels[-1][1])
        )
    return problem, replace(plan, stores=tuple(figures))


def into_jar(problem: WeekProblem, plan: WeekPlan, *crew: str) -> Pair:
    """BLOOD goes to the task list, for these members."""
    left = tuple(i for i in plan.items if i.activity != "BLOOD")
    jar = (JarItem(activity="BLOOD", crew=crew),)
    return activity(problem, "BLOOD", jar=True, must=False), replace(plan, items=left, jar=jar)


def span_of(plan: WeekPlan, code: str) -> Span:
    return item_of(plan, code).span


BROKEN: dict[str, tuple[str, Callable[[WeekProblem, WeekPlan], Pair]]] = {
    "no such way": ("mode", lambda w, p: (w, with_mode(p, "FIX", "other"))),
    "a way not named": ("mode", lambda w, p: two_ways(w, p, "FIX")),
    "a way that takes longer": (
        "duration",
        lambda w, p: two_ways(w, with_mode(p, "FIX", "new"), "FIX", duration_min=500),
    ),
    "a way for others": (
        "eligible",
        lambda w, p: two_ways(w, with_mode(p, "BLOOD", "new"), "BLOOD", eligible=("C2",)),
    ),
    "a way with more units": (
        "facility",
        lambda w, p: two_ways(w, with_mode(p, "FIX", "new"), "FIX", uses=(Use(facility="RACK-2", units=3),)),
    ),
    "a way with more power": (
        "power",
        lambda w, p: two_ways(
            activity(w, "FIX", channel="A"), with_mode(p, "FIX", "new"), "FIX", power_w=5000.0
        ),
    ),
    "heat of a loop": (
        "power",
        lambda w, p: (
            activity(
                replace(
                    w,
                    channels=(
                        *w.channels,
                        PowerLimit(code="LOOP", name="Thermal loop", sunlit_w=100.0, eclipse_w=100.0),
                    ),
                ),
                "FIX",
                loads=(Load(channel="LOOP", power_w=150.0),),
            ),
            p,
        ),
    ),
    "an array turned away": (
        "power",
        lambda w, p: (
            replace(
                w,
                channels=(
                    replace(w.channels[0], reduced=(Reduced(span=span_of(p, "HEAT"), limit_w=120.0),)),
                ),
            ),
            p,
        ),
    ),
    "a full recorder": ("store", lambda w, p: drawing(w, p, 6.0, store())),
    "full from the start": ("store", lambda w, p: drawing(w, p, 3.0, store(initial_units=8.0))),
    "recovers elsewhere": (
        "store",
        lambda w, p: drawing(
            replace(w, windows={**w.windows, "never": ()}),
            p,
            6.0,
            store(recovery_units_h=100.0, recovers_in="never"),
        ),
    ),
    "a peak told too low": ("figure", lambda w, p: told(drawing(w, p, 3.0, store()), peak_units=1.0)),
    "a peak at another time": (
        "figure",
        lambda w, p: told(drawing(w, p, 3.0, store()), peak_at=p.start + timedelta(minutes=7)),
    ),
    "a store left untold": ("figure", lambda w, p: (replace(w, stores=(store(),)), p)),
    "the task list gets a time": ("jar", lambda w, p: (activity(w, "BLOOD", jar=True), p)),
    "not for the task list": (
        "jar",
        lambda w, p: (w, replace(p, jar=(JarItem(activity="BLOOD", crew=("C1",)),))),
    ),
    "a task for one without the skill": ("jar", lambda w, p: into_jar(w, p, "C2")),
    "lost from the task list": (
        "account",
        lambda w, p: (into_jar(w, p, "C1")[0], replace(into_jar(w, p, "C1")[1], jar=())),
    ),
    "too early in the day": (
        "time-of-day",
        lambda w, p: (activity(w, "FIX", day_from_min=23 * 60, day_until_min=None), p),
    ),
    "too late in the day": ("time-of-day", lambda w, p: (activity(w, "FIX", day_until_min=30), p)),
    "a certificate that ends": (
        "skill",
        lambda w, p: (
            member(
                w,
                item_of(p, "BLOOD").crew[0],
                certified_until={"medical": item_of(p, "BLOOD").end - timedelta(minutes=1)},
            ),
            p,
        ),
    ),
    "before coming aboard": (
        "aboard",
        lambda w, p: (member(w, "C1", aboard=Span(p.start + timedelta(days=1), p.start + timedelta(9))), p),
    ),
    "too much in the week": ("week-hours", lambda w, p: (rules(w, work_week_min=60), p)),
    "work on a day off": (
        "work-hours",
        lambda w, p: (replace(w, off_duty={"C1": tuple(w.date_of(k) for k in range(4))}), p),
    ),
    "a night that is not moved": (
        "sleep",
        lambda w, p: (
            rules(w, sleep_shifts=(SleepShift(day=w.date_of(2), sleep_start_min=22 * 60),)),
            p,
        ),
    ),
    "who never sleeps": ("quiet", lambda w, p: (activity(w, "CALM", quiet=("sleep",)), night(p))),
    "a stranger": (
        "stranger",
        lambda w, p: (
            w,
            replace(
                p,
                items=tuple(replace(i, crew=("C9",)) if i.activity == "BLOOD" else i for i in p.items),
            ),
        ),
    ),
    "an end that is not the last": ("objective", lambda w, p: (all_musts(w), p)),
}


def night(plan: WeekPlan) -> WeekPlan:
    """CALM stands in the first night."""
    calm = item_of(plan, "CALM")
    start = plan.start + timedelta(hours=1)
    moved = replace(calm, start=start, end=start + (calm.end - calm.start))
    return replace(plan, items=tuple(moved if i is calm else i for i in plan.items))


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_each_further_term_is_held(name: str, small_week: WeekProblem, small_plan: WeekPlan) -> None:
    code, broken = BROKEN[name]
    assert code in {fault.code for fault in faults(*broken(small_week, small_plan))}


KEPT: dict[str, Callable[[WeekProblem, WeekPlan], Pair]] = {
    "a store that holds it": lambda w, p: drawing(w, p, 3.0, store()),
    "a store that recovers": lambda w, p: drawing(w, p, 9.0, store(recovery_units_h=100.0)),
    "a way as it stands": lambda w, p: two_ways(w, with_mode(p, "FIX", "old"), "FIX"),
    "a loop with room": lambda w, p: (
        activity(w, "HEAT", loads=(Load(channel="A", power_w=1.0),), power_w=0.0),
        p,
    ),
    "a task for who can": lambda w, p: into_jar(w, p, "C1"),
    "a certificate that holds": lambda w, p: (
        member(w, "C3", certified_until={"medical": p.start + timedelta(days=4)}),
        p,
    ),
    "a week with room": lambda w, p: (rules(w, work_week_min=4 * 390), p),
}


@pytest.mark.parametrize("name", sorted(KEPT))
def test_what_is_kept_is_no_fault(name: str, small_week: WeekProblem, small_plan: WeekPlan) -> None:
    problem, plan = KEPT[name](small_week, small_plan)
    assert {f.code for f in judge(problem, plan.items)} == set()


def test_levels_follow_draws_recovery_midnights_and_refills(
    small_week: WeekProblem, small_plan: WeekPlan
) -> None:
    problem, plan = drawing(small_week, small_plan, 6.0, store(capacity_units=100.0))
    first, second = sorted(item_of(plan, c).start for c in ("FIX", "HEAT"))
    case = Case(problem, plan.items)
    gap_h = (second - first) / timedelta(hours=1)

    def levels(**change: Any) -> list[float]:
        return [round(level, 6) for _, level in course(case, store(capacity_units=100.0, **change))]

    assert levels() == [0, 6, 12, 12]
    assert levels(recovery_units_h=1.0) == [0, 6, round(max(0.0, 6 - gap_h) + 6, 6), 0]
    assert levels(initial_units=5.0)[:2] == [5, 11]
    daily = course(case, store(capacity_units=100.0, daily=True))
    assert {minute for minute, level in daily if level == 0} >= {1440.0, 2880.0, 4320.0}
    shut = replace(
        problem.blocked[1],
        span=Span(first + timedelta(minutes=10), first + timedelta(minutes=11)),
        refills=(Draw(store="REC", amount_units=4.0),),
    )
    refilled = Case(replace(problem, blocked=(*problem.blocked[:1], shut)), plan.items)
    assert [level for _, level in course(refilled, store())] == [0, 6, 2, 8, 8]


def test_a_timetable_from_elsewhere_is_held_to_the_rules_alone(
    small_week: WeekProblem, small_plan: WeekPlan
) -> None:
    assert judge(small_week, small_plan.items) == ()
    lost = tuple(i for i in small_plan.items if i.kind is not Kind.MEAL and i.activity != "FIX")
    assert {f.code for f in judge(small_week, lost)} == {"meal", "must"}
