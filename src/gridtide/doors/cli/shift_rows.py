"""What `gridtide bench shift` says of each policy: its seconds, its total, and how often its plain writing it is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gridtide.doors.cli.measuring import SAME

if TYPE_CHECKING:
    from gridtide.decide.slots import SlotJobs, SlotPlan, SlotSignal
    from gridtide.testing.plain_policies import Slots


@dataclass(frozen=True, kw_only=True)
class Row:
    """One policy: its seconds over all jobs and in its plain writing over the first ones.

    saving: share of what the same jobs emit run at once, None where that is not compared.
    """

    policy: str
    seconds: float
    total_kg: float
    plain_seconds: float | None
    saving: float | None = None


def refuse_other_answers(
    name: str,
    ours: "tuple[SlotJobs, SlotSignal, SlotPlan]",
    chosen: "list[Slots]",
    totals_kg: list[float],
) -> None:
    """Raise RuntimeError where a plain writing, over the first jobs, chose other slots or emits something else."""
    from gridtide.decide.slots import totals
    from gridtide.testing.plain_policies import slots_of

    jobs, signal, plan = ours
    if chosen != slots_of(plan, len(chosen)):
        raise RuntimeError(f"{name}: the plain writing chose other slots")
    found = totals(jobs, plan, signal)[: len(chosen)].tolist()
    for one, other in zip(found, totals_kg, strict=True):
        if abs(one - other) > SAME * max(abs(one), abs(other)):
            raise RuntimeError(f"{name}: {one} kg, by the plain writing {other} kg")


def document_of(rows: list[Row], jobs: int, count: int, signal_s: float) -> dict[str, Any]:
    """Seconds and ratios, each policy, and together with what is found in the signal once."""
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
                "saving": row.saving,
                "plain_seconds": row.plain_seconds,
                "ratio_to_plain": _ratio(row.plain_seconds, count, row.seconds, jobs),
            }
            for row in rows
        ],
        "plain_jobs": count,
        "seconds": {"signal": signal_s, "policies": total_s, "plain": plain_s},
        "jobs_per_s": jobs * len(rows) / (signal_s + total_s),
        "ratio_to_plain": _ratio(plain_s, count, signal_s + sum(row.seconds for row in held), jobs),
    }


def _ratio(plain_s: float | None, count: int, seconds: float, jobs: int) -> float | None:
    return None if plain_s is None else (plain_s / count) / (seconds / jobs)


def table_of(document: dict[str, Any]) -> str:
    """One line a policy, then all together."""
    size = document["size"]
    wide = max(38, *(len(row["policy"]) for row in document["policies"]))
    lines = [
        f"{size['jobs']:,} jobs, {size['slots']:,} slots of {size['step_s']} s, seed {document['seed']};"
        f" the first {document['plain_jobs']} jobs by the plain writing too, slot for slot the same",
        f"{'policy':{wide}s} {'seconds':>9s} {'total kg':>14s} {'times plain':>12s}",
    ]
    for row in document["policies"]:
        ratio = row["ratio_to_plain"]
        told = "none" if ratio is None else f"{ratio:,.0f}"
        saved = "" if row["saving"] is None else f"  saves {100.0 * row['saving']:.4f} %"
        lines.append(
            f"{row['policy']:{wide}s} {row['seconds']:9.5f} {row['total_kg']:14,.1f} {told:>12s}{saved}"
        )
    found_s, policies_s = document["seconds"]["signal"], document["seconds"]["policies"]
    lines += [
        f"{'found once for all policies':{wide}s} {found_s:9.5f}",
        f"{'together':{wide}s} {found_s + policies_s:9.5f} {'':14s} {document['ratio_to_plain']:12,.0f}",
    ]
    return "\n".join(lines)
