"""The checker finds every kind of broken plan: one broken plan for each constraint."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from stationmaster.measure import Span
from stationmaster.timeline.check import faults
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Item, Kind, Status, Unplaced, WeekPlan

Pair = tuple[WeekProblem, WeekPlan]
replace = dataclasses.replace


def test_the_built_plan_has_no_faults_and_places_something(
    small_week: WeekProblem, small_plan: WeekPlan
) -> None:
    assert faults(small_week, small_plan) == ()
    placed = {i.activity for i in small_plan.items if i.kind is Kind.ACTIVITY}
    assert {"FIX", "RUN", "RUN-2", "PHOTO", "CALM", "HEAT", "UNLOAD", "BLOOD", "LOG-1", "LOG-2"} <= placed


def item_of(plan: WeekPlan, code: str) -> Item:
    return next(i for i in plan.items if code in (i.code, i.activity))


def with_item(plan: WeekPlan, old: Item, **change: Any) -> WeekPlan:
    return replace(plan, items=tuple(replace(i, **change) if i is old else i for i in plan.items))


def moved(plan: WeekPlan, code: str, start: datetime) -> WeekPlan:
    old = item_of(plan, code)
    return with_item(plan, old, start=start, end=start + (old.end - old.start))


def without(plan: WeekPlan, old: Item) -> WeekPlan:
    return replace(plan, items=tuple(i for i in plan.items if i is not old))


def first(plan: WeekPlan, kind: Kind, **match: Any) -> Item:
    return next(i for i in plan.items if i.kind is kind and all(getattr(i, k) == v for k, v in match.items()))


def activity(problem: WeekProblem, code: str, **change: Any) -> WeekProblem:
    changed = tuple(replace(a, **change) if a.code == code else a for a in problem.activities)
    return replace(problem, activities=changed)


def hours(plan: WeekPlan, day: int, hour: float) -> datetime:
    return plan.start + timedelta(days=day, hours=hour)


def by_name(problem: WeekProblem, code: str) -> Any:
    return next(a for a in problem.activities if a.code == code)


def at_meal_time(w: WeekProblem, p: WeekPlan) -> Pair:
    session = first(p, Kind.EXERCISE)
    meal = next(
        i
        for i in p.items
        if i.kind is Kind.MEAL and i.crew == session.crew and i.start.date() == session.start.date()
    )
    start = meal.end + timedelta(minutes=30)
    return w, with_item(p, session, start=start, end=start + timedelta(minutes=60))


def same_device(w: WeekProblem, p: WeekPlan) -> Pair:
    one = first(p, Kind.EXERCISE, device="RESISTIVE")
    other = next(
        i
        for i in p.items
        if i.device == "RESISTIVE" and i.crew != one.crew and i.start.date() == one.start.date()
    )
    return w, with_item(p, other, start=one.start, end=one.end)


def exercise_while_calm(w: WeekProblem, p: WeekPlan) -> Pair:
    session = first(p, Kind.EXERCISE, device="RESISTIVE")
    return w, moved(p, "CALM", session.start)


def leaving(code: str) -> Callable[[WeekProblem, WeekPlan], Pair]:
    """Take an activity out of the plan and account for it as unplaced, with some reason."""

    def broken(w: WeekProblem, p: WeekPlan) -> Pair:
        reasons = p.unplaced[0].reasons if p.unplaced else ()
        left = (*p.unplaced, Unplaced(activity=code, reasons=reasons))
        return w, replace(without(p, item_of(p, code)), unplaced=left)

    return broken


def nap(w: WeekProblem, p: WeekPlan) -> Pair:
    sleep = first(p, Kind.SLEEP)
    return w, with_item(p, sleep, end=sleep.end - timedelta(minutes=5))


def crew_instead(code: str, *crew: str) -> Callable[[WeekProblem, WeekPlan], Pair]:
    return lambda w, p: (w, with_item(p, item_of(p, code), crew=crew))


def parted_pair(w: WeekProblem, p: WeekPlan) -> Pair:
    other = "C3" if item_of(p, "RUN").crew == ("C1",) else "C1"
    return w, with_item(p, item_of(p, "RUN-2"), crew=(other,))


BROKEN: dict[str, tuple[str, Callable[[WeekProblem, WeekPlan], Pair]]] = {
    "two things at once": (
        "overlap",
        lambda w, p: (w, moved(p, "RUN", first(p, Kind.MEAL, crew=item_of(p, "RUN").crew).start)),
    ),
    "while asleep": ("overlap", lambda w, p: (w, moved(p, "BLOOD", hours(p, 0, 3)))),
    "while docking": ("overlap", lambda w, p: (w, moved(p, "FIX", hours(p, 1, 13)))),
    "a must left out": ("must", leaving("FIX")),
    "lost without a word": ("account", lambda w, p: (w, without(p, item_of(p, "BLOOD")))),
    "placed twice": (
        "account",
        lambda w, p: (w, replace(p, items=(*p.items, replace(item_of(p, "BLOOD"), code="again")))),
    ),
    "made up": (
        "account",
        lambda w, p: (w, replace(p, items=(*p.items, replace(item_of(p, "BLOOD"), code="x", activity="X")))),
    ),
    "left out without reason": (
        "no-reason",
        lambda w, p: (w, replace(p, unplaced=(*p.unplaced, Unplaced(activity="FIX", reasons=())))),
    ),
    "one code for two items": (
        "code-twice",
        lambda w, p: (w, replace(p, items=(*p.items, first(p, Kind.MEAL)))),
    ),
    "another week": ("other-problem", lambda w, p: (w, replace(p, problem="OTHER"))),
    "too short": (
        "duration",
        lambda w, p: (w, with_item(p, item_of(p, "CALM"), end=item_of(p, "CALM").end - timedelta(minutes=5))),
    ),
    "off the grid": (
        "grid",
        lambda w, p: (w, moved(p, "CALM", item_of(p, "CALM").start + timedelta(minutes=2))),
    ),
    "beyond the week": ("outside", lambda w, p: (w, moved(p, "HEAT", hours(p, 3, 23)))),
    "one hand too few": ("crew-count", crew_instead("FIX", "C1")),
    "not eligible": ("eligible", crew_instead("UNLOAD", "C2", "C3")),
    "without the skill": ("skill", crew_instead("BLOOD", "C2")),
    "nobody of the pair has the skill": ("skill", crew_instead("UNLOAD", "C1", "C2")),
    "another than before": ("same-crew", parted_pair),
    "a short night": ("sleep", nap),
    "no conference": ("conference", lambda w, p: (w, without(p, first(p, Kind.CONFERENCE)))),
    "no post-sleep": ("post-sleep", lambda w, p: (w, without(p, first(p, Kind.POST_SLEEP)))),
    "no pre-sleep": ("pre-sleep", lambda w, p: (w, without(p, first(p, Kind.PRE_SLEEP)))),
    "no meal": ("meal", lambda w, p: (w, without(p, first(p, Kind.MEAL)))),
    "a late meal": ("meal", lambda w, p: (w, moved(p, first(p, Kind.MEAL).code, hours(p, 0, 15)))),
    "a session missed": ("exercise", lambda w, p: (w, without(p, first(p, Kind.EXERCISE)))),
    "a short session": (
        "exercise",
        lambda w, p: (
            w,
            with_item(p, first(p, Kind.EXERCISE), end=first(p, Kind.EXERCISE).start + timedelta(minutes=30)),
        ),
    ),
    "the wrong device": (
        "device",
        lambda w, p: (w, with_item(p, first(p, Kind.EXERCISE, activity="aerobic"), device="RESISTIVE")),
    ),
    "two on one device": ("device", same_device),
    "exercise after the meal": ("after-meal", at_meal_time),
    "too much work": (
        "work-hours",
        lambda w, p: (replace(w, member_work_min={m.code: 10 for m in w.crew}), p),
    ),
    "Saturday": ("work-hours", lambda w, p: (replace(w, rules=replace(w.rules, work_day_min=10)), p)),
    "two users of one bench": (
        "facility",
        lambda w, p: (
            activity(w, "RUN-2", uses=by_name(w, "FIX").uses),
            moved(p, "RUN-2", item_of(p, "FIX").start),
        ),
    ),
    "a closed bench": ("blocked", lambda w, p: (w, moved(p, "FIX", hours(p, 1, 14)))),
    "too much power": (
        "power",
        lambda w, p: (replace(w, channels=(replace(w.channels[0], sunlit_w=450.0),)), p),
    ),
    "too much power in the dark": (
        "power",
        lambda w, p: (replace(w, channels=(replace(w.channels[0], eclipse_w=550.0),)), p),
    ),
    "more than the share": ("cap", lambda w, p: (replace(w, caps=(replace(w.caps[0], crew_time_h=1.0),)), p)),
    "too much data": ("data", lambda w, p: (replace(w, data_day_gb=1.0), p)),
    "shaken by exercise": ("quiet", exercise_while_calm),
    "shaken by a reboost": ("quiet", lambda w, p: (w, moved(p, "CALM", hours(p, 2, 1)))),
    "outside the relay": ("inside", lambda w, p: (w, moved(p, "RUN", hours(p, 0, 9.5)))),
    "no pass": ("around", lambda w, p: (w, moved(p, "PHOTO", hours(p, 1, 10)))),
    "too early": ("earliest", lambda w, p: (w, moved(p, "UNLOAD", hours(p, 1, 9)))),
    "too late": ("latest", lambda w, p: (w, moved(p, "BLOOD", hours(p, 2, 9)))),
    "parent not placed": ("after", leaving("RUN")),
    "too soon after": ("lag", lambda w, p: (w, moved(p, "RUN-2", item_of(p, "RUN").end))),
    "too long after": ("lag", lambda w, p: (w, moved(p, "RUN-2", item_of(p, "RUN").end + timedelta(days=2)))),
    "an occurrence skipped": ("series", leaving("LOG-1")),
    "too soon again": (
        "gap",
        lambda w, p: (w, moved(p, "LOG-2", item_of(p, "LOG-1").start + timedelta(hours=3))),
    ),
    "a wrong value": ("objective", lambda w, p: (w, replace(p, objective_value=p.objective_value + 1))),
    "above its bound": ("bound", lambda w, p: (w, replace(p, bound_value=p.objective_value - 1))),
    "wrong hours reported": (
        "figure",
        lambda w, p: (w, replace(p, work=(replace(p.work[0], work_h=p.work[0].work_h + 1), *p.work[1:]))),
    ),
    "a plan with a conflict": ("conflict", lambda w, p: (w, replace(p, conflict=("FIX",)))),
    "no plan, yet placed": ("no-plan", lambda w, p: (w, replace(p, status=Status.INFEASIBLE))),
    "a conflict of what is no must": (
        "conflict",
        lambda w, p: (w, replace(p, status=Status.INFEASIBLE, conflict=("RUN",))),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_kind_of_broken_plan_is_found(name: str, small_week: WeekProblem, small_plan: WeekPlan) -> None:
    code, broken = BROKEN[name]
    found = {fault.code for fault in faults(*broken(small_week, small_plan))}
    assert code in found


def test_a_device_out_of_use_is_not_used(small_week: WeekProblem, small_plan: WeekPlan) -> None:
    session = first(small_plan, Kind.EXERCISE, device="RESISTIVE")
    shut = replace(
        small_week.blocked[1], span=session.span, facilities=("RESISTIVE",), kind="repair", code="SHUT"
    )
    problem = replace(small_week, blocked=(*small_week.blocked, shut))
    assert "device" in {fault.code for fault in faults(problem, small_plan)}


def test_a_span_that_ends_within_a_minute_counts_whole(small_week: WeekProblem, small_plan: WeekPlan) -> None:
    calm = item_of(small_plan, "CALM")
    blink = Span(calm.end - timedelta(seconds=20), calm.end - timedelta(seconds=10))
    shut = replace(small_week.blocked[1], span=blink, facilities=("RACK-2",), kind="repair", code="SHUT")
    problem = replace(small_week, blocked=(*small_week.blocked, shut))
    assert "blocked" in {fault.code for fault in faults(problem, small_plan)}


# --------------------------------------------------------------- what a plan says of itself


def figure(field: str, place: int, **change: Any) -> Callable[[WeekPlan], WeekPlan]:
    def changed(plan: WeekPlan) -> WeekPlan:
        rows = list(getattr(plan, field))
        rows[place] = replace(rows[place], **change)
        return replace(plan, **{field: tuple(rows)})

    return changed


SAID_WRONG: dict[str, tuple[str, Callable[[WeekPlan], WeekPlan]]] = {
    "a bound above everything": ("bound", lambda p: replace(p, bound_value=p.bound_value + 1000)),
    "a gap of its own": ("gap", lambda p: replace(p, gap_fraction=0.5)),
    "a status of its own": ("status", lambda p: replace(p, status=Status.FEASIBLE)),
    "hours not worked": ("figure", figure("work", 0, work_h=9.0)),
    "a limit that is not the day's": ("figure", figure("work", 0, limit_h=9.0)),
    "hours of a stranger": ("figure", figure("work", 0, crew="C9")),
    "hours left untold": ("figure", lambda p: replace(p, work=p.work[1:])),
    "a facility used otherwise": ("figure", figure("facilities", 0, use_h=50.0)),
    "a share that is another": ("figure", figure("facilities", 0, use_share=0.9)),
    "a facility left untold": ("figure", lambda p: replace(p, facilities=p.facilities[1:])),
    "a peak that is not reached": ("figure", figure("power", 0, peak_sunlit_w=9999.0)),
    "a peak in the dark": ("figure", figure("power", 0, peak_eclipse_w=9999.0)),
    "a channel left untold": ("figure", lambda p: replace(p, power=())),
    "items out of order": ("order", lambda p: replace(p, items=p.items[::-1])),
    "another title": ("title", lambda p: with_item(p, item_of(p, "FIX"), title="Something else")),
    "someone named twice": ("crew-twice", lambda p: with_item(p, first(p, Kind.SLEEP), crew=("C1", "C1"))),
    "sleep on a treadmill": ("device", lambda p: with_item(p, first(p, Kind.SLEEP), device="TREADMILL")),
    "an end before its start": (
        "outside",
        lambda p: with_item(p, item_of(p, "FIX"), end=p.start - timedelta(days=1)),
    ),
    "a blocked span moved": (
        "blocked-item",
        lambda p: with_item(p, first(p, Kind.BLOCKED), end=first(p, Kind.BLOCKED).end + timedelta(minutes=5)),
    ),
    "a blocked span unshown": ("blocked-item", lambda p: without(p, first(p, Kind.BLOCKED))),
}


@pytest.mark.parametrize("name", sorted(SAID_WRONG))
def test_what_a_plan_says_of_itself_is_recomputed(
    name: str, small_week: WeekProblem, small_plan: WeekPlan
) -> None:
    code, change = SAID_WRONG[name]
    assert code in {fault.code for fault in faults(small_week, change(small_plan))}
