"""What every page is made with: templates, the style sheet, text as it may stand there."""

from __future__ import annotations

from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from stationmaster.measure.errors import printable

STYLE = "style.css"
#: So much of a cell is shown; what is longer is somebody's text and not a figure.
CELL_LIMIT = 400


def templates(package: str = "stationmaster.report") -> Environment:
    """The templates of a package, with autoescape on: whatever a page holds is text, never markup."""
    environment = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = shown
    return environment


def style() -> str:
    """The style sheet of all pages."""
    return (resources.files("stationmaster.report") / "templates" / STYLE).read_text("utf-8")


def tidy(text: str) -> str:
    """Without the empty lines and indents that templates leave."""
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line) + "\n"


def shown(text: str) -> str:
    """A text as it may stand on a page: no control characters, not endless.

    >>> shown("a" * 500)[-3:], len(shown("a" * 500))
    ('...', 400)
    """
    clean = printable(text[: CELL_LIMIT + 1])
    return clean if len(clean) <= CELL_LIMIT else clean[: CELL_LIMIT - 3] + "..."
