"""Short codes that people see, and the nearest known name for one that was mistyped."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from stationmaster.measure.errors import StationError

_CODE = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*")


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like this one, else all of them (or the first dozen)."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name[:80], names, n=1, cutoff=0.5)
    if close:
        return close[0]
    shown = ", ".join(names[:12])
    return f"one of {shown}" + (", ..." if len(names) > 12 else "") if names else "nothing"


def code(text: str) -> str:
    """The text when it is a short code such as ``P-7KQ2`` or ``R-014``; else ``bad-value``."""
    if len(text) > 24 or _CODE.fullmatch(text) is None:
        raise StationError(
            "bad-value", value=text, expected="a short code of capitals, digits and dashes, as P-7KQ2"
        )
    return text


def known(value: str, names: Iterable[str], kind: str, **place: object) -> str:
    """The value when it is one of the names; else ``unknown-name`` with the nearest one."""
    names = tuple(names)
    if value not in names:
        raise StationError("unknown-name", value=value, kind=kind, nearest=nearest(value, names), **place)
    return value


def distinct(values: Iterable[str], kind: str, **place: object) -> None:
    """Raise ``duplicate`` for the first value that stands twice."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise StationError("duplicate", value=value, kind=kind, **place)
        seen.add(value)
