"""What passes the station: distance against time, and the orbit's slow angles."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from stationmaster.measure.time import Span
from stationmaster.report import words
from stationmaster.report.pictures.axes import Scale, TimeScale, rule_across, ticks
from stationmaster.report.pictures.svg import Picture
from stationmaster.safety.letters import Conjunction

WIDTH = 960.0


def _days_below(picture: Picture, scale: TimeScale, top: float, bottom: float) -> None:
    for midnight in scale.days():
        at = scale(midnight)
        picture.add("line", x1=at, x2=at, y1=top, y2=bottom, of="rule")
        if midnight < scale.last:
            picture.words(f"{words.weekday(midnight)[:3]} {midnight.day}", at + 6.0, bottom + 16.0, "tick")


def approaches(
    conjunctions: tuple[Conjunction, ...], span: Span, reach_km: float, height: float, says: str
) -> Markup:
    """Each approach where and when it happens: the station is the line at the bottom.

    The size of a mark grows with its probability under the assumed errors; the closest is named.
    """
    picture = Picture(WIDTH, height, says, "approaches")
    floor = height - 38.0
    across = TimeScale((span.start, span.end), (48.0, WIDTH - 10.0))
    down = Scale((0.0, reach_km), (floor, 16.0))
    _days_below(picture, across, 16.0, floor)
    rule_across(picture, down, 48.0, WIDTH - 10.0, ticks(0.0, reach_km, 5))
    picture.words("km", 40.0, floor + 20.0, "tick", text_anchor="end")
    picture.add("line", x1=48, x2=WIDTH - 10.0, y1=floor, y2=floor, of="station-line")
    for one in sorted(conjunctions, key=lambda one: -one.miss_km):
        x, y = across(one.tca), down(one.miss_km)
        size = 3.0 + max(0.0, min(6.0, one.probability.probability_log10 + 9.0))
        of = "mark near" if one.miss_km < 5.0 else "mark"
        picture.add("line", x1=x, x2=x, y1=y, y2=floor, of="drop near" if one.miss_km < 5.0 else "drop")
        says = f"{one.name}, {one.miss_km:.3f} km, {words.moment(one.tca)}"
        picture.add("circle", says, cx=x, cy=y, r=size, of=of)
    if conjunctions:
        _name_closest(picture, across, down, min(conjunctions, key=lambda one: one.miss_km))
    return picture.markup()


def _name_closest(picture: Picture, across: TimeScale, down: Scale, one: Conjunction) -> None:
    x, y = across(one.tca), down(one.miss_km)
    left = x > WIDTH * 0.7
    text = f"{one.name}, {one.miss_km:.2f} km"
    picture.words(text, x + (-14.0 if left else 14.0), y - 6.0, "name", text_anchor="end" if left else "")


def curve(points: list[tuple[datetime, float]], unit: str, says: str, kind: str = "curve") -> Markup:
    """A slow quantity over the span: one line, with round values beside it."""
    picture = Picture(460.0, 190.0, says, kind)
    values = [value for _, value in points]
    margin = max(0.02 * (max(values) - min(values)), 0.5)
    across = TimeScale((points[0][0], points[-1][0]), (52.0, 452.0))
    down = Scale((min(values) - margin, max(values) + margin), (158.0, 12.0))
    steps = [value for value in ticks(down.low, down.high, 4) if down.low <= value <= down.high]
    rule_across(picture, down, 52.0, 452.0, steps)
    for midnight in across.days():
        at = across(midnight)
        picture.add("line", x1=at, x2=at, y1=12, y2=158, of="rule")
        if midnight < across.last:
            picture.words(str(midnight.day), at + 4.0, 174.0, "tick")
    picture.words(unit, 44.0, 174.0, "tick", text_anchor="end")
    picture.line([(across(when), down(value)) for when, value in points], "path sunlit")
    return picture.markup()
