"""Heat that is carried out before or after machines give it off, as a plan or a dispatch asks for it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class ExtraCooling:
    """S sites over T steps. heat_kw: carried out beyond the heat of the moment, less where below 0, for the hall and
    for the store of cold, (2, S, T). power_kw: what plants draw for it, (S, T). Of no steps where no site can."""

    heat_kw: Real
    power_kw: Real

    def __post_init__(self) -> None:
        freeze(self, heat_kw=np.float64, power_kw=np.float64)

    def drawn_kw(self, steps: int) -> Real | float:
        """Power over the first steps, (S, steps); 0 where no site can."""
        return self.power_kw[:, :steps] if self.power_kw.size else 0.0


def no_extra_cooling() -> ExtraCooling:
    """Heat carried out as it comes."""
    return ExtraCooling(heat_kw=np.zeros((2, 0, 0)), power_kw=np.zeros((0, 0)))
