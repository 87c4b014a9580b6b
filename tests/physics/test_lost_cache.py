"""What a prompt takes that is read a second time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.serving_phases import lost_cache_s, prefill_share


def test_half_a_prompt_of_the_conversation_trace() -> None:
    """By hand: 577.5 tokens at 7 us on eight accelerators."""
    assert lost_cache_s(0.5, 1155.0, 7e-6, 8.0) == pytest.approx(0.03234, rel=1e-9)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1e5), st.floats(1e-7, 1e-3), st.floats(1.0, 64.0))
def test_a_whole_prompt_takes_what_it_takes_to_read(
    share: float, tokens: float, prefill_s: float, accelerators: float
) -> None:
    """No more than the share of a replica's time that reading it takes, on all its accelerators."""
    whole = prefill_share(1.0, tokens, prefill_s) * accelerators
    assert lost_cache_s(share, tokens, prefill_s, accelerators) == pytest.approx(share * whole)
