"""A week's problem and plan as the checks look at them: minutes, days of the crew, who does what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import Span
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Item, Kind, WeekPlan

DAY_MIN = 1440
EPSILON = 1e-6
_NOTHING = Activity(code="", title="", duration_min=1, priority_weight=0.0)


class Case:
    """A problem, a plan and the minutes of both."""

    def __init__(self, problem: WeekProblem, plan: WeekPlan) -> None:
        self.problem, self.plan = problem, plan
        self.minutes = problem.days * DAY_MIN
        self.activities = {a.code: a for a in problem.activities}
        self.done = {i.activity: i for i in plan.items if i.kind is Kind.ACTIVITY}
        self.by_kind: dict[Kind, list[Item]] = {kind: [] for kind in Kind}
        for item in plan.items:
            self.by_kind[item.kind].append(item)

    def minute(self, when: datetime) -> float:
        """Minutes from the start of the week."""
        return (when - self.problem.start).total_seconds() / 60

    def range(self, span: Span) -> range:
        """Every minute of the week that the span touches."""
        start, end = self.minute(span.start), self.minute(span.end)
        return range(max(0, int(start // 1)), min(self.minutes, int(-(-end // 1))))

    def day(self, when: datetime) -> int:
        """The day of the week, from 0."""
        return int(self.minute(when) // DAY_MIN)

    def weekday(self, day: int) -> int:
        """The ISO weekday of a day by the crew's clock, Monday 1."""
        return (self.at(day, 0) + timedelta(minutes=self.problem.rules.clock_ahead_min)).isoweekday()

    def at(self, day: int, minute: int) -> datetime:
        """A minute of a day (which may lie beyond it) as a moment."""
        return self.problem.start + timedelta(days=day, minutes=minute)

    def activity(self, code: str) -> Activity:
        """The activity of that code; one without needs where the plan made it up (told elsewhere)."""
        return self.activities.get(code, _NOTHING)

    def work_min(self, member: str, day: int) -> float:
        """Minutes of activities that a member starts on a day."""
        return sum(
            (i.end - i.start).total_seconds() / 60
            for i in self.by_kind[Kind.ACTIVITY]
            if member in i.crew and self.day(i.start) == day
        )

    def blocked_min(self, member: str, day: int) -> float:
        """Minutes of a day that a member works in blocked spans."""
        total = 0.0
        for blocked in self.problem.blocked:
            if blocked.works and member in blocked.crew:
                start = max(blocked.span.start, self.at(day, 0))
                end = min(blocked.span.end, self.at(day + 1, 0))
                total += max(0.0, (end - start).total_seconds() / 60)
        return total

    def limit_min(self, member: str, day: int) -> int:
        """The most a member may work on a day."""
        rules = self.problem.rules
        limit = {6: rules.work_saturday_min, 7: rules.work_sunday_min}.get(
            self.weekday(day), rules.work_day_min
        )
        return min(limit, self.problem.member_work_min.get(member, limit))

    def load_w(self, channel: str, base_w: float) -> list[float]:
        """What is drawn from a power channel in each minute of the week."""
        load = [base_w] * self.minutes
        for code, item in self.done.items():
            if self.activity(code).channel == channel:
                for minute in self.range(item.span):
                    load[minute] += self.activity(code).power_w
        return load


Check = Callable[[Case], Iterator[Fault]]
