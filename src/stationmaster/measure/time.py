"""Moments and spans: aware UTC at every edge, half-open spans, ISO 8601 with Z."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from stationmaster.measure.errors import StationError

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(Z|\+00:00)?", re.ASCII
)


def moment(text: str) -> datetime:
    """An aware UTC moment from ISO 8601: ``2024-11-04T06:00:00Z``, or a date for its midnight.

    A time of day must end in ``Z``: a time without a zone is refused, not guessed.

    Raises:
        StationError: ``bad-value`` when the text is not such a moment.
    """
    match = _ISO.fullmatch(text.strip())
    if match is None or (match[4] is not None and match[8] is None):
        raise StationError("bad-value", value=text, expected="a UTC time such as 2024-11-04T06:00:00Z")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    microsecond = int((match[7] or "0").ljust(6, "0")[:6])
    try:
        return datetime(year, month, day, hour, minute, second, microsecond, UTC)
    except ValueError as error:
        raise StationError("bad-value", value=text, expected=f"a real date ({error})") from None


def iso(when: datetime) -> str:
    """ISO 8601 with Z; microseconds only where there are any.

    >>> iso(moment("2024-11-04T06:00:00Z"))
    '2024-11-04T06:00:00Z'
    """
    if when.tzinfo is None:
        raise StationError("bad-value", value=str(when), expected="an aware UTC moment")
    if when.tzinfo is not UTC:
        when = when.astimezone(UTC)
    return when.isoformat().removesuffix("+00:00") + "Z"


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """A half-open span of time: ``start`` belongs to it, ``end`` does not."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise StationError("bad-value", value=f"{self.start}", expected="an aware UTC moment")
        if self.end < self.start:
            raise StationError(
                "contradiction",
                value=f"end {iso(self.end)}",
                other=f"start {iso(self.start)}",
                expected="an end that is not before its start",
            )

    @property
    def duration_s(self) -> float:
        """The length in seconds."""
        return (self.end - self.start).total_seconds()

    def contains(self, when: datetime) -> bool:
        """Whether the moment lies in the half-open span."""
        return self.start <= when < self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two share more than an edge."""
        return self.start < other.end and other.start < self.end

    def __str__(self) -> str:
        return f"{iso(self.start)}/{iso(self.end)}"


def later(epoch: datetime, seconds: float) -> datetime:
    """The moment so many seconds after the epoch, to the microsecond."""
    return epoch + timedelta(seconds=seconds)
