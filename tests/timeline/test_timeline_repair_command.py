"""``stationmaster timeline repair``: from a plan and what went wrong to a folder with the difference."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stationmaster.cli.timeline import app
from stationmaster.cli.weeks import keep, plan_at
from stationmaster.measure.errors import StationError
from stationmaster.measure.time import iso
from stationmaster.orbit import opm
from stationmaster.orbit.opm_read import burn_times
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import WeekPlan

RUN = CliRunner()


@pytest.fixture
def folder(tmp_path: Path, small_week: WeekProblem, small_plan: WeekPlan) -> Path:
    """A planned week on disk."""
    keep(tmp_path / "plan", small_week, small_plan)
    return tmp_path


def _message(week: WeekProblem) -> opm.OrbitParameters:
    when = week.start + timedelta(days=2, hours=10)
    burn = opm.PlannedBurn(ignition=when, change_rtn_km_s=(0.0, 0.0002, 0.0), duration_s=120.0)
    return opm.OrbitParameters(
        name="STATION", object_id="2021-035A", frame="EME2000", epoch=when, position_km=(6778.0, 0.0, 0.0),
        velocity_km_s=(0.0, 7.66, 0.0), burns=(burn,),
    )  # fmt: skip


@pytest.mark.parametrize("write", [opm.kvn, opm.xml])
def test_a_burn_of_anybody_becomes_a_repaired_week(folder: Path, small_week: WeekProblem, write) -> None:
    message = _message(small_week)
    path = folder / "burn.opm"
    path.write_text(write(message, created=small_week.start, originator="TEST"))
    assert burn_times(path)[0].end == message.burns[0].ignition + timedelta(seconds=120)
    now = iso(small_week.start + timedelta(days=1, hours=9))
    words = ["repair", str(folder / "plan"), "--manoeuvre", str(path), "--station", "css", "--now", now]
    done = RUN.invoke(app, [*words, "--out", str(folder / "out"), "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["faults"] == 0
    week, plan = plan_at(folder / "out")
    burn = next(b for b in week.blocked if b.code == "MANOEUVRE-1")
    assert burn.kind == "reboost"
    assert burn.span.contains(message.burns[0].ignition)
    assert plan.items
    for name in ("difference.csv", "difference.json", "difference.html"):
        assert (folder / "out" / name).stat().st_size > 100


def test_every_fault_of_the_disturbances_is_told_with_its_line(
    folder: Path, small_week: WeekProblem, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "day.toml"
    path.write_text('[[breakdowns]]\nfacility = "RAK-1"\nstart = 2026-03-03T00:00:00Z\n'
                    'end = 2026-03-04T00:00:00Z\n\n[[cancelled]]\nactivity = "RUNN"\n')  # fmt: skip
    now = iso(small_week.start + timedelta(hours=9))
    words = ["repair", str(folder / "plan"), "--disturbance", str(path), "--now", now]
    done = RUN.invoke(app, [*words, "--out", str(folder / "out")])
    assert isinstance(done.exception, StationError)
    assert done.exception.code == "several-faults"
    assert "line 2" in done.stderr
    assert "line 7" in done.stderr
    assert not (folder / "out").exists()


def test_nothing_wrong_is_refused(folder: Path, small_week: WeekProblem) -> None:
    words = ["repair", str(folder / "plan"), "--now", iso(small_week.start), "--out", str(folder / "out")]
    assert isinstance(RUN.invoke(app, words).exception, StationError)


def test_an_opm_without_a_burn_is_refused(folder: Path) -> None:
    path = folder / "none.opm"
    path.write_text("CCSDS_OPM_VERS = 2.0\nTIME_SYSTEM = UTC\n")
    with pytest.raises(StationError, match="planned manoeuvre"):
        burn_times(path)
