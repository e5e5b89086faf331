"""Manifest: which rack or port, which flights and which weeks each chosen project gets.

*In*: :class:`ManifestProblem`: the chosen projects as :class:`Item` (what each asks of the
station), the places that the call may fill, flights up and down, increments cut into weekly
buckets, and what a week holds of crew time, power, data, cold volume and operations of the robot
arm and the airlock.

*Out*: :class:`Manifest`: a :class:`Berth` for every project that fits (places, flights, weeks,
crew hours by week), the reasons why the others do not, the load of every resource by week, the
fill of every flight, and the solver's proven bound beside the plan's own worth.

*Verified by* ``check.faults``, which goes through every hard rule from first principles and
shares nothing with the planner; ``plan.plan`` makes the plan; ``slip.slipped`` moves a flight.
"""

from stationmaster.manifest.letters import (
    Berth,
    Flight,
    Increment,
    Item,
    Manifest,
    ManifestProblem,
    Need,
    Place,
    Quiet,
    Traffic,
)

__all__ = [
    "Berth",
    "Flight",
    "Increment",
    "Item",
    "Manifest",
    "ManifestProblem",
    "Need",
    "Place",
    "Quiet",
    "Traffic",
]
