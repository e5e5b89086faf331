"""The dossier: aims, needs, team and work shares, hazards; and what the station and the law say to it.

What it decides: whether a dossier is complete, whether the station can carry it (and what would do
instead), and which rules bind whom. Pass or fail with reasons, before any score is seen.
In: :class:`ProposalProblem` (dossier, terms of the call, station, countries, a mounted list).
Out: :class:`Assessment`; for a whole set, :func:`cross_findings`.
Verified by ``check.faults(problem, assessment)``, which works every verdict out again by itself.
"""

from stationmaster.proposal.assess import assess
from stationmaster.proposal.cross import cross_findings
from stationmaster.proposal.letters import Assessment, CallTerms, Dossier, ProposalProblem, Truth

__all__ = [
    "Assessment",
    "CallTerms",
    "Dossier",
    "ProposalProblem",
    "Truth",
    "assess",
    "cross_findings",
]
