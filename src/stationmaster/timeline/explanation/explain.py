"""Why an activity is not in the plan: the smallest set of constraints that keeps it out, day by day.

The plan is kept: what is placed stays placed, on its day; what is done on the day in question may
move within it. For each day a deletion filter finds a set of constraints that keeps the activity out
and of which none can be spared; then each of them is given by itself, with every other rule in force,
and the solver says whether that is enough. What it finds is judged by the checker: it must break the
rule that was given and no other.
Source: J. Chinneck, E. Dravnieks, "Locating minimal infeasible constraint sets in linear
programs", ORSA J. on Computing 3 (1991).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stationmaster.measure.codes import known
from stationmaster.measure.errors import StationError
from stationmaster.measure.reasons import Reason
from stationmaster.timeline import answer
from stationmaster.timeline.explanation.around import Around, Judge, Lifted, Outcome, more_work
from stationmaster.timeline.explanation.letters import DayOut, Explanation, Verdict, Way
from stationmaster.timeline.explanation.obstacles import HOURS, KEPT, Obstacle, obstacles, together
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.model.links import links
from stationmaster.timeline.model.room import Layout
from stationmaster.timeline.model.variables import WEIGHT_SCALE, weight
from stationmaster.timeline.outcome import Item, Kind

#: Steps in which more hours are asked for.
STEP_MIN = 15


class Explainer:
    """A plan read once, to ask of any activity why it is not in.

    Args:
        judge: the checker (``timeline.check.judge``), which shares nothing with what is explained here.
    """

    def __init__(self, problem: WeekProblem, items: Sequence[Item], judge: Judge) -> None:
        self.problem = problem
        self.around = Around(problem, items)
        self.items = tuple(items)
        self.judge = judge
        self.broken = {(f.code, f.where) for f in judge(problem, items)}

    def explain(self, code: str) -> Explanation:
        """Why the activity is not in the plan.

        Raises:
            StationError: ``unknown-name`` for an activity that the week does not have.
        """
        known(code, self.around.number, "activity", field="activity")
        number = self.around.number[code]
        activity = self.problem.activities[number]
        if number in self.around.layout.jobs:
            return Explanation(activity=code, verdict=Verdict.PLACED)
        if activity.jar:
            return Explanation(activity=code, verdict=Verdict.TASK_LIST)
        needs = {link.first for link in links(self.problem.activities) if link.then == number}
        missing = sorted(needs - self.around.layout.jobs.keys())
        if missing:
            names = tuple(self.problem.activities[n].code for n in missing)
            return Explanation(activity=code, verdict=Verdict.NEEDS, needs=names)
        fits, days = [], []
        for day in range(self.problem.days):
            listed = obstacles(self.around, number, day)
            outcome = self.around.attempt(number, day, Lifted())
            if outcome.layout is not None:
                fits.append(self._way(number, outcome.layout, None, ()))
            else:
                days.append(self._day(number, day, listed, outcome.proven))
        verdict = Verdict.FITS if fits else Verdict.OUT
        return Explanation(activity=code, verdict=verdict, days=tuple(days), fits=tuple(fits))

    def _day(self, number: int, day: int, listed: list[Obstacle], proven: bool) -> DayOut:
        left, gone = list(listed), list[Obstacle]()
        for obstacle in listed:
            outcome = self.around.attempt(number, day, together([*gone, obstacle]))
            if outcome.layout is None:
                left.remove(obstacle)
                gone.append(obstacle)
                proven &= outcome.proven
        given = (self._given(number, day, one) for one in left if one.faults)
        ways = [way for way in given if way is not None]
        ways.sort(key=lambda way: (-way.gain_value, way.given is not None and way.given.code == KEPT))
        return DayOut(
            day=self.problem.date_of(day),
            constraints=tuple(one.reason for one in left),
            proven=proven,
            ways=tuple(ways),
        )

    def _given(self, number: int, day: int, one: Obstacle) -> Way | None:
        """How the activity gets in when this alone is given, all else in force; None where it does not."""
        outcome = self.around.attempt(number, day, one.lift)
        if outcome.layout is None:
            return None
        reason = one.reason
        if reason.code == HOURS:
            reason, outcome = self._fewest_minutes(number, day, one, outcome)
        assert outcome.layout is not None
        given = Reason(f"give-{reason.code.removeprefix('out-')}", reason.facts)
        return self._way(number, outcome.layout, given, one.faults)

    def _fewest_minutes(self, number: int, day: int, one: Obstacle, whole: Outcome) -> tuple[Reason, Outcome]:
        """The least more work, in steps of a quarter of an hour, that is enough."""
        minutes = self.around.jobs[number].length * self.problem.slot_min
        member = next(i for i, m in enumerate(self.problem.crew) if m.code == one.reason.facts["crew"])
        for more in range(STEP_MIN, minutes, STEP_MIN):
            tried = self.around.attempt(number, day, Lifted(grid=(more_work(member, day, more),)))
            if tried.layout is not None:
                minutes, whole = more, tried
                break
        return Reason(one.reason.code, {**one.reason.facts, "minutes": str(minutes)}), whole

    def _way(self, number: int, layout: Layout, given: Reason | None, faults: tuple[str, ...]) -> Way:
        """A layout as a way to do it, once the checker has found nothing else wrong with it."""
        before = self.around.layout.jobs
        items = answer.items(self.around.grid, self.around.jobs, layout)
        for fault in self.judge(self.problem, items):
            if fault.code not in faults and (fault.code, fault.where) not in self.broken:
                raise StationError("checker-found", stage="timeline", count=1, first=fault.says)
        own = next(
            item
            for item in items
            if item.kind is Kind.ACTIVITY and item.activity == self.problem.activities[number].code
        )
        codes = [a.code for a in self.problem.activities]
        dropped = sorted(before.keys() - layout.jobs.keys())
        worth = [weight(a) for a in self.problem.activities]
        gain = worth[number] - sum(worth[n] for n in dropped)
        return Way(
            given=given and _named(given, [codes[n] for n in dropped]),
            start=own.start,
            end=own.end,
            crew=own.crew,
            moved=tuple(codes[n] for n in sorted(before) if layout.jobs.get(n, before[n]) != before[n]),
            dropped=tuple(codes[n] for n in dropped),
            gain_value=round(gain / WEIGHT_SCALE, 3),
        )


def _named(given: Reason, codes: list[str]) -> Reason:
    facts = {**given.facts, "codes": ", ".join(codes) or "nothing"}
    return replace(given, facts=facts) if given.code == f"give-{KEPT.removeprefix('out-')}" else given
