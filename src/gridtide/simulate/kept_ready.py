"""What stores must keep ready for the capacity offered to the grid."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.fleet import Fleet

Real = NDArray[np.float64]


def kept_ready(
    fleet: Fleet, offered_kw: Real, hours: Real, steps: int, carried_kw: Real | None = None
) -> tuple[Real, Real, Real, Real]:
    """Over the first steps of what is offered, (S, steps) each: kW to draw less and to draw more, kWh above the
    least and kWh of room that the store ends a step with.

    A step ends ready for its own offers and for those of the step after it; and for later ones as far as what a store
    may take or give beside the offers until then would not do. offered_kw: of the fleet's products, (Q, steps or more);
    hours: of its steps. carried_kw: what running work carries of them, less and more, (2, Q, steps or more).
    """
    power, energy = np.zeros((2, 2, len(fleet.sites), len(hours) + 1))
    of_store = np.stack([offered_kw, offered_kw])
    if carried_kw is not None and carried_kw.size:
        of_store = np.maximum(of_store - carried_kw, 0.0)
    for index, (number, product) in enumerate(fleet.products):
        battery = fleet.sites[number].battery
        if battery is None:
            continue
        per_kwh = (1.0 / battery.discharge_efficiency, battery.charge_efficiency)
        for way in [way for way, goes in enumerate((product.goes_up, product.goes_down)) if goes]:
            ready_kw = np.append(of_store[way, index], 0.0)
            power[way, number] += ready_kw
            energy[way, number] += product.hold_h * per_kwh[way] * ready_kw
    behind_kwh = np.maximum(energy[:, :, :-1], energy[:, :, 1:])
    for number, site in enumerate(fleet.sites):
        if site.products and site.battery is not None:
            free_kw = (
                site.battery.charge_max_kw - power[1, number, :-1],
                site.battery.discharge_max_kw - power[0, number, :-1],
            )
            per_kw_h = (site.battery.charge_efficiency, 1.0 / site.battery.discharge_efficiency)
            for way in (0, 1):
                moved_kwh = np.maximum(free_kw[way], 0.0) * per_kw_h[way] * hours
                behind_kwh[way, number] = _in_time(behind_kwh[way, number], moved_kwh)
    less_kw, more_kw = (np.ascontiguousarray(way[:, :steps]) for way in power)
    return (
        less_kw,
        more_kw,
        np.ascontiguousarray(behind_kwh[0, :, :steps]),
        np.ascontiguousarray(behind_kwh[1, :, :steps]),
    )


def _in_time(needed_kwh: Real, moved_kwh: Real) -> Real:
    """What must be there as each step ends, so that what later steps can add at most meets all that they need, (T,)."""
    needed = needed_kwh.tolist()
    moved = moved_kwh.tolist()
    for step in range(len(needed) - 2, -1, -1):
        needed[step] = max(needed[step], needed[step + 1] - moved[step + 1])
    return np.asarray(needed, dtype=np.float64)
