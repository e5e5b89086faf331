"""How an amount reads: ``620 W``, ``two medium ports``, ``0.25 of a rack``."""

from __future__ import annotations

from typing import Final

#: A payload that needs this little more than a place gives still fits: below any figure's precision.
TOLERANCE: Final = 1e-9

_WORDS: Final = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def amount(value: float, unit: str) -> str:
    """An amount with its unit, to at most three decimals.

    >>> amount(620.0, "W"), amount(0.25, ""), amount(1e6, "kg")
    ('620 W', '0.25', '1000000 kg')
    """
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return f"{text} {unit}".rstrip()


def number(count: int) -> str:
    """A small count in words, a large one in digits.

    >>> number(2), number(40)
    ('two', '40')
    """
    return _WORDS[count] if 0 <= count < len(_WORDS) else str(count)


def ports(count: int, size: str) -> str:
    """So many ports of a size.

    >>> ports(1, "small"), ports(2, "medium")
    ('one small port', 'two medium ports')
    """
    return f"{number(count)} {size} port{'' if count == 1 else 's'}"


def listed(names: tuple[str, ...], join: str = "and") -> str:
    """Names in a row, as a sentence has them.

    >>> listed(("earth", "ram", "sky"))
    'earth, ram and sky'
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {join} {names[-1]}"
