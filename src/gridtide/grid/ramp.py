"""How fast power changes: mean ramps over rolling windows, steps inside a window, changes of block means."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.waveform import Waveform, means_of, steps_in

Real = NDArray[np.float64]


class Direction(StrEnum):
    """Which way a rule looks: more power, less power, or both."""

    UP = "up"
    DOWN = "down"
    BOTH = "both"


@dataclass(frozen=True, kw_only=True)
class Worst:
    """The worst that was found, 0 or more, and the seconds of the record between which it lies."""

    value: float
    from_s: float
    to_s: float


def mean_ramp(waveform: Waveform, window_s: float, direction: Direction) -> Worst:
    """Steepest mean ramp over any window of that length, kW/min. Raises ValueError for a record shorter than it.

    The mean of a rate over a window is the change between its ends over its length.
    """
    steps = steps_in(waveform, window_s)
    if steps < 1 or steps >= len(waveform.power_kw):
        raise ValueError("the record is shorter than the window, or the window than a sample")
    change = waveform.power_kw[steps:] - waveform.power_kw[:-steps]
    at, value = _worst_of(change, direction)
    step_s = waveform.step_s
    return Worst(
        value=value / (steps * step_s / 60.0), from_s=at * step_s, to_s=(at + steps) * step_s
    )


def step_within(waveform: Waveform, window_s: float, direction: Direction) -> Worst:
    """Greatest change between any two samples at most window_s apart, kW. Raises ValueError below one sample."""
    return course_step(waveform.power_kw, waveform.step_s, window_s, direction)


def course_step(values: Real, step_s: float, window_s: float, direction: Direction) -> Worst:
    """As `step_within`, of any evenly sampled course."""
    from gridtide.kernels.waveform import largest_rise

    steps = int(np.floor(window_s / step_s + 1e-6))
    if steps < 1:
        raise ValueError("the window is shorter than a sample")
    course = np.ascontiguousarray(values)
    found = []
    if direction != Direction.DOWN:
        found.append(largest_rise(course, steps))
    if direction != Direction.UP:
        found.append(largest_rise(-course, steps))
    value, low, high = max(found, key=lambda one: one[0])
    return Worst(value=float(value), from_s=low * step_s, to_s=high * step_s)


def block_ramps(waveform: Waveform, block_s: float) -> Real:
    """Ramps between the means of neighbouring blocks, kW/min, (B - 1,)."""
    steps = max(1, steps_in(waveform, block_s))
    return np.diff(means_of(waveform, steps)) / (steps * waveform.step_s / 60.0)


def ramp_percentile(waveform: Waveform, block_s: float, percentile: float) -> float:
    """The size of ramp between block means that a percentile [0-100] of them stays within, kW/min.

    Raises ValueError where the record holds fewer than two blocks.
    """
    ramps = np.abs(block_ramps(waveform, block_s))
    if not len(ramps):
        raise ValueError("the record holds fewer than two blocks")
    return float(np.percentile(ramps, percentile))


def _worst_of(change: Real, direction: Direction) -> tuple[int, float]:
    sign = {Direction.UP: change, Direction.DOWN: -change, Direction.BOTH: np.abs(change)}[
        direction
    ]
    at = int(np.argmax(sign))
    return at, max(0.0, float(sign[at]))
