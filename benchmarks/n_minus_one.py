"""Every loss of one branch of 1,354 buses beside pandapower: `make peers`, then `python benchmarks/n_minus_one.py`.

Targets: the whole study - reading, bridges, outages, document and page - at least ten times as fast as pandapower's
outages alone, and at most a fifth more than lightsim2grid's own solutions of the same outages. All in seconds of one
process's own time, in one run, so that what else the machine does weighs alike.
"""

import json
import logging
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridtide.doors.report.sheet import write_sheet
from gridtide.doors.results.study_document import study_document
from gridtide.grid.branches import bridges
from gridtide.grid.contingency import Fate, outages_of, voltages_after
from gridtide.grid.network import Network, lossless, lossless_kw
from gridtide.grid.power_flow import (
    CLOSE_PU,
    MOST_STEPS,
    model_of,
    order_in_model,
    solved_voltage,
)
from gridtide.grid.sensitivities import sensitivities
from gridtide.sources.pandapower_net import PandapowerNet

COMPARED = 40
TARGET = 10.0
MOST_OVERHEAD = 0.2
ROUNDS = 3
Given = TypeVar("Given")


def main() -> None:
    """Prints what the whole study takes by its parts, how it stands beside both, and how far voltages are apart."""
    import pandapower.networks

    warnings.simplefilter("ignore")
    logging.disable()
    theirs = pandapower.networks.case1354pegase()
    with TemporaryDirectory() as folder:
        page = Path(folder) / "study.html"
        whole_study(theirs, page)
        rounds = [(whole_study(theirs, page), bare_s(theirs)) for _ in range(ROUNDS)]
        command_s = from_a_file_s(theirs, Path(folder))
    (parts, found), _ = min(rounds, key=lambda one: sum(one[0][0].values()) / one[1])
    whole_s = sum(parts.values())
    told = found["outages"]["counted"]
    print(
        f"{found['branches']:,} outages = {told['islanding']} islanding + {told['diverging']} diverging"
        f" + {told['solved']:,} solved"
    )
    print(", ".join(f"{name} {100 * spent / whole_s:.1f} %" for name, spent in parts.items()))
    ratios = sorted(sum(one.values()) / other - 1.0 for (one, _), other in rounds)
    print(
        f"beside bare lightsim2grid: {', '.join(f'{100 * ratio:+.1f} %' for ratio in ratios)} in {ROUNDS} rounds,"
        f" target at most {100 * MOST_OVERHEAD:+.0f} %"
    )
    beside_pandapower(theirs, whole_s, command_s)


def whole_study(net: Any, page: Path) -> tuple[dict[str, float], dict[str, Any]]:
    """Seconds of each part of a study as the command makes it, and its document."""
    read_s, grid = timed(lambda: PandapowerNet(net=net).read())
    solve_s, found = timed(lambda: study_document(grid, ()))

    def write() -> None:
        write_sheet(page, found, "study.js")
        json.dumps(found)

    write_s, _ = timed(write)
    return {"read": read_s, "solve and rank": solve_s, "page and JSON": write_s}, found


def from_a_file_s(net: Any, folder: Path) -> float:
    """Seconds of the command in a process of its own, from a file of pandapower to page and JSON."""
    import pandapower

    path = folder / "network.json"
    pandapower.to_json(net, str(path))
    words = [sys.executable, "-m", "gridtide", "study", str(path), "--json"]
    begun = os.times()
    subprocess.run(
        [*words, "--page", str(folder / "from_file.html")], stdout=subprocess.DEVNULL, check=True
    )
    ended = os.times()
    return ended.children_user + ended.children_system - begun.children_user - begun.children_system


def bare_s(net: Any) -> float:
    """Seconds of lightsim2grid alone for the outages that are no bridges: model, base case, all outages."""
    from lightsim2grid.contingencyAnalysis import ContingencyAnalysisCPP

    grid = PandapowerNet(net=net).read()
    order = order_in_model(grid)
    place = np.argsort(order)
    meshed = place[~bridges(grid.branches)].tolist()

    def alone() -> None:
        model = model_of(grid)
        before = solved_voltage(grid, model)
        assert before is not None
        analysis = ContingencyAnalysisCPP(model)
        analysis.add_multiple_n1(meshed)
        analysis.compute(before, MOST_STEPS, CLOSE_PU)

    return timed(alone)[0]


def beside_pandapower(theirs: Any, whole_s: float, command_s: float) -> None:
    """How many times as fast the whole study is as pandapower's solved outages, drawn and scaled to all."""
    grid = PandapowerNet(net=theirs).read()
    outages = outages_of(grid)
    assert outages is not None
    solved = np.flatnonzero([fate is Fate.SOLVED for fate in outages.fates])
    chosen = np.sort(np.random.default_rng(1).choice(solved, COMPARED, replace=False))
    voltages_theirs(theirs, chosen[:1])
    ours = voltages_of(grid, chosen)
    their_s, foreign = timed(lambda: voltages_theirs(theirs, chosen))
    apart = max(float(np.abs(ours[lost] - foreign[lost]).max()) for lost in chosen.tolist())
    all_of_theirs = their_s / COMPARED * len(solved)
    print(
        f"the whole study is {all_of_theirs / whole_s:.0f} times as fast as pandapower's {len(solved):,} outages"
        f" ({COMPARED} drawn), target {TARGET:.0f}; voltages at most {apart:.1e} pu apart"
    )
    print(
        f"the command from a file, its start and reading in it: {command_s:.1f} s,"
        f" {all_of_theirs / command_s:.0f} times as fast as them"
    )
    factors_s, _ = timed(lambda: without_losses(grid))
    print(
        "without losses, factors and flows after all outages that do not split the grid:"
        f" {whole_s / factors_s:.1f} times as fast as the whole study"
    )


def voltages_of(grid: Network, lost: NDArray[np.int64]) -> dict[int, NDArray[np.float64]]:
    """Voltage of each bus after each outage [pu], by branch."""
    pieces = voltages_after(grid, lost)
    assert pieces is not None
    found: dict[int, NDArray[np.float64]] = {}
    for branches, voltage in pieces:
        found |= dict(zip(branches.tolist(), np.abs(voltage), strict=True))
    return found


def voltages_theirs(net: Any, lost: NDArray[np.int64]) -> dict[int, NDArray[np.float64]]:
    """The same by pandapower, with compiled loops where numba is there, from a flow without losses."""
    import pandapower

    found = {}
    for branch in lost.tolist():
        lines = len(net.line)
        table, row = (net.line, branch) if branch < lines else (net.trafo, branch - lines)
        label = table.index[row]
        table.loc[label, "in_service"] = False
        pandapower.runpp(net, init="dc", calculate_voltage_angles=True, trafo_model="pi")
        table.loc[label, "in_service"] = True
        found[branch] = net.res_bus.vm_pu.to_numpy().copy()
    return found


def without_losses(grid: Network) -> NDArray[np.float64]:
    """Flow of each branch after each outage that does not split the grid, (L, L), NaN in the columns of the others."""
    branches = lossless(grid)
    found = sensitivities(branches, grid.feeding_bus)
    flow = lossless_kw(grid, found.ptdf)
    return np.asarray(flow[:, None] + found.lodf * flow)


def timed(ask: Callable[[], Given]) -> tuple[float, Given]:
    """Seconds of this process and what came of it."""
    begun = time.process_time()
    given = ask()
    return time.process_time() - begun, given


if __name__ == "__main__":
    main()
