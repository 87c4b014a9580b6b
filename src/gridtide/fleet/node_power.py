"""How the power of servers is distributed when that of their accelerators is known, and what a kind of server adds."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from gridtide.physics.server import server_power_w

Real = NDArray[np.float64]
CASES = 41
"""Equally likely states of a server's work that are looked at."""
SHARES = tuple(number / 20.0 for number in range(21))
"""How alike accelerators of a server may be found to be."""
NORMAL = NormalDist()


@dataclass(frozen=True, kw_only=True)
class ServerKind:
    """A kind of server with some accelerators.

    rest_w + slope x what its accelerators draw is what it draws, W. alike: how much of what an accelerator draws its
    server decides, 0 to 1: 0 each on its own, 1 all the same (correlation of ranks under a normal copula).
    """

    rest_w: float = 588.0
    slope: float = 1.74
    alike: float = 1.0
    accelerators: int = 8


def server_quantiles_w(accelerator_w: Real, kind: ServerKind, probabilities: Real) -> Real:
    """Power of servers of a kind at some probabilities [0-1], (P,), W.

    accelerator_w: power of an accelerator in equally likely cases, (Q,), W. Exact but for bins of 1 W and CASES.
    """
    together = _together_w(accelerator_w, kind.alike, kind.accelerators, probabilities)
    return np.asarray([server_power_w(float(one), kind.rest_w, kind.slope) for one in together])


def fitted_kind(accelerator_w: Real, server_w: Real, accelerators: int = 8) -> ServerKind:
    """The kind of server whose quantiles come nearest to those measured, in the sum of their squares.

    accelerator_w, server_w: power in equally likely cases, (Q,) and (P,), W, of the same hours if possible. Raises
    ValueError where all servers, or all accelerators, draw the same: nothing can be learned of them.
    """
    if np.ptp(server_w) <= 0.0 or np.ptp(accelerator_w) <= 0.0:
        raise ValueError(
            "servers or accelerators that all draw the same tell nothing of each other"
        )
    ordered = np.sort(server_w)
    probabilities = (np.arange(len(ordered)) + 0.5) / len(ordered)
    tried: list[tuple[float, ServerKind]] = []
    for alike in SHARES:
        together = _together_w(accelerator_w, alike, accelerators, probabilities)
        table = np.stack([np.ones(len(together)), together], axis=1)
        (rest, slope), *_ = np.linalg.lstsq(table, ordered, rcond=None)
        off = float(np.square(rest + slope * together - ordered).sum())
        kind = ServerKind(
            rest_w=float(rest), slope=float(slope), alike=alike, accelerators=accelerators
        )
        tried.append((off, kind))
    return min(tried, key=lambda one: one[0])[1]


def _together_w(accelerator_w: Real, alike: float, accelerators: int, at: Real) -> Real:
    """What the accelerators of a server draw together at some probabilities, W."""
    ordered = np.sort(accelerator_w)
    if alike >= 1.0:
        place = np.minimum((at * len(ordered)).astype(np.int64), len(ordered) - 1)
        return np.asarray(accelerators * ordered[place], dtype=np.float64)
    levels = np.rint(ordered).astype(np.int64)
    edges = [NORMAL.inv_cdf((q + 1.0) / len(levels)) for q in range(len(levels) - 1)]
    cells = accelerators * int(levels[-1]) + 1
    together = np.zeros(cells)
    for case in range(CASES):
        weights = _weights(edges, alike, NORMAL.inv_cdf((case + 0.5) / CASES))
        alone = np.bincount(levels, weights=weights)
        summed = np.fft.irfft(np.fft.rfft(alone, cells) ** accelerators, cells)
        together += np.maximum(summed, 0.0) / CASES
    reached = np.searchsorted(np.cumsum(together), at * together.sum(), side="left")
    return np.asarray(np.minimum(reached, cells - 1), dtype=np.float64)


def _weights(edges: list[float], alike: float, state: float) -> Real:
    """Chance of each level of an accelerator when the work of its server is in a state (a normal deviate)."""
    shift, spread = math.sqrt(alike) * state, math.sqrt(1.0 - alike)
    below = [NORMAL.cdf((edge - shift) / spread) for edge in edges]
    return np.asarray(np.diff([0.0, *below, 1.0]))
