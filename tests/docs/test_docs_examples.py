"""Every example in the documents is run, and what it prints is what the page says."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from docs_pages import ROOT, Block, Command, blocks, commands, name_of, pages

ALL = [block for page in pages() for block in blocks(page)]
PAGES = sorted({block.page for block in ALL if block.language in ("console", "python") and not block.not_run})
RUNNABLE = ("console", "python", "pycon")
SHOWN = ("", "text", "toml", "csv", "json", "{eval-rst}", "{toctree}", "{image}", "ini", "{note}")
MARK = "-- end of output --"
LIMIT_S = 300


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """A folder like a fresh checkout, in which examples may write."""
    for name in ("scenarios", "stations", "golden", "README.md", "Makefile"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parent.parent)
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_do_what_it_says(page: str, workshop: Path) -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    for block in (one for one in ALL if one.page == page and not one.not_run):
        if block.language == "console":
            run_commands(block, workshop)
        elif block.language == "python":
            run_python(block, workshop, names)


def run_commands(block: Block, folder: Path) -> None:
    listed = commands(block)
    assert listed, f"{block.place}: a console block without a command"
    script = ["status=0"]
    for command in listed:
        # $? is that of the command before, as in a terminal
        script += [f"(exit $status)\n{command.line}", "status=$?", f'echo "{MARK} $status"']
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["/bin/bash", "-c", "\n".join(script)],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    printed = done.stdout.split(f"{MARK} ")
    outputs = [printed[0], *(part.split("\n", 1)[1] for part in printed[1:])]
    states = [int(part.split("\n", 1)[0]) for part in printed[1:]]
    for number, command in enumerate(listed):
        following = listed[number + 1].line if number + 1 < len(listed) else ""
        assert states[number] == 0 or following == "echo $?", (
            f"{block.place}: {command.line} ended with {states[number]}:\n{outputs[number]}"
        )
        assert_prints(block, command, outputs[number])


def assert_prints(block: Block, command: Command, printed: str) -> None:
    if not command.expected.strip():
        return
    wanted, got = (
        "\n".join(line.rstrip() for line in text.strip("\n").split("\n")) + "\n"
        for text in (command.expected, printed)
    )
    same = doctest.OutputChecker().check_output(wanted, got, doctest.ELLIPSIS)
    assert same, f"{block.place}: {command.line}\nthe page says:\n{wanted}\nprinted:\n{got}"


def run_python(block: Block, folder: Path, names: dict[str, object]) -> None:
    here = Path.cwd()
    os.chdir(folder)
    try:
        exec(compile(block.text, block.place, "exec"), names)
    finally:
        os.chdir(here)


# ------------------------------------------------------------------------- nothing slips through


def test_every_block_is_of_a_kind_that_is_run_or_only_shown() -> None:
    assert [b.place for b in ALL if b.language not in (*RUNNABLE, *SHOWN)] == []


def test_what_is_not_run_says_why() -> None:
    assert [b.place for b in ALL if b.not_run and len(b.not_run.split()) < 4] == []


def test_examples_with_prompts_are_collected_as_doctests() -> None:
    """``pycon`` blocks are run by pytest itself, from the project's root."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    assert {"README.md", "docs"} <= set(options["testpaths"])
    assert "--doctest-glob='*.md'" in options["addopts"]


def test_no_command_hides_in_a_block_that_is_only_shown() -> None:
    hidden = [
        b.place
        for b in ALL
        if b.language in SHOWN and any(line.startswith(("$ ", ">>> ")) for line in b.text.split("\n"))
    ]
    assert hidden == []


def test_the_commands_that_are_only_shown_exist() -> None:
    """``make demo`` and its like are too long for here: their targets are at least there."""
    targets = {line.split(":")[0] for line in (ROOT / "Makefile").read_text().split("\n") if ":" in line}
    asked = {
        line.split()[1]
        for b in ALL
        for line in b.text.replace("$ ", "").split("\n")
        if line.startswith("make ") and len(line.split()) > 1
    }
    assert asked
    assert asked <= targets


def test_the_demo_is_the_run_of_the_journey_tests() -> None:
    """What ``make demo`` does is held, whole, in the tests of the journey."""
    makefile = (ROOT / "Makefile").read_text()
    assert "stationmaster run scenarios/css-2018" in makefile
    journey = "\n".join(path.read_text() for path in (ROOT / "tests" / "journey").glob("*.py"))
    assert "css-2018" in journey


def test_pages_are_found() -> None:
    assert "README.md" in [name_of(page) for page in pages()]
    assert len(PAGES) >= 3
