"""A picture: SVG elements written in order, with a text alternative."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from markupsafe import Markup, escape


def number(value: float) -> str:
    """A coordinate to a tenth of a unit, without idle zeros.

    >>> number(12.0), number(-0.04), number(3.25)
    ('12', '0', '3.2')
    """
    text = f"{value:.1f}"
    if text.endswith(".0"):
        text = text[:-2]
    return "0" if text == "-0" else text


class Picture:
    """An inline SVG of a width and height in its own units; it scales to the width of its place.

    ``says`` is the text alternative: what someone who does not see the picture should know.
    """

    def __init__(self, width: float, height: float, says: str, kind: str) -> None:
        self.width = width
        self.height = height
        self.says = says
        self.kind = kind
        self._parts: list[Markup] = []

    def add(self, tag: str, says: str = "", /, **attributes: object) -> None:
        """An element; ``says`` is its ``<title>``. ``of`` is its class; numbers are rounded."""
        inner = Markup("<title>{}</title>").format(says) if says else Markup("")
        self._parts.append(_element(tag, attributes, inner))

    @contextmanager
    def leading_to(self, link: str) -> Iterator[None]:
        """What is added inside leads to a place of the page; nothing changes where there is no link."""
        if link:
            self._parts.append(Markup('<a href="{}">').format(link))
        yield
        if link:
            self._parts.append(Markup("</a>"))

    def words(self, text: str, across: float, down: float, of: str = "", **attributes: object) -> None:
        """Text; ``text_anchor`` as an attribute moves it left or right of its point."""
        self._parts.append(_element("text", {"x": across, "y": down, "of": of, **attributes}, escape(text)))

    def line(self, points: Iterable[tuple[float, float]], of: str) -> None:
        """A line through points."""
        path = "L".join(f"{number(x)} {number(y)}" for x, y in points)
        if path:
            self.add("path", d=f"M{path}", of=of)

    def markup(self) -> Markup:
        """The whole picture."""
        head = Markup(
            '<svg class="picture {}" viewBox="0 0 {} {}" role="img" aria-label="{}" '
            'xmlns="http://www.w3.org/2000/svg">'
        ).format(self.kind, number(self.width), number(self.height), self.says)
        return head + Markup("").join(self._parts) + Markup("</svg>")


def _element(tag: str, attributes: dict[str, object], inner: Markup) -> Markup:
    text = Markup("")
    for name, value in attributes.items():
        if value == "" or value is None:
            continue
        shown = number(value) if isinstance(value, float) else value
        label = "class" if name == "of" else name.replace("_", "-")
        text += Markup(' {}="{}"').format(label, shown)
    return Markup("<{}{}>{}</{}>").format(Markup(tag), text, inner, Markup(tag))
