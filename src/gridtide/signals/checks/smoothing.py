"""A mean over a few rows that nobody mentioned."""

import numpy as np

from gridtide.signals.check import Check, decide, passed
from gridtide.signals.raw import Raw, Real, step_s, stretches

NAME = "hidden smoothing"
SPECTRUM = 256
SLOWEST_PHYSICS_S = 60.0
MOVING_SHARE = 0.7
"""Of the changes in a window; a value held for two rows leaves the same mark as a mean over two."""
WIDTHS = (2, 3, 4, 5, 6)
SMOOTHED_BELOW = 0.1
LEAST_WINDOWS = 12
"""Power where a mean of w rows leaves none, over power beside it; benchmarks/doctor.py prints what real columns and
their means have."""


def smoothing(raw: Raw) -> Check:
    """A mean over w rows leaves nothing at one change in w rows, and more beside it."""
    if step_s(raw) < SLOWEST_PHYSICS_S:
        return passed(NAME, "steps of seconds follow each other smoothly by themselves")
    depths = notches(raw)
    if not depths:
        return passed(NAME, "too few rows that change to tell")
    width = min(depths, key=lambda one: depths[one])
    if depths[width] >= SMOOTHED_BELOW:
        return passed(NAME, "fast changes are there")
    return decide(
        NAME, raw, np.arange(len(raw.rows))[:0],
        f"fast changes are missing as after a mean over {width} rows (ratio {depths[width]:.3f})",
        "Use the raw series; a smoothed price hides its peaks.",
        count=int(np.isfinite(raw.values).sum()),
    )  # fmt: skip


def notches(raw: Raw) -> dict[int, float]:
    """By width of a mean, the power where it leaves none over the power beside; empty where too few rows change."""
    parts = [raw.values[first:last] for first, last in stretches(raw)]
    windows = [window for part in parts for window in _windows(part)]
    if len(windows) < LEAST_WINDOWS:
        return {}
    power = np.median(np.abs(np.fft.rfft(np.asarray(windows), axis=1)) ** 2, axis=0)
    return {width: _depth(power, 1.0 / width) for width in WIDTHS} if np.any(power > 0) else {}


def _windows(values: Real) -> list[Real]:
    """Overlapping stretches of changes, without their mean, faded at both ends."""
    changes = np.diff(values)
    if len(changes) < SPECTRUM:
        return []
    cut = np.lib.stride_tricks.sliding_window_view(changes, SPECTRUM)[:: SPECTRUM // 2]
    cut = cut[np.mean(cut != 0, axis=1) >= MOVING_SHARE]
    return list((cut - cut.mean(axis=1, keepdims=True)) * np.hanning(SPECTRUM))


def _depth(power: Real, frequency: float) -> float:
    """Power at one frequency [1/row] over power on both sides of it."""
    distance = np.abs(np.fft.rfftfreq(SPECTRUM) - frequency)
    beside = float(np.median(power[(distance > 0.025) & (distance < 0.06)]))
    return float(np.median(power[distance < 0.006])) / beside if beside > 0 else 1.0
