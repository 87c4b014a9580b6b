"""Sites with IT load, weather, sun and a store, step by step: the seeded fleet of `gridtide bench twin`.

Shapes are round figures, nothing is measured. A change makes a new version.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
VERSION = "metered-fleet 1"
STEP_H = 0.25
DAY = 96
PLANTS = 3
STORE = {"energy_h": 0.5, "least": 0.1, "efficiency": 0.955, "power": 0.25}
"""Of the store, per kW of IT capacity: energy in hours, least content as a share, efficiency each way, power."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MeteredFleet:
    """S sites over T quarter hours. plant: as in physics/heat_plant.

    it_kw, outdoor_c, supply_kw, charge_kw, discharge_kw (orders), import_max_kw: (S, T); the rest (S,).
    import_held_kw: the store holds the import below it. ramp_max_kw_per_min: inf without a rule.
    """

    capacity_kw: Real
    plant: Whole
    it_kw: Real
    outdoor_c: Real
    supply_kw: Real
    charge_kw: Real
    discharge_kw: Real
    import_max_kw: Real
    import_held_kw: Real
    export_max_kw: Real
    ramp_max_kw_per_min: Real

    def __post_init__(self) -> None:
        names = [name for name in self.__dataclass_fields__ if name != "plant"]
        freeze(self, plant=np.int64, **dict.fromkeys(names, np.float64))


def metered_fleet(
    sites: int, steps: int, seed: int = 0, capacity_kw: Real | None = None
) -> MeteredFleet:
    """Every third site has a ramp rule; stores charge by night and discharge in the evening.

    capacity_kw: of each site, (S,); drawn when not given.
    """
    rng = np.random.default_rng(seed)
    hour = np.arange(steps) * STEP_H % 24
    drawn = rng.uniform(5_000.0, 60_000.0, sites)
    capacity = drawn if capacity_kw is None else capacity_kw
    each = capacity[:, None]
    use = (
        0.6 + 0.2 * np.sin(2 * np.pi * (hour - 9) / 24) + 0.05 * rng.standard_normal((sites, steps))
    )
    clouds = rng.uniform(0.3, 1.0, (sites, -(-steps // DAY)))
    sun = (
        np.maximum(0.0, np.sin((hour - 6) * np.pi / 12)) * np.repeat(clouds, DAY, axis=1)[:, :steps]
    )
    warm = rng.uniform(8.0, 20.0, (sites, 1)) + 6.0 * np.sin(2 * np.pi * (hour - 9) / 24)
    power = STORE["power"] * each
    return MeteredFleet(
        capacity_kw=capacity,
        plant=np.arange(sites) % PLANTS,
        it_kw=np.clip(use, 0.1, 1.0) * each,
        outdoor_c=warm + rng.standard_normal((sites, steps)),
        supply_kw=1.2 * sun * each,
        charge_kw=np.where(hour < 5, power, 0.0),
        discharge_kw=np.where((hour >= 18) & (hour < 22), power, 0.0),
        import_max_kw=np.full((sites, steps), 1.4) * each,
        import_held_kw=1.1 * capacity,
        export_max_kw=0.3 * capacity,
        ramp_max_kw_per_min=np.where(np.arange(sites) % 3 == 0, 0.01 * capacity, np.inf),
    )
