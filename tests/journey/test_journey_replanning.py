"""From a close approach to a repaired week: what ``avoid`` wrote is all that ``timeline repair`` needs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stationmaster.cli.app import app
from stationmaster.cli.weeks import plan_at
from stationmaster.journey.replanning import ANSWER, disturbance_at
from stationmaster.journey.run import run_scenario
from stationmaster.measure import moment
from stationmaster.measure.errors import StationError
from stationmaster.report.write import finish
from stationmaster.safety.avoidance.letters import Action
from stationmaster.timeline.outcome import Kind

RUN = CliRunner()
STARLINK = ("--primary", "48852", "--object", "44971", "--start", "2021-07-01T00:00:00Z", "--days", "1")


def _avoid(catalogue: Path, out: Path, *more: str) -> dict[str, object]:
    words = [
        "avoid",
        "--catalogue",
        str(catalogue),
        "--station",
        "css",
        "--out",
        str(out),
        "--json",
        "--quiet",
    ]
    done = RUN.invoke(app, [*words, *more], catch_exceptions=False)
    assert done.exit_code == 0
    told: dict[str, object] = json.loads(done.stdout)
    return told


@pytest.mark.slow
def test_a_real_approach_becomes_a_repaired_week(css: Path, shared_data: Path, tmp_path: Path) -> None:
    """An object that passes Tianhe in the planned week, by the element sets of four days before."""
    text = gzip.decompress(
        (shared_data / "catalogues" / "on_orbit_2024-11-01_omm.csv.gz").read_bytes()
    ).decode()
    head, *rows = text.splitlines()
    both = [row for row in rows if {"48274", "59558"} & set(row.replace('"', "").split(","))]
    (tmp_path / "both.csv").write_text("\n".join([head, *both]) + "\n")
    told = _avoid(tmp_path / "both.csv", tmp_path / "avoid", "--start", "2024-11-06T00:00:00Z",
                  "--days", "1", "--hours", "12", "--goal-km", "15")  # fmt: skip
    burn = told["burn"]
    assert isinstance(burn, dict)
    run_scenario(css, tmp_path / "run", until="timeline", finish=finish)
    words = ["timeline", "repair", str(tmp_path / "run"), "--manoeuvre", str(tmp_path / "avoid"), "--json"]
    words += ["--manoeuvre-crew", "CSS-CDR", "--manoeuvre-loses", "relay", "--now", "2024-11-06T02:00:00Z"]
    done = RUN.invoke(app, [*words, "--out", str(tmp_path / "out")], catch_exceptions=False)
    assert done.exit_code == 0
    repaired = json.loads(done.stdout)
    assert repaired["faults"] == 0
    assert repaired["kept"] > len(repaired["changes"])
    week, plan = plan_at(tmp_path / "out")
    calm = next(b for b in week.blocked if b.code == "MANOEUVRE-1")
    assert [calm.span.start, calm.span.end] == [moment(when) for when in burn["interruption"]]
    asked = {a.code: a for a in week.activities}
    during = [i for i in plan.items if i.kind is Kind.ACTIVITY and i.span.overlaps(calm.span)]
    assert not [
        i for i in during if calm.kind in asked[i.activity].quiet or "relay" in asked[i.activity].inside
    ]
    _, before = plan_at(tmp_path / "run")
    met = [i.code for i in before.items if i.span.overlaps(calm.span) and i.kind is Kind.ACTIVITY
           and (calm.kind in asked[i.activity].quiet or "relay" in asked[i.activity].inside)]  # fmt: skip
    assert met
    assert set(met) <= repaired["changes"].keys()
    busy = next(b for b in week.blocked if b.code == "MANOEUVRE-1.CREW")
    assert not [i for i in during if "CSS-CDR" in i.crew and i.span.overlaps(busy.span)]


def test_what_was_decided_is_handed_on(root: Path, tmp_path: Path) -> None:
    """A burn with its hours without microgravity; a shelter; or why there is nothing to do."""
    catalogue = root / "golden" / "real-events" / "tianhe_2021-07-01_before.csv"
    told = _avoid(catalogue, tmp_path / "burn", *STARLINK, "--hours", "6", "--goal-km", "15")
    burn = told["burn"]
    assert isinstance(burn, dict)
    (one,) = disturbance_at(tmp_path / "burn", 3, None).manoeuvres
    assert one.code == "MANOEUVRE-3"
    assert [one.burn, one.start, one.end] == [moment(w) for w in (burn["at"], *burn["interruption"])]

    answer = json.loads((tmp_path / "burn" / ANSWER).read_text())
    answer["chosen"] = None
    nothing = tmp_path / "nothing.json"
    nothing.write_text(json.dumps(answer))
    with pytest.raises(StationError, match="without a burn"):
        disturbance_at(nothing, 1, None)

    answer["decision"]["action"] = Action.SHELTER.value
    nothing.write_text(json.dumps(answer))
    (shelter,) = disturbance_at(nothing, 1, None).shelters
    assert shelter.start < moment(answer["before"]["tca"]) < shelter.end
