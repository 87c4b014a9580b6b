"""What units feed in hour by hour of a year: cheapest first, and where that would overload a branch, the cheapest
that does not."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze_new
from gridtide.grid.grid_over_year import GridOverYear
from gridtide.grid.secure_program import (
    CLOSE_KW,
    SecureProgram,
    Steps,
    filled,
    over_kw,
    steps_of,
)
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class FedYear:
    """fed_kw: of each unit, (H, G). flow_kw: of each branch without losses, (H, L). unfed_kw: load beyond what
    units could give, (H,). over_kw: what the fullest branch carries above its rating, normal as the grid stands and
    emergency after an outage, where no dispatch avoids it, (H,). redispatched: hours in which cheapest first would
    have overloaded a branch, (H,); cost_per_h of what is fed, merit_cost_per_h of cheapest first."""

    fed_kw: Real
    flow_kw: Real
    unfed_kw: Real
    over_kw: Real
    redispatched: NDArray[np.bool_]
    cost_per_h: Real
    merit_cost_per_h: Real

    def __post_init__(self) -> None:
        reals = ("fed_kw", "flow_kw", "unfed_kw", "over_kw", "cost_per_h", "merit_cost_per_h")
        freeze_new(self, redispatched=np.bool_, **dict.fromkeys(reals, np.float64))


def fed_year(
    grid: GridOverYear,
    secure: bool,
    done: Callable[[int], None] = lambda hour: None,
) -> FedYear:
    """Each hour on its own: units fill their steps cheapest first, up to what weather and water give; least output,
    starts, ramps, stores and reserves are left aside.

    secure: hours in which that would overload a branch, as the grid stands or after the loss of any one that does not
    split it, are dispatched again at least cost within all ratings, which may turn down wind, sun and water.
    done: told each hour that is through.
    """
    steps = steps_of(grid.units)
    watched = grid.watched(outages=True)
    drawn, available = grid.load_kw, grid.available_kw
    fed = _cheapest_first(steps, available, drawn.sum(axis=1))
    merit_cost = _cost_per_h(steps, fed)
    over = over_kw(watched, grid.flow_kw(fed))
    moved = over > CLOSE_KW if secure else np.zeros(len(over), dtype=bool)
    program = SecureProgram(steps, watched, grid.units.bus)
    for hour in range(len(drawn)):
        if moved[hour]:
            solved = program.solved(available[hour], drawn[hour])
            fed[hour], over[hour] = solved.fed_kw, solved.over_kw
        done(hour)
    return FedYear(
        fed_kw=fed,
        flow_kw=grid.flow_kw(fed),
        unfed_kw=np.maximum(drawn.sum(axis=1) - fed.sum(axis=1), 0.0),
        over_kw=np.where(over > CLOSE_KW, over, 0.0),
        redispatched=moved,
        cost_per_h=_cost_per_h(steps, fed),
        merit_cost_per_h=merit_cost,
    )


def _cost_per_h(steps: Steps, fed: Real) -> Real:
    return np.asarray(filled(steps, fed) @ steps.price_per_mwh * cost_per_kwh(1.0))


def _cheapest_first(steps: Steps, available: Real, wanted: Real) -> Real:
    room = filled(steps, available)
    before = np.cumsum(room, axis=1) - room
    used = np.clip(wanted[:, None] - before, 0.0, room)
    fed = np.zeros_like(available)
    for column, unit in enumerate(steps.unit.tolist()):
        fed[:, unit] += used[:, column]
    return fed
