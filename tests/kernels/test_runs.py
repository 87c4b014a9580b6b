"""What runs feel of a signal, and where jobs that run through end."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtide.kernels.runs import run_through, totals_of_runs

jobs_with_runs = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=4), st.integers(0, 5)
    ),
    max_size=12,
)
"""Jobs of runs (slots of pause before it, slots), and their power."""


@given(found=jobs_with_runs, seed=st.integers(0, 2**32 - 1))
def test_totals_are_the_sums_over_the_runs_of_each_job(
    found: list[tuple[list[tuple[int, int]], int]], seed: int
) -> None:
    """Jobs of no run, of one and of many, in any order, bit for bit as added run by run."""
    running = np.concatenate([[0.0], np.cumsum(np.random.default_rng(seed).normal(size=40))])
    start, end, counts, expected = [], [], [], []
    for runs, power_kw in found:
        slot, felt = 0, 0.0
        for pause, length in runs:
            start.append(slot + pause)
            slot += pause + length
            end.append(slot)
            felt += float(running[end[-1]] - running[start[-1]])
        counts.append(len(runs))
        expected.append(felt * power_kw * 0.5 / 1000.0)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    power = np.asarray([power_kw for _, power_kw in found], dtype=np.float64)
    totals = np.empty(len(found))
    begins, ends = np.asarray(start, dtype=np.int64), np.asarray(end, dtype=np.int64)
    totals_of_runs(running, offsets, begins, ends, power, 0.5, totals)
    assert totals.tolist() == expected


@given(
    asked=st.lists(st.tuples(st.integers(-2, 20), st.integers(1, 9)), max_size=9),
    slots=st.integers(1, 30),
)
def test_jobs_run_through_when_all_begin_and_end_within_the_slots(
    asked: list[tuple[int, int]], slots: int
) -> None:
    """One that has no start, or ends behind them, is enough to say no."""
    start, length = np.asarray(asked, dtype=np.int64).reshape(-1, 2).T.copy()
    end = np.empty_like(start)
    inside = run_through(start, length, slots, end)
    assert inside == all(begin >= 0 and begin + long <= slots for begin, long in asked)
    assert end.tolist() == [begin + long for begin, long in asked]
