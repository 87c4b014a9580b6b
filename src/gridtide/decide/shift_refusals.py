"""Jobs and policies that `shift` cannot answer for: named, with what would help."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.policy_names import Choice
from gridtide.decide.slots import SlotJobs
from gridtide.finding import BadInput, Finding, Infeasible, InputError
from gridtide.fleet.trace import JobTrace
from gridtide.timeline import Timeline

NAMED = 5


def not_for(choices: tuple[Choice, ...], trace: JobTrace, jobs: SlotJobs) -> Iterator[Finding]:
    """Jobs that a policy is not defined for."""
    long = jobs.length > 1
    for choice in choices:
        if choice.name == "bidirectional" and long.any():
            yield Finding(
                subject=f"--policy {choice.text}, {trace.source}: {names_of(trace, long)}",
                value=f"{int(long.sum())} jobs are longer than one slot",
                limit="scheduled jobs of one slot",
                mend="Choose a --step as long as the jobs, or leave this policy out.",
            )


def refuse_too_large(trace: JobTrace, jobs: SlotJobs, capacity: int | None) -> None:
    """Raise Infeasible naming the jobs that ask for more units than there are."""
    large = jobs.units > (np.inf if capacity is None else capacity)
    if large.any():
        raise Infeasible(
            [
                Finding(
                    subject=f"{trace.source}: {names_of(trace, large)}",
                    value=f"{int(large.sum())} jobs ask for up to {int(jobs.units.max()):,} units",
                    limit=f"--capacity {capacity:,}",
                    mend="Raise the capacity, or leave these jobs out.",
                )
            ]
        )


def outside(trace: JobTrace, jobs: SlotJobs, grid: Timeline) -> list[Finding]:
    """Jobs that arrive where the signal does not reach."""
    early = jobs.arrival < 0
    if not early.any():
        return []
    return [
        Finding(
            subject=f"{trace.source}: {names_of(trace, early)}",
            value=f"{int(early.sum())} jobs were submitted before the signal begins",
            limit=f"submitted at {grid.start:%Y-%m-%d %H:%M} UTC or later",
            mend="Give a signal that begins earlier, or leave these jobs out.",
        )
    ]


def refusal(
    trace: JobTrace,
    jobs: SlotJobs,
    past: NDArray[np.bool_],
    grid: Timeline,
    capacity: int | None,
) -> InputError:
    """Jobs that end too late by themselves are bad input; those that only lack room are infeasible."""
    mend = (
        "Give a longer signal, or --past-end drop (leave them out) or hold (hold its last value)."
    )
    crowded = capacity is not None and bool((jobs.arrival + jobs.length <= len(grid))[past].all())
    more = f" beside the others on {capacity:,} units" if crowded else ""
    finding = Finding(
        subject=f"{trace.source}: {names_of(trace, past)}",
        value=f"{int(past.sum())} jobs would run past the end of the signal{more}",
        limit=f"ended by {grid.end:%Y-%m-%d %H:%M} UTC",
        mend=f"Raise --capacity. {mend}" if crowded else mend,
    )
    return Infeasible([finding]) if crowded else BadInput([finding])


def names_of(trace: JobTrace, mask: NDArray[np.bool_]) -> str:
    """The first NAMED of the masked jobs, and how many more there are."""
    named = [f"job {name}" for name in trace.name[mask][:NAMED]]
    more = int(mask.sum()) - len(named)
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")
