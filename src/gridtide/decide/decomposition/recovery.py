"""A plan that holds, out of values that nearly do: what ties sites is evened out, each site fits the rest to it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.decomposition.bounding import before_in_row
from gridtide.decide.decomposition.site_programs import best_of_site, site_parts
from gridtide.decide.decomposition.split import Split
from gridtide.decide.program import Matrix, summed

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Truth = NDArray[np.bool_]
ROUNDS = 3
"""Times that what a site could not carry is offered to others before it is left undone."""
WHOLE = 1.0 - 1e-9
DEAREST = 10.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Groups:
    """Reaching columns by site and step: they shrink together. number: of each column, -1 (the last) for others."""

    number: Whole
    site: Whole


def recovered(matrix: Matrix, split: Split, near: Real) -> Real:
    """Values at which every row holds, as near to these as sites can carry. Raises Refused where a site
    has no plan at all."""
    x = np.clip(near, matrix.lower, matrix.upper)
    groups = _groups(matrix, split)
    cut = np.zeros(len(groups.site) + 1, dtype=bool)
    for _ in range(ROUNDS):
        x = _evened(matrix, split, x, split.reaching & ~cut[groups.number])
        x, share = _fitted(matrix, split, groups, x)
        cut |= share < WHOLE
        x = np.where(split.reaching, x * share[groups.number], x)
        if not (share < WHOLE).any():
            break
    return _topped_up(matrix, split, x, split.free)


def _groups(matrix: Matrix, split: Split) -> Groups:
    step = np.full(len(matrix.cost), -1)
    np.maximum.at(step, split.column, matrix.row_step[matrix.index])
    steps = int(matrix.row_step.max(initial=-1)) + 2
    key = split.column_site * steps + step + 1
    distinct, number = np.unique(key[split.reaching], return_inverse=True)
    numbers = np.full(len(matrix.cost), -1)
    numbers[split.reaching] = number
    return Groups(number=numbers, site=distinct // steps)


def _evened(matrix: Matrix, split: Split, x: Real, may_grow: Truth) -> Real:
    """Tying rows within their bounds: all less where there is too much, more where some may grow."""
    tied = split.tie >= 0
    row = np.maximum(split.tie, 0)
    upper, lower = matrix.row_upper[split.row_tie >= 0], matrix.row_lower[split.row_tie >= 0]
    total = _total(split, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        less = np.where(total > upper, np.maximum(upper, 0.0) / total, 1.0)
        x = np.where(tied, x * less[row], x)
        grown = _total(split, np.where(may_grow, x, 0.0))
        lacks = np.maximum(lower - _total(split, x), 0.0)
        more = np.where(grown > 0, lacks / grown, 0.0)
    x = np.where(may_grow, np.minimum(x * (1.0 + more[row]), matrix.upper), x)
    return _spread(matrix, split, x, may_grow)


def _spread(matrix: Matrix, split: Split, x: Real, may_grow: Truth) -> Real:
    """What rows still lack goes to those that may grow, in proportion to their room."""
    lacks = np.maximum(matrix.row_lower[split.row_tie >= 0] - _total(split, x), 0.0)
    most = np.minimum(matrix.upper, x + np.append(lacks, 0.0)[split.tie] / _over(split.weight))
    room = np.where(may_grow, most - x, 0.0)
    there = _total(split, room)
    share = np.where(there > 0, np.minimum(lacks / np.maximum(there, 1e-300), 1.0), 0.0)
    return np.where(may_grow, x + room * np.append(share, 0.0)[split.tie], x)


def _topped_up(matrix: Matrix, split: Split, x: Real, free: Truth) -> Real:
    """What rows lack or have too much goes to or from their free columns: more of the cheapest, less of the
    dearest."""
    lower, upper = matrix.row_lower[split.row_tie >= 0], matrix.row_upper[split.row_tie >= 0]
    held = np.flatnonzero(free)
    unit = matrix.cost[held] / split.weight[held]
    for sign, wrong in (
        (-1.0, np.maximum(_total(split, x) - upper, 0.0)),
        (1.0, np.maximum(lower - _total(split, x), 0.0)),
    ):
        row, weight = split.tie[held], split.weight[held]
        room = matrix.upper[held] - x[held] if sign > 0 else x[held]
        room = np.minimum(weight * room, wrong[row])
        order = np.lexsort((sign * unit, row))
        before = before_in_row(room[order], row[order])
        taken = np.clip(wrong[row[order]] - before, 0.0, room[order])
        x = x.copy()
        x[held[order]] += sign * taken / weight[order]
    return x


def _total(split: Split, x: Real) -> Real:
    """What tying rows hold, (ties,)."""
    tied = split.tie >= 0
    return summed(split.tie[tied], split.weight[tied] * x[tied], split.ties)


def _over(weight: Real) -> Real:
    return np.where(weight > 0, weight, 1.0)


def _fitted(matrix: Matrix, split: Split, groups: Groups, x: Real) -> tuple[Real, Real]:
    """Each site's own columns at their best beside its reaching ones, and the share of each group it carries;
    last, 1 for what is in no group."""
    x = x.copy()
    worth = _worth(matrix, split) * x
    gain = summed(groups.number[split.reaching], worth[split.reaching], len(groups.site))
    entry = np.flatnonzero(split.reaching[split.column] & (matrix.row_site[matrix.index] >= 0))
    reached = matrix.value[entry] * x[split.column[entry]]
    number, row = groups.number[split.column[entry]], matrix.index[entry]
    share = np.ones(len(groups.site))
    row_place = np.zeros(len(matrix.row_site), dtype=np.int64)
    own = (split.column_site >= 0) & ~split.reaching
    bounds = np.searchsorted(groups.site, np.arange(split.sites + 1))
    order = np.argsort(number, kind="stable")
    cuts = np.searchsorted(number[order], bounds)
    for site, part in enumerate(site_parts(matrix, split, own)):
        here = slice(bounds[site], bounds[site + 1])
        mine = order[cuts[site] : cuts[site + 1]]
        count, groups_here = len(part.columns), bounds[site + 1] - bounds[site]
        row_place[part.rows] = np.arange(len(part.rows))
        cells, total = _summed_entries(
            row_place[row[mine]], number[mine] - bounds[site], reached[mine], len(part.rows)
        )
        answer = best_of_site(
            np.concatenate([matrix.cost[part.columns], gain[here]]),
            np.concatenate([matrix.lower[part.columns], np.zeros(groups_here)]),
            np.concatenate([matrix.upper[part.columns], np.ones(groups_here)]),
            matrix.row_lower[part.rows], matrix.row_upper[part.rows],
            (
                np.concatenate([part.row, cells[0]]),
                np.concatenate([part.column, count + cells[1]]),
                np.concatenate([part.value, total]),
            ),
        )  # fmt: skip
        x[part.columns] = answer.values[:count]
        share[here] = answer.values[count:]
    return x, np.append(np.clip(share, 0.0, 1.0), 1.0)


def _summed_entries(
    row: Whole, group: Whole, value: Real, rows: int
) -> tuple[tuple[Whole, Whole], Real]:
    """Entries of equal row and group added up: ((row, group), value)."""
    key, place = np.unique(group * rows + row, return_inverse=True)
    return (key % rows, key // rows), summed(place, value, len(key))


def _worth(matrix: Matrix, split: Split) -> Real:
    """What a unit of each reaching column costs, less what doing without it would: its row's dearest relief."""
    tied = np.flatnonzero(split.tie >= 0)
    unit = matrix.cost[tied] / split.weight[tied]
    dearest = DEAREST * float(np.abs(unit).max(initial=1.0))
    relief = np.full(split.ties, -np.inf)
    free = split.free[tied]
    np.maximum.at(relief, split.tie[tied[free]], unit[free])
    relief = np.where(np.isfinite(relief), relief, dearest)
    worth = np.zeros(len(matrix.cost))
    worth[tied] = matrix.cost[tied] - relief[split.tie[tied]] * split.weight[tied]
    return worth
