"""Simulated annealing over ways: millions of small moves where the relaxation leaves only packing.

The state says of each item whether and how it flies. A move puts an item on board, takes one off,
changes the way of one, lets one take another's place, or two exchange theirs; what it overdraws is
charged by a price for each limit that rises while the limit is overdrawn and falls while it is kept
(Kirkpatrick, Gelatt & Vecchi 1983; dynamic prices as in breakout local search). Only states that
overdraw nothing are kept as best.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

#: The columns of a piece of demand: row of its first week, first amount, length, how weeks map to rows.
ROW, FIRST, LENGTH, MAPPED = range(4)
#: How the weeks of a piece map to rows: one a week, one an increment, everything from then on, once.
BY_WEEK, BY_INCREMENT, FROM_THEN_ON, ONCE = range(4)
#: How often an item on board is dropped; how often one on board, or off, is paired with one on board; how
#: often a lone move stays near to the present start; powers of e by which the heat falls.
DROP, PARTNER_ON, PARTNER_OFF, NEAR, COOLING = 0.05, 0.3, 0.6, 0.5, 6.0
#: From this share of the search on prices only rise: many tight limits are not kept at once before.
FIRM = 0.5


@njit(cache=True)
def _add(row, amount, use, limit, price):  # type: ignore[no-untyped-def]
    """Add to a row; the change of what its overdraft costs."""
    before = use[row] - limit[row]
    use[row] += amount
    after = before + amount
    return price[row] * (max(after, 0) - max(before, 0))


@njit(cache=True)
def _apply(i, way, sign, table, use, limit, price):  # type: ignore[no-untyped-def]  # noqa: PLR0912
    """Put an item on board (sign 1) or take it off (-1): the change of the cost of overdrafts."""
    # long because the compiler inlines one loop better than five functions
    combos, pieces, amounts, starts, increments, flown, cold, docked, gone, weeks = table
    cost = 0.0
    start = starts[i, way[0]]
    first, last = combos[i, way[1]], combos[i, way[1] + 1]
    for p in range(first, last):
        row, at, length, mapped = pieces[p]
        if mapped == BY_WEEK:
            for k in range(length):
                cost += _add(row + start + k, sign * amounts[at + k], use, limit, price)
        elif mapped == BY_INCREMENT:
            for k in range(length):
                if increments[start + k] >= 0:
                    cost += _add(row + increments[start + k], sign * amounts[at + k], use, limit, price)
        elif mapped == ONCE:
            cost += _add(row, sign * amounts[at], use, limit, price)
        else:
            total = 0
            for week in range(start, weeks):
                total += amounts[at + week - start] if week - start < length else 0
                cost += _add(row + week, sign * total, use, limit, price)
    for side in range(2):
        flight = way[2 + side]
        if flight >= 0:
            for k in range(3):
                row = flown[side, flight, k]
                if cold[i, 2 + 3 * side + k] > 0:
                    cost += _add(row, sign * cold[i, 2 + 3 * side + k], use, limit, price)
    if way[4] >= 0:
        if way[2] >= 0 and cold[i, 0] > 0:
            for week in range(docked[way[2]], start):
                cost += _add(way[4] + week, sign * cold[i, 0], use, limit, price)
        if way[3] >= 0 and cold[i, 1] > 0:
            for week in range(start, gone[way[3]]):
                cost += _add(way[4] + week, sign * cold[i, 1], use, limit, price)
    return cost


@njit(cache=True)
def _pick(row):  # type: ignore[no-untyped-def]
    """One of the entries that are set, or -1 where none is."""
    count = 0
    for k in range(len(row)):
        count += row[k]
    if count == 0:
        return -1
    drawn = np.random.randint(count)
    for k in range(len(row)):
        if row[k]:
            if drawn == 0:
                return k
            drawn -= 1
    return -1


@njit(cache=True)
def _draw(i, now, near, choice, way):  # type: ignore[no-untyped-def]
    """Draw a way of an item: near to its present start, or anywhere."""
    sizes, ups, downs, stores = choice[0], choice[1], choice[2], choice[3]
    count = sizes[i, 0]
    if near and now[i, 5] == 1:
        way[0] = min(count - 1, max(0, now[i, 0] + np.random.randint(-2, 3)))
    else:
        way[0] = np.random.randint(count)
    way[1] = np.random.randint(sizes[i, 1])
    way[2] = _pick(ups[i, way[0]]) if sizes[i, 2] else -1
    way[3] = _pick(downs[i, way[0]]) if sizes[i, 3] else -1
    way[4] = stores[i, np.random.randint(sizes[i, 4])] if sizes[i, 4] else -1
    way[5] = 1


@njit(cache=True)
def _draw_at(i, week, starts, now, choice, way):  # type: ignore[no-untyped-def]
    """Draw a way of an item that starts about a week: as the item is now but for its start, if on board."""
    sizes, ups, downs, stores = choice[0], choice[1], choice[2], choice[3]
    wanted = week + np.random.randint(-1, 2)
    place = 0
    while place + 1 < sizes[i, 0] and starts[i, place] < wanted:
        place += 1
    on = now[i, 5] == 1
    way[0] = place
    way[1] = now[i, 1] if on else np.random.randint(sizes[i, 1])
    for side in range(2):
        flights = ups[i, place] if side == 0 else downs[i, place]
        if sizes[i, 2 + side] == 0:
            way[2 + side] = -1
        elif on and flights[now[i, 2 + side]] and np.random.random() < 0.8:
            way[2 + side] = now[i, 2 + side]
        else:
            way[2 + side] = _pick(flights)
    way[4] = now[i, 4] if on else (stores[i, np.random.randint(sizes[i, 4])] if sizes[i, 4] else -1)
    way[5] = 1


@njit(cache=True)
def _ordered(i, on, start, now, starts, links, stay):  # type: ignore[no-untyped-def]
    """Whether an item may be on board from a start (or off) as its forerunners and followers are."""
    for k in range(len(links)):
        before, later, least, most = links[k]
        if later == i and on:
            if now[before, 5] == 0:
                return False
            waited = start - starts[before, now[before, 0]] - stay[before]
            if waited < least or waited > most:
                return False
        if before == i and now[later, 5] == 1:
            if not on:
                return False
            waited = starts[later, now[later, 0]] - start - stay[before]
            if waited < least or waited > most:
                return False
    return True


@njit(cache=True)
def _linked(i, j, links):  # type: ignore[no-untyped-def]
    """Whether an order holds between two items."""
    for k in range(len(links)):
        if (links[k, 0] == i and links[k, 1] == j) or (links[k, 0] == j and links[k, 1] == i):
            return True
    return False


@njit(cache=True)
def _worth(i, way, value, flight_value):  # type: ignore[no-untyped-def]
    worth = value[i, way[1], way[0]]
    for side in range(2):
        if way[2 + side] >= 0:
            worth += flight_value[side, i, way[2 + side]]
    return worth


@njit(cache=True, nogil=True)
def anneal(table, choice, worth, now, steps, draw, told):  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915
    """The best state found in so many steps, from a state.

    Args:
        table: what ways use (see ``_apply``).
        choice: sizes, flights by start, stores, links, stays, limits, prices.
        worth: value by (item, combination of places, start), and by (side, item, flight).
        now: (items, 6) start, combination, up, down, row of the store, on board; not changed.
        steps: moves tried.
        draw: the seed of the draws, and the temperature at the start in the unit of the worth.
        told: one number; another thread raises it to 1 as the time goes by that the search may take.
    """
    # long because it is one loop over compiled state
    sizes, _, _, _, links, stay, limit, price0 = choice
    value, flight_value = worth
    starts = table[3]
    seed, hot = draw
    np.random.seed(seed)
    heat = hot
    now, price = now.copy(), price0.copy()
    use = np.zeros(len(limit), dtype=np.int64)
    total = 0.0
    for i in range(len(now)):
        if now[i, 5]:
            _apply(i, now[i], 1, table, use, limit, price)
            total += _worth(i, now[i], value, flight_value)
    best, best_total = now.copy(), -1e300
    fine = True
    for row in range(len(limit)):
        fine = fine and use[row] <= limit[row]
    if fine:
        best_total = total
    way, other = np.zeros(6, dtype=np.int64), np.zeros(6, dtype=np.int64)
    count = len(now)
    for step in range(steps):
        i = np.random.randint(count)
        if sizes[i, 0] == 0:
            continue
        j, both = -1, False
        drop = now[i, 5] == 1 and np.random.random() < DROP
        if not drop and np.random.random() < (PARTNER_ON if now[i, 5] else PARTNER_OFF):
            j = np.random.randint(count)
            if j == i or now[j, 5] == 0:
                continue
            both = now[i, 5] == 1
            if not both and not _ordered(j, False, 0, now, starts, links, stay):
                continue
        if j >= 0:  # in the other's place, which leaves, or takes this one's
            _draw_at(i, starts[j, now[j, 0]], starts, now, choice, way)
            if both:
                _draw_at(j, starts[i, now[i, 0]], starts, now, choice, other)
                if not _ordered(j, True, starts[j, other[0]], now, starts, links, stay):
                    continue
        elif not drop:
            _draw(i, now, np.random.random() < NEAR, choice, way)
        if not _ordered(i, not drop, starts[i, way[0]], now, starts, links, stay):
            continue
        if both and _linked(i, j, links):
            continue
        gain, cost = 0.0, 0.0
        if now[i, 5]:
            cost += _apply(i, now[i], -1, table, use, limit, price)
            gain -= _worth(i, now[i], value, flight_value)
        if j >= 0:
            cost += _apply(j, now[j], -1, table, use, limit, price)
            gain -= _worth(j, now[j], value, flight_value)
        if not drop:
            cost += _apply(i, way, 1, table, use, limit, price)
            gain += _worth(i, way, value, flight_value)
        if both:
            cost += _apply(j, other, 1, table, use, limit, price)
            gain += _worth(j, other, value, flight_value)
        change = gain - cost
        if change >= 0 or np.random.random() < math.exp(change / heat):
            if drop:
                now[i, 5] = 0
            else:
                now[i] = way
            if both:
                now[j] = other
            elif j >= 0:
                now[j, 5] = 0
            total += gain
            if total > best_total + 1e-6:
                fine = True
                for row in range(len(limit)):
                    if use[row] > limit[row]:
                        fine = False
                        break
                if fine:
                    best_total = total
                    best[:] = now
        else:
            if both:
                _apply(j, other, -1, table, use, limit, price)
            if not drop:
                _apply(i, way, -1, table, use, limit, price)
            if j >= 0:
                _apply(j, now[j], 1, table, use, limit, price)
            if now[i, 5]:
                _apply(i, now[i], 1, table, use, limit, price)
        if step % 1000 == 999:
            if told[0] >= 1.0:
                break
            gone = max(step / steps, told[0])
            heat = hot * math.exp(-COOLING * gone)
            for row in range(len(limit)):
                if use[row] > limit[row]:
                    price[row] = min(price[row] * 1.1, price0[row] * 3000.0)
                elif gone < FIRM:
                    price[row] = max(price[row] * 0.99, price0[row] * 0.1)
    return best, best_total
