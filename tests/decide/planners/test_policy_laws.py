"""What every reference policy keeps, whatever the jobs and the signal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.decide.policy_names import parsed, policy_of
from gridtide.decide.slots import (
    Answer,
    SlotJobs,
    SlotPlan,
    SlotSignal,
    load_units,
    slots_run,
    totals,
)

SLOTS = 60
POLICIES = [
    "run-at-once",
    "all-wait",
    "lowest-slot",
    "lowest-window",
    "lowest-window-oracle",
    "carbon-time",
    "carbon-time-oracle",
    "threshold",
    "wait-awhile",
    "wait-awhile-interruptible",
    "wait-awhile-deadline-interruptible",
]

PATIENT = ("all-wait", "threshold")

signals = st.lists(st.integers(-50, 400), min_size=SLOTS, max_size=SLOTS).map(
    lambda values: SlotSignal(values=np.asarray(values, dtype=np.float64), step_s=3600)
)
rows = st.tuples(
    st.integers(0, 25), st.integers(1, 8), st.integers(0, 12), st.integers(1, 6), st.integers(1, 3)
)


def jobs_of(found: list[tuple[int, int, int, int, int]]) -> SlotJobs:
    """Jobs from (arrival, length, waiting, expected, units)."""
    columns = np.asarray(found, dtype=np.int64).reshape(-1, 5).T
    return SlotJobs(
        arrival=columns[0],
        length=columns[1],
        waiting=columns[2],
        expected=columns[3],
        units=columns[4],
        deadline=np.full(len(found), -1),
        power_kw=columns[4].astype(np.float64),
    )


def run(policy: str, jobs: SlotJobs, signal: SlotSignal, capacity: int | None = None) -> SlotPlan:
    """The plan of a policy."""
    return policy_of(parsed(policy), capacity)(jobs, signal)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("capacity", [None, 5])
def test_nobody_can_write_into_a_plan(policy: str, capacity: int | None) -> None:
    """Neither its columns nor what they are part of; jobs stay as they were."""
    jobs = jobs_of([(0, 2, 3, 2, 1), (4, 1, 0, 2, 1)])
    plan = run(policy, jobs, SlotSignal(values=np.arange(60.0), step_s=3600), capacity)
    for column in (plan.offsets, plan.start, plan.end, plan.answer, jobs.arrival):
        assert not column.flags.writeable
        assert column.base is None or not column.base.flags.writeable


@pytest.mark.parametrize("policy", POLICIES)
@given(found=st.lists(rows, min_size=1, max_size=12), signal=signals)
def test_work_served_is_work_asked_inside_the_window(
    policy: str, found: list[tuple[int, int, int, int, int]], signal: SlotSignal
) -> None:
    """Every job runs exactly its length, not before its arrival, not after its patience."""
    jobs = jobs_of(found)
    plan = run(policy, jobs, signal)
    assert (plan.answer == Answer.PLACED).all()
    assert (slots_run(plan) == jobs.length).all()
    assert (plan.first >= jobs.arrival).all()
    assert (plan.finish <= jobs.arrival + jobs.length + jobs.waiting).all()


@pytest.mark.parametrize("policy", POLICIES)
@given(found=st.lists(rows, min_size=1, max_size=12), signal=signals, capacity=st.integers(3, 6))
def test_a_capacity_is_never_exceeded_and_no_job_is_lost(
    policy: str, found: list[tuple[int, int, int, int, int]], signal: SlotSignal, capacity: int
) -> None:
    """Full slots are no candidates; who finds no room is told so."""
    jobs = jobs_of(found)
    plan = run(policy, jobs, signal, capacity)
    assert (load_units(jobs, plan, SLOTS) <= capacity).all()
    placed = plan.answer == Answer.PLACED
    assert (slots_run(plan)[placed] == jobs.length[placed]).all()
    assert (slots_run(plan)[~placed] == 0).all()


@pytest.mark.parametrize("policy", POLICIES)
@given(found=st.lists(rows, min_size=1, max_size=8), signal=signals)
def test_nothing_beats_suspending_with_the_same_patience(
    policy: str, found: list[tuple[int, int, int, int, int]], signal: SlotSignal
) -> None:
    """The cheapest slots of the window are a lower bound for every policy in it."""
    jobs = jobs_of(found)
    best = totals(jobs, run("wait-awhile-interruptible", jobs, signal), signal)
    assert (best <= totals(jobs, run(policy, jobs, signal), signal) + 1e-9).all()


@given(found=st.lists(rows, min_size=1, max_size=8), signal=signals)
def test_knowing_the_length_never_hurts(
    found: list[tuple[int, int, int, int, int]], signal: SlotSignal
) -> None:
    """The oracle's window is the lowest of its candidates."""
    jobs = jobs_of(found)
    knows = totals(jobs, run("lowest-window-oracle", jobs, signal), signal)
    guesses = totals(jobs, run("lowest-window", jobs, signal), signal)
    assert (knows <= guesses + 1e-9).all()


@pytest.mark.parametrize(
    "policy", [name for name in POLICIES if name not in ("all-wait", "threshold")]
)
def test_on_a_flat_signal_nobody_waits(policy: str) -> None:
    """Ties go to the earliest slot, so that slack is kept."""
    jobs = jobs_of([(3, 4, 10, 2, 1), (5, 2, 6, 2, 2)])
    flat = SlotSignal(values=np.full(SLOTS, 0.1), step_s=3600)
    assert run(policy, jobs, flat).first.tolist() == [3, 5]


def test_a_job_past_the_end_is_answered() -> None:
    """It is neither cut nor dropped in silence."""
    jobs = jobs_of([(SLOTS - 2, 5, 0, 2, 1)])
    signal = SlotSignal(values=np.ones(SLOTS), step_s=3600)
    for policy in POLICIES:
        assert run(policy, jobs, signal).answer.tolist() == [int(Answer.PAST_END)], policy
