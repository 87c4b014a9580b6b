"""Clusters that may be called, drawn by hypothesis: a few jobs of any curve, tier and way of pausing."""

import numpy as np
from hypothesis import strategies as st

from gridtide.decide.response.merit import merit_of
from gridtide.fleet.capped_job import CappedCluster, CappedJob, Pausing

POWER_W = np.array([100.0, 200.0, 250.0, 300.0, 350.0, 400.0])
LOSSES = (0.1, 0.25, 0.5)


@st.composite
def jobs(draw: st.DrawFn, number: int = 0) -> CappedJob:
    """A job with a rising curve."""
    steps = draw(st.lists(st.floats(0.02, 1.0), min_size=5, max_size=5))
    start = draw(st.floats(0.02, 0.3))
    rising = start + (1.0 - start) * np.cumsum(steps) / sum(steps)
    loss = draw(st.sampled_from(LOSSES))
    return CappedJob(
        name=f"job {number}",
        accelerators=draw(st.integers(16, 64)),
        power_w=POWER_W,
        speed=np.concatenate([[start], rising]),
        idle_w=draw(st.floats(0.0, 90.0)),
        loss_most=loss,
        weight=draw(st.floats(0.1, 1.0)),
        pausing=draw(st.sampled_from(list(Pausing))),
        usual=draw(st.sampled_from([1.0, 0.9])),
        makes_up=draw(st.booleans()),
        away_share=draw(st.sampled_from([0.0, 0.2])),
        away_value=draw(st.floats(0.0, 1.0)),
    )


@st.composite
def clusters(draw: st.DrawFn) -> CappedCluster:
    """Up to four jobs whose usual draw is the baseline."""
    some = tuple(draw(jobs(number)) for number in range(draw(st.integers(1, 4))))
    usual = np.array([job.usual for job in some])
    other = draw(st.floats(0.0, 5.0))
    base = other + float(merit_of(some, usual, False, False).most_kw.sum())
    return CappedCluster(name="any", jobs=some, other_kw=other, baseline_kw=base)
