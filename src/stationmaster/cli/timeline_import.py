"""``stationmaster timeline import``: a week from the tables that planners keep."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stationmaster.station.letters import Station
    from stationmaster.timeline.exchange.import_week import StationSide

EXAMPLES = """\b
Examples:
  stationmaster timeline import activities.csv --station css --start 2026-03-02 --out week.toml
  stationmaster timeline import activities.csv --crew crew.csv --blocked events.csv \\
      --windows windows.csv --station my-station.toml --start 2026-03-02 --out week.toml
"""


def import_tables(
    activities: Annotated[Path, typer.Argument(help="The table of activities (CSV), a row each.")],
    station: Annotated[str, typer.Option(help="A station (code or file): crew day, devices, racks, power.")],
    start: Annotated[str, typer.Option(help="The crew's first day, as a date such as 2026-03-02.")],
    out: Annotated[Path, typer.Option(help="The week's file (TOML) to write.")],
    crew: Annotated[Path | None, typer.Option(help="The crew (CSV): code, role, skills ...")] = None,
    blocked: Annotated[
        Path | None, typer.Option(help="Events (CSV): kind, start, end, crew, facilities, waives ...")
    ] = None,
    facilities: Annotated[
        Path | None, typer.Option(help="Facilities that the station's file does not have (CSV).")
    ] = None,
    windows: Annotated[
        Path | None, typer.Option(help="Windows (CSV): name, start, end; eclipse among them.")
    ] = None,
    days: Annotated[int, typer.Option(help="How many days.", min=1, max=31)] = 7,
    code: Annotated[str | None, typer.Option(help="The week's code; else made of station and day.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print what was read as one JSON object.")] = False,
) -> None:
    """Make a week's file from tables; every bad cell is told at once, and nothing half is written."""
    # long because a command's signature is its options
    import json as json_module

    from stationmaster.cli.say import say, say_json
    from stationmaster.cli.weeks import refuse
    from stationmaster.measure.files import write_whole
    from stationmaster.station.read import read
    from stationmaster.timeline.exchange import cells
    from stationmaster.timeline.exchange.import_week import Tables, import_week
    from stationmaster.timeline.exchange.week_text import week_toml

    its = read(station)
    first_day = cells.day(start)
    tables = Tables(activities=activities, crew=crew, blocked=blocked, facilities=facilities, windows=windows)
    name = code or f"{its.code}-{first_day}"
    read_in = import_week(tables, side_of(its), code=name, first_day=first_day, days=days)
    for note in read_in.notes:
        print(f"note: {note}", file=sys.stderr)
    if read_in.problem is None:
        refuse(read_in.refused, "tables")
    week = read_in.problem
    head = (f"A week of {its.name}, from {activities.name}.", *(f"Taken: {note}." for note in read_in.notes))
    write_whole(out, week_toml(week, head))
    if json:
        facts = {
            "week": week.code,
            "activities": len(week.activities),
            "crew": len(week.crew),
            "blocked": len(week.blocked),
            "windows": {window: len(spans) for window, spans in week.windows.items()},
            "notes": list(read_in.notes),
            "out": str(out),
        }
        say_json(json_module.dumps(facts, ensure_ascii=False))
    else:
        say(f"{len(week.activities)} activities for {len(week.crew)} of the crew, written to {out}")


def side_of(station: Station) -> StationSide:
    """What a station's file gives to a week: crew day, devices, racks and mechanisms, power."""
    from stationmaster.journey.week import channels, facilities, ground_rules
    from stationmaster.timeline.exchange.import_week import StationSide
    from stationmaster.timeline.letters import Device

    return StationSide(
        rules=ground_rules(station),
        crew_count=station.crew.nominal,
        devices=tuple(Device(code=d.code, name=d.name) for d in station.exercise),
        facilities=tuple(facilities(station)),
        channels=tuple(channels(station, [], {})),
        home={rack.code: rack.channel for rack in station.racks if rack.channel},
    )
