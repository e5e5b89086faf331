"""``stationmaster manifest``: plan an increment, and plan it again when a flight slips."""

from __future__ import annotations

import json as json_module
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stationmaster.manifest.letters import Manifest, ManifestProblem

PLAN_EXAMPLES = """\b
Examples:
  stationmaster manifest plan out/css-2018 --out increment
  stationmaster manifest plan problem.json --out increment --seconds 60 --json
"""
SLIP_EXAMPLES = """\b
Examples:
  stationmaster manifest slip out/css-2018 --flight TZ-8 --days 21 --out slipped
  stationmaster manifest slip increment --flight V2 --days 14 --out slipped --json
"""

app = typer.Typer(
    help="Increments: places, flights and weeks for every chosen project, with hot spots and reasons.",
    no_args_is_help=True,
)


def plan(
    problem: Annotated[
        Path, typer.Argument(help="A problem as a JSON letter, a run's output folder, or its bundle.zip.")
    ],
    out: Annotated[Path, typer.Option(help="A folder for the plan as JSON and as CSV tables.")],
    seconds: Annotated[
        float | None,
        typer.Option(
            help="A limit by the clock, with two threads; without it the same problem gives the same plan.",
            min=0.1,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Plan increments week by week: places, flights, weeks, and what stands in the way of the rest.

    Ctrl-C ends the search; the best plan so far is checked and written.
    """
    asked, _ = _read(problem)
    _print(_planned(asked, seconds), asked, out, json)


def slip(
    plan: Annotated[
        Path,
        typer.Argument(help="What manifest plan wrote, a run's output folder, or its bundle.zip."),
    ],
    flight: Annotated[str, typer.Option(help="The code of the flight that slips.")],
    days: Annotated[float, typer.Option(help="Days of delay; below zero it comes earlier.")],
    out: Annotated[Path, typer.Option(help="A folder for the new plan as JSON and as CSV tables.")],
    seconds: Annotated[
        float | None, typer.Option(help="A limit by the clock, with two threads.", min=0.1)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Plan again after a flight slipped: as much worth as before if it can be, with the least change."""
    from stationmaster.manifest.slip import moved, slipped
    from stationmaster.measure.errors import StationError

    asked, former = _read(plan)
    if former is None:
        raise StationError("missing-file", file=str(plan), expected="a plan beside the problem")
    later = slipped(asked, flight, days, former)
    found = _planned(later, seconds)
    _print(found, later, out, json, tuple(moved(former, found)))


def _read(path: Path) -> tuple[ManifestProblem, Manifest | None]:
    from stationmaster.journey.bundle import opened
    from stationmaster.journey.run import letter_path, read_letter
    from stationmaster.manifest.letters import Manifest, ManifestProblem
    from stationmaster.measure.errors import StationError
    from stationmaster.measure.files import read_text
    from stationmaster.measure.letters import from_json

    file = path / "problem.json" if (path / "problem.json").is_file() else path
    if file.is_file() and file.suffix == ".json":
        answer = file.parent / "manifest.json"
        former = None
        if path.is_dir() and answer.is_file():
            former = from_json(Manifest, read_text(answer, "a manifest"), str(answer))
        return from_json(ManifestProblem, read_text(file, "a problem"), str(file)), former
    with opened(path) as folder:
        if not letter_path(folder, "manifest", "problem").is_file():
            raise StationError("no-such-file", file=str(path), expected="a run that was done to manifest")
        return read_letter(folder, "manifest", "problem"), read_letter(folder, "manifest", "answer")


def _planned(problem: ManifestProblem, seconds: float | None) -> Manifest:
    from stationmaster.manifest.check import faults
    from stationmaster.manifest.plan import plan as planned
    from stationmaster.measure.errors import StationError

    def tell(what: str, value: int, bound: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{what:<9} {value / 1000:12.3f}  bound {bound / 1000:12.3f} ", end="", file=sys.stderr)

    with _interrupts() as stop:
        found = planned(problem, seconds=seconds, tell=tell, stop=stop)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    wrong = faults(problem, found)
    if wrong:
        raise StationError("checker-found", stage="manifest", count=len(wrong), first=wrong[0].says)
    return found


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Ctrl-C sets an event instead of ending the program."""
    stop = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _print(
    found: Manifest, problem: ManifestProblem, out: Path, json: bool, changes: tuple[str, ...] | None = None
) -> None:
    from stationmaster.cli.say import say, say_json
    from stationmaster.manifest.exchange import write_manifest
    from stationmaster.manifest.summary import hot_spots

    names = write_manifest(out, problem, found)
    facts = {
        "placed": [berth.item for berth in found.berths],
        "not_placed": [left.item for left in found.not_placed],
        "promised": found.promised,
        "promised_aboard": found.promised_aboard,
        "value": found.objective_value,
        "bound": found.bound_value,
        "gap_pct": round(100 * found.gap_ratio, 4),
        "status": found.status,
        "hot_spots": len(hot_spots(problem, found)),
        "files": list(names),
    } | ({} if changes is None else {"moved": list(changes)})
    if json:
        say_json(json_module.dumps(facts, ensure_ascii=False))
        return
    whole = len(found.berths) + len(found.not_placed)
    say(
        f"{len(found.berths)} of {whole} items on board, "
        f"{found.promised_aboard} of {found.promised} promised ones",
        f"worth {found.objective_value:g}, no plan exceeds {found.bound_value:g} "
        f"(gap {100 * found.gap_ratio:.3g} %): {found.status}",
        *(() if changes is None else (f"moved: {', '.join(changes) or 'nothing'}",)),
        f"{len(names)} files in {out}",
    )


app.command("plan", epilog=PLAN_EXAMPLES)(plan)
app.command("slip", epilog=SLIP_EXAMPLES)(slip)
