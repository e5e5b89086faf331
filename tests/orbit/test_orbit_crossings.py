from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stationmaster.orbit.crossings import LEAST_S, Bound, best, both, pieces, rest, samples


def test_a_bump_between_two_samples_is_found() -> None:
    def bump(seconds: np.ndarray) -> np.ndarray:
        return 0.01 - (seconds - 1031.7) ** 2 / 10000.0

    bound = Bound(bend_units=2e-4)
    found = pieces(bump, samples(3600.0, 600.0), bound)
    assert np.abs(found - [[1021.7, 1041.7]]).max() < 1e-5
    dip = pieces(lambda seconds: -bump(seconds), samples(3600.0, 600.0), bound)
    assert np.abs(dip - [[0.0, 1021.7], [1041.7, 3600.0]]).max() < 1e-5


def test_a_bump_within_the_first_and_the_last_step_is_found() -> None:
    for middle in (20.0, 3590.0):

        def bump(seconds: np.ndarray, middle: float = middle) -> np.ndarray:
            return 0.01 - (seconds - middle) ** 2 / 2500.0

        found = pieces(bump, samples(3600.0, 60.0), Bound(bend_units=8e-4))
        assert np.abs(found - [[middle - 5.0, middle + 5.0]]).max() < 1e-5


@settings(max_examples=60, deadline=None)
@given(st.floats(0.0, 6.28), st.floats(-0.9999, 0.9999), st.floats(1000.0, 9000.0), st.floats(20.0, 900.0))
def test_pieces_of_a_wave(phase: float, level: float, period_s: float, step_s: float) -> None:
    rate = 2 * np.pi / period_s

    def wave(seconds: np.ndarray) -> np.ndarray:
        return np.cos(rate * seconds + phase) - level

    for bound in (Bound(bend_units=rate**2), Bound(rate_units=rate)):
        found = pieces(wave, samples(20000.0, step_s), bound)
        at = np.linspace(0.0, 20000.0, 40001)[:-1]  # the last end is open
        held = np.zeros(len(at), dtype=bool)
        for start, end in found:
            held |= (at >= start) & (at < end)
        wrong = at[(held != (wave(at) > 0)) & (np.abs(wave(at)) > 1e-6)]
        assert len(wrong) <= LEAST_S / 0.5 * len(found)  # only what is shorter than the least
        whole = np.diff(found, axis=1)[1:-1]
        assert np.allclose(whole, np.arccos(level) / np.pi * period_s, atol=0.01)


def test_what_is_too_short_alone_is_missed() -> None:
    def bump(seconds: np.ndarray) -> np.ndarray:
        return length**2 / 4.0 - (seconds - 1000.1) ** 2

    for length in (2.0 * LEAST_S, 3.0, 30.0):
        assert np.abs(pieces(bump, samples(3600.0, 450.0), Bound(bend_units=2.0)) - 1000.1).max() < length


def test_steps_with_holes_between_and_steps_that_touch() -> None:
    def hump(seconds: np.ndarray) -> np.ndarray:
        return 1.0 - ((seconds % 1000.0) - 500.0) ** 2 / 90000.0

    knots = np.arange(0.0, 4001.0, 100.0)
    steps = np.stack([knots[:-1], knots[1:]], axis=1)
    near = steps[(hump(knots[:-1]) > -1.0) | (hump(knots[1:]) > -1.0)]
    found = pieces(hump, near, Bound(bend_units=2.0 / 90000.0))
    expected = [[1000.0 * n + 200.0, 1000.0 * n + 800.0] for n in range(4)]
    assert np.abs(found - expected).max() < 1e-5
    assert np.abs(best(hump, found) - [500.0, 1500.0, 2500.0, 3500.0]).max() < 1e-2
    assert pieces(hump, np.empty((0, 2)), Bound(bend_units=1.0)).shape == (0, 2)


def test_best_of_a_cut_piece_is_its_end() -> None:
    assert best(lambda seconds: seconds, np.array([[0.0, 10.0]]))[0] == 10.0
    assert len(best(lambda seconds: seconds, np.empty((0, 2)))) == 0


spans = st.lists(st.integers(0, 200), max_size=24, unique=True).map(
    lambda edges: np.array(sorted(edges)[: len(edges) // 2 * 2], dtype=np.float64).reshape(-1, 2)
)


@given(spans, spans)
def test_both_holds_what_each_holds(one: np.ndarray, other: np.ndarray) -> None:
    at = np.arange(0.25, 200.0, 0.5)

    def held(found: np.ndarray) -> np.ndarray:
        return np.array([any(start < second < end for start, end in found) for second in at])

    assert (held(both(one, other)) == (held(one) & held(other))).all()


def test_both_and_rest() -> None:
    one = np.array([[0.0, 10.0], [20.0, 30.0]])
    other = np.array([[5.0, 25.0]])
    assert both(one, other).tolist() == [[5.0, 10.0], [20.0, 25.0]]
    assert rest(one, 30.0).tolist() == [[10.0, 20.0]]
    assert rest(np.empty((0, 2)), 7.0).tolist() == [[0.0, 7.0]]
    assert both(one, np.empty((0, 2))).shape == (0, 2)
