"""What of a guests' file may be passed on: parts in the crew and counts, no candidate.

The plan depends on when the trainees of a seat are free, on what they passed and on their order, and on
nothing else of a nomination. So the disclosed problem names them by their part (``SEAT-PRIME``,
``SEAT-BACKUP``), leaves out who does not train, their countries and every single standing at a gate,
and keeps the counts as a tally. It gives the same plan, and is disclosed to itself unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from stationmaster.crew.letters import CrewProblem, Gate, Nomination, Tally
from stationmaster.crew.nominations import crews
from stationmaster.crew.outcome import SeatCrew


def disclosed(problem: CrewProblem) -> CrewProblem:
    """The problem without its candidates; only for one that is consistent."""
    found = crews(problem)
    return replace(
        problem,
        nominations=tuple(one for crew in found for one in _trainees(problem, crew)),
        tallies=tuple(Tally(seat=crew.seat, nominated=crew.nominated, gates=crew.gates) for crew in found),
    )


def _trainees(problem: CrewProblem, crew: SeatCrew) -> Iterator[Nomination]:
    told = {one.code: one for one in problem.nominations}
    for part, code in (("PRIME", crew.prime), ("BACKUP", crew.backup)):
        if code:
            yield replace(
                told[code],
                code=f"{crew.seat}-{part}",
                country="",
                medical=Gate.WITHHELD,
                aptitude=Gate.WITHHELD,
                language=Gate.WITHHELD,
            )
