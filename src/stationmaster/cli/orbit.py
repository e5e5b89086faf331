"""``stationmaster orbit``: the windows of a station's orbit."""

from __future__ import annotations

import json as json_module
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from stationmaster.orbit.coverage import Coverage
    from stationmaster.orbit.letters import OrbitAnswer, OrbitProblem, Reboost

app = typer.Typer(help="Where a station will be, in whose sight and in what light.", no_args_is_help=True)

EXAMPLES = """\b
Examples:
  stationmaster orbit windows css --elements gp.csv.gz --days 180 --out out/windows
  stationmaster orbit windows iss --elements gp.csv --from 2024-11-02 --days 14 --sites WSC --out OUT
  stationmaster orbit windows css --elements gp.csv --targets places.csv --out OUT
  stationmaster orbit windows css --elements gp.csv --reboost 2024-11-20T08:00:00Z=1.5 --out OUT --json
"""


@app.command("windows", epilog=EXAMPLES)
def windows(
    station: Annotated[str, typer.Argument(help="A station: its code (css, iss) or its file.")],
    elements: Annotated[
        Path, typer.Option(help="Element sets (OMM as CSV, JSON, KVN or XML; TLE or 3LE; gzip of any).")
    ],
    out: Annotated[Path, typer.Option(help="The folder for tables, answer and picture.")],
    start: Annotated[
        str | None,
        typer.Option(
            "--from", help="When to begin (UTC); without it, at the hour after the elements' epoch."
        ),
    ] = None,
    days: Annotated[float, typer.Option(help="For how many days, at most 400.")] = 180.0,
    sites: Annotated[
        str | None, typer.Option(help="Only these of the station's ground sites (codes, with commas).")
    ] = None,
    targets: Annotated[
        Path | None,
        typer.Option(
            help="Places to look at, as CSV: code, latitude_deg, longitude_deg, and if wanted name, "
            "altitude_m, max_off_nadir_deg, min_sun_elevation_deg, max_sun_elevation_deg."
        ),
    ] = None,
    reboost: Annotated[
        list[str] | None,
        typer.Option(
            help="A burn that the elements do not know of: UTC=km of rise; may stand several times."
        ),
    ] = None,
    slot_min: Annotated[float, typer.Option(help="The grid of the plan, in minutes.")] = 5.0,
    period_days: Annotated[float, typer.Option(help="The period that far windows are counted in.")] = 7.0,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Find every window of a station's orbit, and say how far each can be trusted.

    Sunlight and eclipse, day and night below, passes over ground sites, relay contact, overpasses and
    the South Atlantic Anomaly, with beta angles. In --out: windows.csv and windows.parquet (each window
    with what its ends may be off by), coverage.csv (counts and hours by period), orbit.json (all of the
    answer) and increment.svg (the whole span on one page).
    """
    # long because a command's signature is its options
    from stationmaster.cli.say import say, say_json
    from stationmaster.orbit.coverage import coverage
    from stationmaster.orbit.predict import predict

    problem = _problem(
        station,
        elements,
        start=start,
        days=days,
        sites=sites,
        targets=targets,
        reboosts=reboost,
        slot_s=60.0 * slot_min,
    )
    answer = predict(problem)
    periods = coverage(answer, period_days)
    _write(out, problem, answer, periods)
    if json:
        say_json(json_module.dumps(facts(answer, periods, out), ensure_ascii=False))
    else:
        say(*sentences(answer, out))


def _problem(
    station: str,
    elements: Path,
    *,
    start: str | None,
    days: float,
    sites: str | None,
    targets: Path | None,
    reboosts: list[str] | None,
    slot_s: float,
) -> OrbitProblem:  # long because each option of the command becomes a field
    from stationmaster.measure.errors import StationError
    from stationmaster.measure.files import read_csv
    from stationmaster.measure.time import Span, moment
    from stationmaster.orbit.elements import read_elements
    from stationmaster.orbit.letters import OrbitProblem, Target
    from stationmaster.orbit.places import relays_of, sites_of
    from stationmaster.station.read import read

    if not 0.0 < days <= 400.0:
        raise StationError("bad-value", field="--days", value=days, expected="more than 0, at most 400")
    found = read(station)
    own = read_elements(elements).one(found.orbit.catalogue_id)
    hour = own.epoch.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    begin = _option("--from", moment, start) if start else hour
    codes = [code.strip().upper() for code in sites.split(",") if code.strip()] if sites is not None else None
    return OrbitProblem(
        station=found.code,
        elements=own,
        elements_source=elements.name,
        span=Span(begin, begin + timedelta(days=days)),
        sites=_option("--sites", lambda _: sites_of(found, codes), sites),
        relays=relays_of(found),
        targets=tuple(read_csv(Target, targets)) if targets is not None else (),
        reboosts=tuple(_option("--reboost", _reboost, text) for text in reboosts or ()),
        slot_s=slot_s,
    )


def _option(name: str, read: Any, text: Any) -> Any:
    """A value read from an option; a refusal names it."""
    from stationmaster.measure.errors import StationError

    try:
        return read(text)
    except StationError as error:
        raise error.at(field=name) from None


def _reboost(text: str) -> Reboost:
    from stationmaster.measure.errors import StationError
    from stationmaster.measure.time import moment
    from stationmaster.orbit.letters import Reboost

    when, _, rise = text.partition("=")
    try:
        return Reboost(at=moment(when), rise_km=float(rise))
    except ValueError:
        expected = "a moment and kilometres, as 2024-11-20T08:00:00Z=1.5"
        raise StationError("bad-value", value=text, expected=expected) from None


def _write(out: Path, problem: OrbitProblem, answer: OrbitAnswer, periods: tuple[Coverage, ...]) -> None:
    from stationmaster.measure.files import write_whole
    from stationmaster.measure.letters import to_json
    from stationmaster.orbit.export import coverage_csv, windows_csv, windows_parquet
    from stationmaster.report.pictures.alone import alone
    from stationmaster.report.pictures.increment_sky import increment_sky

    table = windows_csv(answer)
    write_whole(out / "windows.csv", table)
    write_whole(out / "windows.parquet", windows_parquet(answer, table))
    write_whole(out / "coverage.csv", coverage_csv(periods))
    write_whole(out / "orbit.json", to_json(answer))
    write_whole(out / "increment.svg", alone(increment_sky(answer, periods, problem.slot_s)))


def facts(answer: OrbitAnswer, periods: tuple[Coverage, ...], out: Path) -> dict[str, Any]:
    """The figures of an answer as plain data, without its single windows."""
    from stationmaster.measure.time import iso
    from stationmaster.orbit.letters import WindowKind

    kinds = {kind: answer.of(kind) for kind in WindowKind}
    return {
        "station": answer.station,
        "object_id": answer.catalogue_id,
        "elements_epoch": iso(answer.elements_epoch),
        "start": iso(answer.span.start),
        "end": iso(answer.span.end),
        "windows": {kind.value: len(windows) for kind, windows in kinds.items()},
        "hours": {
            kind.value: round(sum(one.held_h for one in periods if one.kind == kind), 3) for kind in kinds
        },
        "sunlit_fraction": answer.sunlit_fraction,
        "beta_min_deg": min(beta.beta_deg for beta in answer.betas),
        "beta_max_deg": max(beta.beta_deg for beta in answer.betas),
        "exact_until": iso(answer.exact_until) if answer.exact_until else None,
        "edge_s": [[iso(error.at), error.edge_s] for error in answer.edge_errors],
        "reasons": _reasons(answer),
        "out": str(out),
    }


def sentences(answer: OrbitAnswer, out: Path) -> list[str]:
    """The answer for a person."""
    from stationmaster.orbit.letters import WindowKind

    names = {
        WindowKind.ECLIPSE: "eclipses",
        WindowKind.PASS: "passes over ground sites",
        WindowKind.RELAY: "relay contacts",
        WindowKind.OVERPASS: "passes of targets",
        WindowKind.REGION: "passes of regions to avoid",
    }
    counts = [f"{len(answer.of(kind))} {name}" for kind, name in names.items() if answer.of(kind)]
    betas = [beta.beta_deg for beta in answer.betas]
    until = f"until {answer.exact_until:%Y-%m-%d %H:%M} UTC" if answer.exact_until else "at no time"
    lines = [
        f"{answer.object_name} ({answer.catalogue_id}) from {answer.span.start:%Y-%m-%d %H:%M} to "
        f"{answer.span.end:%Y-%m-%d %H:%M} UTC: {', '.join(counts)}",
        f"in sunlight {100.0 * answer.sunlit_fraction:.1f} % of the time, beta from {min(betas):.1f} to "
        f"{max(betas):.1f} degrees",
        f"windows can be planned by the clock {until}, then by counts (coverage.csv)",
    ]
    return [*lines, *_reasons(answer), f"written to {out}"]


def _reasons(answer: OrbitAnswer) -> list[str]:
    from stationmaster.measure.reasons import say
    from stationmaster.orbit.reasons import REASONS

    return [say(reason, REASONS) for reason in answer.reasons]
