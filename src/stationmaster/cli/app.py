"""The command line, whole: which commands there are, and the one place where errors become sentences."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from stationmaster import __version__
from stationmaster.cli import catalogue, run, station, verify
from stationmaster.measure.errors import EXIT_OUR_FAULT, StationError, exit_status, sentence

EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="stationmaster",
    help="Run a space station that is open to every country: from the invitation to a crew timetable "
    "that is safe to fly.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("run", epilog=run.EXAMPLES)(run.run)
app.command("verify", epilog=verify.EXAMPLES)(verify.verify)
app.add_typer(station.app, name="station")
app.add_typer(catalogue.app, name="catalogue")


def _version(asked: bool) -> None:
    if asked:
        print(f"stationmaster {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; every refusal is one line on standard error."""
    try:
        app()
    except StationError as error:
        print(f"stationmaster: {sentence(error)}", file=sys.stderr)
        sys.exit(exit_status(error))
    except KeyboardInterrupt:
        print("stationmaster: interrupted; the last good output is untouched", file=sys.stderr)
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_OUR_FAULT)
