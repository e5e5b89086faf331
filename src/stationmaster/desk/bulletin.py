"""A bulletin for people: the same sentences as a page and as plain text, in the subscriber's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

from markupsafe import Markup

from stationmaster.desk.languages import Words, chance, kilometres, moment_words, words
from stationmaster.desk.letters import Bulletin, Motion, Neighbour, Notice, Standing, Step, Subscriber
from stationmaster.measure.reasons import Reason
from stationmaster.report.page import style, templates, tidy
from stationmaster.safety.avoidance.letters import Level

#: What is wrong with a figure, in the five ways that a person needs to tell apart.
DOUBTS: Final[Mapping[str, tuple[str, ...]]] = {
    "long": ("extended", "long-segment", "hits-at-ends"),
    "offset": ("offset", "late-segment"),
    "curved": ("inaccurate", "not-followed"),
    "numbers": ("unsure", "not-converged", "few-directions", "not-the-whole"),
    "covariance": (
        "not-positive-definite",
        "clipped",
        "negative-variance",
        "default-covariance",
        "no-such-covariance",
    ),
}
_DOUBT: Final = {code: kind for kind, codes in DOUBTS.items() for code in codes}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One approach in words; ``level`` and ``step`` are codes, the rest is text."""

    level: Level
    step: Step
    when: str
    own: str
    other: str
    kind: str
    miss: str
    components: str
    speed: str
    probability: str
    maximum: str
    screening_only: bool
    reasons: tuple[str, ...]
    message: str

    @property
    def attention(self) -> bool:
        """Whether something is to be done."""
        return self.step is not Step.NONE


@dataclass(frozen=True, kw_only=True)
class Page:
    """All sentences of a bulletin, in its language, for page and text alike."""

    words: Words
    bulletin: Bulletin
    headline: str
    lead: tuple[str, ...]
    entries: tuple[Entry, ...]
    limit: str
    objects: tuple[tuple[str, tuple[str, ...]], ...]
    company: tuple[str, ...]
    reading: tuple[str, ...]

    @property
    def attention(self) -> tuple[Entry, ...]:
        """The entries about which something is to be done, the most urgent first."""
        steps, levels = list(Step), list(Level)
        asked = [entry for entry in self.entries if entry.attention]
        return tuple(
            sorted(asked, key=lambda one: (-steps.index(one.step), -levels.index(one.level), one.when))
        )


def page(bulletin: Bulletin) -> Page:
    """A bulletin in words."""
    say = words(bulletin.subscriber.language)
    entries = tuple(_entry(say, notice, bulletin.subscriber) for notice in bulletin.notices)
    absent = [one for one in bulletin.standings if one.motion is Motion.ABSENT or _never(one)]
    attention = sum(entry.attention for entry in entries)
    lead = [say("counts", count=str(len(entries)), attention=str(attention))]
    if absent:
        lead.append(say("not-screened", objects=say.listed(_object(one) for one in absent)))
    return Page(
        words=say,
        bulletin=bulletin,
        headline=_headline(say, entries),
        lead=tuple(lead),
        entries=entries,
        limit=_limit(say, bulletin.subscriber),
        objects=tuple((_object(one), tuple(_standing(say, one))) for one in bulletin.standings),
        company=tuple(_neighbour(say, one) for one in bulletin.neighbours),
        reading=tuple(_reading(say, bulletin)),
    )


def _headline(say: Words, entries: tuple[Entry, ...]) -> str:
    if not entries:
        return say("headline-none")
    order = list(Step)
    worst = max((entry.step for entry in entries), key=order.index)
    return say("headline-none-step" if worst is Step.NONE else f"headline-{worst.value}")


def _entry(say: Words, notice: Notice, levels: Subscriber) -> Entry:
    event = notice.event
    maximum = None if event.maximum_probability is None else chance(event.maximum_probability)
    return Entry(
        level=notice.decision.level,
        step=notice.step,
        when=moment_words(event.tca),
        own=f"{event.primary_name} ({event.primary_id})",
        other=f"{event.object_name} ({event.object_id})",
        kind=say(f"kind-{notice.kind.value}"),
        miss=kilometres(event.miss_km),
        components=say(
            "components",
            radial=kilometres(event.radial_km),
            in_track=kilometres(event.in_track_km),
            cross_track=kilometres(event.cross_track_km),
        ),
        speed=f"{event.relative_speed_km_s:.2f} km/s",
        probability=chance(event.probability, event.probability_log10),
        maximum=say("maximum", maximum=maximum) if maximum and event.diluted else "",
        screening_only=notice.screening_only,
        reasons=tuple(_reason(say, why, notice, levels) for why in notice.decision.reasons),
        message=notice.message,
    )


def _reason(say: Words, why: Reason, notice: Notice, levels: Subscriber) -> str:
    event, facts = notice.event, dict(why.facts)
    exact = {
        "probability": chance(event.probability, event.probability_log10),
        "maximum": chance(event.maximum_probability or 0.0),
        "threshold": chance(levels.red_probability if why.code == "red" else levels.yellow_probability),
        "radial": kilometres(event.radial_km),
        "in_track": kilometres(event.in_track_km),
        "cross_track": kilometres(event.cross_track_km),
    }
    facts |= {name: exact[name] for name in exact.keys() & facts.keys()}
    if why.code == "doubtful":
        kinds = {_DOUBT.get(doubt.code, "numbers") for doubt in event.doubts}
        facts["doubts"] = say.listed(say(f"doubt-{kind}") for kind in DOUBTS if kind in kinds)
    return say(f"reason-{why.code}", **facts)


def _object(one: Standing) -> str:
    return f"{one.name} ({one.object_id})" if one.name else str(one.object_id)


def _never(one: Standing) -> bool:
    return one.lost and one.screened_until is None and one.motion is Motion.ELEMENTS


def _standing(say: Words, one: Standing) -> Iterator[str]:
    if one.motion is Motion.ABSENT:
        yield say("standing-absent")
        return
    if one.motion is Motion.ELEMENTS and one.epoch is not None:
        yield say("standing-elements", epoch=moment_words(one.epoch))
    if one.usable is not None:
        start, end = moment_words(one.usable.start), moment_words(one.usable.end)
        yield say("standing-ephemeris", start=start, end=end)
        yield say("standing-covariance" if one.covariance else "standing-no-covariance")
        if one.epoch is None:
            yield say("standing-nothing-beyond")
        else:
            yield say("standing-beyond", epoch=moment_words(one.epoch))
    if one.screened_until is not None:
        yield say("standing-until", until=moment_words(one.screened_until))
    elif one.lost:
        yield say("standing-lost")
    if one.radius_m is not None:
        yield say("radius-given" if one.radius_given else "radius-assumed", radius=f"{one.radius_m:g} m")


def _neighbour(say: Words, one: Neighbour) -> str:
    return say(
        "company-stays" if one.stays else "company-passes",
        own=f"{one.own_name} ({one.own_id})",
        other=f"{one.object_name} ({one.object_id})",
        miss=kilometres(one.miss_km),
        when=moment_words(one.closest),
    )


def _limit(say: Words, subscriber: Subscriber) -> str:
    miss, box = f"{subscriber.miss_km:g} km", subscriber.box
    if box is None:
        return miss
    sizes = {"radial": box.radial_km, "in_track": box.in_track_km, "cross_track": box.cross_track_km}
    return say("box", miss=miss, **{name: f"{size:g} km" for name, size in sizes.items()})


def _reading(say: Words, bulletin: Bulletin) -> Iterator[str]:
    yield say("explain-miss")
    levels = bulletin.subscriber
    yield say("explain-levels", yellow=chance(levels.yellow_probability), red=chance(levels.red_probability))
    if any(notice.screening_only for notice in bulletin.notices):
        yield say("explain-screening")
    yield say("explain-manoeuvres")
    yield say("explain-small")
    yield say("explain-unpropagated", count=str(bulletin.unpropagated))
    yield say("explain-privacy")


# ------------------------------------------------------------------------------------- as a page


def html(found: Page) -> str:
    """The bulletin as one page that needs nothing beside it."""
    text = (
        templates("stationmaster.desk")
        .get_template("bulletin.html.j2")
        .render(page=found, say=found.words, style=_style(), head=_head(found), levels=Level)
    )
    return tidy(text)


def _style() -> Markup:
    own = (resources.files("stationmaster.desk") / "templates" / "bulletin.css").read_text("utf-8")
    return Markup(style() + own)


def _head(found: Page) -> tuple[str, ...]:
    """To whom, what span, from which data."""
    say, bulletin = found.words, found.bulletin
    subscriber, catalogue = bulletin.subscriber, bulletin.catalogue
    span = {"start": moment_words(bulletin.span.start), "end": moment_words(bulletin.span.end)}
    made = {
        "created": moment_words(bulletin.created),
        "catalogue": catalogue.name,
        "objects": str(catalogue.objects),
        "epoch": moment_words(catalogue.last_epoch),
    }
    contact = [say("contact", contact=subscriber.contact)] if subscriber.contact else []
    return (say("window", **span), say("made", **made), *contact)


# --------------------------------------------------------------------------------- as plain text


def text(found: Page) -> str:
    """The bulletin as plain text, in lines."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Page) -> Iterator[str]:
    say = found.words
    yield f"{say('title')} - {say('addressed', name=found.bulletin.subscriber.name)}"
    yield from _head(found)
    yield ""
    yield found.headline.upper() if found.words.code in ("en", "fr", "es", "ru") else found.headline
    yield from found.lead
    yield from _heading(say("approaches"))
    if not found.entries:
        yield say("no-approaches", limit=found.limit)
    for entry in found.entries:
        yield from _entry_lines(say, entry)
    yield from _heading(say("objects"))
    for name, sentences in found.objects:
        yield f"{say.apart(name)}{say.sentences['colon']}{' '.join(sentences)}"
    yield from _heading(say("company"))
    yield from found.company or (say("no-company"),)
    yield from _heading(say("reading"))
    yield from found.reading
    yield from _heading(say("files"))
    yield say("explain-files")


def _heading(title: str) -> Iterator[str]:
    yield ""
    yield title
    yield "-" * len(title)


def _entry_lines(say: Words, entry: Entry) -> Iterator[str]:
    def label(key: str, value: str) -> str:
        return f"  {say(key)}{say.sentences['colon']}{value}"

    mark = f" ({say('screening-only')})" if entry.screening_only else ""
    chances = filter(None, (say.apart(entry.probability) + mark, entry.maximum))
    yield f"{say.apart(entry.when + ' UTC')}  [{say('level-' + entry.level.value)}]"
    yield label("own", say.apart(entry.own))
    yield label("other", say.listed((say.apart(entry.other), entry.kind)))
    yield label("miss", f"{say.apart(entry.miss)} ({entry.components})")
    yield label("speed", say.apart(entry.speed))
    yield label("probability", say.listed(chances))
    yield label("step", say("step-" + entry.step.value))
    if entry.attention:
        yield from (f"    {reason}" for reason in entry.reasons)
    yield label("message", say.apart(entry.message))
    yield ""
