"""What a load with a droop does about a measured frequency."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Droop:
    """How a load answers: as `physics.grid_frequency.droop_kw` takes it."""

    flexible_kw: float
    nominal_hz: float = 60.0
    droop: float = 0.05
    dead_band_hz: float = 0.036


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a droop did over a record. outside_share: of time beyond the dead band. more_kwh, less_kwh: energy drawn
    beyond and below the load's own; most_kw: the greatest change; mileage_kw: all changes summed, per hour."""

    outside_share: float
    more_kwh: float
    less_kwh: float
    most_kw: float
    mileage_kw_per_h: float


def droop_course_kw(frequency_hz: Real, droop: Droop) -> Real:
    """Change of the load at each frequency, kW, (n,)."""
    from gridtide.kernels.at_the_grid import droops

    frequency = np.ascontiguousarray(frequency_hz, dtype=np.float64)
    return np.asarray(
        droops(frequency, droop.nominal_hz, droop.flexible_kw, droop.droop, droop.dead_band_hz)
    )


def answered(frequency_hz: Real, step_s: float, droop: Droop) -> Answered:
    """What a droop does about a record of frequency, sampled each step_s."""
    moved = droop_course_kw(frequency_hz, droop)
    hours = step_s / 3600.0
    outside = np.abs(frequency_hz - droop.nominal_hz) > droop.dead_band_hz
    return Answered(
        outside_share=float(outside.mean()),
        more_kwh=float(np.maximum(moved, 0.0).sum() * hours),
        less_kwh=float(np.maximum(-moved, 0.0).sum() * hours),
        most_kw=float(np.abs(moved).max()),
        mileage_kw_per_h=float(np.abs(np.diff(moved)).sum() / (len(moved) * hours)),
    )


def steepest_hz_per_s(frequency_hz: Real, step_s: float, window_s: float) -> float:
    """Greatest rate of change of frequency over any window, Hz/s, of either sign. Raises ValueError where the record
    is shorter than the window, or the window than a sample."""
    steps = int(np.floor(window_s / step_s + 1e-6))
    if not 1 <= steps < len(frequency_hz):
        raise ValueError("the record is shorter than the window, or the window than a sample")
    change = np.abs(frequency_hz[steps:] - frequency_hz[:-steps])
    return float(change.max() / (steps * step_s))
