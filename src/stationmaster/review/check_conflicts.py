"""For the checker: conflicts of interest, through an index of identities instead of pair by pair."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from stationmaster.measure.reasons import Fault
from stationmaster.review.letters import ReviewAnswer, ReviewProblem
from stationmaster.review.names import FILLERS, SAME_WORDS

Bag = frozenset[tuple[str, int]]


def _bag(text: str) -> Bag:
    """The words of a name that tell it from others, with their counts, in no order."""
    spread = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    letters = (c for c in spread if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in letters).split()
    english = [SAME_WORDS.get(word, word) for word in words]
    return frozenset(Counter(word for word in english if word not in FILLERS).items())


def _bags(name: str) -> set[Bag]:
    """The bag of a name without its brackets, and of each acronym in brackets."""
    outside, *pieces = name.split("(")
    bags: set[Bag] = set()
    for piece in pieces:
        inside, closed, after = piece.partition(")")
        if not closed:
            outside += " " + piece
            continue
        outside += " " + after
        if len(inside) >= 3 and inside.isalnum() and inside.isupper():
            bags.add(_bag(inside))
    return {bag for bag in (*bags, _bag(outside)) if bag}


def _houses(name: str, aliases: Mapping[str, str]) -> set[Bag]:
    own = _bags(name)
    return own.union(*(_bags(one) for other, one in aliases.items() if own & _bags(other)))


class _Index:
    """From each identity to the proposals it stands behind."""

    def __init__(self, problem: ReviewProblem) -> None:
        self.aliases = problem.institution_aliases or {}
        self.house: dict[Bag, set[str]] = defaultdict(set)
        self.person: dict[str, set[str]] = defaultdict(set)
        self.land: dict[str, set[str]] = defaultdict(set)
        self.arena: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.arenas: dict[str, list[tuple[str, str]]] = {}
        for s in problem.submissions:
            for name in s.institutions:
                for bag in _houses(name, self.aliases):
                    self.house[bag].add(s.code)
            for human in (s.principal_investigator, *s.persons):
                self.person[human.strip().casefold()].add(s.code)
            lands = {"none": (), "lead": (s.lead_country,), "team": (s.lead_country, *s.countries)}
            for land in lands[problem.country_rule.value]:
                self.land[land].add(s.code)
            group = [("group", s.rival_group)] if s.rival_group is not None else []
            self.arenas[s.code] = [("field", s.field), *group]
            for arena in self.arenas[s.code]:
                self.arena[arena].add(s.code)

    def rivals(self, own: set[str]) -> set[str]:
        return {other for mine in own for arena in self.arenas[mine] for other in self.arena[arena] - {mine}}


def true_conflicts(problem: ReviewProblem) -> frozenset[tuple[str, str, str]]:
    """(reviewer, proposal, kind) of every conflict of interest."""
    index = _Index(problem)
    found: set[tuple[str, str, str]] = set()
    for r in problem.reviewers:
        own = index.person.get(r.person.strip().casefold(), set())
        bags = _houses(r.institution, index.aliases)
        kinds = {
            "person": own,
            "rival": index.rivals(own),
            "institution": {code for bag in bags for code in index.house.get(bag, ())},
            "country": index.land.get(r.country, set()),
            "declared": set(r.conflicts_declared) & index.arenas.keys(),
        }
        found |= {(r.code, code, kind) for kind, codes in kinds.items() for code in codes}
    return frozenset(found)


def conflict_faults(problem: ReviewProblem, answer: ReviewAnswer) -> Iterator[Fault]:
    """Conflicts that were missed or invented, stand twice, or give another pair's reason."""
    truth = true_conflicts(problem)
    told = Counter((c.reviewer, c.proposal, c.kind.value) for c in answer.conflicts)
    for reviewer, proposal, kind in sorted(truth - told.keys()):
        yield Fault("conflict-missed", f"{reviewer} / {proposal}", f"a conflict ({kind}) is not reported")
    for reviewer, proposal, kind in sorted(told.keys() - truth):
        yield Fault("conflict-invented", f"{reviewer} / {proposal}", f"there is no conflict of kind {kind}")
    for key, times in told.items():
        if times > 1:
            yield Fault("conflict-twice", " / ".join(key[:2]), f"{key[2]} stands {times} times")
    for conflict in answer.conflicts:
        facts = conflict.reason.facts
        if (facts.get("reviewer"), facts.get("proposal")) != (conflict.reviewer, conflict.proposal):
            yield Fault("reason-wrong", f"{conflict.reviewer} / {conflict.proposal}",
                        "the reason of a conflict speaks of another pair")
