"""In which order the rows of a site and step are eliminated, worked out once from where entries can be."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.kernels.plan_factor import Elimination

Whole = NDArray[np.int64]
Cliques = list[frozenset[int]]


@dataclass(frozen=True, kw_only=True)
class RowKinds:
    """Slots of rows of a site and step by their part: local to it, linked with other sites, carried on."""

    local: tuple[int, ...]
    link: tuple[int, ...]
    state: tuple[int, ...]

    @property
    def order(self) -> tuple[int, ...]:
        """Slots in the order they are eliminated in."""
        return self.local + self.link + self.state


def with_least_fill(kinds: RowKinds, cliques: Cliques) -> RowKinds:
    """The same rows, local ones ordered so that each elimination joins as few rows as possible.

    cliques: slots that one column ties together; a slot of the next step is written as -1 - slot.
    """
    near: dict[int, set[int]] = {slot: set() for slot in kinds.order}
    near.update({-1 - slot: set() for slot in kinds.state})
    for clique in cliques:
        for slot in clique:
            near[slot] |= clique - {slot}
    order = []
    left = set(kinds.local)
    while left:
        slot = min(sorted(left), key=lambda row: len(near[row]))
        left.remove(slot)
        order.append(slot)
        for other in near[slot]:
            near[other] |= near[slot] - {other}
            near[other].discard(slot)
    return RowKinds(local=tuple(order), link=kinds.link, state=kinds.state)


def elimination(
    locals_: int, links: int, states: int, column: Whole, row: Whole, ahead: Whole
) -> Elimination:
    """The steps for rows numbered local, link, state; column, row, ahead: of each kind of entry."""
    pivots = locals_ + links
    place = row + states * ahead
    full = pivots + 2 * states
    there = np.zeros((full, full), dtype=bool)
    sums = []
    for one in range(len(column)):
        for two in range(len(column)):
            if column[one] == column[two] and place[one] >= place[two]:
                there[place[one], place[two]] = True
                sums.append((int(place[one]), int(place[two]), one, two))
    there[locals_:pivots, locals_:pivots] = True
    there[pivots:, pivots:] = True
    there[np.arange(full), np.arange(full)] = True
    for pivot in range(pivots):
        below = np.flatnonzero(there[pivot + 1 :, pivot]) + pivot + 1
        there[np.ix_(below, below)] = True
    there = np.tril(there)
    number = np.full((full, full), -1, dtype=np.int64)
    number[there] = np.arange(int(there.sum()))
    return _listed(number, sums, pivots, locals_, states)


def _listed(
    number: Whole, sums: list[tuple[int, int, int, int]], pivots: int, locals_: int, states: int
) -> Elimination:
    below, update = [], []
    below_start, update_start = [0], [0]
    for pivot in range(pivots):
        rows = [int(i) for i in np.flatnonzero(number[:, pivot] >= 0) if i > pivot]
        for i in rows:
            ahead = int(i >= pivots + states)
            below.append((int(number[i, pivot]), i - states * ahead, ahead))
            for k in rows:
                if k <= i:
                    update.append((int(number[i, k]), int(number[i, pivot]), int(number[k, pivot])))
        below_start.append(len(below))
        update_start.append(len(update))
    return Elimination(
        sums=_table([(int(number[i, j]), one, two) for i, j, one, two in sums]),
        link=np.ascontiguousarray(number[locals_:pivots, locals_:pivots]),
        diagonal=np.ascontiguousarray(np.diag(number)[:pivots]),
        below_start=np.asarray(below_start, dtype=np.int64),
        below=_table(below),
        update_start=np.asarray(update_start, dtype=np.int64),
        update=_table(update),
        state=np.ascontiguousarray(number[pivots:, pivots:]),
        places=int(number.max()) + 1,
    )


def _table(rows: list[tuple[int, int, int]]) -> Whole:
    return np.asarray(rows, dtype=np.int64).reshape(-1, 3)
