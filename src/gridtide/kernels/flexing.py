"""Jobs that step aside for a while, or step in earlier: which slots they take instead, one job after another."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Told = tuple[Whole, Whole, Whole]
Work = tuple[Whole, Whole, Whole, Whole, Whole, Whole, Whole]
Cells = tuple[Real, Real, Real]
Found = tuple[Whole, Whole, Whole, Real]
MORE_SLOTS = 8
"""Slots a job may take beyond those it gave up, for the work that restarts lose."""


@njit(cache=True, error_model="numpy")
def breaks_in(slots: Whole, count: int) -> int:
    """How often the first `count` slots are not one after another."""
    found = 0
    for index in range(1, count):
        if slots[index] > slots[index - 1] + 1:
            found += 1
    return found


@njit(cache=True, error_model="numpy")
def merge(kept: Whole, added: Whole, into: Whole) -> None:
    """Both increasing lists as one increasing list, at the head of `into`."""
    one, other = 0, 0
    for index in range(len(kept) + len(added)):
        if other >= len(added) or (one < len(kept) and kept[one] < added[other]):
            into[index] = kept[one]
            one += 1
        else:
            into[index] = added[other]
            other += 1


@njit(cache=True, error_model="numpy")
def over(slots: Whole, count: int, value: Real, per_slot: float) -> float:
    """Money or energy of one accelerator over the first `count` slots. per_slot: for each slot of wait."""
    total = 0.0
    for index in range(count):
        total += value[slots[index]] + per_slot * slots[index]
    return total


@njit(cache=True, error_model="numpy")
def cheapest_free(
    first: int, end: int, has: NDArray[np.bool_], free: Whole, gang: int, value: Real, wait: float
) -> int:
    """The cheapest slot in [first, end) with room for a gang that it has not yet; -1 where there is none."""
    best = -1
    for slot in range(first, end):
        if has[slot] or free[slot] < gang:
            continue
        if best < 0 or value[slot] + wait * slot < value[best] + wait * best:
            best = slot
    return best


@njit(cache=True, error_model="numpy")
def step_aside(
    order: Whole,
    span: tuple[int, int],
    told: Told,
    work: Work,
    bounds: tuple[Whole, Whole],
    cells: Cells,
    free: Whole,
    found: Found,
) -> None:
    """Take jobs out of the first slots and give each the cheapest free slots after them instead.

    order: jobs to try, one after another; each must hold all slots of the window. span: (slots of the window, seconds
    of a slot). told: (offsets (n+1,), count, slots). work, (n,) each: (gang, place, entry of the menu, slots expected
    to be used, seconds of declared work at its speed, seconds a restart loses, whether it runs now). bounds, (n,):
    (slot before which new slots lie, slot before which its expected end lies). cells: (money and kWh at the meter of
    an accelerator in a slot, (M, T), money of each job's accelerator for each slot of wait, (n,)). free: machines,
    (P, T), changed in place. found, filled for jobs that can: (offsets of room for slots (n+1,), new count (-1 where
    it cannot), new slots, (n, 4): money of the window, mean money and mean kWh of a slot worked instead, restarts
    more).
    """
    window, step_s = span
    offsets, counts, slots = told
    gang, place, entry, _, work_s, restart_s, runs = work
    has = np.zeros(free.shape[1], dtype=np.bool_)
    added = np.zeros(window + MORE_SLOTS, dtype=np.int64)
    for job in order:
        old = slots[offsets[job] : offsets[job] + counts[job]]
        new = found[2][found[0][job] : found[0][job + 1]]
        has[:] = False
        has[old] = True
        taken, whole, fits = 0, 0, False
        while not fits and taken < window + MORE_SLOTS:
            best = cheapest_free(
                window,
                min(bounds[0][job], free.shape[1]),
                has,
                free[place[job]],
                gang[job],
                cells[0][entry[job]],
                cells[2][job],
            )
            if best < 0:
                break
            has[best] = True
            added[taken] = best
            taken += 1
            if taken < window:
                continue
            whole = len(old) - window + taken
            merge(old[window:], np.sort(added[:taken]), new)
            lost_s = (breaks_in(new, whole) + runs[job]) * restart_s[job]
            fits = whole * step_s >= work_s[job] + lost_s
        if fits and aside(job, span, old, new[:whole], work, bounds[1][job], cells, found[3][job]):
            found[1][job] = whole
            for index in range(taken):
                free[place[job], added[index]] -= gang[job]


@njit(cache=True, error_model="numpy")
def aside(
    job: int,
    span: tuple[int, int],
    old: Whole,
    new: Whole,
    work: Work,
    latest_end: int,
    cells: Cells,
    figures: Real,
) -> bool:
    """Whether a job that works in new slots is expected to end in time; then its figures are filled."""
    window, step_s = span
    gang, _, entry, used, _, restart_s, runs = work
    cost, kwh, wait = cells[0][entry[job]], cells[1][entry[job]], cells[2][job]
    need, size = used[job], float(gang[job])
    more = max(0, breaks_in(new, need) + runs[job] - breaks_in(old, need))
    ends = min(len(new), need + -(-more * restart_s[job] // step_s))
    if new[ends - 1] + 1 > latest_end:
        return False
    later = ends - (need - window)
    window_cost = over(old, window, cost, wait)
    stays_cost = over(old, need, cost, wait) - window_cost
    stays_kwh = over(old, need, kwh, 0.0) - over(old, window, kwh, 0.0)
    figures[0] = size * window_cost
    figures[1] = size * (over(new, ends, cost, wait) - stays_cost) / later
    figures[2] = size * (over(new, ends, kwh, 0.0) - stays_kwh) / later
    figures[3] = float(more)
    return True


@njit(cache=True, error_model="numpy")
def step_in(
    order: Whole,
    span: tuple[int, int],
    told: Told,
    work: Work,
    cells: Cells,
    free: Whole,
    found: Found,
) -> None:
    """Bring jobs into the first slots, of which they hold none, and let the dearest later ones go instead.

    Arguments as of step_aside. Figures: money of the window, mean money and mean kWh of a slot that is let go, restarts
    more.
    """
    window, step_s = span
    offsets, counts, slots = told
    gang, place, entry, used, work_s, restart_s, _ = work
    ahead = np.arange(window)
    for job in order:
        old = slots[offsets[job] : offsets[job] + counts[job]]
        new = found[2][found[0][job] : found[0][job + 1]]
        if used[job] < window or free[place[job], :window].min() < gang[job]:
            continue
        cost, wait, size = cells[0][entry[job]], cells[2][job], float(gang[job])
        dearest = np.argsort(-(cost[old[: used[job]]] + wait * old[: used[job]]), kind="mergesort")
        for dropped in range(window, 0, -1):
            goes = np.zeros(len(old), dtype=np.bool_)
            goes[dearest[:dropped]] = True
            whole = len(old) - dropped + window
            merge(old[~goes], ahead, new)
            if whole * step_s < work_s[job] + breaks_in(new, whole) * restart_s[job]:
                continue
            free[place[job], :window] -= gang[job]
            let_go = old[goes]
            found[1][job] = whole
            more = breaks_in(new, whole) - breaks_in(old, len(old))
            found[3][job, 0] = size * over(ahead, window, cost, wait)
            found[3][job, 1] = size * over(let_go, dropped, cost, wait) / dropped
            found[3][job, 2] = size * over(let_go, dropped, cells[1][entry[job]], 0.0) / dropped
            found[3][job, 3] = max(0.0, float(more))
            break


@njit(cache=True, error_model="numpy")
def step_away(
    order: Whole,
    window: int,
    told: Told,
    work: tuple[Whole, Whole, Whole, Whole, Whole, Whole],
    away: tuple[Whole, Whole, Real],
    bounds: tuple[Whole, Whole],
    cells: Cells,
    free: Whole,
    found: tuple[Whole, Whole, Whole, Real],
) -> None:
    """Take jobs to another place for good, each where it costs least, and let it work there without a break.

    order: jobs to try, one after another; each must hold all slots of the window. told: (offsets (n+1,), count,
    slots). work, (n,) each: (gang, accelerators it runs on here, entry of the menu, slots expected to be used, slots of
    declared and of expected work of the whole gang at another place, restart and all). away: (first slot at each place,
    the number of slots where a job may not go (n, P), entry of the menu of each place (P,), money of the way to each
    (n, P)). bounds, (n,): (slot before which declared work ends, slot before which its expected end lies). cells: as of
    step_aside, waits for an accelerator of the whole gang. free: machines, (P, T), changed in place. found, filled for
    jobs that can: (place, -1 where it cannot, first slot, slots, (n, 2): money more over the whole rest of the job, and
    kWh drawn more after the window).
    """
    gang, taken, entry, used, declared, expected = work
    steps = free.shape[1]
    for job in order:
        size, wait = gang[job], cells[2][job]
        own = told[2][told[0][job] : told[0][job] + told[1][job]]
        stays = taken[job] * over(own, used[job], cells[0][entry[job]], wait * size / taken[job])
        best = np.inf
        for place in range(free.shape[0]):
            cost = cells[0][away[1][place]]
            run, worked = 0, 0.0
            for slot in range(away[0][job, place], min(bounds[0][job], steps)):
                run = run + 1 if free[place, slot] >= size else 0
                if run == 0:
                    worked = 0.0
                    continue
                first = slot + 1 - declared[job]
                worked += cost[slot]
                if run > declared[job]:
                    worked -= cost[first - 1]
                if run < declared[job]:
                    continue
                end = first + expected[job]
                if end > bounds[1][job]:
                    break
                kept = 0.0
                for beyond in range(end, slot + 1):
                    kept += cost[beyond]
                waited = wait * expected[job] * (2 * first + expected[job] - 1) / 2.0
                money = size * (worked - kept + waited) + away[2][job, place]
                if money < best - 1e-12:
                    best = money
                    found[0][job], found[1][job], found[2][job] = place, first, declared[job]
        if best == np.inf:
            continue
        place, first = found[0][job], found[1][job]
        kwh, later = 0.0, cells[1][away[1][place]]
        for slot in range(max(first, window), first + expected[job]):
            kwh += size * later[slot]
        for index in range(window, used[job]):
            kwh -= taken[job] * cells[1][entry[job]][own[index]]
        found[3][job, 0], found[3][job, 1] = best - stays, kwh
        free[place, first : first + declared[job]] -= size
