"""The document of `gridtide study`: a network as it stands, after the loss of any one branch, and what a bus takes."""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.branch_names import branch_names
from gridtide.grid.contingency import Fate, Outages, outages_of
from gridtide.grid.hosting_capacity import NONE, Hosting, hosted_at
from gridtide.grid.network import Network, lossless, lossless_kw
from gridtide.grid.power_flow import PowerFlow, power_flow
from gridtide.grid.sensitivities import sensitivities

Real = NDArray[np.float64]


def study_document(network: Network, hosts: tuple[str, ...]) -> dict[str, Any]:
    """One network. solved: whether it has a flow as it stands; all that follows is None where it has none. hosts: names
    of buses of the network whose room for load is asked, without losses."""
    flow = power_flow(network)
    outages = None if flow is None else outages_of(network)
    found: dict[str, Any] = {
        "of": network.name,
        "solved": flow is not None,
        "buses": len(network.buses),
        "branches": len(network.branches),
        "load_kw": float(network.buses.load_kw.sum()),
        "fed_by": network.buses.names[network.feeding_bus],
    }
    if flow is None or outages is None:
        return {**found, "now": None, "outages": None, "hosting": None}
    names = branch_names(network)
    return {
        **found,
        "now": _now(network, flow, names),
        "outages": _after(network, outages, names),
        "hosting": _hosting(network, hosts, names) if hosts else [],
    }


def _now(network: Network, flow: PowerFlow, names: list[str]) -> dict[str, Any]:
    kva = np.maximum(np.hypot(flow.from_kw, flow.from_kvar), np.hypot(flow.to_kw, flow.to_kvar))
    loading = kva / network.branches.rating_kw
    ranked = np.argsort(-loading, kind="stable")
    return {
        "lost_kw": flow.lost_kw,
        "lowest_pu": float(flow.voltage_pu.min()),
        "lowest_bus": network.buses.names[int(flow.voltage_pu.argmin())],
        "highest_pu": float(flow.voltage_pu.max()),
        "highest_bus": network.buses.names[int(flow.voltage_pu.argmax())],
        "overloads": [
            {"branch": names[k], "loading": float(loading[k])} for k in ranked if loading[k] > 1.0
        ],
        "fullest": None if loading.max() == 0.0 else names[ranked[0]],
        "loading": float(loading.max()),
        "outside": _outside(network, flow.voltage_pu),
    }


def _outside(network: Network, voltage_pu: Real) -> list[dict[str, Any]]:
    """Buses beyond their limits of voltage, those that hold it themselves left aside."""
    buses = network.buses
    beyond = np.maximum(buses.lowest_pu - voltage_pu, voltage_pu - buses.highest_pu)
    beyond[network.machines.bus] = -np.inf
    return [
        {"bus": buses.names[bus], "voltage_pu": float(voltage_pu[bus])}
        for bus in np.argsort(-beyond, kind="stable")
        if beyond[bus] > 1e-9
    ]


def _after(network: Network, outages: Outages, names: list[str]) -> dict[str, Any]:
    """What comes of outages: counted, islanding and diverging ones by name, solved ones by loading and by voltage."""
    buses = network.buses.names
    told = Counter(outages.fates)
    fullest = np.argsort(-np.nan_to_num(outages.loading, nan=-1.0), kind="stable")
    lowest = np.argsort(np.nan_to_num(outages.lowest_pu, nan=np.inf), kind="stable")
    solved = told[Fate.SOLVED]
    return {
        "counted": {fate.value: told[fate] for fate in Fate},
        "islanding": [
            {
                "lost": names[k],
                "cut_off": [buses[bus] for bus in apart],
                "load_kw": float(outages.islanded_kw[k]),
            }
            for k, apart in outages.cut_off.items()
        ],
        "diverging": [names[k] for k, fate in enumerate(outages.fates) if fate is Fate.DIVERGING],
        "by_loading": [
            {
                "lost": names[k],
                "branch": names[outages.fullest[k]],
                "loading": float(outages.loading[k]),
            }
            for k in fullest[:solved]
        ],
        "by_voltage": [
            {
                "lost": names[k],
                "bus": buses[outages.lowest_bus[k]],
                "lowest_pu": float(outages.lowest_pu[k]),
            }
            for k in lowest[:solved]
        ],
    }


def _hosting(network: Network, hosts: tuple[str, ...], names: list[str]) -> list[dict[str, Any]]:
    branches = lossless(network)
    factors = sensitivities(branches, network.feeding_bus)
    flow_kw = lossless_kw(network, factors.ptdf)
    found = []
    for host in hosts:
        bus = network.buses.names.index(host)
        now, after = (hosted_at(branches, factors, flow_kw, bus, after) for after in (False, True))
        found.append(
            {"bus": host, "now": _told(now, names), "after_any_outage": _told(after, names)}
        )
    return found


def _told(hosting: Hosting, names: list[str]) -> dict[str, Any]:
    """hosted_kw: None where nothing binds."""
    if not np.isfinite(hosting.hosted_kw):
        return {"hosted_kw": None, "full": None, "lost": None}
    return {
        "hosted_kw": hosting.hosted_kw,
        "full": names[hosting.branch],
        "lost": None if hosting.lost == NONE else names[hosting.lost],
    }
