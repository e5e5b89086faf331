"""What activities share in a plan: facilities, power, data, caps on hours, quiet."""

from __future__ import annotations

from collections.abc import Iterator

from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import iso
from stationmaster.timeline.outcome import Kind
from stationmaster.timeline.recheck.case import EPSILON, Case


def facilities(case: Case) -> Iterator[Fault]:
    """No facility is used beyond its units, nor while it is shut."""
    for facility in case.problem.facilities:
        load = [0] * case.minutes
        shut = {m for b in case.problem.blocked if facility.code in b.facilities for m in case.range(b.span)}
        for code, item in case.done.items():
            units = sum(u.units for u in case.activity(code).uses if u.facility == facility.code)
            if units and shut.intersection(case.range(item.span)):
                yield Fault("blocked", code, f"{facility.code} cannot be used then.")
            for minute in case.range(item.span):
                load[minute] += units
        if max(load) > facility.users_at_once:
            when = iso(case.at(0, load.index(max(load))))
            says = f"{max(load)} units in use at {when}, at most {facility.users_at_once}."
            yield Fault("facility", facility.code, says)


def power(case: Case) -> Iterator[Fault]:
    """No channel gives more than it has; where its base load alone is too much, nothing is added to it."""
    dark = {m for span in case.problem.eclipses for m in case.range(span)}
    for channel in case.problem.channels:
        for minute, watts in enumerate(case.load_w(channel.code, channel.base_w)):
            limit = min(channel.sunlit_w, channel.eclipse_w) if minute in dark else channel.sunlit_w
            if watts > limit + EPSILON and watts > channel.base_w:
                says = f"{watts:g} W at {iso(case.at(0, minute))}, at most {limit:g} W."
                yield Fault("power", channel.code, says)
                break


def caps(case: Case) -> Iterator[Fault]:
    """Hours of each cap, data of each day."""
    for cap in case.problem.caps:
        hours = sum(
            len(case.done[c].crew) * (case.done[c].end - case.done[c].start).total_seconds() / 3600
            for c in set(cap.activities) & case.done.keys()
        )
        if hours > cap.crew_time_h + EPSILON:
            yield Fault("cap", cap.code, f"{hours:.2f} h of crew time, at most {cap.crew_time_h:g} h.")
    if case.problem.data_day_gb is not None:
        for day in range(case.problem.days):
            data = sum(case.activity(c).data_gb for c, i in case.done.items() if case.day(i.start) == day)
            if data > case.problem.data_day_gb + EPSILON:
                yield Fault("data", f"day {day + 1}", f"{data:g} GB, at most {case.problem.data_day_gb:g}.")


def quiet(case: Case) -> Iterator[Fault]:
    """Nothing runs during what it cannot bear."""
    shaking = {d.code for d in case.problem.devices if d.vibrates}
    sessions = [i for i in case.by_kind[Kind.EXERCISE] if i.device in shaking]
    for code, item in case.done.items():
        quiet = case.activity(code).quiet
        for blocked in case.problem.blocked:
            if blocked.kind in quiet and blocked.span.overlaps(item.span):
                yield Fault("quiet", code, f"It runs during the {blocked.kind} {blocked.code}.")
        for session in sessions:
            if "exercise" in quiet and session.span.overlaps(item.span):
                yield Fault("quiet", code, f"It runs during {session.code}.")
