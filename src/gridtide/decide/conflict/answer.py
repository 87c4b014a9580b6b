"""What is answered where promises and limits cannot hold together: the sets in conflict, and the ways out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.conflicting_set import ConflictingSet, conflicting_set, every_way
from gridtide.decide.conflict.elastic import Elastic, Kind
from gridtide.decide.conflict.relaxing import Relaxation, cheapest_relaxation
from gridtide.decide.conflict.trying import Tries
from gridtide.timeline import Timeline

Mask = NDArray[np.bool_]
PROMISES = frozenset({Kind.WORK, Kind.FIXED_WORK, Kind.DEMAND})
SETS_MAX = 5
ALONE_MAX = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class Alone:
    """A member of the first set, and what it would have to give if the others of the set gave nothing."""

    member: int
    relaxation: Relaxation | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Conflict:
    """sets: conflicts without a member in common, at most SETS_MAX; more: whether there are others.

    cheapest: the cheapest way out of all of them. by_promises, by_limits: where only these give way, None
    where that is not enough. alone: for each member of the first set, none where they are more than ALONE_MAX.
    """

    elastic: Elastic
    horizon: Timeline
    sets: tuple[ConflictingSet, ...]
    more: bool
    cheapest: Relaxation | None
    by_promises: Relaxation | None
    by_limits: Relaxation | None
    alone: tuple[Alone, ...]


def conflict_in(elastic: Elastic, horizon: Timeline) -> Conflict | None:
    """The answer, None where everything can hold together. Raises NothingHolds where no member is at fault."""
    if not len(elastic.member):
        return None
    tries = Tries(elastic)
    sets, more = _sets(tries)
    if not sets:
        return None
    promises = np.asarray([member.kind in PROMISES for member in elastic.members])[elastic.member]
    cheapest = cheapest_relaxation(tries)
    return Conflict(
        elastic=elastic,
        horizon=horizon,
        sets=sets,
        more=more,
        cheapest=cheapest,
        by_promises=_among(tries, promises, cheapest),
        by_limits=_among(tries, ~promises, cheapest),
        alone=tuple(_alone(tries, sets[0], member) for member in sets[0].members)
        if len(sets[0].members) <= ALONE_MAX
        else (),
    )


def _sets(tries: Tries) -> tuple[tuple[ConflictingSet, ...], bool]:
    """Conflicts one after the other, those found left out of the search for the next, which begins near by."""
    sets: list[ConflictingSet] = []
    elastic = tries.elastic
    closed = every_way(elastic)
    felt = np.zeros_like(closed)
    while len(sets) < SETS_MAX:
        nearby = closed & felt
        found = conflicting_set(tries, nearby) if nearby.any() else None
        found = found or conflicting_set(tries, closed)
        if found is None:
            return tuple(sets), False
        sets.append(found)
        felt |= found.felt
        closed = closed & ~np.isin(elastic.member, found.members)
        if not found.by_member:
            break
    return tuple(sets), tries.conflict_in(closed) is not None


def _among(tries: Tries, may: Mask, cheapest: Relaxation | None) -> Relaxation | None:
    """The cheapest way out in which only these give: the cheapest of all where no other gives there."""
    if cheapest is not None and not cheapest.amounts[~may].any():
        return cheapest
    return cheapest_relaxation(tries, may)


def _alone(tries: Tries, found: ConflictingSet, member: int) -> Alone:
    """What the member gives where everything outside the set is left out and its others hold."""
    elastic = tries.elastic
    own = elastic.member == member
    outside = ~np.isin(elastic.member, found.members)
    return Alone(member=member, relaxation=cheapest_relaxation(tries, own, left_out=outside))
