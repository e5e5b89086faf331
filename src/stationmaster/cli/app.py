"""The command line, whole: which commands there are, and the one place where errors become sentences."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated, NoReturn, cast

import typer

from stationmaster import __version__
from stationmaster.cli import (
    avoid,
    breakup,
    catalogue,
    clearance,
    crew,
    desk,
    events,
    lifetime,
    manifest,
    orbit,
    probability,
    proposal,
    reentry,
    review,
    run,
    screen,
    selection,
    station,
    timeline,
    verify,
)
from stationmaster.measure.errors import (
    EXIT_BAD_INPUT,
    EXIT_OUR_FAULT,
    StationError,
    exit_status,
    printable,
    sentence,
)

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
app.command("desk", epilog=desk.EXAMPLES)(desk.desk)
app.command("screen", epilog=screen.EXAMPLES)(screen.screen)
app.command("avoid", epilog=avoid.EXAMPLES)(avoid.avoid)
app.command("clearance", epilog=clearance.EXAMPLES)(clearance.clearance)
app.command("events", epilog=events.EXAMPLES)(events.events)
app.command("probability", epilog=probability.EXAMPLES)(probability.probability)
app.command("reentry", epilog=reentry.EXAMPLES)(reentry.reentry)
app.command("lifetime", epilog=lifetime.EXAMPLES)(lifetime.lifetime)
app.add_typer(proposal.app, name="proposal")
app.add_typer(review.app, name="review")
app.add_typer(station.app, name="station")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(breakup.app, name="breakup")
app.add_typer(selection.app, name="selection")
app.add_typer(manifest.app, name="manifest")
app.add_typer(orbit.app, name="orbit")
app.add_typer(crew.app, name="crew")
app.add_typer(timeline.app, name="timeline")


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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that cannot show a letter shows its number
            stream.reconfigure(errors="backslashreplace")
    try:
        status = app(standalone_mode=False)
    except StationError as error:
        _end(sentence(error), exit_status(error))
    except _WRONG_CALL as error:
        _end(*_wrong_call(error))
    except KeyboardInterrupt:
        status = EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_OUR_FAULT)
    except OSError as error:  # a disk that is full, a folder that is closed
        facts = {"file": error.filename, "reason": error.strerror or type(error).__name__}
        _end(sentence(StationError("not-usable", **facts)), EXIT_BAD_INPUT)
    if status == EXIT_INTERRUPTED:
        _end("interrupted; the last good output is untouched", EXIT_INTERRUPTED)
    sys.exit(status if isinstance(status, int) else 0)


#: What typer raises where a command is called wrongly.
_WRONG_CALL = cast(type[Exception], typer.BadParameter.__bases__[0])


def _wrong_call(error: Exception) -> tuple[str, int]:
    """The one line of a wrong call; called with nothing at all, the help as it is."""
    message: str = error.format_message()  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    if "\n" in message:
        print(message, file=sys.stderr)
        sys.exit(EXIT_BAD_INPUT)
    path = context.command_path if context is not None else "stationmaster"
    return f"{printable(message).rstrip('.')}; see {path} --help", EXIT_BAD_INPUT


def _end(line: str, status: int) -> NoReturn:
    print(f"stationmaster: {line}", file=sys.stderr)
    sys.exit(status)
