"""How much more load each bus takes in every hour of a year, as the grid stands and after any one outage."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze_new
from gridtide.grid.branches import Branches
from gridtide.grid.hosting_capacity import NONE, TINY
from gridtide.grid.sensitivities import Sensitivities

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
HOURS_AT_ONCE = 168
PAIRS_AT_ONCE = 24


@dataclass(frozen=True, kw_only=True, eq=False)
class HostingYear:
    """hosted_kw: load that may be added at each of S buses in each of H hours, inf where nothing binds, below 0
    where a branch that it would load is over its rating already, (H, S).

    branch: the one that is full then, -1 where nothing binds; lost: the outage it is full after, -1 for none; (H,
    S). looked_at: pairs of a branch and an outage whose room was worked out hour by hour, of all that there are
    over hours and buses, 0-1; the others were proved never to bind.
    """

    hosted_kw: Real
    branch: Whole
    lost: Whole
    looked_at: float

    def __post_init__(self) -> None:
        freeze_new(self, hosted_kw=np.float64, branch=np.int64, lost=np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pairs:
    """Each monitored branch as the grid stands, then after each outage: branch, lost (0 where none), share of the
    lost branch's flow that it takes over, rating; (P,) each; is_none: how many stand for no outage, the first
    ones."""

    branch: Whole
    lost: Whole
    share: Real
    rating_kw: Real
    is_none: int


@dataclass(frozen=True, kw_only=True, eq=False)
class _Loaded:
    """Pairs that load at one bus fills. pair: ascending, (Q,); sign: of their flow that grows, per kW by grows,
    above 0."""

    pair: Whole
    sign: Real
    grows: Real


def hosting_year(
    branches: Branches,
    found: Sensitivities,
    flow_kw: Real,
    fed_share: Real,
    buses: Whole,
    outages: bool,
    least_effect: float = TINY,
) -> HostingYear:
    """The most load at each of S buses alone, hour by hour, by normal ratings as the grid stands and, with outages,
    by emergency ratings after the loss of any branch that does not split it.

    flow_kw: before, (H, L). fed_share: which buses feed what is added, (N,), adding up to 1. least_effect: a branch
    that carries less than this share of the added load is not held to bind by it. For every block of hours, bounds
    of each pair's room over the block leave out those that cannot bind in it: the answer is that of looking at all
    of them. Raises ValueError for shares that do not add up to 1.
    """
    if abs(float(fed_share.sum()) - 1.0) > 1e-9:
        raise ValueError("shares of those who feed do not add up to 1")
    pairs = _pairs(branches, found, outages)
    loaded = [
        _loaded(pairs, found.ptdf @ fed_share - found.ptdf[:, bus], max(least_effect, TINY))
        for bus in buses.tolist()
    ]
    hours = len(flow_kw)
    hosted = np.full((hours, len(buses)), np.inf)
    binding = np.full((hours, len(buses)), NONE, dtype=np.int64)
    counted = 0
    for at in range(0, hours, HOURS_AT_ONCE):
        block = slice(at, at + HOURS_AT_ONCE)
        flow = np.ascontiguousarray(flow_kw[block])
        highest, lowest = _spans(pairs, flow, len(branches))
        for column, one in enumerate(loaded):
            if len(one.pair):
                hosted[block, column], binding[block, column], looked = _least_room(
                    pairs, one, flow, highest, lowest
                )
                counted += looked * len(flow)
    return HostingYear(
        hosted_kw=hosted,
        branch=np.where(binding == NONE, NONE, pairs.branch[binding]),
        lost=np.where(binding < pairs.is_none, NONE, pairs.lost[binding]),
        looked_at=counted / max(hours * len(buses) * len(pairs.branch), 1),
    )


def shared_reinforcement_kw(
    branches: Branches,
    found: Sensitivities,
    flow_kw: Real,
    fed_share: Real,
    bus: int,
    size_kw: float,
    least_effect: float = TINY,
) -> Real:
    """By how much the rating of each branch must rise so that a load of size_kw at a bus is served in every hour,
    before and after any outage, (L,); as `hosting_year`, of whose answer this is the other side. Reactances stay."""
    pairs = _pairs(branches, found, True)
    loaded = _loaded(pairs, found.ptdf @ fed_share - found.ptdf[:, bus], max(least_effect, TINY))
    highest, lowest = _spans(pairs, np.ascontiguousarray(flow_kw), len(branches))
    worst = np.where(loaded.sign > 0.0, highest[loaded.pair], -lowest[loaded.pair])
    beyond = worst + loaded.grows * size_kw - pairs.rating_kw[loaded.pair]
    more = np.zeros(len(branches))
    np.maximum.at(more, pairs.branch[loaded.pair], beyond)
    return more


def _pairs(branches: Branches, found: Sensitivities, outages: bool) -> _Pairs:
    lines = len(branches)
    lost = np.flatnonzero(~found.is_bridge) if outages else np.empty(0, dtype=np.int64)
    each = np.arange(lines)
    branch = np.concatenate([each, np.tile(each, len(lost))])
    share = np.concatenate([np.zeros(lines), found.lodf[:, lost].T.ravel()])
    rating = np.concatenate([branches.rating_kw, np.tile(branches.emergency_kw, len(lost))])
    gone = np.concatenate([np.zeros(lines, dtype=np.int64), np.repeat(lost, lines)])
    rating[lines:][branch[lines:] == gone[lines:]] = np.inf
    return _Pairs(branch=branch, lost=gone, share=share, rating_kw=rating, is_none=lines)


def _loaded(pairs: _Pairs, added: Real, least_effect: float) -> _Loaded:
    """added: kW on each branch for a kW of load, (L,)."""
    grows = added[pairs.branch] + pairs.share * added[pairs.lost]
    pair = np.flatnonzero((np.abs(grows) > least_effect) & np.isfinite(pairs.rating_kw))
    return _Loaded(pair=pair, sign=np.sign(grows[pair]), grows=np.abs(grows[pair]))


def _spans(pairs: _Pairs, flow: Real, lines: int) -> tuple[Real, Real]:
    """Highest and lowest flow of each pair over a block of hours, (P,) each."""
    highest, lowest = np.empty((2, len(pairs.branch) // lines, lines))
    highest[0], lowest[0] = flow.max(axis=0), flow.min(axis=0)
    after = np.empty_like(flow)
    shares = pairs.share.reshape(-1, lines)
    for row, lost in enumerate(pairs.lost[lines::lines].tolist(), start=1):
        np.multiply(flow[:, lost, None], shares[row], out=after)
        np.add(flow, after, out=after)
        highest[row], lowest[row] = after.max(axis=0), after.min(axis=0)
    return highest.ravel(), lowest.ravel()


def _least_room(
    pairs: _Pairs, loaded: _Loaded, flow: Real, highest: Real, lowest: Real
) -> tuple[Real, Whole, int]:
    """Least room of each hour of a block, the first pair that has it, and how many pairs were worked out."""
    worst = np.where(loaded.sign > 0.0, highest[loaded.pair], -lowest[loaded.pair])
    never_below = (pairs.rating_kw[loaded.pair] - worst) / loaded.grows
    first = np.asarray([int(never_below.argmin())])
    room = _rooms(pairs, loaded, flow, first)[:, 0]
    binding = np.full(len(flow), loaded.pair[first[0]])
    looked = 1
    for chosen in _promising(never_below, room):
        rooms = _rooms(pairs, loaded, flow, chosen)
        least = rooms.argmin(axis=1)
        there, pair = rooms[np.arange(len(flow)), least], loaded.pair[chosen[least]]
        better = (there < room) | ((there == room) & (pair < binding))
        room[better], binding[better] = there[better], pair[better]
        looked += len(chosen)
    return room, binding, looked


def _promising(never_below: Real, room: Real) -> Iterator[Whole]:
    """Pairs some at once, the least bound first, as long as one may still bind in an hour. room: as known so far;
    whoever takes them lowers it."""
    left = np.flatnonzero(never_below <= room.max())
    left = left[np.argsort(never_below[left], kind="stable")]
    for at in range(0, len(left), PAIRS_AT_ONCE):
        chosen = left[at : at + PAIRS_AT_ONCE]
        if never_below[chosen[0]] > room.max():
            return
        yield np.sort(chosen)


def _rooms(pairs: _Pairs, loaded: _Loaded, flow: Real, chosen: Whole) -> Real:
    """Load until each of some pairs is full, in each hour, (H, M)."""
    pair = loaded.pair[chosen]
    after = flow[:, pairs.branch[pair]] + flow[:, pairs.lost[pair]] * pairs.share[pair]
    return np.asarray((pairs.rating_kw[pair] - loaded.sign[chosen] * after) / loaded.grows[chosen])
