"""Nodes in gangs of one to a thousand and how much power they are asked for, tick by tick."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

VERSION = "gang-nodes-1"
LARGEST = 1024
Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class GangNodes:
    """n nodes in G gangs. gang: of each node, offsets: where each gang begins, (G + 1,). idle_kw, span_kw, cap_kw: of
    each node, its power at point 0, what point 1 adds, its own limit. lowest, highest, usual, weight: of each gang.
    target_kw: asked for, tick by tick, (T,)."""

    gang: NDArray[np.int64]
    offsets: NDArray[np.int64]
    idle_kw: NDArray[np.float32]
    span_kw: NDArray[np.float32]
    cap_kw: NDArray[np.float32]
    lowest: Real
    highest: Real
    usual: Real
    weight: Real
    target_kw: Real

    def __post_init__(self) -> None:
        single = dict.fromkeys(("idle_kw", "span_kw", "cap_kw"), np.float32)
        real = dict.fromkeys(("lowest", "highest", "usual", "weight", "target_kw"), np.float64)
        freeze(self, gang=np.int64, offsets=np.int64, **single, **real)


def gang_nodes(nodes: int, gangs: int, ticks: int, seed: int) -> GangNodes:
    """So many nodes in so many gangs, sizes spread over 1 to 1,024 as jobs are, and a walk of what is asked for.

    Raises ValueError where so many nodes do not fit into so many gangs.
    """
    if not gangs <= nodes <= gangs * LARGEST:
        raise ValueError(f"{nodes} nodes do not fit into {gangs} gangs of 1 to {LARGEST}")
    chance = np.random.default_rng(seed)
    sizes = _sizes(chance, nodes, gangs)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    idle = chance.uniform(1.5, 2.5, nodes)
    span = chance.uniform(5.0, 9.0, nodes)
    cap = idle + span * np.where(chance.random(nodes) < 0.1, chance.uniform(0.6, 1.0, nodes), 1.1)
    lowest, highest = chance.uniform(0.2, 0.4, gangs), chance.uniform(0.8, 1.0, gangs)
    usual = chance.uniform(0.55, 0.75, gangs)
    walk = np.clip(np.cumsum(chance.normal(0.0, 0.05, ticks)), -1.0, 1.0)
    base = float((idle + span * np.repeat(usual, sizes)).sum())
    return GangNodes(
        gang=np.repeat(np.arange(gangs), sizes),
        offsets=offsets,
        idle_kw=idle.astype(np.float32),
        span_kw=span.astype(np.float32),
        cap_kw=cap.astype(np.float32),
        lowest=lowest,
        highest=highest,
        usual=usual,
        weight=sizes * chance.uniform(0.5, 2.0, gangs),
        target_kw=base * (0.97 + 0.15 * walk),
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
