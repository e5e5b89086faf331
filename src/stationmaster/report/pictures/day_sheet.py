"""A day for one member of the crew on one sheet of paper: what when, with whom and where.

A4, PDF, black on white so that any printer does it justice: a strip of the day with day and night and
contact below, then the list by the clock. The same plan gives the same bytes: nothing of the clock, the
machine or the user's settings of matplotlib goes into the file.
"""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from stationmaster.measure.time import Span
from stationmaster.timeline.letters import CrewMember, WeekProblem
from stationmaster.timeline.outcome import Item, Kind, WeekPlan

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: A4 and its margin in points; a point is 1/72 inch.
WIDTH, HEIGHT, MARGIN = 595.276, 841.890, 42.0
STRIP_TOP, STRIP_HEIGHT = 108.0, 66.0
LIST_TOP, ROW = 208.0, 16.5
INK, SOFT, RULE = "#17202b", "#4d5865", "#dcd8cc"
FILL: Final = {
    Kind.ACTIVITY: "#bcd0ec", Kind.BLOCKED: "#f0c9a4", Kind.SLEEP: "#d2d5da", Kind.EXERCISE: "#cfe8e1",
    Kind.MEAL: "#e9e4d2",
}  # fmt: skip
PLAIN: Final = "#ecebe6"
NIGHT, CONTACT = "#3d4757", "#16705f"
#: The window in which the station is in contact with the ground.
CONTACT_WINDOW: Final = "relay"
#: Fonts a reader can search and copy from; no date and no program's name in the file.
_METADATA: Final = {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": "Stationmaster"}


@dataclass(frozen=True, kw_only=True)
class _Day:
    """What stands on the sheet: the day by the crew's clock, and the member's items that meet it."""

    problem: WeekProblem
    member: CrewMember
    span: Span
    items: tuple[Item, ...]

    def hour(self, when: datetime) -> float:
        """Hours since the crew's midnight, within the day."""
        inside = min(max(when, self.span.start), self.span.end)
        return (inside - self.span.start) / timedelta(hours=1)

    def clock(self, when: datetime) -> str:
        """The crew's clock, with what belongs to the days before and after marked so."""
        ahead = timedelta(minutes=self.problem.rules.clock_ahead_min)
        mark = "<" if when < self.span.start else ">" if when > self.span.end else ""
        return f"{mark}{when + ahead:%H:%M}"


def day_sheet(problem: WeekProblem, plan: WeekPlan, member: str, day: int) -> bytes:
    """The PDF of a day.

    Args:
        problem: the week.
        plan: its plan.
        member: the code of a member of the crew.
        day: of the week, from 0.
    """
    import matplotlib
    from matplotlib.figure import Figure

    midnight = problem.start + timedelta(days=day)
    span = Span(midnight, midnight + timedelta(days=1))
    its = _Day(
        problem=problem,
        member=next(one for one in problem.crew if one.code == member),
        span=span,
        items=tuple(i for i in plan.items if member in i.crew and i.span.overlaps(span)),
    )
    out = io.BytesIO()
    with warnings.catch_warnings(), matplotlib.rc_context():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"pdf.fonttype": 42, "text.parse_math": False, "font.size": 9.0})
        figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72))
        _head(figure, its, day)
        _strip(figure, its)
        _list(figure, its)
        figure.savefig(out, format="pdf", metadata=dict(_METADATA))
    return out.getvalue()


def _words(figure: Figure, across: float, down: float, text: str, **look: object) -> None:
    """Text at a place in points from the upper left corner."""
    figure.text(across / WIDTH, 1 - down / HEIGHT, text, va="baseline", **{"color": INK, **look})  # type: ignore[arg-type]


def _head(figure: Figure, its: _Day, day: int) -> None:
    date = its.problem.date_of(day)
    ahead = its.problem.rules.clock_ahead_min
    sign, hours = "+" if ahead >= 0 else "-", divmod(abs(ahead), 60)
    zone = "UTC" if not ahead else f"crew clock (UTC{sign}{hours[0]:02d}:{hours[1]:02d})"
    _words(figure, MARGIN, 62, f"{date:%A} {date.day} {date:%B %Y}", size=17, weight="bold")
    name = f"{its.member.code}, {its.member.role}" if its.member.role != its.member.code else its.member.code
    _words(figure, MARGIN, 82, _cut(f"{name} · {its.problem.code} · times by {zone}", 100), color=SOFT)


def _strip(figure: Figure, its: _Day) -> None:
    low = 1 - (STRIP_TOP + STRIP_HEIGHT) / HEIGHT
    axes = figure.add_axes((MARGIN / WIDTH, low, 1 - 2 * MARGIN / WIDTH, STRIP_HEIGHT / HEIGHT))
    axes.set_xlim(0, 24)
    axes.set_ylim(0, 10)
    axes.set_xticks(range(0, 25, 2), [f"{hour:02d}" for hour in range(0, 25, 2)])
    axes.set_yticks([])
    axes.tick_params(length=0, labelcolor=SOFT, labelsize=8, top=True, labeltop=True, bottom=False)
    axes.tick_params(labelbottom=False)
    for side in ("left", "right", "top", "bottom"):
        axes.spines[side].set_visible(False)
    for hour in range(0, 25, 2):
        axes.axvline(hour, color=RULE, linewidth=0.6, zorder=0)
    for item in its.items:
        _bar(axes, its, item.span, (5.0, 4.6), FILL.get(item.kind, PLAIN), edge=INK)
    week = its.problem
    _band(axes, its, "night", week.eclipses or week.windows.get("eclipse", ()), (2.7, NIGHT))
    _band(axes, its, "contact", week.windows.get(CONTACT_WINDOW, ()), (0.6, CONTACT))


def _bar(
    axes: Axes, its: _Day, span: Span, place: tuple[float, float], fill: str, edge: str = "none"
) -> None:
    from matplotlib.patches import Rectangle

    first, last = its.hour(span.start), its.hour(span.end)
    axes.add_patch(
        Rectangle((first, place[0]), last - first, place[1], facecolor=fill, edgecolor=edge, linewidth=0.5)
    )


def _band(axes: Axes, its: _Day, name: str, spans: Iterable[Span], look: tuple[float, str]) -> None:
    axes.text(-0.15, look[0] + 0.75, name, ha="right", va="center", size=7, color=SOFT)
    axes.plot([0, 24], [look[0] + 0.75] * 2, color=RULE, linewidth=0.6, zorder=0)
    for span in spans:
        if span.overlaps(its.span):
            _bar(axes, its, span, (look[0], 1.5), look[1])


def _list(figure: Figure, its: _Day) -> None:
    """The day by the clock; where there is more than the page holds, rows move closer."""
    room = HEIGHT - MARGIN - LIST_TOP
    row = min(ROW, room / max(1, len(its.items)))
    size = min(9.0, row * 0.55)
    ahead = its.problem.rules.clock_ahead_min
    columns = {
        "time": 0,
        **({"UTC": 80} if ahead else {}),
        "min": 116,
        "what": 142,
        "with": 352,
        "where": 432,
    }
    for name, across in columns.items():
        _words(figure, MARGIN + across, LIST_TOP - 8, name, color=SOFT, size=7.5)
    activities = {activity.code: activity for activity in its.problem.activities}
    for number, item in enumerate(its.items, 1):
        down = LIST_TOP + number * row
        activity = activities.get(item.activity) if item.kind is Kind.ACTIVITY else None
        others = ", ".join(code for code in item.crew if code != its.member.code)
        uses = (
            [use.facility for way in activity.ways if way.code == item.mode for use in way.uses]
            if activity
            else []
        )
        where = ", ".join(uses) or item.device
        length = int((item.end - item.start).total_seconds() // 60)
        cells = {
            "time": f"{its.clock(item.start)} - {its.clock(item.end)}",
            "UTC": f"{item.start:%H:%M}" if ahead else "",
            "min": str(length),
            "what": _cut(item.title, 42),
            "with": _cut(others, 15),
            "where": _cut(where, 22),
        }
        weight = "bold" if activity is not None and activity.must else "normal"
        colour = INK if item.kind in (Kind.ACTIVITY, Kind.BLOCKED) else SOFT
        for name, across in columns.items():
            look = {"weight": weight} if name == "what" else {}
            _words(figure, MARGIN + across, down, cells[name], size=size, color=colour, **look)


def _cut(text: str, length: int) -> str:
    """One line of at most so many letters, without what no font draws."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return textwrap.shorten(plain, length, placeholder=" …") if len(plain) > length else plain
