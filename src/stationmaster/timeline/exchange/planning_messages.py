"""The week as JSON shaped after the objects of CCSDS Mission Planning and Scheduling.

The names are those of the information model in CCSDS 529.0-G-1 (green book, June 2018): planning
requests, activities, events and resources, each with a definition and instances, constraints as a tree
of nodes, and the plan with version and status. It is shaped after them, not an encoding of the standard:
the mapping stands in ``docs/reference/planning-messages.md``. Times are UTC, durations ISO 8601.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from stationmaster.measure.reasons import say
from stationmaster.measure.time import Span, iso
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.exchange.profiles import Profile, profiles
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Kind, Status, WeekPlan
from stationmaster.timeline.reasons import REASONS

STANDARD: Final = "shaped after CCSDS 529.0-G-1"
VERSION: Final = 1
Node = dict[str, Any]


def planning_messages(problem: WeekProblem, plan: WeekPlan, before: WeekPlan | None = None) -> str:
    """Requests, definitions and the plan as one JSON text; the same plan gives the same text.

    Args:
        problem: the week.
        plan: its plan.
        before: the plan that this one takes the place of: it is then the next version, with the
            difference between the two.
    """
    message = {
        "standard": STANDARD,
        "version": VERSION,
        "planningRequests": list(_requests(problem, plan)),
        "activityDefinitions": [_definition(problem, activity) for activity in _defined(problem)],
        "eventDefinitions": list(_event_definitions(problem)),
        "resourceDefinitions": list(_resource_definitions(problem)),
        "plan": _plan(problem, plan, before),
    }
    return json.dumps(message, ensure_ascii=False, indent=1) + "\n"


def _name(activity: Activity) -> str:
    """The definition of an activity: those of one series share theirs."""
    return activity.series or activity.code


def _defined(problem: WeekProblem) -> list[Activity]:
    return list({_name(activity): activity for activity in reversed(problem.activities)}.values())[::-1]


def _period(span: Span) -> Node:
    return {"start": iso(span.start), "end": iso(span.end)}


def _duration(minutes: int) -> str:
    return f"PT{minutes}M"


# --------------------------------------------------------------------------------------- requests


def _requests(problem: WeekProblem, plan: WeekPlan) -> Iterator[Node]:
    """A request for each project: what it asks for, and how it was answered."""
    left = {unplaced.activity: unplaced for unplaced in plan.unplaced}
    projects: dict[str, list[Activity]] = {}
    for activity in problem.activities:
        projects.setdefault(activity.project, []).append(activity)
    for project, asked in projects.items():
        refused = [a for a in asked if a.code in left]
        status = "REJECTED" if len(refused) == len(asked) else "PARTIAL" if refused else "PLANNED"
        yield {
            "identity": project,
            "status": status,
            "activities": [{"instance": a.code, "definition": _name(a)} for a in asked],
            "notPlanned": [
                {"instance": a.code, "reasons": [say(r, REASONS) for r in left[a.code].reasons]}
                for a in refused
            ],
        }


# ------------------------------------------------------------------------------------ definitions


def _definition(problem: WeekProblem, activity: Activity) -> Node:
    return {
        "identity": _name(activity),
        "description": activity.title,
        "executedBy": "crew" if activity.crew_count else "ground",
        "priority": activity.priority_weight,
        "mandatory": activity.must,
        "modes": [
            {
                "identity": way.code,
                "duration": _duration(way.duration_min),
                "resourceEffects": list(_effects(activity, number)),
            }
            for number, way in enumerate(activity.ways)
        ],
        "constraint": {"node": "AND", "nodes": list(_constraints(problem, activity))},
    }


def _effects(activity: Activity, number: int) -> Iterator[Node]:
    way = activity.ways[number]
    if activity.crew_count:
        yield _effect("crew", activity.crew_count, "DURING", skill=activity.skill, from_=activity.eligible)
    for use in way.uses:
        yield _effect(use.facility, use.units, "DURING")
    if way.power_w:
        yield _effect(activity.channel, way.power_w, "DURING")
    for load in activity.loads:
        yield _effect(load.channel, load.power_w, "DURING")
    for draw in way.draws:
        yield _effect(draw.store, draw.amount_units, "AT_START")


def _effect(resource: str, quantity: float, when: str, **more: object) -> Node:
    told = {name.rstrip("_"): list(v) if isinstance(v, tuple) else v for name, v in more.items() if v}
    return {"resource": resource, "quantity": quantity, "when": when, **told}


def _constraints(problem: WeekProblem, activity: Activity) -> Iterator[Node]:
    if activity.earliest:
        yield {"node": "TIME", "relation": "START_NOT_BEFORE", "time": iso(activity.earliest)}
    if activity.latest:
        yield {"node": "TIME", "relation": "END_NOT_AFTER", "time": iso(activity.latest)}
    if activity.day_from_min or activity.day_until_min is not None:
        until = activity.day_until_min if activity.day_until_min is not None else 1440
        clock = {"from": _duration(activity.day_from_min), "until": _duration(until)}
        yield {"node": "TIME", "relation": "WITHIN_DAY", **clock, "aheadOfUtc": problem.rules.clock_ahead_min}
    for relation, names in (("WITHIN", activity.inside), ("CONTAINS", activity.around)):
        for name in names:
            yield {"node": "EVENT", "relation": relation, "event": name}
    for kind in activity.quiet:
        yield {"node": "EVENT", "relation": "NOT_DURING", "event": kind}
    for link in activity.after:
        yield _sequence("START_AFTER_END", link.activity, link.lag_shortest_min, link.lag_longest_min)
    if activity.same_crew_as:
        yield {"node": "RESOURCE", "relation": "SAME_CREW", "activity": activity.same_crew_as}
    if activity.series:
        gaps = activity.gap_shortest_min, activity.gap_longest_min
        yield _sequence("START_AFTER_START", f"{activity.series} before", *gaps)


def _sequence(relation: str, activity: str, shortest: int, longest: int | None) -> Node:
    most = {} if longest is None else {"longest": _duration(longest)}
    return {
        "node": "SEQUENCE",
        "relation": relation,
        "activity": activity,
        "shortest": _duration(shortest),
        **most,
    }


def _event_definitions(problem: WeekProblem) -> Iterator[Node]:
    for name in problem.windows:
        yield {"identity": name, "source": "predicted"}
    if problem.eclipses and "eclipse" not in problem.windows:
        yield {"identity": "eclipse", "source": "predicted"}
    for kind in dict.fromkeys(blocked.kind for blocked in problem.blocked):
        yield {"identity": kind, "source": "planned"}


def _resource_definitions(problem: WeekProblem) -> Iterator[Node]:
    for member in problem.crew:
        skills = {"skills": list(member.skills)}
        yield {"identity": member.code, "name": member.role, "type": "CREW", "unit": "h", **skills}
    for facility in problem.facilities:
        yield {
            "identity": facility.code,
            "name": facility.name,
            "type": "SHARED",
            "unit": "units",
            "capacity": facility.users_at_once,
        }
    for channel in problem.channels:
        yield {
            "identity": channel.code,
            "name": channel.name,
            "type": "SHARED",
            "unit": "W",
            "capacity": {"sunlit": channel.sunlit_w, "eclipse": channel.eclipse_w},
        }
    for store in problem.stores:
        yield {
            "identity": store.code,
            "name": store.name,
            "type": "CONSUMABLE",
            "unit": store.unit,
            "capacity": store.capacity_units,
        }


# ------------------------------------------------------------------------------------------- plan


def _plan(problem: WeekProblem, plan: WeekPlan, before: WeekPlan | None) -> Node:
    planned = plan.status in (Status.OPTIMAL, Status.FEASIBLE)
    return {
        "identity": plan.problem,
        "version": 1 if before is None else 2,
        "status": "DRAFT" if planned else "NO_PLAN",
        "period": _period(problem.span),
        "producer": {
            "name": plan.solver.name,
            "version": plan.solver.version,
            "seed": plan.solver.seed,
            "effort": plan.solver.effort,
        },
        "value": plan.objective_value,
        "bound": plan.bound_value,
        "conflict": list(plan.conflict),
        "plannedActivities": list(_instances(problem, plan)),
        "plannedEvents": list(_events(problem)),
        "plannedResources": [_profile(problem, one) for one in profiles(problem, plan)] if planned else [],
        "difference": None if before is None else _difference(before, plan),
    }


def _instances(problem: WeekProblem, plan: WeekPlan) -> Iterator[Node]:
    names = {activity.code: _name(activity) for activity in problem.activities}
    for item in plan.items:
        if item.kind is Kind.BLOCKED:
            continue
        own = item.kind is Kind.ACTIVITY
        yield {
            "instance": item.activity if own else item.code,
            "definition": names[item.activity] if own else item.kind.value,
            "status": "PLANNED",
            **_period(item.span),
            "crew": list(item.crew),
            **({"mode": item.mode} if item.mode else {}),
            **({"device": item.device} if item.device else {}),
        }


def _events(problem: WeekProblem) -> Iterator[Node]:
    for name, spans in problem.windows.items():
        for number, span in enumerate(spans, 1):
            yield {"instance": f"{name}.{number}", "definition": name, **_period(span)}
    if "eclipse" not in problem.windows:
        for number, span in enumerate(problem.eclipses, 1):
            yield {"instance": f"eclipse.{number}", "definition": "eclipse", **_period(span)}
    for blocked in problem.blocked:
        busy = {"crew": list(blocked.crew), "facilities": list(blocked.facilities)}
        yield {"instance": blocked.code, "definition": blocked.kind, **_period(blocked.span), **busy}


def _profile(problem: WeekProblem, one: Profile) -> Node:
    """The profile where it changes: a time and what is used from there on."""
    told: list[list[object]] = []
    for place, used in enumerate(one.used.round(3).tolist()):
        if not told or told[-1][1] != used:
            told.append([iso(_slot(problem, place)), used])
    return {"resource": one.code, "type": one.kind, "unit": one.unit, "profile": told}


def _slot(problem: WeekProblem, place: int) -> datetime:
    return problem.start + place * (problem.span.end - problem.start) / (
        problem.days * 1440 // problem.slot_min
    )


def _difference(before: WeekPlan, after: WeekPlan) -> Node:
    """What a plan changes of the one before: by instance, both with where they stood."""
    old, new = ({i.code: i for i in plan.items} for plan in (before, after))
    moved = [code for code in new if code in old and old[code].span != new[code].span]
    crewed = [code for code in new if code in old and old[code].crew != new[code].crew]
    return {
        "inserted": [code for code in new if code not in old],
        "deleted": [code for code in old if code not in new],
        "moved": [
            {"instance": code, "from": _period(old[code].span), "to": _period(new[code].span)}
            for code in moved
        ],
        "recrewed": [
            {"instance": code, "from": list(old[code].crew), "to": list(new[code].crew)} for code in crewed
        ],
    }
