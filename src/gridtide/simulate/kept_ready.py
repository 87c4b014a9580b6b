"""What stores must keep ready for the capacity offered to the grid."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.fleet import Fleet

Real = NDArray[np.float64]


def kept_ready(fleet: Fleet, offered_kw: Real, steps: int) -> tuple[Real, Real, Real, Real]:
    """Over the first steps of what is offered, (S, steps) each: kW to draw less and to draw more, kWh above the
    least and kWh of room that the store ends a step with.

    A step ends ready for its own offers and for those of the step after it. offered_kw: of the fleet's products,
    (Q, steps or more).
    """
    power, energy = np.zeros((2, 2, len(fleet.sites), steps + 1))
    for (number, product), held_kw in zip(fleet.products, offered_kw, strict=True):
        battery = fleet.sites[number].battery
        if battery is None:
            continue
        ready_kw = np.append(held_kw, 0.0)[: steps + 1]
        per_kwh = (1.0 / battery.discharge_efficiency, battery.charge_efficiency)
        for way in [way for way, goes in enumerate((product.goes_up, product.goes_down)) if goes]:
            power[way, number] += ready_kw
            energy[way, number] += product.hold_h * per_kwh[way] * ready_kw
    behind_kwh = np.maximum(energy[:, :, :-1], energy[:, :, 1:])
    less_kw, more_kw = (np.ascontiguousarray(way[:, :-1]) for way in power)
    return less_kw, more_kw, behind_kwh[0], behind_kwh[1]
