"""The planner's board: one week on one page that needs nothing beside it, without any script.

Every block of a chart is a link to its row in the tables below, so that the keyboard reaches what the
mouse points at, and each row links back. With a plan from before, what moved, changed hands, came or
went is marked, its old place drawn as an empty outline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from stationmaster.measure.intervals import Spans
from stationmaster.measure.reasons import say
from stationmaster.measure.time import Span
from stationmaster.report import words
from stationmaster.report.page import style, templates, tidy
from stationmaster.report.pictures.figure import plain
from stationmaster.report.pictures.steps import steps_chart
from stationmaster.report.pictures.week import Band, Look, Row, day_chart, strip
from stationmaster.timeline.activity import STATION, Activity
from stationmaster.timeline.exchange.profiles import profiles
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Item, Kind, WeekPlan
from stationmaster.timeline.reasons import REASONS

#: What became of an item since the plan before, in words.
CHANGES = {"moved": "moved", "recrewed": "other crew", "added": "new", "": ""}


@dataclass(frozen=True, kw_only=True)
class Board:
    """A week to show; ``before`` is a plan to compare with, ``now`` a moment to mark."""

    problem: WeekProblem
    plan: WeekPlan
    before: WeekPlan | None = None
    now: datetime | None = None


def html(board: Board) -> str:
    """The board as one page."""
    template = templates().get_template("board.html.j2")
    return tidy(template.render(style=Markup(style()), **view(board)))


def view(board: Board) -> dict[str, Any]:
    """What the page shows."""
    problem, plan = board.problem, board.plan
    old = {item.code: item for item in board.before.items} if board.before else {}
    changes = {item.code: change(item, old) if board.before else "" for item in plan.items}
    blocks = [(item, look(item, problem, old.get(item.code), changes[item.code])) for item in plan.items]
    placed = len(problem.activities) - len(plan.unplaced) - len(plan.jar)
    return {
        "code": problem.code,
        "placed": placed,
        "total": len(problem.activities),
        "gap": plan.gap_fraction,
        "status": plan.status.value,
        "overview": strip(
            problem.start,
            problem.days,
            tuple(member.code for member in problem.crew),
            blocks,
            f"The week {problem.code}: {placed} of {len(problem.activities)} activities placed.",
        ),
        "days": [day(board, number, blocks, changes) for number in range(problem.days)],
        "left_out": [
            (one.activity, [say(reason, REASONS) for reason in one.reasons]) for one in plan.unplaced
        ],
        "profiles": profile_charts(problem, plan),
        "jar": plan.jar,
        "changed": {name: sum(c == name for c in changes.values()) for name in CHANGES if name},
        "gone": gone(board),
        "compared": board.before is not None,
    }


def change(item: Item, old: Mapping[str, Item]) -> str:
    """What became of an item since the plan before."""
    was = old.get(item.code)
    if was is None:
        return "added"
    if was.start != item.start:
        return "moved"
    return "" if set(was.crew) == set(item.crew) else "recrewed"


def gone(board: Board) -> list[str]:
    """What the plan before had and this one has not, by title."""
    kept = {item.code for item in board.plan.items}
    return [item.title for item in board.before.items if item.code not in kept] if board.before else []


def look(item: Item, problem: WeekProblem, was: Item | None, changed: str) -> Look:
    """How an item is drawn: routine quiet, the station's own work grey, projects in colour; and its row."""
    project = next((a.project for a in problem.activities if a.code == item.activity), STATION)
    kind = f"routine {item.kind}" if item.kind is not Kind.ACTIVITY else "station"
    if item.kind is Kind.ACTIVITY and project != STATION:
        kind = "inside-own"
    crew = ", ".join(item.crew) or "ground"
    says = f"{item.title} ({item.code}), {item.start:%H:%M} to {item.end:%H:%M}, {crew}"
    ghost = was.span if was is not None and was.span != item.span else None
    return Look(f"{kind} {changed}".strip(), says, item.title, f"#{anchor(item.code)}", ghost)


def anchor(code: str) -> str:
    """A name within the page for an item's row."""
    return "i-" + re.sub(r"[^A-Za-z0-9]", lambda found: f"_{ord(found[0]):x}", code)


def day(
    board: Board, number: int, blocks: list[tuple[Item, Look]], changes: Mapping[str, str]
) -> dict[str, Any]:
    """One day: its chart and its table."""
    problem = board.problem
    midnight = problem.start + timedelta(days=number)
    span = Span(midnight, midnight + timedelta(days=1))
    date = midnight + timedelta(minutes=problem.rules.clock_ahead_min)
    title = f"{words.weekday(date)}, {words.day(date)}"
    own = [(item, its) for item, its in blocks if span.contains(item.start)]
    says = f"{title}: {words.counted(len(own), 'item')}."
    return {
        "title": title,
        "short": f"day-{number + 1}",
        "picture": day_chart(span, rows(problem, blocks, span), bands(problem), says, board.now),
        "items": [
            {"item": item, "anchor": anchor(item.code), "crew": ", ".join(item.crew) or "ground",
             "changed": CHANGES[changes[item.code]], "was": its.was,
             "routine": item.kind not in (Kind.ACTIVITY, Kind.BLOCKED)}
            for item, its in own
        ],
    }  # fmt: skip


def rows(problem: WeekProblem, blocks: list[tuple[Item, Look]], span: Span) -> list[Row]:
    """The crew, the ground, and each facility and exercise device that is used in the span."""
    found = [
        Row(member.code, tuple(pair for pair in blocks if member.code in pair[0].crew))
        for member in problem.crew
    ]
    ground = tuple(pair for pair in blocks if not pair[0].crew)
    if ground:
        found.append(Row("ground", ground))
    activities = {activity.code: activity for activity in problem.activities}
    names = resource_names(problem)
    held: dict[str, list[tuple[Item, Look]]] = {}
    for item, its in blocks:
        if item.span.overlaps(span):
            for code in places(item, activities):
                held.setdefault(code, []).append((item, its))
    return found + [Row(short(name), tuple(held[code])) for code, name in names.items() if code in held]


def resource_names(problem: WeekProblem) -> dict[str, str]:
    """Names of what has a limit, by code."""
    names = {one.code: one.name for one in problem.facilities}
    names |= {device.code: device.name for device in problem.devices}
    names |= {channel.code: channel.name for channel in problem.channels}
    return names | {store.code: store.name for store in problem.stores}


def places(item: Item, activities: Mapping[str, Activity]) -> list[str]:
    """The facilities or the device that an item holds."""
    if item.kind is Kind.ACTIVITY and item.activity in activities:
        ways = activities[item.activity].ways
        way = next((way for way in ways if way.code == item.mode), ways[0])
        return [use.facility for use in way.uses]
    return [item.device] if item.device else []


def profile_charts(problem: WeekProblem, plan: WeekPlan) -> list[dict[str, Any]]:
    """A small chart for each limit that anything touches."""
    slot = timedelta(minutes=problem.slot_min)
    names = resource_names(problem)
    found = []
    for profile in profiles(problem, plan):
        if profile.used.max(initial=0.0) > 0.0:
            edges = [problem.start + number * slot for number in range(len(profile.used) + 1)]
            marks = {edges[0] + timedelta(days=number): str(number + 1) for number in range(problem.days)}
            peak, limit = plain(float(profile.used.max())), plain(float(profile.limit.max()))
            name = names.get(profile.code, profile.name)
            says = f"{name}: at most {peak} of {limit} {profile.unit}."
            picture = steps_chart(profile.used.tolist(), profile.limit.tolist(), edges, marks, says)
            found.append(
                {"name": name, "unit": profile.unit, "peak": peak, "limit": limit, "picture": picture}
            )
    return found


def short(name: str) -> str:
    """A name that fits left of a row."""
    return name if len(name) <= 18 else name[:17].rstrip() + "\u2026"


def bands(problem: WeekProblem) -> tuple[Band, ...]:
    """Shadow, contact, and events: dockings, spacewalks, burns."""
    contact = Spans.of(problem.windows.get("relay", ())).items
    events = tuple(sorted(one.span for one in problem.blocked))
    return Band("night", tuple(problem.eclipses)), Band("contact", contact), Band("events", events)
