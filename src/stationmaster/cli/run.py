"""``stationmaster run``: a scenario's whole journey."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationmaster.measure.errors import StationError

if TYPE_CHECKING:
    from stationmaster.journey.run import Run

EXAMPLES = """\b
Examples:
  stationmaster run scenarios/css-2018 --out out/css-2018
  stationmaster run scenarios/css-2018 --out OUT --catalogue gp.csv.gz --json
  stationmaster run scenarios/iss-shares --out OUT --executor process
  stationmaster run scenarios/css-2018 --out OUT --until selection
"""


def run(
    scenario: Annotated[Path, typer.Argument(help="A scenario's folder (it holds scenario.toml).")],
    out: Annotated[Path, typer.Option(help="The output folder; replaced only when the new output is whole.")],
    catalogue: Annotated[
        Path | None,
        typer.Option(
            help="A catalogue file (OMM as CSV, JSON, KVN or XML; TLE or 3LE; gzip of any). Without it the "
            "station is held against a synthetic population, and every page says so."
        ),
    ] = None,
    station: Annotated[
        str | None, typer.Option(help="A station (code or file) in place of the scenario's.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            help="The last stage to do: call, proposal, review-1, shortlist, review-2, selection, manifest, "
            "crew, orbit, timeline, safety, milestones or laboratory."
        ),
    ] = None,
    executor: Annotated[str, typer.Option(help="serial, process or ray.")] = "serial",
    workers: Annotated[int | None, typer.Option(help="Processes of the process executor.", min=1)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar, no summary.")] = False,
) -> None:
    """Take a call from the invitation to a crew timetable that is checked against the sky."""
    # long because a command's signature is its options
    from stationmaster import executor as engines
    from stationmaster.cli.progress import Bars
    from stationmaster.cli.say import say, say_json
    from stationmaster.journey.run import run_scenario
    from stationmaster.journey.stages import NAMES
    from stationmaster.report.summary import json_text, sentences
    from stationmaster.report.write import finish

    engine = engines.executor(executor, workers)
    with Bars(NAMES, quiet=quiet) as bars:
        done = run_scenario(
            scenario,
            out,
            station=station,
            catalogue=catalogue,
            until=until,
            executor=engine,
            progress=bars,
            finish=lambda run: finish(run, bars),
        )
    if json:
        say_json(json_text(done))
    elif not quiet:
        say(*sentences(done))
    refuse_faults(done)


def refuse_faults(done: Run) -> None:
    """End with our own fault when a checker found something wrong with an answer."""
    found = [(stage, fault) for stage, faults in done.faults.items() for fault in faults]
    if found:
        stage, first = found[0]
        raise StationError("checker-found", stage=stage, count=len(found), first=first.says)
