"""The hand-over from manifest and orbit to the crew's week: who is on board, what it asks, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from stationmaster.manifest.letters import Berth, Manifest
from stationmaster.measure.intervals import Spans
from stationmaster.measure.time import Span
from stationmaster.orbit.letters import OrbitAnswer, WindowKind
from stationmaster.proposal.letters import Dossier, Operation
from stationmaster.review.letters import ReviewAnswer
from stationmaster.scenario import Scenario
from stationmaster.station.letters import Station
from stationmaster.timeline.letters import (
    STATION,
    Activity,
    After,
    Blocked,
    Device,
    Facility,
    GroundRules,
    HourCap,
    PowerLimit,
    Session,
    Use,
    WeekProblem,
)

#: What a quiet operation cannot bear.
DISTURBANCES = ("docking", "spacewalk", "reboost", "exercise")


def week(scenario: Scenario, manifest: Manifest, readings: ReviewAnswer, sky: OrbitAnswer) -> WeekProblem:
    """Who is on board in the week and what it asks of the crew, between the windows of the orbit."""
    span = Span(scenario.week_start, scenario.week_start + timedelta(days=7))
    running = [b for b in manifest.berths if Span(b.start, b.end).overlaps(span)]
    dossiers = {dossier.code: dossier for dossier in scenario.dossiers}
    scores = {estimate.proposal: estimate.expected_score for estimate in readings.estimates}
    station = scenario.station
    planner = _Planner(station, {berth.item: berth for berth in running})
    project_work = tuple(
        activity
        for berth in running
        for activity in planner.project(dossiers[berth.item], round(scores[berth.item], 3))
    )
    system_work = tuple(planner.system(scenario))
    activities = project_work + system_work
    increment = next(i for i in scenario.traffic.increments if i.code == scenario.week_increment)
    used = {use.facility for activity in activities for use in activity.uses}
    return WeekProblem(
        code=f"{scenario.week_increment}-{scenario.week_start:%Y-%m-%d}",
        start=scenario.week_start,
        crew=scenario.crew.members,
        rules=ground_rules(station),
        devices=tuple(Device(code=d.code, name=d.name) for d in station.exercise),
        activities=activities,
        facilities=tuple(facility for facility in facilities(station) if facility.code in used),
        channels=tuple(channels(station, running, dossiers)),
        eclipses=sky.spans(WindowKind.ECLIPSE).items,
        windows=windows(span, sky, [dossiers[berth.item] for berth in running]),
        blocked=tuple(blocked(scenario, span)),
        caps=(
            HourCap(
                code="CALL",
                name="crew time that the increment lends to the call's projects",
                crew_time_h=increment.crew_time_week_h,
                activities=tuple(a.code for a in project_work if a.crew_count > 0),
            ),
        ),
    )


def ground_rules(station: Station) -> GroundRules:
    """The crew day of the station, by its own clock (which its sleep time sets against UTC)."""
    crew = station.crew
    usual = GroundRules(sessions=())
    shift_min = round(crew.sleep_start_h * 60) - usual.sleep_start_min
    resistive = tuple(d.code for d in station.exercise if d.kind == "resistive")
    aerobic = tuple(d.code for d in station.exercise if d.kind != "resistive")
    half = 5 * round(crew.exercise_h * 60 / 10)
    sessions = (
        Session(code="AEROBIC", name="Aerobic exercise", duration_min=half, devices=aerobic),
        Session(code="RESISTIVE", name="Resistive exercise", duration_min=half, devices=resistive),
    )
    meal = (usual.meal_earliest_min + shift_min) % 1440
    return GroundRules(
        sessions=sessions,
        sleep_start_min=(usual.sleep_start_min + shift_min) % 1440,
        sleep_min=round(crew.sleep_h * 60),
        morning_conference_start_min=(usual.morning_conference_start_min + shift_min) % 1440,
        evening_conference_start_min=(usual.evening_conference_start_min + shift_min) % 1440,
        meal_earliest_min=meal,
        meal_latest_min=meal + usual.meal_latest_min - usual.meal_earliest_min,
        meal_min=round(crew.meal_h * 60),
        work_day_min=round(crew.work_h * 60),
        work_saturday_min=round(crew.saturday_work_h * 60),
    )


def facilities(station: Station) -> Iterator[Facility]:
    """Racks and mechanisms as the week sees them."""
    for rack in station.racks:
        if rack.facility:
            yield Facility(code=rack.code, name=rack.name, users_at_once=rack.users_at_once)
    for mechanism in station.mechanisms:
        yield Facility(code=mechanism.code, name=mechanism.name)


def channels(station: Station, running: list[Berth], dossiers: dict[str, Dossier]) -> Iterator[PowerLimit]:
    """Power by channel, less what the payloads on board draw all the time."""
    home = {rack.code: rack.channel for rack in station.racks} | {p.code: p.channel for p in station.ports}
    for channel in station.channels:
        standing_w = sum(
            dossiers[berth.item].needs.power_w for berth in running if home[berth.places[0]] == channel.code
        )
        yield PowerLimit(
            code=channel.code,
            name=channel.name,
            sunlit_w=channel.power_w,
            eclipse_w=channel.eclipse_power_w,
            base_w=round(float(standing_w), 3),
        )


def windows(span: Span, sky: OrbitAnswer, dossiers: list[Dossier]) -> dict[str, tuple[Span, ...]]:
    """The orbit's windows under the names that procedures ask for."""
    anomaly = sky.spans(WindowKind.REGION, "SAA")
    named = {
        "relay": sky.spans(WindowKind.RELAY),
        "sunlit": sky.spans(WindowKind.SUNLIT),
        "eclipse": sky.spans(WindowKind.ECLIPSE),
        "outside-saa": anomaly.gaps(span),
    }
    for dossier in dossiers:
        if dossier.needs.targets:
            overpasses = [sky.spans(WindowKind.OVERPASS, code) for code in target_codes(dossier)]
            named[f"target {dossier.code}"] = Spans.of(one for spans in overpasses for one in spans)
    return {name: (spans & Spans((span,))).items for name, spans in named.items()}


def target_codes(dossier: Dossier) -> tuple[str, ...]:
    """The codes of a dossier's targets in the orbit's answer."""
    return tuple(f"{dossier.code}-{number}" for number in range(1, len(dossier.needs.targets) + 1))


def blocked(scenario: Scenario, span: Span) -> Iterator[Blocked]:
    """Dockings, spacewalks and reboosts of the week: who is busy, and what must keep still."""
    names = {"docking": "Visiting vehicle", "spacewalk": "Spacewalk", "reboost": "Reboost"}
    for quiet in scenario.traffic.quiet:
        inside = Spans((Span(quiet.start, quiet.end),)) & Spans((span,))
        for part in inside:
            yield Blocked(
                code=quiet.code,
                kind=quiet.kind,
                title=names.get(quiet.kind, quiet.kind.capitalize()),
                span=part,
            )


class _Planner:
    """Turns procedures into activities of the week, at the places the manifest gave."""

    def __init__(self, station: Station, berths: dict[str, Berth]) -> None:
        self.station = station
        self.berths = berths
        self.channel = {rack.code: rack.channel for rack in station.racks}
        self.channel |= {port.code: port.channel for port in station.ports}

    def project(self, dossier: Dossier, weight: float) -> Iterator[Activity]:
        """The procedures of a project, each as often as it asks."""
        berth = self.berths[dossier.code]
        channel = self.channel[berth.places[0]]
        names = {op.name: f"{dossier.code}.{number}" for number, op in enumerate(dossier.operations, 1)}
        for operation in dossier.operations:
            yield from self._occurrences(
                names[operation.name], operation, names, weight, dossier.code, berth.places, channel
            )

    def system(self, scenario: Scenario) -> Iterator[Activity]:
        """The station's own work, on its first power bus; what must be done outweighs any experiment."""
        bus = self.station.channels[0].code
        names = {op.name: op.code for op in scenario.system_work}
        for operation in scenario.system_work:
            weight = 8.0 if operation.must else 4.0
            yield from self._occurrences(operation.code, operation, names, weight, STATION, (), bus)

    def _occurrences(
        self,
        code: str,
        operation: Operation,
        names: dict[str, str],
        weight: float,
        project: str,
        places_given: tuple[str, ...],
        channel: str,
    ) -> Iterator[Activity]:
        for number in range(1, operation.per_week_count + 1):
            yield Activity(
                code=f"{code}.{number}",
                title=operation.name,
                duration_min=operation.duration_min,
                priority_weight=weight,
                project=project,
                must=operation.must,
                crew_count=operation.crew_count,
                skill="" if operation.skill == "general" else operation.skill,
                skilled_count=1 if operation.crew_count > 1 and operation.skill != "general" else None,
                uses=tuple(Use(facility=code) for code in self._facilities(operation, places_given)),
                power_w=operation.power_w,
                channel=channel if operation.power_w else "",
                inside=(operation.window,) if operation.window not in ("any", "target") else (),
                around=(f"target {project}",) if operation.window == "target" else (),
                quiet=DISTURBANCES if operation.quiet else (),
                after=self._after(operation, names),
                series=code if operation.per_week_count > 1 else "",
                occurrence=number,
                gap_shortest_min=round(operation.gap_min_h * 60),
                gap_longest_min=None if operation.gap_max_h is None else round(operation.gap_max_h * 60),
            )

    def _after(self, operation: Operation, names: dict[str, str]) -> tuple[After, ...]:
        if operation.after is None:
            return ()
        longest = None if operation.lag_max_h is None else round(operation.lag_max_h * 60)
        return (
            After(
                activity=f"{names[operation.after]}.1",
                lag_shortest_min=round(operation.lag_min_h * 60),
                lag_longest_min=longest,
            ),
        )

    def _facilities(self, operation: Operation, places_given: tuple[str, ...]) -> Iterator[str]:
        """For each kind used, the rack or mechanism that offers it: the berth's own, else the first."""
        found: dict[str, None] = {}
        for kind in operation.uses:
            offering = [rack.code for rack in self.station.racks if kind in rack.offers]
            offering += [m.code for m in self.station.mechanisms if m.kind == kind]
            found[next((code for code in places_given if code in offering), offering[0])] = None
        yield from found
