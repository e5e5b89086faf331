"""The crew: who is on board in which increment, and what a guest's seat takes before it is promised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stationmaster.crew.letters import CrewProblem
from stationmaster.crew.outcome import CrewPlan
from stationmaster.report import guests, words
from stationmaster.report.pictures.aboard import aboard_chart
from stationmaster.report.pictures.training import training_chart
from stationmaster.report.story import Story


def view(story: Story) -> dict[str, Any]:
    """What the page of the crew shows; candidates by their part in the crew and as counts."""
    return {
        "increments": increments(story),
        "members": story.scenario.crew.members,
        "guests": [guest(problem, plan) for problem, plan in planned(story)],
    }


def planned(story: Story) -> Iterator[tuple[CrewProblem, CrewPlan]]:
    """The guests' problems and plans of a run."""
    yield from zip(story.problems["crew"].items, story.answers["crew"].items, strict=True)


def increments(story: Story) -> list[dict[str, Any]]:
    """Who of the residents is on board in each increment, by role."""
    roles = {member.code: member.role for member in story.scenario.crew.members}
    return [
        {"increment": one, "roles": [f"{roles[code]} ({code})" for code in one.crew]}
        for one in story.scenario.traffic.increments
    ]


def guest(problem: CrewProblem, plan: CrewPlan) -> dict[str, Any]:
    """A guest's seat: whether it can be promised, the pictures, and the tables of the command's pages."""
    chart = training_chart(problem, plan) if plan.training.bookings else None
    training, seats = guests.training_leaf(problem, plan, chart), guests.seats_leaf(problem, plan)
    return {
        "problem": problem,
        "plan": plan,
        "stands": training.lead,
        "lead": seats.lead,
        "verdicts": training.verdicts,
        "aboard": aboard_chart(problem, plan) if plan.effect.possible else None,
        "training": training.sections,
        "seats": seats.sections,
        "fitted": [
            {
                "seat": week.seat,
                "chosen": len({session.experiment for session in week.sessions}),
                "offered": sum(one.seat == week.seat for one in problem.experiments),
                "work_h": week.work_h,
                "limit_h": week.limit_h,
            }
            for week in plan.weeks
        ],
    }


def at_a_glance(story: Story) -> dict[str, str] | None:
    """The guests' seats in two sentences; None where there are none."""
    for problem, plan in planned(story):
        if not plan.stands:
            return {"verdict": f"{problem.title}: not as asked.", "more": guests.reasons(plan)[0]}
        spare = min(one.slack_d for one in plan.training.seats)
        longer = [one for one in plan.effect.rides if one.longer_d > guests.NOTHING and not one.guest]
        more = f"All are ready {words.counted(spare, 'day')} before the launch; "
        if longer:
            most = max(one.longer_d for one in longer)
            more += f"{words.counted(len(longer), 'resident')} must stay longer, by up to {most:.0f} days."
        else:
            more += "nobody has to stay longer."
        return {"verdict": f"{problem.title}: it can be promised.", "more": more}
    return None
