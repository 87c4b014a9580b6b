"""A whole machine, and servers as they were measured."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.cluster import FRONTIER, node_w, system_power_kw
from gridtide.fleet.node_power import server_quantiles_w
from gridtide.physics.server import server_power_w


@pytest.mark.parametrize(
    ("processor", "accelerator", "node", "system"),
    [(0.0, 0.0, 626.26, 7282.0), (0.33, 0.79, 2180.48, 22930.0)],
)
def test_the_whole_machine(
    processor: float, accelerator: float, node: float, system: float
) -> None:
    """Frontier idle and at work."""
    assert node_w(FRONTIER, processor, accelerator) == pytest.approx(node, abs=5e-3)
    assert system_power_kw(FRONTIER, processor, accelerator) == pytest.approx(system, abs=0.5)


@given(st.floats(0, 1), st.floats(0, 0.9), st.floats(0.01, 0.1))
def test_busier_accelerators_draw_more(processor: float, share: float, more: float) -> None:
    """And conversion adds to what they draw."""
    low = system_power_kw(FRONTIER, processor, share)
    high = system_power_kw(FRONTIER, processor, share + more)
    assert high - low > FRONTIER.nodes * 4 * 472.0 * more / 1000.0


def test_servers_of_equal_accelerators_are_a_stretched_accelerator() -> None:
    """All eight alike: their median is the median's server; each on its own: close to the mean's."""
    levels = np.repeat([60.0, 100.0, 400.0], [2, 5, 3])
    alike = server_quantiles_w(levels, {8: 1.0}, np.asarray([0.5]))
    assert alike[0] == pytest.approx(server_power_w(800.0))
    apart = server_quantiles_w(levels, {1: 1.0}, np.linspace(0.0005, 0.9995, 1000))
    assert float(apart.mean()) == pytest.approx(server_power_w(8 * float(levels.mean())), rel=1e-3)
    assert float(np.ptp(apart)) < 1.74 * 8 * 340.0


def measured(folder: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Values in W and the share of them that is no larger."""
    table = pl.read_parquet(folder / "gpu_power" / "acme_power_cdf.parquet")
    one = table.filter(pl.col("set") == name)
    return one["value_w"].to_numpy().astype(float), one["cdf"].to_numpy().astype(float) / 100.0


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "quantiles", "mean"),
    [
        ("gpu_power_seren_0", (60, 62, 66, 96, 290, 408, 437), 169),
        ("gpu_power_kalos_0", (60, 62, 66, 101, 372, 413, 440), 192),
        ("server_power_0", (1421, 1512, 1693, 2520, 4284, 5040, 5418), 2930),
        ("server_power_1", (522, 522, 540, 546, 648, 702, 732), 581),
    ],
)
def test_measured_distributions_are_those_of_the_table(
    data_dir: Path, name: str, quantiles: tuple[int, ...], mean: float
) -> None:
    """P1, 5, 25, 50, 75, 95, 99 to a per cent, and the mean."""
    values, shares = measured(data_dir, name)
    found = np.interp((0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99), shares, values)
    assert found == pytest.approx(np.asarray(quantiles, dtype=float), rel=0.01)
    assert float(np.diff(shares) @ values[1:]) == pytest.approx(mean, rel=0.01)
