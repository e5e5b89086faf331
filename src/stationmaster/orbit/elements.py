"""Catalogue files: element sets in any published form, recognised by content.

OMM as CSV, JSON, KVN and XML, TLE and 3LE, and any of them compressed with gzip. One bad line
refuses the whole file and is named: a catalogue that is silently incomplete hides a conjunction.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from stationmaster.measure.errors import StationError
from stationmaster.measure.files import read_bytes
from stationmaster.orbit.letters import ElementSet
from stationmaster.orbit.omm import (
    LINE_LIMIT,
    Record,
    csv_records,
    element_set,
    json_records,
    kvn_records,
    xml_records,
)
from stationmaster.orbit.tle import looks_like_tle, tle_records

__all__ = ["ElementFile", "ElementFormat", "ElementSet", "parse_elements", "read_elements"]

FILE_LIMIT_BYTES: Final = 512 * 1024 * 1024
_EXPECTED: Final = "element sets (OMM as CSV, JSON, KVN or XML; TLE or 3LE; any of them gzipped)"
_GZIP: Final = b"\x1f\x8b"


class ElementFormat(StrEnum):
    """How the element sets of a file are written."""

    OMM_CSV = "omm-csv"
    OMM_JSON = "omm-json"
    OMM_KVN = "omm-kvn"
    OMM_XML = "omm-xml"
    TLE = "tle"


_READERS: Final[dict[ElementFormat, Callable[[str], Iterator[Record]]]] = {
    ElementFormat.OMM_CSV: csv_records,
    ElementFormat.OMM_JSON: json_records,
    ElementFormat.OMM_KVN: kvn_records,
    ElementFormat.OMM_XML: xml_records,
    ElementFormat.TLE: tle_records,
}


@dataclass(frozen=True, kw_only=True)
class ElementFile:
    """What a catalogue file holds: at most one element set an object, in order of first appearance.

    Where an object stands more than once the newest epoch is kept; ``superseded`` counts the rest.
    ``sha256`` is that of the file's bytes.
    """

    name: str
    format: ElementFormat
    compressed: bool
    sha256: str
    elements: tuple[ElementSet, ...]
    superseded: int

    def one(self, catalogue_id: int) -> ElementSet:
        """The element set of an object.

        Raises:
            StationError: ``unknown-name`` when the file does not hold it.
        """
        for elements in self.elements:
            if elements.catalogue_id == catalogue_id:
                return elements
        known = f"one of {len(self.elements)} objects, as {self.elements[0].catalogue_id}"
        raise StationError(
            "unknown-name", file=self.name, value=catalogue_id, kind="catalogue number", nearest=known
        )


def read_elements(path: Path, *, now: datetime | None = None) -> ElementFile:
    """Read a catalogue file.

    Args:
        path: the file; its name and ending mean nothing.
        now: epochs later than a year after this are refused; None: the clock's now.

    Raises:
        StationError: naming the file and, where there is one, the first bad line and field.
    """
    data = read_bytes(path, _EXPECTED, FILE_LIMIT_BYTES)
    return parse_elements(data, name=str(path), now=now)


def parse_elements(data: bytes, *, name: str, now: datetime | None = None) -> ElementFile:
    """The same from the bytes of a file; ``name`` stands in refusals."""
    latest = (now or datetime.now(UTC)) + timedelta(days=366)
    try:
        compressed = data.startswith(_GZIP)
        text = _text(_expanded(data) if compressed else data)
        form = _recognised(text)
        if form not in (ElementFormat.OMM_JSON, ElementFormat.OMM_XML):
            _check_lines(text)
        elements, superseded = _newest(element_set(record, latest) for record in _READERS[form](text))
        if not elements:
            raise StationError("not-readable", expected=_EXPECTED, reason="it holds no element set")
    except StationError as error:
        raise error.at(file=name) from None
    return ElementFile(
        name=name,
        format=form,
        compressed=compressed,
        sha256=hashlib.sha256(data).hexdigest(),
        elements=elements,
        superseded=superseded,
    )


def _expanded(data: bytes, limit: int = FILE_LIMIT_BYTES) -> bytes:
    """The content of a gzip file of one or more members, never more than ``limit``."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            content = file.read(limit + 1)
    except EOFError:
        raise StationError("not-readable", expected="a gzip file", reason="it ends too early") from None
    except (OSError, zlib.error):
        raise StationError("not-readable", expected="a gzip file", reason="it is damaged") from None
    if len(content) > limit:
        raise StationError("too-large", value=f"over {limit} bytes when expanded", limit=f"{limit} bytes")
    return content


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise StationError("not-readable", line=line, expected=_EXPECTED, reason="it is not text") from None
    place = text.find("\x00")
    if place >= 0:
        line = text.count("\n", 0, place) + 1
        raise StationError("not-readable", line=line, expected=_EXPECTED, reason="it holds zero bytes")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _recognised(text: str) -> ElementFormat:
    start = text.lstrip()
    lines = [line for line in text[: 1 << 16].split("\n") if line.strip() and not line.startswith("#")]
    if not start:
        raise StationError("not-readable", expected=_EXPECTED, reason="it is empty")
    if start[0] in "[{":
        return ElementFormat.OMM_JSON
    if start[0] == "<":
        return ElementFormat.OMM_XML
    head = lines[0].upper() if lines else ""
    if head.lstrip().startswith("CCSDS_OMM_VERS") and "," not in head:
        return ElementFormat.OMM_KVN
    if "," in head and "NORAD_CAT_ID" in head:
        return ElementFormat.OMM_CSV
    if looks_like_tle(lines):
        return ElementFormat.TLE
    raise StationError("not-readable", expected=_EXPECTED, reason="it looks like none of them")


def _check_lines(text: str) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > LINE_LIMIT:
            raise StationError(
                "too-large",
                line=number,
                value=f"a line of {len(line)} characters",
                limit=f"{LINE_LIMIT} characters",
            )


def _newest(found: Iterator[ElementSet]) -> tuple[tuple[ElementSet, ...], int]:
    kept: dict[int, ElementSet] = {}
    superseded = 0
    for elements in found:
        known = kept.get(elements.catalogue_id)
        if known is not None:
            superseded += 1
        if known is None or elements.epoch > known.epoch:
            kept[elements.catalogue_id] = elements
    return tuple(kept.values()), superseded
