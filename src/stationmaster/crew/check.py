"""Whether a crew plan keeps every rule: day by day, seat by seat, session by session.

Nothing of the planner is used here: courses are counted through on a calendar, people are followed
from their launch to their landing, and every reported figure is worked out again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from stationmaster.crew.check_seats import seat_faults
from stationmaster.crew.check_training import training_faults
from stationmaster.crew.check_week import week_faults
from stationmaster.crew.letters import CrewProblem, Gate
from stationmaster.crew.outcome import CrewPlan
from stationmaster.crew.reasons import REASONS
from stationmaster.measure.reasons import Fault


def faults(problem: CrewProblem, plan: CrewPlan) -> tuple[Fault, ...]:
    """Every fault of a plan; none when it is sound.

    Args:
        problem: what was asked.
        plan: any plan for it, whoever made it.
    """
    return (
        *_whole(problem, plan),
        *_crews(problem, plan),
        *training_faults(problem, plan),
        *seat_faults(problem, plan.effect),
        *week_faults(problem, plan),
        *_verdict(plan),
    )


def _whole(problem: CrewProblem, plan: CrewPlan) -> Iterator[Fault]:
    if plan.problem != problem.code:
        yield Fault("problem", plan.problem, f"The plan is for {plan.problem}, not {problem.code}.")
    seats = [seat.code for seat in problem.seats]
    for name, told in (
        ("crews", [one.seat for one in plan.crews]),
        ("weeks", [one.seat for one in plan.weeks]),
    ):
        if sorted(told) != sorted(seats):
            yield Fault("seats", name, f"The {name} are for {told}, the seats are {seats}.")


def _crews(problem: CrewProblem, plan: CrewPlan) -> Iterator[Fault]:
    """Who trains: the first ones of the country's order whom no gate stopped; the counts."""
    for crew in plan.crews:
        nominated = [one for one in problem.nominations if one.seat == crew.seat]
        able = [
            one.code for one in nominated
            if all(gate is not Gate.FAIL for gate in (one.medical, one.aptitude, one.language))
        ]  # fmt: skip
        asked = next((seat for seat in problem.seats if seat.code == crew.seat), None)
        wanted = [*able, "", ""][:2]
        if asked is not None and not asked.backup:
            wanted[1] = ""
        if [crew.prime, crew.backup] != wanted:
            yield Fault("crew", crew.seat, f"Seat {crew.seat}: prime and backup are not the first two left.")
        tally = [one for one in problem.tallies if one.seat == crew.seat]
        if crew.nominated != (tally[0].nominated if tally else len(nominated)):
            yield Fault("gates", crew.seat, f"Seat {crew.seat}: {crew.nominated} nominated is not so.")
        if tally and crew.gates != tally[0].gates:
            yield Fault("gates", crew.seat, f"Seat {crew.seat}: the counts are not those of its tally.")
        for count in () if tally else crew.gates:
            seen = Counter(getattr(one, count.gate, None) for one in nominated)
            told = (count.passed, count.failed, count.pending)
            if told != (seen[Gate.PASS], seen[Gate.FAIL], seen[Gate.PENDING]):
                yield Fault("gates", crew.seat, f"Seat {crew.seat}: the counts at {count.gate} are not so.")


def _verdict(plan: CrewPlan) -> Iterator[Fault]:
    """The reasons against it are those that the plan shows, no more and no fewer."""
    codes = {one.code for one in plan.reasons}
    for code in sorted(codes - set(REASONS)):
        yield Fault("reason", code, f"The reason {code} has no sentence.")
    if not plan.training.fits and not codes & {"training-late", "training-never"}:
        yield Fault("reason", "training", "The training comes late, and no reason says so.")
    if plan.training.fits and codes & {"training-late", "training-never"}:
        yield Fault("reason", "training", "A reason says that the training comes late; it does not.")
    if plan.effect.possible == bool(codes & {"no-seats", "no-ride-home"}):
        yield Fault("reason", "seats", "What the reasons say of the seats is not what the plan shows.")
    for crew in plan.crews:
        if not crew.prime and "no-prime" not in codes:
            yield Fault("reason", crew.seat, f"Seat {crew.seat} has no prime, and no reason says so.")
