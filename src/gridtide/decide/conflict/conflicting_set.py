"""A smallest set of promises and limits that cannot hold together: groups first, then members, then steps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.elastic import Act, Elastic
from gridtide.decide.conflict.locating import located
from gridtide.decide.conflict.narrowing import Narrowed, within
from gridtide.decide.conflict.trying import Tries

Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
CELLS_MAX = 200
"""Cells of members and steps up to which each is tried alone; more stay as the proof names them."""
HANDFUL = 12
LARGE_SOLVES_MAX = 12
"""Solves of a program that stays large after which members are left as the proof names them, in groups."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ConflictingSet:
    """Members that cannot hold together: leaving out any one of them, the others can.

    members: indices, ascending. closed: the ways that must stay closed for it, (G,). felt: those that mattered where
    it was found, of which others may hold further conflicts. lacking: units that are
    lacking at least. solves: programs solved. by_member: whether leaving out any one member was tried, and not
    groups or handfuls of them alone. by_step: whether leaving out any one step of a limit was tried too, so that no
    step is named needlessly.
    """

    members: tuple[int, ...]
    closed: Mask
    felt: Mask
    lacking: float
    solves: int
    by_member: bool
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
    part, lacking, asked = _smallest(tries, located(tries, found[1]))
    needed = np.zeros(len(elastic.member), dtype=bool)
    needed[part.ways] = True
    return ConflictingSet(
        members=tuple(int(member) for member in np.unique(elastic.member[needed])),
        closed=needed,
        felt=found[1],
        lacking=lacking,
        solves=tries.solves - before,
        by_member=asked >= BY_MEMBER,
        by_step=asked >= BY_STEP,
    )


def _smallest(tries: Tries, part: Narrowed) -> tuple[Narrowed, float, int]:
    """The part without what a conflict does not need, what is lacking, and how finely that was asked."""
    asked = 0
    for asked, labels_of in enumerate(FINER, start=1):
        labels = labels_of(part.elastic)
        if asked == BY_STEP and len(np.unique(labels)) > CELLS_MAX:
            asked -= 1
            break
        inner = Tries(part.elastic)
        named, all_asked = _without_needless(inner, every_way(part.elastic), labels)
        tries.solves += inner.solves
        part = within(part, named)
        if not all_asked:
            asked -= 1
            break
    inner = Tries(part.elastic)
    again = inner.conflict_in(every_way(part.elastic))
    tries.solves += inner.solves
    if again is None:
        raise ArithmeticError("a conflict was lost by rounding while it was made smaller")
    return part, again[0], asked


def every_way(elastic: Elastic) -> Mask:
    """All ways out, (G,): peaks only count."""
    return np.asarray(elastic.act != Act.PEAK)


def _without_needless(tries: Tries, closed: Mask, labels: Whole) -> tuple[Mask, bool]:
    """The conflict without every label that it does not need: each was left out once, and then nothing lacked.

    Whether each was: of a program that stays large not all are.
    """
    for label in np.unique(labels[closed]):
        own = closed & (labels == label)
        if not own.any():
            continue
        if tries.large and tries.solves >= LARGE_SOLVES_MAX:
            return closed, False
        found = tries.conflict_in(closed & ~own)
        if found is not None:
            closed = found[1]
    return closed, True


def _groups(elastic: Elastic) -> Whole:
    names = [member.group for member in elastic.members]
    number = {name: index for index, name in enumerate(dict.fromkeys(names))}
    return np.asarray([number[name] for name in names], dtype=np.int64)[elastic.member]


def _handfuls(elastic: Elastic) -> Whole:
    """One number for each group and handful of its members."""
    return _groups(elastic) * (len(elastic.members) + 1) + elastic.member // HANDFUL


def _members(elastic: Elastic) -> Whole:
    return elastic.member


def _cells(elastic: Elastic) -> Whole:
    """One number for each member and step."""
    steps = int(elastic.step.max(initial=0)) + 2
    return elastic.member * steps + elastic.step + 1


FINER = (_groups, _handfuls, _members, _cells)
"""What is left out at once, ever finer."""
BY_MEMBER, BY_STEP = 3, 4
