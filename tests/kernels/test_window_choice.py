"""The lowest slots of windows and their quantiles: what sorting every window anew would find."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.kernels.window_choice import lowest_runs, quantiles_ahead, smallest

series = st.lists(st.integers(-4, 6), min_size=1, max_size=60).map(
    lambda found: np.asarray(found, dtype=np.float64)
)


@given(values=series, data=st.data())
def test_the_smallest_by_rank_is_that_of_the_sorted_values(
    values: np.ndarray, data: st.DataObject
) -> None:
    """With ties; what lies behind the count is not looked at."""
    rank = data.draw(st.integers(0, len(values) - 1))
    behind = np.concatenate([values, [-1e9]])
    assert smallest(behind, len(values), rank) == np.sort(values)[rank]


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
    found = quantiles_ahead(values, np.asarray(begins), horizon, q)
    for at, one in zip(begins, found.tolist(), strict=True):
        window = values[at : at + horizon]
        if len(window):
            assert one == pytest.approx(float(np.quantile(window, q)), abs=1e-12)
        else:
            assert np.isnan(one)


@given(
    values=series,
    asked=st.lists(
        st.tuples(st.integers(0, 59), st.integers(1, 20), st.integers(0, 30)),
        min_size=1,
        max_size=8,
    ),
    all_ties=st.booleans(),
)
def test_the_lowest_slots_are_the_first_of_the_sorted_window(
    values: np.ndarray, asked: list[tuple[int, int, int]], all_ties: bool
) -> None:
    """By value, then by time; with all ties every slot not above the last of them; a short window gives none."""
    first, length, more = np.asarray(asked).T
    last = first + length + more
    offsets, starts, ends = lowest_runs(values, first, length, last, all_ties)
    for j, (begin, wanted, _) in enumerate(asked):
        window = range(begin, min(last[j], len(values)))
        by_value = sorted(window, key=lambda slot: (values[slot], slot))
        chosen = sorted(by_value[:wanted]) if len(window) >= wanted else []
        if all_ties and chosen:
            most = values[by_value[wanted - 1]]
            chosen = [slot for slot in window if values[slot] <= most]
        runs = range(offsets[j], offsets[j + 1])
        assert [slot for run in runs for slot in range(starts[run], ends[run])] == chosen
        assert all(starts[run] > ends[run - 1] for run in runs[1:])
