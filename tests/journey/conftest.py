"""One whole run, shared by all who look at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from stationmaster.journey.run import Run, run_scenario
from stationmaster.report.write import finish


@pytest.fixture(scope="session")
def css(root: Path) -> Path:
    """The first real call."""
    return root / "scenarios" / "css-2018"


@pytest.fixture(scope="session")
def short_run(css: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The journey up to the second round of review, with what is written of it."""
    out = tmp_path_factory.mktemp("short") / "out"
    return run_scenario(css, out, until="review-2", finish=finish)
