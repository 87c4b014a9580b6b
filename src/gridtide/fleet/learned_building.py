"""What a building draws as its own meter told, in place of the model of `physics/pue.py`."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.changeover import Changeover

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class LearnedBuilding:
    """facility_kw: at IT power from 0 on in steps of it_step_kw and outdoor temperatures as
    `kernels/learned_building.py` counts them, never falling with IT power, (I, J).

    wet_share: how much of the temperature that the plant feels is the wet bulb, the rest is the dry one [0-1].
    changeover: of a plant that is either on outside air or on compressors.
    model: digest of the site model it comes from.
    """

    it_step_kw: float
    facility_kw: Real
    wet_share: float
    model: str
    changeover: Changeover | None = None

    def __post_init__(self) -> None:
        freeze(self, facility_kw=np.float64)
