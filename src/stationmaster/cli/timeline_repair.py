"""``stationmaster timeline repair``: a planned week that went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationmaster.cli.weeks import keep, plan_at, refuse

if TYPE_CHECKING:
    from stationmaster.measure.letters import Source
    from stationmaster.timeline.repair.letters import Disturbances, Illness, Repair, RepairProblem

EXAMPLES = """\b
Examples:
  stationmaster timeline repair out/css-2018 --ill CSS-FE:2024-11-06T02:00:00Z/2024-11-07T12:00:00Z \\
    --now 2024-11-06T02:00:00Z --out repaired
  stationmaster timeline repair plan --disturbance bad-day.toml --now 2024-11-06T02:00:00Z --out repaired
  stationmaster timeline repair plan --manoeuvre out/avoid --now 2024-11-06T02:00:00Z --out repaired --json
  stationmaster timeline repair plan --manoeuvre burn.opm --station css --now 2024-11-06 --out repaired
"""


def repair(
    plan: Annotated[
        Path, typer.Argument(help="A folder of timeline build or repair, a run's folder, its bundle.zip.")
    ],
    now: Annotated[str, typer.Option(help="When it is (UTC): what began before stays as it is.")],
    out: Annotated[Path, typer.Option(help="A folder for the week, its plan and the difference.")],
    disturbance: Annotated[Path | None, typer.Option(help="What went wrong (TOML).")] = None,
    ill: Annotated[
        list[str] | None, typer.Option(help="Who is ill from when to when, as CODE:START/END (UTC).")
    ] = None,
    manoeuvre: Annotated[
        list[Path] | None,
        typer.Option(
            help="A burn (or a shelter): the folder that stationmaster avoid wrote, its answer, or an OPM."
        ),
    ] = None,
    manoeuvre_crew: Annotated[
        list[str] | None, typer.Option(help="Who of the crew is busy with the burn (more than once).")
    ] = None,
    manoeuvre_loses: Annotated[
        list[str] | None, typer.Option(help="A window that is lost during it, such as relay.")
    ] = None,
    station: Annotated[
        str | None, typer.Option(help="A station (code or file): how long a burn of an OPM disturbs.")
    ] = None,
    freeze_min: Annotated[
        int, typer.Option(help="What begins in the next minutes stays too.", min=0, max=10080)
    ] = 0,
    seconds: Annotated[
        float | None,
        typer.Option(help="Search so long by the clock; without it the answer repeats exactly.", min=0.0),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the solver: the same seed, the same plan.", min=0)] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar, no summary.")] = False,
) -> None:
    """Repair a planned week: keep what is under way, change as little as may be, tell every change."""
    # long because a command's signature is its options
    from stationmaster.cli.progress import Bars
    from stationmaster.cli.say import say, say_json
    from stationmaster.measure.errors import StationError
    from stationmaster.measure.time import moment
    from stationmaster.timeline.repair.export import sentences
    from stationmaster.timeline.repair.improve import Effort
    from stationmaster.timeline.repair.letters import Disturbances
    from stationmaster.timeline.repair.repair import repair as mend

    told, source = Disturbances(), None
    if disturbance is not None:
        told, source = _read(disturbance)
    burns = _burns(manoeuvre or [], tuple(manoeuvre_crew or ()), tuple(manoeuvre_loses or ()), station)
    told |= Disturbances(illnesses=tuple(_illness(text) for text in ill or ())) | burns
    if told == Disturbances():
        expected = "something that went wrong: --disturbance, --ill or --manoeuvre"
        raise StationError("missing-field", field="--disturbance", expected=expected)
    problem = _problem(plan, told, moment(now), freeze_min, source)
    effort = Effort() if seconds is None else Effort(limit_s=seconds, rounds=10**6, patience=10**6)
    with Bars(("repair",), quiet=quiet) as bars:
        answer = mend(
            problem, seed=seed, effort=effort, progress=lambda done, all_: bars("repair", done, all_)
        )
    refuse_faults(problem, answer)
    write(out, problem, answer)
    if json:
        say_json(summary_json(problem, answer, out))
    elif not quiet:
        say(*sentences(answer), f"written to {out}")


def _read(path: Path) -> tuple[Disturbances, Source]:
    from stationmaster.measure.drafts import read_draft
    from stationmaster.timeline.repair.letters import Disturbances

    draft = read_draft(Disturbances, path)
    if draft.whole is None:
        refuse(draft.refused, "disturbances")
    return draft.whole, draft.source


def _illness(text: str) -> Illness:
    from stationmaster.measure.errors import StationError
    from stationmaster.measure.time import moment
    from stationmaster.timeline.repair.letters import Illness

    code, colon, span = text.partition(":")
    start, slash, end = span.partition("/")
    if not (code and colon and slash):
        raise StationError("bad-value", field="--ill", value=text, expected="CODE:START/END")
    try:
        return Illness(crew=code, start=moment(start), end=moment(end))
    except StationError as error:
        raise error.at(field="--ill") from None


def _burns(
    paths: list[Path], crew: tuple[str, ...], loses: tuple[str, ...], station: str | None
) -> Disturbances:
    from dataclasses import replace

    from stationmaster.timeline.repair.letters import Disturbances

    found = Disturbances()
    if not paths:
        return found
    from stationmaster.journey.replanning import disturbance_at
    from stationmaster.station.read import read

    rules = read(station).flight_safety if station else None
    for path in paths:
        number = len(found.manoeuvres) + len(found.shelters) + 1
        found |= disturbance_at(path, number, rules)
    busy = (replace(burn, crew=crew, loses=loses) for burn in found.manoeuvres)
    return replace(found, manoeuvres=tuple(busy))


def _problem(
    path: Path, told: Disturbances, now: object, freeze_min: int, source: Source | None
) -> RepairProblem:
    """The problem, held to be sound: the approved plan has no faults, and every disturbance makes sense."""
    from datetime import datetime

    from stationmaster.measure.errors import StationError
    from stationmaster.timeline.check import faults
    from stationmaster.timeline.repair.letters import RepairProblem
    from stationmaster.timeline.repair.refusals import Written, placed, refusals

    assert isinstance(now, datetime)
    week, plan = plan_at(path)
    facts = {"week": week, "plan": plan, "now": now, "disturbances": told, "freeze_min": freeze_min}
    refused = [placed(error, source) for error in refusals(Written(**facts))]  # type: ignore[arg-type]
    if refused:
        refuse(refused, "disturbances")
    wrong = faults(week, plan)
    if wrong:
        says = f"the approved plan is not sound: {wrong[0].where}: {wrong[0].says}"
        raise StationError("unsound", file=str(path), says=says)
    return RepairProblem(**facts)  # type: ignore[arg-type]


def refuse_faults(problem: RepairProblem, answer: Repair) -> None:
    """End with our own fault when a checker finds something wrong with a repair that was made here."""
    from stationmaster.measure.errors import StationError
    from stationmaster.timeline import check
    from stationmaster.timeline.repair import check as check_repair

    found = (*check.faults(answer.week, answer.plan), *check_repair.faults(problem, answer))
    if found:
        first = f"{found[0].where}: {found[0].says}"
        raise StationError("checker-found", stage="repair", count=len(found), first=first)


def write(out: Path, problem: RepairProblem, answer: Repair) -> None:
    """The changed week and its plan, the difference as table, letter and page; each file whole."""
    from stationmaster.measure.files import write_whole
    from stationmaster.measure.letters import to_json
    from stationmaster.report.board import Board, html
    from stationmaster.timeline.repair.export import difference_table

    page = html(Board(problem=answer.week, plan=answer.plan, before=problem.plan, now=problem.now))
    keep(out, answer.week, answer.plan)
    write_whole(out / "difference.csv", difference_table(answer))
    write_whole(out / "difference.json", to_json(answer))
    write_whole(out / "difference.html", page)


def summary_json(problem: RepairProblem, answer: Repair, out: Path) -> str:
    """What came out, for a program, on one line."""
    import json as json_module
    from dataclasses import asdict

    from stationmaster.measure.time import iso
    from stationmaster.timeline.repair.letters import Fate

    facts = {
        "week": problem.week.code,
        "now": iso(problem.now),
        **asdict(answer.totals),
        "softened": [one.activity for one in answer.softened],
        "changes": {c.code: c.fate.value for c in answer.changes if c.fate is not Fate.KEPT},
        "objective_value": answer.plan.objective_value,
        "faults": 0,
        "out": str(out),
    }
    return json_module.dumps(facts, ensure_ascii=False)
