"""The JSON Schema of a station file, generated from the dataclasses so that the two cannot part.

Editors that know TOML check a station file against it while it is being written. The committed
copy is ``stations/station.schema.json``; rewrite it with ``python -m stationmaster.station.schema``.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import sys
import types
import typing
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from stationmaster.measure.files import write_whole
from stationmaster.measure.units import may_be_negative
from stationmaster.station.letters import Sourced, Station
from stationmaster.station.table import unit_in_words

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN = {str: "string", float: "number", int: "integer", bool: "boolean"}


def schema() -> dict[str, Any]:
    """The schema of a station file (JSON Schema, draft 2020-12)."""
    definitions: dict[str, Any] = {}
    root = _object(Station, definitions)
    return {"$schema": DIALECT, "title": "Stationmaster station file", **root, "$defs": definitions}


def text() -> str:
    """The schema as the committed file holds it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _object(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    fields = dataclasses.fields(cls)
    body: dict[str, Any] = {
        "type": "object",
        "description": " ".join((inspect.getdoc(cls) or "").replace("``", "").split()),
        "properties": {field.name: _field(field.name, hints[field.name], definitions) for field in fields},
        "required": [field.name for field in fields if _required(field)],
        "additionalProperties": False,
    }
    if issubclass(cls, Sourced):
        named = {"required": ["source"], "properties": {"source": {"minLength": 1}}}
        estimated = {"required": ["estimate"], "properties": {"estimate": {"const": True}}}
        body["anyOf"] = [named, estimated]
    return body


def _required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _field(name: str, kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    entry = _type(kind, definitions)
    if entry.get("type") in ("number", "integer"):
        unit = unit_in_words(name)
        if unit:
            entry["description"] = unit
        if not may_be_negative(name):
            entry["minimum"] = 0
    return entry


def _type(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, members = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _type(next(member for member in members if member is not type(None)), definitions)
    if origin is tuple:
        return {"type": "array", "items": _type(members[0], definitions)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _type(members[1], definitions)}
    if dataclasses.is_dataclass(kind):
        name = typing.cast(type, kind).__name__
        if name not in definitions:
            definitions[name] = {}
            definitions[name] = _object(typing.cast(type, kind), definitions)
        return {"$ref": f"#/$defs/{name}"}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    return {"type": _PLAIN[kind]}


if __name__ == "__main__":
    write_whole(Path(sys.argv[1] if len(sys.argv) > 1 else "stations/station.schema.json"), text())
