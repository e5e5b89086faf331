"""Flight safety: which objects pass close to the station, how close, and how sure that is.

In: a :class:`ScreeningProblem` and the element sets of a catalogue (or of a statistical population).
Out: a :class:`Screening`: conjunctions with geometry, probability under a stated assumption, maximum
probability and dilution threshold; docked and co-moving company apart from them; what could not be
propagated. Every conjunction is marked as screening only: element sets carry no covariance.

``screening.screen`` makes it, ``check.faults`` judges it by propagating and searching again, and
``golden/safety`` and ``golden/probability`` hold it against CelesTrak's SOCRATES and NASA CARA.
``cdm`` and ``export`` write it, ``fetch`` gets current element sets.
"""

from stationmaster.safety.letters import (
    Catalogue,
    Companion,
    Conjunction,
    CovarianceModel,
    HardBodies,
    Population,
    Screening,
    ScreeningProblem,
)

__all__ = [
    "Catalogue",
    "Companion",
    "Conjunction",
    "CovarianceModel",
    "HardBodies",
    "Population",
    "Screening",
    "ScreeningProblem",
]
