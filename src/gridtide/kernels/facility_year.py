"""A year of many buildings, step by step: conversion, fans, pumps, waste heat, heat plant, hall and stores, summed.

The functions of `physics/` in one loop that a compiler turns into vector instructions: time outside, sites of one
kind of plant side by side inside, all that is kept of a tile of them in one block of memory that stays in the fast
cache. What is kept has the type of the arrays handed in, float32 or float64; arithmetic and sums are float64.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.battery import charge_room_kw, discharge_room_kw, soc_after_kwh
from gridtide.physics.cold_store import cold_after_kwh
from gridtide.physics.heat_plant import (
    AIR_CHILLER,
    WARM_LIQUID,
    WATER_CHILLER,
    aired_share,
    extra_plant_kw,
    heat_plant_kw,
    most_heat_kw,
)
from gridtide.physics.pue import heat_of_it_kw, misc_kw, pump_kw
from gridtide.physics.room import room_after_c
from gridtide.physics.transformer import transformer_loss_kw
from gridtide.physics.waste_heat import heat_pump_power_kw, recoverable_heat_kw

Values = NDArray[Any]
Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Step = Callable[[Values, Real, int, float], None]
TILE, LANES, PITCH = 512, 8, 528
"""Sites that are stepped together at most; the multiple that neighbours are filled up to, so that none is left over
when several are reckoned at once; from one column to the next, no power of two, which would crowd one part of the
cache."""
(
    IT, OUTDOOR, HALL_ASKED, COLD_ASKED, POWER_ASKED, METER, CAPACITY, METER_MOST, AIR, MASS, COLD, CHARGE,
    AIR_OF_AIR, AIR_OF_MASS, AIR_OF_KW, MASS_OF_AIR, MASS_OF_MASS, MASS_OF_KW, COOLEST, WARMEST, CHANGE,
    COLD_KEPT, COLD_OF_KW, COLD_FULL, COLD_MOST_IN, COLD_MOST_OUT,
    CHARGE_FULL, CHARGE_LEAST, INTO, OUT_OF, POWER_MOST, REUSED, LIFT, END,
) = (PITCH * row for row in range(34))  # fmt: skip
"""Where in the memory of a tile each of its columns begins."""
IT_SUM, ROOM_SUM, REUSED_SUM, PLANT_SUM, EXTRA_SUM, BATTERY_SUM, METER_SUM, SUMS_END = (
    PITCH * row for row in range(8)
)
"""Where each sum begins: IT; IT with its conversion and fans, which is heat; the heat that others get, lifted; the
plant for the rest; what the plant draws for cooling earlier or later, less than 0 where it spares; into the battery
less out of it; all at the meter."""
SUMS = SUMS_END // PITCH
LEAST = 1e-30
"""Divided by instead of nothing; where it is, the quotient does not count."""


@njit(cache=True, error_model="numpy")
def _hall_within(
    asked: float, rests: float, of_kw: float, air: float, limits: tuple[float, float, float]
) -> float:
    """Extra cooling nearest to the asked at which the air ends a step within its limits, kW of heat."""
    coolest, warmest, change = limits
    low = max(coolest, air - change)
    high = max(low, min(warmest, air + change))
    return min(max(asked, (rests - high) / of_kw), (rests - low) / of_kw)


@njit(cache=True, error_model="numpy")
def _store_within(
    asked: float, left: float, of_kw: float, full: float, most: tuple[float, float]
) -> float:
    """Cold into a store nearest to the asked that it can take and give, kW of heat."""
    most_in = min(most[0], max(0.0, (full - left) / of_kw))
    return min(max(asked, -min(most[1], max(0.0, left / of_kw))), most_in)


@njit(cache=True, error_model="numpy")
def _share_within(together: float, room: float, drawn: float, spare: float, spared: float) -> float:
    """The share of extra cooling that plant (room) and meter (spare) allow; of less cooling, the heat there is."""
    more = min(max(room, 0.0) / max(together, LEAST), max(spare, 0.0) / max(drawn, LEAST))
    less = spared / max(-together, LEAST)
    return min(1.0, more if together > 0.0 else less)


@njit(cache=True, error_model="numpy")
def _flow_within(
    asked: float, charge: float, cells: tuple[float, float, float, float, float],
    meter: tuple[float, float], hours: float,
) -> float:  # fmt: skip
    """Power into a battery nearest to the asked that it, the building and the meter can take and give, kW."""
    full, least, into, out_of, most = cells
    drawn, spare = meter
    room_in = min(most, charge_room_kw(charge, full, hours, into), max(spare, 0.0))
    room_out = min(most, discharge_room_kw(charge, least, hours, out_of), drawn)
    return min(max(asked, -room_out), room_in)


def _stepping(plant: int) -> Step:
    """The step of sites with one kind of plant, which the loop then holds as a constant."""

    @njit(cache=True, error_model="numpy")
    def step(tile: Values, sums: Real, lanes: int, hours: float) -> None:
        for i in range(min(lanes, TILE)):
            it, capacity, outdoor = tile[IT + i], tile[CAPACITY + i], tile[OUTDOOR + i]
            room = heat_of_it_kw(it, capacity, plant)
            reused = recoverable_heat_kw(it, tile[REUSED + i])
            lifting, heat = heat_pump_power_kw(reused, tile[LIFT + i]), room - reused
            carried = heat_plant_kw(heat, capacity, outdoor, plant)
            always = transformer_loss_kw(it, capacity) + misc_kw(capacity)
            drawn = room + lifting + carried + always + pump_kw(it, capacity)
            air, mass, change = tile[AIR + i], tile[MASS + i], tile[CHANGE + i]
            rests, air_of_kw = (
                tile[AIR_OF_AIR + i] * air + tile[AIR_OF_MASS + i] * mass,
                tile[AIR_OF_KW + i],
            )
            hall = _hall_within(
                capacity * tile[HALL_ASKED + i],
                rests,
                air_of_kw,
                air,
                (tile[COOLEST + i], tile[WARMEST + i], change),
            )
            left, cold_of_kw = tile[COLD_KEPT + i] * tile[COLD + i], tile[COLD_OF_KW + i]
            store = _store_within(
                capacity * tile[COLD_ASKED + i],
                left,
                cold_of_kw,
                tile[COLD_FULL + i],
                (tile[COLD_MOST_IN + i], tile[COLD_MOST_OUT + i]),
            )
            share = _share_within(
                hall + store,
                most_heat_kw(capacity, outdoor, plant) - heat,
                extra_plant_kw(heat, hall + store, capacity, outdoor, plant),
                tile[METER_MOST + i] - drawn,
                aired_share(plant) * heat,
            )
            hall, store = share * hall, share * store
            extra = extra_plant_kw(heat, hall + store, capacity, outdoor, plant)
            kept_mass = tile[MASS_OF_AIR + i] * air + tile[MASS_OF_MASS + i] * mass
            tile[MASS + i] = kept_mass - tile[MASS_OF_KW + i] * hall
            tile[AIR + i] = rests - air_of_kw * hall
            tile[COLD + i] = left + cold_of_kw * store
            charge, into, out_of = tile[CHARGE + i], tile[INTO + i], tile[OUT_OF + i]
            flow = _flow_within(
                capacity * tile[POWER_ASKED + i],
                charge,
                (tile[CHARGE_FULL + i], tile[CHARGE_LEAST + i], into, out_of, tile[POWER_MOST + i]),
                (drawn + extra, tile[METER_MOST + i] - drawn - extra),
                hours,
            )
            tile[CHARGE + i] = soc_after_kwh(
                charge, max(flow, 0.0), max(-flow, 0.0), hours, into, out_of
            )
            meter = drawn + extra + flow
            tile[METER + i] = meter
            sums[IT_SUM + i] += hours * it
            sums[ROOM_SUM + i] += hours * room
            sums[REUSED_SUM + i] += hours * (reused + lifting)
            sums[PLANT_SUM + i] += hours * carried
            sums[EXTRA_SUM + i] += hours * extra
            sums[BATTERY_SUM + i] += hours * flow
            sums[METER_SUM + i] += hours * meter

    made: Step = step
    return made


_step_water, _step_air, _step_liquid = (
    _stepping(WATER_CHILLER), _stepping(AIR_CHILLER), _stepping(WARM_LIQUID),
)  # fmt: skip


@njit(cache=True, error_model="numpy")
def run_year(
    it_kw: Values,
    given: Values,
    column: Whole,
    building: tuple[Values, Whole, Values],
    reuse: tuple[Values, Values],
    hall: tuple[Values, Values, Values, Values, Values, Values],
    cold_store: tuple[Values, Values, Values, Values],
    battery: tuple[Values, Values, Values, Values, Values],
    state: tuple[Values, Values, Values, Values],
    hours: float,
    meter_kw: Values,
    totals_kwh: Real,
) -> None:
    """Step S sites through T steps of equal length; arrays of one type, float32 or float64, but column, kind and sums.

    it_kw: (T, S). given: series that sites share, (T, C); column, (4, S): which of them is for each site what its
    plant rejects its heat to, °C, and, per kW of IT capacity, what is asked of its hall and its cold store in kW of
    heat and of its battery in kW, less than 0 to cool less and to discharge. building, (S,): (IT capacity in kW,
    kind of plant, most at the meter in kW). reuse, (S,): (share of IT power whose heat is led to others, 0 without
    any, coefficient above 1 of the pump that lifts it). hall, (S,): (air and mass in kJ/K, kW/K between them,
    coolest, warmest, change in K/h), 0 kJ/K without a hall. cold_store, (S,): (kWh, most in and out in kW, loss a
    day). battery, (S,): (kWh, least kWh, efficiency into it and out of it, most either way in kW). state, changed in
    place, (S,): (air and mass in °C, cold and charge in kWh). meter_kw: filled where it is (T, S), left alone where
    it is (0, S). totals_kwh, added to, (7, S), rows in the order of the sums above. What is asked is done as far as
    hall, stores, plant and meter let; nothing is exported. Fastest where sites of one kind of plant stand side by side.
    """
    tile = np.zeros(END, dtype=building[0].dtype)
    sums = np.empty(SUMS_END, dtype=np.float64)
    source = np.empty((5, TILE), dtype=np.int64)
    first = 0
    while first < it_kw.shape[1]:
        groups = _groups(building[1], first)
        for begin, end, lane, _ in groups:
            for other in range(_filled(end - begin)):
                at, site = lane + other, min(begin + other, end - 1)
                source[0, at], source[1:, at] = site, column[:, site]
                tile[CAPACITY + at], tile[METER_MOST + at] = building[0][site], building[2][site]
                tile[REUSED + at], tile[LIFT + at] = reuse[0][site], reuse[1][site]
                _prepare_hall(tile, at, hall, site, hours)
                _prepare_cold_store(tile, at, cold_store, site, hours)
                _prepare_battery(tile, at, battery, site)
                tile[AIR + at], tile[MASS + at] = state[0][site], state[1][site]
                tile[COLD + at], tile[CHARGE + at] = state[2][site], state[3][site]
        sums[:] = 0.0
        _run_tile(tile, sums, it_kw, given, source, groups, hours, meter_kw)
        for begin, end, lane, _ in groups:
            for site in range(begin, end):
                at = lane + site - begin
                state[0][site], state[1][site] = tile[AIR + at], tile[MASS + at]
                state[2][site], state[3][site] = tile[COLD + at], tile[CHARGE + at]
                for row in range(SUMS):
                    totals_kwh[row, site] += sums[PITCH * row + at]
        first = groups[-1, 1]


@njit(cache=True, error_model="numpy")
def _filled(sites: int) -> int:
    """Lanes that so many neighbours take."""
    return LANES * ((sites + LANES - 1) // LANES)


@njit(cache=True, error_model="numpy")
def _groups(plant: Whole, first: int) -> Whole:
    """Neighbours with one kind of plant, as many as a tile holds: rows of (begin, end, first lane, kind)."""
    groups = np.empty((TILE // LANES, 4), dtype=np.int64)
    count, lane = 0, 0
    while first < plant.shape[0] and lane < TILE:
        end = first + 1
        while end < plant.shape[0] and plant[end] == plant[first] and end - first < TILE - lane:
            end += 1
        groups[count] = first, end, lane, plant[first]
        lane += _filled(end - first)
        first, count = end, count + 1
    return groups[:count]


@njit(cache=True, error_model="numpy")
def _run_tile(
    tile: Values,
    sums: Real,
    it_kw: Values,
    given: Values,
    source: Whole,
    groups: Whole,
    hours: float,
    meter_kw: Values,
) -> None:
    """Step the sites of a tile through all steps. source, (5, lanes): columns of IT power, and of what is given."""
    lanes_used = groups[-1, 2] + _filled(groups[-1, 1] - groups[-1, 0])
    for t in range(it_kw.shape[0]):
        _fill(tile, IT, it_kw, t, source[0], lanes_used)
        _fill(tile, OUTDOOR, given, t, source[1], lanes_used)
        _fill(tile, HALL_ASKED, given, t, source[2], lanes_used)
        _fill(tile, COLD_ASKED, given, t, source[3], lanes_used)
        _fill(tile, POWER_ASKED, given, t, source[4], lanes_used)
        for begin, end, lane, plant in groups:
            here, sums_here, lanes = tile[lane:], sums[lane:], _filled(end - begin)
            if plant == AIR_CHILLER:
                _step_air(here, sums_here, lanes, hours)
            elif plant == WARM_LIQUID:
                _step_liquid(here, sums_here, lanes, hours)
            else:
                _step_water(here, sums_here, lanes, hours)
            if meter_kw.shape[0] > 0:
                for i in range(end - begin):
                    meter_kw[t, begin + i] = tile[METER + lane + i]


@njit(cache=True, error_model="numpy")
def _fill(tile: Values, row: int, series: Values, t: int, source: Whole, lanes: int) -> None:
    """Into each lane its column of a series."""
    for i in range(lanes):
        tile[row + i] = series[t, source[i]]


@njit(cache=True, error_model="numpy")
def _prepare_hall(
    tile: Values,
    lane: int,
    hall: tuple[Values, Values, Values, Values, Values, Values],
    site: int,
    hours: float,
) -> None:
    """What a step does to a hall, which is linear in air, mass and heat; nothing moves where there is none."""
    air, mass, between = hall[0][site], hall[1][site], hall[2][site]
    made = ((1.0, 0.0), (0.0, 1.0), (1.0, 0.0))
    limits = (-np.inf, np.inf, 0.0)
    if air > 0.0:
        made = (
            room_after_c(1.0, 0.0, 0.0, hours, air, mass, between),
            room_after_c(0.0, 1.0, 0.0, hours, air, mass, between),
            room_after_c(0.0, 0.0, 1.0, hours, air, mass, between),
        )
        limits = (hall[3][site], hall[4][site], hall[5][site] * hours)
    tile[AIR_OF_AIR + lane], tile[MASS_OF_AIR + lane] = made[0]
    tile[AIR_OF_MASS + lane], tile[MASS_OF_MASS + lane] = made[1]
    tile[AIR_OF_KW + lane], tile[MASS_OF_KW + lane] = made[2]
    tile[COOLEST + lane], tile[WARMEST + lane], tile[CHANGE + lane] = limits


@njit(cache=True, error_model="numpy")
def _prepare_cold_store(
    tile: Values,
    lane: int,
    store: tuple[Values, Values, Values, Values],
    site: int,
    hours: float,
) -> None:
    """What a step does to chilled water, which is linear in what is there and in what is added."""
    loss = store[3][site]
    tile[COLD_KEPT + lane] = cold_after_kwh(1.0, 0.0, hours, loss)
    tile[COLD_OF_KW + lane] = cold_after_kwh(0.0, 1.0, hours, loss)
    tile[COLD_FULL + lane] = store[0][site]
    tile[COLD_MOST_IN + lane], tile[COLD_MOST_OUT + lane] = store[1][site], store[2][site]


@njit(cache=True, error_model="numpy")
def _prepare_battery(
    tile: Values, lane: int, battery: tuple[Values, Values, Values, Values, Values], site: int
) -> None:
    """What a battery can hold, take and give."""
    tile[CHARGE_FULL + lane], tile[CHARGE_LEAST + lane] = battery[0][site], battery[1][site]
    tile[INTO + lane], tile[OUT_OF + lane] = battery[2][site], battery[3][site]
    tile[POWER_MOST + lane] = battery[4][site]
