"""A warm liquid loop to dry coolers with a spray that starts hot and stops cool; two small chillers for the air."""

import numpy as np
from numpy.typing import NDArray

from gridtide.testing.plant_days import PlantDays

Real = NDArray[np.float64]
MEAN_C = 21.0
METER_NOISE = 0.005
"""Standard deviation of what the meter adds, as a share of it."""
BOARDS, BOARD_KW = 1600, 12.5
POWER_BLOCKS, BLOCK_KW = 10, 2500.0


def plant_kw(days: PlantDays, seed: int) -> Real:
    """Power at the meter of each step, kW, with the noise of the meter."""
    chance = np.random.default_rng(seed + 303)
    count = len(days.time_s)
    hot = 1.0 + 0.02 * np.clip((days.outdoor_c - 22.0) / 12.0, 0.0, 1.0)
    volts = 0.72 + 0.28 * days.clock_mhz / 1980.0
    swing = days.utilisation * (0.25 + 0.75 * volts * volts * days.clock_mhz / 1980.0)
    it_kw = BOARDS * BOARD_KW * (0.22 + 0.78 * swing) * hot
    power = np.empty(count)
    spray, second, blocks = False, False, POWER_BLOCKS
    loop_kw, air_kw = 0.82 * it_kw[0], 0.18 * it_kw[0]
    pump_out = 0
    for step in range(count):
        dry = days.outdoor_c[step]
        blocks = _blocks(blocks, it_kw[step])
        load = it_kw[step] / (blocks * BLOCK_KW)
        ups = blocks * (14.0 + 30.0 * load * load) + 0.012 * it_kw[step]
        loop_kw += (0.82 * it_kw[step] - loop_kw) * (1.0 - np.exp(-5.0 / 18.0))
        air_kw += (0.18 * it_kw[step] + ups - air_kw) * (1.0 - np.exp(-5.0 / 75.0))
        spray = dry > 22.0 if spray else dry > 25.5
        entering = dry - (4.0 if spray else 0.0)
        speed = min(1.0, max(0.25, loop_kw / 16_400.0 * 14.0 / max(40.0 - entering, 9.0)))
        coolers = 620.0 * speed**3 + (38.0 if spray else 0.0)
        if pump_out == 0 and chance.random() < 1.0 / (10.0 * 288.0):
            pump_out = int(chance.integers(12, 100))
        pump_out = max(0, pump_out - 1)
        pumps = 240.0 * max(0.5, loop_kw / 16_400.0) ** 2.5 * (1.6 if pump_out else 1.0)
        second = air_kw > 2300.0 if second else air_kw > 2900.0
        cop = (4.9 if second else 5.3) - 0.075 * max(dry - 15.0, 0.0)
        chilled = air_kw / cop + (85.0 if second else 40.0) if dry > 9.0 else 30.0
        power[step] = it_kw[step] + ups + coolers + pumps + chilled + 210.0
    return np.asarray(power * (1.0 + chance.normal(0.0, METER_NOISE, count)))


def _blocks(running: int, it_kw: float) -> int:
    """Blocks of the UPS after one look: none runs nearly empty, none nearly full."""
    load = it_kw / (running * BLOCK_KW)
    if load > 0.82 and running < POWER_BLOCKS:
        return running + 1
    return running - 1 if load < 0.48 and running > 4 else running
