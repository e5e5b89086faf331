"""The seats, held against the flights: everybody who goes up comes down, with a place at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from stationmaster.crew.letters import CrewFlight, CrewProblem
from stationmaster.crew.outcome import Ride, SeatEffect
from stationmaster.measure.reasons import Fault

_DAY_S = 86400.0
#: Days and hours are told to a thousandth; a sum of some rounded ones may be off by a few.
NEAR_D, NEAR_H = 1e-3, 0.05


def seat_faults(problem: CrewProblem, effect: SeatEffect) -> Iterator[Fault]:
    """What is wrong with who rides in which seat, and with what is told of it."""
    if not effect.possible:
        if effect.rides or effect.spans or effect.flights:
            yield Fault("seats", "effect", "It says that it is not possible and tells how.")
        return
    flights = {one.code: one for one in problem.flights}
    expected = [*(one.code for one in problem.residents), *(seat.code for seat in problem.seats)]
    if sorted(one.person for one in effect.rides) != sorted(expected):
        yield Fault("people", "rides", "Somebody is forgotten, or told twice.")
        return
    for one in effect.rides:
        if (one.up and one.up not in flights) or (one.down and one.down not in flights):
            yield Fault("unknown", one.person, f"{one.person} rides in a vehicle that is not there.")
            return
    for one in effect.rides:
        yield from _ride(problem, flights, one)
    yield from _vehicles(problem, effect)
    yield from _moments(problem, flights, effect)
    yield from _totals(problem, effect)


def _days(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / _DAY_S


def _ride(problem: CrewProblem, flights: dict[str, CrewFlight], one: Ride) -> Iterator[Fault]:
    taken = [seat.takes for seat in problem.seats]
    if one.person in taken:
        if one.up or one.down or one.stay_d:
            yield Fault("taken", one.person, f"{one.person} flies in a seat that a guest has.")
        return
    seat = next((seat for seat in problem.seats if seat.code == one.person), None)
    resident = next((who for who in problem.residents if who.code == one.person), None)
    asked = seat.flight if seat else resident.up if resident else ""
    if one.up != asked or not one.down:
        yield Fault("way-home", one.person, f"{one.person} goes up on {one.up} and down on {one.down}.")
        return
    up, down = flights[one.up], flights[one.down]
    if down.undocks <= up.docks:
        yield Fault("way-home", one.person, f"{one.person} comes down before going up.")
    stay = _days(up.launches, down.lands)
    if abs(stay - one.stay_d) > NEAR_D:
        yield Fault("stay", one.person, f"{one.person} stays {stay:.3f} days, not {one.stay_d}.")
    if seat and not seat.stay_shortest_d <= stay <= seat.stay_longest_d:
        yield Fault("guest-stay", one.person, f"{one.person} stays {stay:.3f} days.")
    if resident:
        home = flights[resident.down]
        planned = _days(up.launches, home.lands)
        if one.planned_down != home.code or abs(planned - one.planned_stay_d) > NEAR_D:
            yield Fault("planned", one.person, f"{one.person} was to come home on {home.code}.")
        if abs(stay - planned - one.longer_d) > 2 * NEAR_D:
            yield Fault("longer", one.person, f"{one.person} stays {stay - planned:.3f} days longer.")
        if stay > problem.rules.stay_limit_d and down.code != home.code:
            yield Fault("limit", one.person, f"{one.person} stays {stay:.3f} days, beyond the limit.")
        if down.lands > home.lands and not resident.may_stay:
            yield Fault("consent", one.person, f"{one.person} may not be asked to stay longer.")


def _vehicles(problem: CrewProblem, effect: SeatEffect) -> Iterator[Fault]:
    told = {one.flight: one for one in effect.flights}
    for flight in problem.flights:
        up = [one.person for one in effect.rides if one.up == flight.code]
        down = [one.person for one in effect.rides if one.down == flight.code]
        for way, people in (("up", up), ("down", down)):
            if len(people) > flight.seats:
                yield Fault("seats", flight.code, f"{flight.code} takes {len(people)} {way}.")
        able = {one.code for one in problem.residents if flight.vehicle in one.commands}
        if flight.commander and down and not able & set(down):
            yield Fault("commander", flight.code, f"Nobody commands {flight.code} on its way home.")
        balance = told.get(flight.code)
        if balance is None or (balance.seats, balance.up, balance.down) != (
            flight.seats,
            len(up),
            len(down),
        ):
            yield Fault("balance", flight.code, f"The balance of {flight.code} is not so.")


def _moments(problem: CrewProblem, flights: dict[str, CrewFlight], effect: SeatEffect) -> Iterator[Fault]:
    """At every docking: who is aboard, and a bed and a lifeboat seat for each."""
    moments = sorted({m for one in flights.values() for m in (one.docks, one.undocks)})
    told = {one.start: one for one in effect.spans}
    if sorted(told) != moments[:-1]:
        yield Fault("spans", "effect", "The spans do not run from docking to docking.")
        return
    for here, there in pairwise(moments):
        aboard = [
            one for one in effect.rides
            if one.up and flights[one.up].docks <= here and flights[one.down].undocks > here
        ]  # fmt: skip
        boats = sum(one.seats for one in flights.values() if one.docks <= here and one.undocks > here)
        if len(aboard) > min(boats, problem.rules.sleeping_places):
            says = f"{len(aboard)} are aboard from {here}: {boats} lifeboat seats."
            yield Fault("places", str(here), says)
        span, guests = told[here], sum(one.guest for one in aboard)
        usual = sum(
            flights[one.up].docks <= here and flights[one.down].undocks > here for one in problem.residents
        )
        counted = (there, len(aboard) - guests, guests, usual, boats)
        if counted != (span.end, span.residents, span.guests, span.residents_without, span.lifeboat_seats):
            yield Fault("span", str(here), f"Who is aboard from {here} is not as it is told.")
        weeks = _days(here, there) / 7.0
        lost = (len(aboard) - guests - usual) * weeks * problem.rules.member_week_h
        hosting = guests * weeks * 7.0 * problem.rules.host_day_min / 60.0
        if abs(lost - span.resident_h) > NEAR_H or abs(hosting - span.hosting_h) > NEAR_H:
            yield Fault("hours", str(here), f"The hours from {here} are not so.")


def _totals(problem: CrewProblem, effect: SeatEffect) -> Iterator[Fault]:
    residents = [one for one in effect.rides if not one.guest and one.up]
    fewer = len(problem.residents) - len(residents)
    short = sum(
        max(one.residents_without - one.residents, 0) * _days(one.start, one.end) for one in effect.spans
    )
    figures = {
        "longest_stay_d": (max((one.stay_d for one in residents), default=0.0), effect.longest_stay_d),
        "longer_d": (sum(one.longer_d for one in residents if one.longer_d > 0), effect.longer_d),
        "short_person_d": (short, effect.short_person_d),
        "resident_h": (sum(one.resident_h for one in effect.spans), effect.resident_h),
        "hosting_h": (sum(one.hosting_h for one in effect.spans), effect.hosting_h),
        "handover_saved_h": (fewer * problem.rules.handover_h, effect.handover_saved_h),
        "guest_h": (
            sum(minutes for seat in problem.seats for minutes in seat.day_work_min) / 60,
            effect.guest_h,
        ),
    }
    for name, (counted, told) in figures.items():
        if abs(counted - told) > NEAR_H:
            yield Fault("figure", name, f"{name} is {counted:.3f}, not {told}.")
