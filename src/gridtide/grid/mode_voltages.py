"""A mode solved with losses, as it stands and after chosen losses of branches: what the flow without losses leaves
out."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.contingency import voltages_after
from gridtide.grid.mode_study import ModeCase, System
from gridtide.grid.network import Network
from gridtide.grid.power_flow import into_branches_kva, power_flow

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class WithLosses:
    """One state with losses. solved: whether a solution is found; all that follows is 0 or -1 where none is.

    loading: of the branch that is fullest by apparent power, as a share of its normal rating as the mode stands, of its
    emergency rating after a loss; lowest_pu: voltage, lowest_bus: where, buses that hold theirs left aside.
    """

    solved: bool
    loading: float = 0.0
    fullest: int = -1
    lowest_pu: float = 0.0
    lowest_bus: int = -1


def network_of_mode(system: System, case: ModeCase) -> Network:
    """The network with the loads, sites and output of a mode. Reactive loads go with the year's load of all buses
    together; units where no machine holds the voltage are loads below 0; sites draw no reactive power."""
    network, year = case.standing.network, system.year
    share = float(case.load_kw.sum()) / float(year.load_kw.sum(axis=1).max())
    fed = np.bincount(system.units.bus, case.fed_kw, minlength=len(network.buses))
    load = np.array(case.load_kw)
    np.add.at(load, system.sites.bus, case.site_kw)
    holding, first = np.unique(network.machines.bus, return_index=True)
    machines_kw = np.zeros(len(network.machines.bus))
    machines_kw[first] = fed[holding]
    fed[holding] = 0.0
    buses = replace(network.buses, load_kw=load - fed, load_kvar=network.buses.load_kvar * share)
    return replace(network, buses=buses, machines=replace(network.machines, fed_kw=machines_kw))


def with_losses(network: Network, lost: Whole) -> tuple[WithLosses, dict[int, WithLosses]]:
    """The network as it stands, and after the loss of each of some branches, by branch. lost: none of them a bridge.
    Raises BadInput without the extra `grid`."""
    flow = power_flow(network)
    if flow is None:
        return WithLosses(solved=False), {}
    turned = np.exp(1j * np.deg2rad(flow.angle_deg))
    voltage = np.asarray(flow.voltage_pu * turned, dtype=np.complex128)
    now = _of(network, voltage, network.branches.rating_kw, -1)
    found: dict[int, WithLosses] = {}
    solved = voltages_after(network, lost) if len(lost) else None
    for branches, voltages in solved or ():
        for branch, one in zip(branches.tolist(), voltages, strict=True):
            rated = network.branches.emergency_kw
            found[branch] = (
                _of(network, one, rated, branch)
                if np.isfinite(one[0])
                else WithLosses(solved=False)
            )
    return now, found


def _of(network: Network, voltage: NDArray[np.complex128], rating: Real, lost: int) -> WithLosses:
    into_from, into_to = into_branches_kva(network, voltage)
    share = np.maximum(np.abs(into_from), np.abs(into_to)) / rating
    if lost >= 0:
        share[lost] = 0.0
    magnitude = np.abs(voltage)
    free = np.ones(len(magnitude), dtype=bool)
    free[network.machines.bus] = False
    low = np.where(free, magnitude, np.inf) if free.any() else magnitude
    return WithLosses(
        solved=True,
        loading=float(share.max()),
        fullest=int(share.argmax()),
        lowest_pu=float(low.min()),
        lowest_bus=int(low.argmin()),
    )
