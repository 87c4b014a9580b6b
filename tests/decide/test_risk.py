"""What several costs count for together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.decide.risk import Risk, tail_mean, weighed

COSTS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12).map(np.asarray)
LEVELS = st.floats(0.0, 0.99)


def test_the_tail_of_the_numbers_to_a_hundred_is_that_of_the_textbook() -> None:
    """The mean of the dearest five of 1 to 100."""
    assert tail_mean(np.arange(1.0, 101.0), 0.95) == pytest.approx(98.0)


@given(costs=COSTS, level=LEVELS)
def test_the_tail_lies_between_the_mean_and_the_dearest(
    costs: np.ndarray[tuple[int], np.dtype[np.float64]], level: float
) -> None:
    """And so does whatever is weighed from both."""
    near = 1e-9 * (1.0 + np.abs(costs).max())
    tail = tail_mean(costs, level)
    assert costs.mean() - near <= tail <= costs.max() + near
    counted = weighed(costs, Risk(cvar_weight=0.3, cvar_level=level))
    assert costs.mean() - near <= counted <= tail + near


@given(costs=COSTS, low=LEVELS, high=LEVELS)
def test_a_higher_level_never_makes_the_tail_cheaper(
    costs: np.ndarray[tuple[int], np.dtype[np.float64]], low: float, high: float
) -> None:
    """Fewer and dearer courses are left in it."""
    low, high = min(low, high), max(low, high)
    near = 1e-9 * (1.0 + np.abs(costs).max())
    assert tail_mean(costs, low) <= tail_mean(costs, high) + near
