"""The crew's day in a plan: sleep, conferences, meals, exercise, hours of work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import Span, iso
from stationmaster.timeline.outcome import Kind
from stationmaster.timeline.recheck.case import DAY_MIN, EPSILON, Case


def _routine_spans(case: Case) -> Iterator[tuple[Kind, Span]]:
    """The fixed routine the rules ask for, clipped to the week."""
    rules, week = case.problem.rules, case.problem.span
    for day in range(-1, case.problem.days + 1):
        sleep = rules.sleep_start_min
        wake = sleep + rules.sleep_min
        pieces = [
            (Kind.PRE_SLEEP, sleep - rules.pre_sleep_min, sleep),
            (Kind.SLEEP, sleep, wake),
            (Kind.POST_SLEEP, wake, wake + rules.post_sleep_min),
        ]
        if case.weekday(day) in rules.conference_weekdays:
            for start in (rules.morning_conference_start_min, rules.evening_conference_start_min):
                pieces.append((Kind.CONFERENCE, start, start + rules.conference_min))
        for kind, first, last in pieces:
            start_at, end_at = max(case.at(day, first), week.start), min(case.at(day, last), week.end)
            if start_at < end_at:
                yield kind, Span(start_at, end_at)


def routine(case: Case) -> Iterator[Fault]:
    """Each member is in the fixed routine in exactly the minutes the rules say, blocked spans apart."""
    for member in case.problem.crew:
        away = {m for b in case.problem.blocked if member.code in b.crew for m in case.range(b.span)}
        for kind in (Kind.SLEEP, Kind.POST_SLEEP, Kind.PRE_SLEEP, Kind.CONFERENCE):
            due = {m for k, s in _routine_spans(case) if k is kind for m in case.range(s)} - away
            has = {m for i in case.by_kind[kind] if member.code in i.crew for m in case.range(i.span)}
            if due != has:
                first = case.problem.start + timedelta(minutes=min(due ^ has))
                yield Fault(
                    kind.value, f"{member.code} {iso(first)}", f"{kind.value} is not as the rules say."
                )


def _waived(case: Case, member: str, day: int, routine: str) -> bool:
    whole = Span(case.at(day, 0), case.at(day + 1, 0))
    return any(
        routine in b.waives and member in b.crew and b.span.overlaps(whole) for b in case.problem.blocked
    )


def meals(case: Case) -> Iterator[Fault]:
    """One meal a day, as long as the rules say and within its window."""
    rules = case.problem.rules
    for member in case.problem.crew:
        for day in range(case.problem.days):
            due = 1 if rules.meal_min and not _waived(case, member.code, day, "meal") else 0
            meals = [
                i for i in case.by_kind[Kind.MEAL] if i.crew == (member.code,) and case.day(i.start) == day
            ]
            where = f"{member.code} day {day + 1}"
            if len(meals) != due:
                yield Fault("meal", where, f"{len(meals)} meals are planned, expected {due}.")
            for meal in meals:
                start, end = case.minute(meal.start) % DAY_MIN, case.minute(meal.end) - day * DAY_MIN
                if end - start != rules.meal_min:
                    yield Fault("meal", where, f"The meal lasts {end - start:g} min.")
                if start < rules.meal_earliest_min or end > rules.meal_latest_min:
                    yield Fault("meal", where, "The meal lies outside its window.")


def exercise(case: Case) -> Iterator[Fault]:
    """Each session is held once on each day it is due, on one of its devices."""
    rules = case.problem.rules
    for member in case.problem.crew:
        own = [i for i in case.by_kind[Kind.EXERCISE] if i.crew == (member.code,)]
        for day in range(case.problem.days):
            due = case.weekday(day) in rules.exercise_weekdays and not _waived(
                case, member.code, day, "exercise"
            )
            for session in rules.sessions:
                held = [i for i in own if i.activity == session.code and case.day(i.start) == day]
                where = f"{member.code} day {day + 1} {session.code}"
                if len(held) != int(due):
                    yield Fault("exercise", where, f"{len(held)} sessions are planned, expected {int(due)}.")
                for item in held:
                    if (item.end - item.start) != timedelta(minutes=session.duration_min):
                        yield Fault("exercise", where, f"It does not last {session.duration_min} min.")
                    if item.device not in session.devices:
                        yield Fault("device", where, f"It is not held on {item.device}.")
    sessions = {s.code for s in rules.sessions}
    for item in case.by_kind[Kind.EXERCISE]:
        if item.activity not in sessions or len(item.crew) != 1:
            yield Fault("exercise", item.code, "It is no session of one member.")


def spacing(case: Case) -> Iterator[Fault]:
    """Nobody exercises too soon after the meal."""
    rest = timedelta(minutes=case.problem.rules.exercise_after_meal_min)
    for meal in case.by_kind[Kind.MEAL]:
        for item in case.by_kind[Kind.EXERCISE]:
            near = meal.start <= item.start < meal.end + rest
            if set(item.crew) & set(meal.crew) and near:
                yield Fault(
                    "after-meal", item.code, f"It starts too soon after the meal at {iso(meal.start)}."
                )


def devices(case: Case) -> Iterator[Fault]:
    """One person at a time on a device, and none while it is out of use."""
    for device in case.problem.devices:
        taken: dict[int, str] = {}
        for blocked in case.problem.blocked:
            if device.code in blocked.facilities:
                taken |= dict.fromkeys(case.range(blocked.span), blocked.code)
        for item in case.by_kind[Kind.EXERCISE]:
            if item.device == device.code:
                clash = sorted({taken[m] for m in case.range(item.span) if m in taken})
                if clash:
                    yield Fault("device", item.code, f"{device.code} is taken by {clash[0]}.")
                taken |= dict.fromkeys(case.range(item.span), item.code)


def hours(case: Case) -> Iterator[Fault]:
    """Nobody works longer than the day allows."""
    for member in case.problem.crew:
        for day in range(case.problem.days):
            limit = case.limit_min(member.code, day)
            work, other = case.work_min(member.code, day), case.blocked_min(member.code, day)
            if work > EPSILON and work + other > limit + EPSILON:
                says = f"{(work + other) / 60:.2f} h of work, at most {limit / 60:.2f} h."
                yield Fault("work-hours", f"{member.code} day {day + 1}", says)
