"""Prompts beside tokens: limits where exact answers are known, vectors of clumps and of empty replicas."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.serving_interference import (
    empty_share,
    mean_up_to,
    mean_work_s,
    others_read_s,
    own_read_s,
    quiet_after_s,
    sequences_that_let_read,
    token_read_s,
)
from gridtide.physics.serving_power import iteration_s
from gridtide.physics.serving_quantiles import read_while_decoding_s, work_bound_s

TIMES = (6.67e-3, 0.0895e-3, 0.0)


def test_work_of_independent_arrivals_is_that_of_pollaczek_and_khinchine() -> None:
    """M/M/1 at 0.8: four services; a clump that is read before the next leaves half its square."""
    queued = max(work_bound_s(0.01 * n, 0.8, 1.0, 2.0) for n in range(1, 20_000))
    assert mean_work_s(0.8, 1.0, 2.0, queued) == pytest.approx(4.0, abs=1e-3)
    assert mean_work_s(0.5, 1.0, 10.0, 0.0) == pytest.approx(0.5 * 10 / 2)


def test_clumps_are_quiet_for_half_their_distance() -> None:
    """Ten every 20 seconds, which no long window varies by: 10 seconds; independent arrivals never."""
    assert quiet_after_s(0.5, 10.0, 0.0) == pytest.approx(10.0)
    assert quiet_after_s(0.5, 1.0, 1.2) == 0.0


def test_the_smaller_of_an_exponential_and_its_mean() -> None:
    """1 - 1/e; everything where the bound is far, the bound where the variable is."""
    assert mean_up_to(1.0, 1.0, 1.0) == pytest.approx(1.0 - math.exp(-1.0))
    assert mean_up_to(1e3, 1.0, 1.0) == pytest.approx(1.0)
    assert mean_up_to(1e-3, 1.0, 0.1) == pytest.approx(1e-3, rel=1e-3)


@given(st.floats(0.01, 50.0), st.floats(0.01, 50.0), st.floats(0.0, 0.9), st.floats(0.0, 100.0))
def test_quiet_after_an_arrival_never_means_more_prompts_of_others(
    decode_s: float, backlog_s: float, reading: float, quiet_s: float
) -> None:
    """Without quiet it is the delay cycle, with quiet between the backlog and that."""
    cycle = read_while_decoding_s(decode_s, backlog_s, reading)
    assert others_read_s(decode_s, backlog_s, backlog_s**2, reading, 0.0) == pytest.approx(cycle)
    kept = others_read_s(decode_s, backlog_s, backlog_s**2, reading, quiet_s)
    assert backlog_s - 1e-9 <= kept <= cycle + 1e-9


def test_pieces_carry_what_their_iterations_let_them() -> None:
    """At the sequences found the time of the prompts that arrive is just all time there is."""
    held = sequences_that_let_read(20_000.0, 4e-5, 2048.0, TIMES)
    assert 20_000.0 * token_read_s(4e-5, iteration_s(held, *TIMES), 2048.0) == pytest.approx(1.0)
    bent = sequences_that_let_read(20_000.0, 4e-5, 2048.0, (6.67e-3, 0.0895e-3, 7.21e-9))
    assert bent < held
    assert sequences_that_let_read(30_000.0, 4e-5, 2048.0, TIMES) == 0.0
    assert sequences_that_let_read(0.0, 4e-5, 2048.0, TIMES) == math.inf


def test_a_short_prompt_takes_one_iteration_and_a_long_one_its_pieces_and_a_half() -> None:
    """By hand: 1,000 tokens at 40 us and 10 ms; 20,480 tokens are ten pieces of 2,048."""
    assert own_read_s(1000.0, 4e-5, 0.01, 2048.0) == pytest.approx(0.05)
    assert own_read_s(20_480.0, 4e-5, 0.01, 2048.0) == pytest.approx(0.8192 + 0.105)


def test_an_empty_replica_is_poisson_without_growth_and_as_birth_and_death_with_it() -> None:
    """2 a second of 400 tokens, 8B on H100: the chance of none summed by hand."""
    assert empty_share(2.0, 0.0) == pytest.approx(math.exp(-2.0))
    assert empty_share(2.0, 1e-6) == pytest.approx(math.exp(-2.0), rel=1e-4)
    load, growth = 2 * 400 * TIMES[0], 2 * 400 * TIMES[1]
    weight = total = 1.0
    for n in range(1, 400):
        weight *= (load + growth * n) / n
        total += weight
    assert empty_share(load, growth) == pytest.approx(1.0 / total, rel=1e-9)
