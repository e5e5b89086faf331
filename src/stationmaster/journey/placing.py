"""Hand-overs on the way from the choice to the crew's week: places, flights, hours, minutes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import timedelta

from stationmaster.manifest.letters import (
    Berth,
    ColdStore,
    Item,
    Manifest,
    ManifestProblem,
    Need,
    Place,
    PlaceKind,
    PowerChannel,
)
from stationmaster.measure.intervals import Spans
from stationmaster.measure.time import Span
from stationmaster.orbit.letters import OrbitAnswer, WindowKind
from stationmaster.proposal.letters import Dossier, Mode, Operation
from stationmaster.review.letters import ReviewAnswer
from stationmaster.scenario import Scenario
from stationmaster.selection.letters import Outcome, SelectionProblem, Verdict, Work
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

#: Facilities that a payload visits for an hour and does not occupy: the week plans them, not the manifest.
VISITED = ("glovebox", "cold-stowage", "maintenance-bench")
#: A living payload loaded late is started within so many days of docking (our judgement).
LATE_LOAD_START_D = 14.0
#: What a quiet operation cannot bear.
DISTURBANCES = ("docking", "spacewalk", "reboost", "exercise")


# ------------------------------------------------------------------------------- the manifest


def cargo(
    scenario: Scenario, choice: SelectionProblem, outcome: Outcome, readings: ReviewAnswer
) -> ManifestProblem:
    """The chosen become items, the station becomes places, the call's offer bounds what they share."""
    verdicts = {decision.candidate: decision.verdict for decision in outcome.decisions}
    scores = {estimate.proposal: estimate.expected_score for estimate in readings.estimates}
    candidates = {candidate.code: candidate for candidate in choice.candidates}
    going = (Verdict.SELECTED, Verdict.CONDITIONAL)
    station = scenario.station
    groups = choice.group_of.get("partner", {})
    return ManifestProblem(
        items=tuple(
            item(
                dossier,
                weight=round(scores[dossier.code], 3),
                must=verdicts[dossier.code] is Verdict.SELECTED,
                shares=partner_shares(candidates[dossier.code].work, groups),
            )
            for dossier in scenario.dossiers
            if verdicts.get(dossier.code) in going
        ),
        places=tuple(places(station)),
        flights=scenario.traffic.flights,
        increments=scenario.traffic.increments,
        quiet=scenario.traffic.quiet,
        channels=tuple(PowerChannel(code=c.code, power_w=c.eclipse_power_w) for c in station.channels),
        cold=tuple(
            ColdStore(code=c.code, volume_l=c.volume_l, temperature_c=c.temperature_c) for c in station.cold
        ),
        data_gb_d=scenario.call.offer.data_gb_d,
        arm_week_count=weekly_operations(station, "arm"),
        airlock_week_count=weekly_operations(station, "airlock"),
        share_caps=scenario.call.policy.share_caps,
        share_tolerance_share=scenario.call.policy.share_tolerance_share,
    )


def partner_shares(work: tuple[Work, ...], groups: Mapping[str, str]) -> dict[str, float] | None:
    """A team's work shares, summed by the partner that sponsors each country."""
    if not groups:
        return None
    shares: dict[str, float] = {}
    for part in work:
        shares[groups[part.country]] = round(shares.get(groups[part.country], 0.0) + part.work_share, 6)
    return shares


def weekly_operations(station: Station, kind: str) -> int:
    """How many operations a week the mechanisms of a kind can do together."""
    return math.floor(sum(m.operations_week_count for m in station.mechanisms if m.kind == kind))


def item(dossier: Dossier, weight: float, must: bool, shares: dict[str, float] | None) -> Item:
    """A dossier as cargo.

    Arm operations: the odd one is the installation. The crew's set-up is what of its hours the
    weekly procedures do not explain.
    """
    needs = dossier.needs
    weeks = max(1, math.ceil(needs.duration_d / 7))
    weekly_h = sum(op.duration_min * op.crew_count * op.per_week_count for op in dossier.operations) / 60
    removals = needs.arm_operations // 2
    return Item(
        code=dossier.code,
        title=dossier.title,
        needs=tuple(places_needed(dossier)),
        weeks=weeks,
        priority_weight=weight,
        must=must,
        up_mass_kg=needs.up_mass_kg,
        up_volume_l=needs.up_volume_l,
        down_mass_kg=needs.down_mass_kg,
        cold_volume_l=needs.cold_volume_l,
        cold_temperature_c=needs.cold_temperature_c,
        power_w=needs.power_w,
        data_gb_d=needs.data_gb_d,
        crew_time_h=needs.crew_time_h,
        setup_time_h=round(max(0.0, needs.crew_time_h - weekly_h * weeks), 3),
        arm_in=needs.arm_operations - removals,
        arm_out=removals,
        airlock_in=int(needs.airlock),
        airlock_out=int(needs.airlock and removals > 0),
        late_load=needs.late_load,
        start_within_d=LATE_LOAD_START_D if needs.late_load else None,
        return_within_d=needs.return_within_d,
        group_share=shares,
    )


def places_needed(dossier: Dossier) -> Iterator[Need]:
    """Where a dossier must be: its home first."""
    needs = dossier.needs
    if dossier.mode is Mode.OUTSIDE_OWN:
        yield Need(
            kind=PlaceKind.PORT, offer=needs.port_size, amount_count=float(needs.ports), view=needs.view
        )
        return
    if dossier.mode is Mode.INSIDE_OWN:
        yield Need(kind=PlaceKind.RACK, amount_count=needs.rack_share)
    for kind in needs.facilities:
        if kind not in VISITED or (dossier.mode is Mode.INSIDE_FACILITY and kind == needs.facilities[0]):
            yield Need(kind=PlaceKind.FACILITY, offer=kind)


def places(station: Station) -> Iterator[Place]:
    """Every place of the station that is open to the call."""
    for rack in station.racks:
        kind = PlaceKind.FACILITY if rack.facility else PlaceKind.RACK
        capacity = float(rack.users_at_once) if rack.facility else rack.payload_share
        if capacity > 0:
            yield Place(
                code=rack.code,
                kind=kind,
                capacity_count=capacity,
                offers=rack.offers,
                mass_limit_kg=rack.mass_limit_kg,
                power_w=rack.power_w,
                data_gb_d=rack.data_gb_d,
                channel=rack.channel,
            )
    for port in station.ports:
        count = port.count if port.payload_count is None else port.payload_count
        if count > 0:
            yield Place(
                code=port.code,
                kind=PlaceKind.PORT,
                capacity_count=float(count),
                offers=(port.size,),
                views=port.views,
                mass_limit_kg=port.mass_limit_kg,
                power_w=port.power_w,
                data_gb_d=port.data_gb_d,
                channel=port.channel,
            )


# ----------------------------------------------------------------------------------- the week


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
