"""Inside: facilities by kind, and shares of free racks for a payload of the applicant's own.

A share of a rack is a share of its space and of the mass it holds; power and data are those of the
rack, and who shares a rack shares them. The first facility that is named is
where the experiment runs and draws its power; the others are visited.
"""

from __future__ import annotations

from math import ceil

from stationmaster.measure.codes import nearest
from stationmaster.measure.reasons import Reason
from stationmaster.proposal.amounts import TOLERANCE, amount, listed
from stationmaster.proposal.feasibility.ports import LIMITS
from stationmaster.proposal.letters import Fit, Needs, Placement
from stationmaster.station.letters import Rack, Site, Station

#: Shares are offered in steps of a twentieth of a rack.
STEPS = 20


def facilities(station: Station, kind: str) -> tuple[Rack, ...]:
    """The racks that offer a kind of facility to users."""
    return tuple(r for r in station.racks if r.facility and r.payload_share > 0 and kind in r.offers)


def facility_placements(needs: Needs, station: Station, runs_there: bool) -> tuple[Placement, ...]:
    """For each kind asked for, each rack that would serve it.

    ``runs_there``: the first kind must also give the power and the data of the experiment.
    """
    found = []
    for index, kind in enumerate(dict.fromkeys(needs.facilities)):
        for rack in facilities(station, kind):
            if not (runs_there and index == 0) or _gives_enough(needs, rack):
                found.append(_placement(rack, 0.0, kind, as_asked=True))
    return tuple(found)


def _gives_enough(needs: Needs, rack: Rack) -> bool:
    return needs.power_w <= rack.power_w + TOLERANCE and needs.data_gb_d <= rack.data_gb_d + TOLERANCE


def share_placements(needs: Needs, station: Station) -> tuple[Placement, ...]:
    """The free racks that would take the payload: in the share asked for, else in the least that does."""
    found = []
    for rack in station.racks:
        if rack.facility:
            continue
        least = least_share(needs, rack)
        if least is None or least > rack.payload_share + TOLERANCE:
            continue
        as_asked = (
            0 < needs.rack_share <= rack.payload_share + TOLERANCE
            and _short_in(needs, rack, needs.rack_share) == 0
        )
        found.append(_placement(rack, needs.rack_share if as_asked else least, "", as_asked))
    return tuple(sorted(found, key=lambda p: (not p.as_asked, p.rack_share, p.place)))


def least_share(needs: Needs, rack: Rack) -> float | None:
    """The least share of a rack, in steps of a twentieth, that holds the mass.

    None when the rack has not the power or the data, or holds no mass at all.
    """
    if not _gives_enough(needs, rack):
        return None
    if needs.up_mass_kg <= TOLERANCE:
        return 1 / STEPS
    if rack.mass_limit_kg <= 0:
        return None
    return max(1, ceil((needs.up_mass_kg - TOLERANCE) / rack.mass_limit_kg * STEPS)) / STEPS


def _limits(rack: Rack, share: float) -> dict[str, float]:
    """What a share of a rack gives of each resource."""
    return {
        "up_mass_kg": share * rack.mass_limit_kg,
        "power_w": rack.power_w,
        "data_gb_d": rack.data_gb_d,
    }


def _short_in(needs: Needs, rack: Rack, share: float) -> int:
    given = _limits(rack, share).items()
    return sum(getattr(needs, resource) > limit + TOLERANCE for resource, limit in given)


def _placement(rack: Rack, share: float, kind: str, as_asked: bool) -> Placement:
    limits = _limits(rack, 1.0 if kind else share)
    return Placement(
        site=Site.INSIDE,
        place=rack.code,
        module=rack.module,
        size="",
        count=1,
        rack_share=share,
        serves=kind,
        as_asked=as_asked,
        mass_limit_kg=round(limits["up_mass_kg"], 6),
        power_w=limits["power_w"],
        data_gb_d=limits["data_gb_d"],
    )


def facility_fits(needs: Needs, station: Station, runs_there: bool) -> tuple[Fit, ...]:
    """Whether each kind of facility is there, and whether the first gives power and data."""
    fits = [_offered(kind, station) for kind in dict.fromkeys(needs.facilities)]
    if not runs_there or not needs.facilities:
        return tuple(fits)
    racks = facilities(station, needs.facilities[0])
    if not racks:
        return tuple(fits)
    best = min(racks, key=lambda r: (not _gives_enough(needs, r), -r.power_w, -r.data_gb_d, r.code))
    for resource in ("power_w", "data_gb_d"):
        limit_name, unit = LIMITS[resource]
        needed, gives = getattr(needs, resource), getattr(best, limit_name)
        enough = needed <= gives + TOLERANCE
        facts = {
            "needed": amount(needed, unit),
            "rack": f"the {best.name}",
            "available": amount(gives, unit),
        }
        fits.append(
            _fit(
                resource,
                f"rack {best.code}",
                needed,
                gives,
                unit,
                enough,
                _judged("facility", enough, facts),
            )
        )
    return tuple(fits)


def _offered(kind: str, station: Station) -> Fit:
    racks = facilities(station, kind)
    if racks:
        facts = {
            "kind": kind,
            "racks": listed(tuple(f"the {r.name}" for r in racks)),
            "offers": "offers" if len(racks) == 1 else "offer",
        }
        return _fit("facility", kind, 1.0, float(len(racks)), "", True, Reason("facility-offered", facts))
    kinds = {offer for rack in station.racks if rack.facility for offer in rack.offers}
    facts = {"kind": kind, "nearest": nearest(kind, kinds)}
    return _fit("facility", kind, 1.0, 0.0, "", False, Reason("facility-missing", facts))


def share_fits(needs: Needs, station: Station, places: tuple[Placement, ...]) -> tuple[Fit, ...]:
    """What the share of a free rack that is asked for gives, and what share would do instead."""
    free = [r for r in station.racks if not r.facility and r.payload_share > 0]
    remedy = f"{amount(places[0].rack_share, '')} of a rack would do" if places else "no free rack would do"
    rack = min(
        free,
        key=lambda r: (
            _short_in(needs, r, needs.rack_share) + (needs.rack_share > r.payload_share + TOLERANCE),
            -r.power_w,
            -r.mass_limit_kg,
            -r.data_gb_d,
            r.code,
        ),
        default=None,
    )
    is_open = rack.payload_share if rack else 0.0
    enough = 0 < needs.rack_share <= is_open + TOLERANCE
    share = amount(needs.rack_share, "")
    facts = {"share": share, "available": amount(is_open, ""), **({} if enough else {"remedy": remedy})}
    where = "a free rack"
    fits = [_fit("rack_share", where, needs.rack_share, is_open, "", enough, _judged("rack", enough, facts))]
    for resource, gives in _limits(rack, needs.rack_share).items() if rack else ():
        needed, unit = getattr(needs, resource), LIMITS[resource][1]
        enough = needed <= gives + TOLERANCE
        facts = {
            "needed": amount(needed, unit),
            "share": share,
            "available": amount(gives, unit),
            **({} if enough else {"remedy": remedy}),
        }
        stem = "share" if resource == "up_mass_kg" else "free"
        fits.append(_fit(resource, where, needed, gives, unit, enough, _judged(stem, enough, facts)))
    return tuple(fits)


def _judged(stem: str, enough: bool, facts: dict[str, str]) -> Reason:
    return Reason(f"{stem}-{'enough' if enough else 'short'}", facts)


def _fit(
    resource: str,
    where: str,
    needed: float,
    gives: float,
    unit: str,
    enough: bool,
    reason: Reason,
) -> Fit:
    return Fit(
        resource=resource,
        where=where,
        needed_units=float(needed),
        available_units=round(float(gives), 6),
        unit=unit,
        enough=enough,
        reason=reason,
    )
