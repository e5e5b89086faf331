"""Every word that a page says about a code, a reason, a number or a date: made once, here."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from stationmaster.crew.reasons import REASONS as CREW
from stationmaster.journey.asking import REASONS as ASKING
from stationmaster.manifest.reasons import REASONS as MANIFEST
from stationmaster.measure.reasons import Reason, say
from stationmaster.orbit.reasons import REASONS as ORBIT
from stationmaster.proposal.advice.reasons import REASONS as ADVICE
from stationmaster.proposal.obligations.rules import shipped_rules
from stationmaster.proposal.reasons import REASONS as PROPOSAL
from stationmaster.review.reasons import REASONS as REVIEW
from stationmaster.safety.avoidance.letters import Action, Level
from stationmaster.safety.avoidance.reasons import REASONS as AVOIDANCE
from stationmaster.safety.reasons import REASONS as SAFETY
from stationmaster.selection.reasons import CERTIFICATES
from stationmaster.selection.reasons import REASONS as SELECTION
from stationmaster.timeline.reasons import REASONS as TIMELINE

#: stage -> its sentences. Two stages may give one code to different things, so they stay apart; the
#: selection also passes on why a dossier was not eligible.
SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "proposal": {**PROPOSAL, **ADVICE},
    "review": REVIEW,
    "selection": {**PROPOSAL, **SELECTION, **CERTIFICATES},
    "manifest": MANIFEST,
    "crew": CREW,
    "orbit": {**ORBIT, **ASKING},
    "timeline": TIMELINE,
    "safety": SAFETY,
    "avoidance": AVOIDANCE,
}

NAMES: Final[Mapping[str, str]] = {
    # modes
    "inside-own": "Inside, own payload",
    "inside-facility": "Inside, in a facility",
    "outside-own": "Outside, own payload",
    # regional groups
    "African": "African States",
    "Asia-Pacific": "Asia-Pacific States",
    "Eastern European": "Eastern European States",
    "Latin American and Caribbean": "Latin American and Caribbean States",
    "Western European and others": "Western European and other States",
    # rules
    "equal-footing": "equal footing",
    "partner-shares": "partner shares",
    "utilitarian": "the best total score",
    # attributes
    "regional_group": "regional group",
    "economy": "economy",
    "partner": "partner",
    # fields
    "fluids-combustion": "Fluids and combustion",
    "materials": "Materials science",
    # windows
    "saa": "South Atlantic Anomaly",
}

LEVELS: Final[Mapping[Level, str]] = {
    Level.GREEN: "Green",
    Level.IN_BOX: "In the box",
    Level.YELLOW: "Yellow",
    Level.RED: "Red",
}
ACTIONS: Final[Mapping[Action, str]] = {
    Action.NONE: "Nothing to do",
    Action.WATCH: "Watch",
    Action.GET_BETTER_DATA: "Get better data",
    Action.PLAN_BURN: "Plan a manoeuvre",
    Action.BURN: "Manoeuvre",
    Action.SHELTER: "Shelter",
}
#: What stands beside the colours wherever positions come from element sets alone.
NO_MANOEUVRE: Final = "screening only, no colour here orders a manoeuvre"

ORDERS_DATA: Final = (
    "Screening only: whatever its colour, an approach known from element sets alone orders no manoeuvre. "
    "Above green it orders better data, ephemerides with covariance from the owner or a tracking centre."
)

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


_LONG = re.compile(r"(?<![\w.])\d+\.\d{4,}(?![\w.])")
_POWER = re.compile(r"(?<![\w.])(?P<lead>\d(?:\.\d+)?)e(?P<power>[+-]?\d+)(?!\w|\.\d)")


def sentence(stage: str, reason: Reason) -> str:
    """The sentence of a stage's reason; what is exact to a millionth is said to a hundredth."""
    facts = {key: _spoken(key, fact) for key, fact in reason.facts.items()}
    text = say(Reason(reason.code, facts), SENTENCES[stage])
    text = _POWER.sub(lambda found: scientific(found["lead"], int(found["power"])), text)
    return _LONG.sub(lambda found: f"{float(found[0]):.2f}", text)


def _spoken(key: str, fact: str) -> str:
    """Codes among the facts in words: the title of a rule, the names of groups."""
    if key == "condition":
        return f"\u201c{rule(fact)}\u201d"
    if key in ("groups", "group"):
        return listed([name(one) for one in fact.split(", ")])
    if key == "doubts":
        return listed([name(one).lower() for one in fact.split(", ")])
    return fact


def rule(code: str) -> str:
    """The title of a rule on obligations; a code that no shipped rule has stays as it is."""
    return next((one.title for one in shipped_rules() if one.id == code), code)


def plural(noun: str) -> str:
    """An English plural of the regular kinds.

    >>> plural("university"), plural("institute")
    ('universities', 'institutes')
    """
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def whole(text: str) -> str:
    """A sentence that begins with a capital and ends with a full stop.

    >>> whole("covariance assumed")
    'Covariance assumed.'
    """
    return text[:1].upper() + text[1:].rstrip(".") + "."


def name(code: object) -> str:
    """A code in words: ``space-medicine`` is Space medicine.

    >>> name("space-medicine"), name("outside-own")
    ('Space medicine', 'Outside, own payload')
    """
    text = str(code)
    if text in NAMES:
        return NAMES[text]
    words = text.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def day(when: date | datetime | None) -> str:
    """A date as people write it, the same in every locale.

    >>> day(date(2024, 11, 4))
    '4 November 2024'
    """
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}" if when else ""


def day_short(when: date | datetime) -> str:
    """A date for a narrow column: ``4 Nov 2024``."""
    return f"{when.day} {MONTHS[when.month - 1][:3]} {when.year}"


def weekday(when: date | datetime) -> str:
    """The weekday's name."""
    return WEEKDAYS[when.weekday()]


def moment(when: datetime) -> str:
    """A moment to the minute: ``4 Nov 2024, 03:12 UTC``."""
    return f"{day_short(when)}, {when:%H:%M} UTC"


def number(value: float | int, digits: int = 0) -> str:
    """A number with thin spaces between thousands, and a real minus sign.

    >>> number(12345), number(-1.25, 1)
    ('12\u202f345', '\u22121.2')
    """
    text = f"{value:,.{digits}f}".replace(",", "\u202f")
    if text.startswith("-") and set(text) <= set("-0.\u202f"):
        text = text[1:]
    return text.replace("-", "\u2212")


def brief(value: float, digits: int = 2) -> str:
    """A number without idle zeros."""
    text = number(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float | None, digits: int = 0) -> str:
    """A share in per cent; a dash where there is none."""
    return "\u2013" if share is None else f"{number(100.0 * share, digits)}\u202f%"


_RAISED = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")


def probability(log10: float) -> str:
    """A probability from its logarithm, which keeps tails below 1e-308.

    >>> probability(-5.1)
    '7.9 \u00d7 10\u207b\u2076'
    """
    if log10 <= -300.0:
        return "below 10\u207b\u00b3\u2070\u2070"
    power = math.floor(log10)
    leading = f"{10.0 ** (log10 - power):.1f}"
    if leading == "10.0":
        leading, power = "1.0", power + 1
    return scientific(leading, power)


def scientific(leading: str, power: int) -> str:
    """A number as people write powers of ten; a leading 1 without digits is left out.

    >>> scientific("3.9", -17), scientific("1", -5)
    ('3.9 \u00d7 10\u207b\u00b9\u2077', '10\u207b\u2075')
    """
    raised = f"10{str(power).translate(_RAISED)}"
    return raised if leading == "1" else f"{leading} \u00d7 {raised}"


def chance(share: float) -> str:
    """A threshold as a chance.

    >>> chance(1e-5)
    '1 in 100\u202f000'
    """
    return f"1 in {number(1.0 / share)}"


def levels_told(counts: Mapping[Level, int]) -> str:
    """How many approaches have which colour: ``0 red, 1 yellow, 0 in the box, 7 green``."""
    return ", ".join(f"{number(count)} {LEVELS[level].lower()}" for level, count in counts.items())


def counted(count: int, one: str, many: str = "") -> str:
    """``1 proposal``, ``2 proposals``.

    >>> counted(1, "proposal"), counted(2, "country", "countries")
    ('1 proposal', '2 countries')
    """
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def listed(names: list[str]) -> str:
    """``A, B and C``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""
