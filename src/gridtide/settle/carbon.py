"""Emissions of what was drawn from the grid, location-based, by average intensity.

An average intensity attributes the emissions of a zone to its consumers; a difference of two such sums
is not the change that shifting caused. Marginal intensities are settled apart and never mixed in.
"""

import numpy as np
from numpy.typing import NDArray

from gridtide.units import kg_per_kwh

ATTRIBUTION = (
    "Emissions use average intensities: they attribute a zone's emissions to its consumers; "
    "attribution is not impact."
)


def settle_emissions_kg(
    import_kwh: NDArray[np.float64], carbon_g_per_kwh: NDArray[np.float64]
) -> float:
    """Emissions of energy drawn at the grid meter, kg; NaN when an intensity is unknown. Same shapes."""
    per_kwh = carbon_g_per_kwh * kg_per_kwh(1.0)
    return float(np.sum(import_kwh * per_kwh))
