"""Repairing a disturbed week: how soon, how well, and how little is changed.

A made-up week is built and approved; in its middle, once for each kind of disturbance, something goes
wrong. Told are the seconds to the first plan and to the best (CPU seconds of this process, which runs
one worker), the share of undisturbed activities that stay as they were, how many of the approved
activities are moved or get other crew, and how many when the changed week is planned from scratch.

    python benchmarks/repair.py --crew 6 --activities 800 --seeds 10
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.instances.station_week import station_week

from stationmaster.timeline import check
from stationmaster.timeline.activity import Activity
from stationmaster.timeline.build import build
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Item, Kind, WeekPlan
from stationmaster.timeline.repair import check as check_repair
from stationmaster.timeline.repair.improve import Effort, Improver
from stationmaster.timeline.repair.letters import (
    Breakdown,
    Cancelled,
    Delay,
    Disturbances,
    Fate,
    Illness,
    Manoeuvre,
    Outage,
    Overrun,
    Repair,
    RepairProblem,
    Slip,
)
from stationmaster.timeline.repair.repair import finished, start

#: Hours into the week at which it goes wrong: the third day, 13:00 by the crew's clock.
NOW_H = 2 * 24 + 13


def disturbances(week: WeekProblem, plan: WeekPlan, seed: int) -> Iterator[tuple[str, Disturbances]]:
    """One of each kind, by lot."""
    rng = random.Random(seed)
    now = week.start + timedelta(hours=NOW_H)
    later = [i for i in plan.items if i.kind is Kind.ACTIVITY and i.start > now]
    under_way = [i for i in plan.items if i.kind is Kind.ACTIVITY and i.start < now < i.end and i.crew]
    member = rng.choice(week.crew).code
    used = sorted({u.facility for a in week.activities for way in a.ways for u in way.uses})
    yield "delay", Disturbances(delays=(Delay(activity=rng.choice(later).activity, by_min=120),))
    if under_way:
        longest = rng.choice(under_way)
        yield "overrun", Disturbances(overruns=(Overrun(activity=longest.activity, by_min=45),))
    until = now + timedelta(hours=36)
    yield "illness", Disturbances(illnesses=(Illness(crew=member, start=now, end=until),))
    until = now + timedelta(hours=48)
    yield "breakdown", Disturbances(breakdowns=(Breakdown(facility=rng.choice(used), start=now, end=until),))
    # what takes crew and is still to come, the spacewalk of the made-up week: a day later
    late = next(b for b in week.blocked if b.crew and b.span.start > now)
    yield "slip", Disturbances(slips=(Slip(blocked=late.code, by_min=1440),))
    burn = now + timedelta(hours=20)
    disturbed = Manoeuvre(
        code="PDAM",
        burn=burn,
        start=burn - timedelta(hours=1),
        end=burn + timedelta(hours=3),
        crew=(member,),
        loses=("relay",) if "relay" in week.windows else (),
    )
    yield "manoeuvre", Disturbances(manoeuvres=(disturbed,))
    window = "relay" if "relay" in week.windows else sorted(week.windows)[0]
    until = now + timedelta(hours=6)
    yield "outage", Disturbances(outages=(Outage(window=window, start=now, end=until),))
    urgent = tuple(
        Activity(
            code=f"URGENT-{n}",
            title="Urgent repair",
            duration_min=90,
            priority_weight=40.0,
            must=True,
            crew_count=2,
            latest=now + timedelta(hours=48),
        )
        for n in (1, 2, 3)
    )
    yield "urgent", Disturbances(urgent=urgent)
    yield "cancelled", Disturbances(cancelled=(Cancelled(activity=rng.choice(later).activity),))


def moves(before: WeekPlan, after: WeekPlan, now: object) -> int:
    """Approved activities not begun that stand at another time or with other crew in another plan."""
    there = {i.activity: i for i in after.items if i.kind is Kind.ACTIVITY}

    def changed(old: Item) -> bool:
        new = there.get(old.activity)
        return new is not None and (new.start, set(new.crew)) != (old.start, set(old.crew))

    return sum(changed(i) for i in before.items if i.kind is Kind.ACTIVITY and i.start >= now)  # type: ignore[operator]


def one(
    week: WeekProblem, plan: WeekPlan, told: Disturbances, seconds: float
) -> tuple[dict[str, float], Repair]:
    """Repair once: the figures, and the answer."""
    problem = RepairProblem(week=week, plan=plan, now=week.start + timedelta(hours=NOW_H), disturbances=told)
    began = time.process_time()
    first = start(problem)
    first_s = time.process_time() - began
    search = Improver(first.board, first.layout, 1, Effort(limit_s=seconds, rounds=10**6, patience=24))
    first_value, best_s, best = search.value(search.layout), first_s, search.value(search.layout)

    def told_progress(_done: int, _all: int) -> None:
        nonlocal best_s, best
        if search.value(search.layout) > best:
            best, best_s = search.value(search.layout), time.process_time() - began

    search.improve(told_progress)
    answer = finished(first.board, search)
    wrong = [*check.faults(answer.week, answer.plan), *check_repair.faults(problem, answer)]
    counted = answer.totals
    facts = {
        "first_plan_s": round(first_s, 3),
        "best_s": round(best_s, 2),
        "gained": (best - first_value) / 1000,
        "untouched_pct": round(100 * counted.untouched / max(1, counted.undisturbed), 2),
        "moved": sum(c.fate in (Fate.MOVED, Fate.RECREWED) for c in answer.changes if not c.routine),
        "dropped": counted.dropped,
        "softened": len(answer.softened),
        "frozen_moved": sum(f.code in ("frozen", "past") for f in wrong),
        "faults": len(wrong),
    }
    for fault in wrong[:3]:
        print("  fault", fault.code, fault.where, fault.says, file=sys.stderr)
    return facts, answer


def main() -> None:
    """The table on standard error, one JSON object on standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="not needed: the weeks are made here")
    parser.add_argument("--crew", type=int, default=6)
    parser.add_argument("--activities", type=int, default=800)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--effort", default="quick", help="of the plans that are approved, and from scratch")
    asked = parser.parse_args()
    rows: dict[str, list[dict[str, float]]] = {}
    for seed in range(1, asked.seeds + 1):
        week = station_week(asked.crew, asked.activities, seed)
        plan = build(week, asked.effort)
        now = week.start + timedelta(hours=NOW_H)
        for kind, told in disturbances(week, plan, seed):
            facts, answer = one(week, plan, told, asked.seconds)
            scratch = build(answer.week, asked.effort, seed=seed + 1000)
            facts["moves_from_scratch"] = moves(plan, scratch, now)
            rows.setdefault(kind, []).append(facts)
            print(seed, kind, facts, file=sys.stderr, flush=True)
    every = [facts for found in rows.values() for facts in found]
    print(
        json.dumps(
            {
                "crew": asked.crew,
                "activities": asked.activities,
                "seeds": asked.seeds,
                "first_plan_s": max(f["first_plan_s"] for f in every),
                "best_s": max(f["best_s"] for f in every),
                "untouched_pct": min(f["untouched_pct"] for f in every),
                "frozen_moved": max(f["frozen_moved"] for f in every),
                "faults": max(f["faults"] for f in every),
                "moves_ratio": max(
                    sum(f["moved"] for f in found) / max(1, sum(f["moves_from_scratch"] for f in found))
                    for found in rows.values()
                ),
                "disturbances": {kind: _worst(found) for kind, found in rows.items()},
            }
        )
    )


def _worst(found: list[dict[str, float]]) -> dict[str, float]:
    """The worst of each figure over the seeds; moves are summed."""
    least = {"untouched_pct"}
    total = {"moved", "moves_from_scratch", "dropped", "softened", "gained"}
    return {
        name: round(
            min(f[name] for f in found)
            if name in least
            else sum(f[name] for f in found)
            if name in total
            else max(f[name] for f in found),
            3,
        )
        for name in found[0]
    }


if __name__ == "__main__":
    main()
