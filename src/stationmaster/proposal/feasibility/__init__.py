"""Whether the station can carry what a dossier needs, place by place, and what would do instead.

In: the dossier's needs, the station, the call's terms. Out: a :class:`Fit` for each resource at
each place, and every :class:`Placement` that would take the payload. What depends on the days of
flight (passes over a target, weekly crew hours) is decided later, by the stages that know them.
"""

from stationmaster.proposal.feasibility.fits import fits, placements

__all__ = ["fits", "placements"]
