"""Power of many runs on top of each other, many samples a second."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.training_wave import envelope_share, wave_kw

Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def add_runs(
    power: Real,
    step_s: float,
    spans: tuple[Real, Real, Real, Real],
    iterations: tuple[Real, Real, Real, Real, Real],
    ramp_s: Real,
) -> None:
    """Adds runs to a course, (n,), in place, kW.

    spans: first and last second of each run, and those between which its envelope rises and falls, from the first
    sample on, (R,). iterations: low and high kW, period, share at high, and where in its period it is at 0 s. ramp_s:
    of each envelope.
    """
    first, last, rises, ends = spans
    low, high, period, duty, phase = iterations
    for r in range(len(first)):
        begin = max(0, int(np.ceil(first[r] / step_s - 1e-9)))
        end = min(len(power), int(np.ceil(last[r] / step_s - 1e-9)))
        for t in range(begin, end):
            now = t * step_s
            share = envelope_share(now - rises[r], ends[r] - rises[r], ramp_s[r])
            power[t] += share * wave_kw(now + phase[r], low[r], high[r], period[r], duty[r])
