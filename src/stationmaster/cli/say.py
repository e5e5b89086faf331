"""What goes to standard output: never a character that a terminal would obey.

Names of stations, objects and proposals come from files of other people; an escape sequence in one
must not reach whoever only looks at it.
"""

from __future__ import annotations

from stationmaster.measure.errors import printable


def say(*lines: str) -> None:
    """Print lines of text."""
    for line in lines:
        print(printable(line))


def say_json(text: str) -> None:
    """Print JSON; a character that a terminal would obey is written as its escape, the same value."""
    print("".join(c if c.isprintable() or c == "\n" else _escape(c) for c in text))


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
