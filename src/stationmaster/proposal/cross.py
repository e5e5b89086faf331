"""What only the whole set of dossiers shows: one code twice, one investigator too often, one text twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from stationmaster.measure.reasons import Reason
from stationmaster.proposal.letters import CrossFinding, Dossier


def cross_findings(dossiers: Iterable[Dossier], max_per_investigator: int) -> tuple[CrossFinding, ...]:
    """What is wrong with several dossiers together, whatever their order.

    The same proposal may come once, also under two leads or from two countries: titles are compared
    without case and spacing. What is selected of an investigator with too many is the choice's
    business; here it is said.
    """
    every = sorted(dossiers, key=lambda d: (d.code, d.title))
    found = [
        CrossFinding(
            dossiers=tuple(d.code for d in same),
            reason=Reason("code-twice", {"count": str(len(same)), "code": code}),
        )
        for code, same in _alike(every, lambda d: d.code, 1)
    ]
    for person, same in _alike(every, lambda d: d.principal_investigator.strip(), max_per_investigator):
        facts = {"investigator": person, "count": str(len(same)), "most": str(max_per_investigator)}
        codes = tuple(d.code for d in same)
        found.append(CrossFinding(dossiers=codes, reason=Reason("investigator-over", facts)))
    for _, same in _alike(every, lambda d: " ".join(d.title.casefold().split()), 1):
        facts = {"count": str(len(same)), "title": same[0].title}
        found.append(
            CrossFinding(dossiers=tuple(d.code for d in same), reason=Reason("same-proposal", facts))
        )
    return tuple(found)


def _alike(
    dossiers: list[Dossier], key: Callable[[Dossier], str], most: int
) -> list[tuple[str, list[Dossier]]]:
    groups: defaultdict[str, list[Dossier]] = defaultdict(list)
    for dossier in dossiers:
        groups[key(dossier)].append(dossier)
    return [(name, same) for name, same in sorted(groups.items()) if name and len(same) > most]
