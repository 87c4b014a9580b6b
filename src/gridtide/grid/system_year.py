"""A year of a system by hours: what its areas draw and what its variable units could give."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class SystemYear:
    """H hours, counted from the start of a year that was simulated: no zone, no summer time.

    load_kw: of each area, (H, A), named by areas; bus_area: which area each bus belongs to, bus_share: its share of
    that area's load, (N,), adding up to 1 in each area that draws. available_kw: what each unit could give, (H, G),
    NaN for units that no weather or water limits. first_hour: as the source writes it. Raises ValueError for shapes
    that do not fit and for shares that do not add up.
    """

    areas: tuple[str, ...]
    load_kw: Real
    bus_area: Whole
    bus_share: Real
    available_kw: Real
    first_hour: str = ""

    def __post_init__(self) -> None:
        freeze(self, load_kw=np.float64, bus_share=np.float64, available_kw=np.float64)
        freeze(self, bus_area=np.int64)
        if self.load_kw.shape != (len(self.available_kw), len(self.areas)):
            raise ValueError("loads of areas and what units could give are of different hours")
        if self.bus_area.shape != self.bus_share.shape:
            raise ValueError("areas and shares of buses are of different lengths")
        drawn = np.bincount(self.bus_area, self.bus_share, minlength=len(self.areas))
        if np.abs(drawn[self.load_kw.max(axis=0) > 0.0] - 1.0).max(initial=0.0) > 1e-9:
            raise ValueError("shares of the buses of an area do not add up to 1")

    def __len__(self) -> int:
        return len(self.load_kw)


def bus_load_kw(year: SystemYear, hours: slice | Whole = slice(None)) -> Real:
    """What each bus draws in some hours, (H', N)."""
    return np.asarray(year.load_kw[hours][:, year.bus_area] * year.bus_share)


def most_kw(year: SystemYear, max_kw: Real, hours: slice | Whole = slice(None)) -> Real:
    """What each unit could give in some hours, (H', G): its highest output where nothing else limits it, (G,)."""
    available = year.available_kw[hours]
    return np.asarray(np.where(np.isnan(available), max_kw, np.minimum(available, max_kw)))
