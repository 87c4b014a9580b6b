"""Pads that wet the supply air, fans on drives, a trim of two compressors, ranks of servers that sleep and wake."""

import numpy as np
from numpy.typing import NDArray

from gridtide.testing.plant_days import PlantDays

Real = NDArray[np.float64]
MEAN_C = 22.0
METER_NOISE = 0.006
"""Standard deviation of what the meter adds, as a share of it."""
RANKS, RANK_KW = 24, 240.0
FAN_RATED_KW, AIR_KW_PER_K = 310.0, 520.0


def plant_kw(days: PlantDays, seed: int) -> Real:
    """Power at the meter of each step, kW, with the noise of the meter."""
    chance = np.random.default_rng(seed + 404)
    count = len(days.time_s)
    power = np.empty(count)
    ranks, wetted, trims, bypass_left = RANKS, False, 0, 0
    hall_kw, supply_c = 0.6 * RANKS * RANK_KW, 20.0
    for step in range(count):
        busy = RANKS * days.utilisation[step]
        if busy > 0.88 * ranks and ranks < RANKS:
            ranks = min(RANKS, ranks + 2)
        elif busy < 0.62 * ranks and ranks > 8:
            ranks -= 1
        speed = days.clock_mhz[step] / 1980.0
        dynamic = 0.66 * (0.12 * speed + 0.88 * speed**2.6)
        used = min(busy / ranks, 1.0)
        it_kw = RANK_KW * (ranks * 0.24 + 0.02 * RANKS + ranks * dynamic * used**0.93)
        it_kw *= 1.0 + 0.045 * max(0.0, (supply_c - 22.0) / 6.0) ** 2
        if bypass_left == 0 and chance.random() < 1.0 / (8.0 * 288.0):
            bypass_left = int(chance.integers(24, 90))
        bypass_left = max(0, bypass_left - 1)
        lost = 38.0 + (0.012 if bypass_left else 0.046) * it_kw
        hall_kw += (it_kw + 0.5 * lost - hall_kw) * (1.0 - np.exp(-5.0 / 16.0))
        dry, damp = days.outdoor_c[step], days.humidity[step]
        wetted = _pads_wet(wetted, dry, damp)
        offered_c, cooled_kw, trims = _supply(dry, damp, hall_kw, wetted, trims)
        supply_c += (offered_c - supply_c) * (1.0 - np.exp(-5.0 / 9.0))
        flow = np.clip(
            hall_kw / (AIR_KW_PER_K * (13.0 - 0.35 * max(0.0, supply_c - 20.0))), 0.3, 1.15
        )
        drive = 0.965 - 0.11 * (1.0 - min(flow, 1.0)) ** 2
        fans = FAN_RATED_KW * (0.06 + 0.94 * flow**2.75) / drive * (1.09 if wetted else 1.0)
        cop = 4.5 - 0.07 * (dry - 27.0) - 0.15 * trims
        trim_kw = cooled_kw / cop + 9.0 * trims
        power[step] = it_kw + lost + fans + trim_kw + (14.0 if wetted else 0.0) + 66.0
    return np.asarray(np.round(power * (1.0 + chance.normal(0.0, METER_NOISE, count)), 1))


def _pads_wet(wetted: bool, dry_c: float, humidity: float) -> bool:
    """Pads start in hot air and stop in cool or damp air, each a little late."""
    if wetted:
        return dry_c > 18.5 and humidity < 0.88
    return dry_c > 21.0 and humidity < 0.80


def _supply(
    dry_c: float, humidity: float, hall_kw: float, wetted: bool, trims: int
) -> tuple[float, float, int]:
    """Temperature that the air is supplied at, °C, what the trim takes out of it, kW, and its compressors that run."""
    reached_c = dry_c
    if wetted:
        depression = (1.0 - humidity) * (4.6 + 0.37 * max(dry_c, 0.0))
        reached_c = dry_c - (0.88 - 0.05 * hall_kw / (RANKS * RANK_KW)) * depression
    mixed_c = max(reached_c, 19.0) + 0.9
    for compressors, starts, stops in ((1, 23.6, 22.2), (2, 26.4, 24.8)):
        if trims < compressors and mixed_c > starts:
            trims = compressors
        elif trims >= compressors and mixed_c < stops:
            trims = compressors - 1
    share = hall_kw / (RANKS * RANK_KW)
    removed_k = min(mixed_c - 21.0, 3.4 * trims) if trims else 0.0
    return mixed_c - removed_k, max(removed_k, 0.0) * AIR_KW_PER_K * min(1.0, 0.25 + share), trims
