"""A signal that holds its value: walked by hold, every policy chooses what it chooses walked by slot."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.holds import LONG, holds_of
from gridtide.decide.policy_names import parsed, policy_of
from gridtide.decide.slots import SlotJobs, SlotPlan, SlotSignal, totals
from gridtide.testing import plain_policies as plain

POLICIES = [
    "run-at-once",
    "all-wait",
    "lowest-slot",
    "lowest-window",
    "lowest-window-oracle",
    "carbon-time",
    "carbon-time-oracle",
    "threshold",
    "threshold(abs=60)",
    "wait-awhile",
    "wait-awhile-interruptible",
    "wait-awhile-deadline-interruptible",
]
STEP_S = 600
"""Six slots an hour: a view of a day ahead is 144 slots."""

holds = st.lists(st.tuples(st.integers(-2, 9), st.integers(LONG, 40)), min_size=4, max_size=16).map(
    lambda found: SlotSignal(
        values=np.repeat(*np.asarray(found, dtype=np.int64).T).astype(np.float64) * 20.0,
        step_s=STEP_S,
    )
)
rows = st.tuples(
    st.integers(0, 140), st.integers(1, 40), st.integers(0, 60), st.integers(1, 40), st.integers(1, 3)
)  # fmt: skip


def jobs_of(found: list[tuple[int, int, int, int, int]], within: int | None = None) -> SlotJobs:
    """Jobs of (arrival, length, waiting, expected, units); within: only those that can wait and end by then."""
    kept = [row for row in found if within is None or sum(row[:3]) + row[3] <= within]
    columns = np.asarray(kept, dtype=np.int64).reshape(-1, 5).T
    return SlotJobs(
        arrival=columns[0],
        length=columns[1],
        waiting=columns[2],
        expected=columns[3],
        units=columns[4],
        deadline=np.full(len(kept), -1),
        power_kw=columns[4].astype(np.float64),
    )


def by_hold(policy: str, jobs: SlotJobs, signal: SlotSignal) -> SlotPlan:
    """The choice of a policy; the signal is one that is walked by hold."""
    assert signal.holds.are_long
    return policy_of(parsed(policy), None)(jobs, signal)


def by_slot(policy: str, jobs: SlotJobs, signal: SlotSignal) -> tuple[SlotPlan, list[float]]:
    """The choice and its totals when no hold is long enough to walk by."""
    with patch("gridtide.decide.holds.LONG", 10**9):
        plan = policy_of(parsed(policy), None)(jobs, signal)
        return plan, totals(jobs, plan, signal).tolist()


@given(signal=holds)
def test_holds_are_the_signal_again(signal: SlotSignal) -> None:
    """Neighbours differ, values come back slot by slot, and sums are those of the slots."""
    found = holds_of(signal.values)
    assert (found.values[1:] != found.values[:-1]).all()
    assert np.repeat(found.values, np.diff(found.edges)).tolist() == signal.values.tolist()
    assert found.sums.tolist() == [signal.values[:edge].sum() for edge in found.edges]


def test_a_signal_without_slots_has_no_holds() -> None:
    """Nothing in, nothing out."""
    found = holds_of(np.empty(0))
    assert found.edges.tolist() == [0] and len(found.values) == 0


def test_a_signal_that_changes_from_slot_to_slot_is_walked_by_slot() -> None:
    """Holds are walked from LONG slots a hold on."""
    assert not holds_of(np.arange(99.0)).are_long
    assert holds_of(np.repeat(np.arange(9.0), LONG)).are_long
    assert not holds_of(np.repeat(np.arange(9.0), LONG)[1:]).are_long


@pytest.mark.parametrize("policy", [*POLICIES, "wait-awhile-deadline-interruptible(ties=all)"])
@settings(max_examples=60)
@given(found=st.lists(rows, min_size=1, max_size=8), signal=holds)
def test_by_hold_is_chosen_what_is_chosen_by_slot(
    policy: str, found: list[tuple[int, int, int, int, int]], signal: SlotSignal
) -> None:
    """The same runs, the same answers for jobs past the end, and totals to 1e-9."""
    jobs = jobs_of(found)
    ours = by_hold(policy, jobs, signal)
    other, felt = by_slot(policy, jobs, signal)
    for column in ("offsets", "start", "end", "answer"):
        assert getattr(ours, column).tolist() == getattr(other, column).tolist()
    assert totals(jobs, ours, signal).tolist() == pytest.approx(felt, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("policy", [name for name in POLICIES if "(" not in name])
@settings(max_examples=60)
@given(found=st.lists(rows, min_size=1, max_size=8), signal=holds)
def test_by_hold_is_chosen_what_the_plain_writing_chooses(
    policy: str, found: list[tuple[int, int, int, int, int]], signal: SlotSignal
) -> None:
    """Slot for slot, jobs that can wait and end within the signal."""
    jobs = jobs_of(found, within=len(signal.values))
    ours = by_hold(policy, jobs, signal)
    rule = plain.plain_policy(policy, width=0, reserved=0)
    assert rule is not None
    felt = plain.PlainSignal(values=signal.values.tolist(), hour=signal.hour)
    chosen = rule(plain.plain_jobs(jobs, len(jobs)), felt)
    assert plain.slots_of(ours, len(jobs)) == chosen
