"""What a plan says of itself: its value and bound, hours, use of facilities, power, the searcher's facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from stationmaster.measure.reasons import Fault
from stationmaster.timeline.outcome import Status
from stationmaster.timeline.recheck.case import Case


def value(case: Case) -> Iterator[Fault]:
    """The value is that of what is placed, its bound is not below it, and they make gap and status."""
    worth = sum(case.activities[c].priority_weight for c in case.done if c in case.activities)
    plan = case.plan
    slack = 1e-3 * (1 + len(case.activities))  # weights are counted in thousandths
    if abs(worth - plan.objective_value) > slack:
        yield Fault("objective", "plan", f"Placed weights sum to {worth:g}, not {plan.objective_value:g}.")
    if plan.objective_value > plan.bound_value + slack:
        yield Fault("bound", "plan", f"The value {plan.objective_value:g} is above its bound.")
    whole = sum(a.priority_weight for a in case.activities.values())
    if plan.bound_value > whole + slack:
        yield Fault("bound", "plan", f"The bound is above {whole:g}, the weight of all activities.")
    gap = (plan.bound_value - plan.objective_value) / plan.bound_value if plan.bound_value else 0.0
    if abs(gap - plan.gap_fraction) > 2e-6:
        yield Fault("gap", "plan", f"Value and bound leave a gap of {gap:.6f}, not {plan.gap_fraction:g}.")
    if (plan.status is Status.OPTIMAL) != (abs(plan.bound_value - plan.objective_value) < 5e-4):
        yield Fault("status", "plan", f"It is called {plan.status.value} with a gap of {gap:.6f}.")
    if plan.conflict:
        yield Fault("conflict", plan.conflict[0], "A plan that keeps all musts names a conflict.")


def work(case: Case) -> Iterator[Fault]:
    """Hours and limits of each member on each of its days, each told once."""
    clock = case.problem.start + timedelta(minutes=case.problem.rules.clock_ahead_min)
    days = {clock.date() + timedelta(days=n): n for n in range(case.problem.days)}
    due = {(member.code, day) for member in case.problem.crew for day in days}
    for figure in case.plan.work:
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


def facilities(case: Case) -> Iterator[Fault]:
    """Unit hours of each facility and the share of its whole capacity, in the problem's order."""
    figures = case.plan.facilities
    if [figure.facility for figure in figures] != [one.code for one in case.problem.facilities]:
        yield Fault("figure", "facilities", "They are not those of the problem.")
        return
    for figure, facility in zip(figures, case.problem.facilities, strict=True):
        use_h = sum(
            use.units * (item.end - item.start).total_seconds() / 3600
            for code, item in case.done.items()
            for use in case.activity(code).uses
            if use.facility == facility.code
        )
        share = use_h / max(1.0, facility.users_at_once * case.minutes / 60)
        if abs(figure.use_h - use_h) > 1e-3 or abs(figure.use_share - share) > 1e-5:
            yield Fault("figure", facility.code, f"It is used for {use_h:.2f} h, {share:.4f} of what it has.")


def power(case: Case) -> Iterator[Fault]:
    """The highest draw on each channel, in slots that meet an eclipse and in the others."""
    figures, slot = case.plan.power, case.problem.slot_min
    if [figure.channel for figure in figures] != [one.code for one in case.problem.channels]:
        yield Fault("figure", "power", "The channels are not those of the problem.")
        return
    dark = {minute // slot for span in case.problem.eclipses for minute in case.range(span)}
    for figure, channel in zip(figures, case.problem.channels, strict=True):
        peaks = {True: channel.base_w, False: channel.base_w}
        for minute, watts in enumerate(case.load_w(channel.code, channel.base_w)):
            peaks[minute // slot in dark] = max(peaks[minute // slot in dark], watts)
        if abs(peaks[False] - figure.peak_sunlit_w) > 2e-3 or abs(peaks[True] - figure.peak_eclipse_w) > 2e-3:
            says = f"Its peaks are {peaks[False]:g} W in sunlight and {peaks[True]:g} W in eclipse."
            yield Fault("figure", channel.code, says)
