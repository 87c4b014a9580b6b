"""The document of `gridtide study`: a network as it stands, after the loss of any one branch, and what a bus takes."""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.borne_load import largest_share
from gridtide.grid.branch_names import branch_names
from gridtide.grid.contingency import Fate, Outages, solved_outages
from gridtide.grid.hosting_capacity import NONE, Hosting, hosted_at
from gridtide.grid.network import Network, bus_number, lossless, lossless_kw
from gridtide.grid.power_flow import PowerFlow
from gridtide.grid.sensitivities import sensitivities
from gridtide.grid.short_circuit import ASSUMED_PU, VOLTAGE_FACTOR, short_circuit

Real = NDArray[np.float64]


def study_document(
    network: Network, hosts: tuple[str, ...], strength: bool = False
) -> dict[str, Any]:
    """One network, and under `parts` those that its source holds beside it, each as a document of its own.

    solved: whether it has a flow as it stands; now, outages and hosting are None where it has none, and solves_at is
    the largest share of its load at which it has one. hosts: names of buses, here or in parts, whose room for load is
    asked, without losses; strength: whether short_circuit is worked out, else None. fused, unfed, unrated, direct,
    notes: what was read otherwise than it stands.
    """
    here = tuple(host for host in hosts if bus_number(network, host) is not None)
    names = branch_names(network)
    solved = solved_outages(network)
    found: dict[str, Any] = {
        "of": network.name,
        "solved": solved is not None,
        "buses": len(network.buses),
        "branches": len(network.branches),
        "load_kw": float(network.buses.load_kw.sum()),
        "fed_by": network.buses.names[network.feeding_bus],
        **_origin(network, names),
        "parts": [study_document(part, hosts, strength) for part in network.origin.parts],
        "short_circuit": _strength(network) if strength else None,
    }
    if solved is None:
        share = largest_share(network)
        return {**found, "solves_at": share, "now": None, "outages": None, "hosting": None}
    flow, outages = solved
    return {
        **found,
        "solves_at": None,
        "now": _now(network, flow, names),
        "outages": _after(network, outages, names),
        "hosting": _hosting(network, here, names) if here else [],
    }


def _origin(network: Network, names: list[str]) -> dict[str, Any]:
    origin, direct = network.origin, network.direct
    lines = zip(direct.names, direct.drawn_kw.tolist(), direct.fed_kw.tolist(), strict=True)
    return {
        "fused": [list(group) for group in origin.fused],
        "unfed": [
            {"buses": list(one.names), "load_kw": one.load_kw, "why": one.why}
            for one in origin.unfed
        ],
        "unrated": [
            names[branch]
            for branch in np.flatnonzero(np.isinf(network.branches.rating_kw)).tolist()
        ],
        "direct": [{"line": line, "drawn_kw": drawn, "fed_kw": fed} for line, drawn, fed in lines],
        "notes": list(origin.notes),
    }


def _strength(network: Network) -> dict[str, Any]:
    """Short-circuit power of each bus, the weakest first."""
    found = short_circuit(network)
    names, ka = network.buses.names, found.current_ka
    return {
        "voltage_factor": VOLTAGE_FACTOR,
        "assumed": found.assumed,
        "assumed_pu": ASSUMED_PU,
        "left_out": found.left_out,
        "unrated_transformers": found.unrated,
        "buses": [
            {
                "bus": names[bus],
                "power_kva": float(found.power_kva[bus]),
                "current_ka": None if np.isnan(ka[bus]) else float(ka[bus]),
            }
            for bus in np.argsort(found.power_kva, kind="stable").tolist()
        ],
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
        bus = bus_number(network, host)
        assert bus is not None, host
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
