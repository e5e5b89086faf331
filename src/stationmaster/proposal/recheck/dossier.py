"""The faults of a dossier that block it, worked out a second time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from stationmaster.measure.errors import StationError
from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import moment
from stationmaster.proposal.letters import Assessment, Dossier, ProposalProblem

#: What this second look covers; each finding of these kinds must be found by both.
COVERED = frozenset(
    {
        "not-a-number",
        "no-partner",
        "lead-count",
        "work-sum",
        "country-unknown",
        "mode-unknown",
        "field-unknown",
        "not-endorsed",
        "submission-bad",
        "submitted-early",
        "submitted-late",
        "controls-few",
        "severity-unknown",
        "mode-needs",
        "operation-twice",
        "after-unknown",
        "after-cycle",
        "crew-time-short",
        "window-no-target",
    }
)
_SIZES = (
    "up_mass_kg",
    "up_volume_l",
    "power_w",
    "data_gb_d",
    "crew_time_h",
    "down_mass_kg",
    "cold_volume_l",
    "arm_operations",
    "rack_share",
    "ports",
    "duration_d",
)


def measurable(dossier: Dossier) -> bool:
    """Whether all needs are finite amounts that are not negative."""
    return all(0 <= getattr(dossier.needs, name) < float("inf") for name in _SIZES)


def dossier_faults(problem: ProposalProblem, assessment: Assessment) -> Iterator[Fault]:
    """Findings that one of the two looks has and the other has not."""
    expected = {*_team(problem), *_terms(problem), *_needs(problem.dossier), *_work(problem.dossier)}
    given = {f.reason.code for f in assessment.findings if f.blocking} & COVERED
    for code in sorted(expected - given):
        yield Fault("finding-missing", code, "the dossier has this fault, and no finding says so")
    for code in sorted(given - expected):
        yield Fault("finding-wrong", code, "a finding says so, and the dossier does not have this fault")


def _team(problem: ProposalProblem) -> Iterator[str]:
    partners = problem.dossier.partners
    if not partners:
        yield "no-partner"
        return
    if [p.lead for p in partners].count(True) != 1:
        yield "lead-count"
    if not -1e-6 <= sum(p.work_share for p in partners) - 1 <= 1e-6:
        yield "work-sum"
    if {p.country for p in partners} - {row.code for row in problem.countries}:
        yield "country-unknown"
    if problem.dossier.endorsed is False:
        yield "not-endorsed"


def _terms(problem: ProposalProblem) -> Iterator[str]:
    dossier, terms = problem.dossier, problem.terms
    if dossier.mode.value not in set(terms.modes):
        yield "mode-unknown"
    if dossier.field.strip() and dossier.field not in set(terms.fields):
        yield "field-unknown"
    if dossier.submitted:
        try:
            when = moment(dossier.submitted)
        except StationError:
            yield "submission-bad"
            return
        if when - terms.opens < timedelta(0):
            yield "submitted-early"
        if when - terms.closes > timedelta(0):
            yield "submitted-late"


def _needs(dossier: Dossier) -> Iterator[str]:
    needs = dossier.needs
    if not measurable(dossier):
        yield "not-a-number"
    asked = {
        "inside-own": needs.rack_share > 0,
        "inside-facility": len(needs.facilities) > 0,
        "outside-own": needs.ports > 0,
    }
    if not asked[dossier.mode.value]:
        yield "mode-needs"
    for hazard in dossier.hazards:
        if hazard.severity not in ("catastrophic", "critical", "marginal"):
            yield "severity-unknown"
        elif hazard.controls < {"c": 2, "m": 1}[hazard.severity[0]] + hazard.severity.startswith("cat"):
            yield "controls-few"


def _work(dossier: Dossier) -> Iterator[str]:
    names = [o.name for o in dossier.operations]
    if len(set(names)) < len(names):
        yield "operation-twice"
    if any(o.after is not None and o.after not in names for o in dossier.operations):
        yield "after-unknown"
    if not _can_be_ordered(dossier):
        yield "after-cycle"
    minutes = sum(o.per_week_count * o.crew_count * o.duration_min for o in dossier.operations)
    if 0 <= dossier.needs.crew_time_h < float("inf") and minutes / 60 - dossier.needs.crew_time_h > 1e-9:
        yield "crew-time-short"
    if not dossier.needs.targets and "target" in {o.window for o in dossier.operations}:
        yield "window-no-target"


def _can_be_ordered(dossier: Dossier) -> bool:
    """Whether the operations can be taken one by one, each after the one that it follows."""
    names = {o.name for o in dossier.operations}
    waits: dict[str, str] = {}
    for operation in dossier.operations:
        if operation.after in names and operation.after is not None:
            waits.setdefault(operation.name, operation.after)
    follows: dict[str, list[str]] = {}
    for name, before in waits.items():
        follows.setdefault(before, []).append(name)
    ready = list(names - set(waits))
    done = 0
    while ready:
        done += 1
        ready.extend(follows.get(ready.pop(), ()))
    return done == len(names)
