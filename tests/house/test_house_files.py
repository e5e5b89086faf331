"""What every file of the project must and must not say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: Written so that this file does not find itself.
MACHINE_PATHS = re.compile(r"(?<![\w.~/-])/(?:work|home|root|Users|mnt|opt)/\w")
REGISTRY_HOSTS = re.compile(
    r"pypi\.o[r]g|python[h]osted|registry\.np[m]js|index[-_]u[r]l\s*=|(?:artifactory|nexus)\.|proxy\.go[l]ang",
    re.IGNORECASE,
)
#: Paths that name a place of another machine on purpose, with the reason.
MEANT: dict[str, str] = {}


def texts(files: tuple[Path, ...]) -> Iterator[tuple[str, str]]:
    for path in files:
        if path.is_file() and path.name != "test_house_files.py":
            content = path.read_bytes()
            if b"\0" not in content[:8192]:
                yield str(path.relative_to(ROOT)), content.decode("utf-8", errors="replace")


def test_no_file_names_a_path_of_one_machine(tracked_files: tuple[Path, ...]) -> None:
    found = [
        f"{name}: {match.group()}"
        for name, text in texts(tracked_files)
        if name not in MEANT
        for match in MACHINE_PATHS.finditer(text)
    ]
    assert found == []


def test_no_file_names_a_package_registry(tracked_files: tuple[Path, ...]) -> None:
    found = [
        f"{name}: {match.group()}"
        for name, text in texts(tracked_files)
        for match in REGISTRY_HOSTS.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("folder", sorted(path.name for path in (ROOT / "golden").iterdir() if path.is_dir()))
def test_every_golden_folder_says_where_its_truth_comes_from(folder: str) -> None:
    source = ROOT / "golden" / folder / "SOURCE.md"
    assert source.is_file(), f"golden/{folder} holds no SOURCE.md"
    text = source.read_text().lower()
    assert "tolerance" in text, "says how near is near enough, and why"
    assert re.search(r"licen[cs]e|facts, not protected|no licence|figures only|published|data of", text), (
        "says under which terms the figures may stand here"
    )
    assert len(text.split()) >= 20


def test_every_golden_folder_is_used_by_a_golden_test() -> None:
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    folders = sorted(path.name for path in (ROOT / "golden").iterdir() if path.is_dir())
    assert [name for name in folders if name not in tests] == []


def test_test_files_have_names_of_their_own() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


def test_tests_mirror_the_source() -> None:
    folders = {path.name for path in (ROOT / "src" / "stationmaster").iterdir() if path.is_dir()}
    beside = {"house", "docs", "fuzz", "hostile", "__pycache__"}  # rules, documents, what is sent to break it
    found = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    assert found <= folders | beside


def test_the_readme_draws_the_tree_as_it_is() -> None:
    readme = (ROOT / "README.md").read_text()
    tree = readme.split("src/stationmaster/\n", 1)[1].split("```", 1)[0]
    source = ROOT / "src" / "stationmaster"
    there = {f"{path.name}/" for path in source.iterdir() if (path / "__init__.py").is_file()}
    there |= {path.name for path in source.glob("*.py")} - {"__init__.py"}
    drawn = {line.split()[0] for line in tree.split("\n") if line.startswith("  ")}
    assert drawn == there
    beside = {line.split()[0] for line in tree.split("\n") if line and not line.startswith(" ")}
    assert all((ROOT / name).is_dir() for name in beside)


def test_every_stage_has_a_page_in_the_guide() -> None:
    stages = {path.parent.name for path in (ROOT / "src" / "stationmaster").glob("*/check.py")}
    for stage in sorted(stages):
        page = (ROOT / "docs" / "guide" / f"{stage}.md").read_text()
        for part in ("**Decides**", "## What verifies it", "## Limits"):
            assert part in page, f"docs/guide/{stage}.md has no {part}"
