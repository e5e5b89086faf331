"""A station's own ground sites and relay satellites, as the orbit asks for them."""

from __future__ import annotations

from collections.abc import Sequence

from stationmaster.measure.codes import known
from stationmaster.orbit.letters import RelaySlot, Site
from stationmaster.station.letters import Station


def sites_of(station: Station, codes: Sequence[str] | None = None) -> tuple[Site, ...]:
    """Its ground sites in the file's order, or only those of some codes.

    Raises:
        StationError: ``unknown-name`` for a code that it does not have.
    """
    for code in codes or ():
        known(code, [site.code for site in station.ground], "ground site", field="sites")
    return tuple(
        Site(
            code=site.code,
            name=site.name,
            latitude_deg=site.latitude_deg,
            longitude_deg=site.longitude_deg,
            altitude_m=site.altitude_m,
            min_elevation_deg=site.min_elevation_deg,
            bands=site.bands,
        )
        for site in station.ground
        if codes is None or site.code in codes
    )


def relays_of(station: Station) -> tuple[RelaySlot, ...]:
    """Its relay satellites."""
    return tuple(
        RelaySlot(code=relay.code, name=relay.name, longitude_deg=relay.longitude_deg, bands=relay.bands)
        for relay in station.relays
    )
