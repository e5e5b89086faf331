"""The planned burns of an orbit parameter message (OPM, CCSDS 502.0-B), from KVN or XML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

from stationmaster.measure.errors import StationError
from stationmaster.measure.files import read_text
from stationmaster.measure.time import moment

_LINE = re.compile(r"^\s*(\w+)\s*=\s*(.*?)\s*(?:\[[^\]]*\])?\s*$")
IGNITION, DURATION = "MAN_EPOCH_IGNITION", "MAN_DURATION"


@dataclass(frozen=True, kw_only=True)
class BurnTime:
    """When a burn begins, and how long it lasts."""

    ignition: datetime
    duration_s: float

    @property
    def end(self) -> datetime:
        """When it is over."""
        return self.ignition + timedelta(seconds=self.duration_s)


def burn_times(path: Path) -> tuple[BurnTime, ...]:
    """Every manoeuvre of a message, in its order.

    Raises:
        StationError: the file cannot be read, is no OPM, is not in UTC, or names no manoeuvre.
    """
    text = read_text(path, "an orbit parameter message")
    pairs = _xml(text, path) if text.lstrip().startswith("<") else _kvn(text)
    named = dict(pairs)
    system = named.get("TIME_SYSTEM", "")
    if system != "UTC":
        raise StationError(
            "bad-value", file=str(path), field="TIME_SYSTEM", value=system or "none", expected="UTC"
        )
    found: list[BurnTime] = []
    for name, value in pairs:
        if name == IGNITION:
            found.append(BurnTime(ignition=_moment(value, path), duration_s=0.0))
        elif name == DURATION and found:
            found[-1] = BurnTime(ignition=found[-1].ignition, duration_s=_seconds(value, path))
    if not found:
        raise StationError("missing-field", file=str(path), field=IGNITION, expected="a planned manoeuvre")
    return tuple(found)


def _kvn(text: str) -> list[tuple[str, str]]:
    return [(m[1], m[2]) for line in text.split("\n") if (m := _LINE.match(line))]


def _xml(text: str, path: Path) -> list[tuple[str, str]]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise StationError("not-readable", file=str(path), expected="an OPM", reason="it declares entities")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise StationError("not-readable", file=str(path), expected="an OPM", reason=str(error)) from None
    return [(element.tag.rpartition("}")[2], (element.text or "").strip()) for element in root.iter()]


def _moment(value: str, path: Path) -> datetime:
    day_of_year = re.fullmatch(r"(\d{4})-(\d{3})T(.*)", value)
    try:
        if day_of_year:
            first = moment(f"{day_of_year[1]}-01-01T{day_of_year[3].rstrip('Z')}Z")
            return first + timedelta(days=int(day_of_year[2]) - 1)
        return moment(value.rstrip("Z") + "Z")
    except StationError as error:
        raise error.at(file=str(path), field=IGNITION) from None


def _seconds(value: str, path: Path) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e6:
        raise StationError("bad-value", file=str(path), field=DURATION, value=value, expected="seconds")
    return seconds
