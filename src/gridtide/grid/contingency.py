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
    PowerFlow,
    admittances,
    flow_at,
    model_of,
    order_in_model,
    solved_voltage,
)

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Complex = NDArray[np.complex128]
AT_ONCE = 256
"""Outages that are solved at once."""
NEAR = 16
"""Outages whose flows are worked out at once."""


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
    found = solved_outages(network)
    return None if found is None else found[1]


def solved_outages(network: Network) -> tuple[PowerFlow, Outages] | None:
    """The flow of the network as it stands, and what comes of the loss of each branch as `outages_of` has it."""
    model = model_of(network)
    before = solved_voltage(network, model)
    if before is None:
        return None
    apart = cut_off(network.branches, network.feeding_bus)
    count = len(network.branches)
    is_meshed = np.ones(count, dtype=np.bool_)
    is_meshed[list(apart)] = False
    islanded_kw = np.zeros(count)
    for branch, buses in apart.items():
        islanded_kw[branch] = network.buses.load_kw[buses].sum()
    lowest, highest, loading = np.full((3, count), np.nan)
    lowest_bus, highest_bus, fullest = np.full((3, count), -1)
    is_solved = np.zeros(count, dtype=np.bool_)
    seen_by = admittances(network)
    for lost, voltage in _solved_in_turn(network, model, before, np.flatnonzero(is_meshed)):
        there = np.isfinite(voltage[:, 0])
        lost, voltage = lost[there], voltage[there]
        is_solved[lost] = True
        rows = np.arange(len(lost))
        magnitude = np.abs(voltage)
        lowest_bus[lost], highest_bus[lost] = magnitude.argmin(axis=1), magnitude.argmax(axis=1)
        lowest[lost] = magnitude[rows, lowest_bus[lost]]
        highest[lost] = magnitude[rows, highest_bus[lost]]
        fullest[lost], loading[lost] = _fullest(network, seen_by, lost, voltage)
    told = np.where(is_solved, Fate.SOLVED, np.where(is_meshed, Fate.DIVERGING, Fate.ISLANDING))
    outages = Outages(
        fates=tuple(Fate(fate) for fate in told.tolist()),
        cut_off=apart,
        islanded_kw=islanded_kw,
        lowest_pu=lowest,
        lowest_bus=lowest_bus,
        highest_pu=highest,
        highest_bus=highest_bus,
        loading=loading,
        fullest=fullest,
    )
    return flow_at(network, before), outages


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


def _fullest(
    network: Network, seen_by: tuple[Complex, ...], lost: Whole, voltage: Complex
) -> tuple[Whole, Real]:
    """The branch that is fullest after each loss, and the share of its emergency rating that its apparent power is,
    (M,) each, the lost one left aside. voltage: pu, (M, N).

    With q = V2 / V1 the power into the first bus is |V1|^2 |y11 + y12 q| and into the second |V1| |V2| |y21 + y22 q|:
    a few outages at once, so that what is worked out stays near.
    """
    own, mutual, back, far = seen_by
    branches = network.branches
    per_kva = network.base_kva / branches.emergency_kw
    fullest, loading = np.empty(len(lost), dtype=np.int64), np.empty(len(lost))
    for at in range(0, len(lost), NEAR):
        some = slice(at, at + NEAR)
        size = np.abs(voltage[some])
        one, other = size[:, branches.from_bus], size[:, branches.to_bus]
        quotient = voltage[some][:, branches.to_bus] / voltage[some][:, branches.from_bus]
        into_one = one * np.abs(own + mutual * quotient)
        into_other = other * np.abs(back + far * quotient)
        share = np.maximum(into_one, into_other) * one * per_kva
        rows = np.arange(len(share))
        share[rows, lost[some]] = 0.0
        fullest[some] = share.argmax(axis=1)
        loading[some] = share[rows, fullest[some]]
    return fullest, loading
