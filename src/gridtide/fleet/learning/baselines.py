"""What a map has to beat: a constant PUE, and a PUE by outdoor temperature, each with the best IT power there is.

Both are given the IT power of the learned map, a better one than such rules have at hand.
"""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.learning.site_map import SiteMap, it_power_of
from gridtide.fleet.learning.telemetry import Drivers

Real = NDArray[np.float64]
Chosen = NDArray[np.bool_]
TEMPERATURES = 12


def by_constant_pue(site_map: SiteMap, drivers: Drivers, facility_kw: Real, chosen: Chosen) -> Real:
    """IT power times the median ratio of meter to IT power in the chosen rows, kW, (n,)."""
    it_kw = it_power_of(site_map, drivers)
    return np.asarray(it_kw * np.median(facility_kw[chosen] / it_kw[chosen]))


def by_pue_and_temperature(
    site_map: SiteMap, drivers: Drivers, facility_kw: Real, chosen: Chosen
) -> Real:
    """IT power times a ratio that is linear between medians at quantiles of the dry bulb, kW, (n,)."""
    it_kw = it_power_of(site_map, drivers)
    ratio = facility_kw[chosen] / it_kw[chosen]
    dry = drivers.dry_c[chosen]
    edges = np.quantile(dry, np.linspace(0.0, 1.0, TEMPERATURES + 1)[1:-1])
    part = np.searchsorted(edges, dry)
    there = np.unique(part)
    at = np.asarray([np.median(dry[part == one]) for one in there])
    pue = np.asarray([np.median(ratio[part == one]) for one in there])
    return np.asarray(it_kw * np.interp(drivers.dry_c, at, pue))
