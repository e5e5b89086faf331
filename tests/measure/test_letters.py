from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, ClassVar, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationmaster.measure import Span, StationError, digest, from_json, moment, to_json
from stationmaster.measure.letters import Source, decode, dotted, expectation


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Part:
    name: str
    mass_kg: float
    drift_km: float = 0.0


@dataclass(frozen=True)
class Whole:
    VERSION: ClassVar[int] = 2

    code: str
    when: datetime
    day: date
    span: Span
    colour: Colour
    parts: tuple[Part, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)
    note: str | None = None
    pair: tuple[int, str] = (1, "a")
    sure: bool = False

    @staticmethod
    def upgrade(data: dict[str, object], version: int) -> dict[str, object]:
        assert version == 1
        return {"code": data.pop("name"), **data}


moments = st.datetimes(min_value=datetime(1957, 10, 4), max_value=datetime(2100, 1, 1)).map(
    lambda when: moment(when.isoformat() + "Z")
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
parts = st.builds(Part, name=texts, mass_kg=st.floats(0, 1e6), drift_km=st.floats(-1e6, 1e6))
wholes = st.builds(
    Whole,
    code=texts,
    when=moments,
    day=st.dates(),
    span=st.tuples(moments, moments).map(lambda pair: Span(min(pair), max(pair))),
    colour=st.sampled_from(Colour),
    parts=st.lists(parts, max_size=3).map(tuple),
    shares=st.dictionaries(texts, st.floats(0, 1), max_size=3),
    note=st.none() | texts,
)


@settings(max_examples=60)
@given(wholes)
def test_a_letter_survives_a_round_trip(letter: Whole) -> None:
    again = from_json(Whole, to_json(letter))
    assert again == letter
    assert digest(again) == digest(letter)


def whole(**change: object) -> dict[str, object]:
    good: dict[str, object] = {
        "code": "A",
        "when": "2024-11-04T06:00:00Z",
        "day": "2018-05-28",
        "span": {"start": "2024-11-04T00:00:00Z", "end": "2024-11-05T00:00:00Z"},
        "colour": "red",
    }
    return {**good, **change}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"cod": 1}, "f.toml, cod: is not known here; did you mean code?"),
        ({"when": "yesterday"}, "f.toml, when: found yesterday, expected a UTC time"),
        ({"when": "2024-11-04T06:00:00"}, "expected a UTC time"),
        ({"when": "2024-02-30T06:00:00Z"}, "expected a real date"),
        ({"colour": "rad"}, "did you mean red?"),
        ({"parts": [{"name": "x", "mass_kg": -3}]}, "parts[1].mass_kg: found -3, expected a number that is"),
        ({"parts": [{"name": "x"}]}, "parts[1].mass_kg: is missing, expected a number"),
        ({"parts": [{"name": "x", "mass_kg": float("nan")}]}, "expected a finite number"),
        ({"parts": [{"name": "x", "mass_kg": "12"}]}, "parts[1].mass_kg: found '12', expected a number"),
        ({"sure": 1}, "sure: found 1, expected true or false"),
        ({"pair": [1]}, "expected a list of 2"),
        ({"pair": 1}, "pair: found 1, expected a list"),
        ({"parts": {"name": "x"}}, "parts: found a table, expected a list"),
        ({"parts": [3]}, "parts[1]: found 3, expected a table with name, mass_kg"),
        ({"parts": [{"name": "x", "mass_kg": 1e16}]}, "expected a number below 10^15"),
        ({"parts": [{"name": "x", "mass_kg": 10**400}]}, "expected a number below 10^15"),
        ({"when": "1492-10-12T00:00:00Z"}, "expected a time from 1900 to 2199"),
        ({"when": date(1492, 10, 12)}, "expected a time from 1900 to 2199"),
        ({"when": datetime(2024, 11, 4)}, "expected a UTC time"),
        ({"when": 7}, "when: found 7, expected a UTC time"),
        ({"day": "28 May"}, "day: found '28 May', expected a date such as 2018-05-28"),
        ({"day": [2018, 5]}, "day: found a list of 2, expected a date"),
        ({"colour": ["red"]}, "colour: a list of 1 is not a known colour"),
        ({"shares": 3}, "shares: found 3, expected a table"),
        (
            {"span": {"start": "2024-11-05T00:00:00Z", "end": "2024-11-04T00:00:00Z"}},
            "span: end 2024-11-04T00:00:00Z contradicts start",
        ),
    ],
)
def test_a_refusal_is_one_line_with_field_value_and_expectation(
    change: dict[str, object], sentence: str
) -> None:
    with pytest.raises(StationError) as refusal:
        decode(Whole, whole(**change), Source("f.toml"))
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_an_older_version_is_read_and_a_newer_one_refused() -> None:
    old = {"letter": "test_letters.Whole", "version": 1, **whole()}
    old["name"] = old.pop("code")
    name = json.loads(to_json(decode(Whole, whole())))["letter"]
    old["letter"] = name
    assert from_json(Whole, json.dumps(old)).code == "A"
    with pytest.raises(StationError, match="a newer Stationmaster wrote it"):
        from_json(Whole, json.dumps({**old, "version": 3}))
    with pytest.raises(StationError, match="expected"):
        from_json(Whole, json.dumps({**old, "letter": "other"}))


@settings(max_examples=200)
@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda b: b.decode("latin-1")))
def test_any_text_is_a_letter_or_a_refusal(text: str) -> None:
    with pytest.raises(StationError):
        from_json(Whole, text)


def test_the_digest_knows_content_not_order() -> None:
    one = decode(Whole, whole(shares={"a": 1.0, "b": 2.0}))
    two = decode(Whole, whole(shares={"b": 2.0, "a": 1.0}))
    assert digest(one) == digest(two)
    assert digest(one) != digest(decode(Whole, whole(shares={"a": 1.0, "b": 2.5})))
    assert dotted(("parts", 0, "name")) == "parts[1].name"


def test_zero_has_no_sign() -> None:
    assert digest((-0.0,)) == digest((0.0,))


def test_a_field_that_stands_twice_is_refused() -> None:
    with pytest.raises(StationError, match="stands twice"):
        from_json(Part, to_json(Part("A", 1.0)).replace('"name"', '"name": "B", "name"'), "part.json")


def test_moments_and_dates_of_toml_are_read_as_they_are() -> None:
    east = timezone(timedelta(hours=8))
    letter = decode(Whole, whole(when=datetime(2024, 11, 4, 8, tzinfo=east), day=date(2018, 5, 28)))
    assert letter.when == datetime(2024, 11, 4, tzinfo=UTC) and letter.day == date(2018, 5, 28)
    assert decode(Whole, whole(when=date(2024, 11, 4))).when == datetime(2024, 11, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Odd:
    side: Literal["up", "down"] = "up"
    count: int = 0
    either: int | str | None = None
    thing: object = None


def test_what_a_letter_cannot_hold_is_the_programs_own_error() -> None:
    assert decode(Odd, {"side": "down", "count": 3}) == Odd("down", 3)
    with pytest.raises(StationError, match="expected one of up, down"):
        decode(Odd, {"side": "left"})
    with pytest.raises(StationError, match="expected a whole number below"):
        decode(Odd, {"count": 10**16})
    with pytest.raises(TypeError, match="union"):
        decode(Odd, {"either": 3})
    with pytest.raises(TypeError, match="cannot hold set"):
        digest(Odd(thing={1}))
    with pytest.raises(StationError, match="finite"):
        digest(Odd(thing=float("inf")))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Colour, "one of red, blue"),
        (Part, "a table with name, mass_kg, drift_km"),
        (tuple[int, ...], "a list"),
        (float | None, "a number"),
        (Mapping[str, bool], "text"),
        (bytes, "a table"),
    ],
)
def test_what_is_expected_is_said_in_words(kind: Any, words: str) -> None:
    assert expectation(kind) == words


def test_versions_that_are_none_are_refused() -> None:
    text = to_json(Part("x", 1.0))
    for version in ('"1"', "0", "true"):
        with pytest.raises(StationError, match=r"version: found .*, expected a number from 1"):
            from_json(Part, text.replace('"version": 1', f'"version": {version}'))
    with pytest.raises(StationError, match="is list, expected"):
        from_json(Part, "[]")


def test_a_whole_number_is_one_thing_however_it_was_made() -> None:
    """A maker may leave 0 where the letter says float: what is read back must be the same letter."""
    made = Part(name="x", mass_kg=3, drift_km=0)
    again = from_json(Part, to_json(made))
    assert digest(again) == digest(made)
    assert to_json(again) == to_json(made)
    assert isinstance(again.mass_kg, float)
