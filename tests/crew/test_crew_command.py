"""``stationmaster crew plan``, as a person calls it: what it writes, and what it does with bad input."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from crew_problems import ROOT, candidate, flight, small
from icalendar import Calendar

from stationmaster.crew import CrewPlan, CrewProblem, Gate
from stationmaster.crew.check import faults
from stationmaster.crew.consistency import misuses, validate
from stationmaster.measure.errors import StationError
from stationmaster.measure.letters import from_json

SHIPPED = ROOT / "scenarios" / "css-2018"


def call(*words: object) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("stationmaster")
    return subprocess.run([program, "crew", *map(str, words)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    out = tmp_path_factory.mktemp("guests")
    return call("plan", SHIPPED, "--out", out, "--json"), out


def test_a_plan_is_written_whole(done: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    ran, out = done
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["stands"] and told["training"]["fits"] and told["effect"]["possible"]
    problem = from_json(CrewProblem, (out / "problem.json").read_text())
    plan = from_json(CrewPlan, (out / "plan.json").read_text())
    assert faults(problem, plan) == ()
    with (out / "training.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(plan.training.bookings)
    calendar = Calendar.from_ical((out / "training.ics").read_bytes())
    events = list(calendar.walk("VEVENT"))
    assert len(events) == len(rows) + 1
    assert len({str(event["UID"]) for event in events}) == len(events)
    drawn = ElementTree.parse(out / "training.svg").getroot()
    assert "Mandarin to level 2" in (drawn.get("aria-label") or "")
    page = (out / "seats.html").read_text()
    assert "SZ23-3 stays 194 days longer: 360 days in all" in page


@pytest.mark.slow
def test_what_others_see_holds_counts_and_no_candidate(
    done: tuple[subprocess.CompletedProcess[str], Path], tmp_path: Path
) -> None:
    ran, out = done
    for name in ("training.csv", "training.ics", "training.svg", "training.html", "seats.html"):
        assert "PK-1" not in (out / name).read_text(), name
    assert "PK-1" not in ran.stdout
    asked = call("plan", SHIPPED, "--out", tmp_path, "--owner")
    assert asked.returncode == 0
    assert (
        "PK-1: prime; medical pass, aptitude pass, language pending"
        in (tmp_path / "training.html").read_text()
    )


@pytest.mark.slow
def test_training_that_begins_too_late_ends_with_what_would_do(tmp_path: Path) -> None:
    text = (SHIPPED / "guests.toml").read_text().replace("available = 2026-04-24", "available = 2026-06-01")
    (tmp_path / "late.toml").write_text(text)
    ran = call("plan", tmp_path / "late.toml", "--out", tmp_path / "out")
    assert ran.returncode == 3
    assert "the earliest launch that would do is 2026-11-" in ran.stderr
    assert "training had to begin by 2026-05-08; it begins on 2026-06-01" in ran.stderr
    assert "What decides: " in ran.stderr
    assert "the training comes too late" in (tmp_path / "out" / "training.html").read_text()


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = (SHIPPED / "guests.toml").read_text()
    for right, wrong in (
        ('medical = "pass"', "medical = 93.5"),
        ('after = ["mandarin-1"]', 'after = ["mandarin-7"]'),
        ("duration_d = 9\n", "duration_d = -9\n"),
        ('takes = "SZ24-3"', 'takes = "SZ23-3"'),
        ('language = "mandarin"\nlevel = 2\nstay', 'language = "klingon"\nlevel = 2\nstay'),
    ):
        assert right in text
        text = text.replace(right, wrong)
    (tmp_path / "bad.toml").write_text(text)
    ran = call("plan", tmp_path / "bad.toml", "--out", tmp_path / "out")
    assert ran.returncode == 2 and not (tmp_path / "out").exists()
    for word in ("medical", "mandarin-7", "duration_d", "SZ23-3 flies on SZ-23", "klingon"):
        assert word in ran.stderr, ran.stderr
    assert "line " in ran.stderr and "faults in the file" in ran.stderr


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "missing"),
        (b"\xff\xfe", "UTF-8"),
        (b"code = ", "TOML"),
        (b"seats = 3", "a list"),
        (b"[[seats]]\n" * 3000, "seats"),
    ],
)
def test_hostile_files_are_refused(content: bytes, expected: str, tmp_path: Path) -> None:
    (tmp_path / "guests.toml").write_bytes(content)
    ran = call("plan", tmp_path, "--out", tmp_path / "out")
    assert ran.returncode == 2 and expected in ran.stderr
    assert "Traceback" not in ran.stderr and not (tmp_path / "out").exists()


def test_a_folder_without_guests_is_refused(tmp_path: Path) -> None:
    ran = call("plan", tmp_path, "--out", tmp_path / "out")
    assert ran.returncode == 2 and "guests.toml" in ran.stderr


def wrong(**change: object) -> set[str]:
    return {str(one.facts.get("field")) for one in misuses(replace(small(), **change))}  # type: ignore[arg-type]


def test_contradictions_are_found() -> None:
    base = small()
    courses = base.courses
    around = (replace(courses[0], after=("last",)), *courses[1:])
    assert wrong(courses=around) == {"courses"}
    assert wrong(nominations=(candidate("KE-1"), candidate("KE-1"))) == {"person"}
    assert wrong(seats=()) >= {"seats"}
    full = tuple(replace(one, seats=2) for one in base.flights)
    assert wrong(flights=full) == {"flights[1].seats", "flights[2].seats"}
    home = base.flights[0].launches.date()
    gone = (flight("A", home, home + timedelta(days=9)), base.flights[1])
    back = (replace(base.residents[0], up="B"), *base.residents[1:5])
    assert wrong(residents=back, flights=gone) >= {"residents[1].down", "seats[1].takes"}
    assert wrong(courses=courses * 30) >= {"courses"}
    with pytest.raises(StationError, match="faults in the crew problem"):
        validate(replace(base, courses=around, nominations=(candidate("A1"), candidate("KE-2", seat="X"))))
    assert not candidate("KE-1", language=Gate.PENDING).out
