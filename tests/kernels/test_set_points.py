"""One set-point over many gangs: nearest points, ranks share one, nodes keep their own, whole gangs rest or work."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.doors.cli import exit_code
from gridtide.kernels.set_points import UNTOLD, set_points
from gridtide.testing.instances.gang_nodes import GangNodes, gang_nodes
from gridtide.testing.plain_set_points import LEFT, plain_set_points


def untold(instance: GangNodes) -> tuple[Any, Any]:
    """Gangs and nodes as no tick has told them yet."""
    nodes = int(instance.offsets[-1])
    return np.full(instance.gangs.shape[1], UNTOLD), np.zeros(nodes, dtype=np.float32)


def told(instance: GangNodes, target_kw: float, level: float, before: Any) -> Any:
    """Level, what bounds and what whole points leave; changes points of gangs and powers of nodes."""
    return set_points(
        target_kw,
        instance.gangs.copy(),
        instance.points_kw.copy(),
        (instance.offsets.copy(), instance.nodes_kw.copy()),
        level,
        *before,
    )


def drawn_kw(instance: GangNodes, points: Any) -> Any:
    """Power of each gang at its point, 0 of one that draws nothing."""
    each = np.arange(len(points))
    return np.where(points == UNTOLD, 0.0, instance.points_kw[each, points])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**16), share=st.floats(-0.3, 1.3), gangs=st.integers(1, 40))
def test_a_set_point_is_met_as_near_as_whole_points_come(
    seed: int, share: float, gangs: int
) -> None:
    """What is left is said; no other gang moved by one point would leave less; bounds hold and nodes follow."""
    instance = gang_nodes(500, gangs, 2, seed)
    lowest, highest = instance.gangs[0], instance.gangs[1]
    target = float(lowest.sum() + share * (highest - lowest).sum())
    points, power = untold(instance)
    _, beyond, lacking = told(instance, target, 0.0, (points, power))
    own = drawn_kw(instance, points)
    within = min(max(target, lowest.sum()), highest.sum())
    assert target + beyond == pytest.approx(within)
    assert lacking == pytest.approx(within - own.sum(), abs=1e-6)
    assert ((own >= lowest) & (own <= highest)).all()
    assert power.sum(dtype=np.float64) == pytest.approx(own.sum(), rel=1e-6)
    each = np.arange(len(points))
    near = np.clip(points + (1 if lacking > 0.0 else -1), 0, instance.points_kw.shape[1] - 1)
    there = instance.points_kw[each, near]
    other = np.abs(lacking - (there - own))[(there >= lowest) & (there <= highest)]
    assert abs(lacking) <= max(LEFT * target, float(other.min(initial=np.inf)) + 1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**16), gangs=st.integers(1, 60))
def test_ticks_in_a_row_are_decided_as_the_plain_form_decides(seed: int, gangs: int) -> None:
    """Points of every gang and powers of every node, tick after tick, beyond both ends as well."""
    instance = gang_nodes(900, gangs, 12, seed)
    before, level, plain_level = untold(instance), 0.0, 0.0
    share = np.random.default_rng(seed).uniform(0.6, 1.5)
    for target in (share * instance.target_kw).tolist():
        level, _, lacking = told(instance, target, level, before)
        power, points, plain_level, left = plain_set_points(instance, target, plain_level)
        assert (before[0] == points).all()
        assert (before[1] == power).all()
        assert lacking == pytest.approx(left, abs=1e-6)


def test_gangs_that_draw_nothing_are_told_nothing_and_others_take_their_part() -> None:
    """A gang that ends is told to draw nothing, and is told again when it is back."""
    instance = gang_nodes(300, 12, 2, 7)
    target = float(instance.gangs[2].sum())
    before = untold(instance)
    told(instance, target, 0.0, before)
    working = (np.arange(12) % 3 > 0) * 1.0
    gangs = instance.gangs * np.stack([working, working, working, np.ones(12)])
    resting = replace(instance, gangs=gangs)
    told(resting, 0.6 * target, 0.0, before)
    ended = np.repeat(working == 0.0, np.diff(instance.offsets))
    assert (before[0][working == 0.0] == UNTOLD).all() and (before[0][working > 0.0] >= 0).all()
    assert (before[1][ended] == 0.0).all() and (before[1][~ended] > 0.0).all()
    told(instance, target, 0.0, before)
    assert (before[0] >= 0).all() and (before[1] > 0.0).all()


def test_whole_points_cost_little_more_than_points_between_would() -> None:
    """Over many gangs the sum of weight/2 (kW - usual)² is within a quarter of the least that any split has."""
    instance = gang_nodes(3000, 200, 2, 4)
    lowest, highest, usual, weight = instance.gangs
    target = float(usual.sum() + 0.5 * (highest - usual).sum())
    points, power = untold(instance)
    level, _, _ = told(instance, target, 0.0, (points, power))
    free = np.clip(usual + level / weight, lowest, highest)
    least = 0.5 * float((weight * (free - usual) ** 2).sum())
    own = 0.5 * float((weight * (drawn_kw(instance, points) - usual) ** 2).sum())
    assert least <= own <= 1.25 * least


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
