"""The fixed comparison workload: energies, money and emissions that a public peer also finds."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "w1_microgrid.py"

VECTORS = {
    ("W1", 7): (1_159_093.9619, 0.0, 72_043.4574, 0.0, 334_407.6627),
    ("W1", 365): (60_040_492.8837, 0.0, 3_743_351.5192, 0.0, 17_346_618.1553),
    ("W1p", 365): (38_786_452.3204, 8_853_888.1945, 2_421_055.3745, 535_224.4757, 9_819_738.1188),
}


@pytest.mark.parametrize(("name", "days"), sorted(VECTORS))
def test_the_energies_of_the_workload(name: str, days: int) -> None:
    """Import, export, cost, revenue, carbon to 1e-4, and the store at its least."""
    spec = importlib.util.spec_from_file_location("w1_microgrid", BENCHMARK)
    assert spec is not None and spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    found = bench.ours(bench.workload(days, 5e3 if name == "W1" else 20e3), series=False)
    assert found[:5] == pytest.approx(VECTORS[name, days], abs=1e-3)
    assert found[5] == pytest.approx(400.0)
    assert np.isfinite(found).all()
