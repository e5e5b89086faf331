"""Who is on board from which day to which: residents, guests, and the days that a guest adds to a stay."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from stationmaster.crew.letters import CrewProblem
from stationmaster.crew.outcome import CrewPlan, Ride
from stationmaster.report import words
from stationmaster.report.pictures.figure import Sheet, at, colour, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT, RIGHT, WIDTH = 250.0, 14.0, 1100.0
ROW, TOP, BELOW = 24.0, 34.0, 8.0


def aboard_chart(problem: CrewProblem, plan: CrewPlan) -> Markup:
    """People downwards, days across; the longer part of a stay has a colour of its own."""
    rides = [one for one in plan.effect.rides if one.up]
    flights = {one.code: one for one in problem.flights}
    first = min(flights[one.up].docks for one in rides)
    last = max(flights[one.down].undocks for one in rides)
    margin = (last - first) / 60
    with sheet(WIDTH, TOP + ROW * len(rides) + BELOW, _says(problem, rides), "aboard") as picture:
        axes = picture.axes(LEFT, 0.0, RIGHT, BELOW)
        axes.set(xlim=(at(first - margin), at(last + margin)), ylim=(len(rides), -TOP / ROW))
        _draw_months(axes, first.date(), last.date())
        names = [f"{role(problem, one)} ({one.person})" for one in rides]
        axes.set_yticks([n + 0.5 for n in range(len(rides))], names, color=colour("ink"), fontsize=11.0)
        for number, one in enumerate(rides):
            _draw_stay(picture, axes, number + 0.5, problem, one)
        return picture.markup()


def role(problem: CrewProblem, one: Ride) -> str:
    """What somebody is on board."""
    if one.guest:
        return f"guest, {problem.seat(one.person).role}"
    return next(resident.role for resident in problem.residents if resident.code == one.person)


def _says(problem: CrewProblem, rides: list[Ride]) -> str:
    told = "; ".join(
        f"{role(problem, one)} ({one.person}) for {one.stay_d:.0f} days, home on {one.down}" for one in rides
    )
    return f"Who is on board: {told}."


def _draw_months(axes: Axes, first: date, last: date) -> None:
    axes.set_xticks([])
    months = [
        datetime(year, month, 1, tzinfo=UTC)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if first < date(year, month, 1) <= last
    ]
    for when in months[:: max(1, -(-len(months) // 12))]:
        axes.plot([at(when)] * 2, [-8.0 / ROW, axes.get_ylim()[0]], color=colour("rule"), linewidth=1.0)
        axes.annotate(
            f"{when:%b %Y}", (at(when), -12.0 / ROW), xytext=(3.0, 0.0), textcoords="offset points",
            color=colour("soft"), fontsize=10.5,
        )  # fmt: skip


def _draw_stay(picture: Sheet, axes: Axes, middle: float, problem: CrewProblem, one: Ride) -> None:
    flights = {flight.code: flight for flight in problem.flights}
    start, end = flights[one.up].docks, flights[one.down].undocks
    planned = min(flights[one.planned_down].undocks, end) if one.planned_down else end
    parts = [(start, planned, "facility" if one.guest else "own", "on board")]
    if planned < end:
        parts.append((planned, end, "wait", "longer than planned"))
    for since, until, tint, what in parts:
        width = at(until) - at(since)
        (bar,) = axes.barh(middle, width, 0.6, left=at(since), color=colour(tint), linewidth=0.0, zorder=3.0)
        days = (until - since) / timedelta(days=1)
        picture.title(
            bar,
            f"{role(problem, one)} ({one.person}), {what}: {words.day_short(since)} to "
            f"{words.day_short(until)}, {days:.0f} days",
        )
