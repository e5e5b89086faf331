"""The documents as the tests read them: pages, fenced blocks, and the commands inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\S*)\s*$")
NOT_RUN = re.compile(r"<!--\s*not run here:\s*(.*?)\s*-->")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, where it stands, and why it is not run (if it is not)."""

    page: str
    line: int
    language: str
    text: str
    not_run: str = ""

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A command line and what it should print (nothing said: anything)."""

    line: str
    expected: str


def pages() -> tuple[Path, ...]:
    """Every document that people read."""
    built = ROOT / "docs" / "_build"
    found = [path for path in sorted((ROOT / "docs").rglob("*.md")) if built not in path.parents]
    return (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *found)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    lines = page.read_text().split("\n")
    start, language, reason = None, "", ""
    for number, line in enumerate(lines, 1):
        fence = FENCE.match(line)
        if start is None:
            if fence:
                before = "\n".join(lines[max(0, number - 4) : number - 1])
                given = NOT_RUN.search(before.rsplit("```", 1)[-1])
                start, language, reason = number, fence.group(1), given.group(1) if given else ""
        elif line.startswith("```"):
            yield Block(name_of(page), start, language, "\n".join(lines[start : number - 1]), reason)
            start = None


def in_here_document(text: str) -> bool:
    """Whether a command is in the middle of a here-document."""
    opened = re.search(r"<<'(\w+)'", text)
    return opened is not None and text.rsplit("\n", maxsplit=1)[-1] != opened.group(1)


def commands(block: Block) -> tuple[Command, ...]:
    """The commands of a console block: lines after ``$``, each with the output that follows it."""
    found: list[Command] = []
    for line in block.text.split("\n"):
        if line.startswith("$ "):
            found.append(Command(line[2:], ""))
        elif found:
            last = found[-1]
            if last.line.endswith("\\") or in_here_document(last.line):
                found[-1] = Command(f"{last.line}\n{line}", "")
            else:
                found[-1] = Command(last.line, f"{last.expected}{line}\n")
    return tuple(found)
