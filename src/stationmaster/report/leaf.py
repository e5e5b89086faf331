"""A leaf: one answer on one page, for a terminal, for a browser and for a program, from the same words."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from stationmaster.report.page import style, templates, tidy


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading, sentences, and a table where ``head`` names its columns; ``right`` are the numbers'."""

    title: str
    lines: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    right: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    tick: bool = False
    picture: Markup | None = None


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A title, what it is about, verdicts (a word and whether it is good), and sections."""

    title: str
    kicker: str
    verdicts: tuple[tuple[str, bool], ...]
    lead: str
    sections: tuple[Section, ...]


def html(leaf: Leaf) -> str:
    """The leaf as one page that needs nothing beside it; whatever it holds is text, never markup."""
    template = templates().get_template("leaf.html.j2")
    return tidy(template.render(leaf=leaf, style=Markup(style())))
