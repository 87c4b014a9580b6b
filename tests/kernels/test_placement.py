"""Placement of single jobs: what every answer keeps, and what the cheapest one is."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.kernels import placement

SLOT_S = 900
Menu = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]


def full_speed(places: int) -> Menu:
    """The menu of places that know full speed only."""
    return (
        np.arange(places),
        np.ones(places),
        np.ones(places, dtype=np.bool_),
        np.arange(places + 1),
    )


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
        free, price, np.arange(n), np.repeat(gang[:, None], len(room), axis=1), first, last, left,
        rule, (np.full(n, -1), gang),
        np.zeros((n, len(price))), (place, offsets, count, slots, np.zeros(n, dtype=np.int64)), 0.0,
        room.max(axis=1), np.zeros(n), np.zeros(room.shape, dtype=np.int64), np.zeros(len(room)),
        full_speed(len(room)),
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


def test_a_tie_stays_a_tie_at_prices_of_any_size() -> None:
    """A flat tariff in won or rupees: rounding in a running sum does not move a job."""
    for value in np.random.default_rng(0).uniform(1e3, 4e5, 200).round(2):
        for need in (3, 7, 38):
            chosen = np.empty(need, np.int64)
            placement.cheapest_run(
                np.full(600, value), 0.0, np.ones(600, np.int64), 1, np.zeros(600, np.int64), 0.0,
                5, 600, need, need, chosen,
            )  # fmt: skip
            assert chosen[0] == 5


def test_only_the_expected_part_is_bought_in_cheap_slots() -> None:
    """The declared limit is reserved behind the expected work, never in front of it."""
    price = np.asarray([[9.0, 1.0, 9.0, 1.0, 5.0, 0.0]])
    chosen = np.empty(6, np.int64)
    cost = placement.cheapest_slots(
        price[0], 0.0, np.ones(6, np.int64), 1, np.zeros(6, np.int64), 0.0, 0, 6, 4, 2, chosen
    )
    assert chosen[:4].tolist() == [1, 3, 4, 5]
    assert cost == 2.0


def money(
    price: NDArray[np.float64], slots: NDArray[np.int64], gang: int, work_s: int, restart_s: int
) -> float:
    """What a job is expected to pay in increasing slots: its work and a restart for each pause, then no more."""
    breaks = int((np.diff(slots) > 1).sum())
    used = max(1, -(-(work_s + breaks * restart_s) // SLOT_S))
    return float(price[slots[:used]].sum() * gang)


@given(
    st.lists(st.integers(-20, 50), min_size=16, max_size=24),
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 6), st.integers(300, 4500), st.booleans()),
        min_size=1, max_size=6,
    ),
    st.sampled_from([0, 300, 900]),
    st.integers(1, 3),
    st.integers(3, 5),
)  # fmt: skip
def test_a_last_pass_makes_no_job_dearer_and_says_what_slots_cost(
    values: list[int],
    rows: list[tuple[int, int, int, bool]],
    restart_s: int,
    least: int,
    units: int,
) -> None:
    """Whatever crowding led to before: a job that finds nothing cheaper keeps its slots, restarts counted."""
    n, steps = len(rows), len(values)
    price = np.asarray([values], dtype=np.float64)
    gang, begin, declared_s = (np.asarray([row[k] for row in rows]) for k in range(3))
    expected_s = np.maximum(declared_s * 2 // 3, 1)
    left = np.stack([declared_s, expected_s, np.full(n, restart_s), np.full(n, SLOT_S)], axis=1)
    rule = np.asarray([[int(row[3]), 0, least] for row in rows])
    told = (
        np.full(n, -1),
        np.arange(n + 1) * steps,
        np.zeros(n, int),
        np.zeros(n * steps, int),
        np.zeros(n, int),
    )
    free = np.full((1, steps), units)

    def sweep(weight: float) -> NDArray[np.float64]:
        cost, _, _ = placement.sweep(
            free, price, np.arange(n), gang[:, None], begin[:, None], np.full(n, steps), left, rule,
            (np.full(n, -1), gang), np.zeros((n, 1)), told, weight, np.asarray([units]), np.zeros(n),
            np.zeros((1, steps), dtype=np.int64), np.zeros(1), full_speed(1),
        )  # fmt: skip
        return np.asarray(cost)

    def paid(job: int) -> float:
        first = told[1][job]
        slots = told[3][first : first + told[2][job]]
        return money(price[0], slots, int(gang[job]), int(expected_s[job]), restart_s)

    for weight in (30.0, 5.0):
        sweep(weight)
    before = {job: paid(job) for job in range(n) if told[0][job] >= 0}
    said = sweep(0.0)
    for job, old in before.items():
        assert told[0][job] >= 0
        assert paid(job) <= old
        assert paid(job) <= said[job] + 1e-9
