"""Large programs that cannot hold: the planted conflict is named, none of it needless, in few solves."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gridtide.decide.conflict.conflicting_set import conflicting_set
from gridtide.decide.conflict.relaxing import cheapest_relaxation
from gridtide.decide.conflict.trying import Tries
from gridtide.digest import digest
from gridtide.testing.instances.called_fleet import CALLED, REGION, called_fleet

ROOT = Path(__file__).resolve().parents[2]
SIZES = [(5, 48, 8, 0), (5, 48, 8, 1), (10, 96, 10, 2), (14, 96, 12, 0)]


@pytest.mark.parametrize("size", SIZES)
def test_a_call_on_the_sites_of_a_region_is_named_with_the_region(
    size: tuple[int, int, int, int],
) -> None:
    """And with connections in steps of the call only; leaving out any one lets the others hold."""
    elastic = called_fleet(*size)
    tries = Tries(elastic)
    found = conflicting_set(tries)
    assert found is not None
    names = [elastic.members[member].name for member in found.members]
    assert f"region {REGION}" in names
    assert sum(name.startswith("connection") for name in names) >= 1
    steps = np.unique(elastic.step[found.closed])
    assert set(steps.tolist()) <= set(np.arange(size[1])[CALLED].tolist())
    for member in found.members:
        assert tries.conflict_in(found.closed & (elastic.member != member)) is None
    assert tries.conflict_in(found.closed) is not None
    assert found.solves <= 2 * len(elastic.members)
    way_out = cheapest_relaxation(tries)
    assert way_out is not None
    assert way_out.holds
    assert way_out.lower_bound == pytest.approx(way_out.cost, rel=1e-6)


def test_the_same_fleet_with_little_asked_has_no_conflict() -> None:
    """The call alone is no trouble."""
    assert conflicting_set(Tries(called_fleet(10, 96, 10, asked=0.05))) is None


def test_a_large_answer_is_the_same_twice() -> None:
    """Members, steps and amounts to the last bit."""
    told = []
    for _ in range(2):
        tries = Tries(called_fleet(5, 48, 8))
        found = conflicting_set(tries)
        way_out = cheapest_relaxation(tries)
        assert found is not None and way_out is not None
        told.append((found.members, digest(found.closed), digest(way_out.amounts)))
    assert told[0] == told[1]


def test_the_benchmark_prints_what_was_found() -> None:
    """On a cut too small to quote."""
    said = subprocess.run(
        [sys.executable, "benchmarks/conflicts.py", "5x48x8"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    ).stdout  # fmt: skip
    assert "region 2, steps" in said
    assert "holds: True" in said
