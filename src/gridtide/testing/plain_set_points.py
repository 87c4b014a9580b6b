"""One set-point over many gangs in NumPy, pass by pass over all nodes, as one would write it without a compiler."""

import numpy as np
from numpy.typing import NDArray

from gridtide.testing.instances.gang_nodes import GangNodes

Real = NDArray[np.float64]
PASSES = 60
CLOSE = 1e-5


def plain_set_points(
    nodes: GangNodes, target_kw: float, before: tuple[float, float, float]
) -> tuple[NDArray[np.float32], Real, tuple[float, float, float]]:
    """Power of each node, point of each gang; level, power and slope for the next tick: by the same steps of Newton."""
    below = min(0.0, float(((nodes.lowest - nodes.usual) * nodes.weight).min()))
    above = max(0.0, float(((nodes.highest - nodes.usual) * nodes.weight).max()))
    level, drawn_kw, slope = before
    if slope > 0.0:
        level += (target_kw - drawn_kw) / slope
    level = min(max(level, below), above)
    under, over = below, above
    for _ in range(PASSES):
        free = nodes.usual + level / nodes.weight
        points = np.clip(free, nodes.lowest, nodes.highest)
        at = points.astype(np.float32)[nodes.gang]
        power = nodes.idle_kw + nodes.span_kw * at
        told = np.minimum(power, nodes.cap_kw)
        lacking = target_kw - float(told.sum(dtype=np.float64))
        rising = np.where(power < nodes.cap_kw, nodes.span_kw, np.float32(0.0))
        own = np.bincount(nodes.gang, weights=rising, minlength=len(points))
        moves = (free > nodes.lowest) & (free < nodes.highest)
        slope = float((own / nodes.weight)[moves].sum())
        if abs(lacking) <= CLOSE * max(abs(target_kw), 1.0):
            break
        if (lacking > 0.0 and level >= above) or (lacking < 0.0 and level <= below):
            break
        under, over = (level, over) if lacking > 0.0 else (under, level)
        step = level + lacking / slope if slope > 0.0 else under - 1.0
        if not under <= step <= over or step == level:
            step = 0.5 * (under + over)
        if step == level:
            break
        level = step
    return told, points, (level, target_kw - lacking, slope)
