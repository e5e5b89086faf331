"""The ground track of a day on a plain map: straight lines of latitude and longitude."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from markupsafe import Markup

from stationmaster.orbit.letters import OrbitProblem, TrackPoint
from stationmaster.report.pictures.figure import Sheet, colour, pin, sheet
from stationmaster.report.pictures.geography import Point, outline, shapes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 960.0


def ground_track(
    problem: OrbitProblem, track: tuple[TrackPoint, ...], targets: tuple[str, ...], says: str
) -> Markup:
    """The track, sunlit and in shadow, with ground stations and the targets whose codes are given."""
    reach = min(84.0, max(abs(point.latitude_deg) for point in track) + 22.0)
    with sheet(WIDTH, 2.0 * reach * WIDTH / 360.0, says, "track") as picture:
        axes = picture.axes(0.0, 0.0, 0.0, 0.0)
        axes.set(xlim=(-180.0, 180.0), ylim=(-reach, reach), xticks=[], yticks=[])
        _draw_land(picture, axes, problem)
        for sunlit, part in _parts(track):
            axes.plot(*zip(*part, strict=True), color=colour("outside" if sunlit else "own"))
        _draw_places(picture, axes, problem, targets, track[0])
        return picture.markup()


def _draw_land(picture: Sheet, axes: Axes, problem: OrbitProblem) -> None:
    from matplotlib.patches import PathPatch, Polygon

    land = outline(ring for shape in shapes() for ring in shape.rings_deg)
    axes.add_patch(PathPatch(land, facecolor=colour("land"), edgecolor=colour("paper"), linewidth=0.5))
    for region in problem.regions:
        corners = [(_signed(c.longitude_deg), c.latitude_deg) for c in region.corners]
        shape = Polygon(corners, facecolor=colour("wait-soft"), edgecolor=colour("wait"), linewidth=0.8,
                        linestyle=(0.0, (3.0, 3.0)), alpha=0.75)  # fmt: skip
        picture.title(shape, region.name)
        axes.add_patch(shape)
        soft = colour("soft")
        axes.text(*_middle(corners), region.name, ha="center", fontsize=11.0, color=soft, zorder=2.5)


def _draw_places(
    picture: Sheet, axes: Axes, problem: OrbitProblem, targets: tuple[str, ...], start: TrackPoint
) -> None:
    from matplotlib.patches import Circle, Patch, Rectangle

    def put(shape: Patch, says: str, longitude_deg: float, latitude_deg: float) -> None:
        shape.set_zorder(3.0)
        picture.title(shape, says)
        pin(axes, shape, _signed(longitude_deg), latitude_deg)

    for site in problem.sites:
        square = Rectangle((-4.0, -4.0), 8.0, 8.0, facecolor=colour("ink"), linewidth=0.0)
        put(square, site.name, site.longitude_deg, site.latitude_deg)
    look = {"facecolor": colour("facility"), "edgecolor": colour("paper"), "linewidth": 1.5}
    for target in problem.targets:
        if target.code in targets:
            dot = Circle((0.0, 0.0), 5.0, **look)
            put(dot, target.name, target.longitude_deg, target.latitude_deg)
    ring = Circle((0.0, 0.0), 6.0, facecolor="none", edgecolor=colour("ink"), linewidth=2.0)
    put(ring, "Start of the day", start.longitude_deg, start.latitude_deg)


def _signed(longitude_deg: float) -> float:
    return (longitude_deg + 180.0) % 360.0 - 180.0


def _middle(points: list[Point]) -> Point:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _parts(track: Iterable[TrackPoint]) -> Iterator[tuple[bool, list[Point]]]:
    """Runs of one light as (longitude, latitude); a run that leaves the map goes on at its other edge.

    Both runs hold the step across the edge, one of its ends beyond the map.
    """
    part: list[Point] = []
    sunlit = True
    for point in track:
        here = (_signed(point.longitude_deg), point.latitude_deg)
        turn = 0.0
        if part:
            east = here[0] - part[-1][0]
            turn = 360.0 * ((east < -180.0) - (east > 180.0))
            part.append((here[0] + turn, here[1]))
            if turn:
                before = part[-2]
                yield sunlit, part
                part = [(before[0] - turn, before[1]), here]
            if point.sunlit != sunlit:
                yield sunlit, part
                part = [here]
        else:
            part = [here]
        sunlit = point.sunlit
    if len(part) > 1:
        yield sunlit, part
