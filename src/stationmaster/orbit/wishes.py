"""What a planner asks of the sky by name, as sets of time: contact, light, places, beta, quiet.

A wish is answered from the windows of an orbit answer by union, intersection and gaps; several wishes
together by the intersection of their sets. Where a wish must be ``sure``, windows are drawn in by what
their ends may be off at their age (see ``ageing``), and what must be kept out is widened by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from itertools import pairwise

from stationmaster.measure.codes import known
from stationmaster.measure.errors import StationError
from stationmaster.measure.intervals import Spans
from stationmaster.measure.time import Span
from stationmaster.orbit.ageing import possible, sure
from stationmaster.orbit.letters import OrbitAnswer, OrbitProblem, RelaySlot, Site, Window, WindowKind


class Wanted(StrEnum):
    """What is asked for."""

    CONTACT = "contact"  # through a relay satellite or a ground site
    SUNLIT = "sunlit"  # some of the Sun's disc is seen
    ECLIPSE = "eclipse"  # none of it
    DAY = "day"  # day on the ground below
    NIGHT = "night"  # night there
    OVERPASS = "overpass"  # a target in view
    OUTSIDE = "outside"  # not over a region, as the South Atlantic Anomaly
    BETA = "beta"  # the Sun's angle to the orbit plane in a range
    QUIET = "quiet"  # nothing shakes the station


_LIGHT = {
    Wanted.SUNLIT: WindowKind.SUNLIT,
    Wanted.ECLIPSE: WindowKind.ECLIPSE,
    Wanted.DAY: WindowKind.DAY,
    Wanted.NIGHT: WindowKind.NIGHT,
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One thing asked of the sky.

    Args:
        kind: what is asked for.
        names: of sites and relays, targets or regions, whichever the kind is about; none: all of them.
        band: contact in this radio band only; empty: in any.
        min_length_s: what is shorter is left out, after all that holds has been joined (contact goes
            on where one relay hands over to the next).
        min_sun_elevation_deg, max_sun_elevation_deg: the Sun at a target's best moment.
        beta_min_deg, beta_max_deg: the range of beta; its size without sign where ``beta_size`` is true.
        sure: only what holds however much the ends of windows may be off.
    """

    kind: Wanted
    names: tuple[str, ...] = ()
    band: str = ""
    min_length_s: float = 0.0
    min_sun_elevation_deg: float = -90.0
    max_sun_elevation_deg: float = 90.0
    beta_min_deg: float = -90.0
    beta_max_deg: float = 90.0
    beta_size: bool = False
    sure: bool = False

    def __post_init__(self) -> None:
        for low, high in (
            ("beta_min_deg", "beta_max_deg"),
            ("min_sun_elevation_deg", "max_sun_elevation_deg"),
        ):
            if not getattr(self, low) <= getattr(self, high):
                expected = f"at most {high} ({getattr(self, high):g})"
                raise StationError("bad-value", field=low, value=getattr(self, low), expected=expected)


def granted(
    problem: OrbitProblem, answer: OrbitAnswer, wish: Wish, disturbances: Iterable[Span] = ()
) -> Spans:
    """When a wish holds.

    Args:
        problem: what the orbit was asked; it knows names and bands.
        answer: what it answered.
        wish: what is asked for.
        disturbances: dockings, reboosts, spacewalks: when it is not quiet.

    Raises:
        StationError: ``unknown-name`` for a name or a band that the problem does not have.
    """
    _refuse_unknown(problem, wish)
    if wish.kind == Wanted.QUIET:
        found = Spans.of(disturbances).gaps(answer.span)
    elif wish.kind == Wanted.BETA:
        found = Spans.of(_beta_spans(answer, wish)) & Spans((answer.span,))
    elif wish.kind == Wanted.OUTSIDE:
        over = [w for w in answer.of(WindowKind.REGION) if not wish.names or w.name in wish.names]
        held = possible(answer.edge_errors, over) if wish.sure else Spans.of(w.span for w in over)
        found = held.gaps(answer.span)
    else:
        windows = _windows(problem, answer, wish)
        found = sure(answer.edge_errors, windows) if wish.sure else Spans.of(w.span for w in windows)
    return Spans(tuple(span for span in found if span.duration_s >= wish.min_length_s))


def granted_together(
    problem: OrbitProblem,
    answer: OrbitAnswer,
    wishes: Sequence[Wish],
    disturbances: Sequence[Span] = (),
    min_length_s: float = 0.0,
) -> Spans:
    """When all wishes hold at once, for at least a length; with no wish: always."""
    sets = (granted(problem, answer, wish, disturbances) for wish in wishes)
    shared = reduce(Spans.__and__, sets, Spans((answer.span,)))
    return Spans(tuple(span for span in shared if span.duration_s >= min_length_s))


def _windows(problem: OrbitProblem, answer: OrbitAnswer, wish: Wish) -> list[Window]:
    """The windows that a wish is about."""
    if wish.kind in _LIGHT:
        return list(answer.of(_LIGHT[wish.kind]))
    if wish.kind == Wanted.OVERPASS:
        low, high = wish.min_sun_elevation_deg, wish.max_sun_elevation_deg
        return [
            window
            for window in answer.of(WindowKind.OVERPASS)
            if (not wish.names or window.name in wish.names)
            and window.sun_elevation_deg is not None
            and low <= window.sun_elevation_deg <= high
        ]
    sites, relays = (_links(places, wish) for places in (problem.sites, problem.relays))
    passes = [window for window in answer.of(WindowKind.PASS) if window.name in sites]
    return [*passes, *(window for window in answer.of(WindowKind.RELAY) if window.name in relays)]


def _links(places: Sequence[Site | RelaySlot], wish: Wish) -> set[str]:
    """The codes of sites or relays that are named and work in the band, where any is asked for."""
    return {
        place.code
        for place in places
        if (not wish.names or place.code in wish.names)
        and (not wish.band or not place.bands or wish.band in place.bands)
    }


def _refuse_unknown(problem: OrbitProblem, wish: Wish) -> None:
    links: tuple[Site | RelaySlot, ...] = (*problem.sites, *problem.relays)
    places = {
        Wanted.CONTACT: ("site or relay", [place.code for place in links]),
        Wanted.OVERPASS: ("target", [place.code for place in problem.targets]),
        Wanted.OUTSIDE: ("region", [place.code for place in problem.regions]),
    }
    what, codes = places.get(wish.kind, ("name of this kind", []))
    for name in wish.names:
        known(name, codes, what, field="names")
    bands = {band for place in links for band in place.bands}
    if wish.kind == Wanted.CONTACT and wish.band and bands:
        known(wish.band, sorted(bands), "band", field="band")


def _beta_spans(answer: OrbitAnswer, wish: Wish) -> Iterator[Span]:
    """When beta, linear between the answer's moments, lies in the range."""
    ranges = [(wish.beta_min_deg, wish.beta_max_deg)]
    if wish.beta_size:
        least = max(0.0, wish.beta_min_deg)
        ranges = [(least, wish.beta_max_deg), (-wish.beta_max_deg, -least)]
    for before, after in pairwise(answer.betas):
        rise, length = after.beta_deg - before.beta_deg, after.at - before.at
        for low, high in ranges:
            first, last = 0.0, 1.0
            if rise:
                first, last = sorted(((low - before.beta_deg) / rise, (high - before.beta_deg) / rise))
            elif not low <= before.beta_deg <= high:
                continue
            first, last = max(first, 0.0), min(last, 1.0)
            if first < last:
                yield Span(before.at + length * first, before.at + length * last)
