"""A disturbed week is repaired: what began stays, every change is true, and the checkers find nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from stationmaster.measure import Span
from stationmaster.measure.errors import StationError
from stationmaster.timeline import check
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.build import build
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Kind, WeekPlan
from stationmaster.timeline.repair import check as check_repair
from stationmaster.timeline.repair.export import HEADER, rows, sentences
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
    Slip,
)
from stationmaster.timeline.repair.repair import repair

SHORT = Effort(round_units=0.02, rounds=6, patience=6)
Case = tuple[WeekProblem, WeekPlan]


@pytest.fixture(scope="module")
def case(synthetic_week) -> Case:
    """Five days of three people, planned."""
    week = synthetic_week(7, 3, 60, days=5)
    return week, build(week, effort="quick")


@pytest.fixture(scope="module")
def now(case: Case) -> datetime:
    """In the middle of something on the second day."""
    week, plan = case
    noon = week.start + timedelta(days=1, hours=9)
    return next(i.start for i in plan.items if i.kind is Kind.ACTIVITY and i.start > noon and i.crew) + (
        timedelta(minutes=5)
    )


def _mended(
    case: Case, now: datetime, told: Disturbances, freeze_min: int = 0
) -> tuple[RepairProblem, Repair]:
    week, plan = case
    problem = RepairProblem(week=week, plan=plan, now=now, disturbances=told, freeze_min=freeze_min)
    answer = repair(problem, effort=SHORT)
    assert check.faults(answer.week, answer.plan) == ()
    assert check_repair.faults(problem, answer) == ()
    return problem, answer


def _later(case: Case, now: datetime) -> list[str]:
    needed = {link.activity for a in case[0].activities for link in a.after}
    items = [i for i in case[1].items if i.kind is Kind.ACTIVITY and i.start > now]
    return [i.activity for i in items if i.activity not in needed]


def _under_way(case: Case, now: datetime) -> str:
    return next(
        i.activity for i in case[1].items if i.kind is Kind.ACTIVITY and i.start < now < i.end and i.crew
    )


def test_nothing_is_changed_where_nothing_is_met(case: Case, now: datetime) -> None:
    quiet = Disturbances(outages=(Outage(window="sunlit", start=now, end=now + timedelta(minutes=1)),))
    _, answer = _mended(case, now, quiet)
    assert {c.fate for c in answer.changes} == {Fate.KEPT}
    assert answer.plan.objective_value == pytest.approx(case[1].objective_value)


def test_who_is_ill_does_no_work_and_the_routine_stays(case: Case, now: datetime) -> None:
    ill = Illness(crew="C2", start=now, end=now + timedelta(hours=24))
    _, answer = _mended(case, now, Disturbances(illnesses=(ill,)))
    work = [i for i in answer.plan.items if i.kind is Kind.ACTIVITY and "C2" in i.crew]
    assert not [i for i in work if i.end > now and i.span.overlaps(ill.span)]
    own = [c for c in answer.changes if c.routine and c.code.startswith("C2.") and c.before]
    inside = [c for c in own if c.before is not None and ill.span.contains(c.before.start)]
    assert inside
    assert all(c.fate is Fate.KEPT for c in inside)
    assert [c for c in answer.changes if c.fate is not Fate.KEPT]


def test_what_is_under_way_and_cannot_go_on_is_broken_off(case: Case, now: datetime) -> None:
    code = _under_way(case, now)
    activity = next(a for a in case[0].activities if a.code == code)
    rack = activity.uses[0].facility
    broken = Breakdown(facility=rack, start=now, end=now + timedelta(hours=48))
    _, answer = _mended(case, now, Disturbances(breakdowns=(broken,)))
    change = next(c for c in answer.changes if c.code == code)
    assert change.fate is Fate.ABORTED
    part = next(b for b in answer.week.blocked if b.code == f"ABORTED.{code}")
    assert part.span.end == now


def test_sessions_without_a_device_are_given_up(case: Case, now: datetime) -> None:
    broken = Breakdown(facility="RESISTIVE", start=now, end=now + timedelta(hours=72))
    _, answer = _mended(case, now, Disturbances(breakdowns=(broken,)))
    held = [i for i in answer.plan.items if i.device == "RESISTIVE" and i.kind is Kind.EXERCISE]
    assert not [i for i in held if i.start >= now and i.span.overlaps(broken.span)]
    assert answer.totals.routine_dropped > 0


def test_a_delay_and_an_overrun(case: Case, now: datetime) -> None:
    late = Delay(activity=_later(case, now)[0], by_min=90)
    over = Overrun(activity=_under_way(case, now), by_min=20)
    _, answer = _mended(case, now, Disturbances(delays=(late,), overruns=(over,)))
    changes = {c.code: c for c in answer.changes}
    first, second = changes[late.activity], changes[over.activity]
    assert first.fate in (Fate.MOVED, Fate.DROPPED)
    assert first.fate is Fate.DROPPED or first.moved_min >= 90
    assert second.fate is Fate.LENGTHENED
    assert second.frozen


def test_an_urgent_activity_is_put_in_and_a_cancelled_one_goes(case: Case, now: datetime) -> None:
    urgent = Activity(
        code="FIX", title="Fix a pump", duration_min=60, priority_weight=10.0, must=True, crew_count=2,
        latest=now + timedelta(hours=30),
    )  # fmt: skip
    gone = _later(case, now)[-1]
    _, answer = _mended(case, now, Disturbances(urgent=(urgent,), cancelled=(Cancelled(activity=gone),)))
    changes = {c.code: c for c in answer.changes}
    assert changes["FIX"].fate is Fate.ADDED
    assert gone not in {a.code for a in answer.week.activities}
    assert [r.code for r in changes[gone].reasons] == ["cancelled"]


def test_a_must_that_cannot_be_met_is_named_and_no_longer_one(case: Case, now: datetime) -> None:
    urgent = Activity(
        code="NEVER", title="Too long for the time", duration_min=240, priority_weight=1.0, must=True,
        latest=now + timedelta(hours=1),
    )  # fmt: skip
    _, answer = _mended(case, now, Disturbances(urgent=(urgent,)))
    assert [one.activity for one in answer.softened] == ["NEVER"]


def test_a_manoeuvre_and_a_slip(case: Case, now: datetime) -> None:
    week, _ = case
    docking = replace(
        week.blocked[0],
        code="DOCK",
        kind="docking",
        span=Span(now + timedelta(hours=20), now + timedelta(hours=22)),
    )
    burn = now + timedelta(hours=30)
    told = Disturbances(
        manoeuvres=(
            Manoeuvre(
                code="B",
                burn=burn,
                start=burn - timedelta(hours=1),
                end=burn + timedelta(hours=3),
                loses=("relay",),
            ),
        )
    )
    _, answer = _mended(case, now, told)
    calm = {a.code: a for a in answer.week.activities}
    during = [
        i for i in answer.plan.items if i.kind is Kind.ACTIVITY and i.span.overlaps(told.manoeuvres[0].span)
    ]
    assert not [
        i for i in during if {"reboost"} & set(calm[i.activity].quiet) or "relay" in calm[i.activity].inside
    ]
    slipped = replace(week, blocked=(*week.blocked, docking))
    clean = build(slipped, effort="quick")
    _, moved = _mended((slipped, clean), now, Disturbances(slips=(Slip(blocked="DOCK", by_min=600),)))
    assert next(
        b for b in moved.week.blocked if b.code == "DOCK"
    ).span.start == docking.span.start + timedelta(hours=10)


def test_what_begins_soon_stays_when_asked(case: Case, now: datetime) -> None:
    urgent = Activity(
        code="FIX", title="Fix a pump", duration_min=120, priority_weight=10.0, must=True, crew_count=3,
        latest=now + timedelta(hours=40),
    )  # fmt: skip
    _, answer = _mended(case, now, Disturbances(urgent=(urgent,)), freeze_min=300)
    soon = now + timedelta(minutes=300)
    changed = [c for c in answer.changes if c.before and c.before.start < soon and c.fate is not Fate.KEPT]
    assert changed == []


def test_the_same_again_is_the_same(case: Case, now: datetime) -> None:
    told = Disturbances(illnesses=(Illness(crew="C1", start=now, end=now + timedelta(hours=20)),))
    assert _mended(case, now, told)[1] == _mended(case, now, told)[1]


def test_the_difference_is_told_in_rows_and_sentences(case: Case, now: datetime) -> None:
    told = Disturbances(illnesses=(Illness(crew="C1", start=now, end=now + timedelta(hours=20)),))
    _, answer = _mended(case, now, told)
    table = rows(answer)
    assert len(table) == len(answer.changes)
    assert all(len(row) == len(HEADER) for row in table)
    text = "\n".join(sentences(answer))
    assert all(c.code in text for c in answer.changes if c.fate is not Fate.KEPT)


# ------------------------------------------------------------------------------- the checker


@pytest.fixture(scope="module")
def mended(case: Case, now: datetime) -> tuple[RepairProblem, Repair]:
    """A repair to break."""
    told = Disturbances(illnesses=(Illness(crew="C2", start=now, end=now + timedelta(hours=24)),))
    return _mended(case, now, told)


def _codes(problem: RepairProblem, answer: Repair) -> set[str]:
    return {fault.code for fault in check_repair.faults(problem, answer)}


def test_the_checker_sees_what_is_frozen_moved(mended: tuple[RepairProblem, Repair]) -> None:
    problem, answer = mended
    first = next(i for i in answer.plan.items if i.kind is Kind.ACTIVITY and i.end <= problem.now)
    shifted = replace(first, start=first.start + timedelta(minutes=5), end=first.end + timedelta(minutes=5))
    items = tuple(shifted if i is first else i for i in answer.plan.items)
    assert "frozen" in _codes(problem, replace(answer, plan=replace(answer.plan, items=items)))


def test_the_checker_sees_a_difference_that_is_not_whole_or_not_true(
    mended: tuple[RepairProblem, Repair],
) -> None:
    problem, answer = mended
    assert "difference" in _codes(problem, replace(answer, changes=answer.changes[1:]))
    n = next(n for n, c in enumerate(answer.changes) if c.fate is not Fate.KEPT)
    for wrong, code in (
        ({"fate": Fate.KEPT, "reasons": ()}, "fate"),
        ({"moved_min": 1}, "difference"),
        ({"reasons": ()}, "no-reason"),
    ):
        changes = list(answer.changes)
        changes[n] = replace(changes[n], **wrong)
        assert code in _codes(problem, replace(answer, changes=tuple(changes)))


def test_the_checker_sees_wrong_counts_and_reasons(mended: tuple[RepairProblem, Repair]) -> None:
    problem, answer = mended
    wrong = replace(answer.totals, moved=answer.totals.moved + 1)
    assert "count" in _codes(problem, replace(answer, totals=wrong))
    hit = next(n for n, c in enumerate(answer.changes) if "crew-away" in {r.code for r in c.reasons})
    changes = list(answer.changes)
    changes[hit] = replace(changes[hit], reasons=(replace(changes[hit].reasons[0], code="shut"),))
    assert "reason" in _codes(problem, replace(answer, changes=tuple(changes)))


def test_the_checker_sees_a_week_changed_for_no_reason(mended: tuple[RepairProblem, Repair]) -> None:
    problem, answer = mended
    activities = (replace(answer.week.activities[0], title="Other"), *answer.week.activities[1:])
    assert "week" in _codes(problem, replace(answer, week=replace(answer.week, activities=activities)))
    must = next(n for n, a in enumerate(answer.week.activities) if a.must)
    softer = list(answer.week.activities)
    softer[must] = replace(softer[must], must=False)
    assert "softened" in _codes(problem, replace(answer, week=replace(answer.week, activities=tuple(softer))))


# ------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (Disturbances(delays=(Delay(activity="A01", by_min=10),)), "unknown-name"),
        (Disturbances(cancelled=(Cancelled(activity="A01"),)), "unknown-name"),
        (Disturbances(slips=(Slip(blocked="DOK", by_min=10),)), "unknown-name"),
    ],
)
def test_names_that_nobody_knows_are_refused(
    case: Case, now: datetime, told: Disturbances, code: str
) -> None:
    with pytest.raises(StationError) as error:
        RepairProblem(week=case[0], plan=case[1], now=now, disturbances=told)
    assert error.value.code == code
    assert error.value.facts["nearest"]


def test_spans_that_are_over_or_turned_round_are_refused(case: Case, now: datetime) -> None:
    for start, end in ((now, now - timedelta(hours=1)), (now - timedelta(hours=2), now - timedelta(hours=1))):
        told = Disturbances(illnesses=(Illness(crew="C1", start=start, end=end),))
        with pytest.raises(StationError):
            RepairProblem(week=case[0], plan=case[1], now=now, disturbances=told)


def test_a_fault_of_an_urgent_activity_is_told_by_its_number(case: Case, now: datetime) -> None:
    wrong = Activity(code="FIX", title="", duration_min=30, priority_weight=1.0, eligible=("C9",))
    problem = RepairProblem(week=case[0], plan=case[1], now=now, disturbances=Disturbances(urgent=(wrong,)))
    with pytest.raises(StationError) as error:
        repair(problem, effort=SHORT)
    assert error.value.facts["field"] == "urgent[1].eligible"
