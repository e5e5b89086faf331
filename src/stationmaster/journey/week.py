"""The hand-over from manifest and orbit to the crew's week: who is on board, what it asks, and when."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from stationmaster.journey.procedures import Procedures
from stationmaster.manifest.letters import Berth, Manifest
from stationmaster.measure.intervals import Spans
from stationmaster.measure.time import Span
from stationmaster.orbit.letters import OrbitAnswer, WindowKind
from stationmaster.proposal.letters import Dossier
from stationmaster.review.letters import ReviewAnswer
from stationmaster.scenario import Scenario
from stationmaster.station.letters import Station
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.crew_day import fixed_routine
from stationmaster.timeline.letters import (
    Blocked,
    Device,
    Facility,
    GroundRules,
    HourCap,
    PowerLimit,
    Session,
    WeekProblem,
)

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def week(scenario: Scenario, manifest: Manifest, readings: ReviewAnswer, sky: OrbitAnswer) -> WeekProblem:
    """Who is on board in the week and what it asks of the crew, between the windows of the orbit."""
    bucket = Span(scenario.week_start, scenario.week_start + WEEK)
    span, station = crew_week(scenario), scenario.station
    running = [b for b in manifest.berths if Span(b.start, b.end).overlaps(bucket)]
    dossiers = {dossier.code: dossier for dossier in scenario.dossiers}
    scores = {estimate.proposal: round(estimate.expected_score, 3) for estimate in readings.estimates}
    shut = tuple(sorted({q.kind for q in scenario.traffic.quiet if q.crew_time_share == 0}))
    procedures = Procedures(station, shut)
    project_work = tuple(
        activity
        for b in running
        for activity in procedures.project(
            dossiers[b.item], b, scores[b.item], arrives=bucket.contains(b.start)
        )
    )
    activities = project_work + tuple(procedures.system(scenario.system_work))
    problem = WeekProblem(
        code=f"{scenario.week_increment}-{scenario.week_start:%Y-%m-%d}",
        start=span.start,
        crew=scenario.crew.members,
        rules=ground_rules(station),
        devices=tuple(Device(code=d.code, name=d.name) for d in station.exercise),
        activities=activities,
        facilities=tuple(in_use(activities, (*facilities(station), *payloads(running, dossiers)))),
        channels=tuple(channels(station, running, dossiers)),
        eclipses=(sky.spans(WindowKind.ECLIPSE) & Spans((span,))).items,
        windows=windows(span, sky, [dossiers[berth.item] for berth in running]),
        caps=(call_hours(manifest, scenario, project_work),),
    )
    return replace(problem, blocked=tuple(blocked(scenario, problem)))


# ------------------------------------------------------------------------------------- the crew's day


def clock_ahead_min(station: Station) -> int:
    """How far the crew's clock is ahead of UTC: it shows 21:30, the published hour, when sleep begins."""
    behind_min = round(station.crew.sleep_start_h * 60) - GroundRules(sessions=()).sleep_start_min
    return 720 - (720 + behind_min) % 1440


def crew_week(scenario: Scenario) -> Span:
    """The seven days of the week by the crew's own clock: from its Monday's midnight, not that of UTC."""
    start = scenario.week_start - timedelta(minutes=clock_ahead_min(scenario.station))
    return Span(start, start + WEEK)


def ground_rules(station: Station) -> GroundRules:
    """The crew day of the station, by its own clock.

    Exercise is split evenly over the kinds of device there are. Saturday and Sunday are whole working
    days only where the station's week has six or seven of them.
    """
    crew = station.crew
    kinds = {
        "AEROBIC": ("Aerobic exercise", [d.code for d in station.exercise if d.kind != "resistive"]),
        "RESISTIVE": ("Resistive exercise", [d.code for d in station.exercise if d.kind == "resistive"]),
    }
    held = {code: kind for code, kind in kinds.items() if kind[1]}
    each_min = 5 * round(crew.exercise_h * 60 / 5 / max(1, len(held)))
    work_min = round(crew.work_h * 60)
    return GroundRules(
        clock_ahead_min=clock_ahead_min(station),
        meals_together=True,
        sessions=tuple(
            Session(code=code, name=name, duration_min=each_min, devices=tuple(devices))
            for code, (name, devices) in held.items()
            if each_min
        ),
        sleep_min=round(crew.sleep_h * 60),
        meal_min=round(crew.meal_h * 60),
        work_day_min=work_min,
        work_saturday_min=work_min if crew.work_days_week >= 6 else round(crew.saturday_work_h * 60),
        work_sunday_min=work_min if crew.work_days_week >= 7 else 0,
    )


def call_hours(manifest: Manifest, scenario: Scenario, project_work: tuple[Activity, ...]) -> HourCap:
    """The crew time that the manifest holds for the call in this week, what quiet spans take gone."""
    bucket = bisect.bisect(manifest.week_starts, scenario.week_start) - 1
    hours = next(load for load in manifest.loads if load.kind == "crew-time").capacity_units[bucket]
    return HourCap(
        code="CALL",
        name="crew time that the increment lends to the call's projects",
        crew_time_h=hours,
        activities=tuple(a.code for a in project_work if a.crew_count > 0),
    )


# ------------------------------------------------------------------------------- what the station has


def facilities(station: Station) -> Iterator[Facility]:
    """Racks and mechanisms as the week sees them."""
    for rack in station.racks:
        if rack.facility:
            yield Facility(code=rack.code, name=rack.name, users_at_once=rack.users_at_once)
    for mechanism in station.mechanisms:
        yield Facility(code=mechanism.code, name=mechanism.name)


def payloads(running: list[Berth], dossiers: dict[str, Dossier]) -> Iterator[Facility]:
    """Each payload on board: it does one thing at a time."""
    for berth in running:
        yield Facility(code=berth.item, name=dossiers[berth.item].title)


def in_use(activities: tuple[Activity, ...], offered: tuple[Facility, ...]) -> Iterator[Facility]:
    """The facilities that any activity uses."""
    used = {use.facility for activity in activities for use in activity.uses}
    yield from (facility for facility in offered if facility.code in used)


def channels(station: Station, running: list[Berth], dossiers: dict[str, Dossier]) -> Iterator[PowerLimit]:
    """Power by channel, with what the manifest reserves for the payloads on board as the base load."""
    home = {rack.code: rack.channel for rack in station.racks} | {p.code: p.channel for p in station.ports}
    for channel in station.channels:
        reserved_w = sum(
            dossiers[berth.item].needs.power_w for berth in running if home[berth.places[0]] == channel.code
        )
        yield PowerLimit(
            code=channel.code,
            name=channel.name,
            sunlit_w=channel.power_w,
            eclipse_w=channel.eclipse_power_w,
            base_w=round(float(reserved_w), 3),
        )


# -------------------------------------------------------------------------------------------- when


def windows(span: Span, sky: OrbitAnswer, dossiers: list[Dossier]) -> dict[str, tuple[Span, ...]]:
    """The orbit's windows under the names that procedures ask for.

    A target is seen in whole passes: one that an end of the span cuts is left out.
    """
    anomaly = sky.spans(WindowKind.REGION, "SAA")
    named = {
        "relay": sky.spans(WindowKind.RELAY),
        "sunlit": sky.spans(WindowKind.SUNLIT),
        "eclipse": sky.spans(WindowKind.ECLIPSE),
        "outside-saa": anomaly.gaps(span),
    }
    found = {name: (spans & Spans((span,))).items for name, spans in named.items()}
    for dossier in dossiers:
        if dossier.needs.targets or any(op.window == "target" for op in dossier.operations):
            passes = {
                window.span
                for code in target_codes(dossier)
                for window in sky.of(WindowKind.OVERPASS, code)
                if not (window.cut_start or window.cut_end) and Spans((span,)).covers(window.span)
            }
            found[f"target {dossier.code}"] = tuple(sorted(passes))
    return found


def target_codes(dossier: Dossier) -> tuple[str, ...]:
    """The codes of a dossier's targets in the orbit's answer."""
    return tuple(f"{dossier.code}-{number}" for number in range(1, len(dossier.needs.targets) + 1))


def blocked(scenario: Scenario, problem: WeekProblem) -> Iterator[Blocked]:
    """Dockings, spacewalks and reboosts of the week: what must keep still, and who is busy with it.

    Whoever the traffic names is busy all the while. A span of a day or longer names days and no hours:
    they are then busy in the waking hours of each crew day that lies mostly in it.
    """
    names = {"docking": "Visiting vehicle", "spacewalk": "Spacewalk", "reboost": "Reboost"}
    for quiet in scenario.traffic.quiet:
        title = names.get(quiet.kind, quiet.kind.capitalize())
        for part in Spans((Span(quiet.start, quiet.end),)) & Spans((problem.span,)):
            by_the_hour = Blocked(code=quiet.code, kind=quiet.kind, title=title, span=part)
            if not quiet.crew:
                yield by_the_hour
            elif quiet.end - quiet.start < DAY:
                yield _busy(problem, by_the_hour, quiet.crew)
            else:
                yield by_the_hour
                for day in waking_days(problem, part):
                    one = replace(by_the_hour, code=f"{quiet.code}-{day.start:%m-%d}", span=day)
                    yield _busy(problem, one, quiet.crew)


def waking_days(problem: WeekProblem, part: Span) -> Iterator[Span]:
    """From getting up to going to bed, on the crew days that lie mostly in a span."""
    nights = Spans.of(span for kind, span in fixed_routine(problem) if kind != "conference")
    for day in nights.gaps(problem.span):
        if 2 * (Spans((day,)) & Spans((part,))).duration_s >= day.duration_s:
            yield day


def _busy(problem: WeekProblem, event: Blocked, crew: tuple[str, ...]) -> Blocked:
    """The event with its crew and the routine that they give up for it.

    That is what stands at a fixed time and is met; the meal where the event leaves it no place; and
    exercise on the day of a spacewalk.
    """
    given_up = {kind for kind, span in fixed_routine(problem) if span.overlaps(event.span)}
    if any(_no_room(problem, event.span, day) for day in range(problem.days)):
        given_up.add("meal")
    if event.kind == "spacewalk":
        given_up.add("exercise")
    return replace(event, crew=crew, waives=tuple(sorted(given_up)))


def _no_room(problem: WeekProblem, event: Span, day: int) -> bool:
    """Whether an event leaves the meal of a day no place."""
    rules, midnight = problem.rules, problem.start + day * DAY
    early, late = (timedelta(minutes=m) for m in (rules.meal_earliest_min, rules.meal_latest_min))
    left = Spans((event,)).gaps(Span(midnight + early, midnight + late))
    return all(gap.duration_s < 60 * rules.meal_min for gap in left)
