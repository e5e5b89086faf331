from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stationmaster.measure.reasons import Reason, say
from stationmaster.measure.spelling import STROKED, folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Universitetet i Tromsø", "UNIVERSITETET I TROMSO"),
        ("Łódź", "lodz"),
        ("Genève", "geneve"),
        ("İstanbul Üniversitesi", "istanbul universitesi"),
        ("Ærø", "aero"),
        ("Straße", "strasse"),
        ("Þingvellir", "thingvellir"),
    ],
)
def test_the_same_name_has_one_spelling(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_other_scripts_keep_their_letters() -> None:
    assert folded("清华大学") == "清华大学"
    assert folded("清华大学") != folded("北京大学")
    assert folded("Москва") == "москва"


@given(st.text(max_size=30))
def test_a_folded_name_stays_as_it_is(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert not set(folded(text)) & set(STROKED)


def test_a_reason_is_said_with_its_facts() -> None:
    assert say(Reason("late", {"days": "3"}), {"late": "It came {days} days late."}) == "It came 3 days late."
    with pytest.raises(KeyError):
        say(Reason("late"), {"late": "It came {days} days late."})
