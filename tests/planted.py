"""Plant errors in a letter, one at a time: at every leaf another value, in every list one less, one twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from stationmaster.measure.errors import StationError

Where = tuple[str, ...]


def planted(letter: Any, *, sound: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every letter that differs from this one in a single place, with the dotted place.

    Args:
        letter: a frozen dataclass.
        sound: places whose change leaves an answer as right as it was (how it was found, for one).
    """
    for where, other in _others(letter, ()):
        place = ".".join(where)
        if not any(place == part or place.startswith(f"{part}.") for part in sound):
            yield place, other


def _others(value: Any, where: Where) -> Iterator[tuple[Where, Any]]:
    if is_dataclass(value) and not isinstance(value, type):
        for item in fields(value):
            for place, other in _others(getattr(value, item.name), (*where, item.name)):
                try:
                    yield place, replace(value, **{item.name: other})
                except StationError:
                    continue  # the letter itself refuses it
    elif isinstance(value, Mapping):
        for key in value:
            yield where, {k: v for k, v in value.items() if k != key}
            for place, other in _others(value[key], (*where, str(key))):
                yield place, {**value, key: other}
    elif isinstance(value, tuple):
        yield from ((where, (*value[:i], *value[i + 1 :])) for i in range(len(value)))
        yield from ((where, (*value, item)) for item in value[:1])
        for i, item in enumerate(value):
            for place, other in _others(item, where):
                yield place, (*value[:i], other, *value[i + 1 :])
    else:
        yield from ((where, other) for other in _leaf(value))


def _leaf(value: Any) -> tuple[Any, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, Enum):
        return tuple(other for other in type(value) if other is not value)
    if isinstance(value, float):
        return (1.5 * value + 0.37, value - 0.6 * abs(value) - 0.31)
    if isinstance(value, int):
        return (value + 3,)
    return (f"{value}?",) if isinstance(value, str) else ()
