"""How strong a network is at each bus: initial symmetrical short-circuit power, as IEC 60909-0 has it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.grid.network import Network
from gridtide.grid.sensitivities import without_the_extra

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]
VOLTAGE_FACTOR = 1.1
"""c of the highest currents above 1 kV (IEC 60909-0, table 1)."""
ASSUMED_PU = 0.2
"""Subtransient reactance of a machine that nobody tells, on its own rating."""
AT_ONCE = 256
"""Buses that are worked out at once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ShortCircuit:
    """At each bus, (N,): power_kva, the initial symmetrical short-circuit power, and current_ka, NaN where no nominal
    voltage is told. assumed: machines whose reactance is not known and taken as 0.2 pu; left_out: machines without a
    rating, which feed nothing; unrated: transformers without one, whose impedance is not corrected."""

    power_kva: Real
    current_ka: Real
    assumed: int
    left_out: int
    unrated: int

    def __post_init__(self) -> None:
        freeze(self, power_kva=np.float64, current_ka=np.float64)


def short_circuit(network: Network) -> ShortCircuit:
    """S = c x base / |Z| with Z on the diagonal of the bus impedance matrix, behind the reactances of all machines.

    Loads, shunts and charging are left out and turns stand at their nominal ratio; transformers between two nominal
    voltages have the factor 0.95 c / (1 + 0.6 x) on their own rating; converters feed nothing. Raises BadInput where no
    machine has a rating, and without the extra `grid`.
    """
    sources = network.fault_sources
    rated = sources.rated_kva > 0.0
    refuse_if_any([] if rated.any() else [_no_source(network)])
    factor, unrated = _transformer_factors(network)
    unknown = rated & np.isnan(sources.reactance_pu)
    reactance = np.where(unknown, ASSUMED_PU, sources.reactance_pu)
    behind_pu = (sources.resistance_pu + 1j * reactance)[rated] * (
        network.base_kva / sources.rated_kva[rated]
    )
    own = np.zeros(len(network.buses), dtype=np.complex128)
    np.add.at(own, sources.bus[rated], 1.0 / behind_pu)
    power_kva = VOLTAGE_FACTOR * network.base_kva / np.abs(_diagonal(network, own, factor))
    with np.errstate(divide="ignore", invalid="ignore"):
        current_ka = power_kva / (np.sqrt(3.0) * network.buses.nominal_kv) / 1000.0
    told = network.buses.nominal_kv > 0.0
    return ShortCircuit(
        power_kva=power_kva,
        current_ka=np.where(told, current_ka, np.nan),
        assumed=int(unknown.sum()),
        left_out=int((~rated).sum()),
        unrated=unrated,
    )


def _transformer_factors(network: Network) -> tuple[Real, int]:
    """Factor on the impedance of each branch, (L,), 1 for lines, and how many transformers have no rating."""
    branches, level = network.branches, network.buses.nominal_kv
    between = level[branches.from_bus] != level[branches.to_bus]
    is_rated = between & np.isfinite(branches.rating_kw)
    rating = np.where(is_rated, branches.rating_kw, network.base_kva)
    own_pu = np.abs(branches.reactance_pu) * rating / network.base_kva
    factor = np.where(is_rated, 0.95 * VOLTAGE_FACTOR / (1.0 + 0.6 * own_pu), 1.0)
    return factor, int((between & ~is_rated).sum())


def _diagonal(network: Network, own: Complex, factor: Real) -> Complex:
    """Impedance seen from each bus, pu, (N,). own: admittance of machines at each bus; factor: on each branch."""
    factors = _factored(network, own, factor)
    count = len(network.buses)
    found = np.empty(count, dtype=np.complex128)
    for at in range(0, count, AT_ONCE):
        some = np.arange(at, min(at + AT_ONCE, count))
        fed = np.zeros((count, len(some)), dtype=np.complex128)
        fed[some, np.arange(len(some))] = 1.0
        found[some] = factors.solve(fed)[some, np.arange(len(some))]
    return found


def _factored(network: Network, own: Complex, factor: Real) -> Any:
    try:
        from scipy import sparse
        from scipy.sparse.linalg import splu
    except ModuleNotFoundError:
        raise BadInput([without_the_extra("scipy")]) from None
    branches = network.branches
    series = 1.0 / (factor * (network.circuits.resistance_pu + 1j * branches.reactance_pu))
    count, lines = len(own), np.arange(len(branches))
    incidence = sparse.csr_array(
        (
            np.repeat([1.0, -1.0], len(lines)),
            (np.tile(lines, 2), np.concatenate([branches.from_bus, branches.to_bus])),
        ),
        shape=(len(lines), count),
    )
    admittance = incidence.T @ sparse.diags_array(series) @ incidence + sparse.diags_array(own)
    return splu(admittance.tocsc())


def _no_source(network: Network) -> Finding:
    return Finding(
        subject=f"short circuits of {network.name}",
        value="no machine with a rating",
        limit="one at least, behind whose reactance a short circuit is fed",
        mend="State mBase of its machines, or the short-circuit power of its external grid.",
    )
