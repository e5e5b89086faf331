"""Sets of time: sorted, disjoint, half-open spans with union, intersection and gaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from stationmaster.measure.time import Span


@dataclass(frozen=True, slots=True)
class Spans:
    """An immutable set of moments, kept as sorted disjoint spans; build it with :meth:`of`."""

    items: tuple[Span, ...] = ()

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Spans:
        """The union of any spans: sorted, empty ones dropped, touching ones joined."""
        merged: list[Span] = []
        for span in sorted(s for s in spans if s.start < s.end):
            if merged and span.start <= merged[-1].end:
                if span.end > merged[-1].end:
                    merged[-1] = Span(merged[-1].start, span.end)
            else:
                merged.append(span)
        return cls(tuple(merged))

    def __iter__(self) -> Iterator[Span]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __bool__(self) -> bool:
        return bool(self.items)

    def __or__(self, other: Spans) -> Spans:
        return Spans.of((*self.items, *other.items))

    def __and__(self, other: Spans) -> Spans:
        shared: list[Span] = []
        mine, theirs = list(self.items), list(other.items)
        i = j = 0
        while i < len(mine) and j < len(theirs):
            start = max(mine[i].start, theirs[j].start)
            end = min(mine[i].end, theirs[j].end)
            if start < end:
                shared.append(Span(start, end))
            if mine[i].end <= theirs[j].end:
                i += 1
            else:
                j += 1
        return Spans(tuple(shared))

    def gaps(self, within: Span) -> Spans:
        """What of ``within`` no span covers."""
        free: list[Span] = []
        start = within.start
        for span in self.items:
            if span.end <= start or span.start >= within.end:
                continue
            if span.start > start:
                free.append(Span(start, span.start))
            start = max(start, span.end)
        if start < within.end:
            free.append(Span(start, within.end))
        return Spans(tuple(free))

    def __sub__(self, other: Spans) -> Spans:
        if not self.items:
            return self
        return self & other.gaps(Span(self.items[0].start, self.items[-1].end))

    @property
    def duration_s(self) -> float:
        """The total length in seconds."""
        return sum(span.duration_s for span in self.items)

    def contains(self, when: datetime) -> bool:
        """Whether the moment lies in one of the spans."""
        return any(span.contains(when) for span in self.items)

    def covers(self, span: Span) -> bool:
        """Whether one span of the set holds all of the given one."""
        return any(own.start <= span.start and span.end <= own.end for own in self.items)
