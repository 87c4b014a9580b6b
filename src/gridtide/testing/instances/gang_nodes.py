"""Nodes in gangs of one to a thousand, each with a menu of points, and the power they are asked for, tick by tick."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

VERSION = "gang-nodes-2"
LARGEST = 1024
CAPS = np.linspace(0.3, 1.0, 8)
"""Points of every gang, as shares of what its nodes may draw beyond idle."""
Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class GangNodes:
    """n nodes in G gangs of K points. offsets: where the nodes of each gang begin, (G + 1,). nodes_kw: what each node
    draws, gang by gang and of a gang point by point, (K n,). points_kw: of each gang at its points, (G, K). gangs:
    lowest, highest, usual power kW and weight, (4, G). target_kw: asked for, tick by tick, (T,)."""

    offsets: NDArray[np.int64]
    nodes_kw: NDArray[np.float32]
    points_kw: Real
    gangs: Real
    target_kw: Real

    def __post_init__(self) -> None:
        real = dict.fromkeys(("points_kw", "gangs", "target_kw"), np.float64)
        freeze(self, offsets=np.int64, nodes_kw=np.float32, **real)


def gang_nodes(nodes: int, gangs: int, ticks: int, seed: int) -> GangNodes:
    """So many nodes in so many gangs, sizes spread over 1 to 1,024 as jobs are, and a walk of what is asked for.

    Every node has an idle power, a slope and for one in ten a limit of its own, so that no two draw alike. Raises
    ValueError where so many nodes do not fit into so many gangs.
    """
    if not gangs <= nodes <= gangs * LARGEST:
        raise ValueError(f"{nodes} nodes do not fit into {gangs} gangs of 1 to {LARGEST}")
    chance = np.random.default_rng(seed)
    sizes = _sizes(chance, nodes, gangs)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    idle = chance.uniform(1.5, 2.5, nodes)
    span = chance.uniform(5.0, 9.0, nodes)
    cap = idle + span * np.where(chance.random(nodes) < 0.1, chance.uniform(0.6, 1.0, nodes), 1.1)
    drawn = np.minimum(idle + span * CAPS[:, None], cap).astype(np.float32)
    points_kw = np.add.reduceat(drawn.astype(np.float64), offsets[:-1], axis=1).T
    each = np.arange(gangs)
    lowest = points_kw[each, chance.integers(0, 3, gangs)]
    highest = points_kw[each, chance.integers(len(CAPS) - 3, len(CAPS), gangs)]
    usual = lowest + chance.uniform(0.4, 0.8, gangs) * (highest - lowest)
    walk = np.clip(np.cumsum(chance.normal(0.0, 0.05, ticks)), -1.0, 1.0)
    return GangNodes(
        offsets=offsets,
        nodes_kw=np.concatenate([drawn[:, a:b].ravel() for a, b in pairwise(offsets.tolist())]),
        points_kw=points_kw,
        gangs=np.stack([lowest, highest, usual, chance.uniform(0.5, 2.0, gangs) / sizes]),
        target_kw=float(usual.sum()) * (0.97 + 0.15 * walk),
    )


def _sizes(chance: np.random.Generator, nodes: int, gangs: int) -> NDArray[np.int64]:
    """Whole sizes of 1 to LARGEST, evenly over their logarithm, that add up to the nodes."""
    drawn = np.exp(chance.uniform(0.0, np.log(LARGEST), gangs))
    low, high = 0.0, float(LARGEST)
    for _ in range(60):
        scale = 0.5 * (low + high)
        sizes = np.clip(np.rint(drawn * scale), 1, LARGEST).astype(np.int64)
        low, high = (scale, high) if sizes.sum() < nodes else (low, scale)
    sizes = np.clip(np.rint(drawn * low), 1, LARGEST).astype(np.int64)
    missing = nodes - int(sizes.sum())
    while missing:
        room = np.flatnonzero(sizes < LARGEST) if missing > 0 else np.flatnonzero(sizes > 1)
        some = room[: abs(missing)]
        sizes[some] += 1 if missing > 0 else -1
        missing = nodes - int(sizes.sum())
    return sizes
