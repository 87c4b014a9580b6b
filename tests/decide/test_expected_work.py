"""Work that nobody has told of yet: as much as came on earlier days, at the same time, and nothing from hindsight."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.expected_work import DAY_S, DAYS, Arrivals, expected_jobs
from gridtide.fleet.jobs import NO_DEADLINE_S, Jobs, WorkClass

NOW_S = 100 * DAY_S
HOUR_S = 3600


def came(before_s: list[int], accelerators: list[int]) -> Jobs:
    """Jobs of two hours that came so many seconds ago and may take eight hours, the first without a deadline."""
    n = len(before_s)
    released_s = NOW_S - np.asarray(before_s, dtype=np.int64)
    two_h, none = np.full(n, 2 * HOUR_S), np.zeros(n, dtype=np.int64)
    return Jobs(
        name=np.asarray([f"job {number}" for number in range(n)]),
        work_class=none,
        release_s=released_s,
        deadline_s=np.where(np.arange(n) == 0, NO_DEADLINE_S, released_s + 8 * HOUR_S),
        accelerators=np.asarray(accelerators, dtype=np.int64),
        declared_s=two_h,
        expected_s=two_h,
        interruptible=none.astype(np.bool_),
        restart_s=none,
        minimum_run_s=none,
        home=none,
        allowed=np.ones((n, 1), dtype=np.bool_),
        movable=np.ones(n, dtype=np.bool_),
        elastic=none.astype(np.bool_),
        data_gb=np.zeros(n),
        sensitivity=none,
        classes=(WorkClass(name="work", value_per_accelerator_h=1.0),),
    )


def seen(jobs: Jobs, days: int) -> Arrivals:
    """What came in so many days up to now."""
    return Arrivals(since_s=NOW_S - days * DAY_S, until_s=NOW_S, told=(jobs,))


@settings(max_examples=60, deadline=None)
@given(
    told=st.lists(
        st.tuples(st.integers(0, DAYS * DAY_S), st.integers(1, 64)), min_size=1, max_size=40
    ),
    days=st.integers(1, DAYS),
    ahead_h=st.integers(1, 24),
)
def test_as_many_accelerator_hours_are_expected_as_came_on_the_mean_of_the_days_seen(
    told: list[tuple[int, int]], days: int, ahead_h: int
) -> None:
    """Within the largest job, in every stretch from now on; each comes later than now, whole days after one that
    came, with its deadline."""
    jobs = came([one for one, _ in told], [size for _, size in told])
    found = expected_jobs(seen(jobs, days), NOW_S + ahead_h * HOUR_S)
    ago_s = NOW_S - jobs.release_s
    again_s = ago_s[:, None] - np.arange(1, days + 1)[None, :] * DAY_S
    counts = (again_s < 0) & (again_s >= -ahead_h * HOUR_S) & (ago_s[:, None] <= days * DAY_S)
    mean = float((counts * jobs.accelerators[:, None]).sum()) / days
    got = 0.0 if found is None else float(found.accelerators.sum())
    assert abs(got - mean) <= jobs.accelerators.max() + 1e-9
    if found is None:
        return
    assert found.release_s.min() > NOW_S and found.release_s.max() <= NOW_S + ahead_h * HOUR_S
    assert (np.diff(found.release_s) >= 0).all() and len(set(found.name)) == len(found)
    dated = found.deadline_s < NO_DEADLINE_S
    assert (found.deadline_s[dated] - found.release_s[dated] == 8 * HOUR_S).all()


def test_nothing_is_expected_before_a_first_day_is_over() -> None:
    """At an hour that no day before has shown, nobody knows."""
    jobs = came([HOUR_S], [8])
    arrivals = Arrivals(since_s=NOW_S - 2 * HOUR_S, until_s=NOW_S, told=(jobs,))
    assert expected_jobs(arrivals, NOW_S + 12 * HOUR_S) is None
    found = expected_jobs(arrivals, NOW_S + 24 * HOUR_S)
    assert found is not None and found.release_s.tolist() == [NOW_S + 23 * HOUR_S]
