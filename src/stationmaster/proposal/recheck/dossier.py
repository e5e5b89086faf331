"""The findings on a dossier, worked out a second time: each with the field it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from stationmaster.measure.errors import StationError
from stationmaster.measure.reasons import Fault
from stationmaster.measure.time import moment
from stationmaster.proposal.letters import Assessment, Dossier, ProposalProblem
from stationmaster.proposal.recheck.work import work

#: A finding: its field and its code.
Found = tuple[str, str]

#: What asks for a second look and leaves the dossier complete; everything else blocks.
LEAVES_COMPLETE = frozenset(
    {
        "endorsement-open",
        "submission-open",
        "hazards-none",
        "operations-none",
        "use-not-asked",
        "crew-time-long",
        "cold-open",
        "return-nothing",
        "goal-twice",
        "funding-none",
        "funding-open",
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
_TEXTS = ("title", "aims", "method", "results", "principal_investigator", "field")


def measurable(dossier: Dossier) -> bool:
    """Whether all needs are finite amounts that are not negative."""
    return all(0 <= getattr(dossier.needs, name) < float("inf") for name in _SIZES)


def dossier_faults(problem: ProposalProblem, assessment: Assessment) -> Iterator[Fault]:
    """Findings that one of the two looks has and the other has not, field by field."""
    dossier = problem.dossier
    expected = Counter(
        (
            *_texts(dossier),
            *_terms(problem),
            *_team(problem),
            *_needs(dossier),
            *_hazards(dossier),
            *_goals(dossier),
            *work(dossier, problem.station),
        )
    )
    given = Counter((f.field, f.reason.code) for f in assessment.findings)
    for field, code in sorted((expected - given).elements()):
        yield Fault("finding-missing", field, f"{code}: the dossier has this fault, and no finding says so")
    for field, code in sorted((given - expected).elements()):
        yield Fault("finding-wrong", field, f"{code}: the dossier does not have this fault")
    for finding in assessment.findings:
        if finding.blocking == (finding.reason.code in LEAVES_COMPLETE):
            blocks = "does not block" if finding.blocking else "blocks"
            yield Fault("finding-wrong", finding.field, f"{finding.reason.code} {blocks}")


def _texts(dossier: Dossier) -> Iterator[Found]:
    yield from ((name, "text-missing") for name in _TEXTS if getattr(dossier, name).split() == [])


def _team(problem: ProposalProblem) -> Iterator[Found]:
    partners, known = problem.dossier.partners, {row.code for row in problem.countries}
    if not partners:
        yield "partners", "no-partner"
        return
    if [p.lead for p in partners].count(True) != 1:
        yield "partners", "lead-count"
    if not -1e-6 <= sum(p.work_share for p in partners) - 1 <= 1e-6:
        yield "partners", "work-sum"
    for number, p in enumerate(partners, 1):
        if p.institution.split() == []:
            yield f"partners[{number}].institution", "text-missing"
        if not (p.work_share > 0 and p.work_share <= 1):
            yield f"partners[{number}].work_share", "work-share"
        if p.country not in known:
            yield f"partners[{number}].country", "country-unknown"
    named = [(p.institution.casefold().split(), p.country) for p in partners if p.institution.split()]
    twice = {(" ".join(name), country) for name, country in named if named.count((name, country)) > 1}
    yield from (("partners", "partner-twice") for _ in twice)


def _terms(problem: ProposalProblem) -> Iterator[Found]:
    dossier, terms = problem.dossier, problem.terms
    if dossier.mode.value not in set(terms.modes):
        yield "mode", "mode-unknown"
    if dossier.field.split() and dossier.field not in set(terms.fields):
        yield "field", "field-unknown"
    if dossier.endorsed is not True:
        yield "endorsed", "endorsement-open" if dossier.endorsed is None else "not-endorsed"
    if not dossier.submitted:
        yield "submitted", "submission-open"
        return
    try:
        when = moment(dossier.submitted)
    except StationError:
        yield "submitted", "submission-bad"
        return
    if when - terms.opens < timedelta(0):
        yield "submitted", "submitted-early"
    if when - terms.closes > timedelta(0):
        yield "submitted", "submitted-late"


def _needs(dossier: Dossier) -> Iterator[Found]:
    needs = dossier.needs
    for name in _SIZES:
        if not 0 <= getattr(needs, name) < float("inf"):
            yield f"needs.{name}", "not-a-number"
    must, never = {
        "inside-own": ("rack_share", "ports"),
        "inside-facility": ("facilities", "ports"),
        "outside-own": ("ports", "rack_share"),
    }[dossier.mode.value]
    asks = {"rack_share": needs.rack_share, "ports": needs.ports, "facilities": len(needs.facilities)}
    if not asks[must] > 0:
        yield f"needs.{must}", "mode-needs"
    if asks[never] > 0:
        yield f"needs.{never}", "mode-contradicts"
    if needs.cold_volume_l > 0 and needs.cold_temperature_c is None:
        yield "needs.cold_temperature_c", "cold-open"
    if needs.return_within_d is not None and not needs.down_mass_kg > 0:
        yield "needs.return_within_d", "return-nothing"
    for number, target in enumerate(needs.targets, 1):
        inside = {
            "latitude_deg": abs(target.latitude_deg) <= 90,
            "longitude_deg": abs(target.longitude_deg - 90) <= 270,
            "max_off_nadir_deg": abs(target.max_off_nadir_deg - 45) <= 45,
            "min_sun_elevation_deg": abs(target.min_sun_elevation_deg) <= 90,
        }
        for name, good in inside.items():
            if not good:
                yield f"needs.targets[{number}].{name}", "target-angle"


def _hazards(dossier: Dossier) -> Iterator[Found]:
    if not dossier.hazards:
        yield "hazards", "hazards-none"
    for number, hazard in enumerate(dossier.hazards, 1):
        if hazard.severity not in ("catastrophic", "critical", "marginal"):
            yield f"hazards[{number}].severity", "severity-unknown"
        elif hazard.controls < {"c": 2, "m": 1}[hazard.severity[0]] + hazard.severity.startswith("cat"):
            yield f"hazards[{number}].controls", "controls-few"


def _goals(dossier: Dossier) -> Iterator[Found]:
    if True not in {f.secured for f in dossier.funding}:
        yield "funding", "funding-open" if dossier.funding else "funding-none"
    for number, goal in enumerate(dossier.goals, 1):
        if goal not in range(1, 18):
            yield f"goals[{number}]", "goal-unknown"
    yield from (("goals", "goal-twice") for goal in set(dossier.goals) if dossier.goals.count(goal) > 1)
