"""Operation modes of a year on a network: hours that stand for it, with something out for maintenance or not, with a
fleet that does nothing, chases the price or moves within the grid's room, each before the loss of every branch and
unit."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.grid.branches import Branches, cut_off
from gridtide.grid.fleet_moves import (
    Moved,
    Sites,
    by_price_alone,
    carried_by,
    within_the_room,
)
from gridtide.grid.lossless_grid import TOLERANCE_KW, LosslessGrid, flow_after, lossless_grid
from gridtide.grid.mode_hours import ModeHour
from gridtide.grid.network import Circuits, Network
from gridtide.grid.screening import Screened, screened
from gridtide.grid.system_year import SystemYear, bus_load_kw, most_kw
from gridtide.grid.unit_dispatch import Dispatch, dispatched, feeding_shares
from gridtide.grid.units import Units
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Columns = TypeVar("Columns", Branches, Circuits)
NONE = -1
DAY = 24
RESTING = "storage"
"""Units of this technology neither feed nor draw in a mode: an hour by itself says nothing of what they hold."""


class Response(StrEnum):
    """What the fleet does on the day of a mode: nothing; fill its cheapest hours; the same within the grid's room."""

    NOTHING = "nothing"
    BY_PRICE = "by price"
    WITHIN_ROOM = "within the room"


@dataclass(frozen=True, kw_only=True)
class Out:
    """What is out for maintenance: a branch or a unit by number, -1 for the other, both -1 where all stand."""

    name: str
    branch: int = NONE
    unit: int = NONE


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """A network while something is out. kept: numbers of its branches in the whole one, (L,)."""

    out: Out
    network: Network
    grid: LosslessGrid
    kept: Whole


@dataclass(frozen=True, kw_only=True, eq=False)
class System:
    """What modes are studied on. sites: the fleet, site_kw: what each draws in each hour of a day before it moves
    anything, (24, F), on top of the year's load. curtail_price_per_mwh: paid for sun and wind that is not taken."""

    network: Network
    units: Units
    year: SystemYear
    sites: Sites
    site_kw: Real
    curtail_price_per_mwh: float = 0.0

    def __post_init__(self) -> None:
        freeze(self, site_kw=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class ModeCase:
    """One mode with one thing out and one response. load_kw: at each bus without the fleet, (N,); dispatch: before any
    move; site_kw: what sites draw in the hour, (F,); fed_kw: of each unit with the fleet as it moved, (G,); flow_kw:
    (L,) of `standing`. price_per_mwh: what the fleet saw, mean over loads, of each hour of the day, (24,).

    new_over_kw: of each hour of the day, by how much the move loads the worst branch further over its rating, as the
    grid stands or after the loss of any one branch, (24,). moved: of the whole day. secured: the dispatch that keeps
    emergency ratings after any loss of a branch, too.
    """

    hour: ModeHour
    standing: Standing
    response: Response
    load_kw: Real
    dispatch: Dispatch
    secured: Dispatch
    site_kw: Real
    fed_kw: Real
    flow_kw: Real
    price_per_mwh: Real
    new_over_kw: Real
    moved: Moved
    screened: Screened

    def __post_init__(self) -> None:
        reals = ("load_kw", "site_kw", "fed_kw", "flow_kw", "price_per_mwh", "new_over_kw")
        freeze(self, **dict.fromkeys(reals, np.float64))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Day:
    """The day of a mode before the fleet moves. dispatches: of its hours that were asked, by hour; flow_kw: (24, L);
    shares: of one more kW that each unit feeds, (24, G), feeding: that each bus does, (24, N)."""

    dispatches: dict[int, Dispatch]
    flow_kw: Real
    shares: Real
    feeding: Real
    price_per_mwh: Real


def standing_without(network: Network, out: Out) -> Standing | None:
    """The network while a branch is out; None where that cuts buses off. Raises BadInput without the extra `grid`."""
    everything = np.arange(len(network.branches))
    if out.branch < 0:
        return Standing(out=out, network=network, grid=lossless_grid(network), kept=everything)
    if out.branch in cut_off(network.branches, network.feeding_bus):
        return None
    kept = np.delete(everything, out.branch)
    less = replace(
        network,
        branches=_rows_of(network.branches, kept),
        circuits=_rows_of(network.circuits, kept),
    )
    return Standing(out=out, network=less, grid=lossless_grid(less), kept=kept)


def _rows_of(noun: Columns, rows: Whole) -> Columns:
    return replace(noun, **{one.name: getattr(noun, one.name)[rows] for one in fields(noun)})


def studied(
    system: System, hours: tuple[ModeHour, ...], standings: tuple[Standing, ...]
) -> Iterator[ModeCase]:
    """Every mode: each hour, with each thing out, with each response of the fleet; one response where there is none."""
    for hour in hours:
        for standing in standings:
            yield from _responses(system, hour, standing)


def _responses(system: System, hour: ModeHour, standing: Standing) -> Iterator[ModeCase]:
    has_fleet = len(system.sites) > 0
    first = hour.hour - hour.hour % DAY
    at = hour.hour - first
    load = bus_load_kw(system.year, np.asarray([hour.hour]))[0]
    secured = dispatched(
        standing.grid,
        system.units,
        whole_load_kw(system, load, system.site_kw[at]),
        _most(system, standing.out, hour.hour),
        outages=True,
        curtail_price_per_mwh=system.curtail_price_per_mwh,
    )
    asked = list(range(DAY)) if has_fleet else [at]
    day = _day(system, standing, first, asked, {at: secured})
    for response in Response if has_fleet else (Response.NOTHING,):
        yield _case(system, hour, standing, response, day, load, secured)


def _case(
    system: System,
    hour: ModeHour,
    standing: Standing,
    response: Response,
    day: _Day,
    load: Real,
    secured: Dispatch,
) -> ModeCase:
    at = hour.hour % DAY
    moved = _moved(system, standing, response, day)
    more = moved.drawn_kw - system.site_kw
    grid = standing.grid
    flows = day.flow_kw + np.stack(
        [carried_by(grid, system.sites, more[t], day.feeding[t]) for t in range(DAY)]
    )
    dispatch = day.dispatches[at]
    fed = np.clip(dispatch.fed_kw + more[at].sum() * day.shares[at], 0.0, dispatch.most_kw)
    drawn = whole_load_kw(system, load, moved.drawn_kw[at])
    made_over = [newly_over_kw(grid, day.flow_kw[t], flows[t]) for t in range(DAY)]
    return ModeCase(
        hour=hour,
        standing=standing,
        response=response,
        load_kw=load,
        dispatch=dispatch,
        secured=secured,
        site_kw=moved.drawn_kw[at],
        fed_kw=fed,
        flow_kw=flows[at],
        price_per_mwh=day.price_per_mwh,
        new_over_kw=np.asarray(made_over),
        moved=moved,
        screened=screened(grid, flows[at], drawn, system.units.bus, fed, dispatch.most_kw - fed),
    )


def _day(
    system: System, standing: Standing, first: int, asked: list[int], known: dict[int, Dispatch]
) -> _Day:
    """Hours that are not asked stand empty: their price is 0 and nothing flows."""
    lines, units = len(standing.network.branches), len(system.units)
    flow, shares, price = np.zeros((DAY, lines)), np.zeros((DAY, units)), np.zeros(DAY)
    dispatches = {}
    for at in asked:
        hour = first + at
        load = bus_load_kw(system.year, np.asarray([hour]))[0]
        drawn = whole_load_kw(system, load, system.site_kw[at])
        found = dispatched(
            standing.grid,
            system.units,
            drawn,
            _most(system, standing.out, hour),
            curtail_price_per_mwh=system.curtail_price_per_mwh,
            known=known.get(at),
        )
        dispatches[at] = found
        flow[at] = found.optimum.flow_kw
        shares[at] = feeding_shares(system.units, found)
        weight = np.maximum(drawn, 0.0)
        price[at] = float(found.optimum.price_per_mwh @ weight / weight.sum())
    return _Day(
        dispatches=dispatches,
        flow_kw=flow,
        shares=shares,
        feeding=np.stack([_by_bus(system.units, one, len(system.network.buses)) for one in shares]),
        price_per_mwh=price,
    )


def _moved(system: System, standing: Standing, response: Response, day: _Day) -> Moved:
    before, price = np.asarray(system.site_kw), day.price_per_mwh
    if response is Response.BY_PRICE:
        return by_price_alone(system.sites, before, price)
    if response is Response.WITHIN_ROOM:
        return within_the_room(standing.grid, system.sites, before, price, day.flow_kw, day.feeding)
    return Moved(drawn_kw=before, cost=cost_per_kwh(float(price @ before.sum(axis=1))))


def newly_over_kw(grid: LosslessGrid, before_kw: Real, after_kw: Real) -> float:
    """By how much a change of flows, (L,), loads a branch further over its rating, at most: as the grid stands over its
    normal one, after the loss of any one branch over its emergency one; kW, 0 where it makes nothing worse."""
    rating, emergency = grid.branches.rating_kw, grid.branches.emergency_kw[:, None]
    now = np.abs(after_kw) - np.maximum(rating, np.abs(before_kw))
    after = np.abs(flow_after(grid, after_kw)) - np.maximum(
        emergency, np.abs(flow_after(grid, before_kw))
    )
    most = max(float(now.max()), float(np.nan_to_num(after, nan=0.0).max()))
    return most if most > 10.0 * TOLERANCE_KW else 0.0


def _most(system: System, out: Out, hour: int) -> Real:
    most: Real = most_kw(system.year, system.units.max_kw, np.asarray([hour]))[0]
    resting = [name.lower() == RESTING for name in system.units.technology]
    most[np.asarray(resting, dtype=bool)] = 0.0
    if out.unit >= 0:
        most[out.unit] = 0.0
    return most


def whole_load_kw(system: System, load_kw: Real, site_kw: Real) -> Real:
    """What each bus draws: the year's load, the fleet, and lines of direct current as they are set."""
    whole = np.array(load_kw)
    np.add.at(whole, system.sites.bus, site_kw)
    direct = system.network.direct
    np.add.at(whole, direct.from_bus, direct.drawn_kw)
    np.subtract.at(whole, direct.to_bus, direct.fed_kw)
    return whole


def _by_bus(units: Units, shares: Real, buses: int) -> Real:
    return np.asarray(np.bincount(units.bus, shares, minlength=buses), dtype=np.float64)
