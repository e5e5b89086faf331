"""The hand-over from a dossier to the orbit: what it needs of light, passes and contact, in numbers.

A dossier says "Nairobi, the Sun above 30 degrees"; the orbit answers "41 passes in 90 days". Days and
times of single passes are known about two weeks ahead. What lasts is the count, and only as far as the
orbit is held: so element sets are flown without drag (reboosts make up for it) and the count is taken
again at the lowest and the highest altitude of the station's file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from stationmaster.measure.intervals import Spans
from stationmaster.measure.reasons import Reason
from stationmaster.measure.time import Span, iso
from stationmaster.orbit.letters import (
    ElementSet,
    OrbitAnswer,
    OrbitProblem,
    Target,
    Window,
    WindowKind,
)
from stationmaster.orbit.places import relays_of, sites_of
from stationmaster.proposal.letters import Dossier, Operation
from stationmaster.station.letters import Station

ASKED_D = 90
#: Days and times of passes hold so long after the element set (see the orbit's own reasons).
TIMES_HOLD_D = 14.0
#: After so long the plane has turned by an unknown angle, and with it the hours of light: an altitude
#: wrong by 3 km turns it by a hundredth of a degree a day (J2, Vallado 2013, eq. 9-37).
LIGHT_HOLDS_D = 730.0
#: The Sun at a place: day above the first, high above the second; night below the third (civil dusk
#: and nautical dusk are 6 and 12 degrees).
DAY_DEG, HIGH_DEG, NIGHT_DEG = 0.0, 30.0, -12.0
SHOWN = 5
WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class TargetFigures:
    """How often one place comes into view as the dossier asks.

    ``count`` passes in the span, ``least_count`` to ``most_count`` over the altitudes that the
    station may be held at; of them by the Sun's elevation at the place: above 0, above 30, below
    -12 degrees. ``any_light_count`` is the same without the Sun's condition. ``gap_max_d``: the
    longest time without a pass (None without two). ``first``: the first passes of the span.
    """

    name: str
    latitude_deg: float
    longitude_deg: float
    max_off_nadir_deg: float
    min_sun_elevation_deg: float
    count: int
    least_count: int
    most_count: int
    any_light_count: int
    day_count: int
    high_sun_count: int
    night_count: int
    week_count: float
    seen_min: float
    gap_max_d: float | None
    first: tuple[Window, ...]


@dataclass(frozen=True, kw_only=True)
class OperationFigures:
    """Whether an operation that waits for a window finds enough of them, week by week.

    ``wanted_count`` a week; in ``enough_weeks`` of ``weeks`` whole weeks there are as many, far
    enough apart; ``least_count`` in the poorest week. ``longest_min`` is the longest window.
    """

    name: str
    window: str
    wanted_count: int
    weeks: int
    enough_weeks: int
    least_count: int
    longest_min: float


@dataclass(frozen=True, kw_only=True)
class OrbitFigures:
    """What the orbit says to a dossier over a span.

    Eclipse, sunlight, relay contact, passes over the station's own ground sites and the South
    Atlantic Anomaly are means for a day; ``relay_gap_max_min`` is the longest time without contact.
    ``beta_min_deg`` to ``beta_max_deg``: the angle between orbit plane and Sun. ``views``: open port
    classes that look where the dossier wants to. ``reasons`` say how far all this can be trusted.
    """

    span: Span
    elements_epoch: datetime
    elements_source: str
    object_name: str
    altitude_mean_km: float
    revolutions_day_count: float
    sunlit_day_h: float
    eclipse_day_h: float
    eclipse_longest_min: float
    beta_min_deg: float
    beta_max_deg: float
    relay_day_min: float
    relay_gap_max_min: float | None
    passes_day_min: float
    anomaly_day_min: float
    view: str
    views: tuple[str, ...]
    targets: tuple[TargetFigures, ...]
    operations: tuple[OperationFigures, ...]
    reasons: tuple[Reason, ...]


def asked_span(start: datetime, days: int = ASKED_D) -> Span:
    """So many days from a start."""
    return Span(start, start + timedelta(days=days))


def orbit_question(
    dossier: Dossier, station: Station, elements: ElementSet, source: str, span: Span
) -> OrbitProblem:
    """What a dossier asks of the orbit: its targets twice, in the light it needs and in any.

    A target that is no place on the Earth or no angle is left out: the dossier's findings name it.
    """
    targets = []
    for number, target in enumerate(dossier.needs.targets, 1):
        if not _is_place(target.latitude_deg, target.longitude_deg, target.max_off_nadir_deg):
            continue
        sun_deg = min(max(target.min_sun_elevation_deg, -90.0), 90.0)
        for code, least_deg in ((_code(number), sun_deg), (_code(number, any_light=True), -90.0)):
            targets.append(
                Target(
                    code=code,
                    name=target.name,
                    latitude_deg=target.latitude_deg,
                    longitude_deg=target.longitude_deg,
                    max_off_nadir_deg=target.max_off_nadir_deg,
                    min_sun_elevation_deg=least_deg,
                )
            )
    return OrbitProblem(
        station=station.code,
        elements=held(elements),
        elements_source=source,
        span=span,
        sites=sites_of(station),
        relays=relays_of(station),
        targets=tuple(targets),
    )


def _code(number: int, *, any_light: bool = False) -> str:
    return f"T{number}{'-ANY' if any_light else ''}"


def _is_place(latitude_deg: float, longitude_deg: float, off_nadir_deg: float) -> bool:
    on_earth = -90.0 <= latitude_deg <= 90.0 and -180.0 <= longitude_deg <= 360.0
    return on_earth and 0.5 <= off_nadir_deg <= 85.0


def held(elements: ElementSet, altitude_change_km: float = 0.0) -> ElementSet:
    """An element set of an orbit that reboosts hold: no drag, at its own altitude or another.

    The mean motion follows the altitude by Kepler's third law.
    """
    mu_km3_s2, minute_s = 398600.8, 60.0  # WGS 72, as SGP4
    rate_rad_s = elements.mean_motion_rev_d * 2.0 * 3.141592653589793 / (1440.0 * minute_s)
    axis_km = (mu_km3_s2 / rate_rad_s**2) ** (1.0 / 3.0)
    factor = (axis_km / (axis_km + altitude_change_km)) ** 1.5
    return dataclasses.replace(
        elements, bstar_per_earth_radius=0.0, mean_motion_rev_d=elements.mean_motion_rev_d * factor
    )


def orbit_answers(
    dossier: Dossier, station: Station, elements: ElementSet, source: str, span: Span
) -> OrbitFigures:
    """What the station's orbit gives this dossier over a span.

    Raises:
        StationError: ``no-answer`` where SGP4 gives no state in the span.
    """
    from stationmaster.orbit.predict import predict

    question = orbit_question(dossier, station, elements, source, span)
    answer = predict(question)
    counted = [answer, *_elsewhere(question, answer, station, elements)]
    days = span.duration_s / 86400.0
    relay = answer.spans(WindowKind.RELAY)
    eclipses = answer.of(WindowKind.ECLIPSE)
    view = dossier.needs.view or ""
    return OrbitFigures(
        span=span,
        elements_epoch=elements.epoch,
        elements_source=source,
        object_name=elements.name,
        altitude_mean_km=answer.altitude_mean_km,
        revolutions_day_count=round(answer.revolutions_count / days, 3),
        sunlit_day_h=round(24.0 * answer.sunlit_fraction, 3),
        eclipse_day_h=round(24.0 * (1.0 - answer.sunlit_fraction), 3),
        eclipse_longest_min=_longest_min(window.span for window in eclipses),
        beta_min_deg=min(one.beta_deg for one in answer.betas),
        beta_max_deg=max(one.beta_deg for one in answer.betas),
        relay_day_min=round(relay.duration_s / 60.0 / days, 1),
        relay_gap_max_min=_longest_min(relay.gaps(span)) if relay else None,
        passes_day_min=round(answer.spans(WindowKind.PASS).duration_s / 60.0 / days, 1),
        anomaly_day_min=round(answer.spans(WindowKind.REGION).duration_s / 60.0 / days, 1),
        view=view,
        views=tuple(p.code for p in station.ports if view in p.views and p.payload_count != 0),
        targets=tuple(_targets(dossier, question, counted)),
        operations=tuple(_operations(dossier, answer)),
        reasons=tuple(_trust(elements, span)),
    )


def _elsewhere(
    question: OrbitProblem, answer: OrbitAnswer, station: Station, elements: ElementSet
) -> Iterator[OrbitAnswer]:
    """The same targets from the lowest and the highest altitude of the station's file."""
    from stationmaster.orbit.predict import predict

    if not question.targets:
        return
    for altitude_km in (station.orbit.altitude_min_km, station.orbit.altitude_max_km):
        change_km = altitude_km - answer.altitude_mean_km
        yield predict(
            dataclasses.replace(question, elements=held(elements, change_km), sites=(), relays=(), regions=())
        )


def _targets(
    dossier: Dossier, question: OrbitProblem, counted: Sequence[OrbitAnswer]
) -> Iterator[TargetFigures]:
    asked = {target.code for target in question.targets}
    for number, target in enumerate(dossier.needs.targets, 1):
        code = _code(number)
        if code not in asked:
            continue
        passes = counted[0].of(WindowKind.OVERPASS, code)
        counts = [len(answer.of(WindowKind.OVERPASS, code)) for answer in counted]
        sun = [one.sun_elevation_deg for one in passes if one.sun_elevation_deg is not None]
        gaps = [(after.start - before.end).total_seconds() for before, after in pairwise(passes)]
        yield TargetFigures(
            name=target.name,
            latitude_deg=target.latitude_deg,
            longitude_deg=target.longitude_deg,
            max_off_nadir_deg=target.max_off_nadir_deg,
            min_sun_elevation_deg=target.min_sun_elevation_deg,
            count=counts[0],
            least_count=min(counts),
            most_count=max(counts),
            any_light_count=len(counted[0].of(WindowKind.OVERPASS, _code(number, any_light=True))),
            day_count=sum(angle > DAY_DEG for angle in sun),
            high_sun_count=sum(angle > HIGH_DEG for angle in sun),
            night_count=sum(angle < NIGHT_DEG for angle in sun),
            week_count=round(7.0 * counts[0] / (question.span.duration_s / 86400.0), 2),
            seen_min=round(sum(one.span.duration_s for one in passes) / 60.0, 1),
            gap_max_d=round(max(gaps) / 86400.0, 2) if gaps else None,
            first=passes[:SHOWN],
        )


def _operations(dossier: Dossier, answer: OrbitAnswer) -> Iterator[OperationFigures]:
    """Every operation that waits for a window of the orbit."""
    span = answer.span
    named = {
        "relay": answer.spans(WindowKind.RELAY).items,
        "sunlit": answer.spans(WindowKind.SUNLIT).items,
        "eclipse": answer.spans(WindowKind.ECLIPSE).items,
        "outside-saa": answer.spans(WindowKind.REGION, "SAA").gaps(span).items,
        "target": _overpasses(dossier, answer),
    }
    weeks = int(span.duration_s // WEEK.total_seconds())
    for operation in dossier.operations:
        windows = named.get(operation.window)
        if windows is None or operation.duration_min <= 0 or weeks < 1:
            continue
        starts = opportunities(operation, windows)
        counts = [
            sum(span.start + number * WEEK <= start < span.start + (number + 1) * WEEK for start in starts)
            for number in range(weeks)
        ]
        yield OperationFigures(
            name=operation.name,
            window=operation.window,
            wanted_count=operation.per_week_count,
            weeks=weeks,
            enough_weeks=sum(count >= operation.per_week_count for count in counts),
            least_count=min(counts),
            longest_min=_longest_min(windows),
        )


def _overpasses(dossier: Dossier, answer: OrbitAnswer) -> tuple[Span, ...]:
    codes = [_code(number) for number in range(1, len(dossier.needs.targets) + 1)]
    return tuple(sorted({one.span for code in codes for one in answer.of(WindowKind.OVERPASS, code)}))


def opportunities(operation: Operation, windows: Sequence[Span]) -> tuple[datetime, ...]:
    """When an operation can start, as often as possible: the earliest start, then the next one.

    As in the crew's week: it lies inside one window, or about one whole pass of a target; starts are
    at least ``gap_min_h`` apart and it does not overlap itself.
    """
    length = timedelta(minutes=operation.duration_min)
    apart = max(length, timedelta(hours=operation.gap_min_h))
    starts: list[datetime] = []
    for window in windows:
        if operation.window == "target":
            begin = window.end - length if window.end - window.start <= length else None
            if begin is not None and (not starts or begin >= starts[-1] + apart):
                starts.append(begin)
            continue
        begin = max(window.start, starts[-1] + apart) if starts else window.start
        while begin + length <= window.end:
            starts.append(begin)
            begin += apart
    return tuple(starts)


def _longest_min(spans: Spans | Iterator[Span] | Sequence[Span]) -> float:
    return round(max((span.duration_s for span in spans), default=0.0) / 60.0, 1)


def _trust(elements: ElementSet, span: Span) -> Iterator[Reason]:
    """How far the numbers can be trusted, for this element set and this span."""
    away_d = max(abs((end - elements.epoch).total_seconds()) for end in (span.start, span.end)) / 86400.0
    yield Reason("orbit-held", {"epoch": iso(elements.epoch)[:10]})
    if away_d > TIMES_HOLD_D:
        yield Reason("orbit-times", {"days": f"{TIMES_HOLD_D:g}"})
    if away_d > LIGHT_HOLDS_D:
        yield Reason("orbit-light", {"days": f"{away_d:.0f}"})


#: The sentence of each reason.
REASONS = {
    "orbit-held": "From the element set of {epoch}, flown without drag, as reboosts hold the orbit; counts "
    "in brackets are those at the lowest and the highest altitude of the station's file.",
    "orbit-times": "Days and times of single passes can be told about {days} days ahead; counts and hours "
    "hold for longer.",
    "orbit-light": "The span lies {days} days from the element set: which passes fall into daylight cannot "
    "be told so far ahead, only how many there are in any light.",
}
