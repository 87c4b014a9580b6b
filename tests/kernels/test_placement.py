"""Placement of single jobs: what every answer keeps, and what the cheapest one is."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.kernels import placement

SLOT_S = 900


def sweep_once(
    price: NDArray[np.float64],
    room: NDArray[np.int64],
    jobs: list[tuple[int, int, int, int, bool]],
    restart_s: int = 0,
) -> tuple[NDArray[np.int64], list[NDArray[np.int64]], NDArray[np.float64], NDArray[np.int64]]:
    """Place jobs (gang, first, last, slots, interruptible) once each; places, slots, costs, what is free."""
    n, steps = len(jobs), price.shape[1]
    gang = np.asarray([job[0] for job in jobs])
    first = np.repeat(np.asarray([[job[1]] for job in jobs]), len(price), axis=1)
    last = np.asarray([job[2] for job in jobs])
    left = np.asarray([[job[3] * SLOT_S, job[3] * SLOT_S, restart_s, SLOT_S] for job in jobs])
    rule = np.asarray([[int(job[4]), 0, 1] for job in jobs])
    place = np.full(n, -1)
    offsets = np.arange(n + 1) * (steps + 8)
    count = np.zeros(n, dtype=np.int64)
    slots = np.zeros(int(offsets[-1]), dtype=np.int64)
    free = room.copy()
    cost, _, _ = placement.sweep(
        free, price, np.arange(n), gang, first, last, left, rule, np.full(n, -1),
        np.zeros((n, len(price))), (place, offsets, count, slots), 0.0, room.max(axis=1), np.zeros(n),
        np.zeros(room.shape, dtype=np.int64), np.zeros(len(room)),
    )  # fmt: skip
    return place, [slots[offsets[j] : offsets[j] + count[j]] for j in range(n)], cost, free


prices = st.lists(st.integers(-20, 50), min_size=6, max_size=14)
job_rows = st.tuples(
    st.integers(1, 3), st.integers(0, 5), st.integers(6, 14), st.integers(1, 4), st.booleans()
)


@given(prices, st.lists(job_rows, min_size=1, max_size=6), st.integers(1, 4))
def test_every_answer_lies_in_its_window_and_no_slot_is_overfull(
    values: list[int], jobs: list[tuple[int, int, int, int, bool]], capacity: int
) -> None:
    """Placed jobs keep window, length and unbroken runs; the load never passes the room."""
    steps = len(values)
    jobs = [
        (gang, first, min(last, steps), length, split) for gang, first, last, length, split in jobs
    ]
    price = np.asarray([values, values[::-1]], dtype=np.float64)
    room = np.full((2, steps), capacity)
    place, slots, _, free = sweep_once(price, room, jobs)
    load = np.zeros((2, steps), dtype=np.int64)
    for row, (gang, first, last, length, split) in enumerate(jobs):
        if place[row] < 0:
            continue
        chosen = slots[row]
        assert len(chosen) == length
        assert (np.diff(chosen) > 0).all()
        assert chosen[0] >= first and chosen[-1] < last
        assert split or (np.diff(chosen) == 1).all()
        load[place[row], chosen] += gang
    assert (load <= room).all()
    assert (free == room - load).all()


@given(prices, st.integers(1, 4), st.booleans())
def test_a_job_alone_gets_the_cheapest_answer_there_is(
    values: list[int], length: int, split: bool
) -> None:
    """Alone, an answer costs as little as the best of all answers, tried one by one."""
    price = np.asarray([values], dtype=np.float64)
    _, _, cost, _ = sweep_once(
        price, np.ones((1, len(values)), dtype=np.int64), [(1, 0, len(values), length, split)]
    )
    if split:
        best = min(
            sum(values[t] for t in chosen)
            for chosen in itertools.combinations(range(len(values)), length)
        )
    else:
        best = min(sum(values[t : t + length]) for t in range(len(values) - length + 1))
    assert cost[0] == best


def test_a_restart_is_worth_its_price() -> None:
    """With restarts as long as a slot, two cheap slots apart are taken only when they save a third."""
    cheap_apart = np.asarray([[10.0, 1.0, 10.0, 1.0, 10.0, 9.0]])
    room = np.ones((1, 6), dtype=np.int64)
    _, free_of_charge, _, _ = sweep_once(cheap_apart, room, [(1, 0, 6, 2, True)])
    assert free_of_charge[0].tolist() == [1, 3]
    _, priced, _, _ = sweep_once(cheap_apart, room, [(1, 0, 6, 2, True)], restart_s=SLOT_S)
    assert priced[0].tolist() == [0, 1]


def test_a_tie_goes_to_the_earlier_slot() -> None:
    """Equal prices keep slack for later."""
    flat = np.full((1, 8), 5.0)
    room = np.ones((1, 8), dtype=np.int64)
    _, slots, _, _ = sweep_once(flat, room, [(1, 2, 8, 3, True), (1, 2, 8, 2, False)])
    assert slots[0].tolist() == [2, 3, 4]
    assert slots[1].tolist() == [5, 6]


def test_only_the_expected_part_is_bought_in_cheap_slots() -> None:
    """The declared limit is reserved behind the expected work, never in front of it."""
    price = np.asarray([[9.0, 1.0, 9.0, 1.0, 5.0, 0.0]])
    chosen = np.empty(6, np.int64)
    cost = placement.cheapest_slots(
        price[0], 0.0, np.ones(6, np.int64), 1, np.zeros(6, np.int64), 0.0, 0, 6, 4, 2, chosen
    )
    assert chosen[:4].tolist() == [1, 3, 4, 5]
    assert cost == 2.0
