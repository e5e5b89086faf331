"""The training of a guest's crew: a bar for each course, its slack, and the launch."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from stationmaster.crew.export import parts
from stationmaster.crew.letters import CrewProblem
from stationmaster.crew.outcome import Booking, CrewPlan
from stationmaster.report import words
from stationmaster.report.pictures.figure import Sheet, at, colour, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT, RIGHT, WIDTH = 300.0, 14.0, 1100.0
ROW, TOP, BELOW = 22.0, 44.0, 8.0
NAME_MOST = 46


def training_chart(problem: CrewProblem, plan: CrewPlan) -> Markup:
    """Courses downwards, days across; who takes a course at other days has a bar of their own."""
    rows = _rows(plan)
    chain = {link.course for link in plan.training.chain}
    launches = [(seat.launch, problem.seat(seat.seat).flight) for seat in plan.training.seats]
    first = min([one.start for one, _ in rows], default=launches[0][0])
    last = max([*(one.end for one, _ in rows), *(launch for launch, _ in launches)])
    margin = max((last - first) / 60, timedelta(days=2))
    with sheet(WIDTH, TOP + ROW * max(len(rows), 1) + BELOW, _says(problem, rows), "training") as picture:
        axes = picture.axes(LEFT, 0.0, RIGHT, BELOW)
        axes.set(xlim=(_at(first - margin), _at(last + margin)), ylim=(max(len(rows), 1), -TOP / ROW))
        _draw_months(axes, first, last)
        names = [_short(_name(problem, one, plan)) for one, _ in rows]
        axes.set_yticks([n + 0.5 for n in range(len(rows))], names, color=colour("ink"), fontsize=11.0)
        for day, flight in dict.fromkeys(launches):
            _draw_launch(picture, axes, day, f"{flight}, {words.day_short(day)}")
        for number, (one, everybody) in enumerate(rows):
            tint = "accent" if one.course in chain else "facility"
            _draw_course(picture, axes, number + 0.5, one, (tint, _name(problem, one, plan), everybody))
        return picture.markup()


def _rows(plan: CrewPlan) -> list[tuple[Booking, bool]]:
    """Each course once for all who take it on the same days."""
    found: dict[tuple[str, date, date], list[Booking]] = {}
    for one in plan.training.bookings:
        found.setdefault((one.course, one.start, one.end), []).append(one)
    return [(same[0], len(same) > 1) for same in found.values()]


def _name(problem: CrewProblem, one: Booking, plan: CrewPlan) -> str:
    others = {(b.start, b.end) for b in plan.training.bookings if b.course == one.course}
    who = f" ({parts(plan)[one.trainee]})" if len(others) > 1 else ""
    return problem.course(one.course).name + who


def _says(problem: CrewProblem, rows: list[tuple[Booking, bool]]) -> str:
    told = "; ".join(f"{problem.course(one.course).name} from {words.day(one.start)}" for one, _ in rows)
    return f"{problem.title}: {told}." if told else f"{problem.title}: no training."


def _at(day: date) -> float:
    return at(datetime.combine(day, time(), UTC))


def _draw_months(axes: Axes, first: date, last: date) -> None:
    axes.set_xticks([])
    months = [
        date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if first < date(year, month, 1) <= last
    ]
    step = max(1, -(-len(months) // 12))
    for day in months[::step]:
        axes.plot([_at(day)] * 2, [-8.0 / ROW, axes.get_ylim()[0]], color=colour("rule"), linewidth=1.0)
        axes.annotate(
            f"{day:%b %Y}", (_at(day), -12.0 / ROW), xytext=(3.0, 0.0), textcoords="offset points",
            color=colour("soft"), fontsize=10.5,
        )  # fmt: skip


def _draw_launch(picture: Sheet, axes: Axes, day: date, says: str) -> None:
    (line,) = axes.plot(
        [_at(day)] * 2,
        [-24.0 / ROW, axes.get_ylim()[0]],
        color=colour("bad"),
        linewidth=1.2,
        linestyle=(0.0, (3.0, 3.0)),
    )
    picture.title(line, f"Launch: {says}")
    axes.annotate(
        says, (_at(day), -30.0 / ROW), xytext=(-4.0, 0.0), textcoords="offset points",
        color=colour("soft"), fontsize=10.5, ha="right",
    )  # fmt: skip


def _draw_course(
    picture: Sheet, axes: Axes, middle: float, one: Booking, look: tuple[str, str, bool]
) -> None:
    tint, name, everybody = look
    width = _at(one.end) - _at(one.start)
    bars = axes.barh(middle, width, 0.56, left=_at(one.start), color=colour(tint), linewidth=0.0, zorder=3.0)
    last = one.end - timedelta(days=1)
    who = "all who train" if everybody else "one trainee"
    picture.title(
        bars.patches[0],
        f"{name}, {who}: {words.day_short(one.start)} to {words.day_short(last)}, slack {one.slack_d} days",
    )
    if one.slack_d:
        reach = [_at(one.end), _at(one.end) + one.slack_d]
        axes.plot(reach, [middle, middle], color=colour("soft"), linewidth=1.0, zorder=2.0)


def _short(text: str) -> str:
    return text if len(text) <= NAME_MOST else text[: NAME_MOST - 1].rstrip() + "…"
