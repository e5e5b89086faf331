"""Profiles of resources as files: a row for each resource and slot, for spreadsheets and programs."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from stationmaster.measure.files import csv_text
from stationmaster.measure.time import iso
from stationmaster.timeline.exchange.profiles import Profile
from stationmaster.timeline.letters import WeekProblem

if TYPE_CHECKING:
    import pyarrow as pa

HEADER = ("code", "kind", "unit", "start", "used", "limit")
#: A thousandth of a watt, of an hour, of a store's unit.
DECIMALS = 3


def _starts(problem: WeekProblem) -> list[datetime]:
    count = problem.days * 1440 // problem.slot_min
    return [problem.start + timedelta(minutes=n * problem.slot_min) for n in range(count)]


def profile_csv(problem: WeekProblem, found: tuple[Profile, ...]) -> str:
    """The profiles as CSV under :data:`HEADER`; moments are UTC."""
    starts = [iso(when) for when in _starts(problem)]
    return csv_text(
        HEADER,
        (
            (one.code, one.kind, one.unit, start, f"{used:.{DECIMALS}f}", f"{limit:.{DECIMALS}f}")
            for one in found
            for start, used, limit in zip(starts, one.used.tolist(), one.limit.tolist(), strict=True)
        ),
    )


def profile_parquet(problem: WeekProblem, found: tuple[Profile, ...]) -> bytes:
    """The same rows as Parquet, the start as a UTC timestamp."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    starts = pa.array(_starts(problem), pa.timestamp("s", tz="UTC"))
    out = io.BytesIO()
    pq.write_table(pa.concat_tables([_rows(one, starts) for one in found]), out, compression="zstd")
    return out.getvalue()


def _rows(one: Profile, starts: pa.Array) -> pa.Table:
    import pyarrow as pa

    words = {name: pa.array([getattr(one, name)] * len(starts)) for name in ("code", "kind", "unit")}
    figures = {name: pa.array(getattr(one, name).round(DECIMALS)) for name in ("used", "limit")}
    return pa.table({**words, "start": starts, **figures})
