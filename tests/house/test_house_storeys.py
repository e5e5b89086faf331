"""Imports run downhill, as the contracts in ``pyproject.toml`` have it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from house_code import ROOT, SOURCE


def lint(config: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    if not program.is_file():
        pytest.skip("needs import-linter: not installed, the storeys were not tested")
    return subprocess.run(
        [program, "--config", config, "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_contracts_hold() -> None:
    done = lint(ROOT / "pyproject.toml", ROOT)
    assert done.returncode == 0, done.stdout


def test_every_folder_stands_on_a_storey() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    storeys = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file()}
    storeys |= {path.stem for path in SOURCE.glob("*.py")} - {"__init__"}
    assert [name for name in sorted(storeys) if f"stationmaster.{name}" not in text] == []


def test_the_engine_names_its_executor_alone(code: dict[str, object]) -> None:
    """Only ``executor`` speaks to Ray, and only when it is asked to."""
    from house_code import Code

    named = [
        name
        for name, module in code.items()
        if isinstance(module, Code) and ("import ray" in module.text or "from ray" in module.text)
    ]
    assert named == ["stationmaster.executor"]
