"""A course at an instant as if users waited longer from there on: services with more ways to answer."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.service import Service
from gridtide.simulate.flexing import Standing


def if_they_waited(standing: Standing, services: tuple[Service, ...]) -> Standing:
    """The same standing with these services, which are its own with more slower points behind theirs.

    Nothing is told to the new points: what happens without further orders stays what it was.
    """
    turn, study = standing.turn, standing.study
    dispatch = turn.orders.dispatch
    slower = _with_room(dispatch.slower_shares, dispatch.shares, study.services, services)
    told = replace(dispatch, slower_shares=slower)
    return replace(
        standing,
        study=replace(study, services=services),
        turn=replace(
            turn,
            situation=replace(turn.situation, services=services),
            orders=replace(turn.orders, dispatch=told),
        ),
    )


def _with_room(
    slower: NDArray[np.float64],
    shares: NDArray[np.float64],
    before: tuple[Service, ...],
    after: tuple[Service, ...],
) -> NDArray[np.float64]:
    """Shares told to slower points, (N, O, P, T), with none told to those that were added."""
    counts = [len(one.slower) for one in before]
    firsts = np.concatenate([[0], np.cumsum(counts)]).astype(int)
    parts = []
    for number, (first, count) in enumerate(zip(firsts, counts, strict=False)):
        own = slower[first : first + count] if slower.size else np.zeros((count, *shares.shape[1:]))
        more = len(after[number].slower) - count
        parts += [own, np.zeros((more, *shares.shape[1:]))]
    return np.concatenate(parts) if parts else slower
