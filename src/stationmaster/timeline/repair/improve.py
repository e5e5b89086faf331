"""Better repairs: the surroundings of what changed are freed and solved again, for value and stability.

Method: large neighbourhood search (P. Shaw, CP 1998) over CP-SAT sub-models whose objective is that of
a minimal perturbation: how much of the plan is kept, against what each change costs (H. El Sakkout and
M. Wallace, "Probe backtrack search for minimal perturbation in dynamic scheduling", Constraints 5 (2000)).
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from ortools.sat.python import cp_model

from stationmaster.executor import Progress
from stationmaster.timeline.model.room import Layout, Room
from stationmaster.timeline.model.variables import JobVars, RoutineVars, weight
from stationmaster.timeline.model.week import WeekModel
from stationmaster.timeline.repair.board import Board
from stationmaster.timeline.repair.difference import disturbed_codes
from stationmaster.timeline.repair.first import wanted
from stationmaster.timeline.search.guidance import hint

#: Objective units of one point of the weights.
UNIT = 1000
#: The heaviest activity of a week has this priority, the others less in proportion.
PRIORITIES = 5
#: Hours before and after a place that belong to its surroundings; the most activities freed at once.
AROUND_H, FREED = (2, 4, 8), 32
#: Share of what else is not as it was that a round frees too.
ALSO = 0.15


@dataclass(frozen=True)
class Effort:
    """Limits: ``round_units`` of the solver's deterministic time for each of at most ``rounds``; the
    search ends after ``patience`` rounds in a row that bring nothing. ``limit_s``: of a person's clock,
    None for an answer that repeats exactly."""

    round_units: float = 0.04
    rounds: int = 24
    patience: int = 12
    limit_s: float | None = None


class Improver:
    """The search over layouts from a first plan on."""

    def __init__(self, board: Board, layout: Layout, seed: int, effort: Effort) -> None:
        self.board, self.layout, self.seed, self.effort = board, layout, seed, effort
        self.random = random.Random(seed)
        self.wanted = wanted(board)
        self.met = disturbed_codes(board.problem, board.changed)
        weights = board.problem.weights
        self.step = round(UNIT * weights.shift_step * board.grid.slot / weights.shift_step_min)
        self.heaviest = max((weight(job.activity) for job in board.jobs), default=0) or 1
        self.must = 2 * (UNIT * 20 * len(board.jobs) + sum(self._priority(n) for n in self.wanted))
        self.rounds, self.spent_units = 0, 0.0

    # ----------------------------------------------------------------------- value

    def _priority(self, number: int) -> int:
        own = weight(self.board.jobs[number].activity)
        weights = self.board.problem.weights
        return UNIT * weights.dropped + UNIT * weights.priority * PRIORITIES * own // self.heaviest

    def worth(self, number: int) -> int:
        """What it is worth to have an activity in the plan."""
        return self._priority(number) + (self.must if self.board.jobs[number].activity.must else 0)

    def cost(self, number: int, layout: Layout) -> int:
        """What the change of a placed activity costs against the approved plan."""
        old, new = self.board.old.jobs.get(number), layout.jobs[number]
        if old is None:
            return 0
        weights, shift = self.board.problem.weights, abs(new.start - old.start)
        replaced = len(set(old.members) - set(new.members))
        moved = UNIT * weights.moved * (shift > 0) + self.step * shift
        return self.dearer(number) * (moved + UNIT * weights.recrewed * (replaced + (new.way != old.way)))

    def dearer(self, number: int) -> int:
        """How many times what a change costs is counted: what nothing disturbs is to stay."""
        met = self.board.jobs[number].activity.code in self.met
        return 1 if met else self.board.problem.weights.undisturbed

    def routine_cost(self, number: int, layout: Layout) -> int:
        """The same for a meal or session."""
        old = self.board.old.routine.get(number)
        changed = old is not None and layout.routine[number] != old
        return UNIT * self.board.problem.weights.routine * changed

    def value(self, layout: Layout) -> int:
        """What a layout is worth."""
        placed = sum(self.worth(n) - self.cost(n, layout) for n in layout.jobs)
        return placed - sum(self.routine_cost(r, layout) for r in layout.routine)

    # ---------------------------------------------------------------------- search

    def improve(self, progress: Progress) -> None:
        """Rounds around what is not as it was, until nothing is, or the limits are reached."""
        began, stale = time.monotonic(), 0
        limit = self.effort.limit_s
        while self.rounds < self.effort.rounds and stale < self.effort.patience:
            if limit is not None and time.monotonic() - began > limit:
                return
            targets = self._targets()
            if not targets:
                return
            before = self.value(self.layout)
            self._round(targets, stale)
            self.rounds += 1
            stale = 0 if self.value(self.layout) > before else stale + 1
            progress(self.rounds, self.effort.rounds)

    def _targets(self) -> list[tuple[int, int]]:
        """Where the plan is not as it was: (first slot, activity or -1 for routine), worst first."""
        board, layout = self.board, self.layout
        found = []
        for number in sorted(self.wanted):
            old = board.old.jobs.get(number)
            place = layout.jobs.get(number)
            loss = self.worth(number) if place is None else self.cost(number, layout)
            if loss:
                found.append((-loss, max(board.now_slot, (old or place or (board.now_slot,))[0]), number))
        for number in sorted(layout.routine):
            if loss := self.routine_cost(number, layout):
                found.append((-loss, max(board.now_slot, board.old.routine[number][0]), -1))
        return [(slot, number) for _, slot, number in sorted(found)]

    def _round(self, targets: list[tuple[int, int]], stale: int) -> None:
        slot, number = targets[self.rounds % len(targets)]
        hours = AROUND_H[min(stale // 4, len(AROUND_H) - 1)]
        centres = [slot]
        if number >= 0:
            centres += self._elsewhere(number)
        free, routine = self._surroundings(centres, hours * 60 // self.board.grid.slot)
        off = [n for _, n in targets if n >= 0 and n not in self.board.firm]
        free |= {n for n in off if self.random.random() < ALSO}
        free |= {number} & set(off)
        self._resolve(free, routine)

    def _elsewhere(self, number: int) -> list[int]:
        """Where else an activity is or might be: its place now, or a start by lot."""
        if number in self.layout.jobs:
            return [self.layout.jobs[number].start]
        starts = self.board.jobs[number].starts.nonzero()[0]
        return [int(self.random.choice(starts.tolist()))] if len(starts) else []

    def _surroundings(self, centres: list[int], reach: int) -> tuple[set[int], set[int]]:
        """Activities and routine that are not frozen, near one of the places."""
        board, frozen = self.board, self.board.firm | self.board.near
        near = []
        for number, place in self.layout.jobs.items():
            away = min(abs(place.start - centre) for centre in centres)
            if number not in frozen and away <= reach:
                near.append((away, number))
        free = {number for _, number in sorted(near)[:FREED]}
        still = board.firm_routine | board.near_routine
        routine = {
            r
            for r, (start, _) in self.layout.routine.items()
            if r not in still and min(abs(start - centre) for centre in centres) <= reach
        }
        return free, routine

    def _resolve(self, free: set[int], routine: set[int]) -> None:
        board, layout = self.board, self.layout
        room = Room(board.grid, board.jobs)
        room.put(layout, free, routine)
        fixed = Layout(
            {n: p for n, p in layout.jobs.items() if n not in free},
            {r: p for r, p in layout.routine.items() if r not in routine},
        )
        model = WeekModel(room, free, routine, fixed)
        if model.routine_impossible:
            return
        terms = [self._job_term(model.model, n, v) for n, (_, v) in model.jobs.items()]
        terms += [self._routine_term(model.model, r, v) for r, (_, v) in model.routine.items()]
        hint(model, layout)
        model.model.maximize(sum(terms))
        solver = self._solver()
        status = solver.solve(model.model)
        self.spent_units += solver.response_proto.deterministic_time
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            found = model.layout(solver)
            new = Layout(fixed.jobs | found.jobs, fixed.routine | found.routine)
            if self.value(new) > self.value(layout):
                self.layout = new

    def _solver(self) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        settings = solver.parameters
        settings.num_workers = 1
        settings.random_seed = self.seed
        settings.max_deterministic_time = self.effort.round_units
        settings.cp_model_probing_level = 0
        settings.symmetry_level = 0
        settings.max_presolve_iterations = 1
        return solver

    def _job_term(self, m: cp_model.CpModel, number: int, found: JobVars) -> cp_model.LinearExprT:
        """Worth less cost of a free activity, as the solver sees it; its slack never flatters."""
        old, weights = self.board.old.jobs.get(number), self.board.problem.weights
        if old is None:
            return self.worth(number) * found.present
        same = m.new_bool_var(f"same{number}")
        m.add_implication(same, found.present)
        m.add(found.start == old.start).only_enforce_if(same)
        shift = m.new_int_var(0, self.board.grid.n, f"shift{number}")
        m.add(shift >= found.start - old.start).only_enforce_if(found.present)
        m.add(shift >= old.start - found.start).only_enforce_if(found.present)
        stays = sum(literal for i in old.members for literal in found.by(i))
        crew = UNIT * weights.recrewed * (stays - len(old.members) * found.present)
        moved = UNIT * weights.moved * (same - found.present) - self.step * shift
        other = sum(way.present for number, way in found.ways.items() if number != old.way)
        changed = moved + crew - UNIT * weights.recrewed * other
        return self.worth(number) * found.present + self.dearer(number) * changed

    def _routine_term(self, m: cp_model.CpModel, number: int, found: RoutineVars) -> cp_model.LinearExprT:
        old = self.board.old.routine.get(number)
        if old is None or (old[1] >= 0 and old[1] not in found.devices):
            return 0
        same = m.new_bool_var(f"sameR{number}")
        m.add(found.start == old[0]).only_enforce_if(same)
        if old[1] >= 0:
            m.add_implication(same, found.devices[old[1]])
        return UNIT * self.board.problem.weights.routine * (same - 1)
