"""Probabilities against NASA CARA, Alfano, and Orekit's figures (golden/probability)."""

from __future__ import annotations

import csv
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import integrate

from stationmaster.measure.errors import StationError
from stationmaster.orbit.elements import element_sets
from stationmaster.safety.messages.cdm_read import ReadMessage, read, read_kvn
from stationmaster.safety.probability import choose, foster1992, frisbee2015, laas2015, violations
from stationmaster.safety.probability.alfano2005 import maximum
from stationmaster.safety.probability.covariance import axes
from stationmaster.safety.probability.encounter import Encounter, Plane
from stationmaster.safety.probability.hall2021 import nc2d, nc3d
from stationmaster.safety.probability.history import own_errors
from stationmaster.safety.probability.message import pair_of, radius_of

OMITRON = 2.70601573490125e-05
LAAS = 0.009181058587597
ALFANO_LINEAR = {
    1: 0.146749549,
    2: 0.006222267,
    3: 0.100351176,
    4: 0.049323406,
    5: 0.044487386,
    6: 0.004335455,
    7: 0.000158147,
    8: 0.036948008,
    9: 0.290146291,
    10: 0.290146291,
    11: 0.002672026,
}
FRISBEE = {5.0: 0.000043, 10.0: 0.000171}
ISS_IN_TRACK_KM = {0.3: 0.56, 1.5: 2.6, 3.5: 8.7, 6.5: 27.0}
#: Alfano's cases: half the span in s, and the 95 % interval of CARA's 1e8 trials over it.
ALFANO_COUNTED = {
    2: (21600.0, 0.0155226614929474, 0.0155711665578351),
    3: (21600.0, 0.100281978677948, 0.100399764459375),
    6: (1420.0, 0.00431136875715775, 0.00433709995038931),
    8: (10800.0, 0.0352012207992815, 0.0352735061089634),
}
CASE = "golden/probability/hst_diamant_2023-06-13.cdm"
_LOWER = ("rr", "tr", "tt", "nr", "nt", "nn")


def _symmetric(lower: list[float]) -> np.ndarray:
    rr, tr, tt, nr, nt, nn = lower
    return np.array([[rr, tr, nr], [tr, tt, nt], [nr, nt, nn]])


def _from_row(row: dict[str, str]) -> Encounter:
    states, total = [], np.zeros((3, 3))
    for k in (1, 2):
        r = np.array([float(row[f"{name}{k}_km"]) for name in "xyz"])
        v = np.array([float(row[f"{name}dot{k}_km_s"]) for name in "xyz"])
        turn = axes(r, v)
        total += turn.T @ (_symmetric([float(row[f"{name}{k}_m2"]) for name in _LOWER]) / 1e6) @ turn
        states.append((r, v))
    (r1, v1), (r2, v2) = states
    return Encounter(r2 - r1, v2 - v1, total, float(row["hard_body_radius_m"]) / 1000.0)


def _from_message(message: ReadMessage, radius_m: float) -> Encounter:
    total, states = np.zeros((3, 3)), []
    for one in message.objects:
        r, v = np.array(one.position_km), np.array(one.velocity_km_s)
        turn = axes(r, v)
        total += turn.T @ (np.array(one.covariance_rtn_units)[:3, :3] / 1e6) @ turn
        states.append((r, v))
    (r1, v1), (r2, v2) = states
    return Encounter(r2 - r1, v2 - v1, total, radius_m / 1000.0)


def test_golden_cara_typed_in(root: Path) -> None:
    with (root / "golden/probability/cara_2d.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    for row in rows:
        found = foster1992.log_probability(_from_row(row))
        assert found == pytest.approx(math.log(float(row["pc_2d"])), abs=1e-8), row["case"]


def test_golden_cara_all(shared_data: Path) -> None:
    with (shared_data / "probability/cara/expected.csv").open() as file:
        expected = {row["Conjunction_ID"]: row for row in csv.DictReader(file)}
    paths = sorted((shared_data / "probability/cara").glob("*.cdm"))
    assert len(paths) == len(expected) >= 27
    for path in paths:
        row = expected[path.stem]
        message = read_kvn(path.read_text(), path.name)
        found = foster1992.log_probability(_from_message(message, float(row["HBR_m"])))
        assert found == pytest.approx(math.log(float(row["Pc2D"])), abs=1e-8), path.name


def test_golden_omitron() -> None:
    one = _symmetric(
        [
            44.5757544811362,
            81.6751751052616,
            158.453402956163,
            -67.8687662707124,
            -128.616921644857,
            105.490542562701,
        ]
    )
    two = _symmetric(
        [
            2.31067077720423,
            1.69905293875632,
            1.24957388457206,
            -1.4170164577661,
            -1.04174164279599,
            0.869260558223714,
        ]
    )
    encounter = Encounter(
        np.array([374.5180598, 4307.560983, 5751.130418]) - [378.39559, 4305.721887, 5752.767554],
        np.array([-5.388125081, -3.946827739, 3.322820358]) - [2.360800244, 5.580331936, -4.322349039],
        one + two,
        0.020,
    )
    assert math.exp(foster1992.log_probability(encounter)) == pytest.approx(OMITRON, rel=1e-5)


def test_golden_alfano_linear(shared_data: Path) -> None:
    for case, expected in ALFANO_LINEAR.items():
        text = (shared_data / f"probability/samples/AlfanoTestCase{case:02d}.cdm").read_text()
        radius_m = float(text.split("HBR")[1].split("=")[1].split()[0])
        found = math.exp(foster1992.log_probability(_from_message(read_kvn(text), radius_m)))
        assert found == pytest.approx(expected, rel=2.5e-4), case


def test_golden_laas_and_patera() -> None:
    plane = Plane((0.0, 10.0), (50.0, 25.0), 5.0)
    assert math.exp(foster1992.log_in_circle(plane)) == pytest.approx(LAAS, rel=1e-12)
    series = laas2015.log_in_circles(np.array([[0.0, 10.0]]), np.array([[50.0, 25.0]]), np.array([5.0]))
    assert math.exp(series[0]) == pytest.approx(LAAS, rel=1e-12)


@pytest.mark.parametrize("radius_m", FRISBEE)
def test_golden_frisbee(radius_m: float) -> None:
    known = Encounter(
        np.array([1.0, 0.2, 0.0]), np.array([0.0, 0.0, 10.0]), np.diag([0.85, 0.05, 0.1]) ** 2, radius_m / 1e3
    )
    assert math.exp(frisbee2015.maximum(known)[0]) == pytest.approx(FRISBEE[radius_m], abs=5e-7)


def test_golden_chosen_for_hubble(root: Path) -> None:
    message = read(root / CASE)
    assert message.flaws == ()
    radius = radius_of(message)
    found = choose.answer(pair_of(message, radius.hard_body_radius_m), radius)
    flat, curved = found.figures
    assert (flat.method, curved.method) == ("foster-1992", "hall-2021-nc2d")
    assert math.exp(flat.log_probability) == pytest.approx(1.862233533348233e-05, rel=1e-8)
    assert violations.code(flat.violations) == "100"
    assert found.chosen is curved
    assert curved.violations == ()
    assert math.exp(curved.log_probability) == pytest.approx(4.7301511182858345e-05, rel=1e-3)
    assert 4.554e-05 < math.exp(curved.log_probability) < 4.739e-05


def test_golden_flags_of_all_cara_cases(shared_data: Path) -> None:
    with (shared_data / "probability/cara/expected.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 27
    for row in rows:
        message = read(shared_data / f"probability/cara/{row['Conjunction_ID']}.cdm")
        pair = pair_of(message, radius_of(message).hard_body_radius_m)
        met = violations.encountered(pair)
        assert violations.code(violations.short_violations(met)) == row["ViolationsPc2D"], row[
            "Conjunction_ID"
        ]
        single = nc2d(pair)
        assert violations.code(violations.curved_violations(single)) == row["ViolationsNc2D"]
        upper = met.upper_log_probability
        if row["ViolationsNc2D"] == "0" and upper is not None:
            assert upper >= math.log(float(row["Nc2D"])) - 1e-6, "an upper limit is one"


@pytest.mark.slow
def test_golden_flags_of_whole_segments(shared_data: Path) -> None:
    with (shared_data / "probability/cara/expected.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["ViolationsPc2D"] != "0"]
    assert len(rows) >= 15
    for row in rows:
        message = read(shared_data / f"probability/cara/{row['Conjunction_ID']}.cdm")
        pair = pair_of(message, radius_of(message).hard_body_radius_m)
        found = violations.segment_violations(nc3d(pair), nc2d(pair))
        assert violations.code(found) == row["ViolationsNc3D"], row["Conjunction_ID"]


@pytest.mark.slow
@pytest.mark.parametrize("case", ALFANO_COUNTED)
def test_golden_chosen_for_alfano_s_cases(shared_data: Path, case: int) -> None:
    """Slow pairs, which may meet twice: the method that is chosen gives what trials count."""
    half_s, low, high = ALFANO_COUNTED[case]
    message = read(shared_data / f"probability/samples/AlfanoTestCase{case:02d}.cdm")
    radius = radius_of(message)
    pair = pair_of(message, radius.hard_body_radius_m)
    found = choose.answer(pair, radius, span_s=(-half_s, half_s))
    assert found.chosen.method == ("foster-1992" if case == 3 else "hall-2021-nc3d")
    assert low < math.exp(found.chosen.log_probability) < high


def test_golden_own_history_of_the_space_station(shared_data: Path) -> None:
    sets, _ = element_sets((shared_data / "reentry/iss-1-yr.csv.gz").read_bytes())
    found = own_errors(sets)
    assert found.sets == 1804
    for age_d, in_track_km in ISS_IN_TRACK_KM.items():
        radial, along, cross = found.sigmas(age_d)
        assert along == pytest.approx(in_track_km, rel=0.15)
        assert max(radial, cross) < 0.2 * along


@settings(max_examples=30, deadline=None)
@example(x=2.5, y=0.0, large=0.3046875, ratio=16.0, r=1.5)
@given(
    x=st.floats(-4, 4),
    y=st.floats(-4, 4),
    large=st.floats(0.3, 5),
    ratio=st.floats(1, 20),
    r=st.floats(0.01, 3),
)
def test_against_plain_integration(x: float, y: float, large: float, ratio: float, r: float) -> None:
    small = large / ratio
    found = math.exp(foster1992.log_in_circle(Plane((x, y), (large, small), r)))

    def chord(angle: float) -> float:  # across the circle by angle: smooth at its ends too
        place, half = r * math.sin(angle), r * math.cos(angle)
        density = math.exp(-0.5 * ((place - x) / large) ** 2) / (large * math.sqrt(2 * math.pi))
        root = small * math.sqrt(2.0)
        return half * density * 0.5 * (math.erf((half - y) / root) - math.erf((-half - y) / root))

    inside = (math.asin(e / r) for k in (-2, -1, 0, 1, 2) if abs(e := x + k * large) < r)
    edges = [-math.pi / 2, *inside, math.pi / 2]
    plain = sum(integrate.quad(chord, a, b, epsabs=1e-13, limit=400)[0] for a, b in pairwise(edges))
    assert 0.0 <= found <= 1.0
    assert found == pytest.approx(plain, rel=1e-6, abs=1e-11)


@settings(max_examples=30, deadline=None)
@given(x=st.floats(0, 9), y=st.floats(0, 9), r=st.floats(0.1, 2), grow=st.floats(1.0, 2.0))
def test_symmetric_and_monotone(x: float, y: float, r: float, grow: float) -> None:
    here = foster1992.log_in_circle(Plane((x, y), (2.0, 1.0), r))
    assert foster1992.log_in_circle(Plane((-x, y), (2.0, 1.0), r)) == pytest.approx(here, abs=1e-9)
    assert foster1992.log_in_circle(Plane((x, -y), (2.0, 1.0), r)) == pytest.approx(here, abs=1e-9)
    assert foster1992.log_in_circle(Plane((x, y), (2.0, 1.0), r * grow)) >= here - 1e-12


def test_tail_is_a_number() -> None:
    found = foster1992.log_in_circle(Plane((0.0, 300.0), (2.0, 1.0), 1.0)) / math.log(10.0)
    assert found == pytest.approx(-0.5 * 299.0**2 / math.log(10.0), rel=1e-3)


def test_maximum_is_a_maximum() -> None:
    log, sigma = maximum(1.0, 0.05, 3.0)
    assert sigma is not None
    for factor in (0.7, 0.95, 1.05, 1.4):
        other = Plane((1.0, 0.0), (3.0 * sigma * factor, sigma * factor), 0.05)
        assert foster1992.log_in_circle(other) < log
    # vanishing bodies: sigma = d / (sqrt 2 AR), probability = AR (r/d)^2 / e (Alfano 2005)
    log, sigma = maximum(1.0, 1e-4, 3.0)
    assert sigma == pytest.approx(1.0 / (3.0 * math.sqrt(2.0)), rel=1e-4)
    assert math.exp(log) == pytest.approx(3.0 * 1e-8 / math.e, rel=1e-4)


def test_overlapping_bodies() -> None:
    assert maximum(0.01, 0.011, 2.0) == (0.0, None)


def test_senseless_encounters_are_refused() -> None:
    still, some = np.zeros(3), np.ones(3)
    with pytest.raises(StationError):
        Encounter(some, still, np.eye(3), 0.01)
    with pytest.raises(StationError):
        Encounter(some, some, np.eye(3), 0.0)
