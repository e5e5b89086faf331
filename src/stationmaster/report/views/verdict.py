"""What a screening says in words, for the first page and for the flight-safety page alike."""

from __future__ import annotations

from dataclasses import dataclass

from stationmaster.measure.reasons import Reason
from stationmaster.report import words
from stationmaster.report.story import Story
from stationmaster.safety.letters import Conjunction, Screening

SHOWN_KM = 5.0
#: At this probability the flight rules of the International Space Station begin to consider a
#: manoeuvre (NASA, "Space Debris and Human Spacecraft": 1 in 100 000; at 1 in 10 000 it flies).
NOTABLE_LOG10 = -5.0
YARDSTICK = (
    "1 in 100\u202f000 is where the flight rules of the International Space Station begin to consider a "
    "manoeuvre, with tracking data of known quality (NASA, Space Debris and Human Spacecraft)."
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The answer to "is it safe?", with what it rests on."""

    headline: str
    because: str
    caveats: tuple[str, ...]
    closest: Conjunction | None
    within: int
    notable: tuple[Conjunction, ...]
    distrusted: int


def verdict(story: Story) -> Verdict:
    """The screening in words: what was found, and what may not be concluded from it."""
    screening: Screening = story.answers["safety"]
    found = screening.conjunctions
    notable = tuple(c for c in found if c.probability.probability_log10 >= NOTABLE_LOG10)
    within = sum(c.miss_km < SHOWN_KM for c in found)
    closest = screening.closest
    return Verdict(
        headline=_headline(screening, notable),
        because=_because(screening, notable),
        caveats=_caveats(story, screening),
        closest=closest,
        within=within,
        notable=notable,
        distrusted=sum(any(r.code == "diluted" for r in c.cautions) for c in found),
    )


def _headline(screening: Screening, notable: tuple[Conjunction, ...]) -> str:
    if screening.closest is None:
        return f"Nothing comes within {words.brief(screening.miss_km)} km."
    if notable:
        verb = "needs" if len(notable) == 1 else "need"
        return f"Not settled: {words.counted(len(notable), 'approach', 'approaches')} {verb} tracking data."
    return "No approach stands out in this screening."


def _because(screening: Screening, notable: tuple[Conjunction, ...]) -> str:
    if screening.closest is None:
        return "No object of the catalogue passes the station within the distance that was screened."
    if notable:
        return (
            "Under the assumed errors the probability of a collision reaches 1 in 100\u202f000 for "
            f"{'it' if len(notable) == 1 else 'each of them'}: better data must say whether to move."
        )
    return (
        "Under the assumed errors no probability of a collision reaches 1 in 100\u202f000; that is no proof "
        "of safety, because the errors are assumed and not measured."
    )


def _caveats(story: Story, screening: Screening) -> tuple[str, ...]:
    """Sentences that belong beside the number wherever it is shown."""
    sizes = story.problems["safety"].hard_bodies.words
    sentences = [
        words.whole(f"sizes {text}" if text == sizes else text)
        for text in dict.fromkeys(screening.assumptions)
    ]
    if screening.unusable:
        count = words.counted(len(screening.unusable), "element set")
        sentences.append(f"{count} could not be propagated over the whole week.")
    if not story.run.journey.sky.serves_week:
        sentences.append(
            "The catalogue is not of the planned week: the seven days screened are "
            f"{words.day(screening.span.start)} to {words.day(screening.span.end)}."
        )
    return tuple(sentences)


def cautions(reasons: tuple[Reason, ...]) -> list[str]:
    """The cautions of a conjunction as sentences."""
    return [words.sentence("safety", reason) for reason in reasons]
