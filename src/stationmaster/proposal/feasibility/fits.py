"""All places and all fits of one dossier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from stationmaster.measure.reasons import Reason
from stationmaster.proposal.amounts import TOLERANCE, amount
from stationmaster.proposal.costs import costs
from stationmaster.proposal.feasibility.carriage import carriage_fits
from stationmaster.proposal.feasibility.ports import port_fits, port_placements
from stationmaster.proposal.feasibility.racks import (
    facility_fits,
    facility_placements,
    share_fits,
    share_placements,
)
from stationmaster.proposal.feasibility.reach import highest_latitude_deg, off_nadir_reach_deg
from stationmaster.proposal.letters import (
    RESOURCES,
    CallTerms,
    Dossier,
    Fit,
    Mode,
    Placement,
    Target,
)
from stationmaster.station.letters import Station

#: resource -> (what it is called in a sentence, its unit)
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "rack_share": ("Rack space", "racks"),
    "ports": ("External ports", ""),
    "power_w": ("Power", "W"),
    "data_gb_d": ("Data", "GB a day"),
    "up_mass_kg": ("Mass to launch", "kg"),
    "up_volume_l": ("Volume to launch", "l"),
    "down_mass_kg": ("Mass to return", "kg"),
    "cold_volume_l": ("Cold stowage", "l"),
    "crew_time_h": ("Crew time", "h"),
    "arm_operations": ("Arm operations", ""),
}


def placements(dossier: Dossier, station: Station, terms: CallTerms) -> tuple[Placement, ...]:
    """Every place that would take the payload, as asked first."""
    needs, mode = dossier.needs, dossier.mode
    visited = facility_placements(needs, station, runs_there=mode is Mode.INSIDE_FACILITY)
    if mode is Mode.OUTSIDE_OWN:
        return (*port_placements(needs, station, int(terms.offer["ports"])), *visited)
    if mode is Mode.INSIDE_OWN:
        return (*share_placements(needs, station), *visited)
    return visited


def fits(
    dossier: Dossier, station: Station, terms: CallTerms, places: tuple[Placement, ...]
) -> tuple[Fit, ...]:
    """Every resource at every place it is needed: needed, available, enough, and the sentence."""
    needs, mode = dossier.needs, dossier.mode
    own = tuple(p for p in places if not p.serves)
    at_place: tuple[Fit, ...] = ()
    if mode is Mode.OUTSIDE_OWN:
        at_place = port_fits(needs, station, int(terms.offer["ports"]), own)
    elif mode is Mode.INSIDE_OWN:
        at_place = share_fits(needs, station, own)
    return (
        *at_place,
        *facility_fits(needs, station, runs_there=mode is Mode.INSIDE_FACILITY),
        *carriage_fits(dossier, station),
        *(_target_fit(target, station) for target in needs.targets),
        *_offer_fits(dossier, terms),
    )


def _target_fit(target: Target, station: Station) -> Fit:
    swath = off_nadir_reach_deg(station.orbit.altitude_max_km, target.max_off_nadir_deg)
    below = highest_latitude_deg(station.orbit.inclination_deg)
    latitude, reached = abs(target.latitude_deg), round(below + swath, 6)
    enough = latitude <= reached
    facts = {
        "target": target.name,
        "latitude": f"{target.latitude_deg:.2f} deg",
        "inclination": f"{below:.2f} deg",
        "swath": f"{swath:.2f} deg",
    }
    return Fit(
        resource="target",
        where=target.name,
        needed_units=latitude,
        available_units=reached,
        unit="deg",
        enough=enough,
        reason=Reason("target-reached" if enough else "target-missed", facts),
    )


def _offer_fits(dossier: Dossier, terms: CallTerms) -> tuple[Fit, ...]:
    charged = costs(dossier)
    found = []
    for resource in RESOURCES:
        needed, offered = charged[resource], terms.offer[resource]
        if needed <= 0:
            continue
        what, unit = WORDS[resource]
        enough = needed <= offered + TOLERANCE
        facts = {"needed": amount(needed, unit), "what": what, "available": amount(offered, unit)}
        found.append(
            Fit(
                resource=resource,
                where="the call",
                needed_units=needed,
                available_units=offered,
                unit=unit,
                enough=enough,
                reason=Reason("offer-enough" if enough else "offer-short", facts),
            )
        )
    return tuple(found)
