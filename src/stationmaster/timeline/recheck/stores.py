"""The level of each store through the week, from event to event, and what the plan says of it."""

from __future__ import annotations

from collections.abc import Iterator

from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import iso
from stationmaster.timeline.letters import Store
from stationmaster.timeline.recheck.case import DAY_MIN, EPSILON, Case

#: What happens first at one moment: a store is emptied and refilled, then drawn on.
_MIDNIGHT, _REFILL, _DRAW = range(3)


def course(case: Case, store: Store) -> list[tuple[float, float]]:
    """(minute, level) after every draw and refill, with the start and the end of the week.

    Between events the level falls in a straight line while the store recovers; spans count to the
    second, so this is the level itself and no rounding of it.
    """
    events = [(minute, _DRAW, amount) for minute, amount in case.drawn(store.code)]
    for blocked in case.problem.blocked:
        taken = sum(d.amount_units for d in blocked.refills if d.store == store.code)
        if taken:
            events.append((case.minute(blocked.span.end), _REFILL, taken))
    if store.daily:
        events += [(float(day * DAY_MIN), _MIDNIGHT, 0.0) for day in range(1, case.problem.days)]
    recovering = _recovering(case, store)
    level, now, piece = store.initial_units, 0.0, 0
    found = [(0.0, level)]
    for minute, kind, amount in sorted(e for e in events if 0 <= e[0] < case.minutes):
        while piece < len(recovering) and recovering[piece][1] <= now:
            piece += 1
        level = _fallen(store, level, now, minute, recovering[piece:])
        now = minute
        if kind == _MIDNIGHT:
            level = 0.0
        elif kind == _REFILL:
            level = max(0.0, level - amount)
        else:
            level = max(0.0, level + amount)
        found.append((now, level))
    found.append((float(case.minutes), _fallen(store, level, now, case.minutes, recovering[piece:])))
    return found


def _recovering(case: Case, store: Store) -> list[tuple[float, float]]:
    """The spans in which a store recovers, joined, in minutes of the week."""
    if not store.recovery_units_h:
        return []
    if not store.recovers_in:
        return [(0.0, float(case.minutes))]
    joined: list[tuple[float, float]] = []
    for span in sorted(case.problem.windows[store.recovers_in]):
        start, end = case.minute(span.start), case.minute(span.end)
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _fallen(
    store: Store, level: float, now: float, until: float, recovering: list[tuple[float, float]]
) -> float:
    """The level after recovering from now until then; spans are in order, and empty at 0 stays empty."""
    minutes = 0.0
    for start, end in recovering:
        if start >= until:
            break
        minutes += max(0.0, min(end, until) - max(start, now))
    return max(0.0, level - store.recovery_units_h * minutes / 60)


def stores(case: Case) -> Iterator[Fault]:
    """No store is filled beyond what it holds; the first moment is told."""
    for store in case.problem.stores:
        if store.code not in case.scope.stores:
            continue
        top = store.capacity_units + EPSILON * max(1.0, store.capacity_units)
        over = next(((minute, level) for minute, level in course(case, store)[1:] if level > top), None)
        if over is not None:
            says = (
                f"{store.name} would hold {over[1]:.4g} {store.unit} at {iso(case.at(0, over[0]))},"
                f" at most {store.capacity_units:g}."
            )
            yield Fault("store", store.code, says)
