"""Outside: which port classes would take a payload, and how many equal ports of one class.

Ports of one class lie side by side on one module; a payload over several of them has their limits
together. A class open to the call with fewer ports than that does not take it.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Final

from stationmaster.measure.reasons import Reason
from stationmaster.proposal.amounts import TOLERANCE, amount, listed, number, ports
from stationmaster.proposal.letters import Fit, Needs, Placement
from stationmaster.station.letters import Port, Site, Station

#: resource -> (field of a port, unit)
LIMITS: Final[Mapping[str, tuple[str, str]]] = {
    "up_mass_kg": ("mass_limit_kg", "kg"),
    "power_w": ("power_w", "W"),
    "data_gb_d": ("data_gb_d", "GB a day"),
}


def open_count(port: Port, offered: int) -> int:
    """How many ports of a class one payload may have: what the class opens, within the offer."""
    own = port.count if port.payload_count is None else min(port.count, port.payload_count)
    return max(0, min(own, offered))


def port_placements(needs: Needs, station: Station, offered: int) -> tuple[Placement, ...]:
    """Every port class that would take the payload: as asked first, then with the fewest ports.

    Of a class of the size that is asked for, the count asked for when it does, else the least count
    that does; of any other class the least count that does.
    """
    found = []
    for port in station.ports:
        least = least_count(needs, port)
        if least is None or least > open_count(port, offered):
            continue
        as_asked = port.size == needs.port_size and least <= needs.ports <= open_count(port, offered)
        found.append(_placement(port, needs.ports if as_asked else least, as_asked))
    return tuple(sorted(found, key=_order))


def _order(place: Placement) -> tuple[bool, int, float, float, str]:
    return (not place.as_asked, place.count, place.mass_limit_kg, place.power_w, place.place)


def least_count(needs: Needs, port: Port) -> int | None:
    """The fewest ports of a class that hold mass, power and data in view; None when no number does."""
    if needs.view is not None and needs.view not in port.views:
        return None
    least = 1
    for resource, (limit_name, _) in LIMITS.items():
        needed, limit = getattr(needs, resource), getattr(port, limit_name)
        if needed <= TOLERANCE:
            continue
        if limit <= 0:
            return None
        least = max(least, ceil((needed - TOLERANCE) / limit))
    return least


def _placement(port: Port, count: int, as_asked: bool) -> Placement:
    return Placement(
        site=Site.OUTSIDE,
        place=port.code,
        module=port.module,
        size=port.size,
        count=count,
        rack_share=0.0,
        serves="",
        as_asked=as_asked,
        mass_limit_kg=count * port.mass_limit_kg,
        power_w=count * port.power_w,
        data_gb_d=count * port.data_gb_d,
    )


def port_fits(needs: Needs, station: Station, offered: int, places: tuple[Placement, ...]) -> tuple[Fit, ...]:
    """What the ports that are asked for give, resource by resource, and what would do instead.

    Where several classes have the size asked for, the sentence speaks of the one that comes nearest.
    """
    remedy = _remedy(places)
    port = _nearest_class(needs, station, offered)
    most = open_count(port, offered) if port else 0
    enough = 1 <= needs.ports <= most
    facts = {
        "asked": ports(needs.ports, needs.port_size),
        "available": number(most) if most else "none",
        "remedy": remedy,
    }
    fits = [_fit("ports", needs.ports, most, "", enough, "ports", facts)]
    if port is None:
        return tuple(fits)
    asked = ports(needs.ports, port.size) if needs.ports != 1 else f"{port.size} port"
    one = needs.ports == 1
    for resource, (limit_name, unit) in LIMITS.items():
        needed, gives = getattr(needs, resource), needs.ports * getattr(port, limit_name)
        facts = {
            "needed": amount(needed, unit),
            "asked": f"the {asked}",
            "gives": "gives" if one else "give",
            "available": amount(gives, unit),
            "remedy": remedy,
        }
        fits.append(_fit(resource, needed, gives, unit, needed <= gives + TOLERANCE, "port", facts))
    if needs.view is not None:
        fits.append(_view_fit(needs.view, port, f"the {asked}", one, remedy))
    return tuple(fits)


def _view_fit(view: str, port: Port, asked: str, one: bool, remedy: str) -> Fit:
    seen = view in port.views
    facts = {
        "view": view,
        "asked": asked,
        "sees": "sees" if one else "see",
        "views": listed(port.views) or "nothing",
        "remedy": remedy,
    }
    return _fit("view", 1.0, float(seen), "", seen, "view", facts)


def _fit(
    resource: str,
    needed: float,
    gives: float,
    unit: str,
    enough: bool,
    code: str,
    facts: Mapping[str, str],
) -> Fit:
    return Fit(
        resource=resource,
        where="the external port",
        needed_units=float(needed),
        available_units=float(gives),
        unit=unit,
        enough=enough,
        reason=Reason(
            f"{code}-{'enough' if enough else 'short'}",
            {k: v for k, v in facts.items() if not (enough and k == "remedy")},
        ),
    )


def _nearest_class(needs: Needs, station: Station, offered: int) -> Port | None:
    """The open class of the size asked for with the fewest shortfalls, then the most of each limit."""
    classes = [p for p in station.ports if p.size == needs.port_size and open_count(p, offered) > 0]

    def rank(port: Port) -> tuple[float, ...]:
        limits = [getattr(port, name) for name, _ in LIMITS.values()]
        short = sum(
            getattr(needs, resource) > needs.ports * getattr(port, name) + TOLERANCE
            for resource, (name, _) in LIMITS.items()
        )
        blind = needs.view is not None and needs.view not in port.views
        few = open_count(port, offered) < needs.ports
        return (short + blind + few, *(-limit for limit in limits))

    return min(classes, key=lambda port: (rank(port), port.code), default=None)


def _remedy(places: tuple[Placement, ...]) -> str:
    if not places:
        return "no port open to the call would do"
    best = places[0]
    return f"{ports(best.count, best.size)} would do"
