"""How far set-points may slow work that runs at a place: never into the room of what is planned to begin there."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from line_of_boards import COUNT, PLACE, STUDY, orders_of

from gridtide.decide.dispatch import OF_JOBS, placement_of
from gridtide.fleet.jobs import rows
from gridtide.loop.set_points.slowable import HANDOVER_S, work_at
from gridtide.loop.world import Orders
from gridtide.testing.studies import START
from gridtide.timeline import epoch_s

STEPS, STEP_S = 16, 900
Run = tuple[int, int, int, bool]


def orders_for(runs: list[Run]) -> Orders:
    """Jobs by first step, steps, accelerators, and whether they run at the place; due an hour after the horizon."""
    one, count = orders_of(), len(runs)
    jobs = replace(
        rows(STUDY.jobs, np.zeros(count, dtype=np.int64)),
        name=np.array([f"job {number}" for number in range(count)]),
        accelerators=np.array([size for _, _, size, _ in runs]),
        deadline_s=np.full(count, epoch_s(START) + STEPS * STEP_S + 3600),
        movable=np.full(count, True),
        elastic=np.full(count, False),
    )
    places = np.array([PLACE if here else 0 for *_, here in runs])
    placement = placement_of(
        one.dispatch.placement.horizon,
        [np.arange(first, min(first + long, STEPS)) for first, long, _, _ in runs],
        dict.fromkeys(OF_JOBS, np.zeros(count)) | {"place": places},
    )
    dispatch = replace(one.dispatch, placement=placement)
    return Orders(jobs=jobs, dispatch=dispatch, promised=np.full(count, True))


def room_until(runs: list[Run], now: int) -> float:
    """The first step from now on at which what runs now, and all that is planned there, is too much."""
    there = [(range(first, first + long), size) for first, long, size, here in runs if here]
    for step in range(now, STEPS):
        if sum(size for steps, size in there if now in steps or step in steps) > COUNT:
            return step
    return np.inf


@settings(max_examples=60, deadline=None)
@given(
    runs=st.lists(
        st.tuples(st.integers(0, STEPS - 1), st.integers(1, 8), st.integers(1, 6), st.booleans()),
        min_size=1,
        max_size=12,
    ),
    now=st.integers(0, STEPS - 1),
)
def test_work_is_slowed_into_nobody_s_room(runs: list[Run], now: int) -> None:
    """Each job by its deadline, and by the first step at which others need its accelerators."""
    work = work_at(orders_for(runs), STUDY.fleet, PLACE, now)
    running = [(k, one) for k, one in enumerate(runs) if one[3] and one[0] <= now < one[0] + one[1]]
    if work is None:
        assert not running
        return
    assert work.names == tuple(f"job {k}" for k, _ in running)
    until = room_until(runs, now)
    for (_, (first, long, _, _)), may_lose_s in zip(running, work.may_lose_s, strict=True):
        end = min(first + long, STEPS)
        slack_s = (STEPS - end) * STEP_S + 3600
        assert may_lose_s == min(slack_s, (until - end) * STEP_S) - HANDOVER_S
