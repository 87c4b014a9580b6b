"""Jobs on a grid of equal slots, and what a choice of slots costs: the ground of reference policies.

Slot t covers [t, t+1) steps from the start of the signal and is known by its start. A job that arrived
inside a slot counts as there from the slot's start (floor), as in the literature. A run is [start, end)
in slots; work is interruptible when it may have several.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.holds import Holds, holds_of
from gridtide.digest import freeze, freeze_new, sealed

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Writes = Callable[[Whole, Whole, Whole, int], int]
"""Writes (offsets, starts, ends) of the jobs from one on; returns the first for which there is no room."""

RUNS = 16
"""Runs a job that there is room for at first."""

Capacity = int | Whole | None
"""Units there are: in every slot, slot by slot (T,), or endless."""


class Answer(IntEnum):
    """What a policy could do for a job."""

    PLACED = 0
    NO_ROOM = 1
    PAST_END = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class SlotJobs:
    """n jobs. arrival: first slot. length: slots at full speed, ≥ 1. waiting: slots it may wait.

    deadline: exclusive last slot, -1 where nobody set one. expected: length a policy takes for
    granted that does not know the true one. units: accelerators or cores. power_kw: of the whole job
    while it runs, such that power times slots is its energy.
    """

    arrival: Whole
    length: Whole
    waiting: Whole
    deadline: Whole
    expected: Whole
    units: Whole
    power_kw: Real

    def __post_init__(self) -> None:
        whole = ("arrival", "length", "waiting", "deadline", "expected", "units")
        freeze_new(self, power_kw=np.float64, **dict.fromkeys(whole, np.int64))

    def __len__(self) -> int:
        return len(self.arrival)

    @cached_property
    def each_once(self) -> tuple[Whole, Whole]:
        """Offsets and answers of every plan in which each of the jobs runs once, made once."""
        offsets, answer = np.arange(len(self) + 1), np.zeros(len(self), dtype=np.int64)
        return sealed(offsets), sealed(answer)


@dataclass(frozen=True, kw_only=True, eq=False)
class SlotSignal:
    """The steering signal: one value a slot, (T,). step_s: seconds a slot lasts."""

    values: Real
    step_s: int

    def __post_init__(self) -> None:
        freeze(self, values=np.float64)

    @property
    def hour(self) -> int:
        """Slots in an hour, at least one."""
        return max(1, 3600 // self.step_s)

    @cached_property
    def holds(self) -> Holds:
        """Where the signal changes, found once."""
        return holds_of(self.values)

    @cached_property
    def running(self) -> Real:
        """Sum of the signal before each slot, and of all, (T+1,), added up once."""
        return np.concatenate([[0.0], np.cumsum(self.values)])

    @cached_property
    def ranks(self) -> tuple[NDArray[np.uint64], int, NDArray[np.uint64]]:
        """The rank of each slot among all and among those near it, bit by bit (`kernels/ranked_slots`), sorted once."""
        from gridtide.kernels.ranked_slots import near_ranks, ranks_by_bit

        order = np.argsort(self.values)
        words, bits = ranks_by_bit(self.values, order)
        return words, bits, near_ranks(self.values, order)


@dataclass(frozen=True, kw_only=True, eq=False)
class SlotPlan:
    """Runs of each job: job j has runs offsets[j]:offsets[j+1] of start and end. answer: see Answer."""

    offsets: Whole
    start: Whole
    end: Whole
    answer: Whole

    def __post_init__(self) -> None:
        freeze_new(self, **dict.fromkeys(("offsets", "start", "end", "answer"), np.int64))

    @property
    def first(self) -> Whole:
        """First slot of each job, -1 where it has none, (n,)."""
        has = np.diff(self.offsets) > 0
        index = np.minimum(self.offsets[:-1], max(len(self.start) - 1, 0))
        return np.where(has, self.start[index] if len(self.start) else -1, -1).astype(np.int64)

    @property
    def finish(self) -> Whole:
        """Exclusive last slot of each job, -1 where it has none, (n,)."""
        has = np.diff(self.offsets) > 0
        index = np.maximum(self.offsets[1:] - 1, 0)
        return np.where(has, self.end[index] if len(self.end) else -1, -1).astype(np.int64)


def unbroken(jobs: SlotJobs, start: Whole, slots: int, earliest: Whole) -> SlotPlan:
    """The plan in which each job runs once from its start (-1: no room) within `slots` slots.

    start: becomes a column of the plan, read-only from here on. earliest: first slot in which a job would start were
    there room.
    """
    from gridtide.kernels.runs import run_through

    end = np.empty(len(jobs), dtype=np.int64)
    if run_through(sealed(start), jobs.length, slots, end):
        offsets, placed_all = jobs.each_once
        return SlotPlan(offsets=offsets, start=start, end=sealed(end), answer=placed_all)
    begun = np.where(start < 0, earliest, start)
    answer = np.where(start < 0, int(Answer.NO_ROOM), int(Answer.PLACED))
    answer = np.where(begun + jobs.length > slots, int(Answer.PAST_END), answer)
    placed = answer == int(Answer.PLACED)
    return SlotPlan(
        offsets=np.concatenate([[0], np.cumsum(placed)]),
        start=start[placed],
        end=end[placed],
        answer=answer,
    )


def totals(jobs: SlotJobs, plan: SlotPlan, signal: SlotSignal) -> Real:
    """Signal times energy of each job, /1000: kg for grams per kWh, money for a price per MWh. (n,)."""
    slot_h = signal.step_s / 3600.0
    if signal.holds.are_long:
        from gridtide.kernels import held_choice

        columns = signal.holds.columns
        felt: Real = held_choice.sums_of_runs(columns, plan.offsets, plan.start, plan.end)
        return felt * jobs.power_kw * slot_h / 1000.0
    from gridtide.kernels.runs import totals_of_runs

    found = np.empty(len(jobs))
    totals_of_runs(signal.running, plan.offsets, plan.start, plan.end, jobs.power_kw, slot_h, found)
    return found


def slots_run(plan: SlotPlan) -> Whole:
    """Slots each job runs in, (n,)."""
    job = np.repeat(np.arange(len(plan.answer)), np.diff(plan.offsets))
    counts = np.bincount(job, weights=plan.end - plan.start, minlength=len(plan.answer))
    return counts.astype(np.int64)


def load_units(jobs: SlotJobs, plan: SlotPlan, slots: int) -> Whole:
    """Units in use in each slot, (slots,)."""
    job = np.repeat(np.arange(len(jobs)), np.diff(plan.offsets))
    change = np.zeros(slots + 1, dtype=np.int64)
    np.add.at(change, plan.start, jobs.units[job])
    np.subtract.at(change, plan.end, jobs.units[job])
    return np.cumsum(change)[:-1]


def expected_lengths(length_s: Whole, step_s: int, divide_s: int = 7200) -> Whole:
    """Mean length of a job's queue in slots: short below `divide_s`, long otherwise; (n,), ≥ 1."""
    short, long = length_s <= divide_s, length_s >= divide_s
    mean_short = float(length_s[short].mean()) if short.any() else divide_s
    mean_long = float(length_s[long].mean()) if long.any() else divide_s
    chosen = np.where(length_s < divide_s, mean_short, mean_long)
    return np.maximum(1, (chosen // step_s).astype(np.int64))


def free_units(capacity: Capacity, slots: int) -> tuple[Whole, bool]:
    """Units left in each slot and whether they are limited at all; without a capacity they are not."""
    if capacity is None:
        return np.zeros(slots, dtype=np.int64), False
    free = np.empty(slots, dtype=np.int64)
    free[:] = capacity
    return free, True


def in_order_of_arrival(jobs: SlotJobs) -> Whole:
    """Rows by arrival; of equals the earlier row first."""
    return np.argsort(jobs.arrival, kind="stable").astype(np.int64)


def back_in_place(order: Whole, values: Whole) -> Whole:
    """Values computed in an order, put back on their rows."""
    placed = np.empty_like(values)
    placed[order] = values
    return placed


def runs_written(jobs: int, write: Writes) -> tuple[Whole, Whole, Whole]:
    """The runs of some jobs as a kernel writes them, with room made as it needs it: (offsets, starts, ends)."""
    offsets = np.zeros(jobs + 1, dtype=np.int64)
    room = np.empty((2, RUNS * jobs + RUNS), dtype=np.int64)
    job = write(offsets, room[0], room[1], 0)
    while job < jobs:
        room = np.concatenate([room, np.empty_like(room)], axis=1)
        job = write(offsets, room[0], room[1], job)
    starts, ends = room[:, : offsets[-1]]
    return sealed(offsets), sealed(starts.copy()), sealed(ends.copy())


def split(
    order: Whole, runs: tuple[Whole, Whole, Whole], jobs: SlotJobs, slots: int, limited: bool
) -> SlotPlan:
    """Runs computed in an order (offsets, starts, ends) as a plan by rows.

    limited: a job without runs found the slots full; otherwise its slots lie past the end of the signal.
    """
    offsets, start, end = runs
    counts = back_in_place(order, np.diff(offsets))
    begin = back_in_place(order, offsets[:-1])
    index = np.repeat(begin - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    index = index + np.arange(len(start))
    in_place = (np.concatenate([[0], np.cumsum(counts)]), start[index], end[index])
    return in_rows(in_place, jobs, slots, limited)


def in_rows(
    runs: tuple[Whole, Whole, Whole], jobs: SlotJobs, slots: int, limited: bool
) -> SlotPlan:
    """Runs by rows (offsets, starts, ends) as a plan. limited: see `split`."""
    offsets, start, end = runs
    without = offsets[1:] == offsets[:-1]
    answer = jobs.each_once[1]
    if without.any():
        past = (jobs.arrival + jobs.length > slots) | (not limited)
        answer = np.where(without, np.where(past, Answer.PAST_END, Answer.NO_ROOM), Answer.PLACED)
    return SlotPlan(offsets=offsets, start=start, end=end, answer=answer)
