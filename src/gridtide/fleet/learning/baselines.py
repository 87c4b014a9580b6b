"""What a map has to beat: a constant PUE, and a PUE by outdoor temperature.

Both are given the IT power of the learned map, a better one than such rules have at hand. The second is asked once
more as it is used: with an IT power that is a straight line of utilisation, fitted with it.
"""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.learning.site_map import SiteMap, it_power_of
from gridtide.fleet.learning.telemetry import Drivers

Real = NDArray[np.float64]
Chosen = NDArray[np.bool_]
TEMPERATURES = 12
TURNS = 6


def by_constant_pue(site_map: SiteMap, drivers: Drivers, facility_kw: Real, chosen: Chosen) -> Real:
    """IT power times the median ratio of meter to IT power in the chosen rows, kW, (n,)."""
    it_kw = it_power_of(site_map, drivers)
    return np.asarray(it_kw * np.median(facility_kw[chosen] / it_kw[chosen]))


def by_pue_and_temperature(
    site_map: SiteMap, drivers: Drivers, facility_kw: Real, chosen: Chosen
) -> Real:
    """IT power times a ratio that is linear between medians at quantiles of the dry bulb, kW, (n,)."""
    it_kw = it_power_of(site_map, drivers)
    return it_kw * _pue_at(drivers.dry_c, facility_kw / it_kw, chosen)


def by_pue_and_straight_it(drivers: Drivers, facility_kw: Real, chosen: Chosen) -> Real:
    """A straight line of utilisation times a ratio by dry bulb, fitted in turns to the chosen rows, kW, (n,)."""
    sides = np.stack([np.ones_like(drivers.utilisation), drivers.utilisation], axis=1)
    pue = np.ones(len(facility_kw))
    for _ in range(TURNS):
        line = np.linalg.lstsq(sides[chosen], (facility_kw / pue)[chosen], rcond=None)[0]
        pue = _pue_at(drivers.dry_c, facility_kw / (sides @ line), chosen)
    return np.asarray(sides @ line * pue)


def _pue_at(dry_c: Real, of_row: Real, chosen: Chosen) -> Real:
    """A ratio that is linear between medians of the chosen rows at quantiles of their dry bulb, (n,)."""
    ratio, dry = of_row[chosen], dry_c[chosen]
    edges = np.quantile(dry, np.linspace(0.0, 1.0, TEMPERATURES + 1)[1:-1])
    part = np.searchsorted(edges, dry)
    there = np.unique(part)
    at = np.asarray([np.median(dry[part == one]) for one in there])
    pue = np.asarray([np.median(ratio[part == one]) for one in there])
    return np.asarray(np.interp(dry_c, at, pue))
