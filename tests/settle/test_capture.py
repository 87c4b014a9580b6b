"""The share of the possible saving that a policy took."""

import pytest

from gridtide.settle.capture import capture_ratio


def test_half_of_the_possible_saving_is_one_half() -> None:
    """Sums first, ratio last."""
    assert capture_ratio([100.0, 100.0], [90.0, 90.0], [80.0, 80.0]) == pytest.approx(0.5)


def test_a_vanishing_spread_has_no_ratio() -> None:
    """Below 1 % of the reference the ratio is n/a, not a large number."""
    assert capture_ratio([100.0], [99.9], [99.5]) is None
    assert capture_ratio([0.0], [0.0], [0.0]) is None


def test_a_negative_reference_still_has_a_spread() -> None:
    """With negative prices a bill can be negative; the saving is still a saving."""
    assert capture_ratio([-100.0], [-150.0], [-200.0]) == pytest.approx(0.5)
