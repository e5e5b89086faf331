"""The crew's day in a plan: sleep, conferences, meals, exercise, hours of work, who is aboard."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import Span, iso
from stationmaster.timeline.letters import CrewMember
from stationmaster.timeline.outcome import Kind
from stationmaster.timeline.recheck.case import DAY_MIN, EPSILON, Case

FIXED = (Kind.SLEEP, Kind.POST_SLEEP, Kind.PRE_SLEEP, Kind.CONFERENCE)


def _sleep_start_min(case: Case, day: int) -> int:
    """When the night that begins on a day begins, by the last shift until then."""
    shifts = [s for s in case.problem.rules.sleep_shifts if s.day <= case.date(day)]
    if not shifts:
        return case.problem.rules.sleep_start_min
    return max(shifts, key=lambda shift: shift.day).sleep_start_min


def _routine_spans(case: Case) -> Iterator[tuple[Kind, Span]]:
    """The fixed routine the rules ask for; where sleep is shifted, a conference that meets it or what
    goes before and after it is not held."""
    rules = case.problem.rules
    nights: list[tuple[Kind, Span]] = []
    for day in range(-1, case.problem.days + 1):
        sleep = _sleep_start_min(case, day)
        wake = sleep + rules.sleep_min
        for kind, first, last in (
            (Kind.PRE_SLEEP, sleep - rules.pre_sleep_min, sleep),
            (Kind.SLEEP, sleep, wake),
            (Kind.POST_SLEEP, wake, wake + rules.post_sleep_min),
        ):
            nights.append((kind, Span(case.at(day, first), case.at(day, last))))
    yield from nights
    for day in range(case.problem.days):
        if case.weekday(day) not in rules.conference_weekdays:
            continue
        for start in (rules.morning_conference_start_min, rules.evening_conference_start_min):
            talk = Span(case.at(day, start), case.at(day, start + rules.conference_min))
            if not (rules.sleep_shifts and any(talk.overlaps(span) for _, span in nights)):
                yield Kind.CONFERENCE, talk


def _ashore(case: Case, member: CrewMember) -> list[Span]:
    """The spans of the week in which a member is not aboard."""
    week, stay = case.problem.span, member.aboard
    if stay is None:
        return []
    gone = []
    if stay.start > week.start:
        gone.append(Span(week.start, min(stay.start, week.end)))
    if stay.end < week.end:
        gone.append(Span(max(stay.end, week.start), week.end))
    return gone


def routine(case: Case) -> Iterator[Fault]:
    """Each member is in the fixed routine in exactly the minutes the rules say, blocked spans apart."""
    asked = {kind: case.touched(s for k, s in _routine_spans(case) if k is kind) for kind in FIXED}
    for member in case.problem.crew:
        away = case.touched(b.span for b in case.problem.blocked if member.code in b.crew)
        away |= case.touched(_ashore(case, member))
        for kind in FIXED:
            due = asked[kind] & ~away
            has = np.zeros(case.minutes, dtype=bool)
            for placed in case.by_kind[kind]:
                if member.code in placed.item.crew:
                    has[placed.touched] = True
            wrong = np.flatnonzero(due != has)
            if wrong.size:
                where = f"{member.code} {iso(case.at(0, int(wrong[0])))}"
                yield Fault(kind.value, where, f"{kind.value} is not as the rules say.")


def aboard(case: Case) -> Iterator[Fault]:
    """Nobody does anything before coming or after leaving."""
    for member in case.problem.crew:
        if member.code not in case.scope.crew or member.aboard is None:
            continue
        for placed in case.of_crew[member.code]:
            if placed.item.start < member.aboard.start or placed.item.end > member.aboard.end:
                yield Fault("aboard", placed.item.code, f"{member.code} is not aboard all that time.")


def _due(case: Case, member: CrewMember, day: int, routine: str) -> tuple[int, int]:
    """The fewest and the most a member holds of a routine on a day: none where a blocked span waives
    it or the member is not aboard; on a day of coming or leaving it is left to the plan."""
    whole = Span(case.at(day, 0), case.at(day + 1, 0))
    for blocked in case.problem.blocked:
        if routine in blocked.waives and member.code in blocked.crew and blocked.span.overlaps(whole):
            return 0, 0
    gone = [span for span in _ashore(case, member) if span.overlaps(whole)]
    if not gone:
        return 1, 1
    return 0, 0 if any(s.start <= whole.start and whole.end <= s.end for s in gone) else 1


def meals(case: Case) -> Iterator[Fault]:
    """One meal a day, as long as the rules say and within its window."""
    rules = case.problem.rules
    for member in case.problem.crew:
        own = [p for p in case.by_kind[Kind.MEAL] if p.item.crew == (member.code,)]
        for day in range(case.problem.days):
            fewest, most = _due(case, member, day, "meal") if rules.meal_min else (0, 0)
            held = [p for p in own if p.day == day]
            where = f"{member.code} day {day + 1}"
            if not fewest <= len(held) <= most:
                yield Fault("meal", where, f"{len(held)} meals are planned, expected {most}.")
            for meal in held:
                start, end = meal.start_min - day * DAY_MIN, meal.end_min - day * DAY_MIN
                if end - start != rules.meal_min:
                    yield Fault("meal", where, f"The meal lasts {end - start:g} min, not {rules.meal_min}.")
                if start < rules.meal_earliest_min or end > rules.meal_latest_min:
                    yield Fault("meal", where, "The meal lies outside its window.")
    for meal in case.by_kind[Kind.MEAL]:
        if len(meal.item.crew) != 1:
            yield Fault("meal", meal.item.code, "It is no meal of one member.")


def exercise(case: Case) -> Iterator[Fault]:
    """Each session is held once on each day it is due, on one of its devices."""
    rules = case.problem.rules
    for member in case.problem.crew:
        own = [p for p in case.by_kind[Kind.EXERCISE] if p.item.crew == (member.code,)]
        for day in range(case.problem.days):
            trains = case.weekday(day) in rules.exercise_weekdays
            fewest, most = _due(case, member, day, "exercise") if trains else (0, 0)
            for session in rules.sessions:
                held = [p for p in own if p.item.activity == session.code and p.day == day]
                where = f"{member.code} day {day + 1} {session.code}"
                if not fewest <= len(held) <= most:
                    yield Fault("exercise", where, f"{len(held)} sessions are planned, expected {most}.")
                for placed in held:
                    if placed.length_min != session.duration_min:
                        yield Fault("exercise", where, f"It does not last {session.duration_min} min.")
                    if placed.item.device not in session.devices:
                        yield Fault("device", where, f"It is not held on {placed.item.device}.")
    sessions = {s.code for s in rules.sessions}
    for placed in case.by_kind[Kind.EXERCISE]:
        if placed.item.activity not in sessions or len(placed.item.crew) != 1:
            yield Fault("exercise", placed.item.code, "It is no session of one member.")


def spacing(case: Case) -> Iterator[Fault]:
    """Nobody exercises too soon after the meal."""
    rest_min = case.problem.rules.exercise_after_meal_min
    for own in case.of_crew.values():
        for meal in (p for p in own if p.item.kind is Kind.MEAL):
            for held in (p for p in own if p.item.kind is Kind.EXERCISE):
                if meal.start_min <= held.start_min < meal.end_min + rest_min:
                    says = f"It starts too soon after the meal at {iso(meal.item.start)}."
                    yield Fault("after-meal", held.item.code, says)


def devices(case: Case) -> Iterator[Fault]:
    """One person at a time on a device, and none while it is out of use."""
    for device in case.problem.devices:
        held = sorted(
            (p for p in case.by_kind[Kind.EXERCISE] if p.item.device == device.code),
            key=lambda p: (p.start_min, p.item.code),
        )
        for number, placed in enumerate(held):
            if case.shut(device.code)[placed.touched].any():
                yield Fault("device", placed.item.code, f"{device.code} is out of use then.")
            for before in held[:number]:
                if placed.start_min < before.end_min:
                    says = f"{device.code} is taken by {before.item.code}."
                    yield Fault("device", placed.item.code, says)


def hours(case: Case) -> Iterator[Fault]:
    """Nobody works longer than the day allows, nor than the week does (Monday to Sunday)."""
    whole_min = case.problem.rules.work_week_min
    for member in case.of_crew:
        if member not in case.scope.crew:
            continue
        weeks: dict[tuple[int, int], list[float]] = {}
        for day in range(case.problem.days):
            limit = case.limit_min(member, day)
            work, other = case.work_min(member, day), case.blocked_min(member, day)
            year, week, _ = case.date(day).isocalendar()
            so_far = weeks.setdefault((year, week), [0.0, 0.0])
            so_far[0] += work
            so_far[1] += other
            if work > EPSILON and work + other > limit + EPSILON:
                says = (
                    f"{member} would work {(work + other) / 60:.4g} h on {case.day_name(day)},"
                    f" at most {limit / 60:.4g} h."
                )
                yield Fault("work-hours", f"{member} day {day + 1}", says)
        for (year, week), (work, other) in weeks.items():
            if whole_min is not None and work > EPSILON and work + other > whole_min + EPSILON:
                says = (
                    f"{member} would work {(work + other) / 60:.4g} h in week {week} of {year},"
                    f" at most {whole_min / 60:.4g} h."
                )
                yield Fault("week-hours", f"{member} week {year}-{week:02d}", says)
