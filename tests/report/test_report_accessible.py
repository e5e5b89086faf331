"""axe-core finds nothing to mend on any kind of page, in light and in dark, wide and narrow."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stationmaster.report.site import PAGES

ARGUMENTS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium, or a loud skip."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: not there, not tested")
    pytest.importorskip("axe_playwright_python", reason="needs axe-playwright-python: not there, not tested")
    found = (
        os.environ.get("STATIONMASTER_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
    )
    if not found:
        pytest.skip(
            "needs Chromium ($STATIONMASTER_CHROMIUM or on the path): not there, accessibility not tested"
        )
    with playwright.sync_playwright() as engine:
        opened = engine.chromium.launch(
            executable_path=found, headless=True, chromium_sandbox=False, args=ARGUMENTS
        )
        yield opened
        opened.close()


FILES = [*(page.file for page in PAGES), "proposals/P-TUMORS.html", "proposals/P-W5VH.html"]


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_no_violation(browser: Any, site: Path, look: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(
        viewport={"width": 1280 if look == "light" else 390, "height": 844}, color_scheme=look
    )
    page = context.new_page()
    found = {}
    for name in FILES:
        page.goto((site / name).resolve().as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        violations = Axe().run(page).response["violations"]
        if violations:
            found[name] = [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in violations]
    context.close()
    assert found == {}


def test_nothing_asks_the_network_and_nothing_is_wider_than_a_phone(browser: Any, site: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    wide = []
    for name in FILES:
        page.goto((site / name).resolve().as_uri())
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(name)
    context.close()
    assert [url for url in asked if not url.startswith("file:")] == []
    assert wide == []


def test_a_filter_of_the_table_works_without_a_script(browser: Any, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "proposals.html").resolve().as_uri() + "#not-eligible")
    rows = page.locator("table").first.locator("tbody tr")
    shown = [row for row in rows.all() if row.is_visible()]
    context.close()
    assert len(shown) == 3
