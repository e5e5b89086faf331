"""A table as spreadsheets save it: any of their dialects, headings as people write them, faults collected.

UTF-8 with or without its mark, or UTF-16 as spreadsheets call Unicode text; cells parted by commas,
semicolons or tabs; a first line ``sep=;``; empty rows and empty columns without a heading.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from stationmaster.measure.codes import nearest
from stationmaster.measure.drafts import FAULTS_LIMIT
from stationmaster.measure.errors import StationError
from stationmaster.measure.files import LINE_LIMIT, read_bytes
from stationmaster.measure.spelling import folded

T = TypeVar("T")
Default = TypeVar("Default")
ROWS_LIMIT = 20_000
SEPARATORS = ",;\t"
#: Column -> how else its heading is written; compared without case, accents and marks.
Columns = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Row:
    """A row: its cells by column, and where what is wrong with it is noted."""

    file: str
    line: int
    cells: Mapping[str, str]
    headings: Mapping[str, str]
    faults: list[StationError] = field(repr=False)
    absent: frozenset[str] = frozenset()

    def has(self, column: str) -> bool:
        """Whether something stands in the column."""
        return column in self.cells

    def get(self, column: str, read: Callable[[str], T], default: Default) -> T | Default:
        """The cell, read; the default where it is empty, or where it cannot be read and that is noted."""
        if column not in self.cells:
            return default
        try:
            return read(self.cells[column])
        except StationError as error:
            self.fault(error, column)
            return default

    def need(self, column: str, read: Callable[[str], T], stand_in: Default) -> T | Default:
        """The cell, read; that it is empty is noted too (not again where the whole column is absent)."""
        if column not in self.cells and column not in self.absent:
            self.fault(StationError("missing-field", expected="something in this column"), column)
        return self.get(column, read, stand_in)

    def fault(self, error: StationError, column: str) -> None:
        """Note what is wrong in a column of this row."""
        self.faults.append(error.at(**self.place(column)))

    def place(self, column: str) -> dict[str, object]:
        """File, line and heading."""
        return {"file": self.file, "line": self.line, "field": self.headings.get(column, column)}


@dataclass(frozen=True)
class Sheet:
    """A table that was read: its rows, and what is wrong so far, to which its readers add."""

    file: str
    rows: tuple[Row, ...]
    faults: list[StationError]


def read_sheet(path: Path, columns: Columns, needed: tuple[tuple[str, ...], ...]) -> Sheet:
    """A table with these columns.

    Args:
        path: the file.
        columns: every column that may be there.
        needed: columns without which the table makes no sense, each with those that may stand for it.

    Raises:
        StationError: the file is not there, too large, or no table at all.
    """
    text = _text(path)
    faults: list[StationError] = []
    lines = _rows(text, str(path), faults)
    number, head = next(lines, (1, []))
    if not head:
        raise StationError("not-readable", file=str(path), expected="CSV", reason="it is empty")
    places, headings = _headings(head, columns, {"file": str(path), "line": number}, faults)
    absent = [either for either in needed if not headings.keys() & set(either)]
    for column, *_ in absent:
        written = " or ".join((column, *columns[column][:2]))
        missing = StationError("missing-field", file=str(path), line=number, field=column)
        faults.append(missing.at(expected=f"a column headed {written}"))
    lacking = frozenset(column for either in absent for column in either)
    found: list[Row] = []
    for line, row in lines:
        if len(found) == ROWS_LIMIT:
            rows = f"more than {ROWS_LIMIT} rows"
            raise StationError("too-large", file=str(path), value=rows, limit=f"{ROWS_LIMIT} rows")
        cells = {places[n]: cell for n, cell in enumerate(row) if n in places and cell}
        beyond = [cell for cell in row[len(head) :] if cell]
        if beyond:
            expected = f"{len(head)} cells, as in the heading"
            faults.append(
                StationError(
                    "bad-value", file=str(path), line=line, value=f"{len(row)} cells", expected=expected
                )
            )
        if cells:
            found.append(Row(str(path), line, cells, headings, faults, lacking))
    return Sheet(str(path), tuple(found), faults)


def _text(path: Path) -> str:
    data = read_bytes(path, "a CSV file")
    encoding = "utf-16" if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        reason = f"{error.reason}; save it as CSV UTF-8"
        raise StationError("not-readable", file=str(path), expected="UTF-8 text", reason=reason) from None


def _rows(text: str, file: str, faults: list[StationError]) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, with the line that each begins on."""
    said = re.match(r"sep=([,;\t|])\r?\n", text)
    body = text[said.end() :] if said else text
    first = next((line for line in body.split("\n") if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first[:LINE_LIMIT])
    separator = said[1] if said else max(SEPARATORS, key=bare.count)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    before = 1 if said else 0
    while True:
        line = before + reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            faults.append(
                StationError("not-readable", file=file, line=line, expected="CSV", reason=str(error))
            )
            return
        if row is None or len(faults) > FAULTS_LIMIT:
            return
        cells = [_bare(cell) for cell in row]
        if any(cells):
            yield line, cells


def _bare(cell: str) -> str:
    """Without spaces around, and without the mark that keeps a spreadsheet from taking it for a formula."""
    text = cell.replace("\N{NO-BREAK SPACE}", " ").strip()
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _headings(
    head: list[str], columns: Columns, place: Mapping[str, object], faults: list[StationError]
) -> tuple[dict[int, str], dict[str, str]]:
    """Which column each cell of the heading means, and how the heading spells it."""
    meant = {squeezed(name): column for column, others in columns.items() for name in (column, *others)}
    places: dict[int, str] = {}
    headings: dict[str, str] = {}
    for number, name in enumerate(head):
        column = meant.get(squeezed(name))
        if not name:
            continue
        if column is None:
            near = nearest(name, columns)
            faults.append(StationError("unknown-field", **place, field=name, nearest=near))
        elif column in headings:
            faults.append(StationError("duplicate", **place, field=name, value=column, kind="column"))
        else:
            places[number] = column
            headings[column] = name
    return places, headings


def squeezed(name: str) -> str:
    """A heading without case, marks and spaces: ``Duration (min)`` is ``durationmin``."""
    return "".join(c for c in folded(name[:80]) if c.isalnum())
