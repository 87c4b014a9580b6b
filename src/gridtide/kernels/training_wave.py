"""Power of a training run over time: iterations, stalls of checkpoints, dips, start and end."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.training_wave import envelope_share, wave_kw

Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def training_power(
    steps: int,
    step_s: float,
    iteration: tuple[float, float, float, float],
    checkpoint: tuple[float, float],
    ramp_s: float,
    dips: tuple[Real, Real, float],
    noise_kw: Real,
) -> Real:
    """Power [kW] of each step, (T,), never below 0.

    iteration: (low and high kW, seconds, share at high). checkpoint: (seconds from one to the next, infinite for none,
    seconds it stalls at low; iterations go on where they stopped). dips: (starts and lengths in seconds, in order,
    (D,), kW). noise_kw, (T,), is added while the run shows power. ramp_s: of start and end.
    """
    low, high, period, duty = iteration
    every_s, stall_s = checkpoint
    starts, lengths, deep_kw = dips
    power = np.empty(steps)
    dip = 0
    for t in range(steps):
        now = t * step_s
        done = np.floor(now / every_s)
        into = now - done * every_s if every_s < np.inf else now
        worked = done * (every_s - stall_s) if every_s < np.inf else 0.0
        stalled = into >= every_s - stall_s
        drawn = low if stalled else wave_kw(worked + into, low, high, period, duty)
        while dip < len(starts) and starts[dip] + lengths[dip] <= now:
            dip += 1
        if dip < len(starts) and starts[dip] <= now:
            drawn -= deep_kw
        share = envelope_share(now, steps * step_s, ramp_s)
        power[t] = max(0.0, share * (drawn + noise_kw[t]))
    return power
