"""What generators for emergencies did, burnt and cost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.genset import Genset
from gridtide.physics.genset import emissions_kg

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class GensetUse:
    """Generators of one site over a course. run_h: hours of steps in which any ran; starts: of single generators.

    cost: fuel and starts, money. lacking_kwh: drawn above the limit because nothing carried it.
    """

    energy_kwh: float
    run_h: float
    starts: int
    fuel_l: float
    cost: float
    emissions_kg: float
    lacking_kwh: float


def settle_genset(genset: Genset, ran: Real, lacking_kw: Real, hours: Real) -> GensetUse:
    """Settle the generators of a site. ran: power [kW], fuel [L] and number running, (3, T); lacking_kw: import above
    what the site may draw, (T,); hours: of the steps, (T,)."""
    power_kw, fuel_l, running = ran
    starts = int(np.maximum(np.diff(running, prepend=0.0), 0.0).sum())
    burnt_l = float(fuel_l.sum())
    return GensetUse(
        energy_kwh=float((power_kw * hours).sum()),
        run_h=float(hours[running > 0].sum()),
        starts=starts,
        fuel_l=burnt_l,
        cost=burnt_l * genset.fuel_price_per_l + starts * genset.start_cost,
        emissions_kg=emissions_kg(burnt_l, genset.emissions_kg_per_l),
        lacking_kwh=float((np.maximum(lacking_kw, 0.0) * hours).sum()),
    )
