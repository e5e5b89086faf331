"""A run in one object, for programs, and in a few sentences, for people."""

from __future__ import annotations

import json
from typing import Any

from stationmaster.journey.run import Run
from stationmaster.measure.time import iso
from stationmaster.report import guests, words
from stationmaster.report.decisions import by_level, flight_decisions
from stationmaster.report.words import sentence
from stationmaster.safety.avoidance.letters import Decision, Level
from stationmaster.safety.letters import Conjunction
from stationmaster.selection.outcome import Outcome, Verdict

SHOWN_KM = 5.0


def summary(run: Run) -> dict[str, Any]:
    """The result of a run as plain data; keys of stages that were not done are absent.

    ``conjunctions.count`` counts approaches under 5 km in the seven days of ``conjunctions.start`` to
    ``end``; ``closest`` is the closest of all.
    """
    journey = run.journey
    countries = {country for dossier in journey.scenario.dossiers for country in dossier.countries}
    found: dict[str, Any] = {
        "scenario": journey.scenario.code,
        "station": journey.scenario.station.code,
        "proposals": len(journey.scenario.dossiers),
        "countries": len(countries),
    }
    if "shortlist" in journey.answers:
        found["shortlisted"] = len(journey.on("shortlist"))
        found["shortlist"] = list(journey.on("shortlist"))
    if "selection" in journey.answers:
        found |= _selection(run)
    if "manifest" in journey.answers:
        manifest = journey.answers["manifest"]
        found["manifest"] = {
            "placed": [berth.item for berth in manifest.berths],
            "not_placed": [item.item for item in manifest.not_placed],
        }
    if "crew" in journey.answers:
        found["crew"] = _crew(run)
    if "timeline" in journey.answers:
        found["timeline"] = _timeline(run)
    if "safety" in journey.answers:
        found["conjunctions"] = _conjunctions(run)
    found["faults"] = sum(len(faults) for faults in run.faults.values())
    found["stages"] = {name: len(faults) for name, faults in run.faults.items()}
    found["digest"] = run.record.digest
    return found


def _selection(run: Run) -> dict[str, Any]:
    outcome: Outcome = run.journey.answers["selection"]
    dossiers = {dossier.code: dossier for dossier in run.journey.scenario.dossiers}
    chosen = [d for d in outcome.decisions if d.verdict in (Verdict.SELECTED, Verdict.CONDITIONAL)]
    return {
        "selected": [
            {
                "code": decision.candidate,
                "title": dossiers[decision.candidate].title,
                "status": "accepted" if decision.verdict is Verdict.SELECTED else "conditional",
                "reasons": [sentence("selection", reason) for reason in decision.reasons],
            }
            for decision in chosen
        ],
        "countries_selected": len({c for d in chosen for c in dossiers[d.candidate].countries}),
    }


def _crew(run: Run) -> dict[str, Any] | None:
    """The guests' seats by role and in counts; null where no guest flies to this station."""
    problems, plans = run.journey.problems["crew"].items, run.journey.answers["crew"].items
    if not plans:
        return None
    problem, plan = problems[0], plans[0]
    crews, weeks = ({one.seat: one for one in group} for group in (plan.crews, plan.weeks))
    return {
        "title": problem.title,
        "stands": plan.stands,
        "reasons": guests.reasons(plan),
        "says": list(guests.lead(plan)),
        "seats": [
            {
                "seat": one.seat,
                "role": problem.seat(one.seat).role,
                "flight": problem.seat(one.seat).flight,
                "nominated": crews[one.seat].nominated,
                "prime": bool(crews[one.seat].prime),
                "backup": bool(crews[one.seat].backup),
                "launch": str(one.launch),
                "ready": str(one.ready),
                "slack_d": one.slack_d,
                "latest_start": one.latest_start and str(one.latest_start),
                "experiments": len({session.experiment for session in weeks[one.seat].sessions}),
                "work_h": weeks[one.seat].work_h,
            }
            for one in plan.training.seats
        ],
        "longer_d": plan.effect.longer_d,
        "resident_h": plan.effect.resident_h,
        "hosting_h": plan.effect.hosting_h,
        "handover_saved_h": plan.effect.handover_saved_h,
    }


def _timeline(run: Run) -> dict[str, Any]:
    problem, plan = run.journey.problems["timeline"], run.journey.answers["timeline"]
    return {
        "week": f"{run.journey.scenario.week_start:%Y-%m-%d}",
        "start": iso(problem.start),
        "activities": len(problem.activities),
        "scheduled": len(problem.activities) - len(plan.unplaced),
        "status": str(plan.status),
        "gap_fraction": plan.gap_fraction,
        "faults": len(run.faults["timeline"]),
    }


def _conjunctions(run: Run) -> dict[str, Any]:
    screening = run.journey.answers["safety"]
    decisions = flight_decisions(run.journey)
    judged = decisions if decisions is not None else [None] * len(screening.conjunctions)
    closest = screening.closest
    return {
        "count": sum(one.miss_km < SHOWN_KM for one in screening.conjunctions),
        "under_km": SHOWN_KM,
        "start": iso(screening.span.start),
        "end": iso(screening.span.end),
        "population": str(screening.population),
        "closest": None
        if closest is None
        else {
            "object": closest.name,
            "object_id": closest.object_id,
            "utc": iso(closest.tca),
            "km": closest.miss_km,
            "probability": closest.probability.probability,
        },
        "companions": len(screening.companions),
        "unusable": len(screening.unusable),
        "screening_only": all(one.screening_only for one in screening.conjunctions),
        "levels": None if decisions is None else {_key(k): n for k, n in by_level(decisions).items()},
        "events": [_event(one, said) for one, said in zip(screening.conjunctions, judged, strict=True)],
    }


def _key(level: Level) -> str:
    return level.value.replace("-", "_")


def _event(one: Conjunction, decision: Decision | None) -> dict[str, Any]:
    return {
        "object": one.name,
        "object_id": one.object_id,
        "utc": iso(one.tca),
        "km": one.miss_km,
        "level": decision and _key(decision.level),
        "action": decision and str(decision.action),
        "reasons": [sentence("avoidance", reason) for reason in decision.reasons] if decision else [],
    }


def json_text(run: Run) -> str:
    """The summary as one line of JSON."""
    return json.dumps({**summary(run), "out": str(run.folder)}, ensure_ascii=False)


def sentences(run: Run) -> list[str]:
    """What a person wants to know at once; the last line is the path of the report."""
    found = summary(run)
    lines = [f"{found['proposals']} proposals from {found['countries']} countries"]
    if "selected" in found:
        accepted = sum(one["status"] == "accepted" for one in found["selected"])
        conditional = len(found["selected"]) - accepted
        lines.append(
            f"{found['shortlisted']} shortlisted; {accepted} accepted and {conditional} conditional, "
            f"from {found['countries_selected']} countries"
        )
    if found.get("crew"):
        verdict = "can be promised" if found["crew"]["stands"] else "cannot be promised as asked"
        lines.append(f"{found['crew']['title']}: {verdict}")
    if "timeline" in found:
        week = found["timeline"]
        lines.append(
            f"week of {week['week']}: {week['scheduled']} of {week['activities']} activities scheduled"
        )
    if "conjunctions" in found:
        lines += _sky_sentences(run, found["conjunctions"])
    lines.append(f"faults found by the checkers: {found['faults']}")
    lines.append(f"digest {found['digest']}")
    lines.append(f"report: {run.folder / 'report' / 'index.html'}")
    return lines


def _sky_sentences(run: Run, sky: dict[str, Any]) -> list[str]:
    decisions = flight_decisions(run.journey)
    if not decisions:
        return [_sky_sentence(sky)]
    counts = words.levels_told(by_level(decisions))
    return [_sky_sentence(sky), f"by the station's flight rules: {counts}; {words.NO_MANOEUVRE}"]


def _sky_sentence(sky: dict[str, Any]) -> str:
    against = "a synthetic population" if sky["population"] == "synthetic" else "the catalogue"
    text = f"{sky['count']} approaches under {sky['under_km']:g} km in seven days against {against}"
    closest = sky["closest"]
    if closest is None:
        return f"{text}; nothing came within reach"
    return f"{text}; closest {closest['object']}, {closest['km']:.3f} km at {closest['utc']}"
