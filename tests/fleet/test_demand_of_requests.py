"""Turning requests into rates loses none of them, and knows what it does not know."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.demand import demand_of_requests


@given(
    gaps_s=st.lists(st.floats(0, 50), min_size=1, max_size=60),
    window_s=st.integers(1, 100),
    start_s=st.integers(0, 2_000_000_000),
)
def test_every_request_is_counted_once(gaps_s: list[float], window_s: int, start_s: int) -> None:
    """Requests in whole windows and those left out add up to all of them, tokens likewise."""
    at_s = start_s + np.concatenate([[0.0], np.cumsum(gaps_s)])
    tokens = np.arange(len(at_s), dtype=np.float64)
    if at_s[-1] - at_s[0] < window_s:
        return
    demand = demand_of_requests(
        at_s=at_s,
        input_tokens=tokens,
        output_tokens=np.ones(len(at_s)),
        window_s=window_s,
        anchored=True,
        source="made up",
    )
    inside = at_s < demand.start_s[-1] + window_s
    assert demand.requests_per_s.sum() * window_s == pytest.approx(inside.sum())
    assert demand.output_tokens_per_s.sum() * window_s == pytest.approx(inside.sum())
    assert demand.input_tokens_per_s.sum() * window_s == pytest.approx(tokens[inside].sum())
    assert not np.isinf(demand.burstiness).any()


def test_evenly_spaced_requests_have_no_burstiness_and_poisson_ones_have_one() -> None:
    """The squared coefficient of variation of a clock is 0, of a Poisson stream 1."""
    even = np.arange(0, 1_000.0, 0.5)
    poisson = np.cumsum(np.random.default_rng(7).exponential(0.01, 100_000))
    for at_s, expected, within in ((even, 0.0, 1e-12), (poisson, 1.0, 0.05)):
        demand = demand_of_requests(
            at_s=at_s,
            input_tokens=np.ones(len(at_s)),
            output_tokens=np.ones(len(at_s)),
            window_s=100,
            anchored=False,
            source="made up",
        )
        assert float(np.mean(demand.burstiness)) == pytest.approx(expected, abs=within)


@pytest.mark.parametrize("at_s", [[0.0], [5.0, 1.0], [0.0, 9.0]])
def test_too_few_unordered_or_too_short_requests_are_refused(at_s: list[float]) -> None:
    """No rate is made of nothing."""
    with pytest.raises(ValueError, match="made up"):
        demand_of_requests(
            at_s=np.asarray(at_s),
            input_tokens=np.ones(len(at_s)),
            output_tokens=np.ones(len(at_s)),
            window_s=10,
            anchored=False,
            source="made up",
        )
