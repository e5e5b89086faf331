"""What the tests share: where the big public data sets lie, when they are there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets, or a loud skip that says what was missed."""
    folder = Path(os.environ.get("STATIONMASTER_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(
            f"needs the public data sets in {folder.name} ($STATIONMASTER_DATA): not there, not tested"
        )
    return folder
