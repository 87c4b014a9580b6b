"""The water that rivers bring to the stores of sites."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.reading import series
from gridtide.decide.situation import Situation
from gridtide.signals.signal import Kind

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class InflowTerms:
    """W sites with a reservoir. site: of each, (W,). kw: power of the water that comes, before any loss, (W, T)."""

    site: Whole
    kw: Real

    def at_sites(self, sites: int) -> Real:
        """The same of every site, 0 without a reservoir, (S, T)."""
        total = np.zeros((sites, self.kw.shape[1]))
        total[self.site] = self.kw
        return total


def inflow_terms(situation: Situation) -> InflowTerms:
    """What is expected to come over the horizon; none where no site has a reservoir."""
    rows, found = [], []
    for index, site in enumerate(situation.fleet.sites):
        if site.reservoir is not None:
            flow = series(situation, Kind.RIVER_FLOW, site.weather_zone)
            rows.append(index)
            found.append(site.reservoir.inflow_kw(flow))
    none = np.zeros((0, len(situation.horizon)))
    return InflowTerms(site=np.asarray(rows, dtype=np.int64), kw=np.stack(found) if found else none)
