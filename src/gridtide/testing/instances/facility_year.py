"""Many buildings through a year of quarter hours: the seeded instance of `gridtide bench facility`.

Shapes are round figures, nothing is measured. A change makes a new version.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.physics.heat_plant import WARM_LIQUID
from gridtide.physics.waste_heat import heat_pump_cop

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
VERSION = "facility-year 2"
STEP_H = 0.25
DAY = 96
PLANTS, WEATHERS, MARKETS = 3, 12, 6
HALL_PER_KW = (3.62, 60.0, 0.06)
"""Air and mass in kJ/K and kW/K between them, per kW of IT capacity: the hall of `physics/room.py`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FacilityYear:
    """S sites over T quarter hours, in order of their plant, arrays as `kernels/facility_year.run_year` has them.

    it_kw: (T, S). temperature_c, humidity (0-1): of each weather, (T, Z). asked: of hall, cold store and battery per
    kW of IT capacity, by market, (T, 3 M). column: (4, S). reuse (2, S), hall (6, S), cold_store (4, S), battery
    (5, S); start: air, mass, cold and charge, (4, S); the rest (S,).
    """

    it_kw: Real
    temperature_c: Real
    humidity: Real
    asked: Real
    column: Whole
    capacity_kw: Real
    plant: Whole
    meter_max_kw: Real
    reuse: Real
    hall: Real
    cold_store: Real
    battery: Real
    start: Real

    def __post_init__(self) -> None:
        names = [name for name in self.__dataclass_fields__ if name not in ("column", "plant")]
        freeze(self, column=np.int64, plant=np.int64, **dict.fromkeys(names, np.float64))


def facility_year(sites: int, steps: int, seed: int = 0) -> FacilityYear:
    """A third of the sites have each plant; halls and chilled water are cooled by night, batteries charged by day;
    every second site leads half of its heat to others at 70 °C, from warm liquid at 45 °C and else from 25."""
    rng = np.random.default_rng(seed)
    hour: Real = np.asarray(np.arange(steps) * STEP_H, dtype=np.float64)
    capacity = rng.uniform(5_000.0, 60_000.0, sites)
    plant = np.sort(np.arange(sites) % PLANTS)
    use = 0.65 + 0.2 * np.sin(2 * np.pi * (hour - 9) / 24)
    use = use[:, None] + 0.05 * rng.standard_normal((steps, sites), dtype=np.float32)
    season = 10.0 * np.sin(2 * np.pi * (hour / 24 - 110) / 365)
    day = 5.0 * np.sin(2 * np.pi * (hour - 9) / 24)
    mean = rng.uniform(6.0, 24.0, WEATHERS)
    warm = mean + (season + day)[:, None] + 0.3 * rng.standard_normal((steps, WEATHERS))
    humid = 0.65 - 0.02 * (warm - mean) + 0.05 * rng.standard_normal((steps, WEATHERS))
    weather = rng.integers(0, WEATHERS, sites)
    market = rng.integers(0, MARKETS, sites)
    first = 2 * WEATHERS + market
    each = np.ones(sites)
    full = capacity * rng.uniform(0.3, 0.6, sites)
    lift = np.asarray(
        [heat_pump_cop(70.0, 45.0 if kind == WARM_LIQUID else 25.0) for kind in plant]
    )
    return FacilityYear(
        it_kw=np.clip(use, 0.05, 1.0) * capacity,
        temperature_c=np.clip(warm, -20.0, 45.0),
        humidity=np.clip(humid, 0.1, 0.98),
        asked=_asked(hour, rng),
        column=np.stack(
            [np.where(plant == 1, weather, WEATHERS + weather), first, first + MARKETS, first + 2 * MARKETS]
        ),
        capacity_kw=capacity,
        plant=plant,
        meter_max_kw=1.25 * capacity,
        reuse=np.stack([0.5 * (np.arange(sites) % 2), lift]),
        hall=np.stack([*(share * capacity for share in HALL_PER_KW), 18 * each, 27 * each, 20 * each]),
        cold_store=np.stack([2.0 * capacity, 0.3 * capacity, 0.4 * capacity, 0.01 * each]),
        battery=np.stack([full, 0.1 * full, 0.955 * each, 0.955 * each, 0.5 * full]),
        start=np.stack([24 * each, 24 * each, capacity, 0.5 * full]),
    )  # fmt: skip


def _asked(hour: Real, rng: np.random.Generator) -> Real:
    """What each market asks of halls, chilled water and batteries, per kW of IT capacity, (T, 3 M)."""
    shift = rng.uniform(-3.0, 3.0, MARKETS)
    turn = np.sin(2 * np.pi * (hour[:, None] - shift) / 24)
    noise = rng.standard_normal((len(hour), 3 * MARKETS))
    asked = np.hstack([0.03 * turn, 0.2 * turn, -0.2 * turn])
    return np.asarray(asked * (1.0 + 0.3 * noise))
