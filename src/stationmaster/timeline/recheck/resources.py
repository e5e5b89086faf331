"""What activities share in a plan: facilities, power, data, caps on hours, quiet."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import iso
from stationmaster.timeline.outcome import Kind
from stationmaster.timeline.recheck.case import EPSILON, Case


def facilities(case: Case) -> Iterator[Fault]:
    """No facility is used beyond its units, nor while it is shut."""
    for facility in case.problem.facilities:
        if facility.code not in case.scope.facilities:
            continue
        load = case.load("facility", facility.code)
        over = np.flatnonzero(load > facility.users_at_once)
        if over.size:
            first = int(over[0])
            says = (
                f"{load[first]:g} units of {facility.code} in use at {iso(case.at(0, first))},"
                f" at most {facility.users_at_once}."
            )
            yield Fault("facility", facility.code, says)
    for code, placed in case.judged:
        for use in placed.way.uses:
            if case.shut(use.facility)[placed.touched].any():
                yield Fault("blocked", code, f"{use.facility} cannot be used then.")


def power(case: Case) -> Iterator[Fault]:
    """No channel gives more than it has; where its base load alone is too much, nothing is added to it."""
    for channel in case.problem.channels:
        if channel.code not in case.scope.channels:
            continue
        drawn, limit = case.load("channel", channel.code), case.limit_w(channel)
        over = np.flatnonzero((drawn + channel.base_w > limit + EPSILON) & (drawn > EPSILON))
        if over.size:
            first = int(over[0])
            says = (
                f"{drawn[first] + channel.base_w:g} W of {channel.code} at {iso(case.at(0, first))},"
                f" at most {limit[first]:g} W."
            )
            yield Fault("power", channel.code, says)


def caps(case: Case) -> Iterator[Fault]:
    """Hours of each cap, data of each day."""
    for cap in case.problem.caps:
        if cap.code not in case.scope.caps:
            continue
        doing = [case.done[c] for c in set(cap.activities) & case.done.keys()]
        hours = sum(len(p.item.crew) * p.length_min / 60 for p in doing)
        if hours > cap.crew_time_h + EPSILON:
            says = f"{hours:.2f} h of crew time of {cap.name}, at most {cap.crew_time_h:g} h."
            yield Fault("cap", cap.code, says)
    most = case.problem.data_day_gb
    if most is not None:
        for day in sorted({placed.day for _, placed in case.judged}):
            data = sum(p.activity.data_gb for p in case.by_kind[Kind.ACTIVITY] if p.day == day)
            if data > most + EPSILON:
                yield Fault(
                    "data", f"day {day + 1}", f"{data:g} GB on {case.day_name(day)}, at most {most:g}."
                )


def quiet(case: Case) -> Iterator[Fault]:
    """Nothing runs during what it cannot bear."""
    shaking = {d.code for d in case.problem.devices if d.vibrates}
    for code, placed in case.judged:
        for kind in placed.activity.quiet:
            for blocked in case.problem.blocked:
                if blocked.kind == kind and blocked.span.overlaps(placed.item.span):
                    yield Fault("quiet", code, f"It runs during the {kind} {blocked.code}.")
            disturbing = {
                "exercise": [p for p in case.by_kind[Kind.EXERCISE] if p.item.device in shaking],
                "sleep": case.by_kind[Kind.SLEEP],
            }.get(kind, [])
            for other in disturbing:
                if other.start_min < placed.end_min and placed.start_min < other.end_min:
                    yield Fault("quiet", code, f"It runs during {other.item.code}.")
