"""Stores that charge at no less than a least power are told that much or nothing."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.fleet import Fleet

Real = NDArray[np.float64]
HALF = 0.5


def charge_least_kw(fleet: Fleet) -> Real:
    """The least power at which the store of each site charges, (S,), kW; 0 where any will do."""
    return np.asarray(
        [site.battery.charge_least_kw if site.battery else 0.0 for site in fleet.sites]
    )


def whole_charges(charge_kw: Real, fleet: Fleet) -> Real:
    """Charges of which none is less than its store can, (S, T): the least from half of it on, below that nothing."""
    least_kw = charge_least_kw(fleet)[:, None]
    told_kw = np.where(charge_kw >= HALF * least_kw, least_kw, 0.0)
    return np.where(charge_kw >= least_kw, charge_kw, told_kw)
