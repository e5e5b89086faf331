"""The truth of each rule, worked out a second time: one hand-written predicate for each.

Truth is a number here: 1 yes, 0 no, 0.5 unknown. Then *and* is the minimum, *or* the maximum and
*not* one minus it, which is Kleene's logic again by other means.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from importlib.resources import files
from typing import Any, Final

from stationmaster.measure.reasons import Fault
from stationmaster.proposal.letters import Assessment, Effect, Obligation, ProposalProblem, Truth

UNKNOWN: Final = 0.5
_WORDS: Final = {1.0: Truth.YES, 0.0: Truth.NO, UNKNOWN: Truth.UNKNOWN}


def rule_faults(problem: ProposalProblem, assessment: Assessment) -> Iterator[Fault]:
    """Rules left out, misquoted or decided wrongly; blocks and open questions without their grounds."""
    text = files("stationmaster.proposal").joinpath("obligations/rules.toml").read_text(encoding="utf-8")
    book = {rule["id"]: rule for rule in tomllib.loads(text)["rules"]}
    given = Counter(o.rule for o in assessment.obligations)
    for rule in sorted(set(book) | set(given)):
        if rule not in book or given[rule] != 1:
            yield Fault("rule-count", rule, f"is accounted for {given[rule]} times")
        if rule not in PREDICATES:
            yield Fault("rule-unchecked", rule, "no predicate is written for it")
    for obligation in assessment.obligations:
        if obligation.rule in book and obligation.rule in PREDICATES:
            yield from _one(problem, assessment, obligation, book[obligation.rule])
    conditions = tuple(
        o.rule
        for o in assessment.obligations
        if o.truth is Truth.YES and book.get(o.rule, {}).get("conditional")
    )
    if conditions != assessment.conditions:
        yield Fault("conditions", "conditions", f"{assessment.conditions}, expected {conditions}")


def _one(
    problem: ProposalProblem, assessment: Assessment, given: Obligation, rule: Mapping[str, Any]
) -> Iterator[Fault]:
    expected = _WORDS[PREDICATES[given.rule](problem)]
    day = problem.terms.closes.date()
    if not rule.get("effective_from", date.min) <= day < rule.get("effective_until", date.max):
        expected = Truth.NO
    if given.truth is not expected:
        yield Fault("rule-truth", given.rule, f"is {given.truth}, expected {expected}")
    for name in ("effect", "version", "citation", "binds", "owner", "remedy", "retrieved"):
        if getattr(given, name) != rule[name]:
            yield Fault("rule-quoted", given.rule, f"{name} is not what the rule says")
    if given.effect is Effect.BLOCK and given.truth is Truth.YES:
        if not given.citation.strip():
            yield Fault("block-uncited", given.rule, "blocks without a citation")
        if not given.signature.strip():
            yield Fault("block-unsigned", given.rule, "blocks without naming who must sign")
    asked = any(q.rule == given.rule for q in assessment.questions)
    if asked != (given.truth is Truth.UNKNOWN):
        yield Fault("rule-question", given.rule, f"is {given.truth} and {'' if asked else 'not '}asked about")


def _members(problem: ProposalProblem) -> float:
    if not problem.terms.members_only:
        return 0.0
    members = {row.code: row.member for row in problem.countries}
    leads = [p for p in problem.dossier.partners if p.lead]
    lead = UNKNOWN
    if len(leads) == 1 and leads[0].country in members:
        lead = 0.0 if members[leads[0].country] else 1.0
    others = [p for p in problem.dossier.partners if not p.lead and not members.get(p.country)]
    return max(lead, UNKNOWN if others else 0.0)


def _economies(problem: ProposalProblem) -> float:
    if not problem.terms.eligible_economies:
        return 0.0
    leads = [p.country for p in problem.dossier.partners if p.lead]
    economies = {row.code: row.economy for row in problem.countries}
    economy = economies.get(leads[0]) if len(leads) == 1 else None
    if economy is None:
        return UNKNOWN
    return 0.0 if economy in problem.terms.eligible_economies else 1.0


def _statement(problem: ProposalProblem, name: str) -> float:
    said = dict(problem.dossier.facts or {}).get(name, "").strip().lower()
    return 1.0 if said == "yes" else 0.0 if said == "no" else UNKNOWN


def _us_persons(problem: ProposalProblem) -> float:
    return min(float(problem.terms.us_persons_only), 1 - _statement(problem, "us_persons"))


def _plain_name(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name)
    kept = "".join(
        " " if not (c.isalnum() or c == "_") else c for c in decomposed if not unicodedata.combining(c)
    )
    return " ".join(kept.casefold().split())


def _pairs(problem: ProposalProblem) -> list[float]:
    """For each institution whose name stands on the list: 1 confirmed, 0 denied, 0.5 not looked at."""
    mounted = problem.sanctions
    found = []
    for entity in mounted.entities if mounted else ():
        names = {_plain_name(n) for n in (entity.name, *entity.aliases)} - {""}
        for partner in problem.dossier.partners:
            if _plain_name(partner.institution) in names:
                verdict = UNKNOWN
                for review in mounted.reviews if mounted else ():
                    matches = (review.reference, review.institution) == (
                        entity.reference,
                        partner.institution,
                    )
                    if matches and review.signed_by.strip():
                        verdict = float(review.same)
                found.append(verdict)
    return found


def _sanctions(problem: ProposalProblem) -> float:
    return UNKNOWN if problem.sanctions is None else max(_pairs(problem), default=0.0)


def _review(problem: ProposalProblem) -> float:
    return UNKNOWN if problem.sanctions is None else float(UNKNOWN in _pairs(problem))


def _wolf(problem: ProposalProblem) -> float:
    kinds = {f.kind for f in problem.dossier.funding}
    limited = bool(kinds & {"us-nasa", "us-ostp", "us-space-council"})
    money = 1.0 if limited else UNKNOWN if not kinds or "us-federal" in kinds else 0.0
    team = {p.country for p in problem.dossier.partners}
    operator = problem.terms.operator_country
    china = 1.0 if "CHN" in team or operator == "CHN" else UNKNOWN if operator is None else 0.0
    others = (team | {operator or "USA"}) - {"USA", "CHN"}
    alone = 0.0 if others else UNKNOWN if operator is None else 1.0
    return min(money, china, alone)


def _export(problem: ProposalProblem) -> float:
    places = {p.country for p in problem.dossier.partners}
    operator = problem.terms.operator_country
    abroad = 1.0 if len(places | ({operator} if operator else set())) > 1 else 0.0
    if operator is None and not abroad:
        abroad = UNKNOWN
    if problem.dossier.mode.value.endswith("own"):
        return abroad
    ships = float(problem.dossier.needs.up_mass_kg > 0)
    return min(ships, abroad, _statement(problem, "samples_export_controlled"))


def _company(problem: ProposalProblem) -> float:
    return float(any(p.kind.value == "company" for p in problem.dossier.partners))


def _kinds(problem: ProposalProblem) -> float:
    return float(bool({p.kind.value for p in problem.dossier.partners} - set(problem.terms.eligible_kinds)))


def _agents(problem: ProposalProblem) -> float:
    said = problem.dossier.live_agents.strip().lower()
    return 0.0 if said == "none" else UNKNOWN if said in ("", "unknown") else 1.0


PREDICATES: Final[Mapping[str, Callable[[ProposalProblem], float]]] = {
    "UN-SC-SANCTIONS": _sanctions,
    "UN-SC-REVIEW": _review,
    "US-WOLF": _wolf,
    "EXPORT-LICENCE": _export,
    "OST-AUTHORISATION": _company,
    "UN-DUE-DILIGENCE": _company,
    "REGISTRATION": lambda problem: float(problem.dossier.deployed),
    "LIABILITY-WAIVER": lambda _problem: 1.0,
    "CREW-CLAUSE": lambda problem: float(problem.terms.visiting_astronaut),
    "PLANETARY-PROTECTION": lambda problem: float(problem.dossier.extraterrestrial_samples),
    "CALL-MEMBERS": _members,
    "CALL-KINDS": _kinds,
    "CALL-ECONOMIES": _economies,
    "CALL-US-PERSONS": _us_persons,
    "HUMAN-SUBJECTS": lambda problem: float(problem.dossier.human_subjects),
    "BIOSAFETY": _agents,
}
