"""The Phoenix event of 3 May 2025 again, simulated on its measured curves, beside bound and published policies.

    python benchmarks/phoenix.py [--other-share 0.0] [--mixes 100 [--limits measured] [--table mixes.csv]]
    python benchmarks/phoenix.py --two-peaks

Reads emerald_phoenix in GRIDTIDE_DATA. "measured" gives every policy what the meter drew in each minute of the event as
its limit; "mean" and "target" a flat limit over the window. The published policies know every minute beforehand, ours
sees a minute at a time. --mixes: seeded mixes of jobs instead of the six of the event.
"""

import argparse
import csv
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gridtide.decide.response.best_course import best_course
from gridtide.decide.response.call import Call, flat_call
from gridtide.fleet.capped_job import CappedCluster
from gridtide.fleet.knob_curve import KnobCurve
from gridtide.simulate.response import Marks, Noise, answer, marks_of, planned
from gridtide.simulate.response_depth import deepest_kept_kw
from gridtide.sources.emerald import EmeraldSweep
from gridtide.sources.minute_power import MinutePower, MinutePowerTable
from gridtide.testing.conductor import ReferencePolicy
from gridtide.testing.conductor.fair_caps import fair_caps
from gridtide.testing.conductor.fair_caps_and_pauses import fair_caps_and_pauses
from gridtide.testing.conductor.fair_sizes_and_pauses import fair_sizes_and_pauses
from gridtide.testing.conductor.greedy_pauses import greedy_pauses
from gridtide.testing.conductor.uniform_cap import uniform_cap
from gridtide.testing.instances.called_cluster import drawn_jobs, event_cluster

REFERENCES: dict[str, ReferencePolicy] = {
    "uniform cap": uniform_cap,
    "caps, fair": fair_caps,
    "caps and pauses, fair": fair_caps_and_pauses,
    "pauses, greedy": greedy_pauses,
    "pauses and sizes, fair": fair_sizes_and_pauses,
}
OURS, BOUND = "gridtide", "bound (LP)"
START, END, NOTICE = 16 * 60 + 20, 19 * 60 + 31, 10
TARGET, MEAN = 0.75, 0.6842
PUBLISHED = 0.907885
FLAT_MIN = 90
TWO_PEAKS, TWO_PEAKS_FLAT_MIN = (15 * 60, 20 * 60 + 30), 60
NEAR = 1e-9
Row = tuple[float, Marks | None]


def measured() -> tuple[tuple[KnobCurve, ...], MinutePower]:
    """The sweep of caps, and the meter of the event."""
    folder = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data")) / "emerald_phoenix"
    curves = EmeraldSweep(path=folder / "dvfs_sweep.csv").read()
    return curves, MinutePowerTable(path=folder / "SRP_total_power.csv").read()


def calls(meter: MinutePower) -> tuple[float, tuple[Call, ...]]:
    """Baseline, and the three calls of the event."""
    base = float(np.median(meter.power_kw[:FLAT_MIN]))
    start, end = START - meter.first_min, END - meter.first_min
    as_drawn = Call(
        name="measured", limit_kw=np.minimum(meter.power_kw, base), announced_kw=TARGET * base,
        start=start, end=end, known_from=start - NOTICE,
    )  # fmt: skip
    flat = [
        flat_call(name, len(meter.power_kw), (start, end), share * base, NOTICE)
        for name, share in (("mean", MEAN), ("target", TARGET))
    ]
    return base, (as_drawn, *flat)


def two_peaks(curves: Sequence[KnobCurve]) -> None:
    """The re-enacted day of two peaks: what its meter drew in each minute, of its baseline, as the limit."""
    folder = Path(os.environ.get("GRIDTIDE_DATA", "../shared/data")) / "emerald_phoenix"
    meter = MinutePowerTable(path=folder / "CAISOexp_totalpower_cleaned.csv").read()
    base = float(np.median(meter.power_kw[:TWO_PEAKS_FLAT_MIN]))
    limit = np.minimum(meter.power_kw, base)
    start, end = (one - meter.first_min for one in TWO_PEAKS)
    call = Call(
        name="two peaks", limit_kw=limit, announced_kw=float(limit[start:end].max()),
        start=start, end=end, known_from=start - NOTICE,
    )  # fmt: skip
    cluster = event_cluster(curves, base)
    rows = compared(cluster, call)
    print(
        f"SIMULATED: two peaks, baseline {base:.3f} kW, {len(limit)} minutes, announced at most"
        f" {call.announced_kw / base:.4f}; half hours of the limit, of the baseline:"
    )
    halves = [meter.power_kw[at : at + 30].mean() / base for at in range(0, len(limit), 30)]
    print(" ".join(f"{one:.3f}" for one in halves))
    show(rows)
    ours = rows[OURS][1]
    assert ours is not None
    for job, share in zip(cluster.jobs, ours.share.tolist(), strict=True):
        print(f"  {job.name:24} {share:.4f} of its usual work, at least {job.floor:.2f}")


def measured_rise(meter: MinutePower) -> float:
    """Largest rise of the meter from a minute to the next, of the baseline."""
    return float(np.diff(meter.power_kw).max() / np.median(meter.power_kw[:FLAT_MIN]))


def compared(cluster: CappedCluster, call: Call) -> dict[str, Row]:
    """Weighted work and marks of everybody under one call."""
    ours = marks_of(cluster, call, answer(cluster, call))
    rows: dict[str, Row] = {OURS: (ours.weighted, ours)}
    for name, policy in REFERENCES.items():
        course = policy(cluster, call)
        found = marks_of(cluster, call, planned(cluster, call, course.running, course.power_w))
        rows[name] = (found.weighted, found)
    rows[BOUND] = (best_course(cluster, call).weighted, None)
    return rows


def passed(marks: Marks, rise: float) -> dict[str, bool]:
    """Each pass mark by its name; rise: the largest from a minute to the next that was measured."""
    return {
        "never above 0.75": marks.minutes_over == 0,
        "never above its minute": marks.minutes_above == 0,
        "tiers": marks.tiers_broken == 0,
        "no rebound": marks.highest_after <= 1.0 + NEAR,
        "rise": marks.largest_rise <= rise + NEAR,
    }


def show(rows: dict[str, Row]) -> None:
    """One line each."""
    print(
        f"{'':24}{'weighted':>9}{'mean':>8}{'most':>8}{'over .75':>9}{'over own':>9}{'tiers':>6}"
        f"{'after':>8}{'rise':>7}{'fall':>7}"
    )
    for name, (weighted, marks) in rows.items():
        print(f"{name:24}{weighted:9.4f}", end="")
        if marks is None:
            print()
            continue
        print(
            f"{marks.mean:8.4f}{marks.most:8.4f}{marks.minutes_over:9d}{marks.minutes_above:9d}{marks.tiers_broken:6d}"
            f"{marks.highest_after:8.4f}{marks.largest_rise:7.3f}{marks.largest_fall:7.3f}"
        )


def event(curves: Sequence[KnobCurve], meter: MinutePower, other_share: float) -> None:
    """The six jobs of the event under the three calls, by everybody."""
    base, asked = calls(meter)
    cluster = event_cluster(curves, base, other_share)
    print(
        f"SIMULATED on measured curves; baseline {base:.3f} kW, of which {other_share:.0%} is assumed to be drawn by"
        f" no accelerator; published weighted work of the field test {PUBLISHED}"
    )
    for call in asked:
        print(f"\nlimits: {call.name}")
        rows = compared(cluster, call)
        show(rows)
        ours = rows[OURS][1]
        assert ours is not None
        for job, share in zip(cluster.jobs, ours.share.tolist(), strict=True):
            print(f"  {job.name:24} {share:.4f} of its usual work, at least {job.floor:.2f}")
    print(f"\ndeepest flat limit with every tier: {deepest_kept_kw(cluster, asked[2]) / base:.4f}")
    noisy = [
        marks_of(cluster, asked[2], answer(cluster, asked[2], Noise(error=0.01, seed=seed), 0.015))
        for seed in range(20)
    ]
    over = sum(one.minutes_over for one in noisy)
    print(
        f"target, 1 % drifting error of caps and speeds, 1.5 % kept off, 20 seeds: {over}"
        f" minutes over, {sum(one.tiers_broken for one in noisy)} tiers broken, weighted"
        f" {min(one.weighted for one in noisy):.4f} to {max(one.weighted for one in noisy):.4f}"
    )


def mixes(
    curves: Sequence[KnobCurve], meter: MinutePower, wanted: int, limits: str, table: Path | None
) -> None:
    """Seeded mixes under one call; those in which nobody could keep every tier are counted and left out."""
    base, asked = calls(meter)
    (call,) = [one for one in asked if one.name == limits]
    rise = measured_rise(meter)
    lines: list[list[str]] = []
    kept: dict[int, dict[str, Row]] = {}
    left_out, seed = 0, 0
    while len(kept) < wanted:
        cluster = event_cluster(curves, base, 0.0, drawn_jobs(curves, seed))
        if best_course(cluster, call).short:
            left_out += 1
        else:
            kept[seed] = compared(cluster, call)
            for name, (weighted, marks) in kept[seed].items():
                marked = passed(marks, rise).values() if marks else []
                lines.append(
                    [str(seed), name, f"{weighted:.6f}", *(str(int(one)) for one in marked)]
                )
        seed += 1
    print(
        f"limits: {limits}; largest measured rise {rise:.4f} of the baseline from a minute to the next"
    )
    summary(kept, left_out, rise)
    if table is not None:
        ours = kept[min(kept)][OURS][1]
        assert ours is not None
        with table.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["mix", "policy", "weighted", *passed(ours, rise)])
            writer.writerows(line + [""] * (8 - len(line)) for line in lines)


def summary(kept: dict[int, dict[str, Row]], left_out: int, rise: float) -> None:
    """How often each policy passes each mark, and what it does of the bound."""
    print(f"{len(kept)} mixes; {left_out} more were drawn in which nobody could keep every tier")
    names = [OURS, *REFERENCES]
    print(
        f"{'':24}{'of bound, least':>16}{'median':>8}{'not above us':>13}{'all marks':>10}", end=""
    )
    print("".join(f"{mark:>24}" for mark in passed(_marks(kept, OURS)[0], rise)))
    for name in names:
        share = np.array([rows[name][0] / rows[BOUND][0] for rows in kept.values()])
        below = sum(rows[name][0] <= rows[OURS][0] + NEAR for rows in kept.values())
        marks = [passed(one, rise) for one in _marks(kept, name)]
        whole = sum(all(one.values()) for one in marks)
        print(f"{name:24}{share.min():16.4f}{np.median(share):8.4f}{below:13d}{whole:10d}", end="")
        print("".join(f"{sum(one[mark] for one in marks):24d}" for mark in marks[0]))
    honest = _above_us_within_marks(kept, rise)
    print(
        f"mixes in which a policy that passes every mark does more weighted work than ours: {honest}"
    )


def _marks(kept: dict[int, dict[str, Row]], name: str) -> list[Marks]:
    return [marks for rows in kept.values() for marks in (rows[name][1],) if marks is not None]


def _above_us_within_marks(kept: dict[int, dict[str, Row]], rise: float) -> int:
    return sum(
        any(
            marks is not None
            and all(passed(marks, rise).values())
            and weighted > rows[OURS][0] + NEAR
            for weighted, marks in rows.values()
        )
        for rows in kept.values()
    )


def main() -> None:
    """What was asked for."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--mixes", type=int, default=0)
    words.add_argument("--other-share", type=float, default=0.0)
    words.add_argument("--limits", choices=("measured", "mean", "target"), default="measured")
    words.add_argument("--table", type=Path)
    words.add_argument("--two-peaks", action="store_true")
    asked = words.parse_args()
    curves, meter = measured()
    if asked.two_peaks:
        two_peaks(curves)
    elif asked.mixes:
        mixes(curves, meter, asked.mixes, asked.limits, asked.table)
    else:
        event(curves, meter, asked.other_share)


if __name__ == "__main__":
    main()
