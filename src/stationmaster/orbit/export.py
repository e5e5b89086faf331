"""Windows as tables for others: CSV and Parquet, each window with what its ends may be off by."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from stationmaster.measure.files import csv_text
from stationmaster.measure.time import iso
from stationmaster.orbit.ageing import edge_error_s
from stationmaster.orbit.coverage import Coverage
from stationmaster.orbit.letters import OrbitAnswer

#: The columns of a table of windows; times are UTC, ``edge_s`` empty where no one can say.
COLUMNS: Final = (
    "kind", "name", "start", "end", "duration_s", "edge_s", "exact", "peak", "max_elevation_deg",
    "min_range_km", "min_off_nadir_deg", "sun_elevation_deg", "cut_start", "cut_end",
)  # fmt: skip
COVERAGE_COLUMNS: Final = (
    "kind", "name", "start", "end", "count", "held_h", "gap_max_h", "edge_s", "exact",
)  # fmt: skip


def columns(answer: OrbitAnswer) -> dict[str, list[Any]]:
    """The windows of an answer, column by column, in its order."""
    windows = answer.windows
    off_s = np.round(edge_error_s(answer.edge_errors, (window.end for window in windows)), 3).tolist()
    until = answer.exact_until
    derived: dict[str, list[Any]] = {
        "kind": [window.kind.value for window in windows],
        "duration_s": [round((window.end - window.start).total_seconds(), 3) for window in windows],
        "edge_s": [error if error < np.inf else None for error in off_s],
        "exact": [until is not None and window.end <= until for window in windows],
    }
    return {name: derived.get(name) or [getattr(w, name) for w in windows] for name in COLUMNS}


def windows_csv(answer: OrbitAnswer) -> str:
    """The table as CSV with a header."""
    table = columns(answer)
    for name in ("start", "end", "peak"):
        table[name] = [iso(when) if when is not None else None for when in table[name]]
    for name in ("exact", "cut_start", "cut_end"):
        table[name] = [str(value).lower() for value in table[name]]
    return csv_text(COLUMNS, zip(*table.values(), strict=True))


def windows_parquet(answer: OrbitAnswer, csv: str = "") -> bytes:
    """The table as Parquet; times are timestamps in UTC with milliseconds.

    Args:
        answer: whose windows.
        csv: what :func:`windows_csv` gave of it, where that is at hand.
    """
    import pyarrow as pa
    from pyarrow import csv as pa_csv
    from pyarrow import parquet

    moment, number = pa.timestamp("us", tz="UTC"), pa.float64()
    types = {"kind": pa.string(), "name": pa.string(), "start": moment, "end": moment, "peak": moment}
    types |= dict.fromkeys(("exact", "cut_start", "cut_end"), pa.bool_())
    types = {name: types.get(name, number) for name in COLUMNS}
    # read from the text: made from lists of Python's own objects it takes a second, half of it for pandas
    text = io.BytesIO((csv or windows_csv(answer)).encode())
    table = pa_csv.read_csv(text, convert_options=pa_csv.ConvertOptions(column_types=types))
    stored = {name: pa.timestamp("ms", tz="UTC") if kind == moment else kind for name, kind in types.items()}
    facts = {
        "stationmaster.station": answer.station,
        "stationmaster.elements_epoch": iso(answer.elements_epoch),
        "stationmaster.exact_until": iso(answer.exact_until) if answer.exact_until else "",
    }
    out = io.BytesIO()
    parquet.write_table(table.cast(pa.schema(stored, metadata=facts), safe=False), out, compression="zstd")
    return out.getvalue()


def coverage_csv(periods: Sequence[Coverage]) -> str:
    """Counts and hours of periods as CSV with a header."""
    rows = []
    for one in periods:
        row = {name: getattr(one, name) for name in COVERAGE_COLUMNS}
        row |= {"kind": one.kind.value, "start": iso(one.start), "end": iso(one.end)}
        rows.append(tuple({**row, "exact": str(one.exact).lower()}.values()))
    return csv_text(COVERAGE_COLUMNS, rows)
