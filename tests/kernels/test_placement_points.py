"""Placement with a menu of speeds: the cheapest of all speeds, and every answer holds its work at its speed."""

from math import ceil

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtide.kernels import placement

SLOT_S = 900
SPEEDS = np.asarray([1.0, 0.8, 0.5])
POWERS = np.asarray([1.0, 0.7, 0.35])


def slots_at(work_s: int, speed: float) -> int:
    """Whole slots that work takes at a speed."""
    return -(-ceil(work_s / speed - 1e-6) // SLOT_S)


@given(
    st.lists(st.integers(1, 60), min_size=8, max_size=16),
    st.integers(1, 4 * SLOT_S),
    st.integers(0, 3),
    st.integers(1, 16),
    st.tuples(st.booleans(), st.booleans()),
    st.lists(st.booleans(), min_size=16, max_size=16),
)
def test_one_run_gets_the_cheapest_speed_and_start_there_are(
    values: list[int],
    work_s: int,
    first: int,
    last: int,
    slower: tuple[bool, bool],
    taken: list[bool],
) -> None:
    """By trying every start at every speed that may be chosen; none where nothing fits."""
    steps = len(values)
    last = min(last, steps)
    price = np.asarray(values, dtype=np.float64) * POWERS[:, None]
    free = np.where(taken[:steps], 0, 1)[None, :].astype(np.int64)
    may = np.asarray([True, *slower])
    told = (
        np.full(1, -1),
        np.asarray([0, 24]),
        np.zeros(1, int),
        np.zeros(24, int),
        np.zeros(1, int),
    )
    before = free.copy()
    placement.sweep(
        free, price, np.arange(1), np.ones((1, 3), int), np.asarray([[first]]), np.asarray([last]),
        np.asarray([[work_s, work_s, 0, SLOT_S]]), np.asarray([[0, 0, 1]]),
        (np.full(1, -1), np.ones(1, int)),
        np.zeros((1, 1)), told, 0.0, np.ones(1, int), np.zeros(1),
        np.zeros((1, steps), dtype=np.int64), np.zeros(3),
        (np.zeros(3, int), SPEEDS, may, np.asarray([0, 3])),
    )  # fmt: skip
    found = [
        (float(price[entry, start : start + need].sum()), entry, start)
        for entry in np.flatnonzero(may)
        for need in [slots_at(work_s, float(SPEEDS[entry]))]
        for start in range(first, last - need + 1)
        if before[0, start : start + need].all()
    ]
    place, _, count, slots, point = told
    if not found:
        assert place[0] == -1
        return
    held = slots[: count[0]]
    assert place[0] == 0 and may[point[0]]
    assert count[0] == slots_at(work_s, float(SPEEDS[point[0]]))
    assert price[point[0], held].sum() <= min(found)[0] + 1e-6
    assert (before[0, held] == 1).all() and (free[0, held] == 0).all()


@given(st.integers(1, 10**6), st.floats(0.05, 1.0), st.lists(st.integers(1, 5000), max_size=20))
def test_what_was_enough_stays_enough_on_the_way(
    work_s: int, speed: float, pieces: list[int]
) -> None:
    """Time counted as enough for some work is enough for what is left of it after any pieces of that time."""
    from gridtide.physics.operating_point import seconds_at_speed, work_in_seconds

    time_s = seconds_at_speed(work_s, speed)
    for piece in pieces:
        used = min(piece, time_s)
        work_s -= min(work_s, work_in_seconds(used, speed))
        time_s -= used
        assert seconds_at_speed(work_s, speed) <= time_s
