"""``stationmaster station``: a station as data."""

from __future__ import annotations

import dataclasses
import json as json_module
from typing import Annotated

import typer

app = typer.Typer(help="A station as data: show it, check a file, print the format.", no_args_is_help=True)


@app.command(
    "show", epilog="Examples: stationmaster station show css; stationmaster station show my.toml --json"
)
def show(
    station: Annotated[str, typer.Argument(help="A code (css, iss) or a station file.")],
    json: Annotated[bool, typer.Option("--json", help="Print the rows as one JSON object.")] = False,
) -> None:
    """Print a station as a table; estimates are marked."""
    from stationmaster.cli.say import say_json
    from stationmaster.station.read import read
    from stationmaster.station.table import rows

    found = read(station)
    table = rows(found)
    if json:
        facts = {"code": found.code, "name": found.name, "rows": [dataclasses.asdict(row) for row in table]}
        say_json(json_module.dumps(facts, ensure_ascii=False))
        return
    from stationmaster.cli.tables import print_station

    print_station(found, table)


@app.command("schema", epilog="Example: stationmaster station schema > station.schema.json")
def schema() -> None:
    """Print the JSON schema of a station file."""
    from stationmaster.station.schema import text

    print(text(), end="")
