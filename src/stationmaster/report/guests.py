"""The words of ``crew plan``: the training on one page, what the seat does to the crew on another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from stationmaster.crew.export import parts
from stationmaster.crew.letters import CrewProblem
from stationmaster.crew.outcome import Booking, CrewPlan, GuestWeek, Ride
from stationmaster.crew.plan import link_says
from stationmaster.crew.reasons import REASONS
from stationmaster.measure.letters import plain
from stationmaster.measure.reasons import say
from stationmaster.report import words
from stationmaster.report.leaf import Leaf, Section

#: What a figure below half of the last digit shown is called.
NOTHING = 0.05


def reasons(plan: CrewPlan) -> list[str]:
    """Why the seats cannot be promised, in sentences."""
    return [say(reason, REASONS) for reason in plan.reasons]


def _verdicts(plan: CrewPlan) -> tuple[tuple[str, bool], ...]:
    fits, possible = plan.training.fits, plan.effect.possible
    return (
        ("the training fits" if fits else "the training comes too late", fits),
        ("there is a seat home for everybody" if possible else "there are not enough seats home", possible),
    )


def training_leaf(problem: CrewProblem, plan: CrewPlan, picture: Markup | None, owner: bool = False) -> Leaf:
    """Who trains for what, when, and how that stands to the launch."""
    stands = " ".join(reasons(plan)) or "The seats can be promised: " + "; ".join(
        f"all are ready {one.slack_d} days before the launch on {words.day(one.launch)}"
        for one in plan.training.seats
    )
    return Leaf(
        title=problem.title,
        kicker=f"training for a seat at the station {problem.station}",
        verdicts=_verdicts(plan),
        lead=stands if stands.endswith(".") else stands + ".",
        sections=(
            _candidates(problem, plan, owner),
            _readiness(problem, plan),
            *([_courses(problem, plan, picture, owner)] if plan.training.bookings else []),
            *([_critical(problem, plan)] if plan.training.chain else []),
        ),
    )


def _candidates(problem: CrewProblem, plan: CrewPlan, owner: bool) -> Section:
    told = {one.code: one for one in problem.nominations}
    rows = [
        (crew.seat, f"{count.gate} gate", str(count.passed), str(count.pending), str(count.failed))
        for crew in plan.crews
        for count in crew.gates
    ]
    notes = ["Of each gate only its standing is kept, and only counts are shown."]
    if owner:
        for crew in plan.crews:
            for code in (c.code for c in problem.nominations if c.seat == crew.seat):
                one = told[code]
                part = "prime" if code == crew.prime else "backup" if code == crew.backup else "not training"
                gates = f"medical {one.medical}, aptitude {one.aptitude}, language {one.language}"
                notes.append(f"{code}: {part}; {gates}.")
    return Section(
        title="Candidates",
        lines=tuple(
            f"{crew.seat}: {words.counted(crew.nominated, 'candidate')} nominated; "
            + ("a prime" if crew.prime else "no prime")
            + (" and a backup" if crew.backup else ", no backup")
            + "."
            for crew in plan.crews
        ),
        head=("Seat", "Gate", "Passed", "Pending", "Failed"),
        rows=tuple(rows),
        right=(2, 3, 4),
        notes=tuple(notes),
    )


def _readiness(problem: CrewProblem, plan: CrewPlan) -> Section:
    late = plan.training.late_d
    notes = [] if plan.training.proven else ["The search ended before all of this was proven the best."]
    if late:
        notes.append(f"Shown is what would do: launches {late} days later.")
    return Section(
        title="Readiness",
        head=("Seat", "Flight", "Launch", "All are ready", "Days to spare", "Latest safe start"),
        rows=tuple(
            (
                one.seat,
                problem.seat(one.seat).flight,
                words.day(one.launch),
                words.day(one.ready),
                str(one.slack_d),
                words.day(one.latest_start) if one.latest_start else "none",
            )
            for one in plan.training.seats
        ),
        right=(4,),
        notes=tuple(notes),
    )


def _courses(problem: CrewProblem, plan: CrewPlan, picture: Markup | None, owner: bool) -> Section:
    called = parts(plan, owner)
    together: dict[tuple[str, date, date], list[Booking]] = {}
    for one in plan.training.bookings:
        together.setdefault((one.course, one.start, one.end), []).append(one)
    return Section(
        title="Courses",
        picture=picture,
        head=("Course", "Trainees", "Centre", "First day", "Last day", "Open days", "Slack, days"),
        rows=tuple(
            (
                problem.course(same[0].course).name + _mark(problem, same[0].course),
                ", ".join(called[one.trainee] for one in same),
                next(c.name for c in problem.centres if c.code == problem.course(same[0].course).centre),
                words.day(same[0].start),
                words.day(same[0].end - timedelta(days=1)),
                str(problem.course(same[0].course).duration_d),
                str(min(one.slack_d for one in same)),
            )
            for same in together.values()
        ),
        right=(5, 6),
        notes=(
            "Slack: so many days later the course could begin, the others rearranged and the launch kept.",
            "(estimate): no public source gives the length of the course.",
        ),
    )


def _mark(problem: CrewProblem, code: str) -> str:
    return " (estimate)" if problem.course(code).is_estimate("duration_d") else ""


def _critical(problem: CrewProblem, plan: CrewPlan) -> Section:
    return Section(
        title="What decides when all are ready",
        lines=("Each course, and what keeps it from beginning earlier; the last one is the last to end.",),
        head=("Step", "Course"),
        rows=tuple((str(n), link_says(problem, one)) for n, one in enumerate(plan.training.chain, 1)),
    )


# -------------------------------------------------------------------------------- the seats


def seats_leaf(problem: CrewProblem, plan: CrewPlan) -> Leaf:
    """What the guests' seats do to the resident crew, before anything is promised."""
    return Leaf(
        title=f"{problem.title}: the seats",
        kicker=f"what a guest does to the crew of the station {problem.station}",
        verdicts=_verdicts(plan),
        lead=" ".join(lead(plan)),
        sections=(
            *((_rides(plan), _spans(plan), _balance(plan), _hours(plan)) if plan.effect.possible else ()),
            *(_week(problem, week) for week in plan.weeks if week.sessions or week.left_out),
        ),
    )


def lead(plan: CrewPlan) -> Iterator[str]:
    """Who must stay longer and by how much, in sentences."""
    effect = plan.effect
    if not effect.possible:
        yield " ".join(reasons(plan))
        return
    longer = [one for one in effect.rides if not one.guest and one.up and one.longer_d > NOTHING]
    for one in longer:
        yield (
            f"{one.person} stays {one.longer_d:.0f} days longer: {one.stay_d:.0f} days in all, home on "
            f"{one.down} instead of {one.planned_down}."
        )
    if not longer:
        yield "Nobody of the resident crew has to stay longer."
    for one in effect.rides:
        if not one.guest and not one.up:
            yield f"{one.person} does not fly."
        if one.guest:
            yield f"The guest of {one.person} is away for {one.stay_d:.1f} days and comes home on {one.down}."


def _change(one: Ride) -> str:
    if not one.guest and not one.up:
        return "does not fly"
    return f"{one.longer_d:+.1f}" if abs(one.longer_d) > NOTHING else "none"


def _rides(plan: CrewPlan) -> Section:
    return Section(
        title="Seats up and down",
        head=("Who", "Up", "Home", "Home without guests", "Days away", "Change, days"),
        rows=tuple(
            (
                one.person + (" (guest)" if one.guest else ""),
                one.up or "none",
                one.down or "none",
                one.planned_down or "none",
                f"{one.stay_d:.1f}",
                _change(one),
            )
            for one in plan.effect.rides
        ),
        right=(4, 5),
        notes=(
            "Of all ways home the one with the fewest days of missing residents; among those the one whose "
            "longest stay is shortest, then with the fewest days of change. Where two people would do "
            "equally, the one listed last stays: the choice between them is the crew's and its doctors'.",
        ),
    )


def _spans(plan: CrewPlan) -> Section:
    return Section(
        title="Who is aboard",
        head=("From", "To", "Residents", "Without guests", "Guests", "Lifeboat seats"),
        rows=tuple(
            (
                words.day(one.start.date()),
                words.day(one.end.date()),
                str(one.residents),
                str(one.residents_without),
                str(one.guests),
                str(one.lifeboat_seats),
            )
            for one in plan.effect.spans
        ),
        right=(2, 3, 4, 5),
    )


def _balance(plan: CrewPlan) -> Section:
    return Section(
        title="The balance of each flight",
        head=("Flight", "Seats", "Taken up", "Taken down"),
        rows=tuple((one.flight, str(one.seats), str(one.up), str(one.down)) for one in plan.effect.flights),
        right=(1, 2, 3),
    )


def _hours(plan: CrewPlan) -> Section:
    effect = plan.effect
    return Section(
        title="Working hours of the crew",
        head=("What", "Hours"),
        rows=(
            ("Residents aboard, against the plan without guests", f"{effect.resident_h:+.1f}"),
            ("Looking after guests", f"{-effect.hosting_h:+.1f}"),
            ("Hand-overs that are not held", f"{effect.handover_saved_h:+.1f}"),
            ("The guests' own work", f"{effect.guest_h:+.1f}"),
        ),
        right=(1,),
    )


def _week(problem: CrewProblem, week: GuestWeek) -> Section:
    titles = {one.code: one.title for one in problem.experiments}
    days: dict[str, list[str]] = {}
    for one in week.sessions:
        days.setdefault(one.experiment, []).append(str(one.day))
    chosen = [(titles[code], ", ".join(on), "chosen") for code, on in days.items()]
    left = [
        (titles[one.experiment], "", " ".join(say(reason, REASONS) for reason in one.reasons))
        for one in week.left_out
    ]
    return Section(
        title=f"The week on board: {week.seat}",
        lines=(
            f"{week.work_h:.1f} of {week.limit_h:.1f} hours are used; worth {week.worth_value:g}, and no "
            f"choice is worth more than {week.bound_value:g}. Up {week.up_mass_kg:g} kg, down "
            f"{week.down_mass_kg:g} kg.",
        ),
        head=("Experiment", "Days on board", "Choice"),
        rows=(*chosen, *left),
    )


def facts(problem: CrewProblem, plan: CrewPlan, owner: bool = False) -> dict[str, Any]:
    """The whole answer for a program; candidates by code only for their owner."""
    whole: dict[str, Any] = plain(plan)
    called = parts(plan)
    if not owner:
        for crew in whole["crews"]:
            crew["prime"], crew["backup"] = bool(crew["prime"]), bool(crew["backup"])
        for row in (*whole["training"]["bookings"], *whole["training"]["chain"]):
            row["trainee"] = called[row["trainee"]]
    whole["stands"] = plan.stands
    whole["reasons"] = [{"code": one.code, "says": say(one, REASONS)} for one in plan.reasons]
    whole["says"] = list(lead(plan))
    return {"title": problem.title, "station": problem.station, **whole}
