"""Buckets of work that may stand in one queue.

At every step they run at the same spots at the same cost, whoever comes later is not due earlier, and each could
be done within any one step of its window at any one spot: no rate of its own can bind.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.decomposition.split import Split
from gridtide.decide.program import NOWHERE, Matrix

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Truth = NDArray[np.bool_]
Code = NDArray[np.uint64]


class Unqueued(Exception):
    """A program whose work cannot stand in queues; says why."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Queues:
    """Q queues of K buckets, T steps, n cells.

    row: of each bucket in the program (K,); queue: of each bucket, buckets of one lie together in the order
    in which they come and are due (K,). first, last: window (K,). work (K,). cell: columns of their cells
    (n,); bucket, step, spot of each cell (n,): cells of equal queue and spot can stand for each other.
    """

    row: Whole
    queue: Whole
    first: Whole
    last: Whole
    work: Real
    cell: Whole
    bucket: Whole
    step: Whole
    spot: Whole
    steps: int

    @property
    def count(self) -> int:
        """Number of queues."""
        return int(self.queue[-1]) + 1


def queues_of(matrix: Matrix, split: Split) -> Queues:
    """All buckets that share a queue with another. Raises Unqueued where none does."""
    steps = int(matrix.row_step.max(initial=-1)) + 1
    cell, bucket, step, rows = _cells(matrix, split)
    spot = _spots(matrix, split, cell)
    looks = np.zeros((len(rows), steps), dtype=np.uint64)
    np.add.at(looks, (bucket, step), _mixed(spot.astype(np.uint64) + np.uint64(1)))
    inside = looks != 0
    first = np.argmax(inside, axis=1)
    last = steps - np.argmax(inside[:, ::-1], axis=1)
    whole = inside.sum(axis=1) == last - first
    fast = np.ones(len(rows), dtype=bool)
    slow = split.weight[cell] * matrix.upper[cell] < matrix.row_lower[rows[bucket]]
    fast[bucket[slow]] = False
    if not (whole & fast).any():
        raise Unqueued("no bucket of work is fast enough to be done in one step of one window")
    queue = _chained(looks, first, last, whole & fast)
    size = np.bincount(queue[queue >= 0])
    shared = (queue >= 0) & (size[queue] > 1)
    if not shared.any():
        raise Unqueued("no two buckets of work run at the same spots and are due as they come")
    order = np.flatnonzero(shared)
    order = order[np.lexsort((last[order], first[order], queue[order]))]
    number = np.full(len(rows), NOWHERE)
    number[order] = np.arange(len(order))
    held = number[bucket] >= 0
    return Queues(
        row=rows[order],
        queue=np.unique(queue[order], return_inverse=True)[1].ravel(),
        first=first[order],
        last=last[order],
        work=matrix.row_lower[rows[order]],
        cell=cell[held],
        bucket=number[bucket[held]],
        step=step[held],
        spot=spot[held],
        steps=steps,
    )


def _cells(matrix: Matrix, split: Split) -> tuple[Whole, Whole, Whole, Whole]:
    """Columns of work with one step, their bucket and step, and the row of each bucket."""
    row = np.flatnonzero(split.row_tie >= 0)
    bucket = (matrix.row_step[row] == NOWHERE) & (matrix.row_lower[row] == matrix.row_upper[row])
    step = np.full(len(matrix.cost), np.iinfo(np.int64).max)
    last = np.full(len(matrix.cost), -1)
    inside = split.row_tie[matrix.index] == NOWHERE
    np.minimum.at(step, split.column[inside], matrix.row_step[matrix.index[inside]])
    np.maximum.at(last, split.column[inside], matrix.row_step[matrix.index[inside]])
    there = split.reaching & (np.append(bucket, False)[split.tie])
    odd = there & ((step < 0) | (step != last))
    bucket[split.tie[odd]] = False
    cell = np.flatnonzero(there & np.append(bucket, False)[split.tie])
    if not len(cell):
        raise Unqueued("no work that can wait")
    tie, number = np.unique(split.tie[cell], return_inverse=True)
    return cell, number.ravel(), step[cell], row[tie]


def _spots(matrix: Matrix, split: Split, cell: Whole) -> Whole:
    """A number for each distinct (cost, entries beside the bucket's own row, weight) of a cell."""
    wanted = np.full(len(matrix.cost), NOWHERE)
    wanted[cell] = np.arange(len(cell))
    entry = np.flatnonzero((wanted[split.column] >= 0) & (split.row_tie[matrix.index] == NOWHERE))
    code = np.zeros(len(cell), dtype=np.uint64)
    one = _mixed(matrix.index[entry].astype(np.uint64)) ^ _bits(matrix.value[entry])
    np.add.at(code, wanted[split.column[entry]], _mixed(one))
    code += _mixed(_bits(matrix.cost[cell]) + np.uint64(1))
    code += _mixed(_bits(split.weight[cell]) + np.uint64(2))
    return np.unique(code, return_inverse=True)[1].ravel().astype(np.int64)


def _bits(value: Real) -> Code:
    return (value + 0.0).view(np.uint64)


def _mixed(code: Code) -> Code:
    """A 64-bit code spread over all its bits (splitmix64)."""
    code = code + np.uint64(0x9E3779B97F4A7C15)
    code = (code ^ (code >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    code = (code ^ (code >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return code ^ (code >> np.uint64(31))


def _chained(looks: Code, first: Whole, last: Whole, fit: Truth) -> Whole:
    """A queue for each bucket, -1 for one not fit for any: in order of coming each joins the queue whose last
    due date is nearest before its own, among those it agrees with at every step."""
    queue = np.full(len(first), -1)
    seen: list[Code] = []
    due: list[int] = []
    for one in np.lexsort((last, first)):
        if not fit[one]:
            continue
        window = slice(first[one], last[one])
        own = looks[one, window]
        best = -1
        for number, agreed in enumerate(seen):
            nearer = best < 0 or due[number] > due[best]
            if due[number] <= last[one] and nearer:
                there = agreed[window]
                if bool(((there == 0) | (there == own)).all()):
                    best = number
        if best < 0:
            best = len(seen)
            seen.append(np.zeros(looks.shape[1], dtype=np.uint64))
            due.append(0)
        seen[best][window] = own
        due[best] = int(last[one])
        queue[one] = best
    return queue
