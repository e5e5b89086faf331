"""Short schedules of a plain network by breeding lists of jobs.

A list that respects the arcs becomes a schedule when each job in turn starts as early as what is left
allows (the serial scheme). Each child of two lists is scheduled, pushed to the right from its end and
to the left again (double justification), and replaces the worst of the population where it is better.

Sources: S. Hartmann, "A competitive genetic algorithm for resource-constrained project scheduling",
Naval Research Logistics 45 (1998); V. Valls, F. Ballestin, S. Quintanilla, "Justification and RCPSP",
European J. of Operational Research 165 (2005).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stationmaster.timeline.shortest.network import Counts, Network

#: Lists that live at a time, and children that may bring nothing before most of them start anew.
POPULATION, PATIENCE = 60, 3000
#: How often two neighbours of a child change places where no arc forbids it.
MUTATION = 0.05
Links = tuple[Counts, Counts, Counts]


class Breeding:
    """A population of schedules of one network; :meth:`go` breeds on, :attr:`starts` is the best so far.

    Args:
        plain: the network.
        seed: of every choice made; the same seed and the same calls give the same schedules.
    """

    def __init__(self, plain: Network, seed: int) -> None:
        self.plain = plain
        count = len(plain.lengths)
        self._before = _by_job(plain.then, plain.first, plain.lags, count)
        self._after = _by_job(plain.first, plain.then, plain.lags, count)
        self._lists = np.zeros((POPULATION, count), np.int64)
        self._starts = np.zeros((POPULATION, count), np.int64)
        self._ends = np.full(POPULATION, np.iinfo(np.int64).max, np.int64)
        self._state = np.array([seed, 0, -1], np.int64)
        self.best = np.zeros(count, np.int64)
        self.end = int(np.iinfo(np.int64).max)

    @property
    def starts(self) -> Counts:
        """The first slot of each job in the shortest schedule so far (jobs,)."""
        return self.best

    def go(self, children: int) -> bool:
        """Breed so many more; whether the shortest schedule became shorter."""
        plain = self.plain
        _breed(
            children, self._state, (self._lists, self._starts, self._ends),
            (plain.lengths, plain.earliest, plain.needs, plain.capacity, plain.horizon),
            self._before, self._after,
        )  # fmt: skip
        least = int(self._ends.argmin())
        if self._ends[least] < self.end:
            self.end = int(self._ends[least])
            self.best = self._starts[least].copy()
            return True
        return False


def _by_job(owner: Counts, other: Counts, lags: Counts, count: int) -> Links:
    """Arcs by their owner: where each one's begin (count + 1,), the other ends, the lags."""
    order = np.argsort(owner, kind="stable")
    begin = np.zeros(count + 1, np.int64)
    np.add.at(begin, owner + 1, 1)
    return np.cumsum(begin), other[order].copy(), lags[order].copy()


@njit(cache=True, nogil=True)
def _serial(order, plain, before, starts, earliest):  # type: ignore[no-untyped-def]
    """Each job of the list as early as it can; returns the end of the last."""
    lengths, _, needs, capacity, horizon = plain
    begin, others, lags = before
    kinds = len(capacity)
    left = np.empty((horizon * 2, kinds), np.int64)
    for k in range(kinds):
        left[:, k] = capacity[k]
    end = 0
    for job in order:
        start = earliest[job]
        for arc in range(begin[job], begin[job + 1]):
            other = others[arc]
            start = max(start, starts[other] + lengths[other] + lags[arc])
        slot = start
        while slot < start + lengths[job]:
            for k in range(kinds):
                if left[slot, k] < needs[job, k]:
                    start = slot + 1
                    break
            slot += 1
        for slot in range(start, start + lengths[job]):
            for k in range(kinds):
                left[slot, k] -= needs[job, k]
        starts[job] = start
        end = max(end, start + lengths[job])
    return end


@njit(cache=True, nogil=True)
def _justified(order, plain, before, after, starts):  # type: ignore[no-untyped-def]
    """Schedule a list, push all to the right and to the left again; the list becomes the schedule's."""
    lengths, earliest, _, _, _ = plain
    end = _serial(order, plain, before, starts, earliest)
    count = len(lengths)
    mirrored = np.empty(count, np.int64)
    nothing = np.zeros(count, np.int64)
    while True:
        backward = np.argsort(-(starts + lengths), kind="mergesort")
        # a job of no length ends with those before it: it must come first among them going backward
        _put_in_order(backward, after)
        length = _serial(backward, plain, after, mirrored, nothing)
        forward = np.argsort(length - mirrored - lengths, kind="mergesort")
        _put_in_order(forward, before)
        shorter = _serial(forward, plain, before, mirrored, earliest)
        if shorter >= end:
            break
        end = shorter
        starts[:] = mirrored
    order[:] = np.argsort(starts, kind="mergesort")
    _put_in_order(order, before)
    return end


@njit(cache=True, nogil=True)
def _put_in_order(order, before):  # type: ignore[no-untyped-def]
    """Move each job behind what it waits for, keeping the order otherwise."""
    begin, others, _ = before
    count = len(order)
    waits = np.empty(count, np.int64)
    place = np.empty(count, np.int64)
    for number in range(count):
        place[order[number]] = number
    right = True
    for job in range(count):
        for arc in range(begin[job], begin[job + 1]):
            right = right and place[others[arc]] < place[job]
    if right:
        return
    done = np.zeros(count, np.bool_)
    kept = order.copy()
    for number in range(count):
        waits[number] = 0
    filled = 0
    while filled < count:
        for job in kept:
            if done[job]:
                continue
            ready = True
            for arc in range(begin[job], begin[job + 1]):
                ready = ready and done[others[arc]]
            if ready:
                order[filled] = job
                done[job] = True
                filled += 1
                break


@njit(cache=True, nogil=True)
def _random_list(order, before, urgency):  # type: ignore[no-untyped-def]
    """A list by lot among what may come next, leaning to what is urgent."""
    begin, others, _ = before
    count = len(order)
    done = np.zeros(count, np.bool_)
    for number in range(count):
        best, worst_of_two = -1, 0.0
        for job in range(count):
            if done[job]:
                continue
            ready = True
            for arc in range(begin[job], begin[job + 1]):
                ready = ready and done[others[arc]]
            if ready:
                rank = urgency[job] * (0.6 + 0.8 * np.random.random())
                if best < 0 or rank > worst_of_two:
                    best, worst_of_two = job, rank
        order[number] = best
        done[best] = True


@njit(cache=True, nogil=True)
def _urgency(plain, after):  # type: ignore[no-untyped-def]
    """The longest way from each job's start to the end of everything (jobs,)."""
    lengths = plain[0]
    begin, others, lags = after
    count = len(lengths)
    tail = np.zeros(count)
    for _ in range(count):
        changed = False
        for job in range(count):
            longest = 0.0
            for arc in range(begin[job], begin[job + 1]):
                longest = max(longest, lags[arc] + tail[others[arc]])
            if longest + lengths[job] > tail[job]:
                tail[job] = longest + lengths[job]
                changed = True
        if not changed:
            break
    return tail


@njit(cache=True, nogil=True)
def _cross(mother, father, child):  # type: ignore[no-untyped-def]
    """Two-point crossover: a stretch in the father's order, the rest in the mother's."""
    count = len(mother)
    low = np.random.randint(0, count)
    high = np.random.randint(low, count) + 1
    taken = np.zeros(count, np.bool_)
    for number in range(low):
        child[number] = mother[number]
        taken[mother[number]] = True
    number = low
    for job in father:
        if number < high and not taken[job]:
            child[number] = job
            taken[job] = True
            number += 1
    for job in mother:
        if not taken[job]:
            child[number] = job
            number += 1


@njit(cache=True, nogil=True)
def _mutate(child, before, rate):  # type: ignore[no-untyped-def]
    begin, others, _ = before
    for number in range(len(child) - 1):
        if np.random.random() < rate:
            one, two = child[number], child[number + 1]
            bound = False
            for arc in range(begin[two], begin[two + 1]):
                bound = bound or others[arc] == one
            if not bound:
                child[number], child[number + 1] = two, one


@njit(cache=True, nogil=True)
def _breed(children, state, population, plain, before, after):  # type: ignore[no-untyped-def]
    """Breed ``children`` more. ``state``: the seed, children without gain, whether it has begun (-1: no)."""
    np.random.seed(state[0])
    lists, starts, ends = population
    size, count = lists.shape
    urgency = _urgency(plain, after)
    child, its = np.empty(count, np.int64), np.empty(count, np.int64)
    if state[2] < 0:
        state[2] = 0
        for one in range(size):
            _random_list(lists[one], before, urgency)
            ends[one] = _justified(lists[one], plain, before, after, starts[one])
    for _ in range(children):
        if state[1] > PATIENCE:
            state[1] = 0
            best = ends.argmin()
            for one in range(size):
                if one != best:
                    _random_list(lists[one], before, urgency)
                    ends[one] = _justified(lists[one], plain, before, after, starts[one])
        pair = np.random.randint(0, size, 4)
        mother = pair[0] if ends[pair[0]] <= ends[pair[1]] else pair[1]
        father = pair[2] if ends[pair[2]] <= ends[pair[3]] else pair[3]
        _cross(lists[mother], lists[father], child)
        _mutate(child, before, MUTATION)
        end = _justified(child, plain, before, after, its)
        worst = ends.argmax()
        state[1] += 1
        twin = False
        for one in range(size):
            if ends[one] == end and np.array_equal(starts[one], its):
                twin = True
                break
        if end <= ends[worst] and not twin:
            if end < ends.min():
                state[1] = 0
            ends[worst] = end
            lists[worst] = child
            starts[worst] = its
    state[0] = np.random.randint(1, 2**31 - 1)


def valid(plain: Network, starts: NDArray[np.int64]) -> bool:
    """Whether starts keep the network's arcs and capacities (a safeguard, in plain numpy)."""
    ends = starts + plain.lengths
    if (starts < plain.earliest).any() or (ends > plain.horizon).any():
        return False
    if (starts[plain.then] < ends[plain.first] + plain.lags).any():
        return False
    change = np.zeros((plain.horizon + 1, len(plain.capacity)), np.int64)
    np.add.at(change, starts, plain.needs)
    np.add.at(change, ends, -plain.needs)
    return bool((np.cumsum(change, axis=0) <= plain.capacity).all())
