"""Four water chillers in stages that start late and stop late, modules of a UPS that are shed, fans that trip."""

import numpy as np
from numpy.typing import NDArray

from gridtide.testing.plant_days import PlantDays

Real = NDArray[np.float64]
MEAN_C = 17.0
METER_NOISE = 0.006
"""Standard deviation of what the meter adds, as a share of it."""
IDLE_KW, BUSY_KW = 2600.0, 6900.0
MODULES, MODULE_KW = 12, 1000.0
CHILLERS, CHILLER_KW = 4, 3300.0
FANS, FANS_KW = 40, 330.0


def plant_kw(days: PlantDays, seed: int) -> Real:
    """Power at the meter of each step, kW, with the noise of the meter."""
    chance = np.random.default_rng(seed + 101)
    count = len(days.time_s)
    clock = (days.clock_mhz / 1980.0) ** 1.8
    busy = (1.0 - np.exp(-1.5 * days.utilisation)) / (1.0 - np.exp(-1.5))
    it_kw = IDLE_KW + BUSY_KW * busy * clock
    tripped = _tripped(chance, count)
    power = np.empty(count)
    modules, chillers, water_kw = MODULES, 2, it_kw[0]
    waited = 0
    for step in range(count):
        load = it_kw[step] / (modules * MODULE_KW)
        if load > 0.78 and modules < MODULES:
            modules += 1
        elif load < 0.55 and modules > 5:
            modules -= 1
        load = it_kw[step] / (modules * MODULE_KW)
        ups = modules * (11.0 + 9.0 * load + 16.0 * load * load)
        turning = FANS - tripped[step]
        flow = max(0.4, it_kw[step] / 9500.0) * FANS / turning
        fans = FANS_KW * (turning / FANS) * min(flow, 1.25) ** 2.8
        water_kw += (it_kw[step] + ups + fans - water_kw) * (1.0 - np.exp(-5.0 / 22.0))
        waited += 1
        if water_kw > 0.94 * chillers * CHILLER_KW and chillers < CHILLERS and waited > 3:
            chillers, waited = chillers + 1, 0
        elif water_kw < 0.70 * (chillers - 1) * CHILLER_KW and chillers > 1 and waited > 6:
            chillers, waited = chillers - 1, 0
        wet = _wet(days.outdoor_c[step], days.humidity[step])
        cooling = _chillers_kw(water_kw, chillers, wet) + 0.010 * water_kw
        power[step] = it_kw[step] * 1.012 + ups + fans + cooling + 95.0
    return np.asarray(np.round(power * (1.0 + chance.normal(0.0, METER_NOISE, count))))


def _chillers_kw(heat_kw: float, chillers: int, wet_c: float) -> float:
    part = min(heat_kw / (chillers * CHILLER_KW), 1.1)
    entering = max(wet_c + 4.5, 16.0)
    full = CHILLER_KW / (7.4 - 0.135 * (entering - 16.0))
    return float(chillers * (full * (0.10 + 0.58 * part + 0.32 * part * part) + 24.0))


def _wet(dry_c: float, humidity: float) -> float:
    """A wet bulb of its own: good to a kelvin or so."""
    return float(dry_c - (1.0 - humidity) * (5.0 + 0.36 * max(dry_c, 0.0)))


def _tripped(chance: np.random.Generator, steps: int) -> NDArray[np.int64]:
    """Fans out at each step: about one trip in nine days, for some hours."""
    out = np.zeros(steps, dtype=np.int64)
    for start in np.flatnonzero(chance.random(steps) < 1.0 / (9.0 * 288.0)):
        out[start : start + int(chance.integers(12, 72))] = int(chance.choice([6, 10]))
    return out
