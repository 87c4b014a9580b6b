"""The gap of a plan, three ways."""

import pytest

from gridtide.decide.plan import Certificate


def certificate(cost: float, lower_bound: float, at_once: float) -> Certificate:
    """A certificate of these three."""
    return Certificate(cost=cost, lower_bound=lower_bound, run_at_once_cost=at_once, method="test")


def test_the_gap_is_told_in_money_and_as_two_shares() -> None:
    """Of the run-at-once cost, and of the saving still possible."""
    found = certificate(90.0, 85.0, 105.0)
    assert found.gap == pytest.approx(5.0)
    assert found.gap_of_run_at_once == pytest.approx(5.0 / 105.0)
    assert found.gap_of_saving == pytest.approx(5.0 / 20.0)


def test_a_share_of_next_to_nothing_is_none() -> None:
    """Nothing to save, nothing spent: no ratio, never an infinite or a negative one."""
    assert certificate(90.0, 90.0, 90.0).gap_of_saving is None
    assert certificate(90.0, 91.0, 80.0).gap_of_saving is None
    assert certificate(1.0, 0.5, 0.0).gap_of_run_at_once is None


def test_a_bound_above_the_cost_by_rounding_is_no_gap() -> None:
    """Never below zero."""
    assert certificate(90.0, 90.0 + 1e-9, 100.0).gap == 0.0
