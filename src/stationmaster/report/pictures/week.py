"""The crew's week: a small one in a single strip, and a large one day by day.

This picture is the product's own subject and has no axes of values: lanes that are found so that nothing
overlaps, labels that are cut to the room of their block, bands of shadow and contact below. It is written as
SVG itself, with classes of the style sheet; every picture that has axes is matplotlib's (``figure``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from stationmaster.measure.time import Span
from stationmaster.report import words
from stationmaster.report.pictures.svg import Picture
from stationmaster.timeline.outcome import Item, Kind

LEFT, WIDTH = 118.0, 1160.0
ROW, BAND = 22.0, 7.0
STRIP_ROW = 19.0


class TimeScale:
    """From moments to places on a picture; both given by their two ends."""

    def __init__(self, moments: tuple[datetime, datetime], places: tuple[float, float]) -> None:
        self.first, self.last = moments
        self.start, self.end = places

    def __call__(self, when: datetime) -> float:
        """Where a moment falls."""
        part = (when - self.first) / (self.last - self.first)
        return self.start + part * (self.end - self.start)

    def days(self) -> Iterator[datetime]:
        """Every midnight on the scale."""
        when = self.first.replace(hour=0, minute=0, second=0, microsecond=0)
        while when <= self.last:
            if when >= self.first:
                yield when
            when += timedelta(days=1)


@dataclass(frozen=True)
class Look:
    """How an item of the week is drawn (class names), what it says when pointed at and where it leads;
    ``was`` is where a plan before had it."""

    of: str
    says: str
    label: str
    link: str = ""
    was: Span | None = None


@dataclass(frozen=True)
class Row:
    """A line of a day: someone of the crew, the ground, a facility. What overlaps gets lanes of its own."""

    name: str
    items: tuple[tuple[Item, Look], ...]


@dataclass(frozen=True)
class Band:
    """What lies under the week, by class: shadow, contact, events that ask for quiet."""

    of: str
    spans: tuple[Span, ...]


def look(item: Item, project_class: Mapping[str, str], project_of: Mapping[str, str]) -> Look:
    """Routine is quiet, the station's own work is grey, projects have the colour of their mode."""
    project = project_of.get(item.activity, "")
    kind = project_class.get(project, "station") if item.kind is Kind.ACTIVITY else f"routine {item.kind}"
    who = f" ({project})" if project in project_class else ""
    when = f"{item.start:%H:%M} to {item.end:%H:%M}"
    return Look(kind, f"{item.title}{who}, {when}", item.title)


def strip(
    start: datetime, days: int, crew: tuple[str, ...], items: Iterable[tuple[Item, Look]], says: str
) -> Markup:
    """The whole week in one strip: a row for each of the crew and one for the ground."""
    rows = {code: 24.0 + number * STRIP_ROW for number, code in enumerate(crew)}
    ground = 24.0 + len(crew) * STRIP_ROW
    picture = Picture(960.0, ground + STRIP_ROW + 2.0, says, "strip")
    scale = TimeScale((start, start + timedelta(days=days)), (0.0, 960.0))
    for item, its in items:
        x = scale(item.start)
        width = max(0.6, scale(item.end) - x)
        for down in [rows[code] for code in item.crew] or [ground]:
            picture.add("rect", its.says, x=x, y=down, width=width, height=STRIP_ROW - 2.0, of=its.of)
    for midnight in scale.days():
        if midnight < scale.last:
            at = scale(midnight)
            picture.add("line", x1=at, x2=at, y1=4, y2=ground + STRIP_ROW, of="midnight")
            picture.words(f"{words.weekday(midnight)[:3]} {midnight.day}", at + 6.0, 14.0, "tick")
    return picture.markup()


def day_chart(
    day: Span, rows: Iterable[Row], bands: Iterable[Band], says: str, now: datetime | None = None
) -> Markup:
    """One day: hours across, a row for each of the crew, lanes for what the ground commands, bands below."""
    lines = [line for row in rows for line in _lines(row, day)]
    below = tuple(bands)
    top = 22.0
    band_top = top + ROW * len(lines) + 4.0
    picture = Picture(WIDTH, band_top + len(below) * (BAND + 1.0) + 4.0, says, "day")
    scale = TimeScale((day.start, day.end), (LEFT, WIDTH - 8.0))
    _hours(picture, scale, top, band_top)
    for number, (name, items) in enumerate(lines):
        down = top + ROW * number
        picture.words(name, LEFT - 10.0, down + 15.0, "row", text_anchor="end")
        for _, its in items:
            _ghost(picture, scale, its, down)
        for item, its in items:
            _block(picture, scale, item, its, down)
    for number, band in enumerate(below):
        _band(picture, scale, band, band_top + number * (BAND + 1.0))
    if now is not None and day.contains(now):
        picture.add("line", "now", x1=scale(now), x2=scale(now), y1=top - 6.0, y2=band_top, of="now")
    return picture.markup()


def _lines(row: Row, day: Span) -> Iterator[tuple[str, list[tuple[Item, Look]]]]:
    """A row's lanes on a day; the first carries its name."""
    inside = sorted(
        (pair for pair in row.items if pair[0].span.overlaps(day) or (pair[1].was or day).overlaps(day)),
        key=lambda pair: (pair[0].start, pair[0].code),
    )
    inside = [pair for pair in inside if pair[0].span.overlaps(day) or pair[1].was]
    lanes = _lanes([item.span for item, _ in inside])
    for lane in range(max(lanes, default=0) + 1):
        own = [pair for pair, its in zip(inside, lanes, strict=True) if its == lane]
        yield (row.name if lane == 0 else ""), own


def _hours(picture: Picture, scale: TimeScale, top: float, bottom: float) -> None:
    for hour in range(0, 25, 2):
        at = scale(scale.first + timedelta(hours=hour))
        picture.add("line", x1=at, x2=at, y1=top - 4.0, y2=bottom, of="rule")
        if hour < 24:
            picture.words(f"{scale.first + timedelta(hours=hour):%H}", at + 3.0, 13.0, "tick")


def _block(picture: Picture, scale: TimeScale, item: Item, its: Look, down: float) -> None:
    first, last = max(item.start, scale.first), min(item.end, scale.last)
    if first >= last:
        return
    x, width = scale(first), scale(last) - scale(first)
    inner = max(1.0, width - 1.0)
    with picture.leading_to(its.link):
        picture.add("rect", its.says, x=x + 0.5, y=down + 1.0, width=inner, height=ROW - 2, rx=2, of=its.of)
    room = int((width - 9.0) / 6.3)
    fits = len(its.label) <= room
    if fits or (room >= 8 and "routine" not in its.of):
        text = its.label if fits else its.label[: room - 1].rstrip() + "\u2026"
        picture.words(text, x + 5.0, down + 15.0, f"label {its.of}")


def _ghost(picture: Picture, scale: TimeScale, its: Look, down: float) -> None:
    """Where a plan before had it: an empty outline."""
    if its.was is None:
        return
    first, last = max(its.was.start, scale.first), min(its.was.end, scale.last)
    if first < last:
        x, width = scale(first), max(1.0, scale(last) - scale(first) - 1.0)
        says = f"was: {its.label}"
        picture.add("rect", says, x=x + 0.5, y=down + 2.0, width=width, height=ROW - 4, rx=2, of="ghost")


def _band(picture: Picture, scale: TimeScale, band: Band, down: float) -> None:
    day = Span(scale.first, scale.last)
    for span in band.spans:
        if span.overlaps(day):
            x = scale(max(span.start, day.start))
            width = scale(min(span.end, day.end)) - x
            picture.add("rect", x=x, y=down, width=width, height=BAND - 1, of=band.of)


def _lanes(spans: list[Span]) -> list[int]:
    """For each span, in order of start, the first lane that is free."""
    ends: list[datetime] = []
    lanes = []
    for span in spans:
        lane = next((number for number, end in enumerate(ends) if end <= span.start), len(ends))
        if lane == len(ends):
            ends.append(span.end)
        ends[lane] = span.end
        lanes.append(lane)
    return lanes
