"""Exports say what the plan says: messages, profiles, the sheet of a day; the same plan, the same bytes."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import re
import subprocess
import sys
import zlib
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from stationmaster.cli.weeks import keep, plan_at
from stationmaster.measure.time import iso, moment
from stationmaster.report.pictures.day_sheet import day_sheet
from stationmaster.timeline.exchange.planning_messages import planning_messages
from stationmaster.timeline.exchange.profile_files import profile_csv, profile_parquet
from stationmaster.timeline.exchange.profiles import profiles
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Kind, WeekPlan

# ------------------------------------------------------------------------------- planning messages


def test_messages_name_every_activity_once_with_its_answer(
    small_week: WeekProblem, small_plan: WeekPlan
) -> None:
    message = json.loads(planning_messages(small_week, small_plan))
    asked = [a["instance"] for request in message["planningRequests"] for a in request["activities"]]
    assert sorted(asked) == sorted(a.code for a in small_week.activities)
    placed = {i.activity: i for i in small_plan.items if i.kind is Kind.ACTIVITY}
    planned = {p["instance"]: p for p in message["plan"]["plannedActivities"]}
    for code, item in placed.items():
        told = planned[code]
        assert (told["start"], told["end"], told["crew"]) == (iso(item.start), iso(item.end), list(item.crew))
    refused = [n["instance"] for request in message["planningRequests"] for n in request["notPlanned"]]
    assert sorted(refused) == sorted(u.activity for u in small_plan.unplaced)
    assert len(planned) == sum(item.kind is not Kind.BLOCKED for item in small_plan.items)


def test_every_name_in_a_message_is_defined_in_it(small_week: WeekProblem, small_plan: WeekPlan) -> None:
    message = json.loads(planning_messages(small_week, small_plan))
    defined = {
        kind: {d["identity"] for d in message[f"{kind}Definitions"]}
        for kind in ("activity", "event", "resource")
    }
    assert {"LOG", "FIX"} <= defined["activity"]  # three of a series share one definition
    assert "LOG-1" not in defined["activity"]
    for definition in message["activityDefinitions"]:
        for mode in definition["modes"]:
            assert {e["resource"] for e in mode["resourceEffects"]} <= defined["resource"] | {"crew"}
        for node in definition["constraint"]["nodes"]:
            if node["node"] == "EVENT":
                assert node["event"] in defined["event"] | {"exercise", "sleep"}
    assert {e["definition"] for e in message["plan"]["plannedEvents"]} <= defined["event"]
    assert {r["resource"] for r in message["plan"]["plannedResources"]} == defined["resource"]
    run = next(d for d in message["activityDefinitions"] if d["identity"] == "RUN-2")
    assert {"node": "SEQUENCE", "relation": "START_AFTER_END", "activity": "RUN", "shortest": "PT30M",
            "longest": "PT1500M"} in run["constraint"]["nodes"]  # fmt: skip


def test_the_next_version_holds_the_difference(small_week: WeekProblem, small_plan: WeekPlan) -> None:
    items = list(small_plan.items)
    gone = items.pop(next(n for n, i in enumerate(items) if i.activity == "FIX"))
    place = next(n for n, i in enumerate(items) if i.kind is Kind.MEAL)
    meal = items[place]
    later = timedelta(minutes=5)
    items[place] = dataclasses.replace(meal, start=meal.start + later, end=meal.end + later)
    after = dataclasses.replace(small_plan, items=tuple(items))
    plan = json.loads(planning_messages(small_week, after, small_plan))["plan"]
    assert plan["version"] == 2
    assert plan["difference"]["deleted"] == [gone.code]
    assert [m["instance"] for m in plan["difference"]["moved"]] == [meal.code]
    assert plan["difference"]["moved"][0]["to"]["start"] == iso(meal.start + later)
    assert (plan["difference"]["inserted"], plan["difference"]["recrewed"]) == ([], [])
    assert json.loads(planning_messages(small_week, small_plan))["plan"]["difference"] is None


# ---------------------------------------------------------------------------------------- profiles


def test_profiles_as_csv_and_parquet_are_the_same_rows(small_week: WeekProblem, small_plan: WeekPlan) -> None:
    found = profiles(small_week, small_plan)
    rows = list(csv.DictReader(io.StringIO(profile_csv(small_week, found))))
    table = pq.read_table(io.BytesIO(profile_parquet(small_week, found)))
    slots = small_week.days * 1440 // small_week.slot_min
    assert len(rows) == table.num_rows == slots * len(found)
    assert [r["code"] for r in rows] == table["code"].to_pylist()
    assert [moment(r["start"]) for r in rows] == table["start"].to_pylist()
    for name in ("used", "limit"):
        assert np.allclose([float(r[name]) for r in rows], table[name].to_numpy(), atol=1e-3)
    assert profile_parquet(small_week, found) == profile_parquet(small_week, found)


def test_profiles_agree_with_the_figures_of_the_plan(small_week: WeekProblem, small_plan: WeekPlan) -> None:
    found = {one.code: one for one in profiles(small_week, small_plan)}
    for figure in small_plan.facilities:
        used_h = float(found[figure.facility].used.sum()) * small_week.slot_min / 60
        assert used_h == pytest.approx(figure.use_h, abs=1e-3)
    for figure in small_plan.power:
        assert found[figure.channel].used.max() == max(figure.peak_sunlit_w, figure.peak_eclipse_w)
    for one in found.values():
        if one.kind != "facility":  # what is blocked may be in use by the blocked span itself
            assert (one.used <= one.limit + 1e-6).all(), one.code


# ---------------------------------------------------------------------------------- the day's sheet


def pages_and_letters(data: bytes) -> tuple[int, tuple[float, ...], int]:
    """Pages, the size of the first in points, and how many strings its pages draw."""
    drawn = 0
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            drawn += zlib.decompress(stream).count(b"BT")
        except zlib.error:
            continue
    box = re.search(rb"/MediaBox \[ ?([\d. ]+?) ?\]", data)
    assert box is not None
    return len(re.findall(rb"/Type /Page\b", data)), tuple(map(float, box[1].split())), drawn


def test_the_sheet_of_a_day_is_one_page_of_a4_with_every_item(
    small_week: WeekProblem, small_plan: WeekPlan
) -> None:
    data = day_sheet(small_week, small_plan, "C1", 1)
    count, box, drawn = pages_and_letters(data)
    assert data.startswith(b"%PDF-")
    assert count == 1
    assert box == pytest.approx((0, 0, 595.276, 841.89), abs=0.01)
    midnight = small_week.start + timedelta(days=1)
    own = [
        i
        for i in small_plan.items
        if "C1" in i.crew and i.start < midnight + timedelta(days=1) and i.end > midnight
    ]
    assert drawn >= 3 * len(own)  # time, minutes and what for each
    assert b"CreationDate" not in data and b"Producer" not in data


def test_the_same_plan_gives_the_same_bytes_in_another_process(
    tmp_path: Path, small_week: WeekProblem, small_plan: WeekPlan
) -> None:
    keep(tmp_path, small_week, small_plan)
    assert plan_at(tmp_path) == (small_week, small_plan)
    code = (
        "import sys, hashlib; from pathlib import Path; from stationmaster.cli.weeks import plan_at;"
        "from stationmaster.report.pictures.day_sheet import day_sheet;"
        "print(hashlib.sha256(day_sheet(*plan_at(Path(sys.argv[1])), 'C2', 0)).hexdigest())"
    )
    found = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == hashlib.sha256(day_sheet(small_week, small_plan, "C2", 0)).hexdigest()


def test_titles_that_no_font_has_and_days_too_full_still_make_a_sheet(
    small_week: WeekProblem, small_plan: WeekPlan
) -> None:
    item = next(i for i in small_plan.items if "C1" in i.crew and i.kind is Kind.ACTIVITY)
    many = tuple(
        dataclasses.replace(
            item, code=f"X{n}", title="实验 $x_1$ \x1b[31m" + "long " * 30, start=item.start, end=item.end
        )
        for n in range(120)
    )
    day = (item.start - small_week.start) // timedelta(days=1)
    crowded = dataclasses.replace(small_plan, items=(*small_plan.items, *many))
    assert pages_and_letters(day_sheet(small_week, crowded, "C1", day))[0] == 1
