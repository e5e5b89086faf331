"""Tables in the terminal, by rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stationmaster.measure.errors import printable
from stationmaster.station.letters import Station
from stationmaster.station.table import Row

if TYPE_CHECKING:
    from stationmaster.report.leaf import Leaf


def print_station(station: Station, rows: tuple[Row, ...]) -> None:
    """A station's figures, section by section; estimates carry the mark."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    name, about = (
        printable(station.name),
        f" ({station.code}), {station.operator}; collected {station.collected}",
    )
    console.print(Text.assemble((name, "bold"), printable(about)))
    for section in dict.fromkeys(row.section for row in rows):
        table = Table(title=section, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for heading, right in (
            ("name", False),
            ("figure", False),
            ("value", True),
            ("unit", False),
            ("", False),
        ):
            table.add_column(heading, justify="right" if right else "left")
        before = None
        for row in rows:
            if row.section == section:
                name = "" if row.name == before else row.name
                cells = (name, row.figure, row.text, row.unit)
                table.add_row(*(Text(printable(cell)) for cell in cells), Text(row.mark, "yellow"))
                before = row.name
        console.print(table)
        console.print()
    marked = sum(bool(row.mark) for row in rows)
    console.print(f"{len(rows)} figures, of which {marked} are estimates")


def print_leaf(page: Leaf) -> None:
    """A leaf, section by section."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from stationmaster.report.page import shown

    console = Console()
    console.print(Text.assemble((shown(page.title), "bold"), "  ", shown(page.kicker)))
    if page.verdicts:
        console.print(Text(", ".join(words for words, _ in page.verdicts)))
    console.print(Text(shown(page.lead)))
    for section in page.sections:
        console.print()
        console.print(Text(section.title, "bold"))
        for line in section.lines:
            console.print(Text(shown(line)))
        if section.rows:
            table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
            head = ("", *section.head) if section.tick else section.head
            for number, name in enumerate(head):
                right = number - section.tick in section.right
                table.add_column(name, justify="right" if right else "left", overflow="fold")
            for row in section.rows:
                cells = ("[ ]", *row) if section.tick else row
                table.add_row(*(Text(shown(cell)) for cell in cells))
            console.print(table)
        for note in section.notes:
            console.print(Text(shown(note), "dim"))
