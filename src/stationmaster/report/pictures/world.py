"""The world by country: who applied, and who was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from stationmaster.report.pictures.figure import colour, sheet
from stationmaster.report.pictures.geography import Point, Shape, equal_earth, outline, shapes

WIDTH, HEIGHT = 960.0, 428.0
#: The part of the projection's plane that is shown, in radii: west and east, south and north.
ACROSS, UP = (-2.71, 2.71), (-1.107, 1.31)


@dataclass(frozen=True)
class Tint:
    """How a country is drawn (a colour of the style sheet) and what its shape says when pointed at."""

    of: str
    says: str


def world(tints: Mapping[int, Tint], says: str) -> Markup:
    """A map of the world on the Equal Earth projection; ``tints`` are by M49 number."""
    from matplotlib.patches import PathPatch

    look = {"edgecolor": colour("paper"), "linewidth": 0.5}
    with sheet(WIDTH, HEIGHT, says, "world") as picture:
        axes = picture.axes(0.0, 0.0, 0.0, 0.0)
        axes.set(xlim=ACROSS, ylim=UP, xticks=[], yticks=[])
        plain = [ring for shape in shapes() if shape.m49 not in tints for ring in _laid(shape)]
        axes.add_patch(PathPatch(outline(plain), facecolor=colour("land"), **look))
        for shape in shapes():
            if shape.m49 is not None and shape.m49 in tints:
                tint = tints[shape.m49]
                country = PathPatch(outline(_laid(shape)), facecolor=colour(tint.of), **look)
                picture.title(country, tint.says)
                axes.add_patch(country)
        return picture.markup()


def not_drawn(m49: set[int]) -> set[int]:
    """Those that are too small for this map."""
    return m49 - {shape.m49 for shape in shapes() if shape.m49 is not None}


def _laid(shape: Shape) -> list[list[Point]]:
    return [[equal_earth(longitude, latitude) for longitude, latitude in ring] for ring in shape.rings_deg]
