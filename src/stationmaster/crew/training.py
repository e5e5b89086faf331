"""The exact training plan: earliest readiness, latest safe start, slack, and the launch that would do.

Each course of each trainee is an interval over days (Baptiste, Le Pape and Nuijten 2001, cumulative
scheduling): trainees and centres are cumulative resources, seasons and open days are its possible
starts, the launch is a variable that may move later where nothing fits. CP-SAT decides in its
deterministic mode: the same problem gives the same plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ortools.sat.python import cp_model

from stationmaster.crew.letters import Course, CrewProblem
from stationmaster.crew.nominations import Trainee
from stationmaster.crew.solving import solved

#: Launches are moved, and training is begun, up to three years from what is asked.
REACH_D = 3 * 366
Key = tuple[str, str]


@dataclass(frozen=True)
class Starts:
    """On which days a course may begin, and until when it then lasts (the first day after it)."""

    ends: Mapping[int, int]
    open_days: frozenset[int]


def starts(problem: CrewProblem, course: Course, first: int, last: int) -> Starts:
    """All possible starts of a course that is over by day ``last``."""
    centre = next(one for one in problem.centres if one.code == course.centre)
    shut = [(one.start.toordinal(), one.end.toordinal()) for one in centre.booked if one.places is None]
    days = [
        day for day in range(first, last)
        if not any(start <= day < end for start, end in shut)
        and (course.continuous or date.fromordinal(day).isoweekday() in centre.weekdays)
    ]  # fmt: skip
    ends = {}
    for n in range(len(days) - course.duration_d + 1):
        begin, end = days[n], days[n + course.duration_d - 1] + 1
        in_a_row = end - begin == course.duration_d
        if (in_a_row or not course.continuous) and _in_season(course, begin, end):
            ends[begin] = end
    return Starts(ends, frozenset(days))


def _in_season(course: Course, begin: int, end: int) -> bool:
    if not course.season:
        return True
    span = [date.fromordinal(day) for day in range(begin, end)]
    return any(all(one.holds(day) for day in span) for one in course.season)


@dataclass(frozen=True)
class Found:
    """What a search gave: the day on which each course of each trainee begins, and the delay of launches."""

    begins: Mapping[Key, int]
    delay_d: int
    value: int
    proven: bool


class Model:
    """The training of some trainees, with launches that may come later by a common delay.

    ``free_start``: nobody waits for the first day of training (for the question how late it may be).
    ``without``: a course that is left out.
    """

    def __init__(
        self,
        problem: CrewProblem,
        people: tuple[Trainee, ...],
        *,
        delay_most: int = 0,
        free_start: bool = False,
        without: str = "",
    ) -> None:
        self.problem, self.people = problem, people
        self.cp = cp_model.CpModel()
        self.launch = {
            seat.code: problem.flight(seat.flight).launches.date().toordinal() for seat in problem.seats
        }
        launches = [self.launch[one.seat] for one in people]
        self.first = min([min(launches) - REACH_D, *(one.available for one in people)])
        self.last = max(launches) + delay_most
        self.delay = self.cp.new_int_var(0, delay_most, "delay")
        self.tables: dict[str, Starts] = {}
        self.begin: dict[Key, Any] = {}
        self.end: dict[Key, Any] = {}
        self.interval: dict[Key, Any] = {}
        self.possible = True
        for one in people:
            for code in one.courses:
                if code != without:
                    self._add(one, code, self.first if free_start else one.available)
        if self.possible:
            self._order()
            self._resources()

    def _add(self, one: Trainee, code: str, earliest: int) -> None:
        course = self.problem.course(code)
        if code not in self.tables:
            self.tables[code] = starts(self.problem, course, self.first, self.last)
        rows = [(begin, end) for begin, end in self.tables[code].ends.items() if begin >= earliest]
        if not rows:
            self.possible = False
            return
        key = (one.code, code)
        domains = [cp_model.Domain.from_values([row[way] for row in rows]) for way in (0, 1)]
        begin = self.begin[key] = self.cp.new_int_var_from_domain(domains[0], f"begin {key}")
        end = self.end[key] = self.cp.new_int_var_from_domain(domains[1], f"end {key}")
        length = self._length(key, rows)
        self.interval[key] = self.cp.new_interval_var(begin, length, end, f"interval {key}")
        launch = self.launch[one.seat]
        self.cp.add(end <= launch + self.delay - course.over_before_d)
        if course.begins_within_d is not None:
            self.cp.add(begin >= launch + self.delay - course.begins_within_d)

    def _length(self, key: Key, rows: list[tuple[int, int]]) -> Any:
        """How long a course lasts, weekends and closed days counted, by the day on which it begins.

        One truth value for each length: tables of days would be a hundred times the size.
        """
        by_length: dict[int, list[int]] = {}
        for begin, end in rows:
            by_length.setdefault(end - begin, []).append(begin)
        lengths = {length: self.cp.new_bool_var(f"{key} {length}") for length in by_length}
        self.cp.add_exactly_one(lengths.values())
        for length, lasts in lengths.items():
            days = cp_model.Domain.from_values(by_length[length])
            self.cp.add_linear_expression_in_domain(self.begin[key], days).only_enforce_if(lasts)
        total = self.cp.new_int_var_from_domain(cp_model.Domain.from_values(list(by_length)), f"length {key}")
        self.cp.add(total == sum(length * lasts for length, lasts in lengths.items()))
        self.cp.add(self.end[key] == self.begin[key] + total)
        return total

    def _order(self) -> None:
        for (who, code), begin in self.begin.items():
            course = self.problem.course(code)
            for before in course.after:
                if (who, before) in self.end:
                    self.cp.add(begin >= self.end[who, before])
            if course.together:
                seat = next(one.seat for one in self.people if one.code == who)
                mates = [(one.code, code) for one in self.people if one.seat == seat]
                for mate in mates[mates.index((who, code)) + 1 :] if (who, code) in mates else ():
                    if mate in self.begin:
                        self.cp.add(begin == self.begin[mate])

    def _resources(self) -> None:
        for one in self.people:
            keys = [key for key in self.interval if key[0] == one.code]
            loads = [self.problem.course(code).load_percent for _, code in keys]
            self.cp.add_cumulative([self.interval[key] for key in keys], loads, 100)
        for centre in self.problem.centres:
            keys = [key for key in self.interval if self.problem.course(key[1]).centre == centre.code]
            intervals: list[Any] = [self.interval[key] for key in keys]
            demands = [1] * len(keys)
            for booked in centre.booked:
                if booked.places is not None:
                    begin, end = booked.start.toordinal(), booked.end.toordinal()
                    intervals.append(self.cp.new_fixed_size_interval_var(begin, end - begin, "booked"))
                    demands.append(min(booked.places, centre.places))
            if keys:
                self.cp.add_cumulative(intervals, demands, centre.places)

    def search(self, goal: Any, sense: str) -> Found | None:
        """The best training for a goal; None where there is none."""
        if not self.possible:
            return None
        if sense == "least":
            self.cp.minimize(goal)
        else:
            self.cp.maximize(goal)
        answer = solved(self.cp, "a training")
        if answer is None:
            return None
        value = answer.solver.value
        begins = {key: value(begin) for key, begin in self.begin.items()}
        return Found(begins, value(self.delay), round(answer.solver.objective_value), answer.proven)

    def readiness(self) -> Any:
        """To make least: for each seat the day when all are ready, then the days on which courses end."""
        ready = []
        for seat in dict.fromkeys(one.seat for one in self.people):
            codes = {one.code for one in self.people if one.seat == seat}
            last = self.cp.new_int_var(self.first, self.last, f"ready {seat}")
            for (who, _), end in self.end.items():
                if who in codes:
                    self.cp.add(last >= end)
            ready.append(last)
        weight = sum(1 for _ in self.end) * (self.last - self.first) + 1
        ends = sum(end - self.first for end in self.end.values())
        return weight * sum(last - self.first for last in ready) + ends


def latest_start(problem: CrewProblem, people: tuple[Trainee, ...], seat: str) -> tuple[date | None, bool]:
    """The last day on which training for a seat may begin with all trainees still in time, and if proven."""
    own = {one.code for one in people if one.seat == seat}
    model = Model(problem, people, free_start=True)
    if not model.possible or not any(who in own for who, _ in model.begin):
        return None, model.possible
    first = model.cp.new_int_var(model.first, model.last, "first day")
    for (who, _), begin in model.begin.items():
        if who in own:
            model.cp.add(first <= begin)
    found = model.search(first, "most")
    return (date.fromordinal(found.value), found.proven) if found else (None, True)
