"""The hand-over from safety to a planned week: what was decided about an approach disturbs the week."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from stationmaster.measure.errors import StationError
from stationmaster.measure.files import read_text
from stationmaster.measure.letters import from_json
from stationmaster.measure.reasons import say
from stationmaster.orbit.opm_read import burn_times
from stationmaster.safety.avoidance.letters import Action, Avoidance
from stationmaster.safety.avoidance.reasons import REASONS
from stationmaster.station.letters import FlightSafety
from stationmaster.timeline.repair.letters import Disturbances, Manoeuvre, Shelter

#: What ``stationmaster avoid`` writes of its answer.
ANSWER = "avoidance.answer.json"


def disturbance_of(avoidance: Avoidance, code: str) -> Disturbances:
    """The chosen burn, without microgravity for as long as safety reckons; or the shelter decided on.

    Raises:
        StationError: ``no-answer`` where neither is to be done, with what was decided.
    """
    decided, burn = avoidance.decision, avoidance.chosen
    if decided.action is Action.SHELTER:
        return Disturbances(shelters=(Shelter(code=code, passes=avoidance.before.tca),))
    if burn is None:
        why = say(avoidance.reasons[0], REASONS) if avoidance.reasons else ""
        reason = f"the decision is {decided.level.value}, {decided.action.value}, without a burn. {why}"
        raise StationError("no-answer", field="manoeuvre", reason=reason.rstrip())
    start, end = burn.interruption.start, burn.interruption.end
    return Disturbances(manoeuvres=(Manoeuvre(code=code, burn=burn.at, start=start, end=end),))


def disturbance_at(path: Path, number: int, rules: FlightSafety | None) -> Disturbances:
    """What a path says is done about an approach: manoeuvres (or a shelter) with codes from ``number`` on.

    Args:
        path: the folder that ``stationmaster avoid`` wrote, its answer, or an OPM of anybody.
        rules: of the station, for how long a burn of an OPM disturbs microgravity.

    Raises:
        StationError: the path cannot be read, or nothing is to be done.
    """
    file = path / ANSWER if path.is_dir() else path
    code = f"MANOEUVRE-{number}"
    if file.suffix == ".json":
        text = read_text(file, "the answer of stationmaster avoid")
        return disturbance_of(from_json(Avoidance, text, str(file)), code)
    if rules is None:
        raise StationError(
            "missing-field",
            field="--station",
            expected="a station with flight rules, for the burns of an OPM",
        )
    before, after = timedelta(hours=rules.quiet_before_h), timedelta(hours=rules.quiet_after_h)
    burns = burn_times(file)
    first = Manoeuvre(code=code, burn=burns[0].ignition, start=burns[0].ignition, end=burns[0].end)
    return Disturbances(
        manoeuvres=tuple(
            replace(
                first,
                code=code if n == 0 else f"{code}.{n + 1}",
                burn=burn.ignition,
                start=burn.ignition - before,
                end=burn.end + after,
            )
            for n, burn in enumerate(burns)
        )
    )
