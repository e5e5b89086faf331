"""A week, and its plan where there is one, from whatever a person has: a file, a folder, a run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from stationmaster.measure.errors import StationError
    from stationmaster.timeline.letters import WeekProblem
    from stationmaster.timeline.outcome import Item, WeekPlan

#: What a command that makes or changes a plan leaves in its folder.
WEEK, PLAN = "week.json", "plan.json"


def week_at(path: Path) -> tuple[WeekProblem, WeekPlan | None]:
    """The week at a path, and its plan where the path holds one.

    Args:
        path: a week's file (TOML or JSON); the folder that ``timeline build`` or ``timeline repair``
            wrote; the output folder of a run, or its ``bundle.zip``.

    Raises:
        StationError: nothing of the kind is there, or it cannot be read; every fault of a week's file
            is told on standard error first.
    """
    from stationmaster.measure.files import read_text
    from stationmaster.measure.letters import from_json
    from stationmaster.timeline.outcome import WeekPlan

    if path.is_dir() and (path / WEEK).is_file():
        problem, kept = _week_file(path / WEEK), path / PLAN
        if not kept.is_file():
            return problem, None
        return problem, from_json(WeekPlan, read_text(kept, "a plan"), str(kept))
    if path.is_dir() or path.suffix == ".zip":
        return _of_run(path)
    return _week_file(path), None


def plan_at(path: Path) -> tuple[WeekProblem, WeekPlan]:
    """The same where a plan is needed.

    Raises:
        StationError: as :func:`week_at`; ``no-such-file`` where there is a week but no plan of it.
    """
    from stationmaster.measure.errors import StationError

    problem, plan = week_at(path)
    if plan is None:
        raise StationError(
            "no-such-file", file=str(path), expected="a plan: the folder of timeline build, or a run"
        )
    return problem, plan


def timetable_at(path: Path, problem: WeekProblem) -> tuple[Item, ...]:
    """The items of a timetable kept as CSV, by hand or by another program.

    Raises:
        StationError: it cannot be read; every fault is told on standard error first.
    """
    from stationmaster.timeline.exchange.import_timetable import read_timetable

    read = read_timetable(path, problem)
    for note in read.notes:
        print(f"note: {note}", file=sys.stderr)
    if read.refused:
        refuse(read.refused, "timetable")
    return read.items


def keep(out: Path, problem: WeekProblem, plan: WeekPlan) -> None:
    """Leave a week and its plan in a folder, so that :func:`week_at` finds both, with tables for people."""
    from stationmaster.measure.files import write_whole
    from stationmaster.measure.letters import to_json
    from stationmaster.timeline.exchange.export import left_out_table, table

    write_whole(out / WEEK, to_json(problem))
    write_whole(out / PLAN, to_json(plan))
    write_whole(out / "timeline.csv", table(problem, plan))
    write_whole(out / "left-out.csv", left_out_table(problem, plan))


def refuse(errors: Sequence[StationError], kind: str) -> NoReturn:
    """Tell every fault of what was read, each on a line of standard error, and end with the first."""
    from stationmaster.measure.errors import StationError, sentence

    if len(errors) == 1:
        raise errors[0]
    for error in errors:
        print(sentence(error), file=sys.stderr)
    raise StationError("several-faults", first=sentence(errors[0]), count=len(errors), kind=kind)


def _week_file(path: Path) -> WeekProblem:
    from stationmaster.timeline.exchange.week_file import read_week

    read = read_week(path)
    if read.problem is None:
        refuse(read.refused, "week's file")
    return read.problem


def _of_run(path: Path) -> tuple[WeekProblem, WeekPlan]:
    from stationmaster.journey.bundle import opened
    from stationmaster.journey.run import letter_path, read_letter
    from stationmaster.measure.errors import StationError

    with opened(path) as folder:
        if not letter_path(folder, "timeline", "answer").is_file():
            raise StationError(
                "no-such-file", file=str(path), expected="a week, or a run that was done to timeline"
            )
        problem: WeekProblem = read_letter(folder, "timeline", "problem")
        plan: WeekPlan = read_letter(folder, "timeline", "answer")
    return problem, plan


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
