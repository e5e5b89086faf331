"""The sentences behind the reason codes of a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: code -> sentence; facts are filled in by ``measure.reasons.say``.
REASONS: Final[Mapping[str, str]] = {
    "no-place": "No place offers {need} for {load}, even when it stands empty.",
    "no-weeks": "{weeks} whole weeks {bounds} do not fit into the {available} weeks of the plan.",
    "no-flight-up": "No flight can bring it up in time: {asked}.",
    "no-flight-down": "No flight brings its samples down{within} of its end: {asked}.",
    "no-cold-store": "No cold store keeps {volume} at {temperature}.",
    "short-of": "{amount} more of {resource} would let it fly beside all that are on board.",
    "short-of-several": "It would fly beside all on board only with more of several things: {amounts}.",
    "waits-for": "It must follow {after}, which is not on board.",
    "no-way": "No amount of resources places it beside all on board: dates stand against it.",
    "not-settled": "The search ended before it could say what is missing.",
}

#: family of limits -> (what it is called, unit of its amounts).
FAMILIES: Final[Mapping[str, tuple[str, str]]] = {
    "place": ("room in its racks or ports", "units"),
    "place-mass": ("the mass limit of its place", "kg"),
    "power": ("power", "W"),
    "heat": ("cooling", "W"),
    "data": ("data", "GB a day"),
    "crew-time": ("crew time", "h a week"),
    "skill": ("crew time of people with a skill", "h a week"),
    "arm": ("operations of the robot arm", "a week"),
    "airlock": ("passages of the airlock", "a week"),
    "cold": ("cold stowage", "l"),
    "consumable": ("a consumable in stock", "units"),
    "up-mass": ("mass going up", "kg a flight"),
    "up-volume": ("volume going up", "l a flight"),
    "down-mass": ("mass coming down", "kg a flight"),
    "flight-cold": ("cold volume on flights", "l a flight"),
    "share": ("the share of its partner or group", "per cent"),
}
