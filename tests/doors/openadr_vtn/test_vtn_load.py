"""Many end nodes at once, few enough for every run of the tests (the whole is `benchmarks/openadr_vens.py`)."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).resolve().parents[3] / "benchmarks" / "openadr_vens.py"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    """The benchmark as a module."""
    spec = importlib.util.spec_from_file_location("openadr_vens", BENCHMARK)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["openadr_vens"] = module
    spec.loader.exec_module(module)
    return module


def test_every_poll_of_many_end_nodes_is_answered_while_events_change(
    benchmark: ModuleType,
) -> None:
    """Each about every two seconds over a tenth as many kept connections; none fails, none is left out."""
    load = benchmark.Load(vens=100, connections=10, every_s=2.0, lasts_s=4.0, change_s=0.5)
    found = benchmark.run(load)
    assert found["errors"] == 0
    assert found["polls"] >= 0.8 * load.vens * load.lasts_s / load.every_s
    assert found["mean_kilobytes"] > 0.5
