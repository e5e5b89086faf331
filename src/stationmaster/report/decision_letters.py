"""Decision letters: what was decided about each proposal, why, and what to do, in six languages.

A letter is made from the letters of a run alone, so that whoever holds its folder or its bundle can make
the same. Each is one page that needs nothing beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Template
from markupsafe import Markup

from stationmaster.call.letters import Country
from stationmaster.journey.choosing import Assessments, Dossiers
from stationmaster.journey.run import letter_path, read_letter
from stationmaster.measure.errors import StationError, printable
from stationmaster.measure.files import inside, write_whole
from stationmaster.measure.languages import Language, Words
from stationmaster.proposal.letters import Assessment, Dossier, Effect, Obligation, Truth
from stationmaster.report.page import style, templates, tidy
from stationmaster.report.words import rule, sentence
from stationmaster.selection.explanation.telling import Telling, words
from stationmaster.selection.letters import SelectionProblem
from stationmaster.selection.outcome import Decision, Outcome, Verdict

#: The meetings, in their order.
MEETINGS: Final = ("shortlist", "selection")
_CHOSEN = (Verdict.SELECTED, Verdict.CONDITIONAL)
#: What an accepted team has to do; advice and information are no duties.
_DUTIES = (Effect.NEEDS_LICENCE, Effect.NEEDS_CLAUSE, Effect.NEEDS_APPROVAL)


@dataclass(frozen=True)
class Meeting:
    """One meeting: what it chose from, and what it decided."""

    name: str
    problem: SelectionProblem
    outcome: Outcome


@dataclass(frozen=True)
class Decided:
    """All that the letters of one run are made from."""

    dossiers: tuple[Dossier, ...]
    assessments: Mapping[str, Assessment]
    countries: tuple[Country, ...]
    meetings: tuple[Meeting, ...]


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One condition or duty in words; ``title_original`` where its title stands in English only."""

    title: str
    title_original: bool
    conditional: bool
    owner: str
    remedy: str
    lead_time: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one meeting decided, in words; ``original`` where its reasons stand in English."""

    meeting: str
    verdict: str
    reasons: tuple[str, ...]
    original: bool
    binding: tuple[str, ...]
    changes: tuple[str, ...]
    together: tuple[str, ...]
    sentence_of_changes: str
    margin: tuple[str, ...]
    sentence_of_margin: str
    lot: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class DecisionLetter:
    """A letter in one language, the last meeting first."""

    say: Words
    code: str
    title: str
    institution: str
    told: tuple[Told, ...]
    duties: tuple[Duty, ...]
    others: tuple[tuple[str, str, str], ...]


def read_decided(folder: Path) -> Decided:
    """What the letters of a run are made from.

    Raises:
        StationError: where the run did not come to the shortlist, or a letter cannot be read.
    """
    dossiers: Dossiers = read_letter(folder, "proposal", "problem")
    assessments: Assessments = read_letter(folder, "proposal", "answer")
    held = [name for name in MEETINGS if letter_path(folder, name, "answer").is_file()] or [MEETINGS[0]]
    return Decided(
        dossiers=tuple(sorted(dossiers.dossiers, key=lambda one: one.code)),
        assessments={one.dossier: one for one in assessments.items},
        countries=read_letter(folder, "call", "problem").countries,
        meetings=tuple(
            Meeting(name, read_letter(folder, name, "problem"), read_letter(folder, name, "answer"))
            for name in held
        ),
    )


def decision_letters(decided: Decided, languages: tuple[Language, ...]) -> Iterator[DecisionLetter]:
    """A letter for each proposal that a meeting decided about, in each of some languages."""
    for dossier in decided.dossiers:
        for language in languages:
            others = tuple(
                (file_name(dossier.code, other), other.value, words(other).sentences["language"])
                for other in languages
                if other is not language
            )
            found = tuple(_told(decided, dossier, language))
            if found:
                yield DecisionLetter(
                    say=words(language),
                    code=dossier.code,
                    title=printable(dossier.title),
                    institution=printable(dossier.lead.institution),
                    told=found[::-1],
                    duties=tuple(_duties(decided, dossier.code, words(language))),
                    others=others,
                )


def _told(decided: Decided, dossier: Dossier, language: Language) -> Iterator[Told]:
    names = {one.code: str(getattr(one, language.value)) for one in decided.countries}
    for meeting in decided.meetings:
        decision = next((d for d in meeting.outcome.decisions if d.candidate == dossier.code), None)
        if decision is not None:
            yield _meeting(meeting, decision, Telling(words(language), meeting.problem, names))


def _meeting(meeting: Meeting, decision: Decision, telling: Telling) -> Told:
    say, outcome = telling.say, meeting.outcome
    original = decision.verdict is Verdict.NOT_ELIGIBLE
    on_the_list = meeting.name == "shortlist" and decision.verdict in _CHOSEN
    lot = {"seed": str(outcome.lot.seed)}
    if decision.by_lot:
        lot["place"] = str(outcome.lot.order.index(decision.candidate) + 1)
    return Told(
        meeting=say(f"meeting-{meeting.name}"),
        verdict=say("verdict-shortlisted" if on_the_list else f"verdict-{decision.verdict.value}"),
        reasons=tuple(
            sentence("selection", reason) if original else telling.reason(reason)
            for reason in decision.reasons
            if not (on_the_list and reason.code == "condition")
        ),
        original=original and say.code != "en",
        binding=tuple(telling.binding(one) for one in decision.binding),
        changes=tuple(telling.change(change) for change in decision.changes),
        together=tuple(telling.together(one) for one in decision.together),
        sentence_of_changes=_of_changes(decision, outcome, say),
        margin=tuple(telling.change(change) for change in decision.margin or ()),
        sentence_of_margin=""
        if decision.margin is None
        else say("margin-each" if decision.margin else "margin-none"),
        lot=say("lot-decided" if decision.by_lot else "lot-idle", **lot),
        digest=say("digest", digest=outcome.problem_digest),
    )


def _of_changes(decision: Decision, outcome: Outcome, say: Words) -> str:
    if decision.verdict not in (Verdict.RESERVE, Verdict.NOT_SELECTED) or outcome.conflicts:
        return ""
    if decision.candidate in outcome.effort.unexplained:
        return say("not-searched")
    if decision.changes:
        return say("each-alone")
    return say("only-together" if decision.together else "no-change")


def _duties(decided: Decided, code: str, say: Words) -> Iterator[Duty]:
    """What an accepted team has to do; the conditions first."""
    verdicts = {d.candidate: d.verdict for d in decided.meetings[-1].outcome.decisions}
    if verdicts.get(code) in _CHOSEN and code in decided.assessments:
        applies = [one for one in decided.assessments[code].obligations if one.truth is Truth.YES]
        applies = [one for one in applies if one.conditional or one.effect in _DUTIES]
        for one in sorted(applies, key=lambda one: (not one.conditional, one.rule)):
            yield _duty(one, say)


def _duty(one: Obligation, say: Words) -> Duty:
    least = min([duty.lead_time_min_d for duty in one.duties] or [one.lead_time_min_d])
    most = max([duty.lead_time_max_d for duty in one.duties] or [one.lead_time_max_d])
    key = f"rule-{one.rule}"
    parties = ", ".join(dict.fromkeys(duty.party for duty in one.duties))
    return Duty(
        title=say(key) if key in say.sentences else rule(one.rule),
        title_original=key not in say.sentences and say.code != "en",
        conditional=one.conditional,
        owner=printable(f"{one.owner} ({parties})" if parties and parties != one.owner else one.owner),
        remedy=one.remedy,
        lead_time=say("lead-time", least=f"{least:g}", most=f"{most:g}"),
    )


def file_name(code: str, language: Language) -> str:
    """The file of a letter."""
    return f"{code}.{language.value}.html"


@cache
def _template() -> Template:
    return templates().get_template("letter.html.j2")


def html(letter: DecisionLetter) -> str:
    """A letter as one page; whatever it holds is text, never markup."""
    return tidy(_template().render(letter=letter, say=letter.say, style=Markup(style())))


def write_letters(decided: Decided, languages: tuple[Language, ...], out: Path) -> list[Path]:
    """Write a page for each proposal and language: ``P-BARIDI.fr.html``.

    Raises:
        StationError: ``bad-value`` where ``out`` is a file, ``unsafe-path`` where a proposal's code is no
            name of a file.
    """
    if out.exists() and not out.is_dir():
        raise StationError("bad-value", file=str(out), field="--out", value="a file", expected="a folder")
    pages = [
        (inside(out, file_name(one.code, Language(one.say.code))), html(one))
        for one in decision_letters(decided, languages)
    ]
    for path, page in pages:
        write_whole(path, page)
    return [path for path, _ in pages]
