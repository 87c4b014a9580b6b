"""`gridtide bench shift`: every reference policy on a seeded instance, held against its plain writing."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from gridtide.doors.cli.bench_workdays import workday_rows
from gridtide.doors.cli.measuring import Part, measured_on, median_worked, size_of, worked
from gridtide.doors.cli.shift_rows import Row, document_of, refuse_other_answers, table_of
from gridtide.doors.cli.words import say_compiling

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gridtide.decide.slots import SlotJobs, SlotPlan, SlotSignal

    Chooses = Callable[[SlotJobs, SlotSignal], SlotPlan]

WIDTH, RESERVED = 8, 60
TICKED = (
    "run-at-once",
    "lowest-slot",
    "lowest-window",
    "carbon-time",
    "threshold",
    "wait-awhile-interruptible",
)
"""The policies that published simulators of five-second ticks run."""

SETTINGS = {"reserved-first": f"reserved={RESERVED}", "bidirectional": f"w={WIDTH}"}
COMPETING = ("reserved-first",)
"""Policies in which a later job can take what an earlier one waits for; the first jobs are asked alone."""

JOBS_MOST = 10_000_000
PLAIN_JOBS = {"year": 2_000, "ticks": 200, "workdays": JOBS_MOST}
"""Workload -> jobs of its plain writing when none are named."""


@click.command()
@click.option(
    "--workload", type=click.Choice(list(PLAIN_JOBS)), default="year", show_default=True,
    help="Half hours and every policy; slots of five seconds and the six of published simulators; or jobs of office"
    " hours with deadlines by rule.",
)  # fmt: skip
@click.option(
    "--size", metavar="JOBSxSLOTS",
    help="[default: 100000x17520, ticks 1000x518400, workdays 3387x17952]",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option(
    "--plain", type=click.IntRange(1),
    help="Jobs of the plain writing. [default: 2000, ticks 200, workdays all]",
)  # fmt: skip
@click.option("--repeats", default=3, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def shift(
    workload: str, size: str | None, seed: int, plain: int | None, repeats: int, as_json: bool
) -> None:
    """Choose slots for seeded jobs by every policy; each must choose as its plain writing does.

    Timed are the choice of slots and what each job emits, in CPU seconds, medians of this run without compiling. The
    ratio is seconds per job of the plain writing over seconds per job of the policy. Where the signal changes, its
    running sum and its order, and the columns that are alike in all plans of jobs that run through, are found once for
    all policies, and counted once in what they take together.
    """
    from gridtide.testing.instances import shift_jobs

    jobs_wanted, slots = _size_of(workload, size)
    say_compiling()
    small = shift_jobs.WORKLOADS[workload].least_slots
    rows_of = workday_rows if workload == "workdays" else partial(_rows, workload)
    rows_of(*shift_jobs.instance(workload, 50, small, 0), count=0, repeats=1)
    jobs, signal = shift_jobs.instance(workload, jobs_wanted, slots, seed)
    count = min(plain or PLAIN_JOBS[workload], len(jobs))
    signal_s, _ = median_worked(partial(_found_once, jobs, signal), repeats)
    rows = rows_of(jobs, signal, count, repeats, _tell)
    document = {
        "instance": shift_jobs.WORKLOADS[workload].version,
        "workload": workload,
        "size": {"jobs": len(jobs), "slots": slots, "step_s": signal.step_s},
        "seed": seed,
        "repeats": repeats,
        **document_of(rows, len(jobs), count, signal_s),
        **measured_on(),
    }
    click.echo(json.dumps(document, indent=2) if as_json else table_of(document))


def _found_once(jobs: "SlotJobs", signal: "SlotSignal") -> None:
    """What the policies look up in a signal instead of finding it for every job, and the columns that plans share."""
    _ = replace(jobs).each_once
    new = replace(signal)
    if not new.holds.are_long:
        _ = new.running, new.ranks


def _tell(row: Row) -> None:
    click.echo(f"{row.policy}: {row.seconds:.5f} s", err=True)


def _rows(
    workload: str,
    jobs: "SlotJobs",
    signal: "SlotSignal",
    count: int,
    repeats: int,
    tell: Callable[[Row], None] = lambda row: None,
) -> list[Row]:
    """Each policy timed, and held against its plain writing over the first `count` jobs."""
    from gridtide.decide.policy_names import POLICIES, parsed, policy_of
    from gridtide.testing.instances.shift_jobs import first, short

    rows = []
    for name in POLICIES if workload == "year" else TICKED:
        text = f"{name}({SETTINGS[name]})" if name in SETTINGS else name
        choose = policy_of(parsed(text), None)
        asked = short(jobs) if name == "bidirectional" else jobs
        seconds, (plan, felt_kg) = median_worked(partial(_answer, choose, asked, signal), repeats)
        own, shown = asked, plan
        if name in COMPETING and count:
            own = first(asked, count)
            shown = choose(own, signal)
        row = Row(
            policy=text,
            seconds=seconds,
            total_kg=float(felt_kg.sum()),
            plain_seconds=_held_against_plain(name, own, signal, shown, count) if count else None,
        )
        rows.append(row)
        tell(row)
    return rows


def _answer(
    choose: "Chooses", jobs: "SlotJobs", signal: "SlotSignal"
) -> tuple["SlotPlan", "NDArray[np.float64]"]:
    """The slots of every job and what each emits, kg."""
    from gridtide.decide.slots import totals

    plan = choose(jobs, signal)
    return plan, totals(jobs, plan, signal)


def _held_against_plain(
    name: str, jobs: "SlotJobs", signal: "SlotSignal", plan: "SlotPlan", count: int
) -> float | None:
    """Seconds of the plain writing, None where a policy has none. Raises RuntimeError where it chose otherwise."""
    from gridtide.testing import plain_policies as plain

    policy = plain.plain_policy(name, width=WIDTH, reserved=RESERVED)
    if policy is None:
        return None
    felt = plain.PlainSignal(values=signal.values.tolist(), hour=signal.hour)
    asked = plain.plain_jobs(jobs, count)

    def answer() -> tuple[list[plain.Slots], list[float]]:
        slots = policy(asked, felt)
        return slots, [plain.total(job, own, felt) for job, own in zip(asked, slots, strict=True)]

    seconds, (chosen, others) = worked(answer)
    refuse_other_answers(name, (jobs, signal, plan), chosen, others)
    return seconds


def _size_of(workload: str, text: str | None) -> tuple[int, int]:
    """Jobs and slots. Raises BadInput for anything else."""
    from gridtide.testing.instances.shift_jobs import WORKLOADS

    usual = WORKLOADS[workload]
    slots_of = Part(
        name=f"slots of {usual.step_s} s", least=usual.least_slots, most=usual.most_slots
    )
    example = f"{usual.jobs}x{usual.slots}"
    jobs, slots = size_of(text or example, (Part(name="jobs", most=JOBS_MOST), slots_of), example)
    return jobs, slots
