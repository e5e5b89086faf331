"""Random damage to real files, and random structures: a value or a ``StationError``, nothing else."""

from __future__ import annotations

import math
import shutil
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stationmaster.call.letters import Call
from stationmaster.journey.bundle import unpack
from stationmaster.measure.errors import StationError, sentence
from stationmaster.measure.files import read_csv, read_toml
from stationmaster.measure.letters import decode, from_json, to_json
from stationmaster.proposal.letters import Dossier
from stationmaster.review.letters import Card, Reviewer
from stationmaster.scenario import Scenario, read_scenario
from stationmaster.scenario.letters import ScenarioFile, SystemWork
from stationmaster.station.letters import Station
from stationmaster.station.read import read as read_station

QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def or_refusal(make: Callable[[], object]) -> object:
    """What is made, or None after a refusal that can be said in one line."""
    try:
        return make()
    except StationError as error:
        line = sentence(error)
        assert line
        assert all(letter.isprintable() for letter in line)
        return None


# ------------------------------------------------------------------------------------ real files, damaged

#: (how, where in the file as a fraction, with what)
DAMAGE = st.tuples(
    st.sampled_from(["byte", "drop line", "double line", "swap lines", "cut", "insert", "word"]),
    st.floats(0, 0.999),
    st.binary(min_size=1, max_size=6)
    | st.sampled_from([b"nan", b"-1", b"1e999", b'"', b"[[", b"\x00", b"="]),
)


def damaged(data: bytes, how: str, where: float, what: bytes) -> bytes:
    lines = data.split(b"\n")
    place, line = int(where * len(data)), int(where * len(lines))
    if how == "byte":
        return data[:place] + what[:1] + data[place + 1 :]
    if how == "cut":
        return data[:place]
    if how == "insert":
        return data[:place] + what + data[place:]
    if how == "word":  # the value of a line
        lines[line] = lines[line].split(b"=")[0] + b"= " + what
    elif how == "drop line":
        del lines[line]
    elif how == "double line":
        lines.insert(line, lines[line])
    else:
        other = (line + len(what)) % len(lines)
        lines[line], lines[other] = lines[other], lines[line]
    return b"\n".join(lines)


@pytest.fixture(scope="module")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario that is quick to read: three proposals, and the first cards of nobody else's."""
    copy = tmp_path_factory.mktemp("fuzz") / "scenario"
    shutil.copytree(root / "scenarios" / "css-2018", copy)
    for path in sorted((copy / "proposals").iterdir()):
        if path.stem not in ("sing", "polar-2", "eye-ultrasound"):
            path.unlink()
    for name in ("cards-1.csv", "cards-2.csv"):
        head, *rows = (copy / name).read_text().split("\n")
        kept = [row for row in rows if row.split(",")[1:2] in (["P-SING"], ["P-POLAR2"])]
        (copy / name).write_text("\n".join([head, *kept[:20]]) + "\n")
    assert isinstance(read_scenario(copy), Scenario)
    return copy


FILES = (
    "scenario.toml", "call.toml", "countries.csv", "reviewers.csv", "cards-1.csv", "flights.toml",
    "crew.toml", "system-work.toml", "elements.csv", "proposals/sing.toml", "proposals/eye-ultrasound.toml",
)  # fmt: skip


@QUICK
@given(name=st.sampled_from(FILES), damage=DAMAGE)
def test_a_damaged_scenario_is_read_or_refused(
    folder: Path, name: str, damage: tuple[str, float, bytes]
) -> None:
    path = folder / name
    good = path.read_bytes()
    try:
        path.write_bytes(damaged(good, *damage))
        found = or_refusal(lambda: read_scenario(folder))
        assert found is None or isinstance(found, Scenario)
    finally:
        path.write_bytes(good)


@QUICK
@given(name=st.sampled_from(["css", "iss"]), damage=DAMAGE)
def test_a_damaged_station_is_read_or_refused(
    root: Path, tmp_path: Path, name: str, damage: tuple[str, float, bytes]
) -> None:
    path = tmp_path / "station.toml"
    path.write_bytes(damaged((root / "stations" / f"{name}.toml").read_bytes(), *damage))
    found = or_refusal(lambda: read_station(path))
    assert found is None or isinstance(found, Station)


# ------------------------------------------------------------------------------------- random structures

numbers = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400), math.inf, math.nan, 2**63])
times = st.datetimes() | st.datetimes(timezones=st.just(UTC)) | st.dates() | st.times()
scalars = st.none() | st.booleans() | numbers | st.text(max_size=8) | times | st.just("2018-05-28T00:00:00Z")
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def fields_of(letter: type) -> st.SearchStrategy[dict[str, Any]]:
    names = st.sampled_from(sorted(letter.__dataclass_fields__))  # type: ignore[attr-defined]
    return st.dictionaries(names | st.text(max_size=6), trees, max_size=12)


@QUICK
@given(data=st.data())
@pytest.mark.parametrize("letter", [Dossier, Call, ScenarioFile, SystemWork, Station, Reviewer, Card])
def test_any_structure_is_a_letter_or_a_refusal(letter: type, data: st.DataObject) -> None:
    tree = data.draw(fields_of(letter))
    found = or_refusal(lambda: decode(letter, tree))
    assert found is None or from_json(letter, to_json(found)) == found


@QUICK
@given(
    field=st.sampled_from(["opens", "closes", "score_min", "criteria", "offer", "policy", "modes"]),
    value=trees,
)
def test_a_real_call_with_one_wrong_field_is_read_or_refused(root: Path, field: str, value: object) -> None:
    import tomllib

    tree = tomllib.loads((root / "scenarios" / "css-2018" / "call.toml").read_text())
    or_refusal(lambda: decode(Call, {**tree, field: value}))


@QUICK
@given(text=st.text(alphabet="a=.[]{}\"\n' #,1-:TZ\\u", max_size=60))
def test_any_toml_like_text_is_a_letter_or_a_refusal(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text)
    or_refusal(lambda: read_toml(SystemWork, path))
    or_refusal(lambda: list(read_csv(Card, path)))


def test_a_tree_without_end_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    for tree in ({"code": deep}, {"partners": [deep]}, {"needs": deep}, {"facts": deep}, deep):
        assert or_refusal(lambda tree=tree: decode(Dossier, tree)) is None  # type: ignore[misc]
    while deep:  # taken apart by hand: to free it in one go would go as deep
        deep = deep.pop("a")


def test_dates_at_the_ends_of_time_are_refused_or_read() -> None:
    for when in (
        datetime.min,
        datetime.max,
        datetime.min.replace(tzinfo=UTC),
        date.min,
        date.max,
        "9999-12-31",
    ):
        or_refusal(lambda when=when: decode(datetime, when))  # type: ignore[misc]


# ---------------------------------------------------------------------------------------------- bundles

parts = st.sampled_from(
    ["a", "b", "..", ".", "", "run.json", "inputs", "C:", "x\\y", "é", "a" * 300, "\u202e"]
)
names = st.lists(parts, min_size=1, max_size=4).map("/".join).filter(bool)


@QUICK
@given(entries=st.lists(st.tuples(names, st.binary(max_size=20)), max_size=5), absolute=st.booleans())
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_any_members_of_a_zip_stay_inside_or_are_refused(
    tmp_path: Path, entries: list[tuple[str, bytes]], absolute: bool
) -> None:
    path, room = tmp_path / "b.zip", tmp_path / "deep" / "room"
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as made:
        for name, content in entries:
            made.writestr(f"/{name}" if absolute else name, content)
    or_refusal(lambda: unpack(path, room))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.zip", "deep"]
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["room"]


@QUICK
@given(damage=st.lists(DAMAGE, min_size=1, max_size=4))
def test_a_damaged_zip_is_unpacked_or_refused(tmp_path: Path, damage: list[tuple[str, float, bytes]]) -> None:
    path, room = tmp_path / "b.zip", tmp_path / "room"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("run.json", b'{"letter": "journey.Record"}' * 40)
        made.writestr("letters/01-call.answer.json", b"[1, 2, 3]" * 90)
    data = path.read_bytes()
    for how, where, what in damage:
        data = damaged(data, how, where, what)
    path.write_bytes(data)
    with suppress(FileNotFoundError):
        shutil.rmtree(room)
    room.mkdir()
    or_refusal(lambda: unpack(path, room))
