"""Which units feed how much in an hour of a network, by cost, and which would feed more if more were drawn."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import Infeasible
from gridtide.grid.lossless_grid import LosslessGrid
from gridtide.grid.optimal_flow import Offers, OptimalFlow, optimal_flow
from gridtide.grid.units import Units, cost_per_h

Real = NDArray[np.float64]
Mask = NDArray[np.bool_]
HALF = 0.5
"""A unit that would give less than this share of its lowest output is stopped."""
WORSE_KW = 1.0


class Running(StrEnum):
    """How lowest outputs are kept: whole, units below half of theirs stopped; kept on, none stopped that is wanted;
    not, where keeping them leaves load unserved or a surplus."""

    STOPPED_BELOW_HALF = "units below half of their lowest output are stopped"
    KEPT_ON = "every unit that is wanted at all runs at its lowest output or more"
    NOT_KEPT = "lowest outputs are not kept: no choice of running units serves the hour with them"


@dataclass(frozen=True, kw_only=True, eq=False)
class Dispatch:
    """fed_kw: of each unit, (G,), most_kw: what it could feed then; optimum: flow and prices. running: how lowest
    outputs were kept. curtailed_kw: what units that weather or water limits could give and do not. cost_per_h: of steps
    and of running."""

    fed_kw: Real
    most_kw: Real
    optimum: OptimalFlow
    running: Running
    curtailed_kw: float
    cost_per_h: float

    def __post_init__(self) -> None:
        freeze(self, fed_kw=np.float64, most_kw=np.float64)


def offers_of(units: Units, most_kw: Real, least_kw: Real, curtail_price_per_mwh: Real) -> Offers:
    """Steps of units up to what each could feed, (G,); the first ones of each at least its least, (G,). A MWh that is
    curtailed costs its price, (G,), so that a step which would be costs that much less."""
    begins = np.cumsum(units.block_kw, axis=1) - units.block_kw
    width = np.clip(most_kw[:, None] - begins, 0.0, units.block_kw)
    least = np.clip(least_kw[:, None] - begins, 0.0, width)
    unit, step = np.nonzero(width > 0.0)
    return Offers(
        unit=unit,
        bus=units.bus[unit],
        least_kw=least[unit, step],
        most_kw=width[unit, step],
        price_per_mwh=units.block_price_per_mwh[unit, step] - curtail_price_per_mwh[unit],
    )


def dispatched(
    grid: LosslessGrid,
    units: Units,
    load_kw: Real,
    most_kw: Real,
    outages: bool = False,
    curtail_price_per_mwh: float = 0.0,
    known: Dispatch | None = None,
) -> Dispatch:
    """The cheapest hour of units on a grid. load_kw: drawn at each bus, (N,); most_kw: what each unit could feed, (G,),
    0 for one that is out.

    First as if any output from 0 could be run; then units that would give less than half of their lowest output are
    stopped, or none that is wanted at all, whichever is cheaper, and the others keep it. That is a rule of thumb, no
    unit commitment: starts and hours before are not asked.

    curtail_price_per_mwh: paid for what units of no cost could give and do not. known: a dispatch of the same hour
    whose running units are tried, too, so that this one is no dearer. Raises Infeasible as `optimal_flow`.
    """
    free = units.block_price_per_mwh.max(axis=1) <= 0.0
    curtail = np.where(free, curtail_price_per_mwh, 0.0)
    none = np.zeros(len(units))
    relaxed = _solved(grid, units, load_kw, most_kw, none, curtail, outages)
    fed = _by_unit(units, *relaxed)
    lowest = np.minimum(units.min_kw, most_kw)
    kept: list[Dispatch] = []
    choices = [
        (Running.STOPPED_BELOW_HALF, fed >= np.maximum(HALF * lowest, WORSE_KW)),
        (Running.KEPT_ON, fed > WORSE_KW),
    ]
    if known is not None and known.running is not Running.NOT_KEPT:
        choices.append((known.running, known.fed_kw > WORSE_KW))
    for how, on in choices:
        most, least = np.where(on, most_kw, 0.0), np.where(on, lowest, 0.0)
        try:
            solved = _solved(grid, units, load_kw, most, least, curtail, outages)
        except Infeasible:
            continue
        if _unmet(solved[1]) <= _unmet(relaxed[1]) + WORSE_KW:
            kept.append(_told(units, most_kw, solved, free, how))
    if not kept:
        return _told(units, most_kw, relaxed, free, Running.NOT_KEPT)
    return min(kept, key=lambda one: one.cost_per_h)


def feeding_shares(units: Units, dispatch: Dispatch) -> Real:
    """Share of one more kW of load that each unit feeds, (G,), 1 in sum: by the room left of units that run and that
    have a cost; of all that can give more where none of those can; of those that run, alike, where nothing can."""
    room = np.maximum(dispatch.most_kw - dispatch.fed_kw, 0.0)
    runs = dispatch.fed_kw > 0.0
    priced = units.block_price_per_mwh.max(axis=1) > 0.0
    weight = np.where(runs, 1.0, 0.0)
    for able in (runs & priced, priced, np.ones(len(units), dtype=bool)):
        if room[able].sum() > WORSE_KW:
            weight = np.where(able, room, 0.0)
            break
    return np.asarray(weight / weight.sum())


def _solved(
    grid: LosslessGrid,
    units: Units,
    load_kw: Real,
    most_kw: Real,
    least_kw: Real,
    curtail: Real,
    outages: bool,
) -> tuple[Offers, OptimalFlow]:
    offers = offers_of(units, most_kw, least_kw, curtail)
    return offers, optimal_flow(grid, offers, load_kw, outages=outages)


def _unmet(found: OptimalFlow) -> float:
    return float(found.shed_kw.sum() + found.over_kw.sum())


def _by_unit(units: Units, offers: Offers, found: OptimalFlow) -> Real:
    return np.asarray(
        np.bincount(offers.unit, found.fed_kw, minlength=len(units)), dtype=np.float64
    )


def _told(
    units: Units,
    most_kw: Real,
    solved: tuple[Offers, OptimalFlow],
    free: Mask,
    running: Running,
) -> Dispatch:
    offers, found = solved
    fed = _by_unit(units, offers, found)
    return Dispatch(
        fed_kw=fed,
        most_kw=most_kw,
        optimum=found,
        running=running,
        curtailed_kw=float(np.maximum(most_kw - fed, 0.0)[free].sum()),
        cost_per_h=float(cost_per_h(units, np.where(fed > WORSE_KW, fed, 0.0)).sum()),
    )
