"""What a run leaves for other programs: calendars, ephemeris, conjunction messages, tables."""

from __future__ import annotations

import shutil
from pathlib import Path

from stationmaster.journey.run import Run
from stationmaster.measure.files import csv_text, inside, write_whole
from stationmaster.report.laboratory import chances_table, gains_table

EXPORTS = "exports"
ORIGINATOR = "STATIONMASTER"


def write_exports(run: Run) -> None:
    """Write ``exports/``: only what the stages that were done can give."""
    folder = run.folder / EXPORTS
    shutil.rmtree(folder, ignore_errors=True)
    answers = run.journey.answers
    if "selection" in answers:
        write_whole(folder / "selection.csv", selection_table(run))
    if "laboratory" in answers:
        write_whole(folder / "laboratory-chances.csv", chances_table(answers["laboratory"]))
        write_whole(folder / "laboratory-gains.csv", gains_table(answers["laboratory"]))
    if "crew" in answers:
        _training(run, folder / "crew")
    if "orbit" in answers:
        _ephemeris(run, folder)
    if "timeline" in answers:
        _timeline(run, folder)
    if "safety" in answers:
        _conjunctions(run, folder)
    if "milestones" in answers:
        _milestones(run, folder)


def selection_table(run: Run) -> str:
    """One row for each proposal: what was decided at both meetings, and its score."""
    shortlist = {d.candidate: d for d in run.journey.answers["shortlist"].decisions}
    final = {d.candidate: d for d in run.journey.answers["selection"].decisions}
    scores = {e.proposal: e for e in run.journey.answers["review-1"].estimates}
    second = {e.proposal: e for e in run.journey.answers["review-2"].estimates}
    header = (
        "proposal", "title", "lead_country", "countries", "mode", "field", "synthetic",
        "stage_1_score", "stage_1_low", "stage_1_high", "shortlist", "stage_2_score", "selection",
    )  # fmt: skip
    rows: list[tuple[object, ...]] = []
    for dossier in run.journey.scenario.dossiers:
        one, two = scores.get(dossier.code), second.get(dossier.code)
        rows.append((
            dossier.code, dossier.title, dossier.lead.country, ";".join(dossier.countries),
            str(dossier.mode), dossier.field, str(dossier.synthetic).lower(),
            one.expected_score if one else "", one.low_score if one else "", one.high_score if one else "",
            str(shortlist[dossier.code].verdict), two.expected_score if two else "",
            str(final[dossier.code].verdict) if dossier.code in final else "",
        ))  # fmt: skip
    return csv_text(header, rows)


def _training(run: Run, folder: Path) -> None:
    from stationmaster.crew.export import calendar, table

    problems, answer = run.journey.problems["crew"], run.journey.answers["crew"]
    for problem, plan in zip(problems.items, answer.items, strict=True):
        write_whole(folder / "training.csv", table(problem, plan))
        write_whole(folder / "training.ics", calendar(problem, plan))


def _ephemeris(run: Run, folder: Path) -> None:
    from stationmaster.orbit.oem import write_oem

    problem = run.journey.problems["orbit"]
    write_oem(
        folder / "ephemeris.oem",
        problem.elements,
        problem.span,
        created=problem.elements.epoch,
        originator=ORIGINATOR,
        source=problem.elements_source,
    )


def _timeline(run: Run, folder: Path) -> None:
    from stationmaster.timeline.exchange.export import calendars, left_out_table, table

    problem, plan = run.journey.problems["timeline"], run.journey.answers["timeline"]
    write_whole(folder / "timeline.csv", table(problem, plan))
    write_whole(folder / "timeline-left-out.csv", left_out_table(problem, plan))
    for name, content in calendars(problem, plan).items():
        write_whole(inside(folder / "calendars", name), content)


def _milestones(run: Run, folder: Path) -> None:
    from stationmaster.proposal.milestones.export import calendars, table

    problems, answer = run.journey.problems["milestones"], run.journey.answers["milestones"]
    write_whole(folder / "milestones.csv", table(answer.items))
    for name, content in calendars(problems.items, answer.items).items():
        write_whole(inside(folder / "milestones", name), content)


def _conjunctions(run: Run, folder: Path) -> None:
    from stationmaster.report.decisions import flight_decisions
    from stationmaster.safety.export import conjunctions_csv

    table = conjunctions_csv(run.journey.answers["safety"], flight_decisions(run.journey))
    write_whole(folder / "conjunctions.csv", table)
    for name, content in messages(run).items():
        write_whole(inside(folder / "cdm", name), content)


def messages(run: Run) -> dict[str, str]:
    """A conjunction data message for each conjunction, as KVN and as XML."""
    from stationmaster.safety.messages import cdm

    problem, screening = run.journey.problems["safety"], run.journey.answers["safety"]
    made = run.journey.sky.catalogue.last_epoch  # not the clock: the same run gives the same bytes
    found: dict[str, str] = {}
    for conjunction in screening.conjunctions:
        lines = cdm.message(problem, screening, conjunction, created=made, originator=ORIGINATOR)
        name = f"{conjunction.tca:%Y%m%dT%H%M%S}-{conjunction.object_id}"
        found[f"{name}.kvn"] = cdm.kvn(lines)
        found[f"{name}.xml"] = cdm.xml(lines)
    return found
