"""One set-point over gangs and their nodes: every gang gets a point of its menu, every node its power there."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401

Real = NDArray[np.float64]
Single = NDArray[np.float32]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

STRAIGHT, PASSES = 4, 60
CLOSE = 1e-9
"""Share of the asked power within which the level of the water is found."""
MOVES = 16
"""Gangs that are moved by one point more, one after the other, to take up what nearest points leave."""
LEFT = 1e-5
"""Share of the asked power that may be left without another such move."""
UNTOLD = -1
"""A gang that draws nothing, or whose nodes have not been told yet."""
SIDE_BY_SIDE = 16
LEAST, MOST, BELOW, ABOVE = range(4)


@njit(cache=True, error_model="numpy")
def _ends(
    usual: Real, lowest: Real, highest: Real, weight: Real
) -> tuple[float, float, float, float]:
    """Power of all at their bounds, kW, and the levels at which the last of them gets there.

    SIDE_BY_SIDE sums, always the same ones: a fixed order, and none waits for the one before it.
    """
    sums = np.zeros((4, SIDE_BY_SIDE))
    least, most, below, above = sums[LEAST], sums[MOST], sums[BELOW], sums[ABOVE]
    for begin in range(0, usual.shape[0], SIDE_BY_SIDE):
        stop = min(begin + SIDE_BY_SIDE, usual.shape[0])
        low, high, own, heavy = (
            lowest[begin:stop],
            highest[begin:stop],
            usual[begin:stop],
            weight[begin:stop],
        )
        for j in range(stop - begin):
            least[j] += low[j]
            most[j] += high[j]
            down, up = (low[j] - own[j]) * heavy[j], (high[j] - own[j]) * heavy[j]
            below[j] = down if down < below[j] else below[j]
            above[j] = up if up > above[j] else above[j]
    return least.sum(), most.sum(), below.min(), above.max()


@njit(cache=True, error_model="numpy")
def _at_level(
    level: float, usual: Real, lowest: Real, highest: Real, softness: Real, out: Real
) -> tuple[float, float]:
    """Power of all with the water at a level, and its slope by the level; fills out."""
    sums = np.zeros((2, SIDE_BY_SIDE))
    totals, slopes = sums[0], sums[1]
    for begin in range(0, usual.shape[0], SIDE_BY_SIDE):
        stop = min(begin + SIDE_BY_SIDE, usual.shape[0])
        low, high, own, soft = (
            lowest[begin:stop],
            highest[begin:stop],
            usual[begin:stop],
            softness[begin:stop],
        )
        told = out[begin:stop]
        for j in range(stop - begin):
            free = own[j] + level * soft[j]
            kept = free if free > low[j] else low[j]
            kept = kept if kept < high[j] else high[j]
            told[j] = kept
            totals[j] += kept
            slopes[j] += soft[j] if (free > low[j]) & (free < high[j]) else 0.0
    return totals.sum(), slopes.sum()


@njit(cache=True, error_model="numpy")
def water_filled(
    target_kw: float, usual: Real, bounds: tuple[Real, Real], weight: Real, level: float, out: Real
) -> tuple[float, float]:
    """Least Σ weight/2 (out - usual)² with Σ out = target within bounds: out = clip(usual + level/weight, bounds).

    level: that of the tick before, from which Newton's steps begin; where STRAIGHT of them do not arrive, they go on
    inside a bracket. Returns the level and what lacks, kW, above 0 where bounds leave too much, below where too little.
    """
    lowest, highest = bounds
    softness, close_kw = 1.0 / weight, CLOSE * max(abs(target_kw), 1.0)
    for _ in range(STRAIGHT):
        total, slope = _at_level(level, usual, lowest, highest, softness, out)
        if abs(target_kw - total) <= close_kw:
            return level, 0.0
        if slope <= 0.0:
            break
        level += (target_kw - total) / slope
    least, most, below, above = _ends(usual, lowest, highest, weight)
    if target_kw <= least:
        out[:] = lowest
        return below, least - target_kw
    if target_kw >= most:
        out[:] = highest
        return above, most - target_kw
    level = min(max(level, below), above)
    for _ in range(PASSES):
        total, slope = _at_level(level, usual, lowest, highest, softness, out)
        lacking = target_kw - total
        if abs(lacking) <= close_kw:
            break
        if lacking > 0.0:
            below = level
        else:
            above = level
        level = level + lacking / slope if slope > 0.0 else below - 1.0
        if not below < level < above:
            level = 0.5 * (below + above)
    return level, 0.0


@njit(cache=True, error_model="numpy")
def _nearest(wanted_kw: Real, gangs: Real, points_kw: Real, points: Whole) -> float:
    """The point of each gang that lies nearest to what is wanted of it, the lower of two; returns their power, kW.

    points: those of the tick before, from which each gang walks, mostly not at all.
    """
    total, last, highest = 0.0, points_kw.shape[1] - 1, gangs[1]
    for g in range(points.shape[0]):
        if highest[g] <= 0.0:
            points[g] = UNTOLD
            continue
        k, twice_kw, own_kw = min(max(points[g], 0), last), 2.0 * wanted_kw[g], points_kw[g]
        while k < last and twice_kw > own_kw[k] + own_kw[k + 1]:
            k += 1
        while k > 0 and twice_kw <= own_kw[k - 1] + own_kw[k]:
            k -= 1
        points[g] = k
        total += own_kw[k]
    return total


@njit(cache=True, error_model="numpy")
def _step_kw(k: int, up: bool, own_kw: Real, lowest_kw: float, highest_kw: float) -> float:
    """What a gang draws more or less one point on, 0 where it may not go."""
    if up and 0 <= k < own_kw.shape[0] - 1 and own_kw[k + 1] <= highest_kw:
        return float(own_kw[k + 1] - own_kw[k])
    if not up and k > 0 and own_kw[k - 1] >= lowest_kw:
        return float(own_kw[k] - own_kw[k - 1])
    return 0.0


@njit(cache=True, error_model="numpy")
def _closed_in(
    lacking_kw: float, close_kw: float, gangs: Real, points_kw: Real, points: Whole
) -> float:
    """Move one gang after the other by one point, each time the first that leaves next to nothing, or the one that
    leaves least; returns what still lacks, kW."""
    lowest, highest = gangs[0], gangs[1]
    for _ in range(MOVES):
        if abs(lacking_kw) <= close_kw:
            break
        up, wanted_kw = lacking_kw > 0.0, abs(lacking_kw)
        least_kw, moved, moved_kw = wanted_kw, UNTOLD, 0.0
        for g in range(points.shape[0]):
            step_kw = _step_kw(points[g], up, points_kw[g], lowest[g], highest[g])
            left_kw = abs(wanted_kw - step_kw)
            if left_kw < least_kw:
                least_kw, moved, moved_kw = left_kw, g, step_kw
                if left_kw <= close_kw:
                    break
        if moved == UNTOLD:
            break
        lacking_kw += -moved_kw if up else moved_kw
        points[moved] += 1 if up else -1
    return lacking_kw


@njit(cache=True, error_model="numpy")
def _exchanged(
    lacking_kw: float, close_kw: float, gangs: Real, points_kw: Real, points: Whole
) -> float:
    """Move one gang up and another down by a point, the two that leave least; returns what still lacks, kW.

    Steps of gangs are alike, their differences are small: this takes up what no gang alone can.
    """
    if abs(lacking_kw) <= close_kw:
        return lacking_kw
    many = points.shape[0]
    downs_kw = np.empty(many)
    for g in range(many):
        step_kw = _step_kw(points[g], False, points_kw[g], gangs[0, g], gangs[1, g])
        downs_kw[g] = step_kw if step_kw > 0.0 else np.inf
    order = np.argsort(downs_kw, kind="mergesort")
    rising_kw = downs_kw[order]
    least_kw, up, down = abs(lacking_kw), UNTOLD, UNTOLD
    for g in range(many):
        step_kw = _step_kw(points[g], True, points_kw[g], gangs[0, g], gangs[1, g])
        if step_kw <= 0.0:
            continue
        at = np.searchsorted(rising_kw, step_kw - lacking_kw)
        for beside in (at - 1, at):
            if not 0 <= beside < many or order[beside] == g:
                continue
            left_kw = abs(lacking_kw - step_kw + rising_kw[beside])
            if left_kw < least_kw:
                least_kw, up, down = left_kw, g, order[beside]
    if up == UNTOLD:
        return lacking_kw
    lacking_kw -= _step_kw(points[up], True, points_kw[up], gangs[0, up], gangs[1, up])
    points[up] += 1
    points[down] -= 1
    return float(lacking_kw + downs_kw[down])


@njit(cache=True, error_model="numpy")
def _tell_nodes(
    points: Whole, before: Whole, offsets: Whole, nodes_kw: Single, told_kw: Single
) -> None:
    """Tell the nodes of every gang whose point has changed their power there; other nodes keep what they were told."""
    many = nodes_kw.shape[0] // max(told_kw.shape[0], 1)
    for g in range(offsets.shape[0] - 1):
        if points[g] == before[g]:
            continue
        first, own = offsets[g], offsets[g + 1] - offsets[g]
        own_kw = told_kw[first : first + own]
        if points[g] == UNTOLD:
            own_kw[:] = np.float32(0.0)
            continue
        at = many * first + points[g] * own
        there_kw = nodes_kw[at : at + own]
        for j in range(own):
            own_kw[j] = there_kw[j]


@njit(cache=True, error_model="numpy")
def set_points(
    target_kw: float,
    gangs: Real,
    points_kw: Real,
    nodes: tuple[Whole, Single],
    level: float,
    points: Whole,
    told_kw: Single,
) -> tuple[float, float, float]:
    """Points of gangs that together draw nearest to target_kw, and what each node is told.

    gangs: lowest, highest, usual power kW and weight above 0, (4, G), the first three 0 of a gang that draws nothing;
    lowest and highest are points of it. points_kw: what each gang draws at its points, rising, (G, K), narrower menus
    repeat their fastest. nodes: where the nodes of each gang begin, (G + 1,), and what each draws, gang by gang and of
    a gang point by point, (K n,). level: of the water at the tick before. points and told_kw, (G,) and (n,), are those
    of the tick before, UNTOLD and 0 at first, changed in place.

    Water finds the least Σ weight/2 (kW - usual)², each gang takes the point nearest to its share, and what that leaves
    is carried on to gangs that one point more or less brings nearest, MOVES at most, and to two that exchange a point.
    Returns the level, what bounds
    leave too much (above 0) or too little, and what whole points leave undrawn of the rest, kW: the store's.
    """
    wanted_kw, before = np.empty(points.shape[0]), points.copy()
    level, beyond_kw = water_filled(
        target_kw, gangs[2], (gangs[0], gangs[1]), gangs[3], level, wanted_kw
    )
    drawn_kw = _nearest(wanted_kw, gangs, points_kw, points)
    close_kw = LEFT * max(abs(target_kw), 1.0)
    lacking_kw = target_kw + beyond_kw - drawn_kw
    lacking_kw = _closed_in(lacking_kw, close_kw, gangs, points_kw, points)
    lacking_kw = _exchanged(lacking_kw, close_kw, gangs, points_kw, points)
    lacking_kw = _closed_in(lacking_kw, close_kw, gangs, points_kw, points)
    _tell_nodes(points, before, nodes[0], nodes[1], told_kw)
    return level, beyond_kw, lacking_kw
