"""Read a station file, by its path or by the station's code, and hold it against itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stationmaster.measure.codes import code, nearest
from stationmaster.measure.errors import StationError
from stationmaster.measure.files import read_text, read_toml, toml_lines
from stationmaster.measure.letters import Source
from stationmaster.station.letters import Sourced, Station

#: Environment variable that names a folder of station files; it comes before all other places.
FOLDER_VARIABLE = "STATIONMASTER_STATIONS"

#: The tables of a station file that stand once; the last need not be there.
TABLES = ("orbit", "crew", "data", "flight_safety")

#: The sections of a station file that are lists of coded things.
SECTIONS = (
    "modules",
    "racks",
    "ports",
    "channels",
    "mechanisms",
    "cold",
    "exercise",
    "vehicles",
    "partners",
    "ground",
    "relays",
)


def folders() -> tuple[Path, ...]:
    """Where a station code is looked for, first to last.

    ``$STATIONMASTER_STATIONS``; ``stations`` in the working folder; ``stations`` at the root of
    the source tree that this module runs from; ``share/stationmaster/stations`` of the Python
    installation, where a packager may put the files.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    root = Path(__file__).resolve().parents[3]
    places = [Path(named)] if named else []
    places.append(Path("stations"))
    if (root / "pyproject.toml").is_file():
        places.append(root / "stations")
    places.append(Path(sys.prefix) / "share" / "stationmaster" / "stations")
    return tuple(places)


def find(path_or_code: str | Path) -> Path:
    """The file of a station: the path itself, or ``<code in lower case>.toml`` in :func:`folders`.

    Raises:
        StationError: ``no-such-file`` for a path, ``unknown-name`` for a code that no folder has.
    """
    text = str(path_or_code)
    if isinstance(path_or_code, Path) or text.endswith(".toml") or "/" in text or os.sep in text:
        path = Path(path_or_code)
        if not path.is_file():
            raise StationError("no-such-file", file=text, expected="a station file")
        return path
    name = f"{code(text.upper()).lower()}.toml"
    seen: list[str] = []
    for folder in folders():
        if (folder / name).is_file():
            return folder / name
        seen += [file.stem.upper() for file in sorted(folder.glob("*.toml"))]
    raise StationError("unknown-name", value=text, kind="station", nearest=nearest(text.upper(), seen))


def read(path_or_code: str | Path) -> Station:
    """A station from its file, cross-checked.

    Args:
        path_or_code: ``CSS``, or the path of a TOML file.

    Raises:
        StationError: with file, line, field, value and what was expected.
    """
    path = find(path_or_code)
    station = read_toml(Station, path)
    text = read_text(path, "a station file")
    check(station, Source(str(path), toml_lines(text)))
    return station


def check(station: Station, source: Source | None = None) -> None:
    """Raise for the first contradiction inside a station; quiet when there is none."""
    for refusal in refusals(station):
        raise refusal.error(source or Source())


@dataclass(frozen=True)
class Refusal:
    """One contradiction in a station file: where, and the error's code and facts."""

    path: tuple[str | int, ...]
    code: str
    facts: dict[str, object]

    def error(self, source: Source) -> StationError:
        """The refusal as an error with file and line."""
        return StationError(self.code, **source.place(self.path), **self.facts)


def refusals(station: Station) -> Iterator[Refusal]:
    """Every contradiction inside a station, in the order of the file's sections."""
    yield from _codes(station)
    yield from _references(station)
    yield from _places(station)
    yield from _crew(station)
    yield from _shares(station)
    yield from _geography(station)
    yield from _flight_safety(station)


def _bad(path: tuple[str | int, ...], value: object, expected: str) -> Refusal:
    return Refusal(path, "bad-value", {"value": value, "expected": expected})


def _codes(station: Station) -> Iterator[Refusal]:
    """Codes are distinct in their section; racks and ports share one list, as places."""
    places: set[str] = set()
    for section in SECTIONS:
        seen = places if section in ("racks", "ports") else set()
        for index, row in enumerate(getattr(station, section)):
            if row.code in seen:
                facts: dict[str, object] = {"value": row.code, "kind": section.removesuffix("s")}
                yield Refusal((section, index, "code"), "duplicate", facts)
            seen.add(row.code)
    if not station.modules:
        yield Refusal(("modules",), "missing-field", {"expected": "one module or more"})


def _references(station: Station) -> Iterator[Refusal]:
    """Everything that names a module or a power channel names one that is there."""
    known = {"module": [m.code for m in station.modules], "channel": [c.code for c in station.channels]}
    for section in SECTIONS:
        for index, row in enumerate(getattr(station, section)):
            for field, names in known.items():
                value = getattr(row, field, None)
                if value and value not in names:
                    facts: dict[str, object] = {
                        "value": value,
                        "kind": field,
                        "nearest": nearest(value, names),
                    }
                    yield Refusal((section, index, field), "unknown-name", facts)


def _places(station: Station) -> Iterator[Refusal]:
    """Racks, ports and channels offer what they can hold."""
    for index, rack in enumerate(station.racks):
        if rack.facility and not rack.offers:
            yield Refusal(
                ("racks", index, "offers"), "missing-field", {"expected": "what the facility offers"}
            )
        if not 0 <= rack.payload_share <= 1:
            yield _bad(("racks", index, "payload_share"), rack.payload_share, "a share from 0 to 1")
        if rack.users_at_once < 1:
            yield _bad(("racks", index, "users_at_once"), rack.users_at_once, "one user or more")
    for index, port in enumerate(station.ports):
        if port.count < 1:
            yield _bad(("ports", index, "count"), port.count, "one port or more")
        if port.payload_count is not None and not 0 <= port.payload_count <= port.count:
            yield _bad(
                ("ports", index, "payload_count"), port.payload_count, f"a number from 0 to {port.count}"
            )
    for index, channel in enumerate(station.channels):
        if channel.eclipse_power_w > channel.power_w:
            yield _bad(
                ("channels", index, "eclipse_power_w"),
                channel.eclipse_power_w,
                f"no more than the {channel.power_w:g} W of sunlight",
            )


def _crew(station: Station) -> Iterator[Refusal]:
    crew, orbit = station.crew, station.orbit
    if crew.nominal < 1 or crew.handover < crew.nominal:
        yield _bad(("crew", "handover"), crew.handover, f"at least the nominal crew of {crew.nominal}")
    if not 0 <= crew.work_days_week <= 7:
        yield _bad(("crew", "work_days_week"), crew.work_days_week, "a number from 0 to 7")
    if crew.sleep_start_h >= 24:
        yield _bad(("crew", "sleep_start_h"), crew.sleep_start_h, "an hour of the day below 24")
    day_h = crew.work_h + crew.sleep_h + crew.exercise_h + crew.meal_h
    if day_h > 24:
        yield _bad(("crew", "work_h"), f"a day of {day_h:g} h", "work, sleep, exercise and meal within 24 h")
    if orbit.altitude_max_km < orbit.altitude_min_km:
        yield _bad(
            ("orbit", "altitude_max_km"), orbit.altitude_max_km, f"at least {orbit.altitude_min_km:g} km"
        )


def _shares(station: Station) -> Iterator[Refusal]:
    """Partner shares sum to one at most; a country stands with one partner."""
    whole, home = 0.0, dict[str, str]()
    for index, partner in enumerate(station.partners):
        whole += partner.share
        if whole > 1 + 1e-9:
            yield _bad(
                ("partners", index, "share"),
                f"shares that sum to {whole:.4g}",
                "shares that sum to 1 at most",
            )
            return
        for country in partner.countries:
            if home.setdefault(country, partner.code) != partner.code:
                facts: dict[str, object] = {"value": country, "kind": "country"}
                yield Refusal(("partners", index, "countries"), "duplicate", facts)


def _geography(station: Station) -> Iterator[Refusal]:
    for index, site in enumerate(station.ground):
        if not -90 <= site.latitude_deg <= 90:
            yield _bad(("ground", index, "latitude_deg"), site.latitude_deg, "a latitude from -90 to 90")
        if not -180 <= site.longitude_deg <= 360:
            yield _bad(("ground", index, "longitude_deg"), site.longitude_deg, "a longitude from -180 to 360")
        if not 0 <= site.min_elevation_deg < 90:
            yield _bad(
                ("ground", index, "min_elevation_deg"), site.min_elevation_deg, "an elevation from 0 to 90"
            )
    for index, relay in enumerate(station.relays):
        if not -180 <= relay.longitude_deg <= 360:
            yield _bad(
                ("relays", index, "longitude_deg"), relay.longitude_deg, "a longitude from -180 to 360"
            )
    bands = {"ground": [site.bands for site in station.ground], "relays": [r.bands for r in station.relays]}
    for section, places in bands.items():
        for index, own in enumerate(places):
            if "" in own or len(set(own)) < len(own):
                yield _bad((section, index, "bands"), ", ".join(own), "each band once, such as S or Ka")


def _flight_safety(station: Station) -> Iterator[Refusal]:
    """Thresholds rise from goal to red; sizes and times that divide or bound are above zero."""
    rules = station.flight_safety
    if rules is None:
        return
    for name in ("box_radial_km", "box_in_track_km", "box_cross_track_km", "burn_max_m_s", "keep_out_m",
                 "approach_radial_km", "approach_in_track_km", "approach_cross_track_km",
                 "goal_probability"):  # fmt: skip
        if not getattr(rules, name) > 0:
            yield _bad(("flight_safety", name), getattr(rules, name), "a number above zero")
    for name in ("mass_kg", "specific_impulse_s", "drag_area_m2", "drag_coefficient_ratio"):
        value = getattr(rules, name)
        if value is not None and not value > 0:
            yield _bad(("flight_safety", name), value, "a number above zero, or no such line")
    if not rules.goal_probability <= rules.yellow_probability <= rules.red_probability < 1:
        yield _bad(
            ("flight_safety", "goal_probability"),
            f"{rules.goal_probability:g}, {rules.yellow_probability:g}, {rules.red_probability:g}",
            "goal, yellow and red probability, each at least the one before, below 1",
        )
    if rules.lead_h > rules.notice_h:
        yield _bad(("flight_safety", "lead_h"), rules.lead_h, f"at most the notice of {rules.notice_h:g} h")


def _doubtful(table: Sourced) -> bool:
    return table.estimate or bool(table.estimated)


def estimates(station: Station) -> tuple[str, ...]:
    """The tables that rest on an estimate, as ``section:code``: what to doubt first."""
    found = [name for name in TABLES if (table := getattr(station, name)) and _doubtful(table)]
    for section in SECTIONS:
        found += [f"{section}:{row.code}" for row in getattr(station, section) if _doubtful(row)]
    return tuple(found)
