"""What a site earns by keeping capacity ready for the grid, and what of it was not there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.product import CapacityProduct
from gridtide.fleet.site import Site
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
TOLERANCE = 1e-6
"""Share of an offer that a meter and a solver may miss it by."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteMeters:
    """What one site's meters said, step by step, (T,) each, and what it had offered, (Q, T).

    store_before_kwh, store_kwh: as a step begins and ends. import_max_kw, export_max_kw: its limits with calls of
    the grid.
    block: number of the block each step lies in, by product, (Q, T).
    """

    import_kw: Real
    export_kw: Real
    charge_kw: Real
    discharge_kw: Real
    store_before_kwh: Real
    store_kwh: Real
    import_max_kw: Real
    export_max_kw: Real
    hours: Real
    offered_kw: Real
    block: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """Of one site: revenue in money, and kilowatts times hours offered and not held."""

    revenue: float
    offered_kw_h: float
    not_held_kw_h: float


def settle_capacity(site: Site, price_per_mw_h: Real, meters: SiteMeters) -> Capacity:
    """Capacity is paid at its price for what was held through its whole block. price_per_mw_h: by product, (Q, T)."""
    share = held_share(site, meters)
    paid_kw = meters.offered_kw * _least_of_block(share, meters.block)
    return Capacity(
        revenue=float((cost_per_kwh(1.0) * price_per_mw_h * paid_kw * meters.hours).sum()),
        offered_kw_h=float((meters.offered_kw * meters.hours).sum()),
        not_held_kw_h=float((meters.offered_kw * (1.0 - share) * meters.hours).sum()),
    )


def held_share(site: Site, meters: SiteMeters) -> Real:
    """The share of each offer that could have been called in each step, (Q, T).

    A full call asks the store for its power beside what it does, for energy (or room) for `hold_h` as the step
    begins and as it ends, and the meter for room. Where several products go one way, all are short alike.
    """
    less = _share_one_way(site.products, meters, up=True, there=_to_draw_less(site, meters))
    more = _share_one_way(site.products, meters, up=False, there=_to_draw_more(site, meters))
    share = np.ones(meters.offered_kw.shape)
    for index, product in enumerate(site.products):
        if product.goes_up:
            share[index] = np.minimum(share[index], less)
        if product.goes_down:
            share[index] = np.minimum(share[index], more)
    return share


def _to_draw_less(site: Site, meters: SiteMeters) -> tuple[Real, Real]:
    """Power and energy at the meter that a call may have, kW and kWh, (T,) each."""
    battery = site.battery
    if battery is None:
        return np.zeros(meters.hours.shape), np.zeros(meters.hours.shape)
    power_kw = battery.discharge_max_kw - meters.discharge_kw + meters.charge_kw
    drawn_kw = meters.import_kw - meters.export_kw + meters.export_max_kw
    least_kwh = battery.energy_kwh * battery.soc_min
    stored_kwh = np.minimum(meters.store_before_kwh, meters.store_kwh) - least_kwh
    return np.minimum(power_kw, drawn_kw), stored_kwh * battery.discharge_efficiency


def _to_draw_more(site: Site, meters: SiteMeters) -> tuple[Real, Real]:
    """Power and room for energy at the meter that a call may have, kW and kWh, (T,) each."""
    battery = site.battery
    if battery is None:
        return np.zeros(meters.hours.shape), np.zeros(meters.hours.shape)
    power_kw = battery.charge_max_kw - meters.charge_kw + meters.discharge_kw
    free_kw = meters.import_max_kw - meters.import_kw + meters.export_kw
    room_kwh = battery.energy_kwh - np.maximum(meters.store_before_kwh, meters.store_kwh)
    return np.minimum(power_kw, free_kw), room_kwh / battery.charge_efficiency


def _share_one_way(
    products: tuple[CapacityProduct, ...], meters: SiteMeters, *, up: bool, there: tuple[Real, Real]
) -> Real:
    """The share of all that is offered one way which power and energy suffice for, (T,)."""
    goes = np.asarray([one.goes_up if up else one.goes_down for one in products], dtype=np.bool_)
    hold_h = np.asarray([one.hold_h for one in products])
    wanted_kw = meters.offered_kw[goes].sum(axis=0)
    wanted_kwh = (hold_h[goes, None] * meters.offered_kw[goes]).sum(axis=0)
    share = np.ones(meters.hours.shape)
    for wanted, found in zip((wanted_kw, wanted_kwh), there, strict=True):
        enough = found >= wanted * (1.0 - TOLERANCE) - TOLERANCE
        part = np.clip(found, 0.0, None) / np.where(wanted > 0, wanted, 1.0)
        share = np.minimum(share, np.where(enough, 1.0, np.minimum(part, 1.0)))
    return share


def _least_of_block(share: Real, block: NDArray[np.int64]) -> Real:
    """The least share of the block that each step lies in, by product, (Q, T)."""
    least = share.copy()
    for index, blocks in enumerate(block):
        _, number = np.unique(blocks, return_inverse=True)
        lowest = np.ones(int(number.max(initial=0)) + 1)
        np.minimum.at(lowest, number, share[index])
        least[index] = lowest[number]
    return least
