"""Flows after an accident, and the branches that trip on them, step by step, without losses."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze_new
from gridtide.grid.branches import Branches
from gridtide.grid.network import (
    Circuits,
    Machines,
    Network,
    Origin,
    drawn_kw,
    injected_kw,
    lossless,
    no_direct_lines,
    no_fault_sources,
    shifts_kw,
)
from gridtide.grid.sensitivities import solved_flows_kw

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
MOST_STEPS = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Lines:
    """Lines that an accident meets. lost: by number, all at lost_at_s; a line trips trips_after_s after it is
    loaded above trips_above of its emergency rating; most_loading: of that rating, that may be. names: of branches."""

    network: Network
    names: tuple[str, ...]
    lost: tuple[int, ...]
    lost_at_s: float = 1.0
    trips_above: float = 1.25
    trips_after_s: float = 10.0
    most_loading: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class CascadeStep:
    """One step. lost: branches that are lost in it; flow_kw: of every branch afterwards, (L,), 0 on lost ones and on
    those cut off; loading: of the emergency rating, (L,); cut_off: buses that no way leads to from the feeding bus any
    more, in this step; load_kw, fed_kw: of them."""

    lost: tuple[int, ...]
    flow_kw: Real
    loading: Real
    cut_off: tuple[int, ...]
    load_kw: float
    fed_kw: float

    def __post_init__(self) -> None:
        freeze_new(self, flow_kw=np.float64, loading=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cascade:
    """before_kw: flows as the grid stood, (L,); steps: the accident itself first. ends: whether it came to rest within
    MOST_STEPS."""

    before_kw: Real
    steps: tuple[CascadeStep, ...]
    ends: bool

    def __post_init__(self) -> None:
        freeze_new(self, before_kw=np.float64)


def cascade_of(
    network: Network, lost: tuple[int, ...], drawn_more_kw: Mapping[int, float], trips_above: float
) -> Cascade:
    """The loss of branches and changes of what buses draw, then of every branch above trips_above times its emergency
    rating, all of a step at once, until none is.

    drawn_more_kw: by bus, below 0 for load that is lost; a unit that is lost draws more. What the grid then has too
    much or too little, machines feed less or more, each by its share of what they fed. Buses without a way to the
    feeding bus are dark. Raises ValueError for a grid in parts before.
    """
    grid = _standing(network)
    there = np.ones(len(network.branches), dtype=bool)
    lit = np.ones(len(network.buses), dtype=bool)
    before, _ = _flows(grid, there, lit)
    load_kw = np.array(grid.buses.load_kw)
    for bus, kw in drawn_more_kw.items():
        load_kw[bus] += kw
    after = replace(grid, buses=replace(grid.buses, load_kw=load_kw))
    steps: list[CascadeStep] = []
    goes = lost
    while len(steps) < MOST_STEPS:
        there[list(goes)] = False
        reached = _reached(after, there, lit)
        dark = np.flatnonzero(lit & ~reached)
        lit = reached
        flow, loading = _flows(after, there, lit)
        machines = np.isin(after.machines.bus, dark)
        steps.append(
            CascadeStep(
                lost=goes,
                flow_kw=flow,
                loading=loading,
                cut_off=tuple(dark.tolist()),
                load_kw=float(after.buses.load_kw[dark].sum()),
                fed_kw=float(after.machines.fed_kw[machines].sum()),
            )
        )
        goes = tuple(np.flatnonzero(loading > trips_above).tolist())
        if not goes:
            return Cascade(before_kw=before, steps=tuple(steps), ends=True)
    return Cascade(before_kw=before, steps=tuple(steps), ends=False)


def _standing(network: Network) -> Network:
    """The same with lines of direct current as loads, and what lacks fed at the feeding bus."""
    drawn = drawn_kw(network)
    fed = np.array(network.machines.fed_kw)
    first = int(np.flatnonzero(network.machines.bus == network.feeding_bus)[0])
    fed[first] += float((drawn + network.buses.shunt_kw).sum()) - fed.sum()
    return replace(
        network,
        buses=replace(network.buses, load_kw=drawn),
        machines=replace(network.machines, fed_kw=fed),
        direct=no_direct_lines(),
    )


def _reached(network: Network, there: Mask, lit: Mask) -> Mask:
    """Buses with a way to the feeding bus over branches that are there, (N,)."""
    ends = np.column_stack([network.branches.from_bus, network.branches.to_bus])[there]
    reached = np.zeros(len(lit), dtype=bool)
    reached[network.feeding_bus] = True
    while True:
        touched = reached[ends].any(axis=1)
        more = np.zeros(len(lit), dtype=bool)
        more[ends[touched].ravel()] = True
        if (more & ~reached).any():
            reached |= more
        else:
            return np.asarray(reached & lit)


def _flows(network: Network, there: Mask, lit: Mask) -> tuple[Real, Real]:
    """Flow and loading of every branch in the part of the feeding bus, (L,) each."""
    branches = network.branches
    flow, loading = np.zeros(len(branches)), np.zeros(len(branches))
    chosen = np.flatnonzero(there & lit[branches.from_bus] & lit[branches.to_bus])
    if not len(chosen):
        return flow, loading
    part = _balanced(_part(network, chosen, lit))
    flow[chosen] = _solved(part)
    emergency = branches.emergency_kw
    rated = np.isfinite(emergency) & (emergency > 0.0)
    loading[rated] = np.abs(flow[rated]) / emergency[rated]
    return flow, loading


def _solved(network: Network) -> Real:
    """As `network.lossless_kw`, solved once."""
    branches = lossless(network)
    driven_kw, shifted_kw = shifts_kw(network, branches)
    fed = injected_kw(network) + driven_kw
    return solved_flows_kw(branches, network.feeding_bus, fed) - shifted_kw


def _part(network: Network, chosen: Whole, lit: Mask) -> Network:
    """The lit buses and chosen branches as a network of their own."""
    number = np.cumsum(lit) - 1
    at = np.flatnonzero(lit)
    branches, circuits, buses = network.branches, network.circuits, network.buses
    kept = lit[network.machines.bus]
    return replace(
        network,
        buses=replace(
            buses,
            names=tuple(buses.names[k] for k in at),
            **{
                name: getattr(buses, name)[at]
                for name in sorted(set(buses.__dataclass_fields__) - {"names"})
            },
        ),
        branches=Branches(
            from_bus=number[branches.from_bus[chosen]],
            to_bus=number[branches.to_bus[chosen]],
            reactance_pu=branches.reactance_pu[chosen],
            rating_kw=branches.rating_kw[chosen],
            emergency_kw=branches.emergency_kw[chosen],
        ),
        circuits=Circuits(
            **{
                name: getattr(circuits, name)[chosen]
                for name in sorted(circuits.__dataclass_fields__)
            }
        ),
        machines=Machines(
            bus=number[network.machines.bus[kept]],
            fed_kw=network.machines.fed_kw[kept],
            held_pu=network.machines.held_pu[kept],
        ),
        feeding_bus=int(number[network.feeding_bus]),
        fault_sources=no_fault_sources(),
        origin=Origin(),
    )


def _balanced(network: Network) -> Network:
    """The same with machines that feed what is drawn, each by its share of what it fed; the feeding bus where none
    fed."""
    drawn = float((network.buses.load_kw + network.buses.shunt_kw).sum())
    fed = network.machines.fed_kw
    shares = np.maximum(fed, 0.0)
    if not shares.sum() > 0.0:
        shares = (network.machines.bus == network.feeding_bus).astype(np.float64)
    balanced = fed + (drawn - fed.sum()) * shares / shares.sum()
    return replace(network, machines=replace(network.machines, fed_kw=balanced))
