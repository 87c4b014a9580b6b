"""The cheapest output of units that keeps every branch within its rating, and the price that this makes at each bus."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import Finding, Infeasible
from gridtide.grid.linear_program import LinearProgram, Optimum
from gridtide.grid.lossless_grid import (
    Limits,
    LosslessGrid,
    exceeded,
    flow_of,
    limits_at,
)
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
SHED_PRICE_PER_MWH = 10_000.0
"""What a MWh that is not served costs, unless said: the order of a value of lost load."""
OVER_PRICE_PER_MWH = 1_000_000.0
"""What a MWh over a rating costs: so much that it is only taken where no output and no shedding keeps the rating."""
ROUNDS_MAX = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class Offers:
    """M steps of output, (M,) each. unit: whose; bus: where; least_kw: fed in whatever it costs, most_kw; what a MWh
    costs, below 0 for one that is paid to be taken. Raises ValueError for a step whose least is above its most."""

    unit: Whole
    bus: Whole
    least_kw: Real
    most_kw: Real
    price_per_mwh: Real

    def __post_init__(self) -> None:
        freeze(self, unit=np.int64, bus=np.int64)
        freeze(self, **dict.fromkeys(("least_kw", "most_kw", "price_per_mwh"), np.float64))
        if not (self.least_kw <= self.most_kw).all():
            raise ValueError("the least of a step is above its most")

    def __len__(self) -> int:
        return len(self.bus)


@dataclass(frozen=True, kw_only=True, eq=False)
class OptimalFlow:
    """What is fed in by each step of the offers, fed_kw (M,), and not served at each bus, shed_kw (N,); flow_kw (L,).

    price_per_mwh: what one more kW at each bus costs, (N,): energy_price_per_mwh, the same everywhere (at the slack),
    and what each limit that binds adds; at a bus whose whole load is shed one more kW is shed too.

    limits: all that was asked for; limit_price_per_mwh: what a MWh over each would save, below 0 in its first
    direction, 0 where it does not bind, (R,); over_kw: by how much each is exceeded because nothing keeps it, (R,).
    cost_per_h: of the steps alone.
    """

    fed_kw: Real
    shed_kw: Real
    flow_kw: Real
    price_per_mwh: Real
    energy_price_per_mwh: float
    limits: Limits
    limit_price_per_mwh: Real
    over_kw: Real
    cost_per_h: float

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(("fed_kw", "shed_kw", "flow_kw", "price_per_mwh"), float))
        freeze(self, limit_price_per_mwh=float, over_kw=float)


def optimal_flow(
    grid: LosslessGrid,
    offers: Offers,
    load_kw: Real,
    outages: bool = False,
    shed_price_per_mwh: float = SHED_PRICE_PER_MWH,
) -> OptimalFlow:
    """The cheapest hour: steps filled, loads at buses served or shed at a price, (N,), normal ratings kept as the grid
    stands and, with outages, emergency ratings after the loss of any branch that does not split it.

    Limits are added as they are found exceeded, so that a large grid asks for few of them. Raises Infeasible where
    steps that must run feed more than all loads together.

    Source: Wood, Wollenberg, Sheblé, Power Generation, Operation and Control (optimal power flow by linear programming;
    a price at a bus is that of energy at the slack and, for each limit, its dual times the flow that the bus causes).
    """
    _refuse_a_surplus(offers, load_kw)
    program = LinearProgram()
    step = program.variables(len(offers), offers.price_per_mwh, offers.least_kw, offers.most_kw)
    drawn = np.maximum(load_kw, 0.0)
    shed = program.variables(len(load_kw), shed_price_per_mwh, 0.0, drawn)
    columns, bus = (
        np.concatenate([step, shed]),
        np.concatenate([offers.bus, np.arange(len(load_kw))]),
    )
    total = float(load_kw.sum())
    program.constraints(np.zeros(len(columns), dtype=np.int64), columns, 1.0, total, total, 1)
    asked: list[tuple[int, int]] = []
    for _ in range(ROUNDS_MAX):
        found = _found(program)
        injected = np.bincount(bus, found.values[columns], minlength=len(load_kw)) - load_kw
        flow_kw = flow_of(grid, injected)
        met = set(asked)
        new = [pair for pair in _pairs(exceeded(grid, flow_kw, outages)) if pair not in met]
        if not new:
            break
        asked += new
        _limit(program, _limits(grid, new), columns, bus, load_kw)
    return _told(offers, load_kw, _limits(grid, asked), found, injected, flow_kw)


def _found(program: LinearProgram) -> Optimum:
    found = program.solved()
    if found is None:
        raise RuntimeError("a program that may shed all and exceed all has no optimum")
    return found


def _refuse_a_surplus(offers: Offers, load_kw: Real) -> None:
    least, total = float(offers.least_kw.sum()), float(load_kw.sum())
    if least > total + 1e-6:
        raise Infeasible(
            [
                Finding(
                    subject="output that must run",
                    value=f"{least:,.0f} kW, {least - total:,.0f} kW more than all loads draw",
                    limit=f"at most {total:,.0f} kW",
                    mend="Stop a unit, or let load come: nothing takes the surplus.",
                )
            ]
        )


def _pairs(found: tuple[Whole, Whole]) -> list[tuple[int, int]]:
    branch, lost = found
    return list(zip(branch.tolist(), lost.tolist(), strict=True))


def _limits(grid: LosslessGrid, pairs: list[tuple[int, int]]) -> Limits:
    both = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    return limits_at(grid, both[:, 0], both[:, 1])


def _limit(
    program: LinearProgram, limits: Limits, columns: Whole, bus: Whole, load_kw: Real
) -> None:
    """Rows of limits, and two columns for each by which it is exceeded in either direction."""
    many = len(limits)
    order = np.arange(many)
    over = program.variables(2 * many, OVER_PRICE_PER_MWH)
    standing = limits.standing_kw - limits.grows @ load_kw
    rows = np.concatenate([np.repeat(order, len(columns)), order, order])
    placed = np.concatenate([np.tile(columns, many), over])
    value = np.concatenate([limits.grows[:, bus].ravel(), np.full(many, -1.0), np.ones(many)])
    lower, upper = -limits.rating_kw - standing, limits.rating_kw - standing
    program.constraints(rows, placed, value, lower, upper, many)


def _told(
    offers: Offers,
    load_kw: Real,
    limits: Limits,
    found: Optimum,
    injected_kw: Real,
    flow_kw: Real,
) -> OptimalFlow:
    energy, dual = float(found.row_dual[0]), found.row_dual[1:]
    fed_kw = found.values[: len(offers)]
    carried = limits.grows @ injected_kw + limits.standing_kw
    return OptimalFlow(
        fed_kw=fed_kw,
        shed_kw=found.values[len(offers) : len(offers) + len(load_kw)],
        flow_kw=flow_kw,
        price_per_mwh=energy + limits.grows.T @ dual,
        energy_price_per_mwh=energy,
        limits=limits,
        limit_price_per_mwh=dual,
        over_kw=np.maximum(np.abs(carried) - limits.rating_kw, 0.0),
        cost_per_h=cost_per_kwh(float(fed_kw @ offers.price_per_mwh)),
    )
