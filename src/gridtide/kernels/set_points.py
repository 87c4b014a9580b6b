"""One set-point over the nodes of many gangs: the ranks of a gang share a point, every node draws its own power."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401

Real = NDArray[np.float64]
Single = NDArray[np.float32]
Whole = NDArray[np.int64]
PASSES = 60
SIDE_BY_SIDE = 32
TOGETHER = 4096
"""Nodes whose power is summed in single precision before it is added up in double."""
CLOSE = 1e-5
"""Share of the asked power by which a set-point may be missed."""
LEVEL, DRAWN, SLOPE = range(3)
"""What a tick leaves to the next: level of the water, power drawn there, and its slope."""


@njit(cache=True, error_model="numpy")
def _add_gang(
    point: float,
    rising: float,
    nodes: tuple[Single, Single, Single],
    first: int,
    end: int,
    told_kw: Single,
    sums: tuple[Single, Single],
) -> None:
    """Tell the nodes first to end their power at a point and add it, and its slope times `rising`, to the sums.

    SIDE_BY_SIDE sums, always the same ones: a fixed order, and none waits for the one before it.
    """
    idle, span, cap = nodes
    powers, slopes = sums
    at, share, none = np.float32(point), np.float32(rising), np.float32(0.0)
    for begin in range(first, end, SIDE_BY_SIDE):
        stop = min(begin + SIDE_BY_SIDE, end)
        own_idle, own_span, own_cap = idle[begin:stop], span[begin:stop], cap[begin:stop]
        own_told = told_kw[begin:stop]
        for j in range(stop - begin):
            power = own_idle[j] + own_span[j] * at
            drawn = power if power < own_cap[j] else own_cap[j]
            own_told[j] = drawn
            powers[j] += drawn
            slopes[j] += share * own_span[j] if power < own_cap[j] else none


@njit(cache=True, error_model="numpy")
def _at_level(
    level: float,
    gangs: tuple[Real, Real, Real, Real],
    nodes: tuple[Single, Single, Single],
    offsets: Whole,
    told: tuple[Real, Single],
    sums: tuple[Single, Single],
) -> tuple[float, float]:
    """Power of all nodes with the water at a level, and its slope by the level; fills points and powers."""
    lowest, highest, usual, weight = gangs
    points, told_kw = told
    total, slope, emptied = 0.0, 0.0, 0
    for g in range(usual.shape[0]):
        free = usual[g] + level / weight[g]
        points[g] = min(max(free, lowest[g]), highest[g])
        rising = 1.0 / weight[g] if lowest[g] < free < highest[g] else 0.0
        _add_gang(points[g], rising, nodes, offsets[g], offsets[g + 1], told_kw, sums)
        if offsets[g + 1] - emptied >= TOGETHER or g == usual.shape[0] - 1:
            for j in range(SIDE_BY_SIDE):
                total += sums[0][j]
                slope += sums[1][j]
                sums[0][j] = np.float32(0.0)
                sums[1][j] = np.float32(0.0)
            emptied = offsets[g + 1]
    return total, slope


@njit(cache=True, error_model="numpy")
def set_points(
    target_kw: float,
    gangs: tuple[Real, Real, Real, Real],
    nodes: tuple[Single, Single, Single],
    offsets: Whole,
    before: Real,
    points: Real,
    told_kw: Single,
) -> float:
    """Points of gangs, least Σ weight/2 (point - usual)², at which all nodes together draw target_kw.

    gangs: lowest, highest and usual point (0 to 1), weight above 0, (G,) each. nodes: kW at point 0, kW more at point
    1, and the node's own limit, (n,) each, those of gang g at offsets[g]:offsets[g + 1]. before: what the tick before
    left, (3,), changed in place; zeros at first. Fills points, (G,), and told_kw, (n,); returns what is drawn beyond
    the target, kW: more where even the lowest points draw more, less where the highest draw less.
    """
    lowest, highest, usual, weight = gangs
    sums = (np.zeros(SIDE_BY_SIDE, np.float32), np.zeros(SIDE_BY_SIDE, np.float32))
    below, above = 0.0, 0.0
    for g in range(usual.shape[0]):
        below = min(below, (lowest[g] - usual[g]) * weight[g])
        above = max(above, (highest[g] - usual[g]) * weight[g])
    guess = before[LEVEL]
    if before[SLOPE] > 0.0:
        guess += (target_kw - before[DRAWN]) / before[SLOPE]
    level = min(max(guess, below), above)
    lacking, slope, close = 0.0, 0.0, CLOSE * max(abs(target_kw), 1.0)
    under, over = below, above
    for _ in range(PASSES):
        total, slope = _at_level(level, gangs, nodes, offsets, (points, told_kw), sums)
        lacking = target_kw - total
        if (
            abs(lacking) <= close
            or (lacking > 0.0 and level >= above)
            or (lacking < 0.0 and level <= below)
        ):
            break
        if lacking > 0.0:
            under = level
        else:
            over = level
        step = level + lacking / slope if slope > 0.0 else under - 1.0
        if not under <= step <= over or step == level:
            step = 0.5 * (under + over)
        if step == level:
            break
        level = step
    before[LEVEL], before[DRAWN], before[SLOPE] = level, target_kw - lacking, slope
    return -lacking
