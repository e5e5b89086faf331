"""The station that the made-up weeks are flown on: its crew, rules, racks, power, stores, orbit, events."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from stationmaster.measure.time import Span, moment
from stationmaster.timeline.activity import Draw
from stationmaster.timeline.letters import (
    Blocked,
    CrewMember,
    Device,
    Facility,
    GroundRules,
    PowerLimit,
    Reduced,
    Session,
    Store,
)

MONDAY = moment("2026-03-02T00:00:00Z")
DAYS = 7
SKILLS = ("robotics", "medical", "fluids", "materials", "biology", "systems")
#: Minutes: one orbit at 390 km; its eclipse; what the relay antenna misses of it (blocked by structure).
ORBIT_MIN, ECLIPSE_MIN, GAP_MIN = 92.4, 35.0, 16.0
TARGETS = 20
SPACEWALK_DAY, DOCKING_DAY, REBOOST_DAY = 3, 1, 4


def at(day: int, hour: float) -> datetime:
    """A time of day of the week."""
    return MONDAY + timedelta(days=day, hours=hour)


def crew(size: int, rng: random.Random) -> tuple[CrewMember, ...]:
    """Members with four of six skills each; every skill is held by two or more."""
    while True:
        held = [tuple(sorted(rng.sample(SKILLS, 4))) for _ in range(size)]
        if all(sum(skill in own for own in held) >= 2 for skill in SKILLS):
            break
    roles = ["commander", *["flight engineer"] * (size - 1)]
    return tuple(
        CrewMember(code=f"C{n}", role=role, skills=own)
        for n, (role, own) in enumerate(zip(roles, held, strict=True), 1)
    )


def devices(size: int) -> tuple[Device, ...]:
    """Exercise devices: one set for a crew of up to four, two for a larger one."""
    sets = 1 if size <= 4 else 2
    return tuple(
        Device(code=f"{kind}-{n}", name=f"{kind.title()} {n}", vibrates=kind != "ERGOMETER")
        for kind in ("TREADMILL", "ERGOMETER", "RESISTIVE")
        for n in range(1, sets + 1)
    )


def rules(size: int) -> GroundRules:
    """Two and a half hours of exercise in two sessions; the rest as published for the ISS."""
    codes = [device.code for device in devices(size)]
    resistive = tuple(code for code in codes if code.startswith("RESISTIVE"))
    aerobic = tuple(code for code in codes if code not in resistive)
    return GroundRules(
        sessions=(
            Session(code="aerobic", name="Aerobic exercise", duration_min=60, devices=aerobic),
            Session(code="resistive", name="Resistive exercise", duration_min=90, devices=resistive),
        )
    )


def facilities(rng: random.Random) -> tuple[Facility, ...]:
    """Fourteen racks for one or two users, and what all share."""
    racks = [
        Facility(code=f"RACK-{n:02}", name=f"Rack {n}", users_at_once=rng.choice((1, 1, 2)))
        for n in range(1, 15)
    ]
    shared = [
        Facility(code=code, name=code.title(), users_at_once=units)
        for code, units in (("GLOVEBOX", 1), ("WORKBENCH", 1), ("AIRLOCK", 1), ("ARM", 1), ("FREEZER", 2))
    ]
    return (*racks, *shared)


def channels(size: int, loads: bool) -> tuple[PowerLimit, ...]:
    """Two power channels; a thermal loop, at half while its pump is serviced."""
    watts = 300.0 + 180.0 * size
    found = [
        PowerLimit(code=code, name=f"Channel {code}", sunlit_w=watts, eclipse_w=0.65 * watts)
        for code in ("1A", "2B")
    ]
    if loads:
        service = Reduced(span=Span(at(2, 13), at(2, 16)), limit_w=0.8 * watts)
        loop = PowerLimit(
            code="LOOP", name="Moderate loop", sunlit_w=1.4 * watts, eclipse_w=1.4 * watts, reduced=(service,)
        )
        found.append(loop)
    return tuple(found)


def stores(size: int, work_h: float) -> tuple[Store, ...]:
    """A recorder that empties through the relay, a heat store that cools, freezer openings a day."""
    return (
        Store(
            code="RECORDER", name="Data recorder", unit="GB", capacity_units=60.0 + 10.0 * size,
            initial_units=10.0, recovery_units_h=1.2 + 0.012 * work_h, recovers_in="relay",
        ),
        Store(
            code="HEAT", name="Heat store", unit="MJ", capacity_units=6.0 + 2.0 * size, initial_units=0.0,
            recovery_units_h=0.5 + 0.25 * size,
        ),
        Store(
            code="OPENINGS", name="Freezer openings", unit="openings", capacity_units=4.0 + 2.0 * size,
            daily=True,
        ),
    )  # fmt: skip


def eclipses() -> tuple[Span, ...]:
    """The dark part of each orbit."""
    return tuple(_each_orbit(20.0, ECLIPSE_MIN))


def _each_orbit(first_min: float, length_min: float) -> list[Span]:
    week = Span(MONDAY, MONDAY + timedelta(days=DAYS))
    orbits = int(DAYS * 1440 / ORBIT_MIN) + 1
    starts = [MONDAY + timedelta(minutes=first_min + n * ORBIT_MIN) for n in range(orbits)]
    spans = [Span(start, start + timedelta(minutes=length_min)) for start in starts]
    return [span for span in spans if week.start <= span.start and span.end <= week.end]


def windows(rng: random.Random) -> dict[str, tuple[Span, ...]]:
    """Relay contact (77 % of all slots) and, for each ground target, two or three passes in the week."""
    gaps = _each_orbit(65.0, GAP_MIN)
    edges = [MONDAY, *(edge for gap in gaps for edge in (gap.start, gap.end)), MONDAY + timedelta(days=DAYS)]
    found = {"relay": tuple(Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True))}
    for n in range(1, TARGETS + 1):
        passes = []
        for day in sorted(rng.sample(range(DAYS), rng.choice((2, 3)))):
            start = at(day, rng.uniform(8.0, 19.0))
            passes.append(Span(start, start + timedelta(seconds=rng.randint(35, 50))))
        found[f"target-{n:02}"] = tuple(passes)
    return found


def events(names: list[str], stored: bool) -> tuple[Blocked, ...]:
    """A spacewalk that takes two of the crew for the day, a docking, a reboost."""
    walkers = tuple(names[-2:])
    walk = Span(at(SPACEWALK_DAY, 8), at(SPACEWALK_DAY, 17))
    emptied = (Draw(store="RECORDER", amount_units=20.0),) if stored else ()
    return (
        Blocked(
            code="EVA", kind="spacewalk", title="Spacewalk",
            span=walk, crew=walkers, facilities=("AIRLOCK", "ARM"), waives=("meal", "exercise"),
        ),
        Blocked(
            code="DOCK", kind="docking", title="Docking of a cargo ship",
            span=Span(at(DOCKING_DAY, 14), at(DOCKING_DAY, 17)), crew=(names[0],), refills=emptied,
        ),
        Blocked(
            code="BOOST", kind="reboost", title="Reboost",
            span=Span(at(REBOOST_DAY, 10), at(REBOOST_DAY, 10.5)),
        ),
    )  # fmt: skip
