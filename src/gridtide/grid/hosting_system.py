"""A network with a year of hours, and how load that is added at one of its buses finds room."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.grid.branches import Branches
from gridtide.grid.grid_over_year import GridOverYear
from gridtide.grid.hosting_redispatched import hosting_redispatched
from gridtide.grid.hosting_reinforced import Relieved, reinforcement_kw, relieved
from gridtide.grid.hosting_year import HostingYear, hosting_year, shared_reinforcement_kw
from gridtide.grid.lossless_grid import lossless_grid
from gridtide.grid.network import Network
from gridtide.grid.secure_year import FedYear, fed_year
from gridtide.grid.sensitivities import Sensitivities
from gridtide.grid.system_year import SystemYear
from gridtide.grid.units import Units

Real = NDArray[np.float64]
Told = Callable[[int], None]
REDISPATCH = "redispatch"
UNITS = "units"


def untold(hour: int) -> None:
    """Nobody is told of an hour that is through."""


@dataclass(frozen=True, kw_only=True, eq=False)
class HostingSystem:
    """branch_names: (L,). branch_out: share of time in which each branch is out of service, (L,), NaN where it is not
    known."""

    network: Network
    units: Units
    year: SystemYear
    branch_names: tuple[str, ...]
    branch_out: Real

    def __post_init__(self) -> None:
        freeze(self, branch_out=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """A system with what follows from it: its grid without losses over its hours, as units can be dispatched in it,
    and the dispatch of these before any load is added."""

    system: HostingSystem
    grid: GridOverYear
    fed: FedYear

    @property
    def branches(self) -> Branches:
        """Without losses."""
        return self.grid.branches

    @property
    def found(self) -> Sensitivities:
        """Of their flows."""
        return self.grid.found


@dataclass(frozen=True, kw_only=True)
class Feeding:
    """Who feeds what is added. by: `redispatch`, all units dispatched anew for it; `units`, those that no weather
    limits, in proportion to their highest output; else the name of a bus. least_effect: as in `hosting_year`,
    unless redispatched."""

    by: str
    least_effect: float = 0.0


def standing_of(system: HostingSystem, secure: bool, done: Told = untold) -> Standing:
    """Raises ValueError for a grid in parts, BadInput without the extra `grid`."""
    network = system.network
    without_losses = lossless_grid(network)
    drawn = np.array(network.buses.shunt_kw)
    np.add.at(drawn, network.direct.from_bus, network.direct.drawn_kw)
    np.subtract.at(drawn, network.direct.to_bus, network.direct.fed_kw)
    grid = GridOverYear(
        branches=without_losses.branches,
        found=without_losses.factors,
        units=system.units,
        year=system.year,
        drawn_kw=drawn,
        standing_kw=without_losses.standing_kw,
    )
    return Standing(system=system, grid=grid, fed=fed_year(grid, secure, done))


def fed_share(system: HostingSystem, by: str) -> Real:
    """Which buses feed what is added where it is not redispatched, (N,)."""
    buses = system.network.buses
    if by != UNITS:
        return np.asarray(np.arange(len(buses)) == buses.names.index(by), dtype=np.float64)
    able = np.isnan(system.year.available_kw).all(axis=0)
    share = np.bincount(
        system.units.bus[able], system.units.max_kw[able], minlength=len(buses)
    ).astype(np.float64)
    return np.asarray(share / share.sum())


def rooms_of_all(standing: Standing, feeding: Feeding, outages: bool) -> HostingYear:
    """Every bus in every hour, fed by shares."""
    return hosting_year(
        standing.branches,
        standing.found,
        standing.fed.flow_kw,
        fed_share(standing.system, UNITS if feeding.by == REDISPATCH else feeding.by),
        np.arange(len(standing.system.network.buses)),
        outages,
        feeding.least_effect,
    )


def room_at(
    standing: Standing, feeding: Feeding, bus: int, outages: bool, done: Told = untold
) -> HostingYear:
    """One bus in every hour."""
    system = standing.system
    if feeding.by == REDISPATCH:
        return hosting_redispatched(standing.grid, bus, outages, done)
    return hosting_year(
        standing.branches,
        standing.found,
        standing.fed.flow_kw,
        fed_share(system, feeding.by),
        np.asarray([bus]),
        outages,
        feeding.least_effect,
    )


def reinforced_for(
    standing: Standing, feeding: Feeding, bus: int, size_kw: float, before: HostingYear
) -> Real:
    """Rating to be added to each branch so that the load is firm, (L,)."""
    system = standing.system
    if feeding.by == REDISPATCH:
        return reinforcement_kw(standing.grid, bus, size_kw, before)
    return shared_reinforcement_kw(
        standing.branches,
        standing.found,
        standing.fed.flow_kw,
        fed_share(system, feeding.by),
        bus,
        size_kw,
        feeding.least_effect,
    )


def relieved_at(
    standing: Standing, feeding: Feeding, bus: int, freed: tuple[int, ...], before: HostingYear
) -> Relieved:
    """The least room of all hours if some branches had no rating."""
    if feeding.by == REDISPATCH:
        return relieved(standing.grid, bus, freed, before)
    return _relieved_by_share(standing, feeding, bus, freed)


def _relieved_by_share(
    standing: Standing, feeding: Feeding, bus: int, freed: tuple[int, ...]
) -> Relieved:
    rating, emergency = (
        np.array(one) for one in (standing.branches.rating_kw, standing.branches.emergency_kw)
    )
    rating[list(freed)] = emergency[list(freed)] = np.inf
    raised = replace(standing.branches, rating_kw=rating, emergency_kw=emergency)
    unlimited = replace(standing, grid=replace(standing.grid, branches=raised))
    room = room_at(unlimited, feeding, bus, outages=True)
    least = int(room.hosted_kw[:, 0].argmin())
    return Relieved(
        firm_kw=float(room.hosted_kw[least, 0]),
        branch=int(room.branch[least, 0]),
        lost=int(room.lost[least, 0]),
    )
