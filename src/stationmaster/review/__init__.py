"""Experts judge: who may not read what, who reads what, and what the scores are worth.

In comes a :class:`ReviewProblem`: reviewers, submissions, the rules of the call and the cards. Out
goes a :class:`ReviewAnswer`: every conflict of interest with its reason, an assignment of the best
total affinity that keeps to loads, domain experts and regions, and for each proposal a score and a
rank with their uncertainty, freed from the severity of those who happened to read it
(``panel.judge``). ``check.faults`` judges any answer from first principles: conflicts found another
way, a linear-programming bound on the assignment, a direct solve of the calibration.
"""

from stationmaster.review.letters import (
    Card,
    Conflict,
    CountryRule,
    Estimate,
    ReviewAnswer,
    Reviewer,
    ReviewProblem,
    Severity,
    Submission,
)

__all__ = [
    "Card",
    "Conflict",
    "CountryRule",
    "Estimate",
    "ReviewAnswer",
    "ReviewProblem",
    "Reviewer",
    "Severity",
    "Submission",
]
