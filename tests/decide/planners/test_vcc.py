"""The virtual capacity curve: its published vectors and its laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.decide.planners.vcc import Settings, capacity_curve, vcc
from gridtide.decide.slots import SlotJobs, SlotSignal, load_units
from gridtide.kernels.slot_choice import admitted_starts

INFLEXIBLE = [
    *(60, 58, 56, 55, 57, 62, 70, 78, 82, 84, 83, 82),
    *(80, 79, 80, 82, 84, 85, 83, 80, 76, 72, 67, 63),
]
CARBON = [
    *(420, 410, 405, 400, 400, 410, 430, 450, 430, 380, 320, 280),
    *(260, 255, 270, 320, 390, 460, 500, 510, 500, 480, 460, 440),
]


def published(peak_weight: float) -> tuple[float, float]:
    """Objective and peak of the published day: 300 kWh flexible, at most 30 kW, under 110 kW."""
    inflexible = np.asarray([INFLEXIBLE], dtype=np.float64)
    signal = np.asarray([CARBON], dtype=np.float64)
    curve = capacity_curve(
        inflexible, np.asarray([300.0]), signal, 110.0, Settings(peak_weight=peak_weight), 30.0
    )
    kilograms = float(((curve - inflexible) * signal).sum() / 1e3)
    return kilograms + peak_weight * float(curve.max()), float(curve.max())


@pytest.mark.parametrize(
    ("peak_weight", "objective", "peak"),
    [(0.0, 99.085, 110.0), (0.5, 154.085, 110.0), (5.0, 552.572, 85.783)],
)
def test_the_published_day_is_met(peak_weight: float, objective: float, peak: float) -> None:
    """24 hours with their optimum at three prices of the peak."""
    found, highest = published(peak_weight)
    assert found == pytest.approx(objective, abs=5e-4)
    assert highest == pytest.approx(peak, abs=5e-4)


days = st.lists(st.floats(0, 80), min_size=24, max_size=24)
prices = st.lists(st.integers(-50, 500), min_size=24, max_size=24)


@given(
    inflexible=days,
    signal=prices,
    share=st.floats(0, 1),
    ratio=st.floats(1, 1.5),
    peak=st.floats(0, 10),
)
def test_the_curve_holds_the_day_s_work(
    inflexible: list[float], signal: list[int], share: float, ratio: float, peak: float
) -> None:
    """Its sum over the ratio is inflexible plus flexible use, and it never leaves the capacity."""
    base = np.asarray([inflexible])
    capacity = 100.0 * ratio
    work = np.asarray([share * (100.0 - base).sum()])
    curve = capacity_curve(
        base, work, np.asarray([signal], dtype=np.float64), capacity,
        Settings(usage_ratio=ratio, peak_weight=peak),
    )  # fmt: skip
    assert curve.sum() / ratio == pytest.approx(base.sum() + work[0], rel=1e-6, abs=1e-6)
    assert (curve <= capacity * (1 + 1e-9) + 1e-6).all()
    assert (curve >= ratio * base - 1e-6).all()


@given(inflexible=days, signal=prices, work=st.floats(1, 500))
def test_a_peak_price_alone_flattens(
    inflexible: list[float], signal: list[int], work: float
) -> None:
    """Without weight on the signal the day's peak is the least that holds the work."""
    base = np.asarray([inflexible])
    rule = Settings(signal_weight=0.0, peak_weight=1.0)
    curve = capacity_curve(base, np.asarray([work]), np.asarray([signal], float), np.inf, rule)
    top = float(curve.max())
    room = float(np.clip(top - base, 0.0, None).sum())
    assert top == pytest.approx(float(base.max()), abs=1e-6) or room == pytest.approx(
        work, rel=1e-5
    )


@given(
    signal=st.lists(st.integers(0, 500), min_size=24, max_size=24, unique=True),
    work=st.floats(1, 500),
)
def test_a_signal_alone_fills_the_cheapest_hours(signal: list[int], work: float) -> None:
    """Without weight on the peak, dearer hours stay empty while cheaper ones have room."""
    hourly = np.asarray([signal], dtype=np.float64)
    curve = capacity_curve(
        np.zeros((1, 24)), np.asarray([work]), hourly, 40.0, Settings(peak_weight=0.0)
    )[0]
    ordered = curve[np.argsort(hourly[0])]
    filled = ordered > 1e-6
    assert (ordered[: max(0, int(filled.sum()) - 1)] >= 40.0 - 1e-6).all()


def jobs_of(arrival: list[int], length: int, units: int) -> SlotJobs:
    """Equal jobs."""
    n = len(arrival)
    same = np.full(n, length)
    return SlotJobs(
        arrival=np.asarray(arrival), length=same, waiting=np.full(n, 24), deadline=np.full(n, -1),
        expected=same, units=np.full(n, units), power_kw=np.ones(n),
    )  # fmt: skip


def test_jobs_wait_for_the_hours_the_curve_opens() -> None:
    """Twelve jobs a day at midnight: from the second day on they run in the cheap hours."""
    arrival = [24 * day for day in range(6) for _ in range(12)]
    values = np.tile(np.where(np.arange(24) >= 12, 100.0, 400.0), 8)
    signal = SlotSignal(values=values, step_s=3600)
    jobs = jobs_of(arrival, 1, 1)
    plan = vcc(jobs, signal, Settings(peak_weight=0.0, capacity=4))
    load = load_units(jobs, plan, len(values)).reshape(8, 24)
    assert load[0, :3].tolist() == [4, 4, 4]
    assert load[1, :12].sum() == 0
    assert load[1, 12:].sum() == 12
    assert load.max() <= 4


def test_a_limit_that_leaves_work_over_two_days_is_lifted() -> None:
    """A job larger than any curve waits until the strikes are counted, then runs."""
    arrival = [0, 24, 24, 48, 72]
    units = np.asarray([1, 50, 1, 1, 1])
    base = jobs_of(arrival, 1, 1)
    jobs = SlotJobs(
        arrival=base.arrival, length=base.length, waiting=base.waiting, deadline=base.deadline,
        expected=base.expected, units=units, power_kw=base.power_kw,
    )  # fmt: skip
    signal = SlotSignal(values=np.ones(24 * 8), step_s=3600)
    plan = vcc(jobs, signal, Settings(peak_weight=1.0))
    assert plan.first.tolist() == [0, 72, 72, 72, 72]


def test_later_arrivals_do_not_change_earlier_starts() -> None:
    """A curve is drawn from the days before: what arrives later cannot move what has started."""
    rng = np.random.default_rng(3)
    arrival = np.sort(rng.integers(0, 24 * 9, 120)).tolist()
    signal = SlotSignal(values=rng.normal(200, 50, 24 * 12), step_s=3600)
    whole = vcc(jobs_of(arrival, 2, 3), signal, Settings(capacity=30)).first
    early = [a for a in arrival if a < 24 * 5]
    part = vcc(jobs_of(early, 2, 3), signal, Settings(capacity=30)).first
    started = part < 24 * 5
    assert (whole[: len(early)][started] == part[started]).all()


def admitted(
    rows: list[tuple[int, int, int]], limit: list[float], strike: int, cooldown: int
) -> list[int]:
    """Starts of jobs (arrival, length, units) under a limit, by the definition; days of four slots."""
    starts: dict[int, int] = {}
    strikes, lifted = 0, 0
    for t in range(len(limit)):
        if t and t % 4 == 0 and t >= lifted:
            behind = any(
                a + n <= t and starts.get(j, len(limit)) + n > t for j, (a, n, _) in enumerate(rows)
            )
            strikes = strikes + 1 if behind else 0
            if strikes >= strike:
                strikes, lifted = 0, t + 4 * cooldown
        for j, (arrival, _, units) in enumerate(rows):
            if j in starts:
                continue
            used = sum(rows[k][2] for k, s in starts.items() if s <= t < s + rows[k][1])
            if arrival > t or (t >= lifted and used + units > limit[t]):
                break
            starts[j] = t
    return [starts.get(j, -1) for j in range(len(rows))]


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 20), st.integers(1, 6), st.integers(1, 4)), min_size=1, max_size=8
    ),
    limit=st.lists(st.integers(0, 6).map(float), min_size=32, max_size=32),
    strike=st.integers(1, 3),
    cooldown=st.integers(0, 3),
)
def test_jobs_are_admitted_in_order_and_work_left_over_is_counted_by_day(
    rows: list[tuple[int, int, int]], limit: list[float], strike: int, cooldown: int
) -> None:
    """Beside a second writing: a day counts when work that could have ended by then has not."""
    rows = sorted(rows)
    columns = np.asarray(rows, dtype=np.int64).T
    free = np.zeros(32, dtype=np.int64)
    rule = (4, strike, cooldown)
    found = admitted_starts(
        columns[0], columns[1], columns[2], np.asarray(limit), free, False, rule
    )
    assert found.tolist() == admitted(rows, limit, strike, cooldown)


def test_reserving_more_than_is_used_does_not_admit_more_than_the_day_holds() -> None:
    """A job's units are what it reserves: with a ratio of 2 the day's curve still sums to its unit-hours."""
    arrival = [24 * day for day in range(6) for _ in range(12)]
    signal = SlotSignal(values=np.tile(np.where(np.arange(24) >= 12, 100.0, 400.0), 8), step_s=3600)
    for ratio in (1.0, 2.0):
        rule = Settings(signal_weight=0.0, peak_weight=1.0, usage_ratio=ratio)
        load = load_units(
            jobs_of(arrival, 1, 2), vcc(jobs_of(arrival, 1, 2), signal, rule), len(signal.values)
        )
        assert load[24:48].max() <= 2, ratio
