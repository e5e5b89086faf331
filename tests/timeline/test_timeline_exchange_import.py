"""Tables as planners keep them become a week, or every bad cell is told; timetables are read back."""

from __future__ import annotations

import codecs
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from stationmaster.cli.timeline_import import side_of
from stationmaster.measure.errors import StationError, sentence
from stationmaster.station.read import read
from stationmaster.timeline.activity import After, Use
from stationmaster.timeline.check import judge
from stationmaster.timeline.exchange import cells
from stationmaster.timeline.exchange.export import table
from stationmaster.timeline.exchange.import_activities import ACTIVITIES
from stationmaster.timeline.exchange.import_timetable import read_timetable
from stationmaster.timeline.exchange.import_week import (
    CREW,
    EVENTS,
    FACILITIES,
    WINDOWS,
    Imported,
    StationSide,
    Tables,
    import_week,
)
from stationmaster.timeline.exchange.sheet import read_sheet, squeezed
from stationmaster.timeline.letters import GroundRules, WeekProblem
from stationmaster.timeline.outcome import Kind, WeekPlan

CREW_CSV = "Code;Role;Skills;Off duty;Guest\nCDR;commander;general;;\nOP;operator;general;08.03.2026;yes\n"
GOOD = """\
ID,Activity name,Duration (h:mm),Who,Priority,Must,Facility,Not before,Deadline,Depends on,Window,Avoid,\
Times,Every,Slack
FLUID-A,"Fluid run, first",1:30,,1,x,GLOVE x2,,,,relay,,,,
FLUID-B,Fluid run 2,90 min,any,2,,GLOVE,2026-03-03,2026-03-05 18:00,FLUID-A +0:30..24:00,,reboost; sleep,,,

BLOOD,Blood draw,20,CDR;operator,3,,,,,,,,3,24:00,±2:00
HEAT,Furnace,1.5 h,0,9,no,GLOVE,,,,,,,,
"""


@pytest.fixture
def side() -> StationSide:
    return StationSide(rules=GroundRules(sessions=(), clock_ahead_min=480), crew_count=3)


def tables(folder: Path, activities: str, **more: str) -> Tables:
    """The files, with a crew of two, a glovebox and a window."""
    texts = {
        "activities": activities,
        "crew": CREW_CSV,
        "facilities": "id\ttitle\tunits\nGLOVE\tGlovebox\t2\n",
        "windows": "sep=;\nName;Start (UTC);End (UTC)\nrelay;2026-03-01 20:00;2026-03-02T12:00Z\n",
        **more,
    }
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    return Tables(**{name: folder / f"{name}.csv" for name in texts})


def imported(folder: Path, side: StationSide, activities: str, **more: str) -> Imported:
    files = tables(folder, activities, **more)
    return import_week(files, side, code="W", first_day=date(2026, 3, 2))


def test_tables_become_the_week_they_say(tmp_path: Path, side: StationSide) -> None:
    good = GOOD.replace(",any,", ",,")
    read_in = imported(tmp_path, side, good)
    assert [sentence(e) for e in read_in.refused] == []
    week = read_in.problem
    assert week is not None
    assert week.start == datetime(2026, 3, 1, 16, tzinfo=UTC)  # midnight of Beijing
    assert [m.code for m in week.crew] == ["CDR", "OP"] and week.crew[1].guest
    assert week.off_duty == {"OP": (date(2026, 3, 8),)}
    assert week.windows["relay"][0].start == datetime(2026, 3, 1, 20, tzinfo=UTC)
    by_code = {a.code: a for a in week.activities}
    assert list(by_code) == ["FLUID-A", "FLUID-B", "BLOOD-1", "BLOOD-2", "BLOOD-3", "HEAT"]
    first, second, heat = by_code["FLUID-A"], by_code["FLUID-B"], by_code["HEAT"]
    assert (first.title, first.duration_min, first.must, first.priority_weight) == (
        "Fluid run, first",
        90,
        True,
        9,
    )
    assert first.uses == (Use(facility="GLOVE", units=2),) and first.inside == ("relay",)
    assert second.after == (After(activity="FLUID-A", lag_shortest_min=30, lag_longest_min=1440),)
    assert (second.duration_min, second.quiet) == (90, ("reboost", "sleep"))
    assert second.earliest == datetime(2026, 3, 3, tzinfo=UTC)
    assert second.latest == datetime(2026, 3, 5, 18, tzinfo=UTC)
    assert (heat.duration_min, heat.crew_count, heat.priority_weight, heat.must) == (90, 0, 1.0, False)
    third = by_code["BLOOD-3"]
    assert (third.crew_count, third.eligible) == (2, ("CDR", "OP"))
    assert (third.series, third.occurrence) == ("BLOOD", 3)
    assert (third.gap_shortest_min, third.gap_longest_min) == (1320, 1560)
    assert any("priority 1 to 9" in note for note in read_in.notes)


def test_every_bad_cell_is_told_at_once_with_its_line_and_heading(tmp_path: Path, side: StationSide) -> None:
    bad = GOOD
    for old, new in (
        ("1:30,,1,x", "1:75,,1,perhaps"),
        ("90 min,any,", "90 min,nobody,"),
        ("2026-03-03,", "03/04/2026,"),
        ("FLUID-A +0:30", "FLUD-A +0:30"),
        ("HEAT,Furnace,1.5 h", "BLOOD-2,Furnace,"),
        ("Priority,", "Prioritee,"),
        (",relay,", ",relai,"),
    ):
        assert old in bad
        bad = bad.replace(old, new, 1)
    read_in = imported(tmp_path, side, bad, crew=CREW_CSV.replace("08.03.2026", "31.02.2026"))
    assert read_in.problem is None
    told = [
        (Path(str(e.facts["file"])).stem, e.facts["line"], e.facts["field"], e.code) for e in read_in.refused
    ]
    assert told == [
        ("activities", 1, "Prioritee", "unknown-field"),
        ("activities", 2, "Duration (h:mm)", "bad-value"),
        ("activities", 2, "Must", "bad-value"),
        ("activities", 2, "Window", "unknown-name"),
        ("activities", 3, "Who", "unknown-name"),
        ("activities", 3, "Not before", "bad-value"),
        ("activities", 3, "Depends on", "unknown-name"),
        ("activities", 6, "Duration (h:mm)", "missing-field"),
        ("activities", 6, "ID", "duplicate"),
        ("crew", 3, "Off duty", "bad-value"),
    ]
    assert all(sentence(e) for e in read_in.refused)


def test_spreadsheets_of_every_dialect_say_the_same(tmp_path: Path, side: StationSide) -> None:
    plain = 'Code,Duration (h),Draws\nA,"1,5",REC: 2.5\n'
    semicolons = "sep=;\r\nCode;Duration (h);Draws\r\nA;1,5;REC: 2.5\r\n\r\n;;\r\n"
    dialects = {
        "plain": plain.encode(),
        "marked": codecs.BOM_UTF8 + plain.replace("\n", "\r\n").encode(),
        "semicolons": semicolons.encode(),
        "unicode": semicolons.replace(";", "\t").replace("sep=\t\r\n", "").encode("utf-16"),
    }
    found = []
    for name, data in dialects.items():
        (tmp_path / name).write_bytes(data)
        sheet = read_sheet(tmp_path / name, ACTIVITIES, (("code",), ("duration_min", "duration_h")))
        assert sheet.faults == []
        found.append([dict(row.cells) for row in sheet.rows])
    assert found == [[{"code": "A", "duration_h": "1,5", "draws": "REC: 2.5"}]] * 4
    read_in = import_week(
        Tables(activities=tmp_path / "semicolons"), side, code="W", first_day=date(2026, 3, 2)
    )
    assert [e.code for e in read_in.refused] in ([], ["unknown-name"])  # the store is not there


def test_a_table_that_is_none_is_refused_whole(tmp_path: Path) -> None:
    for name, data in {
        "latin": "Code,Duration\nÉ,5\n".encode("latin-1"),
        "empty": b"\n\n",
        "quote": b'Code,Duration\n"A,5\n',
        "binary": b"PK\x03\x04\x00\xff\xfe",
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        try:
            found = read_sheet(path, ACTIVITIES, (("code",),)).faults
        except StationError as error:
            found = [error]
        assert found, name
        assert all(sentence(e) for e in found)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("90", 90), ("1:30", 90), ("1:30:00", 90), ("90 min", 90), ("1.5 h", 90), ("1,5h", 90), ("1h30", 90),
     ("2 h", 120), ("1 h 30 min", 90), ("0:05", 5), ("36:00", 2160)],
)  # fmt: skip
def test_durations_as_people_write_them(text: str, minutes: int) -> None:
    assert cells.minutes(text) == minutes


@pytest.mark.parametrize(
    "text", ["1:75", "soon", "-5", "1.3", "0.01 h", "1:30 PM", "1,500", "1e3", "٣", "9" * 40]
)
def test_durations_that_may_mean_anything_are_refused(text: str) -> None:
    with pytest.raises(StationError) as caught:
        cells.minutes(text)
    assert caught.value.code == "bad-value"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02 14:30", datetime(2026, 3, 2, 14, 30, tzinfo=UTC)),
        ("2026-03-02T14:30:15Z", datetime(2026, 3, 2, 14, 30, 15, tzinfo=UTC)),
        ("2026-03-02T22:30+08:00", datetime(2026, 3, 2, 14, 30, tzinfo=UTC)),
        ("25/12/2026 08:00", datetime(2026, 12, 25, 8, tzinfo=UTC)),
        ("05/05/2026 08:00", datetime(2026, 5, 5, 8, tzinfo=UTC)),
        ("2.3.2026 24:00", datetime(2026, 3, 3, tzinfo=UTC)),
    ],
)
def test_moments_as_people_write_them(text: str, moment: datetime) -> None:
    assert cells.moment(text) == moment


@pytest.mark.parametrize(
    "text",
    ["03/04/2026 08:00", "12/25/2026 08:00", "2026-02-30 08:00", "2026-03-02", "8:00", "2026-03-02 08:61",
     "1/1/1 1:00", "0001-01-01 00:00", "2026-03-02 8 am"],
)  # fmt: skip
def test_moments_that_may_mean_anything_are_refused(text: str) -> None:
    with pytest.raises(StationError) as caught:
        cells.moment(text)
    assert caught.value.code == "bad-value"


def test_lags_counts_and_numbers() -> None:
    assert cells.lags("A-1; B-2 +30; C-3 + 0:30 .. 2:00") == (
        ("A-1", 0, None), ("B-2", 30, None), ("C-3", 30, 120),
    )  # fmt: skip
    assert cells.counted("RACK-1; BOX2 x3; ARM:2") == (("RACK-1", 1), ("BOX2", 3), ("ARM", 2))
    assert cells.number("1,5") == 1.5
    with pytest.raises(StationError):
        cells.number("1,500")


def test_no_heading_means_two_columns() -> None:
    for columns in (ACTIVITIES, CREW, EVENTS, FACILITIES, WINDOWS):
        spelt = [name for own in columns.items() for name in {squeezed(n) for n in (own[0], *own[1])}]
        assert len(spelt) == len(set(spelt)), [name for name in spelt if spelt.count(name) > 1]


def test_stores_are_drawn_on_and_the_channel_is_that_of_the_rack(tmp_path: Path) -> None:
    station = side_of(read("css"))
    rack = next(f.code for f in station.facilities if f.code in station.home)
    text = f"Code,Duration,Rack,Power (W),Draws\nHEAT,60,{rack},250.5,\n"
    read_in = imported(tmp_path, station, text)
    assert read_in.problem is not None
    heat = read_in.problem.activities[0]
    assert (heat.power_w, heat.channel) == (250.5, station.home[rack])
    assert [c.code for c in read_in.problem.channels] == [station.home[rack]]
    refused = imported(tmp_path, station, "Code,Duration,Power (W)\nHEAT,60,250\n").refused
    assert [(e.facts["line"], e.facts["field"]) for e in refused] == [(2, "channel")]


def test_without_a_crew_the_stations_own_is_taken_and_said_so(tmp_path: Path, side: StationSide) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Code,Duration,Skill\nA,30,fluids\n")
    read_in = import_week(Tables(activities=path), side, code="W", first_day=date(2026, 3, 2))
    assert read_in.problem is not None
    assert [m.code for m in read_in.problem.crew] == ["C1", "C2", "C3"]
    assert all(m.skills == ("fluids",) for m in read_in.problem.crew)
    assert any("no table of the crew" in note for note in read_in.notes)
    assert read_in.problem.days * timedelta(days=1) == read_in.problem.span.end - read_in.problem.start


# ------------------------------------------------------------------------------------- timetables


def test_a_plan_written_as_a_table_is_read_back_item_by_item(
    tmp_path: Path, small_week: WeekProblem, small_plan: WeekPlan
) -> None:
    path = tmp_path / "timeline.csv"
    path.write_text(table(small_week, small_plan))
    read_in = read_timetable(path, small_week)
    assert (read_in.refused, read_in.notes) == ((), ())
    assert read_in.items == small_plan.items


BY_HAND = """\
Start;Duration;Who;Activity;Type
2026-03-02 08:00;;C1 C2;FIX;
2026-03-02 12:00;1:00;all;lunch;
2026-03-02 15:00;1:00;commander;;Aerobic exercise
"""


def test_a_timetable_made_by_hand_is_understood_and_judged(tmp_path: Path, small_week: WeekProblem) -> None:
    path = tmp_path / "by-hand.csv"
    path.write_text(BY_HAND.replace(";Aerobic exercise", "Aerobic exercise;exercise"))
    read_in = read_timetable(path, small_week)
    assert [sentence(e) for e in read_in.refused] == []
    assert len(read_in.notes) == 2  # the fixed routine and the docking are the week's
    own = [i for i in read_in.items if i.kind in (Kind.ACTIVITY, Kind.MEAL, Kind.EXERCISE)]
    assert [(i.kind, i.crew, i.activity) for i in own] == [
        (Kind.ACTIVITY, ("C1", "C2"), "FIX"),
        (Kind.MEAL, ("C1",), ""),
        (Kind.MEAL, ("C2",), ""),
        (Kind.MEAL, ("C3",), ""),
        (Kind.EXERCISE, ("C1",), "aerobic"),
    ]
    assert own[0].end - own[0].start == timedelta(minutes=88)  # the activity's own
    codes = {fault.code for fault in judge(small_week, read_in.items)}
    assert "meal" in codes  # the other days have none
    sleepless = tuple(item for item in read_in.items if item.kind is not Kind.SLEEP)
    assert {fault.code for fault in judge(small_week, sleepless)} - codes  # the sleep that was added counts


def test_what_a_timetable_names_wrongly_is_told(tmp_path: Path, small_week: WeekProblem) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(
        "Start,End,Who,Activity\n2026-03-02 08:00,2026-03-02 07:00,C1,FIX\n"
        "2026-03-02 09:00,2026-03-02 10:00,C9,RUNN\n2026-03-02 09:00,2026-03-02 10:00,C9,RUN\n"
    )
    told = [(e.facts["line"], e.facts["field"], e.code) for e in read_timetable(path, small_week).refused]
    assert told == [(2, "End", "contradiction"), (3, "Activity", "unknown-name"), (4, "Who", "unknown-name")]
