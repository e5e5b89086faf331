"""What the files of a scenario must agree on before any stage begins.

A stage would notice each of these later, or stumble over it; only here are file and line still known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise

from stationmaster.call.check import faults as call_faults
from stationmaster.call.countries import Countries
from stationmaster.call.letters import Call
from stationmaster.manifest.letters import Increment, Traffic
from stationmaster.measure.codes import known
from stationmaster.measure.errors import StationError
from stationmaster.measure.letters import Source
from stationmaster.measure.time import iso
from stationmaster.proposal.letters import RESOURCES, Dossier, Operation
from stationmaster.proposal.procedures import WINDOWS
from stationmaster.scenario.layers import Finder
from stationmaster.scenario.letters import Scenario, SystemOperation, Ties
from stationmaster.selection.letters import AMOUNT_LIMIT, RULE_NAMES
from stationmaster.selection.ties import refuse_ties
from stationmaster.station.letters import Station
from stationmaster.timeline.letters import Crew

#: Activities of a week that one file may ask for: over four an hour, day and night.
OCCURRENCES_LIMIT = 700
SCORE_LIMIT = 1000
WEEK_MIN = 7 * 24 * 60
#: The manifest plans week by week; ten years of increments are more than any call spans.
TRAFFIC_LIMIT = timedelta(weeks=520)
#: Groups that the call's country table gives; ``partner`` comes with a file of sponsors.
GROUPINGS = ("country", "economy", "regional_group")


def _bad(source: Source, path: tuple[str | int, ...], value: object, expected: str) -> StationError:
    return StationError("bad-value", **source.place(path), value=value, expected=expected)


def call_is_sound(call: Call, countries: Countries, source: Source, countries_file: str) -> None:
    """Refuse a call that its own checker finds fault with, at the field that is at fault."""
    known(call.policy.rule, RULE_NAMES, "rule of choice", **source.place(("policy", "rule")))
    if call.policy.seed < 0:
        raise _bad(source, ("policy", "seed"), call.policy.seed, "a number that is not negative")
    if call.score_min < 0 or call.score_max > SCORE_LIMIT:
        scale = f"a scale from {call.score_min:g} to {call.score_max:g}"
        raise _bad(source, ("score_max",), scale, f"one within 0 to {SCORE_LIMIT}")
    for name in RESOURCES:
        if getattr(call.offer, name) > AMOUNT_LIMIT:
            expected = f"at most {AMOUNT_LIMIT:g}"
            raise _bad(source, ("offer", name), getattr(call.offer, name), expected)
    for stage in (1, 2):
        if not any(criterion.stage == stage for criterion in call.criteria):
            raise StationError(
                "missing-field", **source.place(("criteria",)), expected=f"a criterion of stage {stage}"
            )
    for fault in call_faults(call, countries):
        if fault.where.startswith("countries"):
            raise StationError("unsound", file=countries_file, field=fault.where, says=fault.says)
        path = tuple(re.split(r"[. ]", fault.where))
        raise StationError("unsound", **{**source.place(path), "field": fault.where}, says=fault.says)


def groups_are_known(call: Call, sponsors: Mapping[str, str], source: Source) -> None:
    """Equal footing is measured over groups that exist, and shares are capped for partners that do."""
    groupings = (*GROUPINGS, "partner") if sponsors else GROUPINGS
    place = source.place(("policy", "group_by"))
    known(call.policy.group_by, groupings, "grouping that this scenario gives", **place)
    caps = call.policy.share_caps
    if call.policy.rule == "partner-shares" and not caps:
        raise StationError(
            "missing-field", **source.place(("policy", "share_caps")), expected="the share of each partner"
        )
    if caps and sponsors:
        for partner in caps:
            place = source.place(("policy", "share_caps", partner))
            known(partner, (*sponsors.values(), "unclassified"), "partner", **place)


def ties_hold(ties: Ties, dossiers: Iterable[Dossier], source: Source) -> None:
    """Ties are between proposals of the call, and do not contradict each other."""
    codes = [dossier.code for dossier in dossiers]
    owners = [row.proposal for row in ties.requirements]
    for number, owner in enumerate(owners):
        known(owner, codes, "proposal", **source.place(("requirements", number, "proposal")))
    try:
        refuse_ties(ties.requires, ties.exclusions, codes)
    except StationError as error:
        what, _, owner = str(error.facts["field"]).partition(".")
        listed = re.fullmatch(r"exclusions\[(\d+)\]", what)
        path: tuple[str | int, ...] = ("exclusions",)
        if what == "requires":
            path = ("requirements", owners.index(owner), "requires")
        elif listed:
            path = ("exclusions", int(listed[1]) - 1, "codes")
        raise StationError(error.code, **{**error.facts, **source.place(path)}) from None


def few_enough(operations: Iterable[Operation], section: str, source: Source) -> None:
    """Refuse operations that together would fill the week with more activities than minutes allow."""
    asked = 0
    for number, operation in enumerate(operations):
        asked += max(operation.per_week_count, 1)
        if asked > OCCURRENCES_LIMIT:
            raise _bad(
                source,
                (section, number, "per_week_count"),
                operation.per_week_count,
                f"at most {OCCURRENCES_LIMIT} activities in a week altogether",
            )


def traffic_is_sound(traffic: Traffic, source: Source) -> None:
    """Codes are distinct, increments follow each other, and quiet spans are spans."""
    if not traffic.increments:
        raise StationError("missing-field", **source.place(("increments",)), expected="one or more")
    for section in ("increments", "flights", "quiet"):
        seen: set[str] = set()
        for number, row in enumerate(getattr(traffic, section)):
            if row.code in seen:
                kind = section.removesuffix("s")
                place = source.place((section, number, "code"))
                raise StationError("duplicate", **place, value=row.code, kind=kind)
            seen.add(row.code)
    numbered = sorted(enumerate(traffic.increments), key=lambda pair: pair[1].start)
    for (_, before), (number, after) in pairwise(numbered):
        if after.start < before.end:
            raise StationError(
                "contradiction",
                **source.place(("increments", number, "start")),
                value=f"the start of {after.code} ({iso(after.start)})",
                other=f"the end of {before.code} ({iso(before.end)})",
                expected="increments that do not overlap",
            )
    _refuse_endless([increment for _, increment in numbered], source)
    for number, quiet in enumerate(traffic.quiet):
        if quiet.end <= quiet.start:
            raise _bad(source, ("quiet", number, "end"), quiet.end, "an end after the start")
        if not 0 <= quiet.crew_time_share <= 1:
            path = ("quiet", number, "crew_time_share")
            raise _bad(source, path, quiet.crew_time_share, "a share from 0 to 1")


def _refuse_endless(increments: list[Increment], source: Source) -> None:
    whole = increments[-1].end - increments[0].start
    if whole > TRAFFIC_LIMIT:
        weeks = whole // timedelta(weeks=1)
        expected = f"at most {TRAFFIC_LIMIT // timedelta(weeks=1)} weeks"
        raise _bad(source, ("increments",), f"{weeks} weeks of increments", expected)
    if whole < timedelta(weeks=1):
        raise _bad(source, ("increments",), f"increments of {whole}", "a week or more")


def crew_is_there(crew: Crew, traffic: Traffic, source: Source, traffic_source: Source) -> None:
    """There is a crew, each of it once, and increments and quiet spans name nobody else."""
    if not crew.members:
        raise StationError("missing-field", **source.place(("members",)), expected="one member or more")
    codes: list[str] = []
    for number, member in enumerate(crew.members):
        if member.code in codes:
            place = source.place(("members", number, "code"))
            raise StationError("duplicate", **place, value=member.code, kind="crew member")
        codes.append(member.code)
    for number, increment in enumerate(traffic.increments):
        for name in increment.crew:
            known(name, codes, "crew member", **traffic_source.place(("increments", number, "crew")))
    for number, quiet in enumerate(traffic.quiet):
        for name in quiet.crew:
            known(name, codes, "crew member", **traffic_source.place(("quiet", number, "crew")))


def week_can_be_planned(station: Station, file: str) -> None:
    """The station has what every crew week is planned on: power, exercise of both kinds, cold places."""
    kinds = {device.kind for device in station.exercise}
    offered = {kind for rack in station.racks for kind in rack.offers}
    wants = (
        ("channels", bool(station.channels), "one power channel or more"),
        ("exercise", "resistive" in kinds, "a device of the kind resistive"),
        ("exercise", bool(kinds - {"resistive"}), "a device of another kind than resistive"),
        ("cold", not station.cold or "cold-stowage" in offered, "a rack that offers cold-stowage beside it"),
    )
    for field, good, expected in wants:
        if not good:
            raise StationError("missing-field", file=file, field=field, expected=expected)


def work_can_be_done(
    operations: tuple[SystemOperation, ...], station: Station, crew: Crew, source: Source
) -> None:
    """The station's own work uses what the station has, in windows that exist, in an order that ends."""
    offered = {kind for rack in station.racks for kind in rack.offers} | {m.kind for m in station.mechanisms}
    names = [operation.name for operation in operations]
    windows = [window for window in WINDOWS if window != "target"]
    seen: dict[str, set[str]] = {"code": set(), "name": set()}
    for number, operation in enumerate(operations):

        def place(field: str, number: int = number) -> dict[str, object]:
            return source.place(("operation", number, field))

        for field, values in seen.items():
            if getattr(operation, field) in values:
                raise StationError(
                    "duplicate", **place(field), value=getattr(operation, field), kind="operation"
                )
            values.add(getattr(operation, field))
        for name, good, expected in _figures(operation, crew):
            if not good:
                raise StationError(
                    "bad-value", **place(name), value=getattr(operation, name), expected=expected
                )
        known(operation.window, windows, "window", **place("window"))
        for use in operation.uses:
            known(use, offered, f"facility of {station.code}", **place("uses"))
        if operation.after is not None:
            known(operation.after, names, "operation", **place("after"))
    few_enough(operations, "operation", source)
    _refuse_circles({op.name: op.after for op in operations if op.after is not None}, names, source)


def _figures(operation: SystemOperation, crew: Crew) -> Iterator[tuple[str, bool, str]]:
    people = len(crew.members)
    yield "duration_min", 1 <= operation.duration_min <= WEEK_MIN, f"1 to {WEEK_MIN} minutes"
    yield "crew_count", 0 <= operation.crew_count <= people, f"at most the {people} on board, 0 at least"
    yield "per_week_count", operation.per_week_count >= 1, "at least once a week"
    for what in ("gap", "lag"):
        most = getattr(operation, f"{what}_max_h")
        good = most is None or most >= getattr(operation, f"{what}_min_h")
        yield f"{what}_max_h", good, f"no less than {what}_min_h"


def _refuse_circles(after: Mapping[str, str], names: list[str], source: Source) -> None:
    for start in after:
        here, steps = start, 0
        while here in after and steps <= len(after):
            here, steps = after[here], steps + 1
            if here == start:
                raise StationError(
                    "contradiction",
                    **source.place(("operation", names.index(start), "after")),
                    value=f"{start!r} after {after[start]!r}",
                    other="that one, which waits for it in turn",
                    expected="an order that has a beginning",
                )


def week_lies_in_its_increment(scenario: Scenario, find: Finder) -> None:
    """The planned week starts at a midnight inside its increment."""
    increments = {increment.code: increment for increment in scenario.traffic.increments}
    known(scenario.week_increment, increments, "increment", **find.place("week_increment"))
    start: datetime = scenario.week_start
    if start.time().isoformat() != "00:00:00":
        raise StationError(
            "bad-value", **find.place("week_start"), value=iso(start), expected="a midnight UTC"
        )
    increment = increments[scenario.week_increment]
    if not increment.start <= start < increment.end:
        raise StationError(
            "contradiction",
            **find.place("week_start"),
            value=iso(start),
            other=f"the increment {increment.code}, {increment.span}",
            expected="a week that starts in its increment",
        )
