"""A flight slips: the same problem with that flight later, and the old plan to stay close to."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from stationmaster.manifest.letters import Manifest, ManifestProblem
from stationmaster.measure.codes import known


def slipped(
    problem: ManifestProblem, flight: str, delay_d: float, former: Manifest | None = None
) -> ManifestProblem:
    """The problem with one flight later by so many days (docking and departure alike).

    Args:
        problem: the problem as it was.
        flight: the code of the flight.
        delay_d: days of delay; below zero the flight comes earlier.
        former: the approved plan; the new plan then changes as little as it can.

    Raises:
        StationError: ``unknown-name`` for a flight that is not in the problem.
    """
    known(flight, (f.code for f in problem.flights), "flight", field="flight")
    delay = timedelta(days=delay_d)
    flights = tuple(
        dataclasses.replace(f, docks=f.docks + delay, leaves=f.leaves + delay) if f.code == flight else f
        for f in problem.flights
    )
    previous = former.berths if former is not None else problem.previous
    return dataclasses.replace(problem, flights=flights, previous=previous)


def moved(former: Manifest, later: Manifest) -> list[str]:
    """The items whose berth is another than before, or that fly in only one of two plans, by code."""
    before = {berth.item: berth for berth in former.berths}
    after = {berth.item: berth for berth in later.berths}
    return [code for code in sorted(before.keys() | after.keys()) if before.get(code) != after.get(code)]
