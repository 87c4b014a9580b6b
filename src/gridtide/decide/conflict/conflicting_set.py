"""A smallest set of promises and limits that cannot hold together: groups first, then members, then steps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.elastic import Act, Elastic
from gridtide.decide.conflict.trying import Tries

Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
CELLS_MAX = 200
"""Cells of members and steps up to which each is tried alone; more stay as the proof names them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ConflictingSet:
    """Members that cannot hold together: leaving out any one of them, the others can.

    members: indices, ascending. closed: the ways that must stay closed for it, (G,). lacking: units that are
    lacking at least. solves: programs solved. by_step: whether leaving out any one step of a limit was tried
    too, so that no step is named needlessly.
    """

    members: tuple[int, ...]
    closed: Mask
    lacking: float
    solves: int
    by_step: bool


def conflicting_set(tries: Tries, closed: Mask | None = None) -> ConflictingSet | None:
    """A smallest conflict among the closed ways (all by default), None where everything can hold together.

    Raises NothingHolds where no member is at fault.
    """
    elastic = tries.elastic
    if len(elastic.member) == 0:
        return None
    before = tries.solves
    found = tries.conflict_in(every_way(elastic) if closed is None else closed)
    if found is None:
        return None
    named = found[1]
    for labels in (_groups(elastic), elastic.member):
        named = _without_needless(tries, named, labels)
    cells = _cells(elastic)
    by_step = len(np.unique(cells[named])) <= CELLS_MAX
    if by_step:
        named = _without_needless(tries, named, cells)
    again = tries.conflict_in(named)
    if again is None:
        raise ArithmeticError("a conflict was lost by rounding while it was made smaller")
    return ConflictingSet(
        members=tuple(int(member) for member in np.unique(elastic.member[named])),
        closed=named,
        lacking=again[0],
        solves=tries.solves - before,
        by_step=by_step,
    )


def every_way(elastic: Elastic) -> Mask:
    """All ways out, (G,): peaks only count."""
    return np.asarray(elastic.act != Act.PEAK)


def _without_needless(tries: Tries, closed: Mask, labels: Whole) -> Mask:
    """The conflict without every label that it does not need: each was left out once, and then nothing lacked."""
    for label in np.unique(labels[closed]):
        own = closed & (labels == label)
        if not own.any():
            continue
        found = tries.conflict_in(closed & ~own)
        if found is not None:
            closed = found[1]
    return closed


def _groups(elastic: Elastic) -> Whole:
    names = [member.group for member in elastic.members]
    number = {name: index for index, name in enumerate(dict.fromkeys(names))}
    return np.asarray([number[name] for name in names], dtype=np.int64)[elastic.member]


def _cells(elastic: Elastic) -> Whole:
    """One number for each member and step."""
    steps = int(elastic.step.max(initial=0)) + 2
    return elastic.member * steps + elastic.step + 1
