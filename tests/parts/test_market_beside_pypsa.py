"""A market that clears, beside PyPSA solving the same hours: cost, prices, and fleets whose work waits."""

import os
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gridtide.invest.market.clearing import Clearing
from gridtide.invest.market.fleets import Traits, Window, at_once_kw, fleets_of, kinds_of, window_of
from gridtide.invest.market.system import PowerSystem
from gridtide.testing.instances.small_market import small_market

pytestmark = [pytest.mark.parts, pytest.mark.filterwarnings("ignore")]
Real = NDArray[np.float64]
SHARE = 0.3


@pytest.fixture(scope="module")
def pypsa() -> Any:
    """The foreign program; skipped, or failed in CI, where it is not installed."""
    if find_spec("pypsa") is None:
        reason = "no PyPSA; make peers installs it"
        if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    import pypsa

    return pypsa


def theirs(
    pypsa: Any, system: PowerSystem, other_kw: Real, window: Window | None, drawn_kw: Real | None
) -> Any:
    """The same hours as a network of one bus, in MW: a generator for each step of each class, weather, the lake, and
    work that waits as a store between what has come and what is due."""
    network = pypsa.Network()
    network.set_snapshots(range(len(other_kw)))
    network.add("Bus", "all")
    load = other_kw if drawn_kw is None else other_kw + drawn_kw.sum(axis=0)
    network.add("Load", "load", bus="all", p_set=load / 1000.0)
    classes = system.classes
    for one, step in np.ndindex(*classes.step_kw.shape):
        network.add(
            "Generator", f"{one} {step}", bus="all",
            p_nom=classes.units[one] * classes.step_kw[one, step] / 1000.0,
            marginal_cost=classes.step_price_per_mwh[one, step],
        )  # fmt: skip
    for one in range(len(system.weather.names)):
        available = system.weather.available_kw[:, one] / 1000.0
        most = max(float(available.max()), 1e-9)
        network.add("Generator", f"weather {one}", bus="all", p_nom=most, p_max_pu=available / most)
    _lake(network, system)
    if window is not None:
        _work(network, window)
    status, _ = network.optimize(solver_name="highs", log_to_console=False)
    assert status == "ok"
    return network


def _lake(network: Any, system: PowerSystem) -> None:
    basins = system.basins
    network.add(
        "StorageUnit", "lake", bus="all", p_nom=basins.charge_kw[0] / 1000.0,
        max_hours=basins.energy_kwh[0] / basins.charge_kw[0], efficiency_store=basins.round_trip[0],
        efficiency_dispatch=1.0, cyclic_state_of_charge=True,
    )  # fmt: skip


def _work(network: Any, window: Window) -> None:
    """Served less due, between 0 and what has come less due, in a store that fills by what fleets draw and is emptied
    as work falls due."""
    for one in range(len(window.most_kw)):
        due = np.diff(window.due_kwh[one], prepend=window.due_kwh[one, -1] - window.whole_kwh[one])
        room = (window.arrived_kwh - window.due_kwh)[one] / 1000.0
        most = float(room.max())
        network.add("Bus", f"work {one}")
        network.add(
            "Link",
            f"draw {one}",
            bus0="all",
            bus1=f"work {one}",
            p_nom=window.most_kw[one] / 1000.0,
        )
        network.add("Load", f"due {one}", bus=f"work {one}", p_set=due / 1000.0)
        network.add(
            "Store",
            f"served {one}",
            bus=f"work {one}",
            e_nom=most,
            e_max_pu=room / most,
            e_cyclic=True,
        )


@pytest.mark.parametrize("seed", [1, 5])
def test_cost_and_price_are_those_that_pypsa_finds(pypsa: Any, seed: int) -> None:
    """Nobody moves: cost to 1e-6, the price wherever it is one (steps tie at none of these hours)."""
    system = small_market(seed, 2, starts=False, reserve=False)
    clearing, window, other = opened(system)
    drawn = at_once_kw(window)
    ours = clearing.cleared(drawn, offers=False)
    network = theirs(pypsa, system, other, None, drawn)
    assert ours.cost == pytest.approx(float(network.objective), rel=1e-6)
    price = network.buses_t.marginal_price["all"].to_numpy()
    assert np.mean(np.isclose(ours.price_per_mwh, price, atol=1e-3)) > 0.9


@pytest.mark.parametrize("seed", [1, 5])
def test_bids_cost_what_pypsa_finds_with_work_that_waits(pypsa: Any, seed: int) -> None:
    """The fleets' work inside the clearing, there as stores: cost to 1e-6."""
    system = small_market(seed, 2, starts=False, reserve=False)
    clearing, window, other = opened(system)
    clearing.cleared(at_once_kw(window), offers=False)
    ours = clearing.cleared(None, offers=True)
    network = theirs(pypsa, system, other, window, None)
    assert ours.cost == pytest.approx(float(network.objective), rel=1e-6)


def opened(system: PowerSystem) -> tuple[Clearing, Window, Real]:
    """The first stretch with three fleets, their window, and the load that is not theirs to move."""
    fleets = fleets_of(system, SHARE, 3, Traits(), 1)
    kinds = kinds_of(window_of(fleets, system.stretches[0]))
    other = (1.0 - SHARE) * system.load_kw + fleets.firm_kw.sum()
    return Clearing(system, system.stretches[0], other, kinds.window, 2.0), kinds.window, other
