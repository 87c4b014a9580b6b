"""A whole machine, and servers as they were measured."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.cluster import FRONTIER, node_w, system_power_kw
from gridtide.fleet.node_power import ServerKind, fitted_kind, server_quantiles_w
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
    alike = server_quantiles_w(levels, ServerKind(alike=1.0), np.asarray([0.55]))
    assert alike[0] == pytest.approx(server_power_w(800.0))
    apart = server_quantiles_w(levels, ServerKind(alike=0.0), np.linspace(0.0005, 0.9995, 1000))
    assert float(apart.mean()) == pytest.approx(server_power_w(8 * float(levels.mean())), rel=1e-3)
    assert float(np.ptp(apart)) < 1.74 * 8 * 340.0


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_mean_server_is_that_of_its_mean_accelerator_however_alike(
    alike: float, more: float
) -> None:
    """Alike accelerators widen the distribution and leave its mean."""
    levels = np.repeat([60.0, 100.0, 400.0], [2, 5, 3])
    at = np.linspace(0.005, 0.995, 100)
    narrow = server_quantiles_w(levels, ServerKind(alike=min(alike, more)), at)
    wide = server_quantiles_w(levels, ServerKind(alike=max(alike, more)), at)
    assert float(narrow.mean()) == pytest.approx(float(wide.mean()), rel=0.02)
    assert np.std(narrow) <= np.std(wide) * 1.02


def test_a_kind_of_server_is_found_again() -> None:
    """From what servers of a known kind draw."""
    levels = np.linspace(60.0, 420.0, 300)
    kind = ServerKind(rest_w=900.0, slope=1.3, alike=0.6)
    seen = server_quantiles_w(levels, kind, (np.arange(200) + 0.5) / 200)
    found = fitted_kind(levels, seen)
    assert found.alike == pytest.approx(0.6)
    assert (found.rest_w, found.slope) == pytest.approx((900.0, 1.3), rel=1e-3)


def test_servers_that_all_draw_the_same_are_refused() -> None:
    """Nothing can be learned of them."""
    with pytest.raises(ValueError, match="tell nothing"):
        fitted_kind(np.linspace(60.0, 400.0, 50), np.full(50, 500.0))


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


@pytest.mark.real
def test_a_fitted_kind_of_server_has_the_measured_distribution(data_dir: Path) -> None:
    """Eight A100 a server: with the accelerators of Kalos P5 to P99 within 8 %, P95 within 5 %; of Seren, 13 %."""
    at = (np.arange(400) + 0.5) / 400
    values, shares = measured(data_dir, "server_power_0")
    servers = np.interp(at, shares, values)
    named = np.asarray([0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
    off = {}
    for cluster in ("seren", "kalos"):
        values, shares = measured(data_dir, f"gpu_power_{cluster}_0")
        levels = np.interp(at, shares, values)
        kind = fitted_kind(levels, servers)
        off[cluster] = np.abs(
            server_quantiles_w(levels, kind, named) / np.interp(named, at, servers) - 1.0
        )
    assert off["kalos"].max() < 0.08 and off["kalos"][4] < 0.05
    assert off["seren"].max() < 0.13 and off["seren"][4] < 0.10
