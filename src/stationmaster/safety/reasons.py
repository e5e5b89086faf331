"""The sentences behind the codes that a screening gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    "diluted": (
        "The assumed error ({sigma}) is larger than the dilution threshold ({threshold}): "
        "a low probability is no sign of safety; better data are needed."
    ),
    "long-encounter": (
        "The bodies stay close for {duration} ({share} of a revolution): the straight-line probability "
        "may be far off in either direction."
    ),
    "old-elements": "The elements of {object} are {age} old at closest approach.",
    "future-epoch": "The epoch of the elements of {object} lies {age} after the closest approach.",
    "declared-docked": "It is declared as attached to the station and is not screened.",
    "same-elements": "Its element set gives the station's own position: attached, or published as such.",
    "undeclared": "It stays within {distance} of the station and is not declared as attached.",
    "apart": "It is declared as attached, yet its element set goes up to {distance} from the station.",
    "drifting": "It passes the station at {speed}, too slowly for a conjunction; watch the distance.",
}

ASSUMPTIONS: Final[Mapping[str, str]] = {
    "screening-only": (
        "Screening only: element sets carry no covariance, so no probability here may decide a manoeuvre."
    ),
    "sgp4": "Positions are SGP4's; element sets do not know of manoeuvres after their epoch.",
    "synthetic": "Population is synthetic: statistical objects, none of which exists.",
}

#: What the error codes of SGP4 mean (Vallado et al. 2006, AIAA 2006-6753).
SGP4_ERRORS: Final[Mapping[int, str]] = {
    1: "mean eccentricity outside 0 to 1",
    2: "mean motion not above zero",
    3: "perturbed eccentricity outside 0 to 1",
    4: "semi-latus rectum below zero",
    5: "orbit below the surface at epoch",
    6: "decayed",
}
