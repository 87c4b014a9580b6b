"""`gridtide bench shift`: every reference policy on a seeded instance, held against its plain writing."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from gridtide.doors.cli.measuring import SAME, Part, measured_on, median_worked, size_of, worked
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

SIZES_MOST = (10_000_000, 20_000_000)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One policy: its seconds over all jobs and in its plain writing over the first ones."""

    policy: str
    seconds: float
    total_kg: float
    plain_seconds: float | None


@click.command()
@click.option(
    "--workload", type=click.Choice(["year", "ticks"]), default="year", show_default=True,
    help="Half hours and every policy, or slots of five seconds and the six of published simulators.",
)  # fmt: skip
@click.option("--size", metavar="JOBSxSLOTS", help="[default: 100000x17520, ticks 1000x518400]")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option(
    "--plain", type=click.IntRange(1), help="Jobs of the plain writing. [default: 2000, ticks 200]"
)
@click.option("--repeats", default=3, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def shift(
    workload: str, size: str | None, seed: int, plain: int | None, repeats: int, as_json: bool
) -> None:
    """Choose slots for seeded jobs by every policy; each must choose as its plain writing does.

    Timed are the choice of slots and what each job emits, in CPU seconds, medians of this run without compiling. The
    ratio is seconds per job of the plain writing over seconds per job of the policy. Where the signal changes is
    found once for all policies, and counted once in what they take together.
    """
    from gridtide.decide.holds import holds_of
    from gridtide.testing.instances import shift_jobs

    jobs_wanted, slots = _size_of(workload, size)
    say_compiling()
    small = shift_jobs.WORKLOADS[workload].least_slots
    _rows(workload, *shift_jobs.instance(workload, 50, small, 0), count=0, repeats=1)
    jobs, signal = shift_jobs.instance(workload, jobs_wanted, slots, seed)
    count = min(plain or (2_000 if workload == "year" else 200), len(jobs))
    holds_s, _ = median_worked(partial(holds_of, signal.values), repeats)
    rows = _rows(workload, jobs, signal, count, repeats, _tell)
    document = {
        "instance": shift_jobs.VERSION,
        "workload": workload,
        "size": {"jobs": len(jobs), "slots": slots, "step_s": signal.step_s},
        "seed": seed,
        "repeats": repeats,
        **_document(rows, len(jobs), count, holds_s),
        **measured_on(),
    }
    click.echo(json.dumps(document, indent=2) if as_json else _table(document))


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
    from gridtide.decide.slots import totals
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
    found = totals(jobs, plan, signal)[:count].tolist()
    if chosen != plain.slots_of(plan, count):
        raise RuntimeError(f"{name}: the plain writing chose other slots")
    for ours, other in zip(found, others, strict=True):
        if abs(ours - other) > SAME * max(abs(ours), abs(other)):
            raise RuntimeError(f"{name}: {ours} kg, by the plain writing {other} kg")
    return seconds


def _document(rows: list[Row], jobs: int, count: int, holds_s: float) -> dict[str, Any]:
    """Seconds and ratios, each policy and together with the search for changes of the signal."""
    held = [row for row in rows if row.plain_seconds is not None]
    plain_s = sum(row.plain_seconds or 0.0 for row in held)
    total_s = sum(row.seconds for row in rows)
    return {
        "policies": [
            {
                "policy": row.policy,
                "seconds": row.seconds,
                "jobs_per_s": jobs / row.seconds,
                "total_kg": row.total_kg,
                "plain_seconds": row.plain_seconds,
                "ratio_to_plain": _ratio(row.plain_seconds, count, row.seconds, jobs),
            }
            for row in rows
        ],
        "plain_jobs": count,
        "seconds": {"holds": holds_s, "policies": total_s, "plain": plain_s},
        "jobs_per_s": jobs * len(rows) / (holds_s + total_s),
        "ratio_to_plain": _ratio(plain_s, count, holds_s + sum(row.seconds for row in held), jobs),
    }


def _ratio(plain_s: float | None, count: int, seconds: float, jobs: int) -> float | None:
    return None if plain_s is None else (plain_s / count) / (seconds / jobs)


def _size_of(workload: str, text: str | None) -> tuple[int, int]:
    """Jobs and slots. Raises BadInput for anything else."""
    from gridtide.testing.instances.shift_jobs import WORKLOADS

    usual = WORKLOADS[workload]
    slots_of = Part(name=f"slots of {usual.step_s} s", least=usual.least_slots, most=SIZES_MOST[1])
    example = f"{usual.jobs}x{usual.slots}"
    jobs, slots = size_of(
        text or example, (Part(name="jobs", most=SIZES_MOST[0]), slots_of), example
    )
    return jobs, slots


def _table(document: dict[str, Any]) -> str:
    """One line a policy, then all together."""
    size = document["size"]
    lines = [
        f"{size['jobs']:,} jobs, {size['slots']:,} slots of {size['step_s']} s, seed {document['seed']};"
        f" the first {document['plain_jobs']} jobs by the plain writing too, slot for slot the same",
        f"{'policy':36s} {'seconds':>9s} {'total kg':>14s} {'times plain':>12s}",
    ]
    for row in document["policies"]:
        ratio = row["ratio_to_plain"]
        told = "none" if ratio is None else f"{ratio:,.0f}"
        lines.append(
            f"{row['policy']:36s} {row['seconds']:9.5f} {row['total_kg']:14,.1f} {told:>12s}"
        )
    found_s, policies_s = document["seconds"]["holds"], document["seconds"]["policies"]
    lines += [
        f"{'where the signal changes':36s} {found_s:9.5f}",
        f"{'together':36s} {found_s + policies_s:9.5f} {'':14s} {document['ratio_to_plain']:12,.0f}",
    ]
    return "\n".join(lines)
