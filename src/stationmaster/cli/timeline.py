"""``stationmaster timeline``: the crew's week, from the file of a week to its plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stationmaster.cli import (
    timeline_board,
    timeline_check,
    timeline_export,
    timeline_import,
    timeline_repair,
)
from stationmaster.cli.weeks import keep, plan_at, refuse_faults, refuse_without_plan, tell, week_at

__all__ = ["app", "keep", "plan_at", "week_at"]

BUILD_EXAMPLES = """\b
Examples:
  stationmaster timeline build week.toml --out plan
  stationmaster timeline build out/css-2018 --out again --effort thorough --seed 2
  stationmaster timeline build bundle.zip --out plan --seconds 60 --json
"""

app = typer.Typer(help="The crew's week to five minutes: built from a file of it.", no_args_is_help=True)


@app.callback()
def _root() -> None:
    """A group of commands, also while it holds only one."""


@app.command("build", epilog=BUILD_EXAMPLES)
def build(
    problem: Annotated[
        Path,
        typer.Argument(help="A week's file (TOML or JSON), a run's output folder, or its bundle.zip."),
    ],
    out: Annotated[
        Path, typer.Option(help="A folder for week.json, plan.json, timeline.csv and left-out.csv.")
    ],
    effort: Annotated[str, typer.Option(help="quick, normal or thorough.")] = "normal",
    seed: Annotated[int, typer.Option(help="Of the solver: the same seed, the same plan.", min=0)] = 1,
    seconds: Annotated[
        float | None,
        typer.Option(help="Search so long instead; the plan then depends on the machine.", min=0.1),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar, no summary.")] = False,
) -> None:
    """Plan a week: the most weight that fits beside the musts and the crew's day, with a proven bound.

    An interrupt (Ctrl-C) ends the search and keeps the best plan so far.
    """
    from stationmaster.cli.progress import Bars
    from stationmaster.timeline.build import build as make

    week, _ = week_at(problem)
    with Bars(("timeline",), quiet=quiet) as bars:

        def watch(value: float, bound: float) -> None:
            bars.note = f"{value:g} of at most {bound:g}"

        plan = make(
            week,
            effort,
            seed,
            lambda done, total: bars("timeline", done, total),
            seconds=seconds,
            workers=2,
            watch=watch,
        )
    refuse_without_plan(plan)
    refuse_faults(week, plan)
    keep(out, week, plan)
    tell(week, plan, out, json=json, quiet=quiet)


app.command("import", epilog=timeline_import.EXAMPLES)(timeline_import.import_tables)
app.command("board", epilog=timeline_board.EXAMPLES)(timeline_board.board)
app.command("check", epilog=timeline_check.CHECK_EXAMPLES)(timeline_check.check)
app.command("explain", epilog=timeline_check.EXPLAIN_EXAMPLES)(timeline_check.explain)
app.command("what-if", epilog=timeline_check.WHAT_IF_EXAMPLES)(timeline_check.what_if)
app.command("export", epilog=timeline_export.EXAMPLES)(timeline_export.export)
app.command("repair", epilog=timeline_repair.EXAMPLES)(timeline_repair.repair)
