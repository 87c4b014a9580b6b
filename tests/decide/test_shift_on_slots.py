"""Logs on a grid of slots: published workloads, run times in whole slots, and errors over seeds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from gridtide.decide.policy_names import parsed
from gridtide.decide.shift import ForecastError, PastEnd, Patience, Shift, shift, slot_jobs
from gridtide.finding import BadInput
from gridtide.fleet.trace import JobTrace, trace_of
from gridtide.signals.signal import Kind, Signal
from gridtide.sources.grid_hourly import GridHourly
from gridtide.sources.pai import PaiJobs
from gridtide.timeline import Timeline, epoch_s, regular

START = datetime(2020, 1, 1, tzinfo=UTC)
START_S = epoch_s(START)
QUEUES = Patience(short_s=6 * 3600, long_s=24 * 3600)
SUSPENDED = "wait-awhile-deadline-interruptible(end=inclusive,ties=all)"


def carbon(values: np.ndarray[tuple[int], np.dtype[np.float64]], step_s: int) -> Signal:
    """A signal from the start of 2020."""
    return Signal(
        kind=Kind.CARBON_AVERAGE, zone="here", source="made up", values=values,
        timeline=regular(START, timedelta(seconds=step_s), len(values)),
    )  # fmt: skip


def shifted(
    trace: JobTrace, signal: Signal, policies: str, *, step_s: int, patience: Patience = QUEUES,
    error: ForecastError | None = None, truncated: bool = False,
) -> Shift:  # fmt: skip
    """A shift on slots of some seconds."""
    return shift(
        trace, signal, grid=grid_of(signal, step_s), patience=patience, capacity=None,
        choices=tuple(parsed(text) for text in policies.split(";")), past_end=PastEnd.DROP,
        error=error or ForecastError(), truncated=truncated,
    )  # fmt: skip


def grid_of(signal: Signal, step_s: int) -> Timeline:
    """Slots over the signal's period."""
    span_s = int(signal.timeline.edges_s[-1] - signal.timeline.edges_s[0])
    return regular(START, timedelta(seconds=step_s), span_s // step_s)


def project_jobs() -> JobTrace:
    """Scenario II of Let's Wait Awhile: 3,387 jobs on the workdays of 2020, as its generator draws them."""
    rng = np.random.default_rng(0)
    days = [START + timedelta(days=day) for day in range(366)]
    workdays = [day for day in days if day.weekday() < 5]
    counts = iter(rng.multinomial(3387, [1 / len(workdays)] * len(workdays)))
    submit_s: list[int] = []
    for day in days:
        count = next(counts) if day.weekday() < 5 else 0
        minutes = np.sort(rng.choice(np.arange(540, 1020, 30), count))
        submit_s += [epoch_s(day) + 60 * int(minute) for minute in minutes]
    minutes = rng.choice(np.arange(240, 5400, 30), 3387)
    return trace_of(source="scenario II", submit_s=np.asarray(submit_s), duration_s=minutes * 60)


def monday_or_thursday(finish: datetime) -> datetime:
    """The first Monday or Thursday 09:00 that is not before the natural end."""
    nine = finish.replace(hour=9, minute=0)
    while nine < finish or nine.weekday() not in (0, 3):
        nine += timedelta(days=1)
    return nine


def test_the_published_project_jobs_save_what_a_second_writing_saves() -> None:
    """3,387 jobs by the semi-weekly rule with the paper's inclusive end and its ties, slot by slot."""
    trace = project_jobs()
    assert len(trace) == 3387
    k = np.arange(48 * 366)
    values = np.round(300 + 120 * np.cos(2 * np.pi * (k % 48 - 38) / 48) + 5.0 * ((37 * k) % 7))
    patience = Patience(short_s=0, long_s=0, rule="semi-weekly", as_published=True)
    found = shifted(
        trace, carbon(values, 1800), f"run-at-once;{SUSPENDED}", step_s=1800, patience=patience
    )
    total = at_once = 0.0
    for row in found.kept:
        arrival = (int(trace.submit_s[row]) - START_S) // 1800
        length = int(trace.duration_s[row]) // 1800
        finish = START + timedelta(minutes=30 * (arrival + length))
        last = (epoch_s(monday_or_thursday(finish)) - START_S) // 1800
        window = values[arrival : last + 1]
        total += window[window <= np.sort(window)[length - 1]].sum()
        at_once += values[arrival : arrival + length].sum()
    assert len(found.kept) > 3300
    assert found.results[0].total == pytest.approx(at_once / 2000)
    assert found.results[1].saving == pytest.approx(1 - total / at_once, abs=1e-9)


def test_run_times_in_whole_slots_equal_interpolated_hours() -> None:
    """Five-second slots against running sums of the hours, interpolated inside the hour: the published
    simulator's totals, run times cut to whole slots."""
    rng = np.random.default_rng(4)
    hourly = np.round(rng.uniform(50, 600, 240), 2)
    trace = trace_of(
        source="log", submit_s=START_S + np.sort(rng.integers(0, 120 * 3600, 300)),
        duration_s=rng.integers(301, 90_000, 300), units=rng.integers(1, 40, 300).astype(float),
    )  # fmt: skip
    found = shifted(trace, carbon(hourly, 3600), "run-at-once;lowest-window;carbon-time;lowest-slot",
                    step_s=5, truncated=True)  # fmt: skip
    sums = np.concatenate([[0.0], np.cumsum(hourly)])
    hours = np.arange(len(sums))
    cut_s = trace.duration_s[found.kept] // 5 * 5
    for result in found.results:
        begin_h = result.plan.first * 5 / 3600
        felt = np.interp(begin_h + cut_s / 3600, hours, sums) - np.interp(begin_h, hours, sums)
        assert result.total == pytest.approx(felt @ trace.units[found.kept] / 1000, abs=1e-6)


def test_a_run_time_is_rounded_up_with_its_energy_or_cut_to_whole_slots() -> None:
    """A deadline is never kept by forgetting the rest of a job; the published code forgets it."""
    trace = trace_of(
        source="log", submit_s=np.asarray([START_S, START_S]), duration_s=np.asarray([5400, 600])
    )
    grid = regular(START, timedelta(hours=1), 24)
    up, cut = slot_jobs(trace, grid, QUEUES), slot_jobs(trace, grid, QUEUES, truncated=True)
    assert (up.length.tolist(), cut.length.tolist()) == ([2, 1], [1, 1])
    assert (up.length * up.power_kw).tolist() == pytest.approx([1.5, 1 / 6])
    assert cut.power_kw.tolist() == [1.0, 1.0]


def test_errors_over_seeds_are_means_on_the_truth() -> None:
    """Ten seeds in one go are the mean of ten runs, each judged on the signal that came."""
    rng = np.random.default_rng(1)
    signal = carbon(rng.uniform(50, 600, 240), 3600)
    trace = trace_of(
        source="log", submit_s=START_S + np.arange(40) * 7200, duration_s=np.full(40, 10_800)
    )
    policies = "run-at-once;wait-awhile;wait-awhile-interruptible"
    singles = [
        shifted(trace, signal, policies, step_s=3600, error=ForecastError(share=0.1, seed=seed))
        for seed in range(10)
    ]
    error = ForecastError(share=0.1, seeds=10)
    together = shifted(trace, signal, policies, step_s=3600, error=error)
    exact = shifted(trace, signal, policies, step_s=3600)
    for row, result in enumerate(together.results):
        totals = [one.results[row].total for one in singles]
        assert result.total == pytest.approx(np.mean(totals))
        assert min(totals) >= exact.results[row].total - 1e-9
    assert together.results[0].total == exact.results[0].total
    assert any("means over seeds 0 to 9" in note for note in together.notes)


def test_reserved_first_says_what_its_machines_cost() -> None:
    """Under the table: reserved, on demand and spot at the published prices."""
    signal = carbon(np.arange(48.0), 3600)
    trace = trace_of(
        source="log", submit_s=np.full(2, START_S), duration_s=np.asarray([3600, 10_800])
    )
    found = shifted(
        trace, signal, "run-at-once;reserved-first(reserved=0,spot-max=2h)", step_s=3600
    )
    assert any(
        "0.00 reserved, 0.19 on demand and 0.01 spot" in note.replace("cost ", "")
        for note in found.notes
    )


def test_a_job_that_waits_past_the_end_is_named_without_a_capacity() -> None:
    """A policy that lets a job wait until the data end has not run it: nothing is left out in silence."""
    signal = carbon(np.full(6, 100.0), 3600)
    trace = trace_of(
        source="log", submit_s=np.asarray([START_S + 4 * 3600]), duration_s=np.asarray([3600])
    )
    with pytest.raises(BadInput, match="past the end"):
        shift(
            trace, signal, grid=grid_of(signal, 3600), choices=(parsed("run-at-once"), parsed("threshold")),
            patience=QUEUES, capacity=None, past_end=PastEnd.REFUSE,
        )  # fmt: skip


def test_a_job_longer_than_a_slot_is_named_to_bidirectional() -> None:
    """A clear answer, not a failure of ours."""
    signal = carbon(np.full(6, 100.0), 3600)
    trace = trace_of(source="log", submit_s=np.asarray([START_S]), duration_s=np.asarray([7200]))
    with pytest.raises(BadInput, match="longer than one slot"):
        shifted(trace, signal, "run-at-once;bidirectional(w=2)", step_s=3600)


@pytest.mark.real
def test_a_thousand_real_jobs_cost_the_same_by_ticks_and_by_hours(data_dir: Path) -> None:
    """PAI jobs on a month of California's carbon, six policies in five-second slots: to 0.01 g of tonnes."""
    end = START.replace(year=2023) + timedelta(days=30)
    found = GridHourly(
        path=data_dir / "grid_hourly" / "grid_hourly.parquet", zone="US-CAL-CISO", carbon="direct",
        start=START.replace(year=2023), end=end,
    ).read()  # fmt: skip
    hourly = next(one for one in found if one.kind is Kind.CARBON_AVERAGE).values
    log = PaiJobs(path=data_dir / "gpu_jobs" / "pai2020_gaia100k_h1.parquet").read()
    rows = np.flatnonzero((log.submit_s < 20 * 86_400) & (log.duration_s < 3 * 86_400))[:1000]
    trace = trace_of(
        source="pai", submit_s=START_S + log.submit_s[rows], duration_s=log.duration_s[rows],
        units=log.units[rows],
    )  # fmt: skip
    policies = (
        "run-at-once;lowest-slot;lowest-window;carbon-time;threshold;wait-awhile-interruptible"
    )
    told = shifted(trace, carbon(np.asarray(hourly), 3600), policies, step_s=5, truncated=True)
    sums = np.concatenate([[0.0], np.cumsum(hourly)])
    hours = np.arange(len(sums))
    for result in told.results:
        begun, done = (
            np.interp(at * 5 / 3600, hours, sums) for at in (result.plan.start, result.plan.end)
        )
        job = np.repeat(np.arange(len(told.kept)), np.diff(result.plan.offsets))
        felt = np.bincount(job, weights=done - begun, minlength=len(told.kept))
        assert 1000 * result.total == pytest.approx(float(felt @ trace.units[told.kept]), abs=0.01)
    assert len(told.kept) == 1000
