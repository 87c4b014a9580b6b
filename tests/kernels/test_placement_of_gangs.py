"""Placement with gangs that may shrink or grow: the cheapest of all sizes, beside what is free."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.menu import at_share
from gridtide.kernels import placement
from gridtide.physics.elastic import accelerators_at

SLOT_S = 900
SPEEDS = np.asarray([1.0, 0.6, 1.7])
SHARES = np.asarray([1.0, 0.5, 2.0])


def test_a_share_of_a_gang_is_whole_accelerators() -> None:
    """Half of five is three; a product that floats just above a whole number is that number."""
    assert [accelerators_at(5, share) for share in (0.5, 1.0, 2.0)] == [3, 5, 10]
    assert accelerators_at(10, 0.1 * 3) == 3
    assert at_share(np.asarray([5, 10]), np.asarray([0.5, 0.1 * 3])).tolist() == [3, 3]


@given(
    values=st.lists(st.integers(1, 60), min_size=8, max_size=16),
    work=st.integers(1, 4),
    gang=st.integers(1, 3),
    elastic=st.booleans(),
    free=st.lists(st.integers(0, 6), min_size=16, max_size=16),
)
def test_one_run_gets_the_cheapest_size_and_start_there_are(
    values: list[int], work: int, gang: int, elastic: bool, free: list[int]
) -> None:
    """By trying every start at every size that the job may run at; none where nothing fits."""
    steps, last = len(values), len(values)
    price = np.repeat(np.asarray(values, dtype=np.float64)[None], 3, axis=0)
    takes = np.where(elastic | (SHARES == 1.0), at_share(np.full(3, gang), SHARES), 0)
    room = np.asarray([free[:steps]])
    told = (np.full(1, -1), np.asarray([0, 24]), *np.zeros((1, 1), int), np.zeros(24, int))
    told = (*told, np.zeros(1, int))
    beside = room.copy()
    placement.sweep(
        beside, price, np.arange(1), takes[None], np.asarray([[0]]), np.asarray([last]),
        np.asarray([[work * SLOT_S, work * SLOT_S, 0, SLOT_S]]), np.asarray([[0, 0, 1]]),
        (np.full(1, -1), np.full(1, gang)), np.zeros((1, 1)), told, 0.0, room.max(axis=1),
        np.zeros(1), np.zeros((1, steps), dtype=np.int64), np.zeros(3),
        (np.zeros(3, int), SPEEDS, np.ones(3, bool), np.asarray([0, 3])),
    )  # fmt: skip
    found = [
        float(price[0, start : start + need].sum() * takes[entry])
        for entry in np.flatnonzero(takes)
        for need in [int(np.ceil(work / SPEEDS[entry] - 1e-9))]
        for start in range(last - need + 1)
        if (room[0, start : start + need] >= takes[entry]).all()
    ]
    place, _, count, slots, point = told
    if not found:
        assert place[0] == -1
        return
    held = slots[: count[0]]
    assert takes[point[0]] * price[0, held].sum() == pytest.approx(min(found))
    used = room[0] - beside[0]
    assert (used[held] == takes[point[0]]).all() and used.sum() == takes[point[0]] * len(held)
