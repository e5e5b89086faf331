"""The crew's week: minute by minute, with what was left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from stationmaster.measure.intervals import Spans
from stationmaster.measure.time import Span
from stationmaster.report import words
from stationmaster.report.pictures.week import Band, Look, Row, day_chart, look, strip
from stationmaster.report.story import Story
from stationmaster.timeline.activity import STATION
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Item, Kind, Status, WeekPlan

STATUS_WORDS = {
    Status.OPTIMAL: "No plan of this week is worth more: that is proven.",
    Status.FEASIBLE: "The plan keeps every rule; a plan worth slightly more may exist.",
    Status.INFEASIBLE: "What must happen this week cannot all happen.",
    Status.NOT_FOUND: "No plan was found within the effort allowed.",
}


def at_a_glance(story: Story) -> dict[str, Any]:
    """The week for the first page: a strip and the figures."""
    problem: WeekProblem = story.problems["timeline"]
    plan: WeekPlan = story.answers["timeline"]
    total = len(problem.activities)
    done = total - len(plan.unplaced)
    crew_h = sum(
        (item.end - item.start).total_seconds() / 3600 * len(item.crew)
        for item in plan.items
        if item.kind is Kind.ACTIVITY
    )
    projects = {a.project for a in problem.activities if a.project != STATION}
    monday = problem.start + timedelta(minutes=problem.rules.clock_ahead_min)  # by the crew's clock
    says = (
        f"The week from {words.day(monday)}: {done} of {total} activities are planned for "
        f"{words.counted(len(problem.crew), 'crew member')} and the ground."
    )
    picture = strip(problem.start, problem.days, tuple(m.code for m in problem.crew), pairs(story), says)
    return {
        "picture": picture,
        "start": monday,
        "total": total,
        "done": done,
        "projects": len(projects),
        "crew": len(problem.crew),
        "crew_h": crew_h,
        "status": STATUS_WORDS[plan.status],
        "gap": plan.gap_fraction,
    }


def pairs(story: Story) -> list[tuple[Item, Look]]:
    """Every item of the plan with how it is drawn."""
    problem: WeekProblem = story.problems["timeline"]
    plan: WeekPlan = story.answers["timeline"]
    project_of = {activity.code: activity.project for activity in problem.activities}
    classes = {code: str(dossier.mode) for code, dossier in story.dossiers.items()}
    return [(item, look(item, classes, project_of)) for item in plan.items]


def view(story: Story) -> dict[str, Any]:
    """What the page of the week shows."""
    problem: WeekProblem = story.problems["timeline"]
    plan: WeekPlan = story.answers["timeline"]
    roles = crew_names(problem)
    activities = {activity.code: activity for activity in problem.activities}
    return {
        **at_a_glance(story),
        "plan": plan,
        "crew_roles": roles,
        "guests": [roles[m.code] for m in problem.crew if m.guest],
        "days": days(story, problem, plan, roles),
        "left_out": [
            {
                "activity": activities[one.activity],
                "reasons": [words.sentence("timeline", reason) for reason in one.reasons],
            }
            for one in plan.unplaced
        ],
        "conflict": [activities[c].title if c in activities else c for c in plan.conflict],
        "by_project": by_project(story, problem, plan),
        "work": work(plan, roles),
        "facilities": [(_facility(problem, f.facility), f) for f in plan.facilities if f.use_h > 0],
        "power": [(_channel(problem, p.channel), p) for p in plan.power],
        "caps": caps(problem, plan),
        "blocked": problem.blocked,
    }


def crew_names(problem: WeekProblem) -> dict[str, str]:
    """The crew by role; a number where two hold one role."""
    roles = [member.role.partition(",")[0] for member in problem.crew]
    found: dict[str, str] = {}
    for number, (member, role) in enumerate(zip(problem.crew, roles, strict=True)):
        before = roles[:number].count(role)
        found[member.code] = f"{role} {before + 1}" if roles.count(role) > 1 else role
    return found


def _facility(problem: WeekProblem, code: str) -> str:
    return next((f.name for f in problem.facilities if f.code == code), code)


def _channel(problem: WeekProblem, code: str) -> tuple[str, float, float]:
    for channel in problem.channels:
        if channel.code == code:
            return channel.name, channel.sunlit_w, channel.eclipse_w
    return code, 0.0, 0.0


def days(
    story: Story, problem: WeekProblem, plan: WeekPlan, roles: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Each day: its chart, and every item as a row."""
    everything = pairs(story)
    contact = Spans.of(problem.windows.get("relay", ())).items
    bands = (
        Band("night", tuple(problem.eclipses)),
        Band("contact", tuple(contact)),
        Band("events", tuple(one.span for one in problem.blocked)),
    )
    lines = rows(roles, everything)
    project_of = {activity.code: activity.project for activity in problem.activities}
    found = []
    for number in range(problem.days):
        midnight = problem.start + timedelta(days=number)
        items = [item for item in plan.items if midnight <= item.start < midnight + timedelta(days=1)]
        items.sort(key=lambda item: (item.start, item.kind is not Kind.ACTIVITY, item.code))
        experiments = sum(project_of.get(i.activity, STATION) != STATION for i in items)
        date = midnight + timedelta(minutes=problem.rules.clock_ahead_min)  # by the crew's clock
        title = f"{words.weekday(date)}, {words.day(date)}"
        many = words.counted(len(items), "item")
        says = f"{title}: {many}, {experiments} of them for projects of the call."
        found.append({
            "title": title,
            "short": words.weekday(date).lower(),
            "picture": day_chart(Span(midnight, midnight + timedelta(days=1)), lines, bands, says),
            "items": [_row(story, item, roles, project_of) for item in items],
        })  # fmt: skip
    return found


def rows(roles: Mapping[str, str], everything: list[tuple[Item, Look]]) -> tuple[Row, ...]:
    """A row for each of the crew and one for what the ground commands."""
    crew = [
        Row(role, tuple(pair for pair in everything if code in pair[0].crew)) for code, role in roles.items()
    ]
    ground = tuple(
        pair for pair in everything if pair[0].kind in (Kind.ACTIVITY, Kind.BLOCKED) and not pair[0].crew
    )
    return (*crew, *([Row("ground", ground)] if ground else []))


def _row(story: Story, item: Item, roles: Mapping[str, str], project_of: Mapping[str, str]) -> dict[str, Any]:
    project = project_of.get(item.activity, "")
    return {
        "item": item,
        "who": words.listed([roles[code] for code in item.crew]) or "ground",
        "project": project if project in story.dossiers else "",
        "mode": str(story.dossiers[project].mode) if project in story.dossiers else "",
        "routine": item.kind not in (Kind.ACTIVITY, Kind.BLOCKED),
    }


def by_project(story: Story, problem: WeekProblem, plan: WeekPlan) -> list[dict[str, Any]]:
    """How much of what each project asked for this week was placed."""
    left = {one.activity for one in plan.unplaced}
    order = dict.fromkeys(activity.project for activity in problem.activities)
    rows = []
    for project in order:
        mine = [activity for activity in problem.activities if activity.project == project]
        placed = [activity for activity in mine if activity.code not in left]
        rows.append({
            "code": project if project in story.dossiers else "",
            "title": story.dossiers[project].title if project in story.dossiers else "The station's own work",
            "mode": str(story.dossiers[project].mode) if project in story.dossiers else "station",
            "asked": len(mine),
            "placed": len(placed),
            "share": len(placed) / len(mine) if mine else 0.0,
            "crew_h": sum(a.duration_min * a.crew_count for a in placed) / 60,
        })  # fmt: skip
    return rows


def work(plan: WeekPlan, roles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Work by crew member and day."""
    rows = []
    for code, role in roles.items():
        figures = sorted((w for w in plan.work if w.crew == code), key=lambda w: w.day)
        rows.append({"who": role, "figures": figures, "sum": sum(w.work_h for w in figures)})
    return rows


def caps(problem: WeekProblem, plan: WeekPlan) -> list[dict[str, Any]]:
    """Hours against each cap on hours."""
    left = {one.activity for one in plan.unplaced}
    lengths = {a.code: a.duration_min * a.crew_count / 60 for a in problem.activities if a.code not in left}
    return [
        {"cap": cap, "used": sum(lengths.get(code, 0.0) for code in cap.activities)} for cap in problem.caps
    ]
