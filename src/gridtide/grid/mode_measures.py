"""What would help in a mode after a loss: compute moved between sites, units moved, both; and how far they fall
short."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.corrective import Correction, Movable, both, corrected
from gridtide.grid.fleet_moves import Sites
from gridtide.grid.lossless_grid import TOLERANCE_KW, flow_after, flow_of
from gridtide.grid.mode_study import ModeCase, System, whole_load_kw
from gridtide.grid.optimal_flow import SHED_PRICE_PER_MWH
from gridtide.grid.units import Units

Real = NDArray[np.float64]
NONE = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Measures:
    """After one loss of a mode: compute, None without a fleet, generation, and both; each by `corrected`. shed: loads
    cut besides, None where both clear it; shed_kw: how much is cut then. over_kw: what all branches are over their
    emergency ratings before any of them."""

    compute: Correction | None
    generation: Correction
    together: Correction
    shed: Correction | None
    shed_kw: float
    over_kw: float
    sites: Movable
    units: Movable


def movable_sites(sites: Sites, drawn_kw: Real, minutes: float) -> Movable:
    """What sites may move within minutes of what they draw, (F,): a load that falls feeds in more. The price of a move
    is paid where the load falls."""
    within = sites.ramp_kw_per_min * minutes
    return Movable(
        names=sites.names,
        bus=sites.bus,
        up_kw=np.clip(drawn_kw - sites.least_kw, 0.0, within),
        down_kw=np.clip(sites.most_kw - drawn_kw, 0.0, within),
        up_price_per_mwh=sites.move_price_per_mwh,
        down_price_per_mwh=np.zeros(len(sites)),
    )


def movable_units(units: Units, fed_kw: Real, most_kw: Real, minutes: float) -> Movable:
    """What units that run may move within minutes, down to their lowest output; a MWh more costs what their last step
    does, and one less saves it. Units that stand still are not started. fed_kw, most_kw: (G,)."""
    runs = fed_kw > TOLERANCE_KW
    within = np.where(runs, units.ramp_kw_per_min * minutes, 0.0)
    edges = np.cumsum(units.block_kw, axis=1)
    step = np.minimum((edges < fed_kw[:, None] - TOLERANCE_KW).sum(axis=1), edges.shape[1] - 1)
    price = units.block_price_per_mwh[np.arange(len(units)), step]
    lowest = np.minimum(units.min_kw, fed_kw)
    kept = np.flatnonzero(runs)
    return Movable(
        names=tuple(units.names[k] for k in kept),
        bus=units.bus[kept],
        up_kw=np.clip(most_kw - fed_kw, 0.0, within)[kept],
        down_kw=np.clip(fed_kw - lowest, 0.0, within)[kept],
        up_price_per_mwh=price[kept],
        down_price_per_mwh=-price[kept],
    )


def measures_after(system: System, case: ModeCase, loss: int, minutes: float) -> Measures:
    """What would help after a loss of a mode, by its number among those screened, within minutes."""
    grid = case.standing.grid
    branch = int(case.screened.branch[loss])
    fed = case.fed_kw
    if branch >= 0:
        flow = flow_after(grid, case.flow_kw)[:, branch]
    else:
        fed = fed_after_loss(fed, case.dispatch.most_kw, int(case.screened.unit[loss]))
        drawn = whole_load_kw(system, case.load_kw, case.site_kw)
        injected = np.bincount(system.units.bus, fed, minlength=len(drawn)) - drawn
        flow = flow_of(grid, injected)
    sites = movable_sites(system.sites, case.site_kw, minutes)
    units = movable_units(system.units, fed, case.dispatch.most_kw, minutes)
    over = np.maximum(np.abs(flow) - grid.branches.emergency_kw, 0.0)
    together = corrected(grid, flow, branch, both(sites, units))
    loads = _loads(case.load_kw)
    shed = (
        None if together.clears else corrected(grid, flow, branch, both(both(sites, units), loads))
    )
    return Measures(
        compute=corrected(grid, flow, branch, sites) if len(sites) else None,
        generation=corrected(grid, flow, branch, units),
        together=together,
        shed=shed,
        shed_kw=0.0 if shed is None else float(shed.fed_more_kw[-len(loads) :].sum()),
        over_kw=float(over[over > TOLERANCE_KW].sum()),
        sites=sites,
        units=units,
    )


def _loads(load_kw: Real) -> Movable:
    """Loads of others, cut where nothing else is left."""
    drawn = np.maximum(load_kw, 0.0)
    none = np.zeros(len(drawn))
    return Movable(
        names=("",) * len(drawn),
        bus=np.arange(len(drawn)),
        up_kw=drawn,
        down_kw=none,
        up_price_per_mwh=np.full(len(drawn), SHED_PRICE_PER_MWH),
        down_price_per_mwh=none,
    )


def fed_after_loss(fed_kw: Real, most_kw: Real, unit: int) -> Real:
    """What units feed once those that run have made up the loss of one in shares of their room, (G,)."""
    room = np.where(fed_kw > TOLERANCE_KW, most_kw - fed_kw, 0.0)
    room[unit] = 0.0
    used = min(fed_kw[unit] / room.sum(), 1.0) if room.sum() > 0.0 else 0.0
    after: Real = fed_kw + used * room
    after[unit] = 0.0
    return after
