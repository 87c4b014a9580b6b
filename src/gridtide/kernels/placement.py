"""Slots for single jobs: the cheapest free ones at given prices, beside everything else.

A job's answer always holds its declared work before its deadline; the expected part of it sits in the
cheapest slots and the rest is kept behind it until the job ends. Every pass starts from a placement
that holds and only ever exchanges one job's answer for another that holds, so room is never lost.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401
from gridtide.physics.operating_point import seconds_at_speed

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
BIG = 1e300
NOWHERE = -1
TIE = 1e-12
"""Of a cost: sums that are equal on paper may differ by that, and the earlier one wins."""


@njit(cache=True, error_model="numpy")
def slots_needed(work_s: int, restarts: int, restart_s: int, slot_s: int) -> int:
    """Whole slots that hold the work and its restarts."""
    return (work_s + restarts * restart_s + slot_s - 1) // slot_s


@njit(cache=True, error_model="numpy")
def at_speed(left: tuple[int, int, int, int], speed: float) -> tuple[int, int, int, int]:
    """Declared and expected work in the seconds they take at a speed; a restart takes as long at any."""
    return (
        seconds_at_speed(left[0], speed),
        seconds_at_speed(left[1], speed),
        left[2],
        left[3],
    )


@njit(cache=True, error_model="numpy")
def restarts_of(chosen: Whole, count: int, begun: bool, goes_on: bool) -> int:
    """How often a job must restart when it runs in these increasing slots."""
    if count == 0:
        return 0
    restarts = 1 if begun and not (goes_on and chosen[0] == 0) else 0
    for i in range(1, count):
        if chosen[i] != chosen[i - 1] + 1:
            restarts += 1
    return restarts


@njit(cache=True, error_model="numpy")
def shortest_run(chosen: Whole, count: int) -> int:
    """Length in slots of the shortest run of consecutive slots."""
    shortest = count
    run = 1
    for i in range(1, count):
        if chosen[i] == chosen[i - 1] + 1:
            run += 1
        else:
            shortest = min(shortest, run)
            run = 1
    return min(shortest, run)


@njit(cache=True, error_model="numpy")
def slot_cost(
    price: Real, delay: float, free: Whole, gang: int, kept: Whole, surcharge: float, t: int
) -> float:
    """Money for one accelerator in a slot: its price, the wait, and a surcharge for using what is kept."""
    cost = price[t] + delay * t
    if free[t] - gang < kept[t]:
        cost += surcharge
    return float(cost)


@njit(cache=True, error_model="numpy")
def cost_of(
    price: Real, delay: float, free: Whole, gang: int, kept: Whole, surcharge: float, slots: Whole
) -> float:
    """Money for one accelerator in these slots."""
    cost = 0.0
    for t in slots:
        cost += slot_cost(price, delay, free, gang, kept, surcharge, t)
    return cost


@njit(cache=True, error_model="numpy")
def cheapest_run(
    price: Real,
    delay: float,
    free: Whole,
    gang: int,
    kept: Whole,
    surcharge: float,
    first: int,
    last: int,
    need: int,
    expected: int,
    chosen: Whole,
) -> float:
    """One unbroken run of `need` free slots in [first, last) whose first `expected` cost least.

    Ties go to the earlier start. Fills `chosen`; returns the cost per accelerator, BIG without room.
    """
    best = BIG
    start = NOWHERE
    run = 0
    cost = 0.0
    for t in range(first, last):
        run = run + 1 if free[t] >= gang else 0
        if run == 0:
            cost = 0.0
            continue
        begin = t - need + 1
        if run < need:
            continue
        if run == need or begin == first:
            cost = 0.0
            for k in range(begin, begin + expected):
                cost += slot_cost(price, delay, free, gang, kept, surcharge, k)
        else:
            cost += slot_cost(price, delay, free, gang, kept, surcharge, begin + expected - 1)
            cost -= slot_cost(price, delay, free, gang, kept, surcharge, begin - 1)
        if cost < best - TIE * (1.0 + abs(cost)):
            best = cost
            start = begin
    if start == NOWHERE:
        return BIG
    for i in range(need):
        chosen[i] = start + i
    return best


@njit(cache=True, error_model="numpy")
def cheapest_slots(
    price: Real,
    delay: float,
    free: Whole,
    gang: int,
    kept: Whole,
    surcharge: float,
    first: int,
    last: int,
    need: int,
    expected: int,
    chosen: Whole,
) -> float:
    """`need` free slots in [first, last): the `expected` cheapest, then the last ones for the rest.

    Ties go to the earlier slot. Fills `chosen` in increasing order; returns the cost per accelerator
    of the expected slots, BIG without room.
    """
    candidates = np.empty(max(last - first, 0), np.int64)
    count = 0
    for t in range(first, last):
        if free[t] >= gang:
            candidates[count] = t
            count += 1
    if count < need:
        return BIG
    rest = need - expected
    usable = count - rest
    values = np.empty(usable)
    for i in range(usable):
        values[i] = slot_cost(price, delay, free, gang, kept, surcharge, candidates[i])
    threshold = BIG
    if expected < usable:
        threshold = np.partition(values, expected - 1)[expected - 1]
    below = 0
    for i in range(usable):
        if values[i] < threshold:
            below += 1
    ties = expected - below
    cost = 0.0
    taken = 0
    for i in range(usable):
        if values[i] < threshold or (values[i] == threshold and ties > 0):
            if values[i] == threshold:
                ties -= 1
            chosen[taken] = candidates[i]
            cost += values[i]
            taken += 1
    for i in range(usable, count):
        chosen[taken] = candidates[i]
        taken += 1
    return cost


@njit(cache=True, error_model="numpy")
def answer_at(
    price: Real,
    delay: float,
    free: Whole,
    gang: int,
    kept: Whole,
    surcharge: float,
    first: int,
    last: int,
    left: tuple[int, int, int, int],
    rule: tuple[bool, bool, bool, int],
    chosen: Whole,
    scratch: Whole,
) -> tuple[float, int]:
    """The cheapest answer of one job at one place.

    left: (declared work, expected work, restart, slot length) in seconds. rule: (interruptible, begun,
    goes on here, shortest run in slots). Fills `chosen`; returns (cost per accelerator, slots).
    """
    declared_s, expected_s, restart_s, slot_s = left
    interruptible, begun, goes_on, minimum = rule
    cost = BIG
    count = 0
    soonest = first
    if begun and goes_on and first == 0:
        need = slots_needed(declared_s, 0, restart_s, slot_s)
        expected = min(need, max(1, slots_needed(expected_s, 0, restart_s, slot_s)))
        if need <= min(chosen.shape[0], last):
            cost = cheapest_run(
                price, delay, free, gang, kept, surcharge, 0, need, need, expected, chosen
            )
            count = need if cost < BIG else 0
        soonest = 1
    restarts = 1 if begun else 0
    need = slots_needed(declared_s, restarts, restart_s, slot_s)
    expected = min(need, max(1, slots_needed(expected_s, restarts, restart_s, slot_s)))
    if need <= scratch.shape[0]:
        later = cheapest_run(
            price, delay, free, gang, kept, surcharge, soonest, last, need, expected, scratch
        )
        if later < cost - 1e-12:
            cost = later
            count = need
            chosen[:need] = scratch[:need]
    if not interruptible:
        return cost, count
    for _ in range(5):
        if need > scratch.shape[0]:
            break
        split = cheapest_slots(
            price, delay, free, gang, kept, surcharge, first, last, need, expected, scratch
        )
        if split >= cost - 1e-12:
            break
        breaks = restarts_of(scratch, need, begun, goes_on)
        wanted = slots_needed(declared_s, breaks, restart_s, slot_s)
        used = min(max(need, wanted), max(1, slots_needed(expected_s, breaks, restart_s, slot_s)))
        if wanted <= need and used <= expected:
            if shortest_run(scratch, need) < min(minimum, need):
                break
            split = cost_of(price, delay, free, gang, kept, surcharge, scratch[:used])
            if split >= cost - 1e-12:
                break
            chosen[:need] = scratch[:need]
            return split, need
        need, expected = max(need, wanted), max(expected, used)
    return cost, count


@njit(cache=True, error_model="numpy")
def held_cost(
    price: Real,
    delay: float,
    free: Whole,
    gang: int,
    keeping: tuple[Whole, float],
    window: tuple[int, int],
    left: tuple[int, int, int, int],
    rule: tuple[bool, bool, bool, int],
    offer: float,
    held: Whole,
) -> float:
    """What a job costs in the slots it holds, BIG where they are no answer for it any more."""
    interruptible, begun, goes_on, minimum = rule
    count = held.shape[0]
    if count == 0 or held[0] < window[0] or held[count - 1] >= window[1]:
        return BIG
    restarts = restarts_of(held, count, begun, goes_on)
    if count < slots_needed(left[0], restarts, left[2], left[3]):
        return BIG
    shortest = min(minimum, count) if interruptible else count
    if shortest_run(held, count) < shortest:
        return BIG
    surcharge = keeping[1] / max(1.0, left[1] / left[3])
    expected = min(count, max(1, slots_needed(left[1], restarts, left[2], left[3])))
    for t in held:
        if free[t] < gang:
            return BIG
    cost = cost_of(price, delay, free, gang, keeping[0], surcharge, held[:expected])
    return cost * gang + offer


@njit(cache=True, error_model="numpy")
def crowding(free: int, capacity: int) -> float:
    """How much dearer a place feels when it is nearly full: 0 when empty, 24 when full."""
    if capacity <= 0:
        return 24.0
    return min(1.0 / max(0.04, free / capacity) - 1.0, 24.0)


@njit(cache=True, error_model="numpy")
def reserve(
    free: Whole, felt: Real, price: Real, slots: Whole, gang: int, weight: float, capacity: int
) -> None:
    """Take these slots of a place for a gang (a negative gang gives them back) and refresh the felt prices.

    felt, price: of every entry of the place, (entries, T)."""
    for t in slots:
        free[t] -= gang
        crowd = weight * crowding(free[t], capacity)
        for m in range(felt.shape[0]):
            felt[m, t] = price[m, t] + crowd


@njit(cache=True, error_model="numpy")
def raised(kept: Whole, free: Whole, slots: Whole) -> int:
    """By how many accelerators these slots use what should be kept: a peak is paid once, for all slots."""
    most = 0
    for t in slots:
        most = max(most, kept[t] - free[t])
    return most


@njit(cache=True, error_model="numpy")
def felt_prices(price: Real, free: Whole, weight: float, capacity: Whole, bounds: Whole) -> Real:
    """Prices with the congestion of each place and slot added, (M, T)."""
    felt = np.empty_like(price)
    for p in range(free.shape[0]):
        for t in range(price.shape[1]):
            crowd = weight * crowding(free[p, t], capacity[p])
            for m in range(bounds[p], bounds[p + 1]):
                felt[m, t] = price[m, t] + crowd
    return felt


@njit(cache=True, error_model="numpy")
def best_of_places(
    felt: Real,
    delay: float,
    free: Whole,
    takes: Whole,
    keeping: tuple[Whole, Real],
    first: Whole,
    last: int,
    left: tuple[int, int, int, int],
    rule: tuple[bool, bool, int, int, int],
    offer: Real,
    menu: tuple[Whole, Real, NDArray[np.bool_], Whole],
    buffers: tuple[Whole, Whole, Whole],
) -> tuple[float, int, int, float, int]:
    """The cheapest answer of one job over all places and their operating points, and the best one elsewhere.

    takes: accelerators of the job at each entry, 0 where it may not run so, (M,). rule: (interruptible, begun, place
    it runs at now, shortest run, accelerators it runs on now). menu: (place, speed, whether it may be chosen) of
    each entry, and the bounds of places. Fills the third buffer with slots.
    Returns cost, entry (-1 without room), slots; cost and place of the best other place (NaN, -1 without one).
    """
    kept, surcharge = keeping
    place, speed, may, bounds = menu
    chosen, scratch, best = buffers
    best_cost, best_place, best_entry, best_count = BIG, NOWHERE, NOWHERE, 0
    other_cost, other_place = np.nan, NOWHERE
    for m in range(felt.shape[0]):
        p, gang = place[m], takes[m]
        if first[p] >= last or not may[m] or gang == 0:
            continue
        work = at_speed(left, speed[m])
        value, taken = answer_at(
            felt[m],
            delay * speed[m] * (takes[bounds[p]] / gang),
            free[p],
            gang,
            kept[p],
            surcharge[m] / max(1.0, work[1] / work[3]),
            first[p],
            last,
            work,
            (rule[0], rule[1], rule[2] == p and rule[4] == gang, rule[3]),
            chosen,
            scratch,
        )
        if value >= BIG:
            continue
        value = value * gang + offer[p]
        if value < best_cost - 1e-9:
            if best_place >= 0 and best_place != p:
                other_cost, other_place = best_cost, best_place
            best_cost, best_place, best_entry, best_count = value, p, m, taken
            best[:taken] = chosen[:taken]
        elif p != best_place and not other_cost <= value:
            other_cost, other_place = value, p
    return best_cost, best_entry, best_count, other_cost, other_place


@njit(cache=True, error_model="numpy")
def put_back(
    p: int, entries: tuple[int, int], held: Whole, gang: int, weight: float, capacity: Whole,
    free: Whole, felt: Real, price: Real, kept: Whole,
) -> None:  # fmt: skip
    """Reserve a job's slots at a place, and lower what its slots keep free by what the job has paid for."""
    here = slice(entries[0], entries[1])
    reserve(free[p], felt[here], price[here], held, gang, weight, capacity[p])
    paid = raised(kept[p], free[p], held)
    if paid > 0:
        for t in range(kept.shape[1]):
            kept[p, t] -= paid


@njit(cache=True, error_model="numpy")
def sweep(
    free: Whole,
    price: Real,
    order: Whole,
    takes: Whole,
    first: Whole,
    last: Whole,
    left: Whole,
    rule: Whole,
    running: tuple[Whole, Whole],
    offer: Real,
    told: tuple[Whole, Whole, Whole, Whole, Whole],
    weight: float,
    capacity: Whole,
    delay: Real,
    kept: Whole,
    surcharge: Real,
    menu: tuple[Whole, Real, NDArray[np.bool_], Whole],
) -> tuple[Real, Real, Whole]:
    """Give each job, in order, the cheapest answer beside all others; where none beats it, it keeps its own.

    free: accelerators not reserved, (P, T), kept up to date. price: money per accelerator-slot at each
    operating point, (M, T). takes: accelerators of each job at each operating point, 0 where it may not run so,
    (n, M). first: earliest slot at each place, T where it may not run, (n, P).
    last: exclusive, (n,). left: (n, 4) seconds of declared work, expected work, restart, slot, at full speed.
    rule: (n, 3) interruptible, begun, shortest run. running: place the job runs at now, and on how many accelerators;
    on others it starts again, (n,). offer: money to
    move the job to each place, (n, P). told: (place (n,), offsets (n+1,), count (n,), slots, point (n,)), changed
    in place.
    weight: money per unit of congestion; capacity (P,); delay: money per accelerator-slot at full speed and slot (n,).
    kept: accelerators a slot should keep free, (P, T), lowered in place when a job pays for using them,
    and the surcharge for an accelerator that uses them through all of its job at each point, (M,).
    menu: (place (M,), speed (M,), whether it may be chosen anew (M,), bounds (P+1,)): entries
    bounds[p]:bounds[p+1] are the operating points of place p.
    Returns cost (n,), best cost at another place (n,), that place (n,).
    """
    place, offsets, count, slots, point = told
    speed, bounds = menu[1], menu[3]
    n = takes.shape[0]
    cost = np.full(n, np.nan)
    other_cost = np.full(n, np.nan)
    other_place = np.full(n, NOWHERE)
    felt = felt_prices(price, free, weight, capacity, bounds)
    widest = 1
    for j in range(n):
        widest = max(widest, offsets[j + 1] - offsets[j])
    chosen = np.empty(widest, np.int64)
    scratch = np.empty(widest, np.int64)
    best = np.empty(widest, np.int64)
    for j in order:
        begin = offsets[j]
        room = offsets[j + 1] - begin
        work = (left[j, 0], left[j, 1], left[j, 2], left[j, 3])
        own = (rule[j, 0] == 1, rule[j, 1] == 1, running[0][j], rule[j, 2], running[1][j])
        p = place[j]
        stays = BIG
        if p >= 0:
            held = slots[begin : begin + count[j]]
            here = slice(bounds[p], bounds[p + 1])
            m = bounds[p] + point[j]
            gang = takes[j, m]
            reserve(free[p], felt[here], price[here], held, -gang, weight, capacity[p])
            waits = delay[j] * speed[m] * (takes[j, bounds[p]] / gang)
            goes_on = own[2] == p and own[4] == gang
            stays = held_cost(
                felt[m], waits, free[p], gang, (kept[p], surcharge[m]), (first[j, p], last[j]),
                at_speed(work, speed[m]), (own[0], own[1], goes_on, own[3]), offer[j, p], held,
            )  # fmt: skip
        best_cost, best_entry, best_count, other_cost[j], other_place[j] = best_of_places(
            felt, delay[j], free, takes[j], (kept, surcharge), first[j], last[j], work, own, offer[j], menu,
            (chosen[:room], scratch[:room], best),
        )  # fmt: skip
        best_place = menu[0][best_entry] if best_entry >= 0 else NOWHERE
        if stays < best_cost - 1e-9:
            if best_place >= 0 and best_place != p:
                other_cost[j], other_place[j] = best_cost, best_place
            cost[j] = stays
        elif best_place >= 0:
            place[j] = best_place
            point[j] = best_entry - bounds[best_place]
            count[j] = best_count
            slots[begin : begin + best_count] = best[:best_count]
            cost[j] = best_cost
        p = place[j]
        if p >= 0:
            put_back(
                p, (bounds[p], bounds[p + 1]), slots[begin : begin + count[j]],
                takes[j, bounds[p] + point[j]], weight, capacity, free, felt, price, kept,
            )  # fmt: skip
    return cost, other_cost, other_place
