"""What each part of a building draws, and what tokens move, over arrays, by the very functions of physics."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.heat_plant import compressor_kw, free_cooling_kw, tower_kw
from gridtide.physics.movement import read_bits_per_token
from gridtide.physics.pue import distribution_loss_kw, fan_kw, misc_kw, pump_kw
from gridtide.physics.serving_queue import fluid_batch
from gridtide.physics.transformer import transformer_loss_kw
from gridtide.physics.ups import ups_loss_kw

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
PARTS = 9


@njit(cache=True, error_model="numpy")
def facility_parts(
    it_kw: Real, capacity_kw: Real, ups_kw: Real, outdoor_c: Real, plant: Whole
) -> Real:
    """Power of transformer, UPS, distribution, fans, pumps, compressors, free cooling, towers and the rest, kW,
    (PARTS, S, T). it_kw, outdoor_c: (S, T); capacity_kw, plant: (S,). ups_kw: rating of the UPS in use, (S, T)."""
    sites, steps = it_kw.shape
    parts = np.empty((PARTS, sites, steps))
    for s in range(sites):
        built = capacity_kw[s]
        for t in range(steps):
            load = it_kw[s, t]
            lost = ups_loss_kw(load, ups_kw[s, t])
            wired = distribution_loss_kw(load)
            blown = fan_kw(load, built, plant[s])
            heat = load + lost + wired + blown
            parts[0, s, t] = transformer_loss_kw(load, built)
            parts[1, s, t] = lost
            parts[2, s, t] = wired
            parts[3, s, t] = blown
            parts[4, s, t] = pump_kw(load, built)
            parts[5, s, t] = compressor_kw(heat, built, outdoor_c[s, t], plant[s])
            parts[6, s, t] = free_cooling_kw(heat, outdoor_c[s, t], plant[s])
            parts[7, s, t] = tower_kw(heat, plant[s])
            parts[8, s, t] = misc_kw(built)
    return parts


@njit(cache=True, error_model="numpy")
def read_bits(
    requests_per_s: Real,
    tokens: float,
    iteration: tuple[float, tuple[float, float]],
    valid: tuple[float, float],
    weights: tuple[float, float, tuple[float, float]],
    context_bits: float,
) -> Real:
    """Bits a token reads from memory at each step, (T,), at the sequences in flight that the requests of one
    replica lead to. iteration, valid: as in `serving.answering_kw`; weights: shared bits, bits of all experts, experts
    and how many a token asks for."""
    found = np.empty_like(requests_per_s)
    first, (line, square) = iteration
    for t in range(len(requests_per_s)):
        batch = fluid_batch(requests_per_s[t], tokens, first, line, square)
        batch = min(max(batch, valid[0]), valid[1])
        found[t] = read_bits_per_token(batch, weights[0], weights[1], weights[2], context_bits)
    return found
