"""What a site earns by keeping capacity ready for the grid, and what of it was not there."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.product import CapacityProduct, shared_out
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
    block: number of the block each step lies in, by product, (Q, T). work_kw: by how much running work could have drawn
    less and more, (2, T), (2, 1) where it could not.
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
    work_kw: Real = field(default_factory=lambda: np.zeros((2, 1)))


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

    Running work carries first what it may carry. The rest of a full call asks the store for its power beside what it
    does, and for energy (or room) for `hold_h` as the step begins and as it ends; all of it asks the meter for room.
    Where several products go one way, all are short alike.
    """
    share = np.ones(meters.offered_kw.shape)
    for way, there in enumerate((_to_draw_less(site, meters), _to_draw_more(site, meters))):
        goes = [one.goes_down if way else one.goes_up for one in site.products]
        rows = np.flatnonzero(goes)
        products = [site.products[row] for row in rows]
        asked_kw = meters.offered_kw[rows]
        carried_kw = shared_out(
            products, asked_kw, meters.work_kw[way] + np.zeros(len(meters.hours))
        )
        held = _share_one_way(products, asked_kw, carried_kw, there)
        share[rows] = np.minimum(share[rows], held)
    return share


def _to_draw_less(site: Site, meters: SiteMeters) -> tuple[Real, Real, Real]:
    """Power and energy of the store at the meter that a call may have, and room at the meter, kW, kWh, kW, (T,)."""
    drawn_kw = meters.import_kw - meters.export_kw + meters.export_max_kw
    battery = site.battery
    if battery is None:
        return np.zeros(meters.hours.shape), np.zeros(meters.hours.shape), drawn_kw
    power_kw = battery.discharge_max_kw - meters.discharge_kw + meters.charge_kw
    least_kwh = battery.energy_kwh * battery.soc_min
    stored_kwh = np.minimum(meters.store_before_kwh, meters.store_kwh) - least_kwh
    return power_kw, stored_kwh * battery.discharge_efficiency, drawn_kw


def _to_draw_more(site: Site, meters: SiteMeters) -> tuple[Real, Real, Real]:
    """Power and room for energy of the store at the meter that a call may have, and room at the meter, (T,) each."""
    free_kw = meters.import_max_kw - meters.import_kw + meters.export_kw
    battery = site.battery
    if battery is None:
        return np.zeros(meters.hours.shape), np.zeros(meters.hours.shape), free_kw
    power_kw = battery.charge_max_kw - meters.charge_kw + meters.discharge_kw
    room_kwh = battery.energy_kwh - np.maximum(meters.store_before_kwh, meters.store_kwh)
    return power_kw, room_kwh / battery.charge_efficiency, free_kw


def _share_one_way(
    products: list[CapacityProduct],
    asked_kw: Real,
    carried_kw: Real,
    there: tuple[Real, Real, Real],
) -> Real:
    """The share of what is offered one way that work, store and meter suffice for, (Q, T)."""
    power_kw, energy_kwh, at_meter_kw = there
    of_store_kw = asked_kw - carried_kw
    hold_h = np.asarray([one.hold_h for one in products])
    store = np.ones(power_kw.shape)
    for wanted, found in (
        (of_store_kw.sum(axis=0), power_kw),
        (hold_h @ of_store_kw, energy_kwh),
    ):
        store = np.minimum(store, _enough(wanted, found))
    offered = asked_kw > 0.0
    held_kw = carried_kw + store * of_store_kw
    share = np.where(offered, held_kw / np.where(offered, asked_kw, 1.0), store)
    return np.minimum(share, _enough(asked_kw.sum(axis=0), at_meter_kw))


def _enough(wanted: Real, found: Real) -> Real:
    """The share of what is wanted that is there, 1 where a meter or a solver may have missed the rest, (T,)."""
    enough = found >= wanted * (1.0 - TOLERANCE) - TOLERANCE
    part = np.clip(found, 0.0, None) / np.where(wanted > 0, wanted, 1.0)
    return np.where(enough, 1.0, np.minimum(part, 1.0))


def _least_of_block(share: Real, block: NDArray[np.int64]) -> Real:
    """The least share of the block that each step lies in, by product, (Q, T)."""
    least = share.copy()
    for index, blocks in enumerate(block):
        _, number = np.unique(blocks, return_inverse=True)
        lowest = np.ones(int(number.max(initial=0)) + 1)
        np.minimum.at(lowest, number, share[index])
        least[index] = lowest[number]
    return least
