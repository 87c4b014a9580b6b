"""What a site's own nouns are to its regulator: its store, its building, and how dear it is to slow its gangs."""

import numpy as np

from gridtide.decide.regulate import Building, Real, Store
from gridtide.fleet.building import PLANT_OF
from gridtide.fleet.site import Battery, Facility

LEAST_WEIGHT = 1e-6


def store_of(battery: Battery, usual_kw: float) -> Store:
    """The store that a battery is. usual_kw: discharge less charge at the base point."""
    return Store(
        give_max_kw=battery.discharge_max_kw,
        take_max_kw=battery.charge_max_kw,
        least_kwh=battery.energy_kwh * battery.soc_min,
        most_kwh=battery.energy_kwh,
        into=battery.charge_efficiency,
        out_of=battery.discharge_efficiency,
        usual_kw=usual_kw,
    )


def building_of(facility: Facility, outdoor_c: float) -> Building:
    """The building between IT and meter at a temperature outside."""
    return Building(
        capacity_kw=facility.it_capacity_kw,
        outdoor_c=outdoor_c,
        plant=PLANT_OF[facility.cooling],
        overhead_kw=facility.overhead_kw,
    )


def weights_of(value_per_h: Real, speeds: Real, lowest_kw: Real, highest_kw: Real) -> Real:
    """What moving each gang by a kW costs, 1 on the mean, (G,). value_per_h: of its work, (G,); speeds: of its points,
    rising, (G, K); lowest_kw, highest_kw: between which it moves, (G,)."""
    reach = highest_kw - lowest_kw
    slowed = speeds.max(axis=1) - speeds[:, 0]
    still = np.where(reach > 0.0, reach, np.maximum(highest_kw, 1.0))
    weight = np.maximum(value_per_h * slowed / still, LEAST_WEIGHT) / still
    return np.asarray(weight / weight.mean() if len(weight) else weight)
