"""Whether a problem is whole: every name known, nothing twice, nobody in two places; all faults at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from stationmaster.crew.letters import GATES, CrewProblem, Gate
from stationmaster.measure.codes import nearest
from stationmaster.measure.errors import StationError

#: More would be another kind of problem; the days of training and the searches grow with them.
MOST = {"seats": 6, "nominations": 60, "courses": 60, "centres": 30, "flights": 40, "residents": 60}
EXPERIMENTS_MOST = 200
YEARS_MOST = 6


def misuses(problem: CrewProblem) -> tuple[StationError, ...]:
    """Every fault of a problem that its fields alone do not show."""
    return (
        *_counts(problem),
        *_twice(problem),
        *_unknown(problem),
        *_circles("courses", {course.code: course.after for course in problem.courses}),
        *_circles("experiments", {one.code: one.after for one in problem.experiments}),
        *_languages(problem),
        *_tallies(problem),
        *_rides(problem),
        *_years(problem),
    )


def validate(problem: CrewProblem) -> None:
    """Raise the first fault of a problem, and how many there are."""
    found = misuses(problem)
    if len(found) == 1:
        raise found[0]
    if found:
        facts = {**found[0].facts, "first": str(found[0]), "count": len(found), "kind": "crew problem"}
        raise StationError("several-faults", **facts)


def _counts(problem: CrewProblem) -> Iterator[StationError]:
    for kind, most in {**MOST, "experiments": EXPERIMENTS_MOST}.items():
        count = len(getattr(problem, kind))
        if count > most:
            yield StationError("too-large", field=kind, value=f"{count} {kind}", limit=str(most))
    if not problem.seats:
        yield StationError("missing-field", field="seats", expected="a seat at least")


def _twice(problem: CrewProblem) -> Iterator[StationError]:
    people = [*(one.code for one in problem.residents), *(one.code for one in problem.nominations)]
    kinds: dict[str, list[str]] = {
        kind: [one.code for one in getattr(problem, kind)]
        for kind in ("seats", "centres", "courses", "flights", "experiments")
    }
    kinds["person"] = people
    kinds["tally"] = [one.seat for one in problem.tallies]
    kinds["resident whose seat is taken"] = [seat.takes for seat in problem.seats if seat.takes]
    for kind, codes in kinds.items():
        for code, count in Counter(codes).items():
            if count > 1:
                yield StationError("duplicate", field=kind, value=code, kind=kind.removesuffix("s"))


def _unknown(problem: CrewProblem) -> Iterator[StationError]:
    courses = [one.code for one in problem.courses]
    seats = [one.code for one in problem.seats]
    flights = [one.code for one in problem.flights]
    vehicles = [one.vehicle for one in problem.flights]
    skills = [skill for one in problem.courses for skill in one.teaches]
    for n, seat in enumerate(problem.seats, 1):
        yield from _named(f"seats[{n}].flight", [seat.flight], flights, "flight")
        yield from _named(f"seats[{n}].needs", seat.needs, courses, "course")
        if seat.takes:
            names = [one.code for one in problem.residents]
            yield from _named(f"seats[{n}].takes", [seat.takes], names, "resident")
    for n, candidate in enumerate(problem.nominations, 1):
        yield from _named(f"nominations[{n}].seat", [candidate.seat], seats, "seat")
        yield from _named(f"nominations[{n}].passed", candidate.passed, courses, "course")
    for n, course in enumerate(problem.courses, 1):
        centres = [one.code for one in problem.centres]
        yield from _named(f"courses[{n}].centre", [course.centre], centres, "centre")
        yield from _named(f"courses[{n}].after", course.after, courses, "course")
    for n, resident in enumerate(problem.residents, 1):
        yield from _named(f"residents[{n}].up", [resident.up], flights, "flight")
        yield from _named(f"residents[{n}].down", [resident.down], flights, "flight")
        yield from _named(f"residents[{n}].commands", resident.commands, vehicles, "vehicle")
    for n, one in enumerate(problem.experiments, 1):
        yield from _named(f"experiments[{n}].seat", [one.seat], seats, "seat")
        yield from _named(f"experiments[{n}].skills", one.skills, skills, "skill")
        same = [other.code for other in problem.experiments if other.seat == one.seat]
        yield from _named(f"experiments[{n}].after", one.after, same, "experiment of that seat")


def _named(field: str, values: Iterable[str], known: list[str], kind: str) -> Iterator[StationError]:
    for value in values:
        if value not in known:
            near = nearest(value, known)
            yield StationError("unknown-name", field=field, value=value, kind=kind, nearest=near)


def _circles(kind: str, after: dict[str, tuple[str, ...]]) -> Iterator[StationError]:
    """What waits, over others, for itself: whatever is left when all that can go first has gone."""
    left = {code: {one for one in before if one in after} for code, before in after.items()}
    while free := [code for code, before in left.items() if not before]:
        for code in free:
            del left[code]
        for before in left.values():
            before.difference_update(free)
    if left:
        names = ", ".join(sorted(left))
        yield StationError(
            "contradiction",
            field=kind,
            value=f"{names} after each other",
            other="an order",
            expected="no circle",
        )


def _languages(problem: CrewProblem) -> Iterator[StationError]:
    for n, seat in enumerate(problem.seats, 1):
        taught = [one for one in problem.courses if one.language == seat.language and one.level == seat.level]
        if seat.language and not taught:
            known = sorted(f"{one.language} {one.level}" for one in problem.courses if one.language)
            value = f"{seat.language} {seat.level}"
            near = nearest(value, known)
            yield StationError(
                "unknown-name",
                field=f"seats[{n}].language",
                value=value,
                kind="language course",
                nearest=near,
            )


def _tallies(problem: CrewProblem) -> Iterator[StationError]:
    """A tally counts every candidate of its seat at every gate; who is withheld stands in one."""
    seats = [seat.code for seat in problem.seats]
    for n, tally in enumerate(problem.tallies, 1):
        place = f"tallies[{n}]"
        yield from _named(f"{place}.seat", [tally.seat], seats, "seat")
        told = sum(one.seat == tally.seat for one in problem.nominations)
        if tally.nominated < told:
            expected = f"at least the {told} that are listed"
            yield StationError(
                "bad-value", field=f"{place}.nominated", value=tally.nominated, expected=expected
            )
        if tuple(one.gate for one in tally.gates) != GATES:
            value = ", ".join(one.gate for one in tally.gates)
            expected = ", ".join(GATES)
            yield StationError("bad-value", field=f"{place}.gates", value=value or "none", expected=expected)
        for gate in tally.gates:
            count = gate.passed + gate.failed + gate.pending
            if count != tally.nominated:
                expected = f"counts of all {tally.nominated} nominated"
                yield StationError("bad-value", field=f"{place}.gates", value=count, expected=expected)
    counted = {tally.seat for tally in problem.tallies}
    for n, one in enumerate(problem.nominations, 1):
        hidden = next((gate for gate in GATES if getattr(one, gate) is Gate.WITHHELD), None)
        if hidden and one.seat not in counted:
            expected = f"its standing, or a tally of {one.seat}"
            yield StationError(
                "bad-value", field=f"nominations[{n}].{hidden}", value="withheld", expected=expected
            )


def _rides(problem: CrewProblem) -> Iterator[StationError]:
    """The plan without guests must itself be one: seats up and down, and time between them."""
    flights = {one.code: one for one in problem.flights}
    up = Counter(one.up for one in problem.residents)
    down = Counter(one.down for one in problem.residents)
    free_up = Counter(seat.flight for seat in problem.seats if not seat.takes)
    for n, flight in enumerate(problem.flights, 1):
        for way, count in (("up", up[flight.code] + free_up[flight.code]), ("down", down[flight.code])):
            if count > flight.seats:
                yield StationError(
                    "contradiction",
                    field=f"flights[{n}].seats",
                    value=f"{count} people {way}",
                    other=f"{flight.seats} seats",
                    expected="a seat for each",
                )
    for n, resident in enumerate(problem.residents, 1):
        first, last = flights.get(resident.up), flights.get(resident.down)
        if first and last and last.undocks <= first.docks:
            yield StationError(
                "contradiction",
                field=f"residents[{n}].down",
                value=f"{last.code} leaves",
                other=f"{first.code} arrives",
                expected="a flight home after the flight there",
            )
    for n, seat in enumerate(problem.seats, 1):
        gives = next((one for one in problem.residents if one.code == seat.takes), None)
        if gives and gives.up != seat.flight:
            yield StationError(
                "contradiction",
                field=f"seats[{n}].takes",
                value=f"{gives.code} flies on {gives.up}",
                other=f"the seat on {seat.flight}",
                expected="a resident of that flight",
            )


def _years(problem: CrewProblem) -> Iterator[StationError]:
    """Training and flights of one story lie within years of each other, not within centuries."""
    flights = {one.code: one.launches.date() for one in problem.flights}
    launches = [flights[seat.flight] for seat in problem.seats if seat.flight in flights]
    for n, candidate in enumerate(problem.nominations, 1):
        apart = max((abs((launch - candidate.available).days) for launch in launches), default=0)
        if apart > YEARS_MOST * 366:
            yield StationError(
                "contradiction",
                field=f"nominations[{n}].available",
                value=str(candidate.available),
                other=f"a launch {apart} days apart",
                expected=f"at most {YEARS_MOST} years between them",
            )
