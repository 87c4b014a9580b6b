"""Voltages and flows of a network with losses, solved by lightsim2grid (the extra `grid`)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import BadInput
from gridtide.grid.network import Network, drawn_kw
from gridtide.grid.sensitivities import without_the_extra

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Complex = NDArray[np.complex128]
MOST_STEPS = 20
CLOSE_PU = 1e-8
"""Steps of Newton's method at most, and the mismatch of power on the base at which it ends."""
KVA_PER_MVA = 1000.0
FAR_MVAR = 1e6
"""A limit of reactive power that no machine meets."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PowerFlow:
    """A solved network. voltage_pu, angle_deg: (N,); from_kw, from_kvar, to_kw, to_kvar: into each branch at its first
    and at its second bus, (L,)."""

    voltage_pu: Real
    angle_deg: Real
    from_kw: Real
    from_kvar: Real
    to_kw: Real
    to_kvar: Real

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(sorted(self.__dataclass_fields__), float))

    @property
    def lost_kw(self) -> float:
        """Losses of all branches, kW."""
        return float(self.from_kw.sum() + self.to_kw.sum())


def power_flow(network: Network) -> PowerFlow | None:
    """The network solved by Newton's method from a flow without losses; None where that does not end within 20 steps.

    Limits of reactive power are not kept: every machine holds its voltage. Raises BadInput without the extra `grid`.
    """
    voltage = solved_voltage(network, model_of(network))
    return None if voltage is None else flow_at(network, voltage)


def flow_at(network: Network, voltage: Complex) -> PowerFlow:
    """What flows at given voltages, complex, pu, (N,), by the pi circuit with the ratio of turns at the first bus."""
    into_from, into_to = into_branches_kva(network, voltage)
    return PowerFlow(
        voltage_pu=np.abs(voltage),
        angle_deg=np.rad2deg(np.angle(voltage)),
        from_kw=into_from.real,
        from_kvar=into_from.imag,
        to_kw=into_to.real,
        to_kvar=into_to.imag,
    )


def into_branches_kva(network: Network, voltage: Complex) -> tuple[Complex, Complex]:
    """Complex power into each branch at its first and at its second bus, kVA, (..., L). voltage: pu, (..., N)."""
    own, mutual, back, far = admittances(network)
    at_from = voltage[..., network.branches.from_bus]
    at_to = voltage[..., network.branches.to_bus]
    from_pu = own * at_from + mutual * at_to
    to_pu = back * at_from + far * at_to
    return (
        np.asarray(network.base_kva * at_from * np.conj(from_pu)),
        np.asarray(network.base_kva * at_to * np.conj(to_pu)),
    )


def admittances(network: Network) -> tuple[Complex, Complex, Complex, Complex]:
    """Of each branch, pu, (L,) each: current into its first bus by the voltage there and at the second, current into
    its second bus by the voltage at the first and there. A pi circuit with the ratio of turns at the first bus."""
    branches, circuits = network.branches, network.circuits
    series = np.asarray(1.0 / (circuits.resistance_pu + 1j * branches.reactance_pu), np.complex128)
    far = series + 0.5 * (circuits.conductance_pu + 1j * circuits.charging_pu)
    turns = np.asarray(circuits.ratio * np.exp(1j * np.deg2rad(circuits.shift_deg)), np.complex128)
    back = np.asarray(-series / turns, np.complex128)
    return far / circuits.ratio**2, np.asarray(-series / np.conj(turns)), back, far


def model_of(network: Network) -> Any:
    """The network as lightsim2grid holds it, made of whole columns. Raises BadInput where that is not installed."""
    try:
        from lightsim2grid.network import LSGrid
    except (ModuleNotFoundError, ImportError):
        raise BadInput([without_the_extra("lightsim2grid")]) from None
    model = LSGrid()
    model.set_sn_mva(network.base_kva / KVA_PER_MVA)
    is_line = _is_line(network)
    count = len(network.buses)
    model.init_bus(count, 1, np.ones(count), int(is_line.sum()), int((~is_line).sum()))
    _add_branches(model, network, is_line)
    _add_buses(model, network)
    _add_machines(model, network)
    _choose_solvers(model)
    return model


def _add_branches(model: Any, network: Network, is_line: NDArray[np.bool_]) -> None:
    branches, circuits = network.branches, network.circuits
    along = circuits.conductance_pu + 1j * circuits.charging_pu
    line, other = np.flatnonzero(is_line), np.flatnonzero(~is_line)
    model.init_powerlines_full(
        circuits.resistance_pu[line],
        branches.reactance_pu[line],
        0.5 * along[line],
        0.5 * along[line],
        branches.from_bus[line],
        branches.to_bus[line],
    )
    model.init_trafo(
        circuits.resistance_pu[other],
        branches.reactance_pu[other],
        along[other],
        circuits.ratio[other],
        circuits.shift_deg[other],
        [True] * len(other),
        branches.from_bus[other],
        branches.to_bus[other],
        True,
    )


def _add_buses(model: Any, network: Network) -> None:
    """Loads and shunts in MW and Mvar; a shunt draws reactive power there where it feeds it in here."""
    buses = network.buses
    load, load_var = drawn_kw(network), buses.load_kvar
    at = np.flatnonzero((load != 0.0) | (load_var != 0.0))
    model.init_loads(load[at] / KVA_PER_MVA, load_var[at] / KVA_PER_MVA, at)
    at = np.flatnonzero((buses.shunt_kw != 0.0) | (buses.shunt_kvar != 0.0))
    model.init_shunt(buses.shunt_kw[at] / KVA_PER_MVA, -buses.shunt_kvar[at] / KVA_PER_MVA, at)
    model.init_storages(np.empty(0), np.empty(0), np.empty(0, dtype=np.int64))


def _add_machines(model: Any, network: Network) -> None:
    machines = network.machines
    count = len(machines.bus)
    far = np.full(count, FAR_MVAR)
    model.init_generators_full(
        machines.fed_kw / KVA_PER_MVA,
        machines.held_pu,
        np.zeros(count),
        [True] * count,
        -far,
        far,
        machines.bus,
    )
    for number in np.flatnonzero(machines.bus == network.feeding_bus).tolist():
        model.add_gen_slackbus(number, 1.0)


def _choose_solvers(model: Any) -> None:
    """The fastest factorisation that this build has, to the same answer up to rounding."""
    from lightsim2grid.algorithm import AlgorithmType

    there = model.available_default_algorithms()
    for wanted in (AlgorithmType.NR_KLU, AlgorithmType.DC_KLU):
        if wanted in there:
            model.change_algorithm(wanted)


def order_in_model(network: Network) -> Whole:
    """Branches in the order in which lightsim2grid counts them, lines before transformers, (L,)."""
    is_line = _is_line(network)
    return np.concatenate([np.flatnonzero(is_line), np.flatnonzero(~is_line)])


def solved_voltage(network: Network, model: Any) -> Complex | None:
    """Complex voltage of each bus [pu], (N,), angle 0 at the feeding one; None where no solution is found."""
    flat = np.ones(len(network.buses), dtype=np.complex128)
    lossless = model.dc_pf(flat, MOST_STEPS, CLOSE_PU)
    found = model.ac_pf(lossless, MOST_STEPS, CLOSE_PU) if len(lossless) else lossless
    return np.array(found) if len(found) else None


def _is_line(network: Network) -> NDArray[np.bool_]:
    circuits = network.circuits
    return np.asarray((circuits.ratio == 1.0) & (circuits.shift_deg == 0.0))
