"""A linear program of what units feed in, one hour after another, with only those ratings that some hour came up
against."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.branches import Branches
from gridtide.grid.sensitivities import Sensitivities
from gridtide.grid.units import Units
from gridtide.quiet_highs import quiet_highs

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
PRICE_OF_TOO_MUCH = 10_000.0
"""Per MWh over a rating or of load that no unit feeds: above any unit's price, so that neither is chosen."""
CLOSE_KW = 1.0
MOST_ROUNDS = 30
ROWS_A_ROUND = 8
DUAL_OF_NOTHING = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Steps:
    """Steps of output of all units in columns, cheapest first: unit, begins_kw, kw, price_per_mwh, (C,)."""

    unit: Whole
    begins_kw: Real
    kw: Real
    price_per_mwh: Real


@dataclass(frozen=True, kw_only=True, eq=False)
class Watched:
    """What may be overloaded: PTDF, LODF without its bridges' columns, what shifts of phase drive around while nothing
    is fed in, (L,), ratings, and branches that may be lost."""

    ptdf: Real
    lodf: Real
    standing_kw: Real
    lost: Whole
    rating_kw: Real
    emergency_kw: Real


def steps_of(units: Units) -> Steps:
    """Steps that are wider than 0."""
    begins = np.cumsum(units.block_kw, axis=1) - units.block_kw
    unit, block = np.nonzero(units.block_kw > 0.0)
    price = units.block_price_per_mwh[unit, block]
    order = np.argsort(price, kind="stable")
    unit, block = unit[order], block[order]
    return Steps(
        unit=unit,
        begins_kw=begins[unit, block],
        kw=units.block_kw[unit, block],
        price_per_mwh=price[order],
    )


def filled(steps: Steps, power_kw: Real) -> Real:
    """How much of each step a unit's power fills, (..., C) for (..., G)."""
    return np.asarray(np.clip(power_kw[..., steps.unit] - steps.begins_kw, 0.0, steps.kw))


def watched_of(
    branches: Branches, found: Sensitivities, standing_kw: Real, outages: bool
) -> Watched:
    """All branches, as the grid stands and, with outages, after the loss of any that does not split it."""
    lost = np.flatnonzero(~found.is_bridge) if outages else np.empty(0, dtype=np.int64)
    return Watched(
        ptdf=found.ptdf,
        lodf=found.lodf[:, lost],
        standing_kw=standing_kw,
        lost=lost,
        rating_kw=branches.rating_kw,
        emergency_kw=branches.emergency_kw,
    )


def over_kw(watched: Watched, flow: Real) -> Real:
    """What the fullest branch carries above its rating in each hour, below 0 where none does, (H,)."""
    worst = (np.abs(flow) - watched.rating_kw).max(axis=1)
    for column, lost in enumerate(watched.lost.tolist()):
        after = np.abs(flow + flow[:, lost, None] * watched.lodf[:, column])
        after[:, lost] = 0.0
        np.maximum(worst, (after - watched.emergency_kw).max(axis=1), out=worst)
    return np.asarray(worst)


class SecureProgram:
    """A linear program of one hour after another: what is bound in one hour stays in it, and the next begins where
    the last ended. load_bus: where load is added, as much as the hour carries, whatever units that takes; None: the
    load is given and units cost as little as can be."""

    def __init__(
        self, steps: Steps, watched: Watched, bus: Whole, load_bus: int | None = None
    ) -> None:
        self.steps, self.watched, self.bus, self.load_bus = steps, watched, bus, load_bus
        self.rows: dict[tuple[int, int], int] = {}
        self.effect: list[Real] = []
        self.standing: list[float] = []
        self.limit: list[float] = []
        self.highs = _emptied(steps, load_bus is not None)

    def solved(self, available: Real, drawn: Real) -> "Solved":
        """The hour in which units could give so much, (G,), and buses draw so much, (N,)."""
        count = len(self.steps.unit)
        columns = np.arange(count, dtype=np.int32)
        most = filled(self.steps, available)
        self.highs.changeColsBounds(count, columns, np.zeros(count), most)
        wanted = float(drawn.sum())
        self.highs.changeRowBounds(0, wanted, wanted)
        bound = zip(self.effect, self.standing, self.limit, strict=True)
        for row, (effect, standing, limit) in enumerate(bound, start=1):
            passing = float(effect @ drawn) - standing
            self.highs.changeRowBounds(row, passing - limit, passing + limit)
        for _ in range(MOST_ROUNDS):
            self.highs.run()
            used = np.asarray(self.highs.getSolution().col_value)
            fed = _summed(self.steps.unit, used[:count], len(self.bus))
            added = float(used[count + 1]) if self.load_bus is not None else 0.0
            net = _summed(self.bus, fed, len(drawn)) - drawn
            if self.load_bus is not None:
                net[self.load_bus] -= added
            over, fuller = self._too_full(self.watched.ptdf @ net + self.watched.standing_kw)
            if not fuller:
                break
            for pair in fuller:
                self._add(pair, drawn)
        return Solved(fed_kw=fed, added_kw=added, over_kw=over)

    def binding(self) -> tuple[int, int]:
        """Branch and outage, -1 for none, whose rating limits the load that was added last the most; -1, -1 where
        it is what units could give."""
        dual = np.abs(np.asarray(self.highs.getSolution().row_dual)[1:])
        if not len(dual) or dual.max() < DUAL_OF_NOTHING:
            return -1, -1
        branch, after = list(self.rows)[int(dual.argmax())]
        return branch, -1 if after < 0 else int(self.watched.lost[after])

    def over_by_branch(self) -> Real:
        """What each branch carries above its rating in the hour solved last, kW, (L,): what no dispatch avoids."""
        used = np.asarray(self.highs.getSolution().col_value)
        beyond = used[len(used) - 2 * len(self.rows) :].reshape(-1, 2).sum(axis=1)
        most = np.zeros(len(self.watched.rating_kw))
        np.maximum.at(most, np.asarray([branch for branch, _ in self.rows], dtype=int), beyond)
        return most

    def _too_full(self, flow: Real) -> tuple[float, list[tuple[int, int]]]:
        """What the fullest branch carries above its rating, and pairs above theirs that are not in the program, the
        fullest first, each branch once."""
        watched = self.watched
        over = np.empty((len(flow), len(watched.lost) + 1))
        over[:, 0] = np.abs(flow) - watched.rating_kw
        after = np.abs(flow[:, None] + watched.lodf * flow[watched.lost])
        over[:, 1:] = after - watched.emergency_kw[:, None]
        over[watched.lost, np.arange(len(watched.lost)) + 1] = -np.inf
        worst = over.argmax(axis=1)
        most = over[np.arange(len(flow)), worst]
        full = [
            (branch, int(worst[branch]) - 1)
            for branch in np.argsort(-most, kind="stable")[:ROWS_A_ROUND].tolist()
            if most[branch] > CLOSE_KW
        ]
        return float(most.max()), [pair for pair in full if pair not in self.rows]

    def _add(self, pair: tuple[int, int], drawn: Real) -> None:
        branch, after = pair
        watched = self.watched
        effect, standing = watched.ptdf[branch], float(watched.standing_kw[branch])
        limit = float(watched.rating_kw[branch])
        if after >= 0:
            share, lost = float(watched.lodf[branch, after]), watched.lost[after]
            effect = effect + share * watched.ptdf[lost]
            standing += share * float(watched.standing_kw[lost])
            limit = float(watched.emergency_kw[branch])
        self.rows[pair] = len(self.effect) + 1
        self.effect.append(effect)
        self.standing.append(standing)
        self.limit.append(limit)
        of_columns = effect[self.bus[self.steps.unit]]
        if self.load_bus is not None:
            of_columns = np.append(of_columns, [0.0, -effect[self.load_bus]])
        passing = float(effect @ drawn) - standing
        columns = np.flatnonzero(of_columns).astype(np.int32)
        self.highs.addRow(
            passing - limit, passing + limit, len(columns), columns, of_columns[columns]
        )
        row = np.asarray([self.rows[pair]], dtype=np.int32)
        for sign in (1.0, -1.0):
            self.highs.addCol(PRICE_OF_TOO_MUCH, 0.0, np.inf, 1, row, np.asarray([sign]))


@dataclass(frozen=True, kw_only=True, eq=False)
class Solved:
    """An hour. fed_kw: by each unit, (G,); added_kw: load that was added; over_kw: what the fullest branch carries
    above its rating, which no dispatch avoids, 0 or below where none does."""

    fed_kw: Real
    added_kw: float
    over_kw: float


def _summed(place: Whole, value: Real, places: int) -> Real:
    return np.bincount(place, value, minlength=places).astype(np.float64)


def _emptied(steps: Steps, adds_load: bool) -> Any:
    """The program with its balance alone: all steps, a column for load that no unit feeds, and one for load added."""
    import highspy

    highs = quiet_highs("simplex", ("presolve", "off"))
    price, sign = np.append(steps.price_per_mwh, PRICE_OF_TOO_MUCH), np.ones(len(steps.unit) + 1)
    if adds_load:
        price[:-1] = 0.0
        price, sign = np.append(price, -1.0), np.append(sign, -1.0)
    count = len(price)
    highs.passModel(
        count,
        1,
        count,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        price,
        np.zeros(count),
        np.append(steps.kw, np.full(count - len(steps.kw), np.inf)),
        np.zeros(1),
        np.zeros(1),
        np.arange(count, dtype=np.int32),
        np.zeros(count, dtype=np.int32),
        sign,
        np.zeros(count, dtype=np.int32),
    )
    return highs
