"""Tables of the reference that are made from the code; run this file to write them anew.

A table stands between ``<!-- table: NAME -->`` and ``<!-- end of table -->``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from stationmaster.journey.run import letter_path
from stationmaster.journey.stages import STEPS
from stationmaster.measure.errors import SENTENCES
from stationmaster.measure.letters import name_of
from stationmaster.measure.units import SUFFIXES

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
TABLE = re.compile(r"(<!-- table: (\S+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in lines)


def units() -> str:
    """Suffix, unit, and whether a quantity may be negative."""
    rows = [(f"`_{name}`", words, "yes" if signed else "no") for name, (words, signed) in SUFFIXES.items()]
    return _table(("suffix", "unit", "may be negative"), rows)


def errors() -> str:
    """Every code that the engine may raise, with the exit status it ends in and its sentence."""
    rows = [(f"`{code}`", str(status), sentence) for code, (status, sentence) in SENTENCES.items()]
    return _table(("code", "exit status", "sentence"), rows)


def stages() -> str:
    """Every step of the journey and the letters that it writes."""
    rows = []
    for step in STEPS:
        files = [letter_path(Path(), step.name, role).name for role in ("problem", "answer")]
        rows.append(
            (
                f"`{step.name}`",
                f"`{files[0]}`: `{name_of(step.asks)}`",
                f"`{files[1]}`: `{name_of(step.answers)}`",
            )
        )
    return _table(("stage", "problem", "answer"), rows)


MAKERS: Mapping[str, Callable[[], str]] = {"units": units, "errors": errors, "stages": stages}


def renewed(text: str) -> str:
    """The page with its tables made anew."""
    return TABLE.sub(lambda found: found.group(1) + MAKERS[found.group(2)]() + found.group(3), text)


def main() -> None:
    """Write every table of the reference anew."""
    for page in sorted(REFERENCE.glob("*.md")):
        text = page.read_text()
        if renewed(text) != text:
            page.write_text(renewed(text))
            print(f"written: {page.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
