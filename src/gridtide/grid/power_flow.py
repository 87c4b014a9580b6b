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
PQ, PV, FEEDING = 1.0, 2.0, 3.0


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
    branches, circuits = network.branches, network.circuits
    series = 1.0 / (circuits.resistance_pu + 1j * branches.reactance_pu)
    own = series + 0.5j * circuits.charging_pu
    turns = circuits.ratio * np.exp(1j * np.deg2rad(circuits.shift_deg))
    at_from, at_to = voltage[..., branches.from_bus], voltage[..., branches.to_bus]
    from_pu = own / circuits.ratio**2 * at_from - series / np.conj(turns) * at_to
    to_pu = own * at_to - series / turns * at_from
    return (
        np.asarray(network.base_kva * at_from * np.conj(from_pu)),
        np.asarray(network.base_kva * at_to * np.conj(to_pu)),
    )


def model_of(network: Network) -> Any:
    """The network as lightsim2grid holds it. Raises BadInput where that is not installed."""
    try:
        from lightsim2grid.network import init_from_matpower
    except ModuleNotFoundError:
        raise BadInput([without_the_extra("lightsim2grid")]) from None
    return init_from_matpower(_as_matrices(network))


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


def _as_matrices(network: Network) -> dict[str, Any]:
    """Rows of buses, machines and branches in MATPOWER's columns (its manual, appendix B), in MW."""
    buses, machines = network.buses, network.machines
    bus, gen = np.zeros((len(buses), 13)), np.zeros((len(machines.bus), 10))
    bus[:, 0], bus[:, 1] = np.arange(len(buses)), PQ
    bus[machines.bus, 1] = PV
    bus[network.feeding_bus, 1] = FEEDING
    drawn = (drawn_kw(network), buses.load_kvar, buses.shunt_kw, buses.shunt_kvar)
    bus[:, 2:6] = np.column_stack(drawn) / 1000.0
    bus[:, 7], bus[:, 9] = 1.0, 1.0
    bus[:, 11], bus[:, 12] = buses.highest_pu, buses.lowest_pu
    gen[:, 0], gen[:, 1] = machines.bus, machines.fed_kw / 1000.0
    gen[:, 3], gen[:, 4] = np.inf, -np.inf
    gen[:, 5], gen[:, 6], gen[:, 7] = machines.held_pu, network.base_kva / 1000.0, 1.0
    gen[:, 8], gen[:, 9] = np.inf, -np.inf
    branches, circuits = network.branches, network.circuits
    branch = np.zeros((len(branches), 13))
    branch[:, 0], branch[:, 1] = branches.from_bus, branches.to_bus
    branch[:, 2], branch[:, 3] = circuits.resistance_pu, branches.reactance_pu
    branch[:, 4] = circuits.charging_pu
    branch[:, 8] = np.where(_is_line(network), 0.0, circuits.ratio)
    branch[:, 9], branch[:, 10] = circuits.shift_deg, 1.0
    return {"baseMVA": network.base_kva / 1000.0, "bus": bus, "gen": gen, "branch": branch}
