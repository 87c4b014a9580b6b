"""Starts, quantiles and runs below a threshold: what looking at every window alone would find."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.decide.slots import runs_written
from gridtide.kernels.window_choice import best_starts, quantiles_ahead, threshold_runs

series = st.lists(st.integers(-4, 6), min_size=1, max_size=60).map(
    lambda found: np.asarray(found, dtype=np.float64)
)


@given(
    values=series,
    first=st.lists(st.integers(0, 70), min_size=1, max_size=30),
    in_order=st.booleans(),
    horizon=st.integers(1, 80),
    q=st.sampled_from([0.0, 0.3, 0.5, 1.0]),
)
def test_quantiles_of_moving_windows_are_those_of_each_alone(
    values: np.ndarray, first: list[int], in_order: bool, horizon: int, q: float
) -> None:
    """In order of their beginning or not, near each other or far, cut at the end; behind it there is none."""
    begins = sorted(first) if in_order else first
    found = np.full(len(begins), np.nan)
    quantiles_ahead(values, np.asarray(begins), horizon, q, found)
    for at, one in zip(begins, found.tolist(), strict=True):
        window = values[at : at + horizon]
        if len(window):
            assert one == pytest.approx(float(np.quantile(window, q)), abs=1e-12)
        else:
            assert np.isnan(one)


questions = st.lists(
    st.tuples(st.integers(0, 59), st.integers(1, 9), st.integers(0, 12)), min_size=1, max_size=8
).flatmap(lambda few: st.lists(st.sampled_from(few), max_size=40))
"""Jobs of which several ask the same, next to each other and apart."""


@given(values=series, asked=questions, stride=st.sampled_from([1, 2]), by_rate=st.booleans())
def test_the_best_start_of_each_job_is_that_of_the_job_alone(
    values: np.ndarray, asked: list[tuple[int, int, int]], stride: int, by_rate: bool
) -> None:
    """Of equals the earliest; what leaves the data is no candidate; jobs that ask the same get the same."""
    asked = [(begin, seen, wait) for begin, seen, wait in asked if begin < len(values)]
    first, seen, wait = np.asarray(asked, dtype=np.int64).reshape(-1, 3).T
    running = np.concatenate([[0.0], np.cumsum(values)])
    found = np.empty_like(first)
    best_starts(running, first, seen, first + wait, stride, by_rate, found)
    for start, (begin, width, waits) in zip(found.tolist(), asked, strict=True):
        starts = [begin, *range(begin + stride, begin + waits + 1, stride)]
        inside = [s for s in starts if s + width <= len(values)] or [begin]
        total = {s: values[s : s + width].sum() for s in inside}
        saved = {s: (total[begin] - total[s]) / (s - begin + width) for s in inside}
        best = {s: -saved[s] if by_rate else total[s] for s in inside}
        assert start == next(s for s in inside if best[s] <= min(best.values()) + 1e-12)


@given(values=series, asked=questions, below=st.lists(st.integers(-4, 6), min_size=1, max_size=3))
def test_runs_below_a_threshold_are_those_of_each_job_alone(
    values: np.ndarray, asked: list[tuple[int, int, int]], below: list[int]
) -> None:
    """Slots below it until the wait is used up, then any; without an end none; of jobs alike but for it too."""
    first, length, waiting = np.asarray(asked, dtype=np.int64).reshape(-1, 3).T
    limit = np.resize(np.asarray(below, dtype=np.float64), len(asked))
    write = partial(threshold_runs, values, (first, length, waiting, limit))
    offsets, starts, ends = runs_written(len(asked), write)
    for j, (begin, lacking, wait) in enumerate(asked):
        chosen: list[int] = []
        for slot in range(begin, len(values)):
            if len(chosen) < lacking and (values[slot] < limit[j] or wait <= 0):
                chosen.append(slot)
            else:
                wait -= 1
        runs = range(offsets[j], offsets[j + 1])
        found = [slot for run in runs for slot in range(starts[run], ends[run])]
        assert found == (chosen if len(chosen) == lacking else [])
