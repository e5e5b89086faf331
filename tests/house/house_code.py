"""The code as the house tests look at it: every module parsed, and every file that git has."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "stationmaster"
STAGES = ("call", "proposal", "review", "selection", "manifest", "crew", "orbit", "timeline", "safety")


@dataclass(frozen=True)
class Code:
    """One module as it is written: its dotted name, its file and what it imports of the product."""

    name: str
    path: Path
    tree: ast.Module
    text: str
    imports: frozenset[str] = field(default_factory=frozenset)

    @property
    def place(self) -> str:
        return str(self.path.relative_to(ROOT))

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def dotted_name(path: Path) -> str:
    parts = ("stationmaster", *path.relative_to(SOURCE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.Module, known: frozenset[str]) -> frozenset[str]:
    """The modules of the product that a module imports, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            base = node.module or ""
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                found.update({whole} if whole in known else {base} & known)
    return frozenset(found)


def read_code() -> Mapping[str, Code]:
    paths = {dotted_name(path): path for path in sorted(SOURCE.rglob("*.py"))}
    known = frozenset(paths)
    modules = {}
    for name, path in paths.items():
        text = path.read_text()
        tree = ast.parse(text)
        modules[name] = Code(name, path, tree, text, imported(tree, known) - {name})
    return modules


def tracked() -> tuple[Path, ...]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode:
        pytest.skip("needs a git checkout to know which files belong to the project: not one, not tested")
    return tuple(ROOT / name for name in listing.stdout.decode().split("\0") if name)
