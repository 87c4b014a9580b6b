"""A program whose promises and limits can give way: each through columns of its own, closed while it holds.

What belongs to no promise and no limit (balances, the course of a store) always holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridtide.decide.program import NOWHERE, Matrix

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


class Kind(StrEnum):
    """What a member of a conflict is."""

    WORK = "promised work"
    FIXED_WORK = "work that stays where it runs"
    DEMAND = "demand of a service"
    IMPORT = "import limit"
    CALL = "call of the grid"
    RAMP = "ramp rule"
    MACHINES = "machines"
    KEPT_MACHINES = "machines kept for services"
    BUILDING = "capacity of a building"
    PARKED = "power of parked machines"
    STORE_ENERGY = "energy of a store"
    STORE_LEVEL = "least content of a store"
    STORE_POWER = "power of a store"


class Act(IntEnum):
    """What giving way means: less is done, it is done later, or more is allowed; PEAK: the most of the latter in
    any step, which is no way out itself but counts a little, so that of equal ways out the flattest is taken."""

    LESS = 0
    LATER = 1
    MORE = 2
    PEAK = 3


PEAK_SHARE = 0.01
"""What the highest step of a limit's raise counts once more, as a share of one step."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A promise or a limit by name. group: members that are tried together first. asks: what it asks for or
    allows, in words. unit: of what it gives. site: index of the site it belongs to, NOWHERE for none."""

    kind: Kind
    name: str
    asks: str
    group: str
    unit: str
    site: int = NOWHERE


@dataclass(frozen=True, kw_only=True, eq=False)
class Way:
    """How members may give way: n columns.

    entries: way (0 to n - 1), row and value of each; rows from the program's count on are new ones, whose
    upper bounds are `new_rows`. act, member, step, most, price: (n,); price is money per unit, most in that unit.
    """

    act: Whole
    member: Whole
    entries: tuple[Whole, Whole, Real]
    step: Whole
    most: Real
    price: Real
    new_rows: Real


@dataclass(frozen=True, kw_only=True, eq=False)
class Elastic:
    """A program with ways out. matrix: its costs are 0; columns from `first` on are the G ways.

    member, step, price, most, act: (G,).
    """

    members: tuple[Member, ...]
    matrix: Matrix
    first: int
    member: Whole
    step: Whole
    price: Real
    most: Real
    act: Whole


def beyond(
    matrix: Matrix,
    member: int,
    columns: Whole,
    step: ArrayLike,
    price: ArrayLike,
    most: ArrayLike = np.inf,
    act: Act = Act.MORE,
    sign: float = 1.0,
) -> Way:
    """Columns that go beyond the upper bound of others (the lower one for sign -1), up to `most`."""
    return way_of(act, member, columns.shape, copied(matrix, columns, sign), step, price, most)


def above(member: int, rows: Whole, step: ArrayLike, price: ArrayLike) -> Way:
    """Columns that let rows pass their upper bound."""
    entries = (np.arange(rows.size), rows.ravel(), np.full(rows.size, -1.0))
    return way_of(Act.MORE, member, rows.shape, entries, step, price, np.inf)


def copied(matrix: Matrix, columns: Whole, sign: float) -> tuple[Whole, Whole, Real]:
    """The entries of columns, times sign, by their place among these columns."""
    flat = columns.ravel()
    counts = matrix.start[flat + 1] - matrix.start[flat]
    way = np.repeat(np.arange(len(flat)), counts)
    at = np.arange(len(way)) - np.repeat(np.cumsum(counts) - counts, counts)
    at = at + np.repeat(matrix.start[flat], counts)
    return way, matrix.index[at], sign * matrix.value[at]


def way_of(
    act: Act,
    member: ArrayLike,
    shape: tuple[int, ...],
    entries: tuple[Whole, Whole, Real],
    step: ArrayLike,
    price: ArrayLike,
    most: ArrayLike,
    new_rows: Real | None = None,
) -> Way:
    """A way of these entries; the rest is broadcast to its shape."""
    return Way(
        act=np.full(shape, int(act)).ravel(),
        member=np.broadcast_to(np.asarray(member, dtype=np.int64), shape).ravel(),
        entries=entries,
        step=np.broadcast_to(np.asarray(step, dtype=np.int64), shape).ravel(),
        most=np.broadcast_to(np.asarray(most, dtype=np.float64), shape).ravel(),
        price=np.broadcast_to(np.asarray(price, dtype=np.float64), shape).ravel(),
        new_rows=np.zeros(0) if new_rows is None else new_rows,
    )


def with_peaks(matrix: Matrix, way: Way) -> Way:
    """The way, and for each of its members the most that it gives in any step."""
    count, rows = len(way.step), len(way.new_rows)
    members, of_member = np.unique(way.member, return_inverse=True)
    peaks = count + np.arange(len(members))
    tied = len(matrix.row_lower) + rows + np.arange(count)
    dearest = np.zeros(len(members))
    np.maximum.at(dearest, of_member, way.price)
    column, row, value = way.entries
    return Way(
        act=np.append(way.act, np.full(len(members), int(Act.PEAK))),
        member=np.append(way.member, members),
        entries=(
            np.concatenate([column, np.arange(count), peaks[of_member]]),
            np.concatenate([row, tied, tied]),
            np.concatenate([value, np.repeat([1.0, -1.0], count)]),
        ),
        step=np.append(way.step, np.full(len(members), NOWHERE)),
        most=np.append(way.most, np.full(len(members), np.inf)),
        price=np.append(way.price, PEAK_SHARE * dearest),
        new_rows=np.append(way.new_rows, np.zeros(count)),
    )


def elastic_of(matrix: Matrix, members: tuple[Member, ...], ways: Iterable[Way]) -> Elastic:
    """The program with the columns of all ways behind its own; its costs are left out."""
    given = [way for way in ways if len(way.step)]
    most = _reals([way.most for way in given])
    return Elastic(
        members=members,
        matrix=_appended(matrix, given, most),
        first=len(matrix.cost),
        member=_wholes([way.member for way in given]),
        step=_wholes([way.step for way in given]),
        price=_reals([way.price for way in given]),
        most=most,
        act=_wholes([way.act for way in given]),
    )


def _reals(parts: list[Real]) -> Real:
    return np.concatenate([np.zeros(0), *parts])


def _wholes(parts: list[Whole]) -> Whole:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _appended(matrix: Matrix, ways: list[Way], most: Real) -> Matrix:
    """The program with columns 0 to `most` and the new rows of the ways behind its own."""
    rows = len(matrix.row_lower)
    columns, indices = [], []
    ahead = added = 0
    for way in ways:
        column, row, _ = way.entries
        columns.append(column + ahead)
        indices.append(np.where(row >= rows, row + added, row))
        ahead, added = ahead + len(way.step), added + len(way.new_rows)
    column = _wholes(columns)
    order = np.argsort(column, kind="stable")
    counts = np.bincount(column, minlength=ahead)
    nowhere = np.full(added, NOWHERE, dtype=np.int64)
    row_family = np.full(added, int(matrix.row_family.max(initial=-1)) + 1)
    column_family = np.full(ahead, int(matrix.column_family.max(initial=-1)) + 1)
    return replace(
        matrix,
        cost=np.zeros(len(matrix.cost) + ahead),
        lower=np.concatenate([matrix.lower, np.zeros(ahead)]),
        upper=np.concatenate([matrix.upper, most]),
        row_lower=np.concatenate([matrix.row_lower, np.full(added, -np.inf)]),
        row_upper=_reals([matrix.row_upper, *(way.new_rows for way in ways)]),
        start=np.concatenate([matrix.start, matrix.start[-1] + np.cumsum(counts)]),
        index=np.concatenate([matrix.index, _wholes(indices)[order]]),
        value=np.concatenate([matrix.value, _reals([way.entries[2] for way in ways])[order]]),
        row_site=np.concatenate([matrix.row_site, nowhere]),
        row_step=np.concatenate([matrix.row_step, nowhere]),
        row_family=np.concatenate([matrix.row_family, row_family]),
        column_family=np.concatenate([matrix.column_family, column_family]),
    )


def priced(elastic: Elastic, price: Real) -> Matrix:
    """The program with these prices of its ways and no other costs."""
    cost = elastic.matrix.cost.copy()
    cost[elastic.first :] = price
    return replace(elastic.matrix, cost=cost)
