from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationmaster.measure import Span, Spans, StationError, iso, moment

T0 = datetime(2024, 11, 4, tzinfo=UTC)
edges = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted)
sets = st.lists(edges, max_size=8).map(
    lambda pairs: Spans.of(Span(T0 + timedelta(hours=a), T0 + timedelta(hours=b)) for a, b in pairs)
)
DAY = Span(T0, T0 + timedelta(hours=40))


def hours(spans: Spans) -> set[int]:
    return {h for h in range(40) if spans.contains(T0 + timedelta(hours=h))}


@settings(max_examples=200)
@given(sets, sets)
def test_set_algebra_agrees_with_hours_counted_one_by_one(one: Spans, two: Spans) -> None:
    assert hours(one | two) == hours(one) | hours(two)
    assert hours(one & two) == hours(one) & hours(two)
    assert hours(one - two) == hours(one) - hours(two)
    assert hours(one.gaps(DAY)) == set(range(40)) - hours(one)
    assert (one | one.gaps(DAY)).duration_s == DAY.duration_s


@settings(max_examples=100)
@given(sets)
def test_spans_are_sorted_disjoint_and_not_empty(spans: Spans) -> None:
    for span in spans:
        assert span.start < span.end
        assert spans.covers(span)
    for earlier, following in zip(spans.items, spans.items[1:], strict=False):
        assert earlier.end < following.start


def test_a_span_is_half_open_and_aware() -> None:
    span = Span(T0, T0 + timedelta(hours=1))
    assert span.contains(T0)
    assert not span.contains(span.end)
    assert str(span) == "2024-11-04T00:00:00Z/2024-11-04T01:00:00Z"
    with pytest.raises(StationError, match="contradicts"):
        Span(span.end, span.start)
    with pytest.raises(StationError, match="aware"):
        Span(datetime(2024, 1, 1), span.end)


def test_moments() -> None:
    assert moment("2024-11-04") == T0
    assert moment("2024-11-04T00:00:00.25+00:00").microsecond == 250000
    assert iso(datetime(2024, 11, 4, 8, tzinfo=timezone(timedelta(hours=8)))) == "2024-11-04T00:00:00Z"
    for wrong in ("", "now", "2024-13-01", "2024-11-04T00:00:00", "2024-11-04T00:00:00+08:00"):
        with pytest.raises(StationError):
            moment(wrong)
