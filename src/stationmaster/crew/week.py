"""The guest's experiments, fitted exactly to one person and the days on board.

A knapsack with days for bins: each chosen experiment gets all its sessions, at most one of them a
day and apart as it asks, after the experiments it builds on, within the minutes of each day and the
mass that the seat carries. CP-SAT finds the most worth and proves the bound; among equals the
earliest days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from stationmaster.crew.letters import CrewProblem, GuestExperiment, Seat
from stationmaster.crew.nominations import needed
from stationmaster.crew.outcome import GuestWeek, LeftOut, Session
from stationmaster.crew.solving import solved
from stationmaster.measure.reasons import Reason

#: Worth is compared to a thousandth, mass to a gram.
SCALE = 1000


def guest_week(problem: CrewProblem, seat: Seat) -> GuestWeek:
    """What the guest of a seat runs on which day, and why not the rest."""
    offered = [one for one in problem.experiments if one.seat == seat.code]
    skills = tuple(sorted({s for code in needed(problem, seat) for s in problem.course(code).teaches}))
    able = [one for one in offered if set(one.skills) <= set(skills)]
    best = _search(seat, able)
    sessions = tuple(
        Session(experiment=one.code, day=day + 1, duration_min=one.session_min)
        for one in able
        for day in best.days.get(one.code, ())
    )
    chosen = [one for one in able if one.code in best.days]
    return GuestWeek(
        seat=seat.code,
        member=seat.code,
        role=seat.role,
        skills=skills,
        member_work_min={seat.code: max(seat.day_work_min)},
        sessions=tuple(sorted(sessions, key=lambda one: (one.day, one.experiment))),
        left_out=tuple(
            LeftOut(experiment=one.code, reasons=tuple(_why(seat, able, one, skills, best)))
            for one in offered
            if one.code not in best.days
        ),
        worth_value=round(best.worth / SCALE, 6),
        bound_value=round(best.bound / SCALE, 6),
        work_h=round(sum(one.duration_min for one in sessions) / 60, 3),
        limit_h=round(sum(seat.day_work_min) / 60, 3),
        up_mass_kg=round(sum(one.up_mass_kg for one in chosen), 6),
        down_mass_kg=round(sum(one.down_mass_kg for one in chosen), 6),
    )


@dataclass(frozen=True)
class _Best:
    days: dict[str, tuple[int, ...]]
    worth: int
    bound: int


def _search(seat: Seat, able: list[GuestExperiment], forced: str = "") -> _Best:
    """The choice of the most worth, with one experiment forced in where one is named."""
    model = cp_model.CpModel()
    chosen = {one.code: model.new_bool_var(one.code) for one in able}
    runs = {
        (one.code, day): model.new_bool_var(f"{one.code} {day}")
        for one in able
        for day, minutes in enumerate(seat.day_work_min)
        if one.session_min <= minutes
    }
    days = range(len(seat.day_work_min))
    for one in able:
        own = {day: runs[one.code, day] for day in days if (one.code, day) in runs}
        model.add(sum(own.values()) == one.sessions * chosen[one.code])
        for day in days:
            model.add_at_most_one(own[d] for d in range(day, day + one.gap_d) if d in own)
        for before in one.after:
            _follow(model, chosen, runs, (before, one.code), len(days))
    for day, minutes in enumerate(seat.day_work_min):
        model.add(
            sum(one.session_min * runs[one.code, day] for one in able if (one.code, day) in runs) <= minutes
        )
    for field, most in (("up_mass_kg", seat.up_mass_kg), ("down_mass_kg", seat.down_mass_kg)):
        grams = {one.code: -int(-getattr(one, field) * SCALE // 1) for one in able}
        model.add(sum(grams[code] * on for code, on in chosen.items()) <= int(most * SCALE))
    if forced:
        model.add(chosen[forced] == 1)
    return _solved(model, able, chosen, runs)


def _follow(
    model: Any, chosen: dict[str, Any], runs: dict[tuple[str, int], Any], pair: tuple[str, str], days: int
) -> None:
    """The second of a pair only with the first, and each of its sessions after all of the first's."""
    before, after = pair
    if before not in chosen:
        model.add(chosen[after] == 0)
        return
    model.add_implication(chosen[after], chosen[before])
    for day in range(days):
        for later in range(day, days):
            if (after, day) in runs and (before, later) in runs:
                model.add_bool_or(~runs[after, day], ~runs[before, later])


def _solved(
    model: Any, able: list[GuestExperiment], chosen: dict[str, Any], runs: dict[tuple[str, int], Any]
) -> _Best:
    worth = sum(round(one.worth_weight * SCALE) * chosen[one.code] for one in able)
    model.maximize(worth)
    first = solved(model, "the week") if able else None
    if first is None:
        return _Best({}, 0, 0)
    most, bound = round(first.solver.objective_value), round(first.solver.best_objective_bound)
    model.add(worth >= most)
    model.minimize(sum((day + 1) * run for (_, day), run in runs.items()))
    last = solved(model, "the week") or first
    value = last.solver.value
    days: dict[str, tuple[int, ...]] = {}
    for one in able:
        if value(chosen[one.code]):
            days[one.code] = tuple(d for (code, d), run in runs.items() if code == one.code and value(run))
    return _Best(days, most, bound)


def _why(
    seat: Seat,
    able: list[GuestExperiment],
    one: GuestExperiment,
    skills: tuple[str, ...],
    best: _Best,
) -> Iterator[Reason]:
    """Why an experiment is left out: what it needs that is not there, else what it would cost."""
    untaught = [skill for skill in one.skills if skill not in skills]
    if untaught:
        yield Reason("not-taught", {"skills": ", ".join(untaught)})
        return
    days = sum(minutes >= one.session_min for minutes in seat.day_work_min)
    span = (one.sessions - 1) * one.gap_d + 1
    if days < one.sessions or len(seat.day_work_min) < span:
        facts = {"needed": str(max(one.sessions, span)), "session": str(one.session_min), "days": str(days)}
        yield Reason("week-too-short", facts)
        return
    heavy = [
        f"{mass:g} kg {way}, {most:g} kg there"
        for way, mass, most in (
            ("up", one.up_mass_kg, seat.up_mass_kg),
            ("down", one.down_mass_kg, seat.down_mass_kg),
        )
        if mass > most
    ]
    if heavy:
        yield Reason("too-heavy", {"amounts": "; ".join(heavy)})
        return
    forced = _search(seat, able, one.code)
    missing = [code for code in one.after if code not in best.days]
    if forced.days:
        facts = {"value": f"{best.worth / SCALE:g}", "with_value": f"{forced.worth / SCALE:g}"}
        yield Reason("worth-less", facts)
    elif missing:
        yield Reason("waits-for", {"after": ", ".join(missing)})
    else:
        yield Reason("no-week")
