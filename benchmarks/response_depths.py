"""Seeded mixes of jobs under calls of every depth: whether any promise breaks, from 5 % to the deepest limit said.

    python benchmarks/response_depths.py [--mixes 100] [--first 0] [--limits 4]

Simulated on the caps of emerald_phoenix in GRIDTIDE_DATA: 4 to 10 jobs on 256 accelerators, an hour, a call of 25
minutes told ten minutes ahead. One job of each mix has no checkpoint and may lose nothing. Of each mix the deepest
limit is searched, and lived through as are seeded limits between it and 95 % of the baseline.
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from gridtide.decide.response.best_course import deepest_kw
from gridtide.decide.response.call import flat_call
from gridtide.fleet.capped_job import CappedCluster, Pausing
from gridtide.fleet.knob_curve import KnobCurve
from gridtide.simulate.response import answer, marks_of
from gridtide.simulate.response_depth import deepest_kept_kw
from gridtide.sources.emerald import EmeraldSweep
from gridtide.testing.instances.called_cluster import drawn_jobs, event_cluster

MINUTES, WINDOW, NOTICE = 60, (15, 40), 10
BASE_KW, MILDEST = 100.0, 0.95
NEAR = 1e-9
FAULTS = (
    "tiers broken", "minutes above the limit", "passed the baseline afterwards", "fell or rose faster than declared",
    "touched a job without checkpoint",
)  # fmt: skip


def mix_of(curves: Sequence[KnobCurve], seed: int) -> CappedCluster:
    """A drawn mix of which one job has no checkpoint and may lose nothing."""
    cluster = event_cluster(curves, BASE_KW, 0.0, drawn_jobs(curves, seed))
    firm = seed % len(cluster.jobs)
    jobs = tuple(
        replace(job, pausing=Pausing.NEVER, loss_most=0.0) if number == firm else job
        for number, job in enumerate(cluster.jobs)
    )
    return replace(cluster, jobs=jobs)


def faults_of(cluster: CappedCluster, limit_kw: float) -> list[int]:
    """How often each of FAULTS is seen under one limit."""
    call = flat_call("any", MINUTES, WINDOW, limit_kw, NOTICE)
    lived = answer(cluster, call)
    marks = marks_of(cluster, call, lived)
    firm = [number for number, job in enumerate(cluster.jobs) if job.pausing is Pausing.NEVER]
    steep = (
        marks.largest_fall > cluster.fall + NEAR,
        marks.largest_rise > cluster.rise + NEAR,
    )
    return [
        marks.tiers_broken,
        marks.minutes_above,
        int(marks.highest_after > 1.0 + NEAR),
        sum(steep),
        int(np.ptp(lived.power_kw[:, firm], axis=0).max() > NEAR * BASE_KW),
    ]


def main() -> None:
    """What was asked for."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--mixes", type=int, default=100)
    words.add_argument("--first", type=int, default=0)
    words.add_argument("--limits", type=int, default=4)
    asked = words.parse_args()
    folder = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data")) / "emerald_phoenix"
    curves = EmeraldSweep(path=folder / "dvfs_sweep.csv").read()
    deepest, proven, seen = [], [], []
    for seed in range(asked.first, asked.first + asked.mixes):
        cluster = mix_of(curves, seed)
        call = flat_call("any", MINUTES, WINDOW, BASE_KW, NOTICE)
        deepest.append(deepest_kept_kw(cluster, call))
        proven.append(deepest_kw(cluster, call, relaxed=True))
        chance = np.random.default_rng(seed)
        drawn = deepest[-1] + chance.random(asked.limits) * (MILDEST * BASE_KW - deepest[-1])
        for limit_kw in (deepest[-1], *drawn.tolist()):
            found = faults_of(cluster, limit_kw)
            seen.append(found)
            if any(found):
                print(
                    f"mix {seed} at {limit_kw / BASE_KW:.6f} of the baseline: {found}", flush=True
                )
    print(f"{asked.mixes} mixes, {len(seen)} calls from 5 % to the deepest limit of each:")
    for name, count in zip(FAULTS, np.sum(seen, axis=0).tolist(), strict=True):
        print(f"  {name}: {count}")
    least, middle, most = np.quantile(deepest, [0.0, 0.5, 1.0]) / BASE_KW
    apart = np.subtract(deepest, proven) / BASE_KW
    print(f"deepest limit, of the baseline: {least:.4f} to {most:.4f}, in the middle {middle:.4f}")
    print(
        f"above what the bound proves that nobody keeps: {np.median(apart):.4f} in the middle,"
        f" {apart.max():.4f} at most"
    )


if __name__ == "__main__":
    main()
