"""Flight safety: what passes the station, how close, and under which assumptions."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from stationmaster.report import words
from stationmaster.report.pictures.sky import approaches
from stationmaster.report.story import Story
from stationmaster.report.views.verdict import SHOWN_KM, YARDSTICK, cautions, verdict
from stationmaster.safety.letters import Company, Population, Screening, ScreeningProblem

COMPANY_WORDS = {
    Company.DOCKED: "Attached to the station",
    Company.CO_MOVING: "Flying with the station",
    Company.SLOW_PASS: "Passing slowly",
}
LISTED_UNUSABLE = 40


def view(story: Story) -> dict[str, Any]:
    """What the page of flight safety shows."""
    problem: ScreeningProblem = story.problems["safety"]
    answer: Screening = story.answers["safety"]
    nearest = sorted(answer.conjunctions, key=lambda one: (one.miss_km, one.object_id))
    return {
        "problem": problem,
        "answer": answer,
        "verdict": verdict(story),
        "yardstick": YARDSTICK,
        "assumed": [words.whole(problem.covariance.words), words.whole(f"sizes {problem.hard_bodies.words}")],
        "picture": picture(answer, 300.0),
        "conjunctions": [
            {"one": one, "near": one.miss_km < SHOWN_KM, "cautions": cautions(one.cautions)}
            for one in nearest
        ],
        "speeds": speeds(answer),
        "companions": [
            {"one": one, "company": COMPANY_WORDS[one.company],
             "reasons": [words.sentence("safety", reason) for reason in one.reasons]}
            for one in answer.companions
        ],
        "unusable": answer.unusable[:LISTED_UNUSABLE],
        "unusable_more": max(0, len(answer.unusable) - LISTED_UNUSABLE),
        "shown_km": SHOWN_KM,
    }  # fmt: skip


def picture(answer: Screening, height: float) -> Markup:
    """The approaches against time; a synthetic population is called so in the text alternative too."""
    population = " in a synthetic population" if answer.population is Population.SYNTHETIC else ""
    count = words.counted(len(answer.conjunctions), "approach", "approaches")
    days = f"between {words.day(answer.span.start)} and {words.day(answer.span.end)}"
    says = f"{count}{population} within {words.brief(answer.miss_km)} km {days}."
    return approaches(answer.conjunctions, answer.span, answer.miss_km, height, says)


def speeds(answer: Screening) -> list[dict[str, Any]]:
    """How fast objects pass, in classes of two kilometres a second."""
    classes = [0] * 8
    for one in answer.conjunctions:
        classes[min(7, int(one.relative_speed_km_s // 2))] += 1
    most = max(classes, default=0) or 1
    return [
        {"low": 2 * number, "high": 2 * number + 2, "count": count, "share": count / most}
        for number, count in enumerate(classes)
    ]
