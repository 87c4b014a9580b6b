"""A network as a case in MATPOWER's format, version 2, that this house and other programs read.

Columns as in the MATPOWER User's Manual, appendix B; kW and kvar become MW and Mvar here.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.network import Network, drawn_kw

Real = NDArray[np.float64]
LOAD, HOLDING, FEEDING = 1.0, 2.0, 3.0
PER_KW = 1e-3
ANGLE_DEG = 360.0
NO_LIMIT_KVA = 1e7
"""Of reactive power and of output, where the network knows none."""


def case_text(network: Network, name: str, most_kw: Real) -> str:
    """The case. name: of the function, letters, digits and _. most_kw: highest output of each machine, (M,).

    Lines of direct current stand as loads at their ends; buses are numbered by their names where all of those are
    whole numbers, else from 1, in their order. What a case cannot hold, iron losses of branches, is left out.
    """
    numbers = bus_numbers(network)
    tables = {
        "bus": _bus_rows(network, numbers),
        "gen": _machine_rows(network, numbers, most_kw),
        "branch": _branch_rows(network, numbers),
    }
    return "\n".join(_lines(network, name, tables))


def bus_numbers(network: Network) -> list[int]:
    """The number under which each bus stands in the case."""
    names = network.buses.names
    if all(name.isdecimal() and int(name) > 0 for name in names):
        return [int(name) for name in names]
    return list(range(1, len(names) + 1))


def _lines(network: Network, name: str, tables: dict[str, Real]) -> Iterator[str]:
    yield f"function mpc = {name}"
    yield "mpc.version = '2';"
    yield f"mpc.baseMVA = {_said(network.base_kva * PER_KW)};"
    for table, rows in tables.items():
        yield f"mpc.{table} = ["
        for row in rows:
            yield "\t" + "\t".join(map(_said, row)) + ";"
        yield "];"
    yield ""


def _said(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _bus_rows(network: Network, numbers: list[int]) -> Real:
    buses = network.buses
    kind = np.full(len(buses), LOAD)
    kind[network.machines.bus] = HOLDING
    kind[network.feeding_bus] = FEEDING
    ones = np.ones(len(buses))
    power = [drawn_kw(network), buses.load_kvar, buses.shunt_kw, buses.shunt_kvar]
    return np.column_stack(
        [
            numbers, kind, *(PER_KW * one for one in power), ones, ones, 0.0 * ones, buses.nominal_kv, ones,
            buses.highest_pu, buses.lowest_pu,
        ]
    )  # fmt: skip


def _machine_rows(network: Network, numbers: list[int], most_kw: Real) -> Real:
    machines = network.machines
    ones = np.ones(len(machines.bus))
    limit = NO_LIMIT_KVA * PER_KW * ones
    at = np.asarray(numbers, dtype=np.float64)[machines.bus]
    return np.column_stack(
        [
            at, PER_KW * machines.fed_kw, 0.0 * ones, limit, -limit, machines.held_pu,
            network.base_kva * PER_KW * ones, ones, PER_KW * most_kw, 0.0 * ones,
        ]
    )  # fmt: skip


def _branch_rows(network: Network, numbers: list[int]) -> Real:
    branches, circuits = network.branches, network.circuits
    at = np.asarray(numbers, dtype=np.float64)
    ones = np.ones(len(branches))
    normal, emergency = (
        np.where(np.isfinite(one), PER_KW * one, 0.0)
        for one in (branches.rating_kw, branches.emergency_kw)
    )
    is_line = (circuits.ratio == 1.0) & (circuits.shift_deg == 0.0)
    ratio = np.where(is_line, 0.0, circuits.ratio)
    return np.column_stack(
        [
            at[branches.from_bus], at[branches.to_bus], circuits.resistance_pu, branches.reactance_pu,
            circuits.charging_pu, normal, emergency, emergency, ratio, circuits.shift_deg, ones,
            -ANGLE_DEG * ones, ANGLE_DEG * ones,
        ]
    )  # fmt: skip
