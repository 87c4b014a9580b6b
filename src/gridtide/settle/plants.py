"""What plants of sites made, led past their turbines and cost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.reactor import Reactor
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class PlantUse:
    """The plant of one site over a course.

    energy_kwh: what it made; led_past_kwh: what of it nobody could use or buy. run_h: hours in which it ran.
    least_kw, most_kw: what it made at least and at most while it ran. steepest_kw_per_min: its fastest change while it
    ran. cost: money for all it made; emissions_kg: of all it made.
    """

    energy_kwh: float
    led_past_kwh: float
    run_h: float
    least_kw: float
    most_kw: float
    steepest_kw_per_min: float
    cost: float
    emissions_kg: float


def settle_plant(plant: Reactor, made_kw: Real, led_past_kw: Real, hours: Real) -> PlantUse:
    """Settle the plant of a site. made_kw: what it made, led_past_kw: what of it was of no use, hours: of the steps,
    (T,)."""
    runs = made_kw > 0.0
    made_kwh = float((made_kw * hours).sum())
    both = runs[1:] & runs[:-1]
    minutes = 60.0 * np.minimum(hours[1:], hours[:-1])
    change = np.abs(np.diff(made_kw))[both] / minutes[both]
    return PlantUse(
        energy_kwh=made_kwh,
        led_past_kwh=float((led_past_kw * hours).sum()),
        run_h=float(hours[runs].sum()),
        least_kw=float(made_kw[runs].min(initial=np.inf)) if runs.any() else 0.0,
        most_kw=float(made_kw.max(initial=0.0)),
        steepest_kw_per_min=float(change.max(initial=0.0)),
        cost=made_kwh * cost_per_kwh(plant.cost_per_mwh),
        emissions_kg=made_kwh * plant.emissions_g_per_kwh / 1000.0,
    )
