"""A transmission network as a power flow sees it: buses, branches and machines, per unit on one base."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.grid.branches import Branches

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Buses:
    """N buses. names: as their source numbers them; nominal_kv: between phases, 0 where it is not told; load_kw,
    load_kvar: drawn; shunt_kw: drawn and shunt_kvar: fed in at 1 pu; lowest_pu, highest_pu: of voltage in service; (N,)
    each."""

    names: tuple[str, ...]
    nominal_kv: Real
    load_kw: Real
    load_kvar: Real
    shunt_kw: Real
    shunt_kvar: Real
    lowest_pu: Real
    highest_pu: Real

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(sorted(set(self.__dataclass_fields__) - {"names"}), float))

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, kw_only=True, eq=False)
class Circuits:
    """What a power flow with losses asks of L branches beside `Branches`: resistance_pu, charging_pu and conductance_pu
    (iron losses, half at each end): of the whole branch, ratio: of turns at the first bus, 1 for a line, above 0,
    shift_deg: the first bus ahead; (L,) each. A conductance of none is 0."""

    resistance_pu: Real
    charging_pu: Real
    ratio: Real
    shift_deg: Real
    conductance_pu: Real = field(default_factory=lambda: np.zeros(1))

    def __post_init__(self) -> None:
        like = np.zeros(np.shape(self.resistance_pu))
        object.__setattr__(self, "conductance_pu", like + self.conductance_pu)
        freeze(self, **dict.fromkeys(sorted(self.__dataclass_fields__), float))
        if not (self.ratio > 0.0).all():
            raise ValueError("a ratio of turns is not above 0")


@dataclass(frozen=True, kw_only=True, eq=False)
class Machines:
    """G machines that hold the voltage of their bus. bus: by number; fed_kw: what they feed in; held_pu: voltage; (G,).
    Limits of reactive power are not known here."""

    bus: Whole
    fed_kw: Real
    held_pu: Real

    def __post_init__(self) -> None:
        freeze(self, bus=np.int64, fed_kw=np.float64, held_pu=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class DirectLines:
    """D lines of direct current, whose power converters hold: what each draws at its first bus and feeds in at its
    second, without reactive power; (D,) each. names: as their source has them."""

    names: tuple[str, ...]
    from_bus: Whole
    to_bus: Whole
    drawn_kw: Real
    fed_kw: Real

    def __post_init__(self) -> None:
        freeze(self, from_bus=np.int64, to_bus=np.int64, drawn_kw=np.float64, fed_kw=np.float64)

    def __len__(self) -> int:
        return len(self.names)


def no_direct_lines() -> DirectLines:
    """None of them."""
    none, nowhere = np.empty(0), np.empty(0, dtype=np.int64)
    return DirectLines(
        names=(),
        from_bus=nowhere,
        to_bus=nowhere,
        drawn_kw=none,
        fed_kw=none,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class FaultSources:
    """F machines and external grids that feed a short circuit, (F,) each. bus: by number; rated_kva: 0 where nobody
    says, which feeds nothing; resistance_pu, reactance_pu: subtransient, with its own transformer, on rated_kva, the
    reactance NaN where nobody says."""

    bus: Whole
    rated_kva: Real
    resistance_pu: Real
    reactance_pu: Real

    def __post_init__(self) -> None:
        freeze(self, bus=np.int64)
        freeze(self, **dict.fromkeys(("rated_kva", "resistance_pu", "reactance_pu"), np.float64))


def no_fault_sources() -> FaultSources:
    """None of them."""
    none, nowhere = np.empty(0), np.empty(0, dtype=np.int64)
    return FaultSources(bus=nowhere, rated_kva=none, resistance_pu=none, reactance_pu=none)


@dataclass(frozen=True, kw_only=True)
class Unfed:
    """A part of a grid to which no power comes. names: of its buses; load_kw: on them; why: nothing comes."""

    names: tuple[str, ...]
    load_kw: float
    why: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Origin:
    """What a source holds beside the network that was made of it.

    fused: names of buses that are one here, tied without impedance, the first its name; parts: of the grid without a
    way to this one, each fed by machines of its own; unfed: parts that no machine feeds; notes: what else was read
    otherwise than it stands, a sentence each.
    """

    fused: tuple[tuple[str, ...], ...] = ()
    parts: tuple["Network", ...] = ()
    unfed: tuple[Unfed, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """A connected grid. base_kva: of all per-unit values; feeding_bus: number of the bus whose machines feed what
    lacks, at angle 0; origin: what its source holds beside it. Raises ValueError where nothing feeds there.

    Ratings of branches are of apparent power, kVA, where losses count, and of active power, kW, where they do not.
    """

    name: str
    base_kva: float
    buses: Buses
    branches: Branches
    circuits: Circuits
    machines: Machines
    feeding_bus: int
    direct: DirectLines = field(default_factory=no_direct_lines)
    fault_sources: FaultSources = field(default_factory=no_fault_sources)
    origin: Origin = field(default_factory=Origin)

    def __post_init__(self) -> None:
        if self.feeding_bus not in self.machines.bus:
            raise ValueError("no machine feeds at the bus that feeds what lacks")


def lossless(network: Network) -> Branches:
    """The branches as a flow without losses sees them: a ratio of turns lengthens a reactance."""
    reactance_pu = network.branches.reactance_pu * network.circuits.ratio
    return replace(network.branches, reactance_pu=reactance_pu)


def bus_number(network: Network, name: str) -> int | None:
    """The number of a bus by its name, or by the name of one that is tied to it; None where there is none."""
    for group in network.origin.fused:
        name = group[0] if name in group else name
    return network.buses.names.index(name) if name in network.buses.names else None


def drawn_kw(network: Network) -> Real:
    """What each bus draws without its shunts, kW, (N,): its load and, net, what lines of direct current take there."""
    drawn = np.array(network.buses.load_kw)
    np.add.at(drawn, network.direct.from_bus, network.direct.drawn_kw)
    np.subtract.at(drawn, network.direct.to_bus, network.direct.fed_kw)
    return drawn


def injected_kw(network: Network) -> Real:
    """Fed in at each bus at 1 pu, loads below 0, (N,), kW; what the feeding bus lacks is not in it."""
    fed = -(drawn_kw(network) + network.buses.shunt_kw)
    np.add.at(fed, network.machines.bus, network.machines.fed_kw)
    return fed


def lossless_kw(network: Network, ptdf: Real) -> Real:
    """Flow of each branch without losses, from its first bus to its second, (L,), kW; phase shifts counted.

    ptdf: of `lossless(network)` with the feeding bus as slack, (L, N).
    """
    driven_kw, shifted_kw = shifts_kw(network, lossless(network))
    return np.asarray(ptdf @ (injected_kw(network) + driven_kw) - shifted_kw)


def shifts_kw(network: Network, branches: Branches) -> tuple[Real, Real]:
    """What shifts of phase feed in at buses, (N,), and what of it their own branches do not carry, (L,): a shift is a
    flow that its branch does not carry and both its buses must, F = PTDF (P + A'S) - S with S = base x shift /
    reactance. branches: of `lossless(network)`."""
    shifted_kw = network.base_kva * np.deg2rad(network.circuits.shift_deg) / branches.reactance_pu
    driven_kw = np.zeros(len(network.buses))
    np.add.at(driven_kw, branches.from_bus, shifted_kw)
    np.add.at(driven_kw, branches.to_bus, -shifted_kw)
    return driven_kw, np.asarray(shifted_kw)
