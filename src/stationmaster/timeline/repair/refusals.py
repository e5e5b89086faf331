"""Whether disturbances make sense for the week they disturb: names exist, spans lie in time, nothing is
told of what is over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from stationmaster.measure.codes import nearest
from stationmaster.measure.errors import StationError
from stationmaster.measure.letters import Source
from stationmaster.measure.time import iso
from stationmaster.timeline.letters import Goal
from stationmaster.timeline.outcome import Item, Kind, Status
from stationmaster.timeline.repair.letters import (
    Breakdown,
    Illness,
    Manoeuvre,
    Outage,
    RepairProblem,
    Shelter,
)

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Written(RepairProblem):
    """A problem as it was written, whether or not it makes sense; :func:`refusals` says what does not."""

    def __post_init__(self) -> None:
        """Nothing is refused here."""


def consistent(problem: RepairProblem) -> None:
    """Raise the first of :func:`refusals`.

    Raises:
        StationError: ``bad-value``, ``unknown-name`` or ``duplicate``, with the field.
    """
    for error in refusals(problem):
        raise error


def refusals(problem: RepairProblem) -> Iterator[StationError]:
    """Everything in the problem that contradicts the week or its plan."""
    plan = list(_plan(problem))
    yield from plan
    if not plan:
        yield from _activities(problem)
        yield from _things(problem)
        yield from _new_spans(problem)
        yield from _times(problem)


def _bad(field: str, value: object, expected: str) -> StationError:
    return StationError("bad-value", field=field, value=value, expected=expected)


def _known(value: str, names: Collection[str], kind: str, field: str) -> Iterator[StationError]:
    if value not in names:
        near = nearest(value, names)
        yield StationError("unknown-name", value=value, kind=kind, nearest=near, field=field)


def _plan(problem: RepairProblem) -> Iterator[StationError]:
    week, plan = problem.week, problem.plan
    if (plan.problem, plan.start) != (week.code, week.start):
        yield _bad("plan.problem", plan.problem, f"a plan of {week.code}")
    if plan.status in (Status.INFEASIBLE, Status.NOT_FOUND):
        yield _bad("plan.status", plan.status.value, "a plan with something in it")
    if week.goal is not Goal.MOST_WEIGHT:
        yield _bad("week.goal", week.goal.value, Goal.MOST_WEIGHT.value)
    if not week.span.start <= problem.now < week.span.end:
        yield _bad("now", iso(problem.now), f"a moment of the week {week.span}")
    if problem.freeze_min < 0:
        yield _bad("freeze_min", problem.freeze_min, "0 minutes or more")
    ways = {a.code: {way.code for way in a.ways} for a in week.activities}
    members = {m.code for m in week.crew}
    for item in plan.items:
        fits = (item.start - week.start) % timedelta(minutes=week.slot_min) == timedelta(0)
        if item.kind is Kind.ACTIVITY and (item.mode not in ways.get(item.activity, ()) or not fits):
            yield _bad(
                "plan.items", item.code, f"an activity of the week, on its grid of {week.slot_min} min"
            )
        elif not set(item.crew) <= members:
            yield _bad("plan.items", item.code, "crew of the week")


def _activities(problem: RepairProblem) -> Iterator[StationError]:
    told, names = problem.disturbances, {a.code for a in problem.week.activities}
    items = {i.activity: i for i in problem.plan.items if i.kind is Kind.ACTIVITY}
    for n, delay in enumerate(told.delays, 1):
        yield from _known(delay.activity, names, "activity", f"delays[{n}].activity")
        yield from _positive(delay.by_min, f"delays[{n}].by_min")
        item = items.get(delay.activity)
        if delay.activity in names and item is None:
            yield _bad(f"delays[{n}].activity", delay.activity, "an activity that the plan places")
        elif waits := _begun_after(problem, items, delay.activity, over=False):
            says = f"an activity that {waits}, which has begun, does not need"
            yield _bad(f"delays[{n}].activity", delay.activity, says)
    for n, overrun in enumerate(told.overruns, 1):
        yield from _known(overrun.activity, names, "activity", f"overruns[{n}].activity")
        yield from _positive(overrun.by_min, f"overruns[{n}].by_min")
        if overrun.activity in names:
            yield from _not_over(items.get(overrun.activity), problem.now, f"overruns[{n}].activity")
    for n, gone in enumerate(told.cancelled, 1):
        yield from _known(gone.activity, names, "activity", f"cancelled[{n}].activity")
        item = items.get(gone.activity)
        if item is not None and item.end <= problem.now:
            yield _bad(f"cancelled[{n}].activity", gone.activity, "an activity that is not over")
        elif waits := _begun_after(problem, items, gone.activity, over=True):
            says = f"an activity that {waits}, which is over, does not need"
            yield _bad(f"cancelled[{n}].activity", gone.activity, says)
    for n, activity in enumerate(told.urgent, 1):
        if activity.code in names:
            place = f"urgent[{n}].code"
            yield StationError("duplicate", value=activity.code, kind="activity", field=place)
    yield from _once("delays", [d.activity for d in told.delays])
    yield from _once("overruns", [o.activity for o in told.overruns])
    yield from _once("cancelled", [c.activity for c in told.cancelled])
    yield from _once("urgent", [a.code for a in told.urgent])


def _begun_after(problem: RepairProblem, items: dict[str, Item], code: str, *, over: bool) -> str:
    """Something that needs an activity and began before now (or is over), if there is any."""
    for activity in problem.week.activities:
        item = items.get(activity.code)
        needs = {link.activity for link in activity.after} | {activity.same_crew_as}
        if item is not None and code in needs and (item.end if over else item.start) <= problem.now:
            return activity.code
    return ""


def _positive(minutes: int, field: str) -> Iterator[StationError]:
    if minutes <= 0:
        yield _bad(field, minutes, "a minute or more")


def _not_over(item: Item | None, now: datetime, field: str) -> Iterator[StationError]:
    if item is None:
        yield _bad(field, "an activity that is not placed", "one of the plan")
    elif item.end < now:
        yield _bad(field, item.code, f"an activity that is not over at {iso(now)}")


def _once(field: str, values: Iterable[str]) -> Iterator[StationError]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield StationError("duplicate", value=value, kind=field, field=field)
        seen.add(value)


def _things(problem: RepairProblem) -> Iterator[StationError]:
    week, told = problem.week, problem.disturbances
    members = {m.code for m in week.crew}
    things = {f.code for f in week.facilities} | {d.code for d in week.devices}
    blocked = {b.code: b for b in week.blocked}
    tied = blocked.keys() | week.windows.keys() | {a.code for a in week.activities}
    for n, ill in enumerate(told.illnesses, 1):
        yield from _known(ill.crew, members, "crew member", f"illnesses[{n}].crew")
    for n, broken in enumerate(told.breakdowns, 1):
        yield from _known(broken.facility, things, "facility or device", f"breakdowns[{n}].facility")
    for n, outage in enumerate(told.outages, 1):
        yield from _known(outage.window, week.windows, "window", f"outages[{n}].window")
    for n, slip in enumerate(told.slips, 1):
        yield from _known(slip.blocked, blocked, "blocked span", f"slips[{n}].blocked")
        for name in slip.tied:
            yield from _known(name, tied, "blocked span, window or activity", f"slips[{n}].tied")
        for code in {slip.blocked, *slip.tied} & blocked.keys():
            begins = blocked[code].span.start
            if min(begins, begins + timedelta(minutes=slip.by_min)) < problem.now:
                yield _bad(f"slips[{n}].blocked", code, "one that begins after now, before and after it")
    yield from _once("slips", [s.blocked for s in told.slips])


def _new_spans(problem: RepairProblem) -> Iterator[StationError]:
    """Manoeuvres and shelters: blocked spans of their own, with crew of the week."""
    week, told = problem.week, problem.disturbances
    members, known = {m.code for m in week.crew}, {b.code for b in week.blocked}
    for n, burn in enumerate(told.manoeuvres, 1):
        for name in burn.loses:
            yield from _known(name, week.windows, "window", f"manoeuvres[{n}].loses")
    lists: tuple[tuple[str, Sequence[Manoeuvre | Shelter]], ...] = (
             ("manoeuvres", told.manoeuvres), ("shelters", told.shelters))  # fmt: skip
    for field, found in lists:
        for n, one in enumerate(found, 1):
            for code in one.crew:
                yield from _known(code, members, "crew member", f"{field}[{n}].crew")
            if one.code in known:
                yield StationError(
                    "duplicate", value=one.code, kind="blocked span", field=f"{field}[{n}].code"
                )
    yield from _once("code", [*(burn.code for burn in told.manoeuvres), *(s.code for s in told.shelters)])


def _times(problem: RepairProblem) -> Iterator[StationError]:
    told, week = problem.disturbances, problem.week
    lists: tuple[tuple[str, Sequence[Illness | Breakdown | Outage | Manoeuvre | Shelter]], ...] = (
             ("illnesses", told.illnesses), ("breakdowns", told.breakdowns), ("outages", told.outages),
             ("manoeuvres", told.manoeuvres), ("shelters", told.shelters))  # fmt: skip
    for field, found in lists:
        for n, one in enumerate(found, 1):
            if one.end <= one.start:
                yield _bad(f"{field}[{n}].end", iso(one.end), f"a moment after {iso(one.start)}")
            elif one.end <= problem.now or one.start >= week.span.end:
                says = f"a span that meets the week after {iso(problem.now)}"
                yield _bad(f"{field}[{n}].start", f"{iso(one.start)}/{iso(one.end)}", says)


def placed(error: StationError, source: Source | None) -> StationError:
    """A refusal with the file and line of what it refuses, where a file told it."""
    if source is None:
        return error
    parts: list[str | int] = []
    for part in str(error.facts.get("field", "")).split("."):
        name, _, number = part.rstrip("]").partition("[")
        parts += [name, int(number) - 1] if number.isdigit() else [name]
    place = source.place(tuple(parts))
    return error.at(file=place["file"], line=place["line"]) if place["line"] else error
