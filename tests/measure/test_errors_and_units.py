from __future__ import annotations

import pickle

import pytest

from stationmaster.measure import StationError, sentence
from stationmaster.measure.codes import code, distinct, known, nearest
from stationmaster.measure.errors import EXIT_BAD_INPUT, EXIT_NO_ANSWER, SENTENCES, exit_status
from stationmaster.measure.units import may_be_negative, suffix


def test_every_code_has_a_sentence_in_one_line() -> None:
    for name in SENTENCES:
        text = sentence(StationError(name, file="f", line=2, field="x", value="a\nb\x1b[31m"))
        assert text.startswith("f, line 2, x: ")
        assert "\n" not in text
        assert "\x1b" not in text
    with pytest.raises(KeyError):
        StationError("no-such-code")


def test_errors_keep_their_facts() -> None:
    error = StationError("no-answer", reason="too small")
    assert exit_status(error) == EXIT_NO_ANSWER
    assert exit_status(StationError("bad-value")) == EXIT_BAD_INPUT
    assert pickle.loads(pickle.dumps(error)).facts == error.facts
    assert error.at(file="a").at(file="b").facts["file"] == "a"
    assert len(sentence(StationError("bad-value", value="x" * 10_000, expected="y"))) < 300


def test_codes() -> None:
    assert code("P-7KQ2") == "P-7KQ2"
    for wrong in ("", "p-1", "P 1", "P--1", "A" * 30):
        with pytest.raises(StationError):
            code(wrong)
    assert nearest("combustoin", ["combustion", "fluids"]) == "combustion"
    assert nearest("zz", ["combustion", "fluids"]) == "one of combustion, fluids"
    assert known("a", ["a"], "letter") == "a"
    with pytest.raises(StationError, match="did you mean KEN"):
        known("KEM", ["KEN", "IND"], "country")
    with pytest.raises(StationError, match="stands twice"):
        distinct(["a", "b", "a"], "reviewer")


def test_units() -> None:
    assert suffix("relative_speed_km_s") == "km_s"
    assert suffix("kg") == "kg"
    assert suffix("name") is None
    assert not may_be_negative("mass_kg")
    assert may_be_negative("radial_km")
