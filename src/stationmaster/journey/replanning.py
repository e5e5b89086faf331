"""The hand-over from safety to a planned week: a burn that was decided becomes a manoeuvre of the week."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from stationmaster.measure.errors import StationError
from stationmaster.measure.files import read_text
from stationmaster.measure.letters import from_json
from stationmaster.orbit.opm_read import burn_times
from stationmaster.safety.avoidance.letters import Avoidance
from stationmaster.station.letters import FlightSafety
from stationmaster.timeline.repair.letters import Manoeuvre

#: What ``stationmaster avoid`` writes of its answer.
ANSWER = "avoidance.answer.json"


def manoeuvre_of(avoidance: Avoidance, code: str) -> Manoeuvre:
    """The chosen burn, without microgravity for as long as safety reckons.

    Raises:
        StationError: ``no-answer`` where no burn was chosen.
    """
    burn = avoidance.chosen
    if burn is None:
        raise StationError("no-answer", field="manoeuvre", reason="no burn was chosen to avoid the approach")
    start, end = burn.interruption.start, burn.interruption.end
    return Manoeuvre(code=code, burn=burn.at, start=start, end=end)


def manoeuvres_at(path: Path, number: int, rules: FlightSafety | None) -> tuple[Manoeuvre, ...]:
    """The manoeuvres behind a path, with codes from ``number`` on.

    Args:
        path: the folder that ``stationmaster avoid`` wrote, its answer, or an OPM of anybody.
        rules: of the station, for how long a burn of an OPM disturbs microgravity.

    Raises:
        StationError: the path cannot be read, or there is no burn.
    """
    file = path / ANSWER if path.is_dir() else path
    code = f"MANOEUVRE-{number}"
    if file.suffix == ".json":
        text = read_text(file, "the answer of stationmaster avoid")
        return (manoeuvre_of(from_json(Avoidance, text, str(file)), code),)
    if rules is None:
        raise StationError(
            "missing-field",
            field="--station",
            expected="a station with flight rules, for the burns of an OPM",
        )
    before, after = timedelta(hours=rules.quiet_before_h), timedelta(hours=rules.quiet_after_h)
    burns = burn_times(file)
    first = Manoeuvre(code=code, burn=burns[0].ignition, start=burns[0].ignition, end=burns[0].end)
    return tuple(
        replace(
            first,
            code=code if n == 0 else f"{code}.{n + 1}",
            burn=burn.ignition,
            start=burn.ignition - before,
            end=burn.end + after,
        )
        for n, burn in enumerate(burns)
    )
