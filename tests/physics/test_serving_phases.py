"""Prompts and tokens on one replica: exact means of birth and death, limits of queues, tails of known laws."""

import math

import pytest

from gridtide.physics.serving_phases import (
    carried_per_s,
    mean_power_w,
    prefill_joules_per_token,
    prefill_share,
    sequences_beside_prefill,
    sequences_in_memory,
    table_covers,
    table_value,
)
from gridtide.physics.serving_quantiles import (
    beyond_share,
    gamma_below,
    read_while_decoding_s,
    read_while_decoding_var,
    shared_iteration_s,
    wait_from_work_s,
    work_bound_s,
)

TIMES = (6.67e-3, 0.0895e-3)


@pytest.mark.parametrize(("rate", "exact"), [(2, 5.825), (16, 101.266), (22, 280.055)])
def test_the_closed_mean_is_that_of_birth_and_death(rate: float, exact: float) -> None:
    """Science 2.8: the exact means; prompts lengthen every iteration as so many more requests would."""
    assert sequences_beside_prefill(rate, 400, 0.0, *TIMES) == pytest.approx(exact, abs=1e-3)
    slowed = sequences_beside_prefill(rate / 2, 400, 0.5, *TIMES)
    assert slowed == pytest.approx(exact, abs=1e-3)
    assert sequences_beside_prefill(rate, 400, 1.0, *TIMES) == math.inf


def test_what_a_replica_carries_without_prompts_is_its_ceiling() -> None:
    """24.384 requests a second of 400 tokens at 512; memory as prompt and half the answer."""
    time_s = TIMES[0] + TIMES[1] * 512
    assert carried_per_s(512, time_s, 0.0, 4e-5, 400) == pytest.approx(24.384, abs=1e-3)
    kept = sequences_in_memory(400_000, 500, 352, 352.0**2)
    assert kept / (0.05 * 352) == pytest.approx(33.595, abs=1e-3)
    assert prefill_share(10.0, 1000.0, 4e-5) == pytest.approx(0.4)
    assert prefill_joules_per_token(1, 665.0, 4e-5) == pytest.approx(0.0266)
    assert mean_power_w(0.4, 0.5, 665.0, 500.0, 75.0) == pytest.approx(523.5)


def test_a_table_is_held_flat_outside_what_was_measured_and_says_so() -> None:
    """Straight in log2 between."""
    known, watts = (1.0, 4.0, 16.0), (100.0, 200.0, 180.0)
    assert [table_value(at, known, watts) for at in (0.5, 2.0, 8.0, 64.0)] == [100, 150, 190, 180]
    assert table_covers(4.0, known) and not table_covers(64.0, known)


def test_a_queue_of_independent_arrivals_waits_as_pollaczek_and_khinchine_say() -> None:
    """M/M/1 at 0.8: work 4 services, wait 4; the robust bound is largest at its best window."""
    work = max(work_bound_s(0.01 * n, 0.8, 1.0, 2.0) for n in range(1, 20_000))
    assert work == pytest.approx(4.0, abs=1e-3)
    assert wait_from_work_s(4.0, 0.8, 1.0, 1.0) == pytest.approx(4.0)
    assert beyond_share(0.0, 0.8, 4.0) == pytest.approx(0.8)
    assert beyond_share(5.0, 0.8, 4.0) == pytest.approx(0.8 * math.exp(-1.0))
    assert shared_iteration_s(0.0, 1.0, 2.0, 0.01) == 0.0


def test_a_delay_cycle_is_a_busy_period_when_it_begins_with_one_service() -> None:
    """M/M/1 at 0.5: busy period of mean 2 and variance 12 with the first service's own 1."""
    first_s, first_var = 1.0, 1.0
    mean = first_s + read_while_decoding_s(first_s, 0.0, 0.5)
    assert mean == pytest.approx(2.0)
    beside = read_while_decoding_var(first_s, 0.0, 0.0, 0.5, 1.0, 2.0)
    assert beside + first_var / 0.25 == pytest.approx(12.0)


@pytest.mark.parametrize(("degrees", "at"), [(1, 3.841459), (2, 5.991465), (10, 18.307038)])
def test_gamma_is_that_of_the_tables(degrees: int, at: float) -> None:
    """Chi-square at its 95 per cent."""
    assert gamma_below(at, degrees, 2.0 * degrees) == pytest.approx(0.95, abs=1e-6)
