"""The figures of an assessment, worked out a second time: what each fit compares, what each place gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isclose

from stationmaster.measure.reasons import Fault
from stationmaster.proposal.letters import Assessment, Dossier, Fit, Mode, Placement, ProposalProblem
from stationmaster.proposal.recheck.dossier import measurable
from stationmaster.proposal.recheck.places import highest_seen_deg
from stationmaster.proposal.recheck.rules import SMALL
from stationmaster.station.letters import Port, Rack, Site, Station

_SLACK = 1e-9
_UNITS = {"up_mass_kg": "kg", "up_volume_l": "l", "power_w": "W", "data_gb_d": "GB a day"}
_OFFERED = {**_UNITS, "rack_share": "racks", "down_mass_kg": "kg", "cold_volume_l": "l", "crew_time_h": "h"}


@dataclass(frozen=True)
class Expected:
    """A fit that must be told: where (one of these), what is needed, what may be available."""

    resource: str
    where: str | tuple[str, ...]
    needed_units: float
    gives_units: tuple[float, ...]
    unit: str = ""


def figure_faults(problem: ProposalProblem, assessment: Assessment) -> Iterator[Fault]:
    """Fits left out or made up, and figures of fits and places that are not those of the station."""
    if not measurable(problem.dossier):
        return
    expected = tuple(_fits(problem))
    told = [(f.resource, f.unit) for f in assessment.fits]
    if told != [(e.resource, e.unit) for e in expected]:
        yield Fault("fit-list", "fits", "the resources that are compared are not those of the dossier")
        return
    for fit, true in zip(assessment.fits, expected, strict=True):
        yield from _one(fit, true)
    for place in assessment.placements:
        yield from _place(place, problem.station)
    order = [(bool(p.serves), not p.as_asked) for p in assessment.placements]
    if order != sorted(order):
        yield Fault("place-order", "placements", "a place as asked does not stand first")


def _one(fit: Fit, true: Expected) -> Iterator[Fault]:
    name = f"{fit.resource} {fit.where}"
    if fit.where not in ((true.where,) if isinstance(true.where, str) else true.where):
        yield Fault("fit-figure", name, f"is compared at {true.where}")
    if not isclose(fit.needed_units, true.needed_units, abs_tol=2e-6):
        yield Fault("fit-figure", name, f"{true.needed_units:g} is needed, not {fit.needed_units:g}")
    if not any(isclose(fit.available_units, gives, abs_tol=2e-6) for gives in true.gives_units):
        yield Fault("fit-figure", name, f"{fit.available_units:g} is available nowhere")
    least = {"ports": 1.0, "rack_share": _SLACK}.get(fit.resource, 0.0) if fit.where != "the call" else 0.0
    if fit.enough != (least <= fit.needed_units <= fit.available_units + 2e-6):
        says = f"{fit.needed_units:g} of {fit.available_units:g} is told as {fit.enough}"
        yield Fault("fit-figure", name, says)
    # what is told in words is told of the same figures
    for fact, value in (("needed", fit.needed_units), ("available", fit.available_units)):
        text = fit.reason.facts.get(fact)
        if text is not None and not _reads(text, value, fit.unit):
            yield Fault("fit-figure", name, f"{fact} {value:g} {fit.unit} is told as {text}")


def _reads(text: str, value: float, unit: str) -> bool:
    """Whether a text is an amount in its unit, to three decimals, or a small count in words."""
    figure, _, told_unit = text.partition(" ")
    if told_unit == unit and re.fullmatch(r"-?\d+(\.\d{1,3})?", figure):
        return isclose(float(figure), value, abs_tol=0.0005 + 1e-9 * abs(value))
    return text == ("none" if value == 0 else "") or (value < len(SMALL) and text == SMALL[round(value)])


def _place(place: Placement, station: Station) -> Iterator[Fault]:
    found: Port | Rack | None = next((p for p in station.ports if p.code == place.place), None)
    times, mass, size, site = float(place.count), float(place.count), getattr(found, "size", ""), Site.OUTSIDE
    if found is None:
        found = next((r for r in station.racks if r.code == place.place), None)
        times, mass, site = 1.0, 1.0 if place.serves else place.rack_share, Site.INSIDE
    if found is None:
        return
    told = (place.module, place.size, place.site)
    if told != (found.module, size, site):
        yield Fault("place-figure", place.place, f"lies in {found.module}, {site}")
    figures = ((place.mass_limit_kg, mass * found.mass_limit_kg), (place.power_w, times * found.power_w),
               (place.data_gb_d, times * found.data_gb_d))  # fmt: skip
    for said, true in figures:
        if not isclose(said, true, abs_tol=2e-6):
            yield Fault("place-figure", place.place, f"gives {true:g}, not {said:g}")


def _fits(problem: ProposalProblem) -> Iterator[Expected]:
    dossier, station, needs = problem.dossier, problem.station, problem.dossier.needs
    if dossier.mode is Mode.OUTSIDE_OWN:
        yield from _at_port(dossier, station, int(problem.terms.offer["ports"]))
    if dossier.mode is Mode.INSIDE_OWN:
        yield from _in_rack(dossier, station)
    yield from _facilities(dossier, station)
    yield from _carriage(dossier, station)
    yield from _aboard(dossier, station)
    for target in needs.targets:
        reach = highest_seen_deg(station, target.max_off_nadir_deg)
        yield Expected("target", target.name, abs(target.latitude_deg), (round(reach, 6),), "deg")
    for name, offered in _in_order(problem):
        if (asked := round(getattr(needs, name), 6)) > 0:
            yield Expected(name, "the call", asked, (offered,), _OFFERED.get(name, ""))


def _in_order(problem: ProposalProblem) -> Iterator[tuple[str, float]]:
    first = ("rack_share", "ports", "power_w", "data_gb_d", "up_mass_kg", "up_volume_l", "down_mass_kg")
    for name in (*first, "cold_volume_l", "crew_time_h", "arm_operations"):
        yield name, problem.terms.offer[name]


def _at_port(dossier: Dossier, station: Station, offered: int) -> Iterator[Expected]:
    needs, where = dossier.needs, "the external port"
    same = [p for p in station.ports if p.size == needs.port_size]
    counts = [min(p.count, p.count if p.payload_count is None else p.payload_count, offered) for p in same]
    usable = [p for p, count in zip(same, counts, strict=True) if count > 0]
    yield Expected("ports", where, needs.ports, tuple(c for c in counts if c > 0) or (0.0,))
    limits = (("up_mass_kg", "mass_limit_kg"), ("power_w", "power_w"), ("data_gb_d", "data_gb_d"))
    for name, limit in limits if usable else ():
        gives = tuple(needs.ports * getattr(p, limit) for p in usable)
        yield Expected(name, where, getattr(needs, name), gives, _UNITS[name])
    if usable and needs.view is not None:
        yield Expected("view", where, 1.0, tuple(float(needs.view in p.views) for p in usable))


def _in_rack(dossier: Dossier, station: Station) -> Iterator[Expected]:
    needs, where = dossier.needs, "a free rack"
    free = [r for r in station.racks if not r.facility and r.payload_share > 0]
    yield Expected("rack_share", where, needs.rack_share, tuple(r.payload_share for r in free) or (0.0,))
    if free:
        masses = tuple(needs.rack_share * r.mass_limit_kg for r in free)
        yield Expected("up_mass_kg", where, needs.up_mass_kg, masses, "kg")
        yield Expected("power_w", where, needs.power_w, tuple(r.power_w for r in free), "W")
        yield Expected("data_gb_d", where, needs.data_gb_d, tuple(r.data_gb_d for r in free), "GB a day")


def _facilities(dossier: Dossier, station: Station) -> Iterator[Expected]:
    needs = dossier.needs
    usable = [r for r in station.racks if r.facility and r.payload_share > 0]
    for kind in dict.fromkeys(needs.facilities):
        yield Expected("facility", kind, 1.0, (float(sum(kind in r.offers for r in usable)),))
    home = [r for r in usable if needs.facilities and needs.facilities[0] in r.offers]
    if dossier.mode is Mode.INSIDE_FACILITY and home:
        where = tuple(f"rack {r.code}" for r in home)
        yield Expected("power_w", where, needs.power_w, tuple(r.power_w for r in home), "W")
        yield Expected("data_gb_d", where, needs.data_gb_d, tuple(r.data_gb_d for r in home), "GB a day")


def _carriage(dossier: Dossier, station: Station) -> Iterator[Expected]:
    needs = dossier.needs
    up = [v for v in station.vehicles if v.up_mass_kg > 0 and v.late_load >= needs.late_load]
    way = "on the way up" + (" in a vehicle that is loaded late" if needs.late_load else "")
    yield Expected("up_mass_kg", way, needs.up_mass_kg, tuple(v.up_mass_kg for v in up) or (0.0,), "kg")
    yield Expected("up_volume_l", way, needs.up_volume_l, tuple(v.up_volume_l for v in up) or (0.0,), "l")
    if needs.down_mass_kg > 0:
        most = max((v.down_mass_kg for v in station.vehicles), default=0.0)
        yield Expected("down_mass_kg", "on the way down", needs.down_mass_kg, (most,), "kg")
    if needs.cold_volume_l > 0:
        volume = _cold_l(dossier, station)
        yield Expected("cold_volume_l", "cold stowage", needs.cold_volume_l, (volume,), "l")


def _cold_l(dossier: Dossier, station: Station) -> float:
    asked = dossier.needs.cold_temperature_c
    if asked is None:
        return sum(unit.volume_l for unit in station.cold)
    least, most = (-400.0, asked) if asked <= 0 else (asked - 2, asked + 2)
    return sum(unit.volume_l for unit in station.cold if least <= unit.temperature_c <= most)


def _aboard(dossier: Dossier, station: Station) -> Iterator[Expected]:
    needs, mechanisms = dossier.needs, station.mechanisms
    if needs.airlock:
        locks = {f"mechanism {m.code}": m.mass_limit_kg for m in mechanisms if m.kind == "airlock"}
        yield (
            Expected("airlock", tuple(locks), needs.up_mass_kg, (max(locks.values()),), "kg")
            if locks
            else Expected("airlock", "the station", 1.0, (0.0,))
        )
    if needs.arm_operations > 0:
        arms = [m for m in mechanisms if m.kind == "arm"]
        weekly = sum(m.operations_week_count for m in arms if needs.up_mass_kg <= m.mass_limit_kg + _SLACK)
        gives = weekly * max(1.0, needs.duration_d / 7)
        yield (
            Expected("arm_operations", "the arms", needs.arm_operations, (gives,))
            if arms
            else Expected("arm_operations", "the station", 1.0, (0.0,))
        )
    if (most := max((o.crew_count for o in dossier.operations), default=0)) > 0:
        yield Expected("crew", "on board", most, (float(station.crew.nominal),))
    yield Expected("data_gb_d", "the downlink", needs.data_gb_d, (station.data.payload_gb_d,), "GB a day")
