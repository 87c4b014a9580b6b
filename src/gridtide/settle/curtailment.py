"""Curtailed renewables that shifting really soaked up (消纳)."""

import numpy as np
from numpy.typing import NDArray


def absorbed_kwh(
    curtailed_kwh: NDArray[np.float64],
    load_kwh: NDArray[np.float64],
    reference_kwh: NDArray[np.float64],
) -> float:
    """Curtailed energy of one zone absorbed by load above the reference, kWh; never below 0.

    curtailed_kwh: curtailed in the reference; load_kwh, reference_kwh: drawn by all sites of the zone;
    all (T,). In a step counts min(curtailed, load above the reference). Rebound is subtracted: load
    that the reference would have fed from curtailed energy and that now runs when there is none.
    A load equal to the reference absorbs exactly 0.
    """
    change_kwh = load_kwh - reference_kwh
    absorbed = np.minimum(curtailed_kwh, np.maximum(change_kwh, 0.0))
    rebound = np.minimum(curtailed_kwh, np.maximum(-change_kwh, 0.0))
    return float(max(0.0, np.sum(absorbed) - np.sum(rebound)))
