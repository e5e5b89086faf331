"""Each activity of a plan by itself and beside those it hangs on: way, crew, time, lags."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import iso
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.letters import CrewMember
from stationmaster.timeline.outcome import Kind
from stationmaster.timeline.recheck.case import DAY_MIN, Case, Check, Placed


def named(case: Case) -> Iterator[Fault]:
    """Items have a code of their own; who they name is of the crew, and named once; activities exist,
    are placed once and keep code and title."""
    seen: set[str] = set()
    placed_codes: set[str] = set()
    for items in case.by_kind.values():
        for placed in items:
            item = placed.item
            if item.code in seen:
                yield Fault("code-twice", item.code, "Two items have this code.")
            seen.add(item.code)
            if item.kind is not Kind.ACTIVITY and len(set(item.crew)) != len(item.crew):
                yield Fault("crew-twice", item.code, "It names someone twice.")
            for stranger in sorted(set(item.crew) - case.of_crew.keys()):
                yield Fault("stranger", item.code, f"{stranger} is not of the crew.")
            if item.device and item.kind is not Kind.EXERCISE:
                yield Fault("device", item.code, "Only exercise is held on a device.")
            if item.kind is Kind.ACTIVITY:
                if item.activity in placed_codes:
                    yield Fault("account", item.activity, "It is placed twice.")
                placed_codes.add(item.activity)
                activity = case.activities.get(item.activity)
                if activity is None:
                    yield Fault("account", item.activity, "It is no activity of the problem.")
                elif (item.code, item.title) != (activity.code, activity.title):
                    yield Fault(
                        "title", item.code, f"It does not go by the code and title of {activity.code}."
                    )
            elif item.kind in (Kind.MEAL, Kind.EXERCISE):
                slot = case.problem.slot_min
                if placed.start_min % slot or placed.end_min % slot:
                    yield Fault("grid", item.code, f"It does not lie on the grid of {slot} minutes.")


def musts(case: Case) -> Iterator[Fault]:
    """Every must is placed."""
    for activity in case.problem.activities:
        if activity.must and not activity.jar and activity.code not in case.done:
            yield Fault("must", activity.code, "It is a must and it is not placed.")


def ways(case: Case) -> Iterator[Fault]:
    """It is done in one of its ways, on the grid, for as long as that way takes; the task list gets no
    time."""
    slot = case.problem.slot_min
    for code, placed in case.judged:
        if placed.activity.jar:
            yield Fault("jar", code, "It is for the task list and gets no time of its own.")
        if placed.item.mode not in {way.code for way in placed.activity.ways}:
            yield Fault("mode", code, f"There is no way {placed.item.mode!r} of doing it.")
        if placed.start_min % slot or placed.end_min % slot:
            yield Fault("grid", code, f"It does not lie on the grid of {slot} minutes.")
        if code in case.activities and placed.length_min != -(-placed.way.duration_min // slot) * slot:
            says = f"It lasts {placed.length_min:g} min, not {placed.way.duration_min}."
            yield Fault("duration", code, says)


def overlap(case: Case) -> Iterator[Fault]:
    """Nobody does two things at once; blocked spans count to the minute they touch."""
    for member, own in case.of_crew.items():
        if member not in case.scope.crew:
            continue
        spans = [(p.touched.start, p.touched.stop, p.item.code) for p in own]
        for blocked in case.problem.blocked:
            if member in blocked.crew:
                start, end = case.minute(blocked.span.start), case.minute(blocked.span.end)
                spans.append((int(start // 1), int(-(-end // 1)), blocked.code))
        spans.sort()
        open_spans: list[tuple[int, int, str]] = []
        for span in spans:
            open_spans = [other for other in open_spans if other[1] > span[0]]
            for other in open_spans:
                if case.at(0, other[0]) < case.problem.span.end and other[1] > 0:
                    yield Fault("overlap", span[2], f"{member} has {other[2]} at the same time.")
            open_spans.append(span)


def _holds(member: CrewMember, skill: str, until: datetime) -> bool:
    end = member.certified_until.get(skill)
    return not skill or (skill in member.skills and (end is None or until <= end))


def crew(case: Case) -> Iterator[Fault]:
    """So many of those who may, enough of them with the skill still certified at the end."""
    members = {m.code: m for m in case.problem.crew}
    for code, placed in case.judged:
        if code not in case.activities:
            continue
        activity, own = placed.activity, [c for c in placed.item.crew if c in members]
        if len(set(own)) != activity.crew_count or len(placed.item.crew) != activity.crew_count:
            yield Fault(
                "crew-count", code, f"It has {len(placed.item.crew)} crew, needs {activity.crew_count}."
            )
        if len(set(own)) < len(own):
            yield Fault("crew-twice", code, "It names someone twice.")
        for allowed in (activity.eligible, placed.way.eligible):
            if allowed and not set(own) <= set(allowed):
                barred = ", ".join(c for c in own if c not in allowed)
                yield Fault("eligible", code, f"{barred} may not do it.")
                break
        holders = sum(_holds(members[c], activity.skill, placed.item.end) for c in set(own))
        needed = activity.crew_count if activity.skilled_count is None else activity.skilled_count
        if activity.crew_count and holders < needed:
            yield Fault("skill", code, f"{holders} of its crew hold {activity.skill}, needs {needed}.")
        other = case.done.get(activity.same_crew_as)
        if activity.same_crew_as and (other is None or not set(own) <= set(other.item.crew)):
            yield Fault("same-crew", code, f"Its crew is not from {activity.same_crew_as}.")


def windows(case: Case) -> Iterator[Fault]:
    """It lies inside its windows and round whole passes, within its dates and its hours of a day."""
    for code, placed in case.judged:
        activity, item = placed.activity, placed.item
        for name in activity.inside:
            if not any(w.start <= item.start and item.end <= w.end for w in case.problem.windows[name]):
                yield Fault("inside", code, f"It does not lie inside {name}.")
        for name in activity.around:
            if not any(item.start <= w.start and w.end <= item.end for w in case.problem.windows[name]):
                yield Fault("around", code, f"It holds no whole pass of {name}.")
        if activity.earliest is not None and item.start < activity.earliest:
            yield Fault("earliest", code, f"It starts before {iso(activity.earliest)}.")
        if activity.latest is not None and item.end > activity.latest:
            yield Fault("latest", code, f"It ends after {iso(activity.latest)}.")
        yield from _hours_of_day(placed, activity)


def _hours_of_day(placed: Placed, activity: Activity) -> Iterator[Fault]:
    if activity.day_from_min == 0 and activity.day_until_min is None:
        return
    start, end = placed.start_min % DAY_MIN, placed.end_min - placed.day * DAY_MIN
    until = DAY_MIN if activity.day_until_min is None else activity.day_until_min
    if start < activity.day_from_min or end > until:
        says = (
            f"It runs from minute {start:g} to {end:g} of the day,"
            f" not within {activity.day_from_min} to {until}."
        )
        yield Fault("time-of-day", placed.item.activity, says)


def lags(case: Case) -> Iterator[Fault]:
    """What it comes after is placed, and the time between the two is as asked."""
    for code, placed in case.judged:
        for link in placed.activity.after:
            before = case.done.get(link.activity)
            if before is None:
                yield Fault("after", code, f"{link.activity} is not placed.")
                continue
            lag = placed.start_min - before.end_min
            longest = link.lag_longest_min
            if lag < link.lag_shortest_min or (longest is not None and lag > longest):
                asked = f"{link.lag_shortest_min}" + (f" to {longest}" if longest is not None else " or more")
                says = f"It starts {lag:g} min after the end of {link.activity}, asked for {asked}."
                yield Fault("lag", code, says)


def recurrence(case: Case) -> Iterator[Fault]:
    """The occurrence before it is placed, and the gap between their starts is as asked."""
    for code, placed in case.judged:
        activity = placed.activity
        if not activity.series or activity.occurrence == 1:
            continue
        before = case.done.get(case.numbered.get((activity.series, activity.occurrence - 1), ""))
        if before is None:
            yield Fault("series", code, "The occurrence before it is not placed.")
            continue
        gap, longest = placed.start_min - before.start_min, activity.gap_longest_min
        if gap < activity.gap_shortest_min or (longest is not None and gap > longest):
            asked = f"{activity.gap_shortest_min}" + (f" to {longest}" if longest is not None else " or more")
            says = f"It starts {gap:g} min after the start of the one before, asked for {asked}."
            yield Fault("gap", code, says)


#: The checks of single activities and what they hang on.
EACH: tuple[Check, ...] = (ways, overlap, crew, windows, lags, recurrence)
