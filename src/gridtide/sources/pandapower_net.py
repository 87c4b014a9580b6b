"""A network that pandapower holds, by the tables that pandapower itself makes of it for its power flow."""

import re
import warnings
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.grid.network import FaultSources, Network, bus_number
from gridtide.grid.short_circuit import VOLTAGE_FACTOR
from gridtide.sources import text_of
from gridtide.wire.matpower import network_of
from gridtide.wire.matpower_tables import LEAST_COLUMNS, Tables

BEYOND = ("branch_g_asym", "branch_b_asym", "branch_r_asym", "branch_x_asym")
"""What pandapower tells of branches beside MATPOWER's columns and iron losses, each only where it is not 0."""
CONTROLLED = ("svc", "tcsc", "ssc", "vsc", "vsc_stacked", "vsc_bipolar", "line_dc", "b2b_vsc")
"""Tables of elements that change what they do while a flow is solved."""
MADE_OF = re.compile(r'_module\\*"\s*:\s*\\*"([^"\\]+)')
HARMLESS = ("pandapower", "pandas", "numpy")
"""Programs whose objects a file of pandapower may be made of; whatever else it names is not loaded."""


@dataclass(frozen=True, kw_only=True)
class PandapowerFile:
    """A file that pandapower wrote with `to_json`."""

    path: Path

    def read(self) -> Network:
        """The network that is in service, as `PandapowerNet` reads it. Raises BadInput where pandapower is not there,
        for a file that it did not write or that would load objects of other programs, and for every fault of its rows.
        """
        text = text_of(self.path)
        refuse_if_any(_foreign(text, str(self.path)))
        try:
            from pandapower import from_json_string
        except ModuleNotFoundError:
            raise BadInput([_not_there()]) from None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                net = from_json_string(text, convert=True)
        except (ValueError, KeyError, TypeError, AttributeError, UserWarning) as error:
            raise BadInput([_not_written(self.path, str(error))]) from None
        if not hasattr(net, "bus"):
            raise BadInput([_not_written(self.path, "holds no network")])
        return PandapowerNet(net=net).read()


@dataclass(frozen=True, kw_only=True)
class PandapowerNet:
    """A network object of pandapower 3.5. pandapower is not needed to use gridtide, only to have such an object."""

    net: Any

    def read(self) -> Network:
        """The network that is in service, buses by the labels of pandapower's table; transformers are pi circuits, as
        under `runpp(trafo_model="pi")`. Buses that closed switches make one are one here.

        Raises BadInput where pandapower is not there, for branches whose ends differ, which have no place in a
        `Network`, and for every fault of its rows.
        """
        try:
            from pandapower.converter.pypower.to_ppc import to_ppc
        except ModuleNotFoundError:
            raise BadInput([_not_there()]) from None
        net = _with_converters(self.net)
        found = to_ppc(net, init="flat", calculate_voltage_angles=True, trafo_model="pi", mode="pf")
        rows = {table: np.real(found[table]) for table in LEAST_COLUMNS}
        refuse_if_any([*_beyond_the_form(found), *_controlled(self.net)])
        _rate(net, rows["branch"])
        labels = _labels(net, len(rows["bus"]))
        iron = np.real(np.asarray(found.get("branch_g", np.zeros(len(rows["branch"])))))
        network = network_of(
            Tables(
                source="pandapower",
                name=str(self.net.name or "pandapower"),
                base_kva=1000.0 * float(found["baseMVA"]),
                **rows,
                lines={table: np.arange(len(values)) for table, values in rows.items()},
                word="row",
                names={row: known[0] for row, known in labels.items()},
                conductance_pu=iron,
            )
        )
        fused = tuple(group for group in labels.values() if len(group) > 1)
        groups = _with_closed_switches(network.origin.fused, fused)
        notes = (*network.origin.notes, *_said_of_direct(self.net))
        origin = replace(network.origin, fused=groups, notes=notes)
        return replace(network, origin=origin, fault_sources=_fault_sources(self.net, network))


def _labels(net: Any, rows: int) -> dict[int, tuple[str, ...]]:
    """Labels of pandapower's buses by the row of its own table for its power flow; none where it made one itself."""
    row_of = np.asarray(net._pd2ppc_lookups["bus"])
    found: dict[int, list[str]] = {}
    for label in net.bus.index[net.bus.in_service].tolist():
        if row_of[label] >= 0:
            found.setdefault(int(row_of[label]), []).append(str(label))
    stars = {row: [f"star {row}"] for row in range(rows) if row not in found}
    return {row: tuple(labels) for row, labels in {**found, **stars}.items()}


def _with_closed_switches(
    ties: tuple[tuple[str, ...], ...], switched: tuple[tuple[str, ...], ...]
) -> tuple[tuple[str, ...], ...]:
    """Groups of buses that are one by switches, widened by those that are one by ties."""
    more = {group[0]: group for group in switched}
    widened = tuple(
        (tie[0], *(name for one in tie for name in more.pop(one, (one,)) if name != tie[0]))
        for tie in ties
    )
    return (*widened, *more.values())


def _fault_sources(net: Any, network: Network) -> FaultSources:
    """External grids by their highest short-circuit power, machines by rating and subtransient reactance, with the
    factor c / (1 + x sin phi) of IEC 60909-0; what a table does not tell is unknown, and without a rating left out."""
    rows: list[tuple[int, float, float, float]] = []
    for one in _records(net.ext_grid):
        power, ratio = one.get("s_sc_max_mva", np.nan), one.get("rx_max", 0.0)
        at = bus_number(network, str(one["bus"]))
        if at is not None and power > 0.0:
            reactance = VOLTAGE_FACTOR / np.hypot(1.0, ratio)
            rows.append((at, 1000.0 * power, ratio * reactance, reactance))
    for one in _records(net.gen):
        at, rated = bus_number(network, str(one["bus"])), one.get("sn_mva", np.nan)
        if at is not None and rated > 0.0:
            rows.append((at, 1000.0 * rated, *_behind(one, network.buses.nominal_kv[at])))
    columns = np.asarray(rows, dtype=np.float64).reshape(-1, 4).T
    return FaultSources(
        bus=columns[0].astype(np.int64),
        rated_kva=columns[1],
        resistance_pu=columns[2],
        reactance_pu=columns[3],
    )


def _behind(machine: dict[str, float], bus_kv: float) -> tuple[float, float]:
    """Resistance and reactance of a machine on its rating at the voltage of its bus, corrected."""
    told_kv = machine.get("vn_kv", np.nan)
    level_kv = told_kv if told_kv > 0.0 else bus_kv
    reactance, power_factor = machine.get("xdss_pu", np.nan), machine.get("cos_phi", np.nan)
    shifted = np.sqrt(1.0 - power_factor**2) if power_factor <= 1.0 else 0.0
    factor = bus_kv / level_kv * VOLTAGE_FACTOR / (1.0 + reactance * shifted)
    ohm = machine.get("rdss_ohm", np.nan)
    resistance = ohm * machine["sn_mva"] / level_kv**2 if ohm > 0.0 else 0.0
    turned = (level_kv / bus_kv) ** 2
    return factor * turned * resistance, factor * turned * reactance


def _records(table: Any) -> list[dict[str, Any]]:
    """Rows of a table of pandapower that are in service."""
    return [dict(one) for one in table[table.in_service].to_dict("records")]


def _with_converters(net: Any) -> Any:
    """The network with a machine at each end of its lines of direct current, as pandapower solves it."""
    from pandapower.auxiliary import _add_dcline_gens

    if not net.dcline.in_service.any():
        return net
    copy = deepcopy(net)
    _add_dcline_gens(copy)
    return copy


def _said_of_direct(net: Any) -> Iterator[str]:
    for one in _records(net.dcline):
        yield (
            f"the line of direct current {one['from_bus']}-{one['to_bus']} stands as a machine at each of its ends"
        )


def _rate(net: Any, branch: NDArray[np.float64]) -> None:
    """Ratings, MVA, written over what pandapower puts there where nobody limits its own optimisation: of a line by its
    highest current, of a transformer by its rated power, both by `max_loading_percent` where that is told; 0 for all
    others."""
    branch[:, 5:8] = 0.0
    level_kv = net.bus.vn_kv
    for table, (first, behind) in net._pd2ppc_lookups["branch"].items():
        if table == "line":
            own = net.line.max_i_ka * level_kv[net.line.from_bus].to_numpy() * np.sqrt(3.0)
            rated = own * net.line.df * net.line.parallel
        elif table == "trafo":
            rated = net.trafo.sn_mva * net.trafo.df * net.trafo.parallel
        else:
            continue
        most = getattr(net, table).get("max_loading_percent", 100.0)
        told = np.asarray(rated * most / 100.0, dtype=np.float64)
        branch[first:behind, 5:8] = np.where(np.isfinite(told), told, 0.0)[:, None]


def _controlled(net: Any) -> Iterator[Finding]:
    for table in CONTROLLED:
        count = int(net[table].in_service.sum()) if table in net and len(net[table]) else 0
        if count:
            yield Finding(
                subject=f"pandapower {table}",
                value=f"{count} in service",
                limit="none: its control is not solved here",
                mend="Put it out of service and state what it does as a load, a machine or a shunt.",
            )


def _beyond_the_form(found: Any) -> list[Finding]:
    return [
        Finding(
            subject=f"pandapower {name}",
            value=f"{np.count_nonzero(found[name])} branches with up to {np.abs(found[name]).max():.3g} pu",
            limit="0: pi circuits, both ends alike",
            mend="Make the ends alike.",
        )
        for name in BEYOND
        if name in found
    ]


def _foreign(text: str, source: str) -> Iterator[Finding]:
    for module in sorted(set(MADE_OF.findall(text))):
        if module.split(".")[0] not in HARMLESS:
            yield Finding(
                subject=source,
                value=f"is made of objects of {module}",
                limit=f"objects of {', '.join(HARMLESS)}",
                mend="Leave them out of the network and write it again.",
            )


def _not_written(path: Path, reason: str) -> Finding:
    return Finding(
        subject=str(path),
        value=reason.splitlines()[0][:120] if reason else "cannot be read",
        limit="a network that pandapower 3.5 wrote",
        mend="Write it with pandapower.to_json.",
    )


def _not_there() -> Finding:
    return Finding(
        subject="network of pandapower",
        value="pandapower is not installed",
        limit="pandapower 3.5",
        mend="pip install 'gridtide[pandapower]', or save the network as a MATPOWER case.",
    )
