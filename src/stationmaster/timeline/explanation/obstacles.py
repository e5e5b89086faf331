"""Everything that could keep an activity out on one day, each with what taking it away would mean.

A shared thing is lifted by what the activity needs of it, no more: with that much more it can never
be what stands in the way, and everything else is still held to what there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from stationmaster.measure.reasons import Reason
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.explanation.around import Around, Lifted, more_work, without_fields
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.model.variables import weight

HOURS, FACILITY, POWER, STORE, CAP, DATA, KEPT = (
    "out-hours",
    "out-facility",
    "out-power",
    "out-store",
    "out-cap",
    "out-data",
    "out-kept",
)


@dataclass(frozen=True)
class Obstacle:
    """One constraint: what it is for people, how it is lifted, the faults that a checker then may find.

    Without such faults it is nothing that a planner could give: a must.
    """

    reason: Reason
    lift: Lifted
    faults: tuple[str, ...]


def together(obstacles: list[Obstacle]) -> Lifted:
    """All of them lifted at once."""
    lifts = [obstacle.lift for obstacle in obstacles]
    return Lifted(
        tuple(edit for lift in lifts for edit in lift.activity),
        tuple(edit for lift in lifts for edit in lift.week),
        tuple(edit for lift in lifts for edit in lift.grid),
        frozenset[int]().union(*(lift.droppable for lift in lifts)),
    )


def obstacles(around: Around, number: int, day: int) -> list[Obstacle]:
    """What may keep the activity out on the day; in the order in which a person would rather not
    hear of it: what stays at the end of the list is left in a smallest set where there is a choice."""
    activity = around.problem.activities[number]
    return [
        *_hours(around, activity, day),
        *_shared(around.problem, activity),
        *_kept(around, number, day),
        *_own(activity),
    ]


def _hours(around: Around, activity: Activity, day: int) -> Iterator[Obstacle]:
    if not activity.crew_count:
        return
    problem = around.problem
    minutes = max(around.grid.slots(way.duration_min) for way in activity.ways) * problem.slot_min
    able = {code for way in activity.ways for code in way.eligible} or set(activity.eligible)
    name = f"{problem.date_of(day):%A}"
    for i, member in enumerate(problem.crew):
        if not able or member.code in able:
            facts = {"crew": member.code, "day": name}
            lift = Lifted(grid=(more_work(i, day, minutes),))
            yield Obstacle(Reason(HOURS, facts), lift, ("work-hours",))
    if problem.rules.work_week_min is not None:
        whole_min = problem.rules.work_week_min + minutes

        def longer(week: WeekProblem) -> WeekProblem:
            return replace(week, rules=replace(week.rules, work_week_min=whole_min))

        yield Obstacle(Reason("out-week-hours"), Lifted(week=(longer,)), ("week-hours",))


def _shared(problem: WeekProblem, activity: Activity) -> Iterator[Obstacle]:
    units: dict[str, int] = {}
    for use in (use for way in activity.ways for use in way.uses):
        units[use.facility] = max(use.units, units.get(use.facility, 0))
    for code, count in units.items():
        name = next(f.name for f in problem.facilities if f.code == code)
        facts = {"facility": name, "units": str(count)}
        yield Obstacle(Reason(FACILITY, facts), Lifted(week=(_roomier(code, count),)), ("facility",))
        for blocked in problem.blocked:
            if code in blocked.facilities:
                facts = {"facility": name, "blocked": blocked.title}
                lift = Lifted(week=(_opened(code, blocked.code),))
                yield Obstacle(Reason("out-closed", facts), lift, ("blocked",))
    yield from _amounts(problem, activity)


def _amounts(problem: WeekProblem, activity: Activity) -> Iterator[Obstacle]:
    watts = {load.channel: load.power_w for load in activity.loads}
    if activity.channel:
        own_w = max(way.power_w for way in activity.ways)
        watts[activity.channel] = watts.get(activity.channel, 0.0) + own_w
    for channel in problem.channels:
        if watts.get(channel.code):
            facts = {"channel": channel.name, "power": f"{watts[channel.code]:g} W"}
            lift = Lifted(week=(_stronger(channel.code, watts[channel.code]),))
            yield Obstacle(Reason(POWER, facts), lift, ("power",))
    for store in problem.stores:
        amount = max(
            sum(draw.amount_units for draw in way.draws if draw.store == store.code) for way in activity.ways
        )
        if amount > 0:
            facts = {"store": store.name, "amount": f"{amount:g} {store.unit}"}
            lift = Lifted(week=(_larger(store.code, amount),))
            yield Obstacle(Reason(STORE, facts), lift, ("store",))
    hours = activity.crew_count * (max(way.duration_min for way in activity.ways) + problem.slot_min) / 60
    for cap in problem.caps:
        if activity.code in cap.activities:
            lift = Lifted(week=(_wider(cap.code, hours),))
            yield Obstacle(Reason(CAP, {"share": cap.name}), lift, ("cap",))
    if problem.data_day_gb is not None and activity.data_gb > 0:
        most = problem.data_day_gb + activity.data_gb
        facts = {"data": f"{activity.data_gb:g} GB"}
        yield Obstacle(
            Reason(DATA, facts), Lifted(week=(lambda week: replace(week, data_day_gb=most),)), ("data",)
        )


def _kept(around: Around, number: int, day: int) -> Iterator[Obstacle]:
    """What is placed on the day stays placed: the musts, what weighs as much or more, and the rest."""
    worth = {n: weight(around.problem.activities[n]) for n in around.on(day)}
    musts = frozenset(n for n in worth if around.problem.activities[n].must)
    own = weight(around.problem.activities[number])
    lower = frozenset(n for n in worth if worth[n] < own) - musts
    for what, droppable, faults in (
        ("must be done", musts, ()),
        ("weighs as much or more", frozenset(worth) - musts - lower, ("after", "series", "same-crew")),
        ("weighs less", lower, ("after", "series", "same-crew")),
    ):
        if droppable:
            facts = {"what": what, "count": str(len(droppable)), "day": f"{around.problem.date_of(day):%A}"}
            yield Obstacle(Reason(KEPT, facts), Lifted(droppable=droppable), faults)


def _own(activity: Activity) -> Iterator[Obstacle]:
    """The activity's own wishes about time and crew."""
    for kind in activity.quiet:
        left = tuple(other for other in activity.quiet if other != kind)
        yield _wish(activity, "out-quiet", {"kind": kind}, "quiet", quiet=left)
    if activity.after:
        names = ", ".join(link.activity for link in activity.after)
        yield _wish(activity, "out-lag", {"activity": names}, "lag", after=())
    if activity.series and activity.occurrence > 1:
        yield _wish(activity, "out-gap", {}, "gap", gap_shortest_min=0, gap_longest_min=None)
    if activity.same_crew_as:
        yield _wish(
            activity, "out-same-crew", {"activity": activity.same_crew_as}, "same-crew", same_crew_as=""
        )
    if activity.crew_count and (activity.skill or activity.eligible):
        able = f" of {', '.join(activity.eligible)}" if activity.eligible else ""
        who = f"who holds {activity.skill}{able}" if activity.skill else ", ".join(activity.eligible)
        lift = Lifted(activity=(without_fields(skill="", skilled_count=None, eligible=()),))
        yield Obstacle(Reason("out-crew", {"who": who}), lift, ("skill", "eligible"))
    if activity.day_from_min or activity.day_until_min is not None:
        yield _wish(activity, "out-time-of-day", {}, "time-of-day", day_from_min=0, day_until_min=None)
    if activity.earliest is not None:
        yield _wish(activity, "out-earliest", {}, "earliest", earliest=None)
    if activity.latest is not None:
        yield _wish(activity, "out-latest", {}, "latest", latest=None)
    for field in ("inside", "around"):
        names = getattr(activity, field)
        for name in names:
            left = tuple(other for other in names if other != name)
            yield _wish(activity, "out-window", {"window": name}, field, **{field: left})


def _wish(activity: Activity, code: str, facts: dict[str, str], fault: str, **fields: object) -> Obstacle:
    assert activity.code
    return Obstacle(Reason(code, facts), Lifted(activity=(without_fields(**fields),)), (fault,))


Edit = Callable[[WeekProblem], WeekProblem]


def _roomier(code: str, units: int) -> Edit:
    return lambda week: replace(
        week,
        facilities=tuple(
            replace(f, users_at_once=f.users_at_once + units) if f.code == code else f
            for f in week.facilities
        ),
    )


def _opened(facility: str, blocked: str) -> Edit:
    return lambda week: replace(
        week,
        blocked=tuple(
            replace(b, facilities=tuple(f for f in b.facilities if f != facility)) if b.code == blocked else b
            for b in week.blocked
        ),
    )


def _stronger(code: str, watts: float) -> Edit:
    return lambda week: replace(
        week,
        channels=tuple(
            replace(
                c,
                sunlit_w=c.sunlit_w + watts,
                eclipse_w=c.eclipse_w + watts,
                reduced=tuple(replace(r, limit_w=r.limit_w + watts) for r in c.reduced),
            )
            if c.code == code
            else c
            for c in week.channels
        ),
    )


def _larger(code: str, amount: float) -> Edit:
    return lambda week: replace(
        week,
        stores=tuple(
            replace(s, capacity_units=s.capacity_units + amount) if s.code == code else s for s in week.stores
        ),
    )


def _wider(code: str, hours: float) -> Edit:
    return lambda week: replace(
        week,
        caps=tuple(replace(c, crew_time_h=c.crew_time_h + hours) if c.code == code else c for c in week.caps),
    )
