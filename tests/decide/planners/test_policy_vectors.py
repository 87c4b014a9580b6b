"""The published vectors of the reference policies, digit by digit."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gridtide.decide.deadline_rules import deadlines
from gridtide.decide.policy_names import parsed, policy_of
from gridtide.decide.slots import SlotJobs, SlotPlan, SlotSignal
from gridtide.timeline import epoch_s

HOURS = (
    "420 410 380 300 260 250 255 310 390 430 440 435 400 330 240 180 150 160 210 320 410 450 460 440 "
    "415 405 370 290 250 245 260 320"
)
HOURLY = SlotSignal(values=np.asarray(HOURS.split(), dtype=np.float64), step_s=3600)
JOBS = {"A": (0, 3, 6, 3), "C": (8, 5, 10, 3), "D": (2, 2, 4, 2)}

VECTORS = {
    "run-at-once": {"A": ([0], 1210), "C": ([0], 2095), "D": ([0], 680)},
    "lowest-slot": {"A": ([5], 815), "C": ([8], 1250), "D": ([3], 505)},
    "lowest-window": {"A": ([4], 765), "C": ([7], 1020), "D": ([3], 505)},
    "lowest-window-oracle": {"A": ([4], 765), "C": ([6], 940), "D": ([3], 505)},
    "carbon-time": {"A": ([3], 810), "C": ([7], 1020), "D": ([2], 510)},
    "carbon-time-oracle": {"A": ([3], 810), "C": ([6], 940), "D": ([2], 510)},
    "wait-awhile-interruptible": {
        "A": ([4, 5, 6], 765),
        "C": ([6, 7, 8, 9, 10], 940),
        "D": ([3, 4], 505),
    },
    "threshold": {"A": ([5, 6, 8], 895), "C": ([6, 7, 8, 9, 10], 940), "D": ([3, 4], 505)},
}
"""Policy -> job -> start offset (or chosen offsets), and the sum of the signal over the job."""


def one_job(arrival: int, length: int, waiting: int, expected: int, deadline: int = -1) -> SlotJobs:
    """A single job of one unit and one kilowatt."""
    return SlotJobs(
        arrival=np.asarray([arrival]),
        length=np.asarray([length]),
        waiting=np.asarray([waiting]),
        deadline=np.asarray([deadline]),
        expected=np.asarray([expected]),
        units=np.ones(1, dtype=np.int64),
        power_kw=np.ones(1),
    )


def slots(plan: SlotPlan) -> list[int]:
    """The slots of the only job of a plan."""
    return [t for begin, end in zip(plan.start, plan.end, strict=True) for t in range(begin, end)]


@pytest.mark.parametrize("job", sorted(JOBS))
@pytest.mark.parametrize("policy", sorted(VECTORS))
def test_a_policy_chooses_what_the_literature_says(policy: str, job: str) -> None:
    """Start offsets and sums of three jobs on thirty-two hours."""
    arrival, length, waiting, expected = JOBS[job]
    offsets, total = VECTORS[policy][job]
    plan = policy_of(parsed(policy), None)(one_job(arrival, length, waiting, expected), HOURLY)
    chosen = slots(plan)
    if len(offsets) == 1:
        offsets = list(range(offsets[0], offsets[0] + length))
    assert [t - arrival for t in chosen] == offsets
    assert HOURLY.values[chosen].sum() == total


@pytest.mark.parametrize(("job", "theta"), [("A", 259.5), ("C", 259.0), ("D", 259.5)])
def test_the_threshold_is_the_interpolated_quantile(job: str, theta: float) -> None:
    """Position 0.3 (n - 1), the view cut at the end of the data."""
    arrival = JOBS[job][0]
    assert np.quantile(HOURLY.values[arrival : arrival + 24], 0.3) == pytest.approx(theta)


WEEK = datetime(2020, 6, 3, tzinfo=UTC)
SLOT = timedelta(minutes=30)
K = np.arange(48 * 14)
H = (K % 48) / 2
WAVE = SlotSignal(
    values=300
    + 120 * np.cos(2 * np.pi * (H - 19) / 24)
    - 60 * np.exp(-(((H - 13) / 2) ** 2))
    + 0.5 * ((37 * K) % 101),
    step_s=1800,
)

RULES = [
    ("06-03 11:00", 10, "next-workday", "06-03 16:00", "06-03 15:30", 1, "06-03 11:00"),
    ("06-05 15:00", 20, "next-workday", "06-08 09:00", "06-08 08:30", 13, "06-07 03:00"),
    ("06-04 12:00", 9, "semi-weekly", "06-08 09:00", "06-08 08:30", 9, "06-07 04:30"),
]
"""Arrival, length, rule; deadline, last slot and runs when interruptible, start when not."""

MEANS = [
    (293.8270, 293.8270, 293.8270),
    (203.5950, 227.4301, 409.3144),
    (191.1525, 209.4820, 317.0534),
]
"""Mean signal when interruptible, when not, and at once."""


@pytest.mark.parametrize(("row", "means"), list(zip(RULES, MEANS, strict=True)))
def test_deadline_rules_and_both_ways_to_wait(
    row: tuple[str, int, str, str, str, int, str], means: tuple[float, float, float]
) -> None:
    """Deadline, last slot, runs and means of Let's Wait Awhile with its inclusive end."""
    arrives, length, rule, due, last, runs, start = row
    mean, mean_once, at_once = means
    arrival = (datetime.fromisoformat(f"2020-{arrives}+00:00") - WEEK) // SLOT
    finish_s = epoch_s(WEEK + (arrival + length) * SLOT)
    deadline_s = int(deadlines(rule, np.asarray([finish_s]), "UTC", as_published=False)[0])
    assert clock(deadline_s) == due
    job = one_job(arrival, length, 0, length, deadline=(deadline_s - epoch_s(WEEK)) // 1800)
    split = policy_of(parsed("wait-awhile-deadline-interruptible(end=inclusive)"), None)(job, WAVE)
    once = policy_of(parsed("wait-awhile(end=inclusive)"), None)(job, WAVE)
    assert clock(epoch_s(WEEK) + 1800 * (int(split.end[-1]) - 1)) == last
    assert len(split.start) == runs
    assert WAVE.values[slots(split)].mean() == pytest.approx(mean, abs=5e-5)
    assert clock(epoch_s(WEEK) + 1800 * int(once.start[0])) == start
    assert WAVE.values[slots(once)].mean() == pytest.approx(mean_once, abs=5e-5)
    assert WAVE.values[arrival : arrival + length].mean() == pytest.approx(at_once, abs=5e-5)


def clock(seconds: int) -> str:
    """Month, day and time of seconds since 1970."""
    return f"{datetime.fromtimestamp(seconds, UTC):%m-%d %H:%M}"


def test_friday_evening_leads_to_monday_or_as_published_to_saturday() -> None:
    """The product's own rule skips the weekend; the paper's code does not."""
    evening = np.asarray([epoch_s(datetime(2020, 6, 5, 18, tzinfo=UTC))])
    assert clock(int(deadlines("next-workday", evening, "UTC")[0])) == "06-08 09:00"
    assert (
        clock(int(deadlines("next-workday", evening, "UTC", as_published=True)[0])) == "06-06 09:00"
    )


def test_nine_o_clock_is_nine_o_clock_across_a_change_of_the_clock() -> None:
    """In Berlin summer time began on 2020-03-29: 09:00 is 07:00 UTC then, 08:00 before."""
    for day, hour in ((27, 8), (30, 7)):
        night = np.asarray([epoch_s(datetime(2020, 3, day, 2, tzinfo=UTC))])
        due = datetime.fromtimestamp(int(deadlines("next-workday", night, "Europe/Berlin")[0]), UTC)
        assert (due.day, due.hour) == (day, hour)


def test_bidirectional_takes_the_lowest_slot_on_both_sides() -> None:
    """Both ends of the window count."""
    assert slots(policy_of(parsed("bidirectional(w=2)"), None)(one_job(7, 1, 0, 1), HOURLY)) == [5]
    assert slots(policy_of(parsed("bidirectional(w=1)"), None)(one_job(7, 1, 0, 1), HOURLY)) == [6]


def test_reserved_units_are_used_before_a_better_hour_is_waited_for() -> None:
    """One unit is reserved: the first job takes it at once, the second waits for its lowest window."""
    jobs = SlotJobs(
        arrival=np.zeros(2, dtype=np.int64),
        length=np.full(2, 3),
        waiting=np.full(2, 6),
        deadline=np.full(2, -1),
        expected=np.full(2, 3),
        units=np.ones(2, dtype=np.int64),
        power_kw=np.ones(2),
    )
    plan = policy_of(parsed("reserved-first(reserved=1)"), None)(jobs, HOURLY)
    assert plan.first.tolist() == [0, 3]
