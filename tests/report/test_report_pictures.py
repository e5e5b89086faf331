"""Pictures: the projection keeps areas, the date line is cut, the week has its lanes."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from stationmaster.call.countries import read_countries
from stationmaster.measure.time import Span
from stationmaster.orbit.letters import TrackPoint
from stationmaster.report.pictures.geography import equal_earth, shapes
from stationmaster.report.pictures.svg import Picture
from stationmaster.report.pictures.track import _parts
from stationmaster.report.pictures.week import TimeScale, _lanes
from stationmaster.report.pictures.world import Tint, not_drawn, world


def area(points: list[tuple[float, float]]) -> float:
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise([*points, points[0]]))) / 2


def test_golden_equal_earth_keeps_the_area_of_the_sphere() -> None:
    # Outside truth: the area of the unit sphere is 4 pi, of the band within 30 degrees half of it.
    def band(limit: float) -> float:
        latitudes = [limit * (n / 400.0 - 1.0) for n in range(801)]
        east = [equal_earth(180.0, latitude) for latitude in latitudes]
        return area(east + [(-x, y) for x, y in reversed(east)])

    assert band(90.0) == pytest.approx(4.0 * math.pi, rel=1e-4)
    assert band(30.0) == pytest.approx(2.0 * math.pi, rel=1e-4)


def test_golden_equal_earth_is_as_wide_and_high_as_published() -> None:
    # Savric, Patterson and Jenny 2018: the width is 2.05458 times the height; the pole line is 0.59247
    # times as long as the equator.
    (east, _), (pole, north) = equal_earth(180.0, 0.0), equal_earth(180.0, 90.0)
    assert east / north == pytest.approx(2.05458, abs=1e-4)
    assert pole / east == pytest.approx(0.59247, abs=1e-4)


def test_no_outline_jumps_across_the_map() -> None:
    for shape in shapes():
        for ring in shape.rings_deg:
            closed = [*ring, ring[0]]
            assert all(abs(x1 - x0) <= 180.0 for (x0, _), (x1, _) in pairwise(closed)), shape.m49
            assert all(-180.0001 <= x <= 180.0001 and -90.0 <= y <= 90.0 for x, y in ring)


@pytest.mark.parametrize(
    ("code", "longitude", "latitude"),
    [("KEN", 36.8, -1.3), ("BRA", -47.9, -15.8), ("MNG", 106.9, 47.9), ("AUS", 149.1, -35.3)],
)
def test_golden_capitals_lie_in_their_countries(
    root: Path, code: str, longitude: float, latitude: float
) -> None:
    countries = read_countries(root / "scenarios" / "css-2018" / "countries.csv")
    shape = next(s for s in shapes() if s.m49 == countries.of(code).m49)

    def crossings(ring: tuple[tuple[float, float], ...]) -> int:
        return sum(
            (y0 > latitude) != (y1 > latitude) and longitude < (x1 - x0) * (latitude - y0) / (y1 - y0) + x0
            for (x0, y0), (x1, y1) in pairwise([*ring, ring[0]])
        )

    assert sum(crossings(ring) for ring in shape.rings_deg) % 2 == 1


def test_all_but_the_smallest_member_states_are_drawn(root: Path) -> None:
    countries = read_countries(root / "scenarios" / "css-2018" / "countries.csv")
    missing = not_drawn({c.m49 for c in countries.members})
    assert len(missing) == 28
    assert countries.of("SGP").m49 in missing


def test_a_tinted_country_says_its_name_escaped() -> None:
    text = str(world({404: Tint("chosen", "Kenya <b>")}, 'A "map"'))
    assert "Kenya &lt;b&gt;" in text
    assert 'aria-label="A &#34;map&#34;"' in text


def test_midnights_of_the_week_fall_where_they_should() -> None:
    start = datetime(2024, 11, 4, 6, tzinfo=UTC)
    scale = TimeScale((start, start + timedelta(days=2)), (0.0, 48.0))
    assert [scale(when) for when in scale.days()] == [18.0, 42.0]


def test_lanes_never_overlap() -> None:
    begin = datetime(2024, 11, 4, tzinfo=UTC)

    def span(first: int, last: int) -> Span:
        return Span(begin + timedelta(hours=first), begin + timedelta(hours=last))

    assert _lanes([span(0, 3), span(1, 2), span(2, 4), span(3, 5)]) == [0, 1, 1, 0]


def test_a_picture_is_text_safe_and_rounded() -> None:
    picture = Picture(10.0, 5.0, "says", "kind")
    picture.words("<b>", 1.23456, 2.0)
    assert "&lt;b&gt;" in picture.markup()
    assert 'x="1.2" y="2"' in picture.markup()


def test_a_track_goes_on_at_the_other_edge_and_changes_colour_where_the_light_does() -> None:
    begin = datetime(2024, 11, 4, tzinfo=UTC)
    lights = [(170.0, True), (178.0, True), (-174.0, True), (-166.0, False), (-158.0, False)]
    track = [
        TrackPoint(
            at=begin + timedelta(minutes=n), latitude_deg=0.0, longitude_deg=x, altitude_km=400.0, sunlit=lit
        )
        for n, (x, lit) in enumerate(lights)
    ]
    found = [(lit, [x for x, _ in part]) for lit, part in _parts(track)]
    assert found == [
        (True, [170.0, 178.0, 186.0]),
        (True, [-182.0, -174.0, -166.0]),
        (False, [-166.0, -158.0]),
    ]
