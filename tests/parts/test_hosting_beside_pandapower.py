"""The branch that is full once the load that is hosted stands there, as pandapower solves its flow."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gridtide.grid.hosting_system import (
    Feeding,
    HostingSystem,
    Standing,
    fed_share,
    rooms_of_all,
    standing_of,
)
from gridtide.grid.system_year import bus_load_kw
from gridtide.sources.rts_gmlc import RtsGmlcFolder

pytestmark = [pytest.mark.parts, pytest.mark.real, pytest.mark.filterwarnings("ignore")]
Real = NDArray[np.float64]
FEEDING = Feeding(by="units")
HOURS = (0, 4_000, 4_790, 8_000)
BUSES = (6, 30, 72)
SLACK_ANGLE = 0.0


@pytest.fixture(scope="module")
def pandapower() -> Any:
    """The foreign program; skipped, or failed in CI, where it is not installed."""
    if find_spec("pandapower") is None:
        reason = "no pandapower; make peers installs it"
        if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    import pandapower

    return pandapower


@pytest.fixture(scope="module")
def standing(data_dir: Path) -> Standing:
    """RTS-GMLC over its year, cheapest first."""
    read = RtsGmlcFolder(path=data_dir / "rts_gmlc").read()
    system = HostingSystem(
        network=read.network,
        units=read.units,
        year=read.year,
        branch_names=read.branch_names,
        branch_out=np.zeros(len(read.branch_names)),
    )
    return standing_of(system, secure=True)


def flow_kw(pandapower: Any, standing: Standing, fed_kw: Real, lost: int) -> Real:
    """Flow of each branch without losses, (L,), as pandapower solves it with one branch out, -1 for none."""
    branches = standing.branches
    net = pandapower.create_empty_network(sn_mva=100.0)
    for _ in range(len(fed_kw)):
        pandapower.create_bus(net, vn_kv=230.0)
    slack = standing.system.network.feeding_bus
    pandapower.create_ext_grid(net, slack, va_degree=SLACK_ANGLE)
    for bus, kw in enumerate(fed_kw.tolist()):
        if bus != slack:
            pandapower.create_sgen(net, bus, p_mw=kw / 1000.0)
    ends = zip(branches.from_bus.tolist(), branches.to_bus.tolist(), strict=True)
    for row, (one, other) in enumerate(ends):
        x = float(branches.reactance_pu[row])
        pandapower.create_impedance(
            net, one, other, rft_pu=0.0, xft_pu=x, sn_mva=100.0, in_service=row != lost
        )
    pandapower.rundcpp(net)
    return np.asarray(1000.0 * np.nan_to_num(net.res_impedance.p_from_mw.to_numpy()))


@pytest.mark.parametrize("outages", [False, True])
def test_the_branch_that_binds_is_exactly_full_and_no_other_is_over(
    pandapower: Any, standing: Standing, outages: bool
) -> None:
    """With the load that is hosted, its feeders, and the outage in place; in four hours at three buses."""
    rooms = rooms_of_all(standing, FEEDING, outages)
    system, branches = standing.system, standing.branches
    share = fed_share(system, FEEDING.by)
    drawn = bus_load_kw(system.year) + standing.grid.drawn_kw
    buses = len(system.network.buses)
    for hour in HOURS:
        for bus in BUSES:
            hosted, lost = float(rooms.hosted_kw[hour, bus]), int(rooms.lost[hour, bus])
            net = np.bincount(system.units.bus, standing.fed.fed_kw[hour], minlength=buses)
            net = net - drawn[hour] + hosted * share
            net[bus] -= hosted
            flow = np.abs(flow_kw(pandapower, standing, net, lost))
            rating = branches.rating_kw if lost < 0 else branches.emergency_kw
            full = int(rooms.branch[hour, bus])
            assert flow[full] == pytest.approx(float(rating[full]), abs=1.0)
            others = np.arange(len(branches)) != lost
            assert (flow[others] <= rating[others] + 5.0).all()
