"""The search for a goal over a manifest's program: relaxations, dives, exact search, neighbourhoods.

1. The linear relaxation (:mod:`manifest.relaxation`) gives a bound and says which start weeks,
   places and flights are worth looking at; the settled one, with whole items, closes most of the rest.
2. A dive solves the program over the start weeks that the relaxation or the best plan uses, and those
   near to them: a tenth of the columns (relaxation-induced, Danna, Rothberg & Le Pape 2005).
3. Neighbourhoods free some items entirely, with everybody else where they are (Shaw 1998).
4. Simulated annealing packs (:mod:`manifest.annealing`): small moves by the million.
5. CP-SAT searches the whole program from the best plan, with the workers that lean on the relaxation.

Without a limit in seconds all but the settled relaxation runs one after the other and counts the solver's
deterministic time: the same problem gives the same plan. With one, the bounds (1, 5) have a thread of
their own while annealing begins at once; a program too large for 5 is annealed in both.
"""

from __future__ import annotations

import dataclasses
import math
import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from stationmaster.manifest.choices import Choices
from stationmaster.manifest.effort import LOOK_AGAIN_S, Clock
from stationmaster.manifest.fit import Way
from stationmaster.manifest.letters import ManifestProblem
from stationmaster.manifest.model import Model
from stationmaster.manifest.plain import Plain, plain
from stationmaster.manifest.relaxation import SIMPLEX, costs, relaxation
from stationmaster.manifest.weeks import Calendar
from stationmaster.measure.reasons import Reason

#: A goal: the columns of a model that it sums, with their weights (all models share its meaning).
Goal = Callable[[Model], Mapping[int, int]]
#: Told when a search goes on: the value reached, and what no plan can exceed (or undercut).
Tell = Callable[[str, int, int], None]

#: How long one look at a neighbourhood may take, and how many fruitless ones end the search.
LOOK_S, FRUITLESS = 1.0, 40
#: Moves of the annealing in a second of effort.
STEPS_S = 600_000
#: The heat at which annealing by the clock begins, as a part of the most that one item is worth; more
#: moves than anybody waits for.
HEAT, ENDLESS = 0.15, 10**12
#: The share of a limit in seconds that annealing has for itself, and that for large programs.
ANNEALED, ANNEALED_LARGE = 0.15, 0.7
#: Below this value the relaxation counts a column as unused.
NOTHING = 1e-6


@dataclass(frozen=True)
class Found:
    """What a search ended with: the plan, its value, what no plan can beat, whether proven."""

    plan: Mapping[int, Way]
    refills: Mapping[tuple[int, int], int]
    goal: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether no plan is better."""
        return self.goal == self.bound


class Search:
    """One goal after the other over one problem: each keeps what those before it have won.

    Args:
        problem: what is to be planned.
        weeks: its weekly buckets.
        groups: the classes of places that are counted as one.
        tell: told of each better value or bound.
    """

    def __init__(
        self, problem: ManifestProblem, weeks: Calendar, groups: Sequence[tuple[int, ...]], tell: Tell | None
    ) -> None:
        self.problem, self.weeks, self.groups, self.tell = problem, weeks, groups, tell
        self.model = Model(problem, weeks, groups)
        self.held: list[tuple[Goal, int, int]] = []

    def best(self, goal: Goal, sense: int, start: Found, clock: Clock) -> Found:
        """The best value of a goal within an effort.

        Args:
            goal: what is summed.
            sense: 1 for the most, -1 for the least.
            start: a plan that keeps every rule; the answer is never worse.
            clock: the effort.
        """
        run = _Run(self, goal, sense, start, clock)
        with run.watched():
            if not run.terms:
                run.bound = run.value
            elif clock.by_wall:
                run.beside()
            else:
                run.in_turn()
        return run.found()

    def hold(self, goal: Goal, sense: int, value: int) -> None:
        """From now on no plan may be worse than this by a goal."""
        self.held.append((goal, sense, value))
        self._bound_row(self.model, goal, sense, value)

    def only(self, aboard: Mapping[int, Way]) -> None:
        """From now on only these items fly, and all of them (their ways stay open)."""
        ways = [
            found if i in aboard else dataclasses.replace(found, blocked=found.blocked or (_OUT,))
            for i, found in enumerate(self.model.choices)
        ]
        self.model = self.restricted(ways)

    def restricted(self, ways: Sequence[Choices]) -> Model:
        """The program over some ways only, with everything that was won so far."""
        model = Model(self.problem, self.weeks, self.groups, ways=ways)
        for held in self.held:
            self._bound_row(model, *held)
        return model

    @staticmethod
    def _bound_row(model: Model, goal: Goal, sense: int, value: int) -> None:
        terms = goal(model)
        model.program.rows = [*model.program.rows]
        if sense > 0:
            model.program.row(terms, least=value)
        else:
            model.program.row(terms, most=value)


#: Why an item that is left out of a restricted program has no way (never told to anybody).
_OUT = Reason("not-settled")


class _Run:
    """One search for one goal, its best plan so far and its bound."""

    def __init__(self, search: Search, goal: Goal, sense: int, start: Found, clock: Clock) -> None:
        self.search, self.goal, self.sense, self.clock = search, goal, sense, clock
        self.model = search.model
        self.terms = goal(self.model)
        self.plan, self.refills = dict(start.plan), dict(start.refills)
        values = self.model.values(self.plan)
        self.value = sum(weight * values.get(column, 0) for column, weight in self.terms.items())
        self.bound = sum(max(0, sense * weight) for weight in self.terms.values()) * sense if sense > 0 else 0
        self.lock = threading.Lock()
        self.relaxed: np.ndarray | None = None
        self.solvers: set[Any] = set()
        self.paces: list[tuple[Clock, np.ndarray]] = []

    # ------------------------------------------------------------------ bookkeeping

    @property
    def proven(self) -> bool:
        return self.sense * (self.bound - self.value) <= 0

    def over(self) -> bool:
        """Whether nobody waits for this search any longer."""
        ended = self.clock.by_wall and (self.proven or self.clock.left_s <= 0)
        return ended or self.clock.stop.is_set()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Somebody ends solvers when the search is over, and says to annealing how far it is."""
        left = threading.Event()

        def watch() -> None:
            while not left.wait(LOOK_AGAIN_S):
                with self.lock:
                    for clock, told in self.paces:
                        told[0] = 1.0 if self.over() else clock.gone_share
                    for solver in self.solvers if self.over() else ():
                        solver.stop_search()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            left.set()
            watcher.join()

    def found(self) -> Found:
        return Found(self.plan, self.refills, self.value, self.bound)

    def _tell(self) -> None:
        if self.search.tell is not None:
            self.search.tell("value", self.value, self.bound)

    def better(self, model: Model, values: Any, value: int) -> bool:
        with self.lock:
            if self.sense * (value - self.value) <= 0:
                return False
            self.value, self.plan = value, model.plan(values)
            self.refills = {key: int(values[c]) for key, c in model.refill.items() if values[c] > 0}
        self._tell()
        return True

    def tighter(self, bound: float) -> None:
        with self.lock:
            whole = math.floor(bound + 1e-3) if self.sense > 0 else math.ceil(bound - 1e-3)
            if self.sense * (self.bound - whole) <= 0:
                return
            self.bound = whole
        self._tell()

    # ------------------------------------------------------------------ relaxation and dive

    @cached_property
    def made(self) -> Plain:
        """The whole program over starts."""
        return plain(self.model.program)

    @property
    def large(self) -> bool:
        """Whether the whole program is too large for searching it as one."""
        return len(self.model.program.highest) >= SIMPLEX

    def relax(self) -> None:
        """The linear relaxation: a bound, and where to look."""
        if not self.model.program.rows:
            return
        limit_s = self.clock.left_s if self.clock.by_wall else None
        cost, scale = costs(self.made, self.terms, self.sense)
        linear = relaxation(self.made, cost, time_limit_s=limit_s)
        values, least = linear.elsewhere(self.over) if self.large else linear.solved()
        if values is not None and least is not None:
            self.relaxed = self.made.there(values)
            self.tighter(-self.sense * least * scale)

    def settle(self, seconds: float) -> None:
        """The bound with whole items, within seconds by the clock."""
        cost, scale = costs(self.made, self.terms, self.sense)
        whole = relaxation(self.made, cost, settled=True, time_limit_s=seconds)
        _, least = whole.elsewhere(self.over)
        if least is not None:
            self.tighter(-self.sense * least * scale)

    def worth_a_look(self, index: int, near: int) -> Choices:
        """The ways of an item that the relaxation uses, its present one, and start weeks near to them."""
        found, x = self.model.choices[index], self.relaxed
        if found.blocked or x is None:
            return found
        steps = self.model.begun[index]
        at = np.diff(np.concatenate([[0.0], x[steps.columns]]))
        used = {week for week, value in zip(steps.starts, at, strict=True) if value > NOTHING}
        way = self.plan.get(index)
        used |= {way.start} if way is not None else set()
        starts = {week for week in found.starts if any(abs(week - other) <= near for other in used)}
        if not starts:
            return dataclasses.replace(found, blocked=(_OUT,))
        return narrowed(found, starts)

    def dive(self, near: int, share: float) -> None:
        """Search over what the relaxation and the present plan use, and starts near to it."""
        ways = [self.worth_a_look(i, near) for i in range(len(self.model.choices))]
        self.solve(self.search.restricted(ways), self.clock.part(share).left_s)

    # ------------------------------------------------------------------ searches

    def solve(
        self, model: Model, limit_s: float, *, exact: bool = False, workers: int = 1, at_last: bool = False
    ) -> bool:
        """Search a program from the best plan; whether the search ended by itself.

        What is done at last has its whole limit, even when the search is over.
        """
        from ortools.sat.python import cp_model

        if limit_s <= 0 or self.proven:
            return False
        made = self.made if model is self.model else plain(model.program)
        cp, columns = made.cp()
        terms = made.terms(self.goal(model))
        if not terms:
            return True
        goal = cp_model.LinearExpr.weighted_sum([columns[c] for c in terms], list(terms.values()))
        (cp.maximize if self.sense > 0 else cp.minimize)(goal)
        for column, value in made.values(self._hint(model)).items():
            cp.add_hint(columns[column], value)
        solver = cp_model.CpSolver()
        settings = solver.parameters
        settings.random_seed = 1
        settings.num_workers = workers
        settings.linearization_level = 2
        settings.catch_sigint_signal = False
        if self.clock.by_wall:
            settings.max_time_in_seconds = limit_s if at_last else min(limit_s, self.clock.left_s)
        else:
            settings.max_deterministic_time = limit_s
        if workers > 1:
            settings.subsolvers.extend(["max_lp", "reduced_costs"])
            settings.interleave_search = not self.clock.by_wall
        watch = _watch(self, model, made, columns) if exact else None
        if exact:
            solver.best_bound_callback = self.tighter
        with self.lock:
            self.solvers |= set() if at_last else {solver}
        status = solver.solve(cp, watch)
        with self.lock:
            self.solvers.discard(solver)
        self.clock.spent_s += solver.response_proto.deterministic_time
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            values = made.there([solver.value(column) for column in columns])
            self.better(model, values, round(solver.objective_value))
        if exact and status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            self.tighter(solver.best_objective_bound)
        return bool(status in (cp_model.OPTIMAL, cp_model.INFEASIBLE))

    def _hint(self, model: Model) -> dict[int, int]:
        with self.lock:
            plan, refills = dict(self.plan), dict(self.refills)
        return model.values(plan) | {c: refills.get(key, 0) for key, c in model.refill.items()}

    def in_turn(self) -> None:
        """Relax, dive, search the whole program, anneal, look at neighbourhoods: one after the other."""
        self.relax()
        if not self.proven:
            self.dive(0, 0.15)
        if not self.proven:
            self.solve(self.model, 0.5 * self.clock.left_s, exact=True, workers=3)
        if not self.proven:
            self.anneal(round(STEPS_S * self.clock.effort_s), (1.0, 0.1, 0.05))
            self.neighbourhoods()

    def beside(self) -> None:
        """Bounds in a second thread; here annealing at once, then dives and neighbourhoods."""
        bounds = threading.Thread(target=self._bounds, daemon=True)
        bounds.start()
        self.anneal_for(ANNEALED_LARGE if self.large else ANNEALED, seed=0)
        for near, part in () if self.large else ((0, 0.1), (1, 0.25), (2, 0.3)):
            if not self.over():
                self.dive(near, part)
        self.neighbourhoods()
        bounds.join()

    def _bounds(self) -> None:
        """The relaxations, then the whole program from the best plan; a large one is annealed once more."""
        self.relax()
        if self.large:
            self.anneal_for(ANNEALED_LARGE, seed=1)
        elif not self.over():
            self.settle(0.5 * self.clock.left_s)
            self.solve(self.model, self.clock.left_s, exact=True, workers=2)

    def anneal(self, steps: int, heats: Sequence[float]) -> None:
        """Anneal from the best plan, hot and then cooler, each time keeping what is better."""
        moves = self._moves()
        for seed, heat in enumerate(heats if moves is not None else ()):
            if self.clock.left_s > 0 and not self.proven:
                self.take_over(moves.improved(self.plan, steps, (seed, heat), self._pace(self.clock)))

    def anneal_for(self, share: float, seed: int) -> None:
        """Anneal once for a share of what is left by the clock, cooling as it goes by."""
        moves = self._moves()
        if moves is not None:
            told = self._pace(self.clock.part(share))
            self.take_over(moves.improved(self.plan, ENDLESS, (seed, HEAT), told))

    def _pace(self, clock: Clock) -> np.ndarray:
        """A number that goes to 1 as the clock does."""
        told = np.zeros(1)
        with self.lock:
            self.paces = [*self.paces, (clock, told)]
        return told

    def _moves(self) -> Any:
        """The tables of annealing for this goal; None where nothing can fly."""
        from stationmaster.manifest.moves import Moves

        if not any(steps_of.starts for steps_of in self.model.begun):
            return None
        highest = max(map(abs, self.terms.values()), default=1)
        terms: dict[int, float] = {column: float(self.sense * w) for column, w in self.terms.items()}
        for goal, sense, _ in self.search.held:  # what was won stays won: it outweighs this goal
            held = goal(self.model)
            each = 20.0 * highest / max(map(abs, held.values()), default=1)
            for column, weight in held.items():
                terms[column] = terms.get(column, 0.0) + each * sense * weight
        return Moves(self.model, terms, self.refills)

    def take_over(self, plan: Mapping[int, Way]) -> None:
        """Let a plan made elsewhere stand if it is better: the program says so, and fills the stocks."""
        ways = [
            fixed(plan[i]) if i in plan else dataclasses.replace(found, blocked=found.blocked or (_OUT,))
            for i, found in enumerate(self.model.choices)
        ]
        self.solve(self.search.restricted(ways), LOOK_S, at_last=True)

    def neighbourhoods(self) -> None:
        """Free some items, leave the others where they are, search; again, with more or fewer of them."""
        dice = random.Random(1)
        size, fruitless = 0.3, 0
        while self.clock.left_s > 0 and not self.proven and (self.clock.by_wall or fruitless < FRUITLESS):
            ways = self._neighbourhood(dice, size)
            before = self.value
            ended = self.solve(self.search.restricted(ways), min(LOOK_S, self.clock.left_s))
            size = min(1.0, size * 1.1) if ended else max(0.05, size * 0.9)
            fruitless = fruitless + 1 if self.value == before else 0

    def _neighbourhood(self, dice: random.Random, size: float) -> list[Choices]:
        """All ways for the items in a span of weeks, or for some drawn; few or none for the others."""
        count, kind = self.weeks_count, dice.random()
        width = max(1, round(size * count))
        first = dice.randrange(max(1, count - width + 1))
        free = set()
        for i, present in self.plan.items():
            item = self.search.problem.items[i]
            if kind < 0.5:
                inside = present.start < first + width and first < present.start + item.weeks
            else:
                inside = dice.random() < size
            if inside:
                free.add(i)
        found = []
        for i, ways in enumerate(self.model.choices):
            way = self.plan.get(i)
            if way is None:
                chosen = self.worth_a_look(i, 1) if dice.random() < 0.5 else ways
                if dice.random() > max(size, 0.3):
                    chosen = dataclasses.replace(ways, blocked=ways.blocked or (_OUT,))
                found.append(chosen)
            elif i in free:
                found.append(ways)
            else:
                found.append(fixed(way))
        return found

    @property
    def weeks_count(self) -> int:
        return self.search.weeks.count


def _watch(run: _Run, model: Model, made: Plain, columns: list[Any]) -> Any:
    """A callback that takes over each better plan as it is found (its class needs the solver's import)."""
    from ortools.sat.python import cp_model

    class Watch(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            values = made.there([self.value(column) for column in columns])
            run.better(model, values, round(self.objective_value))

    return Watch()


def narrowed(found: Choices, starts: set[int]) -> Choices:
    """The ways of an item over some of its start weeks."""
    ups = {f: tuple(s for s in allowed if s in starts) for f, allowed in found.ups.items()}
    downs = {f: tuple(s for s in allowed if s in starts) for f, allowed in found.downs.items()}
    return dataclasses.replace(
        found,
        starts=tuple(s for s in found.starts if s in starts),
        ups={f: allowed for f, allowed in ups.items() if allowed},
        downs={f: allowed for f, allowed in downs.items() if allowed},
    )


def fixed(way: Way) -> Choices:
    """One way alone."""
    return Choices(
        starts=(way.start,),
        places=tuple((place,) for place in way.places),
        ups={} if way.up is None else {way.up: (way.start,)},
        downs={} if way.down is None else {way.down: (way.start,)},
        stores=() if way.store is None else (way.store,),
        blocked=(),
    )
