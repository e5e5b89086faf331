"""The hand-over to the crew's week: the crew's clock, set-up, procedures in pairs, power, windows."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from stationmaster.journey import week as weeks
from stationmaster.journey.cargo import arm_installation, set_up_h
from stationmaster.journey.procedures import SET_UP_MIN, Procedures
from stationmaster.manifest.letters import Berth, Quiet
from stationmaster.measure import Span, moment
from stationmaster.orbit.letters import OrbitAnswer, Window, WindowKind
from stationmaster.proposal.letters import Dossier, Mode, Needs, Operation, Partner, Target
from stationmaster.scenario import Scenario, read_scenario
from stationmaster.station.letters import Station
from stationmaster.station.read import read
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.consistency import consistent
from stationmaster.timeline.crew_day import fixed_routine
from stationmaster.timeline.letters import Blocked, WeekProblem

MONDAY = moment("2024-11-04")
BERTH = Berth(
    item="P-X",
    places=("MT-FPR",),
    up_flight=None,
    down_flight=None,
    cold_store=None,
    start_week=0,
    weeks=4,
    start=MONDAY,
    end=MONDAY + timedelta(days=28),
    crew_time_h=(5.0, 2.0, 2.0, 2.0),
)


@pytest.fixture(scope="module")
def station() -> Station:
    return read("CSS")


@pytest.fixture(scope="module")
def scenario(css: Path) -> Scenario:
    return read_scenario(css)


def dossier(*operations: Operation, **needs: object) -> Dossier:
    asked: dict[str, object] = {"up_mass_kg": 10.0, "up_volume_l": 10.0, "power_w": 100.0, "data_gb_d": 0.0}
    asked |= {"crew_time_h": 0.0, "duration_d": 28.0} | needs
    return Dossier(
        code="P-X",
        title="An example",
        mode=Mode.INSIDE_FACILITY,
        field="fluids",
        aims="",
        method="",
        results="",
        principal_investigator="PI-X",
        partners=(Partner(institution="A", kind="university", country="ITA", work_share=1.0),),  # type: ignore[arg-type]
        needs=Needs(**asked),  # type: ignore[arg-type]
        operations=operations,
    )


def planned(
    station: Station, own: Dossier, *, arrives: bool = False, shut: tuple[str, ...] = ()
) -> list[Activity]:
    return list(Procedures(station, shut).project(own, BERTH, 5.0, arrives=arrives))


# ------------------------------------------------------------------------------------ the crew's clock


@pytest.mark.parametrize(
    ("sleeps_h", "ahead_min"), [(21.5, 0), (13.5, 480), (23.0, -90), (2.5, -300), (9.5, 720), (9.25, -705)]
)
def test_the_crews_clock_follows_from_when_it_sleeps(
    station: Station, sleeps_h: float, ahead_min: int
) -> None:
    moved = dataclasses.replace(station, crew=dataclasses.replace(station.crew, sleep_start_h=sleeps_h))
    assert weeks.clock_ahead_min(moved) == ahead_min


def test_monday_is_the_crews_and_conferences_fall_on_its_weekdays(scenario: Scenario) -> None:
    span = weeks.crew_week(scenario)
    assert span == Span(moment("2024-11-03T16:00:00Z"), moment("2024-11-10T16:00:00Z"))
    rules = weeks.ground_rules(scenario.station)
    problem = WeekProblem(
        code="W", start=span.start, crew=scenario.crew.members, rules=rules, activities=(),
        devices=tuple(weeks.Device(code=d.code, name=d.name) for d in scenario.station.exercise),
    )  # fmt: skip
    meetings = [span.start for kind, span in fixed_routine(problem) if kind == "conference"]
    assert meetings[0] == moment("2024-11-03T23:30:00Z")  # Monday 07:30 in Beijing
    assert meetings[-1] == moment("2024-11-08T11:30:00Z")  # Friday 19:30
    assert len(meetings) == 10
    asleep = [span for kind, span in fixed_routine(problem) if kind == "sleep"]
    assert Span(moment("2024-11-04T13:30:00Z"), moment("2024-11-04T22:00:00Z")) in asleep
    assert problem.date_of(0).isoformat() == "2024-11-04"


def test_a_station_with_one_kind_of_device_trains_all_the_time_on_it(station: Station) -> None:
    only = tuple(device for device in station.exercise if device.kind == "resistive")
    sessions = weeks.ground_rules(dataclasses.replace(station, exercise=only)).sessions
    assert [(one.code, one.duration_min) for one in sessions] == [("RESISTIVE", 120)]
    assert weeks.ground_rules(dataclasses.replace(station, exercise=())).sessions == ()


def test_a_week_of_seven_working_days_has_no_free_sunday(station: Station) -> None:
    busy = dataclasses.replace(station, crew=dataclasses.replace(station.crew, work_days_week=7))
    rules = weeks.ground_rules(busy)
    assert rules.work_saturday_min == rules.work_sunday_min == rules.work_day_min == 390


# ----------------------------------------------------------------------------------------- procedures


def test_a_payload_that_arrives_is_set_up_before_anything_else(station: Station) -> None:
    run = Operation(name="Run", duration_min=60, crew_count=1, per_week_count=1)
    own = dossier(run, crew_time_h=7.0)
    assert set_up_h(own) == 3.0
    first, second, after = planned(station, own, arrives=True)
    assert (first.code, second.code) == ("P-X.SETUP.1", "P-X.SETUP.2")
    assert first.duration_min + second.duration_min == 180 and first.duration_min <= SET_UP_MIN
    assert [link.activity for link in after.after] == ["P-X.SETUP.2"]
    (alone,) = planned(station, own)
    assert alone.after == ()


def test_what_goes_outside_is_set_up_with_the_arm(station: Station) -> None:
    own = dossier(crew_time_h=1.0, arm_operations=3)
    (set_up,) = planned(station, own, arrives=True)
    arms = {m.code for m in station.mechanisms if m.kind == "arm"}
    assert arm_installation(own) == 2
    assert set_up.skill == "robotics" and {use.facility for use in set_up.uses} & arms


@pytest.mark.parametrize(
    ("before", "after", "partners"),
    [(2, 2, [1, 2]), (2, 1, [2]), (1, 3, [1, 1, 1]), (2, 4, [1, 1, 2, 2]), (3, 2, [2, 3])],
)
def test_what_follows_pairs_off_with_what_it_follows(
    station: Station, before: int, after: int, partners: list[int]
) -> None:
    own = dossier(
        Operation(name="Change", duration_min=60, crew_count=1, per_week_count=before),
        Operation(name="Run", duration_min=60, crew_count=0, per_week_count=after, after="Change"),
    )
    runs = [one for one in planned(station, own) if one.title == "Run"]
    assert [link.activity for one in runs for link in one.after] == [f"P-X.1.{n}" for n in partners]


def test_a_payload_does_one_thing_at_a_time_but_may_send_data_meanwhile(station: Station) -> None:
    own = dossier(
        Operation(name="Run", duration_min=60, crew_count=0, power_w=80.0),
        Operation(name="Tend", duration_min=60, crew_count=1),
        Operation(name="Downlink", duration_min=20, crew_count=0, per_week_count=2, window="relay"),
    )
    run, tend, *downlinks = planned(station, own)
    assert all("P-X" in {use.facility for use in one.uses} for one in (run, tend))
    assert all(one.uses == () and one.gap_shortest_min == 20 for one in downlinks)


def test_power_within_the_reserve_is_not_counted_twice(station: Station) -> None:
    own = dossier(
        Operation(name="Within", duration_min=60, crew_count=0, power_w=100.0),
        Operation(name="Beyond", duration_min=60, crew_count=0, power_w=130.0),
    )
    within, beyond = planned(station, own)
    assert (within.power_w, within.channel) == (0.0, "")
    assert (beyond.power_w, beyond.channel) == (30.0, "MT-PWR")
    limits = {c.code: c.base_w for c in weeks.channels(station, [BERTH], {"P-X": own})}
    assert limits == {"TH-PWR": 0.0, "WT-PWR": 0.0, "MT-PWR": 100.0}


def test_crew_procedures_keep_out_of_spans_without_crew_time(station: Station) -> None:
    own = dossier(
        Operation(name="Tend", duration_min=60, crew_count=1, quiet=True),
        Operation(name="Run", duration_min=60, crew_count=0),
    )
    tend, run = planned(station, own, shut=("spacewalk", "handover"))
    assert tend.quiet == ("docking", "spacewalk", "reboost", "exercise", "handover")
    assert run.quiet == ()


def test_the_stations_work_draws_on_the_bus_of_its_rack(scenario: Scenario) -> None:
    work = {one.code: one for one in Procedures(scenario.station).system(scenario.system_work)}
    assert work["SYS-NATIONAL-FLUIDS.1"].channel == "MT-PWR"
    assert [link.activity for link in work["SYS-TZ-7-CLOSE.1"].after] == ["SYS-TZ-7-LOAD.2"]


# -------------------------------------------------------------------------------------------- windows


def test_a_pass_that_the_span_cuts_is_no_pass() -> None:
    place = Target(
        name="A", latitude_deg=0.0, longitude_deg=0.0, max_off_nadir_deg=30.0, min_sun_elevation_deg=0.0
    )
    span = Span(MONDAY, MONDAY + timedelta(days=7))

    def overpass(minute: int, **cut: bool) -> Window:
        start = MONDAY + timedelta(minutes=minute)
        return Window(
            kind=WindowKind.OVERPASS, name="P-X-1", start=start, end=start + timedelta(minutes=1), **cut
        )

    sky = OrbitAnswer(
        station="CSS", catalogue_id=1, object_name="", span=span, elements_epoch=MONDAY,
        elements_source="", elements_age_start_d=0.0, elements_age_end_d=7.0,
        windows=(overpass(0, cut_start=True), overpass(90), overpass(10079, cut_end=True)),
        sunlit_fraction=1.0, betas=(), altitude_min_km=0.0, altitude_max_km=0.0, altitude_mean_km=0.0,
        period_min=90.0, revolutions_count=1.0, track=(),
    )  # fmt: skip
    found = weeks.windows(span, sky, [dossier(targets=(place,))])
    assert found["target P-X"] == (overpass(90).span,)
    assert found["outside-saa"] == (span,)
    without = dossier(Operation(name="Look", duration_min=10, crew_count=0, window="target"))
    assert weeks.windows(span, sky, [without])["target P-X"] == ()


# ------------------------------------------------------------------------------------------ traffic


def busy(scenario: Scenario, *quiet: Quiet) -> list[Blocked]:
    """What the week is told of these spans of traffic."""
    moved = dataclasses.replace(scenario, traffic=dataclasses.replace(scenario.traffic, quiet=quiet))
    problem = WeekProblem(
        code="W", start=weeks.crew_week(scenario).start, crew=scenario.crew.members, activities=(),
        rules=weeks.ground_rules(scenario.station),
        devices=tuple(weeks.Device(code=d.code, name=d.name) for d in scenario.station.exercise),
    )  # fmt: skip
    found = list(weeks.blocked(moved, problem))
    consistent(dataclasses.replace(problem, blocked=tuple(found)))
    return found


def quiet(kind: str, start: str, end: str, *crew: str) -> Quiet:
    return Quiet(code="Q", kind=kind, start=moment(start), end=moment(end), crew=crew)


def test_who_watches_a_docking_is_busy_and_gives_up_what_it_meets(scenario: Scenario) -> None:
    # The crew's clock is 8 h ahead: a meal from 11:30 to 14:00, in bed from 20:30, asleep 21:30 to 06:00.
    crew = ("CSS-CDR", "CSS-FE")
    (by_day,) = busy(scenario, quiet("docking", "2024-11-05T06:30:00Z", "2024-11-05T10:00:00Z", *crew))
    assert (by_day.crew, by_day.waives) == (crew, ())
    (at_night,) = busy(scenario, quiet("docking", "2024-11-05T12:00:00Z", "2024-11-05T15:00:00Z", *crew))
    assert at_night.waives == ("pre-sleep", "sleep")
    (at_noon,) = busy(scenario, quiet("docking", "2024-11-05T03:45:00Z", "2024-11-05T05:30:00Z", *crew))
    assert at_noon.waives == ("meal",)
    (nobody,) = busy(scenario, quiet("reboost", "2024-11-05T12:00:00Z", "2024-11-05T15:00:00Z"))
    assert (nobody.crew, nobody.waives) == ((), ())


def test_a_spacewalk_of_which_only_the_day_is_known_takes_its_waking_hours(scenario: Scenario) -> None:
    whole, day = busy(scenario, quiet("spacewalk", "2024-11-06", "2024-11-07", "CSS-CDR", "CSS-FE"))
    assert (whole.crew, whole.span) == ((), Span(moment("2024-11-06"), moment("2024-11-07")))
    assert day.crew == ("CSS-CDR", "CSS-FE")
    assert day.span == Span(moment("2024-11-05T23:00:00Z"), moment("2024-11-06T12:30:00Z"))
    assert day.waives == ("conference", "exercise", "meal")


def test_the_shipped_weeks_name_who_is_busy(scenario: Scenario) -> None:
    (leaves,) = busy(scenario, *scenario.traffic.quiet)
    assert (leaves.code, leaves.crew, leaves.waives) == ("Q-TZ-7-LEAVES", ("CSS-CDR", "CSS-FE"), ())
