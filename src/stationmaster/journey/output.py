"""The output folder: what is put into it, and how the old output stays whole until the new one is.

Work goes on in ``.unfinished``. When it is whole it is renamed ``.whole``; from then on the exchange
is certain: the old output is set aside, ``.whole`` becomes ``.placing``, and its entries move into
place. Whoever finds ``.whole`` or ``.placing`` after a crash finishes the exchange first.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from stationmaster.measure.errors import StationError
from stationmaster.measure.files import inside, read_text, write_whole
from stationmaster.measure.letters import name_of
from stationmaster.scenario import SCENARIO_FILE, Scenario

RECORD = "run.json"
LETTERS = "letters"
INPUTS = "inputs"
#: Every entry of a finished output: these are replaced, whatever else lies in the folder is not.
MADE = (RECORD, LETTERS, INPUTS, "exports", "report", "bundle.zip", "summary.json")
UNFINISHED, WHOLE, PLACING, REPLACED = ".unfinished", ".whole", ".placing", ".replaced"


def claim(out: Path, scenario: Scenario, record: type) -> Path:
    """The folder to work in, once it is sure that nobody else's files would be replaced.

    Args:
        out: the output folder, there or not.
        scenario: its own files must not lie where the output goes.
        record: the class of ``run.json``, by which an earlier output is known.

    Raises:
        StationError: ``bad-value`` when the folder is a file, the scenario's own or somebody else's.
    """
    if out.is_symlink() and not out.exists():
        raise _refused(out, "a link to nothing", "a folder")
    if out.exists() and not out.is_dir():
        raise _refused(out, "a file", "a folder")
    settle(out)
    home = out.resolve()
    for path in scenario.files.values():
        place = path.resolve()
        own = place.is_relative_to(home) and place.relative_to(home).parts[0] in MADE
        if own or (place.parent == home and place.name == SCENARIO_FILE):
            raise _refused(out, "the scenario's own folder", "a folder of its own for the output")
    if (out / SCENARIO_FILE).exists():
        raise _refused(out, "the folder of a scenario", "a folder of its own for the output")
    foreign = [name for name in MADE if (out / name).exists() or (out / name).is_symlink()]
    if foreign and not _is_output(out, record):
        raise _refused(
            out, f"a folder whose {foreign[0]} no run made", "an empty folder, a new one or an earlier output"
        )
    return out / UNFINISHED


def _refused(out: Path, value: str, expected: str) -> StationError:
    return StationError("bad-value", file=str(out), field="--out", value=value, expected=expected)


def _is_output(out: Path, record: type) -> bool:
    """Whether ``run.json`` there is the record of a run, of whatever version."""
    try:
        data = json.loads(read_text(out / RECORD, "the record of a run"))
    except (StationError, ValueError, RecursionError):
        return False
    return isinstance(data, dict) and data.get("letter") == name_of(record)


@contextlib.contextmanager
def room(out: Path, work: Path) -> Iterator[None]:
    """Leave nothing behind where the work ends in a refusal: the folder is as it was.

    An interruption is no refusal: what was done until then stays, and is resumed from.

    Raises:
        StationError: ``not-writable`` when the folder cannot be written.
    """
    there = [folder for folder in (work, out, *out.parents) if folder.exists()]
    try:
        yield
    except OSError as error:
        _leave(out, work, there)
        raise StationError(
            "not-writable", file=str(out), field="--out", reason=error.strerror or type(error).__name__
        ) from None
    except StationError:
        _leave(out, work, there)
        raise


def _leave(out: Path, work: Path, there: list[Path]) -> None:
    if work not in there:
        shutil.rmtree(work, ignore_errors=True)
    for folder in (out, *out.parents):
        if folder in there:
            break
        with contextlib.suppress(OSError):
            folder.rmdir()


def keep_inputs(scenario: Scenario, catalogue: Path | None, folder: Path) -> None:
    """Keep what was read, byte for byte, in ``folder/inputs``; what is withheld as what stands for it."""
    target = folder / INPUTS
    shutil.rmtree(target, ignore_errors=True)
    for name, path in scenario.files.items():
        held = scenario.withheld.get(name)
        write_whole(inside(target, name), path.read_bytes() if held is None else held)
    if catalogue is not None:
        write_whole(target / "catalogue" / catalogue.name, catalogue.read_bytes())


def keep_only(folder: Path, names: set[str]) -> None:
    """Remove from a folder what is not named: leftovers of an interrupted run."""
    for entry in folder.iterdir():
        if entry.name not in names:
            _remove(entry)


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink()


def replace(out: Path, work: Path) -> None:
    """Put the new output in place of the old; what nobody made is left alone."""
    keep_only(work, set(MADE))
    work.rename(out / WHOLE)
    settle(out)


def settle(out: Path) -> None:
    """Finish an exchange that was begun; nothing happens where none was."""
    whole, placing, replaced = out / WHOLE, out / PLACING, out / REPLACED
    if whole.is_dir():
        replaced.mkdir(exist_ok=True)
        for name in MADE:
            if (out / name).exists() or (out / name).is_symlink():
                (out / name).rename(replaced / name)
        whole.rename(placing)
    if placing.is_dir():
        for entry in sorted(placing.iterdir()):
            entry.rename(out / entry.name)
        placing.rmdir()
    shutil.rmtree(replaced, ignore_errors=True)
