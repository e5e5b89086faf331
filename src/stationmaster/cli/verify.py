"""``stationmaster verify``: recompute a run and compare every letter."""

from __future__ import annotations

import dataclasses
import json as json_module
from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = """\b
Examples:
  stationmaster verify out/css-2018
  stationmaster verify bundle.zip --json
"""


def verify(
    path: Annotated[Path, typer.Argument(help="A run's output folder, or its bundle.zip.")],
    executor: Annotated[str, typer.Option(help="serial, process or ray.")] = "serial",
    json: Annotated[bool, typer.Option("--json", help="Print the proof as one JSON object.")] = False,
) -> None:
    """Recompute every decision from the inputs inside, and say of each stage: same, or what differs.

    Exit status 0 when all is the same, 2 when something differs.
    """
    from stationmaster import executor as engines
    from stationmaster.cli.progress import Bars
    from stationmaster.cli.say import say, say_json
    from stationmaster.journey.bundle import verify as prove
    from stationmaster.journey.stages import NAMES
    from stationmaster.measure.errors import EXIT_BAD_INPUT

    with Bars(NAMES) as bars:
        proof = prove(path, executor=engines.executor(executor), progress=bars)
    if json:
        say_json(json_module.dumps({"same": proof.same, **dataclasses.asdict(proof)}, ensure_ascii=False))
    else:
        for stage in proof.stages:
            say(f"{stage.name:<10} {'same' if stage.same else 'differs'}")
            say(*(f"           {difference}" for difference in stage.differences))
        if proof.record:
            say(f"{'run.json':<10} differs", *(f"           {difference}" for difference in proof.record))
        if proof.engine_version != proof.proved_by:
            say(f"written by version {proof.engine_version}, recomputed by {proof.proved_by}")
    if not proof.same:
        raise typer.Exit(EXIT_BAD_INPUT)
