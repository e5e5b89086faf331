"""Contradictory weeks: what is wrong is said in one line each, and what was there before is untouched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_damage import Said

from stationmaster.timeline.exchange.week_file import read_week

Tell = Callable[..., Said]

WEEK = """\
# synthetic
code = "W"
start = 2026-03-02T00:00:00Z
days = 2
devices = []

[rules]
sessions = []

[windows]
relay = [{start = 2026-03-02T08:00:00Z, end = 2026-03-02T20:00:00Z}]

[[crew]]
code = "C1"
role = "commander"
skills = ["fluids"]

[[facilities]]
code = "GLOVE"
name = "Glovebox"

[[channels]]
code = "A"
name = "A"
sunlit_w = 900.0
eclipse_w = 600.0

[[blocked]]
code = "DOCK"
kind = "docking"
title = "Docking"
span = {start = 2026-03-02T10:00:00Z, end = 2026-03-02T11:00:00Z}
crew = ["C1"]

[[activities]]
code = "FIX"
title = "Fix"
duration_min = 60
priority_weight = 2.0
must = true
skill = "fluids"
uses = [{facility = "GLOVE"}]

[[activities]]
code = "RUN"
title = "Run"
duration_min = 30
priority_weight = 1.0
inside = ["relay"]
after = [{activity = "FIX", lag_longest_min = 600}]
"""

#: What stood there, what stands there now, and what must be said of it, with the exit status 2.
CONTRADICTORY: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "not a midnight": (
        "02T00:00:00Z\ndays",
        "02T01:00:00Z\ndays",
        ("line 3, start", "a midnight of the crew's clock"),
    ),
    "no days": ("days = 2", "days = 0", ("line 4, days", "1 to 31 days")),
    "a window nobody has": (
        'inside = ["relay"]',
        'inside = ["rellay"]',
        ("activities[2].inside", "mean relay?"),
    ),
    "a rack nobody has": ('facility = "GLOVE"', 'facility = "GLOBE"', ("activities[1].uses", "mean GLOVE?")),
    "itself": ('activity = "FIX"', 'activity = "RUN"', ("activities[2]", "RUN")),
    "a circle": (
        'skill = "fluids"\n',
        'skill = "fluids"\nafter = [{activity = "RUN"}]\n',
        ("FIX after RUN after FIX", "circle"),
    ),
    "a lag that runs out first": (
        "lag_longest_min = 600",
        "lag_shortest_min = 700, lag_longest_min = 600",
        ("700 to 600",),
    ),
    "two of one code": ('code = "RUN"', 'code = "FIX"', ("activities[2].code", "FIX stands twice")),
    "an occurrence missing": (
        'title = "Run"',
        'title = "Run"\nseries = "S"\noccurrence = 2',
        ("series", "from 1"),
    ),
    "a span that ends before it starts": (
        "02T11:00:00Z}",
        "02T09:00:00Z}",
        ("blocked[1].span", "09:00", "not before its start"),
    ),
    "a docking in the night": (
        "02T10:00:00Z, end",
        "02T05:00:00Z, end",
        ("blocked[1].span", "sleep", "waives"),
    ),
    "a docking next month": (
        "2026-03-02T10:00:00Z, end = 2026-03-02T11",
        "2026-04-02T10:00:00Z, end = 2026-04-02T11",
        ("meets the week",),
    ),
    "a routine that overlaps itself": (
        "sessions = []",
        "sessions = []\nsleep_min = 700",
        ("rules", "overlap itself"),
    ),
    "a meal that never fits": (
        "sessions = []",
        "sessions = []\nmeal_min = 600",
        ("rules.meal_min", "fits between"),
    ),
    "power from nowhere": (
        'title = "Run"',
        'title = "Run"\npower_w = 9.0\nchannel = "B"',
        ("channel", "B is not a known"),
    ),
    "an activity longer than the week": (
        "duration_min = 30",
        "duration_min = 5000",
        ("duration_min", "the whole week"),
    ),
    "less than nothing": ("duration_min = 30", "duration_min = -30", ("duration_min", "-30")),
    "a weight of nothing known": (
        "priority_weight = 1.0",
        "priority_weight = nan",
        ("priority_weight", "finite"),
    ),
    "local time": ("02T08:00:00Z", "02T08:00:00", ("windows.relay", "UTC time")),
    "a field nobody knows": (
        "must = true",
        "must_do = true",
        ("activities[1].must_do", "did you mean must?"),
    ),
    "no TOML": ('title = "Run"', 'title = "Run', ("TOML",)),
}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder with an earlier plan in it."""
    out = tmp_path / "plan"
    out.mkdir()
    (out / "plan.json").write_text("the last good plan")
    return out


def listed(folder: Path) -> dict[str, str]:
    """Every file below a folder, hidden ones too, with what it holds."""
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("name", CONTRADICTORY)
def test_a_contradictory_week_is_refused_in_one_line_and_nothing_is_lost(
    tmp_path: Path, kept: Path, tell: Tell, name: str
) -> None:
    old, new, wanted = CONTRADICTORY[name]
    assert WEEK.count(old) >= 1, name
    path = tmp_path / "week.toml"
    path.write_text(WEEK.replace(old, new, 1))
    said = tell("timeline", "build", path, "--out", kept)
    assert said.status == 2, said.err
    assert all(words in said.err for words in (*wanted, "week.toml")), said.err
    assert "Traceback" not in said.err
    assert listed(kept) == {"plan.json": "the last good plan"}
    assert not said.out


def test_the_week_that_is_contradicted_is_sound(tmp_path: Path) -> None:
    (tmp_path / "week.toml").write_text(WEEK)
    assert read_week(tmp_path / "week.toml").refused == ()


def test_many_contradictions_are_told_on_a_line_each(tmp_path: Path, kept: Path, tell: Tell) -> None:
    text = WEEK
    for name in ("a window nobody has", "a rack nobody has", "a field nobody knows", "less than nothing"):
        old, new, _ = CONTRADICTORY[name]
        text = text.replace(old, new, 1)
    path = tmp_path / "week.toml"
    path.write_text(text)
    said = tell("timeline", "build", path, "--out", kept)
    lines = said.err.strip().split("\n")
    assert said.status == 2
    assert len(lines) == 5, said.err
    assert "the first of 4 faults in the week's file" in lines[-1]
    assert listed(kept) == {"plan.json": "the last good plan"}


def test_musts_that_cannot_all_be_met_end_in_the_conflict(tmp_path: Path, kept: Path, tell: Tell) -> None:
    path = tmp_path / "week.toml"
    late = "latest = 2026-03-02T09:00:00Z"
    text = WEEK.replace("must = true", f"must = true\n{late}").replace(
        'inside = ["relay"]', f"must = true\n{late}"
    )
    path.write_text(text.replace("days = 2", "days = 1"))
    said = tell("timeline", "build", path, "--out", kept, "--effort", "quick")
    assert said.status == 3, said.err
    assert "these musts cannot stand together: RUN" in said.err  # it waits for the other
    assert listed(kept) == {"plan.json": "the last good plan"}


def test_a_folder_of_something_else_and_a_week_without_a_plan_are_refused(tmp_path: Path, tell: Tell) -> None:
    path = tmp_path / "week.toml"
    path.write_text(WEEK)
    for words in (
        ("timeline", "build", tmp_path / "nothing.toml", "--out", tmp_path / "out"),
        ("timeline", "build", tmp_path, "--out", tmp_path / "out"),
        ("timeline", "export", path, "--format", "csv", "--out", tmp_path / "out"),
        (
            "timeline",
            "import",
            tmp_path / "no.csv",
            "--station",
            "css",
            "--start",
            "2026-03-02",
            "--out",
            tmp_path / "w",
        ),
    ):
        said = tell(*words)
        assert said.status == 2, said.err
        assert said.err.count("\n") == 1
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "w").exists()
