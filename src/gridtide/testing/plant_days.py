"""Days that a hidden plant lives through: weather, utilisation and clock every five minutes, from a seed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]
STEP_S = 300
STEPS_A_DAY = 288
FIRST_S = 1_775_001_600
"""2026-04-01 00:00 UTC."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PlantDays:
    """time_s: since 1970, (n,). utilisation 0-1. clock_mhz. outdoor_c: dry bulb, °C. humidity 0-1. All (n,)."""

    time_s: NDArray[np.int64]
    utilisation: Real
    clock_mhz: Real
    outdoor_c: Real
    humidity: Real

    def __post_init__(self) -> None:
        real = dict.fromkeys(("utilisation", "clock_mhz", "outdoor_c", "humidity"), np.float64)
        freeze(self, time_s=np.int64, **real)


def plant_days(days: int, mean_c: float, seed: int) -> PlantDays:
    """Days in a climate of a mean temperature [°C]: fronts, sun, jobs that come and go, clocks held in the evening."""
    chance = np.random.default_rng(seed)
    steps = days * STEPS_A_DAY
    hour = np.arange(steps) / 12.0
    fronts = _drift(chance, steps, 48.0 * 12.0, 3.6)
    season = 3.0 * np.sin(2.0 * np.pi * hour / (24.0 * 70.0))
    swing = 4.5 + _drift(chance, steps, 36.0 * 12.0, 1.2)
    sun = np.sin(2.0 * np.pi * (hour - 9.0) / 24.0)
    outdoor = mean_c + fronts + season + swing * sun + _drift(chance, steps, 6.0, 0.25)
    damp = 0.66 - 0.035 * swing * sun + _drift(chance, steps, 30.0 * 12.0, 0.12)
    return PlantDays(
        time_s=FIRST_S + STEP_S * np.arange(steps),
        utilisation=_utilisation(chance, steps, hour),
        clock_mhz=_clock(chance, steps, hour),
        outdoor_c=outdoor,
        humidity=np.clip(damp, 0.12, 0.99),
    )


def _drift(chance: np.random.Generator, steps: int, memory: float, spread: float) -> Real:
    """A first-order random walk that returns, standard deviation `spread`."""
    keep = np.exp(-1.0 / memory)
    push = chance.normal(0.0, spread * np.sqrt(1.0 - keep * keep), steps)
    found = np.empty(steps)
    now = chance.normal(0.0, spread)
    for step in range(steps):
        now = keep * now + push[step]
        found[step] = now
    return found


def _utilisation(chance: np.random.Generator, steps: int, hour: Real) -> Real:
    """Answers by day, training that comes in blocks of hours to days, and what flickers."""
    weekday = np.where((hour // 24.0) % 7.0 < 5.0, 1.0, 0.75)
    answers = 0.22 * weekday * (1.0 + 0.45 * np.sin(2.0 * np.pi * (hour - 8.5) / 24.0))
    training = np.zeros(steps)
    at = 0
    while at < steps:
        length = int(chance.lognormal(np.log(9.0 * 12.0), 0.9)) + 6
        training[at : at + length] = chance.choice([0.12, 0.3, 0.42, 0.52])
        at += length
    flicker = _drift(chance, steps, 3.0, 0.02)
    return np.asarray(np.clip(0.08 + answers + training + flicker, 0.02, 1.0))


def _clock(chance: np.random.Generator, steps: int, hour: Real) -> Real:
    """Full clock but for evenings on some days, when it is held lower."""
    held = chance.random(int(hour[-1] // 24) + 1) < 0.4
    low = chance.choice([1350.0, 1500.0, 1650.0], len(held))
    day = (hour // 24.0).astype(np.int64)
    evening = (hour % 24.0 >= 16.0) & (hour % 24.0 < 21.0)
    clock = np.where(held[day] & evening, low[day], 1980.0)
    return np.asarray(clock - np.abs(chance.normal(0.0, 6.0, steps)))
