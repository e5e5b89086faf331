"""The checker must find what is wrong: each tampered answer is caught by its own fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from stationmaster.orbit.letters import ElementSet
from stationmaster.safety.check import faults
from stationmaster.safety.letters import Conjunction, Screening
from stationmaster.safety.screening import screen

from .conftest import problem_for


def _with_first(answer: Screening, change: Callable[[Conjunction], Conjunction]) -> Screening:
    changed = (change(answer.conjunctions[0]), *answer.conjunctions[1:])
    return replace(answer, conjunctions=changed, closest=min(changed, key=lambda one: one.miss_km))


TAMPERED: dict[str, Callable[[Screening], Screening]] = {
    "missed": lambda a: replace(a, conjunctions=a.conjunctions[1:]),
    "tca": lambda a: _with_first(a, lambda one: replace(one, tca=one.tca + timedelta(milliseconds=50))),
    "miss": lambda a: _with_first(a, lambda one: replace(one, miss_km=one.miss_km - 0.01)),
    "speed": lambda a: _with_first(
        a, lambda one: replace(one, relative_speed_km_s=one.relative_speed_km_s + 0.01)
    ),
    "components": lambda a: _with_first(a, lambda one: replace(one, radial_km=one.radial_km + 0.01)),
    "age": lambda a: _with_first(a, lambda one: replace(one, object_age_d=one.object_age_d + 0.1)),
    "state": lambda a: _with_first(a, lambda one: replace(one, primary_state=one.object_state)),
    "probability": lambda a: _with_first(
        a,
        lambda one: replace(
            one,
            probability=replace(one.probability, probability_log10=one.probability.probability_log10 + 0.1),
        ),
    ),
    "unmarked": lambda a: _with_first(a, lambda one: replace(one, screening_only=False)),
    "order": lambda a: replace(a, conjunctions=a.conjunctions[::-1]),
    "twice": lambda a: replace(a, conjunctions=(a.conjunctions[0], *a.conjunctions)),
    "closest": lambda a: replace(a, closest=a.conjunctions[1]),
    "count": lambda a: replace(a, within=(replace(a.within[0], conjunctions=7), *a.within[1:])),
    "silent": lambda a: replace(a, unusable=()),
    "companion": lambda a: replace(a, companions=(replace(a.companions[1], min_km=0.5),)),
    "unknown-object": lambda a: _with_first(a, lambda one: replace(one, object_id=77)),
    "other-problem": lambda a: replace(a, primary_id=2),
}


@pytest.fixture(scope="module")
def answer(sky: list[ElementSet]) -> Screening:
    return screen(problem_for(sky, docked=(2,)), sky)


@pytest.mark.parametrize("code", TAMPERED)
def test_tampering_is_found(sky: list[ElementSet], answer: Screening, code: str) -> None:
    found = faults(problem_for(sky, docked=(2,)), sky, TAMPERED[code](answer))
    assert code in {fault.code for fault in found}


def test_docked_object_may_not_be_reported(sky: list[ElementSet], answer: Screening) -> None:
    found = faults(problem_for(sky, docked=(2, 10)), sky, answer)
    assert "docked" in {fault.code for fault in found}
