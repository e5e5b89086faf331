"""The letters of the two scenarios, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from stationmaster.call.letters import Call, Country
from stationmaster.measure.files import read_csv, read_toml
from stationmaster.proposal.letters import Dossier
from stationmaster.review.letters import Card, Reviewer


@pytest.fixture(scope="session")
def css(root: Path) -> Path:
    return root / "scenarios" / "css-2018"


@pytest.fixture(scope="session")
def iss(root: Path) -> Path:
    return root / "scenarios" / "iss-shares"


@pytest.fixture(scope="session")
def call(css: Path) -> Call:
    return read_toml(Call, css / "call.toml")


@pytest.fixture(scope="session")
def countries(css: Path) -> tuple[Country, ...]:
    return tuple(read_csv(Country, css / "countries.csv"))


@pytest.fixture(scope="session")
def dossiers(css: Path) -> dict[str, Dossier]:
    """By the name of the file, without its ending."""
    return {path.stem: read_toml(Dossier, path) for path in sorted((css / "proposals").glob("*.toml"))}


@pytest.fixture(scope="session")
def reviewers(css: Path) -> tuple[Reviewer, ...]:
    return tuple(read_csv(Reviewer, css / "reviewers.csv"))


@pytest.fixture(scope="session")
def cards(css: Path) -> tuple[tuple[Card, ...], tuple[Card, ...]]:
    first, second = (tuple(read_csv(Card, css / f"cards-{stage}.csv")) for stage in (1, 2))
    return first, second


@pytest.fixture(scope="session")
def iss_call(iss: Path) -> Call:
    return read_toml(Call, iss / "call.toml")
