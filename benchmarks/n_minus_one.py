"""Every loss of one branch of 1,354 buses beside pandapower: `make peers`, then `python benchmarks/n_minus_one.py`.

Target: at least ten times as fast for each outage as pandapower in the same run.
"""

import logging
import time
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.contingency import Fate, outages_of, voltages_after
from gridtide.grid.network import Network, lossless, lossless_kw
from gridtide.grid.sensitivities import sensitivities
from gridtide.sources.pandapower_net import PandapowerNet

COMPARED = 40
TARGET = 10.0
Given = TypeVar("Given")


def main() -> None:
    """Prints seconds for each outage of both, their ratio beside the target, and how far their voltages are apart."""
    import pandapower.networks

    warnings.simplefilter("ignore")
    logging.disable()
    theirs = pandapower.networks.case1354pegase()
    grid = PandapowerNet(net=theirs).read()
    outages_of(grid)
    whole_s, outages = timed(lambda: outages_of(grid))
    assert outages is not None
    told = Counter(outages.fates)
    print(
        f"{len(grid.branches):,} outages = {told[Fate.ISLANDING]} islanding + {told[Fate.DIVERGING]} diverging"
        f" + {told[Fate.SOLVED]:,} solved, in {whole_s:.2f} s with voltages and loadings of each"
    )
    solved = np.flatnonzero([fate is Fate.SOLVED for fate in outages.fates])
    chosen = np.sort(np.random.default_rng(1).choice(solved, COMPARED, replace=False))
    voltages_theirs(theirs, chosen[:1])
    our_s, ours = timed(lambda: voltages_of(grid, solved))
    their_s, foreign = timed(lambda: voltages_theirs(theirs, chosen))
    apart = max(float(np.abs(ours[lost] - foreign[lost]).max()) for lost in chosen.tolist())
    each, other = our_s / len(solved), their_s / COMPARED
    print(
        f"each: {1000 * each:.2f} ms, pandapower {1000 * other:.1f} ms ({COMPARED} drawn):"
        f" {other / each:.0f} times as fast, target {TARGET:.0f}; voltages at most {apart:.1e} pu apart"
    )
    factors_s, _ = timed(lambda: without_losses(grid))
    print(
        f"without losses, factors and flows after all outages that do not split the grid: {factors_s:.2f} s"
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
    """Seconds and what came of it."""
    begun = time.perf_counter()
    given = ask()
    return time.perf_counter() - begun, given


if __name__ == "__main__":
    main()
