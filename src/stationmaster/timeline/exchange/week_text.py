"""A week written as TOML: what :mod:`week_file` reads back as the same week, laid out for people."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum

from stationmaster.measure.time import iso
from stationmaster.timeline.letters import WeekProblem

#: Lists of the week that stand as tables of their own, in this order, after what is short.
TABLES = (
    "crew", "devices", "facilities", "channels", "stores", "blocked", "caps", "activities",
)  # fmt: skip


def week_toml(problem: WeekProblem, head: tuple[str, ...] = ()) -> str:
    """The week as TOML; what has its default is left out, times are UTC.

    Args:
        problem: the week.
        head: comment lines in front: where the figures come from, and whether any is made up.
    """
    lines = [f"# {line}".rstrip() for line in head]
    tables = [name for name in TABLES if getattr(problem, name)]
    for name, value in sorted(_told(problem), key=lambda pair: isinstance(pair[1], tuple)):
        if name not in (*tables, "rules", "windows"):
            lines.append(f"{name} = {_value(value)}")
    lines += ["", "[rules]", *_fields(problem.rules)]
    if problem.windows:
        lines += ["", "[windows]", *(f"{_key(name)} = {_list(v)}" for name, v in problem.windows.items())]
    for name in tables:
        for entry in getattr(problem, name):
            lines += ["", f"[[{name}]]", *_fields(entry)]
    return "\n".join(lines) + "\n"


def _told(letter: object) -> Iterator[tuple[str, object]]:
    """The fields of a dataclass that do not have their default."""
    assert dataclasses.is_dataclass(letter)
    for field in dataclasses.fields(letter):
        value = getattr(letter, field.name)
        default = field.default_factory() if callable(field.default_factory) else field.default
        if default is dataclasses.MISSING or value != default:
            yield field.name, value


def _fields(letter: object) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in _told(letter)]


def _value(value: object) -> str:
    if isinstance(value, Enum):
        return _value(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(str(k))} = {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        return _list(value)
    return "{" + ", ".join(_fields(value)) + "}"


def _list(values: tuple[object, ...]) -> str:
    """On one line; things with fields each on their own."""
    if any(dataclasses.is_dataclass(value) for value in values):
        return "[\n" + "".join(f"  {_value(value)},\n" for value in values) + "]"
    return "[" + ", ".join(map(_value, values)) + "]"


def _key(name: str) -> str:
    plain = name and all(c.isascii() and (c.isalnum() or c in "-_") for c in name)
    return name if plain else _text(name)


def _text(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for the one control character that JSON leaves."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
