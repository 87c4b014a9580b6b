"""Congestion prices where most jobs are alike: from a small program over kinds of jobs.

Steps over batches find prices by what different jobs do; jobs that are all alike do the same at once, and the prices
swing. As amounts of a kind they make a linear program, whose prices of full slots are the ones looked for.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.many_jobs import NO_SITE, PER_CANDIDATE, PER_JOB, ManyJobs, Room
from gridtide.decide.mass_bound import Congestion
from gridtide.decide.program import Program, matrix_of, solve

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
ALIKE = 16
"""So many jobs of each kind, in the mean, are called alike."""
CELLS_MAX = 200_000
"""Slots that all kinds together may choose from, in a program that is small."""
KINDS_MAX = 2_000
LOOKED_AT = 4_096
"""Jobs that are looked at before all are: more kinds among them, and the rest need not be."""
MIXING = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, kw_only=True, eq=False)
class Kinds:
    """Jobs that are alike in every column: one of each kind, and how many there are."""

    sample: Whole
    count: Whole


def prices_of_kinds(jobs: ManyJobs, room: Room) -> Congestion | None:
    """Prices of full slots, for jobs taken as amounts that may run in any pieces; None where jobs are not alike.

    They prove a bound as any prices do; that of `certified` is no lower than the cost of these amounts.
    """
    kinds = kinds_of(jobs)
    if kinds is None or _cells(jobs, kinds) > CELLS_MAX:
        return None
    unit = float(np.abs(room.cost).max(initial=0.0)) or 1.0
    program = Program()
    full = _rows_of_room(program, jobs, room, kinds)
    for job, count in zip(kinds.sample, kinds.count, strict=True):
        _add_kind(program, full, jobs, room, int(job), float(count), unit)
    solution = solve(matrix_of(program))
    if not solution.feasible:
        return None
    mu = np.zeros(room.cost.shape)
    mu[full >= 0] = np.maximum(-solution.row_dual[full[full >= 0]], 0.0) * unit
    return Congestion(mu=mu, weight=np.ones(room.cost.shape))


def kinds_of(jobs: ManyJobs) -> Kinds | None:
    """The kinds, in order of their first job; None where there are too many, or too few jobs to each in the mean."""
    most = min(KINDS_MAX, len(jobs) // ALIKE)
    if most == 0 or len(np.unique(_marks(jobs, LOOKED_AT))) > most:
        return None
    _, sample, count = np.unique(_marks(jobs, len(jobs)), return_index=True, return_counts=True)
    if len(sample) > most:
        return None
    order = np.argsort(sample)
    return Kinds(sample=sample[order].astype(np.int64), count=count[order].astype(np.int64))


def _marks(jobs: ManyJobs, first: int) -> NDArray[np.uint64]:
    """A number for each of the first jobs, the same for the same columns; two that meet by chance only make prices
    worse, never a bound wrong."""
    mark = np.zeros(min(first, len(jobs)), dtype=np.uint64)
    for name in (*PER_JOB, *PER_CANDIDATE):
        columns = np.atleast_2d(getattr(jobs, name)[:first].T)
        for column in columns.astype(np.float64).view(np.uint64):
            mark = (mark ^ column) * MIXING
            mark ^= mark >> np.uint64(29)
    return mark


def _cells(jobs: ManyJobs, kinds: Kinds) -> int:
    window = (jobs.deadline - jobs.release)[kinds.sample].astype(np.int64)
    ways = (jobs.site[kinds.sample] != NO_SITE).sum(axis=1)
    return int((np.maximum(window, 0) * ways).sum())


def _rows_of_room(program: Program, jobs: ManyJobs, room: Room, kinds: Kinds) -> Whole:
    """A row for every site and slot that some kind can be in, -1 elsewhere, (S, T)."""
    first = int(jobs.release[kinds.sample].min())
    last = max(int(jobs.deadline[kinds.sample].max()), first)
    rows = np.full(room.cost.shape, -1, dtype=np.int64)
    held = room.capacity.astype(np.float64)[:, None]
    rows[:, first:last] = program.constraints((len(held), last - first), -np.inf, held)
    return rows


def _add_kind(
    program: Program, full: Whole, jobs: ManyJobs, room: Room, job: int, count: float, unit: float
) -> None:
    """So many of a job: each runs in one of its ways or is left out, in no slot more of them than there are."""
    all_of_them = program.constraints((1,), count, count)
    program.put(all_of_them, program.variables((1,), jobs.penalty[job] / unit, 0.0, count), 1.0)
    for way in np.flatnonzero(jobs.site[job] != NO_SITE):
        site, gang = int(jobs.site[job, way]), float(jobs.gang[job, way])
        slot = np.arange(jobs.release[job] + jobs.delay[job, way], jobs.deadline[job])
        if len(slot) < jobs.slots[job, way] or gang > room.capacity[site]:
            continue
        chosen = program.variables((1,), jobs.offer[job, way] / unit, 0.0, count)
        runs = program.variables(slot.shape, gang * room.cost[site, slot] / unit, 0.0, count)
        done = program.constraints((1,), 0.0, 0.0)
        program.put(done, runs, 1.0)
        program.put(done, chosen, -float(jobs.slots[job, way]))
        program.put(all_of_them, chosen, 1.0)
        program.put(full[site, slot], runs, gang)
