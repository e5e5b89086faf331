"""The increment on one page and the crew page: what is drawn is what was planned; no candidate is told."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from stationmaster.crew.check import faults
from stationmaster.crew.plan import plan
from stationmaster.crew.read import read_guests
from stationmaster.journey.run import Run
from stationmaster.manifest.summary import HOT_SHARE
from stationmaster.report.exports import write_exports
from stationmaster.report.pictures.aboard import aboard_chart
from stationmaster.report.pictures.increment import heat_map
from stationmaster.report.story import Story
from stationmaster.report.summary import summary
from stationmaster.report.views import crew, manifest


@pytest.fixture(scope="module")
def story(small_run: Run) -> Story:
    return Story(small_run)


def titles(markup: str) -> list[str]:
    return re.findall(r"<title>(.*?)</title>", markup)


def test_each_increment_has_a_page_that_of_the_week_first(story: Story) -> None:
    found = manifest.view(story)["increments"]
    codes = [one["increment"].code for one in found]
    assert codes[0] == story.scenario.week_increment
    assert sorted(codes) == sorted(one.code for one in story.problems["manifest"].increments)
    told = titles(found[0]["picture"])
    for berth in story.answers["manifest"].berths:
        increment = found[0]["increment"]
        aboard = berth.start < increment.end and increment.start < berth.end
        places = ", ".join(berth.places)
        assert any(text.endswith(f", {places}") for text in told) or not aboard
    assert any(text.startswith("TZ-8 docks") for text in told)
    assert any(text.startswith("spacewalk: 17 Dec 2024") for text in told)


def test_a_resource_is_red_where_it_is_nearly_used_up(story: Story) -> None:
    answer = story.answers["manifest"]
    load = next(one for one in answer.loads if one.kind == "crew-time")
    limits = load.capacity_units
    for share, red in ((HOT_SHARE, True), (HOT_SHARE - 0.01, False)):
        used = tuple(share * limit for limit in limits)
        drawn = heat_map([dataclasses.replace(load, used_units=used)], {}, answer.week_starts, ())
        assert ("var(--bad)" in drawn) == red
    nothing = heat_map(
        [dataclasses.replace(load, used_units=(0.0,) * len(limits))], {}, answer.week_starts, ()
    )
    assert titles(nothing) == []


def test_hot_weeks_in_a_row_are_one_line(story: Story) -> None:
    runs = manifest.view(story)["hot_runs"]
    assert runs
    for run in runs:
        assert run["start"] < run["until"] and run["peak"] >= HOT_SHARE - 1e-9 and run["items"]
    keys = [(run["kind"], run["name"], run["start"]) for run in runs]
    assert len(set(keys)) == len(keys)


def test_the_crew_page_tells_roles_and_counts_and_no_candidate(
    story: Story, small_run: Run, site: Path, root: Path, tmp_path: Path
) -> None:
    run = dataclasses.replace(small_run, folder=tmp_path)
    write_exports(run)
    table = (tmp_path / "exports" / "crew" / "training.csv").read_text()
    calendar = (tmp_path / "exports" / "crew" / "training.ics").read_text()
    page = (site / "crew.html").read_text()
    told = f"{page}{table}{calendar}{summary(small_run)['crew']}{(site / 'index.html').read_text()}"
    for candidate in read_guests(root / "scenarios" / "css-2018" / "guests.toml").nominations:
        assert candidate.code not in told
    assert "SZ24-GUEST prime" in page and "SZ24-GUEST prime" in table
    assert "medical gate" in page
    assert 'href="crew.html"' in (site / "index.html").read_text()


def test_the_summary_says_what_the_seat_takes(small_run: Run) -> None:
    found = summary(small_run)["crew"]
    plan_ = small_run.journey.answers["crew"].items[0]
    assert found["stands"] and found["longer_d"] == plan_.effect.longer_d > 190
    (seat,) = found["seats"]
    assert (seat["nominated"], seat["prime"], seat["backup"], seat["flight"]) == (2, True, True, "SZ-24")
    assert seat["slack_d"] == plan_.training.seats[0].slack_d
    assert small_run.faults["crew"] == ()


def test_who_stays_longer_is_drawn_longer(story: Story) -> None:
    ((problem, found),) = crew.planned(story)
    told = titles(aboard_chart(problem, found))
    longer = [one for one in told if "longer than planned" in one]
    assert len(longer) == 1 and "SZ23-3" in longer[0] and "194 days" in longer[0]
    assert not [one for one in told if "SZ24-3" in one]


def test_a_seat_that_cannot_be_promised_is_told_on_the_page(story: Story) -> None:
    ((problem, _),) = crew.planned(story)
    strict = dataclasses.replace(problem, rules=dataclasses.replace(problem.rules, stay_limit_d=200.0))
    found = plan(strict)
    assert not found.stands and faults(strict, found) == ()
    shown = crew.guest(strict, found)
    assert shown["aboard"] is None and "200" in shown["lead"]
