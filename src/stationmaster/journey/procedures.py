"""Procedures become activities of the week, at the places the manifest gave.

Four judgements are made here and nowhere else:

- a payload that arrives this week is set up first, in sessions of at most two hours, in the crew
  hours that the manifest holds for it; its procedures wait for that;
- a procedure that follows another pairs off with it: the n-th of three follows the n-th of three,
  and one that is done once follows the last;
- a payload does one thing at a time (a mere downlink aside), and what the ground commands never
  overlaps the next time it is done;
- a procedure draws its power within what the manifest reserves for its payload; only what goes
  beyond that is added.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stationmaster.journey.cargo import arm_installation, set_up_h
from stationmaster.manifest.letters import Berth
from stationmaster.proposal.letters import Dossier, Operation
from stationmaster.scenario import SystemOperation
from stationmaster.station.letters import Station
from stationmaster.timeline.activity import STATION, Activity, After, Use

#: What a quiet operation cannot bear.
DISTURBANCES = ("docking", "spacewalk", "reboost", "exercise")
#: The longest session of a set-up in one piece (our judgement).
SET_UP_MIN = 120
#: Weights of the station's own work, on the scale of the call's scores (0 to 10). A must is placed
#: whatever it weighs; what is optional stands back behind a well-read experiment.
MUST_WEIGHT, OPTIONAL_WEIGHT = 8.0, 4.0


@dataclass(frozen=True)
class _Work:
    """Whose procedures are planned: a payload at its places, or the station itself."""

    project: str
    operations: Sequence[Operation]
    codes: Mapping[str, str]
    places: tuple[str, ...] = ()
    channel: str = ""
    reserved_w: float = 0.0
    set_up: str = ""
    often: Mapping[str, int] = field(default_factory=dict)


class Procedures:
    """Turns the procedures of a station's payloads, and its own work, into activities.

    Args:
        station: whose racks, mechanisms and power channels they use.
        shut: kinds of quiet span that leave the call's projects no crew time at all.
    """

    def __init__(self, station: Station, shut: tuple[str, ...] = ()) -> None:
        self.station, self.shut = station, shut
        self.channel = {rack.code: rack.channel for rack in station.racks}
        self.channel |= {port.code: port.channel for port in station.ports}

    def project(self, dossier: Dossier, berth: Berth, weight: float, *, arrives: bool) -> Iterator[Activity]:
        """The set-up of a payload that arrives, and its procedures, each as often as it asks."""
        set_up = tuple(self._set_up(dossier, weight)) if arrives else ()
        yield from set_up
        work = _Work(
            project=dossier.code,
            operations=dossier.operations,
            codes={op.name: f"{dossier.code}.{number}" for number, op in enumerate(dossier.operations, 1)},
            places=berth.places,
            channel=self.channel[berth.places[0]],
            reserved_w=dossier.needs.power_w,
            set_up=set_up[-1].code if set_up else "",
            often={op.name: op.per_week_count for op in dossier.operations},
        )
        for operation in dossier.operations:
            yield from self._occurrences(work, operation, weight)

    def system(self, operations: Sequence[SystemOperation]) -> Iterator[Activity]:
        """The station's own work, on the power channel of the rack it uses (else the first)."""
        work = _Work(
            project=STATION,
            operations=operations,
            codes={op.name: op.code for op in operations},
            often={op.name: op.per_week_count for op in operations},
        )
        for operation in operations:
            yield from self._occurrences(work, operation, MUST_WEIGHT if operation.must else OPTIONAL_WEIGHT)

    # ------------------------------------------------------------------------------ set-up

    def _set_up(self, dossier: Dossier, weight: float) -> Iterator[Activity]:
        whole_min = round(set_up_h(dossier) * 60)
        arm = arm_installation(dossier) > 0
        kinds = (["arm"] if arm else []) + (["airlock"] if dossier.needs.airlock else [])
        uses = (*self._facilities(kinds, ()), dossier.code)
        sessions = math.ceil(whole_min / SET_UP_MIN)
        for number in range(1, sessions + 1):
            length_min = math.ceil(whole_min / sessions)
            yield Activity(
                code=f"{dossier.code}.SETUP.{number}",
                title="Install and set up" if sessions == 1 else f"Install and set up, part {number}",
                duration_min=length_min,
                priority_weight=weight,
                project=dossier.code,
                skill="robotics" if arm else "",
                uses=tuple(Use(facility=code) for code in uses),
                quiet=self.shut,
                series=f"{dossier.code}.SETUP",
                occurrence=number,
                gap_shortest_min=length_min,
            )

    # -------------------------------------------------------------------------- procedures

    def _occurrences(self, work: _Work, operation: Operation, weight: float) -> Iterator[Activity]:
        code, general = work.codes[operation.name], operation.skill == "general"
        racks = tuple(self._facilities(operation.uses, work.places))
        holds = work.project != STATION and (operation.crew_count > 0 or operation.power_w > 0)
        extra_w = max(0.0, round(operation.power_w - work.reserved_w, 3))
        alone_min = 0 if operation.crew_count else operation.duration_min
        apart_min = max(round(operation.gap_min_h * 60), alone_min)
        most_min = None if operation.gap_max_h is None else max(apart_min, round(operation.gap_max_h * 60))
        for number in range(1, operation.per_week_count + 1):
            yield Activity(
                code=f"{code}.{number}",
                title=operation.name,
                duration_min=operation.duration_min,
                priority_weight=weight,
                project=work.project,
                must=operation.must,
                crew_count=operation.crew_count,
                skill="" if general else operation.skill,
                skilled_count=1 if operation.crew_count > 1 and not general else None,
                uses=tuple(Use(facility=f) for f in (*racks, *([work.project] if holds else []))),
                power_w=extra_w,
                channel=(work.channel or self._bus(racks)) if extra_w else "",
                inside=(operation.window,) if operation.window not in ("any", "target") else (),
                around=(f"target {work.project}",) if operation.window == "target" else (),
                quiet=self._quiet(work, operation),
                after=tuple(_after(work, operation, number)),
                series=code if operation.per_week_count > 1 else "",
                occurrence=number,
                gap_shortest_min=apart_min,
                gap_longest_min=most_min,
            )

    def _quiet(self, work: _Work, operation: Operation) -> tuple[str, ...]:
        """What it cannot bear; a project's crew procedures also keep out of spans with no crew time."""
        kinds: tuple[str, ...] = DISTURBANCES if operation.quiet else ()
        if work.project != STATION and operation.crew_count:
            kinds += tuple(kind for kind in self.shut if kind not in kinds)
        return kinds

    def _bus(self, racks: Iterable[str]) -> str:
        """The power channel of the first rack that has one, else the station's first."""
        fed = (self.channel[code] for code in racks if self.channel.get(code))
        return next(fed, self.station.channels[0].code if self.station.channels else "")

    def _facilities(self, kinds: Iterable[str], places_given: tuple[str, ...]) -> Iterator[str]:
        """For each kind used, the rack or mechanism that offers it: the berth's own, else the first."""
        found: dict[str, None] = {}
        for kind in kinds:
            offering = [rack.code for rack in self.station.racks if kind in rack.offers]
            offering += [m.code for m in self.station.mechanisms if m.kind == kind]
            found[next((code for code in places_given if code in offering), offering[0])] = None
        yield from found


def _after(work: _Work, operation: Operation, number: int) -> Iterator[After]:
    """What this occurrence waits for: its partner of the procedure before, and the set-up."""
    if operation.after is not None:
        many, of_these = work.often[operation.after], operation.per_week_count
        partner = math.ceil(number * many / of_these)
        yield After(
            activity=f"{work.codes[operation.after]}.{partner}",
            lag_shortest_min=round(operation.lag_min_h * 60),
            lag_longest_min=None if operation.lag_max_h is None else round(operation.lag_max_h * 60),
        )
    if work.set_up:
        yield After(activity=work.set_up)
