"""What the loss of any one branch does to voltages and loadings of a network with losses (N-1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.grid.branches import cut_off
from gridtide.grid.network import Network
from gridtide.grid.power_flow import (
    CLOSE_PU,
    MOST_STEPS,
    into_branches_kva,
    model_of,
    order_in_model,
    solved_voltage,
)

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Complex = NDArray[np.complex128]
AT_ONCE = 256
"""Outages that are solved at once."""


class Fate(StrEnum):
    """What comes of an outage: solved; islanding, where it cuts buses off; diverging, where no solution is found."""

    SOLVED = "solved"
    ISLANDING = "islanding"
    DIVERGING = "diverging"


@dataclass(frozen=True, kw_only=True, eq=False)
class Outages:
    """The loss of each branch alone. fates: (L,); cut_off: buses that an islanding one separates, by branch;
    islanded_kw: load on them, 0 for the others, (L,).

    Of solved ones, NaN and -1 for the others, (L,) each: lowest_pu, highest_pu: voltage, lowest_bus, highest_bus:
    where; loading: highest share of an emergency rating, fullest: the branch.
    """

    fates: tuple[Fate, ...]
    cut_off: dict[int, Whole]
    islanded_kw: Real
    lowest_pu: Real
    lowest_bus: Whole
    highest_pu: Real
    highest_bus: Whole
    loading: Real
    fullest: Whole

    def __post_init__(self) -> None:
        reals = ("islanded_kw", "lowest_pu", "highest_pu", "loading")
        freeze(self, **dict.fromkeys(reals, float))
        freeze(self, **dict.fromkeys(("lowest_bus", "highest_bus", "fullest"), np.int64))


def outages_of(network: Network) -> Outages | None:
    """What comes of the loss of each branch; None where the network has no solution as it stands.

    Bridges are found by the graph and not solved. Every other outage is solved from the voltages before it, within 20
    steps of Newton's method; one without a solution is diverging. Raises BadInput without the extra `grid`.
    """
    apart = cut_off(network.branches, network.feeding_bus)
    count = len(network.branches)
    fates = [Fate.ISLANDING if branch in apart else Fate.DIVERGING for branch in range(count)]
    islanded_kw = np.zeros(count)
    for branch, buses in apart.items():
        islanded_kw[branch] = network.buses.load_kw[buses].sum()
    lowest, highest, loading = np.full((3, count), np.nan)
    lowest_bus, highest_bus, fullest = np.full((3, count), -1)
    meshed = np.asarray([branch for branch in range(count) if branch not in apart], dtype=np.int64)
    solved = voltages_after(network, meshed)
    if solved is None:
        return None
    for lost, voltage in solved:
        is_solved = np.isfinite(voltage[:, 0])
        lost, voltage = lost[is_solved], voltage[is_solved]
        for branch in lost.tolist():
            fates[branch] = Fate.SOLVED
        rows = np.arange(len(lost))
        magnitude = np.abs(voltage)
        lowest_bus[lost], highest_bus[lost] = magnitude.argmin(axis=1), magnitude.argmax(axis=1)
        lowest[lost], highest[lost] = magnitude.min(axis=1), magnitude.max(axis=1)
        share = _loadings(network, lost, voltage)
        fullest[lost] = share.argmax(axis=1)
        loading[lost] = share[rows, fullest[lost]]
    return Outages(
        fates=tuple(fates),
        cut_off=apart,
        islanded_kw=islanded_kw,
        lowest_pu=lowest,
        lowest_bus=lowest_bus,
        highest_pu=highest,
        highest_bus=highest_bus,
        loading=loading,
        fullest=fullest,
    )


def voltages_after(network: Network, lost: Whole) -> Iterator[tuple[Whole, Complex]] | None:
    """Branches that are lost, some at once, (M,), and the complex voltage of each bus after the loss of each, pu,
    (M, N), NaN where no solution is found; None where the network has none as it stands. lost: none of them a bridge.
    """
    model = model_of(network)
    before = solved_voltage(network, model)
    return None if before is None else _solved_in_turn(network, model, before, lost)


def _solved_in_turn(
    network: Network, model: object, before: Complex, lost: Whole
) -> Iterator[tuple[Whole, Complex]]:
    from lightsim2grid.contingencyAnalysis import ContingencyAnalysisCPP

    order = order_in_model(network)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    for at in range(0, len(lost), AT_ONCE):
        analysis = ContingencyAnalysisCPP(model)
        analysis.add_multiple_n1(place[lost[at : at + AT_ONCE]].tolist())
        analysis.compute(before.copy(), MOST_STEPS, CLOSE_PU)
        voltage = np.array(analysis.get_voltages())
        voltage[(voltage == 0.0).all(axis=1)] = np.nan
        yield order[[one for (one,) in analysis.my_defaults()]], voltage


def _loadings(network: Network, lost: Whole, voltage: Complex) -> Real:
    """Apparent power of each branch as a share of its emergency rating, (M, L), 0 on the lost one."""
    into_from, into_to = into_branches_kva(network, voltage)
    share = np.maximum(np.abs(into_from), np.abs(into_to)) / network.branches.emergency_kw
    share[np.arange(len(lost)), lost] = 0.0
    return np.asarray(share)
