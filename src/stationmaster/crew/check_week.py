"""The guest's week: every session counted, day by day, and nothing chosen that cannot be done."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from stationmaster.crew.letters import CrewProblem
from stationmaster.crew.outcome import CrewPlan, GuestWeek
from stationmaster.measure.reasons import Fault

NEAR_KG, NEAR_H, NEAR_VALUE = 1e-6, 2e-3, 1e-6


def week_faults(problem: CrewProblem, plan: CrewPlan) -> Iterator[Fault]:
    """What is wrong with the weeks of the guests."""
    for week in plan.weeks:
        if week.seat in {seat.code for seat in problem.seats}:
            yield from _sessions(problem, week)
            yield from _figures(problem, week)


def _by_experiment(week: GuestWeek) -> dict[str, list[int]]:
    days: dict[str, list[int]] = defaultdict(list)
    for one in week.sessions:
        days[one.experiment].append(one.day)
    return days


def _sessions(problem: CrewProblem, week: GuestWeek) -> Iterator[Fault]:
    offered = {one.code: one for one in problem.experiments if one.seat == week.seat}
    seat, days = problem.seat(week.seat), _by_experiment(week)
    left = [one.experiment for one in week.left_out]
    if sorted([*days, *left]) != sorted(offered):
        yield Fault("experiments", week.seat, f"Seat {week.seat}: not every experiment is told once.")
        return
    minutes: Counter[int] = Counter()
    for session in week.sessions:
        minutes[session.day] += session.duration_min
        if session.duration_min != offered[session.experiment].session_min:
            yield Fault(
                "length", session.experiment, f"{session.experiment} has a session of another length."
            )
    for day, used in minutes.items():
        if not 1 <= day <= len(seat.day_work_min) or used > seat.day_work_min[day - 1]:
            yield Fault("day", f"{week.seat} day {day}", f"Day {day} holds {used} minutes of experiments.")
    for code, held in days.items():
        one = offered[code]
        if len(held) != one.sessions:
            yield Fault("sessions", code, f"{code} has {len(held)} sessions of {one.sessions}.")
        ordered = sorted(held)
        if any(b - a < one.gap_d for a, b in pairwise(ordered)):
            yield Fault("gap", code, f"{code} has sessions closer than {one.gap_d} days.")
        if not set(one.skills) <= set(week.skills):
            yield Fault("skill", code, f"{code} needs what the guest is not taught.")
        for before in one.after:
            if before not in days or max(days[before]) >= ordered[0]:
                yield Fault("order", code, f"{code} does not follow {before}.")


def _figures(problem: CrewProblem, week: GuestWeek) -> Iterator[Fault]:
    seat, days = problem.seat(week.seat), _by_experiment(week)
    chosen = [one for one in problem.experiments if one.code in days]
    up, down = sum(one.up_mass_kg for one in chosen), sum(one.down_mass_kg for one in chosen)
    if up > seat.up_mass_kg + NEAR_KG or down > seat.down_mass_kg + NEAR_KG:
        yield Fault("mass", week.seat, f"{up:g} kg go up and {down:g} kg come down with {week.seat}.")
    told = {
        "up_mass_kg": (up, week.up_mass_kg, NEAR_KG),
        "down_mass_kg": (down, week.down_mass_kg, NEAR_KG),
        "worth_value": (sum(one.worth_weight for one in chosen), week.worth_value, 5e-4 * len(chosen) + 1e-9),
        "work_h": (sum(one.duration_min for one in week.sessions) / 60, week.work_h, NEAR_H),
        "limit_h": (sum(seat.day_work_min) / 60, week.limit_h, NEAR_H),
    }
    for name, (counted, said, near) in told.items():
        if abs(counted - said) > near:
            yield Fault("figure", name, f"Seat {week.seat}: {name} is {counted:g}, not {said:g}.")
    if week.bound_value < week.worth_value - NEAR_VALUE:
        yield Fault("bound", week.seat, f"Seat {week.seat}: the bound is below what was reached.")
    if week.member_work_min.get(week.member) != max(seat.day_work_min):
        yield Fault("member", week.seat, f"Seat {week.seat}: the guest's longest day is not so.")
    taught = {skill for course in problem.courses for skill in course.teaches}
    if not set(week.skills) <= taught:
        yield Fault("skill", week.seat, f"Seat {week.seat}: a skill that nobody teaches.")
