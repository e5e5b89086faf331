"""What guests do to the resident crew: who comes down in which seat, who stays longer, and by how much.

Whoever sits where on the way home is chosen exactly, one goal after the other: as few days of missing
residents as can be (against the plan without guests), the shortest longest stay, the fewest days by
which stays change, and among equals whoever is listed last stays. Hard: seats of each vehicle, a
commander in each that needs one, the stay limit, the guest's own shortest and longest stay, sleeping
places, and a lifeboat seat for everybody at every moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from ortools.sat.python import cp_model

from stationmaster.crew.letters import CrewFlight, CrewProblem, Seat
from stationmaster.crew.outcome import AboardSpan, FlightBalance, Ride, SeatEffect
from stationmaster.crew.solving import solved
from stationmaster.measure.reasons import Reason

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Traveller:
    """Somebody who has to come home: a resident who keeps the seat up, or the guest of a seat."""

    code: str
    up: CrewFlight
    planned: str
    seat: Seat | None
    may_stay: bool
    commands: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Relaxed:
    """Rules that are set aside, to find out what stands in the way."""

    limit: bool = False
    consent: bool = False
    commander: bool = False
    places: bool = False
    guest_stay: bool = False


HELPS = {
    "helps-limit": Relaxed(limit=True),
    "helps-consent": Relaxed(consent=True),
    "helps-commander": Relaxed(commander=True),
    "helps-places": Relaxed(places=True),
}


def effect(problem: CrewProblem) -> tuple[SeatEffect, tuple[Reason, ...]]:
    """What the guests' seats do, or why they cannot be had."""
    people = travellers(problem)
    homes, proven = _homes(problem, people, Relaxed())
    if homes is None:
        return _impossible(), tuple(_why(problem, people))
    rides = tuple(_rides(problem, people, homes))
    spans = tuple(_spans(problem, rides))
    residents = [one for one in rides if not one.guest]
    fewer = len(problem.residents) - sum(1 for one in residents if one.up)
    return (
        SeatEffect(
            possible=True,
            rides=rides,
            spans=spans,
            flights=tuple(_balances(problem, rides)),
            longest_stay_d=max((one.stay_d for one in residents), default=0.0),
            longer_d=round(sum(max(one.longer_d, 0.0) for one in residents if one.up), 3),
            short_person_d=round(sum(_missing_d(one) for one in spans), 3),
            resident_h=round(sum(one.resident_h for one in spans), 2),
            hosting_h=round(sum(one.hosting_h for one in spans), 2),
            handover_saved_h=round(fewer * problem.rules.handover_h, 2),
            guest_h=round(sum(sum(seat.day_work_min) for seat in problem.seats) / 60, 2),
            proven=proven,
        ),
        (),
    )


def _impossible() -> SeatEffect:
    return SeatEffect(
        possible=False, rides=(), spans=(), flights=(), longest_stay_d=0.0, longer_d=0.0,
        short_person_d=0.0, resident_h=0.0, hosting_h=0.0, handover_saved_h=0.0, guest_h=0.0, proven=True,
    )  # fmt: skip


def travellers(problem: CrewProblem) -> tuple[Traveller, ...]:
    """Residents, less those whose seats are taken, and a guest for each seat."""
    taken = {seat.takes for seat in problem.seats}
    residents = (
        Traveller(
            code=one.code, up=problem.flight(one.up), planned=one.down, seat=None,
            may_stay=one.may_stay, commands=one.commands,
        )
        for one in problem.residents if one.code not in taken
    )  # fmt: skip
    guests = (
        Traveller(
            code=seat.code, up=problem.flight(seat.flight), planned="", seat=seat, may_stay=True, commands=()
        )
        for seat in problem.seats
    )
    return (*residents, *guests)


def stay_d(up: CrewFlight, down: CrewFlight) -> float:
    """From launch to landing."""
    return (down.lands - up.launches) / _DAY


def _may_ride(problem: CrewProblem, one: Traveller, flight: CrewFlight, relaxed: Relaxed) -> bool:
    if flight.undocks <= one.up.docks:
        return False
    stay = stay_d(one.up, flight)
    if one.seat is not None:
        return relaxed.guest_stay or one.seat.stay_shortest_d <= stay <= one.seat.stay_longest_d
    if flight.code == one.planned:
        return True
    if stay > problem.rules.stay_limit_d and not relaxed.limit:
        return False
    longer = flight.lands > problem.flight(one.planned).lands
    return one.may_stay or relaxed.consent or not longer


class _Homes:
    """Which seat home everybody takes: the program behind :func:`effect`."""

    def __init__(self, problem: CrewProblem, people: tuple[Traveller, ...], relaxed: Relaxed) -> None:
        self.problem, self.people, self.relaxed = problem, people, relaxed
        self.cp = cp_model.CpModel()
        self.takes: dict[tuple[str, str], Any] = {
            (one.code, flight.code): self.cp.new_bool_var(f"{one.code} {flight.code}")
            for one in people
            for flight in problem.flights
            if _may_ride(problem, one, flight, relaxed)
        }
        for one in people:
            self.cp.add(sum(self._of(one)) == 1)
        for flight in problem.flights:
            self._seats(flight)
        self.shortage = self._aboard()

    def _of(self, one: Traveller) -> list[Any]:
        return [take for (code, _), take in self.takes.items() if code == one.code]

    def _seats(self, flight: CrewFlight) -> None:
        riders = {code: take for (code, down), take in self.takes.items() if down == flight.code}
        self.cp.add(sum(riders.values()) <= flight.seats)
        if flight.commander and not self.relaxed.commander:
            able = {one.code for one in self.people if flight.vehicle in one.commands}
            command = sum(take for code, take in riders.items() if code in able)
            for take in riders.values():
                self.cp.add(command >= take)

    def _aboard(self) -> Any:
        """Places at every moment; the minutes of missing residents."""
        short: list[Any] = []
        for start, end in edges(self.problem):
            here = [(one, self._still(one, start)) for one in self.people if one.up.docks <= start]
            places = min(self.problem.rules.sleeping_places, lifeboats(self.problem, start))
            if not self.relaxed.places:
                self.cp.add(sum(still for _, still in here) <= places)
            residents = sum(still for one, still in here if one.seat is None)
            wanted = without_guests(self.problem, start)
            missing = self.cp.new_int_var(0, max(wanted, 0), f"missing {start}")
            self.cp.add(missing >= wanted - residents)
            short.append(missing * ((end - start) // _MINUTE))
        return sum(short)

    def _still(self, one: Traveller, moment: datetime) -> Any:
        return sum(
            take for (code, down), take in self.takes.items()
            if code == one.code and self.problem.flight(down).undocks > moment
        )  # fmt: skip

    def goals(self) -> Iterator[Any]:
        """What is made least, one after the other."""
        residents = {one.code: one for one in self.people if one.seat is None}
        stays = {
            key: round(stay_d(residents[key[0]].up, self.problem.flight(key[1])) * 1440)
            for key in self.takes
            if key[0] in residents
        }
        yield self.shortage
        longest = self.cp.new_int_var(0, max(stays.values(), default=0), "longest")
        for key, minutes in stays.items():
            self.cp.add(longest >= minutes * self.takes[key])
        yield longest
        changes = {}
        for key, minutes in stays.items():
            one = residents[key[0]]
            planned = round(stay_d(one.up, self.problem.flight(one.planned)) * 1440)
            changes[key] = abs(minutes - planned)
        yield sum(change * self.takes[key] for key, change in changes.items())
        rank = {one.code: n for n, one in enumerate(self.people)}
        most = len(self.people)
        yield sum(
            (most - rank[key[0]]) ** 2 * self.takes[key] for key, change in changes.items() if change
        ) + sum(take for (code, _), take in self.takes.items() if code not in residents)


def _homes(
    problem: CrewProblem, people: tuple[Traveller, ...], relaxed: Relaxed
) -> tuple[Mapping[str, str] | None, bool]:
    model = _Homes(problem, people, relaxed)
    found: Mapping[str, str] | None = None
    proven = True
    for goal in model.goals():
        model.cp.minimize(goal)
        answer = solved(model.cp, "seats home")
        if answer is None:
            return None, proven
        proven = proven and answer.proven
        found = {code: down for (code, down), take in model.takes.items() if answer.solver.value(take)}
        model.cp.add(goal <= round(answer.solver.objective_value))
    return found, proven


def _why(problem: CrewProblem, people: tuple[Traveller, ...]) -> Iterator[Reason]:
    """Which guest no vehicle brings home in time; else which rule, set aside, would let it do."""
    stuck = [
        one.seat for one in people
        if one.seat and not any(_may_ride(problem, one, flight, Relaxed()) for flight in problem.flights)
    ]  # fmt: skip
    for seat in stuck:
        facts = {
            "seat": seat.code,
            "shortest": f"{seat.stay_shortest_d:g}",
            "longest": f"{seat.stay_longest_d:g}",
        }
        yield Reason("no-ride-home", facts)
    if stuck:
        return
    yield Reason("no-seats")
    for code, relaxed in HELPS.items():
        if _homes(problem, people, relaxed)[0] is not None:
            facts = {"limit": f"{problem.rules.stay_limit_d:g}"} if code == "helps-limit" else {}
            yield Reason(code, facts)


# --------------------------------------------------------------------------------- figures


def edges(problem: CrewProblem) -> list[tuple[datetime, datetime]]:
    """The spans between two dockings or undockings."""
    moments = sorted({moment for one in problem.flights for moment in (one.docks, one.undocks)})
    return list(pairwise(moments))


def lifeboats(problem: CrewProblem, moment: datetime) -> int:
    """Seats of the crew vehicles that are docked."""
    return sum(one.seats for one in problem.flights if one.docks <= moment < one.undocks)


def without_guests(problem: CrewProblem, moment: datetime) -> int:
    """Residents aboard in the plan without guests."""
    return sum(
        problem.flight(one.up).docks <= moment < problem.flight(one.down).undocks for one in problem.residents
    )


def _rides(problem: CrewProblem, people: tuple[Traveller, ...], homes: Mapping[str, str]) -> Iterator[Ride]:
    flying = {one.code: one for one in people}
    for resident in problem.residents:
        planned = stay_d(problem.flight(resident.up), problem.flight(resident.down))
        ride = Ride(
            person=resident.code, guest=False, up="", down="", planned_down=resident.down,
            stay_d=0.0, planned_stay_d=round(planned, 3), longer_d=round(-planned, 3),
        )  # fmt: skip
        if resident.code in flying:
            stay = stay_d(flying[resident.code].up, problem.flight(homes[resident.code]))
            ride = replace(
                ride,
                up=resident.up,
                down=homes[resident.code],
                stay_d=round(stay, 3),
                longer_d=round(stay - planned, 3),
            )
        yield ride
    for seat in problem.seats:
        stay = round(stay_d(problem.flight(seat.flight), problem.flight(homes[seat.code])), 3)
        yield Ride(
            person=seat.code, guest=True, up=seat.flight, down=homes[seat.code], planned_down="",
            stay_d=stay, planned_stay_d=0.0, longer_d=0.0,
        )  # fmt: skip


def _spans(problem: CrewProblem, rides: tuple[Ride, ...]) -> Iterator[AboardSpan]:
    rules = problem.rules
    for start, end in edges(problem):
        aboard = [
            one for one in rides
            if one.up and problem.flight(one.up).docks <= start < problem.flight(one.down).undocks
        ]  # fmt: skip
        guests = sum(one.guest for one in aboard)
        residents = len(aboard) - guests
        wanted = without_guests(problem, start)
        days = (end - start) / _DAY
        yield AboardSpan(
            start=start,
            end=end,
            residents=residents,
            guests=guests,
            residents_without=wanted,
            lifeboat_seats=lifeboats(problem, start),
            resident_h=round((residents - wanted) * days / 7 * rules.member_week_h, 3),
            hosting_h=round(guests * days * rules.host_day_min / 60, 3),
        )


def _missing_d(span: AboardSpan) -> float:
    return max(span.residents_without - span.residents, 0) * ((span.end - span.start) / _DAY)


def _balances(problem: CrewProblem, rides: tuple[Ride, ...]) -> Iterator[FlightBalance]:
    for flight in problem.flights:
        yield FlightBalance(
            flight=flight.code,
            seats=flight.seats,
            up=sum(one.up == flight.code for one in rides),
            down=sum(one.down == flight.code for one in rides),
        )
