"""What it costs to have drawn something else than was declared."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.contract import Contract
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


def deviation_kwh(contract: Contract, import_kwh: Real, position_kwh: Real) -> Real:
    """Energy beyond the free share of the position, more or less, ≥ 0, (T,); 0 where the position is NaN.

    import_kwh: what was drawn, less what agreements delivered to a site that buys positions.
    """
    free_kwh = contract.deviation_free_share * np.abs(position_kwh)
    beyond = np.abs(import_kwh - position_kwh) - free_kwh
    return np.where(np.isnan(beyond), 0.0, np.maximum(beyond, 0.0))


def deviation_charge(contract: Contract, import_kwh: Real, position_kwh: Real) -> float:
    """Money for that energy at the contract's price. position_kwh: NaN where nothing was declared, (T,)."""
    apart = deviation_kwh(contract, import_kwh, position_kwh)
    return cost_per_kwh(contract.deviation_price_per_mwh) * float(apart.sum())
