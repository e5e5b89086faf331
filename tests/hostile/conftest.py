"""Damaged copies of a scenario and of a good run, and what a command says of them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from hostile_damage import Said

from stationmaster.cli.app import main
from stationmaster.journey.run import run_scenario

Tell = Callable[..., Said]


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tell:
    """Call the command line in this process."""

    def call(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["stationmaster", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        code = end.value.code
        assert code is None or isinstance(code, int), code
        return Said(code or 0, said.out, said.err)

    return call


@pytest.fixture(scope="session")
def css(root: Path) -> Path:
    return root / "scenarios" / "css-2018"


@pytest.fixture(scope="session")
def small(css: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first call's scenario with the first cards only: as whole, and quicker to read."""
    copy = tmp_path_factory.mktemp("small") / "scenario"
    shutil.copytree(css, copy, ignore=shutil.ignore_patterns("*.py", "README.md", "__pycache__"))
    for name in ("cards-1.csv", "cards-2.csv"):
        lines = (copy / name).read_text().split("\n")
        (copy / name).write_text("\n".join(lines[:41]) + "\n")
    return copy


@pytest.fixture
def scenario(small: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    copy = tmp_path / "scenario"
    shutil.copytree(small, copy)
    return copy


@pytest.fixture(scope="session")
def good(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good run up to the proposals, against a sky of two stations; never touched."""
    from stationmaster.report.write import finish

    out = tmp_path_factory.mktemp("good") / "out"
    run_scenario(small, out, catalogue=small / "elements.csv", until="proposal", finish=finish)
    return out


@pytest.fixture
def run(good: Path, tmp_path: Path) -> Path:
    """A copy of the good run, to be damaged."""
    copy = tmp_path / "run"
    shutil.copytree(good, copy)
    return copy


@pytest.fixture
def refused(tell: Tell, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Run a damaged scenario to its first stage: refused in one line, and nothing is left behind."""

    def check(folder: Path, *words: object, until: str = "call") -> str:
        out = tmp_path / "never"
        line = tell("run", folder, "--out", out, "--until", until, *words).refusal()
        assert not out.exists()
        return line

    yield check
