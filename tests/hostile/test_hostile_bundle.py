"""Bundles and outputs that somebody touched: refused, or named exactly where they differ."""

from __future__ import annotations

import json
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_damage import Said, contents, edit

from stationmaster.journey import bundle as bundles
from stationmaster.journey import output
from stationmaster.journey.bundle import verify
from stationmaster.journey.run import letter_path

Tell = Callable[..., Said]


def archive(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            made.writestr(name, content)
    return path


def link(name: str, target: bytes) -> tuple[zipfile.ZipInfo, bytes]:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o120777 << 16
    return entry, target


def lzma(name: str) -> tuple[zipfile.ZipInfo, bytes]:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_LZMA
    return entry, b"x" * 100


ENTRIES: dict[str, tuple[tuple[str | zipfile.ZipInfo, bytes], str]] = {
    "up": (("../x", b""), "../x"),
    "up inside": (("inputs/../../x", b""), "inputs/../../x"),
    "around": (("inputs/../run.json", b""), "inputs/../run.json"),
    "from the root": (("/etc/x", b""), "/etc/x"),
    "another system": (("C:\\x", b""), "C:"),
    "another system's folder": (("a\\..\\..\\x", b""), "inside"),
    "a drive": (("c:/x", b""), "c:/x"),
    "nothing between": (("a//b", b""), "a//b"),
    "here": (("./a", b""), "./a"),
    "control characters": (("../\x1b[31m\n", b""), "inside"),
    "a link": (link("inputs/x", b"/etc/passwd"), "no plain deflated file"),
    "another packing": (lzma("inputs/x"), "no plain deflated file"),
    "without a record": (("letters/x", b"{}"), "run.json"),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_a_bundle_with_such_an_entry_is_refused(name: str, tmp_path: Path, tell: Tell) -> None:
    entry, says = ENTRIES[name]
    line = tell("verify", archive(tmp_path / "b.zip", entry)).refusal()
    assert says in line
    assert not (tmp_path / "x").exists()


def test_two_entries_of_one_name_are_refused(tmp_path: Path, tell: Tell) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        path = archive(tmp_path / "b.zip", ("run.json", b"{}"), ("run.json", b"{ }"))
    assert "run.json stands twice" in tell("verify", path).refusal()
    path = archive(tmp_path / "c.zip", ("run.json", b"{}"), ("run.json/x", b""))
    tell("verify", path).refusal()


def test_a_bundle_is_bounded(tmp_path: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    many = archive(tmp_path / "many.zip", *((f"inputs/{number}", b"") for number in range(2_001)))
    assert "2001 entries, expected at most 2000" in tell("verify", many).refusal()
    monkeypatch.setattr(bundles, "UNPACKED_LIMIT_BYTES", 8 << 20)
    bomb = archive(tmp_path / "bomb.zip", ("run.json", bytes(7 << 20)), ("inputs/x", bytes(7 << 20)))
    assert "bytes unpacked" in tell("verify", bomb).refusal()
    big = tmp_path / "big.zip"
    with big.open("wb") as file:
        file.truncate(9 << 20)
    assert f"{9 << 20} bytes" in tell("verify", big).refusal()


def test_a_size_that_lies_is_found_out(tmp_path: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "UNPACKED_LIMIT_BYTES", 1 << 20)
    path = archive(tmp_path / "b.zip", ("run.json", bytes(9 << 20)))
    raw = path.read_bytes()
    path.write_bytes(raw.replace(struct.pack("<I", 9 << 20), struct.pack("<I", 10)))
    tell("verify", path).refusal()


@pytest.mark.parametrize("keep", [0, 10, 4000, -1, -22, -300])
def test_a_bundle_cut_short_is_refused(keep: int, run: Path, tmp_path: Path, tell: Tell) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes((run / "bundle.zip").read_bytes()[:keep])
    tell("verify", path).refusal()


def test_damage_inside_a_bundle_is_refused(run: Path, tmp_path: Path, tell: Tell) -> None:
    raw = bytearray((run / "bundle.zip").read_bytes())
    for place in range(60, 4000, 97):
        raw[place] ^= 0xFF
    path = tmp_path / "b.zip"
    path.write_bytes(raw)
    tell("verify", path).refusal()
    path.write_text("not a bundle at all")
    assert "zip bundle" in tell("verify", path).refusal()
    tell("verify", tmp_path / "nowhere").refusal()
    tell("verify", tmp_path).refusal()


def test_a_bundle_cannot_read_what_lies_outside_it(run: Path, css: Path, tell: Tell) -> None:
    text = (run / "inputs" / "scenario.toml").read_text()
    kept = "\n".join(line for line in text.split("\n") if not line.startswith("call ="))
    (run / "inputs" / "scenario.toml").write_text(f'"extends" = "{css}"\n{kept}')
    line = tell("verify", run).refusal()
    assert "scenarios/css-2018/scenario.toml" in line
    assert "inside the bundle" in line


# ----------------------------------------------------------------------------------- touched by hand


def proof(tell: Tell, folder: Path) -> tuple[Said, dict[str, list[str]]]:
    said = tell("verify", folder, "--json")
    found = json.loads(said.out)
    wrong = {stage["name"]: stage["differences"] for stage in found["stages"] if not stage["same"]}
    return said, wrong | ({"run.json": found["record"]} if found["record"] else {})


@pytest.mark.parametrize("role", ["problem", "answer"])
@pytest.mark.parametrize("stage", ["call", "proposal"])
def test_a_letter_edited_by_hand_is_named_and_no_other(stage: str, role: str, run: Path, tell: Tell) -> None:
    path = letter_path(run, stage, role)
    letter = json.loads(path.read_text())
    key = next(name for name in letter if name not in ("letter", "version"))
    letter[key] = "\x1b[31m\u202e"
    path.write_text(json.dumps(letter))
    said, wrong = proof(tell, run)
    assert said.status == 2
    assert list(wrong) == [stage]
    assert wrong[stage][0].startswith(f"{role}.{key}: ")
    told = tell("verify", run)
    assert told.status == 2
    assert all(letter.isprintable() or letter == "\n" for letter in told.out)


EDITS: dict[str, tuple[Callable[[str], str], str]] = {
    "a newer version": (lambda text: text.replace('"version": 1', '"version": 2', 1), ".version: 2 on file"),
    "a value hidden behind its double": (
        lambda text: text.replace('"members": 193', '"members": 12,\n "members": 193'),
        "written in another way",
    ),
    "a number that is none": (lambda text: text.replace('"members": 193', '"members": NaN'), "NaN on file"),
    "one of another type": (
        lambda text: text.replace('"members": 193', '"members": 193.0'),
        "written in another way",
    ),
    "nested": (
        lambda text: text.replace('"members": 193', '"members": ' + "[" * 500 + "]" * 500),
        "1 entries",
    ),
    "nested beyond reading": (lambda text: "[" * 100_000, "cannot be read"),
    "cut short": (lambda text: text[:-30], "cannot be read"),
    "nothing": (lambda text: "", "cannot be read"),
    "no object": (lambda text: "[]", "on file"),
}


@pytest.mark.parametrize("name", EDITS)
def test_each_way_to_change_a_letter_is_seen(name: str, run: Path, tell: Tell) -> None:
    change, says = EDITS[name]
    path = letter_path(run, "call", "answer")
    before = path.read_text()
    path.write_text(change(before))
    assert path.read_text() != before
    _, wrong = proof(tell, run)
    assert list(wrong) == ["call"]
    assert says in wrong["call"][0]


def test_a_letter_that_is_gone_is_named(run: Path, tell: Tell) -> None:
    letter_path(run, "proposal", "problem").unlink()
    assert proof(tell, run)[1] == {"proposal": ["problem: cannot be read"]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("scenario", "OTHER"),
        ("scenario_digest", "0" * 64),
        ("station", "ISS"),
        ("catalogue", "mine"),
        ("catalogue_digest", "0" * 64),
        ("population", "synthetic"),
        ("digest", "0" * 64),
    ],
)
def test_a_record_edited_by_hand_is_named(field: str, value: str, run: Path, tell: Tell) -> None:
    record = json.loads((run / "run.json").read_text())
    record[field] = value
    (run / "run.json").write_text(json.dumps(record))
    said, wrong = proof(tell, run)
    assert said.status == 2
    assert list(wrong) == ["run.json"]
    assert [text.split(":")[0] for text in wrong["run.json"]] == [field]


def test_a_stage_taken_out_of_the_record_is_missed(run: Path, tell: Tell) -> None:
    record = json.loads((run / "run.json").read_text())
    record["stages"] = record["stages"][:1]
    (run / "run.json").write_text(json.dumps(record))
    _, wrong = proof(tell, run)
    assert [text.split(":")[0] for text in wrong["run.json"]][-2:] == [
        "letters/02-proposal.answer.json",
        "letters/02-proposal.problem.json",
    ]


def test_a_fault_taken_out_of_the_record_is_missed(run: Path, tell: Tell) -> None:
    record = json.loads((run / "run.json").read_text())
    record["stages"][1]["faults"] = [{"code": "x", "where": "y", "says": "z"}]
    (run / "run.json").write_text(json.dumps(record))
    assert proof(tell, run)[1] == {"run.json": ["stages.proposal.faults: 1 on file, 0 recomputed"]}


def test_a_record_of_other_stages_is_refused(run: Path, tell: Tell) -> None:
    record = json.loads((run / "run.json").read_text())
    record["stages"][0]["name"] = "cal"
    (run / "run.json").write_text(json.dumps(record))
    assert "run.json, stages: found cal, proposal" in tell("verify", run).refusal()
    (run / "run.json").unlink()
    assert "run.json: there is no such file" in tell("verify", run).refusal()


def test_an_input_edited_by_hand_shows_in_stages_and_record(run: Path, tell: Tell) -> None:
    edit(run / "inputs", "call.toml", "shortlist = 18", "shortlist = 17")
    _, wrong = proof(tell, run)
    assert list(wrong) == ["call", "run.json"]
    assert wrong["run.json"][0].startswith("scenario_digest")
    edit(run / "inputs", "call.toml", "shortlist = 17", "shortlist = 7")
    assert "policy.choose" in tell("verify", run).refusal()


def test_an_input_added_by_hand_shows_in_the_record(run: Path, tell: Tell) -> None:
    (run / "inputs" / "more.txt").write_text("more")
    assert list(proof(tell, run)[1]) == ["run.json"]


def test_an_exchange_that_was_cut_off_is_finished_first(run: Path, good: Path, tell: Tell) -> None:
    # The moment after the old output was set aside and half of the new one was put in its place.
    placing = run / output.PLACING
    placing.mkdir()
    for name in ("letters", "run.json", "summary.json"):
        (run / name).rename(placing / name)
    assert tell("verify", run).status == 0
    assert contents(run) == contents(good)
    # The moment before: the new output is whole, the old one still there.
    whole = run / output.WHOLE
    shutil.copytree(good, whole)
    (run / "run.json").write_text("old")
    assert verify(run).same
    assert contents(run) == contents(good)
