"""Every proposal in one table: where it stands, and where to read more."""

from __future__ import annotations

from collections import Counter
from typing import Any

from stationmaster.report.story import MODES, STANDING_WORDS, Standing, Story


def view(story: Story) -> dict[str, Any]:
    """What the table of proposals shows."""
    rows = [row(story, code) for code in story.dossiers]
    order = list(Standing)
    rows.sort(key=lambda one: (order.index(one["standing"]), -one["sort_score"], one["code"]))
    found = Counter(one["standing"] for one in rows)
    return {
        "rows": rows,
        "standings": [(one, STANDING_WORDS[one], found[one]) for one in Standing if found[one]],
        "modes": [(mode, sum(one["mode"] == mode for one in rows)) for mode in MODES],
        "fields": sorted(Counter(one["field"] for one in rows).items(), key=lambda pair: (-pair[1], pair[0])),
        "synthetic": sum(one["synthetic"] for one in rows),
    }


def row(story: Story, code: str) -> dict[str, Any]:
    """One proposal as a row."""
    dossier = story.dossiers[code]
    estimate = story.estimate("review-2", code) or story.estimate("review-1", code)
    return {
        "code": code,
        "title": dossier.title,
        "mode": str(dossier.mode),
        "field": dossier.field,
        "countries": story.countries(dossier.countries),
        "standing": story.standings[code],
        "first": story.estimate("review-1", code),
        "second": story.estimate("review-2", code),
        "sort_score": estimate.expected_score if estimate else 0.0,
        "synthetic": dossier.synthetic,
        "outcome_2019": dossier.outcome_2019,
    }
