"""Networks as pandapower holds and solves them: readers, flows and every loss of one branch (NET-2)."""

import os
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gridtide.finding import BadInput
from gridtide.grid.branches import bridges
from gridtide.grid.contingency import Fate, Outages, outages_of, voltages_after
from gridtide.grid.network import Network, injected_kw, lossless, lossless_kw
from gridtide.grid.power_flow import power_flow
from gridtide.grid.sensitivities import flows_after_kw, sensitivities
from gridtide.sources.matpower_case import MatpowerCase
from gridtide.sources.pandapower_net import PandapowerNet

pytestmark = [pytest.mark.parts, pytest.mark.filterwarnings("ignore")]
NINE = Path(__file__).parents[2] / "examples" / "nine_buses.m"
SAMPLED = 12
SOLVED_MVA = 1e-8


@pytest.fixture(scope="module")
def pandapower() -> Any:
    """The foreign program; skipped, or failed in CI, where it is not installed."""
    if find_spec("pandapower") is None:
        reason = "no pandapower; make peers installs it"
        if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    import pandapower
    import pandapower.networks

    return pandapower


@pytest.fixture(scope="module")
def theirs(pandapower: Any) -> Any:
    """A network of 1,354 buses and 1,991 branches, from the European transmission grid (PEGASE)."""
    return pandapower.networks.case1354pegase()


@pytest.fixture(scope="module")
def ours(theirs: Any) -> Network:
    """The same network as this house holds it."""
    return PandapowerNet(net=theirs).read()


@pytest.fixture(scope="module")
def outages(ours: Network) -> Outages:
    """The loss of each branch of it."""
    found = outages_of(ours)
    assert found is not None
    return found


def solve(pandapower: Any, net: Any, close_mva: float = SOLVED_MVA) -> None:
    """A power flow of theirs, as closely as double numbers allow on this base and for so many buses."""
    pandapower.runpp(
        net,
        init="dc",
        tolerance_mva=close_mva,
        calculate_voltage_angles=True,
        trafo_model="pi",
    )


def table_of(net: Any, branch: int) -> tuple[Any, int]:
    """Table and label of a branch: lines first, then transformers."""
    lines = len(net.line)
    return (net.line, branch) if branch < lines else (net.trafo, branch - lines)


def losing(pandapower: Any, net: Any, branch: int, solver: Any) -> None:
    """One solution of theirs without a branch, which is put back."""
    table, row = table_of(net, branch)
    label = table.index[row]
    table.loc[label, "in_service"] = False
    try:
        solver(net)
    finally:
        table.loc[label, "in_service"] = True


def sampled(outages: Outages) -> NDArray[np.int64]:
    """Some of the outages that are solved, the same in every run."""
    solved = np.flatnonzero([fate is Fate.SOLVED for fate in outages.fates])
    return np.sort(np.random.default_rng(2).choice(solved, SAMPLED, replace=False))


def test_net_2_of_1991_outages_561_island_two_diverge_and_1428_are_solved(
    outages: Outages, pandapower: Any, theirs: Any
) -> None:
    """Islanding ones are the bridges of the graph; pandapower finds no solution of the two diverging ones either."""
    assert Counter(outages.fates) == {Fate.SOLVED: 1428, Fate.ISLANDING: 561, Fate.DIVERGING: 2}
    assert len(outages.cut_off) == 561
    for lost in np.flatnonzero([fate is Fate.DIVERGING for fate in outages.fates]).tolist():
        with pytest.raises(pandapower.LoadflowNotConverged):
            losing(pandapower, theirs, lost, lambda net: solve(pandapower, net))


def test_net_2_voltages_are_those_of_pandapower_before_and_after_outages(
    ours: Network, outages: Outages, pandapower: Any, theirs: Any
) -> None:
    """Within 1e-9 pu: the network as it stands and a dozen outages drawn from those that are solved."""
    solve(pandapower, theirs)
    flow = power_flow(ours)
    assert flow is not None
    assert np.abs(flow.voltage_pu - theirs.res_bus.vm_pu.to_numpy()).max() < 1e-9
    assert flow.lost_kw == pytest.approx(
        1000.0 * (theirs.res_line.pl_mw.sum() + theirs.res_trafo.pl_mw.sum()), rel=1e-9
    )
    solved = voltages_after(ours, sampled(outages))
    assert solved is not None
    checked = 0
    for lost, voltage in solved:
        for branch, row in zip(lost.tolist(), voltage, strict=True):
            losing(pandapower, theirs, branch, lambda net: solve(pandapower, net))
            assert np.abs(np.abs(row) - theirs.res_bus.vm_pu.to_numpy()).max() < 1e-9
            checked += 1
    assert checked == SAMPLED


def test_net_2_outage_factors_are_the_flow_solved_again(
    ours: Network, outages: Outages, pandapower: Any, theirs: Any
) -> None:
    """Within 1e-6 MW = 1e-3 kW: every meshed outage against a solution of ours, a dozen against `rundcpp`."""
    branches = lossless(ours)
    found = sensitivities(branches, ours.feeding_bus)
    flow = lossless_kw(ours, found.ptdf)
    meshed = np.flatnonzero(~bridges(branches))
    assert len(meshed) == 1430
    again = solved_again_kw(ours, meshed)
    for row, lost in enumerate(meshed.tolist()):
        after = flows_after_kw(found, flow, lost)
        assert np.abs(after - again[row]).max() < 1e-3
    for lost in sampled(outages).tolist():
        losing(pandapower, theirs, lost, pandapower.rundcpp)
        columns = (theirs.res_line.p_from_mw, theirs.res_trafo.p_hv_mw)
        foreign = 1000.0 * np.concatenate([column.to_numpy() for column in columns])
        assert np.abs(flows_after_kw(found, flow, lost) - np.nan_to_num(foreign)).max() < 1e-3


def solved_again_kw(grid: Network, lost: NDArray[np.int64]) -> NDArray[np.float64]:
    """Flow of each branch without losses after each outage, (M, L), by a factorisation of the grid that is left."""
    from scipy import sparse
    from scipy.sparse.linalg import splu

    branches = lossless(grid)
    shift = grid.base_kva * np.deg2rad(grid.circuits.shift_deg)
    lines, rows = len(branches), np.arange(len(branches))
    ends = (np.tile(rows, 2), np.concatenate([branches.from_bus, branches.to_bus]))
    incidence = sparse.csr_array((np.repeat([1.0, -1.0], lines), ends))
    others = np.delete(np.arange(len(grid.buses)), grid.feeding_bus)
    reduced, fed = incidence[:, others].tocsc(), injected_kw(grid)[others]
    flows = np.empty((len(lost), lines))
    for row, branch in enumerate(lost.tolist()):
        weight = 1.0 / branches.reactance_pu
        weight[branch] = 0.0
        matrix = (reduced.T @ sparse.diags_array(weight) @ reduced).tocsc()
        angle = splu(matrix).solve(fed + reduced.T @ (weight * shift))
        flows[row] = weight * (reduced @ angle - shift)
    return flows


@pytest.mark.parametrize("case", ["case14", "case39", "case57", "case118"])
def test_networks_of_pandapower_have_its_voltages(case: str, pandapower: Any) -> None:
    """Also where transformers are given in parts: case118 read by lightsim2grid itself is 0.014 pu off."""
    net = getattr(pandapower.networks, case)()
    flow = power_flow(PandapowerNet(net=net).read())
    solve(pandapower, net, close_mva=1e-9)
    assert flow is not None
    assert np.abs(flow.voltage_pu - net.res_bus.vm_pu.to_numpy()).max() < 1e-9


def test_a_case_file_and_the_object_of_pandapower_are_one_network(pandapower: Any) -> None:
    """Nine buses from text and from an object: every array the same to rounding."""
    text = MatpowerCase(path=NINE).read()
    held = PandapowerNet(net=pandapower.networks.case9()).read()
    for noun in ("branches", "circuits", "machines"):
        for name in getattr(text, noun).__dataclass_fields__:
            one, other = (getattr(getattr(grid, noun), name) for grid in (text, held))
            assert one == pytest.approx(other, rel=1e-12), (noun, name)
    assert text.buses.load_kw == pytest.approx(held.buses.load_kw)
    assert text.buses.load_kvar == pytest.approx(held.buses.load_kvar)


def test_iron_losses_are_refused_by_the_row(pandapower: Any) -> None:
    """A transformer with losses at no load has a conductance that a network here does not hold."""
    with pytest.raises(BadInput, match="branch_g: 1 branches"):
        PandapowerNet(net=pandapower.networks.example_simple()).read()
