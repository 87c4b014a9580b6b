"""Cooling earlier or later than machines give off heat: what plants draw for it, what halls and stores do."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.cold_store import cold_after_kwh
from gridtide.physics.heat_plant import aired_share, extra_plant_kw, most_heat_kw
from gridtide.physics.pue import heat_of_it_kw
from gridtide.physics.room import room_after_c

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@njit(cache=True, error_model="numpy")
def run_cooling(
    it_kw: Real,
    orders: Real,
    building: tuple[Real, Real, Whole],
    spare_kw: Real,
    hall: tuple[Real, Real, Real, Real, Real, Real],
    store: tuple[Real, Real, Real, Real],
    state: tuple[Real, Real, Real],
    hours: Real,
    seen: tuple[Real, Real, Real, Real],
) -> None:
    """Cool beyond the load, or less, as ordered, as far as hall, store, plant and meter allow, step by step.

    it_kw (S, T). orders: kW of heat for hall and store, (2, S, T). building: (IT capacity, (S,), what the plant
    rejects its heat to, °C, (S, T), kind of plant, (S,)). spare_kw: what the meter may draw more, (S, T). hall, per
    site: (air and mass in kJ/K, kW/K between them, coolest, warmest, change in K/h), capacity 0 without a hall.
    store, per site: (kWh, largest charge and discharge in kW, loss a day). state, changed in place: (air, mass in
    °C, cold in kWh), (S,). seen, filled: (heat moved, (2, S, T), power taken for it, air, cold), (S, T).
    """
    capacity, outdoor, plant = building
    air_kj, mass_kj, between, coolest, warmest, change = hall
    energy, most_in, most_out, loss = store
    air, mass, cold = state
    moved, power, air_seen, cold_seen = seen
    for site in range(it_kw.shape[0]):
        for t in range(it_kw.shape[1]):
            h = hours[t]
            heat = heat_of_it_kw(it_kw[site, t], capacity[site], plant[site])
            into_hall = 0.0
            if air_kj[site] > 0.0:
                kept = (air_kj[site], mass_kj[site], between[site])
                into_hall = hall_within(
                    orders[0, site, t],
                    (air[site], mass[site]),
                    kept,
                    (coolest[site], warmest[site], change[site]),
                    h,
                )
            into_store = store_within(
                orders[1, site, t],
                cold[site],
                (energy[site], most_in[site], most_out[site], loss[site]),
                h,
            )
            most = most_heat_kw(capacity[site], outdoor[site, t], plant[site]) - heat
            least = -aired_share(plant[site]) * heat
            together = into_hall + into_store
            share = 1.0
            if together > 0.0:
                drawn = extra_plant_kw(
                    heat, together, capacity[site], outdoor[site, t], plant[site]
                )
                share = min(1.0, max(most, 0.0) / together)
                share = min(share, spare_kw[site, t] / drawn) if drawn > 0.0 else share
            elif together < least:
                share = least / together
            into_hall, into_store = share * into_hall, share * into_store
            power[site, t] = extra_plant_kw(
                heat, into_hall + into_store, capacity[site], outdoor[site, t], plant[site]
            )
            if air_kj[site] > 0.0:
                air[site], mass[site] = room_after_c(
                    air[site], mass[site], -into_hall, h, air_kj[site], mass_kj[site], between[site]
                )
            cold[site] = cold_after_kwh(cold[site], into_store, h, loss[site])
            moved[0, site, t], moved[1, site, t] = into_hall, into_store
            air_seen[site, t], cold_seen[site, t] = air[site], cold[site]


@njit(cache=True, error_model="numpy")
def hall_within(
    extra_kw: float,
    now_c: tuple[float, float],
    kept: tuple[float, float, float],
    limits: tuple[float, float, float],
    hours: float,
) -> float:
    """Extra cooling of a hall nearest to the ordered at which its air ends a step within its limits, kW of heat.

    now_c: (air, mass). kept: (air and mass in kJ/K, kW/K between them). limits: (coolest, warmest, change in K/h).
    """
    air, mass = now_c
    coolest, warmest, change = limits
    rests, _ = room_after_c(air, mass, 0.0, hours, kept[0], kept[1], kept[2])
    per_kw, _ = room_after_c(0.0, 0.0, 1.0, hours, kept[0], kept[1], kept[2])
    low = max(coolest, air - change * hours)
    high = max(low, min(warmest, air + change * hours))
    return min(max(extra_kw, (rests - high) / per_kw), (rests - low) / per_kw)


@njit(cache=True, error_model="numpy")
def store_within(
    extra_kw: float, cold_kwh: float, store: tuple[float, float, float, float], hours: float
) -> float:
    """Cold into a store, or out of it where less than 0, nearest to the ordered that it can take and give, kW."""
    energy, most_in, most_out, loss = store
    left = cold_after_kwh(cold_kwh, 0.0, hours, loss)
    per_kw = cold_after_kwh(0.0, 1.0, hours, loss)
    most = min(most_in, max(0.0, (energy - left) / per_kw))
    least = -min(most_out, max(0.0, left / per_kw))
    return min(max(extra_kw, least), most)


@njit(cache=True, error_model="numpy")
def extra_power(
    heat_kw: Real, extra_kw: Real, capacity_kw: Real, outdoor_c: Real, plant: Whole
) -> Real:
    """Power of each site's plant for so much heat beyond another, kW, all (S, T) but capacity_kw, plant (S,)."""
    power = np.empty_like(outdoor_c)
    for s in range(power.shape[0]):
        for t in range(power.shape[1]):
            power[s, t] = extra_plant_kw(
                heat_kw[s, t], extra_kw[s, t], capacity_kw[s], outdoor_c[s, t], plant[s]
            )
    return power


@njit(cache=True, error_model="numpy")
def most_heat(capacity_kw: Real, outdoor_c: Real, plant: Whole) -> Real:
    """The most heat each site's plant carries out, kW, (S, T)."""
    most = np.empty_like(outdoor_c)
    for s in range(most.shape[0]):
        for t in range(most.shape[1]):
            most[s, t] = most_heat_kw(capacity_kw[s], outdoor_c[s, t], plant[s])
    return most
