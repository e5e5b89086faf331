"""Who trains for a seat: prime, backup, and the courses that each still needs."""

from __future__ import annotations

from dataclasses import dataclass

from stationmaster.crew.letters import GATES, CrewProblem, Gate, GateCount, Nomination, Seat
from stationmaster.crew.outcome import SeatCrew


@dataclass(frozen=True, kw_only=True)
class Trainee:
    """Somebody who trains: for which seat, from which day, in which courses (each after those it needs)."""

    code: str
    seat: str
    available: int
    courses: tuple[str, ...]


def crews(problem: CrewProblem) -> tuple[SeatCrew, ...]:
    """Prime and backup of each seat: where a gate stopped the first, the next one moves up."""
    return tuple(_crew(problem, seat) for seat in problem.seats)


def _crew(problem: CrewProblem, seat: Seat) -> SeatCrew:
    nominated = [one for one in problem.nominations if one.seat == seat.code]
    left = [one.code for one in nominated if not one.out]
    tally = next((one for one in problem.tallies if one.seat == seat.code), None)
    return SeatCrew(
        seat=seat.code,
        nominated=tally.nominated if tally else len(nominated),
        prime=left[0] if left else "",
        backup=left[1] if seat.backup and len(left) > 1 else "",
        gates=tally.gates if tally else tuple(_count(gate, nominated) for gate in GATES),
    )


def _count(gate: str, nominated: list[Nomination]) -> GateCount:
    standing = [getattr(one, gate) for one in nominated]
    return GateCount(
        gate=gate,
        passed=standing.count(Gate.PASS),
        failed=standing.count(Gate.FAIL),
        pending=standing.count(Gate.PENDING),
    )


def trainees(problem: CrewProblem, found: tuple[SeatCrew, ...], backups: bool = True) -> tuple[Trainee, ...]:
    """Everybody who trains, primes before backups of the same seat."""
    candidates = {one.code: one for one in problem.nominations}
    return tuple(
        Trainee(
            code=code,
            seat=crew.seat,
            available=candidates[code].available.toordinal(),
            courses=needed(problem, problem.seat(crew.seat), frozenset(candidates[code].passed)),
        )
        for crew in found
        for code in (crew.prime, crew.backup if backups else "")
        if code
    )


def goals(problem: CrewProblem, seat: Seat) -> tuple[str, ...]:
    """What a seat asks for itself: its courses, and the language to its level."""
    language = (
        one.code for one in problem.courses if seat.language and one.language == seat.language
        and one.level == seat.level
    )  # fmt: skip
    return (*seat.needs, *language)


def needed(problem: CrewProblem, seat: Seat, passed: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """All courses that a seat needs, with what they stand on, less what was passed; in a feasible order."""
    order: list[str] = []

    def take(code: str) -> None:
        if code in order or code in passed:
            return
        for before in problem.course(code).after:
            take(before)
        order.append(code)

    for code in goals(problem, seat):
        take(code)
    return tuple(order)
