"""Thirty per cent less within thirty seconds, told by nobody beforehand, held for ten hours. Simulated.

    python benchmarks/sudden_drop.py [--drop 0.3] [--hours 10]

The jobs of the Phoenix event on nine tenths of its 256 accelerators, the others idle. Tiers are judged over the
hours of the call alone: no hour without a call makes up for them. Seconds with lags of 2 s until a device is told, 4 s
for a cap and 30 s for parking, and 1 % of error from second to second in every job. Reads emerald_phoenix in
GRIDTIDE_DATA.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from phoenix import measured

from gridtide.decide.response.best_course import best_course
from gridtide.decide.response.call import flat_call
from gridtide.fleet.capped_job import CappedCluster, Pausing
from gridtide.fleet.knob_curve import KnobCurve
from gridtide.simulate.by_the_second import Lags, by_the_second, seconds_until
from gridtide.simulate.response import Marks, answer, marks_of
from gridtide.simulate.response_depth import deepest_kept_kw
from gridtide.testing.instances.called_cluster import EVENT_JOBS, loaded_cluster

WITHIN_S, MARGIN, ERROR = 30, 0.02, 0.01
UNTOUCHED = "pt_mpt_13b_sm"
"""The job taken to have no checkpoint: neither paused nor slowed."""


def with_untouched(cluster: CappedCluster) -> CappedCluster:
    """The same, one job without a checkpoint, which may lose nothing."""
    jobs = tuple(
        replace(job, loss_most=0.0, weight=1.0, pausing=Pausing.NEVER)
        if job.name == UNTOUCHED
        else job
        for job in cluster.jobs
    )
    return replace(cluster, jobs=jobs)


def lived_through(cluster: CappedCluster, drop: float, hours: int) -> None:
    """Print what a call asks, what it gets, and how deep it could have gone."""
    minutes = 60 * hours
    limit = (1.0 - drop) * cluster.baseline_kw
    call = flat_call("sudden", minutes, (0, minutes), limit, 0)
    lived = answer(cluster, call, margin=MARGIN)
    meter = by_the_second(cluster, lived, Lags(), ERROR, seed=1)
    late = int((meter[WITHIN_S:] > limit).sum())
    marks = marks_of(cluster, call, lived)
    print(
        f"asked {limit:.2f} of {cluster.baseline_kw:.2f} kW; below after {seconds_until(meter, limit)} s;"
        f" {late} of {60 * minutes - WITHIN_S} later seconds above; highest second later"
        f" {meter[WITHIN_S:].max() / cluster.baseline_kw:.4f} of the draw before; {marks.tiers_broken} tiers broken"
    )
    told(cluster, marks, lived.power_kw)
    deepest = deepest_kept_kw(cluster, call, MARGIN)
    if best_course(cluster, call).short:
        print("  no course whatever keeps every tier at this depth (proved by the linear program)")
    kept_off = flat_call("sudden", minutes, (0, minutes), (1.0 - MARGIN) * limit, 0)
    print(
        f"  weighted work {marks.weighted:.4f}; bound {best_course(cluster, call).weighted:.4f}, at the depth with the"
        f" {MARGIN:.0%} that are kept off {best_course(cluster, kept_off).weighted:.4f}; deepest that keeps every tier:"
        f" {1.0 - deepest / cluster.baseline_kw:.1%} less"
    )


def told(cluster: CappedCluster, marks: Marks, power_kw: np.ndarray) -> None:
    """A line for each job."""
    for number, job in enumerate(cluster.jobs):
        own = power_kw[:, number]
        kept = "kept" if marks.share[number] >= job.floor - 1e-9 else "NOT KEPT"
        print(
            f"  {job.name:24} {marks.share[number]:.4f} of its work, at least {job.floor:.2f}: {kept};"
            f" {own.min():.2f} to {own.max():.2f} kW"
        )


def asked_of(curves: Sequence[KnobCurve], drop: float, hours: int) -> None:
    """The event's tiers with and without a job that may not be touched; and tiers that cannot hold."""
    cluster = loaded_cluster(curves, 0.9)
    print(
        f"SIMULATED; {drop:.0%} less within {WITHIN_S} s, unannounced, {hours} h; tiers of the event"
    )
    lived_through(cluster, drop, hours)
    print(f"\n{UNTOUCHED} without checkpoint, untouched")
    lived_through(with_untouched(cluster), drop, hours)
    print("\nevery job flex 1: ten per cent may be lost")
    stiff = tuple((name, curve, size, "flex 1") for name, curve, size, _ in EVENT_JOBS)
    lived_through(loaded_cluster(curves, 0.9, stiff), drop, hours)


def main() -> None:
    """What was asked for."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--drop", type=float, default=0.3)
    words.add_argument("--hours", type=int, default=10)
    asked = words.parse_args()
    asked_of(measured()[0], asked.drop, asked.hours)


if __name__ == "__main__":
    main()
