"""Charts and maps by matplotlib: true to the values, in the style sheet's colours, always the same bytes."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
import warnings
from datetime import UTC, datetime, timedelta
from importlib import resources

import matplotlib
import pytest
from markupsafe import Markup

from stationmaster.journey.run import Run
from stationmaster.manifest.letters import Load
from stationmaster.report.pictures.cargo import MODE_COLOURS, load_chart
from stationmaster.report.pictures.figure import COLOURS, colour, level_rules, pin, plain, sheet
from stationmaster.report.pictures.sky import approaches, curve
from stationmaster.report.pictures.world import Tint, world

BEGIN = datetime(2024, 11, 4, tzinfo=UTC)


def paths(markup: Markup, of: str) -> list[list[tuple[float, float]]]:
    """The corners of each path that has this colour."""
    found = [
        re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)
        for path, style in re.findall(r'<path d="([^"]*)" style="([^"]*)"', markup)
        if f"var(--{of})" in style
    ]
    return [[(float(x), float(y)) for x, y in path] for path in found]


def test_every_colour_is_one_of_the_style_sheet_in_light_and_in_dark() -> None:
    style = (resources.files("stationmaster.report") / "templates" / "style.css").read_text("utf-8")
    light, dark = style.split("prefers-color-scheme: dark", 1)
    for name in COLOURS:
        assert f"--{name}:" in light, name
        assert f"--{name}:" in dark.split("}\n}")[0], name
    assert set(MODE_COLOURS.values()) <= set(COLOURS)


def test_a_line_goes_through_its_values() -> None:
    points = [(BEGIN + timedelta(days=day), value) for day, value in ((0, 10.0), (2, 20.0), (4, 12.0))]
    ((start, middle, end),) = paths(curve(points, "deg", "says"), "outside")
    assert (start[0], middle[0], end[0]) == (52.0, 252.0, 452.0)
    # SVG counts downwards; the middle is the highest value, the end is 8/10 of the way down again.
    assert (end[1] - middle[1]) / (start[1] - middle[1]) == pytest.approx(0.8, abs=0.002)


def test_steps_of_a_load_stand_at_their_weeks() -> None:
    starts = tuple(BEGIN + timedelta(weeks=week) for week in range(4))
    load = Load(
        resource="r", kind="data", unit="GB", used_units=(0.0, 5.0, 5.0, 0.0), capacity_units=(10.0,) * 4
    )
    picture = load_chart(load, "Data", starts, {BEGIN: "SZ-19"})
    (area,) = paths(picture, "accent")
    (limit,) = paths(picture, "bad")
    floor, half, top = 108.0, min(y for _, y in area), limit[0][1]
    assert (floor - half) / (floor - top) == pytest.approx(0.5, abs=0.002)
    assert {x for x, y in area if y == half} == {40.0 + 284.0 / 4, round(40.0 + 3 * 284.0 / 4, 1)}
    assert "at most 5 of 10 GB" in picture
    assert ">SZ-19</text>" in picture


@pytest.mark.parametrize("many", [0, 1, 3])
def test_an_approach_stands_where_and_when_it_happens(small_run: Run, many: int) -> None:
    screening = small_run.journey.answers["safety"]
    length = screening.span.end - screening.span.start
    given = tuple(
        dataclasses.replace(one, miss_km=8.0 - number, tca=screening.span.start + length / 2, name="A <b>")
        for number, one in enumerate(screening.conjunctions[:1] * many)
    )
    picture = approaches(given, screening.span, 10.0, 300.0, "says")
    drops = [path for path in paths(picture, "rule") if len(path) == 2 and path[0][0] == path[1][0] == 499.0]
    assert sorted({y for path in drops for _, y in path if y != 262.0}) == pytest.approx(
        [262.0 - 24.6 * (8.0 - number) for number in range(many)], abs=0.1
    )
    assert picture.count("<title>A &lt;b&gt;, ") == many
    assert picture.count(">A &lt;b&gt;, ") == many + min(many, 1)


def test_words_are_text_whatever_they_hold() -> None:
    with warnings.catch_warnings(action="error"), sheet(100.0, 50.0, "says", "kind") as picture:
        axes = picture.axes(0.0, 0.0, 0.0, 0.0)
        axes.text(0.0, 0.0, "<b> & $x^2$ \x08 实验 തുമ്പ")
        markup = picture.markup()
    assert "&lt;b&gt; &amp; $x^2$ \ufffd 实验 തുമ്പ</text>" in markup


def test_the_users_own_settings_neither_change_a_picture_nor_are_changed() -> None:
    tints = {404: Tint("chosen", "Kenya")}
    first = world(tints, "says")
    with matplotlib.rc_context({"lines.linewidth": 9.0, "font.size": 30.0, "svg.fonttype": "path"}):
        before = dict(matplotlib.rcParams)
        points = [(BEGIN + timedelta(hours=hour), float(hour)) for hour in range(25)]
        other = curve(points, "km", "says")
        assert world(tints, "says") == first
        assert dict(matplotlib.rcParams) == before
    assert curve(points, "km", "says") == other
    assert re.findall(r">(\d\d:\d\d)<", other) == ["00:00", "06:00", "12:00", "18:00", "00:00"]


def test_a_picture_has_no_identities_no_references_and_no_colours_of_its_own() -> None:
    picture = world({404: Tint("chosen", "Kenya"), 76: Tint("applied", "Brazil")}, "says")
    for never in (" id=", "url(", "href", "#", "font-family", "xmlns", "<style", "<metadata"):
        assert never not in picture, never
    assert picture.count("<title>") == 2


def test_what_would_need_references_is_refused() -> None:
    with sheet(100.0, 50.0, "says", "kind") as picture:
        picture.axes(0.0, 0.0, 0.0, 0.0).plot([0.0, 1.0], [0.0, 1.0], marker="o")
        with pytest.raises(ValueError, match="<use>"):
            picture.markup()


def test_a_pinned_shape_keeps_its_size_and_ticks_are_round() -> None:
    from matplotlib.patches import Rectangle

    with sheet(100.0, 50.0, "says", "kind") as picture:
        axes = picture.axes(20.0, 0.0, 0.0, 10.0)
        axes.set(xlim=(0.0, 1000.0), ylim=(0.0, 0.07), xticks=[])
        level_rules(axes, 4)
        pin(axes, Rectangle((-2.0, -2.0), 4.0, 4.0, facecolor=colour("ink")), 500.0, 0.035)
        markup = picture.markup()
    (corners,) = paths(markup, "ink")
    assert set(corners) == {(58.0, 22.0), (62.0, 22.0), (62.0, 18.0), (58.0, 18.0)}
    assert re.findall(r">([\d.]+)</text>", markup) == ["0", "0.02", "0.04", "0.06"]
    assert plain(2_500_000.0) == "2e+06"


def test_matplotlib_is_not_imported_before_a_picture_is_drawn() -> None:
    code = "import sys, stationmaster.report.site; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
