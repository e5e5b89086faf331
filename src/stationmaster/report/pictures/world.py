"""The world by country: who applied, and who was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from stationmaster.report.pictures.geography import Shape, equal_earth, outline, shapes
from stationmaster.report.pictures.svg import Picture

WIDTH, HEIGHT = 960.0, 428.0
_SCALE = WIDTH / 5.42
_MIDDLE_DOWN = 232.0


@dataclass(frozen=True)
class Tint:
    """How a country is drawn and what its shape says when pointed at."""

    of: str
    says: str


def world(tints: Mapping[int, Tint], says: str) -> Markup:
    """A map of the world on the Equal Earth projection; ``tints`` are by M49 number."""
    picture = Picture(WIDTH, HEIGHT, says, "world")
    plain = [ring for shape in shapes() if shape.m49 not in tints for ring in _laid(shape)]
    picture.add("path", d=outline(plain), of="land")
    for shape in shapes():
        if shape.m49 is not None and shape.m49 in tints:
            tint = tints[shape.m49]
            picture.add("path", tint.says, d=outline(_laid(shape)), of=f"land {tint.of}")
    return picture.markup()


def not_drawn(m49: set[int]) -> set[int]:
    """Those that are too small for this map."""
    return m49 - {shape.m49 for shape in shapes() if shape.m49 is not None}


def _laid(shape: Shape) -> list[list[tuple[float, float]]]:
    rings = []
    for ring in shape.rings_deg:
        places = [equal_earth(longitude, latitude) for longitude, latitude in ring]
        rings.append([(WIDTH / 2 + x * _SCALE, _MIDDLE_DOWN + y * _SCALE) for x, y in places])
    return rings
