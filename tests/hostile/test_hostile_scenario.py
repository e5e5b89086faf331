"""Damaged scenarios: one line that names file, line, field, value and what was expected; nothing written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_damage import contents, edit

Refused = Callable[..., str]
SING = "proposals/sing.toml"

#: file, what stood there, what stands there now, what the line must say
DAMAGED: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "mistyped": (
        "call.toml",
        "score_min = 1.0",
        'score_min = "one"',
        ("call.toml, line ", "score_min", "'one'", "a number"),
    ),
    "unknown field": (
        "call.toml",
        "shortlist = 18",
        "shortlst = 18",
        ("policy.shortlst", "did you mean shortlist?"),
    ),
    "missing field": ("call.toml", "choose = 9\n", "", ("policy.choose", "is missing", "a whole number")),
    "negative mass": (
        SING,
        "up_mass_kg = 25.0",
        "up_mass_kg = -25.0",
        ("needs.up_mass_kg", "-25", "not negative"),
    ),
    "not a number": (SING, "up_mass_kg = 25.0", "up_mass_kg = nan", ("needs.up_mass_kg", "nan", "finite")),
    "endless": (SING, "up_mass_kg = 25.0", "up_mass_kg = inf", ("needs.up_mass_kg", "inf", "finite")),
    "far too large": (SING, "up_mass_kg = 25.0", "up_mass_kg = 1e200", ("needs.up_mass_kg", "below 10^15")),
    "a number of many digits": (
        "scenario.toml",
        "seed = 2018",
        "seed = 0x" + "f" * 6000,
        ("line", "seed", "10^15"),
    ),
    "a number no one spells": (
        "scenario.toml",
        "seed = 2018",
        "seed = " + "9" * 6000,
        ("scenario.toml", "TOML"),
    ),
    "negative seed": ("scenario.toml", "seed = 2018", "seed = -1", ("seed", "-1", "not negative")),
    "deadline before opening": (
        "call.toml",
        "closes = 2018-09-30",
        "closes = 2017-09-30",
        ("closes", "deadline 2017", "after the opening"),
    ),
    "a time without a zone": (
        "call.toml",
        "opens = 2018-05-28T00:00:00Z",
        "opens = 2018-05-28T00:00:00",
        ("opens", "UTC"),
    ),
    "a time before time": (
        "call.toml",
        "opens = 2018-05-28T00:00:00Z",
        "opens = 0001-01-01T00:00:00+14:00",
        ("opens", "1900"),
    ),
    "no such country": (
        SING,
        'country = "IND"',
        'country = "KEM"',
        ("line", "partners[1].country", "KEM", "KEN (Kenya)"),
    ),
    "a country's short code": (
        SING,
        'country = "RUS"',
        'country = "RU"',
        ("partners[2].country", "RUS (Russia"),
    ),
    "unknown facility": (
        "proposals/eye-ultrasound.toml",
        'facilities = ["human-research"]',
        'facilities = ["human-resarch"]',
        ("needs.facilities[1]", "human-resarch", "did you mean human-research?"),
    ),
    "unknown use": (
        SING,
        'name = "Nebula',
        'uses = ["telescop"]\nname = "Nebula',
        ("operations[1].uses", "telescop"),
    ),
    "unknown mode": (
        SING,
        'mode = "outside-own"',
        'mode = "outside-owm"',
        ("mode", "did you mean outside-own?"),
    ),
    "no short code": (SING, 'code = "P-SING"', 'code = "p sing"', ("line 4", "code", "p sing", "capitals")),
    "duplicate proposal": (
        SING,
        'code = "P-SING"',
        'code = "P-POLAR2"',
        ("code", "P-POLAR2", "polar-2.toml"),
    ),
    "too often": (
        SING,
        "per_week_count = 7",
        "per_week_count = 1000000",
        ("operations[1].per_week_count", "1000000", "700"),
    ),
    "weights of zero": ("call.toml", "weight = 0.6", "weight = 0.0", ("criteria stage 1", "not above zero")),
    "weights that miss one": (
        "call.toml",
        "weight = 0.6",
        "weight = 0.5",
        ("criteria stage 1", "sum to 0.9"),
    ),
    "more chosen than shortlisted": ("call.toml", "choose = 9", "choose = 90", ("policy.choose", "90", "18")),
    "a floor above the world": (
        "call.toml",
        "min_countries = 12",
        "min_countries = 400",
        ("policy.min_countries", "400", "193"),
    ),
    "a share cap over one": (
        "call.toml",
        "[policy.min_per_mode]",
        "[policy.share_caps]\nNASA = 1.5\n[policy.min_per_mode]",
        ("policy.share_caps.NASA", "1.5", "from 0 to 1"),
    ),
    "a floor for no mode": ("call.toml", "outside-own = 1", "out-own = 1", ("policy.min_per_mode.out-own",)),
    "unknown rule": (
        "call.toml",
        'rule = "equal-footing"',
        'rule = "equal-foot"',
        ("line", "did you mean equal-footing?"),
    ),
    "unknown grouping": (
        "call.toml",
        'group_by = "regional_group"',
        'group_by = "partner"',
        ("policy.group_by", "partner"),
    ),
    "a scale upside down": (
        "call.toml",
        "score_max = 10.0",
        "score_max = 0.5",
        ("score_max", "from 1 to 0.5"),
    ),
    "a scale without end": ("call.toml", "score_max = 10.0", "score_max = 1e14", ("score_max", "0 to 1000")),
    "an offer without end": (
        "call.toml",
        "crew_time_h = 140.0",
        "crew_time_h = 1e14",
        ("offer.crew_time_h", "at most 2e+08"),
    ),
    "a reviewer twice": ("reviewers.csv", "R-002,", "R-001,", ("line 3", "code", "R-001", "twice")),
    "a person twice": ("reviewers.csv", "X-002,", "X-001,", ("line 3", "person", "X-001")),
    "a judge in his own cause": (
        "reviewers.csv",
        "X-002,",
        "PI-SING,",
        ("line 3", "person", "R-002", "principal investigator of P-SING"),
    ),
    "a reviewer from nowhere": ("reviewers.csv", ",CHN,", ",CHM,", ("line 2", "country", "CHM")),
    "a load that is no number": (
        "reviewers.csv",
        ",false,5,",
        ",false,five,",
        ("line 2", "load_max", "five", "whole number"),
    ),
    "a load in other digits": (
        "reviewers.csv",
        ",false,5,",
        ",false,٥,",
        ("line 2", "load_max", "whole number"),
    ),
    "a row too short": ("reviewers.csv", "R-002,X-002,", "R-002,", ("line 3", "9 cells", "10 cells")),
    "a column twice": ("reviewers.csv", "code,person,", "code,code,", ("line 1", "code", "twice")),
    "an unknown column": ("reviewers.csv", "code,person,", "code,persn,", ("persn", "did you mean person?")),
    "a card for nobody's proposal": (
        "cards-1.csv",
        "R-001,P-29G6,S1-SIGNIFICANCE",
        "R-001,P-29G7,S1-SIGNIFICANCE",
        ("line 2", "proposal", "P-29G7", "P-29G6"),
    ),
    "a card of nobody": ("cards-1.csv", "R-001,P-29G6", "R-999,P-29G6", ("line 2", "reviewer", "R-999")),
    "a card on nothing": (
        "cards-1.csv",
        "S1-SIGNIFICANCE,7.5",
        "S1-SIGNIFICANSE,7.5",
        ("line 2", "criterion", "S1-SIGNIFICANCE"),
    ),
    "a score off the scale": (
        "cards-1.csv",
        "S1-SIGNIFICANCE,7.5",
        "S1-SIGNIFICANCE,70.5",
        ("line 2", "score", "70.5", "from 1 to 10"),
    ),
    "a score that is none": (
        "cards-1.csv",
        "S1-SIGNIFICANCE,7.5",
        "S1-SIGNIFICANCE,nan",
        ("line 2", "score", "nan"),
    ),
    "a card twice": (
        "cards-1.csv",
        "P-29G6,S1-FEASIBILITY,7.0",
        "P-29G6,S1-SIGNIFICANCE,7.0",
        ("line 3", "R-001, P-29G6", "twice"),
    ),
    "leaves before it docks": (
        "flights.toml",
        "leaves = 2024-11-10",
        "leaves = 2023-11-10",
        ("flights[1].leaves", "after the docking"),
    ),
    "an end before the start": (
        "flights.toml",
        "end = 2024-11-04T00",
        "end = 2023-11-04T00",
        ("increments[1].end", "after the start"),
    ),
    "overlapping increments": (
        "flights.toml",
        "end = 2024-11-04T00",
        "end = 2024-11-05T00",
        ("increments[2].start", "SZ-19", "not overlap"),
    ),
    "increments without end": (
        "flights.toml",
        "end = 2026-06-01T",
        "end = 2199-06-01T",
        ("increments", "520 weeks"),
    ),
    "a flight twice": ("flights.toml", 'code = "TZ-8"', 'code = "TZ-7"', ("flights[", "TZ-7", "twice")),
    "an increment of strangers": (
        "flights.toml",
        '"CSS-FE"',
        '"CSS-FF"',
        ("increments[1].crew", "CSS-FF", "CSS-FE"),
    ),
    "a crew member twice": (
        "crew.toml",
        'code = "CSS-FE"',
        'code = "CSS-CDR"',
        ("members[2].code", "CSS-CDR", "twice"),
    ),
    "work after itself": (
        "system-work.toml",
        'name = "Clean the cabin together"',
        'name = "Clean the cabin together"\nafter = "Clean the cabin together"',
        ("operation[4].after", "beginning"),
    ),
    "work after nothing": (
        "system-work.toml",
        'after = "Load Tianzhou-7 with waste"',
        'after = "Load it"',
        ("after", "Load it"),
    ),
    "work at no time": (
        "system-work.toml",
        "per_week_count = 3",
        "per_week_count = 0",
        ("per_week_count", "0", "at least once"),
    ),
    "work without end": (
        "system-work.toml",
        "duration_min = 75",
        "duration_min = 1000000000",
        ("duration_min", "10080"),
    ),
    "work for a crowd": (
        "system-work.toml",
        "crew_count = 3",
        "crew_count = 30",
        ("crew_count", "30", "at most the 3"),
    ),
    "work in no window": (
        "system-work.toml",
        'window = "relay"',
        'window = "rely"',
        ("window", "rely", "relay"),
    ),
    "work with nothing": (
        "system-work.toml",
        'uses = ["maintenance-bench"]',
        'uses = ["bench"]',
        ("uses", "bench", "CSS"),
    ),
    "work twice": (
        "system-work.toml",
        'code = "SYS-TOILET"',
        'code = "SYS-ECLSS"',
        ("operation[2].code", "SYS-ECLSS", "twice"),
    ),
    "a week that starts at noon": (
        "scenario.toml",
        "2024-11-04T00:00:00Z",
        "2024-11-04T12:00:00Z",
        ("week_start", "midnight"),
    ),
    "a week at no time": (
        "scenario.toml",
        "week_start = 2024-11-04",
        "week_start = 2034-11-04",
        ("week_start", "SZ-19", "starts in its increment"),
    ),
    "unknown increment": (
        "scenario.toml",
        '"SZ-19"',
        '"SZ-91"',
        ("week_increment", "SZ-91", "did you mean SZ-"),
    ),
    "unknown station": (
        "scenario.toml",
        'station = "css"',
        'station = "mir"',
        ("scenario.toml", "line 6", "station", "mir"),
    ),
    "a path that leaves": (
        "scenario.toml",
        '["cards-1.csv", "cards-2.csv"]',
        '["../../../etc/passwd"]',
        ("line", "cards", "../../../etc/passwd", "inside"),
    ),
    "an absolute path": ("scenario.toml", '"call.toml"', '"/etc/passwd"', ("call", "/etc/passwd", "inside")),
    "a path of nothing": ("scenario.toml", '"call.toml"', '"a\\u0000b"', ("call", "inside")),
    "a path without end": ("scenario.toml", '"call.toml"', '"' + "a" * 5000 + '"', ("aaa",)),
    "a folder in place of a file": (
        "scenario.toml",
        '"call.toml"',
        '"proposals"',
        ("proposals", "no such file"),
    ),
    "a file in place of a folder": (
        "scenario.toml",
        'proposals = "proposals"',
        'proposals = "call.toml"',
        ("proposals", "a folder"),
    ),
    "a missing file": ("scenario.toml", '"crew.toml"', '"crow.toml"', ("crow.toml", "no such file")),
    "extends itself": (
        "scenario.toml",
        'code = "CSS-2018"',
        'code = "CSS-2018"\nextends = "."',
        ("extends", "at most 5"),
    ),
    "extends nothing": (
        "scenario.toml",
        'code = "CSS-2018"',
        'code = "CSS-2018"\nextends = "../x\\u0000"',
        ("extends", "folder of a scenario"),
    ),
    "another station's elements": ("elements.csv", ",48274,", ",48275,", ("catalogue_id", "48274")),
    "control characters": (
        SING,
        'mode = "outside-own"',
        'mode = "\\u001b[31m\\u202eoutside\\u0007"',
        ("mode", "did you mean outside-own?"),
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_scenario_is_refused_in_one_line(name: str, scenario: Path, refused: Refused) -> None:
    file, old, new, says = DAMAGED[name]
    edit(scenario, file, old, new)
    before = contents(scenario)
    line = refused(scenario)
    for part in says:
        assert part in line, line
    assert contents(scenario) == before


# ------------------------------------------------------------------------------ files that are no files


def replace_with(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


RUBBISH: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut short": (lambda path: path.write_bytes(path.read_bytes()[:-40]), ""),
    "empty": (replace_with(b""), ""),
    "bytes": (replace_with(bytes(range(256)) * 40), "UTF-8"),
    "utf-16": (lambda path: path.write_bytes(path.read_text().encode("utf-16")), "UTF-8"),
    "a long line": (replace_with(b"a = '" + b"x" * 10_000_000 + b"'"), "a line of 10000006 characters"),
    "deep": (replace_with(b"a = " + b"[" * 100_000), ""),
    "deep names": (replace_with(b"code" + b".a" * 100_000 + b" = 1"), "dots"),
    "gone": (lambda path: path.unlink(), "no such file"),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), "no such file"),
    "a link out": (lambda path: (path.unlink(), path.symlink_to("/etc/passwd")), ""),
    "a link to itself": (lambda path: (path.unlink(), path.symlink_to(path)), ""),
}


@pytest.mark.parametrize("file", ["scenario.toml", "call.toml", SING, "reviewers.csv", "countries.csv"])
@pytest.mark.parametrize("name", RUBBISH)
def test_rubbish_in_place_of_a_file_is_refused(
    name: str, file: str, scenario: Path, refused: Refused
) -> None:
    damage, says = RUBBISH[name]
    if (name, file) in (("gone", SING), ("deep names", "countries.csv"), ("deep names", "reviewers.csv")):
        pytest.skip("leaves the scenario whole, or is no damage there")
    damage(scenario / file)
    line = refused(scenario)
    assert Path(file).name in line or "scenario.toml" in line
    assert says in line


def test_spaces_without_end_are_read_in_linear_time(scenario: Path, refused: Refused) -> None:
    path = scenario / "call.toml"
    spaces = (" " * 1000 + "x") * 900
    path.write_text("#" + spaces + "\nnames = [\n" + " " * 900_000 + "\n]\n" + path.read_text())
    began = time.process_time()
    assert "names: is not known here" in refused(scenario)
    assert time.process_time() - began < 5


def test_a_folder_of_proposals_is_bounded(scenario: Path, refused: Refused) -> None:
    for number in range(1_600):
        (scenario / "proposals" / f"p{number}.toml").touch()
    assert "1642 files, expected at most 1500" in refused(scenario)
    shutil.rmtree(scenario / "proposals")
    (scenario / "proposals").mkdir()
    assert "one .toml file or more" in refused(scenario)


def test_a_proposal_without_partners_is_refused(scenario: Path, refused: Refused) -> None:
    path = scenario / SING
    whole = path.read_text()
    first, last = whole.index("[[partners]]"), whole.index("[needs]")
    path.write_text("partners = []\n" + whole[:first] + whole[last:])
    line = refused(scenario)
    assert "sing.toml, line 1, partners" in line
    assert "one partner or more" in line


def test_links_may_not_leave_the_scenario(scenario: Path, tmp_path: Path, refused: Refused) -> None:
    outside = tmp_path / "elsewhere"
    (scenario / "proposals").rename(outside)
    (scenario / "proposals").symlink_to(outside)
    assert "expected one inside" in refused(scenario)


def test_a_chain_of_scenarios_has_an_end(scenario: Path, refused: Refused) -> None:
    for number in range(6):
        folder = scenario.parent / f"v{number}"
        folder.mkdir()
        base = "scenario" if number == 0 else f"v{number - 1}"
        (folder / "scenario.toml").write_text(f'code = "V{number}"\ntitle = "v"\nextends = "../{base}"\n')
    assert "at most 5 scenarios in a row" in refused(scenario.parent / "v5")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(scenario: Path, refused: Refused) -> None:
    (scenario / "call.toml").chmod(0)
    assert "call.toml" in refused(scenario)


# -------------------------------------------------------------- what is an answer and not a refusal


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("work_share = 0.7", "work_share = 0.6", "work-sum"),
        ("per_week_count = 7", "per_week_count = 0", "operation-zero"),
        ("duration_min = 25", "duration_min = 1000000000", "week-full"),
        ('window = "eclipse"', 'window = "eclipse"\nafter = "Nebula scan on the night side"', "after-cycle"),
        ('window = "eclipse"', 'window = "eclipse"\nafter = "Something else"', "after-unknown"),
    ],
)
def test_a_bad_dossier_is_told_why_and_the_others_go_on(
    old: str, new: str, reason: str, scenario: Path
) -> None:
    from stationmaster.journey.choosing import dossiers
    from stationmaster.proposal.assess import assess
    from stationmaster.scenario import read_scenario

    edit(scenario, SING, old, new)
    round_ = dossiers(read_scenario(scenario))
    mine = assess(round_.problem(next(d for d in round_.dossiers if d.code == "P-SING")))
    assert not mine.complete
    assert reason in {finding.reason.code for finding in mine.findings if finding.blocking}
    other = assess(round_.problem(next(d for d in round_.dossiers if d.code == "P-POLAR2")))
    assert other.complete


def test_a_refusal_in_a_process_of_its_own(scenario: Path, tmp_path: Path) -> None:
    edit(scenario, SING, 'country = "IND"', 'country = "\\u001b[31mKEM"')
    out = tmp_path / "out"
    words = [sys.executable, "-m", "stationmaster.cli", "run", str(scenario), "--out", str(out)]
    code = "import sys; from stationmaster.cli import main; sys.argv[0] = 'stationmaster'; main()"
    found = subprocess.run([words[0], "-c", code, *words[3:]], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.count("\n") == 1
    assert "\x1b" not in found.stderr
    assert "partners[1].country" in found.stderr
    assert not out.exists()
