"""The NETWORK of `gridtide study`, in whichever of the forms that are read it stands."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gridtide.finding import BadInput, Finding
from gridtide.grid.network import Network, bus_number
from gridtide.invest.hours import HOURS_PER_YEAR
from gridtide.sources.rts_gmlc import RtsGmlc

if TYPE_CHECKING:
    from gridtide.grid.hosting_system import HostingSystem

SHOWN = 5


def network_in(path: Path) -> Network:
    """The network of a MATPOWER case (`.m`, plain or gzip), of a file that pandapower wrote (`.json`), or of the folder
    of the RTS-GMLC system. Raises BadInput with every fault found."""
    if path.is_dir():
        return system_in(path).network
    if path.suffix == ".json":
        from gridtide.sources.pandapower_net import PandapowerFile

        return PandapowerFile(path=path).read()
    from gridtide.sources.matpower_case import MatpowerCase

    return MatpowerCase(path=path).read()


def system_in(path: Path) -> RtsGmlc:
    """The RTS-GMLC system with its units and its year. Raises BadInput where the path is no such folder."""
    from gridtide.sources.rts_gmlc import RtsGmlcFolder

    if not path.is_dir():
        raise BadInput(
            [
                Finding(
                    subject=str(path),
                    value="is one network without units and hours",
                    limit="the folder of the RTS-GMLC system",
                    mend="Name the folder that holds bus.csv, gen.csv and day_ahead_hourly.parquet, "
                    "or ask of one state.",
                )
            ]
        )
    return RtsGmlcFolder(path=path).read()


def hosting_in(path: Path) -> "HostingSystem":
    """The RTS-GMLC system for loads that are to be connected. Stores stand still: what they give in one hour they would
    have to take in another. Raises BadInput where the path is no such folder."""
    from gridtide.grid.hosting_system import HostingSystem

    read = system_in(path)
    available = np.array(read.year.available_kw)
    still = read.stores.unit[read.stores.charge_kw > 0.0]
    available[:, still] = 0.0
    return HostingSystem(
        network=replace(read.network, name=path.resolve().name),
        units=read.units,
        year=replace(read.year, available_kw=available),
        branch_names=read.branch_names,
        branch_out=read.branch_outages_per_year * read.branch_repair_h / HOURS_PER_YEAR,
    )


def unknown_buses(network: Network, names: tuple[str, ...], option: str) -> list[Finding]:
    """A fault for each name that is no bus of the network or of another part of its source."""
    known = [bus for part in (network, *network.origin.parts) for bus in part.buses.names]
    shown = ", ".join(known[:SHOWN]) + (" …" if len(known) > SHOWN else "")
    return [
        Finding(
            subject=option,
            value=f"{name} is no bus of the network that is in service",
            limit=f"one of its {len(known):,}: {shown}",
            mend="Name it as the table of buses does.",
        )
        for name in names
        if all(bus_number(part, name) is None for part in (network, *network.origin.parts))
    ]
