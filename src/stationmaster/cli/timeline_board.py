"""``stationmaster timeline board``: a week on one page, to look at and to print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stationmaster.cli.weeks import plan_at

EXAMPLES = """\b
Examples:
  stationmaster timeline board out/css-2018 --out board.html
  stationmaster timeline board repaired --before out/css-2018 --now 2024-11-05T08:00:00Z --out board.html
"""


def board(
    plan: Annotated[
        Path, typer.Argument(help="A folder of timeline build or repair, a run's folder, its bundle.zip.")
    ],
    out: Annotated[Path, typer.Option(help="The page to write (HTML).")],
    before: Annotated[
        Path | None, typer.Option(help="The plan before, to mark what moved, changed hands, came or went.")
    ] = None,
    now: Annotated[str | None, typer.Option(help="A moment to mark on its day (UTC).")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No summary.")] = False,
) -> None:
    """Draw the week: rows for crew, ground and facilities, day and night, contact, limits, tables."""
    from stationmaster.cli.say import say
    from stationmaster.measure.files import write_whole
    from stationmaster.measure.time import moment
    from stationmaster.report.board import Board, html

    problem, chosen = plan_at(plan)
    old = plan_at(before)[1] if before else None
    page = html(Board(problem=problem, plan=chosen, before=old, now=moment(now) if now else None))
    write_whole(out, page)
    if not quiet:
        say(f"written to {out}")
