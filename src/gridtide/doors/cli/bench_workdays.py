"""The workdays of `gridtide bench shift`: jobs that wait for a deadline by rule, beside their plain writing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from gridtide.doors.cli.measuring import median_worked, worked
from gridtide.doors.cli.shift_rows import Row, refuse_other_answers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gridtide.decide.slots import SlotJobs, SlotPlan, SlotSignal
    from gridtide.testing.plain_policies import PlainJob, PlainSignal, Slots

AS_PUBLISHED = {
    "wait-awhile": "wait-awhile(end=inclusive)",
    "wait-awhile-deadline-interruptible": "wait-awhile-deadline-interruptible(end=inclusive,ties=all)",
}
"""Policies with the options of the published code."""

RULES = ("next-workday", "semi-weekly")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A policy and, unless it looks at no deadline, the rule that gives one."""

    policy: str
    rule: str | None

    @property
    def label(self) -> str:
        """As it stands in the table."""
        return self.policy if self.rule is None else f"{self.policy}, {self.rule}"


def workday_rows(
    jobs: "SlotJobs",
    signal: "SlotSignal",
    count: int,
    repeats: int,
    tell: Callable[[Row], None] = lambda row: None,
) -> list[Row]:
    """Each policy under each rule timed, deadlines among it, and held against its plain writing over the first jobs."""
    asked = [Asked(policy="run-at-once", rule=None)]
    asked += [Asked(policy=policy, rule=rule) for rule in RULES for policy in AS_PUBLISHED]
    rows: list[Row] = []
    for one in asked:
        seconds, (plan, felt_kg) = median_worked(partial(_answer, one, jobs, signal), repeats)
        row = Row(
            policy=one.label,
            seconds=seconds,
            total_kg=float(felt_kg.sum()),
            plain_seconds=_held_against_plain(one, jobs, signal, plan, count) if count else None,
        )
        at_once_kg = rows[0].total_kg if rows else row.total_kg
        row = replace(row, saving=1.0 - row.total_kg / at_once_kg)
        rows.append(row)
        tell(row)
    return rows


def _answer(
    asked: Asked, jobs: "SlotJobs", signal: "SlotSignal"
) -> tuple["SlotPlan", "NDArray[np.float64]"]:
    """Deadlines by the rule, the slots of every job and what each emits, kg."""
    from gridtide.decide.deadline_rules import deadlines
    from gridtide.decide.policy_names import parsed, policy_of
    from gridtide.decide.slots import totals
    from gridtide.testing.instances.workday_jobs import START, STEP_S
    from gridtide.timeline import epoch_s

    if asked.rule is not None:
        finish_s = epoch_s(START) + STEP_S * (jobs.arrival + jobs.length)
        due_s = deadlines(asked.rule, finish_s, "UTC", as_published=True)
        jobs = replace(jobs, deadline=(due_s - epoch_s(START)) // STEP_S)
    choose = policy_of(parsed(AS_PUBLISHED.get(asked.policy, asked.policy)), None)
    plan = choose(jobs, signal)
    return plan, totals(jobs, plan, signal)


def _held_against_plain(
    asked: Asked, jobs: "SlotJobs", signal: "SlotSignal", plan: "SlotPlan", count: int
) -> float:
    """CPU seconds of the plain writing. Raises RuntimeError where it chose otherwise."""
    from gridtide.testing import plain_policies as plain

    own = plain.plain_jobs(jobs, count)
    felt = plain.PlainSignal(values=signal.values.tolist(), hour=signal.hour)

    def answer() -> tuple[list["Slots"], list[float]]:
        chosen = _plainly_chosen(asked, own, felt)
        return chosen, [
            plain.total(job, slots, felt) for job, slots in zip(own, chosen, strict=True)
        ]

    seconds, (chosen, totals_kg) = worked(answer)
    refuse_other_answers(asked.label, (jobs, signal, plan), chosen, totals_kg)
    return seconds


def _plainly_chosen(asked: Asked, jobs: "list[PlainJob]", signal: "PlainSignal") -> "list[Slots]":
    """Slots of every job by the plain writing."""
    from gridtide.testing import plain_deadlines as plain
    from gridtide.testing.instances.workday_jobs import START, STEP_S
    from gridtide.testing.plain_policies import run_at_once

    if asked.rule is None:
        return [run_at_once(job, signal) for job in jobs]
    choose = plain.once_before if asked.policy == "wait-awhile" else plain.lowest_before
    due = plain.plain_deadlines(jobs, asked.rule, START, timedelta(seconds=STEP_S))
    return [choose(job, signal, slot) for job, slot in zip(jobs, due, strict=True)]
