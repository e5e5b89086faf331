"""The sentences behind the caveats of an orbit answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    "elements-old": (
        "At the end of the span the element set is {age} old: overpasses of under a minute are good for "
        "about 7 days, windows of minutes for about 14; predict again with newer elements."
    ),
    "elements-from-later": "The element set is of {epoch}, {age} after the span begins.",
    "earth-orientation-held": (
        "Earth orientation is tabulated to {last}; beyond it the last value is held "
        "(UT1 drifts by about a millisecond a day, half a metre on the ground)."
    ),
    "earth-orientation-missing": (
        "Earth orientation is tabulated from {first}; before it UT1 is taken equal to UTC "
        "(up to 0.9 s, 0.4 km on the ground)."
    ),
}
