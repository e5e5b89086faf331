"""The first page: who applied and who was chosen, the week, and whether it is safe."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from stationmaster.report import words
from stationmaster.report.pictures.world import Tint, not_drawn, world
from stationmaster.report.story import CHOSEN, Standing, Story
from stationmaster.report.views import crew, safety, timeline
from stationmaster.report.views.verdict import verdict


def view(story: Story) -> dict[str, Any]:
    """What the first page shows; parts of stages that were not done are None."""
    return {
        "counts": counts(story),
        "map": country_map(story),
        "chosen": [card(story, dossier.code) for dossier in story.chosen],
        "guest": crew.at_a_glance(story) if story.has("crew") else None,
        "week": timeline.at_a_glance(story) if story.has("timeline") else None,
        "verdict": verdict(story) if story.has("safety") else None,
        "screening": story.answers.get("safety"),
        "sky": sky(story) if story.has("safety") else None,
        "steps": steps(story),
    }


def sky(story: Story) -> Markup:
    """The approaches of the seven days in one small chart."""
    return safety.picture(story, 190.0)


def steps(story: Story) -> list[dict[str, Any]]:
    """How many were left after each step of the choice."""
    found = counts(story)
    told = [("proposals received", found["proposals"])]
    if story.has("proposal"):
        told.append(("complete, feasible and eligible", found["eligible"]))
    if story.has("shortlist"):
        told.append(("on the shortlist", found["shortlisted"]))
    if story.has("selection"):
        told.append(("chosen", found["chosen"]))
    return [{"says": says, "count": n, "share": n / max(1, found["proposals"])} for says, n in told]


def counts(story: Story) -> dict[str, int]:
    """How many there were on each step of the way."""
    standings = list(story.standings.values())
    countries = {country for dossier in story.dossiers.values() for country in dossier.countries}
    return {
        "proposals": len(standings),
        "countries": len(countries),
        "members": len(story.scenario.countries.members),
        "eligible": sum(one is not Standing.NOT_ELIGIBLE for one in standings),
        "shortlisted": len(story.run.journey.on("shortlist")) if story.has("shortlist") else 0,
        "chosen": len(story.chosen),
        "accepted": standings.count(Standing.ACCEPTED),
        "conditional": standings.count(Standing.CONDITIONAL),
        "chosen_countries": len({c for dossier in story.chosen for c in dossier.countries}),
        "institutions": len({p.institution for d in story.chosen for p in d.partners}),
    }


def card(story: Story, code: str) -> dict[str, Any]:
    """A chosen proposal in a few lines: who, how, and why."""
    dossier = story.dossiers[code]
    decision = story.decision("selection", code)
    estimate = story.estimate("review-2", code)
    reasons = [words.sentence("selection", reason) for reason in decision.reasons] if decision else []
    return {
        "code": code,
        "title": dossier.title,
        "mode": str(dossier.mode),
        "field": dossier.field,
        "countries": story.countries(dossier.countries),
        "standing": story.standings[code],
        "why": reasons[0] if reasons else "",
        "more": reasons[1:],
        "score": estimate,
        "synthetic": dossier.synthetic,
    }


def country_map(story: Story) -> dict[str, Any]:
    """The world by who takes part, the same as rows, and whom the map is too small to show."""
    asked: dict[str, list[str]] = {}
    for code, dossier in story.dossiers.items():
        for country in dossier.countries:
            asked.setdefault(country, []).append(code)
    taken = {c: [p for p in codes if story.standings[p] in CHOSEN] for c, codes in asked.items()}
    rows = [
        {"name": story.country(c), "asked": len(asked[c]), "chosen": len(taken[c]), "codes": taken[c]}
        for c in asked
    ]
    rows.sort(key=lambda row: (-int(str(row["chosen"])), -int(str(row["asked"])), str(row["name"])))
    numbers = {story.scenario.countries.of(c).m49: c for c in asked}
    tints = {m49: _tint(story, c, len(asked[c]), len(taken[c])) for m49, c in numbers.items()}
    chosen_names = [str(row["name"]) for row in rows if row["chosen"]]
    says = f"Map of the world. Teams of {words.counted(len(rows), 'country', 'countries')} applied. "
    if chosen_names:
        says += f"Countries in a chosen project: {words.listed(chosen_names)}."
    return {
        "picture": _drawn(tints, says),
        "rows": rows,
        "too_small": sorted(story.country(numbers[m49]) for m49 in not_drawn(set(numbers))),
        "any_chosen": bool(chosen_names),
    }


def _drawn(tints: dict[int, Tint], says: str) -> Markup:
    return world(tints, says)


def _tint(story: Story, country: str, asked: int, chosen: int) -> Tint:
    text = f"{story.country(country)}: in {words.counted(asked, 'proposal')}"
    return Tint("chosen" if chosen else "applied", f"{text}, {chosen} chosen" if chosen else text)
