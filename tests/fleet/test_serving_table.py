"""Answers by load: read between loads, never better with more of it, never made up beyond the last."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.serving_table import ServingTable, at_load, power_at_load, rate_within

TABLE = ServingTable(
    mix="by hand",
    requests_per_s=np.asarray([1.0, 2.0, 4.0]),
    first_p50_s=np.asarray([0.1, 0.2, 0.3]),
    first_p95_s=np.asarray([0.4, 0.3, 2.4]),
    first_mean_s=np.asarray([0.1, 0.2, 0.5]),
    per_token_mean_s=np.asarray([0.01, 0.02, 0.04]),
    per_token_p95_s=np.asarray([0.02, 0.03, 0.06]),
    sequences=np.asarray([2.0, 8.0, 40.0]),
    accelerator_w=np.asarray([300.0, 400.0, 500.0]),
    prompt_tokens=1000.0,
    answer_tokens=200.0,
    replayed=True,
)


def test_between_loads_it_is_straight_and_a_dip_is_not_believed() -> None:
    """By hand; at two a second the p95 stays that of one."""
    assert TABLE.first_p95_s.tolist() == [0.4, 0.4, 2.4]
    asked = np.asarray([0.5, 3.0, 4.0, 4.1])
    assert at_load(TABLE, TABLE.first_p95_s, asked) == pytest.approx([0.4, 1.4, 2.4, np.inf])
    assert power_at_load(TABLE, asked) == pytest.approx([300.0, 450.0, 500.0, 500.0])


def test_the_largest_rate_keeps_every_limit_at_once() -> None:
    """By hand: 1.4 s at three a second, 24 sequences too, 0.03 s a token too."""
    assert rate_within(TABLE) == 4.0
    assert rate_within(TABLE, first_p95_s=1.4) == pytest.approx(3.0)
    assert rate_within(TABLE, sequences=24.0, first_p95_s=2.0) == pytest.approx(3.0)
    assert rate_within(TABLE, per_token_s=0.03, sequences=30.0) == pytest.approx(3.0)
    assert rate_within(TABLE, first_p95_s=0.1) == 1.0


@given(st.floats(0.4, 2.4), st.floats(0.0, 1.0))
def test_a_wider_limit_never_means_a_smaller_rate(limit_s: float, more_s: float) -> None:
    """And what is found keeps the limit."""
    rate = rate_within(TABLE, first_p95_s=limit_s)
    assert rate <= rate_within(TABLE, first_p95_s=limit_s + more_s) + 1e-12
    assert at_load(TABLE, TABLE.first_p95_s, np.asarray(rate)) <= limit_s + 1e-9
