"""Judges an orbit answer from first principles: everything is computed again another way.

Shares nothing with the maker but the letters: ``margins`` has other states, another Sun and other
geometry, and here they are looked at on a dense grid, where the maker refines arcs.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import iso
from stationmaster.orbit.check_ageing import ageing_faults
from stationmaster.orbit.letters import OrbitAnswer, OrbitProblem, Site, Target, Window, WindowKind
from stationmaster.orbit.margins import (
    Array,
    Margin,
    Scene,
    altitude_km,
    angle_deg,
    elevation_deg,
    ground,
    latitude_deg,
    margins,
    off_nadir_deg,
    scene_at,
    sunlight_deg,
)

_STEP_S: Final = 20.0
_END_S: Final = 1.0
#: How far (degrees) a sample may lie on the wrong side of its limit: models differ by so much.
_SLACK_DEG: Final[dict[WindowKind, float]] = {
    WindowKind.SUNLIT: 0.02,
    WindowKind.ECLIPSE: 0.02,
    WindowKind.DAY: 0.02,
    WindowKind.NIGHT: 0.02,
    WindowKind.PASS: 0.005,
    WindowKind.RELAY: 0.01,
    WindowKind.OVERPASS: 0.02,
    WindowKind.REGION: 0.002,
}


def faults(problem: OrbitProblem, answer: OrbitAnswer) -> tuple[Fault, ...]:
    """What is wrong with an answer; empty when nothing is.

    Every end of a window must lie within a second of where the condition changes, no window may
    hold a moment that fails it, and no moment of a 20-second grid that meets it may be left out.
    """
    found = [*_heading(problem, answer), *_order(problem, answer)]
    if found:
        return tuple(found)
    length_s = problem.span.duration_s
    scene = scene_at(problem, np.append(np.arange(0.0, length_s, _STEP_S), length_s))
    for kind, name, margin in margins(problem):
        found += _judged(problem, answer, scene, kind, name, margin)
    found += _partition(answer)
    found += _figures(problem, answer, scene)
    found += _track(problem, answer)
    found += ageing_faults(problem, answer)
    return tuple(found)


def _heading(problem: OrbitProblem, answer: OrbitAnswer) -> Iterator[Fault]:
    elements, edges = problem.elements, (problem.span.start, problem.span.end)
    ages = [(edge - elements.epoch).total_seconds() / 86400.0 for edge in edges]
    for name, own, asked in (
        ("station", answer.station, problem.station),
        ("catalogue_id", answer.catalogue_id, elements.catalogue_id),
        ("object_name", answer.object_name, elements.name),
        ("span", answer.span, problem.span),
        ("elements_epoch", answer.elements_epoch, elements.epoch),
        ("elements_source", answer.elements_source, problem.elements_source),
    ):
        if own != asked:
            yield Fault("other-question", name, f"The answer has {own} where the problem has {asked}.")
    for name, value, age in (
        ("elements_age_start_d", answer.elements_age_start_d, ages[0]),
        ("elements_age_end_d", answer.elements_age_end_d, ages[1]),
    ):
        if abs(value - age) > 1e-5:
            yield Fault("wrong-figure", name, f"The elements are {age:.6f} days old, not {value}.")


def _order(problem: OrbitProblem, answer: OrbitAnswer) -> Iterator[Fault]:
    known = {(kind, name) for kind, name, _ in margins(problem)}
    for window in answer.windows:
        if (window.kind, window.name) not in known:
            yield Fault("not-asked", _where(window), "Nobody asked for such a window.")
        if not answer.span.start <= window.start < window.end <= answer.span.end:
            yield Fault("outside-span", _where(window), "The window is empty or leaves the span.")
        yield from _fields(window)
        for cut, edge, limit in (
            (window.cut_start, window.start, answer.span.start),
            (window.cut_end, window.end, answer.span.end),
        ):
            if cut and edge != limit:
                yield Fault("cut-inside", _where(window), "It is called cut but ends inside the span.")
    keys = [(window.start, window.kind, window.name, window.end) for window in answer.windows]
    if keys != sorted(keys):
        yield Fault("order", "windows", "They do not stand by start, kind and name.")
    for kind, name in sorted(known):
        for one, following in itertools.pairwise(answer.of(kind, name)):
            if following.start < one.end:
                yield Fault("overlap", _where(following), "It begins before the one before it ends.")


def _fields(window: Window) -> Iterator[Fault]:
    """Passes and overpasses tell of their peak, overpasses of the angle off nadir, others of neither."""
    over_place = window.kind in (WindowKind.PASS, WindowKind.OVERPASS)
    told = (window.peak, window.max_elevation_deg, window.min_range_km, window.sun_elevation_deg)
    if any((detail is not None) != over_place for detail in told) or (
        (window.min_off_nadir_deg is not None) != (window.kind is WindowKind.OVERPASS)
    ):
        yield Fault("wrong-detail", _where(window), "It tells too much, or too little, of its kind.")


def _where(window: Window) -> str:
    return " ".join(part for part in (window.kind.value, window.name, iso(window.start)) if part)


def _judged(
    problem: OrbitProblem, answer: OrbitAnswer, scene: Scene, kind: WindowKind, name: str, margin: Margin
) -> Iterator[Fault]:
    windows, slack, values = answer.of(kind, name), _SLACK_DEG[kind], margin(scene)
    edges = np.array([[_after(problem, w.start), _after(problem, w.end)] for w in windows]).reshape(-1, 2)
    near = np.zeros(len(scene.seconds), dtype=bool)
    if len(edges):
        flat = np.sort(edges.ravel())
        place = np.clip(np.searchsorted(flat, scene.seconds), 1, max(1, len(flat) - 1))
        near = np.abs(scene.seconds - flat[place - 1]) <= _END_S
        near |= np.abs(scene.seconds - flat[np.minimum(place, len(flat) - 1)]) <= _END_S
    inside = _held(edges, scene.seconds)
    for bad, code, says in (
        (inside & (values < -slack) & ~near, "does-not-hold", "A moment of the window fails its condition"),
        (~inside & (values > slack) & ~near, "left-out", "The condition holds but no window says so"),
    ):
        for place_bad in np.flatnonzero(bad)[:3]:
            when = problem.span.start + timedelta(seconds=float(scene.seconds[place_bad]))
            says_how = f"{says} by {abs(values[place_bad]):.4f} degrees."
            yield Fault(code, f"{kind.value} {name} {iso(when)}", says_how)
    yield from _edges(problem, windows, edges, margin, slack)
    yield from _details(problem, windows, edges)


def _held(edges: Array, seconds: Array) -> NDArray[np.bool_]:
    place = np.searchsorted(edges[:, 0], seconds, side="right") - 1
    held = place >= 0
    held[held] = seconds[held] < edges[place[held], 1]
    return held


def _edges(
    problem: OrbitProblem, windows: tuple[Window, ...], edges: Array, margin: Margin, slack: float
) -> Iterator[Fault]:
    """Just inside each end the condition holds; just outside it does not, unless the span ends there."""
    if not windows:
        return
    length_s = problem.span.duration_s
    inset = np.minimum(_END_S, (edges[:, 1] - edges[:, 0]) / 2.0)
    inner = scene_at(problem, np.concatenate([edges[:, 0] + inset, edges[:, 1] - inset]))
    outside = np.concatenate([edges[:, 0] - inset, edges[:, 1] + inset])
    outer = scene_at(problem, np.clip(outside, -_END_S, length_s + _END_S))
    cut = np.array([w.cut_start for w in windows] + [w.cut_end for w in windows])
    bad = (margin(inner) < -slack) | (~cut & (margin(outer) > slack))
    for place in np.flatnonzero(bad):
        window = windows[place % len(windows)]
        end = "start" if place < len(windows) else "end"
        yield Fault("end-off", _where(window), f"Its {end} is more than a second from the change.")


def _details(problem: OrbitProblem, windows: tuple[Window, ...], edges: Array) -> Iterator[Fault]:
    """What windows over a place say of their peak."""
    told = [(w, e) for w, e in zip(windows, edges, strict=True) if w.peak is not None]
    if not told:
        return
    first = told[0][0]
    kind: tuple[Site | Target, ...] = problem.sites if first.kind == WindowKind.PASS else problem.targets
    place = next(p for p in kind if p.code == first.name)
    at = scene_at(problem, np.array([_after(problem, w.peak) for w, _ in told if w.peak is not None]))
    across = np.linspace(0.02, 0.98, 25)
    along = scene_at(problem, np.concatenate([e[0] + (e[1] - e[0]) * across for _, e in told]))
    over_pass = isinstance(place, Site)
    rank = elevation_deg(along, place) if over_pass else -off_nadir_deg(along, place)
    best = rank.reshape(len(told), -1).max(axis=1)
    own = elevation_deg(at, place) if over_pass else -off_nadir_deg(at, place)
    position, up = ground(place.latitude_deg, place.longitude_deg, place.altitude_m)
    facts: list[tuple[str, Array, float]] = [
        ("max_elevation_deg", elevation_deg(at, place), 0.05),
        ("min_range_km", np.linalg.norm(at.r_km - position, axis=1), 0.2),
        ("sun_elevation_deg", 90.0 - angle_deg(at.sun_km, np.broadcast_to(up, at.sun_km.shape)), 0.05),
    ]
    if not over_pass:
        facts.append(("min_off_nadir_deg", off_nadir_deg(at, place), 0.05))
    for name, values, tolerance in facts:
        for (window, _), value in zip(told, values, strict=True):
            said = getattr(window, name)
            if said is None or abs(said - value) > tolerance:
                yield Fault("wrong-detail", _where(window), f"{name} is {value:.3f}, not {said}.")
    for (window, edge), value, most in zip(told, own, best, strict=True):
        if value < most - 0.05 or not edge[0] - 0.002 <= _after(problem, window.peak) <= edge[1] + 0.002:
            yield Fault("wrong-detail", _where(window), "Its peak is not its best moment.")


def _partition(answer: OrbitAnswer) -> Iterator[Fault]:
    """Sunlit and eclipse, day and night: one or the other at every moment."""
    for kind, other in ((WindowKind.SUNLIT, WindowKind.ECLIPSE), (WindowKind.DAY, WindowKind.NIGHT)):
        total_s = answer.spans(kind).duration_s + answer.spans(other).duration_s
        shared_s = (answer.spans(kind) & answer.spans(other)).duration_s
        if abs(total_s - answer.span.duration_s) > 0.01 or shared_s > 0.0:
            yield Fault("no-partition", f"{kind.value} {other.value}", "They do not share out the span.")
    sunlit, length_s = answer.of(WindowKind.SUNLIT), answer.span.duration_s
    fraction = sum(window.span.duration_s for window in sunlit) / length_s
    # each end is rounded to the millisecond
    if abs(fraction - answer.sunlit_fraction) > 2e-6 + 0.001 * len(sunlit) / length_s:
        says = f"The windows give {fraction:.6f}, not {answer.sunlit_fraction}."
        yield Fault("wrong-figure", "sunlit_fraction", says)


def _figures(problem: OrbitProblem, answer: OrbitAnswer, scene: Scene) -> Iterator[Fault]:
    heights_km = altitude_km(scene.r_km)
    for name, value, tolerance in (
        ("altitude_min_km", float(heights_km.min()), 0.5),
        ("altitude_max_km", float(heights_km.max()), 0.5),
        ("altitude_mean_km", float(heights_km.mean()), 0.5),
    ):
        # an eccentric orbit moves far in a grid step
        if abs(getattr(answer, name) - value) > tolerance + 0.01 * float(np.ptp(heights_km)):
            yield Fault("wrong-figure", name, f"It is {value:.3f}, not {getattr(answer, name)}.")
    expected, tolerance = _revolutions(problem, scene)
    if abs(answer.revolutions_count - expected) > tolerance:
        says = f"About {expected:.2f} are due, not {answer.revolutions_count}."
        yield Fault("wrong-figure", "revolutions_count", says)
    told_s = 60.0 * answer.period_min * answer.revolutions_count
    rounding_s = 60.0 * 1e-5 * (answer.period_min + answer.revolutions_count)  # both to five decimals
    if abs(told_s - problem.span.duration_s) > rounding_s:
        yield Fault("wrong-figure", "period_min", "Period and revolutions do not make the span.")
    at_s = np.array([_after(problem, beta.at) for beta in answer.betas])
    due_s = np.unique(np.append(np.arange(0.0, problem.span.duration_s, 21600.0), problem.span.duration_s))
    if len(at_s) != len(due_s) or np.abs(at_s - due_s).max() > 1e-3:
        yield Fault("wrong-figure", "betas", "They do not stand every six hours and at the end.")
        return
    at = scene_at(problem, at_s)
    normal = np.cross(at.r_km, at.v_km_s)
    for beta, value in zip(answer.betas, 90.0 - angle_deg(normal, at.sun_km), strict=True):
        if abs(beta.beta_deg - value) > 0.05:
            yield Fault("wrong-figure", f"beta {iso(beta.at)}", f"It is {value:.4f}, not {beta.beta_deg}.")


def _revolutions(problem: OrbitProblem, scene: Scene) -> tuple[float, float]:
    """How many revolutions are due, from one passage of the equator northward to the next, and how surely.

    A span without two of them goes by the elements, which old drag has left behind.
    """
    up_km = scene.r_km[:, 2]
    before = np.flatnonzero((up_km[:-1] < 0.0) & (up_km[1:] >= 0.0))
    length_s = problem.span.duration_s
    if len(before) < 3:
        due = problem.elements.mean_motion_rev_d * length_s / 86400.0
        return due, 0.1 + 0.02 * due
    part = up_km[before] / (up_km[before] - up_km[before + 1])
    nodes_s = scene.seconds[before] + part * np.diff(scene.seconds)[before]
    due = (len(nodes_s) - 1) * length_s / float(nodes_s[-1] - nodes_s[0])
    return due, 0.05 + 0.002 * due


def _track(problem: OrbitProblem, answer: OrbitAnswer) -> Iterator[Fault]:
    at_s = np.array([_after(problem, point.at) for point in answer.track])
    last_s = min(86400.0, problem.span.duration_s)
    due_s = np.arange(0.0, last_s + 1e-6, problem.track_step_s)
    if len(at_s) != len(due_s) or np.abs(at_s - due_s).max() > 1e-3:
        yield Fault("wrong-figure", "track", "It does not go step by step over the first day.")
        return
    at = scene_at(problem, at_s)
    north_deg = latitude_deg(at.r_km)
    east_deg = np.degrees(np.arctan2(at.r_km[:, 1], at.r_km[:, 0]))
    heights_km, light = altitude_km(at.r_km), sunlight_deg(at)
    for n, point in enumerate(answer.track):
        east = (point.longitude_deg - east_deg[n] + 180.0) % 360.0 - 180.0
        off = (abs(point.latitude_deg - north_deg[n]) > 0.002, abs(east) > 0.005)
        dark = abs(light[n]) > 0.05 and point.sunlit != bool(light[n] > 0.0)
        if any(off) or abs(point.altitude_km - heights_km[n]) > 0.05 or dark:
            yield Fault("wrong-figure", f"track {iso(point.at)}", "The station is not there, or not so lit.")


def _after(problem: OrbitProblem, when: datetime | None) -> float:
    return (when - problem.span.start).total_seconds() if when is not None else math.nan
