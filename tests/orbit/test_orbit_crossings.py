from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stationmaster.orbit.crossings import best, both, fine, pieces, rest, samples


def test_a_bump_between_two_samples_is_found() -> None:
    def bump(seconds: np.ndarray) -> np.ndarray:
        return 0.01 - (seconds - 1031.7) ** 2 / 10000.0

    found = pieces(bump, samples(3600.0, 60.0), 60.0)
    assert np.abs(found - [[1021.7, 1041.7]]).max() < 1e-3
    dip = pieces(lambda seconds: -bump(seconds), samples(3600.0, 60.0), 60.0)
    assert np.abs(dip - [[0.0, 1021.7], [1041.7, 3600.0]]).max() < 1e-3


@settings(max_examples=40, deadline=None)
@given(st.floats(0.0, 6.28), st.floats(-0.9999, 0.9999), st.floats(1000.0, 9000.0))
def test_pieces_of_a_wave(phase: float, level: float, period_s: float) -> None:
    def wave(seconds: np.ndarray) -> np.ndarray:
        return np.cos(2 * np.pi * seconds / period_s + phase) - level

    found = pieces(wave, samples(20000.0, 60.0), 60.0)
    at = np.linspace(0.0, 20000.0, 40001)[:-1]  # the last end is open
    held = np.zeros(len(at), dtype=bool)
    for start, end in found:
        held |= (at >= start) & (at < end)
    clear = np.abs(wave(at)) > 1e-6
    assert (held == (wave(at) > 0))[clear].all()
    whole = np.diff(found, axis=1)[1:-1]
    assert np.allclose(whole, np.arccos(level) / np.pi * period_s, atol=0.01)


def test_samples_with_holes_do_not_join_across_them() -> None:
    def hump(seconds: np.ndarray) -> np.ndarray:
        return 1.0 - ((seconds % 1000.0) - 500.0) ** 2 / 90000.0

    knots = np.arange(0.0, 4001.0, 100.0)
    steps = np.flatnonzero((hump(knots[:-1]) > -1.0) | (hump(knots[1:]) > -1.0))
    found = pieces(hump, fine(steps, knots, 10), 10.0)
    expected = [[1000.0 * n + 200.0, 1000.0 * n + 800.0] for n in range(4)]
    assert np.abs(found - expected).max() < 1e-3
    assert np.abs(best(hump, found) - [500.0, 1500.0, 2500.0, 3500.0]).max() < 1e-2


def test_best_of_a_cut_piece_is_its_end() -> None:
    assert best(lambda seconds: seconds, np.array([[0.0, 10.0]]))[0] == 10.0
    assert len(best(lambda seconds: seconds, np.empty((0, 2)))) == 0


def test_both_and_rest() -> None:
    one = np.array([[0.0, 10.0], [20.0, 30.0]])
    other = np.array([[5.0, 25.0]])
    assert both(one, other).tolist() == [[5.0, 10.0], [20.0, 25.0]]
    assert rest(one, 30.0).tolist() == [[10.0, 20.0]]
    assert rest(np.empty((0, 2)), 7.0).tolist() == [[0.0, 7.0]]
    assert both(one, np.empty((0, 2))).shape == (0, 2)
