"""Where in time a conflict lies: the shortest of halved spans in which limits alone still stand against promises."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.elastic import Elastic, Kind
from gridtide.decide.conflict.narrowing import Narrowed, narrowed
from gridtide.decide.conflict.trying import Tries

Mask = NDArray[np.bool_]
WORK = (Kind.WORK, Kind.FIXED_WORK)


def located(tries: Tries, closed: Mask) -> Narrowed:
    """The part of the program for a conflict among these closed ways, all of its ways conflicting: those of the
    first half of the span they lie in, the second or the middle one, as long as one of them holds a conflict."""
    elastic = tries.elastic
    narrower: Mask | None = closed
    while narrower is not None:
        closed, narrower = narrower, _half(tries, narrower)
    return narrowed(elastic, closed, touched_only=True)


def _half(tries: Tries, closed: Mask) -> Mask | None:
    """The ways of a conflict in half of the span of these, None where no half has one."""
    elastic = tries.elastic
    timed = closed & ~_of_work(elastic) & (elastic.step >= 0)
    if not timed.any():
        return None
    first, last = int(elastic.step[timed].min()), int(elastic.step[timed].max()) + 1
    length = (last - first + 1) // 2
    if length == last - first:
        return None
    for begin in (first, last - length, first + length // 2):
        inside = (elastic.step >= begin) & (elastic.step < begin + length)
        found = _conflict_in(tries, closed & (~timed | inside))
        if found is not None:
            return found
    return None


def _conflict_in(tries: Tries, closed: Mask) -> Mask | None:
    part = narrowed(tries.elastic, closed, touched_only=True)
    inner = Tries(part.elastic)
    found = inner.conflict_in(np.ones(len(part.ways), dtype=bool))
    tries.solves += inner.solves
    if found is None:
        return None
    named = np.zeros(len(closed), dtype=bool)
    named[part.ways[found[1]]] = True
    return named


def _of_work(elastic: Elastic) -> Mask:
    """Ways of promised work, whose steps are those in which it would be late."""
    return np.asarray([member.kind in WORK for member in elastic.members])[elastic.member]
