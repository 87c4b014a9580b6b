"""Jobs that begin in office hours of a year and wait for the next time somebody looks: for `gridtide bench shift`.

Arrivals and lengths are drawn as the second scenario of Let's Wait Awhile is described (Wiesner et al., Middleware
2021). Its carbon traces are not shipped; the signal is a stated formula. A change makes a new version.
"""

from datetime import UTC, datetime, timedelta

import numpy as np

from gridtide.decide.slots import SlotJobs, SlotSignal

VERSION = "workday-jobs 1"
START = datetime(2020, 1, 1, tzinfo=UTC)
DAYS, AFTER = 366, 8
"""Days in which jobs begin, and those behind them in which the last can wait and end."""

STEP_S, SLOTS_A_DAY = 1_800, 48
SLOTS = SLOTS_A_DAY * (DAYS + AFTER)
JOBS = 3_387
"""As many as the scenario has."""


def workday_jobs(count: int = JOBS, seed: int = 0) -> tuple[SlotJobs, SlotSignal]:
    """Jobs of 1 kW, 4 to 90 hours long, in order of arrival, without a deadline; and the signal, g/kWh."""
    rng = np.random.default_rng(seed)
    workdays = [day for day in range(DAYS) if (START + timedelta(days=day)).isoweekday() <= 5]
    of_each = rng.multinomial(count, np.full(len(workdays), 1.0 / len(workdays)))
    minutes = [
        1_440 * day + np.sort(rng.choice(range(540, 1_020, 30), many))
        for day, many in zip(workdays, of_each.tolist(), strict=True)
    ]
    length = rng.choice(range(240, 5_400, 30), count) * 60 // STEP_S
    ones = np.ones(count, dtype=np.int64)
    jobs = SlotJobs(
        arrival=np.concatenate(minutes) * 60 // STEP_S,
        length=length,
        waiting=np.zeros(count, dtype=np.int64),
        deadline=-ones,
        expected=length,
        units=ones,
        power_kw=np.ones(count),
    )
    return jobs, _signal()


def _signal() -> SlotSignal:
    """A day's wave with a dip at noon, and a saw that keeps slots apart; in parts of 1,024, so that sums are exact and
    what is equal on paper is equal here."""
    slot = np.arange(SLOTS)
    hour = slot % SLOTS_A_DAY / 2
    values = 300 + 120 * np.cos(2 * np.pi * (hour - 19) / 24)
    values = values - 60 * np.exp(-(((hour - 13) / 2) ** 2)) + 0.5 * (37 * slot % 101)
    return SlotSignal(values=np.round(1_024 * values) / 1_024, step_s=STEP_S)
