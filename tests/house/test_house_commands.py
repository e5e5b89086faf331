"""The command line: every command has help and a page, and its start is quick."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from stationmaster.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference" / "command-line.md"
HEAVY = ("brahe", "jinja2", "matplotlib", "numpy", "ortools", "ray", "scipy", "sgp4", "icalendar")
LOADED = "{name.partition('.')[0] for name in sys.modules}"


def commands(command: object, words: tuple[str, ...] = ()) -> Iterator[tuple[str, object]]:
    """Every command that does something, with the words that call it."""
    inside = getattr(command, "commands", None)
    if inside is None:
        yield " ".join(words), command
        return
    for name, one in inside.items():
        yield from commands(one, (*words, name))


ALL = dict(commands(get_command(app)))


def test_the_commands_are_those_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [name for name in ALL if f"stationmaster {name}" not in readme] == []


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_command_has_help_and_an_example(name: str) -> None:
    command = ALL[name]
    assert len((command.help or "").split()) >= 4  # type: ignore[attr-defined]
    assert f"stationmaster {name}" in (command.epilog or ""), "its help ends with an example"  # type: ignore[attr-defined]
    for parameter in command.params:  # type: ignore[attr-defined]
        if parameter.name != "help":
            assert (parameter.help or "").endswith("."), f"{name} {parameter.name} says what it is"


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_command_stands_in_the_reference_as_it_is(name: str) -> None:
    text = REFERENCE.read_text()
    assert re.search(rf"^## `stationmaster {name}`$", text, re.MULTILINE), f"no section for {name}"
    section = text.split(f"## `stationmaster {name}`\n", 1)[1].split("\n## ", 1)[0]
    asked = {option for p in ALL[name].params for option in p.opts if option.startswith("--")}  # type: ignore[attr-defined]
    assert asked <= set(re.findall(r"--[a-z][a-z0-9-]*", section))


def test_the_start_loads_nothing_heavy() -> None:
    code = f"import stationmaster.cli.app, sys; print(*{LOADED})"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [name for name in HEAVY if name in found.stdout.split()] == []


def test_stages_can_be_looked_at_without_loading_anything_heavy() -> None:
    stages = "call, proposal, review, selection, manifest, crew, orbit, timeline, safety"
    code = f"import sys; from stationmaster import {stages}; print(*{LOADED})"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [name for name in HEAVY if name in found.stdout.split()] == []
