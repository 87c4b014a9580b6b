"""One set-point over gangs and their nodes in NumPy: the same steps, as one would write them without a compiler."""

import numpy as np
from numpy.typing import NDArray

from gridtide.testing.instances.gang_nodes import GangNodes

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
STRAIGHT, PASSES = 4, 60
CLOSE = 1e-9
MOVES = 16
LEFT = 1e-5


def plain_set_points(
    instance: GangNodes,
    target_kw: float,
    level: float,
    before: tuple[NDArray[np.float32], Whole] | None = None,
) -> tuple[NDArray[np.float32], Whole, float, float]:
    """Power of each node, point of each gang, level of the water for the next tick, and what whole points leave, kW.

    before: powers and points of the tick before; then only nodes of gangs whose point changes are told, in place.
    """
    wanted, level = plain_water(instance.gangs, target_kw, level)
    points_kw, each = instance.points_kw, np.arange(len(wanted))
    chosen = (2.0 * wanted[:, None] > points_kw[:, 1:] + points_kw[:, :-1]).sum(axis=1)
    within = min(max(target_kw, instance.gangs[0].sum()), instance.gangs[1].sum())
    close = LEFT * max(abs(target_kw), 1.0)
    lacking = _closed_in(instance, chosen, within - points_kw[each, chosen].sum(), close)
    lacking = _exchanged(instance, chosen, lacking, close)
    lacking = _closed_in(instance, chosen, lacking, close)
    told_kw = _told(instance, chosen, before)
    return told_kw, chosen, level, float(lacking)


def _told(
    instance: GangNodes, chosen: Whole, before: tuple[NDArray[np.float32], Whole] | None
) -> NDArray[np.float32]:
    """What each node is told: of the gangs whose point is another than before, or of all at first."""
    offsets = instance.offsets
    if before is None:
        told_kw, rows = np.empty(offsets[-1], dtype=np.float32), np.arange(len(chosen))
    else:
        told_kw, rows = before[0], np.flatnonzero(chosen != before[1])
    sizes = np.diff(offsets)[rows]
    inside = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    begins = instance.points_kw.shape[1] * offsets[rows] + chosen[rows] * sizes
    told_kw[np.repeat(offsets[rows], sizes) + inside] = instance.nodes_kw[
        np.repeat(begins, sizes) + inside
    ]
    return told_kw


def plain_water(gangs: Real, target_kw: float, level: float) -> tuple[Real, float]:
    """What each gang would draw with continuous menus, and the level of the water: by the same steps of Newton."""
    lowest, highest, usual, weight = gangs
    close = CLOSE * max(abs(target_kw), 1.0)
    below, above = -np.inf, np.inf
    for number in range(PASSES):
        free = usual + level / weight
        wanted = np.clip(free, lowest, highest)
        lacking = target_kw - float(wanted.sum())
        if abs(lacking) <= close:
            break
        slope = float((1.0 / weight)[(free > lowest) & (free < highest)].sum())
        if np.isinf(below) and (slope <= 0.0 or number == STRAIGHT):
            below = min(0.0, float(((lowest - usual) * weight).min()))
            above = max(0.0, float(((highest - usual) * weight).max()))
            if target_kw <= lowest.sum():
                return lowest, below
            if target_kw >= highest.sum():
                return highest, above
        if np.isfinite(below):
            below, above = (level, above) if lacking > 0.0 else (below, level)
        level = level + lacking / slope if slope > 0.0 else below - 1.0
        if not below < level < above:
            level = 0.5 * (below + above)
    return wanted, level


def _steps_kw(instance: GangNodes, chosen: Whole, way: int) -> Real:
    """What each gang draws more or less one point on, 0 where it may not go."""
    points_kw, (lowest, highest) = instance.points_kw, instance.gangs[:2]
    each, last = np.arange(len(chosen)), points_kw.shape[1] - 1
    there = points_kw[each, np.clip(chosen + way, 0, last)]
    steps = np.abs(there - points_kw[each, chosen])
    steps[(there < lowest) | (there > highest)] = 0.0
    return np.asarray(steps)


def _closed_in(instance: GangNodes, chosen: Whole, lacking: float, close: float) -> float:
    """Move single gangs by one point while that leaves less; changes chosen, returns what still lacks."""
    for _ in range(MOVES):
        if abs(lacking) <= close:
            break
        way = 1 if lacking > 0.0 else -1
        steps = _steps_kw(instance, chosen, way)
        left = np.abs(abs(lacking) - steps)
        enough = np.flatnonzero(left <= close)
        moved = int(enough[0]) if len(enough) else int(left.argmin())
        if left[moved] >= abs(lacking):
            break
        lacking -= way * float(steps[moved])
        chosen[moved] += way
    return lacking


def _exchanged(instance: GangNodes, chosen: Whole, lacking: float, close: float) -> float:
    """Move one gang up and another down, the two that leave least; changes chosen, returns what still lacks."""
    if abs(lacking) <= close:
        return lacking
    ups, downs = _steps_kw(instance, chosen, 1), _steps_kw(instance, chosen, -1)
    downs[downs <= 0.0] = np.inf
    order = np.argsort(downs, kind="stable")
    rising, many = downs[order], len(order)
    at = np.searchsorted(rising, ups - lacking)
    beside = np.stack([at - 1, at], axis=1)
    within = np.clip(beside, 0, many - 1)
    left = np.abs(lacking - ups[:, None] + rising[within])
    left[(beside < 0) | (beside >= many) | (order[within] == np.arange(many)[:, None])] = np.inf
    left[ups <= 0.0] = np.inf
    up, way = np.unravel_index(int(left.argmin()), left.shape)
    if left[up, way] >= abs(lacking):
        return lacking
    down = order[within[up, way]]
    chosen[up] += 1
    chosen[down] -= 1
    return float(lacking - ups[up] + downs[down])
