"""Plan: who trains and when, what the seat does to the residents, what the guest does; the verdict."""

from __future__ import annotations

from collections.abc import Iterator

from stationmaster.crew.consistency import validate
from stationmaster.crew.letters import CrewProblem
from stationmaster.crew.nominations import crews
from stationmaster.crew.outcome import CrewPlan, Link, SeatCrew, SeatTraining, Training
from stationmaster.crew.readiness import training
from stationmaster.crew.reasons import LINKS
from stationmaster.crew.seats import effect
from stationmaster.crew.week import guest_week
from stationmaster.measure.reasons import Reason


def plan(problem: CrewProblem) -> CrewPlan:
    """Everything that has to be known before a seat is promised.

    A promise that cannot be kept is an answer and no error: it stands in ``reasons``, with what is
    critical and the earliest launch that would do. ``check.faults`` judges the plan independently.

    Raises:
        StationError: what the problem names is not there, stands twice or contradicts itself.
    """
    validate(problem)
    found = crews(problem)
    trained = training(problem, found)
    effects, unseated = effect(problem)
    reasons = [*_missing(problem, found), *_late(problem, found, trained), *unseated]
    return CrewPlan(
        problem=problem.code,
        crews=found,
        training=trained or _none(problem, found),
        effect=effects,
        weeks=tuple(guest_week(problem, seat) for seat in problem.seats),
        reasons=tuple(reasons),
    )


def _none(problem: CrewProblem, found: tuple[SeatCrew, ...]) -> Training:
    """No training at all, not even for launches that come years later."""
    seats = tuple(
        SeatTraining(seat=crew.seat, launch=launch, ready=launch, slack_d=0, latest_start=None)
        for crew in found
        for launch in (problem.flight(problem.seat(crew.seat).flight).launches.date(),)
    )
    return Training(
        fits=False, late_d=0, bookings=(), seats=seats, chain=(), would_fit_without=(), prime_alone=False,
        proven=True,
    )  # fmt: skip


def _missing(problem: CrewProblem, found: tuple[SeatCrew, ...]) -> Iterator[Reason]:
    for crew in found:
        if not crew.prime:
            yield Reason("no-prime", {"seat": crew.seat})
        elif problem.seat(crew.seat).backup and not crew.backup:
            yield Reason("no-backup", {"seat": crew.seat})


def _late(problem: CrewProblem, found: tuple[SeatCrew, ...], trained: Training | None) -> Iterator[Reason]:
    if trained is None:
        yield Reason("training-never")
        return
    if trained.fits:
        return
    launches = ", ".join(f"{one.launch} ({one.seat})" for one in trained.seats)
    yield Reason("training-late", {"days": str(trained.late_d), "launches": launches})
    train = {code for crew in found for code in (crew.prime, crew.backup)}
    for one in trained.seats:
        free = [c.available for c in problem.nominations if c.seat == one.seat and c.code in train]
        if one.latest_start is not None and free and min(free) > one.latest_start:
            facts = {"seat": one.seat, "latest": str(one.latest_start), "start": str(min(free))}
            yield Reason("late-start", facts)
    yield Reason("late-critical", {"chain": "; ".join(link_says(problem, one) for one in trained.chain)})
    if trained.would_fit_without:
        names = [problem.course(code).name for code in trained.would_fit_without]
        yield Reason("late-waiver", {"courses": ", ".join(names)})
    if trained.prime_alone:
        yield Reason("late-backup")


def link_says(problem: CrewProblem, link: Link) -> str:
    """A link of the critical chain in words, by courses and not by who takes them."""
    of = problem.course(link.of).name if link.of else ""
    return f"{problem.course(link.course).name} ({LINKS[link.why].format(of=of)})"
