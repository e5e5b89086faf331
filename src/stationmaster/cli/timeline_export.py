"""``stationmaster timeline export``: a plan as calendars, tables, messages, profiles and sheets of paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stationmaster.timeline.letters import WeekProblem
    from stationmaster.timeline.outcome import WeekPlan

EXAMPLES = """\b
Examples:
  stationmaster timeline export out/css-2018 --format ics --format csv --out exports
  stationmaster timeline export plan --format pdf --day 2026-03-04 --out sheets
  stationmaster timeline export repaired --format ccsds --before plan --out exports --json
"""
Files = Mapping[str, str | bytes]


def export(
    plan: Annotated[
        Path, typer.Argument(help="A folder with a plan (of build or repair), a run's folder or bundle.zip.")
    ],
    format: Annotated[
        list[str], typer.Option(help="ics, csv, json, ccsds, profiles or pdf; more than once for several.")
    ],
    out: Annotated[Path, typer.Option(help="The folder to write into.")],
    before: Annotated[
        Path | None, typer.Option(help="For ccsds: the plan that this one takes the place of.")
    ] = None,
    day: Annotated[str | None, typer.Option(help="For pdf: only this day of the crew's clock.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print what was written as one JSON object.")] = False,
) -> None:
    """Write a plan for people and programs: the same plan gives the same bytes."""
    import json as json_module

    from stationmaster.cli.say import say, say_json
    from stationmaster.cli.weeks import plan_at, refuse_without_plan
    from stationmaster.measure.codes import known
    from stationmaster.measure.files import inside, write_whole

    week, found = plan_at(plan)
    refuse_without_plan(found)
    earlier = plan_at(before)[1] if before is not None else None
    makers = {
        "ics": lambda: _calendars(week, found),
        "csv": lambda: _tables(week, found),
        "json": lambda: _letters(week, found),
        "ccsds": lambda: _messages(week, found, earlier),
        "profiles": lambda: _profiles(week, found),
        "pdf": lambda: _sheets(week, found, day),
    }
    written: list[str] = []
    files = [
        made
        for name in dict.fromkeys(format)
        for made in _made(makers, known(name, makers, "format", field="--format"))
    ]
    for name, content in files:
        write_whole(inside(out, name), content)
        written.append(name)
    if json:
        say_json(json_module.dumps({"files": written, "out": str(out)}, ensure_ascii=False))
    else:
        say(f"{len(written)} files in {out}")


def _made(makers: Mapping[str, Callable[[], Files]], name: str) -> list[tuple[str, str | bytes]]:
    return list(makers[name]().items())


def _calendars(week: WeekProblem, plan: WeekPlan) -> Files:
    from stationmaster.timeline.exchange.export import calendars

    return {f"calendars/{name}": content for name, content in calendars(week, plan).items()}


def _tables(week: WeekProblem, plan: WeekPlan) -> Files:
    from stationmaster.timeline.exchange.export import left_out_table, table

    return {"timeline.csv": table(week, plan), "left-out.csv": left_out_table(week, plan)}


def _letters(week: WeekProblem, plan: WeekPlan) -> Files:
    from stationmaster.cli.weeks import PLAN, WEEK
    from stationmaster.measure.letters import to_json

    return {WEEK: to_json(week), PLAN: to_json(plan)}


def _messages(week: WeekProblem, plan: WeekPlan, before: WeekPlan | None) -> Files:
    from stationmaster.timeline.exchange.planning_messages import planning_messages

    return {"planning.json": planning_messages(week, plan, before)}


def _profiles(week: WeekProblem, plan: WeekPlan) -> Files:
    from stationmaster.timeline.exchange.profile_files import profile_csv, profile_parquet
    from stationmaster.timeline.exchange.profiles import profiles

    found = profiles(week, plan)
    return {"profiles.csv": profile_csv(week, found), "profiles.parquet": profile_parquet(week, found)}


def _sheets(week: WeekProblem, plan: WeekPlan, day: str | None) -> Files:
    from stationmaster.measure.codes import known
    from stationmaster.report.pictures.day_sheet import day_sheet
    from stationmaster.timeline.exchange.export import file_name

    dates = {week.date_of(number).isoformat(): number for number in range(week.days)}
    chosen = dates if day is None else {known(day, dates, "day of the week", field="--day"): dates[day]}
    return {
        f"sheets/{date}-{file_name(member.code)}.pdf": day_sheet(week, plan, member.code, number)
        for date, number in chosen.items()
        for member in week.crew
    }
