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
    from stationmaster.journey.bundle import verify as prove
    from stationmaster.journey.stages import NAMES
    from stationmaster.measure.errors import EXIT_BAD_INPUT

    with Bars(NAMES) as bars:
        proof = prove(path, executor=engines.executor(executor), progress=bars)
    if json:
        print(json_module.dumps({"same": proof.same, **dataclasses.asdict(proof)}, ensure_ascii=False))
    else:
        for stage in proof.stages:
            print(f"{stage.name:<10} {'same' if stage.same else 'differs'}")
            for difference in stage.differences:
                print(f"           {difference}")
        if proof.engine_version != proof.proved_by:
            print(f"written by version {proof.engine_version}, recomputed by {proof.proved_by}")
    if not proof.same:
        raise typer.Exit(EXIT_BAD_INPUT)
