"""From places on the grid to the plan: items with moments, figures, reasons."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from stationmaster.measure.intervals import Spans
from stationmaster.timeline.crew_day import blocked_work_min, day_limit_min, fixed_routine
from stationmaster.timeline.letters import Store, WeekProblem
from stationmaster.timeline.model.grid import Grid
from stationmaster.timeline.model.room import Layout, Room
from stationmaster.timeline.model.starts import Job
from stationmaster.timeline.model.stores import drained
from stationmaster.timeline.outcome import (
    FacilityFigure,
    Item,
    JarItem,
    Kind,
    PowerFigure,
    StoreFigure,
    WorkFigure,
)

TITLES = {
    Kind.SLEEP: "Sleep",
    Kind.POST_SLEEP: "Post-sleep",
    Kind.PRE_SLEEP: "Pre-sleep",
    Kind.CONFERENCE: "Daily planning conference",
    Kind.MEAL: "Midday meal",
}


def items(grid: Grid, jobs: list[Job], layout: Layout) -> tuple[Item, ...]:
    """Everything in the timeline, by start, then code."""
    found = [*fixed_items(grid.problem), *blocked_items(grid.problem)]
    found += [_routine(grid, number, *place) for number, place in layout.routine.items()]
    for number, (start, members, way) in layout.jobs.items():
        job = jobs[number]
        found.append(
            Item(
                code=job.activity.code,
                kind=Kind.ACTIVITY,
                title=job.activity.title,
                crew=tuple(grid.problem.crew[i].code for i in members),
                start=grid.when(start),
                end=grid.when(start + job.ways[way].length),
                activity=job.activity.code,
                mode=job.ways[way].mode.code,
            )
        )
    return tuple(sorted(found, key=lambda item: (item.start, item.code)))


def fixed_items(problem: WeekProblem) -> Iterable[Item]:
    """The routine at fixed times, less what blocked spans take."""
    for member in problem.crew:
        away = Spans.of(b.span for b in problem.blocked if member.code in b.crew)
        for kind, span in fixed_routine(problem, member):
            for piece in Spans.of([span]) - away:
                yield Item(
                    code=f"{member.code}.{kind}.{piece.start:%Y%m%dT%H%M}",
                    kind=Kind(kind),
                    title=TITLES[Kind(kind)],
                    crew=(member.code,),
                    start=piece.start,
                    end=piece.end,
                )


def blocked_items(problem: WeekProblem) -> Iterable[Item]:
    """The blocked spans, as far as they lie in the week."""
    for blocked in problem.blocked:
        start, end = max(blocked.span.start, problem.span.start), min(blocked.span.end, problem.span.end)
        yield Item(
            code=f"blocked.{blocked.code}",
            kind=Kind.BLOCKED,
            title=blocked.title,
            crew=tuple(m.code for m in problem.crew if m.code in blocked.crew),
            start=start,
            end=end,
            activity=blocked.code,
        )


def _routine(grid: Grid, number: int, start: int, device: int) -> Item:
    routine = grid.routine[number]
    member = grid.problem.crew[routine.member].code
    name = routine.session.code if routine.session else "meal"
    return Item(
        code=f"{member}.{name}.{grid.problem.date_of(routine.day):%Y%m%d}",
        kind=routine.kind,
        title=routine.session.name if routine.session else TITLES[Kind.MEAL],
        crew=(member,),
        start=grid.when(start),
        end=grid.when(start + routine.length),
        activity=routine.session.code if routine.session else "",
        device=grid.problem.devices[device].code if device >= 0 else "",
    )


# ------------------------------------------------------------------------------- figures


def work(grid: Grid, jobs: list[Job], layout: Layout) -> tuple[WorkFigure, ...]:
    """Hours of work of each member on each day, blocked spans included, with the limit."""
    problem = grid.problem
    minutes = np.zeros((len(problem.crew), problem.days))
    for number, (start, members, way) in layout.jobs.items():
        for i in members:
            minutes[i, start // grid.per_day] += jobs[number].ways[way].length * grid.slot
    figures = []
    for i, member in enumerate(problem.crew):
        for k in grid.days:
            busy_min = blocked_work_min(problem, member, k)
            limit = day_limit_min(problem, member, k)
            figures.append(
                WorkFigure(
                    crew=member.code,
                    day=problem.date_of(k),
                    work_h=round((float(minutes[i, k]) + busy_min) / 60, 4),
                    limit_h=round(limit / 60, 4),
                )
            )
    return tuple(figures)


def facilities(grid: Grid, jobs: list[Job], layout: Layout) -> tuple[FacilityFigure, ...]:
    """Use of each facility in unit hours and as a share of all it could give in the week."""
    figures = []
    for facility in grid.problem.facilities:
        slots = sum(
            use.units * jobs[n].ways[place.way].length
            for n, place in layout.jobs.items()
            for use in jobs[n].ways[place.way].mode.uses
            if use.facility == facility.code
        )
        whole = max(1, facility.users_at_once * grid.n)
        figures.append(
            FacilityFigure(
                facility=facility.code,
                use_h=round(slots * grid.slot / 60, 4),
                use_share=round(slots / whole, 6),
            )
        )
    return tuple(figures)


def power(grid: Grid, jobs: list[Job], layout: Layout) -> tuple[PowerFigure, ...]:
    """The highest draw on each channel; a slot that meets an eclipse counts as eclipse."""
    dark = grid.touched(grid.problem.eclipses)
    figures = []
    for channel in grid.problem.channels:
        draw = np.full(grid.n, channel.base_w)
        for number, (start, _, way) in sorted(layout.jobs.items()):
            taken, activity = jobs[number].ways[way], jobs[number].activity
            watts = taken.mode.power_w if activity.channel == channel.code else 0.0
            watts += sum(load.power_w for load in activity.loads if load.channel == channel.code)
            draw[start : start + taken.length] += watts
        figures.append(
            PowerFigure(
                channel=channel.code,
                peak_sunlit_w=round(float(draw[~dark].max(initial=channel.base_w)), 3),
                peak_eclipse_w=round(float(draw[dark].max(initial=channel.base_w)), 3),
            )
        )
    return tuple(figures)


def stores(grid: Grid, jobs: list[Job], layout: Layout) -> tuple[StoreFigure, ...]:
    """The highest level of each store, first when, and its level at the end of the week."""
    return tuple(_level(grid, jobs, layout, store) for store in grid.problem.stores)


def _level(grid: Grid, jobs: list[Job], layout: Layout, store: Store) -> StoreFigure:
    """The level from slot to slot, in fractions; the last midnight belongs to the next week."""
    arrived = np.zeros(grid.n)
    for number, (start, _, way) in layout.jobs.items():
        for draw in jobs[number].ways[way].mode.draws:
            if draw.store == store.code:
                arrived[start] += draw.amount_units
    lost = drained(grid, store)
    level = peak = store.initial_units
    at = 0
    for slot in range(grid.n):
        if store.daily and slot and slot % grid.per_day == 0:
            level = 0.0
        level += float(arrived[slot])
        if level > peak + 1e-9:
            peak, at = level, slot
        level = max(0.0, level - float(lost[slot]))
    return StoreFigure(
        store=store.code, peak_units=round(peak, 6), peak_at=grid.when(at), end_units=round(level, 6)
    )


# ------------------------------------------------------------------------------ task list


def jar(grid: Grid, jobs: list[Job], layout: Layout) -> tuple[JarItem, ...]:
    """The task list: who may do each activity and has hours of work left for it on some day.

    Each activity by itself: whoever takes one has less left for the others.
    """
    room = Room(grid, jobs)
    room.put(layout, set(), set())
    found = []
    for job in jobs:
        if job.activity.jar:
            able = {
                i
                for way in job.ways
                for i in way.crew
                if (np.repeat(room.work_days(i, way.length * grid.slot), grid.per_day) & way.starts).any()
            }
            crew = tuple(grid.problem.crew[i].code for i in sorted(able))
            found.append(JarItem(activity=job.activity.code, crew=crew))
    return tuple(found)
