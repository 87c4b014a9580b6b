"""`gridtide shift` on 100,000 jobs, a year of half hours and all policies, as a user runs it.

    python benchmarks/shift_year.py [--jobs N] [--plain N]

Two files are written, and the command is run on them twice: the second run is what a user waits for (target: 10 s).
`bidirectional` is for jobs of one slot and has a file and a run of its own. A plain loop, slot by slot, answers
lowest-window-oracle for the first jobs; it, the array function and the command must agree before a ratio is printed.
Every policy beside its plain writing, without the command around it: `gridtide bench shift`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from gridtide.decide.policy_names import POLICIES, parsed, policy_of
from gridtide.decide.slots import SlotJobs, SlotPlan, SlotSignal, totals
from gridtide.testing.instances.shift_jobs import WORKLOADS, instance
from gridtide.testing.plain_policies import PlainSignal, plain_jobs, plain_policy

STEP_S = WORKLOADS["year"].step_s
SLOTS = WORKLOADS["year"].slots
START = datetime(2023, 1, 1, tzinfo=UTC)
SETTINGS = {"reserved-first": "reserved-first(reserved=60)"}
ALL = tuple(SETTINGS.get(name, name) for name in POLICIES if name != "bidirectional")
TARGET_S = 10.0


def seconds(call: Callable[[], SlotPlan]) -> tuple[float, SlotPlan]:
    """Wall seconds of a call, and its answer."""
    begin = time.perf_counter()
    plan = call()
    return time.perf_counter() - begin, plan


def write_files(folder: Path, jobs: SlotJobs, signal: SlotSignal) -> None:
    """jobs.parquet, short.parquet (one slot each) and signal.csv."""
    submit = [START + timedelta(seconds=int(slot) * STEP_S) for slot in jobs.arrival]
    frame = pl.DataFrame({"submit": submit, "units": jobs.units, "power_kw": jobs.power_kw})
    lasts = pl.Series("duration_s", jobs.length * STEP_S)
    frame.with_columns(lasts).write_parquet(folder / "jobs.parquet")
    frame.with_columns(duration_s=STEP_S).write_parquet(folder / "short.parquet")
    begins = [START + timedelta(seconds=slot * STEP_S) for slot in range(SLOTS)]
    table = pl.DataFrame({"time": begins, "carbon_average_g_per_kwh": signal.values})
    table.write_csv(folder / "signal.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ")


def told(folder: Path, jobs: str, policies: tuple[str, ...]) -> tuple[float, dict[str, Any]]:
    """Wall seconds of the command, from a new process to its document, and what it says by policy."""
    words = [
        "--jobs",
        str(folder / jobs),
        "--signal",
        str(folder / "signal.csv"),
        "--queues",
        "6x24",
    ]
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "gridtide", "shift", *words, "--policy", ",".join(policies), "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    took = time.perf_counter() - begin
    if done.returncode:
        raise SystemExit(done.stderr)
    return took, {row["policy"]: row for row in json.loads(done.stdout)["policies"]}


def in_one_process(jobs: SlotJobs, signal: SlotSignal) -> None:
    """Print the array functions' own seconds, compiled beforehand."""
    for text in ALL:
        call = policy_of(parsed(text), None)
        call(*instance("year", 100, SLOTS))
        took, plan = seconds(lambda call=call: call(jobs, signal))  # type: ignore[misc]
        print(f"  {text:38s} {took:7.3f} s   {totals(jobs, plan, signal).sum():14.1f} kg")


def against_plain(jobs: SlotJobs, signal: SlotSignal, count: int, said_kg: float) -> None:
    """Print a ratio, when the plain loop, the array function and the command agree."""
    fast, plan = seconds(lambda: policy_of(parsed("lowest-window-oracle"), None)(jobs, signal))
    choose = plain_policy("lowest-window-oracle", width=0, reserved=0)
    assert choose is not None
    felt = PlainSignal(values=signal.values.tolist(), hour=signal.hour)
    asked = plain_jobs(jobs, count)
    begin = time.perf_counter()
    slots = choose(asked, felt)
    slow = time.perf_counter() - begin
    if plan.first[:count].tolist() != [own[0] for own in slots]:
        raise SystemExit("the plain loop chose other starts")
    own_kg = totals(jobs, plan, signal).sum()
    if abs(own_kg - said_kg) > 1e-6 * own_kg:
        raise SystemExit(f"the command says {said_kg} kg, the array function {own_kg} kg")
    ratio = (slow / min(count, len(jobs))) / (fast / len(jobs))
    print(f"lowest-window-oracle against a plain Python loop, per job: {ratio:,.0f} times faster")


def main() -> None:
    """Print the runs and the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--plain", type=int, default=2_000)
    options = parser.parse_args()
    jobs, signal = instance("year", options.jobs, SLOTS)
    print(
        f"{options.jobs:,} jobs, {SLOTS:,} slots of {STEP_S} s, {len(ALL)} policies and bidirectional"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder, jobs, signal)
        for run in ("first", "second"):
            whole, said = told(folder, "jobs.parquet", ALL)
            short, _ = told(folder, "short.parquet", ("bidirectional(w=8)",))
            print(
                f"gridtide shift, {run} run: {whole:.1f} s, bidirectional {short:.1f} s;"
                f" together {whole + short:.1f} s, target {TARGET_S:.0f} s"
            )
    print("of which the policies themselves, in one process:")
    in_one_process(jobs, signal)
    against_plain(jobs, signal, options.plain, said["lowest-window-oracle"]["emissions_kg"])


if __name__ == "__main__":
    main()
