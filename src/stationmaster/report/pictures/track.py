"""The ground track of a day on a plain map: straight lines of latitude and longitude."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from stationmaster.orbit.letters import OrbitProblem, TrackPoint
from stationmaster.report.pictures.geography import Point, outline, shapes
from stationmaster.report.pictures.svg import Picture

WIDTH = 960.0
_PER_DEG = WIDTH / 360.0


def ground_track(
    problem: OrbitProblem, track: tuple[TrackPoint, ...], targets: tuple[str, ...], says: str
) -> Markup:
    """The track, sunlit and in shadow, with ground stations and the targets whose codes are given."""
    reach = min(84.0, max(abs(point.latitude_deg) for point in track) + 22.0)
    picture = Picture(WIDTH, 2.0 * reach * _PER_DEG, says, "track")

    def lay(longitude_deg: float, latitude_deg: float) -> Point:
        return (longitude_deg + 180.0) * _PER_DEG, (reach - latitude_deg) * _PER_DEG

    rings = ([lay(*point) for point in ring] for shape in shapes() for ring in shape.rings_deg)
    picture.add("path", d=outline(rings), of="land")
    for region in problem.regions:
        corners = [lay(_signed(c.longitude_deg), c.latitude_deg) for c in region.corners]
        picture.add("path", region.name, d=outline([corners]), of="region")
        picture.words(region.name, *_middle(corners), "region-name", text_anchor="middle")
    for sunlit, part in _parts(track):
        picture.line([lay(*place) for place in part], "path sunlit" if sunlit else "path shadow")
    for site in problem.sites:
        x, y = lay(_signed(site.longitude_deg), site.latitude_deg)
        picture.add("rect", site.name, x=x - 4.0, y=y - 4.0, width=8, height=8, of="site")
    for target in problem.targets:
        if target.code in targets:
            x, y = lay(_signed(target.longitude_deg), target.latitude_deg)
            picture.add("circle", target.name, cx=x, cy=y, r=5, of="target")
    x, y = lay(_signed(track[0].longitude_deg), track[0].latitude_deg)
    picture.add("circle", "Start of the day", cx=x, cy=y, r=6, of="start")
    return picture.markup()


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
