"""Where the output goes, and what interrupts it: the old output stays whole, nobody's files are touched."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_damage import Said, contents, edit

from stationmaster.journey import output
from stationmaster.journey.bundle import verify
from stationmaster.journey.run import run_scenario
from stationmaster.measure.errors import StationError

Tell = Callable[..., Said]
MAIN = "import sys; from stationmaster.cli import main; sys.argv[0] = 'stationmaster'; main()"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--until", "shortlst"), "did you mean shortlist?"),
        (("--until", ""), "--until"),
        (("--executor", "threads"), "--executor"),
        (("--workers", "0"), "--workers"),
        (("--workers", "many"), "--workers"),
        (("--catalogue", "nowhere.csv"), "nowhere.csv"),
        (("--station", "mir"), "mir is not a known station"),
        (("--frobnicate",), "--frobnicate"),
        (("--until", "\x1b[31m\u202e"), "--until"),
    ],
)
def test_a_wrong_call_is_refused_in_one_line(
    words: tuple[str, ...], says: str, small: Path, tmp_path: Path, tell: Tell
) -> None:
    out = tmp_path / "out"
    assert says in tell("run", small, "--out", out, *words).refusal()
    assert not out.exists()


@pytest.mark.parametrize("words", [("run",), ("verify",), ("station", "show"), ("frob",), ("run", "x")])
def test_a_call_that_lacks_something_is_refused_in_one_line(words: tuple[str, ...], tell: Tell) -> None:
    assert "--help" in tell(*words).refusal()


def test_an_output_that_is_no_folder_is_refused(small: Path, tmp_path: Path, tell: Tell) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nothing")
    for place in (file, file / "below", dangling, Path("/proc/nobody/writes/here"), tmp_path / ("x" * 300)):
        tell("run", small, "--out", place, "--until", "call").refusal()
    assert file.read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dangling", "file"]


def test_a_scenario_is_never_written_over(scenario: Path, tell: Tell) -> None:
    before = contents(scenario)
    places = [scenario, scenario / "proposals" / "..", scenario.parent / "scenario"]
    for place in places:
        line = tell("run", scenario, "--out", place, "--until", "call").refusal()
        assert "folder of its own" in line
    other = scenario.parent / "other"
    shutil.copytree(scenario, other)
    assert "folder of a scenario" in tell("run", scenario, "--out", other, "--until", "call").refusal()
    assert contents(scenario) == contents(other) == before


def test_a_run_of_an_output_s_own_inputs_goes_elsewhere(run: Path, good: Path, tell: Tell) -> None:
    line = tell("run", run / "inputs", "--out", run, "--until", "call").refusal()
    assert "the scenario's own folder" in line
    assert contents(run) == contents(good)


@pytest.mark.parametrize("name", ["report", "inputs", "run.json", "letters"])
def test_somebody_else_s_files_are_not_replaced(name: str, small: Path, tmp_path: Path, tell: Tell) -> None:
    out = tmp_path / "project"
    (out / name).parent.mkdir(parents=True)
    if "." in name:
        (out / name).write_text('{"mine": true}')
    else:
        (out / name).mkdir()
        (out / name / "mine.txt").write_text("mine")
    before = contents(out)
    assert f"whose {name} no run made" in tell("run", small, "--out", out, "--until", "call").refusal()
    assert contents(out) == before


def test_other_files_in_the_folder_are_left_alone(run: Path, small: Path, tell: Tell) -> None:
    (run / "notes.txt").write_text("mine")
    (run / "exports").mkdir(exist_ok=True)
    (run / "exports" / "old.csv").write_text("of an earlier run")
    said = tell("run", small, "--out", run, "--until", "call", "--catalogue", small / "elements.csv")
    assert said.status == 0
    assert (run / "notes.txt").read_text() == "mine"
    assert not (run / "exports").exists(), "a shorter run does not leave tables of a longer one beside it"
    assert sorted(p.name for p in (run / "letters").iterdir()) == [
        "01-call.answer.json",
        "01-call.problem.json",
    ]
    assert verify(run).same


def test_a_refusal_leaves_the_old_output_as_it_was(run: Path, good: Path, scenario: Path, tell: Tell) -> None:
    edit(scenario, "cards-1.csv", "R-001,P-29G6", "R-999,P-29G6")
    tell("run", scenario, "--out", run).refusal()
    assert contents(run) == contents(good)


@pytest.mark.parametrize("error", [StationError("no-answer", reason="why"), OSError(28, "No space left")])
@pytest.mark.parametrize("there", [True, False])
def test_a_refusal_in_the_middle_leaves_nothing_behind(
    error: Exception, there: bool, small: Path, good: Path, run: Path, tmp_path: Path
) -> None:
    out = run if there else tmp_path / "a" / "b"

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "proposal":
            raise error

    with pytest.raises(StationError):
        run_scenario(small, out, until="proposal", progress=stop)
    if there:
        assert contents(out) == contents(good)
    else:
        assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("moment", [0, 1, 2, 3, 5, 8, 10])
def test_a_crash_at_any_moment_of_the_exchange_leaves_an_output_that_verifies(
    moment: int, run: Path, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renames = 0
    rename = Path.rename

    def crash(self: Path, target: Path) -> Path:
        nonlocal renames
        renames += 1
        if renames > moment:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", crash)
    with pytest.raises(KeyboardInterrupt):
        run_scenario(small, run, until="call", catalogue=small / "elements.csv")
    monkeypatch.undo()
    proof = verify(run)
    assert proof.same
    assert [stage.name for stage in proof.stages] == (["call"] if moment else ["call", "proposal"])
    hidden = {output.WHOLE, output.PLACING, output.REPLACED}
    assert not hidden & {entry.name for entry in run.iterdir()}


# ------------------------------------------------------------------------------ where no answer exists


def test_a_call_that_nobody_passes_has_no_answer(scenario: Path, tmp_path: Path, tell: Tell) -> None:
    edit(scenario, "call.toml", "closes = 2018-09-30", "closes = 2018-06-30")
    edit(scenario, "call.toml", "closes_first = 2018-08-31", "closes_first = 2018-06-29")
    out = tmp_path / "out"
    said = tell("run", scenario, "--out", out, "--catalogue", scenario / "elements.csv")
    assert (said.status, said.out) == (3, "")
    assert said.err == ("stationmaster: no answer exists: no proposal is complete, feasible and eligible\n")
    assert not out.exists()


@pytest.mark.slow
def test_floors_that_cannot_be_kept_are_an_answer_and_then_an_end(
    css: Path, tmp_path: Path, tell: Tell
) -> None:
    scenario, out = tmp_path / "scenario", tmp_path / "out"
    shutil.copytree(css, scenario)
    edit(scenario, "call.toml", "min_countries = 12", "min_countries = 150")
    assert tell("run", scenario, "--out", out, "--until", "shortlist", "--quiet").status == 0
    answer = json.loads((out / "letters" / "04-shortlist.answer.json").read_text())
    assert (answer["status"], answer["chosen"]) == ("infeasible", [])
    before = contents(out)
    said = tell("run", scenario, "--out", out)
    assert (said.status, said.out) == (3, "")
    assert "min_countries asks 150 and 27 can be reached" in said.err
    assert contents(out) == before


# --------------------------------------------------------------------------------- in its own process


def start(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", MAIN, *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until_there(path: Path, process: subprocess.Popen[str]) -> None:
    for _ in range(1200):
        if path.exists():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError(f"{path.name} never came")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupted_run_leaves_the_old_output_and_is_resumed_to_the_same(
    run: Path, good: Path, css: Path, tmp_path: Path
) -> None:
    signals = {signal.SIGINT: 130, signal.SIGKILL: -signal.SIGKILL}
    for number, status in signals.items():
        process = start("run", css, "--out", run, "--until", "shortlist")
        # The assessments are there: the review is at work.
        until_there(run / output.UNFINISHED / "letters" / "02-proposal.answer.json", process)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (status, "")
        if number is signal.SIGINT:
            assert err == "stationmaster: interrupted; the last good output is untouched\n"
        kept = {name: data for name, data in contents(run).items() if not name.startswith(output.UNFINISHED)}
        assert kept == contents(good)
        assert verify(run).same
    again = start("run", css, "--out", run, "--until", "shortlist", "--json")
    said, err = again.communicate(timeout=300)
    assert again.returncode == 0, err
    assert not (run / output.UNFINISHED).exists()
    fresh = run_scenario(css, tmp_path / "fresh", until="shortlist")
    assert json.loads(said)["digest"] == fresh.record.digest
    assert contents(run / "letters") == contents(tmp_path / "fresh" / "letters")
