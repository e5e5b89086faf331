"""``stationmaster timeline``: the crew's week, from the file of a week to its plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationmaster.cli import timeline_board, timeline_import
from stationmaster.cli.weeks import keep, plan_at, week_at

if TYPE_CHECKING:
    from stationmaster.timeline.letters import WeekProblem
    from stationmaster.timeline.outcome import WeekPlan

__all__ = ["app", "keep", "plan_at", "week_at"]

BUILD_EXAMPLES = """\b
Examples:
  stationmaster timeline build week.toml --out plan
  stationmaster timeline build out/css-2018 --out again --effort thorough --seed 2
  stationmaster timeline build bundle.zip --out plan --json
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
    json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar, no summary.")] = False,
) -> None:
    """Plan a week: the most weight that fits beside the musts and the crew's day, with a proven bound."""
    from stationmaster.cli.progress import Bars
    from stationmaster.timeline.build import build as make

    week, _ = week_at(problem)
    with Bars(("timeline",), quiet=quiet) as bars:
        plan = make(week, effort, seed, lambda done, total: bars("timeline", done, total))
    refuse_without_plan(plan)
    refuse_faults(week, plan)
    keep(out, week, plan)
    tell(week, plan, out, json=json, quiet=quiet)


def refuse_without_plan(plan: WeekPlan) -> None:
    """End with no answer where the musts cannot all be met, or no plan was found in the time given."""
    from stationmaster.measure.errors import StationError
    from stationmaster.timeline.outcome import Status

    if plan.status is Status.INFEASIBLE:
        clash = ", ".join(plan.conflict)
        reason = f"these musts cannot stand together: {clash}" if clash else "the crew's routine does not fit"
        raise StationError("no-answer", reason=reason)
    if plan.status is Status.NOT_FOUND:
        raise StationError("no-answer", reason="no plan was found in the time given; try more effort")


def refuse_faults(problem: WeekProblem, plan: WeekPlan) -> None:
    """End with our own fault when the checker finds something wrong with a plan that was made here."""
    from stationmaster.measure.errors import StationError
    from stationmaster.timeline.check import faults

    found = faults(problem, plan)
    if found:
        first = found[0]
        raise StationError("checker-found", stage="timeline", count=len(found), first=first.says)


def tell(problem: WeekProblem, plan: WeekPlan, out: Path, *, json: bool, quiet: bool) -> None:
    """Say what came out, as sentences or as one JSON object."""
    import json as json_module

    from stationmaster.cli.say import say, say_json
    from stationmaster.measure.time import iso

    placed = len(problem.activities) - len(plan.unplaced) - len(plan.jar)
    if json:
        facts = {
            "week": problem.code,
            "start": iso(problem.start),
            "activities": len(problem.activities),
            "scheduled": placed,
            "status": plan.status.value,
            "objective_value": plan.objective_value,
            "bound_value": plan.bound_value,
            "bound_kind": plan.bound_kind.value,
            "gap_fraction": plan.gap_fraction,
            "unplaced": [left.activity for left in plan.unplaced],
            "jar": [item.activity for item in plan.jar],
            "faults": 0,
            "out": str(out),
        }
        say_json(json_module.dumps(facts, ensure_ascii=False))
    elif not quiet:
        say(
            f"{placed} of {len(problem.activities)} activities placed",
            f"weight {plan.objective_value:g} of at most {plan.bound_value:g} "
            f"(gap {100 * plan.gap_fraction:.2f} %, {plan.status.value})",
            f"written to {out}",
        )


app.command("import", epilog=timeline_import.EXAMPLES)(timeline_import.import_tables)
app.command("board", epilog=timeline_board.EXAMPLES)(timeline_board.board)
