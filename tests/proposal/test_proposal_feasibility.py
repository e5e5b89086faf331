from __future__ import annotations

import csv
from dataclasses import replace
from math import pi
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationmaster.measure.reasons import say
from stationmaster.proposal import Assessment, ProposalProblem, assess
from stationmaster.proposal.check import faults
from stationmaster.proposal.feasibility.reach import EARTH_RADIUS_KM, off_nadir_reach_deg
from stationmaster.proposal.letters import Mode, Target
from stationmaster.proposal.reasons import REASONS
from stationmaster.proposal.recheck.places import highest_seen_deg


def asking(problem: ProposalProblem, mode: Mode = Mode.OUTSIDE_OWN, **needs: Any) -> ProposalProblem:
    base = problem.dossier
    if mode is not Mode.OUTSIDE_OWN:
        needs = {"ports": 0, **needs}
    return replace(problem, dossier=replace(base, mode=mode, needs=replace(base.needs, **needs)))


def judged(problem: ProposalProblem) -> Assessment:
    assessment = assess(problem)
    assert faults(problem, assessment) == ()
    return assessment


def short(assessment: Assessment) -> list[str]:
    return [say(f.reason, REASONS) for f in assessment.fits if not f.enough]


def test_a_dossier_that_fits_is_feasible(problem: ProposalProblem) -> None:
    assessment = judged(problem)
    assert assessment.passes
    assert short(assessment) == []
    assert [(p.place, p.count, p.as_asked) for p in assessment.placements] == [
        ("P-SMALL", 1, True),
        ("P-MED", 1, False),
        ("P-MED-SKY", 1, False),
    ]


def test_620_watts_at_a_small_port(problem: ProposalProblem) -> None:
    assessment = judged(asking(problem, power_w=620.0))
    assert not assessment.feasible
    assert short(assessment) == [
        "It needs 620 W at the external port; the small port gives 300 W; two medium ports would do."
    ]
    assert [(p.place, p.count, p.power_w, p.mass_limit_kg, p.as_asked) for p in assessment.placements] == [
        ("P-MED", 2, 800.0, 800.0, False),
        ("P-MED-SKY", 2, 800.0, 800.0, False),
        ("P-SMALL", 3, 900.0, 300.0, False),
    ]


def test_620_watts_on_the_china_space_station(root: Path, problem: ProposalProblem) -> None:
    from stationmaster.measure.files import read_toml
    from stationmaster.station.letters import Station

    css = replace(problem, station=read_toml(Station, root / "stations" / "css.toml"))
    assert short(judged(asking(css, power_w=620.0))) == [
        "It needs 620 W at the external port; the small port gives 300 W; two medium ports would do."
    ]
    assert judged(asking(css, power_w=620.0, port_size="medium", ports=2)).feasible


@pytest.mark.parametrize(
    ("needs", "sentence"),
    [
        (
            {"up_mass_kg": 150.0},
            "It needs 150 kg at the external port; the small port gives 100 kg; one medium port would do.",
        ),
        (
            {"power_w": 620.0, "ports": 2},
            "It needs 620 W at the external port; the two small ports give 600 W; two medium ports would do.",
        ),
        (
            {"data_gb_d": 180.0},
            "It needs 180 GB a day at the external port; the small port gives 100 GB a day; "
            "two small ports would do.",
        ),
        (
            {"view": "sky"},
            "It needs to see sky; the small port sees earth and ram; one medium port would do.",
        ),
        (
            {"power_w": 2400.0},
            "It needs 2400 W at the external port; the small port gives 300 W; "
            "no port open to the call would do.",
        ),
        (
            {"port_size": "medium", "ports": 3},
            "It asks for three medium ports; one module opens two to the call; one small port would do.",
        ),
        (
            {"port_size": "large"},
            "It asks for one large port; one module opens none to the call; one small port would do.",
        ),
        (
            {"port_size": "huge"},
            "It asks for one huge port; one module opens none to the call; one small port would do.",
        ),
    ],
)
def test_what_is_short_outside_and_what_would_do(
    problem: ProposalProblem, needs: dict[str, Any], sentence: str
) -> None:
    assessment = judged(asking(problem, **needs))
    assert not assessment.feasible
    assert sentence in short(assessment)


def test_the_offer_of_the_call_bounds_the_ports(problem: ProposalProblem) -> None:
    one = replace(problem, terms=replace(problem.terms, offer={**problem.terms.offer, "ports": 1.0}))
    assert short(judged(asking(one, power_w=620.0))) == [
        "It needs 620 W at the external port; the small port gives 300 W; no port open to the call would do."
    ]


@pytest.mark.parametrize(
    ("needs", "sentence"),
    [
        (
            {"up_mass_kg": 80.0, "rack_share": 0.1},
            "It needs 80 kg in 0.1 of a rack; that share gives 50 kg; 0.2 of a rack would do.",
        ),
        (
            {"power_w": 1100.0, "rack_share": 0.1},
            "It needs 1100 W in a free rack; the rack gives 1000 W; no free rack would do.",
        ),
        (
            {"rack_share": 1.2},
            "It asks for 1.2 of a rack; a free rack has 1 open to the call; 0.15 of a rack would do.",
        ),
        (
            {"rack_share": 0.1, "facilities": ("glove-box",)},
            "It needs glove-box, which no rack of this station offers; did you mean glovebox?",
        ),
    ],
)
def test_what_is_short_in_a_rack(problem: ProposalProblem, needs: dict[str, Any], sentence: str) -> None:
    assessment = judged(asking(problem, Mode.INSIDE_OWN, **needs))
    assert sentence in short(assessment)


def test_the_least_share_in_steps_of_a_twentieth(problem: ProposalProblem) -> None:
    places = judged(asking(problem, Mode.INSIDE_OWN, up_mass_kg=275.0, rack_share=0.3)).placements
    assert [(p.place, p.rack_share, p.as_asked) for p in places] == [("R-FREE", 0.55, False)]
    places = judged(asking(problem, Mode.INSIDE_OWN, up_mass_kg=150.0, rack_share=0.3)).placements
    assert [(p.place, p.rack_share, p.as_asked) for p in places] == [
        ("R-FREE", 0.3, True),
        ("R-HALF", 0.3, True),
    ]


def test_facilities_by_kind(problem: ProposalProblem) -> None:
    fluid = judged(asking(problem, Mode.INSIDE_FACILITY, facilities=("fluid-physics", "glovebox")))
    assert [(p.place, p.serves) for p in fluid.placements] == [
        ("R-FLUID", "fluid-physics"),
        ("R-COMB", "fluid-physics"),
        ("R-BOX", "glovebox"),
    ]
    strong = judged(asking(problem, Mode.INSIDE_FACILITY, facilities=("fluid-physics",), power_w=900.0))
    assert [p.place for p in strong.placements] == ["R-COMB"]
    assert strong.feasible
    weak = judged(asking(problem, Mode.INSIDE_FACILITY, facilities=("combustion",), power_w=1300.0))
    assert short(weak) == [
        "It needs 1300 W where it runs; the rack R-COMB gives 1200 W, and no rack of that kind would do."
    ]
    kept = judged(asking(problem, Mode.INSIDE_FACILITY, facilities=("cold-atom",)))
    assert not kept.feasible, "the operator keeps that rack"


@pytest.mark.parametrize(
    ("temperature", "volume", "feasible"),
    [
        (-80.0, 60.0, True),
        (-80.0, 60.1, False),
        (-20.0, 70.0, True),  # what is frozen may be colder
        (-90.0, 1.0, False),
        (4.0, 70.0, True),
        (8.0, 1.0, False),  # what is chilled must not be frozen
        (37.0, 20.0, True),
        (36.0, 21.0, False),
        (None, 70.0, True),
    ],
)
def test_cold_stowage(
    problem: ProposalProblem, temperature: float | None, volume: float, feasible: bool
) -> None:
    asked = asking(problem, cold_volume_l=volume, cold_temperature_c=temperature)
    assert judged(asked).feasible is feasible


@pytest.mark.parametrize(
    ("needs", "sentence"),
    [
        (
            {"up_mass_kg": 90.0, "late_load": True},
            "It needs 90 kg on the way up in a vehicle that is loaded late; Capsule carries 80 kg, "
            "and no vehicle would do.",
        ),
        (
            {"down_mass_kg": 61.0},
            "It needs 61 kg on the way down; Capsule carries 60 kg, and no vehicle would do.",
        ),
        (
            {"down_mass_kg": 21.0},
            "Mass to return: it needs 21 kg; the call offers 20 kg to all projects together.",
        ),
        (
            {"up_mass_kg": 410.0, "airlock": True},
            "It passes the airlock with 410 kg; the cargo airlock takes 400 kg.",
        ),
        (
            {"arm_operations": 5, "duration_d": 28.0},
            "Arm operations with 60 kg: it needs 5; 4 can be staffed meanwhile.",
        ),
        (
            {"crew_time_h": 141.0},
            "Crew time: it needs 141 h; the call offers 140 h to all projects together.",
        ),
        (
            {"data_gb_d": 301.0},
            "It sends 301 GB a day; the station gives its payloads 300 GB a day.",
        ),
    ],
)
def test_what_the_whole_station_cannot_give(
    problem: ProposalProblem, needs: dict[str, Any], sentence: str
) -> None:
    assert sentence in short(judged(asking(problem, **needs)))


def test_arms_lift_what_they_can(problem: ProposalProblem) -> None:
    light = judged(asking(problem, arm_operations=6, duration_d=14.0, up_mass_kg=50.0))
    assert light.feasible, "both arms may be used: three operations a week, two weeks"
    assert not judged(asking(problem, arm_operations=6, duration_d=14.0, up_mass_kg=51.0)).feasible


def test_no_arm_no_airlock_no_return(problem: ProposalProblem) -> None:
    bare = replace(problem.station, mechanisms=(), vehicles=problem.station.vehicles[:1])
    asked = replace(asking(problem, arm_operations=1, airlock=True, down_mass_kg=1.0), station=bare)
    assert short(judged(asked)) == [
        "It needs 1 kg on the way down, and no vehicle of this station does that.",
        "It needs an airlock for cargo, which this station does not have.",
        "It needs an arm, which this station does not have.",
    ]


def test_more_hands_than_there_are(problem: ProposalProblem) -> None:
    many = replace(problem.dossier.operations[0], crew_count=4)
    asked = replace(problem, dossier=replace(problem.dossier, operations=(many,)))
    assert "One operation needs four of the crew at once; three are on board." in short(judged(asked))


def target(latitude: float, off_nadir: float = 30.0) -> Target:
    return Target(
        name="Somewhere",
        latitude_deg=latitude,
        longitude_deg=10.0,
        max_off_nadir_deg=off_nadir,
        min_sun_elevation_deg=0.0,
    )


def test_targets_within_reach(problem: ProposalProblem) -> None:
    assert judged(asking(problem, targets=(target(43.5), target(-43.5)))).feasible
    assert short(judged(asking(problem, targets=(target(-44.0),)))) == [
        "Somewhere lies at -44.00 deg; the orbit reaches 41.50 deg, and only 2.10 deg more off nadir."
    ]
    assert judged(asking(problem, targets=(target(61.0, 90.0),))).feasible, "the horizon is 19.8 deg away"


def test_a_retrograde_orbit_reaches_as_far(problem: ProposalProblem) -> None:
    station = replace(problem.station, orbit=replace(problem.station.orbit, inclination_deg=138.5))
    retrograde = replace(asking(problem, targets=(target(43.5),)), station=station)
    assert judged(retrograde).feasible
    assert not judged(replace(asking(retrograde, targets=(target(44.0),)))).feasible


def test_golden_swaths_of_flown_instruments(root: Path) -> None:
    with (root / "golden" / "ground-reach" / "swaths.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            reach = off_nadir_reach_deg(float(row["altitude_km"]), float(row["half_angle_deg"]))
            swath_km = 2 * reach * pi / 180 * EARTH_RADIUS_KM
            assert swath_km == pytest.approx(float(row["swath_km"]), rel=float(row["tolerance_share"])), row


@given(altitude=st.floats(200.0, 2000.0), tilt=st.floats(0.0, 90.0))
@settings(max_examples=60, deadline=None)
def test_reach_by_formula_is_reach_by_line_of_sight(
    problem: ProposalProblem, altitude: float, tilt: float
) -> None:
    orbit = replace(problem.station.orbit, altitude_max_km=altitude)
    by_line = highest_seen_deg(replace(problem.station, orbit=orbit), tilt)
    assert by_line - 41.5 == pytest.approx(off_nadir_reach_deg(altitude, tilt), abs=1e-5)


AMOUNTS = st.one_of(
    st.just(0.0), st.integers(0, 60).map(lambda n: n * 25.0), st.floats(0.0, 3000.0, allow_subnormal=False)
)


@given(
    mode=st.sampled_from(Mode),
    mass=AMOUNTS,
    power=AMOUNTS,
    data=AMOUNTS,
    cold=AMOUNTS,
    temperature=st.sampled_from([None, -80.0, -20.0, 0.0, 4.0, 37.0]),
    ports=st.integers(0, 5),
    size=st.sampled_from(["small", "medium", "large", "tiny"]),
    view=st.sampled_from([None, "earth", "sky", "moon"]),
    share=st.sampled_from([0.0, 0.05, 0.1, 0.3, 0.5, 1.0, 1.5]),
    facilities=st.lists(
        st.sampled_from(["fluid-physics", "combustion", "glovebox", "cold-atom", "nothing"]), max_size=3
    ).map(tuple),
    latitude=st.floats(-90.0, 90.0),
    tilt=st.floats(0.0, 90.0),
    arm=st.integers(0, 40),
    flags=st.tuples(st.booleans(), st.booleans()),
)
@settings(max_examples=150, deadline=None)
def test_the_second_look_finds_the_same(problem: ProposalProblem, **drawn: Any) -> None:
    asked = asking(
        problem,
        drawn["mode"],
        up_mass_kg=drawn["mass"],
        power_w=drawn["power"],
        data_gb_d=drawn["data"],
        cold_volume_l=drawn["cold"],
        cold_temperature_c=drawn["temperature"],
        ports=drawn["ports"],
        port_size=drawn["size"],
        view=drawn["view"],
        rack_share=drawn["share"],
        facilities=drawn["facilities"],
        targets=(target(drawn["latitude"], drawn["tilt"]),),
        arm_operations=drawn["arm"],
        airlock=drawn["flags"][0],
        late_load=drawn["flags"][1],
    )
    assert faults(asked, assess(asked)) == ()


@given(
    power=st.floats(0.0, 2500.0),
    mass=st.floats(0.0, 350.0),
    less=st.floats(0.0, 1.0),
    mode=st.sampled_from([Mode.OUTSIDE_OWN, Mode.INSIDE_OWN]),
)
@settings(max_examples=40, deadline=None)
def test_asking_for_less_never_breaks_feasibility(
    problem: ProposalProblem, power: float, mass: float, less: float, mode: Mode
) -> None:
    more = asking(problem, mode, power_w=power, up_mass_kg=mass, rack_share=0.3)
    fewer = asking(more, mode, power_w=power * less, up_mass_kg=mass * less, ports=more.dossier.needs.ports)
    if assess(more).feasible:
        assert assess(fewer).feasible


@given(count=st.integers(0, 10**15), power=st.floats(0.0, 2500.0))
@settings(max_examples=20, deadline=None)
def test_a_station_with_absurd_counts_is_still_judged_at_once(
    problem: ProposalProblem, count: int, power: float
) -> None:
    ports = tuple(replace(p, count=count, payload_count=None) for p in problem.station.ports)
    station = replace(problem.station, ports=ports)
    offer = {**problem.terms.offer, "ports": 1e15}
    asked = replace(
        asking(problem, power_w=power), station=station, terms=replace(problem.terms, offer=offer)
    )
    assert faults(asked, assess(asked)) == ()


def test_the_advice_works_when_taken(problem: ProposalProblem) -> None:
    refused = asking(problem, power_w=620.0)
    for place in assess(refused).placements:
        taken = asking(refused, power_w=620.0, port_size=place.size, ports=place.count)
        assert judged(taken).feasible, place
