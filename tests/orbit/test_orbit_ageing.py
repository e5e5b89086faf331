from __future__ import annotations

import csv
import dataclasses
import io
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationmaster.measure.errors import StationError
from stationmaster.measure.intervals import Spans
from stationmaster.measure.time import Span, moment
from stationmaster.orbit.ageing import edge_error_s, edge_errors, exact_until, possible, sure
from stationmaster.orbit.check import faults
from stationmaster.orbit.check_ageing import ageing_faults
from stationmaster.orbit.coverage import coverage
from stationmaster.orbit.elements import read_elements
from stationmaster.orbit.export import COLUMNS, coverage_csv, windows_csv, windows_parquet
from stationmaster.orbit.letters import (
    EdgeError,
    ElementSet,
    OrbitAnswer,
    OrbitProblem,
    Reboost,
    RelaySlot,
    Site,
    Target,
    WindowKind,
)
from stationmaster.orbit.places import relays_of, sites_of
from stationmaster.orbit.predict import predict
from stationmaster.orbit.wishes import Wanted, Wish, granted, granted_together
from stationmaster.station.read import read

START = datetime(2024, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def css(root: Path) -> ElementSet:
    return read_elements(root / "golden/elements/stations.csv").one(48274)


def _problem(elements: ElementSet, days: float, **more: object) -> OrbitProblem:
    fields: dict[str, object] = {
        "station": "CSS",
        "elements": elements,
        "elements_source": "CelesTrak",
        "span": Span(START, START + timedelta(days=days)),
        "sites": (
            Site(code="KASHI", latitude_deg=39.5, longitude_deg=76.0, bands=("S",)),
            Site(code="SANYA", latitude_deg=18.3, longitude_deg=109.3, bands=("S", "X")),
        ),
        "relays": (
            RelaySlot(code="EAST", longitude_deg=176.8, bands=("Ka",)),
            RelaySlot(code="WEST", longitude_deg=77.0, bands=("Ka", "S")),
        ),
        "targets": (
            Target(code="T", latitude_deg=20.0, longitude_deg=-99.0, min_sun_elevation_deg=-90.0),
            Target(code="U", latitude_deg=-20.0, longitude_deg=30.0, min_sun_elevation_deg=-90.0),
        ),
    }
    return OrbitProblem(**{**fields, **more})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def fortnight(css: ElementSet) -> tuple[OrbitProblem, OrbitAnswer]:
    problem = _problem(css, 14.0)
    return problem, predict(problem)


def test_errors_grow_and_the_check_agrees(
    css: ElementSet, fortnight: tuple[OrbitProblem, OrbitAnswer]
) -> None:
    problem, answer = fortnight
    assert len(answer.edge_errors) == 15
    assert all(one.edge_s < after.edge_s for one, after in pairwise(answer.edge_errors))
    assert answer.exact_until is not None and START < answer.exact_until < problem.span.end
    assert abs(edge_error_s(answer.edge_errors, [answer.exact_until])[0] - 150.0) < 1e-3
    far = _problem(css, 200.0, sites=(), relays=(), targets=(), regions=())
    errors = edge_errors(far)
    until = exact_until(errors, far.span, 150.0)
    told = dataclasses.replace(answer, edge_errors=errors, exact_until=until)
    # over ten revolutions late at the end
    assert errors[-1].edge_s > 10 * 5500.0
    assert list(ageing_faults(far, told)) == []


def test_contact_in_a_band_of_the_shipped_stations(css: ElementSet) -> None:
    """The stations' own data know bands; a file without any still answers for every band."""
    for name, band, deaf in (("css", "Ka", "Ku"), ("iss", "Ku", "Ka")):
        station = read(name)
        sites, relays = sites_of(station), relays_of(station)
        assert all(place.bands for place in (*sites, *relays))
        problem = _problem(css, 1.0, sites=sites, relays=relays, targets=(), regions=())
        answer = predict(problem)
        contact = granted(problem, answer, Wish(kind=Wanted.CONTACT, band=band))
        assert contact == answer.spans(WindowKind.RELAY)
        with pytest.raises(StationError):
            granted(problem, answer, Wish(kind=Wanted.CONTACT, band=deaf))
        silent = dataclasses.replace(
            problem, relays=tuple(dataclasses.replace(relay, bands=()) for relay in relays)
        )
        one = Wish(kind=Wanted.CONTACT, band="S", names=(relays[0].code,))
        assert granted(silent, answer, one) == answer.spans(WindowKind.RELAY, relays[0].code)


def test_a_reboost_moves_windows_as_measured(css: ElementSet) -> None:
    """A kilometre of rise: 19, 57, 133 and 267 s after 1, 3, 7 and 14 days (independent prototype)."""
    exact = {"epoch_error_km": 0.0, "drag_error_share": 0.0, "drag_error_per_earth_radius": 0.0}
    burn = Reboost(at=START + timedelta(days=2), rise_km=1.0)
    errors = edge_errors(_problem(css, 30.0, reboosts=(burn,), **exact))
    assert errors[2].edge_s == 0.0
    for days, seconds in ((1, 19.0), (3, 57.0), (7, 133.0), (14, 267.0)):
        assert abs(errors[2 + days].edge_s / seconds - 1.0) < 0.04


def test_errors_end_where_the_object_may_have_come_down(css: ElementSet) -> None:
    low = dataclasses.replace(css, bstar_per_earth_radius=0.004)
    problem = _problem(low, 40.0, sites=(), relays=(), targets=(), regions=(), drag_error_share=0.5)
    try:
        answer = predict(problem)
    except StationError:
        pytest.fail("the object itself should stay up in this test")
    assert 0 < len(answer.edge_errors) < 41
    assert list(ageing_faults(problem, answer)) == []
    shorter = dataclasses.replace(answer, edge_errors=answer.edge_errors[:-2])
    assert {fault.code for fault in ageing_faults(problem, shorter)} >= {"left-out"}
    assert edge_error_s(answer.edge_errors, [problem.span.end])[0] == np.inf
    late = [w for w in answer.of(WindowKind.ECLIPSE) if w.start > answer.edge_errors[-1].at]
    assert late and not sure(answer.edge_errors, [w for w in late if not w.cut_end])


def test_the_check_sees_wrong_errors(fortnight: tuple[OrbitProblem, OrbitAnswer]) -> None:
    problem, answer = fortnight
    errors = answer.edge_errors
    assert answer.exact_until is not None
    for wrong in (
        {"edge_errors": errors[1:]},
        {"edge_errors": errors[:-1]},
        {"edge_errors": ()},
        {"edge_errors": (*errors[:-1], EdgeError(at=errors[-1].at, edge_s=1.1 * errors[-1].edge_s))},
        {"edge_errors": (EdgeError(at=errors[0].at, edge_s=errors[0].edge_s + 1.0), *errors[1:])},
        {"exact_until": None},
        {"exact_until": answer.exact_until + timedelta(hours=1)},
        {"exact_until": answer.exact_until - timedelta(hours=1)},
        {"exact_until": problem.span.end},
    ):
        assert list(ageing_faults(problem, dataclasses.replace(answer, **wrong))), wrong  # type: ignore[arg-type]


@settings(max_examples=20, deadline=None)
@given(st.floats(-50.0, 50.0), st.floats(0.0, 1.0), st.floats(-1e-4, 1e-3), st.floats(1.0, 40.0))
def test_the_check_finds_nothing_wrong_at_any_age(
    root: Path, age_d: float, share: float, bstar: float, days: float
) -> None:
    css = read_elements(root / "golden/elements/stations.csv").one(48274)
    elements = dataclasses.replace(css, epoch=START - timedelta(days=age_d), bstar_per_earth_radius=bstar)
    problem = _problem(elements, days, sites=(), relays=(), targets=(), regions=(), drag_error_share=share)
    answer = predict(problem)
    assert list(ageing_faults(problem, answer)) == []


def test_sure_within_window_within_possible(fortnight: tuple[OrbitProblem, OrbitAnswer]) -> None:
    _, answer = fortnight
    windows = answer.of(WindowKind.PASS)
    held = Spans.of(window.span for window in windows)
    surely, perhaps = sure(answer.edge_errors, windows), possible(answer.edge_errors, windows)
    assert 0.0 < surely.duration_s < held.duration_s < perhaps.duration_s
    assert (surely - held).duration_s == 0.0 and (held - perhaps).duration_s == 0.0


def _minutes(problem: OrbitProblem, found: Spans) -> np.ndarray:
    start, count = problem.span.start, int(problem.span.duration_s // 60)
    held = np.zeros(count, dtype=bool)
    for span in found:
        first, last = ((edge - start).total_seconds() / 60.0 for edge in (span.start, span.end))
        held[int(np.ceil(first)) : int(np.ceil(last))] = True
    return held


def test_wishes_are_sets_of_time(fortnight: tuple[OrbitProblem, OrbitAnswer]) -> None:
    """Each wish, minute by minute, against the windows it is made of."""
    problem, answer = fortnight

    def held(wish: Wish) -> np.ndarray:
        return _minutes(problem, granted(problem, answer, wish, (docking,)))

    def of(kind: WindowKind, *names: str) -> np.ndarray:
        parts = [answer.spans(kind, name) for name in names] if names else [answer.spans(kind)]
        return np.any([_minutes(problem, part) for part in parts], axis=0)

    docking = Span(START + timedelta(days=3), START + timedelta(days=3, hours=8))
    ka, sites = of(WindowKind.RELAY, "EAST", "WEST"), of(WindowKind.PASS)
    assert (held(Wish(kind=Wanted.CONTACT, band="Ka")) == ka).all()
    both = of(WindowKind.RELAY, "WEST") | sites
    assert (held(Wish(kind=Wanted.CONTACT, band="S")) == both).all()
    assert (held(Wish(kind=Wanted.CONTACT, band="X")) == of(WindowKind.PASS, "SANYA")).all()
    assert (held(Wish(kind=Wanted.CONTACT, names=("EAST",))) == of(WindowKind.RELAY, "EAST")).all()
    assert (held(Wish(kind=Wanted.ECLIPSE)) == ~held(Wish(kind=Wanted.SUNLIT))).all()
    assert (held(Wish(kind=Wanted.DAY)) == ~held(Wish(kind=Wanted.NIGHT))).all()
    assert (held(Wish(kind=Wanted.OUTSIDE, names=("SAA",))) == ~of(WindowKind.REGION)).all()
    quiet = held(Wish(kind=Wanted.QUIET))
    assert quiet.sum() == len(quiet) - 480 and not quiet[3 * 1440 + 10]
    long = granted(problem, answer, Wish(kind=Wanted.CONTACT, band="Ka", min_length_s=2400.0))
    assert long and min(span.duration_s for span in long) >= 2400.0
    lit = granted(problem, answer, Wish(kind=Wanted.OVERPASS, names=("T",), min_sun_elevation_deg=10.0))
    every = granted(problem, answer, Wish(kind=Wanted.OVERPASS, names=("T",)))
    dark = granted(problem, answer, Wish(kind=Wanted.OVERPASS, names=("T",), max_sun_elevation_deg=10.0))
    assert 0 < len(lit) < len(every) == len(lit) + len(dark)
    wishes = [Wish(kind=Wanted.CONTACT, band="Ka"), Wish(kind=Wanted.ECLIPSE), Wish(kind=Wanted.QUIET)]
    together = granted_together(problem, answer, wishes, (docking,), min_length_s=600.0)
    assert together and min(span.duration_s for span in together) >= 600.0
    assert not (_minutes(problem, together) & ~(ka & of(WindowKind.ECLIPSE) & quiet)).any()
    assert granted_together(problem, answer, []) == Spans((problem.span,))


def test_sure_wishes_keep_a_distance(fortnight: tuple[OrbitProblem, OrbitAnswer]) -> None:
    problem, answer = fortnight
    for kind in (Wanted.CONTACT, Wanted.ECLIPSE, Wanted.OUTSIDE):
        plain = granted(problem, answer, Wish(kind=kind))
        surely = granted(problem, answer, Wish(kind=kind, sure=True))
        assert surely.duration_s < plain.duration_s
        assert (surely - plain).duration_s == 0.0


def test_beta_ranges(fortnight: tuple[OrbitProblem, OrbitAnswer]) -> None:
    problem, answer = fortnight
    at = np.array([(beta.at - START).total_seconds() for beta in answer.betas])
    angles = np.interp(np.arange(0.0, problem.span.duration_s, 60.0), at, [b.beta_deg for b in answer.betas])

    def held(**fields: object) -> np.ndarray:
        return _minutes(problem, granted(problem, answer, Wish(kind=Wanted.BETA, **fields)))  # type: ignore[arg-type]

    for low, high in ((0.0, 10.0), (-20.0, 5.0), (-90.0, 90.0), (80.0, 90.0)):
        inside = (angles > low) & (angles < high)
        assert np.count_nonzero(held(beta_min_deg=low, beta_max_deg=high) != inside) <= 4
        size = (np.abs(angles) > max(low, 0.0)) & (np.abs(angles) < high)
        assert np.count_nonzero(held(beta_min_deg=low, beta_max_deg=high, beta_size=True) != size) <= 4


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"kind": Wanted.CONTACT, "names": ("KASHY",)}, "unknown-name"),
        ({"kind": Wanted.CONTACT, "band": "Kaa"}, "unknown-name"),
        ({"kind": Wanted.OVERPASS, "names": ("V",)}, "unknown-name"),
        ({"kind": Wanted.ECLIPSE, "names": ("T",)}, "unknown-name"),
        ({"kind": Wanted.BETA, "beta_min_deg": 40.0, "beta_max_deg": 20.0}, "bad-value"),
    ],
)
def test_wishes_that_cannot_be_are_refused(
    fortnight: tuple[OrbitProblem, OrbitAnswer], wish: dict[str, object], code: str
) -> None:
    problem, answer = fortnight
    with pytest.raises(StationError) as caught:
        granted(problem, answer, Wish(**wish))  # type: ignore[arg-type]
    assert caught.value.code == code


def test_coverage_shares_out_what_windows_hold(fortnight: tuple[OrbitProblem, OrbitAnswer]) -> None:
    _, answer = fortnight
    periods = coverage(answer, 4.0)
    assert {(one.end - one.start).days for one in periods} == {4, 2}
    for kind in WindowKind:
        windows = answer.of(kind)
        own = [one for one in periods if one.kind == kind]
        assert sum(one.count for one in own) == len(windows)
        total_h = sum(window.span.duration_s for window in windows) / 3600.0
        assert abs(sum(one.held_h for one in own) - total_h) < 1e-3 * len(own)
    gaps = [one for one in periods if one.kind == WindowKind.OVERPASS and one.name == "T"]
    spans = answer.spans(WindowKind.OVERPASS, "T").gaps(answer.span)
    longest_h = max(span.duration_s for span in spans) / 3600.0
    assert abs(max(one.gap_max_h for one in gaps) - longest_h) < 1e-3
    assert [one.exact for one in gaps] == sorted((one.exact for one in gaps), reverse=True)
    assert gaps[0].exact and not gaps[-1].exact
    with pytest.raises(StationError):
        coverage(answer, 0.0)


def test_tables_hold_every_window(fortnight: tuple[OrbitProblem, OrbitAnswer]) -> None:
    from pyarrow import parquet

    _, answer = fortnight
    rows = list(csv.DictReader(io.StringIO(windows_csv(answer))))
    table = parquet.read_table(io.BytesIO(windows_parquet(answer)))
    assert len(rows) == table.num_rows == len(answer.windows)
    assert tuple(rows[0]) == COLUMNS == tuple(table.column_names)
    for place in (0, len(rows) // 2, len(rows) - 1):
        window, row = answer.windows[place], rows[place]
        own = {name: table.column(name)[place].as_py() for name in COLUMNS}
        assert (row["kind"], row["name"]) == (window.kind, window.name) == (own["kind"], own["name"])
        assert moment(row["start"]) == window.start == own["start"]
        assert moment(row["end"]) == window.end == own["end"]
        off_s = edge_error_s(answer.edge_errors, [window.end])[0]
        assert abs(float(row["edge_s"]) - off_s) < 1e-3 and abs(own["edge_s"] - off_s) < 1e-3
        assert own["exact"] == (window.end <= answer.exact_until) == (row["exact"] == "true")
    periods = coverage(answer)
    assert len(list(csv.DictReader(io.StringIO(coverage_csv(periods))))) == len(periods)


def test_the_command_writes_tables_answer_and_picture(root: Path, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from stationmaster.cli.app import app

    places = tmp_path / "places.csv"
    places.write_text("code,latitude_deg,longitude_deg\nNBO,-1.29,36.82\n")
    words = [
        "orbit", "windows", "css", "--elements", str(root / "golden/elements/stations.csv"),
        "--from", "2024-11-02",
        "--days", "3", "--sites", "KASHI,SANYA", "--targets", str(places), "--reboost",
        "2024-11-03T06:00:00Z=1.2", "--out", str(tmp_path / "out"),
    ]  # fmt: skip
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["start"] == "2024-11-02T00:00:00Z" and said["windows"]["eclipse"] in range(45, 50)
    names = {"windows.csv", "windows.parquet", "coverage.csv", "orbit.json", "increment.svg"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    assert "<svg" in (tmp_path / "out/increment.svg").read_text()[:5]
    edges = [value for _, value in said["edge_s"]]
    assert edges == sorted(edges) and len(edges) == 4
    text = CliRunner().invoke(app, words)
    assert text.exit_code == 0 and "by the clock" in text.stdout
    for wrong in (["--days", "0"], ["--sites", "KASHY"], ["--reboost", "soon"], ["--from", "tomorrow"]):
        refused = CliRunner().invoke(app, [*words, *wrong])
        assert isinstance(refused.exception, StationError), wrong


def test_a_fortnight_is_without_fault(fortnight: tuple[OrbitProblem, OrbitAnswer]) -> None:
    assert faults(*fortnight) == ()
