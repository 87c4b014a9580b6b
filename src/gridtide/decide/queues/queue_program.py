"""A program with queues in place of their buckets: what has come and is not done, what is done before it is due."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.decomposition.split import Split
from gridtide.decide.program import Matrix, Program, matrix_of, summed
from gridtide.decide.queues.merging import Queues

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class QueueProgram:
    """matrix: the smaller program. column: of each column of the plain one, -1 for cells of queues; cell: its
    column of each cell of a queue (n,). row: of each row of the plain one, -1 for rows of buckets in queues."""

    matrix: Matrix
    column: Whole
    cell: Whole
    row: Whole


def queue_program(matrix: Matrix, split: Split, queues: Queues) -> QueueProgram:
    """The program whose queues have done, by each step, no more than has come and no less than was due.

    Exact: a plan of buckets is one of queues at the same cost; and the other way round, first come, first
    served, since within a queue who comes later is not due earlier and each could run within one step.
    """
    program = Program()
    kept_columns = np.ones(len(matrix.cost), dtype=bool)
    kept_columns[queues.cell] = False
    kept_rows = np.ones(len(matrix.row_site), dtype=bool)
    kept_rows[queues.row] = False
    column, row = _numbered(kept_columns), _numbered(kept_rows)
    _copied(program, matrix, split, kept_columns, kept_rows)
    cell = _spot_columns(program, matrix, split, queues, row)
    _queue_rows(program, matrix, split, queues, column, cell)
    return QueueProgram(matrix=matrix_of(program), column=column, cell=cell, row=row)


def _numbered(kept: NDArray[np.bool_]) -> Whole:
    return np.asarray(np.where(kept, np.cumsum(kept) - 1, -1), dtype=np.int64)


def _copied(
    program: Program, matrix: Matrix, split: Split, columns: NDArray[np.bool_],
    rows: NDArray[np.bool_],
) -> None:  # fmt: skip
    """What no queue changes, as it stands."""
    column, row = _numbered(columns), _numbered(rows)
    program.variables(
        (int(columns.sum()),), matrix.cost[columns], matrix.lower[columns], matrix.upper[columns]
    )
    program.constraints(
        (int(rows.sum()),), matrix.row_lower[rows], matrix.row_upper[rows],
        matrix.row_site[rows], matrix.row_step[rows],
    )  # fmt: skip
    both = columns[split.column] & rows[matrix.index]
    program.put(row[matrix.index[both]], column[split.column[both]], matrix.value[both])


def _spot_columns(
    program: Program, matrix: Matrix, split: Split, queues: Queues, row: Whole
) -> Whole:
    """One column for all cells of a queue at a spot; of each cell its column (n,)."""
    key = queues.queue[queues.bucket] * (int(queues.spot.max()) + 1) + queues.spot
    _, sample, number = np.unique(key, return_index=True, return_inverse=True)
    most = summed(number.ravel(), matrix.upper[queues.cell], len(sample))
    own = queues.cell[sample]
    columns = program.variables(own.shape, matrix.cost[own], 0.0, most)
    place = np.full(len(matrix.cost), -1)
    place[own] = columns
    entry = np.flatnonzero((place[split.column] >= 0) & (row[matrix.index] >= 0))
    program.put(row[matrix.index[entry]], place[split.column[entry]], matrix.value[entry])
    return np.asarray(columns[number.ravel()], dtype=np.int64)


def _queue_rows(
    program: Program, matrix: Matrix, split: Split, queues: Queues, column: Whole, cell: Whole
) -> None:
    """What has come and is not done, and what is done before it is due, are never below nothing."""
    queue, step, place = _spans(queues)
    came, due = place[queues.queue, queues.first], place[queues.queue, queues.last - 1]
    _, sample = np.unique(cell, return_index=True)
    here = place[queues.queue[queues.bucket[sample]], queues.step[sample]]
    weight = split.weight[queues.cell[sample]]
    bucket, left, undone = _left_undone(split, queues)
    begins = np.ones(len(queue), dtype=bool)
    begins[1:] = np.diff(queue) != 0
    for at, sign in ((came, 1.0), (due, -1.0)):
        work = sign * summed(at, queues.work, len(queue))
        rows = program.constraints(queue.shape, work, work, step=step)
        state = program.variables(queue.shape)
        program.put(rows, state, 1.0)
        program.put(rows[~begins], state[np.flatnonzero(~begins) - 1], -1.0)
        program.put(rows[here], cell[sample], sign * weight)
        program.put(rows[at[bucket]], column[left], sign * undone)
    within = program.constraints((len(queues.row),), -np.inf, queues.work)
    program.put(within[bucket], column[left], undone)


def _spans(queues: Queues) -> tuple[Whole, Whole, Whole]:
    """Queue and step of every step that a queue has any bucket in, and their number by (queue, step)."""
    first = np.full(queues.count, queues.steps)
    last = np.zeros(queues.count, dtype=np.int64)
    np.minimum.at(first, queues.queue, queues.first)
    np.maximum.at(last, queues.queue, queues.last)
    steps = np.arange(queues.steps)
    inside = (steps >= first[:, None]) & (steps < last[:, None])
    place = np.cumsum(inside).reshape(inside.shape) - 1
    queue, step = np.nonzero(inside)
    return queue.astype(np.int64), step.astype(np.int64), place


def _left_undone(split: Split, queues: Queues) -> tuple[Whole, Whole, Real]:
    """Bucket, column and weight of everything that may take work of a bucket away from its queue."""
    bucket = np.full(split.ties + 1, -1)
    bucket[split.row_tie[queues.row]] = np.arange(len(queues.row))
    left = np.flatnonzero(split.free & (bucket[split.tie] >= 0))
    return bucket[split.tie[left]], left, split.weight[left]
