"""Networks as pandapower holds and solves them: readers, flows and every loss of one branch (NET-2)."""

import os
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import polars
import pytest
from numpy.typing import NDArray

from gridtide.finding import BadInput
from gridtide.grid.branches import bridges
from gridtide.grid.contingency import Fate, Outages, outages_of, voltages_after
from gridtide.grid.network import Network, bus_number, injected_kw, lossless, lossless_kw
from gridtide.grid.power_flow import power_flow
from gridtide.grid.sensitivities import flows_after_kw, sensitivities
from gridtide.grid.short_circuit import short_circuit
from gridtide.sources.matpower_case import MatpowerCase
from gridtide.sources.pandapower_net import PandapowerFile, PandapowerNet
from gridtide.sources.rts_gmlc import RtsGmlcFolder

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


def apart_pu(grid: Network, net: Any) -> float:
    """How far voltages of ours are from theirs at most, over every bus of theirs that is fed."""
    flow = power_flow(grid)
    assert flow is not None
    ours = {label: bus_number(grid, str(label)) for label in net.bus.index}
    told = [label for label, number in ours.items() if number is not None]
    assert len(told) > 0.9 * len(net.bus)
    return max(
        float(abs(flow.voltage_pu[ours[label]] - net.res_bus.vm_pu[label])) for label in told
    )


@pytest.mark.parametrize("case", ["example_simple", "example_multivoltage", "iceland"])
def test_iron_losses_switches_and_three_windings_are_taken(case: str, pandapower: Any) -> None:
    """Transformers that lose at no load, closed switches between bars, a star whose reactance is below 0."""
    net = getattr(pandapower.networks, case)()
    grid = PandapowerNet(net=net).read()
    solve(pandapower, net)
    assert apart_pu(grid, net) < 1e-9
    if case != "iceland":
        assert grid.circuits.conductance_pu.max() > 0.0 and grid.origin.fused


@pytest.mark.parametrize("case", ["case118", "case300", "case145"])
def test_voltages_and_flows_without_losses_of_larger_cases_are_theirs(
    case: str, pandapower: Any
) -> None:
    """|V| within 1e-9 pu, also with reactances below 0 (25 of case145 and case300); flows by factors within 1e-3 kW."""
    net = getattr(pandapower.networks, case)()
    grid = PandapowerNet(net=net).read()
    solve(pandapower, net, close_mva=1e-8)
    assert apart_pu(grid, net) < 1e-9
    assert (grid.branches.reactance_pu < 0.0).any() == (case != "case118")
    pandapower.rundcpp(net, trafo_model="pi")
    flow = lossless_kw(grid, sensitivities(lossless(grid), grid.feeding_bus).ptdf)
    columns = (net.res_line.p_from_mw, net.res_trafo.p_hv_mw, net.res_impedance.p_from_mw)
    foreign = 1000.0 * np.concatenate([column.to_numpy() for column in columns])
    assert np.abs(flow - foreign).max() < 1e-3


def test_ratings_are_those_of_its_elements_and_fillers_are_none(pandapower: Any) -> None:
    """A line by its highest current, a transformer by its power; 99,999 kA is nobody's rating."""
    net = pandapower.networks.example_multivoltage()
    grid = PandapowerNet(net=net).read()
    line = np.sqrt(3.0) * net.line.max_i_ka * net.bus.vn_kv[net.line.from_bus].to_numpy()
    lines, rated = len(net.line), np.concatenate([line * net.line.parallel, net.trafo.sn_mva])
    in_service = np.concatenate([net.line.in_service, net.trafo.in_service])
    known = 1000.0 * rated[in_service]
    assert lines and grid.branches.rating_kw[: len(known)] == pytest.approx(known)
    bare = PandapowerNet(net=pandapower.networks.case118()).read()
    assert np.isinf(bare.branches.rating_kw).all()


def test_a_line_of_direct_current_of_pandapower_is_taken(pandapower: Any) -> None:
    """Its losses and the voltages it holds: |V| within 1e-9 pu; what is controlled while it is solved is refused."""
    net = pandapower.networks.case9()
    pandapower.create_dcline(
        net, 5, 8, p_mw=10.0, loss_percent=2.0, loss_mw=0.5, vm_from_pu=1.01, vm_to_pu=1.0
    )
    grid = PandapowerNet(net=net).read()
    solve(pandapower, net)
    assert any("direct current 5-8 stands as a machine" in note for note in grid.origin.notes)
    fed = dict(zip(grid.machines.bus.tolist(), grid.machines.fed_kw.tolist(), strict=True))
    assert (fed[5], fed[8]) == pytest.approx((-10_000.0, 9_300.0))
    assert not (net.gen.bus == 5).any()
    assert apart_pu(grid, net) < 1e-9
    pandapower.create_svc(net, 4, 1.0, -10.0, 1.0, 144.0)
    with pytest.raises(BadInput, match="pandapower svc: 1 in service"):
        PandapowerNet(net=net).read()


def test_a_file_of_pandapower_is_the_network_it_holds(pandapower: Any, tmp_path: Path) -> None:
    """Written with to_json and read again: the same voltages; objects of other programs are not loaded."""
    net = pandapower.networks.example_multivoltage()
    path = tmp_path / "net.json"
    pandapower.to_json(net, str(path))
    grid = PandapowerFile(path=path).read()
    solve(pandapower, net)
    assert apart_pu(grid, net) < 1e-9
    path.write_text(path.read_text().replace("pandas.core.frame", "subprocess", 1))
    with pytest.raises(BadInput, match="made of objects of subprocess"):
        PandapowerFile(path=path).read()
    path.write_text('{"a": 1}')
    with pytest.raises(BadInput, match="pandapower"):
        PandapowerFile(path=path).read()


@pytest.mark.parametrize("machine_kv", [110.0, 105.0])
def test_short_circuit_power_is_that_of_pandapower(machine_kv: float, pandapower: Any) -> None:
    """A ring of lines with an external grid, a machine and a transformer down to 20 kV: every bus within 1e-9."""
    from pandapower.shortcircuit import calc_sc

    net = pandapower.create_empty_network(sn_mva=100.0)
    ring = [pandapower.create_bus(net, 110.0) for _ in range(4)]
    low = pandapower.create_bus(net, 20.0)
    pandapower.create_ext_grid(net, ring[0], s_sc_max_mva=3000.0, rx_max=0.1)
    for one, km in enumerate((30, 20, 40, 25)):
        pandapower.create_line_from_parameters(
            net, ring[one], ring[(one + 1) % 4], km, r_ohm_per_km=0.06, x_ohm_per_km=0.4, c_nf_per_km=9.0, max_i_ka=0.6
        )  # fmt: skip
    pandapower.create_gen(
        net, ring[2], p_mw=60, sn_mva=100.0, vn_kv=machine_kv, xdss_pu=0.18, rdss_ohm=0.5, cos_phi=0.85
    )  # fmt: skip
    pandapower.create_transformer_from_parameters(
        net, ring[1], low, sn_mva=40, vn_hv_kv=110.0, vn_lv_kv=20.0, vkr_percent=0.5, vk_percent=12.0, pfe_kw=20,
        i0_percent=0.05, max_loading_percent=100.0,
    )  # fmt: skip
    found = short_circuit(PandapowerNet(net=net).read())
    calc_sc(net, fault="3ph", case="max")
    assert found.power_kva == pytest.approx(1000.0 * net.res_bus_sc.skss_mw.to_numpy(), rel=1e-9)
    assert found.current_ka == pytest.approx(net.res_bus_sc.ikss_ka.to_numpy(), rel=1e-9)


@pytest.mark.real
def test_rts_gmlc_has_the_voltages_and_flows_of_pandapower(pandapower: Any, data_dir: Path) -> None:
    """Its tables put into pandapower's form by this test alone: |V| within 1e-9 pu, flows without losses 1e-3 kW."""
    grid = RtsGmlcFolder(path=data_dir / "rts_gmlc").read().network
    net = rts_of_pandapower(pandapower, data_dir / "rts_gmlc")
    solve(pandapower, net)
    flow = power_flow(grid)
    assert flow is not None
    assert np.abs(flow.voltage_pu - net.res_bus.vm_pu.to_numpy()).max() < 1e-9
    pandapower.rundcpp(net, trafo_model="pi")
    ours = lossless_kw(grid, sensitivities(lossless(grid), grid.feeding_bus).ptdf)
    foreign = np.empty(len(ours))
    foreign[net.line.name.astype(int)] = 1000.0 * net.res_line.p_from_mw
    foreign[net.trafo.name.astype(int)] = 1000.0 * net.res_trafo.p_lv_mw
    assert np.abs(ours - foreign).max() < 1e-3


def rts_of_pandapower(pandapower: Any, folder: Path) -> Any:
    """The published tables in pandapower's own elements, in ohm and nF: the line of direct current as 100.2 MW drawn at
    113 and 100 fed in at 316, units that turn at the voltage of their bus, transformers turned at their lower side."""

    def table(name: str) -> Any:
        path = folder / f"{name}.csv.gz"
        return polars.read_csv(path, infer_schema_length=1000, null_values=["NA"])

    net = pandapower.create_empty_network(sn_mva=100.0, f_hz=60.0)
    held, level = {}, {}
    for one in table("bus").iter_rows(named=True):
        bus, level[one["Bus ID"]] = one["Bus ID"], one["BaseKV"]
        pandapower.create_bus(net, one["BaseKV"], index=bus)
        pandapower.create_load(net, bus, one["MW Load"], one["MVAR Load"])
        pandapower.create_shunt(net, bus, -one["MVAR Shunt B"], one["MW Shunt G"])
        if one["Bus Type"] == "Ref":
            pandapower.create_ext_grid(net, bus, one["V Mag"])
        elif one["Bus Type"] == "PV":
            held[bus] = one["V Mag"]
    pandapower.create_load(net, 113, 100.2)
    pandapower.create_load(net, 316, -100.0)
    fed = table("gen").group_by("Bus ID").agg(polars.col("MW Inj").sum())
    for bus, power in fed.iter_rows():
        if bus in held:
            pandapower.create_gen(net, bus, power, held[bus])
    for number, one in enumerate(table("branch").iter_rows(named=True)):
        ends = one["From Bus"], one["To Bus"]
        if level[ends[0]] != level[ends[1]]:
            pandapower.create_transformer_from_parameters(
                net, ends[1], ends[0], 100.0, level[ends[1]], level[ends[0]] * one["Tr Ratio"], 100.0 * one["R"],
                100.0 * np.hypot(one["R"], one["X"]), 0.0, 0.0, name=str(number),
            )  # fmt: skip
            continue
        ohm = level[ends[0]] ** 2 / 100.0
        nano = 1e9 * one["B"] / ohm / (2.0 * np.pi * 60.0)
        pandapower.create_line_from_parameters(
            net, *ends, 1.0, one["R"] * ohm, one["X"] * ohm, nano, 1.0, name=str(number)
        )
    return net
