"""How fast the grid saw each site change, against the ramp rule of its contract."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.contract import Contract

TOLERANCE = 1e-6


def settle_ramps(
    contracts: tuple[Contract, ...], grid_power_kw: NDArray[np.float64], hours: NDArray[np.float64]
) -> tuple[int, float]:
    """Steps in which a site with a rule changed faster than it allows, and the fastest such change, kW/min.

    grid_power_kw: (S, T), + = drawn, mean of each step; hours: (T,). The change from one step to the next is
    spread over the later step, as a plan counts it. 0, 0.0 without a rule.
    """
    steep, fastest = 0, 0.0
    for contract, power_kw in zip(contracts, grid_power_kw, strict=True):
        if contract.ramp_max_kw_per_min is None:
            continue
        per_min = np.abs(np.diff(power_kw)) / (hours[1:] * 60.0)
        steep += int((per_min > contract.ramp_max_kw_per_min * (1.0 + TOLERANCE)).sum())
        fastest = max(fastest, float(per_min.max(initial=0.0)))
    return steep, fastest
