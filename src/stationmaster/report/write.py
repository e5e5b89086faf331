"""Finish a run: what other programs read, what people read, and what anyone can recompute."""

from __future__ import annotations

import json
import shutil

from stationmaster.journey.bundle import pack
from stationmaster.journey.run import Run, StageProgress, no_stage_progress
from stationmaster.measure.files import write_whole
from stationmaster.report.exports import write_exports
from stationmaster.report.site import write_site
from stationmaster.report.summary import summary

SITE = "report"


def finish(run: Run, progress: StageProgress = no_stage_progress) -> None:
    """Write exports, report and bundle into the run's folder."""
    progress("exports", 0, 0)
    write_exports(run)
    progress("report", 0, 0)
    shutil.rmtree(run.folder / SITE, ignore_errors=True)
    write_site(run, run.folder / SITE)
    write_whole(run.folder / "summary.json", json.dumps(summary(run), ensure_ascii=False, indent=1) + "\n")
    progress("bundle", 0, 0)
    pack(run.folder)
