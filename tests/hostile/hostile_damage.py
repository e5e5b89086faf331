"""How files are damaged, and what a refusal must look like."""

from __future__ import annotations

import dataclasses
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Said:
    """What a command did."""

    status: int
    out: str
    err: str

    def refusal(self) -> str:
        """The one line of a refusal: status 2, nothing on standard output, no traceback."""
        assert self.status == 2, (self.status, self.out[-300:], self.err[-300:])
        assert self.out == ""
        assert self.err.startswith("stationmaster: ")
        assert self.err.count("\n") == 1
        assert self.err.endswith("\n")
        assert all(letter.isprintable() for letter in self.err[:-1]), ascii(self.err)
        assert len(self.err) < 900, len(self.err)
        return self.err[:-1]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by its path in it."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Replace the first ``old`` in a file; it must be there."""
    path = folder / name
    text = path.read_text()
    assert old in text, f"{old!r} is not in {name}"
    path.write_text(text.replace(old, new, 1))
