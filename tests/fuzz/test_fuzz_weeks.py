"""Random damage to weeks, tables and timetables: a value or a ``StationError``, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stationmaster.measure.errors import StationError, sentence
from stationmaster.timeline.exchange import cells
from stationmaster.timeline.exchange.import_activities import ACTIVITIES
from stationmaster.timeline.exchange.import_timetable import TIMETABLE, read_timetable
from stationmaster.timeline.exchange.import_week import EVENTS, StationSide, Tables, import_week
from stationmaster.timeline.exchange.sheet import Columns
from stationmaster.timeline.exchange.week_file import read_week
from stationmaster.timeline.letters import GroundRules, WeekProblem

QUICK = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
SIDE = StationSide(rules=GroundRules(sessions=()), crew_count=2)
DAY = date(2026, 3, 2)
WEEK = """\
# synthetic
code = "W"
start = 2026-03-02T00:00:00Z
days = 3
devices = [{code = "MILL", name = "Mill"}]
eclipses = [{start = 2026-03-02T00:40:00Z, end = 2026-03-02T01:15:00Z}]
member_work_min = {C1 = 300}
off_duty = {C1 = [2026-03-03]}

[rules]
sessions = [{code = "run", name = "Run", duration_min = 60, devices = ["MILL"]}]
sleep_shifts = [{day = 2026-03-03, sleep_start_min = 1260}]

[windows]
relay = [{start = 2026-03-02T08:00:00Z, end = 2026-03-02T20:00:00Z}]

[[crew]]
code = "C1"
role = "commander"
skills = ["fluids"]
aboard = {start = 2026-03-01T00:00:00Z, end = 2026-04-01T00:00:00Z}

[[channels]]
code = "A"
name = "A"
sunlit_w = 900.0
eclipse_w = 600.0

[[stores]]
code = "REC"
name = "Recorder"
unit = "GB"
capacity_units = 50.0

[[blocked]]
code = "D"
kind = "docking"
title = "Docking"
span = {start = 2026-03-02T10:00:00Z, end = 2026-03-02T11:00:00Z}
crew = ["C1"]
waives = ["meal"]

[[activities]]
code = "A1"
title = "One"
duration_min = 30
priority_weight = 2.0
series = "S"
gap_longest_min = 1500
inside = ["relay"]
draws = [{store = "REC", amount_units = 2.5}]

[[activities]]
code = "A2"
title = "Two"
duration_min = 30
priority_weight = 2.0
series = "S"
occurrence = 2
after = [{activity = "A1", lag_longest_min = 2000}]
power_w = 100.0
channel = "A"
"""

DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(["byte", "drop", "double", "swap", "cut", "insert", "value"]),
        st.floats(0, 0.999),
        st.binary(min_size=1, max_size=5)
        | st.sampled_from(
            [b"nan", b"-1", b"1e999", b'"', b"[[", b"\x00", b"{}", b"[]", b"9" * 30,
             b"2199-12-31T23:59:59Z", b"1900-01-01", b"true", b"A1"]
        ),
    ),
    min_size=1,
    max_size=3,
)  # fmt: skip


def damaged(data: bytes, damage: list[tuple[str, float, bytes]]) -> bytes:
    for how, where, what in damage:
        lines = data.split(b"\n")
        place, line = int(where * len(data)), int(where * len(lines))
        if how == "byte":
            data = data[:place] + what[:1] + data[place + 1 :]
        elif how == "cut":
            data = data[:place]
        elif how == "insert":
            data = data[:place] + what + data[place:]
        else:
            if how == "value":
                lines[line] = lines[line].split(b"=")[0] + b"= " + what
            elif how == "drop":
                del lines[line]
            elif how == "double":
                lines.insert(line, lines[line])
            else:
                other = (line + len(what)) % len(lines)
                lines[line], lines[other] = lines[other], lines[line]
            data = b"\n".join(lines)
    return data


def told(errors: tuple[StationError, ...]) -> bool:
    """Every refusal can be said in one line."""
    for error in errors:
        line = sentence(error)
        assert line
        assert all(letter.isprintable() for letter in line)
    return True


def or_refused(make: Callable[[], tuple[object, tuple[StationError, ...]]]) -> None:
    """Something, or at least one refusal: never both nothing, never another kind of error."""
    try:
        found, errors = make()
    except StationError as error:
        assert told((error,))
    else:
        assert told(errors)
        assert (found is None) == bool(errors)


def test_the_week_that_is_damaged_is_sound(tmp_path: Path) -> None:
    (tmp_path / "week.toml").write_text(WEEK)
    assert read_week(tmp_path / "week.toml").refused == ()


@QUICK
@given(damage=DAMAGE)
def test_a_damaged_week_is_read_or_refused(tmp_path: Path, damage: list[tuple[str, float, bytes]]) -> None:
    path = tmp_path / "week.toml"
    path.write_bytes(damaged(WEEK.encode(), damage))

    def read() -> tuple[object, tuple[StationError, ...]]:
        found = read_week(path)
        return found.problem, found.refused

    or_refused(read)


#: What may stand in a cell: what is meant, what nearly is, and anything.
CELL = (
    st.sampled_from(
        ["", "A1", "C1", "C1;C2", "1:30", "90", "-1", "1e9", "9" * 20, "2026-03-02 08:00", "2026-03-02",
         "03/04/2026",
         "0001-01-01 00:00", "2199-12-31 23:00",
         "x", "yes", "A1 +1:00..0:30", "A1+", "R x2", "R x999999", ";",
         "=1+1",
         "'=x", "activity", "sleep", "exercise", "blocked.D", "all", "relay", "nan", "0", "5;5", "REC: 2"]
    )
    | st.text(max_size=6)
)  # fmt: skip


def tables(columns: Columns) -> st.SearchStrategy[str]:
    """A table of some of the columns, in any dialect, with anything in its cells."""

    @st.composite
    def made(draw: st.DrawFn) -> str:
        spellings = [(name, *others) for name, others in columns.items()]
        heads = draw(
            st.lists(st.sampled_from(spellings).flatmap(st.sampled_from) | st.text(max_size=5), max_size=8)
        )
        separator = draw(st.sampled_from(",;\t"))
        rows = draw(st.lists(st.lists(CELL, max_size=len(heads) + 1), max_size=4))
        quoted = [
            [f'"{cell}"' if draw(st.booleans()) else cell for cell in row]
            for row in [["code", *heads], *rows]
        ]
        return "\n".join(separator.join(row) for row in quoted)

    return made()


@QUICK
@given(activities=tables(ACTIVITIES), events=tables(EVENTS))
def test_tables_of_anything_make_a_week_or_are_refused(tmp_path: Path, activities: str, events: str) -> None:
    (tmp_path / "a.csv").write_text(activities, errors="replace")
    (tmp_path / "e.csv").write_text(events, errors="replace")
    files = Tables(activities=tmp_path / "a.csv", blocked=tmp_path / "e.csv")

    def read() -> tuple[object, tuple[StationError, ...]]:
        found = import_week(files, SIDE, code="W", first_day=DAY)
        return found.problem, found.refused

    or_refused(read)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> WeekProblem:
    path = tmp_path_factory.mktemp("week") / "week.toml"
    path.write_text(WEEK)
    problem = read_week(path).problem
    assert problem is not None
    return problem


@QUICK
@given(text=tables(TIMETABLE))
def test_a_timetable_of_anything_is_read_or_refused(tmp_path: Path, week: WeekProblem, text: str) -> None:
    (tmp_path / "t.csv").write_text(text, errors="replace")

    def read() -> tuple[object, tuple[StationError, ...]]:
        found = read_timetable(tmp_path / "t.csv", week)
        return (None if found.refused else found.items), found.refused

    or_refused(read)


@QUICK
@given(data=st.binary(max_size=200))
def test_bytes_are_read_or_refused(tmp_path: Path, week: WeekProblem, data: bytes) -> None:
    path = tmp_path / "anything"
    path.write_bytes(data)

    def as_week() -> tuple[object, tuple[StationError, ...]]:
        found = read_week(path)
        return found.problem, found.refused

    def as_timetable() -> tuple[object, tuple[StationError, ...]]:
        found = read_timetable(path, week)
        return (None if found.refused else found.items), found.refused

    or_refused(as_week)
    or_refused(as_timetable)


READERS: tuple[Callable[[str], object], ...] = (
    cells.number, cells.whole, cells.minutes, cells.hours, cells.clock, cells.moment, cells.start, cells.day,
    cells.truth, cells.names, cells.counted, cells.lags,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(reader=st.sampled_from(READERS), text=CELL | st.text("0123456789:.,+-/TZhm ×x", max_size=14))
def test_a_cell_is_read_or_refused(reader: Callable[[str], object], text: str) -> None:
    try:
        reader(text)
    except StationError as error:
        assert told((error,))
