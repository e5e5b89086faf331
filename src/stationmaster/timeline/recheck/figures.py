"""What a plan says of itself: its value and bound, hours, facilities, power, stores, the task list."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stationmaster.measure.reasons import Fault
from stationmaster.timeline.letters import Goal
from stationmaster.timeline.outcome import Kind, Status, WeekPlan
from stationmaster.timeline.recheck.case import EPSILON, Case
from stationmaster.timeline.recheck.stores import course


def value(case: Case, plan: WeekPlan) -> Iterator[Fault]:
    """The value is that of what is placed, its bound is on the right side of it, and they make gap
    and status."""
    shortest = case.problem.goal is Goal.EARLIEST_END
    if shortest:
        slack, base = 1e-3, plan.objective_value
        worth = max((p.end_min for p in case.by_kind[Kind.ACTIVITY]), default=0.0)
        gained = plan.objective_value - plan.bound_value
    else:
        slack, base = 1e-3 * (1 + len(case.activities)), plan.bound_value  # weights count in thousandths
        worth = sum(case.activities[c].priority_weight for c in case.done if c in case.activities)
        gained = plan.bound_value - plan.objective_value
        whole = sum(a.priority_weight for a in case.activities.values() if not a.jar)
        if plan.bound_value > whole + slack:
            yield Fault("bound", "plan", f"The bound is above {whole:g}, the weight of all activities.")
    if abs(worth - plan.objective_value) > slack:
        what = "The last activity ends at minute" if shortest else "Placed weights sum to"
        yield Fault("objective", "plan", f"{what} {worth:g}, not {plan.objective_value:g}.")
    if gained < -slack:
        yield Fault("bound", "plan", f"The value {plan.objective_value:g} is better than its bound.")
    gap = gained / base if base else 0.0
    if abs(gap - plan.gap_fraction) > 2e-6:
        yield Fault("gap", "plan", f"Value and bound leave a gap of {gap:.6f}, not {plan.gap_fraction:g}.")
    if (plan.status is Status.OPTIMAL) != (abs(gained) < 5e-4):
        yield Fault("status", "plan", f"It is called {plan.status.value} with a gap of {gap:.6f}.")
    if plan.conflict:
        yield Fault("conflict", plan.conflict[0], "A plan that keeps all musts names a conflict.")


def work(case: Case, plan: WeekPlan) -> Iterator[Fault]:
    """Hours and limits of each member on each of its days, each told once."""
    days = {case.date(n): n for n in range(case.problem.days)}
    due = {(member.code, day) for member in case.problem.crew for day in days}
    for figure in plan.work:
        where = f"{figure.crew} {figure.day}"
        if (figure.crew, figure.day) not in due:
            yield Fault("figure", where, "Its hours are told twice, or nobody of that name works that day.")
            continue
        due.remove((figure.crew, figure.day))
        day = days[figure.day]
        done_h = (case.work_min(figure.crew, day) + case.blocked_min(figure.crew, day)) / 60
        limit_h = case.limit_min(figure.crew, day) / 60
        for name, told, is_h in (("work", figure.work_h, done_h), ("limit", figure.limit_h, limit_h)):
            if abs(told - is_h) > 1e-3:
                yield Fault("figure", where, f"The {name} is {is_h:.2f} h, not {told:g} h.")
    for crew, day_left in sorted(due):
        yield Fault("figure", f"{crew} {day_left}", "Its hours are not told.")


def facilities(case: Case, plan: WeekPlan) -> Iterator[Fault]:
    """Unit hours of each facility and the share of its whole capacity, in the problem's order."""
    if [figure.facility for figure in plan.facilities] != [one.code for one in case.problem.facilities]:
        yield Fault("figure", "facilities", "They are not those of the problem.")
        return
    for figure, facility in zip(plan.facilities, case.problem.facilities, strict=True):
        use_h = sum(p.units(facility.code) * p.length_min / 60 for p in case.by_kind[Kind.ACTIVITY])
        share = use_h / max(1.0, facility.users_at_once * case.minutes / 60)
        if abs(figure.use_h - use_h) > 1e-3 or abs(figure.use_share - share) > 1e-5:
            yield Fault("figure", facility.code, f"It is used for {use_h:.2f} h, {share:.4f} of what it has.")


def power(case: Case, plan: WeekPlan) -> Iterator[Fault]:
    """The highest draw on each channel, in slots that meet an eclipse and in the others."""
    if [figure.channel for figure in plan.power] != [one.code for one in case.problem.channels]:
        yield Fault("figure", "power", "The channels are not those of the problem.")
        return
    slot = case.problem.slot_min
    dark = np.repeat(case.touched(case.problem.eclipses).reshape(-1, slot).any(axis=1), slot)
    for figure, channel in zip(plan.power, case.problem.channels, strict=True):
        drawn = case.load("channel", channel.code) + channel.base_w
        sunlit = float(drawn[~dark].max(initial=channel.base_w))
        eclipse = float(drawn[dark].max(initial=channel.base_w))
        if abs(sunlit - figure.peak_sunlit_w) > 2e-3 or abs(eclipse - figure.peak_eclipse_w) > 2e-3:
            says = f"Its peaks are {sunlit:g} W in sunlight and {eclipse:g} W in eclipse."
            yield Fault("figure", channel.code, says)


def stores(case: Case, plan: WeekPlan) -> Iterator[Fault]:
    """The highest level of each store, a moment it is reached, and the level at the end."""
    if [figure.store for figure in plan.stores] != [one.code for one in case.problem.stores]:
        yield Fault("figure", "stores", "They are not those of the problem.")
        return
    for figure, store in zip(plan.stores, case.problem.stores, strict=True):
        levels = course(case, store)
        peak, end = max(level for _, level in levels), levels[-1][1]
        slack = 2e-3 * max(1.0, store.capacity_units)
        if abs(figure.peak_units - peak) > slack or abs(figure.end_units - end) > slack:
            says = f"It holds {peak:.4g} {store.unit} at most and {end:.4g} at the end."
            yield Fault("figure", store.code, says)
        at_min = case.minute(figure.peak_at)
        if not any(abs(minute - at_min) < EPSILON and peak - level <= slack for minute, level in levels):
            yield Fault("figure", store.code, "It is not at its peak at the moment told.")


def jar(case: Case, plan: WeekPlan) -> Iterator[Fault]:
    """Who is told to have room for the task list may do it and has the hours left in the week."""
    members = {member.code: member for member in case.problem.crew}
    for entry in plan.jar:
        activity = case.activities.get(entry.activity)
        if activity is None or not activity.jar:
            yield Fault("jar", entry.activity, "It is not for the task list.")
            continue
        shortest = min(way.duration_min for way in activity.ways)
        able = {code for way in activity.ways for code in way.eligible or members}
        for code in entry.crew:
            if code not in members or code not in able or code not in (activity.eligible or members):
                yield Fault("jar", entry.activity, f"{code} may not do it.")
                continue
            lacks = activity.skill and activity.skill not in members[code].skills
            if activity.skilled_count is None and lacks:
                yield Fault("jar", entry.activity, f"{code} does not hold {activity.skill}.")
            left = sum(
                max(0.0, case.limit_min(code, k) - case.work_min(code, k) - case.blocked_min(code, k))
                for k in range(case.problem.days)
            )
            if left + EPSILON < shortest:
                yield Fault("jar", entry.activity, f"{code} has {left / 60:.2f} h of work left.")
