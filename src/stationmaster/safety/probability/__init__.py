"""Collision probability: one file for each published method, named AuthorYear.

In: an :class:`~stationmaster.safety.probability.encounter.Encounter` (relative state at closest
approach, combined covariance, combined hard-body radius; km and s). Out: natural logarithms, so
that a tail of 1e-168 is a number. Verified by NASA CARA's real conjunctions and unit values, and by
the maximum probabilities and dilution thresholds that SOCRATES published.
"""
