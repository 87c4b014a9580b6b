"""One set-point over many gangs: met within its tolerance, ranks share a point, nodes keep their limits."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.doors.cli import exit_code
from gridtide.kernels.set_points import CLOSE, set_points
from gridtide.testing.instances.gang_nodes import GangNodes, gang_nodes
from gridtide.testing.plain_set_points import plain_set_points


def told(instance: GangNodes, target_kw: float, before: Any) -> tuple[Any, Any, float]:
    """Power of nodes, points of gangs, and what is drawn beyond the target."""
    names = ("lowest", "highest", "usual", "weight")
    lowest, highest, usual, weight = (getattr(instance, name).copy() for name in names)
    gangs = (lowest, highest, usual, weight)
    nodes = (instance.idle_kw.copy(), instance.span_kw.copy(), instance.cap_kw.copy())
    points, power = np.empty(len(gangs[0])), np.empty(len(nodes[0]), dtype=np.float32)
    beyond = set_points(target_kw, gangs, nodes, instance.offsets.copy(), before, points, power)
    return power, points, beyond


@settings(max_examples=40)
@given(seed=st.integers(0, 2**16), share=st.floats(-0.3, 1.3))
def test_a_set_point_is_met_or_said_to_be_beyond_reach(seed: int, share: float) -> None:
    """Within 1e-5 of what is asked; beyond the lowest or highest points, the difference is said."""
    instance = gang_nodes(500, 40, 2, seed)
    low, high = (
        np.minimum(
            instance.idle_kw + instance.span_kw * points[instance.gang], instance.cap_kw
        ).sum()
        for points in (instance.lowest, instance.highest)
    )
    target = float(low + share * (high - low))
    power, points, beyond = told(instance, target, np.zeros(3))
    total = float(power.sum(dtype=np.float64))
    assert beyond == pytest.approx(total - target, abs=1e-5 * target)
    if 0.0 <= share <= 1.0:
        assert abs(total - target) <= 2 * CLOSE * target
    assert ((points >= instance.lowest - 1e-12) & (points <= instance.highest + 1e-12)).all()
    assert (power <= instance.cap_kw).all()
    single = instance.idle_kw + instance.span_kw * points.astype(np.float32)[instance.gang]
    assert power == pytest.approx(np.minimum(single, instance.cap_kw), rel=1e-6)


def test_ticks_in_a_row_are_those_of_the_plain_form() -> None:
    """Powers of every node, tick after tick."""
    instance = gang_nodes(3000, 50, 20, 4)
    before, last = np.zeros(3), (0.0, 0.0, 0.0)
    for target in instance.target_kw.tolist():
        power, points, _ = told(instance, target, before)
        plain, plain_points, last = plain_set_points(instance, target, last)
        assert points == pytest.approx(plain_points, abs=1e-5)
        assert power == pytest.approx(plain, rel=1e-4)


def test_gangs_hold_one_to_a_thousand_nodes_and_all_of_them() -> None:
    """Sizes are within their limits and add up."""
    sizes = np.diff(gang_nodes(20_000, 200, 2, 1).offsets)
    assert sizes.sum() == 20_000
    assert (sizes.min(), sizes.max()) >= (1, 100) and sizes.max() <= 1024
    with pytest.raises(ValueError):
        gang_nodes(10, 20, 2, 0)


def test_the_bench_prints_its_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    """Its keys are a contract."""
    asked = ["bench", "tick", "--size", "2000x50", "--ticks", "6", "--plain", "4", "--json"]
    assert exit_code(asked) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["workload"] == "tick"
    assert found["size"] == {"nodes": 2000, "gangs": 50}
    assert set(found["milliseconds"]) == {"compiled", "slowest", "numpy"}
    assert found["ratio_to_numpy"] > 0 and found["largest_miss"] <= 2e-5


@pytest.mark.parametrize("size", ["10x1000", "5000x2"])
def test_nodes_that_do_not_fit_into_their_gangs_are_bad_input(
    size: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both bounds are said, not a failure of ours."""
    assert exit_code(["bench", "tick", "--size", size]) == 2
    assert "1 to 1,024 nodes a gang" in capsys.readouterr().err
