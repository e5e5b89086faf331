"""When an activity may start, as far as the problem alone tells; and which rule emptied that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from stationmaster.measure.reasons import Reason, say
from stationmaster.timeline.activity import Activity, Mode
from stationmaster.timeline.crew_day import DAY_MIN
from stationmaster.timeline.model.grid import Grid, Mask, runs
from stationmaster.timeline.model.stores import headroom
from stationmaster.timeline.reasons import REASONS


@dataclass(frozen=True)
class Way:
    """One way of doing an activity, on the grid.

    ``starts`` are the slots it may start in as far as the problem alone tells (n,), ``crew`` the
    numbers of members who may do it, ``skilled`` those who hold its skill; ``certified`` says of
    some of them in which slot it must start at the latest for their certificate to cover it.
    ``uses`` (facility, units), ``power`` (channel, amount) and ``draws`` (store, amount) are by
    number and in whole units. ``hopeless`` is why it is impossible by itself, or None.
    """

    mode: Mode
    length: int
    starts: Mask
    crew: tuple[int, ...]
    skilled: tuple[int, ...]
    certified: Mapping[int, int]
    uses: tuple[tuple[int, int], ...]
    power: tuple[tuple[int, int], ...]
    draws: tuple[tuple[int, int], ...]
    hopeless: Reason | None = None


@dataclass(frozen=True)
class Job:
    """An activity on the grid: the ways it can be done. ``hopeless`` is why it can never be placed,
    or None."""

    number: int
    activity: Activity
    ways: tuple[Way, ...]
    hopeless: Reason | None

    @property
    def length(self) -> int:
        """Slots of its shortest way."""
        return min(way.length for way in self.ways)

    @cached_property
    def starts(self) -> Mask:
        """Starts of any of its ways (n,)."""
        found: Mask = np.logical_or.reduce([way.starts for way in self.ways])
        return found

    @property
    def crew(self) -> tuple[int, ...]:
        """Who may do it in any of its ways."""
        return tuple(sorted({i for way in self.ways for i in way.crew}))

    @property
    def count(self) -> int:
        """How many of the crew it takes."""
        return self.activity.crew_count


def jobs(grid: Grid) -> list[Job]:
    """Every activity of the problem on the grid, in its order."""
    return [job(grid, number, activity) for number, activity in enumerate(grid.problem.activities)]


def job(grid: Grid, number: int, activity: Activity) -> Job:
    """The activity on the grid: the starts of each way, filtered by one rule after the other."""
    ways = tuple(_filtered(grid, activity, _way(grid, activity, mode)) for mode in activity.ways)
    return Job(number, activity, ways, _hopeless(activity, ways))


def standing_job(grid: Grid, number: int, activity: Activity) -> Job:
    """An activity that is where it is, or nowhere: what it takes is known, and no start is looked for."""
    nowhere = np.zeros(grid.n, dtype=bool)
    ways = tuple(replace(_way(grid, activity, mode), starts=nowhere) for mode in activity.ways)
    return Job(number, activity, ways, None)


def _hopeless(activity: Activity, ways: tuple[Way, ...]) -> Reason | None:
    """Why no way is possible: the one reason, or each way with its own."""
    if activity.jar:
        return Reason("task-list")
    reasons = [way.hopeless for way in ways if way.hopeless is not None]
    if len(reasons) < len(ways):
        return None
    if len(set(map(str, reasons))) == 1:
        return reasons[0]
    told = [f"{way.mode.code}: {say(why, REASONS)}" for way, why in zip(ways, reasons, strict=True)]
    return Reason("no-way", {"ways": " ".join(told)})


def _way(grid: Grid, activity: Activity, mode: Mode) -> Way:
    """A way with every start; whether there are enough of the crew is said at once."""
    length, loads = grid.slots(mode.duration_min), [(load.channel, load.power_w) for load in activity.loads]
    drawn: dict[int, float] = {}
    for code, watts in [(activity.channel, mode.power_w), *loads]:
        if watts > 0:
            drawn[grid.channel_number[code]] = drawn.get(grid.channel_number[code], 0.0) + watts
    crew, skilled, certified, hopeless = _candidates(grid, activity, mode, length)
    return Way(
        mode=mode,
        length=length,
        starts=np.ones(grid.n, dtype=bool),
        crew=crew,
        skilled=skilled,
        certified=certified,
        uses=tuple((grid.facility_number[use.facility], use.units) for use in mode.uses),
        power=tuple((c, grid.power_scales[c].up(watts)) for c, watts in drawn.items()),
        draws=tuple(
            (grid.store_number[d.store], grid.tanks[grid.store_number[d.store]].scale.up(d.amount_units))
            for d in mode.draws
        ),
        hopeless=hopeless,
    )


def _candidates(
    grid: Grid, activity: Activity, mode: Mode, length: int
) -> tuple[tuple[int, ...], tuple[int, ...], dict[int, int], Reason | None]:
    """Who may do it, who of them hold the skill, until when, and why they are too few."""
    members, count = grid.problem.crew, activity.crew_count
    if not count:
        return (), (), {}, None
    allowed = [set(codes) for codes in (activity.eligible, mode.eligible) if codes]
    eligible = [i for i, m in enumerate(members) if all(m.code in codes for codes in allowed)]
    certified = {
        i: grid.floor(members[i].certified_until[activity.skill]) - length
        for i in eligible
        if activity.skill in members[i].certified_until
    }
    skilled = [
        i
        for i in eligible
        if not activity.skill or (activity.skill in members[i].skills and certified.get(i, 0) >= 0)
    ]
    needed = count if activity.skilled_count is None else activity.skilled_count
    crew = skilled if activity.skilled_count is None else eligible
    facts = {"needed": str(needed), "found": str(len(skilled)), "skill": activity.skill or "any skill"}
    reason = None
    if len(skilled) < needed:
        reason = Reason("no-eligible-crew", facts)
    elif len(crew) < count:
        facts |= {"needed": str(count), "found": str(len(crew)), "skill": "any skill"}
        reason = Reason("no-eligible-crew", facts)
    return tuple(crew), tuple(skilled), certified, reason


def _filtered(grid: Grid, activity: Activity, way: Way) -> Way:
    """The way with the starts that every rule leaves.

    ``hopeless`` names the rule that left nothing, first alone and then together with the rules
    before it.
    """
    starts, hopeless = way.starts.copy(), way.hopeless
    passed: list[str] = []
    for name, mask in filters(grid, activity, way):
        left = starts & mask
        if hopeless is None and not left.any():
            others = "" if not mask.any() else " and ".join(passed)
            facts = {"filter": name, "others": others}
            hopeless = Reason("no-start" if others == "" else "no-start-with", facts)
        starts = left
        if not mask.all():
            passed.append(name)
    return replace(way, starts=starts, hopeless=hopeless)


def filters(grid: Grid, activity: Activity, way: Way) -> Iterator[tuple[str, Mask]]:
    """Each rule that the problem alone decides: its name for people and the starts it allows."""
    problem, length = grid.problem, way.length
    yield "the end of the week", np.arange(grid.n) <= grid.n - length
    yield from _own_times(grid, activity, length)
    for name in activity.inside:
        yield f"the window {name}", grid.kept(_inside, name, length)
    for name in activity.around:
        yield f"a whole pass of {name}", grid.kept(_around, name, length)
    used = {problem.facilities[f].code for f, _ in way.uses}
    for number, blocked in enumerate(problem.blocked):
        if blocked.kind in activity.quiet or used & set(blocked.facilities):
            yield f"the {blocked.kind} {blocked.code}", grid.kept(_beside, number, length)
    if "sleep" in activity.quiet:
        yield "the sleep of the crew", grid.kept(_while_awake, length)
    for f, units in way.uses:
        yield f"the room in {problem.facilities[f].code}", grid.kept(_room_in, f, units, length)
    for c, amount in way.power:
        yield f"the power of {problem.channels[c].code}", grid.kept(_power_of, c, amount, length)
    for s, amount in way.draws:
        yield f"the room in the store {problem.stores[s].code}", grid.kept(_store_room, s, amount)
    if activity.crew_count:
        yield from _crew_times(grid, activity, way)


def _own_times(grid: Grid, activity: Activity, length: int) -> Iterator[tuple[str, Mask]]:
    numbers = np.arange(grid.n)
    if activity.earliest is not None:
        yield "its earliest start", numbers >= grid.ceil(activity.earliest)
    if activity.latest is not None:
        yield "its latest end", numbers + length <= grid.floor(activity.latest)
    if activity.day_from_min or activity.day_until_min is not None:
        until = DAY_MIN if activity.day_until_min is None else activity.day_until_min
        minute = numbers % grid.per_day * grid.slot
        within = (minute >= activity.day_from_min) & (minute + length * grid.slot <= until)
        yield "its hours of the day", within


def _inside(grid: Grid, name: str, length: int) -> Mask:
    allowed = np.zeros(grid.n, dtype=bool)
    for span in grid.problem.windows[name]:
        first, last = max(0, grid.ceil(span.start)), grid.floor(span.end) - length
        allowed[first : max(first, last + 1)] = True
    return allowed


def _around(grid: Grid, name: str, length: int) -> Mask:
    allowed = np.zeros(grid.n, dtype=bool)
    for span in grid.problem.windows[name]:
        first, last = grid.ceil(span.end) - length, grid.floor(span.start)
        allowed[max(0, first) : max(0, last + 1)] = True
    return allowed


def _beside(grid: Grid, number: int, length: int) -> Mask:
    return runs(~grid.touched([grid.problem.blocked[number].span]), length)


def _while_awake(grid: Grid, length: int) -> Mask:
    return runs(~grid.asleep, length)


def _room_in(grid: Grid, facility: int, units: int, length: int) -> Mask:
    return runs(grid.facility_left[facility] >= units, length)


def _power_of(grid: Grid, channel: int, amount: int, length: int) -> Mask:
    return runs(grid.power_left[channel] >= amount, length)


def _store_room(grid: Grid, store: int, amount: int) -> Mask:
    own = grid.tanks[store]
    _, room = headroom(own.arrived(np.zeros(grid.n, dtype=np.int64)), own.bucket_drain(), own.capacity)
    enough: Mask = (room >= amount)[own.bucket_of]
    return enough


def _beside_routine(grid: Grid, length: int) -> Mask:
    return runs(~grid.routine_mask, length)


def _free(grid: Grid, member: int, length: int) -> Mask:
    return runs(~grid.busy[member], length)


def _works(grid: Grid, member: int, minutes: int) -> Mask:
    left = grid.week_limit[member][grid.week_of]
    return np.repeat(np.minimum(grid.work_limit[member], left) >= minutes, grid.per_day)


def _crew_times(grid: Grid, activity: Activity, way: Way) -> Iterator[tuple[str, Mask]]:
    yield "the routine of the crew day", grid.kept(_beside_routine, way.length)
    minutes = way.length * grid.slot
    works = {i: grid.kept(_works, i, minutes) for i in way.crew}
    yield "the work hours of a day", enough(activity, way, works)
    free = {i: works[i] & grid.kept(_free, i, way.length) for i in way.crew}
    yield "what else the crew is busy with", enough(activity, way, free)


def enough(activity: Activity, way: Way, free: Mapping[int, Mask]) -> Mask:
    """Starts at which enough of those who may do it are free, with enough of its skill (n,).

    ``free`` says of each of them at which starts.
    """
    plain = activity.crew_count == 1 and not way.certified and free
    if plain and (activity.skilled_count is None or way.skilled == way.crew):
        found: Mask = np.logical_or.reduce(list(free.values()))
        return found
    total = np.zeros(len(way.starts), dtype=np.int64)
    skilled = np.zeros(len(way.starts), dtype=np.int64)
    for i, mask in free.items():
        holds = mask.copy()
        if i in way.certified:
            holds[max(0, way.certified[i] + 1) :] = False
        total += holds if activity.skilled_count is None else mask
        if i in way.skilled:
            skilled += holds
    needed = activity.crew_count if activity.skilled_count is None else activity.skilled_count
    return (total >= activity.crew_count) & (skilled >= needed)
