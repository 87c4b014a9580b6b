"""A mode as files that tools of dynamics read: the case, its machines and the losses to try."""

import csv
import io
import re
from pathlib import Path

import numpy as np

from gridtide.doors.results.written_whole import taken_by, write_text
from gridtide.grid.mode_study import ModeCase, System
from gridtide.grid.mode_voltages import network_of_mode
from gridtide.wire.matpower_text import bus_numbers, case_text

MACHINES = (
    "unit", "bus", "fed_kw", "most_kw", "rated_kva", "inertia_s", "machine_reactance_pu", "transformer_reactance_pu",
    "holds_voltage",
)  # fmt: skip
LOSSES = ("kind", "name", "from_bus", "to_bus", "row")
README = """# {name}, {mode}

case.m: buses, machines and branches in MATPOWER's format, version 2, solved state not in it.
machines.csv: every unit that feeds. inertia_s (H) and reactances on rated_kva, as the system's tables tell them, which
do not say whether transient or subtransient: choose before use. 0 where unknown. Damping, governors and exciters are
not known here.
contingencies.csv: the loss of each branch (row: of case.m's branch table, from 1) and of each unit that feeds.
Loads stand as constant power in case.m; their behaviour in time is not known here.
"""


def write_for_dynamics(
    folder: Path,
    system: System,
    case: ModeCase,
    name: str,
    mode: str,
    branch_names: tuple[str, ...],
) -> None:
    """Four files in a folder, which is made where it is not there. Raises BadInput where it takes none."""
    with taken_by(folder):
        folder.mkdir(exist_ok=True)
    network = network_of_mode(system, case)
    machines = network.machines
    most = np.zeros(len(network.buses))
    np.add.at(most, system.units.bus, case.dispatch.most_kw)
    word = re.sub(r"\W+", "_", name)
    texts = {
        "case.m": case_text(network, f"mode_of_{word}", most[machines.bus]),
        "machines.csv": _table(MACHINES, _machines(system, case)),
        "contingencies.csv": _table(LOSSES, _losses(system, case, branch_names)),
        "README.md": README.format(name=name, mode=mode),
    }
    for file, text in texts.items():
        write_text(folder / file, text)


def _table(heads: tuple[str, ...], rows: list[list[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return text.getvalue()


def _machines(system: System, case: ModeCase) -> list[list[object]]:
    units = system.units
    numbers = bus_numbers(system.network)
    holding = set(system.network.machines.bus.tolist())
    return [
        [
            units.names[k], numbers[bus], f"{case.fed_kw[k]:.3f}", f"{case.dispatch.most_kw[k]:.3f}",
            f"{units.rated_kva[k]:g}", f"{units.inertia_s[k]:g}", f"{units.machine_pu[k]:g}",
            f"{units.transformer_pu[k]:g}", "yes" if bus in holding else "no",
        ]
        for k in np.flatnonzero(case.fed_kw > 0.0).tolist()
        for bus in [int(units.bus[k])]
    ]  # fmt: skip


def _losses(system: System, case: ModeCase, branch_names: tuple[str, ...]) -> list[list[object]]:
    network, numbers = case.standing.network, bus_numbers(system.network)
    branches = network.branches
    rows: list[list[object]] = [
        [
            "branch", branch_names[int(case.standing.kept[row])], numbers[branches.from_bus[row]],
            numbers[branches.to_bus[row]], row + 1,
        ]
        for row in range(len(branches))
    ]  # fmt: skip
    feeding = np.flatnonzero(case.fed_kw > 0.0).tolist()
    return rows + [
        ["unit", system.units.names[k], numbers[int(system.units.bus[k])], "", ""] for k in feeding
    ]
