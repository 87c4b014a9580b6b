"""Voltages, flows and the loss of any one branch of a network with losses."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.finding import BadInput
from gridtide.grid.branches import Branches, cut_off, parts
from gridtide.grid.contingency import Fate, outages_of, voltages_after
from gridtide.grid.network import Circuits, Network, bus_number, injected_kw, lossless, lossless_kw
from gridtide.grid.power_flow import PowerFlow, power_flow
from gridtide.grid.sensitivities import flows_after_kw, outage_shares, sensitivities
from gridtide.sources.matpower_case import MatpowerCase
from gridtide.testing.instances.networks import network

NINE = Path(__file__).parents[2] / "examples" / "nine_buses.m"
SWITCHED = NINE.with_name("switched_buses.m")


def solved(grid: Network) -> PowerFlow:
    """The flow of a network that has one."""
    flow = power_flow(grid)
    assert flow is not None
    return flow


def without(grid: Network, lost: int) -> Network:
    """The network with one branch less."""
    branches, circuits = (
        {name: np.delete(getattr(noun, name), lost) for name in noun.__dataclass_fields__}
        for noun in (grid.branches, grid.circuits)
    )
    return replace(grid, branches=Branches(**branches), circuits=Circuits(**circuits))


def left_over_kva(grid: Network, flow: PowerFlow) -> np.ndarray:
    """What is fed into each bus less what leaves it, kVA, complex, machines' reactive power not counted."""
    buses, square = grid.buses, flow.voltage_pu**2
    drawn = buses.load_kw + 1j * buses.load_kvar + square * (buses.shunt_kw - 1j * buses.shunt_kvar)
    fed = np.asarray(-drawn)
    np.add.at(fed, grid.machines.bus, grid.machines.fed_kw)
    np.subtract.at(fed, grid.branches.from_bus, flow.from_kw + 1j * flow.from_kvar)
    np.subtract.at(fed, grid.branches.to_bus, flow.to_kw + 1j * flow.to_kvar)
    return fed


def test_nine_buses_have_the_published_flow() -> None:
    """The first machine feeds 71.95 MW and the branches lose 4.955, as MATPOWER's case9 has it; lowest at bus 9."""
    flow = solved(MatpowerCase(path=NINE).read())
    assert flow.from_kw[0] == pytest.approx(71_954.7, abs=0.1)
    assert flow.lost_kw == pytest.approx(4_954.7, abs=0.1)
    assert int(flow.voltage_pu.argmin()) == 8
    assert flow.voltage_pu.min() == pytest.approx(0.95762, abs=1e-5)


@settings(max_examples=40)
@given(st.integers(0, 100_000))
def test_at_every_bus_flows_balance_what_is_fed_and_drawn(seed: int) -> None:
    """Active power at all but the feeding bus, reactive power wherever no machine holds the voltage."""
    grid = network(seed)
    left = left_over_kva(grid, solved(grid))
    others = np.arange(len(grid.buses)) != grid.feeding_bus
    assert np.abs(left.real[others]).max() < 0.01
    loads = ~np.isin(np.arange(len(grid.buses)), grid.machines.bus)
    assert np.abs(left.imag[loads]).max(initial=0.0) < 0.01


@settings(max_examples=40)
@given(st.integers(0, 100_000))
def test_without_losses_flows_balance_at_every_bus_with_shifts_and_ratios(seed: int) -> None:
    """What a phase shift drives round a loop leaves every bus as it came; a loss by factors is a flow solved again."""
    grid = network(seed)
    branches = lossless(grid)
    found = sensitivities(branches, grid.feeding_bus)
    flow = lossless_kw(grid, found.ptdf)
    left = injected_kw(grid)
    np.subtract.at(left, branches.from_bus, flow)
    np.add.at(left, branches.to_bus, flow)
    assert np.abs(np.delete(left, grid.feeding_bus)).max() < 1e-6
    for lost in np.flatnonzero(~found.is_bridge).tolist():
        less = without(grid, lost)
        again = lossless_kw(less, sensitivities(lossless(less), less.feeding_bus).ptdf)
        assert np.delete(flows_after_kw(found, flow, lost), lost) == pytest.approx(again, abs=1e-4)


@settings(max_examples=25)
@given(st.integers(0, 100_000))
def test_an_outage_is_the_network_without_that_branch_or_names_the_buses_it_cuts_off(
    seed: int,
) -> None:
    """Every branch of drawn networks: solved ones to the voltage, islanding ones to the bus and the load."""
    grid = network(seed)
    outages = outages_of(grid)
    assert outages is not None
    for lost, fate in enumerate(outages.fates):
        less = without(grid, lost)
        if fate is Fate.ISLANDING:
            labels = parts(less.branches)
            part = np.full(len(grid.buses), -1)
            part[: len(labels)] = labels
            apart = np.flatnonzero(part != part[grid.feeding_bus])
            assert outages.cut_off[lost].tolist() == apart.tolist()
            assert outages.islanded_kw[lost] == grid.buses.load_kw[apart].sum()
            assert np.isnan(outages.lowest_pu[lost])
            continue
        flow = solved(less)
        assert fate is Fate.SOLVED
        assert outages.lowest_pu[lost] == pytest.approx(flow.voltage_pu.min(), abs=1e-9)
        kva = np.maximum(np.hypot(flow.from_kw, flow.from_kvar), np.hypot(flow.to_kw, flow.to_kvar))
        share = kva / less.branches.emergency_kw
        assert outages.loading[lost] == pytest.approx(share.max(), rel=1e-6)


def test_bridges_are_told_with_what_lies_behind_them_wherever_the_feeding_bus_is() -> None:
    """A chain of four buses fed in its middle."""
    chain = Branches(
        from_bus=np.asarray([0, 1, 2]),
        to_bus=np.asarray([1, 2, 3]),
        **dict.fromkeys(("reactance_pu", "rating_kw", "emergency_kw"), np.ones(3)),
    )
    apart = {branch: buses.tolist() for branch, buses in cut_off(chain, 2).items()}
    assert apart == {0: [0], 1: [0, 1], 2: [3]}


def test_shares_come_in_pieces_as_they_stand_in_the_whole() -> None:
    """Columns of some outages are those of the matrix; a bridge among them is refused."""
    grid = MatpowerCase(path=NINE).read()
    branches = lossless(grid)
    whole = sensitivities(branches, 0)
    meshed = np.flatnonzero(~whole.is_bridge)
    for lost, shares in outage_shares(branches, 0, meshed):
        assert shares == pytest.approx(whole.lodf[:, lost])
    with pytest.raises(ValueError, match="a bridge"):
        outage_shares(branches, 0, np.asarray([0, 1]))


def test_losses_of_branches_beside_a_series_capacitor_are_flows_solved_again() -> None:
    """A reactance below 0, a tie and a line of direct current: by factors as without the branch."""
    grid = MatpowerCase(path=SWITCHED).read()
    assert (grid.branches.reactance_pu < 0.0).sum() == 1
    found = sensitivities(lossless(grid), grid.feeding_bus)
    flow = lossless_kw(grid, found.ptdf)
    left = injected_kw(grid)
    np.subtract.at(left, grid.branches.from_bus, flow)
    np.add.at(left, grid.branches.to_bus, flow)
    assert np.abs(np.delete(left, grid.feeding_bus)).max() < 1e-6
    meshed = np.flatnonzero(~found.is_bridge).tolist()
    assert len(meshed) == 7
    for lost in meshed:
        less = without(grid, lost)
        again = lossless_kw(less, sensitivities(lossless(less), less.feeding_bus).ptdf)
        assert np.delete(flows_after_kw(found, flow, lost), lost) == pytest.approx(again, abs=1e-4)


def test_two_bars_that_are_tied_have_the_voltages_of_two_buses_hardly_apart(tmp_path: Path) -> None:
    """The tie of the example as a reactance of 1e-6 pu: the same voltages to a millionth, both bars alike."""
    text = SWITCHED.read_text()
    near = tmp_path / "near.m"
    near.write_text(text.replace("\t5\t10\t0\t0\t", "\t5\t10\t0\t1e-6\t"))
    tied, apart = MatpowerCase(path=SWITCHED).read(), MatpowerCase(path=near).read()
    assert len(apart.buses) == len(tied.buses) + 1
    one, other = solved(tied), solved(apart)
    for name in apart.buses.names:
        ours, theirs = bus_number(tied, name), bus_number(apart, name)
        assert ours is not None and theirs is not None
        assert one.voltage_pu[ours] == pytest.approx(other.voltage_pu[theirs], abs=2e-6)


def test_a_network_beyond_its_means_has_no_flow_and_no_outages() -> None:
    """Ten times the load of nine buses: None, not a number."""
    grid = MatpowerCase(path=NINE).read()
    buses = replace(grid.buses, load_kw=10.0 * grid.buses.load_kw)
    heavy = replace(grid, buses=buses)
    assert power_flow(heavy) is None
    assert outages_of(heavy) is None
    assert voltages_after(heavy, np.asarray([1])) is None


@pytest.mark.parametrize("package", ["lightsim2grid.network", "scipy"])
def test_without_the_extra_the_answer_names_it(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What to install, and no traceback."""
    monkeypatch.setitem(sys.modules, package, None)
    grid = MatpowerCase(path=NINE).read()
    with pytest.raises(BadInput, match=r"pip install 'gridtide\[grid\]'"):
        power_flow(grid) if package != "scipy" else sensitivities(lossless(grid), 0)
