"""The vocabulary of the rules: each fact with its truth, what it rests on, and what to ask.

A fact looks at the dossier, the terms of the call, the country table and a mounted list, and never
at a person's nationality. Places of institutions count only where a rule is about places: where
goods leave a country, where a call is open to Member States, whose *money* is limited.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from stationmaster.measure.reasons import Reason
from stationmaster.measure.spelling import folded
from stationmaster.proposal.amounts import listed
from stationmaster.proposal.letters import (
    CountryRow,
    Kind,
    ListedEntity,
    ListReview,
    Mode,
    Partner,
    ProposalProblem,
    SanctionsList,
    Truth,
)

APPLICANT: Final = "the applicant"
ISSUERS: Final = "the issuers of the call"

#: Kinds of funding that are money of a body which the limit of US-WOLF names.
LIMITED_FUNDS: Final[Mapping[str, str]] = {
    "us-nasa": "NASA",
    "us-ostp": "the Office of Science and Technology Policy",
    "us-space-council": "the National Space Council",
}
#: Kinds of funding that leave open which agency pays, where the money is of the United States.
OPEN_FUNDS: Final = ("us-federal", "federal", "national", "national-agency", "agency", "government", "")


#: Answers that say nothing.
OPEN_ANSWERS: Final = ("", "unknown", "yes", "?", "-", "n/a", "tbd")


@dataclass(frozen=True)
class Known:
    """A fact as it stands: its truth, what it rests on, and the questions while it is unknown."""

    truth: Truth
    because: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[Reason, ...] = ()
    addressee: str = APPLICANT


YES: Final = Known(Truth.YES)
NO: Final = Known(Truth.NO)


def _truth(value: bool, **because: str) -> Known:
    return Known(Truth.YES, because) if value else NO


def _ask(code: str, addressee: str = APPLICANT, **facts: str) -> Known:
    return Known(Truth.UNKNOWN, questions=(Reason(code, facts),), addressee=addressee)


def _lead(problem: ProposalProblem) -> Partner | None:
    leads = [p for p in problem.dossier.partners if p.lead]
    return leads[0] if len(leads) == 1 else None


def _row(problem: ProposalProblem, code: str) -> CountryRow | None:
    return next((row for row in problem.countries if row.code == code), None)


def _lead_outside(problem: ProposalProblem) -> Known:
    lead = _lead(problem)
    if lead is None:
        return _ask("ask-lead")
    row = _row(problem, lead.country)
    if row is None:
        return _ask("ask-country", country=lead.country)
    return _truth(not row.member, institution=lead.institution, country=row.name)


def _partner_outside(problem: ProposalProblem) -> Known:
    questions = []
    for partner in problem.dossier.partners:
        row = _row(problem, partner.country)
        if not partner.lead and (row is None or not row.member):
            country = row.name if row else partner.country
            facts = {"institution": partner.institution, "country": country}
            questions.append(Reason("ask-outside-partner", facts))
    return Known(Truth.UNKNOWN, questions=tuple(questions), addressee=ISSUERS) if questions else NO


def _economy(problem: ProposalProblem) -> Known:
    lead = _lead(problem)
    if lead is None:
        return _ask("ask-lead")
    row = _row(problem, lead.country)
    if row is None:
        return _ask("ask-country", country=lead.country)
    if row.economy is None:
        return _ask("ask-economy", ISSUERS, country=row.name)
    return _truth(
        row.economy not in problem.terms.eligible_economies,
        institution=lead.institution,
        economy=row.economy,
        economies=listed(problem.terms.eligible_economies),
    )


def _kinds(problem: ProposalProblem) -> Known:
    kinds = problem.terms.eligible_kinds
    wrong = [p for p in problem.dossier.partners if p.kind not in kinds]
    if not wrong:
        return NO
    facts = {
        "institution": listed(tuple(p.institution for p in wrong)),
        "kind": listed(tuple(dict.fromkeys(p.kind.value for p in wrong))),
        "kinds": listed(kinds),
    }
    return Known(Truth.YES, facts)


def _company(problem: ProposalProblem) -> Known:
    companies = tuple(p.institution for p in problem.dossier.partners if p.kind is Kind.COMPANY)
    return _truth(bool(companies), institution=listed(companies))


def _stated(problem: ProposalProblem, name: str) -> Truth:
    text = (problem.dossier.facts or {}).get(name, "").strip().casefold()
    return {"yes": Truth.YES, "no": Truth.NO}.get(text, Truth.UNKNOWN)


def _us_persons(problem: ProposalProblem) -> Known:
    stated = _stated(problem, "us_persons")
    return _ask("ask-us-persons") if stated is Truth.UNKNOWN else Known(stated)


def name_key(name: str) -> str:
    """A name without case, accents, punctuation and spacing, for an exact match of names."""
    return " ".join(re.findall(r"\w+", folded(name)))


def _matches(problem: ProposalProblem, mounted: SanctionsList) -> Iterator[tuple[Partner, ListedEntity]]:
    for partner in problem.dossier.partners:
        key = name_key(partner.institution)
        for entity in mounted.entities:
            if key and key in {name_key(name) for name in (entity.name, *entity.aliases)}:
                yield partner, entity


def _review(mounted: SanctionsList, partner: Partner, entity: ListedEntity) -> ListReview | None:
    """The last signed decision on this pair."""
    same = [
        r
        for r in mounted.reviews
        if r.reference == entity.reference and r.institution == partner.institution and r.signed_by.strip()
    ]
    return same[-1] if same else None


def _listed(problem: ProposalProblem) -> Known:
    mounted = problem.sanctions
    if mounted is None:
        return _ask("ask-list", ISSUERS)
    questions = []
    for partner, entity in _matches(problem, mounted):
        review = _review(mounted, partner, entity)
        facts = {"institution": partner.institution, "list": mounted.name, "reference": entity.reference}
        if review is not None and review.same:
            return Known(Truth.YES, {**facts, "reviewer": review.signed_by})
        if review is None:
            questions.append(Reason("ask-same-entity", facts))
    return Known(Truth.UNKNOWN, questions=tuple(questions), addressee=ISSUERS) if questions else NO


def _name_on_list(problem: ProposalProblem) -> Known:
    mounted = problem.sanctions
    if mounted is None:
        return _ask("ask-list", ISSUERS)
    for partner, entity in _matches(problem, mounted):
        if _review(mounted, partner, entity) is None:
            return _truth(
                True, institution=partner.institution, list=mounted.name, reference=entity.reference
            )
    return NO


def _us_space_agency(problem: ProposalProblem) -> Known:
    sources = [(f.kind.strip().casefold(), f.country) for f in problem.dossier.funding]
    limited = [LIMITED_FUNDS[kind] for kind, _ in sources if kind in LIMITED_FUNDS]
    if limited:
        return _truth(True, agency=listed(tuple(dict.fromkeys(limited))))
    if any(kind == "us-federal" or (country == "USA" and kind in OPEN_FUNDS) for kind, country in sources):
        return _ask("ask-us-agency")
    return NO if sources else _ask("ask-funding")


def _parties(problem: ProposalProblem) -> set[str | None]:
    """The countries of the team and of the operator (None where the call does not name it)."""
    return {*(p.country for p in problem.dossier.partners), problem.terms.operator_country}


def _with_china(problem: ProposalProblem) -> Known:
    parties = _parties(problem)
    if "CHN" in parties:
        return YES
    return _ask("ask-operator-country", ISSUERS) if None in parties else NO


def _bilateral(problem: ProposalProblem) -> Known:
    parties = _parties(problem)
    if parties - {None, "USA", "CHN"}:
        return NO
    if None in parties:
        return _ask("ask-operator-country", ISSUERS)
    return _truth(True, countries="the United States and China")


def _own_hardware(problem: ProposalProblem) -> bool:
    return problem.dossier.mode in (Mode.INSIDE_OWN, Mode.OUTSIDE_OWN)


def _abroad(problem: ProposalProblem) -> Truth:
    """Whether anything moves from one country to another on its way to the operator."""
    parties = _parties(problem)
    if len(parties - {None}) > 1:
        return Truth.YES
    return Truth.UNKNOWN if None in parties else Truth.NO


def _crosses(problem: ProposalProblem) -> Known:
    if not _own_hardware(problem):
        return NO
    abroad = _abroad(problem)
    if abroad is Truth.UNKNOWN:
        return _ask("ask-operator-country", ISSUERS)
    return _truth(
        abroad is Truth.YES,
        what="Hardware and technical data",
        leaves="leave their country",
        where="integration",
    )


def _samples(problem: ProposalProblem) -> Known:
    """Samples and inserts for a facility of the station: not hardware of one's own, yet goods."""
    if _own_hardware(problem) or problem.dossier.needs.up_mass_kg <= 0:
        return NO
    abroad, stated = _abroad(problem), _stated(problem, "samples_export_controlled")
    if abroad is Truth.NO or stated is Truth.NO:
        return NO
    if abroad is Truth.UNKNOWN:
        return _ask("ask-operator-country", ISSUERS)
    if stated is Truth.UNKNOWN:
        return _ask("ask-samples")
    return _truth(
        True, what="Controlled samples or inserts", leaves="leave their country", where="integration"
    )


def _agents(problem: ProposalProblem) -> Known:
    agents = problem.dossier.live_agents.strip()
    if agents.casefold() in ("none", "no"):
        return NO
    if agents.casefold() in OPEN_ANSWERS:
        return _ask("ask-agents")
    return _truth(True, agents=agents)


#: Every fact that a rule may name.
FACTS: Final[Mapping[str, Callable[[ProposalProblem], Known]]] = {
    "always": lambda _problem: YES,
    "call.members_only": lambda problem: _truth(problem.terms.members_only),
    "call.limits_economies": lambda problem: _truth(bool(problem.terms.eligible_economies)),
    "call.us_persons_only": lambda problem: _truth(problem.terms.us_persons_only),
    "call.visiting_astronaut": lambda problem: _truth(problem.terms.visiting_astronaut),
    "lead.outside_members": _lead_outside,
    "lead.economy_not_eligible": _economy,
    "partner.outside_members": _partner_outside,
    "team.kind_not_eligible": _kinds,
    "team.has_company": _company,
    "team.us_persons": _us_persons,
    "team.listed": _listed,
    "team.name_on_list": _name_on_list,
    "funding.us_space_agency": _us_space_agency,
    "cooperation.with_china": _with_china,
    "cooperation.bilateral": _bilateral,
    "hardware.crosses_border": _crosses,
    "samples.controlled": _samples,
    "samples.extraterrestrial": lambda problem: _truth(problem.dossier.extraterrestrial_samples),
    "object.deployed": lambda problem: _truth(problem.dossier.deployed),
    "crew.as_subjects": lambda problem: _truth(problem.dossier.human_subjects),
    "agents.live": _agents,
}
