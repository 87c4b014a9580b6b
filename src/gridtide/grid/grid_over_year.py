"""A grid without losses over a year of hours, as units can be dispatched in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.grid.branches import Branches
from gridtide.grid.secure_program import Watched, watched_of
from gridtide.grid.sensitivities import Sensitivities
from gridtide.grid.system_year import SystemYear, bus_load_kw, most_kw
from gridtide.grid.units import Units

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class GridOverYear:
    """branches with their ratings, the sensitivities of their flows, units, hours, drawn_kw: what buses draw besides
    the load of areas, (N,), and standing_kw: what shifts of phase drive around while nothing is fed in, (L,)."""

    branches: Branches
    found: Sensitivities
    units: Units
    year: SystemYear
    drawn_kw: Real
    standing_kw: Real

    def __post_init__(self) -> None:
        freeze(self, drawn_kw=np.float64, standing_kw=np.float64)

    @property
    def load_kw(self) -> Real:
        """What each bus draws in each hour, (H, N)."""
        return np.asarray(bus_load_kw(self.year) + self.drawn_kw)

    @property
    def available_kw(self) -> Real:
        """The most that each unit can feed in each hour, (H, U)."""
        return most_kw(self.year, self.units.max_kw)

    def flow_kw(self, fed_kw: Real) -> Real:
        """Flow of each branch in each hour in which units feed so much, (H, G), without losses, (H, L)."""
        at_bus = np.zeros((len(self.units), len(self.drawn_kw)))
        at_bus[np.arange(len(self.units)), self.units.bus] = 1.0
        return np.asarray((fed_kw @ at_bus - self.load_kw) @ self.found.ptdf.T + self.standing_kw)

    def watched(self, outages: bool) -> Watched:
        """The ratings to be kept: normal ones as the grid stands and, with outages, emergency ones after each."""
        return watched_of(self.branches, self.found, self.standing_kw, outages)
