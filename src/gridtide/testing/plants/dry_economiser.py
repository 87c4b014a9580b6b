"""Outside air below a dry bulb with a dead band, compressors in six stages above, fans that trip, two UPS halves."""

import numpy as np
from numpy.typing import NDArray

from gridtide.testing.plant_days import PlantDays

Real = NDArray[np.float64]
MEAN_C = 16.0
METER_NOISE = 0.008
"""Standard deviation of what the meter adds, as a share of it."""
RACKS_KW = 2400.0
STAGES, STAGE_KW = 6, 420.0


def plant_kw(days: PlantDays, seed: int) -> Real:
    """Power at the meter of each step, kW, with the noise of the meter."""
    chance = np.random.default_rng(seed + 202)
    count = len(days.time_s)
    clocked = 0.35 + 0.65 * (days.clock_mhz / 1980.0) ** 2.3
    it_kw = RACKS_KW * (0.31 + 0.69 * days.utilisation**0.9 * clocked)
    power = np.empty(count)
    outside, stages, room_kw, slab_kw = True, 0, it_kw[0], it_kw[0]
    both_halves, trip_left = True, 0
    for step in range(count):
        dry, damp = days.outdoor_c[step], days.humidity[step]
        if outside and (dry > 20.5 or damp > 0.95):
            outside = False
        elif not outside and dry < 17.5 and damp < 0.90:
            outside = True
        share = it_kw[step] / RACKS_KW
        both_halves = share > 0.52 if both_halves else share > 0.62
        ups = 0.034 * it_kw[step] + (52.0 if both_halves else 27.0)
        if trip_left == 0 and chance.random() < 1.0 / (7.0 * 288.0):
            trip_left = int(chance.integers(6, 60))
        trip_left = max(0, trip_left - 1)
        flow = max(0.45, share) * (1.18 if outside else 1.0)
        fans = 128.0 * flow**2.6 * (1.35 if trip_left else 1.0)
        heat = it_kw[step] + ups + fans
        slab_kw += (heat - slab_kw) * (1.0 - np.exp(-5.0 / 140.0))
        room_kw += (0.8 * heat + 0.2 * slab_kw - room_kw) * (1.0 - np.exp(-5.0 / 12.0))
        needed = 0.0 if outside else room_kw
        stages = _stages(stages, needed)
        rated = 3.9 - 0.062 * (max(dry, 12.0) - 25.0)
        used = needed / max(stages * STAGE_KW, 1.0)
        compressors = needed / rated * (1.0 + 0.10 * (1.0 - min(used, 1.0))) + 3.0 * stages
        power[step] = it_kw[step] + ups + fans + compressors + 41.0
    return np.asarray(np.round(power * (1.0 + chance.normal(0.0, METER_NOISE, count)), 1))


def _stages(running: int, needed_kw: float) -> int:
    """Stages after one look: one more when those that run are full, one less when the rest would idle."""
    if needed_kw > 0.97 * running * STAGE_KW and running < STAGES:
        return running + 1
    if running and needed_kw < 0.80 * (running - 1) * STAGE_KW:
        return running - 1
    return 0 if needed_kw == 0.0 else running
