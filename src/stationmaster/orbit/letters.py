"""What the orbit stage is asked and what it answers: element sets, places, windows.

All times are UTC; latitudes and longitudes are geodetic (WGS 84), east positive; distances in km.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from stationmaster.measure.codes import distinct
from stationmaster.measure.errors import StationError
from stationmaster.measure.intervals import Spans
from stationmaster.measure.reasons import Reason
from stationmaster.measure.time import Span


def _within(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        expected = f"a number from {least:g} to {most:g}"
        raise StationError("bad-value", field=name, value=value, expected=expected)


def _place(latitude_deg: float, longitude_deg: float, altitude_m: float) -> None:
    _within("latitude_deg", latitude_deg, -90.0, 90.0)
    _within("longitude_deg", longitude_deg, -180.0, 360.0)
    _within("altitude_m", altitude_m, -500.0, 9000.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class ElementSet:
    """Mean elements of one object as published for SGP4 (TEME, UTC; CCSDS 502.0-B-3 and the TLE).

    ``catalogue_id`` is an integer of any length. ``mean_motion_rev_d`` is the Kozai mean motion.
    ``mean_motion_dot_rev_d2`` and ``mean_motion_ddot_rev_d3`` stand as published (in general
    perturbation data: half the first and a sixth of the second derivative); SGP4 does not use them.
    The epoch is kept to the microsecond (4 mm along a low orbit); TLE epochs fit exactly.
    """

    catalogue_id: int
    name: str
    object_id: str
    epoch: datetime
    mean_motion_rev_d: float
    eccentricity_ratio: float
    inclination_deg: float
    raan_deg: float
    arg_perigee_deg: float
    mean_anomaly_deg: float
    bstar_per_earth_radius: float
    mean_motion_dot_rev_d2: float = 0.0
    mean_motion_ddot_rev_d3: float = 0.0
    element_set_number: int = 0
    revolution_number: int = 0
    classification: str = "U"
    ephemeris_type: int = 0


@dataclass(frozen=True, kw_only=True)
class Site:
    """A ground station, and the elevation above which it can work with the station.

    ``bands`` are the radio bands it works in (S, Ku, VHF); none given: whatever is asked for.
    """

    code: str
    name: str = ""
    latitude_deg: float
    longitude_deg: float
    altitude_m: float = 0.0
    min_elevation_deg: float = 5.0
    bands: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _place(self.latitude_deg, self.longitude_deg, self.altitude_m)
        _within("min_elevation_deg", self.min_elevation_deg, 0.0, 89.0)


@dataclass(frozen=True, kw_only=True)
class RelaySlot:
    """A relay satellite at rest above the equator at a longitude (a circle of 42,164.17 km).

    ``bands`` as of a :class:`Site`.
    """

    code: str
    name: str = ""
    longitude_deg: float
    bands: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _place(0.0, self.longitude_deg, 0.0)


@dataclass(frozen=True, kw_only=True)
class BlockedCone:
    """Directions that the station's own structure hides from its relay antenna.

    Body axes are held to the local vertical and horizontal. ``azimuth_deg`` is measured in the
    local horizontal from the flight direction towards starboard (right, looking forward with the
    Earth below), ``elevation_deg`` upwards from it.
    """

    code: str
    azimuth_deg: float
    elevation_deg: float
    half_angle_deg: float

    def __post_init__(self) -> None:
        _within("elevation_deg", self.elevation_deg, -90.0, 90.0)
        _within("azimuth_deg", self.azimuth_deg, -360.0, 360.0)
        _within("half_angle_deg", self.half_angle_deg, 0.1, 179.0)


@dataclass(frozen=True, kw_only=True)
class Target:
    """A place on the ground to be looked at, and the light it needs.

    ``max_off_nadir_deg`` is the angle at the station between the place and the point straight
    below; the Sun's elevation at the place must lie between the two bounds (for night scenes:
    -90 and, say, -12).
    """

    code: str
    name: str = ""
    latitude_deg: float
    longitude_deg: float
    altitude_m: float = 0.0
    max_off_nadir_deg: float = 30.0
    min_sun_elevation_deg: float = 10.0
    max_sun_elevation_deg: float = 90.0

    def __post_init__(self) -> None:
        _place(self.latitude_deg, self.longitude_deg, self.altitude_m)
        _within("max_off_nadir_deg", self.max_off_nadir_deg, 0.5, 85.0)
        _within("min_sun_elevation_deg", self.min_sun_elevation_deg, -90.0, 90.0)
        _within("max_sun_elevation_deg", self.max_sun_elevation_deg, self.min_sun_elevation_deg, 90.0)


@dataclass(frozen=True, kw_only=True)
class Corner:
    """One corner of a region."""

    latitude_deg: float
    longitude_deg: float

    def __post_init__(self) -> None:
        _place(self.latitude_deg, self.longitude_deg, 0.0)


@dataclass(frozen=True, kw_only=True)
class Region:
    """An area under the orbit: a polygon whose sides are straight on a latitude-longitude map.

    It spans less than 180 degrees of longitude and holds no pole. Like every figure it names a
    source or says that it is an estimate.
    """

    code: str
    name: str = ""
    corners: tuple[Corner, ...]
    source: str | None = None
    estimate: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        if len(self.corners) < 3:
            raise StationError(
                "bad-value", field="corners", value=f"{len(self.corners)} corners", expected="at least 3"
            )
        if not self.source and not self.estimate:
            raise StationError("missing-field", field="source", expected='source = "..." or estimate = true')
        for one, following in zip(self.corners, (*self.corners[1:], self.corners[0]), strict=True):
            if one == following:
                value = f"{one.latitude_deg:g}, {one.longitude_deg:g}"
                raise StationError("duplicate", field="corners", value=value, kind="corner")
        first = self.corners[0].longitude_deg
        east = [(corner.longitude_deg - first + 180.0) % 360.0 - 180.0 for corner in self.corners]
        if max(east) - min(east) >= 180.0:
            expected = "less than 180 degrees of longitude"
            value = f"{max(east) - min(east):g} degrees"
            raise StationError("bad-value", field="corners", value=value, expected=expected)


#: The South Atlantic Anomaly at station altitude: an estimate, for planning and not for dose.
SOUTH_ATLANTIC_ANOMALY = Region(
    code="SAA",
    name="South Atlantic Anomaly",
    corners=tuple(
        Corner(latitude_deg=latitude, longitude_deg=longitude)
        for latitude, longitude in (
            (-2.0, -50.0),
            (-2.0, -30.0),
            (-12.0, -5.0),
            (-20.0, 10.0),
            (-30.0, 22.0),
            (-42.0, 22.0),
            (-50.0, 0.0),
            (-50.0, -60.0),
            (-42.0, -80.0),
            (-25.0, -85.0),
            (-10.0, -70.0),
        )
    ),
    estimate=True,
    note="a rough outline of where inner-belt protons reach 350 to 450 km; it drifts west 0.3 degrees a year",
)


@dataclass(frozen=True, kw_only=True)
class Reboost:
    """A burn that the elements do not know of: when, and by how much it may lift the orbit."""

    at: datetime
    rise_km: float

    def __post_init__(self) -> None:
        _within("rise_km", self.rise_km, -50.0, 50.0)


@dataclass(frozen=True, kw_only=True)
class OrbitProblem:
    """One object, a span of time, and the places whose windows are asked for.

    ``relay_zenith_angle_max_deg`` is the half-angle, around the local zenith, of the directions
    the relay antenna can reach (180: all of them); ``blocked`` are cones taken out of it.
    ``elements_source`` says where the element set was published.
    """

    VERSION: ClassVar[int] = 1

    station: str
    elements: ElementSet
    elements_source: str
    span: Span
    sites: tuple[Site, ...] = ()
    relays: tuple[RelaySlot, ...] = ()
    targets: tuple[Target, ...] = ()
    regions: tuple[Region, ...] = (SOUTH_ATLANTIC_ANOMALY,)
    relay_zenith_angle_max_deg: float = 180.0
    blocked: tuple[BlockedCone, ...] = ()
    track_step_s: float = 120.0
    epoch_error_km: float = 3.0
    drag_error_share: float = 0.2
    drag_error_per_earth_radius: float = 5e-5
    reboosts: tuple[Reboost, ...] = ()
    slot_s: float = 300.0

    def __post_init__(self) -> None:
        _within("epoch_error_km", self.epoch_error_km, 0.0, 1000.0)
        _within("drag_error_share", self.drag_error_share, 0.0, 1.0)
        _within("drag_error_per_earth_radius", self.drag_error_per_earth_radius, 0.0, 0.01)
        _within("slot_s", self.slot_s, 1.0, 86400.0)
        _within("relay_zenith_angle_max_deg", self.relay_zenith_angle_max_deg, 1.0, 180.0)
        _within("track_step_s", self.track_step_s, 10.0, 3600.0)
        for kind, places in (("site", self.sites), ("relay", self.relays), ("target", self.targets)):
            distinct((place.code for place in places), kind, field=f"{kind}s")
        distinct((region.code for region in self.regions), "region", field="regions")
        length_d = self.span.duration_s / 86400.0
        if not 0.0 < length_d <= 400.0:
            raise StationError(
                "bad-value", field="span", value=f"{length_d:g} days", expected="more than 0, at most 400"
            )


class WindowKind(StrEnum):
    """What holds during a window."""

    SUNLIT = "sunlit"  # some of the Sun's disc is seen from the station
    ECLIPSE = "eclipse"  # none of it is: umbra
    DAY = "day"  # the Sun is above the horizon of the ground below
    NIGHT = "night"  # it is not
    PASS = "pass"  # above the elevation limit of a ground station
    RELAY = "relay"  # line of sight to a relay satellite, clear of Earth and structure
    OVERPASS = "overpass"  # a target in reach and in the light it needs
    REGION = "region"  # over a region


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A span during which something holds; ends are good to about a tenth of a second of the elements.

    ``name`` is the code of the site, relay, target or region; empty for sunlight and day. Details
    belong to the moment ``peak`` (passes: highest; overpasses: least off nadir) and are None
    where they mean nothing. ``cut_start`` and ``cut_end`` tell that the asked span ends there
    and not what the window stands for.
    """

    kind: WindowKind
    name: str = ""
    start: datetime
    end: datetime
    peak: datetime | None = None
    max_elevation_deg: float | None = None
    min_range_km: float | None = None
    min_off_nadir_deg: float | None = None
    sun_elevation_deg: float | None = None
    cut_start: bool = False
    cut_end: bool = False

    @property
    def span(self) -> Span:
        """The window as a span."""
        return Span(self.start, self.end)


@dataclass(frozen=True, kw_only=True)
class Beta:
    """The angle between the orbit plane and the Sun: positive when the Sun is on its north side."""

    at: datetime
    beta_deg: float


@dataclass(frozen=True, kw_only=True)
class EdgeError:
    """By how much the ends of windows may be early or late at a moment, as elements age."""

    at: datetime
    edge_s: float


@dataclass(frozen=True, kw_only=True)
class TrackPoint:
    """Where the station is above the ground, and whether it is in sunlight."""

    at: datetime
    latitude_deg: float
    longitude_deg: float
    altitude_km: float
    sunlit: bool


@dataclass(frozen=True, kw_only=True)
class OrbitAnswer:
    """The orbit over the span: windows sorted by start, kind and name, and what describes the whole.

    ``track`` covers the first day. Altitudes are geodetic: least, greatest, and the mean of a sample
    each minute. ``reasons`` are the caveats: old elements, Earth orientation that
    is not measured yet.

    ``edge_errors`` tell each day by how much window ends may be off (linear between; from the last
    one on, where it comes before the span's end, no one can say: by these elements the object may
    have come down). ``exact_until`` is the moment up to which they are off by at most half a slot,
    so that a plan on that grid is off by one slot at most; None: not even at the start.
    """

    VERSION: ClassVar[int] = 1

    station: str
    catalogue_id: int
    object_name: str
    span: Span
    elements_epoch: datetime
    elements_source: str
    elements_age_start_d: float = field(metadata={"signed": True})
    elements_age_end_d: float = field(metadata={"signed": True})
    windows: tuple[Window, ...]
    sunlit_fraction: float
    betas: tuple[Beta, ...]
    altitude_min_km: float
    altitude_max_km: float
    altitude_mean_km: float
    period_min: float
    revolutions_count: float
    track: tuple[TrackPoint, ...]
    reasons: tuple[Reason, ...] = ()
    edge_errors: tuple[EdgeError, ...] = ()
    exact_until: datetime | None = None

    def of(self, kind: WindowKind | str, name: str | None = None) -> tuple[Window, ...]:
        """The windows of a kind, of one name or (None) of all."""
        return tuple(w for w in self.windows if w.kind == kind and name in (None, w.name))

    def spans(self, kind: WindowKind | str, name: str | None = None) -> Spans:
        """The same as a set of time: with no name, when at least one of that kind holds."""
        return Spans.of(window.span for window in self.of(kind, name))
