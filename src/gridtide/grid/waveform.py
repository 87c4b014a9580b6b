"""Power at a connection point, sampled evenly."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Waveform:
    """power_kw: (n,), one value each step_s [s]; start_s: of the first, in the clock of its source; name: whose."""

    name: str
    start_s: float
    step_s: float
    power_kw: Real

    def __post_init__(self) -> None:
        freeze(self, power_kw=np.float64)
        if len(self.power_kw) < 2 or not self.step_s > 0.0 or not np.isfinite(self.power_kw).all():
            raise ValueError("a waveform needs two values or more, all finite, and a step above 0")

    @property
    def lasts_s(self) -> float:
        """From the first sample to the last, s."""
        return (len(self.power_kw) - 1) * self.step_s

    @property
    def peak_kw(self) -> float:
        """Highest power, kW."""
        return float(self.power_kw.max())


def steps_in(waveform: Waveform, seconds: float) -> int:
    """Whole steps within some seconds, a step that ends with them counted."""
    return int(np.floor(seconds / waveform.step_s + 1e-6))


def drawing(waveform: Waveform, power_kw: Real) -> Waveform:
    """The same moments with another power."""
    return replace(waveform, power_kw=power_kw)


def means_of(waveform: Waveform, steps: int) -> Real:
    """Means of blocks of some steps, a rest at the end left out, kW."""
    whole = len(waveform.power_kw) // steps * steps
    return np.asarray(waveform.power_kw[:whole].reshape(-1, steps).mean(axis=1))
