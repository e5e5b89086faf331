"""Resuming, proving and packing, on a run that stops before the planning stages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from stationmaster.journey.bundle import first_differences, verify
from stationmaster.journey.run import LETTERS, Run, letter_path, read_record, run_scenario
from stationmaster.measure.errors import StationError

STAGES = ["call", "proposal", "review-1", "shortlist", "review-2"]


def test_an_untouched_run_proves_itself(short_run: Run) -> None:
    proof = verify(short_run.folder)
    assert proof.same
    assert [stage.name for stage in proof.stages] == STAGES


@pytest.mark.parametrize("stage", ["call", "shortlist"])
def test_a_letter_edited_by_hand_is_named(short_run: Run, tmp_path: Path, stage: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(short_run.folder, copy)
    path = letter_path(copy, stage, "answer")
    letter = json.loads(path.read_text())
    if stage == "shortlist":
        letter["decisions"][0]["verdict"] = "reserve"
    else:
        letter["members"] = 192
    path.write_text(json.dumps(letter))
    proof = verify(copy)
    wrong = [one for one in proof.stages if not one.same]
    assert [one.name for one in wrong] == [stage]
    assert ("decisions[1].verdict" if stage == "shortlist" else "members") in wrong[0].differences[0]


def test_a_second_run_resumes_and_gives_the_same(css: Path, short_run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(short_run.folder, out)
    again = run_scenario(css, out, until="review-2")
    assert again.resumed == STAGES
    assert again.record == short_run.record
    assert read_record(out) == short_run.record


def test_what_changed_is_done_anew_and_only_that(css: Path, short_run: Run, tmp_path: Path) -> None:
    variant = tmp_path / "scenario"
    shutil.copytree(css, variant)
    call = variant / "call.toml"
    call.write_text(call.read_text().replace("shortlist = 18", "shortlist = 17"))
    out = tmp_path / "out"
    shutil.copytree(short_run.folder, out)
    again = run_scenario(variant, out, until="shortlist")
    assert again.resumed == ["proposal"]
    assert len(again.journey.on("shortlist")) == 17


def test_an_interrupted_run_leaves_the_old_output_whole_and_resumes(
    css: Path, short_run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(short_run.folder, out)
    before = {p.name: p.read_bytes() for p in (out / LETTERS).iterdir()}
    variant = tmp_path / "scenario"
    shutil.copytree(css, variant)
    call = variant / "call.toml"
    call.write_text(call.read_text().replace("score_min = 1.0", "score_min = 0.0"))

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "shortlist":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_scenario(variant, out, until="shortlist", progress=interrupt)
    assert {p.name: p.read_bytes() for p in (out / LETTERS).iterdir()} == before
    assert read_record(out) == short_run.record
    resumed = run_scenario(variant, out, until="shortlist")
    assert resumed.resumed[:3] == ["call", "proposal", "review-1"]
    assert not (out / ".unfinished").exists()


def test_what_nobody_made_is_left_alone(css: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    run_scenario(css, out, until="call")
    assert (out / "notes.txt").read_text() == "mine"
    with pytest.raises(StationError, match="expected a folder"):
        run_scenario(css, out / "notes.txt", until="call")


def test_differences_are_told_by_place() -> None:
    one, other = {"a": [1, {"b": "x"}]}, {"a": [1, {"b": "y"}], "c": None}
    assert list(first_differences(one, other)) == [(".a[2].b", '"x"', '"y"')]
    assert list(first_differences([1], [1, 2])) == [("", "1 entries", "2 entries")]
    assert list(first_differences(1, True)) == [("", "1", "true")]
