"""Orbit: where the station will be, in whose sight and in what light.

In: one published element set, a span of time, ground stations, relay slots, targets and regions
(``OrbitProblem``). Out: windows of sunlight, passes, relay contact, overpasses and regions, with
the beta angle, the altitude and a day of ground track (``OrbitAnswer``). ``elements`` reads
catalogue files (OMM and TLE), ``propagation`` runs SGP4, ``events`` finds the windows, ``predict``
puts them together, ``oem`` writes the ephemeris for others. Verified by ``check.faults``, which
computes every window again another way, and by the golden tests against Skyfield, brahe and the
published SGP4 verification set.
"""

from stationmaster.orbit.letters import (
    ElementSet,
    OrbitAnswer,
    OrbitProblem,
    Region,
    RelaySlot,
    Site,
    Target,
    Window,
    WindowKind,
)

__all__ = [
    "ElementSet",
    "OrbitAnswer",
    "OrbitProblem",
    "Region",
    "RelaySlot",
    "Site",
    "Target",
    "Window",
    "WindowKind",
]
