"""The reference says what the code is: its tables, its JSON contract, its links."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import docs_tables
import pytest
from docs_pages import ROOT, name_of, pages

from stationmaster.report import summary
from stationmaster.scenario import ScenarioFile

REFERENCE = ROOT / "docs" / "reference"


def test_the_tables_are_those_of_the_code() -> None:
    told = set()
    for page in sorted(REFERENCE.glob("*.md")):
        text = page.read_text()
        assert docs_tables.renewed(text) == text, f"{page.name}: run `python tests/docs/docs_tables.py`"
        told |= {name for _, name, _ in docs_tables.TABLE.findall(text)}
    assert told == set(docs_tables.MAKERS)


def test_every_key_of_the_json_answer_is_explained() -> None:
    page = (REFERENCE / "json.md").read_text()
    tree = ast.parse(inspect.getsource(summary))
    keys = {
        key.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }
    assert len(keys) > 25
    assert sorted(key for key in keys if f"`{key}`" not in page) == []


def test_every_field_of_a_scenario_is_explained() -> None:
    page = (REFERENCE / "scenario-file.md").read_text()
    assert [name for name in ScenarioFile.__annotations__ if f"`{name}`" not in page] == []


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if not re.match(r"https?:|mailto:|#", target):
            assert (page.parent / target.split("#")[0]).exists(), f"{name_of(page)} links to {target}"
