"""When should these jobs have run? Every reference policy on one log of jobs and one signal."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.deadline_rules import deadlines
from gridtide.decide.planners.reserved_first import rent
from gridtide.decide.policy_names import Choice, makers_of, reserved_rule
from gridtide.decide.shift_refusals import names_of, not_for, outside, refusal, refuse_too_large
from gridtide.decide.slots import (
    Answer,
    SlotJobs,
    SlotPlan,
    SlotSignal,
    expected_lengths,
    load_units,
    totals,
)
from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.fleet.trace import UNKNOWN_S, JobTrace
from gridtide.signals.signal import Kind, Signal, on
from gridtide.timeline import Timeline, instant

REFERENCE = "run-at-once"
MOST_SLOTS = 20_000_000
"""More slots than this (a century at 3 min) are refused: they would not fit in memory."""


class PastEnd(StrEnum):
    """What becomes of a job that would run past the signal."""

    REFUSE = "refuse"
    DROP = "drop"
    HOLD = "hold"


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long jobs may wait, in seconds: the same for all, or by queue at two hours of run time.

    A deadline of a job's own comes first. rule: a deadline rule instead, on `clock`; as_published keeps
    the paper's Friday.
    """

    short_s: int
    long_s: int
    rule: str | None = None
    clock: str = "UTC"
    as_published: bool = False


@dataclass(frozen=True, kw_only=True)
class ForecastError:
    """Policies see the signal plus normal noise of `share` times its mean; totals are taken on the truth.

    seeds: how many seeds from `seed` on. Totals, savings and waits are means over them; the plan is that
    of the first seed; peaks, misses and jobs without room are those of the worst.
    """

    share: float = 0.0
    seed: int = 0
    seeds: int = 1


EXACT = ForecastError()


@dataclass(frozen=True, kw_only=True, eq=False)
class Shifted:
    """What one policy did. total: kg for carbon, money for a price, over the jobs it placed.

    saving: fraction of run-at-once over jobs that both placed, None when that costs nothing.
    mean_wait_h: hours from arrival to end beyond the run time. missed_deadlines: jobs whose last second
    lies behind their deadline. no_room: jobs that found no slots; without a job left out there are none.
    """

    policy: str
    plan: SlotPlan
    total: float
    saving: float | None
    mean_wait_h: float
    peak_units: int
    missed_deadlines: int
    no_room: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Shift:
    """All policies on the same jobs. kept: rows of the log that were compared. notes: assumptions."""

    signal: Signal
    grid: Timeline
    jobs: SlotJobs
    kept: NDArray[np.int64]
    results: tuple[Shifted, ...]
    notes: tuple[str, ...]


def shift(
    trace: JobTrace,
    signal: Signal,
    *,
    grid: Timeline,
    choices: tuple[Choice, ...],
    patience: Patience,
    capacity: int | None,
    past_end: PastEnd,
    error: ForecastError = EXACT,
    truncated: bool = False,
) -> Shift:
    """Run every chosen policy, after run-at-once, on the jobs of a log that is on the calendar.

    grid: equal slots of the signal's period. truncated: see `slot_jobs`. Raises BadInput naming holes of
    the signal, jobs outside it, and settings that make no sense; Infeasible naming jobs larger than the
    capacity, and jobs for which it leaves no room before the signal ends.
    """
    makers = makers_of(choices, capacity)
    slot_signal = _steered_by(signal, grid)
    jobs = slot_jobs(trace, grid, patience, truncated)
    refuse_if_any([*outside(trace, jobs, grid), *not_for(choices, trace, jobs)])
    refuse_too_large(trace, jobs, capacity)
    if past_end is PastEnd.HOLD:
        slot_signal = _held(slot_signal, _latest(jobs))
    kept, plans = np.arange(len(trace)), _plans(makers, jobs, slot_signal, error)
    while (past := _past_end(plans)).any():
        if past_end is PastEnd.REFUSE:
            raise refusal(trace, jobs, past, grid, capacity)
        if past_end is PastEnd.HOLD:
            slot_signal = _held(slot_signal, 2 * len(slot_signal.values))
        else:
            kept, jobs = kept[~past], chosen_rows(jobs, np.flatnonzero(~past))
        plans = _plans(makers, jobs, slot_signal, error)
    left_out = np.ones(len(trace), dtype=np.bool_)
    left_out[kept] = False
    return Shift(
        signal=signal,
        grid=grid,
        jobs=jobs,
        kept=kept,
        results=tuple(
            _over_seeds(results)
            for results in zip(
                *(
                    _results(choices, some, jobs, slot_signal, _grace_s(trace, grid)[kept])
                    for some in plans
                ),
                strict=True,
            )
        ),
        notes=(
            *_notes(trace, left_out, past_end, error),
            *_rents(choices, jobs, _forecasts(slot_signal, error)[0], capacity),
        ),
    )


def _plans(
    makers: list[Callable[[SlotJobs, SlotSignal], SlotPlan]],
    jobs: SlotJobs,
    signal: SlotSignal,
    error: ForecastError,
) -> list[list[SlotPlan]]:
    """Seed by seed the plan of every policy."""
    return [[make(jobs, seen) for make in makers] for seen in _forecasts(signal, error)]


def _past_end(plans: list[list[SlotPlan]]) -> NDArray[np.bool_]:
    """Jobs that some policy could not finish within the signal."""
    unplaced = [plan.answer != Answer.PLACED for some in plans for plan in some]
    return np.asarray(np.logical_or.reduce(unplaced), dtype=np.bool_)


def _grace_s(trace: JobTrace, grid: Timeline) -> NDArray[np.int64]:
    """Seconds by which the last slot of a job may reach beyond its deadline without the job being late.

    A run time rounded up leaves the last slot partly empty; a deadline may lie inside a slot.
    """
    step_s = _step_s(grid)
    unused_s = -trace.duration_s % step_s
    inside_s = np.where(
        trace.deadline_s == UNKNOWN_S, 0, (trace.deadline_s - int(grid.edges_s[0])) % step_s
    )
    return np.asarray(unused_s + inside_s, dtype=np.int64)


def slot_jobs(
    trace: JobTrace, grid: Timeline, patience: Patience, truncated: bool = False
) -> SlotJobs:
    """A log on the grid: arrival rounded down, run time rounded up, energy exact.

    A job's power is scaled so that its slots hold its true energy; without a power in the log a unit
    draws 1 kW. truncated: run times rounded down to whole slots, one at least, at the power of the log, as
    in the published code of GAIA.
    """
    step_s = _step_s(grid)
    origin_s = int(grid.edges_s[0])
    whole = trace.duration_s // step_s
    length = np.maximum(1, whole if truncated else -(-trace.duration_s // step_s))
    arrival = (trace.submit_s - origin_s) // step_s
    power_kw = np.where(np.isnan(trace.power_kw), trace.units, trace.power_kw)
    wait_s = np.where(trace.duration_s < 7200, patience.short_s, patience.long_s)
    deadline_s = trace.deadline_s
    if patience.rule:
        finish_s = origin_s + (arrival + length) * step_s
        ruled = deadlines(patience.rule, finish_s, patience.clock, patience.as_published)
        deadline_s = np.where(deadline_s == UNKNOWN_S, ruled, deadline_s)
    deadline = np.where(deadline_s == UNKNOWN_S, -1, (deadline_s - origin_s) // step_s)
    slack = np.maximum(deadline - arrival - length, 0)
    return SlotJobs(
        arrival=arrival,
        length=length,
        waiting=np.where(deadline >= 0, slack, wait_s // step_s),
        deadline=deadline,
        expected=expected_lengths(trace.duration_s, step_s),
        units=np.maximum(1, np.ceil(trace.units)).astype(np.int64),
        power_kw=power_kw if truncated else power_kw * trace.duration_s / (length * step_s),
    )


def chosen_rows(jobs: SlotJobs, rows: NDArray[np.int64]) -> SlotJobs:
    """Some rows of the jobs."""
    names = ("arrival", "length", "waiting", "deadline", "expected", "units", "power_kw")
    return replace(jobs, **{name: getattr(jobs, name)[rows] for name in names})


def _step_s(grid: Timeline) -> int:
    if grid.step_s is None:
        raise ValueError("slots of a shift are equal")
    return grid.step_s


def _steered_by(signal: Signal, grid: Timeline) -> SlotSignal:
    values = on(signal, grid)
    unknown = np.flatnonzero(np.isnan(values))
    if len(unknown):
        raise BadInput(
            [
                Finding(
                    subject=f"{signal.source} {signal.kind} of {signal.zone}",
                    value=f"no value in {len(unknown)} of {len(grid)} slots, first at "
                    f"{instant(grid.starts_s[unknown[0]]):%Y-%m-%d %H:%M} UTC",
                    limit="a value for every slot",
                    mend="Fill the gap, or cut the file before or behind it.",
                )
            ]
        )
    return SlotSignal(values=values, step_s=_step_s(grid))


def _forecasts(signal: SlotSignal, error: ForecastError) -> list[SlotSignal]:
    """The signal as policies see it, seed by seed."""
    if error.share == 0.0:
        return [signal]
    sigma, n = error.share * abs(float(signal.values.mean())), len(signal.values)
    return [
        replace(signal, values=signal.values + np.random.default_rng(seed).normal(0.0, sigma, n))
        for seed in range(error.seed, error.seed + error.seeds)
    ]


def _latest(jobs: SlotJobs) -> int:
    """The slot by which every job can have ended where there is room for all."""
    latest = np.maximum(jobs.arrival + jobs.length + jobs.waiting, jobs.deadline)
    return int(latest.max(initial=0)) + int(jobs.length.max(initial=0)) + 1


def _held(signal: SlotSignal, end: int) -> SlotSignal:
    """The signal with its last value held until slot `end`."""
    more = end - len(signal.values)
    if more <= 0:
        return signal
    if end > MOST_SLOTS:
        raise BadInput(
            [
                Finding(
                    subject="--past-end hold",
                    value=f"the last job could end {end:,} slots of {signal.step_s} s after the start",
                    limit=f"{MOST_SLOTS:,} slots",
                    mend="Choose a longer --step, a shorter wait, or --past-end drop.",
                )
            ]
        )
    return replace(signal, values=np.concatenate([signal.values, np.full(more, signal.values[-1])]))


def _results(
    choices: tuple[Choice, ...],
    plans: list[SlotPlan],
    jobs: SlotJobs,
    signal: SlotSignal,
    grace_s: NDArray[np.int64],
) -> tuple[Shifted, ...]:
    slot_h = signal.step_s / 3600.0
    results: list[Shifted] = []
    reference = plans[0]
    at_once = totals(jobs, reference, signal)
    for choice, plan in zip(choices, plans, strict=True):
        felt = totals(jobs, plan, signal)
        placed = plan.answer == Answer.PLACED
        both = placed & (reference.answer == Answer.PLACED)
        wait = (plan.finish - jobs.arrival - jobs.length)[placed]
        over_s = (plan.finish - jobs.deadline) * signal.step_s
        late = (jobs.deadline >= 0) & (~placed | (over_s > grace_s))
        before, after = float(at_once[both].sum()), float(felt[both].sum())
        results.append(
            Shifted(
                policy=choice.text,
                plan=plan,
                total=float(felt.sum()),
                saving=None if before == 0 else (before - after) / abs(before),
                mean_wait_h=float(wait.mean()) * slot_h if len(wait) else 0.0,
                peak_units=int(load_units(jobs, plan, len(signal.values)).max(initial=0)),
                missed_deadlines=int(late.sum()),
                no_room=int((plan.answer == Answer.NO_ROOM).sum()),
            )
        )
    return tuple(results)


def _over_seeds(results: tuple[Shifted, ...]) -> Shifted:
    """One policy over all seeds of the forecast error."""
    savings = [result.saving for result in results if result.saving is not None]
    return replace(
        results[0],
        total=float(np.mean([result.total for result in results])),
        saving=float(np.mean(savings)) if savings else None,
        mean_wait_h=float(np.mean([result.mean_wait_h for result in results])),
        peak_units=max(result.peak_units for result in results),
        missed_deadlines=max(result.missed_deadlines for result in results),
        no_room=max(result.no_room for result in results),
    )


def _rents(
    choices: tuple[Choice, ...], jobs: SlotJobs, signal: SlotSignal, capacity: int | None
) -> list[str]:
    """What the machines of `reserved-first` cost, a sentence for each choice."""
    said = []
    for choice in choices:
        if choice.name == "reserved-first":
            rule = reserved_rule(choice.settings, capacity)
            paid = rent(jobs, signal, rule)
            said.append(
                f"{choice.text}: machines cost {paid.reserved:,.2f} reserved, {paid.on_demand:,.2f} on demand"
                f" and {paid.spot:,.2f} spot, at {rule.on_demand_per_unit_h:g} per unit-hour on demand,"
                f" {rule.spot_per_unit_h:g} spot for jobs up to {rule.spot_max_h:g} h, and"
                f" {rule.reserved_share:g} of on demand reserved"
            )
    return said


def _notes(
    trace: JobTrace, past: NDArray[np.bool_], past_end: PastEnd, error: ForecastError
) -> tuple[str, ...]:
    notes = list(trace.notes)
    unmetered = int(np.isnan(trace.power_kw).sum())
    if unmetered:
        notes.append(
            f"{unmetered:,} of {len(trace):,} jobs have no power_kw: 1 kW per unit is assumed"
        )
    shares = int((trace.units % 1 > 0).sum())
    if shares:
        notes.append(f"{shares:,} jobs take a share of a unit: peak and capacity count whole units")
    if past.any():
        notes.append(
            f"{int(past.sum())} jobs would run past the signal and were left out: {names_of(trace, past)}"
        )
    if error.share > 0:
        notes.append(
            f"policies see the signal with normal errors of {error.share:.0%} of its mean ({_seeds(error)})"
        )
    if past_end is PastEnd.HOLD:
        notes.append("behind its end the last value of the signal is held")
    return tuple(notes)


def _seeds(error: ForecastError) -> str:
    if error.seeds == 1:
        return f"seed {error.seed}"
    return f"means over seeds {error.seed} to {error.seed + error.seeds - 1}"


def is_average_carbon(signal: Signal) -> bool:
    """Whether a saving must be shown with the sentence that attribution is not impact."""
    return signal.kind is Kind.CARBON_AVERAGE
