"""Two-line and three-line element sets, as records with OMM keywords.

Columns after Vallado et al. 2006, *Revisiting Spacetrack Report #3* (AIAA 2006-6753), appendix B.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from stationmaster.measure.errors import StationError
from stationmaster.orbit.omm import Record

_ALPHA5: Final = {letter: 10 + place for place, letter in enumerate("ABCDEFGHJKLMNPQRSTUVWXYZ")}
#: What each character adds to a checksum: digits themselves, a minus sign one.
_CHECKSUM: Final = bytes(c - 48 if 48 <= c <= 57 else int(c == 45) for c in range(256))
_POWER = re.compile(r"([+\- ]?)(\d{1,5}) *([+-]\d|\d)", re.ASCII)
_DAY = re.compile(r"\d{3}(?:\.\d*)?", re.ASCII)


def tle_records(text: str) -> Iterator[Record]:
    """Records of TLE or 3LE text; blank lines and lines that begin with ``#`` are passed over.

    Raises:
        StationError: for a bad checksum, a missing partner line, a name that names nothing, or
            a field that is not what its columns should hold.
    """
    name, name_line = "", 0
    first: tuple[int, str] | None = None
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip()
        if not line or line.startswith("#"):
            continue
        if first is not None:
            yield _record(name, first, number, line)
            name, name_line, first = "", 0, None
        elif _is_line(line, "1"):
            first = (number, line)
        elif name_line or _is_line(line, "2"):
            raise StationError("bad-value", line=number, value=line, expected="line 1 of an element set")
        else:
            name, name_line = line.removeprefix("0 ").strip(), number
    if first is not None:
        raise StationError("missing-field", line=first[0] + 1, expected="line 2 of the element set")
    if name_line:
        raise StationError("bad-value", line=name_line, value=name, expected="an element set after the name")


def looks_like_tle(lines: list[str]) -> bool:
    """Whether the first lines of a text begin a TLE or, after a name, a 3LE."""
    return any(_is_line(line.rstrip(), "1") or _is_line(line.rstrip(), "2") for line in lines[:2])


def _is_line(line: str, digit: str) -> bool:
    return line.startswith(f"{digit} ") and 60 <= len(line) <= 80 and "." in line[10:40]


def _record(name: str, first: tuple[int, str], number: int, second: str) -> Record:
    _whole_line(first[0], first[1], "1")
    _whole_line(number, second, "2")
    one, two = first[1], second
    identity, again = _identity(first[0], one[2:7]), _identity(number, two[2:7])
    if identity != again:
        raise StationError(
            "contradiction",
            line=number,
            value=f"catalogue number {again}",
            other=f"{identity} in line 1",
            expected="the same number in both lines",
        )
    fields: dict[str, object] = {
        "OBJECT_NAME": name,
        "OBJECT_ID": _designator(one[9:17]),
        "NORAD_CAT_ID": identity,
        "CLASSIFICATION_TYPE": one[7].strip(),
        "EPOCH": _epoch(first[0], one[18:32]),
        "MEAN_MOTION_DOT": one[33:43].strip(),
        "MEAN_MOTION_DDOT": _power(first[0], "MEAN_MOTION_DDOT", one[44:52]),
        "BSTAR": _power(first[0], "BSTAR", one[53:61]),
        "EPHEMERIS_TYPE": one[62].strip(),
        "ELEMENT_SET_NO": one[64:68].strip(),
        "INCLINATION": two[8:16].strip(),
        "RA_OF_ASC_NODE": two[17:25].strip(),
        "ECCENTRICITY": "." + two[26:33].strip().replace(" ", "0"),
        "ARG_OF_PERICENTER": two[34:42].strip(),
        "MEAN_ANOMALY": two[43:51].strip(),
        "MEAN_MOTION": two[52:63].strip(),
        "REV_AT_EPOCH": two[63:68].strip(),
    }
    in_second = dict.fromkeys(tuple(fields)[10:], number)
    return Record(fields, line=first[0], lines=in_second)


def _whole_line(number: int, line: str, digit: str) -> None:
    if len(line) != 69 or line[0] != digit or line[1] != " " or not line.isascii():
        expected = f"line {digit} of an element set, 69 characters that begin with '{digit} '"
        raise StationError("bad-value", line=number, value=line, expected=expected)
    total = str(sum(line[:68].encode().translate(_CHECKSUM)) % 10)
    if line[68] != total:
        expected = f"{total}, from the line itself"
        raise StationError("bad-value", line=number, field="checksum", value=line[68], expected=expected)


def _identity(number: int, text: str) -> int:
    """Five digits, or Alpha-5: a capital letter for the first two (I and O are not used)."""
    text = text.strip()
    head, rest = text[:1], text[1:]
    if text.isdigit():
        return int(text)
    if head in _ALPHA5 and len(rest) == 4 and rest.isdigit():
        return _ALPHA5[head] * 10000 + int(rest)
    raise StationError(
        "bad-value",
        line=number,
        field="NORAD_CAT_ID",
        value=text,
        expected="a catalogue number of up to five digits, or Alpha-5 such as T0001",
    )


def _designator(text: str) -> str:
    """``98067A`` as ``1998-067A``; blank stays blank, anything odd is kept as it stands."""
    text = text.strip()
    match = re.fullmatch(r"(\d\d)(\d{3})([A-Z]{1,3})", text, re.ASCII)
    if match is None:
        return text
    return f"{_year(int(match[1]))}-{match[2]}{match[3]}"


def _year(two_digits: int) -> int:
    return two_digits + (1900 if two_digits >= 57 else 2000)


def _epoch(number: int, text: str) -> datetime:
    year, day = text[:2].replace(" ", "0"), text[2:].strip().replace(" ", "0")
    if year.isdigit() and _DAY.fullmatch(day):
        whole, _, fraction = day.partition(".")
        start = datetime(_year(int(year)), 1, 1, tzinfo=UTC)
        # a hundred-millionth of a day is 864 microseconds, so this is exact
        microseconds = int(fraction.ljust(8, "0")[:8] or "0") * 864
        epoch = start + timedelta(days=int(whole) - 1, microseconds=microseconds)
        if epoch.year == start.year:
            return epoch
    raise StationError(
        "bad-value", line=number, field="EPOCH", value=text, expected="year and day such as 24305.49884716"
    )


def _power(number: int, name: str, text: str) -> str:
    """``-10735-1`` as ``-0.10735e-1``; a blank field is nought."""
    if not text.strip():
        return "0"
    match = _POWER.fullmatch(text.rstrip()) or _POWER.fullmatch(text.strip())
    if match is None:
        raise StationError(
            "bad-value", line=number, field=name, value=text, expected="digits and power such as 28098-4"
        )
    return f"{match[1].strip()}0.{match[2]}e{match[3]}"
