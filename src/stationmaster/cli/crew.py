"""``stationmaster crew plan``: whether a guest's seat can be promised, and what keeping it takes."""

from __future__ import annotations

import json as json_module
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stationmaster.crew import CrewPlan, CrewProblem

app = typer.Typer(help="Guests of the station: training, seats and the week on board.", no_args_is_help=True)
GUESTS_FILE = "guests.toml"

EXAMPLES = """\b
Examples:
  stationmaster crew plan scenarios/css-2018 --out guests
  stationmaster crew plan scenarios/iss-shares/guests.toml --out guests --json
  stationmaster crew plan guests.toml --out guests --owner
"""


@app.callback()
def _crew() -> None:
    pass


@app.command("plan", epilog=EXAMPLES)
def plan(
    file: Annotated[Path, typer.Argument(help="A TOML file, or a scenario's folder that holds guests.toml.")],
    out: Annotated[
        Path, typer.Option(help="A folder for the plan, tables, a calendar, a picture and two pages.")
    ],
    owner: Annotated[
        bool,
        typer.Option("--owner", help="Name candidates by code, with their gates: for their owner alone."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")] = False,
) -> None:
    """Plan a guest's training to the launch, the seats, the effect on the resident crew, and the week.

    Exit status 3 where a seat cannot be promised: training that does not fit before the launch, or no
    seat home within the rules; what is written then says what is critical and what would do.
    """
    from stationmaster.cli.say import say, say_json
    from stationmaster.crew.check import faults
    from stationmaster.crew.plan import plan as planned
    from stationmaster.measure.errors import StationError
    from stationmaster.report.guests import facts, lead, reasons

    problem = _read(file)
    found = planned(problem)
    wrong = faults(problem, found)
    if wrong:
        raise StationError("checker-found", stage="crew", count=len(wrong), first=wrong[0].says)
    text = json_module.dumps(facts(problem, found, owner), ensure_ascii=False)
    _write(out, problem, found, owner)
    if json:
        say_json(text)
    else:
        say(problem.title, *(f"  {line}" for line in _lines(found)), *(f"  {line}" for line in lead(found)))
    if not found.stands:
        first, *further = reasons(found)
        for line in further:
            print(f"stationmaster: {line}", file=sys.stderr)
        raise StationError("no-answer", file=str(file), reason=first.rstrip("."))


def _read(file: Path) -> CrewProblem:
    """The problem; every fault of the file is told on standard error before the first is raised."""
    from stationmaster.crew.read import refusals, several

    problem, refused = refusals(file / GUESTS_FILE if file.is_dir() else file)
    if problem is None:
        for error in refused[1:]:
            print(f"stationmaster: {error}", file=sys.stderr)
        raise several(refused)
    return problem


def _write(out: Path, problem: CrewProblem, found: CrewPlan, owner: bool) -> None:
    from stationmaster.crew.export import calendar, table
    from stationmaster.measure.files import write_whole
    from stationmaster.measure.letters import to_json
    from stationmaster.report.guests import seats_leaf, training_leaf
    from stationmaster.report.leaf import html
    from stationmaster.report.pictures.alone import alone
    from stationmaster.report.pictures.training import training_chart

    chart = training_chart(problem, found) if found.training.bookings else None
    write_whole(out / "problem.json", to_json(problem))
    write_whole(out / "plan.json", to_json(found))
    write_whole(out / "training.csv", table(problem, found, owner))
    write_whole(out / "training.ics", calendar(problem, found, owner))
    if chart is not None:
        write_whole(out / "training.svg", alone(chart))
    write_whole(out / "training.html", html(training_leaf(problem, found, chart, owner)))
    write_whole(out / "seats.html", html(seats_leaf(problem, found)))


def _lines(found: CrewPlan) -> list[str]:
    told = []
    for one in found.training.seats:
        start = f", latest safe start {one.latest_start}" if one.latest_start else ""
        told.append(f"{one.seat}: ready {one.ready}, {one.slack_d} days before the launch{start}")
    for week in found.weeks:
        count = len({session.experiment for session in week.sessions})
        told.append(f"{week.seat}: {count} experiments in {week.work_h:.1f} of {week.limit_h:.1f} h")
    return told
