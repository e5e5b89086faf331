"""Calendars read back by the library say what the plan says; tables hold every row."""

from __future__ import annotations

import csv
import dataclasses
import io
from datetime import timedelta

from icalendar import Calendar

from stationmaster.timeline.activity import Activity
from stationmaster.timeline.exchange import export
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Unplaced, WeekPlan


def test_each_member_has_a_calendar_of_their_own_items(small_week: WeekProblem, small_plan: WeekPlan) -> None:
    files = export.calendars(small_week, small_plan)
    assert set(files) == {"all.ics", "C1.ics", "C2.ics", "C3.ics"}
    for name, content in files.items():
        calendar = Calendar.from_ical(content)
        read = {
            str(e["uid"]): (e["dtstart"].dt, e["dtend"].dt, str(e["summary"]))
            for e in calendar.walk("VEVENT")
        }
        own = [i for i in small_plan.items if name == "all.ics" or name.removesuffix(".ics") in i.crew]
        assert read == {f"SMALL.{i.code}@timeline.stationmaster": (i.start, i.end, i.title) for i in own}
        assert all(e["dtstamp"].dt == small_plan.start for e in calendar.walk("VEVENT"))
        assert all(e["dtstart"].dt.utcoffset() == timedelta(0) for e in calendar.walk("VEVENT"))


def test_the_calendar_keeps_the_form_of_rfc_5545(small_week: WeekProblem, small_plan: WeekPlan) -> None:
    content = export.calendars(small_week, small_plan)["all.ics"]
    lines = content.split(b"\r\n")
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    assert lines.count(b"BEGIN:VEVENT") == len(small_plan.items)
    assert content == export.calendars(small_week, small_plan)["all.ics"]


def test_the_table_holds_every_item_and_what_was_left_out(
    small_week: WeekProblem, small_plan: WeekPlan
) -> None:
    read = list(csv.DictReader(io.StringIO(export.table(small_week, small_plan))))
    assert [row["code"] for row in read] == [item.code for item in small_plan.items]
    fix = next(row for row in read if row["code"] == "FIX")
    assert (fix["duration_min"], fix["place"], fix["must"], fix["project"]) == (
        "90",
        "BENCH",
        "must",
        "station",
    )
    left = list(csv.DictReader(io.StringIO(export.left_out_table(small_week, small_plan))))
    assert [row["code"] for row in left] == [u.activity for u in small_plan.unplaced]
    assert all(row["why"].endswith(".") for row in left)


def test_titles_that_look_like_formulas_or_hold_commas_do_no_harm(
    small_week: WeekProblem, small_plan: WeekPlan
) -> None:
    title = '=HYPERLINK("x"), "a"; b\\n é 实验'
    activities = tuple(dataclasses.replace(a, title=title) for a in small_week.activities)
    problem = dataclasses.replace(small_week, activities=activities)
    items = tuple(dataclasses.replace(i, title=title) for i in small_plan.items)
    plan = dataclasses.replace(small_plan, items=items)
    calendar = Calendar.from_ical(export.calendars(problem, plan)["all.ics"])
    assert {str(e["summary"]) for e in calendar.walk("VEVENT")} == {title}
    assert all(
        row["title"] == f"'{title}" for row in csv.DictReader(io.StringIO(export.table(problem, plan)))
    )


def test_an_activity_left_out_without_letters_of_reason_is_still_listed(
    small_week: WeekProblem, small_plan: WeekPlan
) -> None:
    extra = Activity(code="EXTRA", title="Extra", duration_min=5, priority_weight=1.0)
    problem = dataclasses.replace(small_week, activities=(*small_week.activities, extra))
    plan = dataclasses.replace(small_plan, unplaced=(Unplaced(activity="EXTRA", reasons=()),))
    assert export.left_out_rows(problem, plan) == (("EXTRA", "Extra", "station", "1", "", ""),)
