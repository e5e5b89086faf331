"""The frozen country table: codes, names in six languages, dated groups.

Lists of countries change: names, group memberships, graduations from the list of least developed
countries. A call therefore freezes one edition of the table, and every group is asked for at a date.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

from stationmaster.call.letters import Country
from stationmaster.measure.codes import known, nearest
from stationmaster.measure.errors import StationError
from stationmaster.measure.files import read_csv, read_text
from stationmaster.measure.spelling import folded

#: The six official languages of the United Nations, as the table's columns name them.
LANGUAGES: Final = ("ar", "zh", "en", "fr", "ru", "es")

#: What countries can be grouped by.
ATTRIBUTES: Final = (
    "country",
    "region",
    "regional_group",
    "economy",
    "least_developed",
    "landlocked_developing",
    "small_island",
    "first_time",
)


@dataclass(frozen=True)
class Countries:
    """One edition of the country table, in the order of its file, indexed by alpha-3 code."""

    rows: tuple[Country, ...]
    by_code: Mapping[str, Country] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[str, Country] = {}
        for row in self.rows:
            if row.code in index:
                raise StationError("duplicate", field="code", value=row.code, kind="country code")
            index[row.code] = row
        object.__setattr__(self, "by_code", index)

    def __iter__(self) -> Iterator[Country]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, code: object) -> bool:
        return code in self.by_code

    def of(self, code: str, **place: object) -> Country:
        """The country of an alpha-3 code; else ``unknown-name`` with the code that was meant."""
        country = self.by_code.get(code)
        if country is None:
            raise StationError(
                "unknown-name", value=code, kind="country code", nearest=self.meant(code), **place
            )
        return country

    @property
    def members(self) -> tuple[Country, ...]:
        """The Member States of the United Nations."""
        return tuple(c for c in self.rows if c.member)

    def meant(self, text: str) -> str:
        """What a wrong code probably means: ``DEU (Germany)`` for ``DE``, ``Germany`` or ``GER``.

        An alpha-2 code, an M49 number or a name in any of the six languages counts first, then the
        beginning of a name, then what looks alike.
        """
        wanted = _folded(text[:80])
        names = {_folded(alias): row for row in reversed(self.rows) for alias in _aliases(row)}
        names.pop("", None)
        if wanted in names:
            return _shown(names[wanted])
        starts = sorted((n for n in names if wanted and n.startswith(wanted)), key=lambda n: (len(n), n))
        if starts:
            return _shown(names[starts[0]])
        # A slip of the last letter is likelier than one of the first: KEM is meant as KEN, not as YEM.
        slips = [code for code in self.by_code if len(text) == 3 and code[:2] == text[:2].upper()]
        if slips:
            return _shown(self.by_code[min(slips, key=lambda code: abs(ord(code[2]) - ord(text[2].upper())))])
        close = nearest(wanted, names)
        return _shown(names[close]) if close in names else nearest(text, self.by_code)


def read_countries(path: Path) -> Countries:
    """The country table of a CSV file whose columns are the fields of :class:`Country`.

    Raises:
        StationError: with file, line and column, for a row that cannot be a country or a code twice.
    """
    rows = tuple(read_csv(Country, path))
    try:
        return Countries(rows)
    except StationError as error:
        raise error.at(file=str(path), line=_last_line(path, str(error.facts["value"]))) from None


def groups(country: Country, attribute: str, when: datetime | date) -> tuple[str, ...]:
    """The groups a country belongs to by an attribute at a date: one name, or none.

    ``country`` gives its own code; the flags (``least_developed``, ``landlocked_developing``,
    ``small_island``, ``first_time``) give their own name where they hold. A country is least
    developed until the day before its date of graduation.

    Raises:
        StationError: ``unknown-name`` for an attribute that is not one of :data:`ATTRIBUTES`.
    """
    known(attribute, ATTRIBUTES, "attribute of a country", field="group_by")
    if attribute == "country":
        return (country.code,)
    if attribute == "least_developed":
        return (attribute,) if is_least_developed(country, when) else ()
    if attribute == "first_time":
        return (attribute,) if country.flown_before is False else ()
    value = getattr(country, attribute)
    if isinstance(value, bool):
        return (attribute,) if value else ()
    return (value,) if value else ()


def is_least_developed(country: Country, when: datetime | date) -> bool:
    """Whether the country was on the list of least developed countries on that day."""
    day = when.date() if isinstance(when, datetime) else when
    if country.least_developed_until is not None:
        return day < country.least_developed_until
    return country.least_developed


def first_time(countries: Iterable[Country]) -> tuple[Country, ...]:
    """The countries known never to have flown before (what is not known is not counted)."""
    return tuple(c for c in countries if c.flown_before is False)


def _last_line(path: Path, cell: str) -> int:
    """The last line of a CSV file that holds a cell."""
    reader = csv.reader(io.StringIO(read_text(path, "a CSV file"), newline=""))
    return max((reader.line_num for row in reader if cell in row), default=0)


def _aliases(row: Country) -> tuple[str, ...]:
    return (row.code, row.code2, str(row.m49), *(getattr(row, language) for language in LANGUAGES))


def _folded(text: str) -> str:
    return folded(text).strip()


def _shown(row: Country) -> str:
    return f"{row.code} ({row.en})"
