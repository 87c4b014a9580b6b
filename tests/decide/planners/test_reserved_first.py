"""Reserved machines first: when jobs start, and what the machines cost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.decide.planners.reserved_first import OTHERWISE, Settings, rent, reserved_first
from gridtide.decide.policy_names import parsed, policy_of
from gridtide.decide.slots import SlotJobs, SlotSignal

SLOTS = 80
STEP_S = 1800
Rows = list[tuple[int, int, int, int]]

rows = st.tuples(st.integers(0, 30), st.integers(1, 6), st.integers(0, 12), st.integers(1, 3))
signals = st.lists(st.integers(-9, 40), min_size=SLOTS, max_size=SLOTS).map(
    lambda values: SlotSignal(values=np.asarray(values, dtype=np.float64), step_s=STEP_S)
)


def jobs_of(found: Rows) -> SlotJobs:
    """Jobs of (arrival, length, waiting, units) whose queue's mean length is three slots."""
    columns = np.asarray(sorted(found), dtype=np.int64).T
    n = len(found)
    return SlotJobs(
        arrival=columns[0], length=columns[1], waiting=columns[2], units=columns[3],
        expected=np.full(n, 3), deadline=np.full(n, -1), power_kw=np.ones(n),
    )  # fmt: skip


@pytest.mark.parametrize("otherwise", OTHERWISE)
@given(found=st.lists(rows, min_size=1, max_size=12), signal=signals, reserved=st.integers(0, 4))
def test_a_job_starts_on_free_reserved_units_or_where_its_policy_plans_it(
    otherwise: str, found: Rows, signal: SlotSignal, reserved: int
) -> None:
    """Slot by slot, in order of arrival: the queue as the published simulator walks it; and its bill."""
    jobs = jobs_of(found)
    planned = policy_of(parsed(otherwise), None)(jobs, signal).first
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    inside: dict[int, bool] = {}
    for t in range(SLOTS):
        for j in range(len(jobs)):
            if j in starts or jobs.arrival[j] > t:
                continue
            used = sum(jobs.units[k] for k in starts if inside[k] and starts[k] <= t < ends[k])
            inside[j] = bool(used + jobs.units[j] <= reserved)
            if inside[j] or t >= planned[j]:
                starts[j], ends[j] = t, t + int(jobs.length[j])
    rule = Settings(reserved=reserved, otherwise=otherwise, spot_max_h=2.0)
    plan = reserved_first(jobs, signal, rule)
    assert plan.first.tolist() == [starts[j] for j in range(len(jobs))]
    bill = rent(jobs, signal, rule)
    assert bill.reserved == pytest.approx(0.4 * 0.0624 * reserved * max(starts.values()) / 2)
    hours = {j: jobs.units[j] * jobs.length[j] / 2 for j in starts if not inside[j]}
    spot = sum(h for j, h in hours.items() if jobs.length[j] <= 4)
    assert bill.spot == pytest.approx(0.01248 * spot)
    assert bill.on_demand == pytest.approx(0.0624 * (sum(hours.values()) - spot))


def test_nothing_reserved_is_the_other_policy() -> None:
    """Every job then starts where it is planned."""
    rng = np.random.default_rng(5)
    signal = SlotSignal(values=rng.normal(size=SLOTS), step_s=STEP_S)
    jobs = jobs_of([(int(a), 3, 8, 1) for a in rng.integers(0, 30, 40)])
    for name in OTHERWISE:
        plan = policy_of(parsed(f"reserved-first(reserved=0,else={name})"), None)(jobs, signal)
        assert plan.first.tolist() == policy_of(parsed(name), None)(jobs, signal).first.tolist()
