"""The documentation builds without a warning, and its pages load nothing from the network."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from docs_pages import ROOT

LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}
#: Links that say where something stands and fetch nothing.
RELATIONS_THAT_LOAD_NOTHING = {
    "canonical",
    "author",
    "license",
    "index",
    "search",
    "next",
    "prev",
    "copyright",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("furo", reason="needs Sphinx and furo: not installed, the documents were not built")
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-b", "html"]
    done = subprocess.run([*command, "docs", str(out)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return out


class Loads(HTMLParser):
    """What a page fetches when it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        relations = set((given.get("rel") or "").split())
        if tag in LOADS and not (relations and relations <= RELATIONS_THAT_LOAD_NOTHING):
            self.found.append(given.get(LOADS[tag]) or "")
        self.found += re.findall(r"url\(['\"]?([^'\")]+)", given.get("style") or "")


def outside(address: str) -> bool:
    return re.match(r"(https?:)?//", address.strip()) is not None


def loads(site: Path) -> Iterator[tuple[str, str]]:
    for page in sorted(site.rglob("*.html")):
        reader = Loads()
        reader.feed(page.read_text())
        yield from ((page.name, address) for address in reader.found)
    for sheet in sorted(site.rglob("*.css")):
        for address in re.findall(r"(?:url\(|@import\s+)['\"]?([^'\")\s;]+)", sheet.read_text()):
            yield sheet.name, address


@pytest.mark.slow
def test_the_documentation_builds_without_a_warning(site: Path) -> None:
    assert (site / "index.html").is_file()
    assert (site / "reference" / "command-line.html").is_file()


@pytest.mark.slow
def test_the_pages_load_nothing_from_the_network(site: Path) -> None:
    found = list(loads(site))
    assert any(address for _, address in found), "the parser sees what a page loads"
    assert [one for one in found if outside(one[1])] == []


def test_the_parser_sees_what_would_be_loaded() -> None:
    reader = Loads()
    reader.feed(
        '<script src="https://a.example/x.js"></script><link rel="stylesheet" href="//b.example/c.css">'
    )
    reader.feed(
        '<a href="https://c.example/">told, not loaded</a><link rel="canonical" href="https://d.example/">'
    )
    assert [address for address in reader.found if outside(address)] == [
        "https://a.example/x.js",
        "//b.example/c.css",
    ]
