"""A network that pandapower holds, by the tables that pandapower itself makes of it for its power flow."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.grid.network import Network
from gridtide.wire.matpower import LEAST_COLUMNS, Tables, network_of

BEYOND = ("branch_g", "branch_g_asym", "branch_b_asym", "branch_r_asym", "branch_x_asym")
"""What pandapower tells of branches beside MATPOWER's columns, each only where it is not 0."""


@dataclass(frozen=True, kw_only=True)
class PandapowerNet:
    """A network object of pandapower 3.5. pandapower is not needed to use gridtide, only to have such an object."""

    net: Any

    def read(self) -> Network:
        """The network that is in service, buses numbered as pandapower's tables for its power flow; transformers are pi
        circuits, as under `runpp(trafo_model="pi")`.

        Raises BadInput where pandapower is not there, for conductances along a branch and branches whose ends differ,
        which have no place in a `Network`, and for every fault of its rows.
        """
        try:
            from pandapower.converter.pypower.to_ppc import to_ppc
        except ModuleNotFoundError:
            raise BadInput([_not_there()]) from None
        found = to_ppc(
            self.net, init="flat", calculate_voltage_angles=True, trafo_model="pi", mode="pf"
        )
        rows = {table: np.real(found[table]) for table in LEAST_COLUMNS}
        refuse_if_any(_beyond_the_form(found))
        return network_of(
            Tables(
                source="pandapower",
                name=str(self.net.name or "pandapower"),
                base_kva=1000.0 * float(found["baseMVA"]),
                **rows,
                lines={table: np.arange(len(values)) for table, values in rows.items()},
                word="row",
            )
        )


def _beyond_the_form(found: Any) -> list[Finding]:
    return [
        Finding(
            subject=f"pandapower {name}",
            value=f"{np.count_nonzero(found[name])} branches with up to {np.abs(found[name]).max():.3g} pu",
            limit="0: pi circuits with charging alone, both ends alike",
            mend="Leave out iron losses and conductances, or make the ends alike.",
        )
        for name in BEYOND
        if name in found
    ]


def _not_there() -> Finding:
    return Finding(
        subject="network of pandapower",
        value="pandapower is not installed",
        limit="pandapower 3.5",
        mend="pip install pandapower, or save the network as a MATPOWER case.",
    )
