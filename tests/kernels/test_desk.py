"""Jobs that take what they want while it is free."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.kernels.desk import taken_while_free

Whole = NDArray[np.int64]
SLOTS, PLACES, WIDEST = 8, 2, 4


def free_beside(room: int, gang: Whole, place: Whole, count: Whole, slots: Whole) -> Whole:
    """Room that no job was told, by counting."""
    free = np.full((PLACES, SLOTS), room)
    for job in range(len(gang)):
        for slot in slots[WIDEST * job : WIDEST * job + count[job]]:
            free[place[job], slot] -= gang[job]
    return free


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_jobs_move_one_by_one_and_stop_at_the_first_that_finds_another(data: st.DataObject) -> None:
    """Those before it have what they wanted, at full speed; it has released its slots, those behind it stay."""
    jobs, room = data.draw(st.integers(1, 5)), data.draw(st.integers(2, 5))
    some = st.lists(st.integers(0, SLOTS - 1), min_size=1, max_size=WIDEST, unique=True)
    gang = np.asarray([data.draw(st.integers(1, 2)) for _ in range(jobs)])
    holds = np.asarray([data.draw(st.integers(1, 3)) for _ in range(jobs)])
    place = np.asarray([data.draw(st.integers(0, PLACES - 1)) for _ in range(jobs)])
    told, wanted = [data.draw(some) for _ in range(jobs)], [data.draw(some) for _ in range(jobs)]
    there = np.asarray([data.draw(st.integers(-1, PLACES - 1)) for _ in range(jobs)])
    offsets = WIDEST * np.arange(jobs + 1)
    slots = np.concatenate([[*mine, *[0] * (WIDEST - len(mine))] for mine in told])
    count = np.asarray([len(mine) for mine in told])
    begins = np.cumsum([0, *(len(mine) for mine in wanted)])
    point = np.ones(jobs, dtype=np.int64)
    free = free_beside(room, holds, place, count, slots)
    stopped = taken_while_free(
        0, np.arange(jobs), there, begins, np.concatenate(wanted),
        gang, holds, place, offsets, count, slots, point, free,
    )  # fmt: skip
    for job in range(jobs):
        mine = list(slots[offsets[job] : offsets[job] + count[job]])
        took = job < stopped and there[job] >= 0
        assert mine == (wanted[job] if took else told[job])
        assert point[job] == (0 if took else 1)
    took_all = (np.arange(jobs) < stopped) & (there >= 0)
    beside = free_beside(room, np.where(took_all, gang, holds), place, count, slots)
    if stopped < jobs:
        beside[place[stopped], told[stopped]] += holds[stopped]
        assert (beside[there[stopped], wanted[stopped]] < gang[stopped]).any()
    assert np.array_equal(free, beside)
