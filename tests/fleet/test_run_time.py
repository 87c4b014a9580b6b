"""Estimates of run times from jobs that have ended."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.run_time import ENOUGH, estimated_s, longer_share


def test_a_class_with_a_past_is_judged_by_it() -> None:
    """Jobs that took half their limit so far are expected to take half of it."""
    ended = (np.zeros(20, dtype=np.int64), np.full(20, 1000), np.full(20, 500))
    assert estimated_s(np.asarray([2000]), np.asarray([0]), ended).tolist() == [1000]


def test_a_class_without_a_past_is_taken_at_its_limit() -> None:
    """Fewer than enough ended jobs say nothing."""
    few = ENOUGH - 1
    ended = (np.zeros(few, dtype=np.int64), np.full(few, 1000), np.full(few, 1))
    assert estimated_s(np.asarray([2000, 70]), np.asarray([0, 1]), ended).tolist() == [2000, 70]


@given(
    st.lists(
        st.tuples(st.integers(1, 10_000), st.integers(1, 10_000)), min_size=ENOUGH, max_size=30
    )
)
def test_no_estimate_passes_the_declared_limit(past: list[tuple[int, int]]) -> None:
    """A promise rests on the limit; planning never expects more."""
    limits, ran = np.asarray(past).T
    ended = (np.zeros(len(past), dtype=np.int64), limits, ran)
    declared = np.asarray([1, 60, 5000])
    expected = estimated_s(declared, np.zeros(3, dtype=np.int64), ended)
    assert (expected <= declared).all() and (expected >= 1).all()


def test_the_chance_of_running_longer_counts_jobs_that_ran_as_long() -> None:
    """Half of those that passed a tenth of their limit passed six tenths; too few, or another class, say nothing."""
    ran_s = np.asarray([50] * 10 + [500] * 10 + [900] * 10)
    ended = (np.zeros(30, dtype=np.int64), np.full(30, 1000), ran_s)
    assert longer_share((200, 1200), 2000, 0, ended) == 0.5
    assert longer_share((0, 2000), 2000, 0, ended) == 0.0
    assert longer_share((1850, 1900), 2000, 0, ended) is None
    assert longer_share((0, 10), 2000, 1, ended) is None
