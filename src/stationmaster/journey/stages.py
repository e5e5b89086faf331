"""The plot of the product on one screen: every stage, what it is handed, who makes it, who checks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stationmaster.executor import Executor, Progress, SerialExecutor
from stationmaster.journey import cargo, choosing, trying
from stationmaster.journey import courses as ways
from stationmaster.journey import sky as skies
from stationmaster.journey import week as weeks
from stationmaster.journey.choosing import Assessments, Dossiers, FrozenGroups, Invitation
from stationmaster.journey.courses import CourseProblems, Courses
from stationmaster.journey.guests import GuestPlans, GuestProblems, guests
from stationmaster.journey.sky import Sky
from stationmaster.manifest.letters import Manifest, ManifestProblem
from stationmaster.measure.errors import StationError
from stationmaster.measure.reasons import Fault
from stationmaster.orbit.letters import OrbitAnswer, OrbitProblem
from stationmaster.proposal.letters import Assessment, Dossier
from stationmaster.review.letters import ReviewAnswer, ReviewProblem
from stationmaster.safety.letters import Screening, ScreeningProblem
from stationmaster.scenario import Scenario
from stationmaster.selection.laboratory.letters import Laboratory, LaboratoryProblem
from stationmaster.selection.letters import SelectionProblem
from stationmaster.selection.letters import Stage as Meeting
from stationmaster.selection.outcome import Outcome
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import WeekPlan


@dataclass
class Journey:
    """Where a journey stands: its scenario and sky, and the problems and answers so far."""

    scenario: Scenario
    sky: Sky
    executor: Executor = field(default_factory=SerialExecutor)
    problems: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)

    def passed(self) -> tuple[str, ...]:
        """The proposals that are complete, feasible and eligible."""
        assessed: Assessments = self.answers["proposal"]
        return tuple(item.dossier for item in assessed.items if item.passes)

    def on(self, meeting: str) -> tuple[str, ...]:
        """The proposals that a meeting let go on."""
        return choosing.chosen(self.answers[meeting])


@dataclass(frozen=True)
class Step:
    """One stage of the journey: a hand-over, its maker and its checker, and the letters they exchange."""

    name: str
    asks: type
    answers: type
    hand_over: Callable[[Journey], Any]
    make: Callable[[Any, Journey, Progress], Any]
    faults: Callable[[Any, Any, Journey], tuple[Fault, ...]]


# --------------------------------------------------------------------- makers and checkers, lazily


def _assess_one(dossier: Dossier, round_: Dossiers) -> Assessment:
    from stationmaster.proposal.assess import assess

    return assess(round_.problem(dossier))


def _assess(round_: Dossiers, journey: Journey, progress: Progress) -> Assessments:
    items = journey.executor.map(_assess_one, round_.dossiers, shared=round_, progress=progress)
    return Assessments(items=tuple(items))


def _assess_faults(round_: Dossiers, answer: Assessments, _: Journey) -> tuple[Fault, ...]:
    from stationmaster.proposal.check import faults

    pairs = zip(round_.dossiers, answer.items, strict=True)
    return tuple(fault for dossier, item in pairs for fault in faults(round_.problem(dossier), item))


def _freeze(asked: Invitation, _: Journey, __: Progress) -> FrozenGroups:
    return choosing.freeze(asked)


def _call_faults(asked: Invitation, _: FrozenGroups, __: Journey) -> tuple[Fault, ...]:
    from stationmaster.call.check import faults

    return faults(asked.call, asked.countries)


def _judge(problem: ReviewProblem, _: Journey, __: Progress) -> ReviewAnswer:
    from stationmaster.review.panel import judge

    return judge(problem)


def _judge_faults(problem: ReviewProblem, answer: ReviewAnswer, _: Journey) -> tuple[Fault, ...]:
    from stationmaster.review.check import faults

    return faults(problem, answer)


def _decide(problem: SelectionProblem, _: Journey, __: Progress) -> Outcome:
    from stationmaster.selection.choose import decide

    return decide(problem)


def _decide_faults(problem: SelectionProblem, answer: Outcome, _: Journey) -> tuple[Fault, ...]:
    from stationmaster.selection.check import faults

    return faults(problem, answer)


def _compare(problem: LaboratoryProblem, journey: Journey, progress: Progress) -> Laboratory:
    from stationmaster.selection.laboratory.experiment import compare

    return compare(problem, executor=journey.executor, progress=progress)


def _compare_faults(problem: LaboratoryProblem, answer: Laboratory, _: Journey) -> tuple[Fault, ...]:
    from stationmaster.selection.check import laboratory_faults

    return laboratory_faults(problem, answer)


def _plan(problem: ManifestProblem, _: Journey, __: Progress) -> Manifest:
    from stationmaster.manifest.plan import plan

    return plan(problem)


def _plan_faults(problem: ManifestProblem, answer: Manifest, _: Journey) -> tuple[Fault, ...]:
    from stationmaster.manifest.check import faults

    return faults(problem, answer)


def _seat(problems: GuestProblems, _: Journey, progress: Progress) -> GuestPlans:
    from stationmaster.crew.plan import plan

    found = []
    for problem in problems.items:
        found.append(plan(problem))
        progress(len(found), len(problems.items))
    return GuestPlans(items=tuple(found))


def _seat_faults(problems: GuestProblems, answer: GuestPlans, _: Journey) -> tuple[Fault, ...]:
    from stationmaster.crew.check import faults

    pairs = zip(problems.items, answer.items, strict=True)
    return tuple(fault for problem, plan in pairs for fault in faults(problem, plan))


def _predict(problem: OrbitProblem, _: Journey, __: Progress) -> OrbitAnswer:
    from stationmaster.orbit.predict import predict

    return predict(problem)


def _predict_faults(problem: OrbitProblem, answer: OrbitAnswer, _: Journey) -> tuple[Fault, ...]:
    from stationmaster.orbit.check import faults

    return faults(problem, answer)


def _build(problem: WeekProblem, _: Journey, progress: Progress) -> WeekPlan:
    from stationmaster.timeline.build import build

    return build(problem, progress=progress)


def _build_faults(problem: WeekProblem, answer: WeekPlan, _: Journey) -> tuple[Fault, ...]:
    from stationmaster.timeline.check import faults

    return faults(problem, answer)


def _screen(problem: ScreeningProblem, journey: Journey, progress: Progress) -> Screening:
    from stationmaster.safety.screening.station import screen

    return screen(problem, journey.sky.elements, executor=journey.executor, progress=progress)


def _screen_faults(problem: ScreeningProblem, answer: Screening, journey: Journey) -> tuple[Fault, ...]:
    from stationmaster.safety.check import faults

    return faults(problem, journey.sky.elements, answer)


def _foresee(problems: CourseProblems, _: Journey, progress: Progress) -> Courses:
    from stationmaster.proposal.milestones.course import course

    found = []
    for problem in problems.items:
        found.append(course(problem))
        progress(len(found), len(problems.items))
    return Courses(items=tuple(found))


def _foresee_faults(problems: CourseProblems, answer: Courses, _: Journey) -> tuple[Fault, ...]:
    from stationmaster.proposal.check import course_faults

    pairs = zip(problems.items, answer.items, strict=True)
    return tuple(fault for problem, item in pairs for fault in course_faults(problem, item))


# ------------------------------------------------------------------------------------- the plot


def _invitation(at: Journey) -> Invitation:
    return choosing.invitation(at.scenario)


def _dossiers(at: Journey) -> Dossiers:
    return choosing.dossiers(at.scenario)


def _first_round(at: Journey) -> ReviewProblem:
    places = at.scenario.call.policy.shortlist
    if not at.passed():
        raise StationError("no-answer", reason="no proposal is complete, feasible and eligible")
    return choosing.round_of_review(at.scenario, 1, at.passed(), places)


def _going_on(at: Journey, meeting: str) -> tuple[str, ...]:
    """Those whom a meeting let go on; where it let nobody, the journey ends, and says at which floor."""
    if at.on(meeting):
        return at.on(meeting)
    outcome: Outcome = at.answers[meeting]
    floors = [f"{c.floor} asks {c.asked} and {c.reachable} can be reached" for c in outcome.conflicts]
    why = ", ".join(floors) or "no set of proposals keeps every rule"
    raise StationError("no-answer", reason=f"the {meeting} lets nobody go on: {why}")


def _shortlist(at: Journey) -> SelectionProblem:
    everyone = tuple(dossier.code for dossier in at.scenario.dossiers)
    frozen, assessed, readings = at.answers["call"], at.answers["proposal"], at.answers["review-1"]
    return choosing.choice(at.scenario, Meeting.SHORTLIST, frozen, assessed, readings, everyone)


def _second_round(at: Journey) -> ReviewProblem:
    places = at.scenario.call.policy.choose
    return choosing.round_of_review(at.scenario, 2, _going_on(at, "shortlist"), places)


def _selection(at: Journey) -> SelectionProblem:
    frozen, assessed, readings = at.answers["call"], at.answers["proposal"], at.answers["review-2"]
    return choosing.choice(at.scenario, Meeting.FINAL, frozen, assessed, readings, at.on("shortlist"))


def _cargo(at: Journey) -> ManifestProblem:
    _going_on(at, "selection")
    choice, outcome = at.problems["selection"], at.answers["selection"]
    return cargo.cargo(at.scenario, choice, outcome, at.answers["review-2"])


def _guests(at: Journey) -> GuestProblems:
    return guests(at.scenario)


def _week(at: Journey) -> WeekProblem:
    return weeks.week(at.scenario, at.answers["manifest"], at.answers["review-2"], at.answers["orbit"])


def _orbit(at: Journey) -> OrbitProblem:
    return skies.orbit_problem(at.scenario, at.sky)


def _sky(at: Journey) -> ScreeningProblem:
    return skies.screening_problem(at.scenario, at.sky)


def _ways(at: Journey) -> CourseProblems:
    assessed, manifest = at.answers["proposal"], at.answers["manifest"]
    return ways.milestones(at.scenario, at.answers["selection"], assessed, manifest)


def _laboratory(at: Journey) -> LaboratoryProblem:
    return trying.laboratory(at.problems["selection"], at.problems["review-2"], at.answers["review-2"])


#: An invitation goes out, countries answer, experts judge, a fair choice is made in two meetings; the
#: chosen get a place and a flight, guests a seat; the orbit gives the windows, the crew gets its week;
#: nothing may hit the station; from the decision to the last report each project has its milestones; and
#: the laboratory says how sure the choice was, and what another policy would have chosen.
STEPS: tuple[Step, ...] = (
    Step("call", Invitation, FrozenGroups, _invitation, _freeze, _call_faults),
    Step("proposal", Dossiers, Assessments, _dossiers, _assess, _assess_faults),
    Step("review-1", ReviewProblem, ReviewAnswer, _first_round, _judge, _judge_faults),
    Step("shortlist", SelectionProblem, Outcome, _shortlist, _decide, _decide_faults),
    Step("review-2", ReviewProblem, ReviewAnswer, _second_round, _judge, _judge_faults),
    Step("selection", SelectionProblem, Outcome, _selection, _decide, _decide_faults),
    Step("manifest", ManifestProblem, Manifest, _cargo, _plan, _plan_faults),
    Step("crew", GuestProblems, GuestPlans, _guests, _seat, _seat_faults),
    Step("orbit", OrbitProblem, OrbitAnswer, _orbit, _predict, _predict_faults),
    Step("timeline", WeekProblem, WeekPlan, _week, _build, _build_faults),
    Step("safety", ScreeningProblem, Screening, _sky, _screen, _screen_faults),
    Step("milestones", CourseProblems, Courses, _ways, _foresee, _foresee_faults),
    Step("laboratory", LaboratoryProblem, Laboratory, _laboratory, _compare, _compare_faults),
)

NAMES = tuple(step.name for step in STEPS)
