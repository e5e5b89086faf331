"""What a repair changes: every activity, meal and session before and after, with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from stationmaster.measure.reasons import Reason
from stationmaster.timeline.letters import WeekProblem
from stationmaster.timeline.outcome import Item, Kind, WeekPlan
from stationmaster.timeline.repair.busy import OVERRUN
from stationmaster.timeline.repair.disturb import Disturbed, late
from stationmaster.timeline.repair.letters import Change, Fate, RepairProblem, Totals, Where

PLACED = (Kind.ACTIVITY, Kind.MEAL, Kind.EXERCISE)
#: Before the code of a meal or session that the changed week has as a blocked span.
HELD = "HELD."


def changes(problem: RepairProblem, changed: Disturbed, plan: WeekPlan) -> tuple[Change, ...]:
    """Everything that was in the approved plan or is in the new one, by code."""
    return tuple(_Differing(problem, changed, plan).all())


class _Differing:
    def __init__(self, problem: RepairProblem, changed: Disturbed, plan: WeekPlan) -> None:
        self.problem, self.changed, self.plan = problem, changed, plan
        self.before, self.after = _placed(problem.plan), _placed(plan)
        for overrun in problem.disturbances.overruns:
            part = next((b for b in changed.week.blocked if b.code == OVERRUN + overrun.activity), None)
            if part is not None and overrun.activity in self.after:
                self.after[overrun.activity] = replace(self.after[overrun.activity], end=part.span.end)
        self.why_not = {left.activity: left.reasons for left in plan.unplaced}
        self.urgent = {a.code for a in problem.disturbances.urgent}
        self.lengthened = {o.activity for o in problem.disturbances.overruns}
        self.needs = _needs(changed.week)

    def all(self) -> Iterator[Change]:
        """Every change, and what is kept."""
        waiting = late(self.problem)
        for code in sorted(self.before.keys() | self.after.keys()):
            old, new = self.before.get(code), self.after.get(code)
            some = old or new
            assert some is not None
            frozen = old is not None and old.start < self.problem.now and code not in waiting
            fate = self._fate(old, new, frozen)
            moved = old is not None and new is not None
            yield Change(
                code=code,
                title=some.title,
                routine=old.kind is not Kind.ACTIVITY if old else some.kind is not Kind.ACTIVITY,
                fate=fate,
                frozen=frozen and fate is not Fate.ABORTED,
                before=_where(old),
                after=_where(new),
                moved_min=round((new.start - old.start).total_seconds() / 60) if old and new else 0,
                crew_changed=bool(moved and old and new and set(old.crew) != set(new.crew)),
                reasons=() if fate is Fate.KEPT else self._why(code, old, fate),
            )

    def _fate(self, old: Item | None, new: Item | None, frozen: bool) -> Fate:
        if old is None:
            return Fate.ADDED
        if frozen and (new is None or new.start != old.start):
            return Fate.ABORTED
        if new is None:
            return Fate.DROPPED
        if new.start != old.start:
            return Fate.MOVED
        device = new.device if new.kind is not Kind.BLOCKED else old.device
        if (set(new.crew), device, new.mode) != (set(old.crew), old.device, old.mode):
            return Fate.RECREWED
        return Fate.KEPT if new.end == old.end else Fate.LENGTHENED

    def _why(self, code: str, old: Item | None, fate: Fate) -> tuple[Reason, ...]:
        if fate is Fate.LENGTHENED:
            return (Reason("takes-longer"),)
        if fate is Fate.ADDED:
            return (Reason("urgent" if code in self.urgent else "fits-now"),)
        if code in self.changed.gone:
            return (self.changed.gone[code],)
        found = list(self.changed.hits.get(code, ()))
        if fate is Fate.DROPPED and not found:
            found += self.why_not.get(code, ())
        if not found:
            found += self._follows(code)
        if not found and old is not None:
            found += self._gives_way(old)
        return tuple(found or [Reason("rearranged")])

    def _follows(self, code: str) -> Iterator[Reason]:
        for other in sorted(self.needs.get(code, ())):
            old, new = self.before.get(other), self.after.get(other)
            if old and (
                new is None or (new.start, new.end, set(new.crew)) != (old.start, old.end, set(old.crew))
            ):
                yield Reason("follows", {"activity": other})

    def _gives_way(self, old: Item) -> Iterator[Reason]:
        """To what now has its crew, its device or its facilities at its old time."""
        takers = []
        for item in self.after.values():
            was = self.before.get(item.code)
            same = was is not None and was.span == item.span and set(was.crew) == set(item.crew)
            if item.code == old.code or same or not item.span.overlaps(old.span):
                continue
            shares = set(item.crew) & set(old.crew) or (item.device and item.device == old.device)
            if shares or self._things(item) & self._things(old):
                takers.append(item.code)
        if takers:
            yield Reason("gives-way", {"others": ", ".join(sorted(takers))})

    def _things(self, item: Item) -> set[str]:
        if item.kind is not Kind.ACTIVITY:
            return set()
        activity = next((a for a in self.changed.week.activities if a.code == item.activity), None)
        ways = [way for way in activity.ways if way.code == item.mode] if activity else []
        return {use.facility for way in ways for use in way.uses}


def _placed(plan: WeekPlan) -> dict[str, Item]:
    """By code; a session that stands as a blocked span goes by the session's code."""
    held = {
        i.activity.removeprefix(HELD): i
        for i in plan.items
        if i.kind is Kind.BLOCKED and i.activity.startswith(HELD)
    }
    return held | {i.code: i for i in plan.items if i.kind in PLACED}


def _where(item: Item | None) -> Where | None:
    if item is None:
        return None
    return Where(start=item.start, end=item.end, crew=item.crew, device=item.device, mode=item.mode)


def _needs(week: WeekProblem) -> Mapping[str, set[str]]:
    numbered = {(a.series, a.occurrence): a.code for a in week.activities if a.series}
    found: dict[str, set[str]] = {}
    for activity in week.activities:
        own = {link.activity for link in activity.after} | ({activity.same_crew_as} - {""})
        if activity.series and activity.occurrence > 1:
            own.add(numbered[activity.series, activity.occurrence - 1])
        found[activity.code] = own
    return found


def disturbed_codes(problem: RepairProblem, changed: Disturbed) -> set[str]:
    """Activities that a disturbance forbids where they stand or lengthens, and all that need one of them."""
    longer = {o.activity for o in problem.disturbances.overruns}
    found = {*changed.hits, *changed.gone, *longer}
    needs = _needs(problem.week)
    fresh = True
    while fresh:
        more = {code for code, own in needs.items() if code not in found and own & found}
        found |= more
        fresh = bool(more)
    return found


def totals(found: tuple[Change, ...], changed: Disturbed, problem: RepairProblem) -> Totals:
    """The changes counted."""
    work = [c for c in found if not c.routine]
    routine = [c for c in found if c.routine]
    met = disturbed_codes(problem, changed)
    calm = [c for c in work if c.before and not c.frozen and c.code not in met]

    def count(changes: list[Change], fate: Fate) -> int:
        return sum(c.fate is fate for c in changes)

    return Totals(
        kept=count(work, Fate.KEPT) + count(work, Fate.LENGTHENED),
        moved=count(work, Fate.MOVED),
        recrewed=sum(c.crew_changed or c.fate is Fate.RECREWED for c in work),
        dropped=count(work, Fate.DROPPED),
        added=count(work, Fate.ADDED),
        aborted=count(work, Fate.ABORTED),
        routine_moved=count(routine, Fate.MOVED) + count(routine, Fate.RECREWED),
        routine_dropped=count(routine, Fate.DROPPED) + count(routine, Fate.ABORTED),
        shift_h=round(sum(abs(c.moved_min) for c in work if c.fate is Fate.MOVED) / 60, 3),
        undisturbed=len(calm),
        untouched=count(calm, Fate.KEPT),
    )
