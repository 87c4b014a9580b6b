"""Absorbed curtailment counts only what was really absorbed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtide.settle.curtailment import absorbed_kwh

series = st.lists(st.floats(0, 1000), min_size=6, max_size=6)


@given(series, series)
def test_a_constant_load_absorbs_exactly_nothing(curtailed: list[float], load: list[float]) -> None:
    """Being beside a wind farm is not absorbing its surplus."""
    same = np.asarray(load)
    assert absorbed_kwh(np.asarray(curtailed), same, same) == 0.0


@given(series, series, series)
def test_no_more_is_absorbed_than_was_curtailed(
    curtailed: list[float], load: list[float], reference: list[float]
) -> None:
    """And never less than nothing."""
    absorbed = absorbed_kwh(np.asarray(curtailed), np.asarray(load), np.asarray(reference))
    assert 0.0 <= absorbed <= sum(curtailed) + 1e-6


def test_rebound_is_subtracted() -> None:
    """Moving load from one curtailed hour to another absorbs nothing more."""
    curtailed = np.asarray([10.0, 10.0, 0.0])
    reference = np.asarray([5.0, 0.0, 5.0])
    moved = np.asarray([0.0, 5.0, 5.0])
    assert absorbed_kwh(curtailed, moved, reference) == 0.0
    shifted = np.asarray([5.0, 5.0, 0.0])
    assert absorbed_kwh(curtailed, shifted, reference) == 5.0
