"""``stationmaster timeline check``, ``explain`` and ``what-if``: a plan judged, and asked."""

from __future__ import annotations

import itertools
import json as json_module
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationmaster.cli.weeks import plan_at, timetable_at, week_at

if TYPE_CHECKING:
    from stationmaster.measure.reasons import Fault
    from stationmaster.timeline.explanation.letters import Ask, Cost, DayOut, Explanation, Way
    from stationmaster.timeline.letters import WeekProblem
    from stationmaster.timeline.outcome import Item, WeekPlan

CHECK_EXAMPLES = """\b
Examples:
  stationmaster timeline check out/css-2018
  stationmaster timeline check week.toml by-hand.csv
  stationmaster timeline check plan --move E07-2@2018-11-14T09:30Z:C1
"""
EXPLAIN_EXAMPLES = """\b
Examples:
  stationmaster timeline explain out/css-2018 E07-2
  stationmaster timeline explain plan E07-2 E11-1 --json
"""
WHAT_IF_EXAMPLES = """\b
Examples:
  stationmaster timeline what-if plan --move E07-2@2018-11-13
  stationmaster timeline what-if plan --move E07-2@2018-11-13T09:30Z
  stationmaster timeline what-if plan --require E11-1
  stationmaster timeline what-if plan --shut GLOVEBOX@2018-11-14T08:00Z/2018-11-14T20:00Z
"""
#: So many ways are told for a day; the JSON has them all.
WAYS = 3

Plan = Annotated[
    Path, typer.Argument(help="A folder of timeline build or repair, a run's folder, its bundle.zip.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")]


# -------------------------------------------------------------------------------- check


def check(
    problem: Annotated[
        Path, typer.Argument(help="A week's file, a folder of timeline build or repair, a run's folder.")
    ],
    plan: Annotated[
        Path | None,
        typer.Argument(help="The plan: plan.json, or a table (CSV) that need not have been made here."),
    ] = None,
    move: Annotated[
        list[str] | None,
        typer.Option(help="A move by hand: CODE@TIME, CODE@TIME:C1,C2 or CODE@TIME/MODE. Repeatable."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Judge a plan by the rules alone, or what moves by hand would break.

    Each move is tried by itself on the plan as it is. Exit status 0 when nothing is wrong, 3 with
    faults.
    """
    import time

    from stationmaster.cli.say import say, say_json
    from stationmaster.measure.errors import EXIT_NO_ANSWER
    from stationmaster.timeline.check import Moves, faults, judge, move_of

    week, whole, items = _given(problem, plan)
    begin = time.perf_counter()
    found: dict[str, tuple[Fault, ...]] = {}
    if move:
        index = Moves(week, items)
        begin = time.perf_counter()
        found = {text: index.judge(move_of(text)) for text in move}
    else:
        found[""] = judge(week, items) if whole is None else faults(week, whole)
    took_ms = 1000 * (time.perf_counter() - begin)
    every = [
        {"move": text, "code": fault.code, "where": fault.where, "says": fault.says}
        for text, own in found.items()
        for fault in own
    ]
    if json:
        facts = {"week": week.code, "items": len(items), "faults": every, "took_ms": round(took_ms, 3)}
        say_json(json_module.dumps(facts, ensure_ascii=False))
    else:
        say(*_judged(found, len(items)), f"took {took_ms:.1f} ms")
    if every:
        raise typer.Exit(EXIT_NO_ANSWER)


def _judged(found: Mapping[str, tuple[Fault, ...]], items: int) -> list[str]:
    """What was found, for people: by move, or of the plan itself."""
    lines = []
    for text, own in found.items():
        lines += [f"{text}:"] if text else []
        lines += [f"{fault.code:<14} {fault.where}: {fault.says}" for fault in own]
        if not own:
            lines.append("no rule is broken" if text else f"{items} items, no fault")
    return lines


def _given(problem: Path, plan: Path | None) -> tuple[WeekProblem, WeekPlan | None, tuple[Item, ...]]:
    """The week, the plan where it was made here, and its items."""
    from stationmaster.measure.files import read_text
    from stationmaster.measure.letters import from_json
    from stationmaster.timeline.outcome import WeekPlan

    if plan is None:
        week, made = plan_at(problem)
        return week, made, made.items
    week, _ = week_at(problem)
    if plan.suffix.lower() == ".json":
        made = from_json(WeekPlan, read_text(plan, "a plan"), str(plan))
        return week, made, made.items
    return week, None, timetable_at(plan, week)


# ------------------------------------------------------------------------------ explain


def explain(
    run: Plan,
    activity: Annotated[list[str], typer.Argument(help="The codes of activities that are not in.")],
    json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
) -> None:
    """Why an activity is not in the plan, day by day, and what single thing given would let it in.

    For each day: a smallest set of constraints that keeps it out while everything placed stays
    placed and what is done on that day may move within it.
    """
    from stationmaster.cli.progress import Bars
    from stationmaster.cli.say import say, say_json
    from stationmaster.measure.letters import plain
    from stationmaster.timeline.check import judge
    from stationmaster.timeline.explanation.explain import Explainer

    week, plan = plan_at(run)
    told = []
    with Bars(("explain",), quiet=quiet) as bars:
        explainer = Explainer(week, plan.items, judge)
        for number, code in enumerate(activity):
            bars("explain", number, len(activity))
            told.append(explainer.explain(code))
    if json:
        say_json(json_module.dumps({"explanations": [plain(one) for one in told]}, ensure_ascii=False))
        return
    for one in told:
        say(*_explained(week, one))


def _explained(week: WeekProblem, one: Explanation) -> list[str]:
    from stationmaster.timeline.explanation.letters import Verdict

    activity = next(a for a in week.activities if a.code == one.activity)
    name = f"{activity.code} {activity.title} (weight {activity.priority_weight:g})"
    lines = {
        Verdict.PLACED: [f"{name} is in the plan."],
        Verdict.TASK_LIST: [f"{name} is for the task list: it gets no time of its own."],
        Verdict.NEEDS: [f"{name} needs what is not in the plan: {', '.join(one.needs)}. Ask of that."],
        Verdict.FITS: [f"{name} is not in the plan, but fits:"],
        Verdict.OUT: [f"{name} is not in the plan. While everything in it is kept:"],
    }[one.verdict]
    lines += [f"  {_way(way)}" for way in one.fits]
    for days, own in itertools.groupby(one.days if one.verdict is Verdict.OUT else (), _told_alike):
        told = [*own]
        first, last = told[0].day, told[-1].day
        span = f"{first:%A %Y-%m-%d}" + (f" to {last:%A %Y-%m-%d}" if first != last else "")
        sure = "" if all(day.proven for day in told) else " (not proven: the solver's limit ended a step)"
        lines.append(f"{span}{sure}: kept out by")
        lines += [f"  - {text}" for text in days[0]]
        lines += [f"  + {_way(way)}" for way in told[0].ways[:WAYS]]
        if not told[0].ways:
            lines.append("  + no single one of them given would let it in")
    return lines


def _told_alike(day: DayOut) -> tuple[tuple[str, ...], object]:
    """Days in a row of which the same is to be told are told together; one with ways stands alone."""
    from stationmaster.measure.reasons import say as sentence
    from stationmaster.timeline.reasons import REASONS

    return tuple(sentence(reason, REASONS) for reason in day.constraints), day.day if day.ways else None


def _way(way: Way) -> str:
    from stationmaster.measure.reasons import say as sentence
    from stationmaster.timeline.reasons import REASONS

    given = f"{sentence(way.given, REASONS).rstrip('.')}: then " if way.given else ""
    crew = f" by {', '.join(way.crew)}" if way.crew else ""
    moved = f", {len(way.moved)} others moved" if way.moved else ""
    return f"{given}{way.start:%A %H:%M} to {way.end:%H:%M} UTC{crew}{moved}, {way.gain_value:+g} in all"


# ------------------------------------------------------------------------------ what-if


def what_if(
    run: Plan,
    move: Annotated[str | None, typer.Option(help="CODE@DAY or CODE@TIME: done then.")] = None,
    drop: Annotated[str | None, typer.Option(help="CODE: not done.")] = None,
    require: Annotated[str | None, typer.Option(help="CODE: done, whatever it takes.")] = None,
    shut: Annotated[
        str | None, typer.Option(help="FACILITY@START/END: a facility or device out of use.")
    ] = None,
    json: AsJson = False,
) -> None:
    """What a change would cost: the days it touches are planned again, everything else stays.

    Exit status 3 when no plan was found with it.
    """
    from stationmaster.cli.say import say, say_json
    from stationmaster.measure.errors import EXIT_NO_ANSWER
    from stationmaster.measure.letters import plain
    from stationmaster.timeline.check import judge
    from stationmaster.timeline.explanation.what_if import what_if as find

    week, plan = plan_at(run)
    cost = find(week, plan.items, _ask(move, drop, require, shut), judge, bound_value=plan.bound_value)
    if json:
        say_json(json_module.dumps(plain(cost), ensure_ascii=False))
    else:
        say(*_costs(week, cost))
    if not cost.possible:
        raise typer.Exit(EXIT_NO_ANSWER)


def _ask(move: str | None, drop: str | None, require: str | None, shut: str | None) -> Ask:
    from stationmaster.measure.errors import StationError
    from stationmaster.measure.time import Span, moment
    from stationmaster.timeline.explanation.letters import Ask, Change

    asked = [(c, t) for c, t in zip(Change, (move, drop, require, shut), strict=True) if t is not None]
    if len(asked) != 1:
        raise StationError(
            "bad-value",
            field="what-if",
            value=f"{len(asked)} changes",
            expected="one of --move, --drop, --require and --shut",
        )
    change, text = asked[0]
    code, at, when = text.partition("@")
    if bool(at) != (change in (Change.MOVE, Change.SHUT)):
        expected = {Change.MOVE: "CODE@DAY or CODE@TIME", Change.SHUT: "FACILITY@START/END"}.get(
            change, "CODE"
        )
        raise StationError("bad-value", field=f"--{change.value}", value=text, expected=expected)
    if change is Change.MOVE:
        start = moment(when)
        if "T" not in when:
            return Ask(change=change, code=code, day=start.date())
        return Ask(change=change, code=code, start=start)
    if change is Change.SHUT:
        first, _, last = when.partition("/")
        return Ask(change=change, code=code, span=Span(moment(first), moment(last)))
    return Ask(change=change, code=code)


def _costs(week: WeekProblem, cost: Cost) -> list[str]:
    from stationmaster.timeline.explanation.letters import Change

    days = ", ".join(f"{day:%A %Y-%m-%d}" for day in cost.days) or "nothing"
    planned = f"planned again: {days}"
    if not cost.possible:
        sure = "No plan" if cost.proven else "No plan was found that"
        verb = "holds it" if cost.proven else "holds it, in the time given"
        return [f"{sure} {verb} while all other days stay and the musts are kept.", planned]
    weights = {a.code: a for a in week.activities}

    def named(codes: tuple[str, ...]) -> str:
        return ", ".join(f"{c} {weights[c].title} (weight {weights[c].priority_weight:g})" for c in codes)

    lost = cost.before_value - cost.after_value
    did = {
        Change.MOVE: f"Moving {cost.ask.code}",
        Change.DROP: f"Dropping {cost.ask.code}",
        Change.REQUIRE: f"Doing {cost.ask.code}",
        Change.SHUT: f"Shutting {cost.ask.code}",
    }[cost.ask.change]
    did += f" costs {lost:g} of {cost.before_value:g}" if lost >= 0 else " costs nothing"
    lines = [
        f"{did}: {len(cost.dropped)} dropped, {len(cost.added)} new, {len(cost.moved)} moved or given to "
        f"others, {cost.routine_moved} meals and sessions moved."
    ]
    if lost < 0:
        lines.append(f"The days planned again hold {-lost:g} more than the search for the plan had found.")
    if cost.dropped:
        lines.append(f"dropped: {named(cost.dropped)}")
    if cost.added:
        lines.append(f"new: {named(cost.added)}")
    for one in cost.moved:
        crew = (
            "" if one.old_crew == one.new_crew else f", {' '.join(one.old_crew)} -> {' '.join(one.new_crew)}"
        )
        lines.append(f"moved: {one.activity} {one.old_start:%a %H:%M} -> {one.new_start:%a %H:%M}{crew}")
    sure = "proven" if cost.proven else f"not proven: at most {cost.bound_value:g} can be had"
    return [*lines, f"{planned} ({sure})"]
