"""Short-circuit power at a bus: by hand, and what more machines and lines do to it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.finding import BadInput
from gridtide.grid.network import FaultSources, Network, no_fault_sources
from gridtide.grid.short_circuit import short_circuit
from gridtide.sources.matpower_case import MatpowerCase
from gridtide.testing.instances.networks import network

NINE = Path(__file__).parents[2] / "examples" / "nine_buses.m"


def fed(grid: Network, *machines: tuple[int, float, float]) -> Network:
    """The network with machines (bus, rating in kVA, reactance on it) that feed short circuits."""
    bus, rated, reactance = zip(*machines, strict=True)
    sources = FaultSources(
        bus=np.asarray(bus),
        rated_kva=np.asarray(rated),
        resistance_pu=np.zeros(len(machines)),
        reactance_pu=np.asarray(reactance),
    )
    return replace(grid, fault_sources=sources)


def test_a_machine_at_a_bus_and_behind_a_line_by_hand() -> None:
    """100 MVA behind 0.2 pu: 1.1 x 100 / 0.2 = 550 MVA at its bus, 427.0 MVA 0.0576 pu further on."""
    found = short_circuit(fed(MatpowerCase(path=NINE).read(), (0, 100_000.0, 0.2)))
    assert found.power_kva[0] == pytest.approx(550_000.0)
    assert found.power_kva[3] == pytest.approx(1.1 * 100_000.0 / 0.2576)
    assert found.current_ka[0] == pytest.approx(550.0 / (np.sqrt(3.0) * 345.0))
    assert (found.assumed, found.unrated) == (0, 0)


def test_a_transformer_between_two_voltages_is_corrected_on_its_rating() -> None:
    """0.1 pu on 50 MVA: factor 0.95 x 1.1 / 1.06; without a rating it is counted instead."""
    grid = MatpowerCase(path=NINE).read()
    level = np.where(np.arange(9) == 0, 20.0, 345.0)
    rated = np.where(np.arange(9) == 0, 50_000.0, grid.branches.rating_kw)
    reactance = np.where(np.arange(9) == 0, 0.2, grid.branches.reactance_pu)
    stepped = replace(
        fed(grid, (0, 100_000.0, 0.2)),
        buses=replace(grid.buses, nominal_kv=level),
        branches=replace(grid.branches, rating_kw=rated, reactance_pu=reactance),
    )
    behind = 0.2 + 0.2 * 0.95 * 1.1 / 1.06
    assert short_circuit(stepped).power_kva[3] == pytest.approx(110_000.0 / behind)
    bare = replace(stepped, branches=replace(stepped.branches, rating_kw=np.full(9, np.inf)))
    found = short_circuit(bare)
    assert found.unrated == 1
    assert found.power_kva[3] == pytest.approx(110_000.0 / 0.4)


def test_what_is_not_known_is_assumed_and_counted_and_without_ratings_refused() -> None:
    """A machine without a reactance is one of 0.2 pu; without any rating nothing feeds."""
    grid = MatpowerCase(path=NINE).read()
    unknown = short_circuit(fed(grid, (0, 100_000.0, np.nan), (1, 0.0, 0.2)))
    assert (unknown.assumed, unknown.left_out) == (1, 1)
    assert unknown.power_kva == pytest.approx(
        short_circuit(fed(grid, (0, 100_000.0, 0.2))).power_kva
    )
    with pytest.raises(BadInput, match="no machine with a rating"):
        short_circuit(replace(grid, fault_sources=no_fault_sources()))


@settings(max_examples=25)
@given(st.integers(0, 100_000))
def test_another_machine_makes_no_bus_weaker(seed: int) -> None:
    """Lossless branches: every bus is as strong or stronger, and none stronger than all machines at one bus."""
    grid = network(seed)
    bare = replace(
        grid, circuits=replace(grid.circuits, resistance_pu=np.zeros(len(grid.branches)))
    )
    one = short_circuit(fed(bare, (0, 100_000.0, 0.2))).power_kva
    two = short_circuit(fed(bare, (0, 100_000.0, 0.2), (len(grid.buses) - 1, 50_000.0, 0.15)))
    assert (two.power_kva >= one * (1.0 - 1e-9)).all()
    assert (two.power_kva <= 1.1 * (100_000.0 / 0.2 + 50_000.0 / 0.15) * (1.0 + 1e-9)).all()
