"""Vehicles, cold stowage, airlock, arm, crew and downlink: what the whole station must give."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from stationmaster.measure.reasons import Reason
from stationmaster.proposal.amounts import TOLERANCE, amount, number
from stationmaster.proposal.letters import Dossier, Fit, Needs
from stationmaster.station.letters import ColdStowage, Mechanism, Station, Vehicle

#: What is kept above freezing must be kept within this of the temperature asked for.
CHILLED_TOLERANCE_C = 2.0


def carriage_fits(dossier: Dossier, station: Station) -> tuple[Fit, ...]:
    """A fit for everything that depends on the station as a whole."""
    needs = dossier.needs
    return (
        *_up_fits(needs, station.vehicles),
        *_down_fits(needs, station.vehicles),
        *_cold_fits(needs, station),
        *_airlock_fits(needs, station),
        *_arm_fits(needs, station),
        *_crew_fits(dossier, station),
        _plain(
            "data_gb_d", "the downlink", needs.data_gb_d, station.data.payload_gb_d, "GB a day", "downlink"
        ),
    )


def _up_fits(needs: Needs, vehicles: tuple[Vehicle, ...]) -> tuple[Fit, ...]:
    late = " in a vehicle that is loaded late" if needs.late_load else ""
    able = [v for v in vehicles if v.up_mass_kg > 0 and (v.late_load or not needs.late_load)]

    def shortfalls(vehicle: Vehicle) -> tuple[bool | float, ...]:
        heavy = needs.up_mass_kg > vehicle.up_mass_kg + TOLERANCE
        bulky = needs.up_volume_l > vehicle.up_volume_l + TOLERANCE
        return (heavy + bulky, -vehicle.up_mass_kg, -vehicle.up_volume_l)

    best = _best(able, shortfalls)
    way = f"on the way up{late}"
    return (
        _vehicle_fit("up_mass_kg", needs.up_mass_kg, best, best.up_mass_kg if best else 0.0, "kg", way),
        _vehicle_fit("up_volume_l", needs.up_volume_l, best, best.up_volume_l if best else 0.0, "l", way),
    )


def _down_fits(needs: Needs, vehicles: tuple[Vehicle, ...]) -> tuple[Fit, ...]:
    if needs.down_mass_kg <= 0:
        return ()
    able = [v for v in vehicles if v.down_mass_kg > 0]
    best = _best(able, lambda v: (-v.down_mass_kg,))
    carried = best.down_mass_kg if best else 0.0
    return (_vehicle_fit("down_mass_kg", needs.down_mass_kg, best, carried, "kg", "on the way down"),)


def _best(vehicles: Iterable[Vehicle], rank: Callable[[Vehicle], tuple[bool | float, ...]]) -> Vehicle | None:
    return min(vehicles, key=lambda v: (rank(v), v.code), default=None)


def _vehicle_fit(
    resource: str, needed: float, vehicle: Vehicle | None, carries: float, unit: str, way: str
) -> Fit:
    facts = {"needed": amount(needed, unit), "way": way}
    enough = vehicle is not None and needed <= carries + TOLERANCE
    code = "vehicle-none"
    if vehicle is not None:
        facts |= {"vehicle": vehicle.name, "available": amount(carries, unit)}
        code = "vehicle-enough" if enough else "vehicle-short"
    return _fit(resource, way, needed, carries, unit, enough, Reason(code, facts))


def keeps(unit: ColdStowage, temperature_c: float | None) -> bool:
    """Whether a cold unit keeps samples as asked.

    What is frozen (at or below 0 C) may be colder than asked; what is chilled or incubated must be
    within :data:`CHILLED_TOLERANCE_C`, for a freezer would destroy it. Any unit, when nothing is asked.
    """
    if temperature_c is None:
        return True
    if temperature_c <= 0:
        return unit.temperature_c <= temperature_c
    return abs(unit.temperature_c - temperature_c) <= CHILLED_TOLERANCE_C


def _cold_fits(needs: Needs, station: Station) -> tuple[Fit, ...]:
    if needs.cold_volume_l <= 0:
        return ()
    volume = sum(unit.volume_l for unit in station.cold if keeps(unit, needs.cold_temperature_c))
    asked = needs.cold_temperature_c
    where = "at a temperature it does not say" if asked is None else f"at {amount(asked, 'C')}"
    return (_plain("cold_volume_l", "cold stowage", needs.cold_volume_l, volume, "l", "cold", {"at": where}),)


def _airlock_fits(needs: Needs, station: Station) -> tuple[Fit, ...]:
    if not needs.airlock:
        return ()
    best = _strongest(station, "airlock")
    if best is None:
        return (_none("airlock", "an airlock for cargo"),)
    return (
        _plain(
            "airlock",
            f"mechanism {best.code}",
            needs.up_mass_kg,
            best.mass_limit_kg,
            "kg",
            "airlock",
            {"name": f"the {best.name}"},
        ),
    )


def _strongest(station: Station, kind: str) -> Mechanism | None:
    same = [m for m in station.mechanisms if m.kind == kind]
    return min(same, key=lambda m: (-m.mass_limit_kg, m.code), default=None)


def _arm_fits(needs: Needs, station: Station) -> tuple[Fit, ...]:
    if needs.arm_operations <= 0:
        return ()
    arms = [m for m in station.mechanisms if m.kind == "arm"]
    if not arms:
        return (_none("arm_operations", "an arm"),)
    able = [m for m in arms if needs.up_mass_kg <= m.mass_limit_kg + TOLERANCE]
    weeks = max(1.0, needs.duration_d / 7.0)
    staffed = round(weeks * sum(m.operations_week_count for m in able), 6)
    facts = {"mass": amount(needs.up_mass_kg, "kg")}
    return (_plain("arm_operations", "the arms", float(needs.arm_operations), staffed, "", "arm", facts),)


def _crew_fits(dossier: Dossier, station: Station) -> tuple[Fit, ...]:
    most = max((o.crew_count for o in dossier.operations), default=0)
    if most < 1:
        return ()
    aboard, enough = station.crew.nominal, most <= station.crew.nominal
    facts = {"needed": number(most), "available": number(aboard)}
    return (
        _fit(
            "crew",
            "on board",
            most,
            aboard,
            "",
            enough,
            Reason("crew-enough" if enough else "crew-short", facts),
        ),
    )


def _none(resource: str, kind: str) -> Fit:
    return _fit(resource, "the station", 1.0, 0.0, "", False, Reason("mechanism-none", {"kind": kind}))


def _plain(
    resource: str,
    where: str,
    needed: float,
    gives: float,
    unit: str,
    stem: str,
    more: dict[str, str] | None = None,
) -> Fit:
    enough = needed <= gives + TOLERANCE
    facts = {"needed": amount(needed, unit), "available": amount(gives, unit), **(more or {})}
    return _fit(
        resource,
        where,
        needed,
        gives,
        unit,
        enough,
        Reason(f"{stem}-{'enough' if enough else 'short'}", facts),
    )


def _fit(
    resource: str, where: str, needed: float, gives: float, unit: str, enough: bool, reason: Reason
) -> Fit:
    return Fit(
        resource=resource,
        where=where,
        needed_units=float(needed),
        available_units=float(gives),
        unit=unit,
        enough=enough,
        reason=reason,
    )
