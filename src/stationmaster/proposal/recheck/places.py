"""Where a payload would fit, worked out a second time by trying every place, count and share."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, hypot, radians, sin, sqrt

from stationmaster.measure.reasons import Fault
from stationmaster.proposal.letters import Assessment, Dossier, Fit, Mode, Needs, ProposalProblem
from stationmaster.proposal.recheck.dossier import measurable
from stationmaster.station.letters import Station

_EARTH_KM = 6371.0088
_SLACK = 1e-9
_TRIES = 10_000  # no station has so many ports of one class

#: A place: its code, how many ports or what share, the facility served, whether it is as asked.
Place = tuple[str, int, float, str, bool]


def place_faults(problem: ProposalProblem, assessment: Assessment) -> Iterator[Fault]:
    """Places and shortfalls that one of the two looks has and the other has not."""
    if not measurable(problem.dossier):
        if assessment.placements or assessment.fits:
            yield Fault("place", "placements", "places for needs that are no amounts")
        return
    expected = set(every_place(problem))
    given = {(p.place, p.count, p.rack_share, p.serves, p.as_asked) for p in assessment.placements}
    for place in sorted(expected - given):
        yield Fault("place-missing", place[0], f"{place} would take it, and is not named")
    for place in sorted(given - expected):
        yield Fault("place-wrong", place[0], f"{place} would not take it")
    if len(assessment.placements) != len(given):
        yield Fault("place-wrong", "placements", "a place stands twice")
    short, said = set(shortfalls(problem, expected)), {_where(f) for f in assessment.fits if not f.enough}
    for what in sorted(short - said):
        yield Fault("shortfall-missing", what, "the station cannot give this, and no fit says so")
    for what in sorted(said - short):
        yield Fault("shortfall-wrong", what, "a fit says so, and the station can give it")


def every_place(problem: ProposalProblem) -> Iterator[Place]:
    """Every place that would take the payload, by trial."""
    dossier, station = problem.dossier, problem.station
    if dossier.mode is Mode.OUTSIDE_OWN:
        yield from _ports(dossier.needs, station, int(problem.terms.offer["ports"]))
    if dossier.mode is Mode.INSIDE_OWN:
        yield from _shares(dossier.needs, station)
    yield from _facilities(dossier, station)


def _ports(needs: Needs, station: Station, offered: int) -> Iterator[Place]:
    for port in station.ports:
        most = min(port.count, port.count if port.payload_count is None else port.payload_count, offered)
        does = [
            count
            for count in range(1, min(most, _TRIES) + 1)
            if (needs.view is None or needs.view in port.views)
            and count * port.power_w >= needs.power_w - _SLACK
            and count * port.mass_limit_kg >= needs.up_mass_kg - _SLACK
            and count * port.data_gb_d >= needs.data_gb_d - _SLACK
        ]
        if port.size == needs.port_size and needs.ports in does:
            yield (port.code, needs.ports, 0.0, "", True)
        elif does:
            yield (port.code, does[0], 0.0, "", False)


def _shares(needs: Needs, station: Station) -> Iterator[Place]:
    for rack in station.racks:
        if (
            rack.facility
            or rack.power_w < needs.power_w - _SLACK
            or rack.data_gb_d < needs.data_gb_d - _SLACK
        ):
            continue
        does = [
            share
            for share in (needs.rack_share, *(step / 20 for step in range(1, 21)))
            if 0 < share <= rack.payload_share + _SLACK
            and share * rack.mass_limit_kg >= needs.up_mass_kg - _SLACK
        ]
        if needs.rack_share in does:
            yield (rack.code, 1, needs.rack_share, "", True)
        elif does:
            yield (rack.code, 1, min(does), "", False)


def _facilities(dossier: Dossier, station: Station) -> Iterator[Place]:
    needs = dossier.needs
    for rack in station.racks:
        for kind in set(rack.offers) & set(needs.facilities):
            home = dossier.mode is Mode.INSIDE_FACILITY and kind == needs.facilities[0]
            weak = rack.power_w < needs.power_w - _SLACK or rack.data_gb_d < needs.data_gb_d - _SLACK
            if rack.facility and rack.payload_share > 0 and not (home and weak):
                yield (rack.code, 1, 0.0, kind, True)


def shortfalls(problem: ProposalProblem, places: set[Place]) -> Iterator[str]:
    """What the station cannot give as the dossier asks, by name."""
    dossier, station = problem.dossier, problem.station
    needs = dossier.needs
    if dossier.mode is not Mode.INSIDE_FACILITY and not any(p[4] and not p[3] for p in places):
        yield "place"
    served = {p[3] for p in places}
    if any(kind not in served for kind in needs.facilities):
        yield "facility"
    yield from _transport(needs, station)
    yield from _on_board(dossier, station)
    yield from (
        f"target {t.name}"
        for t in needs.targets
        if abs(t.latitude_deg) > highest_seen_deg(station, t.max_off_nadir_deg) + 1e-5
    )
    for name, offered in problem.terms.offer.items():
        if getattr(needs, name) > offered + 1e-6:
            yield f"call {name}"


def _transport(needs: Needs, station: Station) -> Iterator[str]:
    ways_up = [v for v in station.vehicles if v.late_load or not needs.late_load]
    fits_up = [
        v
        for v in ways_up
        if v.up_mass_kg > 0
        and v.up_mass_kg >= needs.up_mass_kg - _SLACK
        and v.up_volume_l >= needs.up_volume_l - _SLACK
    ]
    if not fits_up:
        yield "up"
    if needs.down_mass_kg > 0 and not any(
        v.down_mass_kg >= needs.down_mass_kg - _SLACK for v in station.vehicles
    ):
        yield "down"


def _on_board(dossier: Dossier, station: Station) -> Iterator[str]:
    needs, cold = dossier.needs, 0.0
    for unit in station.cold:
        asked = needs.cold_temperature_c
        frozen = asked is not None and asked <= 0 and unit.temperature_c <= asked
        chilled = asked is not None and asked > 0 and asked - 2 <= unit.temperature_c <= asked + 2
        cold += unit.volume_l if asked is None or frozen or chilled else 0.0
    if needs.cold_volume_l > 0 and cold < needs.cold_volume_l - _SLACK:
        yield "cold"
    lifts = [m for m in station.mechanisms if m.mass_limit_kg >= needs.up_mass_kg - _SLACK]
    if needs.airlock and "airlock" not in {m.kind for m in lifts}:
        yield "airlock"
    weeks = max(needs.duration_d / 7, 1)
    staffed = sum(m.operations_week_count for m in lifts if m.kind == "arm") * weeks
    if needs.arm_operations > staffed + 1e-6:
        yield "arm"
    if any(o.crew_count > station.crew.nominal for o in dossier.operations):
        yield "crew"
    if needs.data_gb_d > station.data.payload_gb_d + _SLACK:
        yield "downlink"


def highest_seen_deg(station: Station, off_nadir_deg: float) -> float:
    """The highest latitude that a line of sight reaches from the highest point of the ground track.

    The line is cast in the plane of the pole: from the satellite, tilted from the vertical towards
    the pole, to where it first meets the sphere; the horizon where it misses.
    """
    inclination = station.orbit.inclination_deg
    below = inclination if inclination <= 90 else 180 - inclination
    far = _EARTH_KM + station.orbit.altitude_max_km
    tilt = radians(off_nadir_deg)
    # Satellite at (far, 0); the line runs along (-cos, sin) of the tilt.
    reach = far * cos(tilt)
    under = reach**2 - (far**2 - _EARTH_KM**2)
    if under < 0 or tilt >= radians(90):
        edge = sqrt(far**2 - _EARTH_KM**2)
        along, across = _EARTH_KM**2 / far, _EARTH_KM * edge / far
    else:
        length = reach - sqrt(under)
        along, across = far - length * cos(tilt), length * sin(tilt)
    return below + _angle_deg(along, across)


def _angle_deg(along: float, across: float) -> float:
    """The angle of a vector by bisection on its cosine, which needs no inverse function."""
    low, high, cosine = 0.0, 90.0, along / hypot(along, across)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if cos(radians(middle)) > cosine else (low, middle)
    return (low + high) / 2


def _where(fit: Fit) -> str:
    """The name of a shortfall that a fit tells of."""
    if fit.where == "the call":
        return f"call {fit.resource}"
    if fit.resource == "target":
        return f"target {fit.where}"
    if fit.where in ("the external port", "a free rack"):
        return "place"
    if fit.resource == "facility" or fit.where.startswith("rack "):
        return "facility"
    plain = {"cold_volume_l": "cold", "arm_operations": "arm", "airlock": "airlock", "crew": "crew"}
    if fit.resource in plain:
        return plain[fit.resource]
    if fit.where == "the downlink":
        return "downlink"
    return "down" if fit.resource == "down_mass_kg" else "up"
