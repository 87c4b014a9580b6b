"""Quantiles of windows: what sorting every window anew would find."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.kernels.window_choice import quantiles_ahead

series = st.lists(st.integers(-4, 6), min_size=1, max_size=60).map(
    lambda found: np.asarray(found, dtype=np.float64)
)


@given(
    values=series,
    first=st.lists(st.integers(0, 70), min_size=1, max_size=30),
    in_order=st.booleans(),
    horizon=st.integers(1, 80),
    q=st.sampled_from([0.0, 0.3, 0.5, 1.0]),
)
def test_quantiles_of_moving_windows_are_those_of_each_alone(
    values: np.ndarray, first: list[int], in_order: bool, horizon: int, q: float
) -> None:
    """In order of their beginning or not, near each other or far, cut at the end; behind it there is none."""
    begins = sorted(first) if in_order else first
    found = quantiles_ahead(values, np.asarray(begins), horizon, q)
    for at, one in zip(begins, found.tolist(), strict=True):
        window = values[at : at + horizon]
        if len(window):
            assert one == pytest.approx(float(np.quantile(window, q)), abs=1e-12)
        else:
            assert np.isnan(one)
