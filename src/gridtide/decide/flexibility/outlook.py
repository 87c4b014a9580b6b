"""What a plan, its dispatch and the situation say of the slots ahead, as every source of flexibility reads it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.limits import export_max_kw, import_max_kw
from gridtide.decide.plan import PARTS, Plan
from gridtide.decide.reading import outdoor_c, requests_per_s
from gridtide.decide.reservations import (
    Reservations,
    expected_counts,
    free_of,
    grid_step_s,
    on_grid,
    reservations,
    slot_grid,
    told_entries,
)
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Situation
from gridtide.decide.steering import covered
from gridtide.decide.told import told_of
from gridtide.fleet.building import marginal_power
from gridtide.timeline import Timeline

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Outlook:
    """S sites, P places, M entries of the menu, T slots from the time of asking on, n jobs.

    held: the jobs with the slots they are told. used: of these the slots each is expected to use, (n,). free: machines
    that promises may use and nobody was told, (P, T). cell_cost, cell_kwh: money and kWh at the meter of one busy
    accelerator beyond a parked one in a slot, (M, T). it_kw, import_kw, import_max_kw, export_max_kw, outdoor_c, slope
    (facility kW for one more of IT), price_per_kwh (money for one more kWh at the meter, by the plan's prices),
    it_price_per_kwh (of IT), and what of each is the peak of a month, peak_per_kwh, it_peak_per_kwh: (S, T). cell_peak:
    of cell_cost, (M, T). accelerator_price_per_h: (P, T). requests_per_s: expected, (V, O, T). elsewhere:
    the first slot a job could run in at a place of another site, T where it may not, (n, P).
    """

    plan: Plan
    situation: Situation
    dispatch: Dispatch
    held: Reservations
    used: Whole
    free: Whole
    cell_cost: Real
    cell_kwh: Real
    cell_peak: Real
    it_kw: Real
    import_kw: Real
    import_max_kw: Real
    export_max_kw: Real
    outdoor_c: Real
    slope: Real
    price_per_kwh: Real
    it_price_per_kwh: Real
    peak_per_kwh: Real
    it_peak_per_kwh: Real
    accelerator_price_per_h: Real
    requests_per_s: Real
    elsewhere: Whole

    @property
    def step_s(self) -> int:
        """Seconds of a slot."""
        return grid_step_s(self.held.grid)

    def window(self, duration_s: int) -> int:
        """Slots that a duration touches from the time of asking on."""
        return -(-duration_s // self.step_s)


def outlook_of(plan: Plan, situation: Situation, dispatch: Dispatch, moves_max: int = 0) -> Outlook:
    """The outlook under a plan and the dispatch that was made of it; moves_max: how often a job may change its site.

    Raises BadInput where weather is unknown.
    """
    fleet = situation.fleet
    grid = slot_grid(situation, grid_step_s(dispatch.placement.horizon))
    room = promised_room(situation, grid)
    held = reservations(situation, room, grid, 0)
    held = replace(held, told=told_of(dispatch.placement, held))
    horizon = covered(situation)
    seen = replace(situation, horizon=horizon)
    outdoor = on_grid(outdoor_c(seen), horizon, grid)
    it_kw = on_grid(plan.it_kw, plan.horizon, grid)
    slope = marginal_power(fleet, it_kw, outdoor)
    hours, menu = grid_step_s(grid) / 3600.0, fleet.menu
    site = fleet.site_of_place[menu.place]
    prices = plan.prices
    per_h = prices.it_price_per_kwh[site] * menu.extra_kw[:, None]
    per_h = per_h + (prices.accelerator_price_per_h + prices.room_price_per_h)[menu.place]
    peak = on_grid(prices.parts[PARTS.index("peak")], plan.horizon, grid)
    at_meter = prices.it_price_per_kwh - prices.parts[PARTS.index("cooling")]
    return Outlook(
        plan=plan,
        situation=situation,
        dispatch=dispatch,
        held=held,
        used=expected_counts(held, held.told.count, told_entries(held, held.told)),
        free=free_of(held, held.told),
        cell_cost=on_grid(per_h, plan.horizon, grid) * hours,
        cell_peak=(peak * slope)[site] * menu.extra_kw[:, None] * hours,
        cell_kwh=slope[site] * menu.extra_kw[:, None] * hours,
        it_kw=it_kw,
        import_kw=on_grid(plan.import_kw, plan.horizon, grid),
        import_max_kw=import_max_kw(fleet, situation.events, grid),
        export_max_kw=export_max_kw(fleet, situation.events, grid),
        outdoor_c=outdoor,
        slope=slope,
        price_per_kwh=on_grid(at_meter, plan.horizon, grid),
        it_price_per_kwh=on_grid(prices.it_price_per_kwh, plan.horizon, grid),
        peak_per_kwh=peak,
        it_peak_per_kwh=peak * slope,
        accelerator_price_per_h=on_grid(prices.accelerator_price_per_h, plan.horizon, grid),
        requests_per_s=on_grid(requests_per_s(seen), horizon, grid),
        elsewhere=_elsewhere(situation, room, grid, moves_max),
    )


def _elsewhere(situation: Situation, room: Whole, grid: Timeline, moves_max: int) -> Whole:
    """First slots at places of other sites, with the way of a job's data, (n, P)."""
    first = reservations(situation, room, grid, moves_max).first
    site = situation.fleet.site_of_place
    same = site[situation.state.place][:, None] == site[None, :]
    return np.where(same, len(grid), first)
