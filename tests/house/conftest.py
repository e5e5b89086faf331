"""Gives the house tests the code: every module, parsed and imported, and every tracked file."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

import stationmaster

sys.path.insert(0, str(Path(__file__).parent))

from house_code import Code, read_code, tracked


@pytest.fixture(scope="session")
def code() -> Mapping[str, Code]:
    """Every module under src, by dotted name."""
    return read_code()


@pytest.fixture(scope="session")
def modules() -> Mapping[str, ModuleType]:
    """Every module under src, imported."""
    names = [info.name for info in pkgutil.walk_packages(stationmaster.__path__, "stationmaster.")]
    return {name: importlib.import_module(name) for name in names}


@pytest.fixture(scope="session")
def tracked_files() -> tuple[Path, ...]:
    """Every file of the project, as git has it."""
    return tracked()
