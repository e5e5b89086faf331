"""Pictures drawn by matplotlib and made part of the page: its font, its colours, its text alternative.

matplotlib computes the scales, ticks and shapes. What it writes as SVG is taken apart and put together
again as plain paths and texts: the page's font draws the text, and every colour is a name of the style
sheet (``colour``), so that dark mode and print rule the pictures too. Nothing has an identity of its own,
coordinates are rounded to a tenth, and the user's own settings of matplotlib are left aside: the same
picture is the same bytes.

matplotlib is imported by the first picture that is drawn, not before.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from markupsafe import Markup

from stationmaster.report.pictures.svg import number

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

#: The colours of the style sheet that pictures use; each stands for one that only ``_page_style`` ever sees.
COLOURS = (
    "paper", "sunken", "ink", "soft", "rule", "accent", "accent-soft", "own", "facility", "outside",
    "wait", "wait-soft", "bad", "land", "applied", "chosen",
)  # fmt: skip
#: Points per inch of the SVG backend: at this resolution a point is a unit of the picture.
DPI = 72
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_COMMAND = re.compile(r"\s*([A-Za-z])\s*")
_STAND_IN = re.compile(r"#0000([0-9a-f]{2})")
_SHORT_FONT = re.compile(r"(?:(bold|[1-9]00) )?([\d.]+px) ")


def colour(name: str) -> str:
    """What to draw with, so that the picture has this colour of the style sheet."""
    return f"#0000{COLOURS.index(name) + 1:02x}"


def plain(value: float, _place: int | None = None) -> str:
    """A tick's label: no idle zeros, thin spaces between thousands.

    >>> plain(2000.0), plain(0.5)
    ('2\u202f000', '0.5')
    """
    return f"{value:,.6g}".replace(",", "\u202f") if abs(value) < 1e6 else f"{value:.0e}"


class Sheet:
    """A picture of a width and height in its own units; it scales to the width of its place.

    ``says`` is the text alternative: what someone who does not see the picture should know.
    """

    def __init__(self, width: float, height: float, says: str, kind: str) -> None:
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.says = says
        self.kind = kind
        self.figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
        self.figure.patch.set_visible(False)
        self._titles: dict[str, str] = {}

    def axes(self, left: float, top: float, right: float, bottom: float) -> Axes:
        """Bare axes that leave these margins."""
        inner = self.width - left - right, self.height - top - bottom
        place = (left / self.width, bottom / self.height, inner[0] / self.width, inner[1] / self.height)
        axes = self.figure.add_axes(place)
        axes.patch.set_visible(False)
        return axes

    def title(self, artist: Artist, says: str) -> None:
        """What a shape says when pointed at."""
        key = f"titled-{len(self._titles)}"
        artist.set_gid(key)
        self._titles[key] = says

    def markup(self) -> Markup:
        """The whole picture."""
        drawn = StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        self.figure.savefig(drawn, format="svg", metadata=nothing)
        tree = ElementTree.fromstring(_NO_XML.sub("\ufffd", drawn.getvalue()))
        head = Markup('<svg class="picture {}" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
            self.kind, number(self.width), number(self.height), self.says
        )
        return head + Markup("").join(_leaves(tree, self._titles, "")) + Markup("</svg>")


@contextmanager
def sheet(width: float, height: float, says: str, kind: str) -> Iterator[Sheet]:
    """An empty picture; draw on it, and take its markup, inside of the ``with`` block."""
    import matplotlib

    with warnings.catch_warnings(), matplotlib.rc_context():
        # matplotlib's own font has no letters of some scripts; the page's fonts draw the text, not it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_settings())
        yield Sheet(width, height, says, kind)


def _settings() -> dict[Any, object]:
    sides = {f"axes.spines.{side}": False for side in ("left", "right", "top", "bottom")}
    return sides | {
        "svg.fonttype": "none", "svg.hashsalt": "stationmaster", "text.parse_math": False,
        "font.size": 11.5, "text.color": colour("ink"),
        "axes.xmargin": 0.0, "axes.ymargin": 0.0, "axes.axisbelow": True,
        "grid.color": colour("rule"), "grid.linewidth": 1.0,
        "lines.linewidth": 1.6, "lines.solid_capstyle": "butt", "lines.scale_dashes": False,
        "xtick.bottom": False, "xtick.major.size": 0.0, "xtick.major.pad": 8.0,
        "ytick.left": False, "ytick.major.size": 0.0, "ytick.major.pad": 8.0,
        "xtick.labelcolor": colour("soft"), "ytick.labelcolor": colour("soft"),
    }  # fmt: skip


def level_rules(axes: Axes, wanted: int) -> None:
    """Level lines at round values, about as many as wanted, with the values to the left."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(wanted, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(plain))
    axes.grid(axis="y")


def at(when: datetime) -> float:
    """Where a moment falls on an axis of time: matplotlib's number of it, in days."""
    from matplotlib.dates import date2num

    return float(date2num(when))  # type: ignore[no-untyped-call]


def pin(axes: Axes, shape: Patch, across: float, up: float) -> Patch:
    """Add a shape that is drawn about (0, 0) in the picture's units at a place given in the axes' values."""
    from matplotlib.transforms import ScaledTranslation

    shape.set_transform(ScaledTranslation(across, up, axes.transData))  # type: ignore[arg-type]
    axes.add_artist(shape)
    return shape


def _leaves(element: ElementTree.Element, titles: dict[str, str], says: str) -> Iterator[Markup]:
    """The shapes and words of what matplotlib wrote, in its order, without its groups and names.

    Raises:
        ValueError: a picture holds anything but paths and words (markers and collections do).
    """
    for child in element:
        tag = child.tag.rpartition("}")[2]
        if tag == "g":
            yield from _leaves(child, titles, titles.get(child.get("id", ""), says))
        elif tag == "path":
            inner = Markup("<title>{}</title>").format(says) if says else Markup("")
            path = Markup('<path d="{}" style="{}">{}</path>')
            yield path.format(_shorter(child.get("d", "")), _page_style(child), inner)
        elif tag == "text":
            place = [number(float(child.get(axis, "0"))) for axis in "xy"]
            text = Markup('<text x="{}" y="{}" style="{}">{}</text>')
            yield text.format(*place, _page_style(child), "".join(child.itertext()))
        elif tag not in ("defs", "metadata"):
            raise ValueError(f"a picture is made of paths and level words, not of <{tag}>")


def _shorter(path: str) -> str:
    rounded = _NUMBER.sub(lambda found: number(float(found[0])), path)
    return _COMMAND.sub(r"\1", rounded).strip()


def _page_style(element: ElementTree.Element) -> str:
    """An element's style with the style sheet's colours; of the font only the size and the weight."""
    pairs = (pair.partition(":") for pair in element.get("style", "").split(";"))
    kept = {name.strip(): value.strip() for name, _, value in pairs}
    if found := _SHORT_FONT.match(kept.pop("font", "")):
        kept |= {"font-weight": found[1] or "normal", "font-size": found[2]}
    kept.pop("font-family", None)
    style = ";".join(f"{name}:{value}" for name, value in kept.items())
    return _STAND_IN.sub(lambda found: f"var(--{COLOURS[int(found[1], 16) - 1]})", style)
