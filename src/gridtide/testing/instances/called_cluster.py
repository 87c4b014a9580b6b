"""Clusters that are called to draw less: the six jobs of the Phoenix event, and seeded mixes of their kinds."""

from collections.abc import Sequence

import numpy as np

from gridtide.fleet.capped_job import (
    CHECKPOINT_MIN,
    LOSS_BY_TIER,
    RESTART_MIN,
    CappedCluster,
    CappedJob,
    Pausing,
)
from gridtide.fleet.knob_curve import KnobCurve
from gridtide.units import kw_of_w

ACCELERATORS = 256
IDLE_W = 60.0
"""Of a parked accelerator of the 400 W class [measured elsewhere: 60-66 W of A100 in AcmeTrace]."""

EVENT_JOBS = (
    ("infer_llama_8b_48g (a)", "infer_llama_8b_48g", 48, "flex 1"),
    ("ft_llama_8b_p3", "ft_llama_8b_p3", 32, "flex 2"),
    ("infer_llama_8b_48g (b)", "infer_llama_8b_48g", 48, "flex 2"),
    ("infer_llama_8b_32g", "infer_llama_8b_48g", 32, "flex 3"),
    ("pt_mpt_13b_sm", "pt_mpt_13b_sm", 48, "flex 3"),
    ("pt_mpt_7b_fast", "pt_mpt_7b_fast", 48, "flex 3"),
)
"""Name, curve, accelerators and tier of each job of the event. Reference: SRP_exp_performance.csv."""

EventJob = tuple[str, str, int, str]


def event_cluster(
    curves: Sequence[KnobCurve],
    baseline_kw: float,
    other_share: float = 0.0,
    jobs: Sequence[EventJob] = EVENT_JOBS,
) -> CappedCluster:
    """A cluster of named curves, laid on a meter.

    other_share: of the baseline that no accelerator draws [assumed]. All power is scaled so that jobs at full speed
    draw the rest of the baseline. Weights as in the demonstration: allowed performance. Servers may park some
    accelerators, training and tuning pause whole.
    """
    named = {curve.workload: curve for curve in curves}
    full_kw = float(sum(kw_of_w(named[curve].uncapped_w) * size for _, curve, size, _ in jobs))
    scale = (1.0 - other_share) * baseline_kw / full_kw
    return CappedCluster(
        name="Phoenix, simulated",
        other_kw=other_share * baseline_kw,
        baseline_kw=baseline_kw,
        jobs=tuple(
            CappedJob(
                name=name,
                accelerators=size,
                power_w=named[curve].power_w * scale,
                speed=named[curve].speed,
                idle_w=IDLE_W * scale,
                loss_most=LOSS_BY_TIER[tier],
                weight=1.0 - LOSS_BY_TIER[tier],
                pausing=Pausing.SOME if curve.startswith("infer") else Pausing.WHOLE,
                checkpoint_min=CHECKPOINT_MIN,
                restart_min=RESTART_MIN,
            )
            for name, curve, size, tier in jobs
        ),
    )


def loaded_cluster(
    curves: Sequence[KnobCurve], load: float, jobs: Sequence[EventJob] = EVENT_JOBS
) -> CappedCluster:
    """The cluster of the event with a share of its accelerators at work, each job's rounded, and the others idle."""
    busy = [(name, curve, round(load * size), tier) for name, curve, size, tier in jobs]
    idle = sum(size for _, _, size, _ in jobs) - sum(size for _, _, size, _ in busy)
    named = {curve.workload: curve for curve in curves}
    busy_kw = float(sum(kw_of_w(named[curve].uncapped_w) * size for _, curve, size, _ in busy))
    other_kw = float(kw_of_w(IDLE_W) * idle)
    base_kw = busy_kw + other_kw
    return event_cluster(curves, base_kw, other_kw / base_kw, busy)


def drawn_jobs(curves: Sequence[KnobCurve], seed: int) -> tuple[EventJob, ...]:
    """A mix of 4 to 10 jobs on 256 accelerators: multiples of eight, curves at even odds, tiers 1 to 3 at even odds."""
    chance = np.random.default_rng(seed)
    count = int(chance.integers(4, 11))
    parts = 1 + chance.multinomial(ACCELERATORS // 8 - count, np.full(count, 1.0 / count))
    names = [curve.workload for curve in curves]
    tiers = list(LOSS_BY_TIER)[1:]
    return tuple(
        (
            f"job {number + 1}",
            names[int(chance.integers(len(names)))],
            8 * int(part),
            tiers[int(chance.integers(3))],
        )
        for number, part in enumerate(parts)
    )
