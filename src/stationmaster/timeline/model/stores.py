"""What goes into stores and out of them, slot by slot: the level that a plan may rely on.

The level is that of a queue that cannot be emptied below nothing: with arrivals ``a`` and drain
``d`` it is L = max(0, L - d) + a (D. Lindley, "The theory of queues with a single server", Proc.
Cambridge Phil. Soc. 48 (1952)). It is followed over buckets of slots: what arrives in a bucket
counts from its beginning, what drains in it from its end. What drained before the arrival, from an
empty store, is then counted too much: never more than one bucket drains before its last slot, however
many follow, because L changes by no more than what it comes from. So much of the capacity is left free.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stationmaster.measure.intervals import Spans
from stationmaster.timeline.letters import Store
from stationmaster.timeline.model.amounts import Levels, Scale

if TYPE_CHECKING:
    from stationmaster.timeline.model.grid import Grid

#: A bucket ends when it has drained this part of the capacity, and is at least so long.
PART, SHORTEST_MIN = 20, 30


@dataclass(frozen=True)
class Tank:
    """A store on the grid, in whole units of its scale.

    ``capacity`` is what may be relied on, a bucket's recovery less than the store holds; ``drain`` is
    what leaves from the start of each slot to the start of the next (n,); ``edges`` are the first
    slots of the buckets, and the end.
    """

    store: Store
    scale: Scale
    capacity: int
    initial: int
    drain: Levels
    edges: Levels

    @property
    def bucket_of(self) -> Levels:
        """The bucket of each slot (n,)."""
        return np.repeat(np.arange(len(self.edges) - 1), np.diff(self.edges))

    def bucket_drain(self) -> Levels:
        """What leaves in each bucket (buckets,)."""
        return np.add.reduceat(self.drain, self.edges[:-1])

    def arrived(self, by_slot: Levels) -> Levels:
        """Arrivals of each bucket, with what is there at the beginning (buckets,)."""
        found: Levels = np.add.reduceat(by_slot, self.edges[:-1])
        found[0] += self.initial
        return found


def tank(grid: Grid, store: Store) -> Tank:
    """The store on the grid: draws round up, drain and capacity down."""
    out = drained(grid, store)
    steady = _recovered(grid, store)
    ways = [way for activity in grid.problem.activities for way in activity.ways]
    amounts = [d.amount_units for way in ways for d in way.draws if d.store == store.code]
    fixed = [store.capacity_units, store.initial_units, *np.unique(out.round(9)).tolist()]
    scale = Scale.of([*amounts, *fixed])
    drain = np.floor(out * scale.units + 1e-6).astype(np.int64)
    capacity = scale.down(store.capacity_units)
    if store.daily:  # emptied at midnight, whatever is in it
        everything = capacity + scale.up(store.initial_units) + sum(scale.up(a) for a in amounts)
        drain[grid.per_day - 1 :: grid.per_day] += everything
    edges = _edges(grid, store, drain, capacity)
    whole = np.floor(steady * scale.units + 1e-6)
    whole[edges[1:] - 1] = 0.0  # what arrives in the last slot of a bucket comes before what drains in it
    wasted = np.add.reduceat(whole, edges[:-1]).max()
    return Tank(store, scale, capacity - int(wasted), scale.up(store.initial_units), drain, edges)


def drained(grid: Grid, store: Store) -> NDArray[np.float64]:
    """What may leave a store in each slot by recovery and refills, midnights apart (n,)."""
    out = _recovered(grid, store)
    for blocked in grid.problem.blocked:
        slot = grid.ceil(blocked.span.end) - 1
        for refill in blocked.refills:
            if refill.store == store.code and 0 <= slot < grid.n:
                out[slot] += refill.amount_units
    return out


def _recovered(grid: Grid, store: Store) -> NDArray[np.float64]:
    """What may leave a store in each slot by recovery alone (n,)."""
    problem = grid.problem
    out = np.zeros(grid.n)
    if store.recovery_units_h and store.recovers_in:
        spans = Spans.of(problem.windows[store.recovers_in])
        edges = [moment for span in spans for moment in (span.start, span.end)]
        at = [(moment - problem.start) / timedelta(minutes=grid.slot) for moment in edges]
        if at:
            lengths = np.diff(at, prepend=at[0])
            lengths[::2] = 0.0  # between one span and the next
            out = np.diff(np.interp(np.arange(grid.n + 1), at, np.cumsum(lengths)))
    elif store.recovery_units_h:
        out += 1.0
    return np.asarray(out * (store.recovery_units_h * grid.slot / 60))


def _edges(grid: Grid, store: Store, drain: Levels, capacity: int) -> Levels:
    """Where buckets begin: at midnights, after refills, and whenever enough has drained since the last."""
    shortest, enough = max(1, SHORTEST_MIN // grid.slot), max(1, capacity // PART)
    breaks = set(range(0, grid.n, grid.per_day)) | {
        grid.ceil(blocked.span.end)
        for blocked in grid.problem.blocked
        if any(refill.store == store.code for refill in blocked.refills)
    }
    edges, gone = [0], 0
    for slot in range(1, grid.n):
        gone += int(drain[slot - 1])
        if slot in breaks or (gone >= enough and slot - edges[-1] >= shortest):
            edges.append(slot)
            gone = 0
    return np.array([*edges, grid.n], dtype=np.int64)


def levels(arrived: Levels, drain: Levels) -> tuple[Levels, Levels]:
    """The level right after the arrivals of each bucket, and the drain wasted on an empty store until
    then: both (buckets,)."""
    balance = np.concatenate(([0], np.cumsum(arrived - drain)[:-1]))
    lowest = np.minimum.accumulate(np.minimum(balance, 0))
    found: Levels = balance - lowest + arrived
    return found, -lowest


def headroom(arrived: Levels, drain: Levels, capacity: int) -> tuple[Levels, Levels]:
    """The level of each bucket, and how much more may arrive in it before it or any later one
    overflows (below 0 where one does already): both (buckets,).

    More that arrives is still there later but for the drain that would have been wasted.
    """
    level, wasted = levels(arrived, drain)
    later = np.minimum.accumulate((capacity - level + wasted)[::-1])[::-1]
    return level, later - wasted
