"""One synchronous training run as the meter sees it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class TrainingRun:
    """Power of a run and how it swings.

    low_kw, high_kw: while it exchanges and while it computes; iteration_s, duty: length of an iteration and its share
    at high. checkpoint_s: from one checkpoint to the next, infinite for none, each stall_s long. dips_per_s,
    dip_kw, dip_least_s, dip_most_s: short falls of power. noise_kw: standard deviation. ramp_s: of start and end.
    Defaults: OpenG2G's synthetic traces (quoted), without noise.
    """

    low_kw: float
    high_kw: float
    iteration_s: float
    duty: float
    checkpoint_s: float = math.inf
    stall_s: float = 0.0
    dips_per_s: float = 0.0
    dip_kw: float = 0.0
    dip_least_s: float = 0.06
    dip_most_s: float = 0.14
    noise_kw: float = 0.0
    ramp_s: float = 18.0


def training_power_kw(
    run: TrainingRun, seconds: float, step_s: float, seed: int
) -> NDArray[np.float64]:
    """Power of a run of some seconds at each step, (T,), kW; the same seed gives the same bytes."""
    from gridtide.kernels.training_wave import training_power

    chance = np.random.default_rng(seed)
    steps = round(seconds / step_s)
    noise = chance.normal(0.0, run.noise_kw, steps)
    count = int(chance.poisson(run.dips_per_s * seconds))
    starts = np.sort(chance.uniform(0.0, seconds, count))
    lengths = chance.uniform(run.dip_least_s, run.dip_most_s, count)
    return np.asarray(
        training_power(
            steps,
            step_s,
            (run.low_kw, run.high_kw, run.iteration_s, run.duty),
            (run.checkpoint_s, run.stall_s),
            run.ramp_s,
            (starts, lengths, run.dip_kw),
            noise,
        )
    )
