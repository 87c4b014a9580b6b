"""When a plant leaves outside air for compressors, and when it comes back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
NO_LIMIT = 2.0
"""A relative humidity that no air reaches."""


@dataclass(frozen=True, kw_only=True)
class Changeover:
    """Limits of temperature [°C] and relative humidity [0-1]: left above either upper, back below both lower ones.

    wet_share: how much of the temperature is the wet bulb, the rest is the dry one.
    """

    wet_share: float
    returns_below_c: float
    leaves_above_c: float
    returns_below_humidity: float = NO_LIMIT
    leaves_above_humidity: float = NO_LIMIT

    @property
    def middle_c(self) -> float:
        """Between both limits of temperature, °C."""
        return 0.5 * (self.returns_below_c + self.leaves_above_c)


def felt_changed_over_c(changeover: Changeover, felt_c: Real, humidity: Real) -> Real:
    """What the plant feels, °C, (n,): felt_c kept above both limits on compressors and below both on outside air.

    felt_c: between wet and dry bulb, °C; humidity: 0-1; in order of time, it remembers, (n,).
    """
    from gridtide.kernels.site_map import felt_changed_over

    one = np.ascontiguousarray(felt_c)
    return np.asarray(felt_changed_over(one, np.ascontiguousarray(humidity), limits_of(changeover)))


def limits_of(changeover: Changeover) -> Real:
    """The limits as kernels take them, (4,)."""
    return np.asarray(
        [
            changeover.returns_below_c,
            changeover.leaves_above_c,
            changeover.returns_below_humidity,
            changeover.leaves_above_humidity,
        ]
    )
