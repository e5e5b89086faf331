"""What a planner writes into a cell of a table: durations, moments, lags, truth, names with numbers.

Each reader takes text that is not empty and gives a value, or raises ``bad-value`` with what was expected.
What can be read in two ways is refused: ``03/04/2026``, ``1,500``, a deadline without a time of day.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from stationmaster.measure.errors import StationError
from stationmaster.measure.letters import YEARS

_YES: Final = frozenset({"yes", "y", "true", "x", "1", "must", "ja", "oui", "si", "да", "是"})
_NO: Final = frozenset({"no", "n", "false", "0", "-", "nein", "non", "нет", "否"})
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_SPELT = re.compile(r"(?:(\d+(?:[.,]\d+)?) ?h(?:ours?|rs?)?)? ?(?:(\d+) ?(?:m(?:in(?:utes)?)?)?)?", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]+(\S.*))?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(\d{4})(?: +(\S.*))?", re.ASCII)
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))? ?(?:(Z|UTC)|([+-])(\d\d):?(\d\d))?", re.ASCII)
_COUNTED = re.compile(r"(.*?)(?:(?: +[xX×*]| *:) *(\d{1,6}))?", re.ASCII)
_LAG = re.compile(r"([^+]+?)(?: *\+ *([^.]+?)(?: *\.\. *(.+))?)?")
EXPECTED_MOMENT = "a UTC time such as 2026-03-02 14:30"


def _bad(text: str, expected: str) -> StationError:
    return StationError("bad-value", value=text, expected=expected)


def number(text: str) -> float:
    """A number; a comma is a decimal mark unless it may part thousands.

    >>> number("1,5"), number("-2.25")
    (1.5, -2.25)
    """
    text = text.strip()
    if _NUMBER.fullmatch(text) is None or re.search(r",\d{3}$", text) or len(text) > 16:
        raise _bad(text, "a number such as 12.5, without marks between thousands")
    return float(text.replace(",", "."))


def whole(text: str) -> int:
    """A whole number that is not negative; ``3.0`` is one."""
    value = number(text)
    if value < 0 or not value.is_integer():
        raise _bad(text, "a whole number that is not negative")
    return int(value)


def minutes(text: str) -> int:
    """A duration in whole minutes: ``90``, ``1:30``, ``1:30:00``, ``90 min``, ``1.5 h``, ``1h30``.

    >>> minutes("1:30"), minutes("90"), minutes("1.5 h"), minutes("1h30")
    (90, 90, 90, 90)
    """
    text = text.strip()
    expected = "a duration such as 90, 1:30 or 1.5 h, in whole minutes"
    if clock := _CLOCK.fullmatch(text):
        if int(clock[3] or 0):
            raise _bad(text, expected)
        return int(clock[1]) * 60 + int(clock[2])
    spelt = _SPELT.fullmatch(text.lower())
    if spelt and (spelt[1] or spelt[2]):
        total = 60 * float((spelt[1] or "0").replace(",", ".")) + int(spelt[2] or 0)
    else:
        total = _plain_minutes(text, expected)
    if total > 10**6 or not total.is_integer():
        raise _bad(text, expected)
    return int(total)


def _plain_minutes(text: str, expected: str) -> float:
    try:
        value = number(text)
    except StationError:
        raise _bad(text, expected) from None
    if value < 0:
        raise _bad(text, expected)
    return value


def hours(text: str) -> int:
    """The same from a column of hours: ``1.5`` is 90 minutes; ``1:30`` is too."""
    if _NUMBER.fullmatch(text.strip()):
        total = round(60 * number(text), 6)
        if not 0 <= total <= 10**6 or not total.is_integer():
            raise _bad(text, "hours that make whole minutes")
        return int(total)
    return minutes(text)


def clock(text: str) -> int:
    """A time of day as minutes after midnight: ``14:30``; ``24:00`` ends the day."""
    found = _CLOCK.fullmatch(text.strip())
    value = 60 * int(found[1]) + int(found[2]) if found and not int(found[3] or 0) else -1
    if not 0 <= value <= 24 * 60:
        raise _bad(text, "a time of day such as 14:30")
    return value


def moment(text: str) -> datetime:
    """A moment in UTC, from a date and a time of day; a time without a zone is UTC.

    ISO, or day first: ``25/12/2026`` and ``25.12.2026``; where a slash leaves open which is the month,
    it is refused.

    >>> moment("2026-03-02 14:30").isoformat(), moment("25/12/2026 08:00").isoformat()
    ('2026-03-02T14:30:00+00:00', '2026-12-25T08:00:00+00:00')
    """
    day, rest = _day(text)
    if not rest:
        raise _bad(text, f"a time of day too: {EXPECTED_MOMENT}")
    found = _TIME.fullmatch(rest)
    if found is None:
        raise _bad(text, EXPECTED_MOMENT)
    time = timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3] or 0))
    if found[5]:
        ahead = timedelta(hours=int(found[6]), minutes=int(found[7]))
        time -= ahead if found[5] == "+" else -ahead
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + time


def start(text: str) -> datetime:
    """The same for what begins a span: a bare date is its midnight."""
    day, rest = _day(text)
    return moment(text) if rest else datetime(day.year, day.month, day.day, tzinfo=UTC)


def day(text: str) -> date:
    """A date, by the same rules."""
    found, rest = _day(text)
    if rest:
        raise _bad(text, "a date such as 2026-03-02")
    return found


def _day(text: str) -> tuple[date, str]:
    text = text.strip()
    if iso := _ISO.fullmatch(text):
        parts, rest = (iso[1], iso[2], iso[3]), iso[4] or ""
    elif written := _DAY_FIRST.fullmatch(text):
        if written[2] == "/" and int(written[1]) <= 12 and written[1].zfill(2) != written[3].zfill(2):
            raise _bad(text, "a date whose month is certain, as 2026-03-02")
        parts, rest = (written[4], written[3], written[1]), written[5] or ""
    else:
        raise _bad(text, EXPECTED_MOMENT)
    try:
        found = date(*map(int, parts))
    except ValueError:
        raise _bad(text, "a real date") from None
    if found.year not in YEARS:
        raise _bad(text, f"a time from {YEARS.start} to {YEARS.stop - 1}")
    return found, rest.strip()


def truth(text: str) -> bool:
    """``yes`` or ``no``, as planners tick it."""
    word = text.strip().casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise _bad(text, "yes or no")


def names(text: str) -> tuple[str, ...]:
    """Names separated by ``;`` (or line breaks in the cell)."""
    return tuple(part.strip() for part in re.split(r"[;\n]", text) if part.strip())


def counted(text: str) -> tuple[tuple[str, int], ...]:
    """Names, each with how many: ``RACK-1; CENTRIFUGE x2``."""
    found = (_COUNTED.fullmatch(part) for part in names(text))
    return tuple((one[1], int(one[2] or 1)) for one in found if one)


def lags(text: str) -> tuple[tuple[str, int, int | None], ...]:
    """What must come before, with shortest and longest lag: ``A-1; B-2 +30; C-3 +0:30..2:00``."""
    found = []
    for part in names(text):
        one = _LAG.fullmatch(part)
        if one is None:
            raise _bad(part, "a code, with a lag as in A-1 +0:30..2:00")
        found.append((one[1], minutes(one[2]) if one[2] else 0, minutes(one[3]) if one[3] else None))
    return tuple(found)
