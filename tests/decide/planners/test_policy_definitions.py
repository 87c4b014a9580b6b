"""Every reference policy beside a second writing of its definition, slot by slot in exact fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.decide.policy_names import parsed, policy_of
from gridtide.decide.slots import Answer, SlotJobs, SlotPlan, SlotSignal, load_units, slots_run

Values = list[Fraction]
Row = tuple[int, int, int, int, int]
"""Arrival, length, waiting, expected length, deadline (-1: none)."""

KNOWN_BY_WINDOW = ("lowest-window", "lowest-window-oracle", "carbon-time", "carbon-time-oracle")


def by_window(name: str, values: Values, row: Row, hour: int) -> list[int]:
    """Start offsets in the order of preference: candidates hourly from the arrival, ties earliest."""
    arrival, length, waiting, expected, _ = row
    seen = length if name.endswith("oracle") else expected
    sums = {
        i: sum(values[arrival + i : arrival + i + seen], Fraction(0))
        for i in range(0, waiting + 1, hour)
        if arrival + i + seen <= len(values)
    }
    if name.startswith("carbon-time"):
        sums = {i: (total - sums[0]) / (i + seen) for i, total in sums.items()}
    return sorted(sums, key=lambda i: (sums[i], i)) or [0]


def by_threshold(values: Values, row: Row, hour: int) -> list[int]:
    """The slots of the walk: strictly below the interpolated quantile, or no wait left."""
    arrival, length, remaining, _, _ = row
    view = sorted(values[arrival : arrival + 24 * hour])
    position = Fraction(3, 10) * (len(view) - 1)
    low = math.floor(position)
    high = min(low + 1, len(view) - 1)
    limit = view[low] + (position - low) * (view[high] - view[low])
    chosen: list[int] = []
    t = arrival
    while len(chosen) < length and t < len(values):
        if values[t] < limit or remaining == 0:
            chosen.append(t)
        else:
            remaining -= 1
        t += 1
    return chosen


def by_deadline(name: str, values: Values, row: Row) -> list[int]:
    """The slots of Let's Wait Awhile: once or in pieces; at once where the window is too short."""
    arrival, length, waiting, _, deadline = row
    whole = "ties=all" in name
    end = arrival + length + waiting if deadline < 0 else deadline + ("inclusive" in name)
    end = min(end, len(values))
    if end - arrival < length:
        end = min(arrival + length, len(values))
    if "interruptible" in name:
        ranked = sorted(range(arrival, end), key=lambda t: (values[t], t))[:length]
        if whole:
            ranked = [t for t in range(arrival, end) if values[t] <= values[ranked[-1]]]
        return sorted(ranked)
    starts = range(arrival, end - length + 1)
    best = min(starts, key=lambda s: (sum(values[s : s + length]), s), default=arrival)
    return list(range(best, best + length))


def as_defined(name: str, values: Values, row: Row, hour: int) -> list[int]:
    """The slots of one job by the definition; beyond the data where the job does not fit."""
    arrival, length, waiting, _, _ = row
    if name.startswith("wait-awhile"):
        return by_deadline(name, values, row)
    if name == "threshold":
        return by_threshold(values, row, hour)
    start = arrival
    if name == "all-wait":
        start = arrival + waiting
    if name == "lowest-slot":
        last = min(arrival + waiting, len(values) - 1)
        start = min(range(arrival, last + 1), key=lambda t: (values[t], t))
    if name in KNOWN_BY_WINDOW:
        start = arrival + by_window(name, values, row, hour)[0]
    return list(range(start, start + length))


def slots_of(plan: SlotPlan, job: int) -> list[int]:
    """The slots of one job of a plan."""
    runs = range(plan.offsets[job], plan.offsets[job + 1])
    return [t for run in runs for t in range(plan.start[run], plan.end[run])]


def jobs_of(rows: list[Row], units: list[int] | None = None) -> SlotJobs:
    """Jobs of rows."""
    columns = np.asarray(rows, dtype=np.int64).T
    return SlotJobs(
        arrival=columns[0], length=columns[1], waiting=columns[2], expected=columns[3],
        deadline=columns[4], units=np.asarray(units or [1] * len(rows)), power_kw=np.ones(len(rows)),
    )  # fmt: skip


NAMES = (
    "run-at-once", "all-wait", "lowest-slot", *KNOWN_BY_WINDOW, "threshold", "wait-awhile",
    "wait-awhile(end=inclusive)", "wait-awhile-interruptible", "wait-awhile-deadline-interruptible",
    "wait-awhile-deadline-interruptible(end=inclusive,ties=all)",
)  # fmt: skip


@st.composite
def instances(draw: st.DrawFn) -> tuple[Values, list[Row], int]:
    """Short signals with negative values, floors and ties, and jobs that arrive anywhere inside."""
    cents = st.one_of(st.integers(-20_000, 40_000), st.integers(-1, 2), st.just(5_570))
    values = [Fraction(value, 100) for value in draw(st.lists(cents, min_size=1, max_size=60))]
    rows: list[Row] = []
    for _ in range(draw(st.integers(1, 4))):
        arrival = draw(st.integers(0, len(values) - 1))
        deadline = draw(st.one_of(st.just(-1), st.integers(arrival + 1, arrival + 30)))
        rest = draw(st.tuples(st.integers(1, 12), st.integers(0, 30), st.integers(1, 12)))
        rows.append((arrival, *rest, deadline))
    return values, rows, draw(st.sampled_from([900, 1800, 3600]))


@pytest.mark.parametrize("name", NAMES)
@given(found=instances())
def test_a_policy_chooses_what_its_definition_says(
    name: str, found: tuple[Values, list[Row], int]
) -> None:
    """Slot by slot, with ties to the earliest; a job that does not fit into the data is said to be past it."""
    values, rows, step_s = found
    signal = SlotSignal(values=np.asarray([float(value) for value in values]), step_s=step_s)
    plan = policy_of(parsed(name), None)(jobs_of(rows), signal)
    for job, row in enumerate(rows):
        wanted = as_defined(name, values, row, 3600 // step_s)
        fits = len(wanted) >= row[1] and wanted[-1] < len(values)
        assert plan.answer[job] == (Answer.PLACED if fits else Answer.PAST_END)
        assert slots_of(plan, job) == (wanted if fits else [])


@given(found=instances(), width=st.integers(0, 16))
def test_a_one_slot_job_moves_to_the_lowest_slot_on_both_sides(
    found: tuple[Values, list[Row], int], width: int
) -> None:
    """Both ends of the window count, ties go to the earliest, and the data end the window."""
    values, rows, step_s = found
    signal = SlotSignal(values=np.asarray([float(value) for value in values]), step_s=step_s)
    short = [(row[0], 1, *row[2:]) for row in rows]
    plan = policy_of(parsed(f"bidirectional(w={width})"), None)(jobs_of(short), signal)
    for job, (arrival, *_) in enumerate(rows):
        around = range(max(0, arrival - width), min(len(values), arrival + width + 1))
        assert slots_of(plan, job) == [min(around, key=lambda t: (values[t], t))]


@pytest.mark.parametrize("name", [*NAMES, "reserved-first(reserved=2)", "vcc"])
@given(found=instances(), capacity=st.integers(1, 4), units=st.lists(st.integers(1, 3), min_size=4))
def test_with_a_capacity_work_is_placed_while_there_is_room_for_it(
    name: str, found: tuple[Values, list[Row], int], capacity: int, units: list[int]
) -> None:
    """Never more units than there are; a job left out would not have fitted in what the others leave."""
    values, rows, step_s = found
    rows = sorted(rows)
    jobs = jobs_of(rows, units[: len(rows)])
    signal = SlotSignal(values=np.asarray([float(value) for value in values]), step_s=step_s)
    plan = policy_of(parsed(name), capacity)(jobs, signal)
    load = load_units(jobs, plan, len(values))
    assert (load <= capacity).all()
    for job in np.flatnonzero(plan.answer == Answer.NO_ROOM):
        later = load[jobs.arrival[job] :] + jobs.units[job] <= capacity
        assert "vcc" in name or name == "all-wait" or not has_run(later, int(jobs.length[job]))
    placed = plan.answer == Answer.PLACED
    if "ties" not in name:
        assert (slots_run(plan)[placed] == jobs.length[placed]).all()


def has_run(free: np.ndarray[tuple[int], np.dtype[np.bool_]], length: int) -> bool:
    """Whether so many slots in a row are free."""
    if len(free) < length:
        return False
    return bool((np.convolve(free, np.ones(length, int), mode="valid") == length).any())


def test_a_job_past_the_end_is_past_the_end_with_a_capacity_too() -> None:
    """Machines enough, data too short: that is no lack of room."""
    signal = SlotSignal(values=np.arange(20.0), step_s=3600)
    for name in (*NAMES, "reserved-first(reserved=2)", "vcc"):
        for capacity in (None, 100):
            plan = policy_of(parsed(name), capacity)(jobs_of([(18, 5, 0, 5, -1)]), signal)
            assert plan.answer.tolist() == [Answer.PAST_END], (name, capacity)


def test_a_job_whose_slots_are_all_full_runs_in_the_first_free_ones() -> None:
    """Interruptible work is late like any other, and not left out of the comparison."""
    signal = SlotSignal(values=np.arange(12.0), step_s=3600)
    rows: list[Row] = [(0, 4, 0, 4, -1), (1, 2, 1, 2, -1)]
    for name in ("wait-awhile-interruptible", "wait-awhile-deadline-interruptible"):
        plan = policy_of(parsed(name), 1)(jobs_of(rows), signal)
        assert slots_of(plan, 1) == [4, 5], name


def test_equal_sums_stay_a_tie_late_in_a_long_signal() -> None:
    """Differences of a long running sum are rounded; the earliest of equal starts wins all the same."""
    halves = np.random.default_rng(2).integers(1, 10**7, (4_000, 2)) / 100.0
    even = np.stack([*halves.T, -halves.sum(axis=1), np.zeros(4_000)], axis=1).ravel()
    signal = SlotSignal(values=np.concatenate([np.full(20_000, 359_500.7), even]), step_s=900)
    rows: list[Row] = [(arrival, 4, 12, 4, -1) for arrival in range(20_000, 35_000, 4)]
    for name in ("lowest-window", "lowest-window-oracle", "carbon-time"):
        plan = policy_of(parsed(name), None)(jobs_of(rows), signal)
        assert (plan.first == [row[0] for row in rows]).all(), name


@pytest.mark.parametrize(
    "text",
    [
        "threshold(abs=nan)", "threshold(horizon=inf)", "threshold(horizon=0)", "threshold(q=0.3",
        "threshold(q)", "threshold(q=0.1,q=0.2)", "bidirectional(w=-1)", "bidirectional(w=1.5)",
        "reserved-first(reserved=-1)", "reserved-first(else=fastest)", "vcc(signal=nan)",
        "vcc(peak=inf)", "vcc(strike=0)", "vcc(cooldown=-1)",
    ],
)  # fmt: skip
def test_a_setting_that_makes_no_sense_is_refused(text: str) -> None:
    """With its range, before anything runs."""
    from gridtide.finding import BadInput

    with pytest.raises(BadInput):
        policy_of(parsed(text), None)
