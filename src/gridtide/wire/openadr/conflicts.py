"""Which of several values holds: the lower priority number; among equals the one that asks for more.

Source: OpenADR 3.1.1, User Guide 7.1; it leaves equal priorities open, and here the most restrictive goes first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

LAST = 2**31
"""Rank of an event without a priority: after all that have one."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A value that an event wants to hold in [start_s, end_s); end_s None: for ever. event: the name of it."""

    event: str
    event_id: str
    priority: int | None
    value: float
    start_s: int
    end_s: int | None


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Two events of equal priority that ask for different things at one time: which was followed."""

    what: str
    followed: str
    left: str
    value: float
    other: float
    start_s: int
    end_s: int


def settled(
    claims: Sequence[Claim],
    what: str,
    stricter: Callable[[float, float], bool],
    from_s: int,
    until_s: int,
) -> tuple[tuple[Claim, ...], tuple[Conflict, ...]]:
    """What holds when in [from_s, until_s): pieces of claims that do not overlap, in order, and open conflicts.

    stricter: whether the first value asks for more than the second. A piece that reaches until_s keeps its own end.
    """
    edges = {from_s, until_s}
    for claim in claims:
        edges.add(min(max(claim.start_s, from_s), until_s))
        edges.add(until_s if claim.end_s is None else min(max(claim.end_s, from_s), until_s))
    ordered = sorted(edges)
    pieces: list[Claim] = []
    conflicts: list[Conflict] = []
    waiting = sorted(claims, key=lambda claim: (claim.start_s, claim.event_id), reverse=True)
    there: list[Claim] = []
    for start_s, end_s in pairwise(ordered):
        while waiting and waiting[-1].start_s <= start_s:
            there.append(waiting.pop())
        there = [one for one in there if _ends_after(one, start_s)]
        if not there:
            continue
        first = _first(there, stricter)
        _append(pieces, first, start_s, end_s, until_s)
        for other in there:
            if other.event_id != first.event_id and _is_open(first, other):
                _note(conflicts, what, first, other, start_s, end_s)
    return tuple(pieces), tuple(conflicts)


def rank(priority: int | None) -> int:
    """Order of a priority: lower goes first, none goes last."""
    return LAST if priority is None else priority


def _ends_after(claim: Claim, at_s: int) -> bool:
    return claim.end_s is None or claim.end_s > at_s


def _first(there: Sequence[Claim], stricter: Callable[[float, float], bool]) -> Claim:
    chosen = there[0]
    for other in there[1:]:
        here, theirs = rank(chosen.priority), rank(other.priority)
        if theirs < here or (theirs == here and stricter(other.value, chosen.value)):
            chosen = other
    return chosen


def _is_open(first: Claim, other: Claim) -> bool:
    return rank(first.priority) == rank(other.priority) and first.value != other.value


def _append(pieces: list[Claim], claim: Claim, start_s: int, end_s: int, until_s: int) -> None:
    last = pieces[-1] if pieces else None
    own_end = claim.end_s if end_s == until_s else end_s
    if last is not None and last.end_s == start_s and _same(last, claim):
        start_s = last.start_s
        pieces.pop()
    pieces.append(replace(claim, start_s=start_s, end_s=own_end))


def _same(one: Claim, other: Claim) -> bool:
    return (one.event_id, one.value, one.priority) == (other.event_id, other.value, other.priority)


def _note(
    conflicts: list[Conflict], what: str, first: Claim, other: Claim, start_s: int, end_s: int
) -> None:
    found = Conflict(
        what=what,
        followed=first.event,
        left=other.event,
        value=first.value,
        other=other.value,
        start_s=start_s,
        end_s=end_s,
    )
    for number, known in enumerate(conflicts):
        if known.end_s == start_s and replace(found, start_s=known.start_s) == replace(
            known, end_s=end_s
        ):
            conflicts[number] = replace(known, end_s=end_s)
            return
    conflicts.append(found)
