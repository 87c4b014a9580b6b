"""Two equal jobs small enough to follow by hand."""

from dataclasses import replace

import numpy as np

from gridtide.fleet.capped_job import CappedCluster, CappedJob, Pausing


def one_gang(pausing: Pausing) -> CappedCluster:
    """Two jobs of a thousand accelerators that draw 100 W at a speed of 0.4, 200 W at full speed and 20 W paused."""
    job = CappedJob(name="a", accelerators=1000, power_w=np.array([100.0, 200.0]), speed=np.array([0.4, 1.0]),
                    idle_w=20.0, loss_most=0.5, weight=1.0, pausing=pausing)  # fmt: skip
    jobs = (job, replace(job, name="b"))
    return CappedCluster(name="c", jobs=jobs, other_kw=0.0, baseline_kw=400.0)
