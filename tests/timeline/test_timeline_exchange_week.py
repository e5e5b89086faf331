"""A week's file says the same again when it is written and read; what is wrong with it is told at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stationmaster.measure.errors import StationError, sentence
from stationmaster.measure.letters import to_json
from stationmaster.measure.time import Span
from stationmaster.timeline.activity import Activity, After, Draw, Load, Mode, Use
from stationmaster.timeline.exchange.week_file import read_week
from stationmaster.timeline.exchange.week_text import week_toml
from stationmaster.timeline.letters import (
    Blocked,
    CrewMember,
    Facility,
    Goal,
    GroundRules,
    HourCap,
    PowerLimit,
    Reduced,
    SleepShift,
    Store,
    WeekProblem,
)

START = datetime(2026, 3, 2, tzinfo=UTC)
NIGHT = Span(START, START + timedelta(hours=1))
words = st.text(min_size=0, max_size=12).filter(lambda t: not any(0xD800 <= ord(c) < 0xE000 for c in t))
amounts = st.floats(0, 1e6, allow_nan=False).map(lambda x: round(x, 3))
moments = st.integers(0, 7 * 1440).map(lambda m: START + timedelta(minutes=m))
spans = st.tuples(st.integers(0, 9000), st.integers(1, 600)).map(
    lambda p: Span(START + timedelta(minutes=p[0]), START + timedelta(minutes=p[0] + p[1], microseconds=7))
)


@st.composite
def activities(draw: st.DrawFn, code: str) -> Activity:
    """An activity with anything that a file can hold, of names that the week below has."""
    return Activity(
        code=code,
        title=draw(words),
        duration_min=draw(st.integers(1, 600)),
        priority_weight=draw(st.floats(0, 1e5, allow_nan=False)),
        project=draw(words),
        must=draw(st.booleans()),
        crew_count=draw(st.integers(0, 2)),
        skill=draw(words),
        eligible=draw(st.sampled_from([(), ("C1",), ("C1", "C 2")])),
        modes=draw(
            st.sampled_from(
                [
                    (),
                    (
                        Mode(code="slow", duration_min=90, uses=(Use(facility="R"),)),
                        Mode(code="fast", duration_min=30),
                    ),
                ]
            )
        ),
        uses=draw(st.sampled_from([(), (Use(facility="R", units=2),)])),
        power_w=draw(amounts),
        channel="A",
        loads=draw(st.sampled_from([(), (Load(channel="A", power_w=1.5),)])),
        draws=draw(st.sampled_from([(), (Draw(store="REC", amount_units=0.1),)])),
        inside=draw(st.sampled_from([(), ("relay",), ("relay", 'odd "name".')])),
        earliest=draw(st.none() | moments),
        latest=draw(st.none() | moments),
        quiet=draw(st.sampled_from([(), ("reboost", "sleep")])),
        after=draw(st.sampled_from([(), (After(activity="FIRST", lag_shortest_min=5, lag_longest_min=50),)])),
    )


@st.composite
def weeks(draw: st.DrawFn) -> WeekProblem:
    """A week of which every part of a file can be in use."""
    first = Activity(code="FIRST", title="First", duration_min=10, priority_weight=1.0, must=True)
    others = [draw(activities(f"A{n}")) for n in range(draw(st.integers(0, 3)))]
    goals = list(Goal) if all(a.must for a in others) else [Goal.MOST_WEIGHT]
    return WeekProblem(
        code=draw(words),
        start=START,
        crew=(
            CrewMember(code="C1", role=draw(words), skills=(draw(words), "fluids"),
                       certified_until={"fluids": START}),
            CrewMember(code="C 2", role="r", skills=(), guest=True, aboard=draw(st.none() | spans)),
        ),
        rules=GroundRules(
            sessions=(),
            work_week_min=draw(st.none() | st.integers(0, 3000)),
            meals_together=draw(st.booleans()),
            sleep_shifts=draw(st.sampled_from([(), (SleepShift(day=START.date(), sleep_start_min=1260),)])),
        ),
        devices=(),
        activities=(first, *others),
        facilities=(Facility(code="R", name=draw(words), users_at_once=3),),
        channels=(
            PowerLimit(
                code="A", name="a", sunlit_w=9e6, eclipse_w=8e6,
                reduced=tuple(Reduced(span=s, limit_w=7e6) for s in draw(st.lists(spans, max_size=2))),
            ),
        ),
        stores=(Store(code="REC", name="Recorder", unit="GB", capacity_units=draw(amounts) + 1),),
        eclipses=tuple(draw(st.lists(spans, max_size=3))),
        windows={"relay": tuple(draw(st.lists(spans, max_size=3))), 'odd "name".': ()},
        blocked=(Blocked(code="B", kind="reboost", title=draw(words), span=NIGHT),),
        caps=(HourCap(code="H", name="h", crew_time_h=1.5, activities=("FIRST",)),),
        member_work_min={"C 2": 60},
        off_duty={"C1": (START.date(),)},
        data_day_gb=draw(st.none() | amounts),
        goal=draw(st.sampled_from(goals)),
    )  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(week=weeks(), head=st.lists(st.text("ab #=[]\t", max_size=9), max_size=2))
def test_a_week_that_is_written_is_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, week: WeekProblem, head: list[str]
) -> None:
    path = tmp_path_factory.mktemp("week") / "week.toml"
    path.write_text(week_toml(week, tuple(head)))
    read = read_week(path)
    assert [sentence(e) for e in read.refused] == []
    assert read.problem == week
    path.with_suffix(".json").write_text(to_json(week))
    assert read_week(path.with_suffix(".json")).problem == week


def test_the_week_of_every_rule_and_a_large_one_come_back(
    tmp_path: Path, small_week: WeekProblem, synthetic_week: Callable[..., WeekProblem]
) -> None:
    for week in (small_week, synthetic_week(3, 6, 400)):
        path = tmp_path / "week.toml"
        path.write_text(week_toml(week))
        assert read_week(path).problem == week


def refusals(path: Path, text: str) -> list[tuple[object, object, str]]:
    """(line, field, code) of everything that is wrong with the text."""
    path.write_text(text)
    read = read_week(path)
    assert read.problem is None
    return [(e.facts.get("line"), e.facts.get("field"), e.code) for e in read.refused]


def line_of(text: str, words: str) -> int:
    """The line on which the words stand first."""
    return text[: text.index(words)].count("\n") + 1


def test_every_fault_of_reading_and_of_sense_is_told_with_its_line(
    tmp_path: Path, small_week: WeekProblem
) -> None:
    text = week_toml(small_week)
    for old, new in (
        ("duration_min = 88", 'duration_min = "long"'),
        ('inside = ["relay"]', 'inside = ["relai"]'),
        ('crew = ["C1", "C2"]', 'crew = ["C1", "C9"]'),
        ('title = "Photograph"', 'titel = "Photograph"'),
        ('code = "HEAT"', 'code = "CALM"'),
        ("member_work_min = {C3 = 300}", "member_work_min = {C4 = 300}"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    found = refusals(tmp_path / "week.toml", text)
    photo = line_of(text, "titel")
    assert found == [
        (line_of(text, "member_work_min"), "member_work_min", "unknown-name"),
        (line_of(text, 'crew = ["C1", "C9"]'), "blocked[1].crew", "unknown-name"),
        (line_of(text, '"long"'), "activities[1].duration_min", "bad-value"),
        (line_of(text, "relai"), "activities[2].inside", "unknown-name"),
        (line_of(text, 'code = "PHOTO"') - 1, "activities[4].title", "missing-field"),
        (photo, "activities[4].titel", "unknown-field"),
        (text[: text.rindex('code = "CALM"')].count("\n") + 1, "activities[6].code", "duplicate"),
    ]  # fmt: skip


def test_what_hangs_on_something_unreadable_is_not_told(tmp_path: Path, small_week: WeekProblem) -> None:
    """A start that cannot be read makes no blocked span lie outside of the week."""
    text = week_toml(small_week).replace("start = 2026-03-02T00:00:00Z\n", 'start = "soon"\n', 1)
    assert refusals(tmp_path / "week.toml", text) == [(line_of(text, '"soon"'), "start", "bad-value")]


def test_the_nearest_known_name_is_told(tmp_path: Path, small_week: WeekProblem) -> None:
    path = tmp_path / "week.toml"
    path.write_text(week_toml(small_week).replace('"RACK-1"}', '"RAK-1"}').replace("slot_min", "slt_min"))
    told = [sentence(e) for e in read_week(path).refused]
    assert any("RAK-1 is not a known facility; did you mean RACK-1?" in line for line in told)


def test_a_letter_as_json_tells_all_its_faults_too(tmp_path: Path, small_week: WeekProblem) -> None:
    text = (
        to_json(small_week)
        .replace('"duration_min": 88', '"duration_min": -1')
        .replace('"relay"\n', '"relai"\n')
    )
    found = refusals(tmp_path / "week.json", text)
    assert ("activities[1].duration_min" in [field for _, field, _ in found]) and len(found) >= 2
    path = tmp_path / "other.json"
    path.write_text(text.replace("timeline.WeekProblem", "timeline.WeekPlan"))
    with pytest.raises(StationError) as caught:
        read_week(path)
    assert caught.value.code == "wrong-letter"


def test_two_circles_are_told_each_and_whole(tmp_path: Path, small_week: WeekProblem) -> None:
    def waiting(code: str, other: str) -> Activity:
        return Activity(
            code=code, title="T", duration_min=5, priority_weight=1.0, after=(After(activity=other),)
        )

    chain = [
        waiting("A1", "B1"),
        waiting("B1", "C1"),
        waiting("C1", "A1"),
        waiting("X", "Y"),
        waiting("Y", "X"),
    ]
    sound = dataclasses.replace(
        small_week, caps=(), activities=tuple(dataclasses.replace(a, after=()) for a in chain)
    )
    text = week_toml(sound)
    for activity in chain:
        head = f'code = "{activity.code}"\ntitle = "T"\n'
        text = text.replace(head, f'{head}after = [{{activity = "{activity.after[0].activity}"}}]\n', 1)
    path = tmp_path / "week.toml"
    path.write_text(text)
    told = [sentence(e) for e in read_week(path).refused]
    assert len(told) == 2
    assert "A1 after B1 after C1 after A1" in told[0]
    assert "X after Y after X" in told[1]
