from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationmaster.measure import StationError
from stationmaster.measure.files import csv_text, inside, read_csv, read_toml, toml_lines, write_whole


@dataclass(frozen=True)
class Rack:
    code: str
    mass_kg: float


@dataclass(frozen=True)
class Hall:
    name: str
    racks: tuple[Rack, ...]


@dataclass(frozen=True)
class Row:
    code: str
    fields: tuple[str, ...] = ()
    load: int = 0
    sure: bool | None = None


def test_a_toml_refusal_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "hall.toml"
    racks = '[[racks]]\ncode = "a"\nmass_kg = 1\n\n[[racks]]\ncode = "b"\nmass_kg = -1\n'
    file.write_text(f'name = "x"\n\n{racks}')
    with pytest.raises(StationError) as refusal:
        read_toml(Hall, file)
    says = "racks[2].mass_kg: found -1, expected a number that is not negative"
    assert str(refusal.value) == f"{file}, line 9, {says}"
    file.write_text('name = "x"\n[[racks]\n')
    with pytest.raises(StationError, match="line 2: cannot be read as TOML"):
        read_toml(Hall, file)


def test_toml_lines_know_nested_tables_and_skip_long_texts() -> None:
    text = 'a = """\nb = 3\n"""\n[[p]]\nc = 1\n[[p.q]]\nd = 2\n[[p]]\n[p.r]\ne.f = 4\n'
    assert tomllib.loads(text)
    lines = toml_lines(text)
    assert lines[("p", 0, "q", 0, "d")] == 7
    assert lines[("p", 1, "r", "e", "f")] == 10
    assert ("b",) not in lines


def test_csv_rows(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("code,fields,load,sure\na,x; y,3,true\nb,,,\n")
    assert list(read_csv(Row, file)) == [Row("a", ("x", "y"), 3, True), Row("b")]
    for text, sentence in {
        "code,load\na,many\n": "line 2, load: found many, expected a whole number",
        "code,load\na\n": "line 2: found 1 cells, expected 2 cells",
        "code,lode\na,1\n": "did you mean load?",
        'code\n"a\n': "cannot be read as CSV",
    }.items():
        file.write_text(text)
        with pytest.raises(StationError, match=sentence.replace("?", r"\?")):
            list(read_csv(Row, file))


def test_hostile_files(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(b"name = '" + b"x" * 10_000_000 + b"'")
    with pytest.raises(StationError, match="a line of 10000009 characters"):
        read_toml(Hall, file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StationError, match="UTF-8"):
        read_toml(Hall, file)
    file.write_text("a = " + "[" * 5000)
    with pytest.raises(StationError, match="TOML"):
        read_toml(Hall, file)
    with pytest.raises(StationError, match="no such file"):
        read_toml(Hall, tmp_path / "none.toml")
    with pytest.raises(StationError, match="no such file"):
        read_toml(Hall, tmp_path)


@settings(max_examples=150)
@given(st.text(max_size=80))
def test_any_toml_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(StationError):
        read_toml(Hall, file)


def test_writing_is_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "x.txt"
    write_whole(file, "one")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "\ud800")
    assert file.read_text() == "one"
    assert [p.name for p in file.parent.iterdir()] == ["x.txt"]
    assert csv_text(("a", "b"), [(1, "x,y")]) == 'a,b\n1,"x,y"\n'


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", "a\x00b"])
def test_a_path_may_not_leave_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(StationError, match="expected one inside"):
        inside(tmp_path, name)
    assert inside(tmp_path, "a/b.json") == tmp_path.resolve() / "a" / "b.json"
